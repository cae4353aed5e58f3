"""Findings, groups, recommendations and numbered headings, told by the numbers around them.

Findings and recommendations share numbers ("1.1" twice, "5.1" even as a heading), so a number counts only where the sequence around
it allows it, and it is read as a recommendation only under the heading "Recommendations".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from index.lines import Line
from index.report import ParseWarning
from index.starts import LONGEST_HEADING, Number, Start, Starts, begins, ends_sentence

_TOP = re.compile(r"(\d{1,2})[.)]?\s*(?=[A-Z])")
_GROUP_END = re.compile(r"\b(?:should|must|will|need to|needs to|required to|responsible for)\b[^.]{0,80}:?$|:$")
_BODY = re.compile(r"\b(?:NHS|Trusts?|CCGs?|Group|CIC|Hospice|Federation|Limited|Ltd)\b")
_NO_START = Start(Starts.HEADING, None, "")


@dataclass(slots=True)
class NumberScan:
    """The walk over the lines that tells findings, groups, recommendations and numbered headings by what surrounds their numbers."""

    lines: Sequence[Line]
    starts: dict[int, Start]
    items: list[tuple[int, Number, str]]
    recommended: range
    warnings: list[ParseWarning] = field(default_factory=list)
    previous: Number = ()
    used: set[tuple[bool, Number]] = field(default_factory=set)

    def run(self) -> None:
        """Add what is found to `starts`, in the order of the text."""
        position = 0
        for i, line in enumerate(self.lines):
            if i == self.recommended.start:
                self.previous = ()
            while position < len(self.items) and self.items[position][0] < i:
                position += 1
            if position == len(self.items):
                break
            if self.items[position][0] == i:
                following = self.items[position + 1][1] if position + 1 < len(self.items) else ()
                self._item(i, *self.items[position][1:], following)
            elif self.starts.get(i, _NO_START).starts is not Starts.HEADING:
                continue
            elif match := _TOP.match(line.text):
                self._top(i, match, self.items[position][1])
            elif i in self.recommended and i not in self.starts and _is_group(line):
                _unnumbered_group(self.lines, self.starts, i, self.items[position], self.recommended.start)

    def _item(self, i: int, number: Number, rest: str, following: Number) -> None:
        """A number of two or three parts: a heading over others, a finding or a recommendation."""
        inside = i in self.recommended
        printed = ".".join(map(str, number))
        if not inside and _is_title(rest) and following == (*number, 1):
            self.starts[i] = Start(Starts.HEADING, printed, rest)
        elif i not in self.starts and _fits(number, self.previous, begins(self.lines, i, 0, self.starts)):
            role = Starts.RECOMMENDATION if inside else Starts.FINDING
            repeated = (inside, number) in self.used
            self.warnings += _sequence_warnings(role, self.lines[i], number, self.previous, repeated)
            self.starts[i] = Start(role, printed, rest)
            self.used.add((inside, number))
        else:
            return
        self.previous = number

    def _top(self, i: int, match: re.Match[str], following: Number) -> None:
        """A number of one part: a heading or a group of recommendations, where its first paragraph comes next."""
        top, rest = int(match[1]), self.lines[i].text[match.end() :]
        if following[0] != top or following[-1] != 1 or (self.previous and top < self.previous[0]):
            return
        if not begins(self.lines, i, 0, self.starts):
            return
        if i in self.recommended:
            self.starts[i] = Start(Starts.GROUP, match[1], rest)
        elif _is_title(rest):
            self.starts[i] = Start(Starts.HEADING, match[1], rest)


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
    before = max((j for j in starts if j < top), default=None)
    if any(j in starts for j in range(top, i + 1)) or (before is not None and starts[before].starts is Starts.GROUP):
        return
    starts[top] = Start(Starts.GROUP, str(number[0]), lines[top].text)


def _is_group(line: Line) -> bool:
    """Whether the line may end a heading over recommendations: "X Trust should:", or names of bodies alone under a gap."""
    if _GROUP_END.search(line.text):
        return True
    return line.gap and line.text[:1].isupper() and not ends_sentence(line.text) and bool(_BODY.search(line.text))


def _is_title(text: str) -> bool:
    return len(text) <= LONGEST_HEADING and text[:1].isupper() and not re.search(r"[.,;:!)]$", text)


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
