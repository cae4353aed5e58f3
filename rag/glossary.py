"""Words that mean what a question's words mean: short forms, new names of old bodies, and everyday speech.

The groups stand in glossary.tsv (docs/glossary.md says how to read and extend it). They widen what keywords find; they
never replace the question. A report's own short forms come before the glossary's.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from rag.words import stem

GLOSSARY = Path(__file__).resolve().parent / "glossary.tsv"
COLUMNS = ("kind", "way", "terms", "leads to", "source")
COMMON_USAGE = "common usage"
# After a term of the table that is an everyday word in small letters: IT, SEND, CASH.
_CAPITALS = " (capitals)"
_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?", re.IGNORECASE)
_ONE_OF_SEVERAL = {"children": "child", "women": "woman", "men": "man", "teeth": "tooth"}

Key = tuple[str, ...]


class TermKind(StrEnum):
    """What makes the terms of a group mean the same; a phrase in OTHER_SENSE holds a term's words but not its meaning."""

    ABBREVIATION = "abbreviation"
    EVERYDAY = "everyday"
    SUCCESSOR = "successor"
    OTHER_SENSE = "other sense"


class Way(StrEnum):
    """Whether each term leads to all others of its group, only to those that it leads to, or to none."""

    BOTH = "both ways"
    ONE = "one way"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Term:
    """One term as a reader would write it; `capitals` where it counts only in capitals."""

    text: str
    capitals: bool = False

    @property
    def key(self) -> Key:
        """Its words, folded so that number and ending do not matter."""
        return _key(self.text)

    @property
    def keys(self) -> tuple[Key, ...]:
        """Its key and, for a short form, that of its plural, which the stemmer leaves alone ("SDQs")."""
        return (self.key, _key(self.text + "s")) if self.is_short else (self.key,)

    @property
    def is_short(self) -> bool:
        """Whether it is one word with two or more capitals."""
        return " " not in self.text and sum(map(str.isupper, self.text)) > 1


@dataclass(frozen=True, slots=True)
class Group:
    """Terms that mean the same or nearly so, where they are said to (`source`) and where asking by them leads."""

    kind: TermKind
    way: Way
    terms: tuple[Term, ...]
    leads_to: tuple[Term, ...]
    source: str

    @property
    def targets(self) -> tuple[Term, ...]:
        """What each of its terms leads to."""
        return self.terms if self.way is Way.BOTH else self.leads_to


@dataclass(frozen=True, slots=True)
class _Target:
    """A term's text, its key, and its keys as strings between blanks."""

    text: str
    key: Key
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Lead:
    capitals: bool
    targets: tuple[_Target, ...]


_Leads = Mapping[Key, Sequence[_Lead]]


@lru_cache(maxsize=1)
def load_glossary() -> tuple[Group, ...]:
    """The groups of glossary.tsv, in its order.

    Raises:
        ValueError: a row has not five columns, or a kind or way that is none.
    """
    header, *rows = GLOSSARY.read_text(encoding="utf-8").splitlines()
    if tuple(header.split("\t")) != COLUMNS:
        raise ValueError(f"{GLOSSARY.name} must have the columns {', '.join(COLUMNS)}, not {header!r}")
    groups = []
    for row in rows:
        kind, way, terms, leads_to, source = row.split("\t")
        groups.append(Group(TermKind(kind), Way(way), _terms(terms), _terms(leads_to), source))
    return tuple(groups)


def expansions(question: str, report_abbreviations: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Terms to which the words of a question lead and that are not in it, those of its longest phrase first.

    A word counts once, in the longest term that it is part of. Where a report has another meaning for a short form than
    the glossary, the report's holds.

    Args:
        question: plain text.
        report_abbreviations: short form -> full form, as `abbreviations` gives them.
    """
    written = _tokens(question)
    folded = tuple(map(_fold, written))
    in_question = f" {' '.join(folded)} "
    found: dict[Key, str] = {}
    for lead in _found(question, written, folded, _leads(tuple((report_abbreviations or {}).items()))):
        for target in lead.targets:
            if not any(form in in_question for form in target.forms):
                found.setdefault(target.key, target.text)
    return tuple(found.values())


def _found(question: str, written: Sequence[str], folded: Key, leads: _Leads) -> Iterator[_Lead]:
    """The leads of the longest terms first, no word used twice."""
    shouted = question.isupper()
    free = [True] * len(folded)
    longest = max(map(len, leads))
    for length in range(min(longest, len(folded)), 0, -1):
        for start in range(len(folded) - length + 1):
            place = slice(start, start + length)
            known = leads.get(folded[place]) if all(free[place]) else None
            if not known:
                continue
            # In a question all in capitals they tell nothing, unless it is the term alone.
            capitals_tell = not shouted or length == len(folded)
            in_capitals = capitals_tell and all(word.removesuffix("s").isupper() for word in written[place])
            if fitting := [lead for lead in known if in_capitals or not lead.capitals]:
                free[place] = [False] * length
                yield from fitting


@lru_cache(maxsize=64)
def _leads(report_abbreviations: tuple[tuple[str, str], ...]) -> _Leads:
    groups: Iterable[Group] = load_glossary()
    for short, full in report_abbreviations:
        groups = _with_abbreviation(tuple(groups), short, full)
    leads: dict[Key, list[_Lead]] = {}
    for group in groups:
        targets = tuple(_Target(t.text, t.key, tuple(f" {' '.join(key)} " for key in t.keys)) for t in group.targets)
        for term in group.terms:
            for key in dict.fromkeys(term.keys):
                leads.setdefault(key, []).append(_Lead(term.capitals, targets))
    return leads


def _with_abbreviation(groups: tuple[Group, ...], short: str, full: str) -> tuple[Group, ...]:
    """The groups with a report's short form in the one that has its meaning, or in a new one, and in no other."""
    # Only a form without a vowel is surely no word in small letters.
    term, long = Term(short, capitals=bool(re.search("[aeiouy]", short, re.IGNORECASE))), Term(full)
    own = next((group for group in groups if group.way is Way.BOTH and _means(group, term, long)), None)
    if own is None:
        own = Group(TermKind.ABBREVIATION, Way.BOTH, (term, long), (), "the report")
        return (*(_without(group, term) for group in groups), own)
    if _holds(own.terms, term):
        return tuple(_with(group, long) if group is own else group for group in groups)
    return tuple(_with(_with(group, term), long) if group is own else _without(group, term) for group in groups)


def _means(group: Group, short: Term, full: Term) -> bool:
    """Whether a group has the full form among its terms, or the short form beside a term with half of its words."""
    if _holds(group.terms, full):
        return True
    words = set(full.key)
    return _holds(group.terms, short) and any(2 * len(words & set(term.key)) >= len(words) for term in group.terms)


def _holds(terms: Iterable[Term], term: Term) -> bool:
    return any(other.key == term.key for other in terms)


def _with(group: Group, term: Term) -> Group:
    return group if _holds(group.terms, term) else replace(group, terms=(*group.terms, term))


def _without(group: Group, term: Term) -> Group:
    terms, leads_to = (tuple(o for o in side if o.key != term.key) for side in (group.terms, group.leads_to))
    return replace(group, terms=terms, leads_to=leads_to)


def _terms(cell: str) -> tuple[Term, ...]:
    names = [name.strip() for name in cell.split("|")] if cell else []
    return tuple(Term(name.removesuffix(_CAPITALS), name.endswith(_CAPITALS)) for name in names)


def _tokens(text: str) -> list[str]:
    """Words as written, endings after an apostrophe cut; "&" is the word "and"."""
    return [re.split(r"['’]", word)[0] for word in _WORD.findall(text.replace("&", " and "))]


@lru_cache(maxsize=16_384)
def _key(text: str) -> Key:
    return tuple(map(_fold, _tokens(text)))


@lru_cache(maxsize=16_384)
def _fold(word: str) -> str:
    lower = word.lower()
    return stem(_ONE_OF_SEVERAL.get(lower, lower))
