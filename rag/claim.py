"""Claim: one freely worded sentence as the ladder sees it, with the passages cited for it and their sentences, nearest first."""

from dataclasses import dataclass

from index.report import Passage


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
