"""Answers made of verbatim sentences: which passages a question needs, and which sentences of each."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.report import Passage
from index.store import PassageIndex
from rag.draft import Basis, Draft, DraftSentence
from rag.question import Question
from rag.retrieve import RetrievedPassage

# Calibrated on the tuning halves of the gold sets (docs/decisions).
SHARE_OF_BEST = 0.90
LEAST_COSINE = 0.40
MOST_PASSAGES = 3
SENTENCE_SHARE = 0.75
SHORT_PASSAGE_WORDS = 60
MOST_SENTENCES = 4

# A sentence that turns, narrows or explains the one before it must not be parted from it: it may reverse the finding.
_LEANS_ON_THE_ONE_BEFORE = re.compile(
    r"^(?:however|but|although|though|nevertheless|despite|yet|this|these|that|those|it|they|he|she|there is no|in addition|as a result|therefore|instead)\b",
    re.IGNORECASE,
)


def extract(question: Question, retrieved: Sequence[RetrievedPassage], vector: NDArray[np.float32], index: PassageIndex) -> Draft:
    """A draft of verbatim sentences out of the passages that the question needs, best first.

    Args:
        question: as understood.
        retrieved: best first, at least one.
        vector: (d,) unit vector of the question.
        index: the generation that `retrieved` came from.
    """
    chosen = choose(question, retrieved)
    sentences = tuple(sentence for passage in chosen for sentence in _telling_sentences(passage, vector, index))
    cited = {passage.id for passage in chosen}
    related = dict.fromkeys(recommendation for passage in chosen for recommendation in passage.recommendations if recommendation not in cited)
    return Draft(
        sentences,
        consulted=tuple(hit.passage.id for hit in retrieved if hit.passage.id not in cited),
        related=tuple(related),
    )


def choose(question: Question, retrieved: Sequence[RetrievedPassage]) -> list[Passage]:
    """The passages an answer relies on: the best one, and those that come close to it."""
    best = retrieved[0]
    several = [
        hit.passage
        for hit in retrieved[1:MOST_PASSAGES]
        if hit.score >= SHARE_OF_BEST * best.score and hit.cosine >= LEAST_COSINE
    ]
    return [best.passage, *several]


def _telling_sentences(passage: Passage, vector: NDArray[np.float32], index: PassageIndex) -> list[DraftSentence]:
    """The run of neighbouring sentences that tells most about the question, in the order of the text."""
    rows = index.sentence_rows(index.row(passage.id))
    spans = tuple((sentence.start, sentence.end) for sentence in index.sentences[rows])
    if not spans or len(passage.text.split()) <= SHORT_PASSAGE_WORDS:
        spans_chosen = spans or ((0, len(passage.text)),)
    else:
        cosines = index.sentence_vectors[rows] @ vector
        first = last = int(np.argmax(cosines))
        least = SENTENCE_SHARE * float(cosines[first])
        while last - first + 1 < MOST_SENTENCES:
            before = float(cosines[first - 1]) if first > 0 else -1.0
            after = float(cosines[last + 1]) if last + 1 < len(spans) else -1.0
            leans_back = first > 0 and _leans(passage, spans[first])
            leans_on = last + 1 < len(spans) and _leans(passage, spans[last + 1])
            if leans_back or (before >= least and before >= after):
                first -= 1
            elif leans_on or after >= least:
                last += 1
            else:
                break
        spans_chosen = spans[first : last + 1]
    return [DraftSentence(passage.text[start:end], (passage,), Basis.VERBATIM, (start, end)) for start, end in spans_chosen]


def _leans(passage: Passage, span: tuple[int, int]) -> bool:
    return _LEANS_ON_THE_ONE_BEFORE.match(passage.text[span[0] : span[1]]) is not None
