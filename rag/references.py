"""Typed references in a question: "5.2.7", "para 5.2.7", "recommendations 2.1 and 2.2", "1.2-1.6", "section 5.2", "[R2.1]"."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from index.report import Kind, Passage, Report, number_key

_NUMBER = r"\d{1,2}(?:\.\d{1,2}){1,3}"
_UNIT = r"\s?(?:%|per\s?cent|million|billion|years?|yrs?|months?|weeks?|days?|hours?|hrs?|minutes?|miles?|times|pm\b|am\b|k\b|m\b)"
_END = rf"(?!\d|\.\d|{_UNIT})"
# Spelling is loose on purpose: "pargraph 1.2" and "reccomendation 2.1" are clear enough to people.
_FINDING_WORD = r"¶|pa\w{0,3}gra\w{0,3}s?|paras?\b\.?|para(?=\d)|findings?|points?|p\.?(?=\s?\d)"
_RECOMMENDATION_WORD = r"rec\w{0,4}m\w{0,3}nd\w{0,3}t\w{0,4}(?:['’]?s)?|recs?\b\.?|rec(?=\d)|r\.?(?=\s?\d)"
_NUMBER_ANYWHERE = re.compile(_NUMBER)
_KIND_WORD = rf"(?:{_FINDING_WORD}|{_RECOMMENDATION_WORD})"
_NUMBERED = r"(?:\s*(?:numbers?|numbered|nos?\.|nos?\b|#))?\s*"
_JOINT = r"\s*(?:,\s*(?:and|or)?|and|&|or|/|;)\s*"
_DASH = r"\s*(?:-|–|—|\b(?:up|through|thru)\s+to\b|\bto\b|\bthrough\b|\bthru\b|\buntil\b)\s*"
_SAME_KIND = r"(?:¶|p\.?|r\.?)?"
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_BETWEEN = re.compile(
    rf"\b(?:between\s+(?:[a-z]+\s+)?(?P<low>{_NUMBER})\s*(?:and|to|-)|from\s+(?P<start>{_NUMBER})\s*(?:up\s+)?to)\s*(?={_NUMBER})",
    re.IGNORECASE,
)
_AND = r"\s+(?:and|&|or)\s+"
_EITHER_KIND_WORD = (
    rf"(?:(?:{_FINDING_WORD}){_AND}(?:{_RECOMMENDATION_WORD})|(?:{_RECOMMENDATION_WORD}){_AND}(?:{_FINDING_WORD}))"
)
_EITHER_KIND = re.compile(
    rf"(?<!\w){_EITHER_KIND_WORD}\s+(?P<after>{_NUMBER})(?![\d.]*\d)|(?<![\w.])(?P<before>{_NUMBER})\s+{_EITHER_KIND_WORD}(?!\w)",
    re.IGNORECASE,
)
_NOT_THIS = re.compile(
    rf"[,;]?\s*\b(?:not|rather than|instead of)\s+(?:the\s+)?{_KIND_WORD}(?:{_NUMBERED}{_NUMBER})?(?=\s*(?:$|[?.,;!]))",
    re.IGNORECASE,
)
REFERENCE = re.compile(
    rf"(?<![\w.£$])(?P<kind>{_KIND_WORD})?{_NUMBERED}(?<![\d.£$])(?P<numbers>{_NUMBER}{_END}(?:(?:{_DASH}|{_JOINT}){_SAME_KIND}{_NUMBER}{_END})*)"
    rf"(?(kind)|(?:\s+(?P<kind_after>{_KIND_WORD}\b))?)",
    re.IGNORECASE,
)
# A section of an Act is no section of the report.
_STATUTE = r"(?!\s+(?:(?:of|in|under)\s+the\s+[\w\s]{0,60}?(?:act|regulations?|order|code)\b|agreements?\b|enquir\w+|orders?\b))"
_GROUP = re.compile(
    rf"(?<!\w)(?P<kind>{_RECOMMENDATION_WORD}|findings?|paragraphs?)\s+(?:(?:in|of|under|from)\s+)?(?:the\s+)?"
    rf"(?:(?:group|section|chapter|number)\s*)?(?P<number>\d{{1,2}})(?:\.x)?{_END}(?!\w)",
    re.IGNORECASE,
)
_SECTION = re.compile(
    rf"(?<!\w)(?:sections?|chapters?|parts?|headings?|(?:all|everything|whole|anything)\s+(?:of|in|under)(?:\s+section)?)\s+(?P<number>\d{{1,2}}(?:\.\d{{1,2}}){{0,3}}){_END}{_STATUTE}",
    re.IGNORECASE,
)
# "all the 2.x recommendations", "the third group of recommendations", "recommendation group 3", "group 3 of the recommendations".
_GROUP_AFTER = re.compile(
    rf"(?<![\w.])(?:(?P<number>\d{{1,2}})\.x(?:\s+(?P<kind>{_KIND_WORD}))?"
    rf"|(?P<ordinal>{'|'.join(_ORDINALS)})\s+(?:(?P<kind_before>{_KIND_WORD})\s+group|group\s+of\s+(?P<kind_after>{_KIND_WORD}))"
    rf"|(?P<kind_of_group>{_KIND_WORD})\s+group\s+(?P<group>\d{{1,2}})"
    rf"|group\s+(?P<group_first>\d{{1,2}})(?:\s+(?:of|in|from)(?:\s+the)?)?\s+(?P<kind_last>{_KIND_WORD}))(?!\w)",
    re.IGNORECASE,
)
_UNNUMBERED = re.compile(r"§[\w-]+\.\d+")
_PART = re.compile(rf"(?P<dash>{_DASH})?{_SAME_KIND}(?P<number>{_NUMBER})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reference:
    """One number (or range) as typed, before anything is looked up.

    Attributes:
        kind: FINDING or RECOMMENDATION where the words say so, None for a bare number.
        first: the number as typed, or a whole unnumbered mark ("§slug.3").
        last: end of a range, equal to `first` for a single number.
        prefix: True where everything below `first` is meant (a section or a group of recommendations).
    """

    kind: Kind | None
    first: str
    last: str
    prefix: bool = False

    def __str__(self) -> str:
        """The reference in plain words: "recommendation 2.1", "findings 1.2 to 1.6", "section 5.2"."""
        if self.prefix:
            noun = {Kind.RECOMMENDATION: "recommendations", Kind.FINDING: "findings of section"}.get(
                self.kind or Kind.CONTEXT, "section"
            )
            return f"{noun} {self.first}"
        noun = "passage" if self.kind is None else self.kind.value
        return f"{noun} {self.first}" if self.first == self.last else f"{noun}s {self.first} to {self.last}"


def references_in(
    question: str, is_meant: Callable[[Reference], bool] = lambda reference: True
) -> tuple[tuple[Reference, ...], str]:
    """References of a question in their order, and the question without them.

    A number with a unit behind it ("22.4%", "1.5 years") or money before it is no reference, nor is a section of an Act, nor what
    the question itself rules out ("finding 2.4, not the recommendation").

    Args:
        question: as typed.
        is_meant: whether a number may be a reference at all; where none of a list of numbers may be, they stay in the question.
    """
    found: list[tuple[int, Reference]] = []
    if _NUMBER_ANYWHERE.search(_NOT_THIS.sub("", question)):
        question = _NOT_THIS.sub(lambda match: " " * len(match[0]), question)
    rest = _BETWEEN.sub(lambda match: f" {match['low'] or match['start']} to ".rjust(len(match[0])), question)
    rest = _EITHER_KIND.sub(lambda match: (match["after"] or match["before"]).rjust(len(match[0])), rest)
    for pattern, read in (
        (_GROUP_AFTER, _read_group_after),
        (_SECTION, _read_section),
        (REFERENCE, _read_numbers),
        (_GROUP, _read_group),
        (_UNNUMBERED, _read_unnumbered),
    ):
        for match in reversed(list(pattern.finditer(rest))):
            references = read(match)
            if any(is_meant(reference) for reference in references):
                found.extend((match.start(), reference) for reference in references)
                rest = rest[: match.start()] + " " * len(match[0]) + rest[match.end() :]
    return tuple(reference for _, reference in sorted(found, key=lambda pair: pair[0])), rest


def _kind_of(word: str | None) -> Kind | None:
    if not word:
        return None
    return Kind.RECOMMENDATION if word.lower().startswith("r") else Kind.FINDING


def _read_section(match: re.Match[str]) -> list[Reference]:
    return [Reference(None, match["number"], match["number"], prefix=True)]


def _read_group_after(match: re.Match[str]) -> list[Reference]:
    number = match["number"] or match["group"] or match["group_first"]
    if match["ordinal"]:
        number = str(_ORDINALS.index(match["ordinal"].lower()) + 1)
    kind = match["kind"] or match["kind_before"] or match["kind_after"] or match["kind_of_group"] or match["kind_last"]
    return [Reference(_kind_of(kind), number, number, prefix=True)]


def _read_group(match: re.Match[str]) -> list[Reference]:
    return [Reference(_kind_of(match["kind"]), match["number"], match["number"], prefix=True)]


def _read_unnumbered(match: re.Match[str]) -> list[Reference]:
    return [Reference(None, match[0], match[0])]


def _read_numbers(match: re.Match[str]) -> list[Reference]:
    kind = _kind_of(match["kind"] or match["kind_after"])
    references: list[Reference] = []
    for part in _PART.finditer(match["numbers"]):
        if part["dash"] and references:
            references[-1] = Reference(kind, references[-1].first, part["number"])
        else:
            references.append(Reference(kind, part["number"], part["number"]))
    return references


def resolve(reference: Reference, reports: Iterable[Report]) -> tuple[Passage, ...]:
    """Passages that a reference may mean, in numeric order, findings before recommendations; () if there is none.

    A bare number means the finding and the recommendation that bear it; where neither exists, the section of that number.
    """
    found: list[Passage] = []
    for report in reports:
        before = len(found)
        if reference.first.startswith("§"):
            passage = report.passage(reference.first)
            found.extend([passage] if passage else [])
            continue
        kinds = [reference.kind] if reference.kind else [Kind.FINDING, Kind.RECOMMENDATION]
        if reference.prefix and reference.kind is None:
            kinds = [Kind.FINDING]
        for kind in kinds:
            found.extend(p for p in report.of_kind(kind) if p.number and _covers(reference, p.number))
        if len(found) == before and reference.kind is not Kind.RECOMMENDATION and reference.first == reference.last:
            whole = Reference(Kind.FINDING, reference.first, reference.first, prefix=True)
            found.extend(p for p in report.of_kind(Kind.FINDING) if p.number and _covers(whole, p.number))
    return tuple(found)


def _covers(reference: Reference, number: str) -> bool:
    if reference.prefix:
        return number.startswith(reference.first + ".")
    return number_key(reference.first) <= number_key(number) <= number_key(reference.last)


def neighbours(passages: Iterable[Passage], reports: Iterable[Report], step: int) -> tuple[Passage, ...]:
    """For each passage the one of its kind that stands `step` places after it (before it, where negative), if there is one."""
    asked = list(passages)
    found: list[Passage] = []
    for report in reports:
        for passage in asked:
            if report.passage(passage.mark) == passage:
                row = report.of_kind(passage.kind)
                place = row.index(passage) + step
                found.extend(row[place : place + 1] if place >= 0 else ())
    return tuple(found)


def known_numbers(passages: Sequence[Passage]) -> str:
    """The numbers there are, as a reader would be told them: "1.1 to 1.25, 2.1 to 2.14"."""
    groups: dict[str, list[str]] = {}
    for passage in passages:
        if passage.number:
            groups.setdefault(passage.number.rpartition(".")[0], []).append(passage.number)
    spans = (
        (sorted(numbers, key=number_key))
        for _, numbers in sorted(groups.items(), key=lambda item: number_key(item[0] or "0"))
    )
    return ", ".join(span[0] if len(span) == 1 else f"{span[0]} to {span[-1]}" for span in spans)
