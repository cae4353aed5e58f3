"""Dates in any writing: "9th March 2015", "March 9", "2013/14", "31.03.2015", "on Mondays", "in spring"."""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.rungs.numerals import ORDINALS, Token

_MONTHS = (
    "january february march april may june july august september october november december".split(),
    "jan feb mar apr may jun jul aug sep oct nov dec".split(),
)
MONTHS = {name: number for names in _MONTHS for number, name in enumerate(names, 1)} | {"sept": 9}
WEEKDAYS = {
    name: number for number, name in enumerate("monday tuesday wednesday thursday friday saturday sunday".split(), 1)
}
WEEKDAYS |= {f"{name}s": number for name, number in WEEKDAYS.items()}
SEASONS = {"spring": 1, "summer": 2, "autumn": 3, "winter": 4}
_YEARS = range(1900, 2100)
_BEFORE_MAY = frozenset("in since by until till from to of early late during last before after and through mid".split())


@dataclass(frozen=True, slots=True)
class Day:
    """What is told of a date; None for what is left open. `fiscal` is the first year of "2013/14"."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    season: int | None = None
    fiscal: int | None = None

    def parts(self) -> dict[str, int]:
        """The parts that are told, by name."""
        names = ("year", "month", "day", "weekday", "season", "fiscal")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


def is_month(tokens: Sequence[Token], at: int) -> bool:
    """Whether a month's name stands here; "may" and "march" only where they are written and placed as one."""
    if (
        at >= len(tokens)
        or tokens[at].kind != "word"
        or tokens[at].low not in MONTHS
        or not tokens[at].raw[0].isupper()
    ):
        return False
    if tokens[at].low not in {"may", "march"}:
        return True
    before = tokens[at - 1] if at else None
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    return bool(
        (before and (before.kind in {"number", "ordinal"} or before.low in _BEFORE_MAY or before.low in ORDINALS))
        or (after and after.kind in {"number", "ordinal"})
    ) or (before is not None and before.kind == "word" and tokens[at].low == "march")


def day_at(tokens: Sequence[Token], at: int) -> tuple[Day, int] | None:
    """The date that begins at this token, and the token after it."""
    token = tokens[at]
    if token.kind == "fiscal":
        return _fiscal(token.low), at + 1
    if token.kind == "day":
        return _numeric(token.low), at + 1
    if token.kind == "number" and token.low.isdigit() and int(token.low) in _YEARS and not _counts(tokens, at):
        return Day(year=int(token.low)), at + 1
    return _of_month(tokens, at) or _of_week_or_season(tokens, at)


def _of_month(tokens: Sequence[Token], at: int) -> tuple[Day, int] | None:
    """As in "9th of March 2015", "March 9, 2015", "March 2015"."""
    day, place = _day_number(tokens[at]), at
    if day is not None:
        place = at + 1 + (at + 1 < len(tokens) and tokens[at + 1].low == "of")
    if not is_month(tokens, place):
        return None
    month = MONTHS[tokens[place].low]
    place += 1
    if day is None and place < len(tokens) and (day := _day_number(tokens[place])) is not None:
        place += 1
    year, end = _year(tokens, place)
    return Day(year, month, day), end


def _of_week_or_season(tokens: Sequence[Token], at: int) -> tuple[Day, int] | None:
    token = tokens[at]
    if token.kind == "word" and token.raw[0].isupper() and token.low in WEEKDAYS:
        return Day(weekday=WEEKDAYS[token.low]), at + 1
    if token.low not in SEASONS:
        return None
    place = at + 1 + (at + 1 < len(tokens) and tokens[at + 1].low in {"of", "term"})
    year, end = _year(tokens, place)
    return Day(year, season=SEASONS[token.low]), end if year else at + 1


def _counts(tokens: Sequence[Token], at: int) -> bool:
    """Whether what looks like a year counts something: "2,015" has its comma, "£2015" and "2015 children" do not say a year."""
    if at and tokens[at - 1].low in {"£", "$", "€"}:
        return True
    after = tokens[at + 1].low if at + 1 < len(tokens) else ""
    return after in {"children", "people", "contacts", "referrals", "births", "families", "%"}


def _day_number(token: Token) -> int | None:
    if token.kind == "ordinal":
        number = int(token.low[:-2])
    elif token.kind == "number" and token.low.isdigit():
        number = int(token.low)
    elif token.kind == "word" and token.low in ORDINALS:
        number = ORDINALS[token.low]
    else:
        return None
    return number if 1 <= number <= 31 else None


def _year(tokens: Sequence[Token], at: int) -> tuple[int | None, int]:
    place = at + (at < len(tokens) and tokens[at].low in {",", "of"})
    if place < len(tokens) and tokens[place].kind == "number" and tokens[place].low.isdigit():
        number = int(tokens[place].low)
        if 1900 <= number < 2100:
            return number, place + 1
    return None, at


def _fiscal(text: str) -> Day:
    first, second = text[:4], "".join(letter for letter in text[4:] if letter.isdigit())
    if int(second) % 100 == (int(first) + 1) % 100:
        return Day(fiscal=int(first))
    return Day(year=int(first))


def _numeric(text: str) -> Day:
    if "-" in text:
        year, month, day = (int(part) for part in text.split("-"))
        return Day(year, month, day)
    day, month, year = (int(part) for part in text.replace("/", ".").split("."))
    return Day(year if year > 99 else 2000 + year, month, day)
