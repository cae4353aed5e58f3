"""Quantities of a sentence: what each number, share, time, age or date in it says, whether in digits or in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from rag.rungs.amount_words import of_word, ordinal
from rag.rungs.amounts import of_amount
from rag.rungs.bounds import Bound, bound_at
from rag.rungs.dates import day_at
from rag.rungs.joins import joined
from rag.rungs.numerals import Token, cardinal, tokens_of
from rag.rungs.quantity import Measure, Quantity
from rag.rungs.shares import share_at
from rag.rungs.spans import rate_at
from rag.words import stem

_UNBOUND = frozenset({Measure.DATE, Measure.ORDINAL, Measure.NAME, Measure.RATE, Measure.CLOCK})


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence as tokens, with the stem of each ("" for stops and numerals) and its quantities in order."""

    tokens: tuple[Token, ...]
    stems: tuple[str, ...]
    quantities: tuple[Quantity, ...]


@lru_cache(maxsize=20_000)
def read(sentence: str) -> Reading:
    """The quantities of a sentence, left to right."""
    tokens = tuple(tokens_of(sentence))
    found: list[Quantity] = []
    at = 0
    while at < len(tokens):
        quantity = _quantity_at(tokens, at)
        if quantity is None:
            at += 1
            continue
        bound, start = bound_at(tokens, quantity.start, quantity.end)
        if quantity.measure in _UNBOUND or _is_during(tokens, quantity, bound, start):
            bound, start = Bound.NONE, quantity.start
        named = start - 1 if quantity.measure is Measure.NAME else start
        loose = quantity.loose and not (bound and quantity.measure is Measure.SPAN)
        printed = _printed(tokens, named, quantity.end)
        found.append(replace(quantity, bound=bound, loose=loose, printed=printed))
        at = quantity.end
    found = joined(tokens, found)
    inside = {place for quantity in found for place in range(quantity.start, quantity.end)}
    stems = tuple(
        stem(token.low.split("'")[0].split("’")[0]) if token.kind == "word" and place not in inside else ""
        for place, token in enumerate(tokens)
    )
    return Reading(tokens, stems, tuple(found))


def _is_during(tokens: Sequence[Token], quantity: Quantity, bound: Bound, start: int) -> bool:
    """Whether "over" says no more than "during": "over the year", "over a three-year period"."""
    return bound is Bound.OVER and (quantity.loose or (tokens[start].low == "over" and quantity.start - start > 1))


def _quantity_at(tokens: Sequence[Token], at: int) -> Quantity | None:
    token = tokens[at]
    if (day := day_at(tokens, at)) is not None:
        return Quantity(Measure.DATE, Fraction(0), at, day[1], "", day=day[0])
    if (rate := rate_at(tokens, at)) is not None:
        value, unit, end = rate
        return Quantity(Measure.RATE, value, at, end, "", unit)
    if token.kind == "clock":
        minutes = Fraction(_minutes(token.low))
        return Quantity(Measure.CLOCK, minutes, at, at + 1, "", number=(minutes / 60 - 1) % 12 + 1)
    if token.kind == "sign" and token.low in "£$€":
        if (amount := cardinal(tokens, at + 1)) is not None:
            return Quantity(Measure.MONEY, amount[0], at, amount[1], "", token.low)
        return None
    if token.kind == "ordinal":
        return ordinal(tokens, at, int(token.low[:-2]))
    if token.kind == "word" and (share := share_at(tokens, at)) is not None:
        return share
    if (amount := cardinal(tokens, at)) is not None:
        return of_amount(tokens, at, *amount)
    return of_word(tokens, at) if token.kind == "word" else None


def _minutes(clock: str) -> int:
    """Minutes after midnight of "9am", "9.30 a.m." or "17:00"."""
    digits = clock.replace(".m", "m").rstrip(".apm ").replace(".", ":")
    hours, _, minutes = digits.partition(":")
    value = int(hours) * 60 + int(minutes or 0)
    if "m" in clock:
        value %= 720
        value += 720 if "p" in clock else 0
    return value


def _printed(tokens: Sequence[Token], start: int, end: int) -> str:
    text = ""
    for token in tokens[start:end]:
        text += (
            token.raw.strip()
            if not text or text[-1] in "£$€-–/" or token.kind in {"dash", "slash"} or token.low in {"%", "s"}
            else f" {token.raw.strip()}"
        )
    return text
