"""`python -m eval` as people and CI run it: the real pipeline, a few questions, exit statuses, a killed run."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from eval.__main__ import main
from eval.gate import BASELINE
from eval.run import commit, find_run

ROOT = Path(__file__).resolve().parents[2]
FEW = ("--suite", "fenmarch-2014", "--type", "lookup", "--type", "invalid", "--type", "count")


def command(*arguments):
    return [sys.executable, "-m", "eval", *arguments]


@pytest.fixture
def invoke(runs, monkeypatch, capsys):
    """invoke(arguments): the exit status and what was printed, in this process: torch is imported once."""

    def invoked(*arguments, runs=runs):
        monkeypatch.setattr(sys, "argv", ["eval", *arguments, "--runs", str(runs)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return ended.value.code or 0, printed.out, printed.err

    return invoked


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    done = subprocess.run(
        command("run", "--runs", str(folder), *FEW, "--half", "all", "--mode", "extractive"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_a_run_is_named_by_commit_and_leaves_everything_that_its_scores_need(runs):
    (folder,) = runs.iterdir()
    assert folder.name == f"{commit()}-latest"
    assert {path.name for path in folder.iterdir()} == {
        "answers.jsonl", "gold.jsonl", "metrics.json", "passages.jsonl", "questions.csv", "report.html", "settings.json"
    }  # fmt: skip
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["all"]["figures"]["id_validity"]["value"] == 1.0


def test_a_run_remembers_what_was_asked_of_what(runs):
    settings = json.loads((find_run("latest", runs) / "settings.json").read_text(encoding="utf-8"))
    assert (settings["mode"], settings["embedding_model"], settings["reranker"]) == ("extractive", "bundled", "none")
    assert settings["commit"] == commit()
    assert len(settings["generations"]["fenmarch-2014"]) == 1
    assert set(settings["answered_by_mode"]) == {"extractive"}
    assert all(len(digest) == 64 for digest in settings["gold"].values())


def test_scoring_again_asks_nothing_and_writes_the_same_metrics_and_page(runs, invoke):
    folder = find_run("latest", runs)
    made = [folder / "metrics.json", folder / "questions.csv", folder / "report.html"]
    before = [path.read_bytes() for path in made]
    for path in made:
        path.unlink()
    assert invoke("score", "latest")[0] == 0
    assert [path.read_bytes() for path in made] == before


def test_a_run_compared_with_itself_shows_no_difference_and_no_question_that_turned(invoke):
    status, out, _ = invoke("compare", "latest", "latest", "--half", "all")
    assert status == 0
    assert "became right: 0" in out
    assert "+0.000 to +0.000" in out


def test_a_floor_that_is_not_met_fails_the_command_and_is_named(invoke):
    assert invoke("score", "latest", "--half", "all", "--floor", "citation_f1=0.1")[0] == 0
    status, _, told = invoke("score", "latest", "--half", "all", "--floor", "citation_f1=1.1")
    assert status == 1
    assert "gate: citation_f1" in told


def test_a_run_of_a_few_questions_does_not_pass_the_gate_and_cannot_be_the_baseline(invoke):
    status, _, told = invoke("score", "latest", "--gate")
    assert status == 1
    assert "questions of the baseline were not asked" in told
    status, _, told = invoke("baseline", "latest")
    assert status == 2
    assert "gold questions" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("score", "nowhere"), "there is no run 'nowhere'"),
        (("score", "latest", "--floor", "citation_f1"), "NAME=NUMBER"),
        (("compare", "latest", "latest", "--type", "riddle"), "--type knows no riddle; known: count, invalid, lookup"),
        (("compare", "latest", "latest", "--type", "count", "--type", "riddle"), "knows no riddle"),
        (("run", "--set", "colour=red"), "embedding_model"),
        (("run", "--set", "embedding_model=/no/such/model", *FEW), "/no/such/model"),
        (("run", "--set", "reranker=/no/such/reranker", *FEW), "/no/such/reranker"),
        (("run", "--suite", "cross", "--type", "lookup"), "no gold question is left"),
        (("run", "--type", "single", "--type", "riddle"), "--type knows no riddle; known: collision, count"),
        (("run", "--suite", "fenmarch-2014", "--suite", "riddle"), "--suite knows no riddle; known: brackenhulme-2016"),
        (("run", "--name", "z/../../victim", *FEW), "'z/../../victim' names no run"),
        (("run", "--name", "latest.part", *FEW), "does not end in .part"),
        (("run", "--name", "", *FEW), "names no run"),
        (("run", "--name", "x" * 300, *FEW), "name too long"),
        (("score", "x" * 300), "there is no run"),
        (("run", "--url", "notaurl"), "does not list its reports"),
        (("run", "--url", "http://127.0.0.1:9"), "does not list its reports"),
        (("run", "--url", "http://127.0.0.1:9", "--set", "embedding_model=x"), "its own settings"),
    ],
)
def test_what_is_asked_wrongly_is_told_in_one_line(invoke, arguments, told):
    status, _, err = invoke(*arguments)
    assert status == 2
    assert told.casefold() in " ".join(err.split()).casefold()
    assert "Traceback" not in err


def test_a_name_that_leads_out_of_the_runs_deletes_nothing(invoke, tmp_path):
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "kept").write_text("still here", encoding="utf-8")
    status, _, err = invoke("run", "--name", "z/../../victim", *FEW, runs=tmp_path / "runs")
    assert status == 2
    assert (victim / "kept").read_text(encoding="utf-8") == "still here"
    assert "indexing" not in err


def test_runs_that_cannot_be_written_are_told_before_anything_is_indexed(invoke, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        status, _, err = invoke("run", *FEW, runs=place)
        assert status == 2
        assert "cannot write a run to" in err
        assert "indexing" not in err
        assert "Traceback" not in err


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_baseline_is_not_made_of_itself_nor_of_other_questions_under_the_same_ids(invoke, tmp_path):
    before = contents(BASELINE)
    assert invoke("baseline", str(BASELINE))[0] == 2
    older = tmp_path / "older"
    shutil.copytree(BASELINE, older)
    first, rest = (older / "gold.jsonl").read_text(encoding="utf-8").split("\n", 1)
    worded = json.dumps(json.loads(first) | {"why": "this was worded otherwise"})
    (older / "gold.jsonl").write_text(f"{worded}\n{rest}", encoding="utf-8")
    status, _, err = invoke("baseline", str(older))
    assert status == 2
    assert "`python -m eval run` asks them" in " ".join(err.split())
    assert contents(BASELINE) == before


@pytest.mark.parametrize("arguments", [("score",), ("score", "--gate"), ("compare", "latest"), ("baseline",)])
@pytest.mark.parametrize("content", [None, "", "{", "[]", "{}"])
def test_a_run_without_whole_settings_is_told_as_broken(invoke, runs, tmp_path, arguments, content):
    broken = tmp_path / "broken"
    shutil.copytree(find_run("latest", runs), broken)
    (broken / "settings.json").unlink()
    if content is not None:
        (broken / "settings.json").write_text(content, encoding="utf-8")
    status, out, err = invoke(*arguments, str(broken))
    assert (status, out) == (2, "")
    assert "settings.json" in "".join(err.split())
    assert "the run is broken, make it again" in " ".join(err.split())


def test_a_run_that_lost_its_passages_is_told_as_broken(invoke, runs, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(find_run("latest", runs), broken)
    (broken / "passages.jsonl").unlink()
    status, _, err = invoke("score", str(broken))
    assert status == 2
    assert "passages.jsonlismissing" in "".join(err.split())


def test_a_killed_run_leaves_the_last_one_as_it_was(runs):
    folder = find_run("latest", runs)
    before = (folder / "answers.jsonl").read_bytes()
    part = folder.with_name(folder.name + ".part")
    with subprocess.Popen(
        command("run", "--runs", str(runs), "--suite", "fenmarch-2014"),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        deadline = time.monotonic() + 120
        while not (part / "answers.jsonl").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    assert (part / "gold.jsonl").exists()
    assert (folder / "answers.jsonl").read_bytes() == before
    assert find_run("latest", runs) == folder
