"""One review as text, print, Word file and web page, and as converters spoil it: always the same numbers, links and addressees.

`reports/brackenford.pdf` is the text beside it, laid out as such reviews were and printed by a browser: cover, table of front matter,
contents with leaders, a title and "Page N of M" on every page, numbers in a column of their own, boxes, a gap between paragraphs.
"""

import io
import re
import textwrap
from collections.abc import Iterator
from html import escape
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement
from pypdf import PdfReader

from index.errors import ReportUnreadable
from index.parse import parse_report, read_report
from index.references import references_in
from index.report import Kind, Report, Voice
from index.sources import read_source, source_from_text

REPORTS = Path(__file__).resolve().parent / "reports"
TEXT = (REPORTS / "brackenford.txt").read_text(encoding="utf-8").replace("*", "")
TITLE = "Review of health services for Children Looked After and Safeguarding in Brackenford"
BHT, BHFT, HOSPICE = (
    "Brackenford Hospitals NHS Trust",
    "Brackenford Healthcare NHS Foundation Trust",
    "St. Orrin’s Hospice",
)
ITEM = re.compile(r"(?m)^ ?- (\d+(?:\.\d+){1,2}) ")
BODY = TEXT.rindex("Summary of the review")
RECOMMENDED = TEXT.rindex("\nRecommendations\n")


def parse(text: str) -> Report:
    return parse_report(source_from_text("report.txt", text))


def facts(report: Report) -> list[tuple[object, ...]]:
    """What has to be the same in every dress: marks, words, links, addressees, headings and voices, without the report's id."""
    found: list[tuple[object, ...]] = []
    for p in report.passages:
        words = " ".join(p.text.split())
        found.append(
            (
                p.mark,
                p.kind,
                p.voice,
                words,
                [i.partition("/")[2] for i in p.recommendations],
                p.addressed_to,
                p.heading,
            )
        )
    return found


@pytest.fixture(scope="module")
def plain() -> Report:
    return read_report(REPORTS / "brackenford.txt")


def test_the_invented_review_reads_as_it_is_meant(plain: Report) -> None:
    assert [p.mark for p in plain.passages if p.number] == [
        *("¶1.1", "¶1.2", "¶1.3", "¶1.4", "¶2.1", "¶2.2", "¶2.3", "¶3.1", "¶4.1", "¶5.1.1", "¶5.2.1", "¶5.3.1"),
        *("R1.1", "R1.2", "R1.3", "R2.1", "R2.2", "R3.1", "R3.2", "R3.3"),
    ]
    assert sum(len(p.recommendations) for p in plain.passages) == 9
    recommendation = plain.passage("R2.1")
    assert recommendation is not None
    assert recommendation.addressed_to == (BHT, BHFT, HOSPICE)
    assert [o.name for o in plain.organisations] == [
        BHT,
        BHFT,
        HOSPICE,
        "Fell and Vale Community CIC",
        "NHS Bracken, Fell and Vale CCG",
        "NHS Lower Bracken CCG",
        "NHS England",
    ]


# Print


def test_a_printed_review_reads_as_its_text(plain: Report) -> None:
    printed = read_report(REPORTS / "brackenford.pdf")
    assert facts(printed) == facts(plain)
    assert (printed.id, printed.title, printed.published) == (plain.id, plain.title, plain.published)
    assert printed.organisations == plain.organisations
    assert printed.front_matter == plain.front_matter


def test_the_page_of_each_numbered_passage_is_the_one_that_prints_it() -> None:
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(REPORTS / "brackenford.pdf").pages]
    printed = read_report(REPORTS / "brackenford.pdf")
    numbered = [p for p in printed.passages if p.number]
    for p in numbered:
        opening = " ".join(p.text.split()[:5])
        assert [i for i, page in enumerate(pages, 1) if f"{p.number} {opening}" in page] == [p.page]
    assert len({p.page for p in numbered}) > 2


# Word


def lines_of_body() -> Iterator[tuple[str, str]]:
    """(kind, text) of each line of the body: heading, item, group or paragraph."""
    for line in filter(None, map(str.strip, TEXT[BODY:].splitlines())):
        text = line.removeprefix("- ")
        if re.match(r"\d+(?:\.\d+){1,2} ", text) and line.startswith("-"):
            yield "item", text
        elif text.endswith("should:"):
            yield "group", text
        elif re.fullmatch(r"(?:\d(?:\.\d)?\.? )?[A-Z][\w’ ]{4,40}", text):
            yield "heading", text
        else:
            yield "paragraph", text


def word_file(folder: Path, counted: bool) -> Path:
    """The review written in Word: its numbers typed, or counted by Word and so absent from the text."""
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = TITLE
    document.add_paragraph(TITLE, style="Title")
    cover, contents = TEXT[:BODY].split("Contents\n")
    table = document.add_table(rows=0, cols=2)
    for label, value in (line.split("\t") for line in cover.splitlines() if "\t" in line):
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, re.sub(r"(?<=Trust) (?=Brack|St)|(?<=Hospice) ", "\n", value)
    for line in ["Contents", *contents.split("\n")]:
        document.add_paragraph(line)
    for kind, text in lines_of_body():
        if kind == "heading":
            document.add_heading(text, 2 if text[0].isdigit() else 1)
        elif kind == "item":
            number, _, rest = text.partition(" ")
            document.add_paragraph(rest if counted else f"{number}\t{rest}", style="List Number" if counted else None)
        else:
            document.add_paragraph().add_run(text).bold = kind == "group"
    path = folder / "review.docx"
    document.save(str(path))
    return path


def test_a_word_file_with_typed_numbers_reads_as_the_text(plain: Report, tmp_path: Path) -> None:
    written = read_report(word_file(tmp_path, counted=False))
    assert facts(written) == facts(plain)
    assert written.organisations == plain.organisations
    assert written.remarks == ()


def test_numbers_that_word_counts_by_itself_are_missed_not_invented(tmp_path: Path) -> None:
    written = read_report(word_file(tmp_path, counted=True))
    assert not [p.mark for p in written.passages if p.number]
    assert re.search(r"Word numbers 20 paragraphs by itself.* save the report as PDF", written.remarks[0])
    assert [p.text.count("P, who is fourteen") for p in written.of_kind(Kind.CASE_EXAMPLE)] == [1]
    assert "holds a clinic" not in written.of_kind(Kind.CASE_EXAMPLE)[0].text


def test_text_boxes_content_controls_and_columns_of_a_word_file_are_read(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("1. Early help", 1)
    row = document.add_table(rows=1, cols=2).rows[0].cells
    row[0].text, row[1].text = "1.1", "Care is good.\nIt is on time.\n(Recommendation 1.1)"
    boxed = document.add_paragraph("1.2 Care is late.")
    box = OxmlElement("w:txbxContent")
    box.append(document.add_paragraph("Case example: N waited for a year.")._p)
    boxed._p.add_r().append(box)
    control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
    content.append(document.add_paragraph("1.3 Care is near.")._p)
    control.append(content)
    boxed._p.addnext(control)
    path = tmp_path / "boxes.docx"
    document.save(str(path))
    found = read_report(path)
    assert [(p.mark, " ".join(p.text.split())) for p in found.passages] == [
        ("¶1.1", "Care is good. It is on time. (Recommendation 1.1)"),
        ("¶1.2", "Care is late."),
        ("§early-help.1", "Case example: N waited for a year."),
        ("¶1.3", "Care is near."),
    ]
    assert found.passages[2].voice is Voice.CASE_EXAMPLE


# Web pages


def web_page(number: str) -> str:
    """The review as a saved page; `number` lays out an item, with places for its number and its text."""
    cover, contents = TEXT[:BODY].split("Contents\n")
    parts = [f"<html><head><meta charset=utf-8></head><body><nav>Home</nav><h1>{TITLE}</h1><table>"]
    parts += [
        "<tr><td><b>{}</b></td><td>{}</td></tr>".format(*map(escape, line.split("\t")))
        for line in cover.splitlines()
        if "\t" in line
    ]
    parts += ["</table><h2>Contents</h2>"]
    entries = (line.split("\t") for line in contents.splitlines() if "\t" in line)
    parts += [f"<div><span>{title}</span><span class=dots></span><span>{page}</span></div>" for title, page in entries]
    for kind, text in lines_of_body():
        first, _, rest = escape(text).partition(" ")
        shown = number.format(first, rest) if kind == "item" else f"<p>{escape(text)}</p>"
        parts.append(f"<h2>{escape(text)}</h2>" if kind == "heading" else shown)
    return "\n".join([*parts, "</body></html>"])


@pytest.mark.parametrize(
    "number",
    [
        "<p>{0} {1}</p>",
        "<div><div>{0}</div><div>{1}</div></div>",
        "<table><tr><td>{0}</td><td>{1}</td></tr></table>",
        "<p><span style='display:inline-block'>{0}</span>{1}</p>",
        "<ul><li><p>{0} {1}</p></li></ul>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_saved_page_reads_as_the_text(plain: Report, tmp_path: Path, number: str, encoding: str) -> None:
    path = tmp_path / "review.html"
    path.write_bytes(web_page(number).encode(encoding))
    found = read_report(path)
    assert [f for f in facts(found) if f[1] is not Kind.FRONT_MATTER] == [
        f for f in facts(plain) if f[1] is not Kind.FRONT_MATTER
    ]
    assert found.published == plain.published
    assert not any("contents" in w.message for w in found.warnings)


def test_lists_within_lists_keep_their_depth(tmp_path: Path) -> None:
    path = tmp_path / "list.html"
    path.write_text("<ul><li><p>We looked at:</p><ul><li>roles</li><li>needs</li></ul></li><li>We asked.</li></ul>")
    assert [line.text for line in read_source(path).lines if line.text] == [
        "- We looked at:",
        "  - roles",
        "  - needs",
        "- We asked.",
    ]


# Text as converters give it


def as_columns(text: str) -> str:
    """Pages of columns and indents, as `pdftotext -layout` writes them."""
    lines: list[str] = []
    for line in text.split("\n"):
        if found := re.match(r" ?- (\d+(?:\.\d+)+) (.*)", line):
            first, *others = textwrap.wrap(found[2], 85)
            lines += [f"     {found[1]:<8}{first}", *(" " * 13 + other for other in others)]
        elif "\t" in line and ":" in line:
            label, value = (textwrap.wrap(cell, 40) for cell in line.split("\t"))
            rows = max(len(label), len(value))
            label, value = label + [""] * (rows - len(label)), value + [""] * (rows - len(value))
            lines += [f"     {left:<44}{right}" for left, right in zip(label, value, strict=True)]
        else:
            lines += ["     " + part for part in textwrap.wrap(line.replace("\t", " ........... "), 92)] or [""]
    pages = [lines[i : i + 50] for i in range(0, len(lines), 50)]
    return "\f".join(
        "\n".join([*page, "", " " * 30 + TITLE, " " * 70 + f"Page {i} of {len(pages)}"])
        for i, page in enumerate(pages, 1)
    )


VARIANTS = {
    "number and dot": ITEM.sub(r"\1. ", TEXT),
    "number and colon": ITEM.sub(r"\1: ", TEXT),
    "number in brackets": ITEM.sub(r"(\1) ", TEXT),
    "number and bracket": ITEM.sub(r"\1) ", TEXT),
    "number glued to its text": ITEM.sub(r"\1", TEXT.replace("- 5.3.1 89%", "- 5.3.1 \n89%")),
    "number with a space inside": ITEM.sub(lambda found: found[1].replace(".", ". ") + " ", TEXT),
    "number alone on its line": ITEM.sub("\\1\n", TEXT),
    "tab after the number": ITEM.sub("\\1\t", TEXT),
    "non-breaking spaces": ITEM.sub("\\1\u00a0", TEXT).replace(" the ", "\u00a0the\u00a0"),
    "ligatures": TEXT.replace("ffi", "ﬃ").replace("fi", "ﬁ").replace("fl", "ﬂ"),
    "soft hyphens": re.sub(r"\b([a-z]{4})([a-z]{4,})", "\\1\u00ad\\2", TEXT),
    "round bullets": TEXT.replace("\n- ", "\n• ").replace("\n - ", "\n • "),
    "symbol bullets": TEXT.replace("\n- ", "\n\uf0b7 ").replace("\n - ", "\n \uf0b7 "),
    "letter bullets": TEXT.replace("\n- ", "\no ").replace("\n - ", "\n o "),
    "items with their word": TEXT[:RECOMMENDED] + ITEM.sub(r"Recommendation \1: ", TEXT[RECOMMENDED:]),
    "columns": as_columns(TEXT),
    "columns without gaps": re.sub(r"\n\n+", "\n", as_columns(TEXT)),
    "lines of Windows": as_columns(TEXT).replace("\n", "\r\n"),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_converters_do_to_a_text_changes_nothing_that_is_numbered(plain: Report, variant: str) -> None:
    found = parse(VARIANTS[variant])
    assert [f for f in facts(found) if str(f[0]).startswith(("¶", "R"))] == [
        f for f in facts(plain) if str(f[0]).startswith(("¶", "R"))
    ]
    assert (found.id, found.title) == (plain.id, plain.title)
    assert len(found.of_kind(Kind.CASE_EXAMPLE)) == 1


def test_headings_in_capitals_are_headings(plain: Report) -> None:
    titles = {s.title for s in plain.sections if not s.title.endswith(":")} - {"Front matter"}
    upper = re.sub(
        r"(?m)^((?:\d(?:\.\d)?\.? )?)(.+)$", lambda line: line[0].upper() if line[2] in titles else line[0], TEXT
    )
    found = parse(upper)
    assert [p.mark for p in found.passages] == [p.mark for p in plain.passages]
    assert [s.title.casefold() for s in found.sections] == [s.title.casefold() for s in plain.sections]


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("[Recommendation 1.1]", ["1.1"]),
        ("Recommendation 1.1 refers.", ["1.1"]),
        ("(Rec 1.1)", ["1.1"]),
        ("(Recs. 1.1 and 2.3)", ["1.1", "2.3"]),
        ("(R1.1)", ["1.1"]),
        ("(R1.1, R2.3 and R3.1)", ["1.1", "2.3", "3.1"]),
        ("(Recommendation1.1)", ["1.1"]),
        ("(Recommendation: 1.1)", ["1.1"]),
        ("(Recommendation 1. 1)", ["1.1"]),
        ("(Recommendations 2.3, 2.4 & 3.1)", ["2.3", "2.4", "3.1"]),
        ("recommendation 1.1 and 1.2", ["1.1", "1.2"]),
        ("(see Recommendation No. 1.1)", ["1.1"]),
        ("This follows recommendation 1. 2 children waited", []),
        ("Records 1.1 to 1.4 were seen", []),
        ("They scored R1.1 on the scale", []),
    ],
)
def test_references_are_read_as_authors_write_them(written: str, numbers: list[str]) -> None:
    assert [number for number, _ in references_in(f"Care is late. {written}")] == numbers


@pytest.mark.parametrize("split", ["(Recommendation\n1.1)", "(Recommendations 1.1 and\n1.2)"])
def test_a_reference_broken_over_two_lines_belongs_to_its_finding(split: str) -> None:
    found = parse(TEXT.replace("(Recommendation 1.1)", split))
    finding = found.passage("¶1.1")
    assert finding is not None
    assert finding.recommendations[0] == "brackenford-2016/R1.1"
    assert not found.warnings


# Groups of recommendations


def addressed(groups: str) -> dict[str, tuple[str, ...]]:
    parsed = parse(f"{TEXT[:RECOMMENDED]}\nRecommendations\n\n{groups}\n\nNext steps\n\nAn action plan is required.\n")
    return {p.mark: p.addressed_to for p in parsed.of_kind(Kind.RECOMMENDATION)}


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (f"{BHT} should:\n1.1 Ensure it.\n\n{HOSPICE} should:\n2.1 Do it.", {"R1.1": (BHT,), "R2.1": (HOSPICE,)}),
        (f"{BHT}\n1.1 Ensure it.\n\n{BHFT}\n2.1 Do it.", {"R1.1": (BHT,), "R2.1": (BHFT,)}),
        (
            f"Recommendations for {BHT}:\n\n1.1 Ensure it.\n\nTo {BHFT}:\n\n2.1 Do it.",
            {"R1.1": (BHT,), "R2.1": (BHFT,)},
        ),
        (f"Recommendation 1: {BHT} should:\nRecommendation 1.1: Ensure it.", {"R1.1": (BHT,)}),
        (f"1 {BHT} and {BHFT} must\n1.1 Ensure it.", {"R1.1": (BHT, BHFT)}),
        (f"1.{BHFT} should:\n1.1Ensure it.", {"R1.1": (BHFT,)}),
        ("1. BHT and BHFT should:\n1.1 Ensure it.", {"R1.1": (BHT, BHFT)}),
        (
            "1. The CCGs should:\n1.1 Ensure it.",
            {"R1.1": ("NHS Bracken, Fell and Vale CCG", "NHS Lower Bracken CCG")},
        ),
        ("1. Brackenford County Council and BHT should:\n1.1 Ensure it.", {"R1.1": (BHT,)}),
        ("1. The acute trust should:\n1.1 Ensure it.", {"R1.1": ()}),
    ],
)
def test_groups_are_addressed_however_they_are_headed(groups: str, expected: dict[str, tuple[str, ...]]) -> None:
    assert addressed(groups) == expected


# Files that cannot be read


def test_a_print_cut_short_is_refused_at_any_length(tmp_path: Path) -> None:
    whole = (REPORTS / "brackenford.pdf").read_bytes()
    for share in (0.1, 0.9):
        path = tmp_path / "cut.pdf"
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(ReportUnreadable, match=r"cut\.pdf: .*broken.*; export it again"):
            read_report(path)


def test_a_word_file_with_a_password_says_so(tmp_path: Path) -> None:
    path = tmp_path / "locked.docx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    with pytest.raises(ReportUnreadable, match=r"password or is of an older Word; save it as \.docx"):
        read_report(path)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_read(plain: Report, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "review.txt"
    path.write_bytes(TEXT.encode(encoding))
    assert facts(read_report(path)) == facts(plain)


def test_pages_that_are_pictures_ask_for_text_recognition(tmp_path: Path) -> None:
    from pypdf import PdfWriter

    writer, content = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(content)
    path = tmp_path / "scan.pdf"
    path.write_bytes(content.getvalue())
    with pytest.raises(ReportUnreadable, match=r"no text; run text recognition \(OCR\)"):
        read_report(path)
