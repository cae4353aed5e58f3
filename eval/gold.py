"""Gold questions: what is asked, which passages prove the answer, and a check that the evidence stands in the reports.

Evidence is (report, printed mark, verbatim words), never a passage id, so cutting the report another way spares it.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from index.errors import ClasQAError
from index.filters import Filters
from index.report import Passage, Report
from rag.answer import AnswerStatus

# Questions that metadata answers completely; for all others the passages must be found by search.
METADATA_TYPES = frozenset(
    {
        "lookup",
        "recommendation_text",
        "findings_of_recommendation",
        "recommendation_of_finding",
        "no_reference",
        "organisation",
        "count",
        "list",
        "collision",
        "cross_organisation",
    }
)
# Questions whose answer is a complete set.
LIST_TYPES = frozenset({"list", "organisation", "findings_of_recommendation", "cross_organisation"})
FILTER_NAMES = tuple(field.name for field in fields(Filters))
ANSWERED = frozenset({AnswerStatus.ANSWERED, AnswerStatus.PARTLY_ANSWERED})
ABSTAINED = frozenset(AnswerStatus) - ANSWERED

_QUOTES = str.maketrans("‘’“”", "''\"\"")


class GoldError(ClasQAError):
    """A line of a gold file is not a gold question."""


class Half(StrEnum):
    """TUNING questions may be looked at while the system is changed; REPORTING ones give the figures that are told."""

    TUNING = "tuning"
    REPORTING = "reporting"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Trap(StrEnum):
    """What a question is built to trip over; README.md in eval/gold describes them."""

    ABSENT = "absent"
    NEAR_MISS = "near_miss"
    OTHER_AREA = "other_area"
    LATER_YEAR = "later_year"
    FALSE_PREMISE = "false_premise"
    ADVICE = "advice"
    OFF_TOPIC = "off_topic"
    INJECTION = "injection"


class Span(_Record):
    """Verbatim words of one passage; `mark` None where no number is printed, `report` None for the question's own."""

    mark: str | None = Field(None, pattern=r"^[¶R]\d+(\.\d+)+$")
    words: Annotated[str, Field(min_length=3)]
    report: str | None = None

    def stands_in(self, report: str, mark: str, text: str) -> bool:
        """Whether the passage bears the mark and contains the words, white space and shape of quotation marks aside."""
        return (
            (self.report is None or self.report == report)
            and (self.mark is None or self.mark == mark)
            and plain(self.words) in plain(text)
        )


class Evidence(Span):
    """One piece of evidence: its own span, or any of the `other` ones (written `or` in the file)."""

    other: tuple[Span, ...] = Field((), alias="or")

    def matched_by(self, report: str, mark: str, text: str) -> bool:
        """Whether this passage is the evidence."""
        return any(span.stands_in(report, mark, text) for span in (self, *self.other))


class Turn(_Record):
    """One turn of the conversation before the question."""

    role: Literal["user", "assistant"]
    content: str


class GoldQuestion(_Record):
    """A question with the evidence that a right answer cites; README.md in eval/gold describes the fields."""

    id: Annotated[str, Field(min_length=1)]
    question: str
    type: str
    register_: Literal["plain", "professional", "keywords", "sloppy"] = Field(alias="register")
    report: str | None
    must: tuple[Evidence, ...]
    may: tuple[Evidence, ...]
    facts: tuple[Annotated[tuple[str, ...], Field(min_length=1)], ...]
    answerable: bool
    expected_status: AnswerStatus
    history: tuple[Turn, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = {}
    organisations: tuple[str, ...] = ()
    trap: Trap | None = None
    why: str = ""

    @field_validator("filters")
    @classmethod
    def _filters_exist(cls, filters: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        if unknown := set(filters).difference(FILTER_NAMES):
            raise ValueError(f"unknown filter {', '.join(sorted(unknown))}")
        return filters

    @model_validator(mode="after")
    def _status_agrees(self) -> "GoldQuestion":
        if self.answerable != (self.expected_status in ANSWERED):
            raise ValueError(f"answerable is {self.answerable} but expected_status is {self.expected_status}")
        if not self.answerable and (self.must or self.may or self.facts):
            raise ValueError("a question without an answer has no evidence")
        return self

    @property
    def half(self) -> Half:
        """The half it falls in, by the SHA-256 of its id: adding a question moves no other."""
        return Half.TUNING if hashlib.sha256(self.id.encode()).digest()[0] % 2 == 0 else Half.REPORTING


def plain(text: str) -> str:
    """Text with straight quotation marks and single spaces, for comparing."""
    return " ".join(text.translate(_QUOTES).split())


def contains_fact(text: str, spellings: Sequence[str]) -> bool:
    """Whether one of the spellings occurs in the text, as whole words and numbers: "4" is not in "24" or "R2.4"."""
    folded = plain(text).casefold()
    return any(re.search(rf"(?<![\w.]){re.escape(plain(s).casefold().strip())}(?!\w|\.\d)", folded) for s in spellings)


def load_gold(path: Path) -> tuple[GoldQuestion, ...]:
    """The questions of one gold file, in its order.

    Raises:
        GoldError: a line is not a gold question; names the file and line.
    """
    questions: list[GoldQuestion] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").rstrip("\n").split("\n"), 1):
        try:
            questions.append(GoldQuestion.model_validate_json(line))
        except ValidationError as exc:
            raise GoldError(f"{path.name}, line {number}: {exc}") from exc
    return tuple(questions)


def check(questions: Sequence[GoldQuestion], reports: Mapping[str, Report]) -> list[str]:
    """Faults of the gold set, one a line; none when each span stands in its report and each fact in its evidence."""
    faults = [f"{i}: this id occurs {n} times" for i, n in Counter(q.id for q in questions).items() if n > 1]
    for question in questions:
        faults += [f"{question.id}: {fault}" for fault in _faults(question, reports)]
    return faults


def _faults(question: GoldQuestion, reports: Mapping[str, Report]) -> list[str]:
    faults: list[str] = []
    evidence: list[Passage] = []
    required: Counter[str] = Counter()
    for item in (*question.must, *question.may):
        for span in (item, *item.other):
            found = _passages(span, question, reports)
            evidence += found
            if len(found) != 1:
                where = ", ".join(passage.id for passage in found) or f"no {span.mark or 'passage'} of the report"
                faults.append(f"{span.words!r} stands in {where}")
    for item in question.must:
        required.update(passage.id for passage in _passages(item, question, reports))
    faults += [f"{passage} is required by {n} pieces of evidence" for passage, n in required.items() if n > 1]
    if question.answerable and not (question.must or question.facts):
        faults.append("an answerable question needs evidence or facts")
    if question.type == "unanswerable" and question.trap is None:
        faults.append("an unanswerable question needs its trap")
    known = {
        o.name for report in reports.values() for o in report.organisations if question.report in {None, report.id}
    }
    if strangers := [name for name in question.organisations if name not in known]:
        faults.append(f"no organisation {', '.join(strangers)}; known: {', '.join(sorted(known))}")
    return faults + _fact_faults(question, evidence)


def _passages(span: Span, question: GoldQuestion, reports: Mapping[str, Report]) -> list[Passage]:
    report = reports.get(span.report or question.report or "")
    return [p for p in report.passages if span.stands_in(report.id, p.mark, p.text)] if report else []


def _fact_faults(question: GoldQuestion, evidence: Sequence[Passage]) -> list[str]:
    if question.type == "no_reference":  # "none" is proved by what is absent
        return []
    if question.facts and not question.must:
        number = str(len(question.may))
        return [f"{number} passages are counted, the fact is {f}" for f in question.facts if number not in f]
    text = "\n".join("\n".join((p.text, *p.heading, *p.organisations, *p.addressed_to)) for p in evidence)
    return [f"{list(fact)} does not occur in the evidence" for fact in question.facts if not contains_fact(text, fact)]
