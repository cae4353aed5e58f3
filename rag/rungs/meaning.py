"""Meaning: how likely it is that the cited passages say what a claim says; a logistic regression on what the bundled embedding tells.

Its weights are the model "support" of rag/weights.json, fitted by `python -m eval.calibrate_support`.
"""

import re

import numpy as np

from index.lexical import index_words
from index.store import PassageIndex
from rag.claim import Claim
from rag.evidence import Floats
from rag.retrieve import EncodedQuestion
from rag.words import topic_words

SUPPORT = (
    "sentence_cosine",
    "second_cosine",
    "passage_cosine",
    "late_interaction",
    "unmatched",
    "weakest",
    "weak_words",
    "new_words",
    "new_rarity",
    "rival_sentence",
    "rival_passage",
    "rival_late",
    "cause",
    "length",
    "cited",
)
_CAUSE = re.compile(
    r"\b(?:because|due to|owing to|as a (?:direct )?(?:result|consequence)|result(?:ed|s|ing)? (?:in|from)|led to|leads? to|leading to|"
    r"caus(?:ed?|es|ing)|so that|therefore|thus|hence|consequently|thanks to|mean(?:s|t|ing) (?:that|there)|which (?:means|meant)|"
    r"attribut\w+ to|brought about|driven by|stem\w* from|since (?:the|there|they|it)|as (?:a )?reasons?|explain\w*|in order to|"
    r"resulting|prompted|contribut\w+ to|on account of|through lack|why)\b",
    re.IGNORECASE,
)
_MATCH = 0.5
_RIVALS = 8


def support_features(claim: Claim, encoded: EncodedQuestion, index: PassageIndex) -> Floats:
    """Shape (len(SUPPORT),)."""
    rows = [index.row(passage.id) for passage in claim.passages]
    cosines = [evidence.cosine for evidence in claim.evidence] or [-1.0]
    passages = index.vectors @ encoded.vector
    sentences = index.best_sentence_cosines(encoded.vector)
    others = np.ones(len(passages), dtype=bool)
    others[rows] = False
    matches = index.best_matches(encoded.tokens, rows)
    late, unmatched, weakest, weak_words, rival_late = 0.0, 0.0, 0.0, 0.0, 0.0
    if matches is not None:
        best = matches.max(axis=0)
        weights = encoded.tokens.weights
        late = float(best @ weights)
        unmatched = float((best < _MATCH) @ weights)
        lowest = np.sort(best)
        weakest = float(lowest[:3].mean())
        weak_words = float(np.clip(0.7 - best, 0, None).sum())
        near = np.flatnonzero(others)
        near = near[np.argsort(-sentences[near], kind="stable")[:_RIVALS]]
        rivals = index.best_matches(encoded.tokens, near.tolist())
        rival_late = float((rivals @ weights).max()) - late if rivals is not None and len(rivals) else 0.0
    words = list(dict.fromkeys(index_words(" ".join(topic_words(claim.text)) or claim.text)))
    known = set(index_words(" ".join(" ".join((*p.heading, p.text, *p.organisations)) for p in claim.passages)))
    new = [word for word in words if word not in known]
    rarity = index.rarity(words)
    whole = sum(rarity.values()) or 1.0
    causes = len(_CAUSE.findall(claim.text)) > 0 and not any(_CAUSE.search(e.text) for e in claim.evidence[:3])
    features = {
        "sentence_cosine": cosines[0],
        "second_cosine": cosines[1] if len(cosines) > 1 else 0.0,
        "passage_cosine": float(passages[rows].max()),
        "late_interaction": late,
        "unmatched": unmatched,
        "weakest": weakest,
        "weak_words": weak_words,
        "new_words": len(new) / max(len(words), 1),
        "new_rarity": sum(rarity.get(word, 0.0) for word in new) / whole,
        "rival_sentence": float(sentences[others].max(initial=-1.0)) - cosines[0],
        "rival_passage": float(passages[others].max(initial=-1.0) - passages[rows].max()),
        "rival_late": rival_late,
        "cause": float(causes),
        "length": float(np.log(len(claim.text.split()) + 1)),
        "cited": float(len(rows) > 1),
    }
    return np.array([features[name] for name in SUPPORT])


def objection(claim: Claim, encoded: EncodedQuestion, index: PassageIndex) -> str:
    """Why the cited passages do not say what the claim says, "" where they do."""
    nearest = claim.evidence[0].cosine if claim.evidence else -1.0
    return "" if nearest >= 0.5 else "the cited passage does not say this"
