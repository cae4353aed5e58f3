"""Headings of a report that is no CLAS review, told by their shape alone."""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.front_matter import is_label
from index.lines import Line
from index.starts import Outline, Start, Starts, ends_sentence
from index.titles import split_number

# Headings that the file itself marks: with so many of them nothing else is one.
_MARKED = 3
_FIRST_PAGE_LINES = 25
_LONGEST = 110
_ASKS = re.compile(r"(?:What|How|Why|Who|Where|When|Which)\b[^.!?:;]*$")
_OPEN = re.compile(
    r"(?:[.,;:!)”\"]|\b(?:and|or|of|the|a|an|to|in|for|with|by|from|at|on|as|that|is|are|was|were|has|have|be))$"
)


def join_questions(lines: Sequence[Line], width: int) -> tuple[Line, ...]:
    """Lines in which a question that serves as heading and takes two lines is one line."""
    joined: list[Line] = []
    i = 0
    while i < len(lines):
        line = lines[i]
        following = lines[i + 1] if width and i + 1 < len(lines) else None
        if following and _ASKS.match(line.text) and following.text.endswith("?") and not following.gap:
            begins = line.gap or not joined or ends_sentence(joined[-1].text)
            if begins and not _OPEN.search(line.text) and len(following.text) < 0.8 * width:
                line = replace(line, text=f"{line.text} {following.text}")
                i += 1
        joined.append(line)
        i += 1
    return tuple(joined)


def add_shape_headings(lines: Sequence[Line], outline: Outline, width: int) -> Outline:
    """The outline with a heading at each short line that stands over prose as a heading does."""
    labels = [i for i, line in enumerate(lines[:_FIRST_PAGE_LINES]) if is_label(line.text)]
    first = max(
        outline.body if outline.contents_titles else 0,
        _after_label(lines, labels[-1]) if labels else _after_cover(lines),
    )
    starts = dict(outline.starts)
    if sum(line.level > 0 for line in lines) >= _MARKED:
        return outline
    for i in range(first, len(lines)):
        if i not in starts and _is_heading(lines, i, first, width):
            starts[i] = Start(Starts.HEADING, *split_number(lines[i].text))
    body = min(
        (i for i, start in starts.items() if start.starts is not Starts.CONTENTS and i >= first), default=len(lines)
    )
    starts = {i: start for i, start in starts.items() if i >= body or start.starts is Starts.CONTENTS}
    return Outline(starts, body, outline.contents_titles, outline.warnings)


def _after_label(lines: Sequence[Line], label: int) -> int:
    """Index of the line after a label's value, which may stand on the next line."""
    return label + (2 if lines[label].text.endswith(":") else 1)


def _after_cover(lines: Sequence[Line]) -> int:
    """Index of the line after the title, where a short first line is one."""
    begin = 1 if lines[0].text.startswith("SOURCE:") else 0
    if len(lines) <= begin + 2 or lines[begin].level:
        return begin
    return begin + (len(lines[begin].text) <= _LONGEST and not ends_sentence(lines[begin].text))


def _is_heading(lines: Sequence[Line], i: int, first: int, width: int) -> bool:
    line = lines[i]
    text = split_number(line.text)[1]
    if line.level:
        return True
    limit = _LONGEST if not text.endswith("?") else 1.5 * _LONGEST
    if line.bullet or not text[:1].isupper() or len(text) > limit or len(text) < 3 or _OPEN.search(text):
        return False
    if i + 1 == len(lines) or not _is_prose(lines[i + 1], width):
        return False
    if width and not line.gap and not (i == first or ends_sentence(lines[i - 1].text)):
        return False
    if width and not lines[i + 1].gap and len(text) > 0.75 * width and not text.endswith("?"):
        return False
    return not lines[i + 1].text[:1].islower() and len(text.split()) <= 24


def _is_prose(line: Line, width: int) -> bool:
    return line.bullet or len(line.text) >= (0.7 * width if width else 60) or bool(re.search(r"\w[.:]$", line.text))
