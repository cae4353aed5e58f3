"""Which questions take something for granted, and what tone a text has."""

import pytest

from rag.premise import adverse, asks_more_than_once, presumes


@pytest.mark.parametrize(
    "question",
    [
        "Why did they close the clinic?",
        "how come so few are trained",
        "Staff were moved. Why?",
        "who replaced the matron when she left",
        "when did the clinic stop seeing toddlers?",
    ],
)
def test_a_question_for_the_reason_of_something_takes_it_for_granted(question: str) -> None:
    assert presumes(question)


@pytest.mark.parametrize(
    "question", ["Did staff ask children why they came?", "When did the clinic open?", "is it safe"]
)
def test_other_questions_take_nothing_for_granted(question: str) -> None:
    assert not presumes(question)


def test_the_tone_of_a_text_is_in_its_words_and_why_has_none() -> None:
    assert adverse("Records were not kept.")
    assert adverse("why dont they keep records")
    assert not adverse("Records are kept well.")
    assert not adverse("Why are records kept?")


def test_a_question_with_two_words_that_ask_asks_more_than_once() -> None:
    assert asks_more_than_once("which clinics are shut, and why?")
    assert not asks_more_than_once("which clinics are shut?")
