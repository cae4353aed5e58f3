"""How many passages are cited, what the weights weigh, and what a question asks for."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.report import Kind, Passage, Voice
from rag.answerable import ANSWERABLE
from rag.evidence import (
    EVIDENCE,
    RANKING,
    asks_for_several,
    evidence_features,
    load_weights,
    probabilities,
    ranking_features,
    worth_citing,
)


def test_there_is_a_weight_for_every_feature_and_no_other() -> None:
    models = load_weights()
    assert set(models["ranking"]) == set(RANKING)
    assert set(models["evidence"]) == {*EVIDENCE, "intercept"}
    assert set(models["answerable"]) == {*ANSWERABLE, "intercept"}


def expected_f1(chances: list[float], count: int) -> float:
    """2 * right / (cited + right in all) with the expected numbers in place of the numbers."""
    return 2 * sum(chances[:count]) / (count + sum(chances))


@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=8))
def test_the_number_cited_is_that_of_the_greatest_expected_f1(chances: list[float]) -> None:
    chances = sorted(chances, reverse=True)
    best = max(expected_f1(chances, count) for count in range(1, len(chances) + 1))
    assert expected_f1(chances, worth_citing(chances, 0.0, 8)) == pytest.approx(best)


def test_one_sure_passage_is_cited_alone_and_several_sure_ones_together() -> None:
    assert worth_citing([0.95, 0.1, 0.05], 0.3, 6) == 1
    assert worth_citing([0.9, 0.85, 0.8, 0.1], 0.3, 6) == 3


def test_at_least_one_and_at_most_so_many_are_cited() -> None:
    assert worth_citing([0.01], 0.3, 6) == 1
    assert worth_citing([0.9] * 10, 0.3, 6) == 6


@given(st.lists(st.floats(-5, 20), min_size=2, max_size=10), st.sampled_from(["is it?", "which services lack it?"]))
def test_the_chance_never_rises_with_the_rank(scores: list[float], question: str) -> None:
    ordered = np.array(sorted(scores, reverse=True))
    chances = probabilities(evidence_features(question, ordered), load_weights()["evidence"], EVIDENCE)
    assert all(first >= second - 1e-12 for first, second in itertools.pairwise(chances))
    assert ((chances >= 0) & (chances <= 1)).all()


@pytest.mark.parametrize(
    ("question", "asked", "unasked"),
    [
        ("who runs the clinic for young people?", 1.0, 0.0),
        ("which trust provides school nursing?", 1.0, 0.0),
        ("what did the inspectors find at the clinic?", 0.0, 1.0),
        ("is the clinic open at night?", 0.0, 0.0),
    ],
)
def test_background_is_told_apart_where_a_provider_and_where_findings_are_asked_for(
    question: str, asked: float, unasked: float
) -> None:
    passages = [
        Passage("elm", mark, kind, Voice.INSPECTORS, None, ("Context",), None, "Words.", 0, 6)
        for mark, kind in (("§context.1", Kind.CONTEXT), ("¶1.1", Kind.FINDING))
    ]
    zeros = np.zeros(2)
    features = ranking_features(question, passages, *[zeros] * 6)
    columns = [RANKING.index(name) for name in ("background_asked", "background_unasked")]
    assert features.shape == (2, len(RANKING))
    assert features[:, columns].tolist() == [[asked, unasked], [0.0, 0.0]]
    assert ranking_features(question, [], *[np.zeros(0)] * 6).shape == (0, len(RANKING))


def test_a_best_passage_ahead_of_the_others_is_likelier_than_one_among_equals() -> None:
    weights = load_weights()["evidence"]
    ahead = probabilities(evidence_features("is it?", np.array([12.0, 6, 6, 6, 6])), weights, EVIDENCE)
    among = probabilities(evidence_features("is it?", np.array([12.0, 12, 12, 12, 12])), weights, EVIDENCE)
    assert ahead[0] > among[0] + 0.1


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("which services share records?", True),
        ("what problems did they find at the clinic?", True),
        ("Does the ward have a lock?", False),
        ("how long is the wait", False),
    ],
)
def test_the_form_of_a_question_tells_whether_several_things_are_asked_for(question: str, several: bool) -> None:
    assert asks_for_several(question) is several
