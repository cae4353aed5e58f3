"""How likely it is that what was found answers a question at all: a logistic regression, its weights in weights.json.

`python -m eval.calibrate` fits them. What is only a sign of a right passage may only raise the chance there, and what is only
a sign of a missing one may only lower it, whatever the questions say that it learns from (RAISES, LOWERS).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.report import Passage
from index.store import PassageIndex
from rag.detail import Sort, counts, details_asked, thing_counted
from rag.evidence import Floats, asks_for_several, load_weights, logit, probabilities
from rag.premise import adverse, asks_more_than_once, presumes
from rag.retrieve import EncodedQuestion, RetrievedPassage

# What the "answerable" model of rag/weights.json weighs.
ANSWERABLE = (
    "best_chance",
    "best_is_unlikely",
    "sum_of_chances",
    "number_or_name",
    "time_asked",
    "detail_gap",
    "count_gap",
    "presumes",
    "other_tone",
    "several",
    "questions",
    "unmatched",
)
RAISES = frozenset({"best_chance", "sum_of_chances"})
LOWERS = frozenset({"best_is_unlikely", "detail_gap", "count_gap", "unmatched"})

_WEIGHTS = load_weights()
_READ = 3
# The gap where no sentence holds what is asked for, and the most that counts.
_NO_SENTENCE = 0.4
# A detail often stands beside the sentence that names its matter ("There were 44 such referrals."): it counts as so much farther.
_BESIDE = 0.05
# The cosine from which a word piece of the passage matches one of the question.
_MATCH = 0.5


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence with its cosine to the question, and its `nearness`: that cosine, or its neighbour's less _BESIDE."""

    text: str
    cosine: float
    nearness: float


def answerable(question: str, encoded: EncodedQuestion, hits: Sequence[RetrievedPassage], index: PassageIndex) -> float:
    """Chance in [0, 1] that the hits, at least one, answer the question."""
    features = answerable_features(question, encoded, hits, index).reshape(1, -1)
    return float(probabilities(features, _WEIGHTS["answerable"], ANSWERABLE)[0])


def answerable_features(
    question: str, encoded: EncodedQuestion, hits: Sequence[RetrievedPassage], index: PassageIndex
) -> Floats:
    """Shape (len(ANSWERABLE),): what tells whether the hits, at least one, answer the question.

    best_chance: logit of the best hit's chance, and best_is_unlikely: what it lacks to 0; sum_of_chances: over all hits.
    number_or_name, time_asked: whether a detail of that sort is asked for; detail_gap: by how much the sentence that
    holds one, or that stands beside one, is farther from the question than the best sentence of the first hits (cosine); count_gap:
    the same for a number before the thing counted. presumes: whether the question takes something for granted; other_tone: and
    one of it and of the best sentence is adverse, the other is not. several: whether it asks for more than one thing;
    questions: for more than one thing about it. unmatched: weight of its word pieces that the best hit has no match for.
    """
    best = logit(max(hit.score for hit in hits))
    sentences = _sentences([hit.passage for hit in hits[:_READ]], encoded.vector, index)
    nearest = max(sentences, key=lambda sentence: sentence.cosine)
    asked = details_asked(question)
    thing = thing_counted(question)
    taken_for_granted = presumes(question)
    features = {
        "best_chance": best,
        "best_is_unlikely": max(0.0, -best),
        "sum_of_chances": sum(hit.score for hit in hits),
        "number_or_name": float(any(detail.sort is not Sort.TIME for detail in asked)),
        "time_asked": float(any(detail.sort is Sort.TIME for detail in asked)),
        "detail_gap": max((_gap(sentences, detail.held_by) for detail in asked), default=0.0),
        "count_gap": _gap(sentences, lambda text: counts(text, thing)) if thing else 0.0,
        "presumes": float(taken_for_granted),
        "other_tone": float(taken_for_granted and adverse(question) != adverse(nearest.text)),
        "several": float(asks_for_several(question)),
        "questions": float(asks_more_than_once(question)),
        "unmatched": _unmatched(encoded, hits[0].passage, index),
    }
    return np.array([features[name] for name in ANSWERABLE])


def _unmatched(encoded: EncodedQuestion, passage: Passage, index: PassageIndex) -> float:
    matches = index.best_matches(encoded.tokens, [index.row(passage.id)])
    return 0.0 if matches is None else float((matches[0] < _MATCH) @ encoded.tokens.weights)


def _gap(sentences: Sequence[_Sentence], holds: Callable[[str], bool]) -> float:
    best = max(sentence.cosine for sentence in sentences)
    holding = [sentence.nearness for sentence in sentences if holds(sentence.text)]
    return min(_NO_SENTENCE, max(0.0, best - max(holding))) if holding else _NO_SENTENCE


def _sentences(passages: Sequence[Passage], vector: NDArray[np.float32], index: PassageIndex) -> list[_Sentence]:
    """The sentences of the passages; a passage without any is one, as far from the question as can be."""
    found = []
    for passage in passages:
        rows = index.sentence_rows(index.row(passage.id))
        cosines = (index.sentence_vectors[rows] @ vector).tolist()
        for place, (span, cosine) in enumerate(zip(index.sentences[rows], cosines, strict=True)):
            beside = cosines[max(0, place - 1) : place] + cosines[place + 1 : place + 2]
            nearness = max([cosine, *(other - _BESIDE for other in beside)])
            found.append(_Sentence(passage.text[span.start : span.end], cosine, nearness))
        if not cosines:
            found.append(_Sentence(passage.text, -1.0, -1.0))
    return found
