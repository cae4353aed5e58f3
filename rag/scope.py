"""Names that people and programs type for reports, sections, organisations and recommendations, turned into those the index knows."""

from collections.abc import Iterable, Sequence

from index.errors import UnknownName
from index.filters import Filters, filter_keys, folded
from index.report import Kind, Organisation, Report, possible_marks
from rag.naming import names_in


def checked_filters(reports: Sequence[Report], asked: Filters) -> Filters:
    """The same filters with canonical names: organisations by their full names, recommendations by mark or id.

    Raises:
        UnknownName: a name that no loaded report has; it lists those there are.
    """
    for report_id in asked.reports:
        find_report(reports, report_id)
    scope = asked.scope(reports)
    _check_sections(asked.sections, scope)
    kinds = [kind.value for kind in Kind]
    for kind in asked.kinds:
        if folded(kind) not in kinds:
            raise UnknownName("kind", kind, kinds)
    organisations = [o.name for name in asked.organisations for o in find_organisations(scope, name)]
    return Filters(
        reports=asked.reports,
        sections=asked.sections,
        organisations=tuple(dict.fromkeys(organisations)),
        recommendations=tuple(_recommendation(scope, written) for written in asked.recommendations),
        kinds=asked.kinds,
    )


def find_report(reports: Iterable[Report], report_id: str) -> Report:
    """The report of this id.

    Raises:
        UnknownName: no such report; names the loaded ones.
    """
    loaded = list(reports)
    for report in loaded:
        if report.id == report_id:
            return report
    raise UnknownName("report", report_id, [report.id for report in loaded])


def find_organisations(reports: Sequence[Report], written: str) -> list[Organisation]:
    """The organisations, at least one, that a spelling means; a group such as "the CCGs" means several.

    Raises:
        UnknownName: no organisation of these reports is called so; names them.
    """
    named = names_in(written, reports)
    if not named.organisations or named.rest.strip(" .,'’"):
        raise UnknownName("organisation", written, sorted({o.name for report in reports for o in report.organisations}))
    return [o for report in reports for o in report.organisations if o.name in named.organisations]


def _check_sections(asked: Iterable[str], reports: Sequence[Report]) -> None:
    wanted = list(asked)
    if not wanted:
        return
    passages = [passage for report in reports for passage in report.passages]
    known = {key for passage in passages for key in filter_keys(passage)["sections"]}
    for section in wanted:
        if folded(section) not in known:
            titles = dict.fromkeys(title for passage in passages for title in passage.heading)
            raise UnknownName("section", section, list(titles))


def _recommendation(reports: Sequence[Report], written: str) -> str:
    """Mark of a recommendation of any report, or the id where the report is written with it."""
    report_id, slash, mark = written.rpartition("/")
    where = [report for report in reports if not slash or report.id == report_id]
    for canonical in possible_marks(mark):
        if canonical.startswith("R") and any(report.passage(canonical) for report in where):
            return f"{report_id}/{canonical}" if slash else canonical
    known = [passage.mark for report in reports for passage in report.of_kind(Kind.RECOMMENDATION)]
    raise UnknownName("recommendation", written, list(dict.fromkeys(known)))
