"""Bodies and answers of the HTTP API, as pydantic checks them and OpenAPI describes them."""

import unicodedata
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, StrictBool

from index.report import Kind

MAX_QUESTION_CHARACTERS = 2_000
# A complete list of recommendations is long, and comes back as a turn.
MAX_TURN_CHARACTERS = 20_000
MAX_TURNS = 40
MAX_NAMES = 50
MAX_NAME_CHARACTERS = 200


def readable(question: str) -> str:
    """Refuse a question with nothing in it to read.

    Raises:
        ValueError: nothing but white space, control and format characters.
    """
    if not any(unicodedata.category(character)[0] not in "CZ" for character in question):
        raise ValueError("is empty; ask something")
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise ValueError(f"has {len(question)} characters; at most {MAX_QUESTION_CHARACTERS} are read")
    return question


QuestionText = Annotated[
    str,
    AfterValidator(readable),
    Field(
        description=f"The question, at most {MAX_QUESTION_CHARACTERS} characters.",
        examples=["Which recommendations concern health assessments?"],
        json_schema_extra={"minLength": 1, "maxLength": MAX_QUESTION_CHARACTERS},
    ),
]
Names = Annotated[list[Annotated[str, Field(max_length=MAX_NAME_CHARACTERS)]], Field(max_length=MAX_NAMES)]


class Turn(BaseModel):
    """One earlier message of the conversation, oldest first."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["user", "assistant"]
    content: str = Field(max_length=MAX_TURN_CHARACTERS)


class FiltersBody(BaseModel):
    """What the answer may rest on, by the names that /reports and /organisations give; an empty list leaves it open."""

    model_config = ConfigDict(extra="forbid")

    reports: Names = []
    sections: Names = []
    organisations: Names = []
    recommendations: Names = []
    kinds: Names = []


def _either(plural: str, description: str) -> Any:
    """A filter in the query, under the name it has in a body or that name in the singular."""
    return Field(
        [],
        max_length=MAX_NAMES,
        description=f"{description}; may be repeated. `{plural[:-1]}` is taken as well.",
        validation_alias=AliasChoices(plural, plural[:-1]),
    )


class SearchQuery(BaseModel):
    """The query of a search; a parameter that is not known is refused, for a filter that is ignored finds too much."""

    model_config = ConfigDict(extra="forbid")

    q: QuestionText
    k: int = Field(10, ge=1, le=50, description="How many passages at most.")
    reports: Names = _either("reports", "Report id")
    sections: Names = _either("sections", "Section title or number")
    organisations: Names = _either("organisations", "Organisation, by any of its spellings")
    recommendations: Names = _either("recommendations", "Recommendation that passages refer to")
    kinds: Names = _either("kinds", "Kind of passage: " + ", ".join(Kind))


class AskBody(BaseModel):
    """A question, with what was said before it and what the answer may rest on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"question": "How many recommendations are there?"}]},
    )

    question: QuestionText
    history: list[Turn] = Field([], max_length=MAX_TURNS)
    filters: FiltersBody = FiltersBody()
    mode: Literal["auto", "extractive", "llm"] = Field(
        "auto",
        description="auto: a language model where one is configured; extractive: only the report's own sentences.",
    )
    stream: StrictBool = Field(
        False,
        description="Answer as text/event-stream: events `stage`, `sentence` (already verified), `answer`, `error`.",
    )


class PassageOut(BaseModel):
    """A passage: the unit that is retrieved and cited."""

    id: str = Field(examples=["anywhere-2016/¶1.2"])
    mark: str = Field(examples=["¶1.2"])
    kind: str
    voice: str = Field(description="Who says it: inspectors, reported, case_example, background or recommendation.")
    number: str | None
    report: str
    heading: list[str]
    section_number: str | None
    organisations: list[str]
    addressed_to: list[str]
    recommendations: list[str] = Field(description="Ids of the recommendations that it refers to.")
    findings: list[str] = Field(description="Ids of the findings that refer to it.")
    belongs_to: str | None
    text: str
    page: int | None
    url: str = Field(examples=["/r/anywhere-2016/p1.2"])


class CitedOut(PassageOut):
    """A passage that the answer relies on: `text[quote_start:quote_end] == quote`."""

    quote: str
    quote_start: int
    quote_end: int


class SentenceOut(BaseModel):
    """One sentence of the answer and what proves it."""

    text: str
    citations: list[str]
    quote: str
    verdict: str
    decided_by: str


class WithheldOut(BaseModel):
    """A sentence that did not pass the check, and why."""

    text: str
    reason: str


class AnswerOut(BaseModel):
    """An answer. `citations` is what it relies on, in order of first use; no answer is a status, not an error."""

    id: str
    status: Literal["answered", "partly_answered", "not_in_report", "unverified", "out_of_scope", "invalid_question"]
    question: str
    standalone_question: str
    answer: str
    sentences: list[SentenceOut]
    citations: list[CitedOut]
    consulted: list[str]
    withheld: list[WithheldOut]
    related: list[PassageOut]
    completeness: str | None
    mode: str
    model: str | None
    generation: str
    timings_ms: dict[str, float]
    warnings: list[str]


class HitOut(PassageOut):
    """A passage that a search found; the score is the chance, in [0, 1], that it is evidence for the question."""

    rank: int = Field(ge=1)
    score: float
    found_by: list[str]


class SearchOut(BaseModel):
    """The passages found, best first."""

    passages: list[HitOut]
    generation: str


class OrganisationOut(BaseModel):
    """One organisation, however a report spells it."""

    name: str
    aliases: list[str]
    role: str


class ReportLine(BaseModel):
    """One loaded report."""

    id: str
    title: str
    area: str | None
    published: str | None = Field(examples=["2016-03-01"])
    notice: str = Field(description="The source and copyright line that goes with its text.")
    counts: dict[str, int] = Field(description="Passages of each kind.")
    url: str


class ReportsOut(BaseModel):
    """The loaded reports."""

    reports: list[ReportLine]
    generation: str


class SectionOut(BaseModel):
    """One heading of a report."""

    title: str
    path: list[str]
    number: str | None


class WarningOut(BaseModel):
    """What the parser could not understand."""

    line: int = Field(description="Line of the source file, from 1.")
    message: str


class ReportOut(ReportLine):
    """One loaded report with its structure."""

    front_matter: list[tuple[str, str]]
    sections: list[SectionOut]
    organisations: list[OrganisationOut]
    remarks: list[str]
    warnings: list[WarningOut]
    marks: list[str]


class RecommendationsOut(BaseModel):
    """A report's recommendations, all of them or those addressed to one organisation."""

    report: str
    organisation: str | None
    recommendations: list[PassageOut]
    completeness: str = Field(examples=["8 of 21 recommendations"])


class OrganisationsOut(BaseModel):
    """Every organisation of every loaded report."""

    organisations: list[dict[str, Any]] = Field(
        examples=[
            [{"name": "Anywhere CCG", "aliases": ["the CCG"], "role": "commissioner", "reports": ["anywhere-2016"]}]
        ]
    )


class Health(BaseModel):
    """The process is alive."""

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """The index is open and answers."""

    status: Literal["ready"] = "ready"
    generation: str
    reports: int
    passages: int
