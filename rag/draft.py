"""Draft: what the lanes propose before the verifier has seen it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from index.report import Passage


class Basis(StrEnum):
    """What a drafted sentence rests on: verbatim words of its passage, metadata of the passages it cites, or their meaning."""

    VERBATIM = "verbatim"
    METADATA = "metadata"
    WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """One sentence with the passages that prove it.

    Attributes:
        text: the words; for VERBATIM equal to the span `quote` of the first passage.
        passages: proof, in the order of citation.
        basis: what the sentence rests on.
        quote: half-open span in the first passage's text, None for METADATA.
        spans: WRITTEN only: for each passage the half-open span relied on in its text; the first is `quote`.
        label: lead-in shown before the words ("Finding 2.1, Children in need"), not part of the claim.
        marks_follow: True where the sentences after it carry the same marks, so that they need not be shown twice.
    """

    text: str
    passages: tuple[Passage, ...]
    basis: Basis
    quote: tuple[int, int] | None = None
    label: str = ""
    marks_follow: bool = False
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def quoted(self) -> str:
        """The words of the first passage that it relies on, "" for METADATA."""
        return self.passages[0].text[slice(*self.quote)] if self.quote and self.passages else ""


@dataclass(frozen=True, slots=True)
class Draft:
    """Sentences in the order of reading, and what goes with them.

    Attributes:
        sentences: empty where nothing was found; then `nothing` says why.
        consulted: ids read but not relied on, nearest first.
        related: ids of recommendations that the cited findings refer to; shown as such, never as proof.
        completeness: "12 of 12 recommendations" where the answer is a complete list.
        partly: True where a part of the question found no answer.
        nothing: what to tell the reader where there are no sentences.
        proved_absent: True where a complete list is empty, which is an answer.
    """

    sentences: tuple[DraftSentence, ...] = ()
    consulted: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    completeness: str | None = None
    partly: bool = False
    nothing: str = ""
    proved_absent: bool = False
    warnings: tuple[str, ...] = ()


def whole(passage: Passage, label: str = "") -> DraftSentence:
    """The passage's whole text as one verbatim sentence."""
    return DraftSentence(passage.text, (passage,), Basis.VERBATIM, (0, len(passage.text)), label)


def stated(text: str, passages: tuple[Passage, ...], follow: bool = False) -> DraftSentence:
    """A sentence that follows from the metadata of its passages."""
    return DraftSentence(text, passages, Basis.METADATA, marks_follow=follow)


def written(text: str, passages: tuple[Passage, ...], spans: tuple[tuple[int, int], ...]) -> DraftSentence:
    """A freely worded sentence with the spans of its passages that say so."""
    return DraftSentence(text, passages, Basis.WRITTEN, spans[0], spans=spans)


def linked_recommendations(cited: Iterable[Passage]) -> tuple[str, ...]:
    """Ids of the recommendations that the cited passages refer to and that are not cited themselves, in order."""
    passages = tuple(cited)
    ids = {passage.id for passage in passages}
    linked = (name for passage in passages for name in passage.recommendations)
    return tuple(dict.fromkeys(name for name in linked if name not in ids))
