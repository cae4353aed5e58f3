"""Systems that can be asked: the pipeline in this process, or a running server. Both give the API's own objects."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from eval.gold import GoldQuestion
from index.embed import Embedder, EmbedProgress
from index.errors import ClasQAError
from index.filters import Filters
from index.generation import Progress
from index.library import Library
from rag.answer import AnswerStatus, answer_question
from rag.retrieve import RetrievedPassage, search

Answered = Mapping[str, Any]
Filtered = Mapping[str, Sequence[str]]
_FILTERS = ("reports", "sections", "organisations", "recommendations", "kinds")


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
        self.name, self.checksum, self.dimension = embedder.name, embedder.checksum, embedder.dimension

    def encode(self, texts: Sequence[str], progress: EmbedProgress | None = None) -> NDArray[np.float32]:
        """As `Embedder.encode`; progress counts the texts that are new."""
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if new:
            self._vectors.update(zip(new, self._embedder.encode(new, progress), strict=True))
        return np.array([self._vectors[text] for text in texts], dtype=np.float32).reshape(-1, self.dimension)


def in_process(
    reports: Sequence[Path],
    data_dir: Path,
    embedder: Embedder,
    mode: str = "auto",
    progress: Progress | None = None,
) -> System:
    """The pipeline of this checkout over a new library in `data_dir` that holds these report files.

    Args:
        reports: files to read.
        data_dir: folder of the library.
        embedder: what embeds passages and questions.
        mode: who writes the answers: "auto", "extractive" or "llm".
        progress: told of each passage that is embedded.

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
            )
        except ClasQAError as exc:
            return {"status": "error", "error": str(exc), "wall_ms": (time.perf_counter() - started) * 1000}
        return answer.public() | {"wall_ms": (time.perf_counter() - started) * 1000}

    def hits(text: str, filters: Filtered, k: int) -> list[RetrievedPassage]:
        chosen = Filters(**{key: tuple(values) for key, values in filters.items()})
        return search(text, index=index, embedder=embedder, k=k, filters=chosen) if text.strip() else []

    return System(
        "in process",
        ask,
        lambda text, filters, k: [[hit.passage.id] for hit in hits(text, filters, k)],
        lambda text, filters: next((hit.score for hit in hits(text, filters, 1)), None),
    )


def over_http(url: str, key: str | None, within: Sequence[str], mode: str = "auto", timeout_s: float = 60.0) -> System:
    """A running server, asked through its API.

    Args:
        url: its address, e.g. http://127.0.0.1:7860.
        key: API key, where it wants one.
        within: ids of the reports that a question without a filter is about.
        mode: who writes the answers: "auto", "extractive" or "llm".
        timeout_s: longest wait for one answer.
    """
    base = url.rstrip("/") + "/api/v1"
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"

    def ask(question: GoldQuestion) -> Answered:
        filters = {"reports": list(within)} | {name: list(values) for name, values in question.filters.items()}
        turns = [turn.model_dump() for turn in question.history]
        asked = {"question": question.question, "history": turns, "filters": filters, "mode": mode}
        body = json.dumps(asked).encode()
        started = time.perf_counter()
        answer = _checked(_fetch(urllib.request.Request(f"{base}/ask", data=body, headers=headers), timeout_s))
        if answer.get("http_status") == 422:  # how the API says that this is no question
            answer["status"] = AnswerStatus.INVALID_QUESTION.value
        return answer | {"wall_ms": (time.perf_counter() - started) * 1000}

    def hits(text: str, filters: Filtered, k: int) -> list[Mapping[str, Any]]:
        chosen = {"reports": within} | dict(filters)
        pairs = [("q", text), ("k", str(k))] + [(name, value) for name in _FILTERS for value in chosen.get(name, ())]
        request = urllib.request.Request(f"{base}/search?{urllib.parse.urlencode(pairs)}", headers=headers)
        return list(_fetch(request, timeout_s).get("passages", ()))

    return System(
        url,
        ask,
        lambda text, filters, k: [[hit["id"]] for hit in hits(text, filters, k)],
        lambda text, filters: next((float(hit["score"]) for hit in hits(text, filters, 1) if "score" in hit), None),
    )


def reports_of(url: str, key: str | None, timeout_s: float = 60.0) -> frozenset[str]:
    """Ids of the reports that a server has.

    Raises:
        ClasQAError: it cannot be asked.
    """
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    found = _fetch(urllib.request.Request(f"{url.rstrip('/')}/api/v1/reports", headers=headers), timeout_s)
    if found.get("status") == "error":
        raise ClasQAError(f"{url} does not list its reports: {found['error']}")
    return frozenset(report["id"] for report in found["reports"])


class _Sentence(BaseModel):
    text: str
    citations: list[str]
    quote: str | None = None


class _Citation(BaseModel):
    id: str
    quote: str | None = None


class _Answer(BaseModel):
    """What scoring needs of an answer; a system may tell more."""

    status: str
    answer: str = ""
    sentences: list[_Sentence] = []
    citations: list[_Citation] = []


def _checked(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, or an error where it has not the API's shape."""
    try:
        _Answer.model_validate(answer)
    except ValidationError as exc:
        return {"status": "error", "error": f"not an answer: {exc.errors(include_url=False)}"}
    return answer


def _fetch(request: urllib.request.Request, timeout_s: float) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as response:
            return dict(json.load(response))
    except urllib.error.HTTPError as exc:
        problem: object = exc.reason
        with exc, suppress(ValueError):
            problem = json.load(exc)
        return {"status": "error", "error": problem, "http_status": exc.code}
    except (OSError, HTTPException, ValueError, TypeError) as exc:
        return {"status": "error", "error": f"{type(exc).__name__}: {exc}"}
