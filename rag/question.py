"""Question: what somebody asks, read into references, names, a wish and a topic before anything is searched."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from index.filters import Filters
from index.report import Kind, Passage, Report
from rag.cues import (
    ADDRESSEE,
    COUNT,
    DOING,
    DUTY,
    EVIDENCE,
    EXCEPT,
    LED_TO,
    NONE,
    OF_A_RECOMMENDATION,
    RELATION,
    TO_WHOM,
    WANTED,
    Wanted,
)
from rag.naming import names_in
from rag.references import Reference, references_in, resolve
from rag.words import topic_words

MAX_CHARACTERS = 2_000


class Intent(StrEnum):
    """What kind of answer is wished; all but RETRIEVE are answered out of metadata, completely."""

    TEXT = "text"
    EVIDENCE = "evidence"
    LED_TO = "led_to"
    ADDRESSEE = "addressee"
    LIST = "list"
    COUNT = "count"
    UNREFERENCED = "unreferenced"
    RETRIEVE = "retrieve"


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was understood.

    Attributes:
        asked: what was typed.
        text: the question standing on its own, follow-ups resolved.
        intent: what kind of answer is wished.
        wanted: the kind of thing asked for, None where the question does not say.
        references: numbers typed (or taken over from the conversation), `passages` what they resolve to.
        missing: references that no loaded report has.
        organisations, sections: named in the question (canonical names, titles).
        excepted: organisations that the question rules out ("… but not to …").
        filters: the request's filters with what the question itself restricts (report, section, kind).
        topic: content words left when references, names and form are taken away.
        counted: a number is asked for ("how many …").
        previous: ids of passages that the conversation was about.
        invalid: why nothing can be asked, None for a real question.
    """

    asked: str
    text: str
    intent: Intent
    filters: Filters
    wanted: Wanted | None = None
    references: tuple[Reference, ...] = ()
    passages: tuple[Passage, ...] = ()
    missing: tuple[Reference, ...] = ()
    organisations: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    counted: bool = False
    previous: tuple[str, ...] = field(default=())
    invalid: str | None = None


def clean(text: str) -> str:
    """The text in NFC with control and invisible format characters made blanks, and blanks collapsed."""
    kept = (
        " " if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn"} else c
        for c in unicodedata.normalize("NFC", text)
    )
    return " ".join("".join(kept).split())


def invalid_reason(text: str) -> str | None:
    """Why a cleaned text is no question, or None."""
    if not text:
        return "The question is empty. Type a question on the reports."
    if len(text) > MAX_CHARACTERS:
        return f"The question is longer than {MAX_CHARACTERS:,} characters. Shorten it."
    if not re.search(r"\w", text):
        return "The question holds no word or number. Type a question on the reports."
    return None


def read_question(asked: str, reports: Sequence[Report], filters: Filters) -> Question:
    """Read one question by itself, without the conversation before it.

    Raises:
        UnknownName: a filter names a report that is not loaded.
    """
    text = clean(asked)
    if reason := invalid_reason(text):
        return Question(asked, text, Intent.RETRIEVE, filters, invalid=reason)
    references, rest = references_in(text)
    kept, ruled_out = _split_exception(rest)
    named = names_in(kept, reports)
    excepted = names_in(ruled_out, reports).organisations if ruled_out else ()
    if ruled_out and not excepted:
        named = names_in(rest, reports)
    if named.reports and not filters.reports:
        filters = replace(filters, reports=named.reports)
    scope = [report for report in reports if not filters.reports or report.id in filters.reports]
    wanted = _wanted(named.rest) or _wanted(rest)
    question = Question(
        asked=asked,
        text=text,
        intent=Intent.RETRIEVE,
        filters=filters,
        wanted=wanted,
        organisations=named.organisations,
        excepted=excepted,
        sections=named.sections,
        topic=tuple(topic_words(named.rest, RELATION)),
        counted=COUNT.search(named.rest) is not None,
    )
    return classify(with_references(question, references, scope), named.rest, rest)


def _split_exception(text: str) -> tuple[str, str]:
    """The question before "but not …" or "except …", and what stands after it."""
    match = EXCEPT.search(text)
    return (text[: match.start()], text[match.end() :]) if match else (text, "")


def with_references(question: Question, references: Sequence[Reference], scope: Sequence[Report]) -> Question:
    """The question about these references: what they resolve to, and which of them no report has."""
    if question.wanted is Wanted.RECOMMENDATION:
        references = [
            replace(r, kind=Kind.RECOMMENDATION) if r.prefix and r.kind is None and "." not in r.first else r
            for r in references
        ]
    resolved = [(reference, resolve(reference, scope)) for reference in references]
    return replace(
        question,
        references=tuple(references),
        passages=tuple(dict.fromkeys(passage for _, passages in resolved for passage in passages)),
        missing=tuple(reference for reference, passages in resolved if not passages),
    )


def _wanted(rest: str) -> Wanted | None:
    """The thing asked for: the first kind word of the question."""
    hits = [(match.start(), wanted) for wanted, pattern in WANTED if (match := pattern.search(rest))]
    return min(hits)[1] if hits else None


def classify(question: Question, rest: str, with_names: str) -> Question:
    """The question with its intent; `rest` is what remains of the text beside references and names."""
    if question.passages or question.missing:
        return replace(question, intent=_intent_of_references(question, rest, with_names))
    if question.organisations and question.wanted is None and DUTY.search(rest) and DOING.search(rest):
        question = replace(question, wanted=Wanted.RECOMMENDATION)
    recommendation, finding = question.wanted is Wanted.RECOMMENDATION, question.wanted is Wanted.FINDING
    mentions_both = all(
        pattern.search(rest) for wanted, pattern in WANTED if wanted in {Wanted.RECOMMENDATION, Wanted.FINDING}
    )
    link_words = re.search(
        r"\b(?:refer\w*|link\w*|evidence|support\w*|lead|led|trace\w*|cite\w*|orphan\w*|unreferenced|unlinked|"
        r"attached)\b",
        rest,
        re.IGNORECASE,
    )
    if not question.topic and (recommendation or finding) and NONE.search(rest) and (mentions_both or link_words):
        return replace(question, intent=Intent.UNREFERENCED)
    if not question.topic and question.wanted is not None:
        return replace(question, intent=Intent.COUNT if question.counted else Intent.LIST)
    if recommendation and question.topic and OF_A_RECOMMENDATION.search(rest):
        return replace(question, intent=Intent.ADDRESSEE if TO_WHOM.search(rest) else Intent.EVIDENCE)
    if not question.topic and question.sections and question.wanted is None:
        return replace(question, intent=Intent.LIST, wanted=Wanted.FINDING)
    return question


def _intent_of_references(question: Question, rest: str, with_names: str) -> Intent:
    kinds = {passage.kind for passage in question.passages}
    asks_recommendation = question.wanted is Wanted.RECOMMENDATION
    asks_finding = question.wanted is Wanted.FINDING
    typed = {reference.kind for reference in question.references}
    if Kind.RECOMMENDATION in kinds and (
        asks_finding or (EVIDENCE.search(rest) and not asks_recommendation and typed != {Kind.FINDING})
    ):
        return Intent.EVIDENCE
    if (
        Kind.FINDING in kinds
        and typed != {Kind.RECOMMENDATION}
        and kinds != {Kind.RECOMMENDATION}
        and not _all_prefix(question)
        and (asks_recommendation or LED_TO.search(rest))
    ):
        return Intent.LED_TO
    if (
        Kind.RECOMMENDATION in kinds
        and (question.wanted is Wanted.ORGANISATION or ADDRESSEE.search(with_names))
        and typed != {Kind.FINDING}
    ):
        return Intent.ADDRESSEE
    if _all_prefix(question):
        if question.topic and question.passages:
            return Intent.RETRIEVE
        return Intent.COUNT if question.counted else Intent.LIST
    return Intent.TEXT


def _all_prefix(question: Question) -> bool:
    return bool(question.references) and all(reference.prefix for reference in question.references)
