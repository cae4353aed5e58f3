"""Metrics, as pure functions; what a question counts for is decided in score.py.

Retrieval: a ranking is a sequence of sets, the n-th being the pieces of evidence that the passage at rank n covers.
Every piece is credited once, at the first rank that covers it, so no measure can pass 1.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

SEED = 2015
RESAMPLES = 2000

Ranking = Sequence[frozenset[int]]


def recall_at_k(ranking: Ranking, relevant: int, k: int) -> float:
    """Share of the relevant evidence among the first k passages: |E_1 ∪ … ∪ E_k| / N.

    E_r is the evidence covered at rank r, N = `relevant`. "Any hit" is `success_at_k`, not this (ir_measures: R@k).

    Raises:
        ValueError: nothing is relevant (such questions are left out of the mean) or k < 1.
    """
    _require(relevant, k)
    return len(frozenset[int]().union(*ranking[:k])) / relevant


def success_at_k(ranking: Ranking, relevant: int, k: int) -> float:
    """1 when one of the first k passages covers any evidence, else 0 (ir_measures: Success@k).

    Raises:
        ValueError: as `recall_at_k`.
    """
    _require(relevant, k)
    return float(any(ranking[:k]))


def reciprocal_rank(ranking: Ranking, relevant: int) -> float:
    """1 / r for the first rank r, from 1, that covers any evidence; 0 where none does. Its mean is MRR (Voorhees 1999).

    Raises:
        ValueError: nothing is relevant.
    """
    _require(relevant, 1)
    return next((1 / rank for rank, covered in enumerate(ranking, 1) if covered), 0.0)


def ndcg_at_k(ranking: Ranking, relevant: int, k: int) -> float:
    """DCG@k / ideal DCG@k, where DCG@k = Σ g_r / log2(r + 1), r = 1 … k (Järvelin & Kekäläinen 2002).

    The gain g_r is 1 where rank r covers evidence that no earlier rank covered, else 0; the ideal ranking has one new
    piece at each of its first min(N, k) ranks. A passage that covers two at once gains 1 (`gold.check` forbids that).

    Raises:
        ValueError: as `recall_at_k`.
    """
    _require(relevant, k)
    seen: set[int] = set()
    gained = 0.0
    for rank, covered in enumerate(ranking[:k], 1):
        if covered - seen:
            gained += 1 / math.log2(rank + 1)
            seen |= covered
    return gained / math.fsum(1 / math.log2(rank + 1) for rank in range(1, min(relevant, k) + 1))


@dataclass(frozen=True, slots=True)
class CitationCounts:
    """Citations of one answer, or of several added up.

    Attributes:
        cited: passages cited, each counted once; ids that do not exist count here and nowhere else.
        right: those of them that are `must` or `may` evidence.
        required: pieces of `must` evidence.
        found: those of them that a cited passage matches.
    """

    cited: int
    right: int
    required: int
    found: int

    def __add__(self, other: "CitationCounts") -> "CitationCounts":
        """Counts of both together, for micro averages."""
        return CitationCounts(
            self.cited + other.cited, self.right + other.right, self.required + other.required, self.found + other.found
        )


def citation_precision(counts: CitationCounts) -> float:
    """Right / cited: the share of cited passages that are evidence (Gao et al. 2023, with gold evidence as the judge).

    0 where nothing is cited: an answer that proves nothing earns nothing.
    """
    return counts.right / counts.cited if counts.cited else 0.0


def citation_recall(counts: CitationCounts) -> float:
    """Found / required: the share of the required evidence that is cited.

    Raises:
        ValueError: nothing is required (such questions are left out of the mean).
    """
    _require(counts.required, 1)
    return counts.found / counts.required


def f1(precision: float, recall: float) -> float:
    """Harmonic mean 2PR / (P + R); 0 where both are 0 (van Rijsbergen 1979)."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def exact_set(counts: CitationCounts) -> float:
    """1 when all required evidence is cited and nothing but evidence is, else 0."""
    return float(counts.found == counts.required and counts.right == counts.cited)


def share(hits: Sequence[bool]) -> float:
    """Share that is true.

    Used for id validity (cited ids that name a passage of a report / cited ids), quote fidelity (quotes that stand
    verbatim in the passage they are attributed to / quotes), fact recall (facts with a spelling in the answer / facts).

    Raises:
        ValueError: there is nothing to share.
    """
    _require(len(hits), 1)
    return sum(hits) / len(hits)


class Outcome(StrEnum):
    """The abstention 2×2: could it be answered, and was it. A wrong answer here is an answer where there is none."""

    RIGHT_ANSWER = "right answer"
    RIGHT_ABSTENTION = "right abstention"
    WRONG_ANSWER = "wrong answer"
    WRONG_ABSTENTION = "wrong abstention"


def outcome(*, answerable: bool, answered: bool) -> Outcome:
    """Cell of the abstention 2×2 (Rajpurkar et al. 2018); how good the answer is, the citation metrics say."""
    if answerable:
        return Outcome.RIGHT_ANSWER if answered else Outcome.WRONG_ABSTENTION
    return Outcome.WRONG_ANSWER if answered else Outcome.RIGHT_ABSTENTION


def percentile(values: Sequence[float], percent: float) -> float:
    """Nearest-rank percentile: the smallest value that at least `percent` % of the values do not exceed.

    Raises:
        ValueError: no values, or a percent outside (0, 100].
    """
    _require(len(values), 1)
    if not 0 < percent <= 100:
        raise ValueError(f"percent must be in (0, 100], not {percent}")
    return sorted(values)[math.ceil(percent / 100 * len(values)) - 1]


def mean(values: Sequence[float]) -> float:
    """Arithmetic mean.

    Raises:
        ValueError: no values, or one that is not a finite number.
    """
    _require(len(values), 1)
    if not all(math.isfinite(value) for value in values):
        raise ValueError("a value is not a finite number")
    return math.fsum(values) / len(values)


def ratio_interval(parts: Sequence[tuple[float, float]], *, seed: int = SEED) -> tuple[float, float]:
    """95% interval of Σ a / Σ b over questions; for a mean, every b is 1.

    Percentile bootstrap (Efron & Tibshirani 1993) that draws whole questions, so that citations of one answer stay together.
    Where each question has the same share 0 or 1, resampling shows no spread; then it is Wilson's interval (1927) over Σ b items,
    as if they were independent: no fault among 60 still leaves room for one in 17.

    Args:
        parts: (a, b) of each question, 0 <= a <= b.
        seed: of the resampling; the same seed gives the same interval.

    Raises:
        ValueError: nothing to measure, or a value that is not a finite number.
    """
    counted = np.array([part for part in parts if part[1]], dtype=float).reshape(-1, 2)
    _require(len(counted), 1)
    if not np.isfinite(counted).all():
        raise ValueError("a value is not a finite number")
    shares = counted[:, 0] / counted[:, 1]
    if shares.min() == shares.max():
        if shares[0] not in {0.0, 1.0}:
            return float(shares[0]), float(shares[0])
        items = round(counted[:, 1].sum())
        wilson = binomtest(items if shares[0] else 0, items).proportion_ci(method="wilson")
        return float(wilson.low), float(wilson.high)
    drawn = _resampled(len(counted), seed)
    low, high = np.percentile(counted[drawn, 0].sum(axis=1) / counted[drawn, 1].sum(axis=1), [2.5, 97.5])
    return float(low), float(high)


def difference_interval(differences: Sequence[float], *, seed: int = SEED) -> tuple[float, float]:
    """95% percentile bootstrap interval of the mean of paired differences, one a question (Efron & Tibshirani 1993).

    Raises:
        ValueError: as `mean`.
    """
    mean(differences)
    means = np.array(differences)[_resampled(len(differences), seed)].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def _resampled(count: int, seed: int) -> npt.NDArray[np.int64]:
    """Indices of RESAMPLES samples of `count` questions each, drawn with replacement; shape (RESAMPLES, count)."""
    return np.random.default_rng(seed).integers(0, count, (RESAMPLES, count))


def _require(count: int, k: int) -> None:
    if count < 1:
        raise ValueError("there is nothing to measure: leave this question out of the mean")
    if k < 1:
        raise ValueError(f"k is a rank from 1, not {k}")
