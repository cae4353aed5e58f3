"""The last question asked of another report, organisation or hospital: "and in the other area?", "not the trust, the hospital"."""

import re
from collections.abc import Sequence

from index.report import Report
from rag.forms import whole
from rag.leaning import opened, without_ending
from rag.organisation_names import organisations_named
from rag.replaced_part import PREPOSITION, parts_of, put_name
from rag.restate import sentence
from rag.sites import sites_named
from rag.words import STRUCTURE, stem, topic_words, vocabulary, words

_ONLY_NAME = re.compile(r"\b(?:the|just|only|in|for|at|from|one|ones|those|report|review)\b", re.IGNORECASE)
_REST_OF_NAME = re.compile(r"(?:\s+[A-Z][\w'’]+)*")
_CAPITALISED = re.compile(r"(?<=\w )[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")
_WHICH_REPORTS = re.compile(
    r"^which (?:\w+ )?(?:reports?|reviews?|areas?|count(?:y|ies)|places?)\s+(?!(?:is|are|was|were|has|have|do|does|did)\b)",
    re.IGNORECASE,
)
_EVERY_REPORT = re.compile(
    r"\b(?:in|across|of|from)\s+(?:all|every|each|both|the)\s+(?:\w+\s+)?(?:reports?|reviews?|areas?)\b", re.IGNORECASE
)
_ELSEWHERE = re.compile(
    r"^(?:and\s+)?(?:elsewhere|anywhere else|(?:in\s+)?(?:the\s+)?others?(?:\s+(?:areas?|reports?|reviews?|places?|counties))?)[\s?.!]*$",
    re.IGNORECASE,
)
_BEFORE_PLACE = re.compile(r"\s+(?:in|for|at|of|from)\s+(?:the\s+)?$", re.IGNORECASE)


def with_name_replaced(fragment: str, last: str, reports: Sequence[Report]) -> str | None:
    """The last question with its report, or its organisation or hospital, replaced by the one that the fragment names."""
    text, said = opened(last).body.rstrip(" ?.!"), without_ending(fragment)
    areas = [report.area for report in reports if report.area and whole(report.area).search(said)]
    if areas and not topic_words(_ONLY_NAME.sub(" ", whole(areas[0]).sub(" ", said)), STRUCTURE):
        found = [match.span() for report in reports if report.area for match in whole(report.area).finditer(text)]
        found = found or [match.span() for match in _CAPITALISED.finditer(text) if is_unknown(match[0], reports)]
        if len(found) == 1:
            return put_name(text, found[0], areas[0])
        if match := _WHICH_REPORTS.match(text):
            return sentence(f"Does {areas[0]} {text[match.end() :]}")
        if match := _EVERY_REPORT.search(text):
            text = f"{text[: match.start()].rstrip()} {text[match.end() :].lstrip()}".strip()
        return sentence(f"{text} in {areas[0]}") if not found else None
    bare = PREPOSITION.sub("", said)
    if areas and bare != said:  # "at the hospitals in …" stands for what has the other area's name in it
        around = [
            (start, end)
            for start, end in parts_of(text, several=False)
            if _names_other(text[start:end], areas, reports)
        ]
        return put_name(text, around[0], bare) if len(around) == 1 else None
    if _named_spans(bare, reports) and not topic_words(_blanked(bare, reports)):
        spans = _named_spans(text, reports)
        if len(spans) != 1:
            return None
        start, end = spans[0]
        rest = _REST_OF_NAME.match(text, end)
        return put_name(text, (start, rest.end() if rest else end), bare)
    return None


def _names_other(part: str, areas: Sequence[str], reports: Sequence[Report]) -> bool:
    return any(r.area and r.area not in areas and whole(r.area).search(part) for r in reports)


def is_unknown(name: str, reports: Sequence[Report]) -> bool:
    """Whether no report holds any word of a name."""
    return not any(stem(word) in vocabulary(report.text) for word in words(name) for report in reports)


def _blanked(text: str, reports: Sequence[Report]) -> str:
    """The text with the organisations and hospitals in it made blanks."""
    return sites_named(organisations_named(text, reports)[1], reports)[1]


def _named_spans(text: str, reports: Sequence[Report]) -> list[tuple[int, int]]:
    """Spans of the organisations and hospitals that a text names."""
    rest = _blanked(text, reports)
    if len(rest) != len(text):
        return []
    changed = "".join("x" if old != new else " " if old == " " else "-" for old, new in zip(text, rest, strict=True))
    return [match.span() for match in re.finditer(r"x+(?:\s+x+)*", changed)]


def elsewhere(
    fragment: str, last: str, inherited: Sequence[str], reports: Sequence[Report]
) -> tuple[str, tuple[str, ...]] | None:
    """The last question of the reports that it was not asked of, and their ids; None where the fragment asks no such thing.

    Args:
        fragment: without its opening.
        last: the last question.
        inherited: ids of the reports that it was asked of.
        reports: the loaded reports.
    """
    others = tuple(report.id for report in reports if report.id not in inherited)
    if not _ELSEWHERE.match(fragment) or not inherited or not others:
        return None
    text = opened(last).body.rstrip(" ?.!")
    for report in reports:
        if report.area and (match := whole(report.area).search(text)):
            text = _BEFORE_PLACE.sub("", text[: match.start()]) + text[match.end() :]
    return sentence(f"{text} elsewhere"), others
