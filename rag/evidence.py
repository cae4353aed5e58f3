"""How likely a passage is evidence for a question: linear models on what the search knows, their weights in weights.json.

`python -m eval.calibrate` fits them on questions that no figure is told of, and prints what each feature is worth.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.lexical import index_words
from index.report import Kind, Passage
from index.store import PassageIndex
from rag.words import topic_words

Floats = NDArray[np.float64]
Weights = Mapping[str, float]

WEIGHTS = Path(__file__).resolve().parent / "weights.json"
# What retrieval knows of each candidate; ranking is their weighted sum.
RANKING = (
    "passage_cosine",
    "sentence_cosine",
    "late_interaction",
    "lexical",
    "coverage",
    "expanded",
    "recommendation",
    "recommendation_asked",
    "background",
    "background_asked",
    "background_unasked",
    "illustration",
)
# What is known of a candidate once the candidates are ranked.
EVIDENCE = ("score", "behind_best", "several", "several_behind_best", "over_mean", "margin")
# So many candidates, best first, tell how the best ones stand out.
COMPARED = 10
_BACKGROUND = frozenset({Kind.CONTEXT, Kind.FRONT_MATTER})
_ASKS_FOR_ACTION = re.compile(
    r"\b(?:recommend\w*|recs?|should|must|ought|need(?:s|ed)? to|has to|have to|had to|supposed to|told to|asked to|"
    r"expected to|required to|actions?|going to|be done|do about|put right|fix\w*|improve\b|change[ds]?)\b",
    re.IGNORECASE,
)
# Who runs, pays for or employs stands in what a report says of the area, seldom in a finding.
_ASKS_FOR_PROVIDER = re.compile(
    r"\bwho(?:se|m)?\b.{0,40}\b(?:run|runs|running|provid\w+|commission\w*|deliver\w*|employ\w*|works? for|in charge of|"
    r"responsible for|pays? for|service is)\b|\bwho (?:does|do) .{0,30}work for\b|\bwhose (?:service|job|team)\b|"
    r"\b(?:which|what) (?:trust|organi[sz]ation|provider|body|company|charity|firm|council|ccg)\b",
    re.IGNORECASE,
)
_ASKS_FOR_FINDINGS = re.compile(
    r"\b(?:what|how|did|do|does)\b.{0,20}\b(?:inspectors?|inspection|reviewers?|cqc|review|report)\b.{0,20}"
    r"\b(?:f[io]u?nd|sa(?:y|id|w)|see|report|note|make of|think|thought)",
    re.IGNORECASE,
)
_ASKS_FOR_SEVERAL = re.compile(
    r"\b(?:problems|concerns|issues|examples|weaknesses|strengths|gaps|services|teams|places|ways|changes|plans|areas|"
    r"differences|improvements|steps|things|reasons|barriers|"
    r"across|anywhere|throughout|all|every|everything|which|different|various|overall|where (?:is|are|was|were))\b"
    r"|\bgood and bad\b|\bwhat(?:'s| is) (?:good|bad|working|going)\b|\band what\b|\bwho (?:all|else)\b",
    re.IGNORECASE,
)


def load_weights() -> dict[str, dict[str, float]]:
    """Model -> feature (or "intercept") -> weight, as calibrated."""
    weights: dict[str, dict[str, float]] = json.loads(WEIGHTS.read_text(encoding="utf-8"))["models"]
    return weights


def asks_for_several(question: str) -> bool:
    """Whether the form of a question asks for more than one thing."""
    return _ASKS_FOR_SEVERAL.search(question) is not None


def rarity(question: str, index: PassageIndex) -> dict[str, float]:
    """Inverse document frequency of each topic word of a question, by its `index_words` form."""
    return index.rarity(list(dict.fromkeys(index_words(" ".join(topic_words(question)) or question))))


def ranking_features(
    question: str,
    passages: Sequence[Passage],
    passage_cosines: NDArray[np.floating],
    sentence_cosines: NDArray[np.floating],
    late: NDArray[np.floating],
    lexical: NDArray[np.floating],
    coverage: NDArray[np.floating],
    expanded: NDArray[np.floating],
) -> Floats:
    """Shape (n, len(RANKING)): the features of n candidates, each array of shape (n,).

    `late` is late interaction (index/tokens.py). `lexical` and `expanded` are shares of the best BM25 score, for the question's words and
    for what the glossary makes of them; `coverage` is the share of the weight of the question's topic words.
    """
    action = float(_ASKS_FOR_ACTION.search(question) is not None)
    provider = float(_ASKS_FOR_PROVIDER.search(question) is not None)
    found = float(_ASKS_FOR_FINDINGS.search(question) is not None)
    kinds = [
        (
            float(passage.kind is Kind.RECOMMENDATION),
            action * (passage.kind is Kind.RECOMMENDATION),
            float(passage.kind in _BACKGROUND),
            provider * (passage.kind is Kind.CONTEXT),
            found * (passage.kind in _BACKGROUND),
            float(passage.kind in {Kind.QUOTE, Kind.CASE_EXAMPLE}),
        )
        for passage in passages
    ]
    signals = np.stack([passage_cosines, sentence_cosines, late, lexical, coverage, expanded], axis=1)
    return np.hstack([signals, np.array(kinds, dtype=np.float64).reshape(-1, len(RANKING) - signals.shape[1])])


def ranking_scores(features: Floats, weights: Weights) -> Floats:
    """Shape (n,): weighted sum of each row's features; higher is better, comparable within one question."""
    return np.asarray(features @ np.array([weights[name] for name in RANKING]), dtype=np.float64)


def evidence_features(question: str, scores: Floats) -> Floats:
    """Shape (n, len(EVIDENCE)) for n candidates with these ranking scores, best first.

    over_mean: how far a score stands over the mean of the first COMPARED; margin: the best score less the second.
    """
    several = float(asks_for_several(question))
    behind = scores[0] - scores if len(scores) else scores
    over_mean = scores - scores[:COMPARED].mean() if len(scores) else scores
    margin = float(scores[0] - scores[1]) if len(scores) > 1 else 0.0
    constant = np.ones(len(scores))
    columns = [scores, behind, several * constant, several * behind, over_mean, margin * constant]
    return np.stack(columns, axis=1)


def probabilities(features: Floats, weights: Weights, names: Sequence[str]) -> Floats:
    """Shape (n,): logistic regression on features of shape (n, len(names))."""
    logits = features @ np.array([weights[name] for name in names]) + weights["intercept"]
    return np.asarray(1 / (1 + np.exp(-logits)), dtype=np.float64)


def logit(chance: float) -> float:
    """log(p / (1 - p)), p kept within [1e-6, 1 - 1e-6]."""
    kept = min(max(chance, 1e-6), 1 - 1e-6)
    return math.log(kept / (1 - kept))


def worth_citing(chances: Sequence[float], least: float, most: int) -> int:
    """How many of the candidates, best first, an answer should cite, at least one.

    The number that makes the expected F1 greatest, 2 * (right among them) / (their number + all that are right), with
    `chances` taken as independent (Lewis 1995; Lipton, Elkan and Narayanaswamy 2014); none below `least`, at most `most`.
    """
    total = sum(chances)
    best, best_worth, right = 1, 0.0, 0.0
    for count, chance in enumerate(chances[:most], 1):
        if count > 1 and chance < least:
            break
        right += chance
        worth = 2 * right / (count + total)
        if worth > best_worth:
            best, best_worth = count, worth
    return best
