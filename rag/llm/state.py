"""What may be told of the language model now: learnt from real calls and, where there were none lately, by asking its server."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from enum import StrEnum

from rag.generate import LanguageModel
from rag.llm.fault import FaultKind, ModelFailed
from rag.llm.guest import Breaker

_NOT_YET = "its server has not answered yet"


class ModelState(StrEnum):
    """How the language model stands: it answers, it is left alone after failures, or it does not answer."""

    READY = "ready"
    RESTING = "resting"
    UNREACHABLE = "unreachable"


class ModelWatch:
    """Knows how one language model stands, and never waits for it. Thread safe.

    Attributes:
        breaker: to be given to `connect`, so that real calls are noticed.
    """

    def __init__(self, every_s: float = 30.0, timeout_s: float = 3.0) -> None:
        """Ask no server more often than each `every_s` seconds, and wait `timeout_s` for its answer."""
        self.breaker: Breaker = _Noticing(self._notice)
        self._every_s = every_s
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._model: LanguageModel | None = None
        self._known_at: float | None = None
        self._failed: ModelFailed | None = None
        self._asking = False

    def begin(self, model: LanguageModel, told: Callable[[ModelState, str], None]) -> None:
        """Ask for the first time, in the background; `told` hears what came of it, once, in another thread."""
        self._model = model
        self._ask(lambda: told(*self.state))

    @property
    def state(self) -> tuple[ModelState, str]:
        """How it stands, and in plain words why it is not ready ("" where it is)."""
        with self._lock:
            failed, known = self._failed, self._known_at is not None
        if self.breaker.open:
            return ModelState.RESTING, str(ModelFailed(FaultKind.RESTING))
        if not known:
            return ModelState.UNREACHABLE, _NOT_YET
        return (ModelState.UNREACHABLE, str(failed)) if failed else (ModelState.READY, "")

    def public(self) -> dict[str, object]:
        """The state as /readyz shows it; what is older than `every_s` is asked anew, for whoever asks next."""
        assert self._model is not None, "begin comes first"
        with self._lock:
            stale = self._known_at is None or time.monotonic() - self._known_at >= self._every_s
        if stale:
            self._ask()
        state, detail = self.state
        return {"configured": True, "model": self._model.name, "state": state.value, "detail": detail}

    def _ask(self, then: Callable[[], None] = lambda: None) -> None:
        with self._lock:
            if self._asking:
                return
            self._asking = True
        threading.Thread(target=self._asked, args=(then,), name="language model watch", daemon=True).start()

    def _asked(self, then: Callable[[], None]) -> None:
        assert self._model is not None
        try:
            self._notice(self._model.reachable(self._timeout_s))
        finally:
            with self._lock:
                self._asking = False
        then()

    def _notice(self, failed: ModelFailed | None) -> None:
        with self._lock:
            self._failed = failed
            self._known_at = time.monotonic()


class _Noticing(Breaker):
    """A breaker that passes on how each call ended, where that tells of the server."""

    def __init__(self, notice: Callable[[ModelFailed | None], None]) -> None:
        super().__init__()
        self._notice = notice

    @contextlib.contextmanager
    def call(self, hurried: bool = False) -> Iterator[None]:
        """As `Breaker.call`."""
        with super().call(hurried):
            try:
                yield
            except ModelFailed as failed:
                if failed.of_the_server and not (hurried and failed.kind is FaultKind.TIMEOUT):
                    self._notice(failed)
                raise
            self._notice(None)
