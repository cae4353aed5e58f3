"""Quotes are judged by where their words stand, sentences by what a reader sees beside them."""

import pytest

from eval.proof import Quote, QuoteVerdict, judge_quote, quotes_of, sentences_covered, sentences_supported

CITED = "The waiting room is locked at night and only staff hold the key."
OTHER = "Parents told us that they had never been asked about the garden gate."


def test_a_short_passage_may_be_quoted_whole():
    assert judge_quote(Quote("No toys.", ("a",)), {"a": "No toys.", "b": OTHER}) is QuoteVerdict.SUPPORTED


@pytest.mark.parametrize(("start", "verdict"), [(4, QuoteVerdict.SUPPORTED), (3, QuoteVerdict.MISATTRIBUTED)])
def test_a_quote_must_stand_where_it_says(start, verdict):
    words = "waiting room is locked"
    assert judge_quote(Quote(words, ("cited",), (start, start + len(words))), {"cited": CITED}) is verdict


def test_what_an_answer_calls_verbatim_is_a_quote_and_a_citation_without_words_is_an_empty_one():
    answer = {
        "citations": [{"id": "a", "quote": None}],
        "sentences": [
            {
                "text": "The room is unlocked.",
                "citations": ["a"],
                "quote": "The room is locked.",
                "decided_by": "verbatim",
            }
        ],
    }
    assert [quote.words for quote in quotes_of(answer)] == ["", "The room is locked.", "The room is unlocked."]


NOTHING_MORE = {
    "heading": ["Early help"],
    "organisations": [],
    "addressed_to": [],
    "recommendations": [],
    "findings": [],
}
CITED_ONES = {f"area-2015/{mark}": NOTHING_MORE | {"mark": mark} for mark in ("¶1.1", "R2.1")}


def shown(text, *sentences):
    told = [{"text": words, "citations": [f"area-2015/{mark}" for mark in marks]} for words, *marks in sentences]
    return sentences_covered({"answer": text, "sentences": told}, CITED_ONES)


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


def test_a_sentence_that_is_told_is_covered_by_a_mark_of_its_own_after_it_and_by_nothing_else():
    cited = ("The door is locked.", "¶1.1")
    assert shown("The door is locked.", cited) == (False,)
    assert shown("The door is locked. [R2.1]", cited) == (False,)
    assert shown("The door is locked. All is well. [¶1.1]", cited) == (False, True)
    assert shown("The door is locked. [¶9.9]", ("The door is locked.", "¶9.9")) == (False,)


def test_what_announces_a_list_is_covered_by_what_it_cites():
    lead = ("There are 2 findings:", "¶1.1", "R2.1")
    assert shown("There are 2 findings: The door is locked. [¶1.1]", lead, ("The door is locked.", "¶1.1")) == (
        True,
        True,
    )


def test_a_label_is_no_sentence_but_a_last_word_with_a_colon_is():
    cited = ("The door is locked.", "¶1.1")
    assert shown("Early help: The door is locked. [¶1.1] All services were outstanding:", cited) == (True, False)
    assert shown("The opposite of the following is true: The door is locked. [¶1.1]", cited) == (False, True)


PASSAGES = {
    "a/¶1.1": {
        "text": "Most of the 12 records do not show who was told. Staff hold the key.",
        "mark": "¶1.1",
        "heading": ["Early help"],
        "section_number": "1",
        "organisations": ["Eastmere Trust"],
        "addressed_to": [],
        "recommendations": ["a/R2.1"],
        "findings": [],
    }
}


@pytest.mark.parametrize(
    ("text", "supported"),
    [
        ("Most of the 12 records do not show who was told.", True),
        ("At Eastmere Trust, most records do not show who was told.", True),
        ("All of the 12 records do not show who was told.", False),
        ("Most of the 12 records show who was told.", False),
        ("Most of the 13 records do not show who was told.", False),
        ("Inspectors found that services were outstanding.", False),
        ("", False),
    ],
)
def test_words_of_its_own_may_not_change_what_decides_a_finding(text, supported):
    sentence = {"text": text, "citations": ["a/¶1.1"], "quote": None, "decided_by": "meaning"}
    assert sentences_supported({"sentences": [sentence]}, PASSAGES) == (supported,)


def test_a_statement_on_links_and_counts_is_held_against_them():
    def statement(text):
        sentence = {"text": text, "citations": ["a/¶1.1"], "quote": None, "decided_by": "metadata"}
        return sentences_supported({"sentences": [sentence]}, PASSAGES)

    assert statement("Finding 1.1 refers to recommendation 2.1:") == (True,)
    assert statement("Finding 1.1 refers to recommendation 3.1:") == (False,)
    assert statement("There is 1 finding:") == (True,)
    assert statement("There are 2 findings:") == (False,)


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
        ("", QuoteVerdict.NOT_FOUND),
        ("locked", QuoteVerdict.NOT_FOUND),  # stands, and proves nothing
        ("iting room is locked at night", QuoteVerdict.NOT_FOUND),
    ],
)
def test_a_quote_is_judged_by_where_its_words_stand(quote, verdict):
    assert judge_quote(Quote(quote, ("cited",)), {"cited": CITED, "other": OTHER}) is verdict
