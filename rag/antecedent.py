"""What "it" or "they" in a follow-up stands for: the noun phrase that the last question is about, where its form shows one."""

import re

from rag.leaning import VERB
from rag.nouns import DETERMINER, head, is_plural
from rag.words import topic_words, words

_MOST_WORDS = 7
PARTICIPLE = re.compile(
    r"(?:ed|ing)$|^(?:kept|seen|done|told|given|made|held|known|shown|written|run|set|sent|read|taken|left|found|met|understood|"
    r"in|at|on|by|for|with|to|from|during|after|before|about|not|well|ever|still|now|always|often|routinely|really|actually)$",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"\b(?:about|on|of|regarding|concerning)\s+", re.IGNORECASE)
_THERE_IS = re.compile(r"^(?:is|are|was|were)\s+there\s+", re.IGNORECASE)
_SUBJECT = re.compile(
    r"^(?:(?:why|how|when|where|what|how (?:often|long|well|quickly|many \w+|much \w+))\s+)?"
    r"(?P<verb>do|does|did|is|are|was|were|has|have|had|can|could|should|will|would)(?:n['’]?t)?\s+(?P<rest>(?!there\b).+)$",
    re.IGNORECASE,
)
_WHO_DOES = re.compile(r"^(?:who|which \w+)\s+(?:\w+s|\w+ed|ran|gave|led)\s+(?P<thing>.+)$", re.IGNORECASE)
_PLURAL_VERBS = frozenset("do are were have".split())
_SINGULAR_VERBS = frozenset("is was".split())
_CLAUSE = re.compile(r"\b(?:who|which|that|where|when|how|what|why|whether|if)\b", re.IGNORECASE)


def antecedent(previous: str, pronoun: str) -> str | None:
    """The noun phrase of the last question that a pronoun stands for; None where its form does not show one.

    Args:
        previous: the last question, without opening words.
        pronoun: lower case: "it", "they", "their" …
    """
    text = previous.strip(" ?.!")
    topic = _topic_named(text)
    plural = pronoun in {"they", "them", "their", "these", "those"}
    if topic:
        single_thing = not topic[:1].isupper() and not any(is_plural(word) for word in words(topic))
        return None if plural and single_thing else topic
    if pronoun in {"this", "that", "these", "those", "he", "she", "his", "her", "him"}:
        return None
    if match := _THERE_IS.match(text):
        thing = DETERMINER.sub("", text[match.end() :])
        return f"the {thing}" if _is_phrase(thing) and is_plural(head(thing)) == plural else None
    if pronoun in {"it", "its", "them"} and (match := _WHO_DOES.match(text)):
        return match["thing"] if _is_phrase(match["thing"]) else None
    return _subject(text, plural=plural)


def _topic_named(text: str) -> str | None:
    """What a question is about that says nothing else ("what is said about X"), or that is nothing but X."""
    if _is_phrase(text):
        return text
    for match in _ABOUT.finditer(text):
        if not topic_words(text[: match.start()]):
            return text[match.end() :] if _is_phrase(text[match.end() :]) else None
    return None


def _subject(text: str, *, plural: bool) -> str | None:
    """The subject after "do", "are" …: up to its plural noun; after "is": up to what is said of it."""
    match = _SUBJECT.match(text)
    if not match:
        return None
    tokens = match["rest"].split()
    if plural and match["verb"].lower() in _PLURAL_VERBS:
        end = next((row for row, token in enumerate(tokens[:5]) if is_plural(token.lower())), None)
        return " ".join(tokens[: end + 1]) if end is not None else None
    if plural or match["verb"].lower() not in _SINGULAR_VERBS or len(tokens) < 2:
        return None
    first = 1 + (DETERMINER.match(match["rest"]) is not None)
    end = next((row for row in range(first, len(tokens)) if PARTICIPLE.search(tokens[row])), len(tokens) - 1)
    thing = " ".join(tokens[:end])
    return thing if _is_phrase(thing) and topic_words(thing) else None


def _is_phrase(text: str) -> bool:
    """Whether it is a noun phrase: few words, no verb of a sentence, no clause."""
    return (
        bool(topic_words(text))
        and len(words(text)) <= _MOST_WORDS
        and not VERB.search(text)
        and not _CLAUSE.search(text)
        and not re.match(
            r"(?:tell|show|list|give|explain|describe|compare|name|find|quote|summari[sz]e)\b", text, re.IGNORECASE
        )
    )
