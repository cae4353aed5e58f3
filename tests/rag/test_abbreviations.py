"""Which short forms a text explains itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.abbreviations import abbreviations


@pytest.mark.parametrize(
    ("text", "short", "full"),
    [
        ("the Child and Adolescent Lunch Services (CALS) team", "CALS", "Child and Adolescent Lunch Services"),
        ("all initial garden\nassessments (IGAs) are late", "IGA", "initial garden assessments"),
        ("staff in accident & emergency (A&E)", "A&E", "accident & emergency"),
        ("Deprivation of Liberty Safeguards (DoLS) apply", "DoLS", "Deprivation of Liberty Safeguards"),
        ("an out of hours (OOH) call", "OOH", "out of hours"),
        ("the genitourinary medicine (GUM) clinic", "GUM", "genitourinary medicine"),
        ('the Hill Clinical Group (the "HCG")', "HCG", "Hill Clinical Group"),
        ("multi-agency safety hub (MASH)", "MASH", "multi-agency safety hub"),
        ("a MASH (multi-agency safety hub) opened", "MASH", "multi-agency safety hub"),
        ("Glossary\nYGT – youth garden team\n", "YGT", "youth garden team"),
        ("YGT    youth garden team", "YGT", "youth garden team"),
    ],
)
def test_initials_spell_a_short_form(text: str, short: str, full: str) -> None:
    assert dict(abbreviations(text)) == {short: full}


@pytest.mark.parametrize(
    "text",
    [
        "Children are seen (FGM) here",
        "The service failed. Good Practice is rare (SGP)",
        "staff (who were busy) left early",
        "Hill House (Oxon) is open",
        "and emergency (AE)",
        "Named GP: Dr Smith",
        "one word Wellbeing (WB)",
    ],
)
def test_a_bracket_whose_initials_are_not_before_it_explains_nothing(text: str) -> None:
    assert dict(abbreviations(text)) == {}


def test_the_first_full_form_holds() -> None:
    text = "protected lunch time (PLT) and later a pleasant lunch table (PLT)"
    assert abbreviations(text)["PLT"] == "protected lunch time"


def test_no_more_words_are_taken_than_are_spelled() -> None:
    text = "care services and community support (CS)"
    assert abbreviations(text)["CS"] == "community support"


def test_what_is_remembered_of_a_text_cannot_be_changed() -> None:
    found = abbreviations("garden team (GT)")
    with pytest.raises(TypeError):
        found["GT"] = "other"  # type: ignore[index]
    assert abbreviations("garden team (GT)") == {"GT": "garden team"}


NAME = st.lists(st.from_regex(r"[b-hj-np-z][a-z]{3,8}", fullmatch=True), min_size=2, max_size=6)


@given(NAME)
def test_every_name_is_spelled_by_its_initials(words: list[str]) -> None:
    short = "".join(word[0] for word in words).upper()
    full = " ".join(words)
    # A name whose end is spelled alike is taken from its end; initials alone leave but one number of words.
    singular = short.removesuffix("s")
    assert abbreviations(f"Our {full} ({short}).") == {singular: full}
