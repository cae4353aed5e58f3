"""A language model is a guest: how often it is called at once, and when it is left alone."""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Iterator

from prometheus_client import Counter, Gauge, Histogram

from rag.llm.departure import ClientLeft, Deadline, Departure
from rag.llm.fault import FaultKind, ModelFailed

CALLS = Counter(
    "clas_qa_llm_calls", "Calls of the language model, second tries included, by how they ended", ["outcome"]
)
BREAKER_OPEN = Gauge(
    "clas_qa_llm_breaker_open", "1 while the language model is left alone after failures", multiprocess_mode="livemax"
)
IN_FLIGHT = Gauge("clas_qa_llm_in_flight", "Calls of the language model under way", multiprocess_mode="livesum")
WAITING = Gauge("clas_qa_llm_waiting", "Calls waiting for their turn", multiprocess_mode="livesum")
SECONDS = Histogram(
    "clas_qa_llm_seconds",
    "Seconds that a call of the language model took, however it ended",
    buckets=(0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120),
)


class Breaker:
    """Leaves a failing server alone.

    It opens when `failures` calls have failed within `within_s` seconds. While it is open no call is let through but one probe each
    `probe_every_s` seconds; a probe that succeeds closes it. Calls that their asker left say nothing about the server. Thread safe.
    """

    def __init__(self, failures: int = 5, within_s: float = 30.0, probe_every_s: float = 15.0) -> None:
        self._failures = failures
        self._within_s = within_s
        self._probe_every_s = probe_every_s
        self._lock = threading.Lock()
        self._failed_at: deque[float] = deque(maxlen=failures)
        self._next_probe: float | None = None
        self._probing = False

    @property
    def open(self) -> bool:
        """Whether the server is being left alone."""
        with self._lock:
            return self._next_probe is not None

    def refuse(self) -> None:
        """Nothing, while calls are let through or the next one would be a probe.

        Raises:
            ModelFailed: resting; `retry_after` is the time until the next probe.
        """
        with self._lock:
            self._refuse()

    @contextlib.contextmanager
    def call(self, hurried: bool = False) -> Iterator[None]:
        """Stand around one call and take note of how it ends.

        Args:
            hurried: the call has so little time that running out of it says nothing about the server.

        Raises:
            ModelFailed: resting, before the call has begun.
        """
        with self._lock:
            self._refuse()
            probe = self._next_probe is not None
            self._probing = probe
        failed: bool | None = None
        try:
            yield
            failed = False
        except ModelFailed as error:
            failed = None if hurried and error.kind is FaultKind.TIMEOUT else error.of_the_server
            raise
        finally:
            with self._lock:
                self._note(probe, failed)

    def _refuse(self) -> None:
        if self._next_probe is None:
            return
        wait = self._next_probe - time.monotonic()
        if self._probing or wait > 0:
            CALLS.labels(FaultKind.RESTING.value).inc()
            raise ModelFailed(FaultKind.RESTING, retry_after=max(0.0, wait))

    def _note(self, probe: bool, failed: bool | None) -> None:
        if probe:
            self._probing = False
        if failed is None:
            return
        now = time.monotonic()
        if probe:
            self._next_probe = now + self._probe_every_s if failed else None
            self._failed_at.clear()
        elif failed and self._next_probe is None:
            self._failed_at.append(now)
            if len(self._failed_at) == self._failures and now - self._failed_at[0] <= self._within_s:
                self._next_probe = now + self._probe_every_s
        BREAKER_OPEN.set(self._next_probe is not None)


class Bulkhead:
    """At most `at_once` calls at once and at most `queue` waiting, served in the order they came. Thread safe."""

    def __init__(self, at_once: int, queue: int) -> None:
        self._at_once = at_once
        self._queue = queue
        self._changed = threading.Condition()
        self._running = 0
        self._line: deque[object] = deque()

    @contextlib.contextmanager
    def slot(self, deadline: Deadline, departure: Departure | None = None) -> Iterator[None]:
        """Hold one of the places for a call; wait for it no longer than the deadline.

        Raises:
            ModelFailed: busy: the line is full, or the deadline passed in it.
            ClientLeft: the asker left while waiting.
        """
        self._enter(deadline, departure)
        IN_FLIGHT.inc()
        try:
            yield
        finally:
            IN_FLIGHT.dec()
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def _enter(self, deadline: Deadline, departure: Departure | None) -> None:
        with self._changed:
            if self._running < self._at_once and not self._line:
                self._running += 1
                return
            if len(self._line) >= self._queue:
                CALLS.labels(FaultKind.BUSY.value).inc()
                raise ModelFailed(FaultKind.BUSY, f"{self._running} at once and {len(self._line)} waiting")
            ticket = object()
            self._line.append(ticket)
        forget = departure.on_leaving(self._wake) if departure else None
        WAITING.inc()
        try:
            with self._changed:
                self._changed.wait_for(lambda: self._turn(ticket) or (departure and departure.left), deadline.left)
                if departure and departure.left:
                    raise ClientLeft
                if not self._turn(ticket):
                    CALLS.labels(FaultKind.BUSY.value).inc()
                    raise ModelFailed(FaultKind.BUSY, f"no turn within {deadline.seconds:.3g} s")
                self._running += 1
        finally:
            WAITING.dec()
            if forget:
                forget()
            with self._changed:
                self._line.remove(ticket)
                self._changed.notify_all()

    def _turn(self, ticket: object) -> bool:
        return self._running < self._at_once and self._line[0] is ticket

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
