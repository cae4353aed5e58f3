"""Which detail a question asks for, and which sentences hold one of its kind."""

import time

import pytest

from rag.detail import DETAILS, Sort, counts, details_asked, thing_counted


@pytest.mark.parametrize(
    ("question", "sort", "holds", "lacks"),
    [
        ("how many nurses have left?", Sort.NUMBER, "Four nurses have left.", "Nurses have left."),
        ("how much did the alarms cost?", Sort.NUMBER, "They cost £4,000.", "They cost the board dear."),
        ("what percentage were seen in time?", Sort.NUMBER, "We found that 91% were.", "Few were seen."),
        ("how old was the girl?", Sort.NUMBER, "The girl, aged 14, was seen.", "The girl was seen."),
        ("what overall rating did it get?", Sort.NUMBER, "It was rated good.", "It did well."),
        ("how long do teenagers wait?", Sort.TIME, "They wait nineteen weeks.", "They wait for a place."),
        ("how often does the board meet?", Sort.TIME, "The board meets quarterly.", "The board meets."),
        ("when did the clinic open?", Sort.TIME, "It opened in March.", "It opened."),
        ("what's the name of the matron?", Sort.NAME, "We met Mrs Oakes.", "We met the matron of Ward Two."),
        ("what is the new clinic called?", Sort.NAME, "We visited the Willow clinic.", "We visited the clinic."),
        ("which two schools opted out?", Sort.NAME, "These were Oakwood and Elm Park.", "Two schools opted out."),
    ],
)
def test_the_detail_asked_for_is_told_from_its_absence(question: str, sort: Sort, holds: str, lacks: str) -> None:
    asked = details_asked(question)
    assert asked
    assert asked[0].sort is sort
    assert asked[0].held_by(holds)
    assert not asked[0].held_by(lacks)


@pytest.mark.parametrize(
    "question",
    [
        "Is the ward safe?",
        "what do parents say of the clinic?",
        "tell me about dentists",
        "What happens when a child is not brought?",
        "do staff put the child's name on the form and file it?",
        "what became of the so-called uncle",
        "which five-year-olds are seen?",
        "why did the matron leave?",
    ],
)
def test_a_question_for_no_detail_asks_for_none(question: str) -> None:
    assert details_asked(question) == ()


def test_a_number_counts_a_thing_that_stands_shortly_after_it() -> None:
    thing = thing_counted("how many of the referrals were late?")
    assert counts("There were 12 late referrals.", thing)
    assert not counts("All 12 nurses who had been to the training make referrals.", thing)
    assert not counts("Referrals were late.", thing)


def test_only_a_question_for_a_number_of_things_has_a_thing_counted() -> None:
    assert thing_counted("How long is the wait?") == frozenset()
    assert thing_counted("how many of them?") == frozenset()


def test_a_table_of_figures_is_read_in_no_time() -> None:
    table = "1," * 4_000
    started = time.process_time()
    assert (
        sum(detail.held_by(table) for detail in DETAILS) == 1
    )  # any number will do where a number of things is asked for
    assert time.process_time() - started < 1
    assert details_asked("how much did it cost?")[0].held_by(f"{table}000 pounds")
