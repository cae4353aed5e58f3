"""Shares and ratios: "one in five", "six of the twelve", "a third", "half an hour"."""

from collections.abc import Sequence
from fractions import Fraction

from rag.rungs.dates import is_month
from rag.rungs.numerals import DENOMINATORS, Token, cardinal
from rag.rungs.quantity import Measure, Quantity, low_at, lows, stops_at
from rag.rungs.spans import span_unit
from rag.words import content_stems

DETERMINERS = frozenset("the these those all our its their his her that every total sample only a other".split())
_HALF_OF_KIN = frozenset(
    "brother brothers sister sisters sibling siblings hearted way term terms termly past baked".split()
)
_AFTER_A_SHARE = frozenset(
    "of were was are is had have has did do does said told fewer more less lower higher as in who lived live living came on up "
    "down to for from by at over under and or than did could cannot can".split()
)
_YEARS = range(1900, 2100)


def ratio_at(tokens: Sequence[Token], at: int, value: Fraction, end: int) -> Quantity | None:
    """As in "one in five" as a share; "six of the twelve" as a count with its whole, ending before the twelve."""
    place = end + (2 if lows(tokens, end, 2) in (["out", "of"], ["in", "every"]) else 1)
    while place < len(tokens) and tokens[place].low in DETERMINERS:
        place += 1
    whole = cardinal(tokens, place) if place < len(tokens) else None
    if whole is None and low_at(tokens, place) in {"hundred", "dozen"}:
        whole = Fraction(100 if tokens[place].low == "hundred" else 12), place + 1
    if value == 1 and low_at(tokens, at - 1) == "not":  # "not one of the twelve"
        return None
    if whole and value == 1 and low_at(tokens, at - 1) == "every":  # "every one of the twelve"
        return Quantity(Measure.COUNT, whole[0], at, whole[1], "", whole=whole[0])
    if whole is None or whole[0] < value or (whole[0] in _YEARS and whole[0] > 20 * value):
        return None
    if tokens[end].low != "in" and not (tokens[end].low == "of" and tokens[place - 1].low == "every"):
        return Quantity(Measure.COUNT, value, at, end, "", whole=whole[0])
    if (
        place - end > 1 + (tokens[place - 1].low == "every")
        or span_unit(tokens, whole[1])
        or is_month(tokens, whole[1])
    ):
        return None
    return Quantity(Measure.SHARE, value / whole[0], at, whole[1], "") if whole[0] else None


def ratio_apart(tokens: Sequence[Token], at: int, value: Fraction, end: int) -> Quantity | None:
    """As in "one contact in eight", "fewer than one early help assessment in ten"."""
    for place in range(end + 1, min(end + 5, len(tokens) - 1)):
        if tokens[place].kind != "word":
            return None
        if tokens[place].low == "in":
            whole = cardinal(tokens, place + 1 + (low_at(tokens, place + 1) == "every"))
            if (
                whole is None
                or whole[0] <= value
                or whole[0] > 100
                or span_unit(tokens, whole[1])
                or is_month(tokens, whole[1])
            ):
                return None
            if not is_bare(tokens, whole[1]) and (value > 1 or tokens[whole[1]].low.endswith("s")):
                return None
            return Quantity(Measure.SHARE, value / whole[0], at, whole[1], "")
    return None


def share_at(tokens: Sequence[Token], at: int) -> Quantity | None:
    """A share told without a number before it: "half of them", "a third", "three quarters"; and parts of an hour or a year."""
    low, following = tokens[at].low, low_at(tokens, at + 1)
    if low in {"a", "an", "one"} and following in DENOMINATORS and not following.endswith("s"):
        share, end = Fraction(1, DENOMINATORS[following]), at + 2
        if (
            following not in {"half", "quarter"}
            and low_at(tokens, end) not in _AFTER_A_SHARE
            and not stops_at(tokens, end)
        ):
            return None
    elif (low, following) == ("half", "past") and (hour := cardinal(tokens, at + 2) if at + 2 < len(tokens) else None):
        return Quantity(Measure.CLOCK, hour[0] * 60 + 30, at, hour[1], "")
    elif low == "half" and following not in _HALF_OF_KIN:
        if (dozen := cardinal(tokens, at)) is not None:
            return Quantity(Measure.COUNT, dozen[0], at, dozen[1], "")
        share, end = Fraction(1, 2), at + 1
    else:
        return None
    place = end + (low_at(tokens, end) == "of" and low_at(tokens, end + 1) in {"a", "an"})
    place += low_at(tokens, place) in {"a", "an"}
    if (unit := span_unit(tokens, place)) is not None and not tokens[unit[2] - 1].low.endswith("s"):
        return Quantity(Measure.SPAN, share * unit[1], at, unit[2], "", unit[0])
    return Quantity(Measure.SHARE, share, at, end, "")


def is_bare(tokens: Sequence[Token], end: int) -> bool:
    """Whether nothing counted follows a number."""
    return stops_at(tokens, end) or not content_stems(tokens[end].low)
