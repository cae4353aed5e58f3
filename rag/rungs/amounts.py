"""What a plain number counts, by the words round it: per cent, a span, an age, a name, a part of a whole, or things."""

from collections.abc import Sequence
from fractions import Fraction

from rag.rungs.amount_words import one
from rag.rungs.numerals import DENOMINATORS, GROUPS, Token
from rag.rungs.quantity import Measure, Quantity, low_at, lows
from rag.rungs.shares import is_bare, ratio_apart, ratio_at
from rag.rungs.spans import span_unit

# What stands before a numeral that is part of a name: "Section 11", "Level 3", "Years 5 and 6".
_NAMES = frozenset(
    "section level tier band regulation article part ward stage standard form phase step grade type schedule chapter appendix "
    "annex recommendation paragraph outcome domain priority category quarter strand clause theme".split()
)
_PEOPLE = frozenset(
    "girl boy child woman man mother father son daughter baby toddler sister brother sibling person people teenager adolescent "
    "pupil student patient sibling children girls boys lad youngster mum dad parent male female".split()
)
_AGE_BEFORE = frozenset("aged age ages turn turned turns turning".split())
_OLD = frozenset({"old", "olds", "old's", "old’s"})
_EVERY = frozenset({"all", "each", "one", "none", "in"})
_LAST_SCHOOL_YEAR = 13


def of_amount(tokens: Sequence[Token], at: int, value: Fraction, end: int) -> Quantity | None:
    """The quantity that begins with the plain number in tokens[at:end]; None where it counts nothing ("two by two")."""
    if lows(tokens, end, 3) in (["and", "a", "half"], ["and", "a", "quarter"]):
        value += Fraction(1, 2 if tokens[end + 2].low == "half" else 4)
        end += 3
    for reader in (_of_hundred, _of_name, _of_time, _of_thing, _of_whole):
        if (quantity := reader(tokens, at, value, end)) is not None:
            return quantity
    if low_at(tokens, end) == "s" or _is_aged(tokens, at):
        return Quantity(Measure.AGE, value * 12, at, end + (low_at(tokens, end) == "s"), "", "month")
    if (low_at(tokens, at - 1), low_at(tokens, end + 1)) == ("by", "by"):
        return None
    if tokens[at].low == "one" and value == 1:
        return one(tokens, at, end)
    whole = value if _counts_all(tokens, at) else None
    return Quantity(Measure.COUNT, value, at, end, "", bare=is_bare(tokens, end), number=value, whole=whole)


def _of_hundred(tokens: Sequence[Token], at: int, value: Fraction, end: int) -> Quantity | None:
    after, second = low_at(tokens, end), low_at(tokens, end + 1)
    if after in {"%", "percent", "pc"} or (after, second) == ("per", "cent"):
        end += 2 if after == "per" else 1
        if low_at(tokens, end).startswith("point"):
            return Quantity(Measure.POINTS, value, at, end + 1, "")
        return Quantity(Measure.SHARE, value / 100, at, end, "", number=value)
    if after == "percentage" and second.startswith("point"):
        return Quantity(Measure.POINTS, value, at, end + 2, "")
    if after in DENOMINATORS and after.endswith("s"):
        return Quantity(Measure.SHARE, value / DENOMINATORS[after], at, end + 1, "")
    return None


def _of_name(tokens: Sequence[Token], at: int, value: Fraction, end: int) -> Quantity | None:
    before = low_at(tokens, at - 1).removesuffix("s")
    if value.denominator != 1 or not before or span_unit(tokens, end):
        return None
    if before in _NAMES and not (before == "ward" and tokens[at].kind == "word"):
        return Quantity(Measure.NAME, value, at, end, "", before)
    if before == "year" and tokens[at - 1].raw[0].isupper() and value <= _LAST_SCHOOL_YEAR:
        return Quantity(Measure.NAME, value, at, end, "", before)
    return None


def _of_time(tokens: Sequence[Token], at: int, value: Fraction, end: int) -> Quantity | None:
    end += low_at(tokens, end) == "of" and tokens[end - 1].low in GROUPS  # "a couple of days"
    if (unit := span_unit(tokens, end)) is None:
        return None
    base, size, stop = unit
    old = low_at(tokens, stop) in _OLD
    if old or lows(tokens, stop, 2) == ["of", "age"] or _is_aged(tokens, at):
        return Quantity(Measure.AGE, value * size, at, stop + old, "", base, number=value)
    return Quantity(Measure.SPAN, value * size, at, stop, "", base, number=value)


def _of_thing(tokens: Sequence[Token], at: int, value: Fraction, end: int) -> Quantity | None:
    after = low_at(tokens, end)
    if after in {"times", "fold", "occasions"}:
        return Quantity(Measure.COUNT, value, at, end + 1, "", "times")
    if after in {"o'clock", "o’clock"}:
        return Quantity(Measure.CLOCK, value * 60, at, end + 1, "")
    return Quantity(Measure.MONEY, value, at, end + 1, "", "£") if after in {"pounds", "pound"} else None


def _of_whole(tokens: Sequence[Token], at: int, value: Fraction, end: int) -> Quantity | None:
    if low_at(tokens, end) in {"out", "of", "in"}:
        return ratio_at(tokens, at, value, end)
    return ratio_apart(tokens, at, value, end) if value < 10 else None


def _counts_all(tokens: Sequence[Token], at: int) -> bool:
    """As in "all 14", "each of the 12"."""
    before = [low_at(tokens, at - back) for back in (1, 2, 3)]
    return before[0] == "all" or (before[0] in {"the", "these"} and before[1] in {"all", "of"} and before[2] in _EVERY)


def _is_aged(tokens: Sequence[Token], at: int) -> bool:
    """Whether the number here is an age by what stands before it: "aged under 16", "a girl of 15", "a child under five"."""
    before = [token.low for token in tokens[max(0, at - 6) : at]]
    while before and before[-1] in {
        "under",
        "over",
        "below",
        "above",
        "than",
        "of",
        "the",
        "between",
        "up",
        "to",
        "from",
        "about",
    }:
        word = before.pop()
        if word in {"of", "under", "over", "below", "above"} and before and before[-1] in _PEOPLE:
            return True
    return bool(before) and before[-1] in _AGE_BEFORE
