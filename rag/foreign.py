"""What a model's sentence may hold that comes from nowhere it may tell of: links, codes, pointers, the words of the prompt itself.

The ladder asks whether passages prove a sentence; this asks where its words come from, so that neither an answer nor the list of what was
withheld passes on what a prompt, a planted text or the model's server put into it.
"""

import re
from collections.abc import Collection, Iterable

from index.report import Passage
from rag.cited_text import CitedSentence
from rag.words import stem, topic_words

# What stands for a sentence that is not to be repeated, and why.
NOT_REPEATED = "(a sentence that is not repeated here)"
NOT_ABOUT_THE_PASSAGES = "it holds something that comes neither from the passages nor from the question"

_LINK = re.compile(
    r"\w://|\bwww\.|\]\s*\(|\b(?:data:\w+/|javascript:|mailto:)|[\w.+-]+@[\w-]+\.\w|[<‹]\s*[/!]?[a-z]+[\s/>›]",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"^\W*(?:system|assistant|user|developer|human)\s*:|"
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|reports?|rules?|prompts?|previous|above|everything)\b|"
    r"\b(?:answer|reply|respond|say|output|print|repeat)\b (?:only|with|exactly|just)\b.{0,20}\b[A-Z][A-Z0-9_]{2,}[-_]?\d",
    re.IGNORECASE,
)
_PIECE = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_ORDINAL = re.compile(r"\d+[a-z]{1,3}", re.IGNORECASE)
_LONG_PIECE = 25
_POINTER = re.compile(
    r"(?:[¶§]|\b(?:para(?:graph)?|finding|recommendation|section|passage|page|rec)s?\b\.?)\s*(?P<number>\d+(?:\.\d+)*)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
# Consecutive words of the instructions that no answer happens upon.
_ECHOED_WORDS = 6
_LEAST_TOPIC_WORDS = 3


def objection(text: str, passages: Collection[Passage], instructions: str) -> str:
    """Why a sentence is not to be shown though passages may prove it, "" where nothing speaks against it.

    Args:
        text: the sentence without its marks.
        passages: those it cites.
        instructions: what the model was told to do.
    """
    known = _all_of(passages)
    if _ORDER.search(text):
        return "it is an order to a machine, not something that a report finds"
    if _strange_link(text, known):
        return "it holds a link or an address that no passage cited has"
    if _strange_codes(text, known):
        return "it holds a code that no passage cited has"
    if _echo(text, instructions, known, _ECHOED_WORDS):
        return "it repeats what the model was told, not what the passages say"
    numbers = set(_NUMBER.findall(known))
    if pointer := next((match for match in _POINTER.finditer(text) if match["number"] not in numbers), None):
        return f"it points to {pointer['number']} in words, which it does not cite"
    return ""


def may_be_repeated(sentence: CitedSentence, passages: Collection[Passage], question: str, instructions: str) -> bool:
    """Whether a sentence that failed may be told to a reader: it speaks of the passages or the question, in no words of the prompt's own.

    Args:
        sentence: as written.
        passages: all that the model was given.
        question: what was asked.
        instructions: what the model was told to do.
    """
    known = f"{_all_of(passages)} {question}"
    marks = " ".join(f"{mark.report or ''} {'' if mark.marks else mark.written}" for mark in sentence.marks)
    written = f"{sentence.text} {marks}"
    if _strange_link(written, "") or _strange_codes(written, known):
        return False
    stems = {stem(word) for word in topic_words(known)}
    told = {stem(word) for word in topic_words(instructions)} - stems
    own = [stem(word) for word in topic_words(sentence.text)]
    if not told.isdisjoint((*own, *(stem(word) for word in topic_words(marks)))):
        return False
    return len(own) >= _LEAST_TOPIC_WORDS and 2 * sum(word in stems for word in own) >= len(own)


def _all_of(passages: Iterable[Passage]) -> str:
    """Everything that a passage is shown with."""
    return " ".join(
        " ".join(
            (
                p.report,
                p.mark,
                p.number or "",
                p.section_number or "",
                *p.heading,
                *p.organisations,
                *p.addressed_to,
                p.text,
            )
        )
        for p in passages
    )


def _strange_link(text: str, known: str) -> bool:
    """Whether a link, an address or a tag in the text, as far as the next blank, does not stand in what is known."""
    return any(
        re.split(r"\s", text[match.start() :], maxsplit=1)[0].rstrip(".,;)") not in known
        for match in _LINK.finditer(text)
    )


def _strange_codes(text: str, known: str) -> bool:
    """Whether letters mixed with digits, or a word of a length that English has none of, do not stand in what is known."""
    return any(_is_code(piece) and piece.casefold() not in known.casefold() for piece in _PIECE.findall(text))


def _is_code(piece: str) -> bool:
    mixed = any(c.isdigit() for c in piece) and any(c.isalpha() for c in piece) and len(piece) >= 3
    return len(piece) >= _LONG_PIECE or (mixed and not _ORDINAL.fullmatch(piece))


def _echo(text: str, instructions: str, known: str, least: int) -> bool:
    """Whether so many consecutive words of the text stand so in the instructions, and not so in what is known."""
    told, meant, said = (_joined(one) for one in (instructions, known, text))
    words = said.split()
    runs = (f" {' '.join(words[start : start + least])} " for start in range(len(words) - least + 1))
    return any(run in told and run not in meant for run in runs)


def _joined(text: str) -> str:
    return f" {' '.join(_WORD.findall(text.casefold()))} "
