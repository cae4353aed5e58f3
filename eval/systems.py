"""Systems that can be asked: the pipeline in this process, or a running server. Both give the API's own objects."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.gold import GoldQuestion
from index.embed import Embedder
from index.errors import ClasQAError
from index.filters import Filters
from index.generation import Progress
from index.library import Library
from rag.answer import answer_question
from rag.retrieve import search

Answered = Mapping[str, Any]
_FILTERS = ("reports", "sections", "organisations", "recommendations", "kinds")


@dataclass(frozen=True, slots=True)
class System:
    """What is measured.

    Attributes:
        name: how it is told apart in settings.json.
        ask: question -> the API's answer object with `wall_ms`; {"status": "error", "error": …} where it failed.
        find: (text, filters, k) -> ids of passages, best first.
    """

    name: str
    ask: Callable[[GoldQuestion], Answered]
    find: Callable[[str, Mapping[str, Sequence[str]], int], list[str]]


def in_process(reports: Sequence[Path], data_dir: Path, embedder: Embedder, progress: Progress | None = None) -> System:
    """The pipeline of this checkout over a new library in `data_dir` that holds these report files.

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
                question.question, index=index, embedder=embedder, history=history, filters=Filters(**question.filters)
            )
        except ClasQAError as exc:
            return {"status": "error", "error": str(exc), "wall_ms": (time.perf_counter() - started) * 1000}
        return answer.public() | {"wall_ms": (time.perf_counter() - started) * 1000}

    def find(text: str, filters: Mapping[str, Sequence[str]], k: int) -> list[str]:
        chosen = Filters(**{key: tuple(values) for key, values in filters.items()})
        return [hit.passage.id for hit in search(text, index=index, embedder=embedder, k=k, filters=chosen)]

    return System("in process", ask, find)


def over_http(url: str, key: str | None, within: Sequence[str], timeout_s: float = 60.0) -> System:
    """A running server, asked through its API.

    Args:
        url: its address, e.g. http://127.0.0.1:7860.
        key: API key, where it wants one.
        within: ids of the reports that a question without a filter is about.
        timeout_s: longest wait for one answer.
    """
    base = url.rstrip("/") + "/api/v1"
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"

    def ask(question: GoldQuestion) -> Answered:
        filters = {"reports": list(within)} | {name: list(values) for name, values in question.filters.items()}
        turns = [turn.model_dump() for turn in question.history]
        body = json.dumps({"question": question.question, "history": turns, "filters": filters}).encode()
        started = time.perf_counter()
        answer = _fetch(urllib.request.Request(f"{base}/ask", data=body, headers=headers), timeout_s)
        return answer | {"wall_ms": (time.perf_counter() - started) * 1000}

    def find(text: str, filters: Mapping[str, Sequence[str]], k: int) -> list[str]:
        chosen = {"reports": within} | dict(filters)
        pairs = [("q", text), ("k", str(k))] + [(name, value) for name in _FILTERS for value in chosen.get(name, ())]
        found = _fetch(
            urllib.request.Request(f"{base}/search?{urllib.parse.urlencode(pairs)}", headers=headers), timeout_s
        )
        return [passage["id"] for passage in found.get("passages", [])]

    return System(url, ask, find)


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


def _fetch(request: urllib.request.Request, timeout_s: float) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as response:
            return dict(json.load(response))
    except urllib.error.HTTPError as exc:
        problem: object = exc.reason
        with exc, suppress(json.JSONDecodeError):
            problem = json.load(exc)
        return {"status": "error", "error": problem, "http_status": exc.code}
    except (urllib.error.URLError, TimeoutError, json.JSONDecodeError) as exc:
        return {"status": "error", "error": str(exc)}
