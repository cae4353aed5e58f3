"""Source lines -> `Line`s: markup read and taken off, the words untouched. Page furniture goes in `index.furniture`."""

import re
from dataclasses import dataclass

from index.sources import Source

_LIGATURES = str.maketrans(
    {
        "ﬀ": "ff",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "ﬃ": "ffi",
        "ﬄ": "ffl",
        "\u00a0": " ",
        "\u2007": " ",
        "\u202f": " ",
        "\ufffd": " ",
    }
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff")
)
_BULLET = re.compile(r"[-–—•▪▫◦●○■□◼◾◻◆◇❖►▶➢➤✓✔·‣⁃\uf000-\uf0ff](?:\s+|$)|[*+o](?:\s+)(?=\S)|[•◼▪●■]")
_MARKDOWN_HEADING = re.compile(r"(#{1,6})\s+(?=\S)")
_UNDERSCORES = re.compile(r"(?<!\w)(_{1,3})(?=\S)(.*?\S)\1(?!\w)")
_STARS = re.compile(r"\*+")


@dataclass(frozen=True, slots=True)
class Line:
    """One non-empty line without markup.

    `number` and `page` are those of the source; `indent` counts its leading spaces; `gap` says that a blank line or a page break
    stands before it; `level` is the depth of a Markdown heading, else 0.
    """

    text: str
    number: int
    page: int | None
    bullet: bool = False
    indent: int = 0
    gap: bool = False
    level: int = 0


def read_lines(source: Source) -> tuple[tuple[Line, ...], tuple[int, ...]]:
    """Lines that say something, and the numbers of empty bullets."""
    lines: list[Line] = []
    empty_bullets: list[int] = []
    gap, page = True, None
    lone_bullet: int | None = None
    for raw in source.lines:
        text = raw.text.translate(_LIGATURES).expandtabs(4)
        indent = len(text) - len(text.lstrip())
        text = text.strip()
        bullet = bool(found := _BULLET.match(text))
        if found:
            text = text[found.end() :].lstrip()
        level = 0
        if not bullet and (found := _MARKDOWN_HEADING.match(text)):
            level = len(found[1])
            text = text[found.end() :].rstrip("# ")
        text = " ".join(strip_emphasis(text).split())
        if not text:
            gap = True
            if lone_bullet is not None:
                empty_bullets.append(lone_bullet)
            lone_bullet = raw.number if bullet else None
            continue
        # Some PDFs print the bullet on a line of its own, right above its text.
        bullet, lone_bullet = bullet or lone_bullet is not None, None
        gap = gap or raw.page != page
        lines.append(Line(text, raw.number, raw.page, bullet, indent, gap, level))
        gap, page = False, raw.page
    if lone_bullet is not None:
        empty_bullets.append(lone_bullet)
    return tuple(lines), tuple(empty_bullets)


def strip_emphasis(text: str) -> str:
    """The text without Markdown emphasis; a literal asterisk ("5 A*-C", "2 * 3", "5*") stays."""
    kept: list[str] = []
    position, opened = 0, False
    for run in _STARS.finditer(text):
        before, after = text[: run.start()], text[run.end() :]
        kept.append(text[position : run.start()])
        position = run.end()
        if len(run[0]) == 1 and not opened and _is_literal(before, after):
            kept.append("*")
            continue
        if after[:1].strip() and not before[-1:].isalnum():
            opened = True
        elif before[-1:].strip():
            opened = False
    kept.append(text[position:])
    return _UNDERSCORES.sub(r"\2", "".join(kept))


def _is_literal(before: str, after: str) -> bool:
    """Whether a single asterisk between these two is one the author wrote: a grade, a product, a footnote sign in mid-line."""
    grade = re.search(r"(?:^|[^\w'’])[A-Z]$", before) and re.match(r"(?:[-–,;/)]|\s+(?:to|and|or|grades?)\b)", after)
    product = before[-1:].isdigit() and after[:1].isdigit()
    alone = before[-1:].isspace() and after[:1].isspace()
    return bool(grade or product or alone)
