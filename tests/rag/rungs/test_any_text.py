"""No text that anybody may write brings a rung down."""

from hypothesis import given
from hypothesis import strategies as st

from rag.rungs import hedges, negation, numbers, organisations, quotation, voice
from tests.rag.rungs.claims import claim

PIECES = (
    "£|$|€|12|%|one|of|two|.|,|;|:|(|)|“|”|'|–|1,200|0|1.2.3|12th|March|2015|2013/14|a|an|the|half|third|year-old|weeks|5pm|17:30|not|"
    "never|all|most|CAMHS|NHS|Trust|said|told|parents|staff|may|plans to|¶|&|½|-3|£3m|twice|dozen|inspectors|found|was|were"
).split("|")
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=16).map(" ".join)


@given(TEXTS, TEXTS)
def test_a_rung_objects_in_words_or_not_at_all(text: str, evidence: str) -> None:
    written = claim(text, evidence)
    for objection in (numbers.objection, negation.objection, hedges.objection, voice.objection, quotation.objection):
        assert isinstance(objection(written), str)
    assert isinstance(organisations.objection(written, ()), str)
    found = quotation.verbatim(written)
    assert found is None or found[1][0] < found[1][1] <= len(evidence)


@given(st.text(min_size=1, max_size=60))
def test_nor_does_any_string(text: str) -> None:
    written = claim(text, "Staff told us that 12 of 40 parents paid £3.")
    for objection in (numbers.objection, negation.objection, hedges.objection, voice.objection, quotation.objection):
        assert isinstance(objection(written), str)


def test_a_currency_sign_at_the_end_of_a_sentence_is_no_amount() -> None:
    assert numbers.objection(claim("It costs £", "It costs £")) == ""
