"""Text with marks -> its sentences, each with the marks it bears; whole, or piece by piece as it is written.

A mark is written in square brackets: [¶1.2], [R2.1, R2.3], [some-report-2015 ¶1.2], [¶1.2–¶1.4]. Round brackets are read as well where
they name what they hold: (para 1.2), (recommendations 2.1 and 2.3). What stands in brackets like a citation and names no passage
("[9]") is a mark too, one that leads nowhere.
"""

import re
import unicodedata
from dataclasses import dataclass

from index.report import possible_marks
from index.sentences import sentence_spans

_OPEN, _CLOSE = "[【［〔", "]】］〕"
_NUMBER = r"\d{1,3}(?:\.\d{1,3}){0,3}"
_KIND = r"(?:¶+|§|p(?:ara(?:graph)?)?s?\.?|findings?|r(?:ec(?:ommendation)?s?)?\.?)"
_IN_SQUARE = re.compile(
    rf"\s*[{re.escape(_OPEN)}](?P<inside>[^{re.escape(_OPEN + _CLOSE)}\n]{{1,200}})[{re.escape(_CLOSE)}]"
)
_IN_ROUND = re.compile(
    rf"\s*\((?P<inside>(?:see\s+)?(?:¶|§|p|para(?:graph)?s?|findings?|r|rec(?:ommendation)?s?)[\s.]*(?:{_NUMBER}|[\w-]+\.\d+)"
    rf"(?:\s*(?:,|;|&|and|to|[-–—])?\s*{_KIND}?\s*{_NUMBER})*)\)",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s*[,;&]\s*(?:and\s+)?|\s+and\s+", re.IGNORECASE)
_RANGE = re.compile(r"\s*(?:[-–—]|\bto\b)\s*", re.IGNORECASE)
_WITH_KIND = re.compile(
    rf"(?:(?P<report>[a-z0-9][a-z0-9-]*?)[\s/,:]+)??(?P<kind>{_KIND})?\s*(?P<number>{_NUMBER})", re.IGNORECASE
)
_UNNUMBERED = re.compile(r"(?:(?P<report>[a-z0-9][a-z0-9-]*?)[\s/,:]+)??(?P<mark>(?:§|s-)[\w-]+\.\d+)", re.IGNORECASE)
_LEAD = re.compile(r"^(?:see|source|cf\.?|ref\.?)\s*:?\s+", re.IGNORECASE)
_HEADING = re.compile(r"^[^\S\n]*#{1,6}[^\S\n][^\n]*", re.MULTILINE)
_BULLET = re.compile(r"^[^\S\n]*(?:[-–—•▪◦*·>]|\(?\d{1,2}[.)])[^\S\n]+", re.MULTILINE)
_EMPHASIS = re.compile(r"\*\*|__")
_ENDED = re.compile(r"[.?!…][\"'’”)]*\Z")
_ONLY_POINTS = re.compile(r"[\W_]*")


@dataclass(frozen=True, slots=True)
class WrittenMark:
    """One mark as somebody wrote it.

    Attributes:
        written: the words in the brackets that it was read from.
        report: id of the report written in front of it, or None.
        marks: canonical marks it may mean, most likely first; () where it names no passage.
        last: canonical mark that ends a range, or None.
    """

    written: str
    report: str | None = None
    marks: tuple[str, ...] = ()
    last: str | None = None


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A sentence without its marks, and the marks in order; `text` has single spaces."""

    text: str
    marks: tuple[WrittenMark, ...] = ()


def readable(text: str) -> str:
    """The text without what cannot be seen (control and format characters, tags), and without Markdown's signs and headings."""
    seen = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs", "Cn"})
    return _EMPHASIS.sub("", _BULLET.sub("\n", _HEADING.sub("", seen)))


def cited_sentences(text: str) -> list[CitedSentence]:
    """The sentences of a text in order. A mark belongs to the sentence it stands in, or to the one it follows."""
    words: list[str] = []
    length = 0
    at: list[tuple[int, tuple[WrittenMark, ...]]] = []
    done = 0
    source = readable(text)
    for start, end, marks in _mark_groups(source):
        words.append(source[done:start])
        length += start - done
        at.append((length, marks))
        done = end
        # Marks at the end of a line, or after a full stop, end the sentence, however the next one begins.
        if source[end : end + 1] == "\n" or _ENDED.search(source, 0, start):
            words.append("\n\n")
            length += 2
    stripped = "".join(words) + source[done:]
    spans = sentence_spans(stripped)
    found: list[tuple[str, list[WrittenMark]]] = [(" ".join(stripped[start:end].split()), []) for start, end in spans]
    for position, marks in at:
        owner = max((n for n, (start, _) in enumerate(spans) if start < position), default=0)
        if found:
            found[owner][1].extend(marks)
    kept = [CitedSentence(words, tuple(dict.fromkeys(marks))) for words, marks in found]
    return [one for one in kept if one.marks or not _ONLY_POINTS.fullmatch(one.text)]


class SentenceStream:
    """Sentences out of text that arrives in pieces, each given once nothing that follows can change it.

    However the pieces are cut, the sentences are those of the whole text.
    """

    def __init__(self) -> None:
        self._text = ""
        self._given = 0

    def feed(self, piece: str) -> list[CitedSentence]:
        """Take the next piece; the sentences that it completes."""
        self._text += piece
        settled = _before_open_bracket(self._text)
        sentences = cited_sentences(settled)
        # The last sentence may go on; and the word after a full stop tells whether it ended one, so that word must be whole.
        whole_word_follows = bool(sentences) and " " in sentences[-1].text
        return self._new(sentences[: -1 if whole_word_follows else -2])

    def finish(self) -> list[CitedSentence]:
        """The sentences left when the text has ended."""
        return self._new(cited_sentences(self._text))

    def _new(self, sentences: list[CitedSentence]) -> list[CitedSentence]:
        fresh = sentences[self._given :]
        self._given = max(self._given, len(sentences))
        return fresh


def _before_open_bracket(text: str) -> str:
    """The text up to a bracket that is not closed yet; up to a line's end where it never will be."""
    for opening in re.finditer(rf"[{re.escape(_OPEN)}(]", text):
        rest = text[opening.start() + 1 :]
        if not re.search(rf"[{re.escape(_CLOSE)})]", rest) and len(rest) <= 200:
            return text[: opening.start()]
    return text


def _mark_groups(text: str) -> list[tuple[int, int, tuple[WrittenMark, ...]]]:
    groups = []
    for pattern, sure in ((_IN_SQUARE, False), (_IN_ROUND, True)):
        for match in pattern.finditer(text):
            marks = _marks_in(match["inside"])
            if marks and (sure or any(mark.marks for mark in marks) or _looks_cited(match["inside"])):
                groups.append((match.start(), match.end(), marks))
    return sorted(groups)


def _looks_cited(inside: str) -> bool:
    """Whether what stands in square brackets can only be meant as a citation: it holds a number or a mark's sign."""
    return any(character.isdigit() or character in "¶§" for character in inside)


def _marks_in(inside: str) -> tuple[WrittenMark, ...]:
    marks: list[WrittenMark] = []
    report: str | None = None
    kind = ""
    for part in _SEPARATOR.split(_LEAD.sub("", inside.strip())):
        if found := _UNNUMBERED.fullmatch(part):
            report = found["report"] or report
            marks.append(WrittenMark(inside, report, possible_marks(found["mark"])))
            continue
        ends = _RANGE.split(part) if not _WITH_KIND.fullmatch(part) else [part]
        read = [_WITH_KIND.fullmatch(end) for end in ends]
        if len(read) > 2 or not all(read):
            marks.append(WrittenMark(inside))
            continue
        canonical: list[tuple[str, ...]] = []
        for one in read:
            assert one is not None
            report = one["report"].lower() if one["report"] else report
            kind = _plain_kind(one["kind"]) or kind
            canonical.append(possible_marks(f"{kind}{one['number']}"))
        last = canonical[1][0] if len(canonical) == 2 and canonical[1] else None
        marks.append(WrittenMark(inside, report, canonical[0], last))
    return tuple(marks)


def _plain_kind(written: str | None) -> str:
    if not written:
        return ""
    return {"r": "R", "§": "§"}.get(written[0].lower(), "¶")
