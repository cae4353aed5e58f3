"""answer_question: the whole way from a question to a proved answer, on one screen."""

import time
from collections.abc import Sequence

from index.embed import Embedder
from index.filters import Filters
from index.store import NO_FILTERS, PassageIndex
from rag.abstain import not_a_question
from rag.compose import composed, ending
from rag.followup import Turn, understand
from rag.lookup import look_up
from rag.mentions import mentions
from rag.question import Intent
from rag.record import Answer, AnswerStatus, Citation
from rag.rerank import Reranker
from rag.search_lane import Refused, restricted, searched, with_recommendation_found
from rag.verify import check

__all__ = ["Answer", "AnswerStatus", "Citation", "answer_question"]


def answer_question(
    question: str,
    *,
    index: PassageIndex,
    embedder: Embedder,
    history: Sequence[Turn] = (),
    filters: Filters = NO_FILTERS,
    mode: str = "auto",
    reranker: Reranker | None = None,
) -> Answer:
    """The proved answer to one question.

    Args:
        question: as typed; what cannot be a question gets the status INVALID_QUESTION.
        index: the generation that serves.
        embedder: the model that the generation was built with.
        history: earlier turns, oldest first, with "role" and "content".
        filters: restrictions of the request.
        mode: "auto", "extractive" or "llm"; without a language model all three are extractive.
        reranker: what orders anew what retrieval finds, None for nothing.
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
        understood = with_recommendation_found(understood, index, embedder, reranker)
        clock.stop("retrieve")

    if understood.intent is not Intent.RETRIEVE:
        draft = look_up(understood, index.reports)
        offered = frozenset(passage.id for sentence in draft.sentences for passage in sentence.passages)
        clock.stop("answer")
    elif listed := mentions(understood, index.passages, restricted(understood)):
        draft = listed
        offered = frozenset(passage.id for sentence in draft.sentences for passage in sentence.passages)
        clock.stop("answer")
    else:
        found = searched(understood, index, embedder, reranker, clock.stop)
        clock.stop("answer")
        if isinstance(found, Refused):
            return ending(found.status, understood, found.reason, index, clock.timings, mode, found.nearest)
        draft, offered = found.draft, found.offered

    checked = [(sentence, check(sentence, index.passage, offered)) for sentence in draft.sentences]
    clock.stop("verify")
    return composed(understood, draft, checked, index, clock.timings, mode)


class _Clock:
    """Milliseconds of each stage, in order."""

    def __init__(self) -> None:
        self.timings: dict[str, float] = {"understand": 0.0, "retrieve": 0.0, "answer": 0.0, "verify": 0.0}
        self._last = time.perf_counter()

    def stop(self, stage: str) -> None:
        now = time.perf_counter()
        self.timings[stage] = round(self.timings[stage] + (now - self._last) * 1000, 3)
        self._last = now
