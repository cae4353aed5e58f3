"""What of an answer is proved: quotes that stand in the passage they are attributed to, sentences that carry a mark."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from index.sentences import sentence_spans

LEAST_PIECE_WORDS = 3
_BETWEEN = "\0"  # stands in no passage, so that no quote reaches from one into the next
_MARKS = re.compile(r"\[(?:[\w-]+ )?[¶R§][^\[\]]*\]")
_RUN_END = re.compile(rf"{_MARKS.pattern}|{_BETWEEN}|$")
_ELLIPSIS = re.compile(r"\s*\[?(?:…|\.{3})\]?\s*")
_SPEECH = re.compile(r"\w")


class QuoteVerdict(StrEnum):
    """Where the words of a quote stand; only SUPPORTED is faithful.

    SUPPORTED: verbatim in a passage it is attributed to. MISATTRIBUTED: verbatim, but in another passage only. STITCHED: made
    of pieces, of three words or more each, that stand verbatim but not together. NOT_FOUND: anything else.
    """

    SUPPORTED = "supported"
    MISATTRIBUTED = "misattributed"
    STITCHED = "stitched"
    NOT_FOUND = "not found"


def judge_quote(quote: str, attributed_to: Sequence[str], passages: Collection[str]) -> QuoteVerdict:
    """Where the words of a quote stand.

    Args:
        quote: verbatim words; white space and letters count as they are.
        attributed_to: texts of the passages that it is said to come from.
        passages: texts of all passages.
    """
    if any(quote in text for text in attributed_to):
        return QuoteVerdict.SUPPORTED
    everything = _BETWEEN.join(passages)
    if quote in everything:
        return QuoteVerdict.MISATTRIBUTED
    pieces = [piece for piece in _ELLIPSIS.split(quote) if _SPEECH.search(piece)]
    if pieces and all(_made_of_pieces(piece.split(), everything) for piece in pieces):
        return QuoteVerdict.STITCHED
    return QuoteVerdict.NOT_FOUND


def _made_of_pieces(words: Sequence[str], everything: str) -> bool:
    """Whether the words can be cut into runs of LEAST_PIECE_WORDS or more that stand verbatim (a shorter whole may stand)."""
    if " ".join(words) in everything:
        return True
    reached = {0}
    for end in range(LEAST_PIECE_WORDS, len(words) + 1):
        starts = (start for start in reached if end - start >= LEAST_PIECE_WORDS)
        if any(" ".join(words[start:end]) in everything for start in starts):
            reached.add(end)
    return len(words) in reached


def quotes_of(answer: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[str]]]:
    """Every quote of an answer with the ids it is attributed to: those of its citations, then those of its sentences."""
    for citation in answer.get("citations", ()):
        if citation.get("quote"):
            yield citation["quote"], [citation["id"]]
    for sentence in answer.get("sentences", ()):
        if sentence.get("quote"):
            yield sentence["quote"], sentence["citations"]


def sentences_covered(answer: Mapping[str, Any], valid: Collection[str]) -> tuple[bool, ...]:
    """For each sentence that a reader sees, whether it is cited.

    Covered are the entries of `answer["sentences"]` with a valid id whose words stand in the answer, and what a mark of a valid
    id follows at once. A label (it ends in a colon) is no sentence.

    Args:
        answer: as the API gives it.
        valid: ids that the answer cites and that name a passage of a report.
    """
    marks = {i.rpartition("/")[2] for i in valid}
    told = {" ".join(s["text"].split()) for s in answer.get("sentences", ()) if set(s["citations"]) & set(valid)}
    text = " ".join(str(answer.get("answer", "")).split())
    covered: list[bool] = []
    for sentence in sorted(filter(None, told), key=len, reverse=True):
        covered += [True] * text.count(sentence)
        text = text.replace(sentence, _BETWEEN)
    position = 0
    for run in _RUN_END.finditer(text):
        before = text[position : run.start()]
        loose = [span for a, b in sentence_spans(before) if _SPEECH.search(span := before[a:b]) and span[-1] != ":"]
        marked = run[0].strip("[]").rpartition(" ")[2] in marks
        covered += [marked and sentence is loose[-1] for sentence in loose]
        position = run.end()
    return tuple(covered)
