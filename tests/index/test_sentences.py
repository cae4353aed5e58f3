import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["Alerts were missed. (Recommendation 2.1)", "Next, staff met."],
        ["Alerts were missed.\n(Recommendations 2.1 and 3.5)", "Next, staff met."],
        ["Alerts were missed (Recommendation 2.1).", "Next, staff met."],
        ["Alerts were missed (Recommendation 2.1)", "Next, staff met."],
        ["Dr. Shah and Mrs. Lee met, e.g. Monday, i.e. early.", "They left."],
        ["The rate is 3.4% under Reg. 12(2)(a) of para. 5.", "See No. 7."],
        ["The ward shuts at 10pm.", "It opens at 8 a.m.", "Visitors wait 2 ½ hours."],
        ["They record names, ages, etc.", "The forms are old."],
        ["“We were told.", "Nobody came.”", "She waited."],
        ["Was it safe?", "No!", "It was not…", "They stopped."],
        ["The law of the U.K.", "The CCG uses plan B. Smith leads it."],
        ["It covers 2015.", "12 children were seen."],
        ["the trust did. and more was done."],
        ["1. The trust should act.", "It must."],
        ["- 3. The trust should act.", "It must."],
    ],
)
def test_sentences_are_cut_where_a_reader_would(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


def test_each_list_line_is_a_sentence_of_its_own() -> None:
    assert sentences("Staff should:\n- ask, and\n- write it down;\n• tell the nurse\n\n(a) act") == [
        "Staff should:",
        "- ask, and",
        "- write it down;",
        "• tell the nurse",
        "(a) act",
    ]


def test_a_line_that_is_only_wrapped_goes_on() -> None:
    assert sentences("The trust has not\nacted on this. It will\nsoon.") == [
        "The trust has not\nacted on this.",
        "It will\nsoon.",
    ]


@given(st.text(alphabet="aB1 .?!()\n\t-•“”'’½,:;é…Rr", max_size=200) | st.text(max_size=100))
def test_spans_are_in_order_trimmed_and_cover_every_word(text: str) -> None:
    spans = sentence_spans(text)
    covered = set()
    last = 0
    for start, end in spans:
        assert last <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        covered.update(range(start, end))
        last = end
    assert all(text[position].isspace() for position in range(len(text)) if position not in covered)


@pytest.mark.parametrize("text", ["(recommendation " * 4000, "a." * 20000, "\n\t" * 20000, ". (" * 20000, "x" * 50000])
def test_hostile_text_takes_no_more_than_linear_time(text: str) -> None:
    start = time.perf_counter()
    sentence_spans(text)
    assert time.perf_counter() - start < 2
