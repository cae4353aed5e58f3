"""Follow-ups that narrow the list shown last: "just those about training", "how many of them are on CAMHS?", "not the trust's"."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from index.report import Passage, Report
from rag.leaning import without_ending
from rag.question import Intent, Question
from rag.restate import sentence
from rag.wording import NOUN, joined
from rag.words import stem, vocabulary, words

Rule = Callable[[Question, Question, Sequence[Passage], Sequence[Report]], Question | None]

_MOST_NAMED = 6
_MOST_WORDS = 12
_ENUMERATING = frozenset({Intent.LIST, Intent.COUNT, Intent.UNREFERENCED, Intent.EVIDENCE, Intent.LED_TO})
_OF_THOSE = re.compile(
    r"\b(?:(?:which|any|how many|all|some|one) of (?:them|those|these|the\b)|(?:just|only)(?:\s+(?:the|those|these))?(?:\s+ones)?|"
    r"of (?:them|those|these)|(?:the|any|those|these|which) ones|those|these)\b",
    re.IGNORECASE,
)
_THAT_ARE = re.compile(
    r"^\W*(?:(?:recommendations?|recs?|findings?|paragraphs?|ones)\b\s*)?(?:(?:which|that)\b\s*)?", re.IGNORECASE
)
_NEEDS_VERB = re.compile(
    r"^(?:about|on|for|to do with|regarding|concerning|related|relating|in|with|by|around)\b", re.IGNORECASE
)
_HOW_MANY = re.compile(r"\bhow many\b|\bcount\b", re.IGNORECASE)
_BY_WORDS = re.compile(
    r"\b(?:mention\w*|includ\w+|refer\w*|contain\w*|say|says|name|names|use the words?)\b", re.IGNORECASE
)
_SHORT_FORM = re.compile(r"\b(?=\w*[A-Z]\w*[A-Z])[\w&-]+\b")


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
    """Passages by kind and number, six at most: "findings 1.2 and 1.9", "finding 3.1 and recommendation 3.1"."""
    groups: dict[str, list[str]] = {}
    for passage in passages[:_MOST_NAMED]:
        noun = NOUN.get(passage.kind, "passage") if passage.number else "passage"
        groups.setdefault(noun, []).append(passage.number or passage.mark)
    names = [f"{noun if len(numbers) == 1 else f'{noun}s'} {joined(numbers)}" for noun, numbers in groups.items()]
    more = len(passages) - _MOST_NAMED
    return joined(names) + (f" and {more} more" if more > 0 else "")


def without(
    question: Question, previous: Question, context: Sequence[Passage], scope: Sequence[Report]
) -> Question | None:
    """The last list without what is addressed to somebody: "but not those for the trust"."""
    if not question.excepted or question.topic or question.references or previous.intent not in _ENUMERATING:
        return None
    text = f"{previous.text.rstrip('?')}, but not {', '.join(question.excepted)}?"
    organisations = tuple(name for name in previous.organisations if name not in question.excepted)
    return replace(previous, asked=question.asked, excepted=question.excepted, organisations=organisations, text=text)


def among(
    question: Question, previous: Question, context: Sequence[Passage], scope: Sequence[Report]
) -> Question | None:
    """Of the passages shown last those on a subject: "just the ones about training", "how many of them mention CSE?".

    Those that hold its words, where a phrase, a short form or a mention is asked for; else those that a search finds among them.
    """
    of_those = _OF_THOSE.search(question.text)
    if not question.topic or question.references or len(context) < 2 or previous.intent not in _ENUMERATING:
        return None
    if not of_those or len(words(question.text)) > _MOST_WORDS:
        return None
    kinds = tuple(dict.fromkeys(passage.kind.value for passage in context))
    text = _restated(question, previous, context, question.text[of_those.end() :])
    if len(question.topic) > 1 or _BY_WORDS.search(question.text) or _SHORT_FORM.search(question.text):
        wanted = [stem(word) for word in question.topic]
        held = [passage for passage in context if vocabulary(passage.text).issuperset(wanted)]
        if held:
            return about(question, held, Intent.TEXT, text)
    return replace(
        question,
        intent=Intent.RETRIEVE,
        wanted=previous.wanted,
        passages=tuple(context),
        filters=replace(question.filters, kinds=question.filters.kinds or kinds),
        text=text,
    )


def _restated(question: Question, previous: Question, context: Sequence[Passage], rest: str) -> str:
    """The whole question: "Which of the recommendations for NHS England mention CSE?"."""
    noun = next(iter({NOUN.get(passage.kind, "passage") for passage in context}), "passage")
    whom = f" for {joined(previous.organisations)}" if previous.organisations else ""
    where = f" in {joined(previous.sections)}" if previous.sections else ""
    start = "How many" if _HOW_MANY.search(question.text) else "Which"
    said = _THAT_ARE.sub("", without_ending(rest)) or f"about {' '.join(question.topic)}"
    said = f"are {said}" if _NEEDS_VERB.match(said) else said
    return sentence(f"{start} of the {noun}s{whom}{where} {said}")
