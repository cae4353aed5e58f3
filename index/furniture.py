"""Page furniture: page numbers, "Page N of M", running titles. It is taken off, also out of the middle of a paragraph."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from index.lines import Line
from index.titles import is_template_title

_PAGE_LINE = re.compile(
    r"(?:page\s*)?\d{1,3}(?:\s*(?:of|/)\s*\d{1,3})?|\|?\s*page\s+\d{1,3}\s*\|?|[-–]\s*\d{1,3}\s*[-–]", re.IGNORECASE
)
_PAGE_TITLE = re.compile(r"Page \d{1,3}: .*")
_PAGE_OF = re.compile(r"\s*\bPage\s+\d{1,3}\s+of\s+\d{1,3}\b\s*", re.IGNORECASE)
_DATED = re.compile(r"\d{8}\b.{0,160}")
_ITEM = re.compile(r"\d{1,2}\.\d")
# The title that every review of the series runs over its pages, its area often shorter than on the cover.
_SERIES = r"(?:\d{8}\s+)?(?:CQC\s+)?Review of health services for Children Looked After and Safeguarding in"
_SERIES_TITLE = re.compile(rf"\s*{_SERIES}\s+[^.:;]{{2,60}}$", re.IGNORECASE)
_SERIES_TITLE_FIRST = re.compile(
    rf"^{_SERIES}\s+(?:[A-Z][\w’'&-]*\s+(?:(?:and|of|upon|on|the|with)\s+)*){{1,5}}?(?=[a-z(])"
)
_EDGE_LINES = 3
_LONGEST_TITLE = 160
_COVER_LINES = 10
_PAGE_CHARACTERS = 1000


def drop_furniture(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Lines without page furniture; the line after a dropped one counts as standing after a page break."""
    dropped = {i for i, line in enumerate(lines) if _is_page_line(lines, i)}
    dropped |= _running_titles(lines, dropped)
    before, after = _glued_titles(lines)
    kept: list[Line] = []
    broken = False
    for i, line in enumerate(lines):
        if i in dropped:
            broken = True
            continue
        text = _without_page_of(line.text, before, after) if _PAGE_OF.search(line.text) else line.text
        text = _without_glued_number(text, line, lines, i)
        if not text:
            broken = True
            continue
        kept.append(replace(line, text=text, gap=line.gap or broken, page_break=line.page_break or broken))
        broken = False
    return tuple(kept)


def _is_page_line(lines: Sequence[Line], i: int) -> bool:
    """Whether the line is a page number; "2" above "Children in need" and 2.1 is a heading's number instead."""
    text = lines[i].text
    if lines[i].bullet or not (_PAGE_LINE.fullmatch(text) or _PAGE_TITLE.fullmatch(text)):
        return False
    if not text.isdigit() or i + 1 >= len(lines) or not is_template_title(lines[i + 1].text):
        return True
    following = next((line.text for line in lines[i + 2 :] if _ITEM.match(line.text)), "")
    return not following.startswith(f"{text}.")


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", text.casefold())


def _running_titles(lines: Sequence[Line], page_lines: set[int]) -> set[int]:
    """Lines that recur at the edges of pages, or beside page numbers where the source has no pages."""
    places: dict[str, list[int]] = defaultdict(list)
    for i, line in enumerate(lines):
        may_be = 3 <= len(line.text) <= _LONGEST_TITLE and line.text[0] not in "([" and not is_template_title(line.text)
        if may_be and not line.bullet and i not in page_lines:
            places[_shape(line.text)].append(i)
    edges = _page_edges(lines)
    beside = {i + step for i in page_lines for step in (-2, -1, 1, 2)}
    found: set[int] = set()
    for shape, where in places.items():
        numbered = re.search(r"\bpage # of #", shape)
        if where[0] < _COVER_LINES and where[0] not in beside:
            # The cover bears the title that the other pages repeat.
            where = where[1:]
        if len(where) >= 2 and (
            numbered or (len(shape) >= 8 and all(i in beside for i in where)) or _DATED.fullmatch(lines[where[0]].text)
        ):
            found.update(where)
        elif len(where) >= 3 and not _ITEM.match(lines[where[0]].text):
            at_edge = sum(i in edges or i in beside for i in where)
            pages = len({lines[i].page for i in where})
            if at_edge >= 0.6 * len(where) and (pages >= 3 or lines[where[0]].page is None):
                found.update(where)
    return found


def _page_edges(lines: Sequence[Line]) -> set[int]:
    """Indices of the first and last lines of each page; none where the source has no pages."""
    by_page: dict[int, list[int]] = defaultdict(list)
    for i, line in enumerate(lines):
        if line.page is not None:
            by_page[line.page].append(i)
    return {i for where in by_page.values() for i in where[:_EDGE_LINES] + where[-_EDGE_LINES:]}


def _glued_titles(lines: Sequence[Line]) -> tuple[str, str]:
    """The running title that stands right before, and the one right after, each "Page N of M" inside a line."""
    befores: list[str] = []
    afters: list[str] = []
    for line in lines:
        for found in _PAGE_OF.finditer(line.text):
            befores.append(line.text[max(0, found.start() - _LONGEST_TITLE) : found.start()])
            afters.append(line.text[found.end() : found.end() + _LONGEST_TITLE])
    before = _most_shared([text[::-1] for text in befores])[::-1]
    after = _most_shared(afters)
    if before and not before.startswith(" ") and before not in befores:
        # What the lines share may begin in mid-word.
        before = before.partition(" ")[2]
    return before.strip(), after.rstrip()


def _most_shared(texts: Sequence[str]) -> str:
    """Longest prefix (at least 12 characters) that two neighbours among the sorted texts share, the most frequent one."""
    ordered = sorted(text for text in texts if text)
    prefixes = Counter(_shared_prefix(*pair) for pair in pairwise(ordered))
    long = {prefix: count for prefix, count in prefixes.items() if len(prefix.strip()) >= 12}
    return max(long, key=lambda prefix: (long[prefix], len(prefix)), default="")


def _shared_prefix(first: str, second: str) -> str:
    length = next(
        (i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )
    return first[:length]


def _without_page_of(text: str, before: str, after: str) -> str:
    pieces = _PAGE_OF.split(text)
    for i, piece in enumerate(pieces):
        if i < len(pieces) - 1:
            piece = _SERIES_TITLE.sub("", piece)
        if i:
            piece = _SERIES_TITLE_FIRST.sub("", piece)
        if i < len(pieces) - 1 and before and piece.endswith(before):
            piece = piece[: -len(before)]
            piece = re.sub(r"\s*\d{8}\s*$", "", piece)
        if i and after and piece.startswith(after):
            piece = piece[len(after) :]
        pieces[i] = piece.strip()
    return " ".join(piece for piece in pieces if piece)


def _without_glued_number(text: str, line: Line, lines: Sequence[Line], i: int) -> str:
    """A page that comes as one long line may have its number glued to its first or last word."""
    page = line.page if line.page is not None else i + 1
    alone = line.page is None or (
        (i == 0 or lines[i - 1].page != line.page) and (i + 1 == len(lines) or lines[i + 1].page != line.page)
    )
    if not alone or len(text) < _PAGE_CHARACTERS:
        return text
    for pattern in (r"(\d{1,3})\s*(?=[A-Z])", r".*?(?:[^\d.,£%]|[a-z)”\"]\.)\s*(\d{1,3})$"):
        found = re.match(pattern, text, re.DOTALL)
        if found and abs(int(found[1]) - page) <= 2:
            text = (text[: found.start(1)] + text[found.end(1) :]).strip()
    return text
