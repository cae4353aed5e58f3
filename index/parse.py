"""A report file -> `Report`: front matter, sections, findings, recommendations, case examples, quotes and the links between them.

The way: source lines -> lines without markup and furniture -> outline (what each line starts) -> blocks (paragraphs) -> groups (what is
cited as one) -> passages, written one after another into the one normalised text.
"""

import re
from pathlib import Path

from index.assembly import Assembly
from index.blocks import build_blocks, wrap_width
from index.errors import ReportUnstructured
from index.front_matter import FrontMatter, read_date, read_front_matter
from index.furniture import drop_furniture
from index.grouping import group_blocks
from index.lines import read_lines
from index.linking import link
from index.outline import join_lone_numbers, read_outline
from index.report import ParseWarning, Report, slug
from index.run_on import split_run_on
from index.shapes import add_shape_headings, join_questions
from index.sources import Source, read_source
from index.starts import Outline, Starts
from index.titles import title_key

UNNUMBERED = "no numbered findings, no recommendations found; paragraphs are cited by section and position"


def read_report(path: Path, report_id: str | None = None) -> Report:
    """The report in a file.

    Raises:
        ReportUnreadable: the file is empty, binary, broken or of an unknown format.
        ReportUnstructured: it holds neither a heading nor a paragraph.
    """
    return parse_report(read_source(path), report_id)


def parse_report(source: Source, report_id: str | None = None) -> Report:
    """The report in a source; its id is by default area and year of publication, else the file's name.

    Raises:
        ReportUnstructured: the source holds neither a heading nor a paragraph.
    """
    lines, empty_bullets = read_lines(source)
    lines = join_lone_numbers(split_run_on(drop_furniture(lines)))
    if not lines:
        raise ReportUnstructured(source.name, "no heading and no paragraph in it; check that it is a report")
    width = wrap_width(lines)
    lines = join_questions(lines, width)
    outline = read_outline(lines, width)
    if not _has(outline, Starts.FINDING, Starts.RECOMMENDATION):
        outline = add_shape_headings(lines, outline, width)
    front = read_front_matter(lines, outline.body, Path(source.name).stem)
    published = read_date(front.value("publi"))
    assembly = Assembly(report_id or _report_id(source.name, front))
    assembly.add_front_matter(front)
    for item in group_blocks(build_blocks(lines, outline, front.end, width)):
        assembly.add(item)
    if not assembly.passages:
        raise ReportUnstructured(source.name, "no heading and no paragraph in it; check that it is a report")
    text, sections = assembly.finish()
    passages, organisations, link_warnings = link(assembly, front, text)
    warnings = [
        *(ParseWarning(number, "empty bullet skipped") for number in empty_bullets),
        *_missing_titles(outline),
        *outline.warnings,
        *assembly.warnings,
        *link_warnings,
    ]
    return Report(
        id=assembly.report_id,
        title=front.title,
        area=front.area,
        text=text,
        sections=sections,
        passages=passages,
        organisations=organisations,
        front_matter=tuple((entry.label, entry.value) for entry in front.labels),
        published=published,
        notice=_notice(front),
        source_name=source.name,
        source_sha256=source.sha256,
        remarks=(*source.remarks, *_remarks(outline)),
        warnings=tuple(sorted(warnings, key=lambda warning: (warning.line, warning.message))),
    )


def _has(outline: Outline, *roles: Starts) -> bool:
    return any(start.starts in roles for start in outline.starts.values())


def _report_id(name: str, front: FrontMatter) -> str:
    year = _year(front)
    if front.area and year and slug(front.area):
        return f"{slug(front.area)}-{year}"
    return slug(Path(name).stem) or "report"


def _notice(front: FrontMatter) -> str:
    """The source's own line, else title and copyright line where the report is the Care Quality Commission's."""
    if front.source_line:
        return front.source_line
    if not any("CQC" in entry.label for entry in front.labels) and "Care Quality Commission" not in front.title:
        return ""
    return f"{front.title}. © Care Quality Commission {_year(front)}".rstrip()


def _year(front: FrontMatter) -> str:
    """Year of publication, "" where the first page does not say."""
    years = re.findall(r"\b(?:19|20)\d\d\b", front.value("publi") or "")
    return years[-1] if years else ""


def _remarks(outline: Outline) -> tuple[str, ...]:
    findings, recommendations = _has(outline, Starts.FINDING), _has(outline, Starts.RECOMMENDATION)
    if findings and recommendations:
        return ()
    if findings:
        return ("no recommendations found",)
    if recommendations:
        return ("no numbered findings found; other paragraphs are cited by section and position",)
    return (UNNUMBERED,)


def _missing_titles(outline: Outline) -> list[ParseWarning]:
    """Titles that the contents announce and the body lacks."""
    found = {title_key(start.rest) for start in outline.starts.values() if start.starts is Starts.HEADING}
    return [
        ParseWarning(number, f"heading {title!r} of the contents not found in the body")
        for title, number in outline.contents_titles
        if title_key(title) not in found
    ]
