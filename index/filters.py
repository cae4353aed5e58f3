"""Filters: which passages a search may find. `matches` is the definition, `to_where` its Chroma translation."""

from collections.abc import Iterable
from dataclasses import dataclass

from index.report import Kind, Passage, Report

_KEYS = ("reports", "sections", "organisations", "recommendations", "kinds")


@dataclass(frozen=True, slots=True)
class Filters:
    """A passage passes when each non-empty field has at least one value that fits it; no field, no restriction.

    Attributes:
        reports: report ids.
        sections: heading titles at any level (case does not matter), or section numbers: "5" takes in "5.2".
        organisations: `Organisation.name`, case does not matter.
        recommendations: ids ("area-2015/R2.1") or marks ("R2.1"): the recommendation and the passages that refer to it.
        kinds: values of `Kind`.
    """

    reports: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    recommendations: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """True when anything is restricted."""
        return any(getattr(self, key) for key in _KEYS)

    def scope(self, reports: Iterable[Report]) -> list[Report]:
        """Those of the reports that are not ruled out, in their order."""
        return [report for report in reports if not self.reports or report.id in self.reports]

    def matches(self, passage: Passage) -> bool:
        """Whether a search with these filters may find the passage."""
        if not self:
            return True
        keys = filter_keys(passage)
        return all(
            not wanted or any(folded(value) in keys[key] for value in wanted)
            for key, wanted in ((key, getattr(self, key)) for key in _KEYS)
        )

    def to_where(self) -> dict[str, object] | None:
        """The same restriction as Chroma's `where`, over the lists of `filter_keys`; None where there is none."""
        fields = [
            _either([{key: {"$contains": folded(value)}} for value in dict.fromkeys(getattr(self, key))])
            for key in _KEYS
            if getattr(self, key)
        ]
        if not fields:
            return None
        return fields[0] if len(fields) == 1 else {"$and": fields}


def filter_keys(passage: Passage) -> dict[str, tuple[str, ...]]:
    """For each field of Filters, the folded values that the passage answers to; stored in Chroma as they are."""
    recommendations = list(passage.recommendations)
    if passage.kind is Kind.RECOMMENDATION:
        recommendations.append(passage.id)
    marks = [recommendation.rpartition("/")[2] for recommendation in recommendations]
    keys = {
        "reports": [passage.report],
        "sections": [*passage.heading, *_number_and_prefixes(passage.section_number)],
        "organisations": [*passage.organisations, *passage.addressed_to],
        "recommendations": [*recommendations, *marks],
        "kinds": [passage.kind.value],
    }
    return {key: tuple(dict.fromkeys(folded(value) for value in values)) for key, values in keys.items()}


def folded(value: str) -> str:
    """A value without its case and surplus spaces, as filters compare it."""
    return " ".join(value.split()).casefold()


def _either(clauses: list[dict[str, object]]) -> dict[str, object]:
    return clauses[0] if len(clauses) == 1 else {"$or": clauses}


def _number_and_prefixes(number: str | None) -> list[str]:
    if number is None:
        return []
    parts = number.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
