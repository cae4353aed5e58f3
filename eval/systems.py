"""Systems that can be asked, and the pipeline of this checkout as one; server.py has the other. Both give the API's own objects."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.answer_shape import checked, failure
from eval.gold import GoldQuestion
from index.embed import Embedder, EmbedProgress
from index.filters import Filters
from index.generation import Progress
from index.library import Library
from index.tokens import TokenVectors
from rag.answer import answer_question
from rag.rerank import Reranker
from rag.retrieve import RetrievedPassage
from rag.search_lane import search

Answered = Mapping[str, Any]
Filtered = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class System:
    """What is measured.

    Attributes:
        name: how it is told apart in settings.json.
        ask: question -> the API's answer object with `wall_ms`; {"status": "error", "error": …} where it failed.
        find: (text, filters, k) -> at most k ranks, best first, each the ids of the passages found there: one, or all that lie
            in a chunk.
        best_score: (text, filters) -> score of the best passage, None where nothing is found or no score is told.
    """

    name: str
    ask: Callable[[GoldQuestion], Answered]
    find: Callable[[str, Filtered, int], list[list[str]]]
    best_score: Callable[[str, Filtered], float | None] = lambda text, filters: None


class RememberingEmbedder:
    """An embedder that embeds no text twice: the same reports stand in several libraries, and a question is searched as asked."""

    def __init__(self, embedder: Embedder) -> None:
        """Wrap an embedder, under its own name and checksum."""
        self._embedder = embedder
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._tokens: dict[str, TokenVectors] = {}
        self.name, self.checksum = embedder.name, embedder.checksum
        self.dimension, self.token_dimension = embedder.dimension, embedder.token_dimension

    def encode(self, texts: Sequence[str], progress: EmbedProgress | None = None) -> NDArray[np.float32]:
        """As `Embedder.encode`; progress counts the texts that are new."""
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if new:
            self._vectors.update(zip(new, self._embedder.encode(new, progress), strict=True))
        return np.array([self._vectors[text] for text in texts], dtype=np.float32).reshape(-1, self.dimension)

    def encode_with_tokens(
        self, texts: Sequence[str], progress: EmbedProgress | None = None
    ) -> tuple[NDArray[np.float32], list[TokenVectors]]:
        """As `Embedder.encode_with_tokens`; progress counts the texts that are new."""
        new = [text for text in dict.fromkeys(texts) if text not in self._tokens]
        if new:
            vectors, tokens = self._embedder.encode_with_tokens(new, progress)
            self._vectors.update(zip(new, vectors, strict=True))
            self._tokens.update(zip(new, tokens, strict=True))
        return self.encode(texts), [self._tokens[text] for text in texts]


def in_process(
    reports: Sequence[Path],
    data_dir: Path,
    embedder: Embedder,
    mode: str = "auto",
    progress: Progress | None = None,
    reranker: Reranker | None = None,
) -> System:
    """The pipeline of this checkout over a new library in `data_dir` that holds these report files.

    Args:
        reports: files to read.
        data_dir: folder of the library.
        embedder: what embeds passages and questions.
        mode: who writes the answers: "auto", "extractive" or "llm".
        progress: told of each passage that is embedded.
        reranker: what orders anew what retrieval finds, None for nothing.

    Raises:
        ReportError, IndexFailure: the library could not be built.
    """
    library = Library(data_dir, embedder)
    for path in reports:
        library.add(path, progress)
    index = library.current()

    def ask(question: GoldQuestion) -> Answered:
        history = [turn.model_dump() for turn in question.history]
        started = time.perf_counter()
        try:
            answer = answer_question(
                question.question,
                index=index,
                embedder=embedder,
                history=history,
                filters=Filters(**question.filters),
                mode=mode,
                reranker=reranker,
            )
            told = checked(answer.public())
        except Exception as exc:  # what is measured may fail in any way, and one broken answer must not lose the run
            told = failure(f"{type(exc).__name__}: {exc}")
        return told | {"wall_ms": (time.perf_counter() - started) * 1000}

    def hits(text: str, filters: Filtered, k: int) -> list[RetrievedPassage]:
        chosen = Filters(**{key: tuple(values) for key, values in filters.items()})
        if not text.strip():
            return []
        return search(text, index=index, embedder=embedder, k=k, filters=chosen, reranker=reranker)

    return System(
        "in process",
        ask,
        lambda text, filters, k: [[hit.passage.id] for hit in hits(text, filters, k)],
        lambda text, filters: next((hit.score for hit in hits(text, filters, 1)), None),
    )
