"""The ladder that every drafted sentence climbs before anybody sees it, cheapest rung first."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from index.report import Passage
from rag.draft import Basis, DraftSentence


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the ladder says of one sentence: "verified", "unsupported", "unresolved" or "uncited", and which rung decided."""

    verdict: str
    decided_by: str
    reason: str = ""

    @property
    def passed(self) -> bool:
        """Whether the sentence may be shown."""
        return self.verdict == "verified"


_INTEGER = re.compile(r"(?<![\d.])\d+(?![\d.]*\d)")


def check(sentence: DraftSentence, known: Callable[[str], Passage | None], offered: Collection[str]) -> Verdict:
    """The verdict on one sentence.

    Args:
        sentence: words, the passages cited for them and what they rest on.
        known: gives the passage of an id in the index that serves, None where there is none.
        offered: ids that the drafting stage was given to work with.

    Rungs: something is cited -> each id is known and is that very passage -> each was offered -> the words stand verbatim in the
    first passage (VERBATIM), or every number and organisation stated follows from the passages cited (METADATA).
    """
    if not sentence.passages:
        return Verdict("uncited", "id", "no passage is cited")
    for passage in sentence.passages:
        if known(passage.id) != passage:
            return Verdict("unresolved", "id", f"{passage.id} is not in the index")
        if passage.id not in offered:
            return Verdict("unresolved", "offered", f"{passage.id} was not among the passages read")
    if sentence.basis is Basis.VERBATIM:
        start, end = sentence.quote or (0, 0)
        if not sentence.text or sentence.passages[0].text[start:end] != sentence.text:
            return Verdict("unsupported", "verbatim", f"the words do not stand in {sentence.passages[0].id}")
        return Verdict("verified", "verbatim")
    return _metadata(sentence)


def _metadata(sentence: DraftSentence) -> Verdict:
    """A stated number is the count of the passages cited, or is printed in one of them."""
    printed = " ".join(
        " ".join((p.number or "", p.section_number or "", *p.heading, *p.addressed_to, *p.organisations, p.text))
        for p in sentence.passages
    )
    numbers = {int(number) for number in _INTEGER.findall(sentence.text)}
    allowed = {len(sentence.passages), *(int(number) for number in _INTEGER.findall(printed))}
    if stray := numbers - allowed:
        return Verdict("unsupported", "metadata", f"{min(stray)} does not follow from the passages cited")
    return Verdict("verified", "metadata")
