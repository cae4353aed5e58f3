"""Follow-ups on numbers: "and 2.3?", "no, the finding", "who is that for?", "and for the CCGs?"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.report import Kind, Passage, Report
from rag.cues import ADDRESSEE, EVIDENCE, Wanted
from rag.leaning import opened, pointer
from rag.list_followup import LIST_RULES
from rag.narrowed_list import Rule, about, named
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
    r"\b(?:where(?!\s+(?:(?:is|are|was|were|do|does|did|has|have)n['’]?t|else)\b)|which (?:section|part|paragraph|passage|page)|"
    r"what (?:section|paragraph|page)|source|reference|cite|citation)\b",
    re.IGNORECASE,
)
_WHO_SAID = re.compile(
    r"\bwho (?:said|says|told)\b|\bwhose (?:words?|views?|opinion)\b|\binspectors?\b.*\bor\b|\bor\b.*\binspectors?\b",
    re.IGNORECASE,
)


_VERBATIM = re.compile(
    r"^(?:(?:please|can you|could you)\s+)*(?:quote|cite)\b|\b(?:exact words|word for word|verbatim|full text|in full)\b",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(r"^(?:is|are|was|were|do|does|did|have|has|had|can|could|will|would|should)\b", re.IGNORECASE)
_RECOMMENDED = re.compile(r"\brec", re.IGNORECASE)
_DUTY = re.compile(
    r"\b(?:what|who|whos|who['’]s|how)\b.{0,40}\b(?:should|(?:meant|supposed|needs?|has|have|ought|going|told|asked) to|must)\b"
    r".{0,30}\b(?:do|done|fix\w*|sort\w*|improve\w*|change\w*|address\w*|put right|deal\w*|tackle\w*|act)\b",
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


def _follows_from(question: Question, findings: Sequence[Passage]) -> Question:
    """Which recommendations the findings refer to; those that refer to none are left out where others do."""
    telling = [finding for finding in findings if finding.recommendations] or findings
    return about(question, telling, Intent.LED_TO, f"{_title(Intent.LED_TO)} {named(telling)}?")


def _to_be_done(
    question: Question, previous: Question, context: Sequence[Passage], scope: Sequence[Report]
) -> Question | None:
    """What is to be done about what was found, or by whom: the recommendations that the cited findings refer to."""
    findings = [passage for passage in context if passage.kind is Kind.FINDING and passage.recommendations]
    duty = _DUTY.search(question.text) is not None and pointer(opened(question.text).body) is not None
    if not duty or not findings or question.passages or question.organisations or len(words(question.text)) > 12:
        return None
    return _follows_from(question, findings)


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
    if not short or not (bare or pointer(question.text) or question.wanted or _WHERE.search(question.text) or who_said):
        return None
    recommendations = [passage for passage in context if passage.kind is Kind.RECOMMENDATION]
    findings = [passage for passage in context if passage.kind is Kind.FINDING]
    if question.wanted is Wanted.RECOMMENDATION and not (
        _YES_OR_NO.search(opened(question.text).body) and not _RECOMMENDED.search(question.text)
    ):
        if findings:
            return _follows_from(question, findings)
        if re.search(r"\bwho\b", question.text, re.IGNORECASE):
            return about(question, context, Intent.ADDRESSEE, f"{_title(Intent.ADDRESSEE)} {named(context)}?")
        if recommendations and EVIDENCE.search(question.text):
            return about(
                question, recommendations, Intent.EVIDENCE, f"{_title(Intent.EVIDENCE)} {named(recommendations)}?"
            )
        return about(question, context, Intent.TEXT, f"What does {named(context)} say?")
    probe = replace(question, references=(Reference(Kind.RECOMMENDATION, "0", "0"),), passages=tuple(recommendations))
    if recommendations and (kind := classify(probe, question.text, question.text).intent) in {
        Intent.EVIDENCE,
        Intent.ADDRESSEE,
    }:
        return about(question, recommendations, kind, f"{_title(kind)} {named(recommendations)}?")
    if _WHERE.search(question.text) or _VERBATIM.search(question.text) or who_said or question.wanted is Wanted.FINDING:
        return about(question, context, Intent.TEXT, f"What does {named(context)} say?")
    return None


def _swapped(
    question: Question, previous: Question, context: Sequence[Passage], scope: Sequence[Report]
) -> Question | None:
    """The last structural question of something else: "and 2.3?", "and for the acute trust?", "and in section 5.2?"."""
    turn = opened(question.text)
    fragment = turn.joined or turn.swapped or len(words(question.text)) <= 4
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


RULES: tuple[Rule, ...] = (_counterpart, _corrected, *LIST_RULES, _to_be_done, _pointed_structure, _swapped)
