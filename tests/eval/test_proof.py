"""Quotes are judged by where their words stand, sentences by what a reader sees beside them."""

import pytest

from eval.proof import QuoteVerdict, judge_quote, sentences_covered

CITED = "The waiting room is locked at night and only staff hold the key."
OTHER = "Parents told us that they had never been asked about the garden gate."


IDS = {"area-2015/¶1.1", "area-2015/R2.1"}


def shown(text, *sentences):
    told = [{"text": words, "citations": [f"area-2015/{mark}"]} for words, mark in sentences]
    return sentences_covered({"answer": text, "sentences": told}, IDS)


def test_a_mark_covers_the_sentence_it_follows_and_no_other():
    assert shown("The door is locked. [¶1.1] It is green. It opens. [R2.1]") == (True, False, True)
    assert shown("The door is locked [¶1.1]. It is green.") == (True, False)


def test_a_mark_that_stands_for_no_cited_passage_covers_nothing():
    assert shown("The door is locked. [¶9.9]") == (False,)
    assert shown("The door is locked. [area-2015 ¶1.1]") == (True,)


def test_what_the_answer_adds_to_its_cited_sentences_is_not_covered():
    cited = ("The door is locked.", "¶1.1")
    assert shown("Finding 1.1: The door is locked. [¶1.1]", cited) == (True,)
    assert shown("The door is locked. [¶1.1] All is well.", cited) == (True, False)


def test_a_sentence_told_under_an_id_that_was_not_cited_is_not_covered():
    assert shown("The door is locked.", ("The door is locked.", "¶9.9")) == (False,)


@pytest.mark.parametrize(
    ("quote", "verdict"),
    [
        ("only staff hold the key", QuoteVerdict.SUPPORTED),
        ("they had never been asked", QuoteVerdict.MISATTRIBUTED),
        ("The waiting room is locked … only staff hold the key", QuoteVerdict.STITCHED),
        ("only staff hold the garden gate", QuoteVerdict.STITCHED),
        ("The waiting room is never locked", QuoteVerdict.NOT_FOUND),
        ("the key Parents told", QuoteVerdict.NOT_FOUND),  # no quote reaches from one passage into the next
        ("Only staff hold the key", QuoteVerdict.NOT_FOUND),
    ],
)
def test_a_quote_is_judged_by_where_its_words_stand(quote, verdict):
    assert judge_quote(quote, [CITED], [CITED, OTHER]) is verdict
