"""Question: what somebody asks, read into references, names, a wish and a topic before anything is searched."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from index.filters import Filters
from index.report import Kind, Passage, Report
from rag.conditions import NO_CONDITIONS, Conditions, Per, conditions_in
from rag.cues import (
    ABOUT,
    ADDRESSEE,
    AND_ALSO,
    ASIDE,
    COUNT,
    DOING,
    DUTY,
    EVIDENCE,
    EXCEPT,
    FROM_SECTION,
    LED_TO,
    LINK,
    NEIGHBOUR,
    NONE,
    OF_A_RECOMMENDATION,
    RELATION,
    SAYING,
    STRANGER,
    TO_WHOM,
    WANTED,
    Wanted,
)
from rag.naming import Named, names_in
from rag.organisation_names import trusts_named
from rag.references import Reference, neighbours, references_in, resolve
from rag.words import stem, topic_words, vocabulary

MAX_CHARACTERS = 2_000
_RELATION_STEMS = frozenset(stem(word) for word in RELATION)
_RECOMMENDATION = next(pattern for wanted, pattern in WANTED if wanted is Wanted.RECOMMENDATION)
_FINDING = next(pattern for wanted, pattern in WANTED if wanted is Wanted.FINDING)


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
        strangers: bodies that the question names and no loaded report knows.
        conditions: what narrows or arranges a list.
        also: a second thing asked of the same passages, answered after the first.
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
    strangers: tuple[str, ...] = ()
    conditions: Conditions = NO_CONDITIONS
    also: Intent | None = None
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
    """Read one question by itself, without the conversation before it; a report that it names narrows the filter it came with.

    Raises:
        UnknownName: a filter names a report that is not loaded.
    """
    text = clean(asked)
    reports = filters.scope(reports)
    if reason := invalid_reason(text):
        return Question(asked, text, Intent.RETRIEVE, filters, invalid=reason)
    references, rest = references_in(text, lambda reference: _is_meant(reference, reports))
    kept, ruled_out = _split_exception(rest)
    named = names_in(kept, reports)
    excepted = names_in(ruled_out, reports).organisations if ruled_out else ()
    if ruled_out and not excepted:
        named = names_in(rest, reports)
    wanted = _wanted(named.rest) or _wanted(rest)
    if wanted is Wanted.RECOMMENDATION and not named.organisations:
        trusts, without_trusts = trusts_named(named.rest, reports)
        named = replace(named, organisations=trusts, rest=without_trusts)
    if named.reports:
        filters = replace(filters, reports=named.reports)
    scope = filters.scope(reports)
    conditions, plain = conditions_in(named.rest)
    strangers = STRANGER.search(named.rest) if wanted is Wanted.RECOMMENDATION else None
    question = Question(
        asked=asked,
        text=text,
        intent=Intent.RETRIEVE,
        filters=filters,
        wanted=wanted,
        organisations=named.organisations,
        excepted=excepted,
        strangers=(strangers["name"],) if strangers else (),
        conditions=conditions,
        sections=named.sections,
        topic=_topic(plain, named, scope),
        counted=COUNT.search(named.rest) is not None,
    )
    question = classify(with_references(question, references, scope), named.rest, rest)
    return _moved(question, named.rest, scope)


def _moved(question: Question, rest: str, scope: Sequence[Report]) -> Question:
    """The question of the next or the previous passage, where it asks what stands after or before one."""
    match = NEIGHBOUR.search(rest)
    if not match or question.topic or question.intent is Intent.LIST or len(question.references) != 1:
        return question
    if question.references[0].kind and question.wanted and question.references[0].kind.value != question.wanted.value:
        return question
    passages = [p for p in question.passages if question.wanted is None or p.kind.value == question.wanted.value]
    beside = neighbours(passages or question.passages, scope, 1 if match["after"] else -1)
    return replace(question, intent=Intent.TEXT, passages=beside) if beside else question


def _is_meant(reference: Reference, reports: Sequence[Report]) -> bool:
    """Whether a bare number is a reference: one that no passage bears but that stands in a report's text is a figure of its own."""
    if reference.kind is not None or resolve(reference, reports):
        return True
    number = rf"(?:section\s+{reference.first})" if reference.prefix else re.escape(reference.first)
    return not any(re.search(rf"(?<![\d.]){number}(?!\.?\d)", report.text, re.IGNORECASE) for report in reports)


def _topic(plain: str, named: Named, scope: Sequence[Report]) -> tuple[str, ...]:
    """Content words that are neither names nor form, nor tell why somebody asks.

    Beside a named organisation, words that no report holds are manners of speaking, unless they follow "about" or the like.
    """
    found = [word for word in topic_words(ASIDE.sub(" ", plain), RELATION) if stem(word) not in _RELATION_STEMS]
    if named.organisations and not ABOUT.search(plain):
        found = [word for word in found if any(stem(word) in vocabulary(report.text) for report in scope)]
    return tuple(found)


def _split_exception(text: str) -> tuple[str, str]:
    """The question before "but not …" or "except …", and what stands after it."""
    match = EXCEPT.search(text)
    return (text[: match.start()], text[match.end() :]) if match else (text, "")


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


def _wanted(rest: str) -> Wanted | None:
    """The thing asked for: the first kind word of the question."""
    hits = [(match.start(), wanted) for wanted, pattern in WANTED if (match := pattern.search(rest))]
    return min(hits)[1] if hits else None


def classify(question: Question, rest: str, with_names: str) -> Question:
    """The question with its intent; `rest` is what remains of the text beside references and names."""
    if (question.passages or question.missing) and not (_all_prefix(question) and NONE.search(rest)):
        return _of_references(question, rest, with_names)
    if question.strangers:
        return replace(question, intent=Intent.LIST)
    duty = DUTY.search(rest) is not None and DOING.search(rest) is not None
    if question.organisations and question.wanted is None and duty:
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
