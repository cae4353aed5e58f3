"""The command line as a user has it: real processes, their output and exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from index.library import Library
from tests.cross_encoders import write_cross_encoder
from tests.reports import write_report

PROJECT = Path(__file__).resolve().parent.parent


def run(data_dir: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PROJECT / "cli.py"), *words],
        env=os.environ | {"CLAS_QA_DATA_DIR": str(data_dir), "COLUMNS": "200"} | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def clas(real_library: Library, real_data_dir: Path) -> Any:
    return lambda *words: run(real_data_dir, *words)


def test_an_answer_exits_with_0_and_prints_its_marks(clas: Any) -> None:
    done = clas("ask", "Which findings led to recommendation 2.7?")
    assert done.returncode == 0, done.stderr
    assert "[¶1.11]" in done.stdout
    assert "Complete: 2 of 2 findings" in done.stdout


def test_no_answer_exits_with_1_and_no_question_with_2(clas: Any) -> None:
    assert clas("ask", "What is the capital of France?").returncode == 1
    assert clas("ask", "  ").returncode == 2


def test_json_is_the_object_of_the_api(clas: Any) -> None:
    answer = json.loads(clas("ask", "--json", "What", "does", "paragraph", "2.1", "say?").stdout)
    assert answer["status"] == "answered"
    (citation,) = answer["citations"]
    assert citation["text"][citation["quote_start"] : citation["quote_end"]] == citation["quote"]


def test_show_prints_every_numbered_passage_exactly(clas: Any, real_library: Library) -> None:
    (report,) = real_library.reports()
    for passage in (report.passage("¶5.2.7"), report.passage("R5.1"), report.passage("§front-matter.1")):
        assert passage is not None
        (shown,) = json.loads(clas("show", "--json", passage.mark).stdout)["passages"]
        assert shown == json.loads(json.dumps(passage.public()))


def test_show_of_a_bare_number_shows_both(clas: Any) -> None:
    shown = clas("show", "2.1").stdout
    assert "[¶2.1]" in shown
    assert "[R2.1]" in shown


def test_an_unknown_mark_is_one_line_that_names_the_known_ones(clas: Any) -> None:
    done = clas("show", "rec", "9.9")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "R1.1" in done.stderr
    assert "Traceback" not in done.stderr


def test_search_ranks_from_1_and_takes_filters(clas: Any) -> None:
    hits = json.loads(
        clas("search", "--json", "--k", "5", "--section", "Governance", "who checks the referrals?").stdout
    )
    assert [hit["rank"] for hit in hits["passages"]] == [1, 2, 3, 4, 5]
    assert {hit["heading"][-1] for hit in hits["passages"]} == {"Governance"}


def test_a_filter_value_that_is_not_there_names_those_that_are(clas: Any) -> None:
    done = clas("search", "--section", "Catering", "food")
    assert done.returncode == 2
    assert "Governance" in done.stderr


def test_what_the_parser_did_not_understand_is_shown_with_its_line(clas: Any) -> None:
    assert "line 183: empty bullet skipped" in clas("reports", "show", "worcestershire-2015").stdout


def test_an_unknown_setting_stops_with_the_known_ones(tmp_path: Path) -> None:
    done = run(tmp_path, "reports", "list", CLAS_QA_MODLE="x")
    assert done.returncode == 1
    assert "CLAS_QA_MODLE" in done.stderr
    assert "CLAS_QA_EMBEDDING_MODEL" in done.stderr


def test_a_reranker_that_is_not_there_stops_with_what_may_be_given(real_library: Library, real_data_dir: Path) -> None:
    for command in ("ask", "search"):
        done = run(real_data_dir, command, "Who checks the referrals?", CLAS_QA_RERANKER="/no/such/reranker")
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert "'/no/such/reranker'; known: none, the path of a local folder" in done.stderr


def test_a_reranker_in_a_folder_orders_what_a_search_finds(
    real_library: Library, real_data_dir: Path, tmp_path: Path
) -> None:
    question = "who checks the referrals?"
    passages = [passage.embedding_text for passage in real_library.current().passages]
    folder = write_cross_encoder(tmp_path / "reranker", [question, *passages])
    found = []
    for reranker in ("none", str(folder)):
        done = run(real_data_dir, "search", "--json", question, CLAS_QA_RERANKER=reranker)
        assert done.returncode == 0, done.stderr
        found.append(json.loads(done.stdout)["passages"])
    plain, reordered = found
    assert sorted(hit["id"] for hit in plain) == sorted(hit["id"] for hit in reordered)
    assert [hit["id"] for hit in plain] != [hit["id"] for hit in reordered]
    assert [hit["score"] for hit in plain] == [hit["score"] for hit in reordered]


def test_reports_are_added_and_removed_and_a_bad_file_changes_nothing(tmp_path: Path) -> None:
    data, bundled = tmp_path / "data", tmp_path / "bundled"
    write_report(bundled)
    other = write_report(tmp_path / "more", area="Oakshire")
    empty = tmp_path / "empty.txt"
    empty.write_bytes(b"")
    environment = {"CLAS_QA_REPORTS_DIR": str(bundled)}
    added = run(data, "reports", "add", str(other), **environment)
    assert added.returncode == 0, added.stderr
    refused = run(data, "reports", "add", str(empty), **environment)
    assert refused.returncode == 1
    assert "empty.txt" in refused.stderr
    assert str(tmp_path) not in refused.stderr
    listed = json.loads(run(data, "reports", "list", "--json", **environment).stdout)
    assert [report["id"] for report in listed["reports"]] == ["elmshire-2016", "oakshire-2016"]
    assert run(data, "reports", "remove", "elmshire-2016", **environment).returncode == 0
    listed = json.loads(run(data, "reports", "list", "--json", **environment).stdout)
    assert [report["id"] for report in listed["reports"]] == ["oakshire-2016"]
