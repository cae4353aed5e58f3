"""Hurried typing ("wot recs r for us", "everthing"): spelled out before a question is read, never in what is shown or searched."""

import re
from collections.abc import Callable

from rapidfuzz.distance import OSA

# As in text messages; a word that a report uses is never taken for one of these.
_CHAT = {
    "u": "you", "ur": "your", "r": "are", "n": "and", "wot": "what", "wat": "what", "wots": "what is", "wats": "what is",
    "wich": "which", "hav": "have", "pls": "please", "plz": "please", "coz": "because", "cuz": "because", "evry": "every",
    "wanna": "want to", "gotta": "got to", "gonna": "going to", "dont": "don't", "didnt": "didn't", "doesnt": "doesn't",
    "isnt": "isn't", "arent": "aren't", "hasnt": "hasn't", "havent": "haven't",
}  # fmt: skip
_WORD = re.compile(r"(?<![\w.'’-])[A-Za-z]+(?![\w'’-])(?!\.?\d|\s\d)")
_TO = re.compile(
    r"\b(needs?|ha(?:s|ve)|got|supposed|meant|wants?|asked|told)\s+2\s+(?=(?:do|be|have|make|get|act|answer|respond|deliver|sort|send|put|take|show|give|say|know)\b)",
    re.IGNORECASE,
)
_FOR = re.compile(r"(?<=[a-z])\s+4\s+(?=(?:the|us|our|each|every|any|all|nhs)\b)", re.IGNORECASE)
_OF_A_PART = re.compile(r"\b(?:section|group|chapter|part|tier|level|year|age|aged)$", re.IGNORECASE)
# The longer words by which a question shows what it wants; a slip of the finger in one of them hides it.
_CUES = (
    "everything", "recommendation", "recommendations", "recommended", "organisation", "organisations", "organization",
    "organizations", "finding", "findings", "paragraph", "paragraphs", "section", "sections", "chapter", "chapters", "action",
    "actions", "evidence", "addressed", "responsible", "provider", "providers", "commissioner", "commissioners", "quotation",
    "quotations", "example", "examples", "studies", "required",
)  # fmt: skip
_LEAST_LETTERS = 5
_LETTERS_FOR_TWO_SLIPS = 11


def spelled_out(text: str, is_known: Callable[[str], bool]) -> str:
    """The text with chat spellings written in full and slips in the words that steer a question put right.

    Args:
        text: a question.
        is_known: whether a lower-case word is one that the reports use; such a word is never touched.
    """
    text = _TO.sub(r"\1 to ", text)
    text = _FOR.sub(lambda match: match[0] if _OF_A_PART.search(text[: match.start()]) else " for ", text)
    return _WORD.sub(lambda match: _in_full(match[0], is_known), text)


def _in_full(word: str, is_known: Callable[[str], bool]) -> str:
    lower = word.lower()
    if len(word) == 1 and word.isupper():
        return word
    if lower in _CHAT and (len(lower) < 2 or not is_known(lower)):
        return _CHAT[lower]
    if len(lower) < _LEAST_LETTERS or lower in _CUES or is_known(lower):
        return word
    slips = 2 if len(lower) >= _LETTERS_FOR_TWO_SLIPS else 1
    near = [(OSA.distance(lower, cue), cue) for cue in _CUES if abs(len(cue) - len(lower)) <= slips]
    distance, cue = min(near, default=(slips + 1, word))
    return cue if distance <= slips else word
