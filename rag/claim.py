"""Claim: one freely worded sentence as the ladder sees it, with the passages cited for it and their sentences, nearest first."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.report import Passage
from index.store import PassageIndex


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence of a cited passage, its cosine with the claim in [-1, 1], and the offset in the passage's text at which it starts."""

    text: str
    passage: Passage
    cosine: float
    start: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed and what is said to prove it.

    Attributes:
        text: the words, without marks.
        passages: the passages cited, at least one, in the order of citation.
        evidence: every sentence of those passages, nearest in meaning first.
    """

    text: str
    passages: tuple[Passage, ...]
    evidence: tuple[Evidence, ...]


def claim_of(text: str, passages: tuple[Passage, ...], vector: NDArray[np.float32], index: PassageIndex) -> Claim:
    """The claim with its evidence.

    Args:
        text: its words.
        passages: of the index, at least one.
        vector: (d,) unit vector of the words.
        index: the generation that the passages are of.
    """
    evidence = []
    for passage in passages:
        rows = index.sentence_rows(index.row(passage.id))
        cosines = (index.sentence_vectors[rows] @ vector).tolist()
        for span, cosine in zip(index.sentences[rows], cosines, strict=True):
            evidence.append(Evidence(passage.text[span.start : span.end], passage, cosine, span.start))
    return Claim(text, passages, tuple(sorted(evidence, key=lambda one: -one.cosine)))
