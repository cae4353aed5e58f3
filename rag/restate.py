"""A follow-up written out: with its pronoun replaced, or joined to the last question."""

import re

from rag.antecedent import antecedent
from rag.leaning import opened, without_ending
from rag.words import topic_words

_PRONOUN = re.compile(r"\b(?:they|them|their|it|its|this|that|these|those|he|she|his|her)\b", re.IGNORECASE)
_DETERMINERS = frozenset({"this", "that", "these", "those", "both"})
_NOUN_AFTER = re.compile(r"\s+[a-z]{3,}", re.IGNORECASE)


def sentence(text: str) -> str:
    """The text as a question: a capital at its start, one question mark at its end."""
    bare = text.strip().rstrip(" ?.!,")
    return f"{bare[:1].upper()}{bare[1:]}?"


def joined(previous: str, body: str) -> str:
    """Both questions as one sentence: "Is there a named GP, and since when?"."""
    first, second = opened(previous).body.rstrip(" ?.!"), without_ending(body)
    if re.match(r"(?:any|anything|anyone|anybody)\b", second, re.IGNORECASE):
        second = f"is there {second}"
    return sentence(f"{first}, and {_lowered(second)}")


def with_pointer_replaced(previous: str, body: str, pointing: re.Match[str]) -> str:
    """The follow-up with what it points at in the place of its pronoun, or joined to the last question where that is not plain."""
    word = pointing[0].lower().split()[-1]
    meant = antecedent(opened(previous).body, word)
    is_determiner = word in _DETERMINERS and _NOUN_AFTER.match(body[pointing.end() :]) is not None
    several = len({other.lower()[:3] for other in _PRONOUN.findall(body)}) > 1
    if meant is None or is_determiner or several or pointing.lastgroup in {"there", "same"}:
        return joined(previous, body)
    if word in {"their", "its"}:
        meant += "’" if meant.endswith("s") else "’s"
    start = pointing.end() - len(word)
    return sentence(without_ending(body[:start] + _lowered(meant) + body[pointing.end() :]))


def _lowered(text: str) -> str:
    """The text with its first letter small where it begins with a word of form or a plain word."""
    first = re.match(r"[A-Z][a-z]+\b", text)
    if first and (not topic_words(first[0])):
        return text[:1].lower() + text[1:]
    return text
