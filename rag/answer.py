"""answer_question: the whole way from a question to a proved answer, on one screen."""

import time
from collections.abc import Sequence

from index.embed import Embedder
from index.filters import Filters
from index.store import NO_FILTERS, PassageIndex
from rag.abstain import not_a_question
from rag.compose import composed, ending, written_answer
from rag.followup import Turn
from rag.llm.departure import Departure
from rag.lookup import look_up
from rag.mentions import mentions
from rag.pen import Pen
from rag.progress import DEAF, Listener, Stage
from rag.question import Intent
from rag.record import Answer, AnswerStatus, Citation
from rag.rerank import Reranker
from rag.search_lane import Refused, restricted, searched, with_recommendation_found
from rag.verify import Objector, Verifier, check
from rag.write import Writer

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
    writer: Writer | None = None,
    nli: Objector | None = None,
    listener: Listener = DEAF,
    departure: Departure | None = None,
) -> Answer:
    """The proved answer to one question.

    Args:
        question: as typed; what cannot be a question gets the status INVALID_QUESTION.
        index: the generation that serves.
        embedder: the model that the generation was built with.
        history: earlier turns, oldest first, with "role" and "content".
        filters: restrictions of the request.
        mode: "auto" and "llm" have the language model write where there is one and something was searched, "extractive" does not; "llm"
            says so where it did not write.
        reranker: what orders anew what retrieval finds, None for nothing.
        writer: the language model and its prompts, None for verbatim sentences only.
        nli: a rung more for what the language model writes (rag/rungs/nli.py).
        listener: is told the stages, and the language model's sentences once they are checked.
        departure: of whoever asked; stops the language model.

    Raises:
        ClientLeft: whoever asked left while the language model wrote.
    """
    clock = _Clock()
    pen = Pen(writer if mode != "extractive" else None, mode, departure, listener)
    listener.stage(Stage.SEARCHING)
    understood = pen.understand(question, history, index.reports, filters, embedder.encode)
    clock.stop("understand")
    if understood.invalid:
        return ending(AnswerStatus.INVALID_QUESTION, understood, understood.invalid, index, clock.timings, pen.author)
    if refused := not_a_question(understood):
        return ending(AnswerStatus.OUT_OF_SCOPE, understood, refused.reason, index, clock.timings, pen.author)
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
            return ending(found.status, understood, found.reason, index, clock.timings, pen.author, found.nearest)
        listener.stage(Stage.READING)
        if written := pen.write(understood, found, Verifier(index, embedder, nli)):
            clock.stop("answer")
            return written_answer(understood, found, written, index, clock.timings, pen.author)
        draft, offered = found.draft, found.offered

    checked = [(sentence, check(sentence, index.passage, offered)) for sentence in draft.sentences]
    clock.stop("verify")
    return composed(understood, draft, checked, index, clock.timings, pen.author, pen.refused)


class _Clock:
    """Milliseconds of each stage, in order."""

    def __init__(self) -> None:
        self.timings: dict[str, float] = {"understand": 0.0, "retrieve": 0.0, "answer": 0.0, "verify": 0.0}
        self._last = time.perf_counter()

    def stop(self, stage: str) -> None:
        now = time.perf_counter()
        self.timings[stage] = round(self.timings[stage] + (now - self._last) * 1000, 3)
        self._last = now
