"""One answer as server-sent events: stage, sentence, withdrawn; at the end answer or error."""

import contextlib
import logging
from collections.abc import AsyncGenerator

from fastapi import Request
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from index.errors import ClasQAError
from rag.answer import Answer
from rag.progress import Stage
from rag.record import AnswerSentence
from web import problems
from web.asking import Asked, Told, Withdrawn, departure_of, told
from web.service import Service

log = logging.getLogger("clas_qa.web")

# Seconds of silence after which a comment is sent: proxies close what is silent for longer.
KEEP_ALIVE_S = 10.0
# Nothing on the way may keep events back.
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def event_stream(request: Request, service: Service, asked: Asked) -> AsyncGenerator[bytes, None]:
    """The events of one answer; a client that leaves stops everything that was begun for it."""
    shown: list[AnswerSentence] = []
    try:
        async with (
            departure_of(request) as departure,
            contextlib.aclosing(told(service, asked, departure, KEEP_ALIVE_S)) as happening,
        ):
            async for event in happening:
                yield b"".join(_written(event, shown))
    except ClasQAError as error:
        # The status line has gone out already, so the problem travels as an event.
        yield _event("error", problems.of_error(request, error).model_dump())
    except Exception:
        log.exception("an answer that was being streamed failed")
        yield _event("error", problems.fault(request).model_dump())


def _written(event: Told | None, shown: list[AnswerSentence]) -> list[bytes]:
    """What is sent for one event; `shown` holds the sentences that were sent and stand."""
    match event:
        case Stage():
            return [_event("stage", {"stage": event.value})]
        case AnswerSentence():
            shown.append(event)
            return [_event("sentence", event.public())]
        case Withdrawn():
            shown.clear()
            return [_event("withdrawn", {"reason": event.reason})]
        case Answer():
            late = [sentence for sentence in event.sentences if sentence not in shown]
            return [*(_event("sentence", sentence.public()) for sentence in late), _event("answer", event.public())]
        case None:
            return [KEEPALIVE_COMMENT]


def _event(name: str, content: object) -> bytes:
    return format_sse_event(data_str=problems.as_json(content), event=name)
