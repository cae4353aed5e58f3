"""Reading a question into references, names, a wish and a topic before anything is searched."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from index.filters import Filters
from index.report import Report
from rag.asked import Intent, Question
from rag.conditions import Per, conditions_in
from rag.cues import ABOUT, ACTIONS, ASIDE, COUNT, EXCEPT, NEIGHBOUR, SAYS_NAME, SPEAKERS, WANTED, Wanted
from rag.forms import stems
from rag.intent import classify, is_duty, with_references
from rag.naming import Named, names_in
from rag.organisation_names import trusts_named
from rag.references import Reference, neighbours, references_in, resolve
from rag.shorthand import spelled_out
from rag.sites import sites_named
from rag.strangers import strangers_in, topic_left
from rag.words import stem, topic_words, vocabulary

__all__ = ["Intent", "Question", "classify", "clean", "invalid_reason", "read_question", "with_references"]

MAX_CHARACTERS = 2_000


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
    written = spelled_out(text, lambda word: _is_known(word, reports))
    references, rest = references_in(written, lambda reference: _is_meant(reference, reports))
    kept, ruled_out = _split_exception(rest)
    named = names_in(kept, reports)
    excepted = names_in(ruled_out, reports).organisations if ruled_out else ()
    if ruled_out and not excepted:
        named = names_in(rest, reports)
    if named.reports:
        filters = replace(filters, reports=named.reports)
    scope = filters.scope(reports)
    wanted = _wanted(named.rest) or _wanted(rest)
    asks_for_actions = wanted in {None, Wanted.ORGANISATION} and ACTIONS.search(named.rest) is not None
    read_as: tuple[tuple[str, str], ...] = ()
    if references or asks_for_actions or wanted is Wanted.RECOMMENDATION or is_duty(named.rest):
        read_as, named = _with_sites(named, scope, is_quoted=not references and SAYS_NAME.search(rest) is not None)
    if (asks_for_actions or wanted is Wanted.RECOMMENDATION) and not named.organisations:
        trusts, without_trusts = trusts_named(named.rest, scope)
        named = replace(named, organisations=trusts, rest=without_trusts)
    conditions, plain = conditions_in(named.rest)
    topic = _topic(plain, named, scope, wanted)
    if asks_for_actions and not topic and (wanted is None or conditions.per is Per.ORGANISATION):
        wanted = Wanted.RECOMMENDATION
    question = Question(
        asked=asked,
        text=text,
        intent=Intent.RETRIEVE,
        filters=filters,
        wanted=wanted,
        organisations=named.organisations,
        excepted=excepted,
        strangers=strangers_in(plain, named, wanted, scope),
        read_as=read_as,
        conditions=conditions,
        sections=named.sections,
        topic=topic,
        counted=COUNT.search(named.rest) is not None,
    )
    question = classify(with_references(question, references, scope), named.rest, rest)
    return _moved(question, named.rest, scope)


def _is_known(word: str, reports: Sequence[Report]) -> bool:
    """Whether a lower-case word carries the form of a question or stands in a report."""
    return not topic_words(word) or any(stem(word) in vocabulary(report.text) for report in reports)


def _with_sites(named: Named, scope: Sequence[Report], *, is_quoted: bool) -> tuple[tuple[tuple[str, str], ...], Named]:
    """The sites that are read as the organisations that run them, and the names with those; none where a name is asked for as words."""
    if is_quoted:
        return (), named
    read_as, rest = sites_named(named.rest, scope)
    organisations = dict.fromkeys((*named.organisations, *(owner for _, owner in read_as)))
    read_as = tuple((site, owner) for site, owner in read_as if not stems(site) <= stems(owner))
    return read_as, replace(named, organisations=tuple(organisations), rest=rest)


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


def _topic(plain: str, named: Named, scope: Sequence[Report], wanted: Wanted | None) -> tuple[str, ...]:
    """Content words that are neither names nor form, nor tell why somebody asks; what follows "about" is content in any case.

    Beside a named organisation, words that no report holds are manners of speaking, unless they follow "about" or the like.
    """
    found = topic_left(plain)
    told = ASIDE.sub(" ", plain)
    if not found and (about := ABOUT.search(told)):
        found = topic_words(told[about.end() :])
    if named.organisations and not ABOUT.search(plain):
        found = [word for word in found if any(stem(word) in vocabulary(report.text) for report in scope)]
    if wanted is Wanted.QUOTE:
        found = [word for word in found if word not in SPEAKERS]
    return tuple(found)


def _split_exception(text: str) -> tuple[str, str]:
    """The question before "but not …" or "except …", and what stands after it."""
    match = EXCEPT.search(text)
    return (text[: match.start()], text[match.end() :]) if match else (text, "")


def _wanted(rest: str) -> Wanted | None:
    """The thing asked for: the first kind word of the question."""
    hits = [(match.start(), wanted) for wanted, pattern in WANTED if (match := pattern.search(rest))]
    return min(hits)[1] if hits else None
