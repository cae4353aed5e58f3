"""How long a call may take, and whether anybody still waits for it."""

import threading
import time
from collections.abc import Callable

from index.errors import ClasQAError


class ClientLeft(ClasQAError):
    """Whoever asked has left; nobody waits for the reply."""

    def __init__(self) -> None:
        super().__init__("whoever asked has left")


class Deadline:
    """A moment on the monotonic clock, `seconds` after this was made."""

    __slots__ = ("_end", "seconds")

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self._end - time.monotonic())


class Departure:
    """Shared by whoever asks and whatever works for them; the asker calls `leave`, the work stops. Thread safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gone = threading.Event()
        self._callbacks: dict[object, Callable[[], None]] = {}

    def leave(self) -> None:
        """Tell everything that works for the asker to stop; again is the same as once."""
        with self._lock:
            self._gone.set()
            callbacks = list(self._callbacks.values())
            self._callbacks.clear()
        for callback in callbacks:
            callback()

    @property
    def left(self) -> bool:
        """Whether the asker has left."""
        return self._gone.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleep until the asker leaves, `seconds` at most; whether they left."""
        return self._gone.wait(seconds)

    def on_leaving(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have `callback` called once when the asker leaves, at once where they have left.

        It runs in the thread that calls `leave`, must not block, and may still run while it is being removed.

        Returns:
            What removes it.
        """
        token = object()
        with self._lock:
            gone = self._gone.is_set()
            if not gone:
                self._callbacks[token] = callback
        if gone:
            callback()

        def remove() -> None:
            with self._lock:
                self._callbacks.pop(token, None)

        return remove
