"""Follow-ups: a question that leans on the conversation becomes one that stands on its own.

What is asked of numbers and lists is in rag/structural_followup.py; here, what is asked of a subject.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from index.filters import Filters
from index.report import Passage, Report
from rag.list_followup import CONNECTOR, POINTING
from rag.organisation_names import organisations_named
from rag.question import Intent, Question, read_question
from rag.structural_followup import RULES
from rag.words import topic_words, words

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
Turn = Mapping[str, str]

_MARK = re.compile(r"\[(?:(?P<report>[\w-]+)\s+)?(?P<mark>(?:¶|R|§)[\w.-]+)\]")
_MAX_TURNS = 40
_ASKS_WHO = re.compile(
    r"^\W*(?:and |so )?(?:who|whose|(?:which|what) (?:trust|organi[sz]ation|provider|body|company|charity)\w*)\b",
    re.IGNORECASE,
)
_THAT_BODY = re.compile(r"\b(?:it|its|they|their|them|that (?:trust|organi[sz]ation|provider))\b", re.IGNORECASE)


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
    reports = filters.scope(reports)
    turns = list(history)[-_MAX_TURNS:]
    previous: Question | None = None
    cited: tuple[Passage, ...] = ()
    reply: str | None = None
    for turn in turns:
        content = str(turn.get("content", ""))
        if turn.get("role") == "user":
            previous = _read(content, previous, cited, reply, reports, filters, encode)
            cited, reply = (), None
        else:
            meant = previous.filters.scope(reports) if previous else reports
            cited, reply = _cited_in(content, meant) or cited, content
    return _read(asked, previous, cited, reply, reports, filters, encode)


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
    reply: str | None,
    reports: Sequence[Report],
    filters: Filters,
    encode: Encode,
) -> Question:
    question = read_question(asked, reports, filters)
    if previous is None or previous.invalid or question.invalid:
        return question
    scope = question.filters.scope(reports)
    context = cited or previous.passages
    if named := _organisation_pointed_at(question, previous, reply or "", scope):
        pointed = read_question(f"{question.text.rstrip(' ?.!')} (on: {named})?", reports, question.filters)
        return replace(pointed, asked=question.asked)
    if reply is not None and not cited and previous.intent is Intent.RETRIEVE:
        return question  # the last question found no answer: there is nothing to point at
    for rule in RULES:
        if resolved := rule(question, previous, context, scope):
            return resolved
    return _merged(question, previous, context, reports, filters, encode)


def _organisation_pointed_at(question: Question, previous: Question, reply: str, scope: Sequence[Report]) -> str | None:
    """The one organisation that the reply to "who …?" names, where the question goes on with "it" or "they"."""
    if not _ASKS_WHO.search(previous.text) or not _THAT_BODY.search(question.text) or question.organisations:
        return None
    named, _ = organisations_named(_MARK.sub("", reply), scope)
    return named[0] if len(named) == 1 else None


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
    connector = CONNECTOR.search(question.text)
    body = question.text[connector.end() :] if connector else question.text
    fragment = connector is not None or len(words(body)) <= 3
    pointing = POINTING.search(question.text) is not None and len(topic_words(question.text)) <= 6
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
    if question.organisations and previous.organisations and fragment:  # "and the other trust?" leaves the first behind
        merged = replace(merged, organisations=question.organisations)
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
