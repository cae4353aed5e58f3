"""From what stands in a URL to the passage it names; reports, organisations and filters are read by rag/scope.py."""

from collections.abc import Sequence

from index.errors import ClasQAError, UnknownName
from index.report import Passage, Report, possible_marks
from web.service import OpenIndex


class AmbiguousMark(ClasQAError):
    """A bare number names both a finding and a recommendation; `passages` holds them."""

    def __init__(self, written: str, passages: Sequence[Passage]) -> None:
        """What was written, and every passage that it names."""
        marks = " and ".join(f"[{passage.mark}]" for passage in passages)
        super().__init__(f"{written} names {marks}; say which one")
        self.passages = tuple(passages)


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


def passage_by_id(index: OpenIndex, id: str) -> Passage | None:
    """The passage of this full id (`<report>/<mark>`), or None."""
    report_id, _, mark = id.partition("/")
    for report in index.reports:
        if report.id == report_id:
            return report.passage(mark)
    return None
