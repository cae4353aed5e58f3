"""Follow-ups on numbers: "and 2.3?", "no, the finding", "who is that for?", "and for the CCGs?"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.report import Kind, Passage, Report
from rag.cues import ADDRESSEE, EVIDENCE, Wanted
from rag.list_followup import CONNECTOR, LIST_RULES, POINTING, Rule, about, named
from rag.question import Intent, Question, classify, with_references
from rag.references import Reference, references_in
from rag.words import words

_OTHER_ONE = re.compile(r"\bthe other(?: one)?\b", re.IGNORECASE)
_CORRECTION = re.compile(
    r"^(?:no|nope|sorry|not that|wrong)\b[\s,.!-]*|\b(?:i|we) (?:meant|mean|was asking about|asked about)\b|"
    r"^(?:not )?the other one\b",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"\b(?:where|which (?:section|part|paragraph|passage)|what (?:section|paragraph)|source|reference|cite|"
    r"citation)\b",
    re.IGNORECASE,
)
_WHO_SAID = re.compile(
    r"\bwho (?:said|says|told)\b|\bwhose (?:words?|views?|opinion)\b|\binspectors?\b.*\bor\b|\bor\b.*\binspectors?\b",
    re.IGNORECASE,
)


def _corrected(
    question: Question, previous: Question, context: Sequence[Passage], scope: Sequence[Report]
) -> Question | None:
    """A correction: "no, I meant the recommendation" takes the last number as the other kind.

    "I meant 2.7" asks the last question of 2.7.
    """
    if not _CORRECTION.search(question.text) or question.topic:
        return None
    if question.passages and question.intent is Intent.TEXT:
        if previous.intent not in {Intent.RETRIEVE, Intent.LIST, Intent.COUNT, Intent.UNREFERENCED}:
            return about(
                question, question.passages, previous.intent, f"{_title(previous.intent)} {named(question.passages)}?"
            )
        return replace(question, text=f"What does {named(question.passages)} say?")
    if question.passages or question.wanted not in {Wanted.RECOMMENDATION, Wanted.FINDING}:
        return None
    kind = Kind(question.wanted.value)
    numbers = [reference.first for reference in previous.references] or [
        passage.number for passage in context if passage.number
    ]
    meant = [p for report in scope for p in report.of_kind(kind) if p.number in numbers]
    return about(question, meant, Intent.TEXT, f"What does {named(meant)} say?") if meant else None


def _title(intent: Intent) -> str:
    return {
        Intent.EVIDENCE: "Which findings led to",
        Intent.LED_TO: "Which recommendation follows from",
        Intent.ADDRESSEE: "Who is addressed by",
    }.get(intent, "What is said in")


def _pointed_structure(
    question: Question, previous: Question, context: Sequence[Passage], scope: Sequence[Report]
) -> Question | None:
    """Asked of what was cited: "which recommendation is that?", "what evidence is that based on?", "who is it for?"."""
    who_said = _WHO_SAID.search(question.text) is not None
    if (
        question.passages
        or (question.topic and not who_said)
        or not context
        or question.organisations
        or question.sections
    ):
        return None
    short = len(words(question.text)) <= 12
    bare = previous.intent is not Intent.RETRIEVE and (
        EVIDENCE.search(question.text) is not None or ADDRESSEE.search(question.text) is not None
    )
    if not short or not (
        bare or POINTING.search(question.text) or question.wanted or _WHERE.search(question.text) or who_said
    ):
        return None
    recommendations = [passage for passage in context if passage.kind is Kind.RECOMMENDATION]
    findings = [passage for passage in context if passage.kind is Kind.FINDING]
    if question.wanted is Wanted.RECOMMENDATION:
        if findings:
            return about(question, findings, Intent.LED_TO, f"{_title(Intent.LED_TO)} {named(findings)}?")
        intent = Intent.ADDRESSEE if re.search(r"\bwho\b", question.text, re.IGNORECASE) else Intent.TEXT
        return about(question, context, intent, f"What does {named(context)} say?")
    probe = replace(question, references=(Reference(Kind.RECOMMENDATION, "0", "0"),), passages=tuple(recommendations))
    if recommendations and (kind := classify(probe, question.text, question.text).intent) in {
        Intent.EVIDENCE,
        Intent.ADDRESSEE,
    }:
        return about(question, recommendations, kind, f"{_title(kind)} {named(recommendations)}?")
    if _WHERE.search(question.text) or who_said or question.wanted is Wanted.FINDING:
        return about(question, context, Intent.TEXT, f"What does {named(context)} say?")
    return None


def _swapped(
    question: Question, previous: Question, context: Sequence[Passage], scope: Sequence[Report]
) -> Question | None:
    """The last structural question of something else: "and 2.3?", "and for the acute trust?", "and in section 5.2?"."""
    fragment = CONNECTOR.search(question.text) is not None or len(words(question.text)) <= 4
    if previous.intent is Intent.RETRIEVE or question.topic or not fragment:
        return None
    if question.references:
        kind = next((passage.kind for passage in previous.passages), None)
        references = [replace(r, kind=r.kind or _kind_asked(previous, kind)) for r in references_in(question.text)[0]]
        moved = with_references(replace(question, wanted=question.wanted or previous.wanted), references, scope)
        if moved.passages:
            title = _title(previous.intent)
            return replace(moved, intent=previous.intent, text=f"{title} {named(moved.passages)}?")
        return None
    if question.organisations or question.sections:
        organisations = question.organisations or (previous.organisations if question.sections else ())
        moved = replace(
            previous,
            asked=question.asked,
            organisations=organisations,
            sections=question.sections or previous.sections,
            filters=question.filters,
        )
        noun = (previous.wanted.value.replace("_", " ") if previous.wanted else "finding") + "s"
        start = "How many" if previous.intent is Intent.COUNT else "Which"
        whom = f" for {', '.join(organisations)}" if organisations else ""
        where = f" in {', '.join(question.sections)}" if question.sections else ""
        return replace(moved, text=f"{start} {noun} are there{whom}{where}?")
    return None


def _kind_asked(previous: Question, kind: Kind | None) -> Kind | None:
    if previous.intent in {Intent.EVIDENCE, Intent.ADDRESSEE}:
        return Kind.RECOMMENDATION
    return Kind.FINDING if previous.intent is Intent.LED_TO else kind


def _counterpart(
    question: Question, previous: Question, context: Sequence[Passage], scope: Sequence[Report]
) -> Question | None:
    """What bears the same number: "no, the other one" after finding 2.4 is recommendation 2.4."""
    kinds = {passage.kind for passage in context}
    if not _OTHER_ONE.search(question.text) or question.topic or len(kinds) != 1 or previous.intent is not Intent.TEXT:
        return None
    other = Kind.RECOMMENDATION if kinds == {Kind.FINDING} else Kind.FINDING
    numbers = {(passage.report, passage.number) for passage in context if passage.number}
    meant = [p for report in scope for p in report.of_kind(other) if (p.report, p.number) in numbers]
    return about(question, meant, Intent.TEXT, f"What does {named(meant)} say?") if meant else None


RULES: tuple[Rule, ...] = (_counterpart, _corrected, *LIST_RULES, _pointed_structure, _swapped)
