import pytest

from rag.shorthand import spelled_out

KNOWN = {"sections", "fundings", "act", "the", "trust", "need", "has", "to"}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("wot recs r for us", "what recs are for us"),
        ("what do we need 2 do", "what do we need to do"),
        ("recs 4 the trust", "recs for the trust"),
        ("everthing", "everything"),
        ("recomendatoins", "recommendations"),
        ("orgnaisations", "organisations"),
    ],
)
def test_hurried_typing_is_written_in_full(typed: str, read: str) -> None:
    assert spelled_out(typed, KNOWN.__contains__) == read


@pytest.mark.parametrize(
    "typed",
    [
        "r 2.1",
        "R",
        "section 4 the trust",
        "Tier 4 the beds",
        "fundings",
        "reactions",
        "hydrotherapy",
        "it has 2 sections",
        "para n.2",
    ],
)
def test_what_may_be_meant_as_it_stands_is_left_alone(typed: str) -> None:
    assert spelled_out(typed, KNOWN.__contains__) == typed
