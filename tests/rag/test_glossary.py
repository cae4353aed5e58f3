"""Which terms a question's words lead to, and that the glossary's table keeps its own rules."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.glossary import COMMON_USAGE, GLOSSARY, Group, Term, TermKind, Way, expansions, load_glossary

PROJECT = Path(__file__).resolve().parents[2]
GROUPS = load_glossary()
TERMS = [(group, term) for group in GROUPS for term in group.terms]


def named(group: Group) -> str:
    return group.terms[0].text


def asked_with(term: Term) -> str:
    return f"Tell inspectors of {term.text} here"


# The table


def test_the_table_holds_at_least_a_hundred_and_fifty_groups() -> None:
    assert len([group for group in GROUPS if group.kind is not TermKind.OTHER_SENSE]) >= 150


def test_no_term_starts_from_two_groups() -> None:
    starts = Counter(key for group in GROUPS for key in {term.key for term in group.terms})
    assert [" ".join(key) for key, count in starts.items() if count > 1] == []


@pytest.mark.parametrize("group", GROUPS, ids=named)
def test_no_term_stands_twice_on_one_side_of_a_group(group: Group) -> None:
    for side in (group.terms, group.leads_to):
        assert len({term.key for term in side}) == len(side)
        assert all(term.key for term in side)


@pytest.mark.parametrize("group", GROUPS, ids=named)
def test_a_group_leads_somewhere_its_way_allows(group: Group) -> None:
    if group.way is Way.BOTH:
        assert len(group.terms) > 1
        assert not group.leads_to
    else:
        assert bool(group.leads_to) is (group.way is Way.ONE)
    assert (group.way is Way.NONE) is (group.kind is TermKind.OTHER_SENSE)


@pytest.mark.parametrize("group", GROUPS, ids=named)
def test_everyday_words_lead_to_technical_ones_and_never_back(group: Group) -> None:
    assert (group.way is Way.ONE) is (group.kind is TermKind.EVERYDAY)


@pytest.mark.parametrize("group", GROUPS, ids=named)
def test_every_group_says_where_its_meaning_is_from(group: Group) -> None:
    if group.kind is TermKind.SUCCESSOR:
        assert any(map(str.isdigit, group.source)), "the document or the date of the change"
    assert group.source == COMMON_USAGE or len(group.source.split()) > 2


@pytest.mark.parametrize(
    "group", [group for group in GROUPS if group.kind in {TermKind.ABBREVIATION, TermKind.SUCCESSOR}], ids=named
)
def test_abbreviations_and_new_names_lead_both_ways(group: Group) -> None:
    assert group.way is Way.BOTH


def test_short_forms_that_are_everyday_words_count_only_in_capitals() -> None:
    words = set("it send cash dash salt pep wrap pals nice ed la si da".split())
    loose = [t.text for _, t in TERMS if t.is_short and t.text.lower() in words and not t.capitals]
    assert loose == []


def test_the_table_is_installed_with_its_package() -> None:
    setuptools = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    assert GLOSSARY.parent.name == "rag"
    assert GLOSSARY.name in setuptools["package-data"]["rag"]


# The rule


@pytest.mark.parametrize(
    ("group", "term"), [pair for pair in TERMS if pair[0].targets], ids=[t.text for g, t in TERMS if g.targets]
)
def test_each_term_leads_to_its_group(group: Group, term: Term) -> None:
    found = expansions(asked_with(term))
    own = f" {' '.join(term.key)} "
    expected = {t.text for t in group.targets if not any(f" {' '.join(key)} " in own for key in t.keys)}
    assert expected <= set(found)
    assert term.text not in found


@pytest.mark.parametrize("term", [t for _, t in TERMS if not t.capitals], ids=lambda term: term.text)
def test_capitals_do_not_matter_to_other_terms(term: Term) -> None:
    asked = asked_with(term)
    assert set(expansions(asked.lower())) == set(expansions(asked))


@pytest.mark.parametrize("term", [t for _, t in TERMS if t.capitals and t.is_short], ids=lambda term: term.text)
def test_a_term_for_capitals_needs_them_and_a_question_not_all_in_them(term: Term) -> None:
    meant = set(expansions(asked_with(term)))
    assert meant
    assert not meant & set(expansions(asked_with(term).lower()))
    assert not meant & set(expansions(asked_with(term).upper()))
    assert meant <= set(expansions(f"{term.text}?"))


@pytest.mark.parametrize("term", [t for _, t in TERMS if t.is_short], ids=lambda term: term.text)
def test_a_short_form_is_known_in_the_plural(term: Term) -> None:
    plural = Term(term.text + "s", term.capitals)
    assert set(expansions(asked_with(plural))) == set(expansions(asked_with(term)))


@pytest.mark.parametrize(
    ("longer", "shorter", "meant_only_by_the_shorter"),
    [
        ("heart surgery", "surgery", "general practice"),
        ("DNA test", "DNA", "did not attend"),
        ("early intervention in psychosis", "early intervention", "early help"),
        ("children's social services", "social services", "local authority"),
    ],
)
def test_a_word_counts_in_the_longest_term_that_holds_it(
    longer: str, shorter: str, meant_only_by_the_shorter: str
) -> None:
    assert meant_only_by_the_shorter in expansions(f"Is there any {shorter} here?")
    assert meant_only_by_the_shorter not in expansions(f"Is there any {longer} here?")


def test_the_longest_term_leads_first() -> None:
    found = expansions("jabs for kids in care")
    assert found.index("looked after children") < found.index("immunisations")


@pytest.mark.parametrize("question", ["jabsolutely fabulous", "the LACE curtains", "a mumbling dadaist", "midkids"])
def test_part_of_a_word_is_no_term(question: str) -> None:
    assert expansions(question) == ()


@pytest.mark.parametrize("question", ["", "?!", "   ", "zebra crossings"])
def test_words_of_no_group_lead_nowhere(question: str) -> None:
    assert expansions(question) == ()


@pytest.mark.parametrize("question", ["A&E", "a & e", "A and E", "accident & emergency"])
def test_an_ampersand_is_the_word_and(question: str) -> None:
    assert "emergency department" in expansions(f"do staff in {question} ask")


@given(st.lists(st.sampled_from([term.text for _, term in TERMS]), max_size=6).map(" and ".join))
def test_what_is_led_to_is_neither_asked_already_nor_said_twice(question: str) -> None:
    found = expansions(question)
    asked = f" {' '.join(Term(question).key)} "
    assert len({Term(term).key for term in found}) == len(found)
    assert [term for term in found if f" {' '.join(Term(term).key)} " in asked] == []


@given(st.text(max_size=200))
def test_any_text_may_be_asked(question: str) -> None:
    assert len(set(expansions(question))) == len(expansions(question))


# A report's own short forms


def test_a_report_s_own_short_form_leads_both_ways() -> None:
    own = {"SPOT": "single point of triage"}
    assert "single point of triage" in expansions("Does the SPOT work?", own)
    assert "SPOT" in expansions("Does the single point of triage work?", own)
    assert "single point of triage" not in expansions("Does the SPOT work?")


def test_a_report_s_own_short_form_is_no_everyday_word_in_small_letters() -> None:
    assert "children at risk everywhere" not in expansions("who takes care", {"CARE": "children at risk everywhere"})


def test_a_short_form_without_a_vowel_is_known_in_small_letters() -> None:
    assert "joint triage group" in expansions("what does the jtg do", {"JTG": "joint triage group"})


def test_a_report_s_other_meaning_of_a_short_form_holds() -> None:
    own = {"PLT": "psychiatric liaison team"}
    assert "protected learning time" in expansions("Is PLT used?")
    found = expansions("Is PLT used?", own)
    assert "psychiatric liaison team" in found
    assert "protected learning time" not in found
    assert "PLT" not in expansions("Is protected learning time used?", own)


def test_a_report_s_spelling_of_a_known_meaning_joins_its_group() -> None:
    found = expansions("How good is the HV service?", {"HV": "health visiting service"})
    assert "health visitor" in found


def test_a_report_s_new_short_form_of_a_known_term_joins_its_group() -> None:
    found = expansions("Is the CYMH team good?", {"CYMH": "child and adolescent mental health services"})
    assert "CAMHS" in found


# What somebody may ask, and a word that a report may use for it. None is taken from a report or from a gold question.
ASKED = [
    ("Do nans who look after grandchildren and kids in care get seen?", "looked after children"),
    ("Are the jabs up to date?", "immunisations"),
    ("Does anybody spot girls being groomed?", "child sexual exploitation"),
    ("how do they help parents with drink and drugs", "substance misuse"),
    ("Is your family doctor told?", "GP"),
    ("do bosses check anything", "manager"),
    ("Is the paperwork any good?", "record keeping"),
    ("How long is the waiting list for talking therapy?", "waiting times"),
    ("How long is the waiting list for talking therapy?", "CBT"),
    ("Do social services answer the phone?", "children's social care"),
    ("Where do teens go when they cut themselves?", "self-harm"),
    ("What if a baby was not brought to clinic?", "did not attend"),
    ("are there enough staff or are they short staffed", "vacancies"),
    ("Do nurses get one to one time to talk over cases?", "supervision"),
    ("what about a violent boyfriend", "domestic abuse"),
    ("Is anyone kicked out of school helped?", "exclusion"),
    ("Who does the red book?", "PCHR"),
    ("Does the ICB pay?", "clinical commissioning group"),
    ("Do casualty staff phone the health visitor?", "emergency department"),
    ("who goes to MARACs", "multi-agency risk assessment conference"),
    ("Is the EHCP shared?", "education health and care plan"),
    ("What happens when teenagers turn 18?", "transition"),
    ("Do parents who don't speak English understand?", "interpreter"),
    ("Were kids listened to?", "voice of the child"),
    ("Is somebody told when a child has gone missing?", "missing from home"),
    ("How do young mums fare?", "family nurse partnership"),
    ("Are the dentist and optician involved?", "dental"),
    ("do the computers talk to each other", "information sharing"),
    ("what do they do about baby blues", "postnatal depression"),
    ("Can staff take it further if nobody acts?", "escalation"),
    ("Was a background check made on new nurses?", "safer recruitment"),
]


@pytest.mark.parametrize(("question", "expected"), ASKED)
def test_everyday_questions_lead_to_the_words_of_reports(question: str, expected: str) -> None:
    assert expected in expansions(question)


NOT_MEANT = [
    ("Did they send a letter?", "SEND"),
    ("Is it good?", "information technology"),
    ("Which section is about training?", "Mental Health Act"),
    ("What is expected of trusts?", "maternity"),
    ("How far do families travel?", "traveller community"),
    ("Who had heart surgery?", "general practice"),
    ("What did inspectors note?", "records"),
    ("Are business cases made?", "caseload"),
    ("Is cash short?", "contraception and sexual health"),
]


@pytest.mark.parametrize(("question", "unwanted"), NOT_MEANT)
def test_words_of_another_sense_do_not_lead_astray(question: str, unwanted: str) -> None:
    assert unwanted not in expansions(question)
