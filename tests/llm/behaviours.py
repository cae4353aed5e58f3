"""What the scripted server can do with a request: answer it, or fail in one of the ways that servers have been seen to fail."""

import json
import time
from collections.abc import Callable
from email.utils import formatdate

from tests.llm.answers import LIES, faithful, lying
from tests.llm.server import Behaviour, Seen, Wire, chunk, completion

# A sentence that reads the other way round where it is cut.
CUT_TEXT = "The ward was not "
LOGIN_PAGE = b"<!doctype html><html><body><form action=/login>Sign in</form></body></html>"


def say(text: str | Callable[[Seen], str], *, every: int = 12, wait_s: float = 0.0) -> Behaviour:
    """Answer in full, in pieces of `every` characters where a stream is asked for."""

    def behave(wire: Wire) -> None:
        words = text if isinstance(text, str) else text(wire.seen)
        if not wire.seen.streamed:
            wire.body(json.dumps(completion(words)).encode())
            return
        wire.events()
        wire.piece("", role="assistant")
        for start in range(0, len(words), every):
            wire.pause(wait_s)
            wire.piece(words[start : start + every])
        wire.piece(finish="stop")
        wire.event({"id": "c", "object": "chat.completion.chunk", "choices": [], "usage": {"total_tokens": 9}})
        wire.done()

    return behave


def split_anywhere(text: str, every: int = 1) -> Behaviour:
    """Answer in full, the bytes of the stream cut every `every` bytes, in the midst of characters and escapes too."""

    def behave(wire: Wire) -> None:
        stream = b"".join(
            b"data: " + json.dumps(one, ensure_ascii=False).encode() + b"\r\n\r\n"
            for one in (*(chunk({"content": part}) for part in text), chunk({}, "stop"))
        )
        wire.events()
        for start in range(0, len(stream), every):
            wire.send(stream[start : start + every])
        wire.done()

    return behave


def one_body(text: str = "The ward was clean.", finish: str | None = "stop") -> Behaviour:
    """One JSON body, whatever was asked for."""
    return lambda wire: wire.body(json.dumps(completion(text, finish)).encode())


def finish(reason: str | None, text: str = CUT_TEXT) -> Behaviour:
    """End for `reason`; None ends the stream properly, but without saying why."""

    def behave(wire: Wire) -> None:
        if not wire.seen.streamed:
            wire.body(json.dumps(completion(text, reason)).encode())
            return
        wire.events()
        wire.piece(text)
        if reason:
            wire.piece(finish=reason)
        wire.done()

    return behave


def cut(text: str = CUT_TEXT, *, chunked: bool = True) -> Behaviour:
    """Close the connection after `text`."""

    def behave(wire: Wire) -> None:
        wire.events(chunked=chunked)
        if text:
            wire.piece(text)

    return behave


def cut_body(wire: Wire) -> None:
    """Promise more bytes than are sent."""
    data = json.dumps(completion("The ward was clean.")).encode()
    wire.head(length=len(data) + 10, content_type="application/json")
    wire.send(data)


def drop(wire: Wire) -> None:
    """Close the connection without a word."""


def events(*records: object, done: bool = True) -> Behaviour:
    """These events, whatever they are."""

    def behave(wire: Wire) -> None:
        wire.events()
        for record in records:
            wire.event(record)
        wire.done() if done else wire.close()

    return behave


def raw(data: bytes, content_type: str = "text/event-stream") -> Behaviour:
    """These bytes as the whole body."""
    return lambda wire: wire.body(data, content_type=content_type)


def status(code: int, *, retry_after: str | None = None, message: str = "failed", **headers: str) -> Behaviour:
    """An HTTP error."""
    more = headers if retry_after is None else {"retry_after": retry_after, **headers}
    return lambda wire: wire.body(json.dumps({"error": {"message": message}}).encode(), code, **more)


def status_until(code: int, seconds: float) -> Behaviour:
    """An HTTP error that asks to come again at a date, `seconds` from when it is sent."""
    return lambda wire: status(code, retry_after=formatdate(time.time() + seconds, usegmt=True))(wire)


def hang(*, after: str | None = None, for_s: float = 60.0) -> Behaviour:
    """Say nothing more, before the headers or after some text."""

    def behave(wire: Wire) -> None:
        if after is not None:
            wire.events()
            wire.piece(after)
        wire.pause(for_s)

    return behave


def drip(every_s: float = 0.1, text: str = "word ") -> Behaviour:
    """A piece now and then, for ever; each comes long before a timeout of a single read."""

    def behave(wire: Wire) -> None:
        wire.events()
        while True:
            wire.piece(text)
            wire.pause(every_s)

    return behave


def drip_comments(every_s: float = 0.1) -> Behaviour:
    """Comments that keep the connection alive, and never a word."""

    def behave(wire: Wire) -> None:
        wire.events()
        while True:
            wire.send(b": keep-alive\n\n")
            wire.pause(every_s)

    return behave


def slow_first_byte(after_s: float, text: str = "The ward was clean.") -> Behaviour:
    """Think for a while, then answer in full."""

    def behave(wire: Wire) -> None:
        wire.pause(after_s)
        say(text)(wire)

    return behave


def flood(text: str = "x" * 4000) -> Behaviour:
    """Text without end, as fast as it can be sent."""

    def behave(wire: Wire) -> None:
        wire.events()
        while True:
            wire.piece(text)

    return behave


def endless_line(wire: Wire) -> None:
    """One event that never ends."""
    wire.events()
    while True:
        wire.send(b"x" * 65536)


def tool_call(wire: Wire) -> None:
    """Call a tool that nobody offered."""
    call = {"index": 0, "id": "t", "type": "function", "function": {"name": "rm", "arguments": "{}"}}
    events(chunk({"role": "assistant", "tool_calls": [call]}), chunk({}, "tool_calls"))(wire)


def faithfully(wire: Wire) -> None:
    """Answer from the passages of the prompt."""
    say(faithful)(wire)


BEHAVIOURS: dict[str, Behaviour] = {
    "faithful": faithfully,
    "cut": cut(),
    "cut_unchunked": cut(chunked=False),
    "length": finish("length"),
    "content_filter": finish("content_filter"),
    "no_finish": finish(None),
    "empty_choices": events({"object": "chat.completion.chunk", "choices": []}),
    "empty_text": finish("stop", ""),
    "html": raw(LOGIN_PAGE, "text/html; charset=utf-8"),
    "bad_json": raw(b'data: {"choices": [{"index": 0, "delta": {"content": "The\n\n'),
    "error_event": events(chunk({"content": CUT_TEXT}), {"error": {"message": "worker died", "code": 500}}),
    "wrong_schema": events({"answer": "The ward was clean."}),
    "tool_call": tool_call,
    "one_body": one_body(),
    "drop": drop,
    "hang": hang(),
    "hang_after_text": hang(after=CUT_TEXT),
    "drip": drip(),
    "drip_comments": drip_comments(),
    "slow_first_byte": slow_first_byte(5.0),
    "flood": flood(),
    "endless_line": endless_line,
    "429": status(429),
    "500": status(500),
    "503": status(503),
    "503_retry_after": status(503, retry_after="1"),
    **{f"lying_{kind}": say(lying(kind)) for kind in LIES},
}
