"""`python -m eval` as CI runs it: the real pipeline, a few questions, and the gate's exit status."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run_eval(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "eval", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300
    )


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    done = run_eval(
        "--runs", str(folder), "--suite", "fenmarch-2014", "--type", "lookup", "--type", "invalid", "--half", "all"
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_a_run_leaves_everything_that_its_scores_need(runs):
    written = {path.name for path in (runs / "latest").iterdir()}
    assert written == {
        "answers.jsonl", "gold.jsonl", "metrics.json", "passages.jsonl", "questions.csv", "settings.json"
    }  # fmt: skip
    metrics = json.loads((runs / "latest" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["all"]["figures"]["id_validity"]["value"] == 1.0


def test_scoring_again_asks_nothing_and_writes_the_same_metrics(runs):
    metrics = runs / "latest" / "metrics.json"
    before = metrics.read_bytes()
    metrics.unlink()
    assert run_eval("score", "latest", "--runs", str(runs)).returncode == 0
    assert metrics.read_bytes() == before


def test_a_floor_that_is_not_met_fails_the_command_and_is_named(runs):
    passed = run_eval("score", "latest", "--runs", str(runs), "--half", "all", "--floor", "citation_f1=0.1")
    failed = run_eval("score", "latest", "--runs", str(runs), "--half", "all", "--floor", "citation_f1=1.1")
    assert passed.returncode == 0
    assert failed.returncode == 1
    assert "gate: citation_f1" in failed.stderr


def test_a_mistyped_floor_is_told_in_one_line(runs):
    failed = run_eval("score", "latest", "--runs", str(runs), "--floor", "citation_f1")
    assert failed.returncode == 2
    assert "NAME=NUMBER" in failed.stderr
    assert "Traceback" not in failed.stderr
