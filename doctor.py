"""clas-qa doctor: what is configured, what of it works, and what to do about the rest. It changes nothing and prints no key."""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app import open_prompts, open_writer
from index.errors import ClasQAError, IndexMissing
from settings import Settings

if TYPE_CHECKING:
    from index.embed import Embedder
    from rag.llm.fault import ModelFailed
    from rag.write import Writer

_REACHED_WITHIN_S = 3.0
_SUPPORTED = ((3, 11), (3, 12))


class State(StrEnum):
    """How one thing stands; only FAILS is to be mended."""

    OK = "ok"
    NOT_CONFIGURED = "not configured"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: `detail` says what was found and, where it fails, what to do."""

    name: str
    state: State
    detail: str

    def public(self) -> dict[str, str]:
        """The check as `clas-qa doctor --json` prints it."""
        return {"name": self.name, "state": self.state.value, "detail": self.detail}


def examine(settings: Settings) -> Iterator[Check]:
    """Every check, each as soon as it is done."""
    yield _python()
    yield _tried("data folder", lambda: _writable(settings))
    embedder: list[Embedder] = []
    yield _tried("embedding model", lambda: _embedding(settings, embedder))
    yield _index(settings, embedder)
    yield _tried("reranker", lambda: _reranker(settings), "none")
    yield _tried("NLI model", lambda: _nli(settings), "none")
    yield _tried("prompts", lambda: f"hash {open_prompts(settings.prompts_dir).hash}")
    yield from _language_model(settings)


def _tried(name: str, found: Callable[[], str], if_none: str = "") -> Check:
    """What `found` says; "" means that there is nothing configured, an error that it fails."""
    try:
        detail = found()
    except ClasQAError as error:
        return Check(name, State.FAILS, str(error))
    except OSError as error:
        return Check(name, State.FAILS, f"{error.strerror or type(error).__name__}; mend its folder or its permissions")
    return Check(name, State.OK, detail) if detail else Check(name, State.NOT_CONFIGURED, if_none)


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] in _SUPPORTED:
        return Check("Python", State.OK, version)
    return Check("Python", State.FAILS, f"{version}; install 3.11 or 3.12")


def _writable(settings: Settings) -> str:
    folder = settings.data_dir
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    with tempfile.TemporaryFile(dir=folder):
        return f"{settings.data_dir} can be written"


def _embedding(settings: Settings, loaded: "list[Embedder]") -> str:
    from index.embed import load_embedder

    embedder = load_embedder(settings.embedding_model)
    start = time.perf_counter()
    embedder.encode(["Which findings led to this recommendation?"])
    loaded.append(embedder)
    return f"{embedder.name}, a question in {(time.perf_counter() - start) * 1000:.0f} ms"


def _index(settings: Settings, embedder: "list[Embedder]") -> Check:
    from index.library import Library

    if not embedder:
        return Check("index", State.FAILS, "not opened, as the embedding model fails; mend that first")
    library = Library(settings.data_dir, embedder[0])
    try:
        index = library.current()
    except IndexMissing:
        return Check("index", State.NOT_CONFIGURED, "not built yet; the first start, or the first question, builds it")
    except ClasQAError as error:
        return Check("index", State.FAILS, str(error))
    if library.trouble:
        return Check("index", State.FAILS, f"{library.trouble}; build it afresh with `clas-qa reports build`")
    reports = ", ".join(report.id for report in index.reports)
    return Check("index", State.OK, f"generation {index.generation}, {len(index.passages)} passages of {reports}")


def _reranker(settings: Settings) -> str:
    from rag.rerank import load_reranker

    reranker = load_reranker(settings.reranker)
    if reranker is None:
        return ""
    reranker.scores("What is said?", ["This is said."])
    return reranker.name


def _nli(settings: Settings) -> str:
    from rag.rungs.nli import load_nli

    model = load_nli(settings.nli)
    if model is None:
        return ""
    model.chances([("This is said.", "This is said.")])
    return model.name


def _language_model(settings: Settings) -> Iterator[Check]:
    name = "language model"
    try:
        writer = open_writer(settings)
    except ClasQAError as error:
        yield Check(name, State.FAILS, str(error))
        return
    if writer is None:
        yield Check(name, State.NOT_CONFIGURED, "set CLAS_QA_LLM_URL and CLAS_QA_LLM_MODEL for one")
        return
    address = urlsplit(settings.llm_url or "")
    host = address.netloc.rpartition("@")[2]
    way = "over TLS" if address.scheme == "https" else "not encrypted"
    yield Check(name, State.OK, f"{writer.model.name} at {host}, {way}")
    try:
        yield from _server(writer, keyed=settings.llm_api_key is not None)
    finally:
        writer.model.close()


def _server(writer: "Writer", keyed: bool) -> Iterator[Check]:
    """Whether the server is reached, takes the key, and gives a whole reply."""
    from rag.llm.fault import FaultKind, ModelFailed
    from rag.prompts import Message

    model = writer.model
    start = time.perf_counter()
    failed = model.reachable(_REACHED_WITHIN_S)
    took = time.perf_counter() - start
    reached = failed is None or failed.kind not in (FaultKind.UNREACHABLE, FaultKind.TLS, FaultKind.TIMEOUT)
    yield (
        Check("language model: server", State.OK, f"reached in {took:.2f} s")
        if reached
        else _failed("language model: server", failed)
    )
    if not reached:
        return
    start = time.perf_counter()
    try:
        text = model.complete([Message("user", "Reply with the one word: ready")], model.deadline())
        failed = None
    except ModelFailed as error:
        failed = error
    took = time.perf_counter() - start
    if failed is not None and failed.kind is FaultKind.KEY_REFUSED:
        what = "check CLAS_QA_LLM_API_KEY" if keyed else "set CLAS_QA_LLM_API_KEY"
        yield Check("language model: key", State.FAILS, f"refused; {what}")
        return
    if failed is None:
        yield Check(
            "language model: key",
            State.OK if keyed else State.NOT_CONFIGURED,
            "accepted" if keyed else "none, and none is asked for",
        )
    way = "streamed" if model.stream else "in one piece"
    yield (
        Check("language model: reply", State.OK, f"whole, {way}, {len(text)} characters in {took:.2f} s")
        if failed is None
        else _failed("language model: reply", failed)
    )
    yield (
        Check("language model: breaker", State.FAILS, "open after failures; see the reply above")
        if model.breaker.open
        else Check("language model: breaker", State.OK, "closed here; a running service tells its own at /readyz")
    )


_WHAT_TO_DO = {
    "unreachable": "check CLAS_QA_LLM_URL and that the server runs",
    "tls": "set CLAS_QA_LLM_CA_FILE to its authority's certificate",
    "timeout": "check that the server runs, or set CLAS_QA_LLM_TIMEOUT_S higher",
    "length": "set CLAS_QA_LLM_MAX_TOKENS higher",
    "too_long": "set CLAS_QA_LLM_CONTEXT_WINDOW as the model has it",
    "not_json": "check CLAS_QA_LLM_URL; if the server cannot stream, set CLAS_QA_LLM_STREAM=false",
    "bad_reply": "check CLAS_QA_LLM_URL and CLAS_QA_LLM_MODEL",
}


def _failed(name: str, failed: "ModelFailed | None") -> Check:
    assert failed is not None
    return Check(name, State.FAILS, f"{failed}; {_WHAT_TO_DO.get(failed.kind.value, 'see the log of its server')}")
