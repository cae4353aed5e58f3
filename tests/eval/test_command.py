"""`python -m eval` as people and CI run it: the real pipeline, a few questions, exit statuses, a killed run."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from eval.__main__ import main
from eval.run import commit, find_run

ROOT = Path(__file__).resolve().parents[2]
FEW = ("--suite", "fenmarch-2014", "--type", "lookup", "--type", "invalid", "--type", "count")


def command(*arguments):
    return [sys.executable, "-m", "eval", *arguments]


@pytest.fixture
def invoke(runs, monkeypatch, capsys):
    """invoke(arguments): the exit status and what was printed, in this process: torch is imported once."""

    def invoked(*arguments):
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
    assert (settings["mode"], settings["embedding_model"]) == ("extractive", "bundled")
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
        (("compare", "latest", "latest", "--type", "riddle"), "share no question"),
        (("run", "--set", "colour=red"), "embedding_model"),
        (("run", "--set", "embedding_model=/no/such/model", *FEW), "/no/such/model"),
        (("run", "--type", "riddle"), "no gold question is left"),
        (("run", "--suite", "riddle"), "no gold question is left"),
        (("run", "--url", "http://127.0.0.1:9"), "does not list its reports"),
        (("run", "--url", "http://127.0.0.1:9", "--set", "embedding_model=x"), "its own settings"),
    ],
)
def test_what_is_asked_wrongly_is_told_in_one_line(invoke, arguments, told):
    status, _, err = invoke(*arguments)
    assert status == 2
    assert told in " ".join(err.split())
    assert "Traceback" not in err


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
