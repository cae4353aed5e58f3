"""The gold sets are sound, and `check` finds the faults that would make them unsound."""

import json

import pytest

from eval.gold import GoldError, GoldQuestion, Half, check, contains_fact, load_gold
from eval.run import load_suites, report_file
from index.parse import read_report

SUITES = load_suites()
REPORTS = {report: read_report(report_file(report)) for suite in SUITES for report in suite.reports}
GOOD = {
    "id": "a",
    "question": "Is it locked?",
    "type": "yes_no",
    "register": "plain",
    "report": "fenmarch-2014",
    "must": [{"mark": "¶1.3", "words": "telephoned by a nurse within 24 hours"}],
    "may": [{"mark": "R2.2", "words": "Introduce one electronic record"}],
    "facts": [["24 hours", "one day"]],
    "answerable": True,
    "expected_status": "answered",
}


def faults(**changes):
    return check([GoldQuestion.model_validate(GOOD | changes)], REPORTS)


def test_every_span_of_the_gold_sets_stands_in_its_report_and_every_fact_in_its_evidence():
    assert check([question for suite in SUITES for question in suite.questions], REPORTS) == []


@pytest.mark.parametrize("suite", [s for s in SUITES if s.name != "cross"], ids=lambda s: s.name)
def test_each_half_of_a_gold_set_has_answerable_and_unanswerable_questions_of_many_types(suite):
    for half in Half:
        part = [question for question in suite.questions if question.half is half]
        assert len({question.type for question in part}) >= 12
        assert {question.answerable for question in part} == {True, False}


def test_sound_gold_has_no_faults():
    assert faults() == []


def test_a_span_that_is_not_in_the_passage_is_a_fault():
    (fault,) = faults(must=[{"mark": "¶1.3", "words": "telephoned by a nurse within 48 hours"}], facts=[])
    assert "no ¶1.3 of the report" in fault


def test_a_span_under_another_passages_mark_is_a_fault():
    assert faults(must=[{"mark": "¶1.4", "words": "telephoned by a nurse within 24 hours"}], facts=[])


def test_words_without_a_mark_that_stand_in_two_passages_are_a_fault():
    (fault,) = faults(must=[{"mark": None, "words": "This is good practice"}], facts=[])
    assert "¶1.1" in fault
    assert "¶2.2" in fault


def test_an_unknown_report_is_a_fault():
    assert faults(report="nowhere-1999", facts=[])


def test_a_fact_that_the_evidence_does_not_have_is_a_fault():
    assert faults(facts=[["three weeks"]]) == ["a: ['three weeks'] does not occur in the evidence"]


def test_a_count_that_is_not_the_number_of_counted_passages_is_a_fault():
    assert faults(type="count", must=[], facts=[["2", "two"]]) == [
        "a: 1 passages are counted, the fact is ('2', 'two')"
    ]
    assert faults(type="count", must=[], facts=[["1", "one"]]) == []


def test_evidence_that_requires_one_passage_twice_is_a_fault():
    twice = [*GOOD["must"], {"mark": "¶1.3", "words": "In nine of twelve records"}]
    assert faults(must=twice) == ["a: fenmarch-2014/¶1.3 is required by 2 pieces of evidence"]


def test_an_id_that_occurs_twice_is_a_fault():
    question = GoldQuestion.model_validate(GOOD)
    assert check([question, question], REPORTS) == ["a: this id occurs 2 times"]


@pytest.mark.parametrize(
    "broken",
    [
        {"expected_status": "perhaps"},
        {"expected_status": "not_in_report"},
        {"answerable": False, "expected_status": "not_in_report"},
        {"register": "loud"},
        {"filters": {"chapters": ["1"]}},
        {"must": [{"mark": "1.3", "words": "telephoned"}]},
        {"surprise": 1},
    ],
    ids=["status", "answerable", "evidence for no answer", "register", "filter", "mark", "field"],
)
def test_a_malformed_line_is_refused_with_its_file_and_number(tmp_path, broken):
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps(GOOD) + "\n" + json.dumps(GOOD | broken) + "\n", encoding="utf-8")
    with pytest.raises(GoldError, match=r"bad\.jsonl, line 2"):
        load_gold(path)


def test_adding_a_question_moves_no_other_to_the_other_half():
    halves = {GoldQuestion.model_validate(GOOD | {"id": str(n)}).half for n in range(20)}
    assert halves == set(Half)
    assert GoldQuestion.model_validate(GOOD | {"question": "Another?"}).half is GoldQuestion.model_validate(GOOD).half


def test_evidence_matches_whatever_the_shape_of_quotes_and_spaces():
    evidence = GoldQuestion.model_validate(GOOD | {"must": [{"words": 'a "pink  envelope"'}]}).must[0]
    assert evidence.matched_by("r", "¶3.3", "placed in a “pink\nenvelope” which")
    assert not evidence.matched_by("r", "¶3.3", "placed in a “blue envelope” which")


def test_any_of_the_alternative_spans_will_do():
    evidence = GoldQuestion.model_validate(
        GOOD | {"must": [{"mark": "¶1.1", "words": "one", "or": [{"mark": "¶1.2", "words": "two"}]}]}
    ).must[0]
    assert evidence.matched_by("r", "¶1.1", "one")
    assert evidence.matched_by("r", "¶1.2", "two")
    assert not evidence.matched_by("r", "¶1.2", "one")


@pytest.mark.parametrize(
    ("text", "spellings", "found"),
    [
        ("There are 4 of them.", ["4"], True),
        ("There are 24 of them.", ["4"], False),
        ("There are two. [R2.4]", ["4"], False),
        ("There are two. [¶4.1]", ["4"], False),
        ("Four are addressed to it.", ["4", "four"], True),
        ("The door is unlocked.", ["locked"], False),
        ("14.9% of children", ["14.9%"], True),
    ],
)
def test_a_fact_is_found_as_whole_words_and_numbers(text, spellings, found):
    assert contains_fact(text, spellings) is found


def test_a_question_may_hold_any_white_space_that_a_line_of_json_may(tmp_path):
    path = tmp_path / "odd.jsonl"
    lines = [json.dumps(GOOD | {"question": f"Is it{mark}locked?"}, ensure_ascii=False) for mark in "\u2028\x85"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert [question.question for question in load_gold(path)] == ["Is it\u2028locked?", "Is it\x85locked?"]


def test_an_unanswerable_question_without_its_trap_and_a_stranger_among_organisations_are_faults():
    nothing = {"must": [], "may": [], "facts": [], "answerable": False, "expected_status": "not_in_report"}
    assert "needs its trap" in faults(**nothing, type="unanswerable")[0]
    assert faults(**nothing, type="unanswerable", trap="near_miss") == []
    (told,) = faults(organisations=["Nowhere Trust"])
    assert "no organisation Nowhere Trust; known: " in told
