"""From what stands in a URL to the report, passage or organisation it names."""

from collections.abc import Iterable, Sequence

from index.errors import ClasQAError, UnknownName
from index.filters import Filters, filter_keys, folded
from index.report import Kind, Organisation, Passage, Report, possible_marks
from web.service import OpenIndex


class AmbiguousMark(ClasQAError):
    """A bare number names both a finding and a recommendation; `passages` holds them."""

    def __init__(self, written: str, passages: Sequence[Passage]) -> None:
        """What was written, and every passage that it names."""
        marks = " and ".join(f"[{passage.mark}]" for passage in passages)
        super().__init__(f"{written} names {marks}; say which one")
        self.passages = tuple(passages)


def find_report(index: OpenIndex, id: str) -> Report:
    """The loaded report of this id.

    Raises:
        UnknownName: no such report; names the loaded ones.
    """
    for report in index.reports:
        if report.id == id:
            return report
    raise UnknownName("report", id, [report.id for report in index.reports])


def find_passage(report: Report, written: str) -> Passage:
    """The passage that a mark in any spelling names.

    Raises:
        UnknownName: no such passage; names the marks of the same kind.
        AmbiguousMark: a bare number that both a finding and a recommendation bear.
    """
    marks = possible_marks(written)
    found = [passage for mark in marks if (passage := report.passage(mark))]
    if len(found) > 1:
        raise AmbiguousMark(written, found)
    if not found:
        alike = [
            passage.mark for passage in report.passages if not marks or passage.mark[0] in {mark[0] for mark in marks}
        ]
        raise UnknownName("passage", written, alike)
    return found[0]


def find_organisations(reports: Iterable[Report], name: str) -> list[Organisation]:
    """The organisations, at least one, that have this spelling in any case: two reports may each know a "CCG".

    Raises:
        UnknownName: no organisation of these reports is spelled so; names them.
    """
    everyone = [organisation for report in reports for organisation in report.organisations]
    wanted = folded(name)
    found = [
        organisation
        for organisation in everyone
        if wanted in {folded(spelling) for spelling in (organisation.name, *organisation.aliases)}
    ]
    if not found:
        raise UnknownName("organisation", name, sorted({organisation.name for organisation in everyone}))
    return found


def resolve_filters(index: OpenIndex, asked: Filters) -> Filters:
    """The same filters with organisations by their full names and recommendations by their marks.

    Raises:
        UnknownName: a name that no loaded report has; names those there are.
    """
    kinds = [kind.value for kind in Kind]
    titles: dict[str, None] = {}
    sections: set[str] = set()
    for passage in index.passages if asked.sections else ():
        titles |= dict.fromkeys(passage.heading)
        sections |= set(filter_keys(passage)["sections"])
    for id in asked.reports:
        find_report(index, id)
    for section in asked.sections:
        if folded(section) not in sections:
            raise UnknownName("section", section, list(titles))
    for kind in asked.kinds:
        if folded(kind) not in kinds:
            raise UnknownName("kind", kind, kinds)
    reports = [report for report in index.reports if not asked.reports or report.id in asked.reports]
    named = [organisation.name for name in asked.organisations for organisation in find_organisations(reports, name)]
    return Filters(
        reports=asked.reports,
        sections=asked.sections,
        organisations=tuple(dict.fromkeys(named)),
        recommendations=tuple(find_recommendation(reports, written) for written in asked.recommendations),
        kinds=asked.kinds,
    )


def find_recommendation(reports: Sequence[Report], written: str) -> str:
    """The id or mark of a recommendation, however it is spelled: an id names one report's, a mark any report's.

    Raises:
        UnknownName: no such recommendation; names the marks there are.
    """
    report_id, slash, mark = written.rpartition("/")
    where = [report for report in reports if not slash or report.id == report_id]
    for canonical in possible_marks(mark):
        if canonical.startswith("R") and any(report.passage(canonical) for report in where):
            return f"{report_id}/{canonical}" if slash else canonical
    known = [passage.mark for report in reports for passage in report.of_kind(Kind.RECOMMENDATION)]
    raise UnknownName("recommendation", written, list(dict.fromkeys(known)))


def passage_by_id(index: OpenIndex, id: str) -> Passage | None:
    """The passage of this full id (`<report>/<mark>`), or None."""
    report_id, _, mark = id.partition("/")
    for report in index.reports:
        if report.id == report_id:
            return report.passage(mark)
    return None
