"""Filter values that people and programs type, turned into the names the index knows, or refused with the known ones."""

from collections.abc import Iterable, Sequence

from index.errors import UnknownName
from index.filters import Filters, folded
from index.report import Kind, Passage, Report, possible_marks
from rag.naming import names_in


def checked_filters(
    reports: Sequence[Report],
    report_ids: Iterable[str] = (),
    sections: Iterable[str] = (),
    organisations: Iterable[str] = (),
    recommendations: Iterable[str] = (),
    kinds: Iterable[str] = (),
) -> Filters:
    """Filters of canonical names only.

    Args:
        reports: the loaded reports.
        report_ids: ids.
        sections: titles or printed numbers.
        organisations: names, or any other spelling that a report uses.
        recommendations: ids or marks in any spelling ("R2.1", "rec 2.1", "2.1").
        kinds: values of `Kind`.

    Raises:
        UnknownName: a value names nothing; the error lists what there is.
    """
    known_ids = [report.id for report in reports]
    ids = tuple(_known("report", value, known_ids) for value in report_ids)
    scope = [report for report in reports if not ids or report.id in ids]
    return Filters(
        reports=ids,
        sections=tuple(_section(value, scope) for value in sections),
        organisations=tuple(name for value in organisations for name in organisation_names(value, scope)),
        recommendations=tuple(_recommendation(value, scope) for value in recommendations),
        kinds=tuple(_known("kind", value, [kind.value for kind in Kind]) for value in kinds),
    )


def organisation_names(value: str, reports: Sequence[Report]) -> tuple[str, ...]:
    """Canonical names of the organisation that any spelling means (several for a group such as "CCGs").

    Raises:
        UnknownName: no loaded report names it.
    """
    named = names_in(value, reports)
    if named.organisations and not named.rest.strip(" .,'’"):
        return named.organisations
    raise UnknownName("organisation", value, sorted({o.name for report in reports for o in report.organisations}))


def _known(what: str, value: str, known: Sequence[str]) -> str:
    for name in known:
        if folded(name) == folded(value):
            return name
    raise UnknownName(what, value, known)


def _section(value: str, reports: Sequence[Report]) -> str:
    titles = {folded(title): title for report in reports for section in report.sections for title in section.path}
    numbers = {number for report in reports for passage in report.passages if (number := passage.section_number)}
    numbers |= {number.partition(".")[0] for number in numbers}
    if value.strip() in numbers:
        return value.strip()
    if folded(value) in titles:
        return titles[folded(value)]
    raise UnknownName("section", value, [*titles.values()])


def _recommendation(value: str, reports: Sequence[Report]) -> str:
    report_id, slash, mark = value.rpartition("/")
    marks = [known for known in possible_marks(mark) if known.startswith("R")]
    found = _with_mark(marks, [report for report in reports if not slash or report.id == report_id])
    if not found:
        known_marks = [passage.mark for report in reports for passage in report.of_kind(Kind.RECOMMENDATION)]
        raise UnknownName("recommendation", value, known_marks)
    return found[0].id if slash else found[0].mark


def _with_mark(marks: Iterable[str], reports: Iterable[Report]) -> list[Passage]:
    wanted = list(marks)
    return [passage for report in reports for mark in wanted if (passage := report.passage(mark))]
