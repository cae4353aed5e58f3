"""Every way in which servers of language models have been seen to fail, really caused: it ends as a named fault, within the deadline."""

import asyncio
import gc
import os
import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from rag.generate import ClientLeft, Deadline, Departure, FaultKind, LanguageModel, ModelFailed
from rag.llm.guest import Breaker
from rag.prompts import Message
from tests.llm.behaviours import (
    CUT_TEXT,
    LOGIN_PAGE,
    cut,
    cut_body,
    drip,
    drip_comments,
    drop,
    endless_line,
    events,
    finish,
    flood,
    hang,
    raw,
    say,
    slow_first_byte,
    status,
    status_until,
    tool_call,
)
from tests.llm.server import Behaviour, ScriptedServer, chunk, scripted_server

ASKED = (Message("system", "Answer."), Message("user", "Was the ward clean?"))
TEXT = "The ward was clean."


def in_time(took: float, seconds: float) -> bool:
    """Whether a deadline was kept: missed by a fifth at most, and by a tenth of a second where the machine is busy."""
    return seconds <= took < seconds * 1.2 + 0.1


def calls(outcome: str) -> float:
    return REGISTRY.get_sample_value("clas_qa_llm_calls_total", {"outcome": outcome}) or 0.0


def failure(model: LanguageModel, seconds: float = 1.0) -> tuple[ModelFailed, str, float]:
    """How a call fails: the fault, the text that came before, the seconds it took."""
    start = time.monotonic()
    pieces: list[str] = []
    with pytest.raises(ModelFailed) as caught:
        pieces.extend(model.write(ASKED, Deadline(seconds)))
    return caught.value, "".join(pieces), time.monotonic() - start


ENDS_AFTER_TEXT = [
    pytest.param(cut(chunked=False), FaultKind.CUT, id="closed without chunking"),
    pytest.param(cut(), FaultKind.CUT, id="closed within chunks"),
    pytest.param(finish("length"), FaultKind.LENGTH, id="length"),
    pytest.param(finish("content_filter"), FaultKind.BAD_REPLY, id="content filter"),
    pytest.param(finish("tool_calls"), FaultKind.BAD_REPLY, id="tool_calls"),
    pytest.param(finish("some_new_reason"), FaultKind.BAD_REPLY, id="unknown reason"),
    pytest.param(finish(None), FaultKind.CUT, id="no finish_reason"),
    pytest.param(events(chunk({"content": CUT_TEXT}), done=False), FaultKind.CUT, id="no finish_reason and no DONE"),
    pytest.param(
        events(chunk({"content": CUT_TEXT}), {"error": {"message": "worker died"}}),
        FaultKind.SERVER_ERROR,
        id="error event",
    ),
    pytest.param(
        events(chunk({"content": CUT_TEXT}), {"error": "worker died"}),
        FaultKind.SERVER_ERROR,
        id="error event of words",
    ),
    pytest.param(
        raw(b'data: {"choices": [{"index": 0, "delta": {"content": "The ward was not "}}]}\n\ndata: {"choices": [\n\n'),
        FaultKind.NOT_JSON,
        id="bad JSON",
    ),
    pytest.param(
        raw(b'data: {"choices": [{"index": 0, "delta": {"content": "The ward was not "}}]}\n\ndata: \xff\xfe\n\n'),
        FaultKind.NOT_JSON,
        id="bad UTF-8",
    ),
    pytest.param(
        events(chunk({"content": CUT_TEXT}), chunk({}, "stop"), chunk({"content": "clean"})),
        FaultKind.BAD_REPLY,
        id="words after the end",
    ),
    pytest.param(
        events(chunk({"content": CUT_TEXT}), {"choices": [{"index": 1, "delta": {"content": "x"}}]}),
        FaultKind.BAD_REPLY,
        id="two replies",
    ),
]
ENDS_WITHOUT_TEXT = [
    pytest.param(drop, FaultKind.CUT, 2, id="closed without a word"),
    pytest.param(cut(""), FaultKind.CUT, 2, id="closed after the headers"),
    pytest.param(cut_body, FaultKind.CUT, 2, id="body shorter than announced"),
    pytest.param(raw(LOGIN_PAGE, "text/html; charset=utf-8"), FaultKind.NOT_JSON, 1, id="web page"),
    pytest.param(raw(LOGIN_PAGE, "text/plain"), FaultKind.NOT_JSON, 1, id="web page as plain text"),
    pytest.param(raw(LOGIN_PAGE, "application/json"), FaultKind.NOT_JSON, 1, id="web page as JSON"),
    pytest.param(events({"choices": []}), FaultKind.EMPTY, 1, id="no choices"),
    pytest.param(finish("stop", ""), FaultKind.EMPTY, 1, id="empty text"),
    pytest.param(finish("stop", " "), FaultKind.EMPTY, 1, id="blank text"),
    pytest.param(raw(b"data: {\n\n"), FaultKind.NOT_JSON, 1, id="bad JSON at once"),
    pytest.param(events({"error": {"message": "worker died"}}), FaultKind.SERVER_ERROR, 2, id="error event at once"),
    pytest.param(
        events({"error": {"message": "This model's maximum context length is 4096 tokens"}}),
        FaultKind.TOO_LONG,
        1,
        id="too long, said in an event",
    ),
    pytest.param(
        status(400, message="This model's maximum context length is 4096 tokens"), FaultKind.TOO_LONG, 1, id="too long"
    ),
    pytest.param(status(413), FaultKind.TOO_LONG, 1, id="413"),
    pytest.param(events({"answer": TEXT}), FaultKind.BAD_REPLY, 1, id="wrong schema"),
    pytest.param(events([TEXT]), FaultKind.BAD_REPLY, 1, id="a list"),
    pytest.param(events(7), FaultKind.BAD_REPLY, 1, id="a number"),
    pytest.param(events(None), FaultKind.BAD_REPLY, 1, id="null"),
    pytest.param(events({"choices": {"0": TEXT}}), FaultKind.BAD_REPLY, 1, id="choices of another kind"),
    pytest.param(
        events({"choices": [{"index": 0, "delta": {"content": [TEXT]}}]}),
        FaultKind.BAD_REPLY,
        1,
        id="text of another kind",
    ),
    pytest.param(raw(b"data: " + b"[" * 100_000 + b"\n\n"), FaultKind.BAD_REPLY, 1, id="deep JSON"),
    pytest.param(
        events(chunk({"content": "<think>The ward was clean."}), chunk({}, "stop")),
        FaultKind.EMPTY,
        1,
        id="only thoughts",
    ),
    pytest.param(tool_call, FaultKind.BAD_REPLY, 1, id="tool call"),
    pytest.param(status(400), FaultKind.BAD_REPLY, 1, id="400"),
    pytest.param(status(404), FaultKind.BAD_REPLY, 1, id="404"),
    pytest.param(status(403), FaultKind.KEY_REFUSED, 1, id="403"),
    pytest.param(status(307, location="http://127.0.0.1:9/v1"), FaultKind.BAD_REPLY, 1, id="redirect"),
    pytest.param(status(429), FaultKind.RATE_LIMITED, 2, id="429"),
    pytest.param(status(500), FaultKind.SERVER_ERROR, 2, id="500"),
    pytest.param(status(503), FaultKind.SERVER_ERROR, 2, id="503"),
]


@pytest.mark.parametrize(("behaviour", "kind"), ENDS_AFTER_TEXT)
def test_a_reply_that_breaks_off_is_a_fault_and_is_not_asked_for_again(
    model: LanguageModel, server: ScriptedServer, behaviour: Behaviour, kind: FaultKind
) -> None:
    server.script(behaviour)
    before = calls(kind.value)
    failed, text, seconds = failure(model, 10)
    assert (failed.kind, text) == (kind, CUT_TEXT)
    assert seconds < 5
    assert len(server.seen) == 1
    assert calls(kind.value) == before + 1


@pytest.mark.parametrize(("behaviour", "kind", "tries"), ENDS_WITHOUT_TEXT)
def test_a_reply_that_never_begins_is_a_fault_and_is_asked_for_twice_at_most(
    model: LanguageModel, server: ScriptedServer, behaviour: Behaviour, kind: FaultKind, tries: int
) -> None:
    server.script(behaviour, behaviour, behaviour)
    failed, text, seconds = failure(model, 10)
    assert failed.kind is kind
    assert text.strip() == ""
    assert seconds < 5
    assert len(server.seen) == tries
    assert failed.retryable is (tries == 2)


@pytest.mark.parametrize(
    "behaviour", [drop, status(500), status(429), status(503, retry_after="0"), events({"error": {"message": "x"}})]
)
def test_a_passing_fault_is_got_over_by_the_second_try(
    model: LanguageModel, server: ScriptedServer, behaviour: Behaviour
) -> None:
    server.script(behaviour, say(TEXT))
    assert model.complete(ASKED, Deadline(5)) == TEXT


SLOW = [
    pytest.param(hang(), "", id="hangs before the headers"),
    pytest.param(hang(after=CUT_TEXT), CUT_TEXT, id="hangs after some text"),
    pytest.param(drip(0.1), "word", id="drips"),
    pytest.param(drip_comments(0.1), "", id="drips comments"),
    pytest.param(slow_first_byte(30), "", id="slow first byte"),
]


@pytest.mark.parametrize(("seconds", "stream"), [(0.5, True), (2.0, True), (0.7, False)])
@pytest.mark.parametrize(("behaviour", "text"), SLOW)
def test_the_deadline_holds_however_the_server_drips(
    connected: Callable[..., LanguageModel],
    server: ScriptedServer,
    behaviour: Behaviour,
    text: str,
    seconds: float,
    stream: bool,
) -> None:
    server.script(behaviour)
    failed, told, took = failure(connected(server.url, stream=stream), seconds)
    assert failed.kind is FaultKind.TIMEOUT
    assert told.startswith(text) or not stream
    assert in_time(took, seconds)
    assert server.settled(0.5), "the server is still writing"
    assert server.aborted == 1


def test_a_slow_first_byte_within_the_deadline_is_waited_for(model: LanguageModel, server: ScriptedServer) -> None:
    server.script(slow_first_byte(0.6, TEXT))
    assert model.complete(ASKED, Deadline(2)) == TEXT


def test_a_flood_is_stopped_before_it_fills_the_memory(
    connected: Callable[..., LanguageModel], server: ScriptedServer
) -> None:
    server.script(flood())
    failed, text, _ = failure(connected(server.url, max_tokens=100), 5)
    assert failed.kind is FaultKind.LENGTH
    assert len(text) <= 100 * 40
    assert server.settled(0.5)


def test_an_event_without_end_is_stopped_before_it_fills_the_memory(
    model: LanguageModel, server: ScriptedServer
) -> None:
    server.script(endless_line)
    failed, _, _ = failure(model, 20)
    assert failed.kind is FaultKind.BAD_REPLY
    assert server.settled(0.5)


@pytest.mark.parametrize("pause", ["1", "0.4"])
def test_a_pause_that_fits_is_kept(model: LanguageModel, server: ScriptedServer, pause: str) -> None:
    server.script(status(503, retry_after=pause), say(TEXT))
    assert model.complete(ASKED, Deadline(3)) == TEXT
    waited = server.seen[1].at - server.seen[0].at
    assert in_time(waited, float(pause))


def test_a_pause_given_as_a_date_is_kept(model: LanguageModel, server: ScriptedServer) -> None:
    server.script(status_until(429, 2.0), say(TEXT))
    assert model.complete(ASKED, Deadline(4)) == TEXT
    # Dates have whole seconds.
    assert 0.9 <= server.seen[1].at - server.seen[0].at < 2.4


@pytest.mark.parametrize(
    "behaviour", [status(503, retry_after="30"), status(429, retry_after="1"), status_until(503, 60)]
)
def test_a_pause_that_does_not_fit_fails_at_once(
    model: LanguageModel, server: ScriptedServer, behaviour: Behaviour
) -> None:
    server.script(behaviour)
    failed, _, seconds = failure(model, 1.0)
    assert failed.retry_after is not None
    assert failed.retry_after > 0.9
    assert seconds < 0.9
    assert len(server.seen) == 1


def test_a_date_in_the_past_and_a_pause_of_nonsense_ask_for_no_wait(
    model: LanguageModel, server: ScriptedServer
) -> None:
    server.script(status_until(503, -60), say(TEXT), status(503, retry_after="soon"), say(TEXT))
    assert model.complete(ASKED, Deadline(2)) == TEXT
    assert model.complete(ASKED, Deadline(2)) == TEXT


def test_the_second_try_has_only_the_time_that_is_left(model: LanguageModel, server: ScriptedServer) -> None:
    server.script(status(503), hang())
    failed, _, seconds = failure(model, 1.0)
    assert failed.kind is FaultKind.TIMEOUT
    assert in_time(seconds, 1.0)


def test_who_leaves_during_the_pause_is_not_asked_for(model: LanguageModel, server: ScriptedServer) -> None:
    server.script(status(503, retry_after="1"))
    departure = Departure()
    threading.Timer(0.2, departure.leave).start()
    start = time.monotonic()
    with pytest.raises(ClientLeft):
        model.complete(ASKED, Deadline(3), departure)
    assert time.monotonic() - start < 0.7
    assert len(server.seen) == 1


def test_a_server_that_is_not_there_is_told_quickly(connected: Callable[..., LanguageModel]) -> None:
    failed, _, seconds = failure(connected("http://127.0.0.1:9/v1"), 2)
    assert failed.kind is FaultKind.UNREACHABLE
    assert seconds < 1


def test_a_name_that_nobody_knows_is_told_quickly(connected: Callable[..., LanguageModel]) -> None:
    failed, _, _ = failure(connected("http://no-such-host.invalid/v1"), 5)
    assert failed.kind is FaultKind.UNREACHABLE


def test_a_server_of_tls_that_hangs_is_closed_in_time(
    connected: Callable[..., LanguageModel], certificate: tuple[Path, Path]
) -> None:
    with scripted_server(tls=certificate) as server:
        server.script(hang(after=CUT_TEXT), drip())
        model = connected(server.url, ca_file=certificate[0])
        for _ in range(2):
            failed, _, seconds = failure(model, 1.0)
            assert failed.kind is FaultKind.TIMEOUT
            assert in_time(seconds, 1.0)
        assert server.settled(0.5)


def test_plain_http_where_tls_is_asked_for_is_a_fault(
    connected: Callable[..., LanguageModel], server: ScriptedServer
) -> None:
    failed, _, _ = failure(connected(server.url.replace("http:", "https:")))
    assert failed.kind is FaultKind.TLS


@pytest.mark.parametrize("how", ["leave", "close", "drop"])
def test_going_mid_stream_closes_the_connection_at_once(model: LanguageModel, server: ScriptedServer, how: str) -> None:
    server.script(hang(after=CUT_TEXT))
    departure = Departure()
    pieces = model.write(ASKED, Deadline(30), departure)
    assert next(pieces) == CUT_TEXT
    start = time.monotonic()
    if how == "leave":
        departure.leave()
        with pytest.raises(ClientLeft):
            next(pieces)
    elif how == "close":
        pieces.close()
    else:
        del pieces
    assert server.settled(0.5)
    assert time.monotonic() - start < 0.5
    assert server.aborted == 1


def test_leaving_before_the_first_byte_closes_the_connection_at_once(
    model: LanguageModel, server: ScriptedServer
) -> None:
    server.script(hang())
    departure = Departure()
    threading.Timer(0.2, departure.leave).start()
    start = time.monotonic()
    with pytest.raises(ClientLeft):
        model.complete(ASKED, Deadline(30), departure)
    assert time.monotonic() - start < 0.7
    assert server.settled(0.5)
    assert server.aborted == 1


def descriptors() -> int:
    return len(list(Path(f"/proc/{os.getpid()}/fd").iterdir()))


def thread_names() -> list[str]:
    """Of all threads but those that look names up, of which there are four at most; the server's are given time to end."""
    end = time.monotonic() + 2
    while any("process_request" in thread.name for thread in threading.enumerate()) and time.monotonic() < end:
        time.sleep(0.01)
    names = sorted(thread.name for thread in threading.enumerate())
    assert sum(name.startswith("names_") for name in names) <= 4
    return [name for name in names if not name.startswith("names_")]


def test_five_hundred_departures_leave_nothing_behind(
    connected: Callable[..., LanguageModel], server: ScriptedServer
) -> None:
    model = connected(server.url, concurrency=8, queue=40)
    server.usual = say(TEXT * 20, every=4, wait_s=0.02)

    def go(number: int) -> None:
        departure = Departure()
        pieces = model.write(ASKED, Deadline(20), departure)
        if number % 3 == 0:
            # Gone while waiting for a turn or for the first byte.
            threading.Timer(0.01, departure.leave).start()
            with pytest.raises(ClientLeft):
                list(pieces)
            return
        assert next(pieces)
        if number % 3 == 1:
            departure.leave()
            with pytest.raises(ClientLeft):
                list(pieces)
        else:
            pieces.close()

    def rounds(count: int) -> tuple[int, list[str], int]:
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(go, range(count)))
        assert server.settled(2)
        gc.collect()
        loop = model._loop._loop
        assert loop is not None
        return descriptors(), thread_names(), len(asyncio.all_tasks(loop))

    failed_before = sum(calls(kind.value) for kind in FaultKind)
    first = rounds(50)
    begun = len(server.seen)
    last = rounds(500)
    assert last[0] <= first[0] + 2
    assert last[1] == first[1]
    assert last[2] == 0
    assert server.aborted >= 300
    assert len(server.seen) - begun >= 333
    assert sum(calls(kind.value) for kind in FaultKind) == failed_before
    assert not model.breaker.open
    for gauge in ("clas_qa_llm_in_flight", "clas_qa_llm_waiting"):
        assert REGISTRY.get_sample_value(gauge) == 0
    # Every place is free again: as many calls at once as ever, none waiting.
    server.usual = slow_first_byte(0.3, TEXT)
    start = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: model.complete(ASKED, Deadline(5)), range(8))) == [TEXT] * 8
    assert time.monotonic() - start < 0.9


@pytest.mark.parametrize("behaviour", [status(503), status(429, retry_after="0"), drop, raw(LOGIN_PAGE, "text/html")])
def test_a_storm_opens_the_breaker_and_recovery_closes_it(
    connected: Callable[..., LanguageModel], server: ScriptedServer, behaviour: Behaviour
) -> None:
    model = connected(server.url, breaker=Breaker(probe_every_s=0.5))
    server.usual = behaviour
    kinds: list[FaultKind] = []
    took: list[float] = []
    storm = Deadline(2.0)
    while storm.left:
        failed, _, seconds = failure(model, 5.0)
        kinds.append(failed.kind)
        took += [seconds] if failed.kind is FaultKind.RESTING else []
        time.sleep(0.01)
    # Five calls open it, then one probe each half second.
    assert len(server.seen) <= 5 + 4
    assert kinds.count(FaultKind.RESTING) > 20
    assert statistics.median(took) < 0.005
    assert REGISTRY.get_sample_value("clas_qa_llm_breaker_open") == 1
    server.usual = say(TEXT)
    time.sleep(0.55)
    assert model.complete(ASKED, Deadline(1)) == TEXT
    assert REGISTRY.get_sample_value("clas_qa_llm_breaker_open") == 0
    assert [model.complete(ASKED, Deadline(1)) for _ in range(5)] == [TEXT] * 5


def test_a_refused_key_opens_the_breaker_and_is_not_tried_twice(
    connected: Callable[..., LanguageModel], server: ScriptedServer
) -> None:
    model = connected(server.url, "sk-wrong")
    kinds = [failure(model, 5)[0].kind for _ in range(7)]
    assert kinds == [FaultKind.KEY_REFUSED] * 5 + [FaultKind.RESTING] * 2


def test_timeouts_of_calls_with_hardly_any_time_do_not_count(
    connected: Callable[..., LanguageModel], server: ScriptedServer
) -> None:
    model = connected(server.url, timeout_s=2.0)
    server.usual = hang()
    assert {failure(model, 0.1)[0].kind for _ in range(8)} == {FaultKind.TIMEOUT}
    assert not model.breaker.open


def test_a_crowd_is_turned_away_and_the_rest_are_served(
    connected: Callable[..., LanguageModel], server: ScriptedServer
) -> None:
    model = connected(server.url, concurrency=2, queue=3)
    server.usual = slow_first_byte(0.2, TEXT)

    def ask(_: int) -> str:
        try:
            return model.complete(ASKED, Deadline(5))
        except ModelFailed as failed:
            return failed.kind.value

    with ThreadPoolExecutor(12) as pool:
        told = list(pool.map(ask, range(12)))
    assert told.count(TEXT) == 5
    assert told.count("busy") == 7
    assert not model.breaker.open


def test_a_server_that_comes_up_later_is_used(connected: Callable[..., LanguageModel]) -> None:
    with scripted_server() as first:
        port = first.port
    model = connected(f"http://127.0.0.1:{port}/v1", None)
    assert failure(model)[0].kind is FaultKind.UNREACHABLE
    with scripted_server(port=port) as server:
        server.script(say(TEXT))
        assert model.reachable(1) is None
        assert model.complete(ASKED, Deadline(1)) == TEXT
