"""One quantity: what is measured, its value, unit and bound, and where it stands in a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from rag.rungs.bounds import Bound
from rag.rungs.dates import Day
from rag.rungs.numerals import END, Token


class Measure(StrEnum):
    """What a number measures; numbers of different measures are never the same statement."""

    COUNT = "count"
    SHARE = "share"
    POINTS = "percentage points"
    MONEY = "money"
    SPAN = "span"
    RATE = "rate"
    AGE = "age"
    DATE = "date"
    CLOCK = "clock"
    ORDINAL = "ordinal"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity of a sentence.

    Attributes:
        measure: what is measured.
        value: the number, in the smallest unit of its measure; 0 for dates.
        unit: "minute", "month", "working day" of spans and rates; the noun of a name ("level"); currency sign; else "".
        bound: the word of comparison that it stands under.
        whole: for "x of y" the y, else None.
        day: for dates only.
        bare: that nothing counted follows it, so that its unit may be that of another number ("19 weeks, and a further 11").
        number: the plain number printed, before units.
        borrows: for bare ones the measure of the number near it in the sentence.
        loose: that writers leave it out or put it in without a change of meaning ("one of the", "a year", "first").
        start: its first token; `end`: the one after its last.
        printed: as the sentence has it.
    """

    measure: Measure
    value: Fraction
    start: int
    end: int
    printed: str
    unit: str = ""
    bound: Bound = Bound.NONE
    whole: Fraction | None = None
    day: Day | None = None
    loose: bool = False
    bare: bool = False
    number: Fraction | None = None
    borrows: Measure | None = None


def low_at(tokens: Sequence[Token], at: int) -> str:
    """Small letters of the token at a place, "" beyond either end."""
    return tokens[at].low if 0 <= at < len(tokens) else END.low


def lows(tokens: Sequence[Token], at: int, count: int) -> list[str]:
    """Small letters of as many tokens from a place on."""
    return [token.low for token in tokens[at : at + count]]


def stops_at(tokens: Sequence[Token], at: int) -> bool:
    """Whether no word stands at a place."""
    return at >= len(tokens) or tokens[at].kind != "word"
