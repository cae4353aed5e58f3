"""What a line can start, and whether a paragraph may begin or end with a line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from index.lines import Line
from index.report import ParseWarning

Number = tuple[int, ...]
LONGEST_HEADING = 100
_ENDS = re.compile(r"[.!?:;)\]”\"’'*]$")


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


def ends_sentence(text: str) -> bool:
    """Whether a line could be the last of its paragraph."""
    return bool(_ENDS.search(text))


def begins(lines: Sequence[Line], i: int, width: int, starts: Mapping[int, Start]) -> bool:
    """Whether a paragraph may begin with the line."""
    if i == 0 or lines[i].gap or lines[i].bullet or lines[i].level:
        return True
    if i - 1 in starts and starts[i - 1].starts in {Starts.HEADING, Starts.CONTENTS}:
        return True
    before = lines[i - 1].text
    return ends_sentence(before) or len(before) < 0.7 * width or bool(lines[i - 1].level)
