"""Every mention of a term, against a plain search of the passages' words."""

import re
from typing import Any

import pytest

from index.embed import Embedder
from index.library import Library
from index.report import Kind
from rag.answer import AnswerStatus, answer_question


@pytest.fixture(scope="module")
def ask(real_library: Library, real_embedder: Embedder) -> Any:
    return lambda question: answer_question(question, index=real_library.current(), embedder=real_embedder)


@pytest.mark.parametrize(
    ("question", "pattern"),
    [
        ("Where is MARAC mentioned?", r"\bMARAC\b"),
        ("which paragraphs mention FGM", r"\bFGM\b"),
        ("every mention of serious case reviews", r"serious case reviews?"),
        ("Where is the Think Family approach mentioned?", r"Think Family"),
    ],
)
def test_all_passages_with_the_words_are_cited(ask: Any, real_library: Library, question: str, pattern: str) -> None:
    kinds = {Kind.FINDING} if "paragraphs" in question else set(Kind)
    passages = [
        p for p in real_library.current().passages if p.kind in kinds and re.search(pattern, p.text, re.IGNORECASE)
    ]
    answer = ask(question)
    assert {citation.passage.id for citation in answer.citations} == {passage.id for passage in passages}
    assert answer.completeness.startswith(f"{len(passages)} of {len(passages)} ")
    assert all(re.search(pattern, citation.quote, re.IGNORECASE) for citation in answer.citations)


def test_a_kind_that_is_named_restricts_the_list(ask: Any) -> None:
    assert {c.passage.kind for c in ask("which recommendations mention GPs?").citations} == {Kind.RECOMMENDATION}


def test_a_sentence_that_leans_on_the_one_before_brings_it_along(ask: Any) -> None:
    told = {c.passage.mark: c.quote for c in ask("List the good practice").citations}
    assert not [mark for mark, quote in told.items() if re.fullmatch(r"This is good practice\.?", quote)]


def test_a_term_that_stands_nowhere_is_searched_by_meaning(ask: Any) -> None:
    answer = ask("Where is the hydrotherapy pool mentioned?")
    assert answer.status is AnswerStatus.NOT_IN_REPORT
