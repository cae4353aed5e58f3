"""Units of time: how long a span is, and how often something happens."""

from collections.abc import Sequence
from fractions import Fraction

from rag.rungs.numerals import Token, cardinal

# unit -> its base and how many of the base it has; days and months are never turned into each other.
SPANS: dict[str, tuple[str, Fraction]] = {
    "second": ("minute", Fraction(1, 60)),
    "minute": ("minute", Fraction(1)),
    "min": ("minute", Fraction(1)),
    "hour": ("minute", Fraction(60)),
    "day": ("minute", Fraction(1440)),
    "night": ("night", Fraction(1)),
    "week": ("minute", Fraction(10080)),
    "fortnight": ("minute", Fraction(20160)),
    "month": ("month", Fraction(1)),
    "year": ("month", Fraction(12)),
    "decade": ("month", Fraction(120)),
    "term": ("term", Fraction(1)),
    "mile": ("mile", Fraction(1)),
    "kilometre": ("kilometre", Fraction(1)),
}
_RATES: dict[str, tuple[str, Fraction]] = {
    "hourly": SPANS["hour"],
    "daily": SPANS["day"],
    "nightly": SPANS["night"],
    "weekly": SPANS["week"],
    "fortnightly": SPANS["fortnight"],
    "monthly": SPANS["month"],
    "bimonthly": ("month", Fraction(2)),
    "quarterly": ("month", Fraction(3)),
    "termly": SPANS["term"],
    "annually": SPANS["year"],
    "annual": SPANS["year"],
    "yearly": SPANS["year"],
}
_TIMES = {"once": 1, "twice": 2, "thrice": 3}
_WORKING = {"working", "school", "business"}
_FILLERS = frozenset("calendar consecutive full whole further more additional long short or".split())
_ALWAYS = {(7, "days"): "week", (24, "hours"): "day"}
_EACH = {"a", "an", "per", "each", "every"}


def span_unit(tokens: Sequence[Token], at: int) -> tuple[str, Fraction, int] | None:
    """The base and size of the unit of time or way that stands here, and the token after it."""
    working = False
    place = at
    while place < len(tokens) and place - at < 3 and (tokens[place].low in _WORKING or tokens[place].low in _FILLERS):
        working = working or tokens[place].low in _WORKING
        place += 1
    unit = _unit(tokens, place)
    if unit is None:
        return None
    base, size = unit
    if working and base == "minute":
        return "working day", size / 1440, place + 1
    return base, size, place + 1


def _unit(tokens: Sequence[Token], at: int) -> tuple[str, Fraction] | None:
    if at >= len(tokens) or tokens[at].kind != "word":
        return None
    word = tokens[at].low.removesuffix("’").removesuffix("'").split("'")[0].split("’")[0]
    if word in SPANS:
        return SPANS[word]
    if word.endswith("s") and word[:-1] in SPANS and word != "mins":
        return SPANS[word[:-1]]
    return SPANS["minute"] if word == "mins" else None


def rate_at(tokens: Sequence[Token], at: int) -> tuple[Fraction, str, int] | None:
    """How often: times in one base unit, that unit, and the token after; None where no frequency stands here.

    "weekly", "six-monthly", "every two weeks", "twice a year", "three times a week", "a month" only after a number of times.
    """
    token = tokens[at]
    if token.kind == "always":
        return Fraction(1, 60), "minute", at + 1
    low = token.low
    if low in {"every", "each", "per"} or (low == "alternate" and at + 1 < len(tokens)):
        return _every(tokens, at)
    if low in _RATES:
        base, size = _RATES[low]
        return 1 / size, base, at + 1
    if low in _TIMES:
        return _times(tokens, Fraction(_TIMES[low]), at + 1)
    amount = cardinal(tokens, at)
    if amount is None or amount[1] >= len(tokens):
        return None
    value, end = amount
    after = tokens[end].low
    following = [each.low for each in tokens[end : end + 3]]
    period = _ALWAYS.get((int(value), following[0]))
    if period and following[1:] in (["a", period], ["per", period]):
        return 1 / SPANS[following[0][:-1]][1], "minute", end + 3
    if after in _RATES and value:
        base, size = _RATES[after]
        return 1 / (size * value), base, end + 1
    if after == "times":
        return _times(tokens, value, end + 1)
    return None


def _every(tokens: Sequence[Token], at: int) -> tuple[Fraction, str, int] | None:
    place, value = at + 1, Fraction(1)
    if tokens[at].low == "alternate" or (place < len(tokens) and tokens[place].low in {"other", "second"}):
        value, place = Fraction(2), place + (tokens[at].low != "alternate")
    elif place < len(tokens) and (amount := cardinal(tokens, place)) is not None:
        value, place = amount
    if place < len(tokens) and tokens[place].low == "quarter":
        return 1 / (3 * value), "month", place + 1
    unit = span_unit(tokens, place)
    if unit is None or not value or unit[0] == "mile":
        return None
    return 1 / (unit[1] * value), unit[0], unit[2]


def _times(tokens: Sequence[Token], value: Fraction, at: int) -> tuple[Fraction, str, int] | None:
    if at >= len(tokens):
        return None
    if tokens[at].low in _RATES:
        base, size = _RATES[tokens[at].low]
        return value / size, base, at + 1
    if tokens[at].low in _EACH and (every := _every(tokens, at)) is not None:
        return value * every[0], every[1], every[2]
    return None
