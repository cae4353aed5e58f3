"""Checked sentences -> Answer: text with marks, citations with their quotes, and endings without an answer."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from index.report import Passage
from index.store import PassageIndex
from rag.draft import Basis, Draft, DraftSentence, linked_recommendations
from rag.question import Question
from rag.record import Answer, AnswerSentence, AnswerStatus, Citation
from rag.search_lane import Found
from rag.verify import Verdict
from rag.write import Written


@dataclass(frozen=True, slots=True)
class Author:
    """Who worded an answer: "extractive" or "llm", the model and the hash of its prompts, and what a reader must know of it."""

    mode: str = "extractive"
    model: str | None = None
    prompts: str | None = None
    warnings: tuple[str, ...] = ()


def ending(
    status: AnswerStatus,
    question: Question,
    text: str,
    index: PassageIndex,
    timings_ms: Mapping[str, float],
    author: Author,
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
        mode=author.mode,
        model=author.model,
        generation=index.generation,
        timings_ms=timings_ms,
        warnings=author.warnings,
        prompts=author.prompts,
    )


def composed(
    question: Question,
    draft: Draft,
    checked: Sequence[tuple[DraftSentence, Verdict]],
    index: PassageIndex,
    timings_ms: Mapping[str, float],
    author: Author,
    refused: Sequence[tuple[str, str]] = (),
) -> Answer:
    """The answer made of the sentences that passed the ladder; the others are withheld, each with its reason.

    `refused` are sentences of an earlier draft that failed, with the reason: they are withheld as well, and make no answer partial.
    """
    passed = [(sentence, verdict) for sentence, verdict in checked if verdict.passed]
    failed = tuple((sentence.text, verdict.reason) for sentence, verdict in checked if not verdict.passed)
    withheld = (*refused, *failed)
    if not passed:
        status = AnswerStatus.UNVERIFIED if failed else AnswerStatus.NOT_IN_REPORT
        text = "Nothing that was drafted could be proved." if failed else draft.nothing
        without = ending(status, question, text, index, timings_ms, author, draft.consulted)
        status = AnswerStatus.ANSWERED if draft.proved_absent and not failed else status
        return replace(without, status=status, withheld=withheld, completeness=draft.completeness)
    several_reports = len({passage.report for sentence, _ in passed for passage in sentence.passages}) > 1
    related = tuple(passage for passage_id in draft.related if (passage := index.passage(passage_id)))
    return Answer(
        id=uuid.uuid4().hex,
        status=AnswerStatus.PARTLY_ANSWERED if draft.partly or failed else AnswerStatus.ANSWERED,
        question=question.asked,
        standalone_question=question.text,
        answer=_prose([sentence for sentence, _ in passed], several_reports),
        sentences=tuple(
            AnswerSentence(
                text=sentence.text,
                citations=tuple(passage.id for passage in sentence.passages),
                quote=sentence.quoted,
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
        mode=author.mode,
        model=author.model,
        generation=index.generation,
        timings_ms=timings_ms,
        warnings=draft.warnings + author.warnings,
        prompts=author.prompts,
    )


def written_answer(
    question: Question,
    found: Found,
    written: Written,
    index: PassageIndex,
    timings_ms: Mapping[str, float],
    author: Author,
) -> Answer:
    """The answer that a language model wrote; where it says that the passages do not answer, and nothing else, NOT_IN_REPORT."""
    ids = tuple(passage.id for passage in found.read)
    if not written.passed:
        reason = "The language model found no answer in the passages that it read."
        return ending(AnswerStatus.NOT_IN_REPORT, question, reason, index, timings_ms, author, ids[:3])
    passages = [passage for sentence, _ in written.passed for passage in sentence.passages]
    cited = {passage.id for passage in passages}
    draft = Draft(
        tuple(sentence for sentence, _ in written.passed),
        consulted=tuple(name for name in ids if name not in cited),
        related=linked_recommendations(passages),
        partly=found.draft.partly or written.says_nothing or bool(written.withheld),
        warnings=found.draft.warnings,
    )
    return composed(question, draft, written.passed, index, timings_ms, author, written.withheld)


def _citations(sentences: Sequence[DraftSentence]) -> tuple[Citation, ...]:
    """Passages relied on in order of first use; the quote spans from the first to the last word relied on."""
    spans: dict[str, tuple[Passage, int, int]] = {}
    for sentence in sentences:
        relied_on = sentence.spans or ((sentence.quote,) if sentence.quote else ())
        for passage, span in zip_longest(sentence.passages, relied_on):
            _, start, end = spans.get(passage.id, (passage, len(passage.text), 0))
            if span:
                start, end = min(start, span[0]), max(end, span[1])
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
        if previous and _go_on(previous, sentence):
            paragraphs[-1] += f" {words}"
        else:
            paragraphs.append(words)
        previous = sentence
    return "\n\n".join(paragraphs)


def _go_on(previous: DraftSentence, sentence: DraftSentence) -> bool:
    """Whether a sentence stands in one paragraph with the one before it: both worded by one author, or verbatim out of one passage."""
    if sentence.basis is Basis.WRITTEN:
        return previous.basis is Basis.WRITTEN
    same = previous.passages == sentence.passages
    return same and not sentence.label and sentence.quote is not None and previous.quote is not None


def _mark(passage: Passage, several_reports: bool) -> str:
    return f"[{passage.report} {passage.mark}]" if several_reports else f"[{passage.mark}]"
