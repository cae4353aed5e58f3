"""Hybrid retrieval: passage vectors, sentence vectors and BM25, fused into one ranking."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder
from index.filters import Filters
from index.report import Passage
from index.store import NO_FILTERS, PassageIndex
from rag.words import subject, topic_words

# Weights of the fused score; bench/fusion.py prints how they were chosen on the tuning halves of the gold sets.
PASSAGE_WEIGHT = 0.5
SENTENCE_WEIGHT = 0.5
LEXICAL_WEIGHT = 0.15
PREFERRED = 0.1
CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class RetrievedPassage:
    """A passage that a search found.

    Attributes:
        passage: the passage.
        rank: from 1.
        score: weighted sum of the passage's cosine, its best sentence's cosine and its share of the best BM25 score;
            higher is better, comparable within one question only.
        found_by: which of "dense", "sentence" and "bm25" had it among their candidates.
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


def search(
    question: str, *, index: PassageIndex, embedder: Embedder, k: int, filters: Filters = NO_FILTERS
) -> list[RetrievedPassage]:
    """At most k passages for a question, best first, ranks from 1.

    Args:
        question: plain text, not empty.
        index: the generation that serves.
        embedder: the model that the generation was built with.
        k: cut-off rank, at least 1.
        filters: what may be found.
    """
    return retrieve(question, embedder.encode([subject(question)])[0], index=index, k=k, filters=filters)


def retrieve(
    question: str,
    vector: NDArray[np.float32],
    *,
    index: PassageIndex,
    k: int,
    filters: Filters = NO_FILTERS,
    within: Collection[str] = (),
    prefer: Collection[str] = (),
) -> list[RetrievedPassage]:
    """As `search`, for a question whose (d,) unit vector is known.

    `within` restricts to these ids; `prefer` names those that the conversation is about, which gain PREFERRED.
    Ties are broken by passage id. Empty if nothing passes the filters.
    """
    wide = max(k, CANDIDATES) if not within else len(index.passages)
    keywords = " ".join(topic_words(question)) or question
    dense = {passage.id: cosine for passage, cosine in index.search_dense(vector, wide, filters)}
    lexical = {passage.id: score for passage, score in index.search_lexical(keywords, wide, filters)}
    sentence = index.best_sentence_cosines(vector)
    near = {passage.id for passage, _ in index.search_sentences(sentence, wide, filters)}
    ids = {*dense, *lexical, *near}
    if within:
        ids &= set(within)
    top_lexical = max(lexical.values(), default=1.0)
    scored: list[tuple[float, str, float]] = []
    for passage_id in ids:
        row = index.row(passage_id)
        cosine = dense.get(passage_id)
        if cosine is None:
            cosine = float(index.vectors[row] @ vector)
        best = float(sentence[row])
        share = lexical.get(passage_id, 0.0) / top_lexical
        score = PASSAGE_WEIGHT * cosine + SENTENCE_WEIGHT * best + LEXICAL_WEIGHT * share
        score += PREFERRED if passage_id in prefer else 0.0
        scored.append((score, passage_id, max(cosine, best)))
    scored.sort(key=lambda item: (-item[0], item[1]))
    found: list[RetrievedPassage] = []
    for rank, (score, passage_id, cosine) in enumerate(scored[:k], 1):
        passage = index.passages[index.row(passage_id)]
        by = tuple(
            name for name, hits in (("dense", dense), ("sentence", near), ("bm25", lexical)) if passage_id in hits
        )
        found.append(RetrievedPassage(passage, rank, score, by, cosine))
    return found
