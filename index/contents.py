"""The table of contents: where it stands and which titles it announces."""

import re
from collections.abc import Sequence

from index.lines import Line
from index.titles import is_template_title, split_number, title_key, without_page

_KEYS = {"contents", "table of contents"}
_COLUMN = re.compile(r"\s\d{1,3}\s+(?=\D)")
_FIRST_LINES = 400
_LONGEST_TITLE = 70


def find_contents(lines: Sequence[Line]) -> tuple[int, int, tuple[tuple[str, int], ...]]:
    """First line of the contents, the line after its last, and the titles with the numbers of their lines."""
    first = _first(lines)
    if first is None:
        return 0, 0, ()
    titles: dict[str, tuple[str, int]] = {}
    with_page = 0
    last = first + (title_key(lines[first].text) in _KEYS)
    while last < len(lines):
        text = lines[last].text
        title = without_page(text)
        if title is None and _ends_contents(lines, last, titles, with_page):
            # The short line above prose is the first heading of the body.
            if len(text) > _LONGEST_TITLE and last > first + 1 and without_page(lines[last - 1].text) is None:
                last -= 1
                titles.pop(title_key(lines[last].text), None)
            break
        with_page += title is not None
        for part in _COLUMN.split(title if title is not None else text):
            if part.strip(" .") and not part.isdigit():
                titles.setdefault(title_key(part), (split_number(part.strip())[1], lines[last].number))
        last += 1
    for key in _KEYS:  # some contents name themselves
        titles.pop(key, None)
    return first, last, tuple(titles.values())


def _first(lines: Sequence[Line]) -> int | None:
    """Index of the heading "Contents", or of the first of three titles of the series that end with page numbers."""
    run = 0
    for i, line in enumerate(lines[:_FIRST_LINES]):
        if title_key(line.text) in _KEYS:
            return i
        title = without_page(line.text)
        run = run + 1 if title is not None and is_template_title(title) else 0
        if run == 3:
            return i - 2
    return None


def _ends_contents(lines: Sequence[Line], i: int, titles: dict[str, tuple[str, int]], with_page: int) -> bool:
    """Whether a line without page number stands after the contents."""
    text = lines[i].text
    if title_key(text) in titles or title_key(text) in _KEYS:
        return True
    if len(text) > _LONGEST_TITLE or re.search(r"[.,:;]$", text):
        return True
    broken_title = i + 1 < len(lines) and without_page(lines[i + 1].text) is not None
    return with_page >= 3 and not broken_title
