"""Runs are compared question by question, on the questions that are the same in both."""

import pytest

from eval.compare import differences, paired, turned
from tests.eval.runs import answer, gold, run

A, B, C = (gold(name, must=["¶1.1"]) for name in "abc")
RIGHT, STRAY, NOTHING = answer("¶1.1"), answer("¶1.1", "¶1.2"), answer("¶1.2")


def test_a_difference_is_the_mean_of_what_each_question_gained(tmp_path):
    before = run(tmp_path / "1", [(A, RIGHT), (B, NOTHING), (C, RIGHT)])
    after = run(tmp_path / "2", [(A, RIGHT), (B, RIGHT), (C, STRAY)])
    step = differences(paired(before, after))["citation_precision"]
    assert (step.n, step.before, step.after) == (3, pytest.approx(2 / 3), pytest.approx(2.5 / 3))
    assert step.difference == pytest.approx((0 + 1 - 0.5) / 3)
    assert step.low < 0 < step.high


def test_a_run_against_itself_differs_by_nothing(tmp_path):
    scores = run(tmp_path, [(A, RIGHT), (B, NOTHING)])
    found = differences(paired(scores, scores)).values()
    assert {(step.difference, step.low, step.high) for step in found} == {(0.0, 0.0, 0.0)}


def test_questions_that_turned_are_listed_each_way(tmp_path):
    before = run(tmp_path / "1", [(A, RIGHT), (B, NOTHING), (C, RIGHT)])
    after = run(tmp_path / "2", [(A, STRAY), (B, RIGHT), (C, RIGHT)])
    ids = {title: [b.question.id for _, b in pairs] for title, pairs in turned(paired(before, after)).items()}
    assert ids == {"became right": ["b"], "became wrong": ["a"]}


def test_only_questions_that_are_the_same_in_both_are_paired(tmp_path):
    other = gold("b", must=["¶1.1"], may=["¶1.2"])
    before = run(tmp_path / "1", [(A, RIGHT), (B, STRAY)])
    after = run(tmp_path / "2", [(other, STRAY), (C, RIGHT)])
    pairs = paired(before, after)
    assert (pairs.before, pairs.changed, pairs.lost, pairs.new) == ((), ("b",), ("a",), ("c",))
    assert differences(pairs) == {}
