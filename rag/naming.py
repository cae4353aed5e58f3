"""Organisations, sections and reports that a question names, found by the names the loaded reports themselves use."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.report import Organisation, Report, Role
from rag.words import stem, topic_words, words

# Words of organisation names that tell no two of them apart.
_GENERIC = frozenset(
    stem(word)
    for word in [
        "nhs",
        "foundation",
        "trust",
        "trusts",
        "the",
        "and",
        "of",
        "for",
        "services",
        "service",
        "limited",
        "ltd",
    ]
)
_TYPES = r"(?:trusts?|units?|boards?|partnerships?|services?|groups?|ccgs?|teams?|hospitals?|company|charity)"
_ENDING = re.compile(r"(?:\s+(?:NHS|Foundation|Trust|Clinical Commissioning Group|CCG|CIC|Limited|Ltd)\.?)+$")
_ROLES = (
    (re.compile(r"\b(?:ccgs?|clinical commissioning groups?)\b", re.IGNORECASE), None),
    (
        re.compile(r"\b(?:nhs )?commissioners?\b|\bcommissioning (?:bodies|organisations)\b", re.IGNORECASE),
        Role.COMMISSIONER,
    ),
    (re.compile(r"\bproviders?\b|\bprovider (?:trusts|organisations)\b", re.IGNORECASE), Role.PROVIDER),
)
_SECTION_CUE = re.compile(r"\b(?:section|chapter|part|heading|headed|headings|under|titled|called)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """What a question names, and the question with those names blanked out."""

    organisations: tuple[str, ...]
    sections: tuple[str, ...]
    reports: tuple[str, ...]
    rest: str


def names_in(question: str, reports: Sequence[Report]) -> Named:
    """Organisations (canonical names), section titles and report ids that a question names.

    A section counts only where the words around it say that a part of the report is meant ("in the section on …", "under …"),
    or where the title stands at the very end after "in"/"on"/"from" ("list the findings in early help"): the caller decides which
    of these to trust. A report is named by its id or by its area, outside of an organisation's name.
    """
    organisations, rest = _organisations(question, reports)
    sections, rest = _sections(rest, reports)
    named_reports: list[str] = []
    for report in reports:
        for form in filter(None, (report.id, report.area)):
            if match := _whole(form).search(rest):
                named_reports.append(report.id)
                rest = _blank(rest, match)
                break
    return Named(organisations, sections, tuple(named_reports), rest)


def _whole(form: str) -> re.Pattern[str]:
    parts = ("(?:&|and)" if part.lower() in {"&", "and"} else re.escape(part) for part in re.split(r"[\s-]+", form))
    words_of_form = r"[\s-]+".join(parts)
    return re.compile(rf"(?<!\w){words_of_form}(?:['’]s)?(?!\w)", re.IGNORECASE)


def _blank(text: str, match: re.Match[str]) -> str:
    return text[: match.start()] + " " * len(match[0]) + text[match.end() :]


def _organisations(question: str, reports: Iterable[Report]) -> tuple[tuple[str, ...], str]:
    found: list[str] = []
    rest = question
    forms: list[tuple[str, Organisation]] = []
    for report in reports:
        for organisation in report.organisations:
            forms.extend((form, organisation) for form in _forms(organisation, report.area or ""))
    for form, organisation in sorted(forms, key=lambda pair: -len(pair[0])):
        while match := _whole(form).search(rest):
            found.append(organisation.name)
            rest = _blank(rest, match)
    for report in reports:
        partial, rest = _partly_named(rest, report)
        found.extend(partial)
    for pattern, role in _ROLES:
        if match := pattern.search(rest):
            group = [
                o.name
                for report in reports
                for o in report.organisations
                if (o.role is role if role else pattern.search(o.name))
            ]
            if group:
                found.extend(group)
                rest = _blank(rest, match)
    return tuple(dict.fromkeys(found)), rest


def _forms(organisation: Organisation, area: str) -> set[str]:
    """Printed spellings, and each without its legal ending where at least two telling words remain."""
    forms = {organisation.name, *organisation.aliases}
    for form in list(forms):
        forms.add(re.sub(r"\bClinical Commissioning Group\b", "CCG", form))
        short = _ENDING.sub("", form).strip()
        for bare in (short, short.removeprefix("NHS ")):
            if len(bare.split()) >= 2 and bare.casefold() != area.casefold():
                forms.add(bare)
    return forms


def _partly_named(rest: str, report: Report) -> tuple[list[str], str]:
    """Organisations named by a part of their name that no other shares: "the acute trust", "the commissioning unit"."""
    area = {stem(word) for word in words(report.area or "")}
    names = {o.name: {stem(word) for word in words(o.name)} for o in report.organisations}
    for match in re.finditer(
        rf"(?:[\w&]+\s+){{1,4}}{_TYPES}(?:\s+(?:nhs\s+|foundation\s+)*{_TYPES})*\b", rest, re.IGNORECASE
    ):
        tokens = [stem(word) for word in words(match[0])]
        for start in range(len(tokens) - 1):
            tail = set(tokens[start:])
            telling = tail - _GENERIC - area - {"and"}
            fits = [name for name, own in names.items() if telling and telling <= own and tokens[-1] in own]
            if len(fits) == 1:
                return fits, rest[: match.start()] + " " * len(match[0]) + rest[match.end() :]
    return [], rest


def _sections(rest: str, reports: Iterable[Report]) -> tuple[tuple[str, ...], str]:
    titles = sorted({section.title for report in reports for section in report.sections}, key=len, reverse=True)
    for title in titles:
        if not topic_words(title):
            continue
        form = re.sub(
            r"\s*&\s*|\s+and\s+", r" (?:and|&) ", " ".join(re.escape(w) if w != "&" else w for w in title.split())
        )
        pattern = re.compile(rf"(?<!\w){form}(?!\w)", re.IGNORECASE)
        if (match := pattern.search(rest)) and _is_place(rest, match):
            cue_gone = _SECTION_CUE.sub(lambda cue: " " * len(cue[0]), _blank(rest, match))
            return (title,), cue_gone
    return (), rest


def _is_place(rest: str, match: re.Match[str]) -> bool:
    """Whether the title is used as a place in the report rather than as a topic."""
    before = rest[max(0, match.start() - 40) : match.start()]
    after = rest[match.end() : match.end() + 12]
    quoted = re.search(r"[\"'“‘]\s*$", before) is not None
    cued = re.search(
        r"\b(?:section|chapter|part|heading|headed|under|titled|called)\b[\s\w]{0,20}[\"'“‘]?\s*$",
        before,
        re.IGNORECASE,
    )
    return bool(
        cued or quoted or re.match(r"[\"'”’]?\s*(?:section|chapter|part|heading)\b", after, re.IGNORECASE)
    ) or bool(
        re.search(
            r"\b(?:findings?|paragraphs?|examples?)\b.{0,25}\b(?:in|under|from|of|on)\s+(?:the\s+)?$",
            before,
            re.IGNORECASE,
        )
        and not after.strip(" ?.!")
    )
