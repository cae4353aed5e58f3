"""One question under way: answered in a thread, told as it goes, and stopped as soon as whoever asked has left."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import anyio
from anyio import from_thread, to_thread
from anyio.streams.memory import MemoryObjectSendStream
from fastapi import Request

from index.filters import Filters
from rag.answer import Answer
from rag.llm.departure import ClientLeft, Departure
from rag.progress import DEAF, Listener, Stage
from rag.record import AnswerSentence
from rag.scope import checked_filters
from web import metrics
from web.service import Service

# Status of a reply that nobody receives; proxies write it down for a client that closed its request.
CLIENT_CLOSED_REQUEST = 499
# Answers made at the same time; more questions wait for one of them to end.
THREADS = 40
# Events that may wait for a client, and for how many seconds a full line of them may stand still.
WAITING = 64
PATIENCE_S = 10.0
_threads = anyio.CapacityLimiter(THREADS)
_making: set["asyncio.Task[Answer | None]"] = set()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with all that goes with it; `filters` as they were typed."""

    question: str
    history: Sequence[Mapping[str, str]] = ()
    filters: Filters = field(default_factory=Filters)
    mode: str = "auto"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The sentences told so far do not stand; `reason` is a sentence for the reader."""

    reason: str


Told = Stage | AnswerSentence | Withdrawn | Answer


def answer_to(service: Service, asked: Asked, listener: Listener = DEAF, departure: Departure | None = None) -> Answer:
    """The answer, made in the thread that calls this.

    Raises:
        ClientLeft: whoever asked has left.
        UnknownName: a filter names nothing.
        ClasQAError: the service cannot answer.
    """
    if departure and departure.left:
        raise ClientLeft
    began = time.perf_counter()
    outcome, mode = "failed", "none"
    with metrics.UNDER_WAY.track_inprogress():
        try:
            index = service.index
            answer = service.answer(
                asked.question,
                index=index,
                embedder=service.embedder,
                history=asked.history,
                filters=checked_filters(index.reports, asked.filters),
                mode=asked.mode,
                listener=listener,
                departure=departure,
            )
            outcome, mode = answer.status.value, answer.mode
            return answer
        except ClientLeft:
            outcome = "left"
            raise
        finally:
            metrics.ANSWERS.labels(outcome, mode).inc()
            metrics.SECONDS.labels(mode).observe(time.perf_counter() - began)


async def answered(service: Service, asked: Asked, departure: Departure) -> Answer:
    """The whole answer; raises as answer_to does."""
    work = partial(answer_to, service, asked, departure=departure)
    return await to_thread.run_sync(work, limiter=_threads)


async def told(
    service: Service, asked: Asked, departure: Departure, quiet_s: float
) -> AsyncGenerator[Told | None, None]:
    """Stages, checked sentences and withdrawals as they happen, and the answer at the end; None after `quiet_s` seconds without any.

    Closing this is leaving. Nothing more comes once the asker has left. Raises as answer_to does, but for ClientLeft.
    """
    send, receive = anyio.create_memory_object_stream[Told](WAITING)
    making = asyncio.create_task(_made(service, asked, departure, send))
    _making.add(making)
    making.add_done_callback(_over)
    try:
        with contextlib.suppress(anyio.EndOfStream):
            while True:
                event = None
                with anyio.move_on_after(quiet_s):
                    event = await receive.receive()
                yield event
        if answer := await asyncio.shield(making):
            yield answer
    finally:
        departure.leave()
        receive.close()


def _over(making: "asyncio.Task[Answer | None]") -> None:
    _making.discard(making)
    if not making.cancelled():
        # Whoever still waits for it gets it raised; where nobody does, it is no news.
        making.exception()


async def _made(
    service: Service, asked: Asked, departure: Departure, send: MemoryObjectSendStream[Told]
) -> Answer | None:
    """The answer, None where the asker left; ends the line of events."""
    with send:
        work = partial(answer_to, service, asked, _Teller(send, departure), departure)
        try:
            return await to_thread.run_sync(work, limiter=_threads)
        except ClientLeft:
            return None


class _Teller:
    """Puts what a Listener is told in line for the client; waits in its thread while the line is full."""

    def __init__(self, send: MemoryObjectSendStream[Told], departure: Departure) -> None:
        self._send = send
        self._departure = departure

    def stage(self, stage: Stage) -> None:
        self._tell(stage)

    def sentence(self, sentence: AnswerSentence) -> None:
        self._tell(sentence)

    def withdrawn(self, reason: str) -> None:
        self._tell(Withdrawn(reason))

    def _tell(self, event: Told) -> None:
        try:
            from_thread.run(self._in_time, event)
        except (anyio.BrokenResourceError, TimeoutError):
            # A client that does not read is as good as gone.
            self._departure.leave()
            raise ClientLeft from None

    async def _in_time(self, event: Told) -> None:
        with anyio.fail_after(PATIENCE_S):
            await self._send.send(event)


@contextlib.asynccontextmanager
async def departure_of(request: Request) -> AsyncIterator[Departure]:
    """A departure that happens when the client of this request, whose body has been read, disconnects; or at the end of the block."""
    departure = Departure()
    watch = asyncio.create_task(_leave_with(request, departure))
    try:
        yield departure
    finally:
        watch.cancel()
        departure.leave()


async def _leave_with(request: Request, departure: Departure) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    departure.leave()
