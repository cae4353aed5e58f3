"""Source lines -> `Line`s: markup read and taken off, the words untouched. Page furniture goes in `index.furniture`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

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
# Beyond this a line is no line of a report, and looking for pairs would take time in its square.
_LONGEST_UNDERSCORED = 20_000
_STARS = re.compile(r"\*+")


@dataclass(frozen=True, slots=True)
class Line:
    """One non-empty line without markup.

    `number` and `page` are those of the source; `indent` counts its leading spaces; `gap` says that a blank line or a page break
    stands before it, `page_break` that it is a page break; `level` is the depth of a Markdown heading, else 0.
    """

    text: str
    number: int
    page: int | None
    bullet: bool = False
    indent: int = 0
    gap: bool = False
    level: int = 0
    page_break: bool = False


def read_lines(source: Source) -> tuple[tuple[Line, ...], tuple[int, ...]]:
    """Lines that say something, and the numbers of empty bullets."""
    lines: list[Line] = []
    blanks: list[int] = []
    empty_bullets: list[int] = []
    blank, page = 1, None
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
            blank += 1
            if lone_bullet is not None:
                empty_bullets.append(lone_bullet)
            lone_bullet = raw.number if bullet else None
            continue
        # Some PDFs print the bullet on a line of its own, right above its text.
        bullet, lone_bullet = bullet or lone_bullet is not None, None
        turned = raw.page != page
        lines.append(Line(text, raw.number, raw.page, bullet, indent, blank > 0 or turned, level, turned))
        blanks.append(blank)
        blank, page = 0, raw.page
    if lone_bullet is not None:
        empty_bullets.append(lone_bullet)
    return _single_spaced(lines, blanks), tuple(empty_bullets)


def _single_spaced(lines: Sequence[Line], blanks: Sequence[int]) -> tuple[Line, ...]:
    """Lines whose gaps mean something: in a text with a blank line after every line, only two blank lines make a gap."""
    going_on = sum(line.text[:1].islower() for line in lines)
    spaced = sum(blank > 0 for blank in blanks)
    if len(lines) < 20 or going_on < 0.25 * len(lines) or spaced < 0.9 * len(lines):
        return tuple(lines)
    return tuple(replace(line, gap=blank > 1 or line.page_break) for line, blank in zip(lines, blanks, strict=True))


def strip_emphasis(text: str) -> str:
    """The text without Markdown emphasis; a literal asterisk ("grades A*-B", "2 * 3") stays."""
    kept: list[str] = []
    position, opened = 0, False
    for run in _STARS.finditer(text):
        before, after = text[max(0, run.start() - 3) : run.start()], text[run.end() : run.end() + 12]
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
    plain = "".join(kept)
    return _UNDERSCORES.sub(r"\2", plain) if len(plain) <= _LONGEST_UNDERSCORED else plain


def _is_literal(before: str, after: str) -> bool:
    """Whether a single asterisk between these two is one the author wrote: a grade, a product, a footnote sign in mid-line."""
    grade = re.search(r"(?:^|[^\w'’])[A-Z]$", before) and re.match(r"(?:[-–,;/)]|\s+(?:to|and|or|grades?)\b)", after)
    product = before[-1:].isdigit() and after[:1].isdigit()
    alone = before[-1:].isspace() and after[:1].isspace()
    return bool(grade or product or alone)
