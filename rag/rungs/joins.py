"""What quantities of one sentence lend each other: the unit of a range, the whole of its parts."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from rag.rungs.numerals import Token, cardinal
from rag.rungs.quantity import Measure, Quantity
from rag.words import stem

_LENDERS = frozenset({Measure.SPAN, Measure.SHARE, Measure.MONEY})
_OLDEST = 30


def joined(tokens: Sequence[Token], found: list[Quantity]) -> list[Quantity]:
    """Quantities of a range or a pair share their measure: "7 to 11 March", "16 and 17 year olds", "Years 5 and 6"."""
    for place in range(len(found) - 2, -1, -1):
        if _are_linked(tokens, found[place], found[place + 1]):
            found[place] = _by_next(tokens, found[place], found[place + 1])
    for place in range(1, len(found)):
        if _are_linked(tokens, found[place - 1], found[place]):
            found[place] = _by_last(tokens, found[place - 1], found[place])
    return _borrowing(_parts_of(tokens, found))


def _by_next(tokens: Sequence[Token], left: Quantity, right: Quantity) -> Quantity:
    if left.measure is Measure.COUNT and right.measure in {Measure.SPAN, Measure.AGE, Measure.SHARE, Measure.CLOCK}:
        return _as(left, right, left.value * _size(tokens, right))
    if left.measure in {Measure.COUNT, Measure.ORDINAL} and right.day is not None and right.day.day:
        return replace(left, measure=Measure.DATE, value=Fraction(0), day=replace(right.day, day=int(left.value)))
    if left.measure is right.measure is Measure.COUNT and right.whole and not left.whole:
        return replace(left, whole=right.whole)
    if left.day is not None and right.day is not None and left.day.year is None:
        return replace(left, day=replace(left.day, year=right.day.year))
    return left


def _by_last(tokens: Sequence[Token], left: Quantity, right: Quantity) -> Quantity:
    if left.measure is Measure.AGE and right.measure is Measure.SPAN and right.unit == "month":
        return replace(right, measure=Measure.AGE)
    if right.measure is not Measure.COUNT:
        return right
    if left.measure is Measure.NAME:
        return _as(right, left, right.value)
    if left.measure is Measure.AGE and right.value <= _OLDEST and not _counts(tokens, right.end):
        return _as(right, left, right.value * 12)
    return right


def _as(quantity: Quantity, other: Quantity, value: Fraction) -> Quantity:
    return replace(quantity, measure=other.measure, unit=other.unit, value=value, loose=False)


def _size(tokens: Sequence[Token], quantity: Quantity) -> Fraction:
    """What one of its units comes to in the smallest unit of its measure."""
    if quantity.measure is Measure.SHARE:
        return Fraction(1, 100)
    if quantity.measure is Measure.CLOCK:
        return Fraction(60)
    amount = cardinal(tokens, quantity.start)
    return quantity.value / amount[0] if amount and amount[0] else Fraction(1)


def _are_linked(tokens: Sequence[Token], left: Quantity, right: Quantity) -> bool:
    between = [token.low.strip() for token in tokens[left.end : right.start]]
    return between in (["to"], ["-"], ["–"], ["and"], ["or"], ["/"], ["to", "the"], ["and", "the"], ["—"])


def _counts(tokens: Sequence[Token], at: int) -> bool:
    return (
        at < len(tokens)
        and tokens[at].kind == "word"
        and stem(tokens[at].low) not in {"are", "is", "were", "was", "who"}
    )


def _parts_of(tokens: Sequence[Token], found: list[Quantity]) -> list[Quantity]:
    """As in "Of six practices visited, two recorded it": the two is two of six."""
    whole: Quantity | None = None
    for place, each in enumerate(found):
        opens = each.start == 1 or (each.start > 1 and tokens[each.start - 2].kind == "stop")
        if each.measure is Measure.COUNT and opens and tokens[each.start - 1].low == "of":
            whole = each
        elif whole and each.measure is Measure.COUNT and not each.whole and not each.unit and each.value <= whole.value:
            found[place] = replace(each, whole=whole.value)
    return found


def _borrowing(found: list[Quantity]) -> list[Quantity]:
    lenders = [place for place, each in enumerate(found) if each.measure in _LENDERS]
    for place, each in enumerate(found):
        if each.bare and lenders:
            near = min(lenders, key=lambda lender: (lender > place, abs(lender - place)))
            found[place] = replace(each, borrows=found[near].measure)
    return found
