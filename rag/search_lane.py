"""The retrieval lane: what is searched for a question, or for each of its parts, and the draft that comes of what was found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from index.embed import Embedder
from index.filters import Filters
from index.report import Passage
from index.store import NO_FILTERS, PassageIndex
from rag.abstain import NEAR, refusal, unknown_names
from rag.cues import Wanted
from rag.draft import Draft
from rag.extract import extract
from rag.parts import of_one_report, one_for_each_part, one_for_each_report, put_together, told
from rag.question import Intent, Question
from rag.record import AnswerStatus
from rag.rerank import Reranker, reranked
from rag.retrieve import EncodedQuestion, RetrievedPassage, encode_questions, retrieve

PASSAGES_READ = 10

StopClock = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Found:
    """A draft, and the passages that it could be made of, best first."""

    draft: Draft
    read: tuple[Passage, ...]

    @property
    def offered(self) -> frozenset[str]:
        """Their ids."""
        return frozenset(passage.id for passage in self.read)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a search gave no answer, and the ids that came nearest."""

    status: AnswerStatus
    reason: str
    nearest: tuple[str, ...]


def search(
    question: str,
    *,
    index: PassageIndex,
    embedder: Embedder,
    k: int,
    filters: Filters = NO_FILTERS,
    reranker: Reranker | None = None,
) -> list[RetrievedPassage]:
    """At most k passages for a question, best first, ranks from 1; with a reranker the first PASSAGES_READ in its order.

    Args:
        question: plain text, not empty.
        index: the generation that serves.
        embedder: the model that the generation was built with.
        k: cut-off rank, at least 1.
        filters: what may be found.
        reranker: what orders anew the passages that an answer would read.
    """
    encoded = encode_questions([question], embedder)[0]
    hits = retrieve(question, encoded, index=index, k=max(k, PASSAGES_READ), filters=filters)
    return [*reranked(question, hits[:PASSAGES_READ], reranker), *hits[PASSAGES_READ:]][:k]


def searched(
    question: Question, index: PassageIndex, embedder: Embedder, reranker: Reranker | None, stop: StopClock
) -> Found | Refused:
    """What retrieval finds for a question; for its parts, where it has any, one by one.

    Args:
        question: as understood.
        index: the generation that serves.
        embedder: the model that the generation was built with.
        reranker: what orders anew what was found, None for nothing.
        stop: called with "retrieve" and "answer" when such a stage ends.
    """
    question = of_one_report(question, index.reports)
    if parts := one_for_each_report(question, index.reports) or one_for_each_part(question):
        found = [
            (part, _searched_once(part, encoded, index, reranker, stop))
            for part, encoded in zip(parts, encode_questions([part.text for part in parts], embedder), strict=True)
        ]
        answered = [one for _, one in found if isinstance(one, Found)]
        if answered:
            silent = [told(part, question, index.reports) for part, one in found if isinstance(one, Refused)]
            draft = put_together([one.draft for one in answered], silent)
            return Found(draft, _in_turn([one.read for one in answered]))
    return _searched_once(question, encode_questions([question.text], embedder)[0], index, reranker, stop)


def _searched_once(
    question: Question, encoded: EncodedQuestion, index: PassageIndex, reranker: Reranker | None, stop: StopClock
) -> Found | Refused:
    hits = retrieve(
        question.text,
        encoded,
        index=index,
        k=PASSAGES_READ,
        filters=restricted(question),
        within=frozenset(passage.id for passage in question.passages),
        prefer=question.previous,
    )
    hits = reranked(question.text, about_those_asked(question, hits), reranker)
    stop("retrieve")
    found = _drafted(question, encoded, hits, index)
    stop("answer")
    return found


def _drafted(
    question: Question, encoded: EncodedQuestion, hits: Sequence[RetrievedPassage], index: PassageIndex
) -> Found | Refused:
    if refused := refusal(question, encoded, hits, index):
        status = AnswerStatus.OUT_OF_SCOPE if refused.out_of_scope else AnswerStatus.NOT_IN_REPORT
        nearest = () if refused.out_of_scope else tuple(hit.passage.id for hit in hits[:3])
        return Refused(status, refused.reason, nearest)
    return Found(extract(question, hits, encoded.vector, index), tuple(hit.passage for hit in hits))


def _in_turn(rankings: Sequence[Sequence[Passage]]) -> tuple[Passage, ...]:
    """The passages of several rankings, the best of each before the second of any, each once."""
    rows = zip_longest(*rankings)
    return tuple(dict.fromkeys(passage for row in rows for passage in row if passage is not None))


def with_recommendation_found(
    question: Question, index: PassageIndex, embedder: Embedder, reranker: Reranker | None
) -> Question:
    """For "what led to the recommendation on …": the recommendation nearest to the topic, or plain retrieval where none is near."""
    encoded = encode_questions([question.text], embedder)[0]
    hits = retrieve(question.text, encoded, index=index, k=PASSAGES_READ, filters=restricted(question))
    hits = reranked(question.text, hits, reranker)
    if not hits or hits[0].cosine < NEAR or unknown_names(question, question.filters.scope(index.reports)):
        return replace(question, intent=Intent.RETRIEVE)
    return replace(question, passages=(hits[0].passage,))


def restricted(question: Question) -> Filters:
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
