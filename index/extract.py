r"""Child process of `index.sources`: bytes of one PDF, DOCX or HTML file on stdin -> JSON pages on stdout.

Started as a script, never imported: it caps its own memory and processor time before it looks at the file, and may die trying.
Prints {"pages": ["line\nline", …]}, or {"error": "what is wrong and what to do"}. Headings that the format knows come out as
Markdown headings ("## Title"), list items as "- item": `index.lines` reads both.
"""

import io
import json
import resource
import sys
from collections import Counter
from itertools import pairwise
from typing import Any, NamedTuple

MEMORY_BYTES = 1 << 30
PROCESSOR_SECONDS = 40
TEXT_CHARACTERS = 2_000_000


class Refused(Exception):
    """The file cannot be read; the message says why and what to do."""


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


def pages_of_docx(content: bytes) -> list[str]:
    """One page: the paragraphs and table rows in their order, a blank line after each."""
    import zipfile

    from docx import Document
    from docx.table import Table

    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if sum(part.file_size for part in parts.infolist()) > 20 * TEXT_CHARACTERS:
            raise Refused("it unpacks to more than any report holds; check that it is the right file")
    blocks: list[str] = []
    for block in Document(io.BytesIO(content)).iter_inner_content():
        if isinstance(block, Table):
            blocks += ["\t".join(cell.text.replace("\n", " ") for cell in row.cells) for row in block.rows]
            continue
        style = (block.style.name or "") if block.style is not None else ""
        if style.startswith("Heading ") and block.text.strip():
            blocks.append(
                "#" * min(int(style[8:9]) if style[8:9].isdigit() else 1, 6) + " " + block.text.replace("\n", " ")
            )
        else:
            blocks.append(("- " if style.startswith("List") and block.text.strip() else "") + block.text)
    return ["\n\n".join(blocks)]


def pages_of_html(content: bytes) -> list[str]:
    """One page: headings, paragraphs, list items and table rows; scripts, styles and navigation left out."""
    from lxml import html

    parser = html.HTMLParser(encoding="utf-8" if is_utf8(content) else "cp1252", no_network=True, huge_tree=False)
    root: Any = html.document_fromstring(content, parser=parser)
    blocks: list[str] = []
    _walk(root, "", [], blocks)
    return ["\n\n".join(blocks)]


UNSHOWN = {"script", "style", "nav", "noscript", "template", "head"}
INLINE = {
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd", "label", "mark", "q", "s",
    "samp", "small", "span", "strong", "sub", "sup", "td", "th", "time", "tt", "u", "var", "wbr",
}  # fmt: skip
HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}


def _walk(element: Any, mark: str, open_text: list[str], blocks: list[str]) -> None:
    """Append the element's blocks; `open_text` is what stands before it in the block that holds it."""
    if element.tag in UNSHOWN or not isinstance(element.tag, str):
        return
    inline = element.tag in INLINE
    if not inline:
        _close(mark, open_text, blocks)
        mark = HEADINGS.get(element.tag, "- " if element.tag == "li" else "")
    if element.tag in {"td", "th"} and "".join(open_text).strip():
        open_text.append("\t")
    open_text.append(element.text or "")
    for child in element:
        _walk(child, mark, open_text, blocks)
        open_text.append(child.tail or "")
    if not inline:
        _close(mark, open_text, blocks)


def _close(mark: str, open_text: list[str], blocks: list[str]) -> None:
    cells = (" ".join(cell.split()) for cell in "".join(open_text).split("\t"))
    if text := "\t".join(cell for cell in cells if cell):
        blocks.append(mark + text)
    open_text.clear()


def is_utf8(content: bytes) -> bool:
    """Whether the bytes decode as UTF-8."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


READERS = {"pdf": pages_of_pdf, "docx": pages_of_docx, "html": pages_of_html}


def main(file_format: str) -> None:
    """Cap this process, read stdin, print the pages."""
    for limit, value in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, PROCESSOR_SECONDS)):
        hard = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))
    try:
        outcome: dict[str, Any] = {"pages": READERS[file_format](sys.stdin.buffer.read())}
    except Refused as refusal:
        outcome = {"error": str(refusal)}
    except MemoryError:
        outcome = {"error": "it takes more memory than any report needs; check that it is the right file"}
    # Whatever a broken file makes a foreign parser raise ends here: this process has no other work to protect.
    except Exception as fault:
        outcome = {
            "error": f"it is broken or not really {file_format.upper()} ({type(fault).__name__}); export it again"
        }
    sys.stdout.write(json.dumps(outcome))


if __name__ == "__main__":
    main(sys.argv[1])
