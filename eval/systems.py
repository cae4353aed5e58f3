"""Systems that can be asked: the pipeline in this process, or a running server. Both give the API's own objects."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, Field, StrictInt, ValidationError

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
_LONGEST_REASON = 400


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
            told = _checked(answer.public())
        except Exception as exc:  # what is measured may fail in any way, and one broken answer must not lose the run
            told = _failure(f"{type(exc).__name__}: {exc}")
        return told | {"wall_ms": (time.perf_counter() - started) * 1000}

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

    def ask(question: GoldQuestion) -> Answered:
        filters = {"reports": list(within)} | {name: list(values) for name, values in question.filters.items()}
        turns = [turn.model_dump() for turn in question.history]
        asked = {"question": question.question, "history": turns, "filters": filters, "mode": mode}
        started = time.perf_counter()
        try:
            answer = _checked(_fetch(f"{base}/ask", key, timeout_s, asked))
        except _NoAnswer as exc:
            answer = _failure(str(exc)) | {"http_status": exc.http_status}
            if exc.refuses("question"):
                answer["status"] = AnswerStatus.INVALID_QUESTION.value
        return answer | {"wall_ms": (time.perf_counter() - started) * 1000}

    def hits(text: str, filters: Filtered, k: int) -> list[_Hit]:
        chosen = {"reports": within} | dict(filters)
        pairs = [("q", text), ("k", str(k))] + [(name, value) for name in _FILTERS for value in chosen.get(name, ())]
        try:
            found = _Found.model_validate(_fetch(f"{base}/search?{urllib.parse.urlencode(pairs)}", key, timeout_s))
        except _NoAnswer as exc:
            if exc.refuses("q"):
                return []
            raise ClasQAError(f"{base}/search for {text!r} fails: {exc}") from exc
        except ValidationError as exc:
            raise ClasQAError(f"{base}/search for {text!r} gives no list of passages: {_wrong(exc)}") from exc
        return found.passages[:k]

    return System(
        url,
        ask,
        lambda text, filters, k: [[hit.id] for hit in hits(text, filters, k)],
        lambda text, filters: next((hit.score for hit in hits(text, filters, 1)), None),
    )


def reports_of(url: str, key: str | None, timeout_s: float = 60.0) -> frozenset[str]:
    """Ids of the reports that a server has.

    Raises:
        ClasQAError: it cannot be asked.
    """
    try:
        found = _Reports.model_validate(_fetch(f"{url.rstrip('/')}/api/v1/reports", key, timeout_s))
    except _NoAnswer as exc:
        raise ClasQAError(f"{url} does not list its reports: {exc}") from exc
    except ValidationError as exc:
        raise ClasQAError(f"{url} does not list its reports: {_wrong(exc)}") from exc
    return frozenset(report.id for report in found.reports)


def _encodable(text: str) -> str:
    text.encode()
    return text


# JSON may hold half of a surrogate pair, which no file can.
_Text = Annotated[str, AfterValidator(_encodable)]


class _Sentence(BaseModel):
    text: _Text
    citations: list[_Text]
    quote: _Text | None = None


class _Citation(BaseModel):
    id: _Text
    quote: _Text | None = None
    quote_start: StrictInt | None = None
    quote_end: StrictInt | None = None


class _Answer(BaseModel):
    """What scoring needs of an answer; a system may tell more."""

    status: AnswerStatus
    answer: _Text = ""
    standalone_question: _Text | None = None
    sentences: list[_Sentence] = []
    citations: list[_Citation] = []


class _Hit(BaseModel):
    id: _Text
    score: Annotated[float, Field(strict=True, allow_inf_nan=False)] | None = None


class _Found(BaseModel):
    passages: list[_Hit]


class _Listed(BaseModel):
    id: _Text


class _Reports(BaseModel):
    reports: list[_Listed]


def _checked(answer: Any) -> dict[str, Any]:
    """The answer, or a failure where it has not the API's shape or cannot be written down."""
    try:
        _Answer.model_validate(answer)
        json.dumps(answer, ensure_ascii=False).encode()
    except ValidationError as exc:
        return _failure(f"not an answer: {_wrong(exc)}")
    except UnicodeEncodeError as exc:
        return _failure(f"not an answer: {exc}")
    return dict(answer)


def _failure(reason: str) -> dict[str, Any]:
    return {"status": "error", "error": reason.encode(errors="backslashreplace").decode()}


def _wrong(exc: ValidationError) -> str:
    """The first things that are wrong, in one line."""
    faults = exc.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'all of it'}: {fault['msg']}" for fault in faults[:3])


class _NoAnswer(ClasQAError):
    """A server gave no JSON, or a problem (RFC 9457) with an HTTP status."""

    def __init__(self, reason: str, http_status: int | None = None, problem: object = None) -> None:
        super().__init__(" ".join(reason.split())[:_LONGEST_REASON])
        self.http_status = http_status
        self._problem = problem

    def refuses(self, field: str) -> bool:
        """Whether this field of what was sent is all that the server finds wrong: how it says that a text is no question."""
        if self.http_status != HTTPStatus.UNPROCESSABLE_ENTITY or not isinstance(self._problem, dict):
            return False
        errors = self._problem.get("errors")
        faults = errors if isinstance(errors, list) else []
        return bool(faults) and all(isinstance(fault, dict) and fault.get("field") == field for fault in faults)


def _fetch(url: str, key: str | None, timeout_s: float, body: Mapping[str, Any] | None = None) -> Any:
    """The JSON at an address, of a POST where there is a body.

    Raises:
        _NoAnswer: there is none, or the status is an error.
    """
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    try:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=timeout_s) as response:
            return json.load(response)
    except urllib.error.HTTPError as exc:
        problem: object = None
        with exc, suppress(OSError, HTTPException, ValueError, RecursionError):
            problem = json.load(exc)
        told = problem if isinstance(problem, dict) else {}
        words = [str(told[name]) for name in ("title", "detail") if told.get(name)] or [str(exc.reason)]
        raise _NoAnswer(f"HTTP {exc.code}: {': '.join(words)}", exc.code, problem) from exc
    except (OSError, HTTPException, ValueError, RecursionError) as exc:
        raise _NoAnswer(f"{type(exc).__name__}: {exc}") from exc
