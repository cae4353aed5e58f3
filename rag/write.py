"""The written lane: a language model words the answer from whole passages, and each of its sentences climbs the ladder.

A sentence that fails may be written again once, with the objection to it; what fails then is withheld. A failure of the model before
there is a whole draft is a `ModelFailed` for the caller, who answers in the reports' own sentences instead.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from prometheus_client import Counter

from index.report import Passage
from rag.cited_text import CitedSentence, SentenceStream, cited_sentences
from rag.claim import Claim
from rag.draft import DraftSentence, written
from rag.foreign import NOT_ABOUT_THE_PASSAGES, NOT_REPEATED, may_be_repeated, objection
from rag.generate import LanguageModel
from rag.llm.departure import Deadline, Departure
from rag.llm.fault import FaultKind, ModelFailed
from rag.material import material, shown
from rag.progress import Listener, Stage
from rag.prompts import NOT_IN_THE_REPORTS, Message, Prompts, new_fence
from rag.question import Question
from rag.record import AnswerSentence
from rag.verify import Checked, Objector, Verdict, Verifier

log = logging.getLogger("clas_qa.llm")
SENTENCES = Counter(
    "clas_qa_written_sentences", "Sentences of the language model, by verdict and rung", ["verdict", "rung"]
)
# Drafts after the first are to differ from it.
_OTHER_DRAFTS_TEMPERATURE = 0.7
# Seconds below which a second try is not begun.
_LEAST_LEFT_S = 1.0
# What may end a sentence.
_MAY_END = re.compile(r"[.!?:…\])】］〕\n]")
_LIST = re.compile(
    r"^\W*(?:(?:please|can you|could you|now|and)\W+)*list\b(?!s)|\b(?:(?:as|in|into|me|us|make|give|write) (?:an? |the )?(?:\w+ )?list|"
    r"bullet(?:ed)? (?:points?|list)|point by point)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Writer:
    """A language model with its prompts, and how it is used.

    Attributes:
        model: who writes.
        prompts: what it is told.
        samples: how many drafts are made, of which the ladder's best is taken.
        judge: whether the model also judges each sentence that passed all other rungs.
    """

    model: LanguageModel
    prompts: Prompts
    samples: int = 1
    judge: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What came of a draft.

    Attributes:
        passed: the sentences that may be shown, in order, each with its verdict.
        withheld: the others, each with the objection to it; one that must not be repeated as `NOT_REPEATED`.
        says_nothing: whether the model said, for all or for a part of the question, that the passages do not answer.
    """

    passed: tuple[tuple[DraftSentence, Verdict], ...]
    withheld: tuple[tuple[str, str], ...]
    says_nothing: bool


@dataclass(frozen=True, slots=True)
class Job:
    """One answer to be written.

    Attributes:
        question: as understood.
        passages: what the writer is given, best first.
        verifier: the ladder.
        deadline: for the whole answer.
        departure: of whoever asked.
        listener: who is told.
    """

    question: Question
    passages: tuple[Passage, ...]
    verifier: Verifier
    deadline: Deadline
    departure: Departure | None
    listener: Listener


def write_answer(writer: Writer, job: Job) -> Written:
    """Have the answer written, check it, and have what failed written once more.

    Raises:
        ModelFailed: there was no whole draft in time; sentences that the listener was told are to be withdrawn.
        ClientLeft: the asker left.
    """
    job.listener.stage(Stage.WRITING)
    passages = _that_fit(writer, job)
    desk = _Desk(writer, job, passages)
    checked = desk.streamed() if writer.samples == 1 and not writer.judge else desk.best_of_several()
    told = [one for one in checked if not _says_nothing(one.sentence)]
    if not told and len(told) == len(checked):
        raise ModelFailed(FaultKind.EMPTY)
    job.listener.stage(Stage.CHECKING)
    failed = [one for one in told if not one.verdict.passed]
    if failed and job.deadline.left > _LEAST_LEFT_S:
        told = _mended(told, desk.written_again(failed))
    return Written(
        tuple((written(one.sentence.text, one.passages, one.spans), one.verdict) for one in told if one.verdict.passed),
        tuple(desk.withheld(one) for one in told if not one.verdict.passed),
        says_nothing=any(_says_nothing(one.sentence) for one in checked),
    )


class _Desk:
    """The calls that one answer takes."""

    def __init__(self, writer: Writer, job: Job, passages: tuple[Passage, ...]) -> None:
        self._writer = writer
        self._job = job
        self._passages = passages
        self._shown = shown(passages)
        self._offered = frozenset(passage.id for passage in passages)
        self._told: set[str] = set()

    @property
    def length(self) -> int:
        """Characters of what the model would read."""
        return sum(len(message.content) for message in self._messages("answer"))

    def streamed(self) -> list[Checked]:
        """The draft, each sentence checked and told as soon as it is complete."""
        stream, checked = SentenceStream(), list[Checked]()
        waiting = since = ""
        for piece in self._pieces(self._messages("answer")):
            waiting += piece
            since += piece
            # Reading the text anew for each token would take longer than the tokens do.
            if _MAY_END.search(since) and not piece.isalnum():
                complete = stream.feed(waiting)
                waiting = ""
                since = "" if complete else since
                checked += self._check(complete)
        return checked + self._check([*stream.feed(waiting), *stream.finish()])

    def best_of_several(self) -> list[Checked]:
        """Of several drafts that of which most passed, by its share and then by its number; judged, and told as a whole."""
        drafts: list[list[Checked]] = []
        for number in range(self._writer.samples):
            temperature = _OTHER_DRAFTS_TEMPERATURE if number else 0.0
            try:
                text = "".join(self._pieces(self._messages("answer"), temperature))
            except ModelFailed as failed:
                if not drafts:
                    raise
                log.warning("an answer is taken from %d of %d drafts: %s", len(drafts), self._writer.samples, failed)
                break
            drafts.append(self._climbed(cited_sentences(text), None))
        best = max(drafts, key=_worth)
        return self._tell(self._climbed([one.sentence for one in best], self._judged) if self._writer.judge else best)

    def written_again(self, failed: Sequence[Checked]) -> list[Checked]:
        """What the model makes of the sentences that failed, checked; nothing where it fails, for the draft is whole without it."""
        objections = [
            {"sentence": material(one.sentence.text), "reason": material(one.verdict.reason)} for one in failed
        ]
        try:
            reply = "".join(self._pieces(self._messages("objections", objections=objections)))
            return self._check([one for one in cited_sentences(reply) if not _says_nothing(one)])
        except ModelFailed as error:
            log.warning("%d sentences that failed stay as they are: %s", len(failed), error)
            return []

    def withheld(self, one: Checked) -> tuple[str, str]:
        """A sentence that failed, and why, as a reader may be told."""
        if may_be_repeated(one.sentence, self._passages, self._job.question.text, self._instructions):
            return one.sentence.text, one.verdict.reason
        return NOT_REPEATED, NOT_ABOUT_THE_PASSAGES

    def _check(self, sentences: Sequence[CitedSentence]) -> list[Checked]:
        return self._tell(self._climbed(sentences, self._judged if self._writer.judge else None))

    def _tell(self, checked: list[Checked]) -> list[Checked]:
        """The same sentences, counted; those that passed are told, each once."""
        for one in checked:
            if _says_nothing(one.sentence):
                continue
            SENTENCES.labels(one.verdict.verdict, one.verdict.decided_by).inc()
            if one.verdict.passed and one.sentence.text not in self._told:
                self._told.add(one.sentence.text)
                self._job.listener.sentence(_as_told(one))
        return checked

    def _climbed(self, sentences: Sequence[CitedSentence], judge: Objector | None) -> list[Checked]:
        """The sentences after the ladder, and after a look at where their words come from."""
        checked = self._job.verifier.check(sentences, self._offered, judge) if sentences else []
        return [self._of_the_passages(one) for one in checked]

    def _of_the_passages(self, one: Checked) -> Checked:
        if not one.verdict.passed:
            return one
        reason = objection(one.sentence.text, one.passages, self._instructions)
        return replace(one, verdict=Verdict("unsupported", "verbatim", reason)) if reason else one

    @cached_property
    def _instructions(self) -> str:
        """The words of the prompts themselves, for the draft and for its mending: all but what stands in the fences."""
        bare = [replace(passage, text=".", heading=(), organisations=()) for passage in self._passages]
        messages = [
            *self._messages("answer", question="?", passages=bare),
            *self._messages("objections", question="?", passages=bare, objections=()),
        ]
        return "\n".join(message.content for message in messages)

    def _judged(self, claim: Claim) -> str:
        messages = self._rendered("judge", claim=material(claim.text), passages=shown(claim.passages))
        said = "".join(self._pieces(messages)).strip().strip(".*\"'` ").casefold()
        return "" if said == "supported" else "the judge does not find all of it in the passages cited"

    def _messages(self, name: str, **more: object) -> list[Message]:
        question = self._job.question.text
        variables = {
            "question": material(question),
            "passages": self._shown,
            "list_asked": _LIST.search(question) is not None,
            "not_in_the_reports": NOT_IN_THE_REPORTS,
        }
        return self._rendered(name, **{**variables, **more})

    def _rendered(self, name: str, **variables: object) -> list[Message]:
        several = len({passage.report for passage in self._passages}) > 1
        return self._writer.prompts.render(name, several_reports=several, fence=new_fence(), **variables)

    def _pieces(self, messages: list[Message], temperature: float = 0.0) -> Iterator[str]:
        return self._writer.model.write(messages, self._job.deadline, self._job.departure, temperature)


def _that_fit(writer: Writer, job: Job) -> tuple[Passage, ...]:
    """The first passages, as many as the model can read at once beside question and rules."""
    passages = job.passages
    while len(passages) > 1 and _Desk(writer, job, passages).length > writer.model.prompt_characters:
        passages = passages[:-1]
    return passages


def _worth(checked: Sequence[Checked]) -> tuple[float, int]:
    told = [one for one in checked if not _says_nothing(one.sentence)]
    passed = sum(one.verdict.passed for one in told)
    return (passed / len(told) if told else 0.0, passed)


def _mended(told: Sequence[Checked], again: Sequence[Checked]) -> list[Checked]:
    """The sentences with those written again before the ones that failed; of equal ones the first stays.

    As many as failed are taken to be written again one by one; else all that passed come before the first that failed.
    """
    failed = sum(not one.verdict.passed for one in told)
    waiting = [[one] for one in again] if len(again) == failed else [list(again)]
    merged: dict[tuple[str, bool], Checked] = {}
    for one in told:
        fresh = waiting.pop(0) if waiting and not one.verdict.passed else []
        for other in (*(mended for mended in fresh if mended.verdict.passed), one):
            merged.setdefault((other.sentence.text, other.verdict.passed), other)
    return list(merged.values())


def _says_nothing(sentence: CitedSentence) -> bool:
    """Whether it is the agreed phrase for "the passages do not answer"."""
    return _bare(sentence.text) == _bare(NOT_IN_THE_REPORTS)


def _bare(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()


def _as_told(one: Checked) -> AnswerSentence:
    sentence = written(one.sentence.text, one.passages, one.spans)
    return AnswerSentence(
        text=sentence.text,
        citations=tuple(passage.id for passage in sentence.passages),
        quote=sentence.quoted,
        verdict=one.verdict.verdict,
        decided_by=one.verdict.decided_by,
    )
