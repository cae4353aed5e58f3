"""Answer, Citation, AnswerStatus: what answer_question gives, and its public JSON shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from index.report import Passage


class AnswerStatus(StrEnum):
    """How an answer ended: a closed list, and "no answer" is one of its values."""

    ANSWERED = "answered"
    PARTLY_ANSWERED = "partly_answered"
    NOT_IN_REPORT = "not_in_report"
    UNVERIFIED = "unverified"
    OUT_OF_SCOPE = "out_of_scope"
    INVALID_QUESTION = "invalid_question"


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage that the answer relies on, with the span relied on: `passage.text[quote_start:quote_end]`."""

    passage: Passage
    quote_start: int
    quote_end: int

    @property
    def quote(self) -> str:
        """The verbatim span relied on."""
        return self.passage.text[self.quote_start : self.quote_end]

    def public(self) -> dict[str, object]:
        """The passage's public fields and the quote."""
        return self.passage.public() | {
            "quote": self.quote,
            "quote_start": self.quote_start,
            "quote_end": self.quote_end,
        }


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of the answer, with the ids that prove it and the rung of the verifier that decided."""

    text: str
    citations: tuple[str, ...]
    quote: str
    verdict: str
    decided_by: str

    def public(self) -> dict[str, object]:
        """The sentence as the API shows it."""
        return {
            "text": self.text,
            "citations": list(self.citations),
            "quote": self.quote,
            "verdict": self.verdict,
            "decided_by": self.decided_by,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What answer_question gives; `public()` is the object that API and CLI print (DESIGN, "An answer").

    `mode` is "llm" where a language model worded it, then `model` names it and `prompts` is the hash of what it was told.
    """

    id: str
    status: AnswerStatus
    question: str
    standalone_question: str
    answer: str
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    consulted: tuple[str, ...]
    withheld: tuple[tuple[str, str], ...]
    related: tuple[Passage, ...]
    completeness: str | None
    mode: str
    model: str | None
    generation: str
    timings_ms: Mapping[str, float]
    warnings: tuple[str, ...] = ()
    prompts: str | None = None

    def public(self) -> dict[str, object]:
        """The answer as a JSON object."""
        return {
            "id": self.id,
            "status": self.status.value,
            "question": self.question,
            "standalone_question": self.standalone_question,
            "answer": self.answer,
            "sentences": [sentence.public() for sentence in self.sentences],
            "citations": [citation.public() for citation in self.citations],
            "consulted": list(self.consulted),
            "withheld": [{"text": text, "reason": reason} for text, reason in self.withheld],
            "related": [passage.public() for passage in self.related],
            "completeness": self.completeness,
            "mode": self.mode,
            "model": self.model,
            "prompts": self.prompts,
            "generation": self.generation,
            "timings_ms": dict(self.timings_ms),
            "warnings": list(self.warnings),
        }
