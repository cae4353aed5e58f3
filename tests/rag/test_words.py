"""Which words of a question carry what it is about."""

import time

import pytest

from rag.words import subject


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("What did inspectors find about waiting times?", "waiting times?"),
        ("what does the Elmshire review say about waiting times", "waiting times"),
        ("What do the two latest reports say on waiting times?", "waiting times?"),
        ("what did the health visitors report about waiting times", None),
        ("how long is the wait", None),
        ("What does the report say?", None),
    ],
)
def test_the_frame_that_asks_is_no_part_of_the_subject(question: str, about: str | None) -> None:
    assert subject(question) == (about or question)


def test_runs_of_blanks_count_as_one_and_cost_no_time() -> None:
    blanks = " \t" * 990
    started = time.process_time()
    assert subject(f"what{blanks}did inspectors{blanks}find about waiting times") == "waiting times"
    assert subject(f"what{blanks}about waiting times") == "what about waiting times"
    assert time.process_time() - started < 0.3
