"""What each line starts: a heading, a numbered finding or recommendation, a group of recommendations, a case example."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from index.contents import find_contents
from index.front_matter import first_label
from index.lines import Line
from index.numbering import NumberScan
from index.references import UNFINISHED
from index.report import number_key
from index.starts import LONGEST_HEADING, Number, Outline, Start, Starts, begins
from index.titles import TEMPLATE, split_number, title_key

_ITEM = re.compile(
    r"(?:recommendation\s+|R)?[(\[]?(\d{1,2}(?:\s?\.\s?\d{1,3}){1,2})[.:)\]]?(?:\s+[-–:]?\s*(?=\S)|(?=[A-Z\"'“‘]))",
    re.IGNORECASE,
)
_LONE = re.compile(r"(?:recommendation\s+)?[(\[]?\d{1,2}(?:(?:\.\d{1,3}){1,2}[.:)\]]?|\.)|\d", re.IGNORECASE)
# What a line ends with when the number on the next line belongs to it.
_AWAITS_NUMBER = re.compile(
    rf"(?:{UNFINISHED}|\b(?:level|levels|tier|section|paragraph|figure|table|least|about|over|of))$", re.IGNORECASE
)
_CASE = re.compile(r"case (?:example|study)\b", re.IGNORECASE)


def join_lone_numbers(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Lines in which a number that stands alone is joined with the line below it."""
    joined: list[Line] = []
    waiting: Line | None = None
    for line in lines:
        if waiting is not None:
            line = replace(waiting, text=f"{waiting.text} {line.text}", bullet=waiting.bullet or line.bullet)
            waiting = None
        elif _LONE.fullmatch(line.text) and not (joined and _AWAITS_NUMBER.search(joined[-1].text)):
            waiting = line
            continue
        joined.append(line)
    return tuple(joined) if waiting is None else (*joined, waiting)


def read_outline(lines: Sequence[Line], width: int) -> Outline:
    """What each line starts. `width` is the usual length of a full line, 0 where lines are not wrapped."""
    starts: dict[int, Start] = {}
    first, last, titles = find_contents(lines)
    starts.update({i: Start(Starts.CONTENTS, None, lines[i].text) for i in range(first, last)})
    known = set(TEMPLATE) | {title_key(title) for title, _ in titles}
    cover = first_label(lines)
    for i, line in enumerate(lines):
        if i not in starts and ((line.level and i >= cover) or _is_known_heading(lines, i, known, width, starts)):
            starts[i] = Start(Starts.HEADING, *split_number(line.text))
        elif i not in starts and _CASE.match(line.text):
            starts[i] = Start(Starts.CASE, None, line.text)
    items = _candidates(lines, starts)
    recommended = _recommendations(lines, starts, items)
    scan = NumberScan(lines, starts, items, recommended)
    scan.run()
    body = min((i for i, start in starts.items() if start.starts is not Starts.CONTENTS), default=len(lines))
    if last > first:
        body = min(body, first)
    return Outline(starts, body, titles, tuple(scan.warnings))


def _is_known_heading(lines: Sequence[Line], i: int, known: set[str], width: int, starts: Mapping[int, Start]) -> bool:
    text = lines[i].text
    if len(text) > LONGEST_HEADING or lines[i].bullet or re.search(r"[.,;:)]$", text):
        return False
    title = split_number(text)[1]
    return title[:1].isupper() and title_key(text) in known and begins(lines, i, width, starts)


def _candidates(lines: Sequence[Line], starts: dict[int, Start]) -> list[tuple[int, Number, str]]:
    """Lines that begin with a number of two or three parts: index, number, rest."""
    found: list[tuple[int, Number, str]] = []
    for i, line in enumerate(lines):
        if i in starts and starts[i].starts is Starts.CONTENTS:
            continue
        if (match := _ITEM.match(line.text)) and not (i and _AWAITS_NUMBER.search(lines[i - 1].text)):
            rest = line.text[match.end() :]
            if not rest[:1].islower() or line.bullet or (line.gap and len(rest) > 60):
                found.append((i, number_key(match[1]), rest))
    return found


def _recommendations(lines: Sequence[Line], starts: dict[int, Start], items: list[tuple[int, Number, str]]) -> range:
    """Indices of the lines that stand under the heading of the recommendations."""
    numbered = {i for i, _, _ in items}
    first = None
    for i, start in starts.items():
        is_heading = start.starts is Starts.HEADING and title_key(start.rest).startswith("recommendations")
        if is_heading and any(j in numbered for j in range(i + 1, min(i + 30, len(lines)))):
            first = i if first is None else max(first, i)
    if first is None:
        restart = [i for (before, (i, number, _)) in pairwise(items) if number == (1, 1) < before[1]]
        if not restart:
            return range(0)
        first = restart[-1] - 1
        while first and not re.search(r"\bshould\b", lines[first].text):
            first -= 1
        first -= 1
    unnumbered = [i for i, s in starts.items() if i > first and s.starts is Starts.HEADING and s.number is None]
    after = [i for i in unnumbered if any(j > first and j < i for j in numbered)]
    return range(first + 1, min(after, default=len(lines)))
