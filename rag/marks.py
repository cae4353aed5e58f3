"""Marks as written -> the passages they name."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from index.report import Passage, Report, number_key
from rag.cited_text import WrittenMark


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Why a mark names no passage, or names more than one."""

    reason: str


def cited_passages(
    marks: Iterable[WrittenMark], reports: Sequence[Report], prefer: Collection[str] = ()
) -> tuple[Passage, ...] | Unresolved:
    """The passages that these marks name, each once, in order; or what is wrong with the first that names none.

    Args:
        marks: as written.
        reports: whose passages may be meant.
        prefer: ids of passages that a mark means where several reports print it.
    """
    found: dict[str, Passage] = {}
    for mark in marks:
        named = _named(mark, reports, prefer)
        if isinstance(named, Unresolved):
            return named
        found.update((passage.id, passage) for passage in named)
    return tuple(found.values())


def _named(mark: WrittenMark, reports: Sequence[Report], prefer: Collection[str]) -> tuple[Passage, ...] | Unresolved:
    if mark.report and all(report.id != mark.report for report in reports):
        return Unresolved(f"no loaded report is called {mark.report}")
    meant = [report for report in reports if mark.report in (None, report.id)]
    candidates = [passage for report in meant for one in mark.marks if (passage := report.passage(one))]
    if len(candidates) > 1:
        candidates = [passage for passage in candidates if passage.id in prefer] or candidates
    if not candidates:
        return Unresolved(f"[{mark.written}] names no passage of the loaded reports")
    if len(candidates) > 1:
        return Unresolved(f"[{mark.written}] may be {' or '.join(passage.id for passage in candidates)}: write which")
    return tuple(candidates) if mark.last is None else _through(candidates[0], mark, meant)


def _through(first: Passage, mark: WrittenMark, reports: Sequence[Report]) -> tuple[Passage, ...] | Unresolved:
    """The passages from the first of a range to its last."""
    report = next(report for report in reports if report.id == first.report)
    last = report.passage(mark.last or "")
    if last is None or not first.number or not last.number or number_key(last.number) < number_key(first.number):
        return Unresolved(f"[{mark.written}] is no range of passages")
    low, high = number_key(first.number), number_key(last.number)
    return tuple(p for p in report.of_kind(first.kind) if p.number and low <= number_key(p.number) <= high)
