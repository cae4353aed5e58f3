"""Lines -> `Block`s: paragraphs, list items, headings, with hard-wrapped lines joined and each character's source line kept."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from index.lines import Line
from index.references import UNFINISHED
from index.starts import Outline, Start, Starts, ends_sentence

_REFERENCE_ALONE = re.compile(
    r"[(\[]\s*(?:see\s+)?(?:rec(?:ommendation)?s?(?![a-z])|R\.?\s?\d)[^()\[\]]{0,60}[)\]][.\s]*", re.IGNORECASE
)
# First parts of compounds that keep their hyphen though they are seldom words of their own.
_PREFIXES = {
    "multi", "inter", "non", "co", "pre", "post", "re", "self", "well", "anti", "sub", "under", "over", "out", "long", "short", "high",
    "low", "one", "two", "three", "four", "five", "six", "twenty", "full", "part", "in", "on", "off", "up", "to", "mid", "cross", "semi",
    "ex", "all", "half", "face", "drop", "follow", "ante", "neo", "decision", "policy", "evidence", "child", "care",
}  # fmt: skip
# Last parts of such compounds.
_LAST = {"in", "up", "out", "off", "on", "down", "over", "by", "led", "based", "wide", "term", "old", "being"}
_AWAITS_NUMBER = re.compile(rf"{UNFINISHED}$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(slots=True)
class Block:
    """One paragraph while it is being read; `joints` are (offset in text, source line) pairs in rising order."""

    text: str
    start: Start | None
    line: Line
    joints: list[tuple[int, int]] = field(default_factory=list)

    def line_at(self, offset: int) -> int:
        """Source line of the character at this offset."""
        return max((joint for joint in self.joints if joint[0] <= offset), default=(0, self.line.number))[1]

    def append(self, line: Line, joiner: str) -> None:
        """Add a line; a joiner of "-" means that a word goes on after the hyphen already there."""
        if joiner == "-":
            joiner = ""
        self.joints.append((len(self.text) + len(joiner), line.number))
        self.text += joiner + line.text


def wrap_width(lines: Sequence[Line]) -> int:
    """Usual length of a full line where the source wraps its lines, else 0.

    A wrapped text shows in lines that go on in lower case; a text with one line a paragraph has next to none.
    """
    if len(lines) < 2:
        return 0
    lengths = sorted(
        len(line.text)
        for line, following in pairwise(lines)
        if following.text[:1].islower() and not following.bullet and not following.gap
    )
    if len(lengths) < 0.1 * len(lines):
        return 0
    full = lengths[int(0.75 * (len(lengths) - 1))]
    return full if full <= 200 else 0


def build_blocks(lines: Sequence[Line], outline: Outline, first: int, width: int) -> list[Block]:
    """Blocks of the lines from `first` on, in the order of the text."""
    hyphenated = Counter(word.casefold() for line in lines for word in _WORD.findall(line.text))
    blocks: list[Block] = []
    for i in range(first, len(lines)):
        line, start = lines[i], outline.starts.get(i)
        if start is not None and start.starts is Starts.CONTENTS:
            continue
        joiner = None
        if start is None and blocks:
            if _REFERENCE_ALONE.fullmatch(line.text) and _in_finding(blocks):
                blocks[-1].append(line, "\n")
                continue
            joiner = _joiner(blocks[-1], lines[i - 1], line, width, hyphenated)
        if joiner is None:
            text = start.rest if start is not None and start.number is not None else line.text
            blocks.append(Block(text, start, line, [(0, line.number)]))
            continue
        if joiner == "":
            blocks[-1].text = blocks[-1].text[:-1]
        blocks[-1].append(line, joiner)
    return blocks


def _in_finding(blocks: Sequence[Block]) -> bool:
    """Whether the last block is a finding or an item of a finding's list."""
    for block in reversed(blocks):
        if block.start is not None:
            return block.start.starts is Starts.FINDING
        if not block.line.bullet:
            return False
    return False


def _joiner(block: Block, before: Line, line: Line, width: int, words: Counter[str]) -> str | None:
    """What joins the line to the block: a space, "-" (hyphen kept), "" (hyphen dropped) or None for a new block."""
    if line.bullet:
        return None
    if block.start is not None and block.start.starts is Starts.HEADING:
        return None
    if not _goes_on(block, before, line, width):
        return None
    if re.search(r"[^\W_]-$", block.text[-2:]) and line.text[:1].isalnum():
        return _hyphen(block.text[-60:], line.text[:60], words)
    return " "


def _goes_on(block: Block, before: Line, line: Line, width: int) -> bool:
    """Whether the line goes on with the paragraph of the line before it."""
    open_group = block.start is not None and block.start.starts is Starts.GROUP and not block.text.endswith(":")
    if open_group and (line.page_break or not line.gap):
        return True
    unfinished = not ends_sentence(before.text)
    if line.text[:1].isdigit() and _AWAITS_NUMBER.search(before.text):
        return True
    if line.text[:1].islower() and not re.search(r"[.!?:;]$", before.text):
        return True
    numbered = block.start is not None and block.start.starts in {Starts.FINDING, Starts.RECOMMENDATION}
    if line.page_break and numbered and width and _fills(before.text, line.text, width):
        return True
    if line.gap:
        over_page = line.page_break and _fills(before.text, line.text, width, 0.85)
        return unfinished and (block.text.endswith("-") or bool(over_page) or _inside_words(before.text, width))
    if not width:
        return False
    return (
        unfinished
        or line.text[:1].islower()
        or len(before.text) >= 0.8 * width
        or _fills(before.text, line.text, width)
    )


def _fills(before: str, after: str, width: int, share: float = 0.97) -> bool:
    """Whether the next line's first word had no room left on the line before."""
    return len(before) + 1 + len(after.partition(" ")[0]) >= share * width


def _inside_words(text: str, width: int) -> bool:
    """Whether a full line stops where no paragraph does: at a comma, "and", "of", "the"."""
    return bool(
        width and re.search(r"(?:,|\b(?:and|or|of|the|a|an|to|in|for|with|by|from|that|which|is|are|was|were))$", text)
    )


def _hyphen(before: str, after: str, words: Counter[str]) -> str:
    """Whether the hyphen at a line's end is the word's own ("-") or the line's (""): as the report writes the word elsewhere."""
    first = re.search(r"[^\W\d_]+-$", before)
    second = re.match(r"[^\W\d_]+", after)
    if not first or not second:
        return "-"
    head, tail = first[0][:-1].casefold(), second[0].casefold()
    if words[head + tail] or words[f"{head}-{tail}"]:
        return "" if words[head + tail] > words[f"{head}-{tail}"] else "-"
    compound = second[0][0].isupper() or head in _PREFIXES or tail in _LAST or (words[head] > 1 and words[tail] > 1)
    return "-" if compound else ""
