"""What each line starts: a heading, a numbered finding or recommendation, a group of recommendations, a case example.

Findings and recommendations share numbers ("1.1" twice, "5.1" even as a heading), so a number counts only where the sequence
around it allows it, and it is read as a recommendation only under the heading "Recommendations".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from index.lines import Line
from index.report import ParseWarning, number_key
from index.titles import TEMPLATE, split_number, title_key, without_page

Number = tuple[int, ...]


class Starts(StrEnum):
    """What begins with a line."""

    CONTENTS = "contents"
    HEADING = "heading"
    FINDING = "finding"
    RECOMMENDATION = "recommendation"
    GROUP = "group"
    CASE = "case"


@dataclass(frozen=True, slots=True)
class Start:
    """What a line starts; `rest` is the line without the printed number."""

    starts: Starts
    number: str | None
    rest: str


@dataclass(frozen=True, slots=True)
class Outline:
    """Starts by index of line; `body` is the index of the first line after the front matter."""

    starts: dict[int, Start]
    body: int
    contents_titles: tuple[tuple[str, int], ...]
    warnings: tuple[ParseWarning, ...]


_ITEM = re.compile(
    r"(?:recommendation\s+|R)?(\d{1,2}(?:\.\d{1,3}){1,2})[.:]?(?:\s+[-–:]?\s*(?=\S)|(?=[A-Z\"'“‘]))", re.IGNORECASE
)
_TOP = re.compile(r"(\d{1,2})[.)]?\s*(?=[A-Z])")
_LONE = re.compile(r"(?:recommendation\s+)?\d{1,2}(?:(?:\.\d{1,3}){1,2}[.:]?|\.)|\d", re.IGNORECASE)
# What a line ends with when the number on the next line belongs to it: "(Recommendations 2.2 and" / "3.1)".
_AWAITS_NUMBER = re.compile(
    r"(?:\brec(?:ommendation)?s?\.?(?:\s[\d.,\s&]*(?:and|&|,|to|-|–))?|\b(?:level|levels|tier|section|paragraph|figure|table|least|about|over|of))$",
    re.IGNORECASE,
)
_CASE = re.compile(r"case (?:example|study)\b", re.IGNORECASE)
_ENDS = re.compile(r"[.!?:;)\]”\"’'*]$")
_GROUP_END = re.compile(r"\b(?:should|must|will|need to|needs to|required to|responsible for)\b[^.]{0,80}:?$|:$")
_COLUMN = re.compile(r"\s\d{1,3}\s+(?=\D)")
_LONGEST_HEADING = 100


def ends_sentence(text: str) -> bool:
    """Whether a line could be the last of its paragraph."""
    return bool(_ENDS.search(text))


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
    first, last, titles = _contents(lines)
    starts.update({i: Start(Starts.CONTENTS, None, lines[i].text) for i in range(first, last)})
    known = set(TEMPLATE) | {title_key(title) for title, _ in titles}
    for i, line in enumerate(lines):
        if i not in starts and (line.level or _is_known_heading(lines, i, known, width, starts)):
            starts[i] = Start(Starts.HEADING, *split_number(line.text))
        elif i not in starts and _CASE.match(line.text):
            starts[i] = Start(Starts.CASE, None, line.text)
    items = _candidates(lines, starts)
    recommended = _recommendations(lines, starts, items)
    warnings = _number(lines, starts, items, recommended)
    body = min((i for i, start in starts.items() if start.starts is not Starts.CONTENTS), default=len(lines))
    if last > first:
        body = min(body, first)
    return Outline(starts, body, titles, warnings)


def _contents(lines: Sequence[Line]) -> tuple[int, int, tuple[tuple[str, int], ...]]:
    """First line of the contents, the line after its last, and the titles with the numbers of their lines."""
    keys = {"contents", "table of contents"}
    first = next((i for i, line in enumerate(lines[:400]) if title_key(line.text) in keys), None)
    if first is None:
        return 0, 0, ()
    titles: dict[str, tuple[str, int]] = {}
    last = first + 1
    while last < len(lines):
        text = lines[last].text
        title = without_page(text)
        if title is None:
            key = title_key(text)
            if key in titles or key in keys:
                break
            if len(text) > 90 or re.search(r"[.,:;]$", text):
                # The short line above prose is the first heading of the body.
                if last > first + 1 and without_page(lines[last - 1].text) is None:
                    last -= 1
                    titles.pop(title_key(lines[last].text), None)
                break
        for part in _COLUMN.split(title if title is not None else text):
            if part.strip(" .") and not part.isdigit():
                titles.setdefault(title_key(part), (split_number(part.strip())[1], lines[last].number))
        last += 1
    return first, last, tuple(titles.values())


def _begins(lines: Sequence[Line], i: int, width: int, starts: Mapping[int, Start]) -> bool:
    """Whether a paragraph may begin with the line."""
    if i == 0 or lines[i].gap or lines[i].bullet or lines[i].level:
        return True
    if i - 1 in starts and starts[i - 1].starts in {Starts.HEADING, Starts.CONTENTS}:
        return True
    before = lines[i - 1].text
    return ends_sentence(before) or len(before) < 0.7 * width or bool(lines[i - 1].level)


def _is_known_heading(lines: Sequence[Line], i: int, known: set[str], width: int, starts: Mapping[int, Start]) -> bool:
    text = lines[i].text
    if len(text) > _LONGEST_HEADING or lines[i].bullet or re.search(r"[.,;:)]$", text):
        return False
    title = split_number(text)[1]
    return title[:1].isupper() and title_key(text) in known and _begins(lines, i, width, starts)


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
        restart = [
            i for (before, (i, number, _)) in zip(items, items[1:], strict=False) if number == (1, 1) < before[1]
        ]
        if not restart:
            return range(0)
        first = restart[-1] - 1
        while first and not re.search(r"\bshould\b", lines[first].text):
            first -= 1
        first -= 1
    unnumbered = [i for i, s in starts.items() if i > first and s.starts is Starts.HEADING and s.number is None]
    after = [i for i in unnumbered if any(j > first and j < i for j in numbered)]
    return range(first + 1, min(after, default=len(lines)))


def _number(
    lines: Sequence[Line], starts: dict[int, Start], items: list[tuple[int, Number, str]], recommended: range
) -> tuple[ParseWarning, ...]:
    """Add numbered headings, findings, groups and recommendations to `starts`, in the order of the text."""
    warnings: list[ParseWarning] = []
    position = 0
    previous: Number = ()
    used: set[tuple[bool, Number]] = set()
    for i, line in enumerate(lines):
        inside = i in recommended
        while position < len(items) and items[position][0] < i:
            position += 1
        if i == recommended.start:
            previous = ()
        if position < len(items) and items[position][0] == i:
            _, number, rest = items[position]
            following = items[position + 1][1] if position + 1 < len(items) else ()
            printed = ".".join(map(str, number))
            if not inside and _is_title(rest) and following == (*number, 1):
                starts[i] = Start(Starts.HEADING, printed, rest)
                previous = number
            elif starts.get(i) is None and _fits(number, previous, _begins(lines, i, 0, starts)):
                role = Starts.RECOMMENDATION if inside else Starts.FINDING
                warnings += _sequence_warnings(role, line, number, previous, (inside, number) in used)
                starts[i] = Start(role, printed, rest)
                used.add((inside, number))
                previous = number
        elif (match := _TOP.match(line.text)) and starts.get(
            i, Start(Starts.HEADING, None, "")
        ).starts is Starts.HEADING:
            following = items[position][1] if position < len(items) else ()
            rest = line.text[match.end() :]
            top = int(match[1])
            if (
                following[:1] != (top,)
                or following[-1] != 1
                or (previous and top < previous[0])
                or not _begins(lines, i, 0, starts)
            ):
                continue
            if inside:
                starts[i] = Start(Starts.GROUP, match[1], rest)
            elif _is_title(rest):
                starts[i] = Start(Starts.HEADING, match[1], rest)
        elif inside and i not in starts and _GROUP_END.search(line.text) and position < len(items):
            _unnumbered_group(lines, starts, i, items[position], recommended.start)
    return tuple(warnings)


def _unnumbered_group(
    lines: Sequence[Line], starts: dict[int, Start], i: int, following: tuple[int, Number, str], first: int
) -> None:
    """A heading "X Trust should:" without a number takes that of the recommendations under it."""
    index, number, _ = following
    if index != i + 1 or number[-1] != 1:
        return
    top = i
    while top > first and not lines[top].gap and top - 1 not in starts and not ends_sentence(lines[top - 1].text):
        top -= 1
    if any(j in starts for j in range(top, i + 1)) or (top - 1 in starts and starts[top - 1].starts is Starts.GROUP):
        return
    starts[top] = Start(Starts.GROUP, str(number[0]), lines[top].text)


def _is_title(text: str) -> bool:
    return len(text) <= _LONGEST_HEADING and text[:1].isupper() and not re.search(r"[.,;:!)]$", text)


def _fits(number: Number, previous: Number, begins: bool) -> bool:
    """Whether a number may follow another: the next one, the first of a later section, or a little off where a paragraph begins."""
    parent, last = number[:-1], number[-1]
    if previous and parent == previous[:-1]:
        return last == previous[-1] + 1 or (begins and previous[-1] - 2 <= last <= previous[-1] + 6)
    if previous and len(number) == len(previous) + 1 and parent == previous:
        return last == 1
    later = not previous or parent > previous[: len(parent)] or (len(parent) < len(previous) and parent > previous[:-1])
    return later and (last == 1 or (begins and last <= 4))


def _sequence_warnings(
    role: Starts, line: Line, number: Number, previous: Number, repeated: bool
) -> list[ParseWarning]:
    """A number that is printed twice or leaves a gap."""
    printed = ".".join(map(str, number))
    if repeated:
        return [
            ParseWarning(line.number, f"{role.value} {printed} is printed twice; the second is kept without its number")
        ]
    first = previous[-1] + 1 if number[:-1] == previous[:-1] else 1
    if number[-1] > first:
        return [
            ParseWarning(
                line.number,
                f"{role.value} {printed} stands where {'.'.join(map(str, (*number[:-1], first)))} was expected",
            )
        ]
    return []
