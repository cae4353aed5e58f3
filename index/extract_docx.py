"""Paragraphs, tables and text boxes of a DOCX file in their order, as text. Child process only."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from index.extract import TEXT_CHARACTERS, Refused

_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,3})+\.?")
_TYPED = re.compile(r"\s*[(\[]?\d{1,2}(?:\.\d{1,3})*[.:)\]]?\s")
_OLD_WORD = b"\xd0\xcf\x11\xe0"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BREAKS = {qn("w:br"), qn("w:cr"), qn("w:p")}


def pages_of_docx(content: bytes) -> tuple[list[str], list[str]]:
    """One page with a blank line after each block, and a remark where Word counts paragraphs without writing their numbers."""
    if content.startswith(_OLD_WORD):
        raise Refused("it has a password or is of an older Word; save it as .docx without a password and add it again")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if sum(part.file_size for part in parts.infolist()) > 20 * TEXT_CHARACTERS:
            raise Refused("it unpacks to more than any report holds; check that it is the right file")
    document = Document(io.BytesIO(content))
    counted = _counted_levels(document)
    blocks: list[str] = []
    automatic = 0
    for block in _blocks(document.element.body, document):
        if isinstance(block, Table):
            blocks += [text for row in block.rows for text in _row(row)]
            continue
        text = _text(block._p)
        numbered = _numbering(block)
        automatic += bool(text.strip() and numbered in counted and not _TYPED.match(text))
        blocks.append(_marked(block, text, numbered))
        blocks += [inner for box in _boxes(block._p) for inner in map(_text, box.iter(qn("w:p"))) if inner.strip()]
    remarks = []
    if automatic:
        remarks.append(
            f"Word numbers {automatic} paragraphs by itself, so that their numbers are not in the file's text and cannot be cited;"
            " save the report as PDF from Word and add that"
        )
    return ["\n\n".join(blocks)], remarks


def _blocks(parent: Any, document: Any) -> Iterator[Paragraph | Table]:
    """Paragraphs and tables, also those in content controls."""
    for child in parent:
        if child.tag == qn("w:p"):
            yield Paragraph(child, document)
        elif child.tag == qn("w:tbl"):
            yield Table(child, document)
        elif child.tag in {qn("w:sdt"), qn("w:sdtContent"), qn("w:ins")}:
            yield from _blocks(child, document)


def _text(paragraph: Any) -> str:
    """Text of a paragraph, also of its links and insertions, without that of its text boxes."""
    pieces: list[str] = []
    waiting = list(reversed(paragraph))
    while waiting:
        node = waiting.pop()
        if node.tag == qn("w:t"):
            pieces.append(node.text or "")
        elif node.tag == qn("w:tab"):
            pieces.append("\t")
        elif node.tag == qn("w:noBreakHyphen"):
            pieces.append("-")
        elif node.tag in _BREAKS:
            pieces.append("\n")
        elif node.tag not in {qn("w:pPr"), qn("w:txbxContent"), qn("w:del"), qn("w:moveFrom"), _FALLBACK}:
            waiting += reversed(node)
    return "".join(pieces)


def _boxes(paragraph: Any) -> list[Any]:
    """Text boxes anchored in a paragraph; Word writes each twice, the second time for programs of old."""
    return [box for box in paragraph.iter(qn("w:txbxContent")) if next(box.iterancestors(_FALLBACK), None) is None]


def _row(row: Any) -> list[str]:
    """Cells side by side; what stands under the first paragraph of a numbered row follows as blocks of its own."""
    cells: list[list[str]] = []
    seen: list[Any] = []
    for cell in row.cells:
        if not any(cell._tc is other for other in seen):
            seen.append(cell._tc)
            cells.append([text for text in map(_text, cell._tc.iter(qn("w:p"))) if text.strip()])
    cells = [cell for cell in cells if cell]
    if len(cells) == 2 and len(cells[0]) == 1 and _NUMBER.fullmatch(cells[0][0].strip()):
        return [f"{cells[0][0]}\t{cells[1][0]}", *cells[1][1:]]
    if len(cells) == 1:
        return cells[0]
    return ["\t".join(" ".join(cell).replace("\n", " ") for cell in cells)]


def _marked(paragraph: Paragraph, text: str, numbered: tuple[int, int] | None) -> str:
    """The text as a Markdown heading or list item where its style says so."""
    style = (paragraph.style.name or "") if paragraph.style is not None else ""
    if not text.strip():
        return ""
    if style.startswith("Heading "):
        depth = int(style[8:9]) if style[8:9].isdigit() else 1
        return "#" * max(1, min(depth, 6)) + " " + text.replace("\n", " ")
    if style.startswith("List") or numbered is not None:
        level = int(style[-1]) - 1 if style[-1:].isdigit() else (numbered[1] if numbered else 0)
        return "  " * level + "- " + text
    return text


def _numbering(paragraph: Paragraph) -> tuple[int, int] | None:
    """(list, level) in which Word counts or bullets the paragraph, by itself or by its style; None outside lists."""
    properties, style = paragraph._p.pPr, paragraph.style
    for _ in range(10):
        numbering = properties.numPr if properties is not None else None
        if numbering is not None and numbering.numId is not None:
            level = numbering.ilvl.val if numbering.ilvl is not None else 0
            return (numbering.numId.val, level) if numbering.numId.val else None
        if style is None:
            return None
        properties, style = style.element.pPr, style.base_style
    return None


def _counted_levels(document: Any) -> set[tuple[int, int]]:
    """(list, level) pairs that count instead of showing a bullet."""
    try:
        root = document.part.numbering_part.element
    except (KeyError, NotImplementedError):
        return set()
    counting: dict[str, set[int]] = {}
    for abstract in root.iter(qn("w:abstractNum")):
        counting[abstract.get(qn("w:abstractNumId"))] = {
            int(level.get(qn("w:ilvl")))
            for level in abstract.iter(qn("w:lvl"))
            for form in level.iter(qn("w:numFmt"))
            if form.get(qn("w:val")) not in {"bullet", "none"}
        }
    return {
        (int(number.get(qn("w:numId"))), level)
        for number in root.iter(qn("w:num"))
        for of in number.iter(qn("w:abstractNumId"))
        for level in counting.get(of.get(qn("w:val")), set())
    }
