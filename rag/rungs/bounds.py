"""Words of comparison round a number: "more than 12", "12 or more", "nearly half", "up to six weeks", "only four"."""

from collections.abc import Sequence
from enum import StrEnum

from rag.rungs.numerals import Token


class Bound(StrEnum):
    """How the number meant lies to the number told."""

    NONE = ""
    OVER = "over"
    AT_LEAST = "at least"
    UNDER = "under"
    UP_TO = "up to"
    WITHIN = "within"
    AT_MOST = "no more than"
    NEARLY = "nearly"
    ABOUT = "about"
    ONLY = "only"


_BEFORE: dict[str, Bound] = {
    phrase: bound
    for bound, phrases in {
        Bound.OVER: "over|more than|above|in excess of|exceeding|exceeded|exceeds|exceed|upwards of|longer than|older than|greater than|"
        "higher than|later than|bigger than|larger than|further than|better than|well over|just over|a little over",
        Bound.AT_LEAST: "at least|no fewer than|as young as|no less than|not less than|not fewer than|minimum of|a minimum of|at the least|"
        "no earlier than",
        Bound.UNDER: "under|less than|fewer than|below|younger than|short of|shorter than|lower than|smaller than|not yet|inside of",
        Bound.UP_TO: "up to|maximum of|a maximum of|no longer than|no later than|not exceeding|"
        "until|up until|as long as|not over|as many as|as late as|as much as|no older than|at the most",
        Bound.AT_MOST: "at most|no more than|not more than|little more than",
        Bound.WITHIN: "within|inside",
        Bound.NEARLY: "nearly|almost|approaching|just under|close to|not quite|just short of|virtually|a little under|slightly under|"
        "a little less than|slightly less than|slightly fewer than|just less than|close on|nearing",
        Bound.ABOUT: "about|around|approximately|roughly|some|circa|approx|estimated|perhaps|an estimated|something like|in the "
        "region of|broadly",
        Bound.ONLY: "only|just|as few as|mere|a mere|merely|as little as|barely",
    }.items()
    for phrase in phrases.split("|")
}
_AFTER: dict[str, Bound] = {
    "or more": Bound.AT_LEAST,
    "or over": Bound.AT_LEAST,
    "or older": Bound.AT_LEAST,
    "or longer": Bound.AT_LEAST,
    "or above": Bound.AT_LEAST,
    "and over": Bound.AT_LEAST,
    "and above": Bound.AT_LEAST,
    "and older": Bound.AT_LEAST,
    "and upwards": Bound.AT_LEAST,
    "upwards": Bound.AT_LEAST,
    "plus": Bound.AT_LEAST,
    "+": Bound.AT_LEAST,
    "at least": Bound.AT_LEAST,
    "minimum": Bound.AT_LEAST,
    "and under": Bound.UP_TO,
    "or under": Bound.UP_TO,
    "or less": Bound.UP_TO,
    "or fewer": Bound.UP_TO,
    "or younger": Bound.UP_TO,
    "or below": Bound.UP_TO,
    "and below": Bound.UP_TO,
    "at most": Bound.UP_TO,
    "maximum": Bound.UP_TO,
    "or so": Bound.ABOUT,
    "or thereabouts": Bound.ABOUT,
}
_LONGEST = 4
_SKIPPED = frozenset("the age ages aged of their a an every one £ $ €".split())


def bound_at(tokens: Sequence[Token], start: int, end: int) -> tuple[Bound, int]:
    """The bound of the quantity in tokens[start:end], and the first token of the phrase that sets it (start where none does)."""
    for length in (2, 1):
        after = " ".join(token.low for token in tokens[end : end + length])
        if after in _AFTER:
            return _AFTER[after], start
    place = start
    for _ in range(4):
        for length in range(min(_LONGEST, place), 0, -1):
            phrase = " ".join(token.low for token in tokens[place - length : place])
            bound = _BEFORE.get(phrase)
            if bound is not None:
                if place < start and phrase in {"under", "over"} and tokens[place].low in {"a", "an"}:
                    return Bound.NONE, start  # "under a five-year contract"
                return bound, place - length
        if place and tokens[place - 1].low in _SKIPPED:
            place -= 1
        else:
            break
    return Bound.NONE, start
