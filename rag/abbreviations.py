"""Short forms that a report itself explains: "initial health assessments (IHAs)" says what IHA stands for."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

_SHORT = r"(?P<short>[A-Z][A-Za-z&-]{1,9})"
_AFTER_ITS_NAME = re.compile(rf"\(\s*(?:the\s+)?[\"“‘']?{_SHORT}[\"”’']?\s*\)")
_BEFORE_ITS_NAME = re.compile(rf"\b{_SHORT}\s*\((?P<full>[A-Za-z][^()]{{3,90}})\)")
_LISTED = re.compile(
    rf"^[ \t]*{_SHORT}(?:[ \t]*[-–—:=|][ \t]*|[ \t]{{2,}}|\t)(?P<full>[A-Za-z][^\n|]{{3,90}}?)[ \t|]*$", re.MULTILINE
)
_BREAK = re.compile(r"[.;:!?()\[\]•]|\n\s*\n")
_NAME_WORD = re.compile(r"[A-Za-z]+(?:['’][a-z]+)?|&")
# Joining words may lend their initial ("DoLS") or not ("CAMHS").
_JOINING = frozenset("and & of the for in into to with on at a an by or".split())
_LONGEST_NAME = 160


@lru_cache(maxsize=64)
def abbreviations(text: str) -> Mapping[str, str]:
    """Short form (singular) -> full form as first printed, of every short form that a text explains.

    A full form is taken only where the initials of its words, in their order, spell the short form; each word but the joining
    ones must lend its initial, and may lend one more letter ("genitourinary medicine (GUM)"). Short forms have two capitals or
    more. Kept for the last 64 texts.
    """
    found: dict[str, str] = {}
    for short, full in (*_explained_after(text), *_explained_before(text)):
        found.setdefault(short, re.sub(r"\s+", " ", full))
    return MappingProxyType(found)


def _explained_after(text: str) -> Iterator[tuple[str, str]]:
    """Pairs of "Full Form (SHORT)": the fewest words before the bracket whose initials spell it."""
    for match in _AFTER_ITS_NAME.finditer(text):
        short = _singular(match["short"])
        before = _BREAK.split(text[max(0, match.start() - _LONGEST_NAME) : match.start()])[-1]
        places = [word.start() for word in _NAME_WORD.finditer(before)]
        names = [before[place:].strip() for place in reversed(places[-2 * len(short) - 2 :])]
        # Initials alone first: they need fewer words to be right.
        full = next((name for extra in (False, True) for name in names if _explains(name, short, extra)), None)
        if full:
            yield short, full


def _explained_before(text: str) -> Iterator[tuple[str, str]]:
    """Pairs of "SHORT (Full Form)" and of a line "SHORT – Full Form" in a list of abbreviations."""
    for pattern in (_BEFORE_ITS_NAME, _LISTED):
        for match in pattern.finditer(text):
            short = _singular(match["short"])
            if any(_explains(match["full"], short, extra) for extra in (False, True)):
                yield short, match["full"].strip()


def _explains(full: str, short: str, extra: bool) -> bool:
    """Whether a name of two words or more, the first of them no joining word, spells a short form."""
    words = [word.lower() for word in _NAME_WORD.findall(full)]
    letters = re.sub(r"[^a-z]", "", short.lower())
    capitals = sum(map(str.isupper, short))
    return capitals > 1 and len(words) > 1 and words[0] not in _JOINING and _spells(words, letters, extra)


def _spells(words: Sequence[str], letters: str, extra: bool) -> bool:
    """Whether the initials of these words spell the letters; with `extra`, a word may lend a second letter after its initial."""
    if not words:
        return not letters
    first, rest = words[0], words[1:]
    if first in _JOINING and _spells(rest, letters, extra):
        return True
    if not letters or first[0] != letters[0]:
        return False
    if _spells(rest, letters[1:], extra):
        return True
    return extra and letters[1:2] != "" and letters[1] in first[1:] and _spells(rest, letters[2:], extra)


def _singular(short: str) -> str:
    return short.removesuffix("s") if short[:-1].isupper() else short
