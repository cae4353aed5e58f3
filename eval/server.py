"""A running server as the system that is asked: this one, or any other with the same API."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPException
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from eval.answer_shape import Text, checked, failure, wrong
from eval.gold import FILTER_NAMES, GoldQuestion
from eval.systems import Answered, Filtered, System
from index.errors import ClasQAError
from rag.answer import AnswerStatus

_LONGEST_REASON = 400


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
            answer = checked(_fetch(f"{base}/ask", key, timeout_s, asked))
        except _NoAnswer as exc:
            answer = failure(str(exc)) | {"http_status": exc.http_status}
            if exc.refuses("question"):
                answer["status"] = AnswerStatus.INVALID_QUESTION.value
        return answer | {"wall_ms": (time.perf_counter() - started) * 1000}

    def hits(text: str, filters: Filtered, k: int) -> list[_Hit]:
        chosen = {"reports": within} | dict(filters)
        pairs = [("q", text), ("k", str(k))] + [
            (name, value) for name in FILTER_NAMES for value in chosen.get(name, ())
        ]
        try:
            found = _Found.model_validate(_fetch(f"{base}/search?{urllib.parse.urlencode(pairs)}", key, timeout_s))
        except _NoAnswer as exc:
            if exc.refuses("q"):
                return []
            raise ClasQAError(f"{base}/search for {text!r} fails: {exc}") from exc
        except ValidationError as exc:
            raise ClasQAError(f"{base}/search for {text!r} gives no list of passages: {wrong(exc)}") from exc
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
        raise ClasQAError(f"{url} does not list its reports: {wrong(exc)}") from exc
    return frozenset(report.id for report in found.reports)


class _Hit(BaseModel):
    id: Text
    score: Annotated[float, Field(strict=True, allow_inf_nan=False)] | None = None


class _Found(BaseModel):
    passages: list[_Hit]


class _Listed(BaseModel):
    id: Text


class _Reports(BaseModel):
    reports: list[_Listed]


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
