"""Words in quotation marks stand in a cited passage; a whole claim counts as verbatim only by whole sentences."""

import re

import pytest

from rag.rungs.quotation import objection, quotations, verbatim, verbatim_in
from tests.rag.rungs.claims import claim, passage

NURSE = (
    "The liaison nurse reads every card the next morning. Cards are not always legible — two could not be read at all. "
    "A mother told us: “She rang me back, which nobody else did.” (Recommendation 2.4)"
)
LIST = (
    "The practice does not:\n- weigh babies at each visit.\n- ask who else lives in the home.\nThe practice is small. "
    "It has two doctors."
)

STANDS = [
    'A mother said: "She rang me back, which nobody else did."',
    "A mother said: “She rang me back, which nobody else did”.",
    "A mother said: 'She rang me back, which nobody else did'.",
    "A mother said: ‘she rang me back, which nobody else did’.",
    'One mother was rung back, "which nobody else did".',
    'The nurse "reads every card the next morning".',
    'The nurse "reads every card … next morning".',
    'The nurse "reads every card [...] next morning".',
    'Cards are "not always legible - two could not be read at all".',
    'Cards are "not always legible – two could not be read at all", and the nurse "reads every card".',
    'The nurse "reads   every card".',
    "It is the nurse's job to read each card, and the cards' writing is poor.",
    'A "second look" is taken at each card.',
    'The nurse "Reads every card the next morning."',
]
FALLS = [
    'A mother said: "She called me back, which nobody else did."',
    'A mother said: "She rang me back."; another: "Nobody rang me back."',
    'The nurse "reads every card the same morning".',
    'The nurse "reads most cards the next morning".',
    'The nurse "reads every cards the next morning".',
    'Cards are "never … legible".',
    'Two cards "could […] be read at all".',
    'Cards "could not be read … reads every card".',
    "A mother said: 'She rang us back, which nobody else did'.",
    "A mother said: ‘Nobody rang me back at all’.",
    'The nurse "reads every card [each] morning".',
    'The nurse "ads every card the".',
]


@pytest.mark.parametrize("text", STANDS)
def test_quoted_words_that_stand_in_the_passage_pass(text: str) -> None:
    assert objection(claim(text, NURSE)) == ""


@pytest.mark.parametrize("text", FALLS)
def test_quoted_words_that_do_not_stand_there_are_named(text: str) -> None:
    assert "quotation marks" in objection(claim(text, NURSE))


def test_a_quotation_is_not_put_together_from_two_passages() -> None:
    both = claim('The nurse "reads every card … and rings the mother".', NURSE, "She waits and rings the mother.")
    assert objection(both)


def test_a_quotation_may_stand_in_the_second_passage() -> None:
    assert objection(claim('The nurse "waits and rings the mother".', NURSE, "She waits and rings the mother.")) == ""


def test_short_words_and_apostrophes_are_no_quotations() -> None:
    assert quotations("The trust's and the nurses' \"red book\" isn't kept at parents' homes.") == []


WHOLE = [
    ("The liaison nurse reads every card the next morning.", NURSE),
    ("The liaison nurse reads every card the next morning", NURSE),
    ("Cards are not always legible - two could not be read at all.", NURSE),
    (
        "The liaison nurse reads every card the next morning. Cards are not always legible – two could not be read at all.",
        NURSE,
    ),
    ("A mother told us: 'She rang me back, which nobody else did.'", NURSE),
    (NURSE, NURSE),
    ("Checks are made.", "Checks are made. (Recommendation 1.1) They are late."),
    ("Checks are made. They are late.", "Checks are made. (Recommendation 1.1) They are late."),
]
PART = [
    ("Two could not be read at all.", NURSE),
    ("always legible — two could not be read at all.", NURSE),
    ("The liaison nurse reads every card.", NURSE),
    ("She rang me back, which nobody else did.", NURSE),
    ("The liaison nurse reads every card the next morning. A mother told us: 'She rang me back", NURSE),
    ("weigh babies at each visit.", LIST),
    ("ask who else lives in the home.", LIST),
    ("The practice does not:", LIST),
    ("", NURSE),
    ("Nobody rang.", 'A mother said: "I waited. Nobody rang. I gave up."'),
    ("I gave up.", 'A mother said: "I waited. Nobody rang. I gave up."'),
    ("The liaison nurse reads every card the next evening.", NURSE),
]


@pytest.mark.parametrize(("text", "source"), WHOLE)
def test_whole_sentences_are_verbatim_and_their_span_says_where(text: str, source: str) -> None:
    span = verbatim_in(text, passage(source))
    assert span is not None
    plain = str.maketrans("“”—–", "''--")
    printed, said = (re.sub(r" ?\(Recommendation .*?\)", "", each) for each in (source[slice(*span)], text))
    assert printed.translate(plain).rstrip(".") == said.translate(plain).rstrip(".")


@pytest.mark.parametrize(("text", "source"), PART)
def test_a_part_of_a_sentence_or_an_item_of_a_list_is_not(text: str, source: str) -> None:
    assert verbatim_in(text, passage(source)) is None


def test_a_list_with_its_opening_line_is_verbatim() -> None:
    whole = "The practice does not: weigh babies at each visit."
    assert verbatim_in(whole, passage(LIST)) is not None


def test_the_passage_that_has_the_claim_word_for_word_is_named() -> None:
    cited = claim("It has two doctors.", NURSE, LIST)
    assert verbatim(cited) == (cited.passages[1], (LIST.index("It has"), len(LIST)))
    assert verbatim(claim("It has three doctors.", NURSE, LIST)) is None
