"""answer_question: the whole way from a question to a proved answer, on one screen."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.embed import Embedder
from index.filters import Filters
from index.store import NO_FILTERS, PassageIndex
from rag.abstain import NEAR, not_a_question, refusal, unknown_names
from rag.compose import composed, ending
from rag.cues import Wanted
from rag.draft import Draft
from rag.extract import extract
from rag.followup import Turn, understand
from rag.lookup import look_up
from rag.mentions import mentions
from rag.parts import one_for_each_part, one_for_each_report, put_together, told
from rag.question import Intent, Question
from rag.record import Answer, AnswerStatus, Citation
from rag.retrieve import RetrievedPassage, retrieve
from rag.verify import check
from rag.words import subject

__all__ = ["Answer", "AnswerStatus", "Citation", "answer_question"]

PASSAGES_READ = 10


def answer_question(
    question: str,
    *,
    index: PassageIndex,
    embedder: Embedder,
    history: Sequence[Turn] = (),
    filters: Filters = NO_FILTERS,
    mode: str = "auto",
) -> Answer:
    """The proved answer to one question.

    Args:
        question: as typed; what cannot be a question gets the status INVALID_QUESTION.
        index: the generation that serves.
        embedder: the model that the generation was built with.
        history: earlier turns, oldest first, with "role" and "content".
        filters: restrictions of the request.
        mode: "auto", "extractive" or "llm"; without a language model all three are extractive.
    """
    clock = _Clock()
    understood = understand(question, history, index.reports, filters, embedder.encode)
    clock.stop("understand")
    if understood.invalid:
        return ending(AnswerStatus.INVALID_QUESTION, understood, understood.invalid, index, clock.timings, mode)
    if refused := not_a_question(understood):
        return ending(AnswerStatus.OUT_OF_SCOPE, understood, refused.reason, index, clock.timings, mode)
    if (
        understood.intent in {Intent.EVIDENCE, Intent.ADDRESSEE}
        and not understood.references
        and not understood.passages
    ):
        understood = _with_recommendation_found(understood, index, embedder)
        clock.stop("retrieve")

    if understood.intent is not Intent.RETRIEVE:
        draft = look_up(understood, index.reports)
        offered = {passage.id for sentence in draft.sentences for passage in sentence.passages}
        clock.stop("answer")
    elif listed := mentions(understood, index.passages, _restricted(understood)):
        draft = listed
        offered = {passage.id for sentence in draft.sentences for passage in sentence.passages}
        clock.stop("answer")
    else:
        found = _searched(understood, index, embedder, clock)
        clock.stop("answer")
        if isinstance(found, _Refused):
            return ending(found.status, understood, found.reason, index, clock.timings, mode, found.nearest)
        draft, offered = found

    checked = [(sentence, check(sentence, index.passage, offered)) for sentence in draft.sentences]
    clock.stop("verify")
    return composed(understood, draft, checked, index, clock.timings, mode)


@dataclass(frozen=True, slots=True)
class _Refused:
    """Why a search gave no answer, and the ids that came nearest."""

    status: AnswerStatus
    reason: str
    nearest: tuple[str, ...]


def _searched(
    question: Question, index: PassageIndex, embedder: Embedder, clock: "_Clock"
) -> tuple[Draft, set[str]] | _Refused:
    """A draft out of what retrieval finds, with the ids it was drafted from; its parts, where it has any, one by one."""
    if parts := one_for_each_report(question, index.reports) or one_for_each_part(question):
        found = [(part, _searched_once(part, index, embedder, clock)) for part in parts]
        drafts = [one for _, one in found if not isinstance(one, _Refused)]
        if drafts:
            silent = [told(part, question, index.reports) for part, one in found if isinstance(one, _Refused)]
            return put_together([draft for draft, _ in drafts], silent), set().union(
                *(offered for _, offered in drafts)
            )
    return _searched_once(question, index, embedder, clock)


def _searched_once(
    question: Question, index: PassageIndex, embedder: Embedder, clock: "_Clock"
) -> tuple[Draft, set[str]] | _Refused:
    vector = embedder.encode([subject(question.text)])[0]
    hits = retrieve(
        question.text,
        vector,
        index=index,
        k=PASSAGES_READ,
        filters=_restricted(question),
        within=_within(question),
        prefer=question.previous,
    )
    clock.stop("retrieve")
    hits = about_those_asked(question, hits)
    if refused := refusal(question, vector, hits, index):
        status = AnswerStatus.OUT_OF_SCOPE if refused.out_of_scope else AnswerStatus.NOT_IN_REPORT
        nearest = () if refused.out_of_scope else tuple(hit.passage.id for hit in hits[:3])
        return _Refused(status, refused.reason, nearest)
    return extract(question, hits, vector, index), {hit.passage.id for hit in hits}


def _with_recommendation_found(question: Question, index: PassageIndex, embedder: Embedder) -> Question:
    """For "what led to the recommendation on …": the recommendation nearest to the topic, or plain retrieval where none is near."""
    vector = embedder.encode([subject(question.text)])[0]
    hits = retrieve(question.text, vector, index=index, k=PASSAGES_READ, filters=_restricted(question))
    if not hits or hits[0].cosine < NEAR or unknown_names(question, question.filters.scope(index.reports)):
        return replace(question, intent=Intent.RETRIEVE)
    return replace(question, passages=(hits[0].passage,))


def _restricted(question: Question) -> Filters:
    """The request's filters, and what the question itself restricts the search to."""
    filters = question.filters
    if question.sections and not filters.sections:
        filters = replace(filters, sections=question.sections)
    if question.wanted in {Wanted.RECOMMENDATION, Wanted.FINDING} and not filters.kinds:
        filters = replace(filters, kinds=(question.wanted.value,))
    if question.wanted is Wanted.RECOMMENDATION and question.organisations and not filters.organisations:
        filters = replace(filters, organisations=question.organisations)
    return filters


def about_those_asked(question: Question, hits: Sequence[RetrievedPassage]) -> list[RetrievedPassage]:
    """The hits without those about other organisations only, where the question names organisations.

    What the acute trust was told is no answer on the community trust. A passage that names nobody may be about anybody.
    """
    asked = set(question.organisations)
    return [
        hit
        for hit in hits
        if not asked or not (about := set(hit.passage.addressed_to or hit.passage.organisations)) or about & asked
    ]


def _within(question: Question) -> frozenset[str]:
    return frozenset(passage.id for passage in question.passages)


class _Clock:
    """Milliseconds of each stage, in order."""

    def __init__(self) -> None:
        self.timings: dict[str, float] = {"understand": 0.0, "retrieve": 0.0, "answer": 0.0, "verify": 0.0}
        self._last = time.perf_counter()

    def stop(self, stage: str) -> None:
        now = time.perf_counter()
        self.timings[stage] = round(self.timings[stage] + (now - self._last) * 1000, 3)
        self._last = now
