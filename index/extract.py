r"""Child process of `index.sources`: bytes of one PDF, DOCX or HTML file on stdin -> JSON pages on stdout.

Started as a script, never imported: it caps its own memory and processor time before it looks at the file, and may die trying.
Prints {"pages": ["line\nline", …], "remarks": ["what a reader must know", …]}, or {"error": "what is wrong and what to do"}.
Headings that the format knows come out as Markdown headings ("## Title"), list items as "- item": `index.lines` reads both.
"""

import json
import re
import resource
import sys
from pathlib import Path
from typing import Any

MEMORY_BYTES = 1 << 30
PROCESSOR_SECONDS = 40
TEXT_CHARACTERS = 2_000_000


class Refused(Exception):
    """The file cannot be read; the message says why and what to do."""


def read_pages(file_format: str, content: bytes) -> tuple[list[str], list[str]]:
    """Pages and remarks of a file; the readers are imported late, as each brings a library that the others do without."""
    if file_format == "pdf":
        from index.extract_pdf import pages_of_pdf

        return pages_of_pdf(content), []
    if file_format == "docx":
        from index.extract_docx import pages_of_docx

        return pages_of_docx(content)
    return pages_of_html(content), []


def pages_of_html(content: bytes) -> list[str]:
    """One page: headings, paragraphs, list items and table rows; scripts, styles and navigation left out."""
    from lxml import html

    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = content.decode("utf-16").encode()
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
BULLET = "- "
NUMBER = re.compile(r"\s*\d{1,2}(?:\.\d{1,3})+\.?")
HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}


def _walk(element: Any, mark: str, open_text: list[str], blocks: list[str]) -> None:
    """Append the element's blocks; `open_text` is what stands before it in the block that holds it."""
    if element.tag in UNSHOWN or not isinstance(element.tag, str):
        return
    inline = element.tag in INLINE
    if not inline:
        _close(mark, open_text, blocks)
        mark = HEADINGS.get(element.tag, mark if mark.isspace() else "")
    if element.tag == "li":
        open_text[:] = [BULLET]
        mark = "  " * (sum(1 for _ in element.iterancestors("ul", "ol")) - 1)
    if element.tag in {"td", "th"} and "".join(open_text).strip():
        open_text.append("\t")
    elif element.tag == "span" and "".join(open_text[-4:])[-1:].isalpha() and (element.text or "")[:1].isdigit():
        # Columns that only the style sheet sets apart: a title and its page; further down a number and its paragraph.
        open_text.append(" ")
    open_text.append(element.text or "")
    for child in element:
        _walk(child, mark, open_text, blocks)
        open_text.append(child.tail or "")
    if inline and len(open_text) < 8 and NUMBER.fullmatch("".join(open_text)):
        open_text.append(" ")
    if not inline:
        _close(mark, open_text, blocks)
        if element.tag == "li":
            open_text.clear()


def _close(mark: str, open_text: list[str], blocks: list[str]) -> None:
    cells = (" ".join(cell.split()) for cell in "".join(open_text).split("\t"))
    text = "\t".join(cell for cell in cells if cell)
    if text == BULLET.strip():
        return
    if text:
        blocks.append(mark + text)
    open_text.clear()


def is_utf8(content: bytes) -> bool:
    """Whether the bytes decode as UTF-8."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def main(file_format: str) -> None:
    """Cap this process, read stdin, print the pages."""
    for limit, value in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, PROCESSOR_SECONDS)):
        hard = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))
    try:
        pages, remarks = read_pages(file_format, sys.stdin.buffer.read())
        outcome: dict[str, Any] = {"pages": pages, "remarks": remarks}
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
    # The reader of a format says `from index.extract import …`: that must find this very module, so that `Refused` is one class.
    sys.modules["index.extract"] = sys.modules["__main__"]
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    main(sys.argv[1])
