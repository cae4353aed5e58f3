"""Anybody's draft with marks, checked against the reports: each of its sentences climbs the same ladder as a language model's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.report import Report
from rag.cited_text import cited_sentences
from rag.verify import Checked, Verifier


@dataclass(frozen=True, slots=True)
class CheckedDraft:
    """A draft after the ladder.

    Attributes:
        sentences: in the order of the text; headings and lines without words are none.
    """

    sentences: tuple[Checked, ...]

    @property
    def ok(self) -> bool:
        """Whether there is a sentence and every one is verified."""
        return bool(self.sentences) and all(one.verdict.passed for one in self.sentences)

    def public(self) -> dict[str, object]:
        """The draft as API and command line show it."""
        return {"ok": self.ok, "sentences": [public_sentence(one) for one in self.sentences]}


def check_text(text: str, verifier: Verifier, reports: Sequence[Report] | None = None) -> CheckedDraft:
    """The verdict on each sentence of a draft.

    Args:
        text: prose with marks, as in an answer: "… [¶1.2]. … [R2.1, R2.3]"; Markdown's signs are left out of it.
        verifier: the ladder over the generation that serves.
        reports: only passages of these may be cited, and a mark that several reports print means theirs; None for all that are loaded.
    """
    sentences = cited_sentences(text)
    if not sentences:
        return CheckedDraft(())
    allowed = None if reports is None else {passage.id for report in reports for passage in report.passages}
    return CheckedDraft(tuple(map(_outside_told, verifier.check(sentences, allowed))))


def public_sentence(one: Checked) -> dict[str, object]:
    """A checked sentence as API and command line show it; `quote` is the nearest span of the first passage, "" where none is cited."""
    return {
        "text": one.sentence.text,
        "citations": [passage.id for passage in one.passages],
        "quote": one.passages[0].text[slice(*one.spans[0])] if one.spans else "",
        "verdict": one.verdict.verdict,
        "decided_by": one.verdict.decided_by,
        "reason": one.verdict.reason,
    }


def _outside_told(one: Checked) -> Checked:
    """The same, where a passage lies outside the reports asked for in words that say so."""
    if one.verdict.decided_by != "offered":
        return one
    return replace(
        one, verdict=replace(one.verdict, reason="it cites a report other than those it was to be checked by")
    )
