"""The last question with one of its parts replaced by a fragment: "and midwives?", "for boys?", "in the other hospital?"."""

import re
from collections.abc import Callable, Sequence
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from rag.antecedent import PARTICIPLE
from rag.leaning import opened, without_ending
from rag.nouns import DETERMINER, Sort, head, is_plural, sort_of
from rag.restate import sentence
from rag.words import topic_words

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

# A fragment of several words that is less alike than this to each part of the last question is a subject of its own.
LEAST_ALIKE = 0.25
_FEW_WORDS = 2
# Prepositions before what takes the place of somebody ("and in the mental health team?").
_OF_ITS_KIND = frozenset({"in", "at", "for", "with", "of", "by"})
_PLACE = r"(?:in|at|within)"
PREPOSITION = re.compile(
    r"^(?:for|in|on|at|of|with|to|about|from|by|within|between|under|during|after|before|against|versus|vs\.?|compared (?:to|with))\b\s*",
    re.IGNORECASE,
)
_AGAINST = re.compile(r"^(?:vs\.?|versus|against|compared (?:to|with))\b", re.IGNORECASE)
_NO_PART = frozenset(
    """
    up off out down back long often quickly well far soon fast good bad old get have attend record know share use receive make go
    take work give help keep need run provide provides runs offer commission commissions do feel think wait meet start stop train
    write read send look deal cope involve involves used asked kept seen compare criticise happens happened gets works attends
    time records knows shares uses receives makes goes takes gives helps keeps needs offers yet ever still routinely always date
    """.split()
)
# What comes after these, or before a particle, is a verb ("does anyone follow up …").
_SUBJECTS = frozenset("anyone anybody someone somebody everyone everybody they it he she you we i who to not".split())
_PARTICLES = frozenset("up off out down away together".split())
_PAIRS = {"is": "are", "was": "were", "does": "do", "has": "have", "isn't": "aren't", "doesn't": "don't"}
_AGREEING = _PAIRS | {plural: single for single, plural in _PAIRS.items()}


def with_part_replaced(previous: str, fragment: str, encode: Encode, ruled_out: str = "") -> str | None:
    """The last question with the part that the fragment stands for replaced by it; None where none is of its kind.

    What is ruled out is that part, or what follows the same preposition; else, of the parts that name the same sort of thing, the
    one nearest in meaning by cosine. A place, or what follows another preposition, is added at the end.
    """
    text, said = opened(previous).body.rstrip(" ?.!"), without_ending(fragment)
    if _AGAINST.match(said):
        return sentence(f"{text} {said}")
    if ruled_out and (found := re.search(rf"\b{re.escape(ruled_out)}\b", text, re.IGNORECASE)):
        return _put(text, found.start(), found.end(), said)
    preposition = PREPOSITION.match(said)
    bare = said[preposition.end() :] if preposition else said
    if preposition and (span := _phrase_after(preposition[0].strip(), text)):
        return _put(text, *span, bare)
    sort = sort_of(bare)
    if preposition and (sort is Sort.PLACE or preposition[0].strip().lower() not in _OF_ITS_KIND):
        return sentence(f"{text} {said}")
    parts = parts_of(text, several=not preposition and _joins_nouns(bare))
    spans = [span for span in parts if sort_of(text[slice(*span)]) is sort]
    if not spans and preposition:
        return sentence(f"{text} {said}")
    if not spans and len(topic_words(bare)) >= _FEW_WORDS and _joins_nouns(bare):
        return None
    spans = spans or parts
    if not spans or not bare:
        return None
    if len(spans) == 1:
        return _put(text, *spans[0], bare)
    vectors = encode([bare, *(text[start:end] for start, end in spans)])
    alike = vectors[1:] @ vectors[0]
    best = int(np.argmax(alike))
    if alike[best] >= LEAST_ALIKE or len(topic_words(bare)) <= _FEW_WORDS:
        return _put(text, *spans[best], bare)
    return sentence(f"{text} {said}") if preposition else None


def put_name(text: str, span: tuple[int, int], name: str) -> str:
    """The text with the span replaced by a name, which takes no article but where a noun follows ("the Oxford review")."""
    before, after = text[: span[0]], text[span[1] :].rstrip(" ?.!")
    if not re.match(r"\s+(?:review|report|inspection|one)\b", after, re.IGNORECASE) and not name[:1].islower():
        before = re.sub(r"\bthe\s+$", "", before, flags=re.IGNORECASE)
    return _put(before + text[slice(*span)] + after, len(before), len(before) + span[1] - span[0], name)


def _joins_nouns(fragment: str) -> bool:
    return re.search(r"\w\s+(?:for|of|in|on|with|by)\s+\w", fragment) is not None


def _phrase_after(preposition: str, text: str) -> tuple[int, int] | None:
    """Span of the noun phrase after the same preposition ("in" and "at" alike), where there is just one and no other follows."""
    same = _PLACE if re.fullmatch(_PLACE, preposition, re.IGNORECASE) else re.escape(preposition)
    found = list(
        re.finditer(
            rf"\b{same}\s+(?P<phrase>(?:[\w'’&-]+\s*)+?)(?=\s+(?:for|in|on|at|of|with|to|about|from|by|and|who|which|that|is|are|"
            rf"was|were|do|does|did|have|has|get|had)\b|[?.,;]|$)",
            text,
            re.IGNORECASE,
        )
    )
    return found[0].span("phrase") if len(found) == 1 and topic_words(found[0]["phrase"]) else None


def parts_of(text: str, *, several: bool) -> list[tuple[int, int]]:
    """Spans of the noun phrases that may be replaced; with `several`, also two that "for", "of" or the like join."""
    tokens = list(re.finditer(r"[^\s,;]+", text))
    wanted = [_may_be_part(tokens, row) for row in range(len(tokens))]
    spans = [
        (tokens[run[0]].start(), tokens[run[-1]].end())
        for is_part, rows in groupby(range(len(tokens)), lambda row: wanted[row])
        if is_part and (run := list(rows))
    ]
    if several:
        spans += [
            (first[0], second[1])
            for first, second in pairwise(spans)
            if re.fullmatch(r"\s+(?:for|of|in|on|with|by)\s+(?:the\s+|an?\s+)?", text[first[1] : second[0]])
        ]
    return spans


def _may_be_part(tokens: Sequence[re.Match[str]], row: int) -> bool:
    word = tokens[row][0].strip("?.!\"'“”").lower()
    if word.isdigit():
        return row > 0 and bool(topic_words(tokens[row - 1][0]))
    if not topic_words(word) or word in _NO_PART:
        return False
    if (row and tokens[row - 1][0].lower() in _SUBJECTS) or (
        row + 1 < len(tokens) and tokens[row + 1][0].lower() in _PARTICLES
    ):
        return False
    last = row + 1 == len(tokens) or not topic_words(tokens[row + 1][0])
    after_noun = row > 0 and bool(topic_words(tokens[row - 1][0]))
    return not (after_noun and (word.endswith("ed") or (last and PARTICIPLE.search(word) is not None)))


def _put(text: str, start: int, end: int, bare: str) -> str:
    """The text with a noun phrase in the place of the span; articles are not doubled and the verb before it agrees."""
    before, after = text[:start], text[end:]
    article = re.search(r"\b(?:the|an?|any|their|its|his|her)\s+$", before, re.IGNORECASE)
    if article and (DETERMINER.match(bare) or article[0].strip().lower() in {"a", "an"}):
        before = before[: article.start()]
    old, new = head(text[start:end]), head(bare)
    verb = re.search(r"(?P<verb>[\w']+)\s+(?:the\s+|an?\s+)?$", before)
    if verb and old and new and verb["verb"].lower() in _AGREEING:
        plural = is_plural(new)
        if is_plural(old) != plural and (verb["verb"].lower() in _PAIRS) == plural:
            before = before[: verb.start("verb")] + _AGREEING[verb["verb"].lower()] + before[verb.end("verb") :]
    return sentence(before + bare + after)
