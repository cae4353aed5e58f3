"""Files of every format, whole and hostile, read by the real readers in a real child process."""

import hashlib
import io
import os
import subprocess
import sys
import time
import zipfile
import zlib
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader, PdfWriter

from index import extract
from index.errors import ReportUnreadable
from index.parse import read_report
from index.report import Kind
from index.sources import read_source, source_from_text

FINDINGS = ["The child's journey", "1. Early help", "1.1 Care is good. (Recommendation 1.1)", "1.2 Care is late."]
RECOMMENDATIONS = ["Recommendations", "1. The Hill Town NHS Trust should:", "1.1 Ensure that care is on time."]


def pdf_of(pages: list[list[str]]) -> bytes:
    """A small PDF, one text line under another."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        shown = "".join(
            f"({line.replace('(', chr(92) + '(').replace(')', chr(92) + ')')}) Tj 0 -20 Td\n" for line in lines
        )
        content = f"BT /F1 11 Tf 50 780 Td\n{shown}ET"
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    return assembled(objects)


def assembled(objects: list[str]) -> bytes:
    written, offsets = b"%PDF-1.4\n", []
    for i, text in enumerate(objects, 1):
        offsets.append(len(written))
        written += f"{i} 0 obj\n".encode() + text.encode("latin-1") + b"\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    start = len(written)
    written += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    return written + f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def texts(path: Path) -> list[str]:
    return [line.text for line in read_source(path).lines if line.text.strip()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_text_is_read_in_the_encodings_that_word_processors_write(tmp_path: Path, encoding: str) -> None:
    assert texts(write(tmp_path, "a.txt", "The child’s journey\r\n2 ½ years".encode(encoding))) == [
        "The child’s journey",
        "2 ½ years",
    ]


def test_bytes_that_no_encoding_but_latin_1_knows_are_still_text(tmp_path: Path) -> None:
    assert len(texts(write(tmp_path, "a.txt", b"caf\xe9 \x81 late"))) == 1


def test_lines_are_numbered_from_one_and_a_form_feed_starts_a_page(tmp_path: Path) -> None:
    source = read_source(write(tmp_path, "a.txt", b"one\ntwo\fthree"))
    assert [(line.number, line.page, line.text) for line in source.lines] == [
        (1, 1, "one"),
        (2, 1, "two"),
        (3, 2, "three"),
    ]
    assert {line.page for line in source_from_text("a.txt", "one\ntwo").lines} == {None}


def test_the_digest_is_that_of_the_files_bytes(tmp_path: Path) -> None:
    content = "\ufeffEarly help".encode()
    assert read_source(write(tmp_path, "a.md", content)).sha256 == hashlib.sha256(content).hexdigest()


def test_a_pdf_parses_with_its_pages(tmp_path: Path) -> None:
    report = read_report(write(tmp_path, "a.pdf", pdf_of([FINDINGS, RECOMMENDATIONS])))
    assert [(p.mark, p.page) for p in report.passages] == [("¶1.1", 1), ("¶1.2", 1), ("R1.1", 2)]
    assert report.passages[0].recommendations == ("a/R1.1",)


def test_a_docx_parses_with_its_headings_lists_and_tables(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(
        table.rows, [("Date of publication:", "3 May 2016"), ("CCGs included:", "Hill Town CCG")], strict=True
    ):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.add_heading("The child's journey", 1)
    document.add_heading("1. Early help", 2)
    document.add_paragraph("1.1 These were missing:")
    document.add_paragraph("a plan", style="List Bullet")
    for line in RECOMMENDATIONS:
        document.add_paragraph(line)
    content = io.BytesIO()
    document.save(content)
    report = read_report(write(tmp_path, "a.docx", content.getvalue()))
    assert [(p.mark, p.text) for p in report.passages if p.number] == [
        ("¶1.1", "These were missing:\na plan"),
        ("R1.1", "Ensure that care is on time."),
    ]
    assert report.passage("¶1.1") is not None
    assert report.of_kind(Kind.FINDING)[0].heading == ("The child's journey", "Early help")
    assert report.front_matter == (("Date of publication", "3 May 2016"), ("CCGs included", "Hill Town CCG"))


def test_html_parses_without_its_scripts_and_navigation(tmp_path: Path) -> None:
    page = (
        "<html><head><title>x</title><style>p{}</style></head><body><nav>Menu</nav><script>alert(1)</script>"
        "<table><tr><th>Date of publication:</th><td>3 May 2016</td></tr></table>"
        "<h1>The child’s journey</h1><h2>1. Early help</h2><p>1.1 Care is <b>good</b>.<!-- no --></p>"
        "<div>1.2 These were missing:<ul><li>a <i>plan</i></li><li>a visit</li></ul></div></body></html>"
    )
    report = read_report(write(tmp_path, "a.html", page.encode()))
    assert [(p.mark, p.text) for p in report.passages if p.number] == [
        ("¶1.1", "Care is good."),
        ("¶1.2", "These were missing:\na plan\na visit"),
    ]
    assert "Menu" not in report.text
    assert "alert" not in report.text
    assert report.published is not None


def bomb_docx() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("word/document.xml", b" " * 60_000_000)
    return content.getvalue()


def entity_docx() -> bytes:
    """A DOCX whose text names a file of the machine by an external entity."""
    document = docx.Document()
    document.add_paragraph("PLACE")
    whole = io.BytesIO()
    document.save(whole)
    changed = io.BytesIO()
    with zipfile.ZipFile(whole) as before, zipfile.ZipFile(changed, "w") as after:
        for part in before.infolist():
            content = before.read(part)
            if part.filename == "word/document.xml":
                content = content.replace(
                    b"<w:document", b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><w:document', 1
                )
                content = content.replace(b"PLACE", b"Care is good. &e;")
            after.writestr(part, content)
    return changed.getvalue()


def encrypted_pdf() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of([FINDINGS]))))
    writer.encrypt("secret", algorithm="RC4-128")
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def bomb_pdf() -> bytes:
    """A page whose content stream unpacks to two hundred megabytes."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"0 " * 5_000_000) for _ in range(20)) + packer.flush()
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 1 1] /Contents 4 0 R >>",
        f"<< /Filter /FlateDecode /Length {len(packed)} >>\nstream\n{packed.decode('latin-1')}\nendstream",
    ]
    return assembled(objects)


def looping_pdf() -> bytes:
    return assembled(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R] /Count 1 >>"])


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", b" \n", "empty"),
        ("empty.pdf", b"", "empty"),
        ("binary.txt", bytes(range(256)) * 20, "binary"),
        ("broken16.txt", b"\xff\xfea", "UTF-16"),
        ("text.pdf", b"Care is good.", "broken or not really PDF"),
        ("cut.pdf", pdf_of([FINDINGS])[:300], "broken or not really PDF|no text"),
        ("pictures.pdf", pdf_of([[]]), "OCR"),
        ("locked.pdf", encrypted_pdf(), "encrypted|without a password"),
        ("loop.pdf", looping_pdf(), "broken|no text|OCR"),
        ("bomb.pdf", bomb_pdf(), "more text|memory|broken|OCR"),
        ("text.docx", b"Care is good.", "broken or not really DOCX"),
        ("bomb.docx", bomb_docx(), "unpacks to more"),
        ("void.html", b"<html><body></body></html>", "no text|broken"),
        ("table.xlsx", b"PK", r"unknown format .xlsx; convert it to one of .docx"),
        ("noending", b"Care", r"unknown format \(no ending\)"),
        ("large.txt", b"Care is good.\n" * 200_000, "more text than any report"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value and " " not in value else None,
)
def test_a_file_that_cannot_be_read_is_refused_with_its_name_and_what_to_do(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    path = write(tmp_path, name, content)
    started = time.monotonic()
    with pytest.raises(ReportUnreadable, match=reason) as refused:
        read_source(path)
    assert time.monotonic() - started < 50
    assert refused.value.name == name
    assert str(tmp_path) not in str(refused.value)
    assert ";" in refused.value.reason


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    for name in ("missing.txt", "folder.txt", "pipe.txt"):
        with pytest.raises(ReportUnreadable, match=name):
            read_source(tmp_path / name)


def test_an_external_entity_in_a_docx_brings_nothing_of_the_machine(tmp_path: Path) -> None:
    path = write(tmp_path, "xxe.docx", entity_docx())
    try:
        read = "\n".join(texts(path))
    except ReportUnreadable:
        return
    assert "root:" not in read


def test_the_child_process_caps_its_own_memory_and_processor_time() -> None:
    script = (
        "import resource, runpy, sys, io; sys.argv = ['extract', 'pdf']; sys.stdin = io.TextIOWrapper(io.BytesIO(b'x'));"
        "from pathlib import Path; runpy.run_path(sys.stdin and r'PATH', run_name='__main__');"
        "print(); print(resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_CPU)[0])"
    ).replace("PATH", str(extract.__file__))
    shown = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert shown.splitlines()[-1] == f"{extract.MEMORY_BYTES} {extract.PROCESSOR_SECONDS}"
