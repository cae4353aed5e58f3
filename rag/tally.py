"""Counts one by one: per section or group, per organisation addressed, per report, per passage referred to."""

from collections.abc import Mapping, Sequence

from index.report import Kind, Passage, Report
from rag.conditions import Conditions, Per
from rag.draft import Basis, DraftSentence
from rag.wording import NOUN, label, plural

Groups = Mapping[str, Sequence[Passage]]


def tally(
    chosen: Sequence[Passage], scope: Sequence[Report], conditions: Conditions, organisations: Sequence[str] = ()
) -> Groups:
    """Counted passages under the name of what they are counted for; with an extreme asked for, only the groups that reach it.

    Args:
        chosen: the passages counted, in numeric order.
        scope: the reports they come from.
        conditions: per what is counted, and whether only the most or the fewest are asked for.
        organisations: where counts are per organisation, only these, or all if there are none.
    """
    groups: dict[str, list[Passage]] = {}
    for passage in chosen:
        for name, counted in _groups_of(passage, scope, conditions.per):
            if conditions.per is not Per.ORGANISATION or not organisations or name in organisations:
                groups.setdefault(name, []).extend(counted)
    if not conditions.extreme:
        return groups
    sizes = [len(passages) for passages in groups.values()]
    wanted = max(sizes, default=0) if conditions.extreme > 0 else min(sizes, default=0)
    return {name: passages for name, passages in groups.items() if len(passages) == wanted}


def told(groups: Groups) -> tuple[DraftSentence, ...]:
    """One sentence a group: what is counted for, and how many, with each counted passage as proof."""
    return tuple(
        DraftSentence(
            f"{plural(len(passages), NOUN[passages[0].kind])}.",
            tuple(passages),
            Basis.METADATA,
            label=name.rstrip(":"),
        )
        for name, passages in groups.items()
        if passages
    )


def _groups_of(passage: Passage, scope: Sequence[Report], per: Per | None) -> list[tuple[str, list[Passage]]]:
    if per is Per.ORGANISATION:
        return [(name, [passage]) for name in passage.addressed_to or passage.organisations]
    if per is Per.REPORT:
        return [(next(report.title for report in scope if report.id == passage.report), [passage])]
    if per is Per.LINK:
        ids = passage.findings if passage.kind is Kind.RECOMMENDATION else passage.recommendations
        linked = [p for report in scope for p in report.passages if p.id in ids]
        return [(label(passage, len(scope) > 1), linked)]
    place = ([passage.report] if len(scope) > 1 else []) + list(passage.heading[-1:])
    return [(", ".join(place), [passage])]
