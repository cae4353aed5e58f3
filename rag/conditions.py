"""What narrows or arranges a list: with whom something is shared, how many links it has, its place, per what it is counted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

Item = TypeVar("Item")


class Sharing(StrEnum):
    """How the organisations of a question must be addressed: any of them, all of them, or they alone."""

    ANY = "any"
    ALL = "all"
    ONLY = "only"


class Per(StrEnum):
    """What a count is told for, one by one."""

    SECTION = "section"
    ORGANISATION = "organisation"
    REPORT = "report"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a list: `first` counts from 1, or from the end where it is negative; `count` items from there."""

    first: int
    count: int = 1

    def pick(self, items: Sequence[Item]) -> tuple[Item, ...]:
        """The items at that place, none where the list is shorter."""
        start = self.first - 1 if self.first > 0 else len(items) + self.first
        return tuple(items[max(start, 0) : start + self.count]) if start < len(items) else ()


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions of a question.

    Attributes:
        sharing: how the organisations named must be addressed.
        least_links, most_links: bounds on the number of recommendations of a finding, or of findings of a recommendation.
        place: the place asked for, None for the whole list.
        per: what counts are told for; None for one count.
        extreme: 1 where only the greatest count is asked for, -1 for the smallest, 0 for all.
    """

    sharing: Sharing = Sharing.ANY
    least_links: int = 0
    most_links: int | None = None
    place: Place | None = None
    per: Per | None = None
    extreme: int = 0


NO_CONDITIONS = Conditions()
_ORDINALS = {
    word: number
    for number, word in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split(), start=1)
}
_NUMBERS = {
    word: number for number, word in enumerate("one two three four five six seven eight nine ten".split(), start=1)
}
_THING = r"(?:case\s+)?(?:rec\w*|findings?|para\w*|examples?|stud(?:y|ies)|quot\w+|ones?|vignettes?)"
_PLACE = re.compile(
    rf"\b(?:(?:very\s+)?(?P<word>{'|'.join(_ORDINALS)}|last|final)|(?P<digits>\d{{1,2}})(?:st|nd|rd|th))"
    rf"(?:\s+(?P<count>{'|'.join(_NUMBERS)}|\d{{1,2}}))?(?=\s+{_THING}\b|\s*(?:$|[?.!]))",
    re.IGNORECASE,
)
# "its two recommendations": the number is known already; "first two" and "two or more" ask for something.
_HOW_MANY_THERE_ARE = re.compile(
    rf"\b(?<!first )(?<!last )(?<!least )(?<!than )(?<!with )(?:{'|'.join(_NUMBERS)}|\d{{1,2}})\s+(?={_THING}\b)",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"\b(?:only|solely|exclusively|alone|(?:and|or)\s+(?:nobody|no-?one|no\s+one|nothing)\s+else|"
    r"(?:not|aren['’]t|isn['’]t)\s+shared(?:\s+(?:with|by)\s+(?:any(?:one|body)(?:\s+else)?|others?))?|on\s+(?:its|their|our)\s+own|by\s+(?:itself|themselves))\b",
    re.IGNORECASE,
)
_TOGETHER = re.compile(
    r"\b(?:shared?|sharing|joint|jointly|in common|together|both|collective|same)\b(?:\s+(?:by|with|to|between))?",
    re.IGNORECASE,
)
_COMBINED = re.compile(r"\b(?:between them|combined|altogether|all told)\b", re.IGNORECASE)
_IN_ALL_REPORTS = re.compile(
    r"\b(?:across|over|in|from|throughout|within)\s+(?:(?:all|the|both|these|those|of)\s+)*(?:(?:two|three|four|five|six|\d+)\s+)?"
    r"(?:loaded\s+)?(?:reports|reviews|areas)\b",
    re.IGNORECASE,
)
_LINKED_THING = r"(?:rec\w*|findings?|para\w*|links?)"
_SEVERAL = re.compile(
    rf"\b(?:more than one|more than 1|several|multiple|(?:two|2) or more|at least two|over one)\s+(?:\w+\s+)?(?={_LINKED_THING}\b)",
    re.IGNORECASE,
)
_LINKED = re.compile(
    rf"\b(?:(?:that|which)\s+(?:did\s+|do\s+|does\s+)?(?:lead|led|result\w*|refer|point|have|has|g[ai]ve)\b.{{0,20}}"
    rf"|with\s+(?:an?|any|some|at least one|attached|linked)\s+)(?={_LINKED_THING}\b)",
    re.IGNORECASE,
)
_PER = re.compile(
    r"\b(?:per|by|(?:in|for|does|do|has|have)?\s*(?:each|every))\s+(?:\w+\s+)?(?P<what>section|chapter|group|heading|part|org(?:ani[sz]ation)?|"
    r"trust|bod(?:y|ies)|provider|agency|ccg|report|review|area)s?\b|\b(?P<of_each>how many (?:each|per each))\b",
    re.IGNORECASE,
)
_EXTREME = re.compile(
    r"\b(?:which|what|who)\b(?P<what>.{0,50}?)\b(?P<extreme>most|greatest number of|largest number of|fewest|least|smallest number of)\b",
    re.IGNORECASE,
)
_BODY_KIND = re.compile(r"\b(?:trusts?|bod(?:y|ies)|agenc(?:y|ies)|ccgs?|providers?|commissioners?)\b", re.IGNORECASE)
_PARTS = {
    Per.SECTION: ("section", "chapter", "group", "heading", "part"),
    Per.ORGANISATION: ("org", "trust", "bod", "provider", "agency", "ccg", "who", "commissioner"),
    Per.REPORT: ("report", "review", "area"),
    Per.LINK: ("rec", "finding", "para"),
}


def conditions_in(question: str) -> tuple[Conditions, str]:
    """The conditions of a question and the question without their words; names are blanked out already."""
    least, rest = 0, _without(_HOW_MANY_THERE_ARE, _without(_IN_ALL_REPORTS, question))
    if _SEVERAL.search(rest):
        least, rest = 2, _without(_SEVERAL, rest)
    elif _LINKED.search(rest):
        least, rest = 1, _without(_LINKED, rest)
    if _COMBINED.search(rest):
        rest = _without(_COMBINED, _without(_TOGETHER, rest))
    sharing = Sharing.ONLY if _ALONE.search(rest) else Sharing.ALL if _TOGETHER.search(rest) else Sharing.ANY
    per, extreme = None, 0
    if match := _EXTREME.search(rest):
        per = _per(f"{match[0].split()[0]} {match['what']}")
        extreme = -1 if match["extreme"].lower().startswith(("few", "least", "small")) else 1
        rest = _without(_EXTREME, rest, keep="what")
        if per is Per.ORGANISATION:
            rest = _without(_BODY_KIND, rest)
    elif match := _PER.search(rest):
        per = _per(match["what"] or "section")
        rest = _without(_PER, rest)
    place = _place(match) if (match := _PLACE.search(rest)) else None
    rest = _without(_PLACE, _without(_TOGETHER, _without(_ALONE, rest)))
    return Conditions(sharing, least, None, place, per, extreme), rest


def _without(pattern: re.Pattern[str], text: str, keep: str = "") -> str:
    return pattern.sub(lambda match: f" {match[keep] if keep else ''} ", text)


def _per(words: str) -> Per | None:
    for per, beginnings in _PARTS.items():
        if re.search(rf"\b(?:{'|'.join(beginnings)})", words, re.IGNORECASE):
            return per
    return None


def _place(match: re.Match[str]) -> Place:
    count = (match["count"] or "1").lower()
    number = _NUMBERS.get(count) or int(count)
    if match["digits"]:
        return Place(int(match["digits"]), number)
    word = match["word"].lower()
    return Place(-number if word in {"last", "final"} else _ORDINALS[word], number)
