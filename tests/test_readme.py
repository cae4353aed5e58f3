"""Every command that README and docs show is run: make targets, the command line, curl against a server that was really started."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import command_line
from tests.reports import write_report
from tests.web.serving import free_port, wait_until_alive

PROJECT = Path(__file__).resolve().parent.parent
PAGES = [PROJECT / "README.md", PROJECT / "eval" / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]
PRINTED_URL = "http://127.0.0.1:7860"
BIN = Path(sys.executable).parent
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_EXIT_CODE = re.compile(r"\s+# exit code (\d+)$")
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")


def commands(starting_with: str) -> list[str]:
    """Every command of every page that starts so, once, in order."""
    lines = [
        line
        for page in PAGES
        for block in _BLOCK.findall(page.read_text(encoding="utf-8"))
        for line in block.splitlines()
    ]
    return list(dict.fromkeys(line for line in lines if line.startswith(starting_with)))


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A new data folder, and a make that does not know of the make around this test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "CLAS_QA_"))}
    return kept | {"CLAS_QA_DATA_DIR": str(tmp_path_factory.mktemp("readme")), "COLUMNS": "200"}


@pytest.fixture(scope="module")
def server(environment: dict[str, str]) -> Iterator[str]:
    """`clas-qa serve`, on another port than the one printed."""
    port = free_port()
    process = subprocess.Popen([BIN / "clas-qa", "serve", "--port", str(port)], cwd=PROJECT, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_alive(url, process, wait_s=300)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def test_every_command_is_of_a_kind_that_is_tested() -> None:
    known = {*commands("make "), *commands(".venv/bin/clas-qa "), *commands(".venv/bin/python "), *commands("curl ")}
    assert set(commands("")) == known
    assert {"make serve", "make test"} <= known


@pytest.mark.parametrize("command", commands("make "))
def test_make_knows_the_target(command: str, environment: dict[str, str]) -> None:
    dry = subprocess.run(
        ["make", "-n", *shlex.split(command)[1:]], cwd=PROJECT, env=environment, capture_output=True, text=True
    )
    assert dry.returncode == 0, dry.stderr
    assert "cli.py" in dry.stdout or "-m " in dry.stdout


@pytest.mark.parametrize("command", commands("curl "))
def test_curl_gets_an_answer(command: str, server: str) -> None:
    assert PRINTED_URL in command
    arguments = shlex.split(command.replace(PRINTED_URL, server))
    got = subprocess.run([*arguments, "--fail-with-body", "--max-time", "60"], capture_output=True, text=True)
    assert got.returncode == 0, got.stdout + got.stderr
    if "stream" in command:
        assert "event: answer" in got.stdout
    else:
        assert "status" not in (answer := json.loads(got.stdout)) or answer["status"] in {"answered", "ready"}


# After `server`, which has built the index in the same folder.
@pytest.mark.parametrize("command", commands(".venv/bin/clas-qa "))
def test_the_command_line_ends_as_it_is_said(
    command: str, server: str, environment: dict[str, str], tmp_path: Path
) -> None:
    expected = int(found[1]) if (found := _EXIT_CODE.search(command)) else 0
    arguments = shlex.split(_EXIT_CODE.sub("", command))[1:]
    arguments = [str(write_report(tmp_path)) if argument == "FILE" else argument for argument in arguments]
    assert Path.cwd() == PROJECT
    done = command_line(*arguments, environment=environment, within_s=600)
    assert done.returncode == expected, done.stdout[-1000:] + done.stderr[-1000:]
    assert "Traceback" not in done.stderr
    if "--json" in arguments:
        assert json.loads(done.stdout)["status"] in {"answered", "partly_answered"}


def test_the_command_is_installed(server: str, environment: dict[str, str]) -> None:
    asked = [BIN / "clas-qa", "ask", "Which findings led to recommendation 2.7?"]
    done = subprocess.run(asked, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=300)
    assert (done.returncode, "[¶1.11]" in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize("command", commands(".venv/bin/python "))
def test_the_python_command_does_its_work(command: str, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, *shlex.split(command)[1:]], cwd=PROJECT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-1000:]
    assert "eval check" in command
    assert ", 0 faults" in done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_link_between_the_pages_leads_to_a_file(page: Path) -> None:
    targets = _LINK.findall(page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_file_that_the_architecture_names_is_there_and_none_is_left_out() -> None:
    named = set(re.findall(r"`([a-z_]+\.py)`", (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")))
    there = {
        path.name
        for part in ("index", "rag", "eval")
        for path in (PROJECT / part).glob("*.py")
        if not path.name.startswith("__")
    }
    everywhere = {path.name for part in ("", "index", "rag", "web", "eval") for path in (PROJECT / part).glob("*.py")}
    assert sorted(there - named) == [], "say in docs/architecture.md what they are for"
    assert sorted(named - everywhere) == [], "docs/architecture.md names files that are gone"


def test_every_setting_is_described_with_its_default() -> None:
    from settings import Settings

    page = (PROJECT / "docs" / "settings.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^\| `CLAS_QA_(\w+)`", page, re.MULTILINE))
    assert described == {name.upper() for name in Settings.model_fields}
