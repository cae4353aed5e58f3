"""Answer, AnswerStatus and answer_question: the whole way from a question to a proved answer, on one screen."""

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from index.embed import Embedder
from index.filters import Filters
from index.report import Passage
from index.store import PassageIndex
from rag.abstain import not_a_question, refusal
from rag.draft import Draft, DraftSentence
from rag.extract import extract
from rag.followup import Turn, understand
from rag.lookup import look_up
from rag.question import Intent, Question
from rag.retrieve import retrieve
from rag.verify import Verdict, check
from rag.words import subject

PASSAGES_READ = 10


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
    """What answer_question gives; `public()` is the object that API and CLI print (DESIGN, "An answer")."""

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
            "generation": self.generation,
            "timings_ms": dict(self.timings_ms),
            "warnings": list(self.warnings),
        }


class _Clock:
    """Milliseconds of each stage, in order."""

    def __init__(self) -> None:
        self.timings: dict[str, float] = {"understand": 0.0, "retrieve": 0.0, "answer": 0.0, "verify": 0.0}
        self._last = time.perf_counter()

    def stop(self, stage: str) -> None:
        now = time.perf_counter()
        self.timings[stage] = round(self.timings[stage] + (now - self._last) * 1000, 3)
        self._last = now


def answer_question(
    question: str,
    *,
    index: PassageIndex,
    embedder: Embedder,
    history: Sequence[Turn] = (),
    filters: Filters = Filters(),
    mode: str = "auto",
) -> Answer:
    """The proved answer to one question.

    Args:
        question: as typed; what cannot be a question gets the status INVALID_QUESTION.
        index: the generation that serves.
        embedder: the model that the generation was built with.
        history: earlier turns, oldest first, with "role" and "content".
        filters: restrictions of the request.
        mode: "auto", "extractive" or "llm"; without a language model all three are extractive.
    """
    clock = _Clock()
    understood = understand(question, history, index.reports, filters, embedder.encode)
    clock.stop("understand")
    if understood.invalid:
        return _ending(AnswerStatus.INVALID_QUESTION, understood, understood.invalid, index, clock, mode)
    if refused := not_a_question(understood):
        return _ending(AnswerStatus.OUT_OF_SCOPE, understood, refused.reason, index, clock, mode)
    if (
        understood.intent in {Intent.EVIDENCE, Intent.ADDRESSEE}
        and not understood.references
        and not understood.passages
    ):
        understood = _with_recommendation_found(understood, index, embedder)
        clock.stop("retrieve")

    if understood.intent is not Intent.RETRIEVE:
        draft = look_up(understood, index.reports)
        offered = {passage.id for sentence in draft.sentences for passage in sentence.passages}
        clock.stop("answer")
    else:
        vector = embedder.encode([subject(understood.text)])[0]
        hits = retrieve(
            understood.text,
            vector,
            index=index,
            k=PASSAGES_READ,
            filters=_restricted(understood),
            within=_within(understood),
            prefer=understood.previous,
        )
        clock.stop("retrieve")
        offered = {hit.passage.id for hit in hits}
        if refused := refusal(understood, hits, index):
            status = AnswerStatus.OUT_OF_SCOPE if refused.out_of_scope else AnswerStatus.NOT_IN_REPORT
            nearest = () if refused.out_of_scope else tuple(hit.passage.id for hit in hits[:3])
            return _ending(status, understood, refused.reason, index, clock, mode, nearest)
        draft = extract(understood, hits, vector, index)
        clock.stop("answer")

    checked = [(sentence, check(sentence, index.passage, offered)) for sentence in draft.sentences]
    clock.stop("verify")
    return _composed(understood, draft, checked, index, clock, mode)


def _with_recommendation_found(question: Question, index: PassageIndex, embedder: Embedder) -> Question:
    """For "what led to the recommendation on …": the recommendation nearest to the topic, or plain retrieval where none is near."""
    vector = embedder.encode([subject(question.text)])[0]
    hits = retrieve(question.text, vector, index=index, k=PASSAGES_READ, filters=_restricted(question))
    if refusal(question, hits, index):
        return replace(question, intent=Intent.RETRIEVE)
    return replace(question, passages=(hits[0].passage,))


def _restricted(question: Question) -> Filters:
    """The request's filters, and what the question itself restricts the search to."""
    filters = question.filters
    if question.sections and not filters.sections:
        filters = replace(filters, sections=question.sections)
    if question.wanted and question.wanted.value == "recommendation" and not filters.kinds:
        filters = replace(filters, kinds=("recommendation",))
        if question.organisations and not filters.organisations:
            filters = replace(filters, organisations=question.organisations)
    return filters


def _within(question: Question) -> frozenset[str]:
    return frozenset(passage.id for passage in question.passages)


def _ending(
    status: AnswerStatus,
    question: Question,
    text: str,
    index: PassageIndex,
    clock: _Clock,
    mode: str,
    nearest: tuple[str, ...] = (),
) -> Answer:
    """An answer without sentences: says why, what was searched, and names the nearest passages."""
    if status is AnswerStatus.NOT_IN_REPORT:
        searched = [
            report for report in index.reports if not question.filters.reports or report.id in question.filters.reports
        ]
        passages = sum(len(report.passages) for report in searched)
        text = (
            f"{text} Searched {passages} passages of {', '.join(report.title for report in searched) or 'no report'}."
        )
    return Answer(
        id=uuid.uuid4().hex,
        status=status,
        question=question.asked,
        standalone_question=question.text,
        answer=text,
        sentences=(),
        citations=(),
        consulted=nearest,
        withheld=(),
        related=(),
        completeness=None,
        mode="extractive",
        model=None,
        generation=index.generation,
        timings_ms=clock.timings,
        warnings=_mode_warnings(mode),
    )


def _mode_warnings(mode: str) -> tuple[str, ...]:
    return ("No language model is configured: this answer is made of verbatim sentences.",) if mode == "llm" else ()


def _composed(
    question: Question,
    draft: Draft,
    checked: Sequence[tuple[DraftSentence, Verdict]],
    index: PassageIndex,
    clock: _Clock,
    mode: str,
) -> Answer:
    passed = [(sentence, verdict) for sentence, verdict in checked if verdict.passed]
    withheld = tuple((sentence.text, verdict.reason) for sentence, verdict in checked if not verdict.passed)
    if not passed:
        status = AnswerStatus.UNVERIFIED if withheld else AnswerStatus.NOT_IN_REPORT
        text = "Nothing that was drafted could be proved." if withheld else draft.nothing
        ending = _ending(status, question, text, index, clock, mode, draft.consulted)
        status = AnswerStatus.ANSWERED if draft.proved_absent and not withheld else status
        return replace(ending, status=status, withheld=withheld, completeness=draft.completeness)
    several_reports = len({passage.report for sentence, _ in passed for passage in sentence.passages}) > 1
    related = tuple(passage for passage_id in draft.related if (passage := index.passage(passage_id)))
    return Answer(
        id=uuid.uuid4().hex,
        status=AnswerStatus.PARTLY_ANSWERED if draft.partly or withheld else AnswerStatus.ANSWERED,
        question=question.asked,
        standalone_question=question.text,
        answer=_prose([sentence for sentence, _ in passed], several_reports),
        sentences=tuple(
            AnswerSentence(
                text=sentence.text,
                citations=tuple(passage.id for passage in sentence.passages),
                quote=sentence.text if sentence.quote else "",
                verdict=verdict.verdict,
                decided_by=verdict.decided_by,
            )
            for sentence, verdict in passed
        ),
        citations=_citations([sentence for sentence, _ in passed]),
        consulted=draft.consulted,
        withheld=withheld,
        related=related,
        completeness=draft.completeness,
        mode="extractive",
        model=None,
        generation=index.generation,
        timings_ms=clock.timings,
        warnings=draft.warnings + _mode_warnings(mode),
    )


def _citations(sentences: Sequence[DraftSentence]) -> tuple[Citation, ...]:
    """Passages relied on in order of first use; the quote spans from the first to the last word relied on."""
    spans: dict[str, tuple[Passage, int, int]] = {}
    for sentence in sentences:
        for passage in sentence.passages:
            _, start, end = spans.get(passage.id, (passage, len(passage.text), 0))
            if sentence.quote and passage is sentence.passages[0]:
                start, end = min(start, sentence.quote[0]), max(end, sentence.quote[1])
            spans[passage.id] = (passage, start, end)
    return tuple(
        Citation(passage, start, end) if start < end else Citation(passage, 0, len(passage.text))
        for passage, start, end in spans.values()
    )


def _prose(sentences: Sequence[DraftSentence], several_reports: bool) -> str:
    """The answer as text: every sentence ends with its marks; sentences of one passage share a paragraph."""
    paragraphs: list[str] = []
    previous: DraftSentence | None = None
    for sentence in sentences:
        marks = (
            ""
            if sentence.marks_follow
            else "".join(f" {_mark(passage, several_reports)}" for passage in sentence.passages)
        )
        words = f"{sentence.label}: {sentence.text}{marks}" if sentence.label else f"{sentence.text}{marks}"
        if (
            previous
            and sentence.quote
            and previous.quote
            and not sentence.label
            and previous.passages == sentence.passages
        ):
            paragraphs[-1] += f" {words}"
        else:
            paragraphs.append(words)
        previous = sentence
    return "\n\n".join(paragraphs)


def _mark(passage: Passage, several_reports: bool) -> str:
    return f"[{passage.report} {passage.mark}]" if several_reports else f"[{passage.mark}]"
