"""Hybrid retrieval: passage vectors, sentence vectors, late interaction and BM25, ranked by a calibrated weighted sum (rag/evidence.py)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder
from index.filters import Filters
from index.report import Passage, Report
from index.store import NO_FILTERS, PassageIndex
from index.tokens import NO_TOKENS, TokenVectors
from rag.abbreviations import abbreviations
from rag.evidence import (
    COMPARED,
    EVIDENCE,
    Floats,
    Weights,
    evidence_features,
    load_weights,
    probabilities,
    ranking_features,
    ranking_scores,
    rarity,
)
from rag.glossary import expansions
from rag.words import subject, topic_words

# What a passage that the conversation is about gains, in units of the ranking score.
PREFERRED = 1.0
CANDIDATES = 30
_WEIGHTS = load_weights()


@dataclass(frozen=True, slots=True)
class EncodedQuestion:
    """What the embedder makes of a question's subject in one pass.

    Attributes:
        vector: shape (d,), length 1.
        tokens: its word pieces, for late interaction; none where the model gives none.
    """

    vector: NDArray[np.float32]
    tokens: TokenVectors = NO_TOKENS


def encode_questions(questions: Sequence[str], embedder: Embedder) -> list[EncodedQuestion]:
    """Each question's subject, encoded; equal ones once."""
    subjects = [subject(question) for question in questions]
    different = list(dict.fromkeys(subjects))
    vectors, tokens = embedder.encode_with_tokens(different)
    encoded = {text: EncodedQuestion(*own) for text, *own in zip(different, vectors, tokens, strict=True)}
    return [encoded[text] for text in subjects]


@dataclass(frozen=True, slots=True)
class RetrievedPassage:
    """A passage that a search found.

    Attributes:
        passage: the passage.
        rank: from 1.
        score: chance in [0, 1] that the passage is evidence for the question, as calibrated; it never rises with the rank.
        found_by: which of "dense", "sentence", "bm25" and "glossary" (BM25 for what the glossary makes of the question) had it
            among their candidates.
        cosine: the larger of the passage's cosine and its best sentence's, in [-1, 1].
    """

    passage: Passage
    rank: int
    score: float
    found_by: tuple[str, ...]
    cosine: float

    def public(self) -> dict[str, object]:
        """The passage's public fields with rank, score and found_by."""
        return self.passage.public() | {
            "rank": self.rank,
            "score": round(self.score, 4),
            "found_by": list(self.found_by),
        }


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the searches found, before it is ranked; n passages in the order of their ids.

    Attributes:
        passages: n of them.
        features: shape (n, len(RANKING)).
        found_by: for each, the searches that had it.
        cosines: shape (n,), the larger of a passage's cosine and its best sentence's.
    """

    passages: tuple[Passage, ...]
    features: Floats
    found_by: tuple[tuple[str, ...], ...]
    cosines: Floats


def retrieve(
    question: str,
    encoded: EncodedQuestion,
    *,
    index: PassageIndex,
    k: int,
    filters: Filters = NO_FILTERS,
    within: Collection[str] = (),
    prefer: Collection[str] = (),
) -> list[RetrievedPassage]:
    """At most k passages for a question, best first, ranks from 1.

    `within` restricts to these ids; `prefer` names those that the conversation is about, which gain PREFERRED.
    Ties are broken by passage id. Empty if nothing passes the filters.
    """
    found = candidates(question, encoded, index=index, k=k, filters=filters, within=within)
    return ranked(question, found, _WEIGHTS, k, prefer)


def ranked(
    question: str, found: Candidates, models: Mapping[str, Weights], k: int, prefer: Collection[str] = ()
) -> list[RetrievedPassage]:
    """The first k candidates by the "ranking" model, each with its chance by the "evidence" model."""
    scores = ranking_scores(found.features, models["ranking"])
    scores += [PREFERRED * (passage.id in prefer) for passage in found.passages]
    order = np.argsort(-scores, kind="stable")[: max(k, COMPARED)]
    chances = probabilities(evidence_features(question, scores[order]), models["evidence"], EVIDENCE)
    return [
        RetrievedPassage(
            found.passages[row],
            rank,
            float(chance),
            found.found_by[row],
            float(found.cosines[row]),
        )
        for rank, (row, chance) in enumerate(zip(order[:k], chances[:k], strict=True), 1)
    ]


def candidates(
    question: str,
    encoded: EncodedQuestion,
    *,
    index: PassageIndex,
    k: int,
    filters: Filters = NO_FILTERS,
    within: Collection[str] = (),
) -> Candidates:
    """The passages that any of the searches finds among its first CANDIDATES (or k), with their features."""
    wide = max(k, CANDIDATES) if not within else len(index.passages)
    vector = encoded.vector
    keywords = " ".join(topic_words(question)) or question
    dense = {passage.id for passage, _ in index.search_dense(vector, wide, filters)}
    lexical = {passage.id: score for passage, score in index.search_lexical(keywords, wide, filters)}
    terms = " ".join(expansions(question, _short_forms(filters.scope(index.reports))))
    expanded = {passage.id: score for passage, score in index.search_lexical(terms, wide, filters)} if terms else {}
    sentence = index.best_sentence_cosines(vector)
    near = {passage.id for passage, _ in index.search_sentences(sentence, wide, filters)}
    ids = {*dense, *lexical, *expanded, *near}
    rows = np.array([index.row(name) for name in sorted(ids & set(within) if within else ids)], dtype=np.intp)
    passages = tuple(index.passages[row] for row in rows)
    by_passage = index.vectors[rows] @ vector
    by_sentence = sentence[rows]
    matches = index.best_matches(encoded.tokens, rows.tolist())
    features = ranking_features(
        question,
        passages,
        by_passage,
        by_sentence,
        by_sentence if matches is None else matches @ encoded.tokens.weights,
        _shares(lexical, passages),
        index.coverage(rarity(question, index))[rows],
        _shares(expanded, passages),
    )
    searches = (("dense", dense), ("sentence", near), ("bm25", lexical), ("glossary", expanded))
    found_by = tuple(tuple(name for name, hits in searches if passage.id in hits) for passage in passages)
    return Candidates(passages, features, found_by, np.maximum(by_passage, by_sentence).astype(np.float64))


def _shares(scores: Mapping[str, float], passages: Sequence[Passage]) -> Floats:
    """Shape (n,): each passage's score as a share of the best."""
    best = max(scores.values(), default=1.0)
    return np.array([scores.get(passage.id, 0.0) / best for passage in passages])


def _short_forms(reports: Sequence[Report]) -> dict[str, str]:
    """Short form -> full form, as these reports explain them."""
    return {short: full for report in reports for short, full in abbreviations(report.text).items()}
