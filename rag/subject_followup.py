"""Follow-ups on a subject: "and midwives?", "do they get training for it?", "since when?", "in the other hospital?"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.filters import Filters
from index.report import Passage, Report
from rag.antecedent import antecedent
from rag.leaning import (
    Opened,
    echoes,
    goes_on,
    is_fragment,
    is_question_word,
    one_asked_alike,
    opened,
    pointer,
    without_ending,
)
from rag.question import Intent, Question, read_question
from rag.replaced_name import elsewhere, is_unknown, with_name_replaced
from rag.replaced_part import Encode, with_part_replaced
from rag.restate import joined, sentence, with_pointer_replaced
from rag.words import stem, topic_words, vocabulary, words

_MOST_TOPIC_WORDS = 6
_MOST_WORDS_OF_TWO = 25
_SHORT = 3
_MORE = re.compile(
    r"^(?:(?:can you |could you |please )*(?:tell|give|show) (?:me |us )?)?(?:any |some |the )?"
    r"(?:more|further|what else|anything else|anything more|(?:more |further )?details?)(?: (?:details?|information|info))?"
    r"(?:\s+(?:is|was)\s+(?:said|there))?(?:\s+(?:on|about)\s+(?:it|that|this|them|these|those))?$",
    re.IGNORECASE,
)
_WHETHER = re.compile(r"^(?:is|are|was|were|has|have|had|did|do|does)\b(?! there\b)", re.IGNORECASE)
_SAME_ASKED = re.compile(
    r"^(?P<asks>how (?:many|much|long|often|well)|who|what|when|where|why)\s+(?=(?:in|at|for|from|on|by|of(?! (?:them|those|these)))\b)",
    re.IGNORECASE,
)


def of_the_subject(
    question: Question,
    turn: Opened,
    previous: Question,
    context: Sequence[Passage],
    reports: Sequence[Report],
    filters: Filters,
    encode: Encode,
) -> Question:
    """A fragment or a pointing word takes the missing part from the last question; anything else is a new subject.

    Args:
        question: read by itself.
        turn: its words, without their opening.
        previous: the last question.
        context: what the answer to it cited.
        reports: the loaded reports.
        filters: restrictions of the request.
        encode: used at most once, where a part of the last question is to be replaced.
    """
    body, last = turn.body, _last(previous)
    if echoes(body):
        return replace(previous, asked=question.asked)
    if question.intent is not Intent.RETRIEVE and not _goes_on_from_subject(question, previous, body):
        return question
    if moved := elsewhere(body, last, previous.filters.reports, reports):
        return replace(read_question(moved[0], reports, replace(filters, reports=moved[1])), asked=question.asked)
    if part := _part(turn, last):
        text = with_name_replaced(part, last, reports) or with_part_replaced(last, part, encode, turn.ruled_out)
        if not text:
            return _alone(question, turn, reports, filters)
        merged = _restated(text, question, previous, reports, filters)
        if question.organisations and previous.organisations:  # "and the other trust?" leaves the first behind
            merged = replace(merged, organisations=question.organisations)
        return merged
    written = _written_out(question, body, last, context, reports)
    if written is None:
        return _alone(question, turn, reports, filters)
    merged = _restated(written, question, previous, reports, filters)
    return replace(merged, previous=tuple(passage.id for passage in context))


def _part(turn: Opened, last: str) -> str:
    """What is to stand in the place of a part of the last question; "" where the turn is no such fragment."""
    body = turn.body
    if alike := one_asked_alike(body):
        return alike
    repeated = _SAME_ASKED.match(body)
    if repeated and opened(last).body.lower().startswith(repeated["asks"].lower()):
        return body[repeated.end() :]
    pointing = pointer(body)
    if goes_on(body) or (pointing and pointing[0].lower() not in {"one", "ones"}):  # "the GP ones" leave a noun out
        return ""
    short = turn.joined or len(words(body)) <= _SHORT
    return body if turn.swapped or (short and is_fragment(body)) else ""


def _written_out(
    question: Question, body: str, last: str, context: Sequence[Passage], reports: Sequence[Report]
) -> str | None:
    """The question with what it points at; None where it points at nothing."""
    if _MORE.match(without_ending(body)):
        topic = antecedent(opened(last).body, "it")
        return f"What else is said about {topic}?" if topic else joined(last, "what else is said about this")
    pointing = pointer(body)
    if pointing and len(topic_words(body)) <= _MOST_TOPIC_WORDS:
        return with_pointer_replaced(last, body, pointing)
    leans = is_question_word(body) or goes_on(body) or _speaks_of_what_was_said(body, context, reports)
    return joined(last, body) if leans or question.intent is not Intent.RETRIEVE else None


def _goes_on_from_subject(question: Question, previous: Question, body: str) -> bool:
    """Whether a short question for things, which names nothing, goes on from a subject ("have the actions been done?")."""
    names = question.references or question.organisations or question.sections or question.filters.reports
    if previous.intent is not Intent.RETRIEVE or names or len(words(body)) > _MOST_TOPIC_WORDS:
        return False
    return _WHETHER.match(body) is not None or is_question_word(body)


def after_nothing_found(
    question: Question, turn: Opened, previous: Question, reports: Sequence[Report], filters: Filters
) -> Question:
    """After a question that found no answer there is nothing to point at; but the same may be asked of another name."""
    is_part = question.intent is Intent.RETRIEVE and (turn.swapped or is_fragment(turn.body))
    if is_part and (text := with_name_replaced(turn.body, _last(previous), reports)):
        return _restated(text, question, previous, reports, filters)
    return _alone(question, turn, reports, filters)


def _last(previous: Question) -> str:
    """The last question's words; of one that was joined to a long one before it, its own part."""
    first, _, second = previous.text.partition(", and ")
    return (
        first
        if second and previous.text != previous.asked and len(words(previous.text)) > _MOST_WORDS_OF_TWO
        else previous.text
    )


def _restated(
    text: str, question: Question, previous: Question, reports: Sequence[Report], filters: Filters
) -> Question:
    merged = read_question(text, reports, filters)
    inherited = merged.filters if merged.filters.reports else replace(merged.filters, reports=previous.filters.reports)
    return replace(merged, asked=question.asked, filters=inherited)


def _alone(question: Question, turn: Opened, reports: Sequence[Report], filters: Filters) -> Question:
    """The question without its opening, as a whole one; as it is, where it has none."""
    if turn.body == question.text:
        return question
    text = f"What is said about {without_ending(turn.body)}?" if is_fragment(turn.body) else sentence(turn.body)
    return replace(read_question(text, reports, filters), asked=question.asked)


def _speaks_of_what_was_said(body: str, context: Sequence[Passage], reports: Sequence[Report]) -> bool:
    """Whether it has at most two words of its own, one of them after "the", that were cited or that no report has."""
    own = topic_words(re.sub(r"^how (?:long|often|well|quickly|soon|far|many|much)\b", "", body, flags=re.IGNORECASE))
    if not own or len(own) > 2 or not re.search(rf"\bthe (?:{'|'.join(own)})\b", body, re.IGNORECASE):
        return False
    return any(stem(word) in vocabulary(passage.text) for word in own for passage in context) or all(
        is_unknown(word, reports) for word in own
    )
