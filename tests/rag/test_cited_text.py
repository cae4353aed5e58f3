"""Sentences with their marks, out of whole texts and out of texts cut at any place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.cited_text import CitedSentence, SentenceStream, cited_sentences, readable

READ = [
    ("The room is locked [¶1.2].", [("The room is locked.", ["¶1.2"])]),
    ("The room is locked. [¶1.2] Cameras are planned. [R2.1]", [("The room is locked.", ["¶1.2"]), ("Cameras are planned.", ["R2.1"])]),
    ("It is locked. [¶1.2] the trust says so. [R2.1] [R2.2] nobody else does.", [("It is locked.", ["¶1.2"]), ("the trust says so.", ["R2.1", "R2.2"]), ("nobody else does.", [])]),  # noqa: E501
    ("The room [¶1.2] is locked [R2.1].", [("The room is locked.", ["¶1.2", "R2.1"])]),
    ("Both hold [¶1.2, R2.1 and R2.3].", [("Both hold.", ["¶1.2", "R2.1", "R2.3"])]),
    ("Both hold [¶1.2][¶1.3].", [("Both hold.", ["¶1.2", "¶1.3"])]),
    ("Both hold [¶¶1.2, 1.3].", [("Both hold.", ["¶1.2", "¶1.3"])]),
    ("It says so [p1.2]. So does this [para 5.2.10].", [("It says so.", ["¶1.2"]), ("So does this.", ["¶5.2.10"])]),
    ("It says so [rec 2.1].", [("It says so.", ["R2.1"])]),
    ("It says so (paragraphs 1.2 and 1.3).", [("It says so.", ["¶1.2", "¶1.3"])]),
    ("It says so (see recommendation 2.1).", [("It says so.", ["R2.1"])]),
    ("It says so [elmshire-2016 ¶1.2; R1.1].", [("It says so.", ["elmshire-2016/¶1.2", "elmshire-2016/R1.1"])]),
    ("It says so [elmshire-2016/¶1.2].", [("It says so.", ["elmshire-2016/¶1.2"])]),
    ("It says so [§about-the-review.2].", [("It says so.", ["§about-the-review.2"])]),
    ("It says so [§training-and-supervision.2, and R1.1].", [("It says so.", ["§training-and-supervision.2", "R1.1"])]),
    ("It says so [¶1.2–¶1.4].", [("It says so.", ["¶1.2…¶1.4"])]),
    ("It says so [R2.1 to R2.3].", [("It says so.", ["R2.1…R2.3"])]),
    ("It says so [2.4].", [("It says so.", ["¶2.4|R2.4"])]),
    ("It says so [9].", [("It says so.", ["¶9|R9"])]),
    ("It says so [Smith 2014].", [("It says so.", [""])]),
    ("It says so 【¶1.2】.", [("It says so.", ["¶1.2"])]),
    ("It says so [¶\u200b1.2].", [("It says so.", ["¶1.2"])]),
    ("It says [sic] so.", [("It says [sic] so.", [])]),
    ("None. Dr. Lane agrees, at 3.4 visits (12 in all).", [("None.", []), ("Dr. Lane agrees, at 3.4 visits (12 in all).", [])]),
    ("## Summary\n- One **bold** point [¶1.2]\n- Another [¶1.3]", [("One bold point", ["¶1.2"]), ("Another", ["¶1.3"])]),
    ("The trust plans it [R1.1]\nThe council does not [R1.2]", [("The trust plans it", ["R1.1"]), ("The council does not", ["R1.2"])]),
    ("[¶1.2] It is locked.", [("It is locked.", ["¶1.2"])]),
    ("", []),
    (" \n ", []),
]  # fmt: skip


def marks(sentence: CitedSentence) -> list[str]:
    told = []
    for mark in sentence.marks:
        name = "|".join(mark.marks) + (f"…{mark.last}" if mark.last else "")
        told.append(f"{mark.report}/{name}" if mark.report else name)
    return told


@pytest.mark.parametrize(("text", "expected"), READ)
def test_sentences_and_their_marks(text: str, expected: list[tuple[str, list[str]]]) -> None:
    assert [(sentence.text, marks(sentence)) for sentence in cited_sentences(text)] == expected


def streamed(pieces: list[str]) -> list[CitedSentence]:
    stream = SentenceStream()
    given = [sentence for piece in pieces for sentence in stream.feed(piece)]
    return [*given, *stream.finish()]


@pytest.mark.parametrize("text", [" ".join(text for text, _ in READ[:10]), *(text for text, _ in READ)])
def test_cut_at_any_character_the_sentences_are_those_of_the_whole_text(text: str) -> None:
    whole = cited_sentences(text)
    assert streamed(list(text)) == whole
    for cut in range(len(text)):
        assert streamed([text[:cut], text[cut:]]) == whole


PIECES = "The room| is| not| locked|.| |\n|[|]|¶1.2|R2|.1|,|(|)|- |**|No|Dr|p1.2".split("|")


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_no_stream_of_pieces_reads_otherwise_than_the_whole(pieces: list[str]) -> None:
    assert streamed(pieces) == cited_sentences("".join(pieces))


def test_no_part_of_a_mark_is_ever_in_a_sentence_given_early() -> None:
    text = "The room is locked [elmshire-2016 ¶1.2, R2.1]. It has a camera now [¶1.3]. And more was seen there."
    for cut in range(len(text)):
        for sentence in SentenceStream().feed(text[:cut]):
            assert sentence in cited_sentences(text)


def test_what_cannot_be_seen_is_taken_out() -> None:
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "ignore")
    assert readable(f"The {hidden}room\u200b is\u202e locked\x07.") == "The room is locked."
