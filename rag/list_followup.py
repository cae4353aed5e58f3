"""Follow-ups on lists: "the second one", "how many is that?", "which ones?", "just those about training", "and findings?"."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from index.report import Passage, Report
from rag.question import Intent, Question, with_references
from rag.references import neighbours
from rag.words import words

Rule = Callable[[Question, Question, Sequence[Passage], Sequence[Report]], Question | None]

CONNECTOR = re.compile(
    r"^(?:and|what about|how about|or|but|also|same (?:question )?for|and what about|ok(?:ay)?,? and|then|thanks|thank you|cheers"
    r"|great|right)\b[\s,:–-]*(?:and\b\s*)?",
    re.IGNORECASE,
)
# "there" and "that" point only where they are no mere grammar ("is there …", "evidence that …").
POINTING = re.compile(
    r"\b(?:this|it|its|those|these|they|them|their|same|both|above|former|latter)\b|\bones?\b(?=\s*(?:$|[?.,]))|"
    r"\b(?:is|was|does|did|do|are|about|to|of|for|on|after|before|with|from|why|how|in)\s+that\b|"
    r"\bthat\b(?=\s*(?:$|[?.,]|\w+ recommendation|recommendation|finding))|"
    r"(?<!is )(?<!are )(?<!was )(?<!were )\bthere\b(?=\s*(?:$|[?.,]))",
    re.IGNORECASE,
)
_AFTER = re.compile(r"\b(?:next|(?:one|paragraph|finding|recommendation)s? after)\b", re.IGNORECASE)
_BEFORE = re.compile(r"\b(?:previous|preceding|(?:one|paragraph|finding|recommendation)s? before)\b", re.IGNORECASE)
_WHICH_ONES = re.compile(
    r"^(?:and\s+|so\s+|ok\s+|please\s+|can you\s+|could you\s+)*(?:which(?:\s+ones?)?(?:\s+are\s+(?:they|those|these))?|"
    r"what are (?:they|those|these)|(?:list|show|name|give)(?:\s+me)?\s+(?:them|those|these)(?:\s+all)?)(?:\s+please)?[\s?.!]*$",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(
    r"^(?:and\s+|so\s+)*(?:how many(?:\s+(?:is|are|were)\s+(?:that|those|these|they|there))?|how many of (?:them|those|these)|"
    r"count(?:\s+them)?|number)(?:\s+in total|\s+altogether)?[\s?.!]*$",
    re.IGNORECASE,
)
_AMONG = re.compile(
    r"\b(?:just|only|which of|any of|of (?:them|those|these)|(?:those|the|these) (?:ones?|which|that|about|on)|those)\b",
    re.IGNORECASE,
)
_ENUMERATING = frozenset({Intent.LIST, Intent.COUNT, Intent.UNREFERENCED, Intent.EVIDENCE, Intent.LED_TO})


def about(question: Question, passages: Sequence[Passage], intent: Intent, text: str) -> Question:
    """The question asked of these passages, in words that stand on their own."""
    return replace(
        question,
        text=text,
        intent=intent,
        passages=tuple(passages),
        missing=(),
        topic=(),
        previous=tuple(p.id for p in passages),
    )


def named(passages: Sequence[Passage]) -> str:
    """Passages by kind and number, six at most."""
    names = [
        f"{passage.kind.value.replace('_', ' ')} {passage.number}" if passage.number else passage.mark
        for passage in passages
    ]
    return ", ".join(names[:6]) + (", …" if len(names) > 6 else "")


def _picked(
    question: Question, previous: Question, context: Sequence[Passage], scope: Sequence[Report]
) -> Question | None:
    """One of those shown ("the second one"), or the next or previous in the report."""
    if question.references or question.organisations or question.sections or question.topic or not context:
        return None
    if place := question.conditions.place:
        if question.wanted and question.wanted.value != context[0].kind.value:
            return None
        picked = place.pick(context)
        return about(question, picked, Intent.TEXT, f"What does {named(picked)} say?") if picked else None
    after, before = _AFTER.search(question.text), _BEFORE.search(question.text)
    if not (after or before) or previous.intent is Intent.RETRIEVE:
        return None
    own = [passage for passage in context if question.wanted is None or passage.kind.value == question.wanted.value]
    beside = neighbours((own[-1:] if after else own[:1]), scope, 1 if after else -1) if own else ()
    return about(question, beside, Intent.TEXT, f"What does {named(beside)} say?") if beside else None


def _again(
    question: Question, previous: Question, context: Sequence[Passage], scope: Sequence[Report]
) -> Question | None:
    """The last list counted ("how many is that?"), or the last count listed ("which ones?")."""
    if previous.intent not in {Intent.LIST, Intent.COUNT}:
        return None
    for pattern, intent, start in ((_WHICH_ONES, Intent.LIST, "List"), (_HOW_MANY, Intent.COUNT, "How many")):
        if pattern.search(question.text):
            text = f"{start}: {previous.text.rstrip('?')}?"
            return replace(previous, asked=question.asked, intent=intent, counted=intent is Intent.COUNT, text=text)
    return None


def _among(
    question: Question, previous: Question, context: Sequence[Passage], scope: Sequence[Report]
) -> Question | None:
    """Of the passages shown last those on a subject: "just the ones about training"; or without those of somebody."""
    if question.excepted and not question.topic and not question.references and previous.intent in _ENUMERATING:
        text = f"{previous.text.rstrip('?')}, but not {', '.join(question.excepted)}?"
        organisations = tuple(name for name in previous.organisations if name not in question.excepted)
        return replace(
            previous, asked=question.asked, excepted=question.excepted, organisations=organisations, text=text
        )
    if not question.topic or question.references or len(context) < 2 or previous.intent not in _ENUMERATING:
        return None
    if not _AMONG.search(question.text) or len(words(question.text)) > 12:
        return None
    kinds = tuple(dict.fromkeys(passage.kind.value for passage in context))
    return replace(
        question,
        intent=Intent.RETRIEVE,
        wanted=previous.wanted,
        passages=tuple(context),
        filters=replace(question.filters, kinds=question.filters.kinds or kinds),
        text=f"{previous.wanted.value.replace('_', ' ') if previous.wanted else 'passage'}s about {' '.join(question.topic)}?",
    )


def _of_report(
    question: Question, previous: Question, context: Sequence[Passage], scope: Sequence[Report]
) -> Question | None:
    """The last structural question of another report: "and in <area>?"."""
    if question.filters.reports == previous.filters.reports or not question.filters.reports:
        return None
    if question.topic or question.references or question.organisations or question.sections or question.wanted:
        return None
    if previous.intent is Intent.RETRIEVE:
        return None
    moved = replace(previous, asked=question.asked, filters=question.filters)
    if previous.references:
        moved = with_references(moved, previous.references, scope)
    return replace(moved, text=f"{previous.text.rstrip('?')} (in {', '.join(question.filters.reports)})?")


def _other_kind(
    question: Question, previous: Question, context: Sequence[Passage], scope: Sequence[Report]
) -> Question | None:
    """The last list or count of another kind of thing: "and findings?"."""
    if previous.intent not in {Intent.LIST, Intent.COUNT} or question.wanted in {None, previous.wanted}:
        return None
    if question.topic or question.references or question.organisations or question.sections:
        return None
    if not CONNECTOR.search(question.text) or POINTING.search(question.text):
        return None
    text = f"{question.text.rstrip('?')} (as before: {previous.text.rstrip('?')})?"
    return replace(previous, asked=question.asked, wanted=question.wanted, text=text)


LIST_RULES: tuple[Rule, ...] = (_picked, _again, _among, _of_report, _other_kind)
