"""In a library of several reports, a filter or a name confines a question, and what was said before it, to the reports meant."""

from pathlib import Path
from typing import Any

import pytest

from index.embed import Embedder
from index.filters import Filters
from index.library import Library
from rag.answer import Answer, answer_question

PROJECT = Path(__file__).resolve().parents[2]
FENMARCH, BRACKENHULME = "fenmarch-2014", "brackenhulme-2016"


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder) -> Any:
    """ask(question, reports=…, history=…) of a library with both invented reviews."""
    library = Library(tmp_path_factory.mktemp("two"), real_embedder)
    for report in (FENMARCH, BRACKENHULME):
        library.add(PROJECT / "eval" / "reports" / f"{report}.txt")
    index = library.current()

    def _ask(question: str, reports: tuple[str, ...] = (), history: Any = ()) -> Answer:
        filters = Filters(reports=reports)
        return answer_question(question, index=index, embedder=real_embedder, history=history, filters=filters)

    return _ask


def cited(answer: Answer) -> set[str]:
    return {citation.passage.id for citation in answer.citations}


def test_a_report_that_a_question_names_narrows_a_filter_of_several(ask: Any) -> None:
    named = ask("How many recommendations does the Fenmarch report make?")
    filtered = ask("How many recommendations does the Fenmarch report make?", reports=(FENMARCH, BRACKENHULME))
    assert cited(named) == cited(filtered)
    assert {i.partition("/")[0] for i in cited(filtered)} == {FENMARCH}


def test_a_report_that_a_question_names_outside_its_filter_is_not_answered_from_another(ask: Any) -> None:
    answer = ask("What does the Fenmarch report say on training?", reports=(BRACKENHULME,))
    assert answer.status == "not_in_report"
    assert "Fenmarch" in answer.answer


def test_an_organisation_of_a_report_outside_the_filter_is_not_meant(ask: Any) -> None:
    answer = ask("Which recommendations are addressed to the CCGs?", reports=(FENMARCH,))
    assert {i.partition("/")[0] for i in cited(answer)} == {FENMARCH}


@pytest.mark.parametrize(
    ("before", "reply", "after", "expected"),
    [
        ("What does recommendation 2.1 say?", "Provide … [R2.1]", "Who is it addressed to?", {f"{FENMARCH}/R2.1"}),
        ("Where do teenagers wait?", "… [¶1.2]", "which recommendation is that?", {f"{FENMARCH}/R2.1"}),
    ],
)
def test_a_mark_in_a_reply_is_of_the_filtered_report(
    ask: Any, before: str, reply: str, after: str, expected: set[str]
) -> None:
    history = [{"role": "user", "content": before}, {"role": "assistant", "content": reply}]
    answer = ask(after, reports=(FENMARCH,), history=history)
    assert {i for i in cited(answer) if "/R" in i} == expected
    assert {i.partition("/")[0] for i in cited(answer)} == {FENMARCH}


def test_a_mark_in_a_reply_is_of_the_report_that_the_question_before_it_named(ask: Any) -> None:
    history = [
        {"role": "user", "content": "Who helps a family without a cot in Fenmarch?"},
        {"role": "assistant", "content": "… [¶1.5]"},
    ]
    assert cited(ask("what does that paragraph say?", history=history)) == {f"{FENMARCH}/¶1.5"}
