"""Sections and reports that a question names, beside its organisations, found by the names the loaded reports themselves use."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from index.report import Report
from rag.forms import blank, whole
from rag.organisation_names import organisations_named
from rag.words import topic_words

_SECTION_CUE = re.compile(r"\b(?:section|chapter|part|heading|headed|headings|under|titled|called)\b", re.IGNORECASE)
_CUE_BEFORE = re.compile(
    r"\b(?:section|chapter|part|heading|headed|under|titled|called)\b[\s\w]{0,20}[\"'“‘]?\s*$", re.IGNORECASE
)
_QUOTED = re.compile(r"[\"'“‘]\s*$")
_PART_AFTER = re.compile(r"[\"'”’]?\s*(?:section|chapter|part|heading|findings?|paragraphs?|paras?)\b", re.IGNORECASE)
_PASSAGES = re.compile(r"\b(?:findings?|paragraphs?|paras?|rec\w*|(?:case )?examples?|quot\w+)\b", re.IGNORECASE)
_OF_PASSAGES = re.compile(
    r"\b(?:findings?|paragraphs?|examples?)\b.{0,25}\b(?:in|under|from|of|on)\s+(?:the\s+)?$", re.IGNORECASE
)
_FROM_PLACE = re.compile(r"\b(?:in|within|from|out of)\s+(?:the\s+)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """What a question names, and the question with those names blanked out.

    `elsewhere` are organisations that the question names, where the reports that it names know none of them.
    """

    organisations: tuple[str, ...]
    sections: tuple[str, ...]
    reports: tuple[str, ...]
    rest: str
    elsewhere: tuple[str, ...] = ()


def names_in(question: str, reports: Sequence[Report]) -> Named:
    """Organisations (canonical names), section titles and report ids that a question names.

    A section counts only where the words around it say that a part of the report is meant ("in the section on …", "under …"),
    or where passages are asked for that stand in it or come from it ("recommendations from governance"). A report is named
    by its id or by its area, outside of an organisation's name; then only its own organisations and sections count.
    """
    organisations, rest = organisations_named(question, reports)
    sections, rest = _sections(rest, reports)
    named_reports: list[str] = []
    for report in reports:
        for form in filter(None, (report.id, report.area)):
            if match := whole(form).search(rest):
                named_reports.append(report.id)
                rest = blank(rest, match)
                break
    if 0 < len(named_reports) < len(reports):
        own = names_in(question, [report for report in reports if report.id in named_reports])
        elsewhere = () if own.organisations else organisations
        return replace(own, reports=tuple(named_reports), elsewhere=elsewhere)
    return Named(organisations, sections, tuple(named_reports), rest)


def _sections(rest: str, reports: Iterable[Report]) -> tuple[tuple[str, ...], str]:
    titles = sorted({section.title for report in reports for section in report.sections}, key=len, reverse=True)
    for title in titles:
        pattern = _telling_title(title)
        if pattern and (match := pattern.search(rest)) and _is_place(rest, match):
            cue_gone = _SECTION_CUE.sub(lambda cue: " " * len(cue[0]), blank(rest, match))
            return (title,), cue_gone
    return (), rest


@lru_cache(maxsize=16_384)
def _telling_title(title: str) -> re.Pattern[str] | None:
    """Finds a section's title as whole words, "&" and "and" alike; None for one without a topic."""
    if not topic_words(title):
        return None
    form = re.sub(
        r"\s*&\s*|\s+and\s+", r" (?:and|&) ", " ".join(re.escape(w) if w != "&" else w for w in title.split())
    )
    return re.compile(rf"(?<!\w){form}(?!\w)", re.IGNORECASE)


def _is_place(rest: str, match: re.Match[str]) -> bool:
    """Whether the title is used as a place in the report rather than as a topic."""
    before = rest[max(0, match.start() - 40) : match.start()]
    after = rest[match.end() : match.end() + 14]
    if _CUE_BEFORE.search(before) or _QUOTED.search(before) or _PART_AFTER.match(after):
        return True
    if _OF_PASSAGES.search(before) and not after.strip(" ?.!"):
        return True
    return _PASSAGES.search(blank(rest, match)) is not None and _FROM_PLACE.search(before) is not None
