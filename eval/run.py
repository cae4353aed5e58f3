"""A run: every question asked once, everything that came back written to a folder; score.py reads nothing else.

eval/runs/<commit>-<name>/settings.json    what was asked of what: settings, generations, hashes of prompts and gold
eval/runs/<commit>-<name>/gold.jsonl       the questions as they were asked
eval/runs/<commit>-<name>/answers.jsonl    {"id", "answer", "found", "best_score"} a line
eval/runs/<commit>-<name>/passages.jsonl   the reports' own passages, to hold the citations against
"""

import hashlib
import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from eval.gold import GoldQuestion, load_gold
from eval.systems import System
from index.errors import ClasQAError
from index.report import Report

FOUND_K = 20
HERE = Path(__file__).resolve().parent
GOLD = HERE / "gold"
RUNS = HERE / "runs"
PROMPTS = HERE.parent / "prompts"
CROSS = "cross"
UNFINISHED = ".part"
# All that a run is scored from; the rest of its folder is made of these.
FILES = ("settings.json", "gold.jsonl", "answers.jsonl", "passages.jsonl")
_NO_COMMIT = "no-commit"
_NAME = re.compile(r"[\w.-]+")
_OF_A_COMMIT = re.compile(rf"(?:{_NO_COMMIT}|[0-9a-f]+\+?)-")
# Of a citation, what it adds to its passage; the passage itself stands in passages.jsonl.
_OF_A_CITATION = ("id", "mark", "quote", "quote_start", "quote_end")


class RunError(ClasQAError):
    """There is no such run, it is broken, or its name cannot be a folder."""


@dataclass(frozen=True, slots=True)
class Suite:
    """Questions that are asked of one library.

    Attributes:
        name: name of the gold file without its ending.
        questions: in the order of the file.
        reports: ids of the reports the library holds.
    """

    name: str
    questions: tuple[GoldQuestion, ...]
    reports: tuple[str, ...]


def load_suites(gold: Path = GOLD) -> tuple[Suite, ...]:
    """One suite a gold file: a report's own questions over that report alone, cross.jsonl over all of them.

    Raises:
        GoldError: a line is not a gold question.
    """
    files = sorted(gold.glob("*.jsonl"))
    own = tuple(path.stem for path in files if path.stem != CROSS)
    return tuple(Suite(path.stem, load_gold(path), own if path.stem == CROSS else (path.stem,)) for path in files)


def report_file(report_id: str) -> Path:
    """The file of a gold report: bundled, or invented for the eval."""
    for folder in (HERE.parent / "reports", HERE / "reports"):
        if (path := folder / f"{report_id}.txt").exists():
            return path
    raise FileNotFoundError(f"no reports/{report_id}.txt and no eval/reports/{report_id}.txt")


def commit() -> str:
    """Short hash of the checked-out commit, with "+" where tracked files differ from it; "no-commit" outside a checkout."""
    told = [_git("rev-parse", "--short=10", "HEAD"), _git("status", "--porcelain", "--untracked-files=no")]
    if told[0] is None:
        return _NO_COMMIT
    return told[0] + ("+" if told[1] else "")


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=HERE, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def run_folder(name: str, runs: Path = RUNS) -> Path:
    """Where a run of this name at this commit is to be written; makes `runs`.

    Raises:
        RunError: the name could lead out of `runs` or hide the run, or no folder can be made there.
    """
    if not _NAME.fullmatch(name) or name.endswith(UNFINISHED):
        raise RunError(
            f"{name!r} names no run: letters, digits and _ . - make a name, and it does not end in {UNFINISHED}"
        )
    folder = runs / f"{commit()}-{name}"
    part = _part(folder)
    try:
        part.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise RunError(f"cannot write a run to {runs}: {exc.strerror}") from exc
    with suppress(OSError):  # what a run that was killed has left stays until the next is written
        part.rmdir()
    return folder


def find_run(name: str, runs: Path = RUNS) -> Path:
    """The folder of a run: a path, the name of a folder in `runs`, or the newest run of that name at any commit.

    Raises:
        RunError: there is none, and it names those there are; or a file of it is missing, or its settings are broken.
    """
    whole = sorted(path for path in runs.glob("*/") if path.suffix != UNFINISHED and _is_run(path))
    found = [path for path in (Path(name), runs / name) if _is_run(path)]
    found = found or [path for path in whole if _OF_A_COMMIT.sub("", path.name, count=1) == name]
    if not found:
        known = ", ".join(path.name for path in whole) or "none"
        raise RunError(f"there is no run {name!r}; `python -m eval run --name NAME` makes one; known: {known}")
    newest = max(found, key=_written)
    for file in FILES:
        if not (newest / file).is_file():
            raise RunError(f"{newest / file} is missing; the run is broken, make it again")
    read_settings(newest)
    return newest


def _is_run(folder: Path) -> bool:
    """Whether it has one of the files of a run."""
    try:
        return any((folder / file).is_file() for file in FILES)
    except OSError:  # such as a name that is too long for one
        return False


def _written(folder: Path) -> float:
    """When the last of the run's files was written."""
    return max(path.stat().st_mtime for path in map(folder.joinpath, FILES) if path.is_file())


class _Settings(BaseModel):
    """What page and summary tell of a run; there may be more."""

    model_config = ConfigDict(strict=True)

    commit: str
    began: datetime
    seconds: float
    systems: dict[str, str]
    generations: dict[str, list[str]]
    answered_by_mode: dict[str, int]
    types: list[str] | None = None
    limit: int | None = None


def read_settings(folder: Path) -> dict[str, Any]:
    """The settings.json of a run.

    Raises:
        RunError: it is missing, no JSON, or lacks what a run tells.
    """
    path = folder / "settings.json"
    try:
        content = path.read_bytes()
        _Settings.model_validate_json(content)
        return dict(json.loads(content))
    except OSError as exc:
        raise RunError(f"{path}: {exc.strerror}; the run is broken, make it again") from exc
    except ValidationError as exc:
        fault = exc.errors(include_url=False, include_input=False)[0]
        where = "".join(f"{part}: " for part in fault["loc"])
        raise RunError(f"{path}: {where}{fault['msg']}; the run is broken, make it again") from exc


def copy_run(folder: Path, place: Path, finish: Callable[[Path], object]) -> None:
    """Put a copy of a run in the place of another, which stays as it is until the copy is whole.

    Args:
        folder: the run.
        place: the folder that is replaced.
        finish: makes of the copy what else is to stand in it.

    Raises:
        RunError: the run stands there already.
    """
    if folder.resolve() == place.resolve():
        raise RunError(f"{folder} is the run that stands there already; name another")
    part = _part(place)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for file in FILES:
        shutil.copyfile(folder / file, part / file)
    finish(part)
    _swap(part, place)


def _part(folder: Path) -> Path:
    return folder.with_name(folder.name + UNFINISHED)


def _swap(part: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    part.replace(folder)


def write_run(
    folder: Path,
    asked: Sequence[tuple[Suite, System]],
    reports: Iterable[Report],
    settings: Mapping[str, Any],
    progress: Callable[[], None] = lambda: None,
) -> None:
    """Ask every question of every suite and write the folder.

    It is written beside its place and moved there when all is asked: a run that was stopped leaves the last one as it was.

    Args:
        folder: a run of the same name is replaced.
        asked: each suite with the system that answers it.
        reports: the parsed reports that evidence and citations are held against.
        settings: what to remember of how this was run.
        progress: called after each question.
    """
    began = datetime.now(UTC)
    part = _part(folder)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    _write(part / "passages.jsonl", (passage.public() for report in reports for passage in report.passages))
    questions = [question for suite, _ in asked for question in suite.questions]
    _write(part / "gold.jsonl", (q.model_dump(mode="json", by_alias=True, exclude_defaults=True) for q in questions))
    generations: dict[str, set[str]] = {}
    modes: Counter[str] = Counter()
    with (part / "answers.jsonl").open("w", encoding="utf-8") as lines:
        for suite, system in asked:
            for question in suite.questions:
                record = _asked(question, system)
                generations.setdefault(suite.name, set()).add(str(record["answer"].get("generation")))
                modes[str(record["answer"].get("mode"))] += 1
                lines.write(json.dumps(record, ensure_ascii=False) + "\n")
                progress()
    about = {
        "commit": commit(),
        "began": began.isoformat(timespec="seconds"),
        "seconds": round((datetime.now(UTC) - began).total_seconds()),
        "systems": {suite.name: system.name for suite, system in asked},
        "generations": {name: sorted(found) for name, found in generations.items()},
        "answered_by_mode": dict(modes),
        "prompts": _hashes(PROMPTS.glob("*")),
        "gold": _hashes(GOLD.glob("*.jsonl")),
        "questions": len(questions),
        "found_k": FOUND_K,
    }
    _write_json(part / "settings.json", dict(settings) | about)
    _swap(part, folder)


def _asked(question: GoldQuestion, system: System) -> dict[str, Any]:
    answer = dict(system.ask(question))
    # What broke the answer would most often break the search as well; the gate tells of each error.
    if answer.get("status") == "error":
        return {"id": question.id, "answer": answer, "found": [], "best_score": None}
    if "citations" in answer:
        answer["citations"] = [{key: c[key] for key in _OF_A_CITATION if key in c} for c in answer["citations"]]
    # A follow-up is searched as the system understood it: its own words name nothing.
    text = str(answer.get("standalone_question") or question.question)
    found = system.find(text, question.filters, FOUND_K) if question.must else []
    best_score = system.best_score(text, question.filters) if text.strip() else None
    return {"id": question.id, "answer": answer, "found": found, "best_score": best_score}


def read_records(path: Path) -> Iterable[dict[str, Any]]:
    """The lines of a file of a run, as JSON.

    Raises:
        RunError: the file is missing or a line is broken; names it.
    """
    try:
        lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    except FileNotFoundError as exc:
        raise RunError(f"the run {path.parent.name} lacks {path.name}: make it again") from exc
    for number, line in enumerate(lines, 1):
        try:
            yield json.loads(line)
        except ValueError as exc:
            told = f"{path.parent.name}/{path.name}, line {number} is broken: make the run again ({exc})"
            raise RunError(told) from exc


def _hashes(paths: Iterable[Path]) -> dict[str, str]:
    """Name -> SHA-256 of the bytes, of files."""
    files = sorted(path for path in paths if path.is_file())
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _write(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as lines:
        for record in records:
            lines.write(json.dumps(record, ensure_ascii=False) + "\n")


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
