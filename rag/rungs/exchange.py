"""Exchange: has a name that the cited passages do hold been put where they have another, as in "B refers to A" for "A refers to B"?"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from index.sentences import sentence_spans
from rag.claim import Claim
from rag.rungs.bodies import PLAIN, bodies_named, bodies_spoken_of
from rag.words import stem, words

# A name is misplaced where the sentences that hold it share no more than this of a claim's telling words ...
_LITTLE = 0.25
# ... while sentences that hold another name share at least this much, ...
_MUCH = 0.7
# ... of so many words at least.
_LEAST_WORDS = 2
_CUT = re.compile(
    r"[;:]\s|,? \b(?:whereas|while|whilst|but|although|though|however|in contrast to|unlike)\b|, (?:and|with)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![\w’'])[A-Z][\w’'&-]+(?:\s+(?:(?:of|and|&|the)\s+)?[A-Z][\w’'&-]+)*")
_LEANING = re.compile(
    r"\s*(?:they|it|she|he|this|these|those|that|such|their|its|her|his|there|the (?:service|team|trust|unit"
    r"|post|nurse|staff|practice|hospital"
    r"|department|trusts?)|staff|practitioners|records|both|some|most|all|none|one|others?|and|but|however)\b",
    re.IGNORECASE,
)
_DOER = re.compile(r"\b(?:belongs? to|\w+ed by|run by|(?:comes?|came) from)\s+(?:the\s+)?$", re.IGNORECASE)
_PASSING = (
    r"(?:refer(?:s|red)?|sen[dt]s?|notif(?:y|ies|ied)|inform(?:s|ed)?|tells?|told|alert(?:s|ed)?|report(?:s"
    r"|ed)?|shar(?:e|es|ed)|pass(?:es|ed)?"
    r"|write|writes|wrote|cop(?:y|ies|ied)|escalate[ds]?|hand(?:s|ed)?|transfer(?:s|red)?|forward(?:s|ed)?"
    r"|contact(?:s|ed)?|rings?|rang"
    r"|phone[ds]?|invite[ds]?|train(?:s|ed)?|supervise[ds]?|commission(?:s|ed)?|fund(?:s|ed)?|pays?|paid"
    r"|employ(?:s|ed)?|advise[ds]?"
    r"|challenge[ds]?|chase[ds]?|consult(?:s|ed)?|liaise[ds]?|email(?:s|ed)?)"
)
_PASSES = re.compile(rf"\b(?:{_PASSING}|receive[ds]?|gets?|got)\b", re.IGNORECASE)
_TO = r"(?:(?:the|a|an|all|each|every|local|their|its|relevant|family['’]s|child['’]s)\s+){0,3}"
_WHO = (
    r"\s+(?:(?:staff|teams?|services?|practitioners?|officers?|workers?|leads?)\s+)?"
    r"(?:(?:\w+ly|do|does|not|always|often|also|will|may|can)\s+){0,3}"
)
_GIVES = re.compile(rf"{_WHO}{_PASSING}\s+(?:[^.;:]{{0,80}}\b(?:to|with|for)\s+)?{_TO}", re.IGNORECASE)
_BE = r"(?:is|are|was|were|be|been|being|gets?|got|get)"
_TAKES = re.compile(
    rf"{_WHO}(?:{_BE}\s+(?:\w+\s+){{0,2}}?{_PASSING}\b[^.;:]{{0,80}}\bby"
    rf"|(?:receive[ds]?|gets?|got|hears?|heard|takes?)\s+[^.;:]{{0,80}}\bfrom)\s+{_TO}",
    re.IGNORECASE,
)
_FORM = frozenset(
    "a an the of in on at to for from by with and or but is are was were be been being has have had do does did "
    "that which who whose it its they their "
    "them this these those as than so not there then into about over under within also s we our us he she his her i you per via".split()
)


# Too many are called so for one of them to be mistaken for another.
_ANYBODY = frozenset({"commissioners", "voluntary sector"})


@dataclass(frozen=True, slots=True)
class _Named:
    """A name in a text: a body of the field, or the telling words of a proper name."""

    text: str
    body: str
    stems: frozenset[str]
    start: int
    end: int

    def is_like(self, other: "_Named") -> bool:
        """Whether both may be the same."""
        return self.body == other.body if self.body or other.body else bool(self.stems & other.stems)

    def stands_in(self, segment: "_Segment") -> bool:
        """Whether a segment, or what it leans on, speaks of this."""
        return self.body in segment.bodies if self.body else bool(self.stems & segment.scope)


@dataclass(frozen=True, slots=True)
class _Segment:
    """A sentence of a passage or a part of one; `scope` and `bodies` take in the sentence that it leans on."""

    stems: frozenset[str]
    scope: frozenset[str]
    bodies: frozenset[str]
    names: tuple[_Named, ...]


def misplaced(claim: Claim) -> str:
    """The name of the claim that stands in the cited passages with other matters, where another name stands in its place; or ""."""
    texts = (claim.text, *(passage.text for passage in claim.passages))
    proper = frozenset[str]().union(*map(_inside, texts))
    segments = [segment for p in claim.passages for segment in _segments(p.text, " ".join(p.heading), proper)]
    often = Counter(one for segment in segments for one in segment.stems)
    for clause in _clauses(claim.text):
        for name in _names(clause, proper):
            if name.body in _ANYBODY:
                continue
            if not (_opens(clause, name) or (not name.body and _DOER.search(clause[: name.start]))):
                continue
            told = (_stems(clause[: name.start]) | _stems(clause[name.end :])) & often.keys()
            if len(told) < _LEAST_WORDS:
                continue
            weight = sum(1 / often[one] for one in told)
            mine = [segment for segment in segments if name.stands_in(segment)]
            others = [segment for segment in segments if not name.stands_in(segment) and _another(segment, clause)]
            if not mine or not others:
                continue
            here = sum(1 / often[one] for one in told & frozenset[str]().union(*(m.stems for m in mine))) / weight
            there = max(_share(told, segment, often) for segment in others) / weight
            if here <= _LITTLE and there >= _MUCH:
                return name.text
    return ""


@lru_cache(maxsize=4_096)
def _inside(text: str) -> frozenset[str]:
    """Words with a capital inside the sentences of a text."""
    return frozenset(re.findall(r"(?<=[a-z,] )[A-Z][a-z]{2,}", text))


def turned_round(claim: Claim) -> str:
    """What passes between two bodies from the one to the other in the cited passages and the other way in the claim; or ""."""
    ours = _passed(claim.text)
    if not ours:
        return ""
    theirs = [
        pair for p in claim.passages for start, end in sentence_spans(p.text) for pair in _passed(p.text[start:end])
    ]
    for giver, taker in ours:
        same = any(giver.is_like(a) and taker.is_like(b) for a, b in theirs)
        if not same and any(giver.is_like(b) and taker.is_like(a) for a, b in theirs):
            return f"{giver.text} and {taker.text}"
    return ""


@lru_cache(maxsize=8_192)
def _passed(text: str) -> tuple[tuple[_Named, _Named], ...]:
    """(giver, taker) of what a sentence says that one body refers, sends or tells another."""
    if not _PASSES.search(text):
        return ()
    names = sorted(_names(text, _inside(text)), key=lambda name: name.start)
    found = []
    for place, first in enumerate(names):
        for second in names[place + 1 :]:
            between = text[first.end : second.start]
            if _GIVES.fullmatch(between):
                found.append((first, second))
            elif _TAKES.fullmatch(between):
                found.append((second, first))
    return tuple(found)


def _share(told: frozenset[str], segment: _Segment, often: Counter[str]) -> float:
    return sum(1 / often[one] for one in told & segment.stems)


def _another(segment: _Segment, clause: str) -> bool:
    """Whether a segment names somebody whom the clause does not."""
    ours, bodies = _stems(clause), bodies_spoken_of(clause)
    return any(name.body not in bodies if name.body else not name.stems & ours for name in segment.names)


@lru_cache(maxsize=4_096)
def _segments(text: str, heading: str, proper: frozenset[str]) -> tuple[_Segment, ...]:
    found: list[_Segment] = []
    about: tuple[_Named, ...] = ()
    before = heading
    for start, end in sentence_spans(text):
        for clause in _clauses(text[start:end]):
            names = tuple(sorted(_names(clause, proper), key=lambda name: name.start))
            opens = bool(names) and _opens(clause, names[0]) and not _LEANING.match(clause)
            scope = clause if opens else f"{before} {clause}"
            about = names if opens else about
            found.append(_Segment(_stems(clause), _stems(scope), bodies_spoken_of(scope), about))
            before = clause if opens else f"{before} {clause}"
    return tuple(found)


def _opens(clause: str, name: _Named) -> bool:
    """Whether a clause begins with a name, but for "the", "at" and the like."""
    return len(clause[: name.start].split()) <= 2


def _clauses(text: str) -> list[str]:
    return [part for part in _CUT.split(text) if part.strip()]


def _names(text: str, proper: frozenset[str] = frozenset()) -> Iterator[_Named]:
    """Bodies of the field and proper names of a text; `proper` are words that are names wherever they stand."""
    bodies = bodies_named(text)
    for body in bodies:
        yield _Named(text[body.start : body.end], body.body, frozenset(), body.start, body.end)
    for match in _NAME.finditer(text):
        if any(body.start < match.end() and match.start() < body.end for body in bodies):
            continue
        telling = frozenset(stem(word) for word in words(match[0]) if word not in _FORM) - PLAIN
        if telling and (match.start() or " " in match[0] or match[0].split("'")[0].split("’")[0] in proper):
            yield _Named(match[0], "", telling, match.start(), match.end())


@lru_cache(maxsize=16_384)
def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words(text) if word not in _FORM)
