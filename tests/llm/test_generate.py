"""What a language model writes arrives whole, on time and once; keys and addresses stay where they are."""

import logging
import re
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.generate import (
    ClientLeft,
    Deadline,
    Departure,
    FaultKind,
    LanguageModel,
    ModelFailed,
    ModelMisconfigured,
    connect,
)
from rag.prompts import Message
from tests.llm.behaviours import hang, one_body, raw, say, slow_first_byte, split_anywhere, status
from tests.llm.conftest import CANARY
from tests.llm.server import ScriptedServer, completion, scripted_server

ASKED = (Message("system", "Answer."), Message("user", "Was the ward clean?"))
TEXT = "The ward was “clean”, said a nurse: 25 % of 40 beds – naïve 😀.\nAnd warm."


def failure(model: LanguageModel, seconds: float = 5.0, messages: tuple[Message, ...] = ASKED) -> ModelFailed:
    """How a call fails; fails the test where it succeeds."""
    with pytest.raises(ModelFailed) as caught:
        model.complete(messages, Deadline(seconds))
    return caught.value


def test_a_reply_arrives_in_pieces_while_the_server_still_writes(model: LanguageModel, server: ScriptedServer) -> None:
    server.script(say(TEXT, every=20, wait_s=0.1))
    start = time.monotonic()
    pieces = [(piece, time.monotonic() - start) for piece in model.write(ASKED, Deadline(3))]
    assert "".join(piece for piece, _ in pieces) == TEXT
    assert len(pieces) == len(TEXT) // 20 + 1
    assert pieces[-1][1] - pieces[0][1] > 0.2


@pytest.mark.parametrize("every", [1, 2, 3, 7, 64])
def test_a_stream_cut_at_any_byte_gives_the_same_text(model: LanguageModel, server: ScriptedServer, every: int) -> None:
    server.script(split_anywhere(TEXT, every))
    assert model.complete(ASKED, Deadline(5)) == TEXT


@pytest.mark.parametrize("stream", [True, False])
def test_one_json_body_is_a_reply_too(
    connected: Callable[..., LanguageModel], server: ScriptedServer, stream: bool
) -> None:
    model = connected(server.url, stream=stream)
    server.script(one_body(TEXT))
    assert model.complete(ASKED, Deadline(5)) == TEXT
    assert server.seen[0].streamed is stream


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (completion("Cut.", "length"), FaultKind.LENGTH),
        (completion("Cut.", None), FaultKind.BAD_REPLY),
        (completion("Cut.", "content_filter"), FaultKind.BAD_REPLY),
        (completion(None, "stop"), FaultKind.BAD_REPLY),
        (completion("", "stop"), FaultKind.EMPTY),
        ({**completion("x"), "choices": []}, FaultKind.EMPTY),
        ({"answer": "The ward was clean."}, FaultKind.BAD_REPLY),
        ({"choices": "many"}, FaultKind.BAD_REPLY),
        (
            completion(
                "x", "stop", tool_calls=[{"id": "t", "type": "function", "function": {"name": "rm", "arguments": "{}"}}]
            ),
            FaultKind.BAD_REPLY,
        ),
    ],
)
def test_one_json_body_that_is_no_whole_reply_is_refused(
    connected: Callable[..., LanguageModel],
    server: ScriptedServer,
    stream: bool,
    body: dict[str, object],
    kind: FaultKind,
) -> None:
    import json

    server.script(raw(json.dumps(body).encode(), "application/json"))
    assert failure(connected(server.url, stream=stream)).kind is kind


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("<think>Was it? It was.</think>Yes.", "Yes."),
        ("\n<think>\n</think>\n\nYes.", "\n\nYes."),
        ("<thin", "<thin"),
        ("<thinner> than", "<thinner> than"),
        ("Yes <think>no</think>.", "Yes <think>no</think>."),
    ],
)
def test_what_a_model_thinks_aloud_before_it_answers_is_left_out(
    connected: Callable[..., LanguageModel], server: ScriptedServer, written: str, spoken: str, stream: bool
) -> None:
    model = connected(server.url, stream=stream)
    server.script(*(say(written, every=every) for every in (1, 3, 100)))
    assert [model.complete(ASKED, Deadline(5)) for _ in range(3)] == [spoken] * 3


def test_the_server_is_sent_the_messages_and_nothing_of_this_machine(
    connected: Callable[..., LanguageModel], server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Secret: 1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    model = connected(server.url, max_tokens=77)
    server.script(say("Yes."))
    assert model.complete(ASKED, Deadline(5), temperature=0.5) == "Yes."
    seen = server.seen[0]
    assert seen.body == {
        "model": "m",
        "messages": [{"role": "system", "content": "Answer."}, {"role": "user", "content": "Was the ward clean?"}],
        "max_tokens": 77,
        "stream": True,
        "temperature": 0.5,
    }
    assert set(seen.headers) == {
        *("host", "accept", "connection", "content-type", "content-length"),
        *("user-agent", "accept-encoding", "authorization"),
    }
    assert seen.headers["authorization"] == f"Bearer {CANARY}"


def test_without_a_key_none_is_sent(connected: Callable[..., LanguageModel], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
    with scripted_server() as server:
        server.script(say("Yes."))
        assert connected(server.url, None).complete(ASKED, Deadline(5)) == "Yes."
        assert "authorization" not in server.seen[0].headers


def test_the_key_stands_in_no_log_however_much_is_logged(
    model: LanguageModel, server: ScriptedServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.script(say("Yes."))
    model.complete(ASKED, Deadline(5))
    assert "httpcore" in caplog.text
    assert CANARY not in caplog.text


def test_nobody_is_asked_when_the_prompt_cannot_fit(
    connected: Callable[..., LanguageModel], server: ScriptedServer
) -> None:
    model = connected(server.url, max_tokens=100, context_window=200)
    long = (Message("user", "x" * (model.prompt_characters + 1)),)
    assert failure(model, messages=long).kind is FaultKind.TOO_LONG
    assert server.seen == []


def test_nobody_is_asked_when_no_time_is_left(model: LanguageModel, server: ScriptedServer) -> None:
    assert failure(model, 0.0).kind is FaultKind.TIMEOUT
    assert server.seen == []


def test_nobody_is_asked_for_somebody_who_has_left(model: LanguageModel, server: ScriptedServer) -> None:
    departure = Departure()
    departure.leave()
    with pytest.raises(ClientLeft):
        model.complete(ASKED, Deadline(1), departure)
    assert server.seen == []


def test_control_characters_and_half_surrogates_do_not_come_through(
    model: LanguageModel, server: ScriptedServer
) -> None:
    server.script(say("a\x00b\x1b[31mc\ud800d\te\n."))
    assert model.complete(ASKED, Deadline(5)) == "ab[31mc�d\te\n."


REFUSED = status(401, message=f"Incorrect API key provided: {CANARY}")


@pytest.mark.parametrize(
    "behaviour",
    [
        REFUSED,
        status(400, message=CANARY),
        status(500, message=CANARY),
        status(302, location=f"http://127.0.0.1:9/{CANARY}"),
        raw(f"data: {CANARY}\n\n".encode()),
        raw(CANARY.encode(), "application/json"),
        raw(f'data: {{"error": {{"message": "{CANARY}"}}}}\n\n'.encode()),
        raw(f'data: {{"{CANARY}": 1}}\n\n'.encode()),
    ],
)
def test_a_key_that_a_server_repeats_stands_in_no_message_trace_or_log(
    model: LanguageModel, server: ScriptedServer, caplog: pytest.LogCaptureFixture, behaviour: Callable[..., None]
) -> None:
    caplog.set_level(logging.INFO)
    logging.getLogger("clas_qa").setLevel(logging.DEBUG)
    server.script(behaviour, behaviour)
    failed = failure(model)
    told = "\n".join(
        [str(failed), repr(failed), failed.public, repr(model), str(vars(failed)), *traceback.format_exception(failed)]
    )
    assert CANARY not in told + caplog.text
    assert str(server.port) not in str(failed) + failed.public + repr(model)
    held = (failed.__cause__, failed.__context__)
    assert CANARY not in repr(held)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/v1",
        "host:8000/v1",
        "http://",
        f"http://user:{CANARY}@host/v1",
        f"http://{CANARY}@host/v1",
        f"http://host/v1?key={CANARY}",
        "http://host/v1#x",
        "http://host:99999/v1",
        "http://[::1/v1",
        "http://host/v1/chat/completions",
        "",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ModelMisconfigured) as caught:
        connect(url, "m", None)
    assert CANARY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("key", [f"{CANARY} x", f"{CANARY}\n", f"{CANARY}\r\nX: y", f"{CANARY}£"])
def test_a_key_that_no_header_can_carry_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(ModelMisconfigured) as caught:
        connect("http://127.0.0.1:9/v1", "m", key)
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_a_certificate_file_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("no certificate")
    for name in ("empty.pem", "missing.pem"):
        with pytest.raises(ModelMisconfigured, match=re.escape(name)):
            connect("https://127.0.0.1:9/v1", "m", None, ca_file=tmp_path / name)


def test_a_model_without_a_name_or_without_room_for_a_prompt_is_refused() -> None:
    with pytest.raises(ModelMisconfigured, match="no name"):
        connect("http://127.0.0.1:9/v1", " ", None)
    with pytest.raises(ModelMisconfigured, match="no room"):
        connect("http://127.0.0.1:9/v1", "m", None, max_tokens=800, context_window=800)


def test_an_unknown_certificate_is_refused_and_a_named_one_is_trusted(
    connected: Callable[..., LanguageModel], certificate: tuple[Path, Path]
) -> None:
    with scripted_server(key=CANARY, tls=certificate) as server:
        stranger = connected(server.url)
        failed = failure(stranger)
        assert (failed.kind, failed.retryable) == (FaultKind.TLS, False)
        unreachable = stranger.reachable(1)
        assert unreachable is not None
        assert unreachable.kind is FaultKind.TLS
        assert server.seen == []
        known = connected(server.url, ca_file=certificate[0])
        server.script(say("Yes."))
        assert known.complete(ASKED, Deadline(5)) == "Yes."
        assert known.reachable(1) is None


@pytest.mark.parametrize("models", [True, False])
def test_a_server_that_answers_is_reachable(connected: Callable[..., LanguageModel], models: bool) -> None:
    with scripted_server(key=CANARY, models=models) as server:
        server.script(say("Yes."))
        assert connected(server.url).reachable(2) is None
        assert [seen.body["max_tokens"] for seen in server.seen] == ([] if models else [1])


def test_what_stands_between_is_told(connected: Callable[..., LanguageModel], server: ScriptedServer) -> None:
    wrong = connected(server.url, "sk-other").reachable(1)
    nowhere = connected("http://127.0.0.1:9/v1").reachable(1)
    no_name = connected("http://no-such-host.invalid/v1").reachable(3)
    path = connected(server.url.removesuffix("/v1") + "/v2").reachable(1)
    told = [failed and failed.kind for failed in (wrong, nowhere, no_name, path)]
    assert told == [FaultKind.KEY_REFUSED, FaultKind.UNREACHABLE, FaultKind.UNREACHABLE, FaultKind.BAD_REPLY]
    assert "check the address" in str(path)


def test_a_server_that_hangs_is_not_waited_for(connected: Callable[..., LanguageModel]) -> None:
    with scripted_server(models=False) as server:
        server.usual = hang()
        model = connected(server.url, None)
        start = time.monotonic()
        failed = model.reachable(0.5)
        assert failed is not None
        assert failed.kind is FaultKind.TIMEOUT
        assert time.monotonic() - start < 0.8


def test_calls_may_come_from_many_threads_at_once(
    connected: Callable[..., LanguageModel], server: ScriptedServer
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    server.usual = slow_first_byte(0.05, TEXT)
    model = connected(server.url, concurrency=8, queue=40)
    with ThreadPoolExecutor(24) as pool:
        texts = list(pool.map(lambda _: model.complete(ASKED, Deadline(10)), range(48)))
    assert texts == [TEXT] * 48


def test_a_closed_model_starts_anew(model: LanguageModel, server: ScriptedServer) -> None:
    server.usual = say("Yes.")
    assert model.complete(ASKED, Deadline(5)) == "Yes."
    model.close()
    assert model.complete(ASKED, Deadline(5)) == "Yes."


def test_a_failure_says_what_a_reader_may_know() -> None:
    for kind in FaultKind:
        failed = ModelFailed(kind, "detail", 3.0)
        assert failed.public
        assert "detail" not in failed.public
        assert str(failed) == f"{failed.public} (detail)"
        assert not re.search(r"https?:|/|key\b", failed.public)
