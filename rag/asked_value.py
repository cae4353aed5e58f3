"""The value that a question asks for: money, a share, a number of something; a passage without one cannot answer it."""

import re
from collections.abc import Sequence

from rag.retrieve import RetrievedPassage
from rag.words import content_stems, stem, words

_MONEY_ASKED = re.compile(
    r"\bhow much (?:money|did|does|do|will|would|is|was|has)\b.{0,60}\b(?:cost|costs|spend|spent|pay|paid|worth|"
    r"charge|charged|funding)\b|"
    r"\b(?:what|which) (?:is|was|are|were|will be)?\s*(?:the )?(?:cost|price|budget|salary|fee|funding)\b|"
    r"\bhow (?:expensive|costly)\b",
    re.IGNORECASE,
)
_SHARE_ASKED = re.compile(
    r"\b(?:what|which) (?:percentage|per\s?cent|proportion|share|fraction)\b|\bhow many per\s?cent\b", re.IGNORECASE
)
_COUNT_ASKED = re.compile(
    r"\bhow many (?P<noun>(?:[\w'’-]+\s+){0,4}?[\w'’-]+)(?=\s+(?:is|are|was|were|has|have|had|did|do|does|will|"
    r"would|can|could|may|must|should|took|take|need|got)\b|[?.,]|$)",
    re.IGNORECASE,
)
_MONEY = re.compile(r"[£$€]\s?\d|\b\d[\d,.]{0,30}\s?(?:pounds|million|k)\b", re.IGNORECASE)
_SHARE = re.compile(r"\d\s?%|\bper\s?cent\b|\b(?:half|third|quarter|majority|most|all|none) of\b", re.IGNORECASE)
_FIGURE = re.compile(r"(?<![\d.])\d+\.\d+(?![\d.])|\b\d+(?=\s?%)")
_NUMBER_WORDS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred no none single both".split()
)
_NEAR = 6
# Share of the best chance; below a half some right hits are lost to worse ones that hold a figure, above it more are refused.
NEAR_THE_BEST = 0.5


def with_asked_value(question: str, hits: Sequence[RetrievedPassage]) -> list[RetrievedPassage]:
    """The hits that hold a value of the kind asked for, as long as they come near the best one.

    Where the question itself holds a figure ("what is the 22.4%?"), those that print it, at whatever score.
    All hits, where the question asks for no such value.
    """
    if printed := printing_its_figures(question, hits):
        return printed
    if not any(pattern.search(question) for pattern in (_MONEY_ASKED, _SHARE_ASKED, _COUNT_ASKED)):
        return list(hits)
    return [hit for hit in hits if hit.score >= NEAR_THE_BEST * hits[0].score and _holds(question, hit.passage.text)]


def printing_its_figures(question: str, hits: Sequence[RetrievedPassage]) -> list[RetrievedPassage]:
    """The hits that print a decimal or a percentage of the question; none where it holds no such figure."""
    figures = _FIGURE.findall(question)
    return [
        hit for hit in hits if any(re.search(rf"(?<![\d.]){re.escape(f)}(?!\d)", hit.passage.text) for f in figures)
    ]


def _holds(question: str, text: str) -> bool:
    if _MONEY_ASKED.search(question):
        return _MONEY.search(text) is not None
    if _SHARE_ASKED.search(question):
        return _SHARE.search(text) is not None
    if asked := _COUNT_ASKED.search(question):
        return _counts(asked["noun"], text)
    return True


def _counts(noun: str, text: str) -> bool:
    """Whether a number stands near the thing counted; a text with other words for that thing needs any number."""
    tokens = words(text)
    numbers = [place for place, token in enumerate(tokens) if token[0].isdigit() or token in _NUMBER_WORDS]
    if not numbers:
        return False
    counted = {stem(word) for word in words(noun)} & content_stems(text)
    places = [place for place, token in enumerate(tokens) if stem(token) in counted]
    return not places or any(0 <= place - number <= _NEAR for place in places for number in numbers)
