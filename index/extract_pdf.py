"""Pages of a PDF as text that keeps what the print shows: a blank line between paragraphs, indents as spaces. Child process only."""

import io
from collections import Counter
from itertools import pairwise
from typing import Any, NamedTuple

from index.extract import TEXT_CHARACTERS, Refused


def pages_of_pdf(content: bytes) -> list[str]:
    """Text of each page."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Refused("the PDF is encrypted; save it without a password and add it again")
    pages: list[list[PrintedLine]] = []
    size = 0
    for page in reader.pages:
        pages.append(printed_lines(page))
        size += sum(len(line.text) + 1 for line in pages[-1])
        if size > TEXT_CHARACTERS:
            raise Refused("it holds more text than any report has; check that it is the right file")
    if not any(pages):
        raise Refused("the PDF holds pictures of pages but no text; run text recognition (OCR) on it first")
    return laid_out(pages)


class PrintedLine(NamedTuple):
    """A line of a page with the place of its first character, in points from the lower left corner; `size` is the font's."""

    text: str
    x: float = 0.0
    y: float | None = None
    size: float = 0.0


def printed_lines(page: Any) -> list[PrintedLine]:
    """Lines of a page that say something, in the order of the file."""
    pieces: list[PrintedLine] = []

    def visit(text: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        x, y = tm[4], tm[5]
        place = x * cm[0] + y * cm[2] + cm[4], x * cm[1] + y * cm[3] + cm[5]
        pieces.append(PrintedLine(text, *place, abs(size * tm[3] * cm[3])))

    whole = page.extract_text(visitor_text=visit)
    if "".join(piece.text for piece in pieces) != whole:
        return [PrintedLine(line) for line in whole.split("\n") if line.strip()]
    lines = [PrintedLine("")]
    for piece in pieces:
        for i, part in enumerate(piece.text.split("\n")):
            if i:
                lines.append(PrintedLine(""))
            before = lines[-1]
            place = piece if part.strip() and not before.text.strip() else before
            lines[-1] = place._replace(text=before.text + part)
    return [line for line in lines if line.text.strip()]


def laid_out(pages: list[list[PrintedLine]]) -> list[str]:
    """Pages with a blank line where the print leaves more than a line's space, and with indents as spaces."""
    drops = [[_drop(above, below) for above, below in pairwise(lines)] for lines in pages]
    leading = Counter(
        round(drop / line.size, 1)
        for lines, below in zip(pages, drops, strict=True)
        for line, drop in zip(lines, below, strict=False)
        if drop and 0.8 <= drop / line.size <= 3
    )
    usual = leading.most_common(1)[0][0] if leading else 0.0
    margin = min((line.x for lines in pages for line in lines), default=0.0)
    texts: list[str] = []
    for lines, between in zip(pages, drops, strict=True):
        written: list[str] = []
        for i, line in enumerate(lines):
            if i and _leaves_space(between, i - 1, usual * line.size):
                written.append("")
            indent = min(40, round((line.x - margin) / 6))
            written.append(" " * indent + line.text.strip())
        texts.append("\n".join(written))
    return texts


def _drop(above: PrintedLine, below: PrintedLine) -> float | None:
    """How far a line stands under the one before it; None where the file does not say."""
    return above.y - below.y if above.y is not None and below.y is not None and above.size > 0 else None


def _leaves_space(drops: list[float | None], i: int, usual: float) -> bool:
    """Whether the i-th drop is more than that from line to line: those beside it tell, and the usual one of the font's size."""
    drop = drops[i]
    if drop is None:
        return False
    if not usual or drop < -usual / 2:
        return True
    beside = [other for other in (drops[i - 1 : i] + drops[i + 1 : i + 2]) if other is not None and other > usual / 2]
    return drop > 1.9 * usual or (drop > usual / 2 and any(drop > 1.2 * other for other in beside))
