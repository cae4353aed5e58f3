"""Quantities of a sentence: what each number, share, time, age or date in it says, whether in digits or in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from rag.rungs.bounds import Bound, bound_at
from rag.rungs.dates import Day, day_at, is_month
from rag.rungs.numerals import DENOMINATORS, END, GROUPS, ORDINALS, Token, cardinal, tokens_of
from rag.rungs.spans import SPANS, rate_at, span_unit
from rag.words import content_stems, stem


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


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence as tokens, with the stem of each ("" for stops and numerals) and its quantities in order."""

    tokens: tuple[Token, ...]
    stems: tuple[str, ...]
    quantities: tuple[Quantity, ...]


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
_DETERMINERS = frozenset("the these those all our its their his her that every total sample only a other".split())
_HALF_OF_KIN = frozenset(
    "brother brothers sister sisters sibling siblings hearted way term terms termly past baked".split()
)
_AFTER_A_SHARE = frozenset(
    "of were was are is had have has did do does said told fewer more less lower higher as in who lived live living came on up "
    "down to for from by at over under and or than did could cannot can".split()
)
_OLD = frozenset({"old", "olds", "old's", "old’s"})
_EVERY = frozenset({"all", "each", "one", "none", "in"})
_CLOCKS = {"noon": 720, "midday": 720, "midnight": 0}
_YEARS = range(1900, 2100)
_LENDERS = frozenset({Measure.SPAN, Measure.SHARE, Measure.MONEY})
_UNBOUND = frozenset({Measure.DATE, Measure.ORDINAL, Measure.NAME, Measure.RATE, Measure.CLOCK})


@lru_cache(maxsize=20_000)
def read(sentence: str) -> Reading:
    """The quantities of a sentence, left to right."""
    tokens = tuple(tokens_of(sentence))
    found: list[Quantity] = []
    at = 0
    while at < len(tokens):
        quantity = _quantity_at(tokens, at, found)
        if quantity is None:
            at += 1
            continue
        bound, start = bound_at(tokens, quantity.start, quantity.end)
        if quantity.measure in _UNBOUND or (quantity.loose and bound is Bound.OVER):
            bound, start = Bound.NONE, quantity.start
        named = start - 1 if quantity.measure is Measure.NAME else start
        loose = quantity.loose and not (bound and quantity.measure is Measure.SPAN)
        printed = _printed(tokens, named, quantity.end)
        found.append(replace(quantity, bound=bound, loose=loose, printed=printed))
        at = quantity.end
    found = _borrowing(_parts_of(tokens, _joined(tokens, found)))
    inside = {place for quantity in found for place in range(quantity.start, quantity.end)}
    stems = tuple(
        stem(token.low.split("'")[0].split("’")[0]) if token.kind == "word" and place not in inside else ""
        for place, token in enumerate(tokens)
    )
    return Reading(tokens, stems, tuple(found))


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


def _quantity_at(tokens: Sequence[Token], at: int, found: Sequence[Quantity]) -> Quantity | None:
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
        return _ordinal(tokens, at, int(token.low[:-2]))
    if token.kind == "word" and (share := _share_at(tokens, at)) is not None:
        return share
    if (amount := cardinal(tokens, at)) is not None:
        return _of_amount(tokens, at, *amount)
    return _of_word(tokens, at) if token.kind == "word" else None


def _of_amount(tokens: Sequence[Token], at: int, value: Fraction, end: int) -> Quantity | None:
    """The quantity that begins with a plain number."""
    before, after, second = _low(tokens, at - 1), _low(tokens, end), _low(tokens, end + 1)
    if after == "and" and _lows(tokens, end + 1, 2) in (["a", "half"], ["a", "quarter"]):
        value += Fraction(1, 2 if tokens[end + 2].low == "half" else 4)
        end += 3
        after, second = _low(tokens, end), _low(tokens, end + 1)
    if after in {"%", "percent", "pc"} or (after, second) == ("per", "cent"):
        end += 2 if after == "per" else 1
        if _low(tokens, end).startswith("point"):
            return Quantity(Measure.POINTS, value, at, end + 1, "")
        return Quantity(Measure.SHARE, value / 100, at, end, "", number=value)
    if after == "percentage" and second.startswith("point"):
        return Quantity(Measure.POINTS, value, at, end + 2, "")
    if after in DENOMINATORS and after.endswith("s") and after != "seconds":
        return Quantity(Measure.SHARE, value / DENOMINATORS[after], at, end + 1, "")
    stemmed = before.removesuffix("s") if len(before) > 1 else before
    if stemmed in _NAMES and value.denominator == 1 and not (stemmed == "ward" and tokens[at].kind == "word"):
        return Quantity(Measure.NAME, value, at, end, "", stemmed)
    if stemmed == "year" and tokens[at - 1].raw[0].isupper() and value < 14:
        return Quantity(Measure.NAME, value, at, end, "", "year")
    if (unit := span_unit(tokens, end)) is not None:
        base, size, stop = unit
        if _low(tokens, stop) in _OLD or _lows(tokens, stop, 2) == ["of", "age"] or _is_aged(tokens, at):
            return Quantity(Measure.AGE, value * size, at, stop + (_low(tokens, stop) in _OLD), "", base)
        return Quantity(Measure.SPAN, value * size, at, stop, "", base, number=value)
    if after in {"times", "fold", "occasions"}:
        return Quantity(Measure.COUNT, value, at, end + 1, "", "times")
    if after in {"o'clock", "o’clock"}:
        return Quantity(Measure.CLOCK, value * 60, at, end + 1, "")
    if after in {"pounds", "pound"}:
        return Quantity(Measure.MONEY, value, at, end + 1, "", "£")
    if value < 10 and after not in {"out", "of", "in"} and (apart := _ratio_apart(tokens, at, value, end)) is not None:
        return apart
    if after in {"out", "of", "in"} and (ratio := _ratio(tokens, at, value, end)) is not None:
        return ratio
    if after == "s" or _is_aged(tokens, at):
        return Quantity(Measure.AGE, value * 12, at, end + (after == "s"), "", "month")
    if before == "by" and second == "by":
        return None
    if value == 1 and tokens[at].low == "one":
        return _one(tokens, at, end)
    whole = (
        value
        if before == "all"
        or (before in {"the", "these"} and _low(tokens, at - 2) in {"all", "of"} and _low(tokens, at - 3) in _EVERY)
        else None
    )
    return Quantity(Measure.COUNT, value, at, end, "", bare=_is_bare(tokens, end), number=value, whole=whole)


def _is_bare(tokens: Sequence[Token], end: int) -> bool:
    return _stops(tokens, end) or not content_stems(tokens[end].low)


def _ratio(tokens: Sequence[Token], at: int, value: Fraction, end: int) -> Quantity | None:
    """As in "one in five" as a share; "six of the twelve" as a count with its whole, ending before the twelve."""
    place = end + (2 if _lows(tokens, end, 2) in (["out", "of"], ["in", "every"]) else 1)
    while place < len(tokens) and tokens[place].low in _DETERMINERS:
        place += 1
    whole = cardinal(tokens, place) if place < len(tokens) else None
    if whole is None and _low(tokens, place) in {"hundred", "dozen"}:
        whole = Fraction(100 if tokens[place].low == "hundred" else 12), place + 1
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


def _ratio_apart(tokens: Sequence[Token], at: int, value: Fraction, end: int) -> Quantity | None:
    """As in "one contact in eight", "fewer than one early help assessment in ten"."""
    for place in range(end + 1, min(end + 5, len(tokens) - 1)):
        if tokens[place].kind != "word":
            return None
        if tokens[place].low == "in":
            whole = cardinal(tokens, place + 1 + (_low(tokens, place + 1) == "every"))
            if (
                whole is None
                or whole[0] <= value
                or whole[0] > 100
                or span_unit(tokens, whole[1])
                or is_month(tokens, whole[1])
            ):
                return None
            if not _is_bare(tokens, whole[1]) and (value > 1 or tokens[whole[1]].low.endswith("s")):
                return None
            return Quantity(Measure.SHARE, value / whole[0], at, whole[1], "")
    return None


def _share_at(tokens: Sequence[Token], at: int) -> Quantity | None:
    """A share told without a number before it: "half of them", "a third", "three quarters"; and parts of an hour or a year."""
    low, following = tokens[at].low, _low(tokens, at + 1)
    if low in {"a", "an", "one"} and following in DENOMINATORS and not following.endswith("s"):
        share, end = Fraction(1, DENOMINATORS[following]), at + 2
        if following not in {"half", "quarter"} and _low(tokens, end) not in _AFTER_A_SHARE and not _stops(tokens, end):
            return None
    elif (low, following) == ("half", "past") and (hour := cardinal(tokens, at + 2) if at + 2 < len(tokens) else None):
        return Quantity(Measure.CLOCK, hour[0] * 60 + 30, at, hour[1], "")
    elif low == "half" and following not in _HALF_OF_KIN:
        if (dozen := cardinal(tokens, at)) is not None:
            return Quantity(Measure.COUNT, dozen[0], at, dozen[1], "")
        share, end = Fraction(1, 2), at + 1
    else:
        return None
    place = end + (_low(tokens, end) == "of" and _low(tokens, end + 1) in {"a", "an"})
    place += _low(tokens, place) in {"a", "an"}
    if (unit := span_unit(tokens, place)) is not None and not tokens[unit[2] - 1].low.endswith("s"):
        return Quantity(Measure.SPAN, share * unit[1], at, unit[2], "", unit[0])
    return Quantity(Measure.SHARE, share, at, end, "")


def _of_word(tokens: Sequence[Token], at: int) -> Quantity | None:
    """A quantity in a single word, or in an article with a unit of time."""
    low, following = tokens[at].low, _low(tokens, at + 1)
    if low in _MANY_TIMES:
        return Quantity(Measure.COUNT, Fraction(_MANY_TIMES[low]), at, at + 1, "", "times")
    if low in _HALVED:
        return Quantity(Measure.SHARE, Fraction(1, 2), at, at + 1, "")
    if low == "all" and following == "but" and at + 2 < len(tokens) and (but := cardinal(tokens, at + 2)) is not None:
        place = but[1] + 1 + (_low(tokens, but[1] + 1) in _DETERMINERS)
        whole = cardinal(tokens, place) if _low(tokens, but[1]) == "of" and place < len(tokens) else None
        if whole is not None:
            return Quantity(Measure.COUNT, whole[0] - but[0], at, whole[1], "", whole=whole[0])
    if low == "both" and following not in {"halves", "parts"}:
        return Quantity(Measure.COUNT, Fraction(2), at, at + 1, "", loose=True)
    if low in {"fortnight", "decade"}:
        base, size = SPANS[low]
        return Quantity(Measure.SPAN, Fraction(size), at, at + 1, "", base)
    if low == "once" and _low(tokens, at - 1) in {"least", "only", "than", "just"}:
        return Quantity(Measure.COUNT, Fraction(1), at, at + 1, "", "times")
    if low in {"single", "sole", "lone"}:
        return Quantity(Measure.COUNT, Fraction(1), at, at + 1, "", loose=True)
    if low in GROUPS and low != "score" and _low(tokens, at - 1) not in {"per"}:
        return Quantity(Measure.COUNT, GROUPS[low], at, at + 1, "", loose=low != "dozen")
    if low in ORDINALS:
        return _ordinal(tokens, at, ORDINALS[low])
    if low in _CLOCKS:
        return Quantity(Measure.CLOCK, Fraction(_CLOCKS[low]), at, at + 1, "")
    if (
        low in {"a", "an", "the", "last", "past", "previous", "preceding"}
        and (unit := span_unit(tokens, at + 1)) is not None
    ):
        base, size, end = unit
        if _lows(tokens, end, 3) in (["and", "a", "half"], ["and", "a", "quarter"]) and low in {"a", "an"}:
            part = Fraction(1, 2 if tokens[end + 2].low == "half" else 4)
            return Quantity(Measure.SPAN, size * (1 + part), at, end + 3, "", base)
        if not tokens[end - 1].low.endswith("s") and tokens[end - 1].low != "second":
            return Quantity(Measure.SPAN, size, at, end, "", base, loose=True)
    return None


def _ordinal(tokens: Sequence[Token], at: int, value: int) -> Quantity | None:
    following = _low(tokens, at + 1)
    if following.startswith("birthday"):
        return Quantity(Measure.AGE, Fraction(12 * value), at, at + 2, "", "month")
    if following in {"aid", "hand", "sector", "party", "parties", "class", "world"} or _low(tokens, at - 1) == "at":
        return None
    return Quantity(Measure.ORDINAL, Fraction(value), at, at + 1, "", loose=value <= 2)


def _one(tokens: Sequence[Token], at: int, end: int) -> Quantity | None:
    before, after = _low(tokens, at - 1), _low(tokens, end)
    if (
        before in {"this", "that", "the", "no", "any", "every", "each", "another", "which", "only", "by"}
        and before != "only"
    ):
        return None
    if after in {"another", "to", "stop", "off", "who", "that", "by", "size"}:
        return None
    if end < len(tokens) and tokens[end].kind == "number":
        return None
    if _is_bare(tokens, end) and after not in {"of", "in"} and content_stems(before):
        return None
    return Quantity(Measure.COUNT, Fraction(1), at, end, "", loose=True)


def _joined(tokens: Sequence[Token], found: list[Quantity]) -> list[Quantity]:
    """Quantities of a range or a pair share their measure: "7 to 11 March", "16 and 17 year olds", "Years 5 and 6"."""
    for place in range(len(found) - 2, -1, -1):
        left, right = found[place], found[place + 1]
        if not _are_linked(tokens, left, right):
            continue
        if left.measure is Measure.COUNT and right.measure in {Measure.SPAN, Measure.AGE, Measure.SHARE, Measure.CLOCK}:
            found[place] = _as(left, right, left.value * _size(tokens, right))
        elif left.measure in {Measure.COUNT, Measure.ORDINAL} and right.day is not None and right.day.day:
            found[place] = replace(
                left, measure=Measure.DATE, value=Fraction(0), day=replace(right.day, day=int(left.value))
            )
        elif left.measure is right.measure is Measure.COUNT and right.whole and not left.whole:
            found[place] = replace(left, whole=right.whole)
        elif left.day is not None and right.day is not None and left.day.year is None:
            found[place] = replace(left, day=replace(left.day, year=right.day.year))
    for place in range(1, len(found)):
        left, right = found[place - 1], found[place]
        if not _are_linked(tokens, left, right):
            continue
        if left.measure is Measure.AGE and right.measure is Measure.SPAN and right.unit == "month":
            found[place] = replace(right, measure=Measure.AGE)
        if right.measure is not Measure.COUNT:
            continue
        if left.measure is Measure.NAME:
            found[place] = _as(right, left, right.value)
        elif left.measure is Measure.AGE and right.value <= 30 and not _counts(tokens, right.end):
            found[place] = _as(right, left, right.value * 12)
    return found


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


def _is_aged(tokens: Sequence[Token], at: int) -> bool:
    """Whether the number here is an age by what stands before it: "aged under 16", "a girl of 15", "under-18s"."""
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
        if word == "of" and before and before[-1] in _PEOPLE:
            return True
    return bool(before) and before[-1] in _AGE_BEFORE


def _minutes(clock: str) -> int:
    """Minutes after midnight of "9am", "9.30 a.m." or "17:00"."""
    digits = clock.replace(".m", "m").rstrip(".apm ").replace(".", ":")
    hours, _, minutes = digits.partition(":")
    value = int(hours) * 60 + int(minutes or 0)
    if "m" in clock:
        value %= 720
        value += 720 if "p" in clock else 0
    return value


def _stops(tokens: Sequence[Token], at: int) -> bool:
    return at >= len(tokens) or tokens[at].kind != "word"


def _low(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].low if 0 <= at < len(tokens) else END.low


def _lows(tokens: Sequence[Token], at: int, count: int) -> list[str]:
    return [token.low for token in tokens[at : at + count]]


def _printed(tokens: Sequence[Token], start: int, end: int) -> str:
    text = ""
    for token in tokens[start:end]:
        text += (
            token.raw.strip()
            if not text or text[-1] in "£$€-–/" or token.kind in {"dash", "slash"} or token.low in {"%", "s"}
            else f" {token.raw.strip()}"
        )
    return text
