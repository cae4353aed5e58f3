"""Reading an asynchronous source from an ordinary thread, with an end that holds: by its deadline, or when the reader goes."""

import asyncio
import contextlib
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from rag.llm.departure import ClientLeft, Deadline, Departure

T = TypeVar("T")
# Names of servers looked up at once.
_LOOKING_UP = 4
# Seconds that closing a connection may take after the end was called for.
_CLOSING_S = 0.5


@dataclass(frozen=True, slots=True)
class _End:
    """The source has ended and everything it held is closed; `error` says why, None where it came to its own end."""

    error: BaseException | None


class _Reading(Generic[T]):
    """One source being read: a task in the loop's thread puts, the asker's thread takes."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, source: Callable[[], AsyncGenerator[T, None]], seconds: float
    ) -> None:
        self._loop = loop
        self._source = source
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None
        self.pieces: queue.SimpleQueue[T | _End] = queue.SimpleQueue()
        loop.call_soon_threadsafe(self._begin)

    def cancel(self) -> None:
        """Stop the task soon; from any thread, any number of times."""
        # A loop that is closed has cancelled it already.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(lambda: self._task and self._task.cancel())

    def _begin(self) -> None:
        self._task = self._loop.create_task(self._run())
        self._task.add_done_callback(self._ended)

    async def _run(self) -> None:
        async with asyncio.timeout(self._seconds), contextlib.aclosing(self._source()) as source:
            async for piece in source:
                self.pieces.put(piece)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.pieces.put(_End(ClientLeft() if task.cancelled() else task.exception()))


class BackgroundLoop:
    """An event loop in one daemon thread, started at its first use."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def read(
        self, source: Callable[[], AsyncGenerator[T, None]], deadline: Deadline, departure: Departure | None = None
    ) -> Iterator[T]:
        """What the source yields, as it comes.

        The source is cancelled and closed when the deadline passes, when the asker leaves, and when this iterator is closed; it ends
        before this iterator does.

        Raises:
            TimeoutError: the deadline has passed.
            ClientLeft: the asker has left.
            Exception: whatever the source raised.
        """
        reading = _Reading(self._running(), source, deadline.left)
        forget = departure.on_leaving(reading.cancel) if departure else None
        ended = False
        try:
            while True:
                try:
                    piece = reading.pieces.get(timeout=deadline.left + _CLOSING_S)
                except queue.Empty:
                    raise TimeoutError from None
                if isinstance(piece, _End):
                    ended = True
                    if departure is not None and departure.left:
                        raise ClientLeft
                    if piece.error is not None:
                        raise piece.error
                    return
                if departure is None or not departure.left:
                    yield piece
        finally:
            if forget:
                forget()
            if not ended:
                reading.cancel()
                _wait_for_end(reading.pieces)

    def close(self) -> None:
        """Cancel what still runs, stop the thread, free the loop; a later `read` starts anew."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            # A name that is being looked up cannot be cancelled, only left behind.
            thread.join(_CLOSING_S)

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=_serve, args=(self._loop,), name=self._name, daemon=True)
                self._thread.start()
            return self._loop


def _wait_for_end(pieces: "queue.SimpleQueue[T | _End]") -> None:
    closing = Deadline(_CLOSING_S)
    with contextlib.suppress(queue.Empty):
        while not isinstance(pieces.get(timeout=closing.left), _End):
            pass


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    # Looks names up, which nothing else does without blocking.
    loop.set_default_executor(ThreadPoolExecutor(_LOOKING_UP, "names"))
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        # Leaving the runner cancels what still runs and closes the loop.
        runner.get_loop().run_forever()
