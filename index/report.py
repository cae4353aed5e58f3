"""Report, Section, Passage, Organisation and the marks that name passages: frozen records, no behaviour beyond naming.

Offsets are half-open character offsets into `Report.text`, and `report.text[p.start:p.end] == p.text` for every passage.
Numbers of findings and recommendations are strings ("5.2.10"); `number_key` sorts them by number.
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What a passage is in the report."""

    FINDING = "finding"
    RECOMMENDATION = "recommendation"
    CONTEXT = "context"
    QUOTE = "quote"
    CASE_EXAMPLE = "case_example"
    FRONT_MATTER = "front_matter"


class Voice(StrEnum):
    """Who says it: a parent's remark must never come out as a finding of the inspectors."""

    INSPECTORS = "inspectors"
    REPORTED = "reported"
    CASE_EXAMPLE = "case_example"
    BACKGROUND = "background"
    RECOMMENDATION = "recommendation"


class Role(StrEnum):
    """What an organisation does in the area; OTHER where the report does not say."""

    PROVIDER = "provider"
    COMMISSIONER = "commissioner"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation, however a report spells it.

    `name` is the fullest form the report uses; `aliases` are its other spellings and abbreviations, as printed.
    """

    name: str
    aliases: tuple[str, ...] = ()
    role: Role = Role.OTHER


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it; `path` ends with `title`; `number` is the printed one or None."""

    title: str
    path: tuple[str, ...]
    number: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ParseWarning:
    """What the parser could not understand, with its 1-based line in the source."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is retrieved and cited: one paragraph, list or case example of a report.

    Attributes:
        report: id of the report, e.g. "elmshire-2016".
        mark: "¶5.2.7" (finding), "R2.4" (recommendation) or "§slug.7" (no printed number: section and position).
        number: the printed number, None where none is printed.
        heading: titles from the outermost section inwards, without their numbers.
        section_number: printed number of the innermost numbered section ("5.2"), or None.
        text: exact slice of the report's normalised text, without the printed number.
        page: 1-based page of its first character, None where the source has no pages.
        organisations: names (`Organisation.name`) of those named in it or addressed by it.
        addressed_to: names of those a recommendation is addressed to; empty for other kinds.
        recommendations: ids of the recommendations that it refers to.
        findings: ids of the findings that refer to it (recommendations only).
        belongs_to: id of the finding that a case example illustrates.
    """

    report: str
    mark: str
    kind: Kind
    voice: Voice
    number: str | None
    heading: tuple[str, ...]
    section_number: str | None
    text: str
    start: int
    end: int
    page: int | None = None
    organisations: tuple[str, ...] = ()
    addressed_to: tuple[str, ...] = ()
    recommendations: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    belongs_to: str | None = None

    @property
    def id(self) -> str:
        """`<report>/<mark>`, unique over all reports."""
        return f"{self.report}/{self.mark}"

    @property
    def url(self) -> str:
        """Permalink path in ASCII: /r/<report>/p1.2, /r2.1 or /s-<slug>.7."""
        return f"/r/{self.report}/{ascii_mark(self.mark)}"

    @property
    def embedding_text(self) -> str:
        """Text that is embedded and indexed: headings first, then the passage; never shown, never cited."""
        return "\n".join((*self.heading, self.text))

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the embedding text: equal digests may share a vector."""
        return hashlib.sha256(self.embedding_text.encode()).hexdigest()

    def public(self) -> dict[str, object]:
        """The passage as the API, the CLI and the eval show it (DESIGN, "An answer")."""
        return {
            "id": self.id,
            "mark": self.mark,
            "kind": self.kind.value,
            "voice": self.voice.value,
            "number": self.number,
            "report": self.report,
            "heading": list(self.heading),
            "section_number": self.section_number,
            "organisations": list(self.organisations),
            "addressed_to": list(self.addressed_to),
            "recommendations": list(self.recommendations),
            "findings": list(self.findings),
            "belongs_to": self.belongs_to,
            "text": self.text,
            "page": self.page,
            "url": self.url,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """One parsed report; passages stand in the order of the text.

    `front_matter` holds (label, value) pairs as printed; `notice` is the source and copyright line that must go with the text;
    `remarks` say what kind of report this is where that matters to a reader (e.g. no numbered findings were found).
    """

    id: str
    title: str
    area: str | None
    text: str
    sections: tuple[Section, ...]
    passages: tuple[Passage, ...]
    organisations: tuple[Organisation, ...]
    front_matter: tuple[tuple[str, str], ...] = ()
    published: date | None = None
    notice: str = ""
    source_name: str = ""
    source_sha256: str = ""
    remarks: tuple[str, ...] = ()
    warnings: tuple[ParseWarning, ...] = ()
    _by_mark: dict[str, Passage] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_mark", {p.mark: p for p in self.passages})

    def __hash__(self) -> int:
        """Hash of what tells reports apart, so that a cache keyed by reports need not read their text."""
        return hash((self.id, self.source_sha256, len(self.text)))

    def passage(self, mark: str) -> Passage | None:
        """The passage that bears this canonical mark, or None."""
        return self._by_mark.get(mark)

    def summary(self) -> dict[str, object]:
        """One line on the report, as API and CLI list it."""
        return {
            "id": self.id,
            "title": self.title,
            "area": self.area,
            "published": self.published.isoformat() if self.published else None,
            "notice": self.notice,
            "counts": {kind.value: len(self.of_kind(kind)) for kind in Kind},
            "url": f"/r/{self.id}",
        }

    def public(self) -> dict[str, object]:
        """The report as API and CLI show it: the summary, its structure, and what the parser did not understand."""
        return self.summary() | {
            "front_matter": list(self.front_matter),
            "sections": [{"title": s.title, "path": list(s.path), "number": s.number} for s in self.sections],
            "organisations": [
                {"name": o.name, "aliases": list(o.aliases), "role": o.role.value} for o in self.organisations
            ],
            "remarks": list(self.remarks),
            "warnings": [{"line": warning.line, "message": warning.message} for warning in self.warnings],
            "marks": [passage.mark for passage in self.passages],
        }

    def of_kind(self, kind: Kind) -> tuple[Passage, ...]:
        """Passages of one kind, numbered ones by number, the rest in the order of the text."""
        return tuple(sorted((p for p in self.passages if p.kind is kind), key=passage_key))


def number_key(number: str) -> tuple[int, ...]:
    """Sort key of a printed number: "5.2.10" comes after "5.2.9"."""
    return tuple(int(part) for part in number.split("."))


def passage_key(passage: Passage) -> tuple[object, ...]:
    """Sort key: report, findings by number, recommendations by number, then unnumbered passages in the order of the text."""
    order = {Kind.FINDING: 0, Kind.RECOMMENDATION: 1}.get(passage.kind, 2)
    return (passage.report, order, number_key(passage.number) if passage.number else (), passage.start)


_NUMBER = r"\d{1,3}(?:\.\d{1,3}){0,3}"
_FINDING = re.compile(rf"(?:¶|p|para(?:graph)?|finding)[\s.]*({_NUMBER})", re.IGNORECASE)
_RECOMMENDATION = re.compile(rf"(?:r|recs?|recommendation)[\s.]*({_NUMBER})", re.IGNORECASE)
_BARE = re.compile(_NUMBER)
_UNNUMBERED = re.compile(r"(?:§|s-)([\w-]+\.\d+)", re.IGNORECASE)


def possible_marks(written: str) -> tuple[str, ...]:
    """Canonical marks that somebody may mean by one typed mark, most likely first.

    "p1.2", "para 1.2" and "¶1.2" give ("¶1.2",); "rec 2.1" gives ("R2.1",); a bare "2.1" gives ("¶2.1", "R2.1");
    what is no mark gives ().
    """
    text = written.strip().strip("[]").strip()
    if found := _FINDING.fullmatch(text):
        return (f"¶{found[1]}",)
    if found := _RECOMMENDATION.fullmatch(text):
        return (f"R{found[1]}",)
    if found := _UNNUMBERED.fullmatch(text):
        return (f"§{found[1].lower()}",)
    if _BARE.fullmatch(text):
        return (f"¶{text}", f"R{text}")
    return ()


def ascii_mark(mark: str) -> str:
    """A canonical mark as it stands in a URL: p1.2, r2.1, s-context-of-the-review.7."""
    prefix = {"¶": "p", "R": "r", "§": "s-"}[mark[0]]
    return prefix + mark[1:]


def slug(text: str) -> str:
    """Lower-case ASCII words joined by hyphens, for report ids and unnumbered marks."""
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"['’`]", "", text.lower())).strip("-")
