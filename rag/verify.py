"""The ladder that every drafted sentence climbs before anybody sees it, cheapest rung first.

`check` is for sentences that the lanes made out of passages, `Verifier` for sentences that somebody worded: a language model, or a person.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial

from index.embed import Embedder
from index.report import Passage
from index.store import PassageIndex
from rag.cited_text import CitedSentence
from rag.claim import Claim, claim_of
from rag.draft import Basis, DraftSentence
from rag.marks import Unresolved, cited_passages
from rag.retrieve import EncodedQuestion
from rag.rungs import hedges, meaning, negation, numbers, organisations, quotation, voice


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


@dataclass(frozen=True, slots=True)
class Checked:
    """One freely worded sentence after the ladder.

    Attributes:
        sentence: as written.
        verdict: what the ladder says.
        passages: those that its marks name; () where they name none.
        spans: for each of them the half-open span in its text that comes nearest.
    """

    sentence: CitedSentence
    verdict: Verdict
    passages: tuple[Passage, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()


# Says why the passages do not prove a claim, "" where they do.
Objector = Callable[[Claim], str]


class Verifier:
    """The ladder for freely worded sentences, over one generation of the index.

    Rungs: the marks name passages -> each was offered -> organisations match -> quotations stand verbatim -> numbers, negations, hedges
    and speakers agree -> meaning agrees, by the bundled embedding -> by an NLI cross-encoder, where there is one -> a judge, where one
    is asked. A sentence that is word for word in a cited passage needs no more than the first four.
    """

    def __init__(self, index: PassageIndex, embedder: Embedder, nli: Objector | None = None) -> None:
        self._index = index
        self._embedder = embedder
        self._nli = nli

    def check(
        self, sentences: Sequence[CitedSentence], offered: Collection[str] | None = None, judge: Objector | None = None
    ) -> list[Checked]:
        """The verdict on each sentence.

        Args:
            sentences: in the order of the text; one whose mark several reports print may mean what the others cite.
            offered: ids of the passages that the writer was given, None for every passage of the reports.
            judge: the last rung, None for none.
        """
        marks = [cited_passages(sentence.marks, self._index.reports, offered or ()) for sentence in sentences]
        vectors, tokens = self._embedder.encode_with_tokens([sentence.text for sentence in sentences])
        return [
            self._checked(sentence, cited, EncodedQuestion(*encoded), offered, judge)
            for sentence, cited, *encoded in zip(sentences, marks, vectors, tokens, strict=True)
        ]

    def _checked(
        self,
        sentence: CitedSentence,
        cited: tuple[Passage, ...] | Unresolved,
        encoded: EncodedQuestion,
        offered: Collection[str] | None,
        judge: Objector | None,
    ) -> Checked:
        if isinstance(cited, Unresolved):
            return Checked(sentence, Verdict("unresolved", "id", cited.reason))
        if not cited:
            return Checked(sentence, Verdict("uncited", "id", "no passage is cited"))
        for passage in cited:
            if offered is not None and passage.id not in offered:
                reason = f"{passage.id} was not among the passages read"
                return Checked(sentence, Verdict("unresolved", "offered", reason), cited)
        claim = claim_of(sentence.text, cited, encoded.vector, self._index)
        if found := quotation.verbatim(claim):
            passage, span = found
            others = {p.id: _nearest(claim, p) for p in cited} | {passage.id: span}
            ordered = (passage, *(p for p in cited if p is not passage))
            verdict = self._climb(claim, encoded, judge, word_for_word=True)
            return Checked(sentence, verdict, ordered, tuple(others[p.id] for p in ordered))
        verdict = self._climb(claim, encoded, judge, word_for_word=False)
        return Checked(sentence, verdict, cited, tuple(_nearest(claim, passage) for passage in cited))

    def _climb(self, claim: Claim, encoded: EncodedQuestion, judge: Objector | None, word_for_word: bool) -> Verdict:
        rungs = self._before_wording(claim)
        if not word_for_word:
            rungs += self._of_wording(claim)
            rungs.append(("meaning", partial(meaning.objection, claim, encoded, self._index)))
            rungs += [
                (name, partial(objector, claim))
                for name, objector in (("nli", self._nli), ("judge", judge))
                if objector
            ]
        for name, objection in rungs:
            if reason := objection():
                return Verdict("unsupported", name, reason)
        return Verdict("verified", rungs[-1][0])

    def _before_wording(self, claim: Claim) -> list[tuple[str, Callable[[], str]]]:
        return [
            ("organisation", partial(organisations.objection, claim, self._index.reports)),
            ("verbatim", partial(quotation.objection, claim)),
        ]

    def _of_wording(self, claim: Claim) -> list[tuple[str, Callable[[], str]]]:
        return [
            ("numbers", partial(numbers.objection, claim)),
            ("negation", partial(negation.objection, claim)),
            ("hedges", partial(hedges.objection, claim)),
            ("voice", partial(voice.objection, claim)),
        ]

    def refused_before_meaning(self, claim: Claim) -> str:
        """The objection of the first rung below meaning that has one, "" where none has."""
        rungs = self._before_wording(claim) + self._of_wording(claim)
        return next((reason for _, objection in rungs if (reason := objection())), "")


def _nearest(claim: Claim, passage: Passage) -> tuple[int, int]:
    """The sentence of a cited passage that comes nearest to the claim; the whole passage where it has no sentences."""
    for one in claim.evidence:
        if one.passage is passage:
            return one.start, one.start + len(one.text)
    return 0, len(passage.text)
