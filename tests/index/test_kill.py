"""Faults that only a real process and a real disk can have: kill -9, two writers, a full disk."""

import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from index.generation import BUILDING, check_generation
from index.library import Library
from index.manifest import COPIES, checksums
from tests.fakes import WordEmbedder
from tests.reports import FINDINGS, write_report

PROJECT = Path(__file__).resolve().parents[2]
OLD = (*FINDINGS, "Old wording of the fourth finding.")
NEW = (*FINDINGS, "New wording of the fourth finding.")


def start_writer(data: Path, *command: object, crash: str = "", file_size: int | None = None) -> subprocess.Popen[str]:
    """A writer process that has imported everything and is about to write."""
    environment = {"CRASH_POINT_CLAS": crash} if crash else {}

    def limit() -> None:
        if file_size is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))

    process = subprocess.Popen(
        [sys.executable, "-m", "tests.index.writer", str(data), *map(str, command)],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=limit,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def outcome(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit status and what the writer said after "ready"."""
    # Not communicate(): it would lose what readline() has read ahead.
    assert process.stdout is not None
    with process.stdout as output:
        said = output.read().strip()
    return process.wait(timeout=300), said


def served_wording(data: Path) -> str:
    """Which wording a fresh process would serve, after proving that what it serves is whole."""
    index = Library(data, WordEmbedder()).current()
    check_generation(data / "generations" / index.generation)
    wordings = {passage.text.split()[0] for passage in index.passages if "wording of the fourth" in passage.text}
    assert len(wordings) == 1
    assert len(index.reports) == 3
    index.close()
    return wordings.pop()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder whose index holds three reports, one of them in its old wording."""
    folder = tmp_path / "bundled"
    write_report(folder, "Elmshire", OLD)
    write_report(folder, "Oakshire")
    write_report(folder, "Ashshire")
    Library(tmp_path / "data", WordEmbedder()).ensure(folder)
    return tmp_path / "data"


@pytest.fixture
def versions(tmp_path: Path) -> dict[str, Path]:
    return {
        "Old": write_report(tmp_path / "old", "Elmshire", OLD),
        "New": write_report(tmp_path / "new", "Elmshire", NEW),
    }


def test_a_writer_killed_at_any_moment_leaves_a_whole_index(
    data: Path, versions: dict[str, Path], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    random_moment = random.Random(20151214)
    began = time.perf_counter()
    assert outcome(start_writer(data, "add", versions["New"])) == (0, "done")
    longest = (time.perf_counter() - began) * 1.1
    wording = "New"
    killed = 0
    for _ in range(request.config.getoption("--kill-rounds")):
        wanted = "Old" if wording == "New" else "New"
        writer = start_writer(data, "add", versions[wanted])
        time.sleep(random_moment.uniform(0, longest))
        writer.send_signal(signal.SIGKILL)
        code, _ = outcome(writer)
        killed += code == -signal.SIGKILL
        assert served_wording(data) in ({wording, wanted} if code else {wanted})
        library = Library(data, WordEmbedder())
        library.ensure(tmp_path / "bundled")
        assert library.current().reports == library.reports()
        library.current().close()
        wording = served_wording(data)
    assert killed
    assert outcome(start_writer(data, "build")) == (0, "done")
    leftovers = [path.name for path in (data / "generations").iterdir() if path.name.startswith(BUILDING)]
    assert leftovers == []
    assert len(list((data / "generations").glob("*/manifest.json"))) == 2
    assert list((data / "generations" / COPIES).iterdir()) == []


@pytest.mark.parametrize(
    ("point", "served"),
    [
        ("after-build", "Old"),
        ("after-audit", "Old"),
        ("replaced-elmshire.txt", "Old"),
        ("replaced-elmshire-2016.json", "Old"),
        ("before-swap", "Old"),
        ("replaced-CURRENT", "New"),
        ("after-swap", "New"),
        ("replaced-published", "New"),
    ],
)
def test_a_crash_between_two_steps_of_publishing_serves_old_or_new_never_a_mixture(
    data: Path, versions: dict[str, Path], tmp_path: Path, point: str, served: str
) -> None:
    code, _ = outcome(start_writer(data, "add", versions["New"], crash=point))
    assert code == -signal.SIGKILL
    assert served_wording(data) == served
    library = Library(data, WordEmbedder())
    library.ensure(tmp_path / "bundled")
    assert library.current().reports == library.reports()
    served_wording(data)
    library.add(versions["New"])
    assert served_wording(data) == "New"


@pytest.mark.parametrize(
    "point", ["after-build", "replaced-elmshire-2016.json", "replaced-ashshire.txt", "before-swap"]
)
def test_a_first_start_that_crashed_is_repeated_whole(tmp_path: Path, point: str) -> None:
    folder = tmp_path / "bundled"
    for area in ("Elmshire", "Oakshire", "Ashshire"):
        write_report(folder, area)
    data = tmp_path / "data"
    code, _ = outcome(start_writer(data, "ensure", folder, crash=point))
    assert code == -signal.SIGKILL
    assert outcome(start_writer(data, "ensure", folder)) == (0, "done")
    index = Library(data, WordEmbedder()).current()
    assert [report.id for report in index.reports] == ["ashshire-2016", "elmshire-2016", "oakshire-2016"]
    check_generation(data / "generations" / index.generation)


def test_a_second_writer_fails_at_once_and_says_what_to_do(data: Path, versions: dict[str, Path]) -> None:
    with FileLock(data / "LOCK"):
        for command in (("add", versions["New"]), ("remove", "elmshire-2016"), ("build",)):
            writer = start_writer(data, *command)
            began = time.perf_counter()
            code, said = outcome(writer)
            assert (code, said.split(":")[0]) == (1, "IndexBusy")
            assert "try again when it has finished" in said
            assert time.perf_counter() - began < 30
    assert served_wording(data) == "Old"
    assert outcome(start_writer(data, "add", versions["New"])) == (0, "done")


def test_a_lock_dies_with_its_process(data: Path, versions: dict[str, Path]) -> None:
    code, _ = outcome(start_writer(data, "build", crash="after-build"))
    assert code == -signal.SIGKILL
    assert outcome(start_writer(data, "add", versions["New"])) == (0, "done")


def test_two_writers_at_once_both_end_well_or_one_is_told_to_wait(data: Path, versions: dict[str, Path]) -> None:
    for round_number in range(3):
        wanted = "New" if round_number % 2 == 0 else "Old"
        writers = [start_writer(data, "add", versions[wanted]), start_writer(data, "build")]
        results = [outcome(writer) for writer in writers]
        assert any(code == 0 for code, _ in results)
        assert all(said == "done" or said.startswith("IndexBusy") for _, said in results)
        served_wording(data)


def test_workers_that_start_together_build_once(tmp_path: Path) -> None:
    write_report(tmp_path / "bundled")
    workers = [start_writer(tmp_path / "data", "ensure", tmp_path / "bundled") for _ in range(3)]
    assert [outcome(worker) for worker in workers] == [(0, "done")] * 3
    assert len(list((tmp_path / "data" / "generations").glob("*/manifest.json"))) == 1


@pytest.mark.parametrize("file_size", [0, 2_000, 20_000, 150_000, 300_000])
def test_a_full_disk_is_a_plain_error_and_the_old_index_serves(
    data: Path, versions: dict[str, Path], file_size: int
) -> None:
    before = checksums(data)
    code, said = outcome(start_writer(data, "add", versions["New"], file_size=file_size))
    assert code == 1
    assert said.startswith("IndexFailure: the index could not be written")
    assert str(data) not in said
    assert {name: digest for name, digest in checksums(data).items() if COPIES not in name} == before
    assert served_wording(data) == "Old"
    assert outcome(start_writer(data, "add", versions["New"])) == (0, "done")
    assert served_wording(data) == "New"


@pytest.mark.slow
def test_a_writer_with_the_real_weights_killed_at_any_moment_leaves_a_whole_index(
    real_library: Library, tmp_path: Path
) -> None:
    built = real_library.current()
    data = tmp_path / "data"
    shutil.copytree(real_library._shelf.generations.parent, data, ignore=shutil.ignore_patterns(COPIES))
    random_moment = random.Random(2015)
    for _ in range(4):
        writer = start_writer(data, "real-add", write_report(tmp_path, findings=[f"{random_moment.random()} nurses."]))
        time.sleep(random_moment.uniform(0, 6))
        writer.send_signal(signal.SIGKILL)
        outcome(writer)
        index = Library(data, real_library.embedder).current()
        check_generation(data / "generations" / index.generation)
        assert index.report(built.reports[0].id) == built.reports[0]
