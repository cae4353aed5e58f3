"""The exact lane on hundreds of phrasings, over six reports, against a plain regex over their sources."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from index.embed import Embedder
from index.library import Library
from index.store import PassageIndex
from rag.answer import Answer, answer_question
from tests.rag.phrasings import ALL, AVERILL, BOTH, MARLSHIRE, PHRASINGS, WESTERING, B, F, Phrasing, W
from tests.rag.source_truth import SOURCES
from tests.rag.structure_phrasings import ACTIONS, MORE_ACTIONS

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    W: ("reports/worcestershire-2015.txt",),
    F: ("eval/reports/fenmarch-2014.txt",),
    B: ("eval/reports/brackenhulme-2016.txt",),
    BOTH: ("reports/worcestershire-2015.txt", "eval/reports/fenmarch-2014.txt"),
    ALL: (
        "reports/worcestershire-2015.txt",
        "eval/reports/fenmarch-2014.txt",
        "eval/reports/brackenhulme-2016.txt",
    ),
    MARLSHIRE: ("tests/index/reports/marlshire.txt",),
    AVERILL: ("tests/index/reports/port-averill.txt",),
    WESTERING: ("tests/index/reports/westering.txt",),
}
Ask = Callable[[str, str], Answer]


def conversation(turns: str, index: PassageIndex, embedder: Embedder) -> Answer:
    """The answer to the last turn, those before it answered by the system itself."""
    history: list[dict[str, str]] = []
    for turn in turns.split(" || "):
        answer = answer_question(turn, index=index, embedder=embedder, history=history)
        history += [{"role": "user", "content": turn}, {"role": "assistant", "content": answer.answer}]
    return answer


def expected(expression: str, report: str) -> set[str]:
    """Ids or, with one report loaded, marks that an expression means."""
    if report not in {BOTH, ALL}:
        return SOURCES.get(report, SOURCES[W]).marks(expression) if expression else set()
    found = set()
    for word in expression.split():
        of, _, rest = word.partition("/")
        found |= {f"{of}/{mark}" for mark in SOURCES[of].marks(rest)}
    return found


def shortfalls(asked: Phrasing, answer: Answer) -> list[str]:
    """What the answer lacks or has too much."""
    passages = [citation.passage for citation in answer.citations]
    cited = {passage.id if asked.report in {BOTH, ALL} else passage.mark for passage in passages}
    found = []
    if asked.must is not None:
        must = expected(asked.must, asked.report)
        found += [f"lacks {sorted(must - cited)}"] if must - cited else []
        extra = cited - must - expected(asked.may, asked.report)
        found += [f"cites {sorted(extra)}"] if extra else []
    found += [f"does not say {pattern}" for pattern in asked.says if not re.search(pattern, answer.answer)]
    if asked.unsaid and re.search(asked.unsaid, answer.answer):
        found.append(f"says {asked.unsaid}")
    if asked.kinds and (not passages or {passage.kind.value for passage in passages} - set(asked.kinds.split())):
        found.append(f"cites kinds {sorted({passage.kind.value for passage in passages})}")
    if asked.holds and not any(re.search(asked.holds, passage.text) for passage in passages):
        found.append(f"no passage holds {asked.holds}")
    if asked.complete is not None and asked.complete != bool(answer.completeness):
        found.append(f"completeness {answer.completeness}")
    return found


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder) -> Ask:
    libraries: dict[str, PassageIndex] = {}

    def _ask(report: str, turns: str) -> Answer:
        if report not in libraries:
            library = Library(tmp_path_factory.mktemp(report), real_embedder)
            for file in FILES[report]:
                library.add(ROOT / file)
            libraries[report] = library.current()
        return conversation(turns, libraries[report], real_embedder)

    return _ask


@pytest.mark.parametrize(
    "asked", PHRASINGS + ACTIONS + MORE_ACTIONS, ids=lambda asked: f"{asked.report}: {asked.turns}"
)
def test_a_structural_question_is_answered_completely_however_it_is_typed(ask: Ask, asked: Phrasing) -> None:
    assert shortfalls(asked, ask(asked.report, asked.turns)) == []
