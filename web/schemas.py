"""Bodies and answers of the HTTP API, as pydantic checks them and OpenAPI describes them."""

import unicodedata
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, StrictBool

from index.report import Kind

MAX_QUESTION_CHARACTERS = 2_000
# A complete list of recommendations is long, and comes back as a turn.
MAX_TURN_CHARACTERS = 20_000
MAX_TURNS = 40
MAX_DRAFT_CHARACTERS = 20_000
MAX_NAMES = 50
MAX_NAME_CHARACTERS = 200


def _readable(most: int, if_empty: str) -> Callable[[str], str]:
    """What refuses text with nothing in it to read, or of more than `most` characters.

    It raises ValueError for nothing but white space, control and format characters.
    """

    def readable(written: str) -> str:
        if not any(unicodedata.category(character)[0] not in "CZ" for character in written):
            raise ValueError(f"is empty; {if_empty}")
        if len(written) > most:
            raise ValueError(f"has {len(written)} characters; at most {most} are read")
        return written

    return readable


QuestionText = Annotated[
    str,
    AfterValidator(_readable(MAX_QUESTION_CHARACTERS, "ask something")),
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
        description="extractive: only the report's own sentences. auto and llm: worded by the language model, each "
        "sentence checked, where one is configured and something had to be searched; llm says in `warnings` where it "
        "was not so.",
    )
    stream: StrictBool = Field(
        False,
        description="Answer as text/event-stream: events `stage`, `sentence` (already verified), `withdrawn` (the sentences "
        "so far do not stand), and at the end `answer` (the whole object, which alone counts) or `error`.",
    )


class VerifyBody(BaseModel):
    """A draft whose sentences cite passages, to be checked against the reports."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"text": "Most checks are made [¶1.2]. Every alert is to be recorded [R2.1]."}]
        },
    )

    text: Annotated[
        str,
        AfterValidator(_readable(MAX_DRAFT_CHARACTERS, "send a draft")),
        Field(
            description=f"At most {MAX_DRAFT_CHARACTERS} characters. Each sentence bears its marks in square "
            "brackets: [¶1.2], [R2.1, R2.3], [anywhere-2016 ¶1.2].",
            json_schema_extra={"minLength": 1, "maxLength": MAX_DRAFT_CHARACTERS},
        ),
    ]
    reports: Names = Field(
        [],
        description="Ids of the reports that may be cited, and whose passages a mark without a report means; an empty list means all.",
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
    mode: Literal["extractive", "llm"] = Field(
        description="Who worded it: the reports' own sentences, or a language model."
    )
    model: str | None = Field(description="Name of the language model that worded it, null where none did.")
    prompts: str | None = Field(description="Hash of what that model was told, null where none was.")
    generation: str
    timings_ms: dict[str, float]
    warnings: list[str]


class CheckedSentenceOut(BaseModel):
    """One sentence of a draft: what it cites, the span that comes nearest, the verdict, the rung that decided, and why it failed."""

    text: str
    citations: list[str]
    quote: str
    verdict: Literal["verified", "unsupported", "unresolved", "uncited"]
    decided_by: str
    reason: str


class VerifyOut(BaseModel):
    """A draft after the check; `ok` is whether every sentence is verified."""

    ok: bool
    sentences: list[CheckedSentenceOut]
    generation: str


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


class LanguageModelOut(BaseModel):
    """The language model as it was last met; never its address or its key."""

    model: str
    state: Literal["ready", "resting", "unreachable"]
    detail: str


class Ready(BaseModel):
    """The index is open and answers; degraded where the language model does not, so that answers are made without it."""

    status: Literal["ready", "degraded"] = "ready"
    generation: str
    reports: int
    passages: int
    language_model: LanguageModelOut | None
