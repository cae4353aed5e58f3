"""A run: every question asked once, everything that came back written to a folder; score.py reads nothing else.

eval/runs/<commit>-<name>/settings.json    what was asked of what: settings, generations, hashes of prompts and gold
eval/runs/<commit>-<name>/gold.jsonl       the questions as they were asked
eval/runs/<commit>-<name>/answers.jsonl    {"id", "answer", "found", "best_score"} a line
eval/runs/<commit>-<name>/passages.jsonl   the reports' own passages, to hold the citations against
"""

import hashlib
import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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
# Of a citation, what it adds to its passage; the passage itself stands in passages.jsonl.
_OF_A_CITATION = ("id", "mark", "quote", "quote_start", "quote_end")


class RunError(ClasQAError):
    """There is no such run, or its name cannot be a folder."""


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
        return "no-commit"
    return told[0] + ("+" if told[1] else "")


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=HERE, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def find_run(name: str, runs: Path = RUNS) -> Path:
    """The folder of a run: a path, the name of a folder in `runs`, or the newest run of that name at any commit.

    Raises:
        RunError: there is none; names those there are.
    """
    whole = [path.parent for path in runs.glob("*/settings.json") if path.parent.suffix != UNFINISHED]
    named = [path for path in (Path(name), runs / name) if (path / "settings.json").exists()]
    found = named or [path for path in whole if path.name.partition("-")[2] == name]
    if not found:
        known = ", ".join(sorted(path.name for path in whole)) or "none"
        raise RunError(f"there is no run {name!r}; `python -m eval run --name {name}` makes one; known: {known}")
    return max(found, key=lambda path: (path / "settings.json").stat().st_mtime)


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
    part = folder.with_name(folder.name + UNFINISHED)
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
    shutil.rmtree(folder, ignore_errors=True)
    part.replace(folder)


def _asked(question: GoldQuestion, system: System) -> dict[str, Any]:
    answer = dict(system.ask(question))
    if "citations" in answer:
        answer["citations"] = [{key: c[key] for key in _OF_A_CITATION if key in c} for c in answer["citations"]]
    # A follow-up is searched as the system understood it: its own words name nothing.
    text = str(answer.get("standalone_question") or question.question)
    found = system.find(text, question.filters, FOUND_K) if question.must else []
    best_score = system.best_score(text, question.filters) if text.strip() else None
    return {"id": question.id, "answer": answer, "found": found, "best_score": best_score}


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
