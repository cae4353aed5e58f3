"""Quotation: do words in quotation marks, or a whole claim that gives itself as the report's words, stand in a cited passage?"""

import re
from functools import lru_cache
from itertools import pairwise

from index.report import Passage
from index.sentences import sentence_spans
from rag.claim import Claim

LEAST_WORDS = 3
_MARKED = re.compile(
    r"[“\"](?P<double>[^“”\"]+)[”\"]"
    r"|(?<![\w’'])[‘'](?P<single>[^‘\"“”]+?)[’'](?![\w’'])"
)
_OMISSION = re.compile(r"\s*(?:\[\s*(?:\.{3}|…)\s*\]|\(\s*(?:\.{3}|…)\s*\)|…|\.{3,})\s*")
_REFERENCE = re.compile(r"\s*[(\[]\s*rec(?:ommendation)?s?\b[\s.]*\d[^()\[\]]*[)\]]\.?\s*", re.IGNORECASE)
_NEGATION = re.compile(r"\b(?:not|no|never|without|nor|neither|cannot)\b|n't\b", re.IGNORECASE)
# Characters that are written in several ways; each is one character long, so that offsets stay.
_ALIKE = str.maketrans(
    {
        **dict.fromkeys('“”„«»"‘’‚`´', "'"),
        **dict.fromkeys("–—‐‑‒−", "-"),
        **dict.fromkeys("\xa0\t\n\r\u2009\u202f", " "),
    }
)
_ITEM = re.compile(r"^[•▪◦*·-]\s+")
_ENDING = " .,;:"
# Where a sentence ends; "…" may leave out the half of it that mattered.
_STOPS = ".?!"


def objection(claim: Claim) -> str:
    """Why a quotation in the claim does not hold, or "": every one of three words or more stands verbatim in one cited passage.

    White space, quotation marks and dashes may be written otherwise, the first letter in another case; what "…" or "[...]" leave out
    may not be the "not" of a sentence.
    """
    for words in quotations(claim.text):
        if not any(_stands_in(words, passage.text) for passage in claim.passages):
            return f"The words in quotation marks, “{words}”, do not stand so in the cited text."
    return ""


def quotations(text: str) -> list[str]:
    """What a text puts in quotation marks, three words or more, without its marks."""
    found = ((match["double"] or match["single"]).strip() for match in _MARKED.finditer(text))
    return [words for words in found if len(words.split()) >= LEAST_WORDS]


def verbatim(claim: Claim) -> tuple[Passage, tuple[int, int]] | None:
    """The first cited passage that has the whole claim word for word, and where, as `verbatim_in` tells it; None where none has."""
    for passage in claim.passages:
        if span := verbatim_in(claim.text, passage):
            return passage, span
    return None


def verbatim_in(text: str, passage: Passage) -> tuple[int, int] | None:
    """Half-open span in `passage.text` of the whole consecutive sentences that the text repeats word for word, or None.

    References to recommendations may be left out; an item of a list is no sentence, for what it says hangs on the line above it.
    """
    wanted = _normal(_REFERENCE.sub(" ", text)).rstrip(_ENDING)
    if not wanted:
        return None
    sentences = _sentences(passage.text)
    for first, sentence in enumerate(sentences):
        if sentence.opens and wanted.startswith(sentence.words.rstrip(_ENDING)):
            joined = ""
            for last in sentences[first:]:
                joined = f"{joined} {last.words}".strip()
                if last.closes and joined.rstrip(_ENDING) == wanted:
                    return sentence.start, last.end
                if len(joined) > len(wanted) + 2:
                    break
    return None


class _Sentence:
    """A span of a passage: its words in one spelling, and whether a quotation of whole sentences may begin or end with it."""

    __slots__ = ("closes", "end", "opens", "start", "words")

    def __init__(self, words: str, start: int, end: int, opens: bool, closes: bool) -> None:
        self.words, self.start, self.end, self.opens, self.closes = words, start, end, opens, closes


@lru_cache(maxsize=2_048)
def _sentences(text: str) -> tuple[_Sentence, ...]:
    spans = sentence_spans(text)
    in_list, bulleted, found = False, False, []
    for start, end in spans:
        written = text[start:end]
        words = _ITEM.sub("", _normal(_REFERENCE.sub(" ", written)))
        if not words:
            continue
        if bulleted and not _ITEM.match(written) and text[:start].rstrip(" ").endswith("\n"):
            in_list = bulleted = False
        bulleted = bulleted or bool(_ITEM.match(written))
        reference = next((match for match in _REFERENCE.finditer(written) if match.end() == len(written)), None)
        leads_in = words.endswith(":")
        stopped = words[-1] in _STOPS or words[-2:-1] in tuple(_STOPS) or end == spans[-1][1]
        opens = not in_list and not _in_speech(text, start)
        closes = stopped and not leads_in and not _in_speech(text, end)
        found.append(_Sentence(words, start, start + reference.start() if reference else end, opens, closes))
        in_list = in_list or leads_in
    for one, following in pairwise(found):
        following.opens = following.opens and one.closes
    return tuple(found)


def _in_speech(text: str, place: int) -> bool:
    """Whether a place lies inside words in double quotation marks."""
    before = text[:place]
    return before.count("“") > before.count("”") or before.count('"') % 2 == 1


def _stands_in(quoted: str, text: str) -> bool:
    """Whether the pieces of a quotation stand in a text in their order, as whole words, and no "not" has been left out between."""
    source = _normal(text)
    place, before = 0, None
    for piece in _OMISSION.split(quoted):
        words = _normal(piece).strip(_ENDING + "'")
        if not words:
            continue
        found = re.compile(rf"(?<!\w){_either_case(words)}(?!\w)").search(source, place)
        if found is None:
            return False
        left_out = source[place : found.start()]
        if before is not None and _NEGATION.search(left_out) and not re.search(r"[,;.?!]", left_out):
            return False
        place, before = found.end(), words
    return before is not None


def _either_case(words: str) -> str:
    first = words[0]
    return (f"[{first.upper()}{first.lower()}]" if first.isalpha() else re.escape(first)) + re.escape(words[1:])


@lru_cache(maxsize=2_048)
def _normal(text: str) -> str:
    return re.sub(r"\s+", " ", text.translate(_ALIKE)).strip()
