"""Meaning: how likely it is that the cited passages say what a claim says, and which of its words they do not.

Two logistic regressions, each of which may refuse: "wording" on what the network of rag/support reads word by word, "place" on what the
embedding tells, whether another passage of the report says it better than the one that is cited. Their weights and thresholds are in
rag/support/weights.json (`python -m eval.calibrate_support`).
"""

import json
import re
from functools import lru_cache
from typing import Any

import numpy as np

from index.lexical import index_words
from index.store import PassageIndex
from rag.claim import Claim
from rag.evidence import Floats, probabilities
from rag.retrieve import EncodedQuestion
from rag.support.model import ADAPTER, EvidenceSentence, Reading, evidence_text, support_model
from rag.words import topic_words

WEIGHTS = ADAPTER.parent / "weights.json"
# What the support model reads: the features of "wording".
READ = ("unsupported", "worst_word", "worst_words", "worst_run", "doubtful", "new_words", "cause", "several")
# What the embedding tells, and how much of the claim is new: the features of "place".
TOLD = (
    "sentence_cosine",
    "late_interaction",
    "weakest",
    "least_cited",
    "rival_sentence",
    "rival_passage",
    "rival_late",
    "unsupported",
    "new_words",
)
_CAUSE = re.compile(
    r"\b(?:because|due to|owing to|as a (?:direct )?(?:result|consequence)|result(?:ed|s|ing)? (?:in|from)|led to|leads? to|leading to|"
    r"caus(?:ed?|es|ing)|so that|therefore|thus|hence|consequently|thanks to|mean(?:s|t|ing) (?:that|there)|which (?:means|meant)|"
    r"attribut\w+ to|brought about|driven by|stem\w* from|since (?:the|there|they|it)|as (?:a )?reasons?|explain\w*|in order to|"
    r"prompted|contribut\w+ to|on account of|why)\b",
    re.IGNORECASE,
)
_RUN = 3
# Nearer than any cosine.
_ALWAYS_READ = 2.0
_RIVALS = 8
# A word piece with a greater chance of being unsupported is named to the reader.
_NAMED = 0.5
_MOST_NAMED = 3


def objection(claim: Claim, encoded: EncodedQuestion, index: PassageIndex) -> str:
    """Why the cited passages do not say what the claim says, "" where they do.

    Args:
        claim: with its evidence.
        encoded: its words, encoded by the index's model.
        index: the generation that serves.
    """
    calibrated = calibration()
    reading = read(claim)
    chances: dict[str, tuple[Floats, tuple[str, ...]]] = {"wording": (read_features(claim, reading), READ)}
    if index.manifest.model == calibrated["model"]:  # cosines of another embedding have another scale
        chances["place"] = (told_features(claim, encoded, index, reading), TOLD)
    if all(
        probabilities(features.reshape(1, -1), calibrated["models"][name], names)[0] >= calibrated["least"][name]
        for name, (features, names) in chances.items()
    ):
        return ""
    named = _unsupported_words(claim.text, reading)
    where = "the cited passages do not say" if len(claim.passages) > 1 else "the cited passage does not say"
    return f"{where} {', '.join(f'“{words}”' for words in named)}" if named else f"{where} this"


def read(claim: Claim) -> Reading:
    """The claim, read beside its evidence; whom a passage speaks of or addresses outside its own words stands before them."""
    order = {passage.id: number for number, passage in enumerate(claim.passages)}
    sentences = [EvidenceSentence(order[one.passage.id], one.start, one.text, one.cosine) for one in claim.evidence]
    for number, passage in enumerate(claim.passages):
        names = [name for name in (*passage.addressed_to, *passage.organisations) if name not in passage.text]
        if names:
            sentences.append(EvidenceSentence(number, -1, f"{', '.join(dict.fromkeys(names))}:", _ALWAYS_READ))
    return support_model().read([(claim.text, evidence_text(sentences))])[0]


def read_features(claim: Claim, reading: Reading) -> Floats:
    """Shape (len(READ),).

    unsupported: the whole claim's logit; worst_word, worst_words: the greatest chance of a word piece, and the mean of the three
    greatest; worst_run: the greatest mean of three in a row; doubtful: the sum of all; new_words: share of its topic words whose stem is
    in no cited passage; cause: whether it gives a cause where the nearest sentences give none; several: whether it cites several.
    """
    words = reading.words if len(reading.words) else np.zeros(1, dtype=np.float32)
    ordered = np.sort(words)[::-1]
    runs = np.convolve(words, np.ones(_RUN) / _RUN, mode="valid") if len(words) >= _RUN else words
    cause = _CAUSE.search(claim.text) is not None and not any(_CAUSE.search(one.text) for one in claim.evidence[:3])
    features = {
        "unsupported": reading.unsupported,
        "worst_word": float(ordered[0]),
        "worst_words": float(ordered[:_RUN].mean()),
        "worst_run": float(runs.max()),
        "doubtful": float(words.sum()),
        "new_words": _new_words(claim),
        "cause": float(cause),
        "several": float(len(claim.passages) > 1),
    }
    return np.array([features[name] for name in READ])


def told_features(claim: Claim, encoded: EncodedQuestion, index: PassageIndex, reading: Reading) -> Floats:
    """Shape (len(TOLD),).

    sentence_cosine: of the nearest sentence; late_interaction, weakest: of the claim's word pieces with those of the cited passages, the
    weighted mean and the mean of the three lowest; least_cited: the cosine of the nearest sentence of that cited passage which comes
    least near; rival_…: by how much the best passage that is not cited comes nearer (sentence, passage, late interaction);
    unsupported, new_words: as in `read_features`.
    """
    rows = [index.row(passage.id) for passage in claim.passages]
    nearest = max((one.cosine for one in claim.evidence), default=-1.0)
    each = [max((e.cosine for e in claim.evidence if e.passage.id == p.id), default=-1.0) for p in claim.passages]
    passages = index.vectors @ encoded.vector
    sentences = index.best_sentence_cosines(encoded.vector)
    others = np.ones(len(passages), dtype=bool)
    others[rows] = False
    late, weakest, rival_late = 0.0, 0.0, 0.0
    if (matches := index.best_matches(encoded.tokens, rows)) is not None:
        best = matches.max(axis=0)
        late, weakest = float(best @ encoded.tokens.weights), float(np.sort(best)[:3].mean())
        near = np.flatnonzero(others)
        near = near[np.argsort(-sentences[near], kind="stable")[:_RIVALS]]
        rivals = index.best_matches(encoded.tokens, near.tolist())
        rival_late = (
            float((rivals @ encoded.tokens.weights).max()) - late if rivals is not None and len(rivals) else 0.0
        )
    features = {
        "sentence_cosine": nearest,
        "late_interaction": late,
        "weakest": weakest,
        "least_cited": min(each),
        "rival_sentence": float(sentences[others].max(initial=-1.0)) - nearest,
        "rival_passage": float(passages[others].max(initial=-1.0) - passages[rows].max()),
        "rival_late": rival_late,
        "unsupported": reading.unsupported,
        "new_words": _new_words(claim),
    }
    return np.array([features[name] for name in TOLD])


def _new_words(claim: Claim) -> float:
    topic = list(dict.fromkeys(index_words(" ".join(topic_words(claim.text)))))
    known = set(index_words(" ".join(" ".join((*p.heading, *p.organisations, p.text)) for p in claim.passages)))
    return sum(word not in known for word in topic) / max(1, len(topic))


def _unsupported_words(text: str, reading: Reading) -> list[str]:
    """The stretches of the claim that most likely nothing says, in its order."""
    stretches: list[tuple[float, int, int]] = []
    for (start, end), chance in zip(reading.spans, reading.words.tolist(), strict=True):
        if chance < _NAMED:
            continue
        if stretches and start - stretches[-1][2] <= 1:
            stretches[-1] = (max(chance, stretches[-1][0]), stretches[-1][1], end)
        else:
            stretches.append((chance, start, end))
    worst = sorted(sorted(stretches, reverse=True)[:_MOST_NAMED], key=lambda one: one[1])
    words = [_whole_words(text, start, end) for _, start, end in worst]
    return [one for one in dict.fromkeys(words) if any(map(str.isalnum, one))]


def _whole_words(text: str, start: int, end: int) -> str:
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return text[start:end].strip(" ,.;:")


@lru_cache(maxsize=1)
def calibration() -> dict[str, Any]:
    """What `python -m eval.calibrate_support` wrote: the embedding's name, and for each model its weights and its least chance."""
    calibrated: dict[str, Any] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return calibrated
