"""What a plain regex reads in a report's source: numbers, groups, references. Written without the parser it checks."""

import re
from functools import cached_property
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_ITEM = re.compile(r"^\s*(?:- )?(\d+\.\d+(?:\.\d+)?) ", re.MULTILINE)
_DASHED_ITEM = re.compile(r"^\s*- (\d+\.\d+(?:\.\d+)?) ", re.MULTILINE)
_GROUP = re.compile(r"^\s*(?:- )?\d\. ((?:.|\n(?!\d\.))*?)\s+should:", re.MULTILINE)
_REFERENCE = re.compile(r"\(\**\s*Recommendations?\s([\d.,\s and-]+?)\**\)")


class Source:
    """Findings, recommendations, addressees and references of one text file whose items start their lines, dash or none."""

    def __init__(self, file: str) -> None:
        self.text = (_ROOT / file).read_text(encoding="utf-8")

    @cached_property
    def _halves(self) -> tuple[str, str]:
        before, _, after = self.text.rpartition("\nRecommendations\n")
        return before, after

    @cached_property
    def referred(self) -> dict[str, list[str]]:
        """Finding -> recommendations that it refers to."""
        findings = self._halves[0]
        _, *parts = (_DASHED_ITEM if _DASHED_ITEM.search(findings) else _ITEM).split(findings)
        sections = {number.rpartition(".")[0] for number in parts[::2]}
        return {
            number: [r for reference in _REFERENCE.findall(text) for r in re.findall(r"\d+\.\d+", reference)]
            for number, text in zip(parts[::2], parts[1::2], strict=True)
            if number not in sections
        }

    @cached_property
    def addressed(self) -> dict[str, str]:
        """Recommendation -> heading of its group."""
        _, *parts = _GROUP.split(self._halves[1])
        return {
            number: heading
            for heading, text in zip(parts[::2], parts[1::2], strict=True)
            for number in _ITEM.findall(text)
        }

    def marks(self, expression: str) -> set[str]:
        """The marks that an expression means, words joined by blanks.

        "¶1.2", "R2.1"; "¶1.*" all below; "for:A", "for:A&B", "for:A!B" recommendations whose heading matches A (and B, but not B);
        "behind:2.7" findings that refer to it; "from:3.*" recommendations that those findings refer to; "alone:1.*" findings without
        a recommendation; "unused" recommendations that no finding refers to; "several" findings with more than one recommendation.
        """
        return set().union(*(self._read(word) for word in expression.split()))

    def _read(self, word: str) -> set[str]:
        name, _, value = word.partition(":")
        below = [n for n in self.referred if re.match(value.replace(".", r"\.").replace("*", ".*") + "$", n)]
        if name == "for":
            wanted, _, barred = value.partition("!")
            return {
                f"R{number}"
                for number, heading in self.addressed.items()
                if all(re.search(part, heading) for part in wanted.split("&"))
                and not (barred and re.search(barred, heading))
            }
        if name == "behind":
            return {f"¶{n}" for n, recommendations in self.referred.items() if value in recommendations}
        if name == "from":
            return {f"R{r}" for n in below for r in self.referred[n]}
        if name == "alone":
            return {f"¶{n}" for n in below if not self.referred[n]}
        if name == "unused":
            return {f"R{r}" for r in self.addressed} - {f"R{r}" for rs in self.referred.values() for r in rs}
        if name == "several":
            return {f"¶{n}" for n, recommendations in self.referred.items() if len(set(recommendations)) > 1}
        if "*" in word:
            numbers = self.referred if word.startswith("¶") else self.addressed
            pattern = word[1:].replace(".", r"\.").replace("*", ".*")
            return {word[0] + n for n in numbers if re.fullmatch(pattern, n)}
        return {word}


SOURCES = {
    "worcestershire-2015": Source("reports/worcestershire-2015.txt"),
    "fenmarch-2014": Source("eval/reports/fenmarch-2014.txt"),
    "brackenhulme-2016": Source("eval/reports/brackenhulme-2016.txt"),
}
