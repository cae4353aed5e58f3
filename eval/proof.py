"""What of an answer is proved: quotes that stand in the passage they are attributed to, sentences that carry a mark."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from index.sentences import sentence_spans

LEAST_PIECE_WORDS = 3
LEAST_QUOTE_CHARACTERS = 12
# Share of the words of two sentences together that they have in common, from which one nearly repeats the other.
NEAR_REPEAT = 0.6
_BETWEEN = "\0"  # stands in no passage, so that no quote reaches from one into the next
_MARKS = re.compile(r"\[(?:[\w-]+ )?[¶R§][^\[\]]*\]")
_RUN_END = re.compile(rf"{_MARKS.pattern}|{_BETWEEN}\d+{_BETWEEN}|$")
_ELLIPSIS = re.compile(r"\s*\[?(?:…|\.{3})\]?\s*")
_SPEECH = re.compile(r"\w")
_WORD = re.compile(r"\d+(?:[.,]\d+)*%?|[^\W\d_]+(?:'[^\W\d_]+)?")
_DECIDING = frozenset(
    "no not never none nobody nothing neither nor without cannot unable all every each most many some several few any only always "
    "often sometimes rarely seldom routinely consistently usually both half majority minority one two three four five six seven "
    "eight nine ten eleven twelve".split()
)
# What statements on marks and links are worded with.
_OF_STRUCTURE = (
    "finding findings recommendation recommendations paragraph paragraphs section there are is in that no refer refers to "
    "follows from addressed should"
)


class QuoteVerdict(StrEnum):
    """Where the words of a quote stand; only SUPPORTED is faithful.

    SUPPORTED: verbatim, as whole words, in a passage it is attributed to and at the place it gives, where it gives one.
    MISATTRIBUTED: verbatim, but only in another passage or at another place. STITCHED: made of pieces, of three words or more
    each, that stand verbatim but not together. NOT_FOUND: anything else, also what is too short to prove anything.
    """

    SUPPORTED = "supported"
    MISATTRIBUTED = "misattributed"
    STITCHED = "stitched"
    NOT_FOUND = "not found"


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that an answer says are verbatim, the ids it attributes them to, and their place in the first, where it gives one."""

    words: str
    attributed_to: tuple[str, ...]
    place: tuple[int, int] | None = None


def judge_quote(quote: Quote, passages: Mapping[str, str]) -> QuoteVerdict:
    """Where the words of a quote stand; white space and letters count as they are.

    Args:
        quote: what is said to be verbatim.
        passages: id -> text of all passages.
    """
    words = quote.words
    told = [passages[i] for i in quote.attributed_to if i in passages]
    if len(words.strip()) < LEAST_QUOTE_CHARACTERS and words not in told:
        return QuoteVerdict.NOT_FOUND
    if any(_stands_in(words, text) for text in told):
        placed = quote.place is None or told[0][slice(*quote.place)] == words
        return QuoteVerdict.SUPPORTED if placed else QuoteVerdict.MISATTRIBUTED
    everything = _BETWEEN.join(passages.values())
    if _stands_in(words, everything):
        return QuoteVerdict.MISATTRIBUTED
    pieces = [piece for piece in _ELLIPSIS.split(words) if _SPEECH.search(piece)]
    if pieces and all(_made_of_pieces(piece.split(), everything) for piece in pieces):
        return QuoteVerdict.STITCHED
    return QuoteVerdict.NOT_FOUND


def _stands_in(words: str, text: str) -> bool:
    """Whether the words stand in the text and begin and end where words do."""
    before, after = (r"(?<!\w)" if words[:1].isalnum() else ""), (r"(?!\w)" if words[-1:].isalnum() else "")
    return words in text and re.search(before + re.escape(words) + after, text) is not None


def _made_of_pieces(words: Sequence[str], everything: str) -> bool:
    """Whether the words can be cut into runs of LEAST_PIECE_WORDS or more that stand verbatim (a shorter whole may stand)."""
    if _stands_in(" ".join(words), everything):
        return True
    reached = {0}
    for end in range(LEAST_PIECE_WORDS, len(words) + 1):
        starts = (start for start in reached if end - start >= LEAST_PIECE_WORDS)
        if any(_stands_in(" ".join(words[start:end]), everything) for start in starts):
            reached.add(end)
    return len(words) in reached


def quotes_of(answer: Mapping[str, Any]) -> Iterator[Quote]:
    """Every quote of an answer: of its citations, of its sentences, and the sentences that it says are verbatim themselves.

    A citation without words to rely on is an empty quote, which nothing supports.
    """
    for citation in answer.get("citations", ()):
        place = citation.get("quote_start"), citation.get("quote_end")
        yield Quote(citation.get("quote") or "", (citation["id"],), None if None in place else place)
    for sentence in answer.get("sentences", ()):
        if sentence.get("quote"):
            yield Quote(sentence["quote"], tuple(sentence["citations"]))
        if sentence.get("decided_by") == "verbatim":
            yield Quote(sentence["text"], tuple(sentence["citations"]))


def marks_of(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Every mark in square brackets that a reader sees in the answer, without its report."""
    return tuple(_mark_in(mark) for mark in _MARKS.findall(str(answer.get("answer", ""))))


def sentences_covered(answer: Mapping[str, Any], cited: Mapping[str, Mapping[str, Any]]) -> tuple[bool, ...]:
    """For each sentence that a reader sees, whether it is cited: whether a mark of a valid id follows it at once.

    An entry of `answer["sentences"]` is one sentence, however long, and must be followed by a mark of its own; where it announces
    what it cites (it ends in a colon) its ids are enough. Other text before such an entry or a mark is a label, and no sentence, if
    it ends in a colon and most of its words are of the cited passages' headings and organisations.

    Args:
        answer: as the API gives it.
        cited: id -> line of passages.jsonl, of the ids that the answer cites and that name a passage of a report.
    """
    marks = {i: i.rpartition("/")[2] for i in cited}
    known = _words(" ".join([_OF_STRUCTURE, *map(_around, cited.values())]))
    told: dict[str, set[str]] = {}
    for sentence in answer.get("sentences", ()):
        own = {marks[i] for i in sentence["citations"] if i in marks}
        if words := " ".join(sentence["text"].split()):
            told.setdefault(words, set()).update(own)
    text = " ".join(str(answer.get("answer", "")).split())
    by_length = sorted(told, key=len, reverse=True)
    for number, words in enumerate(by_length):
        text = text.replace(words, f"{_BETWEEN}{number}{_BETWEEN}")
    covered: list[bool] = []
    position = 0
    runs = list(_RUN_END.finditer(text))
    for run, following in zip(runs, [*runs[1:], None], strict=True):
        before = text[position : run.start()]
        labelled = run[0] != ""
        loose = [before[a:b] for a, b in sentence_spans(before)]
        loose = [words for words in loose if _SPEECH.search(words) and not (labelled and _is_label(words, known))]
        marked = _mark_in(run[0]) in marks.values()
        covered += [marked and words is loose[-1] for words in loose]
        if run[0].startswith(_BETWEEN):
            words = by_length[int(run[0].strip(_BETWEEN))]
            beside = following is not None and not _SPEECH.search(text[run.end() : following.start()])
            follows = beside and following is not None and _mark_in(following[0]) in told[words]
            covered.append(follows or (words[-1] == ":" and bool(told[words])))
        position = run.end()
    return tuple(covered)


def _is_label(words: str, known: frozenset[str]) -> bool:
    said = _words(words)
    return words[-1] == ":" and 2 * len(said & known) >= len(said)


def _around(passage: Mapping[str, Any]) -> str:
    """What a passage stands under, is about and is linked to, as words."""
    linked = (*passage["recommendations"], *passage["findings"])
    return " ".join(
        (passage["mark"], *passage["heading"], *passage["organisations"], *passage["addressed_to"], *linked)
    )


def _mark_in(run: str) -> str:
    return run.strip("[]").rpartition(" ")[2]


def sentences_supported(answer: Mapping[str, Any], passages: Mapping[str, Mapping[str, Any]]) -> tuple[bool, ...]:
    """For each entry of `answer["sentences"]`, whether the passages it cites hold what decides it; no judge, words alone.

    Supported is what stands verbatim in a cited passage. Other words must not bring in a number, negation or quantifier that the
    cited passages (or the count of them, or their marks) lack, nor more than half of their other words; and where they nearly repeat
    a sentence of a passage, its numbers, negations and quantifiers must all be there.
    """
    return tuple(_supported(sentence, passages) for sentence in answer.get("sentences", ()))


def _supported(sentence: Mapping[str, Any], passages: Mapping[str, Mapping[str, Any]]) -> bool:
    cited = [passages[i] for i in dict.fromkeys(sentence["citations"]) if i in passages]
    text = " ".join(sentence["text"].split())
    held = [" ".join(passage["text"].split()) for passage in cited]
    if text and any(text in passage for passage in held):
        return True
    numbers = [str(len(cited)), *(str(p["section_number"]) for p in cited)]
    structure = _OF_STRUCTURE if sentence.get("decided_by") == "metadata" else ""
    words, known = _words(text), _words(" ".join((*held, *map(_around, cited), *numbers, structure)))
    if not words or _deciding(words) - known:
        return False
    if 2 * len(words & known) < len(words):
        return False
    spans = [_words(passage[a:b]) for passage in held for a, b in sentence_spans(passage)]
    near = [span for span in spans if len(words & span) >= NEAR_REPEAT * len(words | span)]
    return not near or any(_deciding(span) == _deciding(words) for span in near)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold().replace("’", "'")))


def _deciding(words: Collection[str]) -> frozenset[str]:
    """Numbers, negations and quantifiers: one of them changed, and a finding is another."""
    return frozenset(word for word in words if word in _DECIDING or word[0].isdigit() or word.endswith("n't"))
