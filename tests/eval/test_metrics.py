"""Each metric on an example worked by hand, within its bounds, and beside ir_measures."""

import math

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, R, Success, nDCG

from eval.metrics import (
    CitationCounts,
    Outcome,
    citation_precision,
    citation_recall,
    difference_interval,
    exact_set,
    f1,
    mean,
    ndcg_at_k,
    outcome,
    percentile,
    ratio_interval,
    recall_at_k,
    reciprocal_rank,
    share,
    success_at_k,
)

E = frozenset[int]()
# Evidence 0, 1 and 2; rank 2 finds 0, rank 3 finds 0 again, rank 4 finds 2; 1 is never found.
RANKING = [E, frozenset({0}), frozenset({0}), frozenset({2}), E]


def test_recall_counts_evidence_found_within_k_once():
    assert recall_at_k(RANKING, 3, 1) == 0
    assert recall_at_k(RANKING, 3, 3) == pytest.approx(1 / 3)
    assert recall_at_k(RANKING, 3, 5) == pytest.approx(2 / 3)


def test_success_is_any_hit_within_k():
    assert success_at_k(RANKING, 3, 1) == 0
    assert success_at_k(RANKING, 3, 2) == 1


def test_reciprocal_rank_is_of_the_first_hit():
    assert reciprocal_rank(RANKING, 3) == 0.5
    assert reciprocal_rank([E, E], 1) == 0


def test_ndcg_gives_evidence_found_again_no_second_gain():
    gained = 1 / math.log2(3) + 1 / math.log2(5)
    ideal = 1 / math.log2(2) + 1 / math.log2(3) + 1 / math.log2(4)
    assert ndcg_at_k(RANKING, 3, 5) == pytest.approx(gained / ideal)


def test_ndcg_of_the_best_ranking_is_one_even_when_k_is_below_the_number_of_items():
    assert ndcg_at_k([frozenset({0}), frozenset({1})], 5, 2) == 1


@pytest.mark.parametrize("measure", [recall_at_k, success_at_k, ndcg_at_k])
def test_a_question_without_evidence_is_refused_instead_of_scored(measure):
    with pytest.raises(ValueError, match="leave this question out"):
        measure([E], 0, 5)
    with pytest.raises(ValueError, match="rank from 1"):
        measure([E], 1, 0)


def test_citation_figures_of_four_cited_three_right_and_two_of_five_found():
    counts = CitationCounts(cited=4, right=3, required=5, found=2)
    assert citation_precision(counts) == 0.75
    assert citation_recall(counts) == 0.4
    assert f1(0.75, 0.4) == pytest.approx(0.6 / 1.15)
    assert exact_set(counts) == 0


def test_exact_set_allows_evidence_that_is_not_required():
    assert exact_set(CitationCounts(cited=3, right=3, required=2, found=2)) == 1
    assert exact_set(CitationCounts(cited=3, right=2, required=2, found=2)) == 0


def test_an_answer_without_citations_has_no_precision():
    assert citation_precision(CitationCounts(0, 0, 2, 0)) == 0
    assert f1(0, 0) == 0


def test_micro_average_adds_counts_before_it_divides():
    pooled = CitationCounts(1, 1, 1, 1) + CitationCounts(9, 0, 1, 0)
    assert citation_precision(pooled) == 0.1
    assert citation_recall(pooled) == 0.5


@pytest.mark.parametrize(
    ("answerable", "answered", "cell"),
    [
        (True, True, Outcome.RIGHT_ANSWER),
        (False, False, Outcome.RIGHT_ABSTENTION),
        (False, True, Outcome.WRONG_ANSWER),
        (True, False, Outcome.WRONG_ABSTENTION),
    ],
)
def test_each_answer_falls_in_one_cell_of_the_abstention_table(answerable, answered, cell):
    assert outcome(answerable=answerable, answered=answered) is cell


def test_share_of_two_in_three():
    assert share([True, False, True]) == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="nothing to measure"):
        share([])


def test_percentile_is_a_value_that_was_measured():
    values = [40.0, 10.0, 20.0, 30.0]
    assert percentile(values, 50) == 20
    assert percentile(values, 95) == 40
    assert percentile(values, 25) == 10


def test_a_value_that_is_no_number_never_reaches_a_mean():
    with pytest.raises(ValueError, match="finite"):
        mean([1.0, math.nan])
    with pytest.raises(ValueError, match="nothing to measure"):
        mean([])


def test_an_interval_of_a_mean_is_the_same_for_the_same_seed_and_near_the_normal_one():
    values = [(0.0, 1.0)] * 30 + [(1.0, 1.0)] * 70
    low, high = ratio_interval(values, seed=1)
    assert (low, high) == ratio_interval(values, seed=1)
    # The normal approximation gives 0.7 ± 1.96 * sqrt(0.7 * 0.3 / 100) = 0.610 … 0.790.
    assert low == pytest.approx(0.610, abs=0.02)
    assert high == pytest.approx(0.790, abs=0.02)


def test_an_interval_of_a_ratio_draws_whole_questions():
    # 10 of 11 citations are right, but all the wrong ones could come from one answer in two.
    low, high = ratio_interval([(10, 10), (0, 1)])
    assert (low, high) == (0.0, 1.0)


def test_a_ratio_leaves_out_questions_without_items():
    assert ratio_interval([(1, 2), (0, 0), (1, 2)]) == ratio_interval([(1, 2), (1, 2)])


def test_no_fault_among_60_still_leaves_room_for_one_in_17():
    # Wilson, by hand: z²/(n + z²) = 3.8415 / 63.8415 = 0.0602.
    low, high = ratio_interval([(1.0, 1.0)] * 60)
    assert low == pytest.approx(1 - 0.0602, abs=0.0001)
    assert high == 1
    assert ratio_interval([(0.0, 20.0)] * 3) == (0.0, pytest.approx(0.0602, abs=0.0001))


def test_an_interval_of_equal_shares_between_0_and_1_has_no_width():
    assert ratio_interval([(0.5, 1.0)] * 9) == (0.5, 0.5)


def test_a_paired_difference_of_the_same_fall_everywhere_has_no_width():
    assert difference_interval([-0.25] * 8) == (-0.25, -0.25)
    with pytest.raises(ValueError, match="nothing to measure"):
        difference_interval([])


def test_a_paired_difference_of_ups_and_downs_holds_0():
    low, high = difference_interval([1.0, -1.0] * 20)
    assert low < 0 < high


rankings = st.lists(st.frozensets(st.integers(0, 4), max_size=2), max_size=12)


@given(rankings, st.integers(1, 12))
def test_retrieval_measures_stay_between_0_and_1_and_grow_with_k(ranking, k):
    for measure in (recall_at_k, success_at_k, ndcg_at_k):
        assert 0 <= measure(ranking, 5, k) <= 1
    assert 0 <= reciprocal_rank(ranking, 5) <= 1
    assert recall_at_k(ranking, 5, k) <= recall_at_k(ranking, 5, k + 1)
    assert success_at_k(ranking, 5, k) <= success_at_k(ranking, 5, k + 1)


@given(st.permutations([frozenset({0}), frozenset({1}), E, E]))
def test_recall_ignores_the_order_above_the_cut_off(ranking):
    assert recall_at_k(ranking, 2, 4) == 1


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 50), st.integers(0, 50))
def test_citation_figures_stay_between_0_and_1(right, wrong, found, missed):
    counts = CitationCounts(right + wrong, right, found + missed, found)
    precision, recall = citation_precision(counts), citation_recall(counts)
    assert 0 <= precision <= 1
    assert 0 <= recall <= 1
    assert min(precision, recall) - 1e-12 <= f1(precision, recall) <= max(precision, recall) + 1e-12


@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=30), st.integers(0, 9))
def test_an_interval_lies_within_the_values(values, seed):
    low, high = ratio_interval([(value, 1.0) for value in values], seed=seed)
    assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9


@given(st.integers(1, 6), st.lists(st.integers(0, 9), unique=True, min_size=1, max_size=10))
def test_retrieval_measures_agree_with_ir_measures(relevant, order):
    # One passage a piece of evidence: passages 0 … relevant-1 are relevant, found in this order.
    qrels = [ir_measures.Qrel("q", str(passage), 1) for passage in range(relevant)]
    found = [ir_measures.ScoredDoc("q", str(passage), 100 - rank) for rank, passage in enumerate(order)]
    theirs = ir_measures.calc_aggregate([R @ 5, Success @ 5, nDCG @ 10, RR], qrels, found)
    ranking = [frozenset({passage}) if passage < relevant else E for passage in order]
    assert recall_at_k(ranking, relevant, 5) == pytest.approx(theirs[R @ 5])
    assert success_at_k(ranking, relevant, 5) == pytest.approx(theirs[Success @ 5])
    assert ndcg_at_k(ranking, relevant, 10) == pytest.approx(theirs[nDCG @ 10])
    assert reciprocal_rank(ranking, relevant) == pytest.approx(theirs[RR])
