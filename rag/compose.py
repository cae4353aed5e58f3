"""Checked sentences -> Answer: text with marks, citations with their quotes, and endings without an answer."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.report import Passage
from index.store import PassageIndex
from rag.draft import Draft, DraftSentence
from rag.question import Question
from rag.record import Answer, AnswerSentence, AnswerStatus, Citation
from rag.verify import Verdict


def ending(
    status: AnswerStatus,
    question: Question,
    text: str,
    index: PassageIndex,
    timings_ms: Mapping[str, float],
    mode: str,
    nearest: tuple[str, ...] = (),
) -> Answer:
    """An answer without sentences: says why, what was searched, and names the nearest passages."""
    if status is AnswerStatus.NOT_IN_REPORT:
        searched = question.filters.scope(index.reports)
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
        timings_ms=timings_ms,
        warnings=_mode_warnings(mode),
    )


def _mode_warnings(mode: str) -> tuple[str, ...]:
    return ("No language model is configured: this answer is made of verbatim sentences.",) if mode == "llm" else ()


def composed(
    question: Question,
    draft: Draft,
    checked: Sequence[tuple[DraftSentence, Verdict]],
    index: PassageIndex,
    timings_ms: Mapping[str, float],
    mode: str,
) -> Answer:
    """The answer made of the sentences that passed the ladder; the others are withheld, each with its reason."""
    passed = [(sentence, verdict) for sentence, verdict in checked if verdict.passed]
    withheld = tuple((sentence.text, verdict.reason) for sentence, verdict in checked if not verdict.passed)
    if not passed:
        status = AnswerStatus.UNVERIFIED if withheld else AnswerStatus.NOT_IN_REPORT
        text = "Nothing that was drafted could be proved." if withheld else draft.nothing
        without = ending(status, question, text, index, timings_ms, mode, draft.consulted)
        status = AnswerStatus.ANSWERED if draft.proved_absent and not withheld else status
        return replace(without, status=status, withheld=withheld, completeness=draft.completeness)
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
        timings_ms=timings_ms,
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
