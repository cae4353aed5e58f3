"""A run: every question asked once, everything that came back written to a folder; score.py reads nothing else.

eval/runs/<name>/settings.json    what was asked of what
eval/runs/<name>/gold.jsonl       the questions as they were asked
eval/runs/<name>/answers.jsonl    {"id", "answer", "found"} a line
eval/runs/<name>/passages.jsonl   {"id", "mark", "text"}: the reports' own passages, to hold the citations against
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.gold import GoldQuestion, load_gold
from eval.systems import System
from index.report import Report

FOUND_K = 20
HERE = Path(__file__).resolve().parent
GOLD = HERE / "gold"
RUNS = HERE / "runs"
CROSS = "cross"


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


def write_run(
    folder: Path,
    asked: Sequence[tuple[Suite, System]],
    reports: Iterable[Report],
    settings: Mapping[str, Any],
    progress: Callable[[], None] = lambda: None,
) -> None:
    """Ask every question of every suite and write the folder.

    Args:
        folder: created; a run of the same name is written over.
        asked: each suite with the system that answers it.
        reports: the parsed reports that evidence and citations are held against.
        settings: what to remember of how this was run.
        progress: called after each question.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write(
        folder / "passages.jsonl", ({"id": p.id, "mark": p.mark, "text": p.text} for r in reports for p in r.passages)
    )
    questions = [question for suite, _ in asked for question in suite.questions]
    _write(folder / "gold.jsonl", (q.model_dump(mode="json", by_alias=True) for q in questions))
    with (folder / "answers.jsonl").open("w", encoding="utf-8") as lines:
        for suite, system in asked:
            for question in suite.questions:
                answer = system.ask(question)
                # A follow-up is searched as the system understood it: its own words name nothing.
                text = str(answer.get("standalone_question") or question.question)
                found = system.find(text, question.filters, FOUND_K) if question.must else []
                lines.write(
                    json.dumps({"id": question.id, "answer": answer, "found": found}, ensure_ascii=False) + "\n"
                )
                progress()
    about = {
        "systems": {suite.name: system.name for suite, system in asked},
        "questions": len(questions),
        "found_k": FOUND_K,
    }
    (folder / "settings.json").write_text(
        json.dumps(dict(settings) | about, indent=2, ensure_ascii=False) + "\n", "utf-8"
    )


def _write(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as lines:
        for record in records:
            lines.write(json.dumps(record, ensure_ascii=False) + "\n")
