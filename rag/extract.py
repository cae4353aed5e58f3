"""Answers made of verbatim sentences: which passages a question needs, and which sentences of each."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from index.lexical import index_words
from index.report import Passage
from index.store import PassageIndex
from rag.asked_value import with_asked_value
from rag.draft import Basis, Draft, DraftSentence, linked_recommendations
from rag.evidence import worth_citing
from rag.question import Question
from rag.retrieve import RetrievedPassage
from rag.speaker import with_voice_asked

# Found with `python -m eval.calibrate` (docs/decisions/0004-extractive-answers.md).
LEAST_CHANCE = 0.3
MOST_PASSAGES = 6
SENTENCE_SHARE = 0.6
SENTENCE_WORDS_WEIGHT = 0.15
SHORT_PASSAGE_WORDS = 90
MOST_SENTENCES = 4
RARE_WORDS = 0.25

# A sentence that turns, narrows or explains the one before it must not be parted from it: it may reverse the finding.
_LEANS_ON_THE_ONE_BEFORE = re.compile(
    r"^(?:however|but|although|though|nevertheless|despite|yet|this|these|that|those|it|they|he|she|there is no|"
    r"in addition|as a result|therefore|instead)\b",
    re.IGNORECASE,
)


def extract(
    question: Question, retrieved: Sequence[RetrievedPassage], vector: NDArray[np.float32], index: PassageIndex
) -> Draft:
    """A draft of verbatim sentences out of the passages that the question needs, best first.

    Args:
        question: as understood.
        retrieved: best first, at least one.
        vector: (d,) unit vector of the question.
        index: the generation that `retrieved` came from.
    """
    chosen = choose(question, retrieved)
    rarity = _rarity(question.text, retrieved)
    told = [sentence for passage in chosen for sentence in _telling_sentences(passage, vector, rarity, index)]
    sentences = said_once(told)
    cited = {passage.id for passage in chosen}
    return Draft(
        sentences,
        consulted=tuple(hit.passage.id for hit in retrieved if hit.passage.id not in cited),
        related=linked_recommendations(chosen),
    )


def said_once(sentences: Sequence[DraftSentence]) -> tuple[DraftSentence, ...]:
    """The sentences, those of the same words (case and white space aside) as one that cites all their passages."""
    first: dict[str, DraftSentence] = {}
    for sentence in sentences:
        words = " ".join(sentence.text.casefold().split())
        known = first.get(words)
        others = tuple(passage for passage in sentence.passages if known and passage not in known.passages)
        first[words] = replace(known, passages=known.passages + others) if known else sentence
    return tuple(first.values())


def choose(question: Question, retrieved: Sequence[RetrievedPassage]) -> list[Passage]:
    """The passages an answer relies on: as many of those that may hold what is asked for as `worth_citing` says."""
    able = with_asked_value(question.text, with_voice_asked(question.text, retrieved))
    return [hit.passage for hit in able[: worth_citing([hit.score for hit in able], LEAST_CHANCE, MOST_PASSAGES)]]


def _rarity(question: str, retrieved: Sequence[RetrievedPassage]) -> dict[str, float]:
    """Weight of each word of the question that the retrieved passages hold, rarer ones more; the weights sum to 1."""
    held = [set(index_words(hit.passage.embedding_text)) for hit in retrieved]
    counts = {word: sum(word in words for words in held) for word in set(index_words(question))}
    weights = {word: math.log(1 + len(held) / (0.5 + count)) for word, count in counts.items() if count}
    total = sum(weights.values()) or 1.0
    return {word: weight / total for word, weight in weights.items()}


def _telling_sentences(
    passage: Passage, vector: NDArray[np.float32], rarity: Mapping[str, float], index: PassageIndex
) -> list[DraftSentence]:
    """A short passage whole; of a long one the run of neighbouring sentences that tells most about the question."""
    rows = index.sentence_rows(index.row(passage.id))
    spans = tuple((sentence.start, sentence.end) for sentence in index.sentences[rows])
    if not spans or len(passage.text.split()) <= SHORT_PASSAGE_WORDS:
        spans_chosen = spans or ((0, len(passage.text)),)
    else:
        words = [
            sum(rarity.get(word, 0.0) for word in set(index_words(passage.text[start:end]))) for start, end in spans
        ]
        telling = index.sentence_vectors[rows] @ vector + SENTENCE_WORDS_WEIGHT * np.array(words, dtype=np.float32)
        first, last = _best_run(telling, [leans(passage.text[start:end]) for start, end in spans])
        first, last = _reaching_missed_words(passage, spans, first, last, rarity)
        spans_chosen = spans[first : last + 1]
    return [
        DraftSentence(passage.text[start:end], (passage,), Basis.VERBATIM, (start, end)) for start, end in spans_chosen
    ]


def _best_run(telling: NDArray[np.float32], leans: Sequence[bool]) -> tuple[int, int]:
    """First and last sentence of the run around the most telling one that gains most over SENTENCE_SHARE of its worth.

    At most MOST_SENTENCES, but a run neither begins with a sentence that leans on the one before nor ends before one.
    """
    best = int(np.argmax(telling))
    gains = telling - SENTENCE_SHARE * telling[best]
    count = len(telling)
    runs = [
        (float(gains[first : last + 1].sum()), -(last - first), first, last)
        for first in range(max(0, best - MOST_SENTENCES + 1), best + 1)
        for last in range(best, min(count, first + MOST_SENTENCES))
    ]
    _, _, first, last = max(runs)
    while first > 0 and leans[first]:
        first -= 1
    while last + 1 < count and leans[last + 1] and last - first + 1 < 2 * MOST_SENTENCES:
        last += 1
    return first, last


def _reaching_missed_words(
    passage: Passage, spans: Sequence[tuple[int, int]], first: int, last: int, rarity: Mapping[str, float]
) -> tuple[int, int]:
    """The run stretched to a sentence that holds rare words of the question which the run itself lacks.

    Only where they weigh at least RARE_WORDS, and the run stays below twice MOST_SENTENCES.
    """
    held = set(index_words(passage.text[spans[first][0] : spans[last][1]]))
    missed = [
        sum(rarity.get(word, 0.0) for word in set(index_words(passage.text[start:end])) - held) for start, end in spans
    ]
    best = int(np.argmax(missed))
    stretched = min(first, best), max(last, best)
    if missed[best] < RARE_WORDS or stretched[1] - stretched[0] >= 2 * MOST_SENTENCES:
        return first, last
    return stretched


def leans(sentence: str) -> bool:
    """Whether a sentence turns, narrows or explains the one before it and must not be read alone."""
    return _LEANS_ON_THE_ONE_BEFORE.match(sentence) is not None
