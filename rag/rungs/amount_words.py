"""Amounts told in one word: "twice", "both", "a dozen", "halved", "second", "noon", "a year"."""

from collections.abc import Sequence
from fractions import Fraction

from rag.rungs.numerals import GROUPS, ORDINALS, Token, cardinal
from rag.rungs.quantity import Measure, Quantity, low_at, lows
from rag.rungs.shares import DETERMINERS, is_bare
from rag.rungs.spans import SPANS, span_unit
from rag.words import content_stems

_MANY_TIMES = {
    "twice": 2,
    "thrice": 3,
    "double": 2,
    "doubled": 2,
    "doubles": 2,
    "doubling": 2,
    "triple": 3,
    "tripled": 3,
}
_MANY_TIMES |= {"trebled": 3, "treble": 3, "twofold": 2, "threefold": 3, "tenfold": 10, "quadrupled": 4}
_HALVED = frozenset("halved halving halves".split())
_CLOCKS = {"noon": 720, "midday": 720, "midnight": 0}
_BEFORE_A_UNIT = frozenset("a an the last past previous preceding".split())


def of_word(tokens: Sequence[Token], at: int) -> Quantity | None:
    """A quantity in a single word, or in an article with a unit of time; None where there is none."""
    low = tokens[at].low
    for reader in (_times, _all_but, _some_few, _unit_of_time):
        if (quantity := reader(tokens, at)) is not None:
            return quantity
    if low in ORDINALS:
        return ordinal(tokens, at, ORDINALS[low])
    if low in _CLOCKS:
        return Quantity(Measure.CLOCK, Fraction(_CLOCKS[low]), at, at + 1, "")
    return None


def _times(tokens: Sequence[Token], at: int) -> Quantity | None:
    low = tokens[at].low
    if low in _MANY_TIMES:
        return Quantity(Measure.COUNT, Fraction(_MANY_TIMES[low]), at, at + 1, "", "times")
    if low == "once" and low_at(tokens, at - 1) in {"least", "only", "than", "just"}:
        return Quantity(Measure.COUNT, Fraction(1), at, at + 1, "", "times")
    return Quantity(Measure.SHARE, Fraction(1, 2), at, at + 1, "") if low in _HALVED else None


def _all_but(tokens: Sequence[Token], at: int) -> Quantity | None:
    """As in "all but one of 15"."""
    if lows(tokens, at, 2) != ["all", "but"] or at + 2 >= len(tokens) or (but := cardinal(tokens, at + 2)) is None:
        return None
    place = but[1] + 1 + (low_at(tokens, but[1] + 1) in DETERMINERS)
    whole = cardinal(tokens, place) if low_at(tokens, but[1]) == "of" and place < len(tokens) else None
    return Quantity(Measure.COUNT, whole[0] - but[0], at, whole[1], "", whole=whole[0]) if whole else None


def _some_few(tokens: Sequence[Token], at: int) -> Quantity | None:
    low = tokens[at].low
    if low == "both" and low_at(tokens, at + 1) not in {"halves", "parts"}:
        return Quantity(Measure.COUNT, Fraction(2), at, at + 1, "", loose=True)
    if low in {"single", "sole", "lone"} and lows(tokens, at - 2, 2) != ["not", "a"]:
        return Quantity(Measure.COUNT, Fraction(1), at, at + 1, "", loose=True)
    if low in GROUPS and low != "score" and low_at(tokens, at - 1) != "per":
        return Quantity(Measure.COUNT, GROUPS[low], at, at + 1, "", loose=low != "dozen")
    return None


def _unit_of_time(tokens: Sequence[Token], at: int) -> Quantity | None:
    low = tokens[at].low
    if low in {"fortnight", "decade"}:
        return Quantity(Measure.SPAN, SPANS[low][1], at, at + 1, "", SPANS[low][0])
    if low not in _BEFORE_A_UNIT or (unit := span_unit(tokens, at + 1)) is None:
        return None
    base, size, end = unit
    if low in {"a", "an"} and lows(tokens, end, 3) in (["and", "a", "half"], ["and", "a", "quarter"]):
        part = Fraction(1, 2 if tokens[end + 2].low == "half" else 4)
        return Quantity(Measure.SPAN, size * (1 + part), at, end + 3, "", base)
    if tokens[end - 1].low.endswith("s") or tokens[end - 1].low == "second":
        return None
    return Quantity(Measure.SPAN, size, at, end, "", base, loose=True)


def ordinal(tokens: Sequence[Token], at: int, value: int) -> Quantity | None:
    """The quantity of an ordinal; None where it counts nothing ("at first", "third party")."""
    following = low_at(tokens, at + 1)
    if following.startswith("birthday"):
        return Quantity(Measure.AGE, Fraction(12 * value), at, at + 2, "", "month")
    if following in {"aid", "hand", "sector", "party", "parties", "class", "world"} or low_at(tokens, at - 1) == "at":
        return None
    return Quantity(Measure.ORDINAL, Fraction(value), at, at + 1, "", loose=value <= 2)


def one(tokens: Sequence[Token], at: int, end: int) -> Quantity | None:
    """The quantity of "one"; None where it counts nothing ("no one", "this one", "one another")."""
    before, after = low_at(tokens, at - 1), low_at(tokens, end)
    if (
        before in {"this", "that", "the", "no", "any", "every", "each", "another", "which", "only", "by", "not"}
        and before != "only"
    ):
        return None
    if after in {"another", "to", "stop", "off", "who", "that", "by", "size"}:
        return None
    if end < len(tokens) and tokens[end].kind == "number":
        return None
    if is_bare(tokens, end) and after not in {"of", "in"} and content_stems(before):
        return None
    return Quantity(Measure.COUNT, Fraction(1), at, end, "", loose=True)
