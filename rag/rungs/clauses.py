"""Clauses of a sentence, and which clauses of the evidence a clause of the claim rests on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.claim import Claim
from rag.words import stem

_WORD = re.compile(r"[a-z0-9]+(?:['’](?!s\b)[a-z]+)?|[,;:()—–.?!\"“”%£]", re.IGNORECASE)
_REFERENCE = re.compile(
    r"[(\[]\s*(?:see\s+)?(?:recommendations?|recs?|findings?|paragraphs?|paras?)\b[^()\[\]]{0,120}[)\]]", re.IGNORECASE
)
# The month is no "may".
_MAY = re.compile(
    r"\b(?:in|by|since|from|until|till|during|of|last|this|early|late|mid|\d{1,2}(?:st|nd|rd|th)?)[ -]May\b"
)
# "The most recent plan" is told of one plan.
_SUPERLATIVE = re.compile(r"\bthe most (?!part\b)", re.IGNORECASE)
_STOPS = frozenset(',;:()—–.?!"“”')
_OPENERS = frozenset(
    "but while whereas although though however yet whilst which who whom where when because since so until unless if despite "
    "except bar than before after once whether".split()
)
_SUBJECTS = frozenset(
    "the a an they it he she we i this these those there no not some most many few all each every both nobody none nothing "
    "staff children his her their its our one neither other others".split()
)
_AUXILIARIES = frozenset(
    "is are was were has have had did do does can could will would may might must should cannot didn't doesn't don't isn't aren't "
    "wasn't weren't hasn't haven't hadn't couldn't won't".split()
)
_NEARNESS = 0.3
# Words that bind others and tell nothing by themselves; "ask", "tell" and "find" tell something here.
_BINDING = frozenset(
    "a an the and or but nor of in on at to for from by with without about as into onto over under between than then so if is are was were "
    "be been being am do does did done doing has have had having can could may might must shall should will would i me my we us our "
    "you your he him his she her hers it its they them their theirs this that these those there here who whom whose which what when "
    "where why how not no any some each every all both either neither more most many much few less least several also just only even "
    "ever never always such own same other others another one ones upon out up off down through during before after because while "
    "whereas although though however yet still too very rather quite none nobody nothing cannot s t per via among amongst within "
    "nor once again until unless since whether themselves himself herself itself".split()
)
_SYNONYMS = {
    stem(word): stem(group[0])
    for group in (
        "child kid youngster pupil young".split(),
        "record file note case".split(),
        "doctor gp physician".split(),
        "tell hear inform told".split(),
        "see saw seen".split(),
        "ask asked enquire enquiry question".split(),
        "mother mum woman".split(),
        "staff practitioner worker clinician professional employee".split(),
        "surgery practice".split(),
        "wait queue".split(),
        "know knew known aware unaware".split(),
        "attend attendance go come".split(),
        "send sent pass".split(),
        "assessment check assess review".split(),
    )
    for word in group
}


@dataclass(frozen=True, slots=True)
class Clause:
    """Words of one clause in small letters, and the stems of those that tell something."""

    words: tuple[str, ...]
    stems: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ground:
    """A clause of the evidence, the clauses of its sentence, and how much of a clause of the claim it bears, from 0 to about 1.3."""

    share: float
    clause: Clause
    sentence: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Rest:
    """A clause of the claim with the clauses of the evidence that it may rest on, best first."""

    clause: Clause
    grounds: tuple[Ground, ...]


@lru_cache(maxsize=20_000)
def clauses(sentence: str) -> tuple[Clause, ...]:
    """The clauses of a sentence in order; a stop, a conjunction or a relative word begins a new one."""
    text = _SUPERLATIVE.sub("the ", _MAY.sub(" ", _REFERENCE.sub(" ", sentence)))
    words = [match[0].lower() for match in _WORD.finditer(text)]
    found: list[list[str]] = [[]]
    for place, word in enumerate(words):
        if word in _STOPS:
            found.append([])
        elif word in _OPENERS or (word == "and" and _opens(words, place + 1)):
            found.append([word])
        else:
            found[-1].append(word)
    return tuple(_clause(words) for words in _merged(found))


def _merged(found: Sequence[Sequence[str]]) -> list[list[str]]:
    """A piece without two telling words of its own belongs to the clause before it."""
    merged: list[list[str]] = []
    for words in found:
        telling = sum(1 for word in words if tells(word))
        if merged and telling < 2:
            merged[-1].extend(words)
        elif words:
            merged.append(list(words))
    if len(merged) > 1 and sum(1 for word in merged[0] if tells(word)) < 2:
        merged[0:2] = [merged[0] + merged[1]]
    return merged


def _opens(words: Sequence[str], at: int) -> bool:
    return at < len(words) and (words[at] in _SUBJECTS or any(word in _AUXILIARIES for word in words[at : at + 4]))


def _clause(words: Sequence[str]) -> Clause:
    return Clause(tuple(words), frozenset(stem_of(word) for word in words if tells(word)))


@lru_cache(maxsize=20_000)
def tells(word: str) -> bool:
    """Whether a word tells something by itself, and does not only bind others."""
    return len(word) > 1 and word not in _BINDING


@lru_cache(maxsize=20_000)
def stem_of(word: str) -> str:
    """Stem of a word, one for all that mean nearly the same here."""
    stemmed = stem(word)
    return _SYNONYMS.get(stemmed, stemmed)


def rests(claim: Claim) -> list[Rest]:
    """Each clause of the claim, with the evidence clauses ranked by the stems they share and the cosine of their sentence."""
    theirs = [
        (clause, sentence, max(0.0, evidence.cosine))
        for evidence in claim.evidence
        for sentence in (clauses(evidence.text),)
        for clause in sentence
    ]
    counts: dict[str, int] = {}
    for ground, _, _ in theirs:
        for word in ground.stems:
            counts[word] = counts.get(word, 0) + 1
    found = []
    for clause in clauses(claim.text):
        total = sum(1 / counts.get(word, 1) ** 0.5 for word in clause.stems)
        ranked = []
        for ground, sentence, cosine in theirs:
            if shared := clause.stems & ground.stems:
                share = sum(1 / counts[word] ** 0.5 for word in shared) / total
                ranked.append(Ground(share + _NEARNESS * cosine, ground, sentence))
        ranked.sort(key=lambda each: -each.share)
        found.append(Rest(clause, tuple(ranked)))
    return found
