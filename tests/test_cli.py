"""The command line as a user has it: real processes, their output and exit codes."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from docx import Document

from index.library import Library
from tests.certificates import self_signed
from tests.command_line import Done, command_line
from tests.cross_encoders import write_cross_encoder
from tests.llm.behaviours import BEHAVIOURS, hang
from tests.llm.server import ScriptedServer, scripted_server
from tests.reports import write_report
from tests.web.serving import free_port

PROJECT = Path(__file__).resolve().parent.parent
KEY = "sk-canary-90b3aa"
SEARCHED = "Do midwives ask women about domestic violence?"


def run(data_dir: Path, *words: str, **environment: str) -> Done:
    return command_line(
        *words, environment=os.environ | {"CLAS_QA_DATA_DIR": str(data_dir), "COLUMNS": "200"} | environment
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
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
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


def of(server: ScriptedServer) -> dict[str, str]:
    return {"CLAS_QA_LLM_URL": server.url, "CLAS_QA_LLM_MODEL": "m", "CLAS_QA_LLM_API_KEY": KEY}


def test_a_language_model_words_the_answer_unless_it_is_left_out(real_library: Library, real_data_dir: Path) -> None:
    with scripted_server(key=KEY) as server:
        written = json.loads(run(real_data_dir, "ask", "--json", SEARCHED, **of(server)).stdout)
        assert (written["mode"], written["model"]) == ("llm", "m")
        calls = len(server.seen)
        assert calls
        plain = json.loads(run(real_data_dir, "ask", "--json", "--mode", "extractive", SEARCHED, **of(server)).stdout)
        assert plain["mode"] == "extractive"
        assert len(server.seen) == calls


def test_what_a_model_could_not_prove_is_printed_with_the_reason(real_library: Library, real_data_dir: Path) -> None:
    with scripted_server(key=KEY) as server:
        server.usual = BEHAVIOURS["lying_invented_mark"]
        done = run(real_data_dir, "ask", SEARCHED, **of(server))
        assert done.returncode == 0, done.stderr
        assert "Withheld: “" in done.stdout
        assert "Nothing that the language model wrote could be proved" in done.stdout


@contextlib.contextmanager
def out_of_order(fault: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Settings of a language model that cannot be used."""
    with contextlib.ExitStack() as stack:
        url = {"down": "http://127.0.0.1:9/v1", "unknown host": "http://no-such-host.invalid/v1"}.get(fault)
        if fault == "certificate":
            url = stack.enter_context(scripted_server(key=KEY, tls=self_signed(tmp_path))).url
        elif fault == "key":
            url = stack.enter_context(scripted_server(key="sk-another")).url
        assert url
        yield {"CLAS_QA_LLM_URL": url, "CLAS_QA_LLM_MODEL": "m", "CLAS_QA_LLM_API_KEY": KEY}


FAULTS = {
    "down": "cannot be reached",
    "unknown host": "cannot be reached",
    "certificate": "could not prove who it is",
    "key": "does not accept this service",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_model_that_cannot_be_used_is_told_and_does_without(
    real_library: Library, real_data_dir: Path, tmp_path: Path, fault: str
) -> None:
    with out_of_order(fault, tmp_path) as environment:
        done = run(real_data_dir, "ask", SEARCHED, **environment)
    assert done.returncode == 0, done.stderr
    assert FAULTS[fault] in done.stdout
    assert "made of the reports' own sentences" in done.stdout
    assert KEY not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("fault", ["down", "key"])
def test_a_model_that_cannot_be_used_does_not_stop_the_start(
    real_library: Library, real_data_dir: Path, tmp_path: Path, fault: str
) -> None:
    port = free_port()
    log = tmp_path / "log"
    with out_of_order(fault, tmp_path) as environment, log.open("w") as stderr:
        serving = subprocess.Popen(
            [sys.executable, str(PROJECT / "cli.py"), "serve", "--port", str(port)],
            env=os.environ | {"CLAS_QA_DATA_DIR": str(real_data_dir)} | environment,
            stdout=stderr,
            stderr=stderr,
        )
        try:
            ready = answered(f"http://127.0.0.1:{port}/readyz", serving)
        finally:
            serving.terminate()
            serving.wait(30)
    model = ready["language_model"]
    assert (model["model"], model["state"]) == ("m", "unreachable")
    assert FAULTS[fault] in model["detail"]
    told = [line for line in log.read_text().splitlines() if "language model m" in line]
    assert len(told) == 1
    assert FAULTS[fault] in told[0]
    assert KEY not in log.read_text() + json.dumps(ready)


def answered(url: str, serving: "subprocess.Popen[bytes]", within_s: float = 120.0) -> Any:
    """The JSON at this address, as soon as there is one and the model has been asked."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        assert serving.poll() is None
        with contextlib.suppress(httpx.TransportError):
            told = httpx.get(url, timeout=5).json()
            if "not answered yet" not in json.dumps(told):
                return told
        time.sleep(0.1)
    raise AssertionError(f"no answer within {within_s} s")


def test_an_interrupt_leaves_the_model_and_ends_without_a_trace(real_library: Library, real_data_dir: Path) -> None:
    with scripted_server(key=KEY) as server:
        server.usual = hang()
        with subprocess.Popen(
            [sys.executable, str(PROJECT / "cli.py"), "ask", SEARCHED],
            env=os.environ | {"CLAS_QA_DATA_DIR": str(real_data_dir)} | of(server),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A shell that runs the tests in the background has its children ignore interrupts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        ) as asking:
            try:
                end = time.monotonic() + 120
                while not server.seen and time.monotonic() < end:
                    time.sleep(0.05)
                asking.send_signal(signal.SIGINT)
                out, err = asking.communicate(timeout=20)
            finally:
                asking.kill()
        assert server.settled()
        assert server.aborted == 1
    assert asking.returncode == 130, err
    assert out == ""
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"CLAS_QA_LLM_URL": "http://127.0.0.1:9/v1"}, "CLAS_QA_LLM_MODEL"),
        ({"CLAS_QA_LLM_URL": f"http://u:{KEY}@127.0.0.1/v1", "CLAS_QA_LLM_MODEL": "m"}, "CLAS_QA_LLM_URL"),
        ({"CLAS_QA_LLM_SAMPLES": "many"}, "CLAS_QA_LLM_SAMPLES"),
        ({"CLAS_QA_PROMPTS_DIR": "/no/such/folder"}, "answer.md.j2"),
    ],
)
@pytest.mark.parametrize("command", [("ask", SEARCHED), ("serve",)])
def test_settings_that_cannot_be_used_stop_in_one_line(
    tmp_path: Path, command: tuple[str, ...], variables: dict[str, str], named: str
) -> None:
    done = run(tmp_path, *command, **variables)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert named in done.stderr
    assert KEY not in done.stderr


TRUE = "Assessment of risk within midwifery services is not sufficiently robust [¶1.11]."


def test_a_draft_is_verified_in_every_format(real_library: Library, real_data_dir: Path, tmp_path: Path) -> None:
    text = tmp_path / "draft.md"
    text.write_text(f"# Draft\n\n- {TRUE}\n", encoding="utf-8")
    word = tmp_path / "draft.docx"
    document = Document()
    document.add_paragraph(TRUE)
    document.add_paragraph("All is well.")
    document.save(str(word))
    done = run(real_data_dir, "verify", str(text))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 of 1 sentences verified." in done.stdout
    done = run(real_data_dir, "verify", "--json", str(word))
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert [one["verdict"] for one in told["sentences"]] == ["verified", "uncited"]
    assert told["ok"] is False


def test_a_receipt_is_verified_and_a_forged_one_is_not(
    real_library: Library, real_data_dir: Path, tmp_path: Path
) -> None:
    receipt = tmp_path / "receipt.json"
    receipt.write_text(run(real_data_dir, "ask", "--json", "Which findings led to recommendation 2.7?").stdout)
    done = run(real_data_dir, "verify", str(receipt))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "still serves" in done.stdout
    receipt.write_text(receipt.read_text().replace("not sufficiently", "sufficiently"))
    forged = run(real_data_dir, "verify", "--json", str(receipt))
    assert forged.returncode == 1
    assert json.loads(forged.stdout)["ok"] is False


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("missing.txt", None, "missing.txt"),
        ("empty.md", b"", "empty"),
        ("draft.pdf", b"%PDF-1.4", "save it as one of these"),
        ("broken.docx", b"PK\x03\x04", "broken.docx"),
        ("broken.json", b"{", "no receipt"),
        ("other.json", b'{"passages": []}', "status: field required"),
    ],
)
def test_what_cannot_be_read_exits_with_2(tmp_path: Path, name: str, content: bytes | None, told: str) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    done = run(tmp_path / "data", "verify", str(file))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert told in done.stderr
    assert str(tmp_path) not in done.stderr
