"""Answers as they are made: checked sentences while the model still writes, and nothing left behind by those who leave."""

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from index.filters import Filters
from rag.llm.departure import ClientLeft, Departure
from rag.progress import Listener, Stage
from rag.record import Answer, AnswerSentence
from tests.llm.behaviours import cut, hang, say
from tests.llm.server import Behaviour, ScriptedServer, Wire
from tests.web.invented import HandMadeLibrary, answer, cited, search
from tests.web.serving import Running
from web import asking
from web.asking import Asked, Told, Withdrawn, told
from web.service import Service

QUESTION = "Do midwives ask about domestic violence?"
FIRST = "Midwives ask every woman about domestic violence."
SECOND = "School nurses hold drop-in sessions."
# Seconds within which a client's leaving has reached the model's server, on a machine that is busy with other tests.
SOON_S = 3.0

Event = tuple[str, Any]


def asked(question: str = QUESTION, **more: object) -> dict[str, object]:
    return {"question": question, "stream": True, **more}


@contextlib.contextmanager
def stream(url: str, body: dict[str, object]) -> Iterator[Iterator[Event]]:
    """The events of an answer as they come."""
    with httpx.stream("POST", f"{url}/api/v1/ask", json=body, timeout=30) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        yield events(response.iter_lines())


def events(lines: Iterator[str]) -> Iterator[Event]:
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def all_events(url: str, body: dict[str, object]) -> list[Event]:
    with stream(url, body) as told:
        return list(told)


def names(told: list[Event]) -> list[str]:
    return [name if name != "stage" else content["stage"] for name, content in told]


def held_after(text: str, release: threading.Event, rest: str) -> Behaviour:
    """Say `text`, wait for `release`, say the rest."""

    def behave(wire: Wire) -> None:
        wire.events()
        wire.piece(text)
        while not release.is_set():
            wire.pause(0.02)
        wire.piece(rest)
        wire.piece(finish="stop")
        wire.done()

    return behave


def test_a_sentence_is_sent_as_soon_as_it_has_passed_while_the_model_still_writes(
    written: Running, model: ScriptedServer
) -> None:
    release = threading.Event()
    model.script(held_after(f"{FIRST} [elmshire-2016 ¶1.1] {SECOND} ", release, "[¶1.2]"))
    with stream(written.url, asked()) as told:
        early = [next(told) for _ in range(4)]
        assert names(early) == ["searching", "reading", "writing", "sentence"]
        assert early[-1][1]["text"] == FIRST
        assert early[-1][1]["citations"] == ["elmshire-2016/¶1.1"]
        assert early[-1][1]["verdict"] == "verified"
        release.set()
        late = list(told)
    assert names(late) == ["sentence", "checking", "answer"]
    final = late[-1][1]
    assert final["mode"] == "llm"
    assert final["model"] == "m"
    assert final["prompts"]
    assert final["sentences"] == [early[-1][1], late[0][1]]


def test_a_sentence_that_fails_is_never_sent_and_is_withheld_with_its_reason(
    written: Running, model: ScriptedServer
) -> None:
    model.usual = say(f"{FIRST} [elmshire-2016 ¶1.1] Nurses wait nineteen weeks for a first appointment. [¶99.9]")
    told = all_events(written.url, asked())
    assert [content["text"] for name, content in told if name == "sentence"] == [FIRST]
    final = told[-1][1]
    assert final["status"] == "partly_answered"
    [withheld] = final["withheld"]
    assert withheld["reason"]


def test_what_a_failing_model_wrote_is_withdrawn_and_the_reports_own_sentences_follow(
    written: Running, model: ScriptedServer
) -> None:
    model.script(cut(f"{FIRST} [elmshire-2016 ¶1.1] {SECOND} [¶1.2] The ward was not "))
    told = all_events(written.url, asked())
    order = names(told)
    assert order.index("sentence") < order.index("withdrawn") < len(order) - 1
    reason = dict(told)["withdrawn"]["reason"]
    assert "language model" in reason
    final = told[-1][1]
    assert (final["mode"], final["model"]) == ("extractive", None)
    assert reason in final["warnings"]
    after = told[order.index("withdrawn") + 1 : -1]
    assert [content for name, content in after if name == "sentence"] == final["sentences"] != []


def test_a_streamed_answer_is_the_same_object_as_one_that_is_not(written: Running, model: ScriptedServer) -> None:
    for mode in ("auto", "extractive"):
        whole = httpx.post(f"{written.url}/api/v1/ask", json={"question": QUESTION, "mode": mode}, timeout=30).json()
        told = all_events(written.url, asked(mode=mode))
        assert [content for name, content in told if name == "sentence"] == whole["sentences"]
        varying = ("id", "timings_ms")
        streamed = {field: value for field, value in told[-1][1].items() if field not in varying}
        assert streamed == {field: value for field, value in whole.items() if field not in varying}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (asked("Who?", filters={"reports": ["nowhere"]}), 404),
        (asked("damage now"), 503),
        (asked("crash now"), 500),
    ],
)
def test_an_error_in_a_stream_is_a_problem_and_the_last_event(
    base_url: str, body: dict[str, object], status: int
) -> None:
    told = all_events(base_url, body)
    name, problem = told[-1]
    assert name == "error"
    assert problem["status"] == status
    assert problem["request_id"]
    assert "answer" not in names(told)
    assert "/srv/" not in json.dumps(problem)


def leave(url: str, after: str) -> float:
    """Ask, wait for this stage or event, close the connection; when that was, on the monotonic clock."""
    with stream(url, asked()) as told:
        for name, content in told:
            if after in (name, content.get("stage")):
                break
    return time.monotonic()


def test_a_hundred_clients_that_leave_stop_their_calls_and_leave_nothing_behind(
    written: Running, model: ScriptedServer
) -> None:
    with ThreadPoolExecutor(8) as clients:
        # What a first round starts stays: threads of the pool, the loop of the model.
        model.usual = hang(after=f"{FIRST} [elmshire-2016 ¶1.1] {SECOND} [¶1.2] Most ")
        list(clients.map(lambda _: leave(written.url, "sentence"), range(16)))
        assert model.settled(SOON_S)
        threads, files = written.threads, written.files
        model.seen.clear()
        model.aborted = 0
        began = written.metric('clas_qa_answers_total{mode="none",status="left"}')
        list(clients.map(lambda n: leave(written.url, "sentence" if n % 2 else "writing"), range(104)))
    deadline = time.monotonic() + 15
    while written.metric("clas_qa_answers_under_way") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert model.settled(SOON_S)
    assert model.aborted == len(model.seen)
    assert model.aborted >= 52
    for gauge in ("clas_qa_answers_under_way", "clas_qa_llm_in_flight", "clas_qa_llm_waiting"):
        assert written.metric(gauge) == 0
    assert written.metric('clas_qa_answers_total{mode="none",status="left"}') - began == 104
    assert written.threads <= threads + 8
    assert written.files <= files + 8
    model.usual = say(f"{FIRST} [elmshire-2016 ¶1.1]")
    assert all_events(written.url, asked())[-1][1]["mode"] == "llm"


@pytest.mark.parametrize("behaviour", [hang(), hang(after="Midwives ask")], ids=["before a word", "within a sentence"])
def test_a_client_that_leaves_while_nothing_is_sent_is_noticed_at_once(
    written: Running, model: ScriptedServer, behaviour: Behaviour
) -> None:
    model.script(behaviour)
    with stream(written.url, asked()) as told:
        assert names([next(told) for _ in range(3)])[-1] == "writing"
        wait_for_call(model)
        left = time.monotonic()
    assert model.settled(SOON_S)
    assert seconds_to_stop(model, left) < SOON_S


@pytest.mark.parametrize("way", ["api", "page"])
def test_a_client_that_leaves_an_answer_in_one_piece_stops_the_call_too(
    written: Running, model: ScriptedServer, way: str
) -> None:
    model.script(hang())
    body = json.dumps({"question": QUESTION}).encode()
    head = {
        "api": f"POST /api/v1/ask HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n",
        "page": f"GET /ask?{urlencode({'q': QUESTION})} HTTP/1.1\r\n",
    }[way]
    with socket.create_connection(("127.0.0.1", int(written.url.rpartition(":")[2])), timeout=10) as connection:
        connection.sendall(head.encode() + b"Host: 127.0.0.1\r\n\r\n" + (body if way == "api" else b""))
        wait_for_call(model)
        left = time.monotonic()
    assert model.settled(SOON_S)
    assert seconds_to_stop(model, left) < SOON_S


def wait_for_call(model: ScriptedServer) -> None:
    deadline = time.monotonic() + 20
    while not model.active:
        assert time.monotonic() < deadline, "the model was not called"
        time.sleep(0.01)


def seconds_to_stop(model: ScriptedServer, left: float) -> float:
    """Seconds from when a client left until the one call made for it was broken off."""
    [seen] = model.seen
    assert seen.aborted_after_s is not None
    return seen.at + seen.aborted_after_s - left


def hand_made(answering: Any) -> Service:
    return Service(HandMadeLibrary(), object(), answering, search)


async def gathered(service: Service, quiet_s: float = 5.0) -> list[Told | None]:
    return [event async for event in told(service, Asked("Who?"), Departure(), quiet_s)]


def test_silence_is_told_so_that_proxies_keep_the_connection() -> None:
    heard = asyncio.run(gathered(hand_made(lambda *_, **more: (time.sleep(0.5), answer("Who?", **more))[1]), 0.1))
    assert heard.count(None) >= 2
    assert isinstance(heard[-1], Answer)


def test_what_happens_is_told_in_its_order() -> None:
    sentence = AnswerSentence("A.", ("elmshire-2016/¶1.1",), "A.", "verified", "verbatim")

    def answering(question: str, *, index: Any, listener: Listener, **_: Any) -> Answer:
        listener.stage(Stage.WRITING)
        listener.sentence(sentence)
        listener.withdrawn("No.")
        return cited(index, question, "¶1.1", "Most checks are made.")

    heard = asyncio.run(gathered(hand_made(answering)))
    assert heard[:-1] == [Stage.WRITING, sentence, Withdrawn("No.")]
    assert isinstance(heard[-1], Answer)


def test_a_client_that_does_not_read_holds_the_thread_up_only_until_it_leaves() -> None:
    ended = threading.Event()
    sentence = AnswerSentence("A.", (), "", "verified", "verbatim")

    def answering(question: str, *, listener: Listener, **_: Any) -> Answer:
        try:
            for _ in range(10 * asking.WAITING):
                listener.sentence(sentence)
        except ClientLeft:
            ended.set()
            raise
        raise AssertionError("the line of events has no end")

    async def read_one_and_leave() -> None:
        departure = Departure()
        async with contextlib.aclosing(told(hand_made(answering), Asked("Who?"), departure, 5.0)) as happening:
            await anext(happening)
            await asyncio.sleep(0.2)
            assert not ended.is_set()
        assert departure.left
        assert await asyncio.to_thread(ended.wait, 5)

    asyncio.run(read_one_and_leave())


def test_whoever_has_left_before_their_turn_is_not_worked_for() -> None:
    departure = Departure()
    departure.leave()

    def answering(*_: Any, **__: Any) -> Answer:
        raise AssertionError("somebody works for a client that has left")

    with pytest.raises(ClientLeft):
        asking.answer_to(hand_made(answering), Asked("Who?", filters=Filters()), departure=departure)
