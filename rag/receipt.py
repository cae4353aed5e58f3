"""A receipt checked again, without a model: is it still, word for word, an answer that the loaded reports prove?

Nothing in it is believed, its verdicts least of all: passages are compared with those that are loaded, each sentence climbs the ladder
again, what was read from metadata is asked again, and the text of the answer must be its sentences with their marks and nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from index.report import Passage
from index.sentences import sentence_spans
from index.store import PassageIndex
from rag.cited_text import CitedSentence, WrittenMark, cited_sentences
from rag.draft import Basis, DraftSentence, stated
from rag.receipt_prose import Printed, stray_words
from rag.receipt_shape import Receipt, ReceiptCitation, ReceiptInvalid, ReceiptPassage, ReceiptSentence, read_receipt
from rag.record import Answer
from rag.verify import Verdict, Verifier, check

__all__ = ["CheckedReceipt", "Problem", "Receipt", "ReceiptInvalid", "check_receipt", "read_receipt"]

_METADATA = "metadata"
_QUOTE = ("quote", "quote_start", "quote_end")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field of a receipt ("citations[0].text")."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class CheckedReceipt:
    """A receipt after the check.

    Attributes:
        receipt: as it was read.
        verdicts: on each of its sentences, in order.
        problems: what else is wrong with it.
        serving: the generation that it was checked against.
    """

    receipt: Receipt
    verdicts: tuple[Verdict, ...]
    problems: tuple[Problem, ...]
    serving: str

    @property
    def ok(self) -> bool:
        """Whether every sentence is proved again and nothing else is wrong."""
        return not self.problems and all(verdict.passed for verdict in self.verdicts)

    def public(self) -> dict[str, object]:
        """The check as `clas-qa verify --json` prints it."""
        return {
            "ok": self.ok,
            "generation": self.receipt.generation,
            "serving": self.serving,
            "still_serves": self.receipt.generation == self.serving,
            "problems": [{"field": problem.field, "reason": problem.reason} for problem in self.problems],
            "sentences": [
                {
                    "text": sentence.text,
                    "citations": list(sentence.citations),
                    "quote": sentence.quote,
                    "verdict": verdict.verdict,
                    "decided_by": verdict.decided_by,
                    "reason": verdict.reason,
                }
                for sentence, verdict in zip(self.receipt.sentences, self.verdicts, strict=True)
            ],
        }


def check_receipt(
    receipt: Receipt, index: PassageIndex, verifier: Verifier, ask: Callable[[str], Answer]
) -> CheckedReceipt:
    """Check a receipt against the reports that are loaded now.

    Args:
        receipt: of any generation.
        index: the generation that serves.
        verifier: the ladder over it, for sentences that somebody worded.
        ask: answers a question in the reports' own words, without a language model; for what metadata prove.
    """
    inquiry = _Inquiry(receipt, index, verifier, ask)
    problems = (*inquiry.passages(), *inquiry.quotes(), *inquiry.whole(), *inquiry.asked_again())
    verdicts = tuple(inquiry.verdict(sentence) for sentence in receipt.sentences)
    return CheckedReceipt(receipt, verdicts, problems, index.generation)


class _Inquiry:
    """One receipt beside the index that serves."""

    def __init__(self, receipt: Receipt, index: PassageIndex, verifier: Verifier, ask: Callable[[str], Answer]) -> None:
        self._receipt = receipt
        self._index = index
        self._verifier = verifier
        self._ask = ask
        self._cited = {citation.id for citation in receipt.citations}

    @cached_property
    def _again(self) -> Answer:
        return self._ask(self._receipt.standalone_question)

    def passages(self) -> list[Problem]:
        """Whether each passage shown is one that is loaded, as it is loaded."""
        shown = [(f"citations[{n}]", one) for n, one in enumerate(self._receipt.citations)]
        return [
            problem
            for field, one in [*shown, *((f"related[{n}]", one) for n, one in enumerate(self._receipt.related))]
            for problem in self._changed(field, one)
        ]

    def _changed(self, field: str, shown: ReceiptPassage) -> list[Problem]:
        passage = self._index.passage(shown.id)
        if passage is None:
            report, _, _ = shown.id.partition("/")
            what = "passage" if self._index.report(report) else "report"
            return [Problem(f"{field}.id", f"{shown.id}: this {what} is not loaded, or no longer")]
        if shown.text != passage.text:
            return [Problem(f"{field}.text", f"not the text of {shown.id} that is loaded: changed since, or edited")]
        told = shown.model_dump()
        return [
            Problem(f"{field}.{name}", f"not what is known of {shown.id}: changed since, or edited")
            for name, value in passage.public().items()
            if name not in _QUOTE and name in told and told[name] != value
        ]

    def quotes(self) -> list[Problem]:
        """Whether each quote stands where it is said to, and each sentence's in its first passage."""
        problems = [
            Problem(f"citations[{n}].quote", f"these words do not stand there in the text of {one.id}")
            for n, one in enumerate(self._receipt.citations)
            if not _stands(one)
        ]
        for n, sentence in enumerate(self._receipt.sentences):
            first = self._index.passage(sentence.citations[0]) if sentence.citations else None
            if self._of_metadata(sentence):
                if sentence.quote:
                    problems.append(Problem(f"sentences[{n}].quote", "what follows from metadata quotes nothing"))
            elif first and (not sentence.quote or sentence.quote not in first.text):
                problems.append(Problem(f"sentences[{n}].quote", f"these words do not stand in {first.id}"))
        return problems

    def whole(self) -> list[Problem]:
        """Whether answer, sentences and citations are of one piece."""
        receipt, problems = self._receipt, []
        used = {name for sentence in receipt.sentences for name in sentence.citations}
        for n, citation in enumerate(receipt.citations):
            if citation.id not in used:
                problems.append(Problem(f"citations[{n}].id", f"no sentence relies on {citation.id}"))
            if any(one.id == citation.id for one in receipt.citations[:n]):
                problems.append(Problem(f"citations[{n}].id", f"{citation.id} stands here twice"))
        for n, sentence in enumerate(receipt.sentences):
            if sentence.verdict != "verified":
                problems.append(Problem(f"sentences[{n}].verdict", "an answer has verified sentences only"))
            problems += [
                Problem(f"sentences[{n}].citations", f"{name} is not among the citations")
                for name in sentence.citations
                if name not in self._cited
            ]
        printed = [Printed(one.text, self._known(one.citations), self._of_metadata(one)) for one in receipt.sentences]
        if printed and (stray := stray_words(receipt.answer, printed, lambda: self._again.answer)):
            problems.append(Problem("answer", stray))
        return problems

    def asked_again(self) -> list[Problem]:
        """Whether asking again gives what no sentence proves: a complete list's completeness, and an answer without sentences."""
        receipt = self._receipt
        if receipt.completeness is not None and receipt.completeness != self._again.completeness:
            now = self._again.completeness or "no complete list"
            return [Problem("completeness", f"asked again without filters, the question gives: {now}")]
        if not receipt.sentences and (receipt.status, receipt.answer) != (self._again.status, self._again.answer):
            return [Problem("sentences", "there are none, and asking the question again gives another answer")]
        return []

    def verdict(self, sentence: ReceiptSentence) -> Verdict:
        """What the ladder says of a sentence now."""
        passages = self._known(sentence.citations)
        if len(passages) < len(sentence.citations):
            missing = next(name for name in sentence.citations if self._index.passage(name) is None)
            return Verdict("unresolved", "id", f"{missing} is not in the index")
        if self._receipt.mode == "llm":
            return self._worded(sentence.text, passages)
        if self._of_metadata(sentence):
            return self._from_metadata(sentence, passages)
        drafted = DraftSentence(sentence.text, passages, Basis.VERBATIM, _whole_sentences(sentence.text, passages))
        return check(drafted, self._index.passage, self._cited)

    def _of_metadata(self, sentence: ReceiptSentence) -> bool:
        return self._receipt.mode == "extractive" and sentence.decided_by == _METADATA

    def _from_metadata(self, sentence: ReceiptSentence, passages: tuple[Passage, ...]) -> Verdict:
        verdict = check(stated(sentence.text, passages), self._index.passage, self._cited)
        if not verdict.passed:
            return verdict
        same = (sentence.text, tuple(sentence.citations), _METADATA)
        if any((one.text, one.citations, one.decided_by) == same for one in self._again.sentences):
            return verdict
        reason = "asked again without filters, the question does not give this sentence with these passages"
        return Verdict("unsupported", _METADATA, reason)

    def _worded(self, text: str, passages: tuple[Passage, ...]) -> Verdict:
        pieces = cited_sentences(text)
        if not passages:
            return Verdict("uncited", "id", "no passage is cited")
        if not pieces or any(piece.marks for piece in pieces):
            return Verdict("unresolved", "id", "its words hold a mark, or are none")
        marks = tuple(WrittenMark(passage.mark, passage.report, (passage.mark,)) for passage in passages)
        checked = self._verifier.check([CitedSentence(piece.text, marks) for piece in pieces], self._cited)
        return next((one.verdict for one in checked if not one.verdict.passed), checked[-1].verdict)

    def _known(self, ids: Sequence[str]) -> tuple[Passage, ...]:
        return tuple(passage for name in ids if (passage := self._index.passage(name)))


def _stands(citation: ReceiptCitation) -> bool:
    span = citation.text[citation.quote_start : citation.quote_end]
    return bool(span) and span == citation.quote


def _whole_sentences(text: str, passages: tuple[Passage, ...]) -> tuple[int, int] | None:
    """Where the one passage cited has the words, from where a sentence of it begins to where one ends; None where it does not.

    Half a sentence may say the contrary of the whole.
    """
    if len(passages) != 1:
        return None
    spans = sentence_spans(passages[0].text)
    ends = {end for _, end in spans}
    found = (start for start, _ in spans if passages[0].text.startswith(text, start) and start + len(text) in ends)
    if (start := next(found, None)) is None:
        return (0, len(text)) if text == passages[0].text else None
    return start, start + len(text)
