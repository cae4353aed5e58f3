"""What kind of answer a question wishes for: a lookup, a trace, an addressee, a list, a count, or a search."""

from collections.abc import Sequence
from dataclasses import replace

from index.report import Kind, Report
from rag.asked import Intent, Question
from rag.conditions import Per
from rag.cues import (
    ADDRESSEE,
    AND_ALSO,
    ANYTHING_FOR,
    DOING,
    DUTY,
    EVIDENCE,
    FROM_SECTION,
    LED_TO,
    LINK,
    NONE,
    OF_A_RECOMMENDATION,
    OWES,
    SAYING,
    TO_WHOM,
    WANTED,
    Wanted,
)
from rag.references import Reference, resolve

_RECOMMENDATION = next(pattern for wanted, pattern in WANTED if wanted is Wanted.RECOMMENDATION)
_FINDING = next(pattern for wanted, pattern in WANTED if wanted is Wanted.FINDING)


def is_duty(rest: str) -> bool:
    """Whether a question asks what somebody has to do."""
    return OWES.search(rest) is not None or (DUTY.search(rest) is not None and DOING.search(rest) is not None)


def with_references(question: Question, references: Sequence[Reference], scope: Sequence[Report]) -> Question:
    """The question about these references: what they resolve to, and which of them no report has."""
    if question.wanted is Wanted.RECOMMENDATION and not FROM_SECTION.search(question.text):
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


def classify(question: Question, rest: str, with_names: str) -> Question:
    """The question with its intent; `rest` is what remains of the text beside references and names."""
    if (question.passages or question.missing) and not (_all_prefix(question) and NONE.search(rest)):
        return _of_references(question, rest, with_names)
    if question.strangers:
        return replace(question, intent=Intent.LIST)
    duty = is_duty(rest)
    if question.organisations and question.wanted is None and (duty or ANYTHING_FOR.search(rest)):
        question = replace(question, wanted=Wanted.RECOMMENDATION)
    if duty and question.wanted is None and question.conditions.extreme and question.conditions.per is Per.ORGANISATION:
        question = replace(question, wanted=Wanted.RECOMMENDATION)
    if not question.topic and (
        (question.wanted is Wanted.ORGANISATION and (duty or _RECOMMENDATION.search(rest)) and not question.counted)
        or (question.wanted is Wanted.RECOMMENDATION and TO_WHOM.search(rest))
    ):
        tallied = replace(question.conditions, per=Per.ORGANISATION)
        return replace(question, intent=Intent.COUNT, wanted=Wanted.RECOMMENDATION, conditions=tallied)
    recommendation, finding = question.wanted is Wanted.RECOMMENDATION, question.wanted is Wanted.FINDING
    mentions_both = _RECOMMENDATION.search(rest) and _FINDING.search(rest)
    if (
        not question.topic
        and (recommendation or finding)
        and NONE.search(rest)
        and (mentions_both or LINK.search(rest))
    ):
        return replace(question, intent=Intent.UNREFERENCED)
    if not question.topic and question.wanted is not None:
        is_count = question.counted or question.conditions.extreme != 0
        return replace(question, intent=Intent.COUNT if is_count else Intent.LIST)
    if recommendation and question.topic and OF_A_RECOMMENDATION.search(rest):
        return replace(question, intent=Intent.ADDRESSEE if TO_WHOM.search(rest) else Intent.EVIDENCE)
    if not question.topic and question.sections and question.wanted is None:
        return replace(question, intent=Intent.LIST, wanted=Wanted.FINDING)
    return _to_search(question)


def _to_search(question: Question) -> Question:
    """A question for retrieval, which looks only among passages of the kind that the question names."""
    if question.wanted is Wanted.RECOMMENDATION:
        return replace(question, sections=())  # recommendations stand in no section of findings
    if question.wanted in {Wanted.QUOTE, Wanted.CASE_EXAMPLE} and not question.filters.kinds:
        return replace(question, filters=replace(question.filters, kinds=(question.wanted.value,)))
    return question


def _of_references(question: Question, rest: str, with_names: str) -> Question:
    """The question about the passages it refers to; a second thing asked of them ("… and which findings led to it?") is kept."""
    kinds = {passage.kind for passage in question.passages}
    typed = {reference.kind for reference in question.references}
    asks_recommendation = question.wanted is Wanted.RECOMMENDATION
    asks_finding = question.wanted is Wanted.FINDING
    of_recommendation = Kind.RECOMMENDATION in kinds and typed != {Kind.FINDING}
    evidence = of_recommendation and (asks_finding or (EVIDENCE.search(rest) is not None and not asks_recommendation))
    addressee = of_recommendation and (
        question.wanted is Wanted.ORGANISATION
        or ADDRESSEE.search(with_names) is not None
        or (bool(question.organisations) and not _all_prefix(question))
    )
    led_to = (
        Kind.FINDING in kinds
        and typed != {Kind.RECOMMENDATION}
        and not _all_prefix(question)
        and (asks_recommendation or LED_TO.search(rest) is not None)
    )
    also = AND_ALSO.search(rest) is not None
    if evidence and also and (addressee or SAYING.search(rest)):
        first = Intent.ADDRESSEE if addressee else Intent.TEXT
        return replace(question, intent=first, also=Intent.EVIDENCE)
    if evidence:
        return replace(question, intent=Intent.EVIDENCE)
    if led_to and also and SAYING.search(rest):
        return replace(question, intent=Intent.TEXT, also=Intent.LED_TO)
    if led_to or addressee:
        return replace(question, intent=Intent.LED_TO if led_to else Intent.ADDRESSEE)
    if not _all_prefix(question):
        return replace(question, intent=Intent.TEXT)
    if question.topic and question.passages:
        return replace(question, intent=Intent.RETRIEVE)
    if question.wanted is None and typed == {Kind.RECOMMENDATION}:
        question = replace(question, wanted=Wanted.RECOMMENDATION)
    return replace(question, intent=Intent.COUNT if question.counted else Intent.LIST)


def _all_prefix(question: Question) -> bool:
    return bool(question.references) and all(reference.prefix for reference in question.references)
