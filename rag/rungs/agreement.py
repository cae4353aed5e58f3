"""Whether two quantities say the same: comparable measures, equal values in whatever writing, comparisons that agree."""

from collections.abc import Iterable
from fractions import Fraction

from rag.rungs.bounds import Bound
from rag.rungs.quantity import Measure, Quantity

_KIN = {
    frozenset({Measure.COUNT, Measure.AGE}),
    frozenset({Measure.COUNT, Measure.SHARE}),
    frozenset({Measure.COUNT, Measure.ORDINAL}),
    frozenset({Measure.SPAN, Measure.RATE}),
    frozenset({Measure.SPAN, Measure.AGE}),
}
_WAYS = frozenset({"mile", "kilometre"})
_HALF_A_POINT = Fraction(1, 200)
_TWO_POINTS = Fraction(1, 50)
# How far a rounded number may lie from the exact one: "nearly three weeks" of 19 days, "more than 60%" of 61.2%.
_ROUNDED = {
    Bound.ABOUT: Fraction(12, 100),
    Bound.NEARLY: Fraction(12, 100),
    Bound.OVER: Fraction(1, 4),
    Bound.UNDER: Fraction(1, 4),
}
_OLDEST = 30 * 12


def alike(left: Quantity, right: Quantity) -> bool:
    """Whether two quantities measure the same thing in the same sort of unit, so that one may be written in place of the other."""
    if left.measure is not right.measure:
        return False
    if left.measure is Measure.NAME:
        return left.unit == right.unit
    if left.measure is Measure.COUNT:
        return left.unit == right.unit
    return (left.unit in _WAYS) == (right.unit in _WAYS)


def same_value(ours: Quantity, theirs: Quantity, all_theirs: Iterable[Quantity]) -> bool:
    """Whether a quantity of the claim has the value of one in the evidence, or rounds it as its bound says."""
    if ours.day is not None and theirs.day is not None:
        return _same_day(ours, theirs, all_theirs)
    pair = frozenset({ours.measure, theirs.measure})
    if len(pair) == 2 and pair not in _KIN:
        bare, lender = (ours, theirs) if ours.bare else (theirs, ours)
        return bare.bare and lender.measure in {bare.borrows, Measure.CLOCK} and lender.number == bare.value
    mine, other = ours.value, theirs.value
    if pair == {Measure.COUNT, Measure.SHARE}:
        return _same_share(ours, theirs)
    if pair == {Measure.COUNT, Measure.AGE}:
        mine, other = _months(ours), _months(theirs)
        return mine == other and mine <= _OLDEST
    if pair == {Measure.SPAN, Measure.RATE}:
        return ours.unit == theirs.unit and mine * other == 1 and (ours.loose or theirs.loose)
    if ours.measure is Measure.CLOCK and theirs.measure is Measure.CLOCK:
        return mine == other or (mine % 720 == other % 720 and (mine < 720) != ("m" in ours.printed))
    if ours.measure is Measure.NAME and ours.unit != theirs.unit:
        return False
    if {ours.unit, theirs.unit} == {"minute", "working day"}:  # "the 20-day limit" of 20 working days
        return ours.printed.lower().endswith("day") and mine == other * 1440 != 1440
    if ours.unit != theirs.unit and not pair <= {Measure.COUNT, Measure.ORDINAL}:
        return {ours.unit, theirs.unit} == {"minute", "month"} and rounds(_minutes(ours), _minutes(theirs), ours.bound)
    return (
        mine == other
        or _rounds_percentage(ours, theirs)
        or (
            theirs.bound in {Bound.NONE, Bound.ONLY, Bound.ABOUT}
            and _is_round(ours, theirs)
            and rounds(mine, other, ours.bound)
        )
    )


def _is_round(ours: Quantity, theirs: Quantity) -> bool:
    """Whether a number may be meant for one that is not its own: fractions, tens, and spans in another unit than is printed."""
    if ours.measure is Measure.SHARE:
        return ours.number is None or ours.number % 5 == 0
    if ours.measure in {Measure.SPAN, Measure.AGE}:
        return bool(ours.number and theirs.number and ours.value / ours.number != theirs.value / theirs.number)
    return ours.measure in {Measure.COUNT, Measure.MONEY} and ours.value >= 20 and ours.value % 10 == 0


def _rounds_percentage(ours: Quantity, theirs: Quantity) -> bool:
    """As in "seven in ten" of 71%."""
    return (
        ours.measure is theirs.measure is Measure.SHARE
        and ours.number is None
        and theirs.number is not None
        and abs(ours.value - theirs.value) <= _TWO_POINTS
        and not (ours.bound is Bound.OVER and theirs.value < ours.value)
        and not (ours.bound in {Bound.UNDER, Bound.NEARLY} and theirs.value > ours.value)
    )


def _same_share(ours: Quantity, theirs: Quantity) -> bool:
    share, count = (ours, theirs) if ours.measure is Measure.SHARE else (theirs, ours)
    if not count.whole:
        return count.bare and count.borrows is Measure.SHARE and count.value == share.number
    exact = count.value / count.whole
    if share.value == exact or (abs(share.value - exact) <= _HALF_A_POINT and share.value.denominator > 12):
        return True
    return rounds(share.value, exact, ours.bound)


def _months(quantity: Quantity) -> Fraction:
    return quantity.value * 12 if quantity.measure is Measure.COUNT else quantity.value


def _minutes(quantity: Quantity) -> Fraction:
    return quantity.value * (43830 if quantity.unit == "month" else 1)


def rounds(rounded: Fraction, exact: Fraction, bound: Bound) -> bool:
    """Whether an exact number may be told by a round one under this bound."""
    if bound not in _ROUNDED or abs(rounded - exact) > rounded * _ROUNDED[bound]:
        return False
    if bound is Bound.OVER:
        return exact > rounded
    return bound is Bound.ABOUT or exact < rounded


def _same_day(ours: Quantity, theirs: Quantity, all_theirs: Iterable[Quantity]) -> bool:
    if ours.day is None or theirs.day is None:
        return False
    told, printed = ours.day.parts(), theirs.day.parts()
    shared = told.keys() & printed.keys()
    if not shared or any(told[name] != printed[name] for name in shared):
        return False
    open_parts = told.keys() - shared
    elsewhere = [each.day.parts() for each in all_theirs if each.day is not None]
    return all(any(parts.get(name) == told[name] for parts in elsewhere) for name in open_parts)


_FITS: dict[Bound, frozenset[Bound]] = {
    Bound.NONE: frozenset({Bound.NONE, Bound.ONLY, Bound.WITHIN, Bound.ABOUT}),
    Bound.ONLY: frozenset({Bound.ONLY, Bound.NONE, Bound.UP_TO, Bound.AT_MOST}),
    Bound.OVER: frozenset({Bound.OVER}),
    Bound.AT_LEAST: frozenset({Bound.AT_LEAST}),
    Bound.UNDER: frozenset({Bound.UNDER, Bound.WITHIN}),
    Bound.UP_TO: frozenset({Bound.UP_TO, Bound.WITHIN, Bound.AT_MOST}),
    Bound.AT_MOST: frozenset({Bound.UP_TO, Bound.WITHIN, Bound.AT_MOST, Bound.ONLY}),
    Bound.WITHIN: frozenset({Bound.WITHIN, Bound.UNDER, Bound.UP_TO, Bound.AT_MOST, Bound.NONE}),
    Bound.NEARLY: frozenset({Bound.NEARLY}),
    Bound.ABOUT: frozenset({Bound.ABOUT, Bound.NEARLY, Bound.NONE, Bound.ONLY}),
}
_EXACT = frozenset({Bound.NONE, Bound.ONLY, Bound.ABOUT})
_LOW = frozenset({Bound.UNDER, Bound.UP_TO, Bound.WITHIN, Bound.AT_MOST})
_HIGH = frozenset({Bound.OVER, Bound.AT_LEAST})


def bounds_agree(ours: Quantity, theirs: Quantity) -> bool:
    """Whether the comparison of the claim is the evidence's, or weaker."""
    left, right = ours.bound, theirs.bound
    if right in _FITS[left] or _says_the_same(ours, right) or _till_and_from(ours, theirs):
        return True
    if ours.value != theirs.value or ours.unit != theirs.unit:
        return right in {Bound.NONE, Bound.ABOUT, Bound.ONLY}
    if Measure.AGE in {ours.measure, theirs.measure}:
        return (left in _LOW and right in _LOW) or (left in _HIGH and right in _HIGH)
    return False


def _says_the_same(ours: Quantity, theirs: Bound) -> bool:
    """As in "over six months" of "in six months", "as long as eleven hours" of "eleven hours"."""
    printed = ours.printed.lower()
    during = ours.measure is Measure.SPAN and printed.startswith("over ")
    return (during or printed.startswith("as ")) and theirs in _EXACT


def _till_and_from(ours: Quantity, theirs: Quantity) -> bool:
    """As in "nothing until eighteen" of "from eighteen"."""
    pair = (ours, theirs)
    return any(
        one.printed.lower().startswith("until ") and other.bound in _EXACT
        for one, other in (pair, pair[::-1])
        if one.measure in {Measure.AGE, Measure.COUNT}
    )
