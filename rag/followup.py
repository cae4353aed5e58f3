"""Follow-ups: a question that leans on the conversation becomes one that stands on its own."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from index.filters import Filters
from index.report import Kind, Passage, Report
from rag.cues import Wanted
from rag.question import Intent, Question, classify, read_question, with_references
from rag.references import Reference, references_in
from rag.words import topic_words, words

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
Turn = Mapping[str, str]

_CONNECTOR = re.compile(
    r"^(?:and|what about|how about|or|but|also|same (?:question )?for|and what about|ok(?:ay)?,? and|then)\b[\s,:]*",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"^(?:no|nope|sorry|not that|wrong)\b[\s,.!-]*|\b(?:i|we) (?:meant|mean|was asking about|asked about)\b|"
    r"^(?:not )?the other one\b",
    re.IGNORECASE,
)
# "there" and "that" point only where they are no mere grammar ("is there …", "evidence that …").
_POINTING = re.compile(
    r"\b(?:this|it|its|those|these|they|them|their|same|both|above|former|latter)\b|\bones?\b(?=\s*(?:$|[?.,]))|"
    r"\b(?:is|was|does|did|do|are|about|to|of|for|on|after|before|with|from|why|how|in)\s+that\b|"
    r"\bthat\b(?=\s*(?:$|[?.,]|\w+ recommendation|recommendation|finding))|"
    r"(?<!is )(?<!are )(?<!was )(?<!were )\bthere\b(?=\s*(?:$|[?.,]))",
    re.IGNORECASE,
)
_MARK = re.compile(r"\[(?:(?P<report>[\w-]+)\s+)?(?P<mark>(?:¶|R|§)[\w.-]+)\]")
_WHERE = re.compile(
    r"\b(?:where|which (?:section|part|paragraph|passage)|what (?:section|paragraph)|source|reference|cite|"
    r"citation)\b",
    re.IGNORECASE,
)
_WHO_SAID = re.compile(
    r"\bwho (?:said|says|told)\b|\bwhose (?:words?|views?|opinion)\b|\binspectors?\b.*\bor\b|\bor\b.*\binspectors?\b",
    re.IGNORECASE,
)
_MAX_TURNS = 40


def understand(
    asked: str, history: Sequence[Turn], reports: Sequence[Report], filters: Filters, encode: Encode
) -> Question:
    """The question, read with the conversation before it.

    Args:
        asked: what was typed last.
        history: turns with "role" ("user" or "assistant") and "content", oldest first; marks in the assistant's words say
            what it cited.
        reports: the loaded reports.
        filters: restrictions of the request.
        encode: gives (n, d) unit rows; used only where a word of the last question is to be replaced.
    """
    turns = list(history)[-_MAX_TURNS:]
    previous: Question | None = None
    cited: tuple[Passage, ...] = ()
    replied = False
    for turn in turns:
        content = str(turn.get("content", ""))
        if turn.get("role") == "user":
            previous = _read(content, previous, cited, replied, reports, filters, encode)
            cited, replied = (), False
        else:
            cited, replied = _cited_in(content, reports) or cited, True
    return _read(asked, previous, cited, replied, reports, filters, encode)


def _cited_in(content: str, reports: Sequence[Report]) -> tuple[Passage, ...]:
    found: list[Passage] = []
    for match in _MARK.finditer(content):
        for report in reports:
            if match["report"] in (None, report.id) and (passage := report.passage(match["mark"])):
                found.append(passage)
    return tuple(dict.fromkeys(found))


def _read(
    asked: str,
    previous: Question | None,
    cited: tuple[Passage, ...],
    replied: bool,
    reports: Sequence[Report],
    filters: Filters,
    encode: Encode,
) -> Question:
    question = read_question(asked, reports, filters)
    if previous is None or previous.invalid or question.invalid:
        return question
    scope = [report for report in reports if not question.filters.reports or report.id in question.filters.reports]
    context = cited or previous.passages
    if replied and not cited and previous.intent is Intent.RETRIEVE:
        return question  # the last question found no answer: there is nothing to point at
    for rule in (_corrected, _pointed_structure, _swapped):
        if resolved := rule(question, previous, context, scope):
            return resolved
    return _merged(question, previous, context, reports, filters, encode)


def _about(question: Question, passages: Sequence[Passage], intent: Intent, text: str) -> Question:
    return replace(
        question,
        text=text,
        intent=intent,
        passages=tuple(passages),
        missing=(),
        topic=(),
        previous=tuple(p.id for p in passages),
    )


def _named(passages: Sequence[Passage]) -> str:
    names = [
        f"{passage.kind.value.replace('_', ' ')} {passage.number}" if passage.number else passage.mark
        for passage in passages
    ]
    return ", ".join(names[:6]) + (", …" if len(names) > 6 else "")


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
            return _about(
                question, question.passages, previous.intent, f"{_title(previous.intent)} {_named(question.passages)}?"
            )
        return replace(question, text=f"What does {_named(question.passages)} say?")
    if question.passages or question.wanted not in {Wanted.RECOMMENDATION, Wanted.FINDING}:
        return None
    kind = Kind(question.wanted.value)
    numbers = [reference.first for reference in previous.references] or [
        passage.number for passage in context if passage.number
    ]
    meant = [p for report in scope for p in report.of_kind(kind) if p.number in numbers]
    return _about(question, meant, Intent.TEXT, f"What does {_named(meant)} say?") if meant else None


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
    if not short or not (
        _POINTING.search(question.text) or question.wanted or _WHERE.search(question.text) or who_said
    ):
        return None
    recommendations = [passage for passage in context if passage.kind is Kind.RECOMMENDATION]
    findings = [passage for passage in context if passage.kind is Kind.FINDING]
    if question.wanted is Wanted.RECOMMENDATION:
        if findings:
            return _about(question, findings, Intent.LED_TO, f"{_title(Intent.LED_TO)} {_named(findings)}?")
        intent = Intent.ADDRESSEE if re.search(r"\bwho\b", question.text, re.IGNORECASE) else Intent.TEXT
        return _about(question, context, intent, f"What does {_named(context)} say?")
    probe = replace(question, references=(Reference(Kind.RECOMMENDATION, "0", "0"),), passages=tuple(recommendations))
    if recommendations and (kind := classify(probe, question.text, question.text).intent) in {
        Intent.EVIDENCE,
        Intent.ADDRESSEE,
    }:
        return _about(question, recommendations, kind, f"{_title(kind)} {_named(recommendations)}?")
    if _WHERE.search(question.text) or who_said or question.wanted is Wanted.FINDING:
        return _about(question, context, Intent.TEXT, f"What does {_named(context)} say?")
    return None


def _swapped(
    question: Question, previous: Question, context: Sequence[Passage], scope: Sequence[Report]
) -> Question | None:
    """The last structural question of something else: "and 2.3?", "and for the acute trust?", "and in section 5.2?"."""
    fragment = _CONNECTOR.search(question.text) is not None or len(words(question.text)) <= 4
    if previous.intent is Intent.RETRIEVE or question.topic or not fragment:
        return None
    if question.references:
        kind = next((passage.kind for passage in previous.passages), None)
        references = [replace(r, kind=r.kind or _kind_asked(previous, kind)) for r in references_in(question.text)[0]]
        moved = with_references(replace(question, wanted=question.wanted or previous.wanted), references, scope)
        if moved.passages:
            title = _title(previous.intent)
            return replace(moved, intent=previous.intent, text=f"{title} {_named(moved.passages)}?")
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
    if question.wanted and question.wanted is not previous.wanted and previous.intent in {Intent.LIST, Intent.COUNT}:
        return replace(
            previous,
            asked=question.asked,
            wanted=question.wanted,
            text=f"{question.text.rstrip('?')} (as before: {previous.text.rstrip('?')})?",
        )
    return None


def _kind_asked(previous: Question, kind: Kind | None) -> Kind | None:
    if previous.intent in {Intent.EVIDENCE, Intent.ADDRESSEE}:
        return Kind.RECOMMENDATION
    return Kind.FINDING if previous.intent is Intent.LED_TO else kind


def _merged(
    question: Question,
    previous: Question,
    context: Sequence[Passage],
    reports: Sequence[Report],
    filters: Filters,
    encode: Encode,
) -> Question:
    """A fragment or a pointing word takes the missing part from the last question; anything else is a new subject."""
    if question.intent is not Intent.RETRIEVE:
        return question
    connector = _CONNECTOR.search(question.text)
    body = question.text[connector.end() :] if connector else question.text
    fragment = connector is not None or len(words(body)) <= 3
    pointing = _POINTING.search(question.text) is not None and len(topic_words(question.text)) <= 6
    if not fragment and not pointing:
        return question
    ids = tuple(passage.id for passage in context)
    is_sentence = re.search(
        r"\b(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|when|why|how|who|where|what|"
        r"which)\b",
        body,
        re.IGNORECASE,
    )
    text = (
        _with_part_replaced(body, previous.text, encode)
        if fragment and not is_sentence
        else f"{question.text.rstrip('?')} (on: {previous.text.rstrip('?')})?"
    )
    merged = read_question(text, reports, filters)
    inherited = merged.filters if merged.filters.reports else replace(merged.filters, reports=previous.filters.reports)
    return replace(
        merged, asked=question.asked, filters=inherited, previous=() if fragment and not is_sentence else ids
    )


def _with_part_replaced(fragment: str, previous: str, encode: Encode) -> str:
    """The last question with the words nearest in meaning to the fragment replaced by it.

    Candidates are the runs of neighbouring topic words; nearest by cosine of their embeddings.
    """
    said = fragment.strip(" ?.!")
    tokens = re.findall(r"\S+", previous.rstrip(" ?.!"))
    runs = [
        list(run) for is_topic, run in groupby(range(len(tokens)), lambda n: bool(topic_words(tokens[n]))) if is_topic
    ]
    spans = [(run[0], run[-1] + 1) for run in runs]
    bare = re.sub(r"^(?:for|in|on|at|the|of|with|to|about)\s+", "", said, flags=re.IGNORECASE)
    if not spans or not bare:
        return f"{previous.rstrip(' ?.!')}, {said}?"
    vectors = encode([bare, *(" ".join(tokens[i:j]) for i, j in spans)])
    best = int(np.argmax(vectors[1:] @ vectors[0]))
    start, end = spans[best]
    return " ".join([*tokens[:start], bare, *tokens[end:]]) + "?"
