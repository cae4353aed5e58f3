"""References from findings to recommendations: "(Recommendation 2.1)", "(Recommendations 2.3 and 3.1)", "1.1-1.3"."""

import re

# PDFs set "2. 1" where "2.1" is printed; outside brackets and lists that may as well be the end of a sentence.
_ONE = r"(?:\d{1,2}\.\d{1,3}(?:\.\d{1,3})?|\d{1,2}\s?\.\s?\d{1,3}(?=\s*[)\],;&]))"
_WORD = r"rec(?:ommendation)?s?(?![a-z])"
_JOIN = rf"\s*(?:,\s*and|,\s*&|,|;|/|&|\+|and|or|to|through|[-–—])\s*(?:(?:{_WORD}|R)\.?\s*)?"
_REFERENCE = re.compile(
    rf"(?:\b{_WORD}[.:]?\s*(?:numbers?\s*|nos?\.?\s*)?|(?<=[(\[])R\.?\s?)({_ONE}(?:{_JOIN}{_ONE})*)", re.IGNORECASE
)
_LOOSE = r"\d{1,2}\s?\.\s?\d{1,3}(?:\.\d{1,3})?"
_RANGE = re.compile(rf"({_LOOSE})\s*(?:to|through|[-–—])\s*(?:{_WORD}\s*)?({_LOOSE})", re.IGNORECASE)
# A line that ends before its number: "(Recommendations 2.2 and" / "3.1)".
UNFINISHED = r"\brec(?:ommendation)?s?\.?(?:\s[\d.,\s&]*(?:and|&|,|to|-|–))?"
_LONGEST_RANGE = 40


def references_in(text: str) -> list[tuple[str, int]]:
    """Numbers of the recommendations that a text refers to, each once and in its order, with the offset of its reference."""
    found: dict[str, int] = {}
    for reference in _REFERENCE.finditer(text):
        written = reference[1]
        for number in re.findall(_LOOSE, written):
            found.setdefault("".join(number.split()), reference.start())
        for first, last in _RANGE.findall(written):
            for number in _between("".join(first.split()), "".join(last.split())):
                found.setdefault(number, reference.start())
    return sorted(found.items(), key=lambda item: (item[1], [int(part) for part in item[0].split(".")]))


def _between(first: str, last: str) -> list[str]:
    group, _, low = first.rpartition(".")
    other, _, high = last.rpartition(".")
    if group != other or not 0 < int(high) - int(low) <= _LONGEST_RANGE:
        return []
    return [f"{group}.{number}" for number in range(int(low) + 1, int(high))]
