"""Follow-ups: a question that leans on the conversation becomes one that stands on its own.

What is asked of numbers and lists is in rag/structural_followup.py; what is asked of a subject, in rag/subject_followup.py.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.filters import Filters
from index.report import Passage, Report
from rag.leaning import is_small_talk, opened
from rag.organisation_names import organisations_named
from rag.question import Intent, Question, read_question
from rag.replaced_part import Encode
from rag.structural_followup import RULES
from rag.subject_followup import after_nothing_found, of_the_subject

Turn = Mapping[str, str]

_MARK = re.compile(r"\[(?:(?P<report>[\w-]+)\s+)?(?P<mark>(?:¶|R|§)[\w.-]+)\]")
_MAX_TURNS = 40
_NOTHING_ASKED = "Nothing is asked here. Ask a question on the reports."
_ASKS_WHO = re.compile(
    r"^\W*(?:and |so )?(?:who|whose|(?:which|what) (?:trust|organi[sz]ation|provider|body|company|charity)\w*)\b",
    re.IGNORECASE,
)
_THAT_BODY = re.compile(r"\b(?:it|its|they|their|them|that (?:trust|organi[sz]ation|provider))\b", re.IGNORECASE)


def understand(
    asked: str, history: Sequence[Turn], reports: Sequence[Report], filters: Filters, encode: Encode
) -> Question:
    """The question, read with the conversation before it; thanks and greetings in between are passed over.

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
    passed_over = False
    for turn in turns:
        content = str(turn.get("content", ""))
        if turn.get("role") == "user":
            passed_over = is_small_talk(content)
            if not passed_over:
                previous = _read(content, previous, cited, reply, reports, filters, encode)
                cited, reply = (), None
        elif not passed_over:
            meant = previous.filters.scope(reports) if previous else reports
            cited, reply = _cited_in(content, meant) or cited, content
    if is_small_talk(asked):
        return replace(read_question(asked, reports, filters), invalid=_NOTHING_ASKED)
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
    turn = opened(question.text)
    if turn.ruled_out:
        question = replace(read_question(turn.body, reports, filters), asked=asked)
    # Numbers and names mean those of the report that the conversation is about, unless the question names another.
    within = (
        question.filters if question.filters.reports else replace(question.filters, reports=previous.filters.reports)
    )
    scope = within.scope(reports)
    context = cited or previous.passages
    if named := _organisation_pointed_at(question, previous, reply or "", scope):
        pointed = read_question(f"{question.text.rstrip(' ?.!')} (on: {named})?", reports, question.filters)
        return replace(pointed, asked=question.asked)
    if reply is not None and not cited and previous.intent is Intent.RETRIEVE:
        return after_nothing_found(question, turn, previous, reports, filters)
    for rule in RULES:
        if resolved := rule(replace(question, filters=within), previous, context, scope):
            return resolved
    return of_the_subject(question, turn, previous, context, reports, filters, encode)


def _organisation_pointed_at(question: Question, previous: Question, reply: str, scope: Sequence[Report]) -> str | None:
    """The one organisation that the reply to "who …?" names, where the question goes on with "it" or "they"."""
    if _ASKS_WHO.search(question.text) or not _ASKS_WHO.search(previous.text):
        return None
    if not _THAT_BODY.search(question.text) or question.organisations:
        return None
    named, _ = organisations_named(_MARK.sub("", reply), scope)
    return named[0] if len(named) == 1 else None
