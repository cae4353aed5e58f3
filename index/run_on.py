"""Pages that come as one line each are cut where a heading, a numbered paragraph, a label or a group of recommendations begins."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from statistics import median

from index.lines import Line
from index.report import number_key
from index.titles import TEMPLATE

_PAGE_CHARACTERS = 1000
_SENTENCE_END = r"(?:^|(?<=[.!?)\]”\":] ))"
_TITLE = "|".join(re.escape(title).replace(r"\ s\ ", "[’' ]s ").replace(r"\ ", " ") for title in TEMPLATE)
_AND = _TITLE.replace(" and ", " (?:and|&) ")
_CONTENTS = re.compile(r"Contents (?=.*\d)")
_CONTENTS_ENTRY = re.compile(r"((?:\d{1,2}(?:\.\d)?\.? )?[A-Z][^\d.]{2,60}?)[ .]+(\d{1,3})(?= |$)")
_LABEL = re.compile(
    r"(?:Date of (?:review|publication)|Name\(s\) of CQC|Provider services included|CCGs included|NHS England area|CQC region|"
    r"CQC Deputy Chief Inspector|CQC Regional Director)[^:]{0,80}:"
)
_HEADING = re.compile(rf"{_SENTENCE_END}((?:\d\.? )?(?=[A-Z])(?i:{_AND})) (?=[A-Z0-9“\"])")
_NUMBERED_HEADING = re.compile(r"(?<!\S)(\d{1,2}(?:\.\d)?)\.? [A-Z][\w’' &]{3,60}? (?=\1\.1[ .])")
_GROUP = re.compile(r"(?<!\S)\d{1,2}\. (?=[A-Z][^.:]{5,400}?\b(?:should|must):?(?: \d{1,2}\.1 |$))")
_ITEM = re.compile(r"(?<=[.!?)\]”\":a-z] )(\d{1,2}\.\d{1,2}(?:\.\d{1,2})?)\.? (?=[A-Z\"“‘'])")
_CASE = re.compile(rf"{_SENTENCE_END}Case (?:example|study)\b", re.IGNORECASE)
_ASKED = re.compile(r"\b(?:should|must): ")


def split_run_on(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines, cut into paragraphs where the source has one line a page; else as they are."""
    if not lines or median(len(line.text) for line in lines) < _PAGE_CHARACTERS:
        return tuple(lines)
    # Pages are read as one text, as a paragraph or a heading may go on over the page.
    text = " ".join(line.text for line in lines)
    page_starts = [0, *accumulate(len(line.text) + 1 for line in lines)][:-1]
    parts: list[Line] = []
    for start, end in pairwise(sorted(_cuts(text))):
        if part := text[start:end].strip():
            line = lines[bisect_right(page_starts, start) - 1]
            parts.append(replace(line, text=part, gap=True, page_break=False))
    return tuple(parts)


def _cuts(text: str) -> set[int]:
    """Offsets at which something begins, with both ends of the text."""
    cuts = {0, len(text)}
    body = 0
    if found := _CONTENTS.search(text):
        cuts |= {found.start(), found.end()}
        body = found.end()
        while entry := _CONTENTS_ENTRY.match(text, body):
            body = min(entry.end() + 1, len(text))
            cuts.add(body)
    for pattern in (_HEADING, _NUMBERED_HEADING):
        for found in pattern.finditer(text, body):
            cuts |= {found.start(), found.end()}
    for pattern in (_LABEL, _GROUP, _CASE):
        cuts |= {found.start() for found in pattern.finditer(text)}
    cuts |= {found.end() for found in _ASKED.finditer(text, body)}
    return cuts | _item_cuts(text, body, cuts)


def _item_cuts(text: str, body: int, cuts: set[int]) -> set[int]:
    """Where an item begins whose number follows the one before it."""
    found_cuts: set[int] = set()
    previous: tuple[int, ...] = ()
    for found in _ITEM.finditer(text, body):
        number = number_key(found[1])
        follows = number[:-1] == previous[:-1] and previous[-1] < number[-1] <= previous[-1] + 3
        if follows or not previous or number[-1] == 1 or found.start() in cuts:
            found_cuts.add(found.start())
            previous = number
    return found_cuts
