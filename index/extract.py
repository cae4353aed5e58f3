"""Child process of `index.sources`: bytes of one PDF, DOCX or HTML file on stdin -> JSON pages on stdout.

Started as a script, never imported: it caps its own memory and processor time before it looks at the file, and may die trying.
Prints {"pages": ["line\\nline", …]}, or {"error": "what is wrong and what to do"}. Headings that the format knows come out as
Markdown headings ("## Title"), list items as "- item": `index.lines` reads both.
"""

import io
import json
import resource
import sys
from typing import Any

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
    pages: list[str] = []
    size = 0
    for page in reader.pages:
        pages.append(page.extract_text())
        size += len(pages[-1])
        if size > TEXT_CHARACTERS:
            raise Refused("it holds more text than any report has; check that it is the right file")
    if not "".join(pages).strip():
        raise Refused("the PDF holds pictures of pages but no text; run text recognition (OCR) on it first")
    return pages


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
    for unwanted in root.xpath("//script|//style|//nav|//noscript|//template|//head|//comment()"):
        unwanted.drop_tree()
    blocks: list[str] = []
    leaves = "h1 h2 h3 h4 h5 h6 p li tr blockquote pre dt dd div section article td body".split()
    inner = "|".join(f".//{tag}" for tag in leaves)
    for element in root.iter(*leaves):
        if element.tag == "li" and element.xpath(".//ul|.//ol|.//p"):
            own = element.text or ""
        elif element.tag != "tr" and element.xpath(inner):
            own = element.text or ""
        elif element.tag == "td":
            continue
        else:
            own = "\t".join(cell.text_content() for cell in element.xpath("./td|./th")) if element.tag == "tr" else ""
            own = own or element.text_content()
        text = " ".join(own.split()) if element.tag != "tr" else "\t".join(" ".join(c.split()) for c in own.split("\t"))
        mark = "#" * int(element.tag[1]) + " " if element.tag in {"h1", "h2", "h3", "h4", "h5", "h6"} else ""
        if text:
            blocks.append(("- " if element.tag == "li" else mark) + text)
    return ["\n\n".join(blocks)]


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
