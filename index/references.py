"""References from findings to recommendations: "(Recommendation 2.1)", "(Recommendations 2.3 and 3.1)", "1.1-1.3"."""

import re

_ONE = r"\d{1,2}\.\d{1,3}(?:\.\d{1,3})?"
_JOIN = r"\s*(?:,\s*and|,\s*&|,|;|/|&|\+|and|or|to|through|[-–—])\s*(?:recommendations?\s*)?"
_REFERENCE = re.compile(
    rf"\brec(?:ommendation)?s?\b\.?\s*(?:numbers?\s*|nos?\.?\s*)?({_ONE}(?:{_JOIN}{_ONE})*)", re.IGNORECASE
)
_RANGE = re.compile(rf"({_ONE})\s*(?:to|through|[-–—])\s*(?:recommendations?\s*)?({_ONE})", re.IGNORECASE)
_LONGEST_RANGE = 40


def references_in(text: str) -> list[tuple[str, int]]:
    """Numbers of the recommendations that a text refers to, each once and in its order, with the offset of its reference."""
    found: dict[str, int] = {}
    for reference in _REFERENCE.finditer(text):
        written = reference[1]
        for number in re.findall(_ONE, written):
            found.setdefault(number, reference.start())
        for first, last in _RANGE.findall(written):
            for number in _between(first, last):
                found.setdefault(number, reference.start())
    return sorted(found.items(), key=lambda item: (item[1], [int(part) for part in item[0].split(".")]))


def _between(first: str, last: str) -> list[str]:
    group, _, low = first.rpartition(".")
    other, _, high = last.rpartition(".")
    if group != other or not 0 < int(high) - int(low) <= _LONGEST_RANGE:
        return []
    return [f"{group}.{number}" for number in range(int(low) + 1, int(high))]
