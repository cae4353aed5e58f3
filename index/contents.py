"""The table of contents: where it stands and which titles it announces."""

import re
from collections.abc import Sequence

from index.lines import Line
from index.titles import split_number, title_key, without_page

_COLUMN = re.compile(r"\s\d{1,3}\s+(?=\D)")
_FIRST_LINES = 400


def find_contents(lines: Sequence[Line]) -> tuple[int, int, tuple[tuple[str, int], ...]]:
    """First line of the contents, the line after its last, and the titles with the numbers of their lines."""
    keys = {"contents", "table of contents"}
    first = next((i for i, line in enumerate(lines[:_FIRST_LINES]) if title_key(line.text) in keys), None)
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
