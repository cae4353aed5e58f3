"""Report files -> `Source`: numbered lines, with pages where the format has them. The only code that knows file formats.

PDF, DOCX and HTML are parsed in a child process (`index/extract.py`) with caps on memory, processor and wall-clock time, so that
a hostile file costs one refusal and never the service. Errors name the file without its folder.
"""

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from index.errors import ReportUnreadable

FORMATS = {
    ".txt": "text",
    ".text": "text",
    ".md": "text",
    ".markdown": "text",
    ".pdf": "pdf",
    ".docx": "docx",
    ".html": "html",
    ".htm": "html",
}
FILE_BYTES = 60_000_000
WALL_CLOCK_S = 60
TEXT_CHARACTERS = 2_000_000
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One line as the file holds it; `number` is 1-based, `page` is 1-based or None where the format has no pages."""

    text: str
    page: int | None
    number: int


@dataclass(frozen=True, slots=True)
class Source:
    """The lines of one file; `name` is the file's name without its folder, `sha256` (hex) that of its bytes.

    `remarks` say what the format keeps from the text, such as numbers that Word counts by itself.
    """

    name: str
    sha256: str
    lines: tuple[SourceLine, ...]
    remarks: tuple[str, ...] = ()


def read_source(path: Path) -> Source:
    """Lines of a report file.

    Raises:
        ReportUnreadable: the file is missing, empty, binary, broken, encrypted, too large or of an unknown format.
    """
    name = path.name
    file_format = FORMATS.get(path.suffix.lower())
    if file_format is None:
        known = ", ".join(sorted(FORMATS))
        raise ReportUnreadable(name, f"unknown format {path.suffix or '(no ending)'}; convert it to one of {known}")
    try:
        if path.exists() and not path.is_file():
            raise ReportUnreadable(name, "not a file; name the report's file")
        if path.stat().st_size > FILE_BYTES:
            raise ReportUnreadable(name, f"larger than {FILE_BYTES // 1_000_000} MB; check that it is a report")
        content = path.read_bytes()
    except OSError as exc:
        raise ReportUnreadable(name, f"cannot be opened ({exc.strerror}); check its name and permissions") from exc
    if not content.strip():
        raise ReportUnreadable(name, "the file is empty; add the report's text to it")
    remarks: tuple[str, ...] = ()
    if file_format == "text":
        text = _decode(name, content)
    else:
        pages, remarks = _pages(name, content, file_format)
        text = "\f".join(pages)
    if len(text) > TEXT_CHARACTERS:
        raise ReportUnreadable(name, "it holds more text than any report has; check that it is the right file")
    paged = file_format == "pdf" or "\f" in text
    return replace(source_from_text(name, text, hashlib.sha256(content).hexdigest(), paged), remarks=remarks)


def source_from_text(name: str, text: str, sha256: str | None = None, paged: bool | None = None) -> Source:
    """Lines of a text; a form feed starts a page. Without `sha256`, that of the text in UTF-8."""
    has_pages = "\f" in text if paged is None else paged
    lines: list[SourceLine] = []
    for page, content in enumerate(text.removeprefix("\ufeff").split("\f"), start=1):
        for line in re.split(r"\r\n|\r|\n|\x0b|\x85|\u2028|\u2029", content):
            lines.append(SourceLine(_CONTROL.sub("", line), page if has_pages else None, len(lines) + 1))
    digest = sha256 or hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Source(name, digest, tuple(lines))


def _decode(name: str, content: bytes) -> str:
    """UTF-8 and UTF-16 with or without a byte-order mark, else Windows-1252 and Latin-1."""
    if utf_16 := _utf_16(content[:1000]):
        try:
            return content.decode(utf_16)
        except UnicodeDecodeError as exc:
            raise ReportUnreadable(name, "broken UTF-16; save it again as UTF-8 text") from exc
    sample = content[:100_000]
    if b"\x00" in sample or sum(byte < 9 or 13 < byte < 32 for byte in sample) > len(sample) // 50:
        raise ReportUnreadable(name, "binary, not text; if it is a PDF or DOCX file, give it that ending")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _utf_16(start: bytes) -> str | None:
    """Name of the encoding where a byte-order mark, or a zero in every second byte of nearly all characters, shows UTF-16."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for encoding, zeros, letters in (("utf-16-le", start[1::2], start[::2]), ("utf-16-be", start[::2], start[1::2])):
        if len(zeros) >= 20 and zeros.count(0) > 0.9 * len(zeros) and not letters.count(0):
            return encoding
    return None


def _pages(name: str, content: bytes, file_format: str) -> tuple[list[str], tuple[str, ...]]:
    """Pages that the capped child process found in the file, and its remarks."""
    script = Path(__file__).with_name("extract.py")
    try:
        child = subprocess.run(
            [sys.executable, "-I", str(script), file_format],
            input=content,
            capture_output=True,
            timeout=WALL_CLOCK_S,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise ReportUnreadable(name, f"not read within {WALL_CLOCK_S} s; export it again or save it as text") from exc
    try:
        outcome = json.loads(child.stdout)
    except ValueError as exc:
        raise ReportUnreadable(
            name, "reading it took more memory or time than any report needs; export it again"
        ) from exc
    if "error" in outcome:
        raise ReportUnreadable(name, outcome["error"])
    pages = [str(page).replace("\f", "\n") for page in outcome["pages"]]
    if not "".join(pages).strip():
        raise ReportUnreadable(name, "no text in it; check that it is the right file")
    return pages, tuple(outcome["remarks"])
