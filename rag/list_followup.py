"""Follow-ups on lists: "the second one", "how many is that?", "which ones?", "and findings?", "and in the other area?"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.report import Kind, Passage, Report
from rag.cues import Wanted
from rag.forms import whole
from rag.leaning import opened, pointer
from rag.narrowed_list import Rule, about, among, named, without
from rag.question import Intent, Question, read_question, with_references
from rag.references import neighbours
from rag.restate import sentence
from rag.wording import NOUN, joined

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
_HOW_MANY_ARE = re.compile(
    r"^(?:and\s+|so\s+)*how many\s+(?=(?:are|were|is|apply|relate|concern|go|have|do|does|fall|stand)\b)", re.IGNORECASE
)
_KIND_WORD = {
    Wanted.RECOMMENDATION: r"rec\w*",
    Wanted.FINDING: r"findings?|paragraphs?|paras?",
    Wanted.CASE_EXAMPLE: r"case (?:examples?|studies|study)|vignettes?",
    Wanted.QUOTE: r"quot\w+",
}
_EVERY_REPORT = re.compile(
    r"\s+(?:in|across|of|from)\s+(?:all|every|each|both|the)\s+(?:\w+\s+)?(?:reports?|reviews?|areas?)\b", re.IGNORECASE
)


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
    listing = re.sub(
        r"^(?:how many|number of|count(?: of)?)\b", "which", previous.text.rstrip(" ?."), flags=re.IGNORECASE
    )
    counting = re.sub(
        r"^(?:(?:please |can you |could you )*(?:which|what|list|show|give)\b(?: me\b)?)?(?: all\b)?(?: of\b)?(?: the\b)?\s*",
        "How many ",
        previous.text.rstrip(" ?."),
        flags=re.IGNORECASE,
    )
    for pattern, intent, text in ((_WHICH_ONES, Intent.LIST, listing), (_HOW_MANY, Intent.COUNT, counting)):
        if pattern.search(question.text):
            counted = intent is Intent.COUNT
            return replace(previous, asked=question.asked, intent=intent, counted=counted, text=sentence(text))
    return None


def _counted(
    question: Question, previous: Question, context: Sequence[Passage], scope: Sequence[Report]
) -> Question | None:
    """A count of what was listed or counted last, under a new condition: "how many are for the trust?"."""
    match = _HOW_MANY_ARE.match(question.text)
    if not match or previous.intent not in {Intent.LIST, Intent.COUNT} or previous.wanted not in _KIND_WORD:
        return None
    text = sentence(f"how many {NOUN[Kind(previous.wanted.value)]}s {question.text[match.end() :]}")
    counted = read_question(text, scope, question.filters)
    return None if counted.intent is Intent.RETRIEVE else replace(counted, asked=question.asked)


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
    text = _EVERY_REPORT.sub("", previous.text.rstrip(" ?."))
    new = joined([report.area or report.id for report in scope])
    old = [name for report in previous.filters.reports for name in (report, report.rpartition("-")[0]) if name]
    found = next((match for name in old if (match := whole(name).search(text))), None)
    text = f"{text[: found.start()]}{new}{text[found.end() :]}" if found else f"{text} in {new}"
    return replace(moved, text=sentence(text))


def _other_kind(
    question: Question, previous: Question, context: Sequence[Passage], scope: Sequence[Report]
) -> Question | None:
    """The last list or count of another kind of thing: "and findings?"."""
    if previous.intent not in {Intent.LIST, Intent.COUNT} or question.wanted in {None, previous.wanted}:
        return None
    if question.topic or question.references or question.organisations or question.sections:
        return None
    turn = opened(question.text)
    if not (turn.joined or turn.swapped) or pointer(turn.body):
        return None
    if question.wanted not in _KIND_WORD or previous.wanted not in _KIND_WORD:
        return None
    word = re.compile(rf"\b(?:{_KIND_WORD[previous.wanted]})\b", re.IGNORECASE)
    noun = f"{NOUN[Kind(question.wanted.value)]}s"
    last = previous.text.rstrip(" ?.")
    text = word.sub(noun, last, count=1) if word.search(last) else f"{last}, and which {noun}"
    return replace(previous, asked=question.asked, wanted=question.wanted, text=sentence(text))


LIST_RULES: tuple[Rule, ...] = (_picked, _again, _counted, without, among, _of_report, _other_kind)
