"""A real HTTP server that speaks the OpenAI chat protocol as it is told to, well or badly.

In a test: `with scripted_server() as server: server.script(say("…"), hang()); … server.url`. As a process:
`python -m tests.llm.server PORT` answers faithfully from the passages of each prompt; GET /seen tells what came in, and
POST /script {"behaviours": ["hang", …], "usual": "faithful"} changes what it does.
"""

import argparse
import contextlib
import json
import select
import socket
import ssl
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

# What a behaviour does with one chat request.
Behaviour = Callable[["Wire"], None]
_LOOK_EVERY_S = 0.01


class Aborted(Exception):
    """The client closed the connection, or the server is stopping."""


@dataclass(slots=True)
class Seen:
    """One request as it came in; `aborted_after_s` is when its client went, None while or where it stayed to the end."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    at: float = field(default_factory=time.monotonic)
    aborted_after_s: float | None = None

    @property
    def messages(self) -> list[dict[str, str]]:
        return list(self.body.get("messages", ()))

    @property
    def prompt(self) -> str:
        return "\n".join(message["content"] for message in self.messages)

    @property
    def streamed(self) -> bool:
        return bool(self.body.get("stream"))


class Wire:
    """The connection of one request, as a behaviour writes to it."""

    def __init__(self, handler: "_Handler", seen: Seen) -> None:
        self.seen = seen
        self._handler = handler
        self._chunked = False
        # Each reply ends its connection, so that a client that stays is not taken for one that comes again.
        handler.close_connection = True

    def head(self, status: int = 200, *, chunked: bool = True, length: int | None = None, **headers: str) -> None:
        """The status line and headers; underscores in names stand for hyphens."""
        self._chunked = chunked and length is None
        self._handler.send_response(status)
        if self._chunked:
            self._handler.send_header("Transfer-Encoding", "chunked")
        if length is not None:
            self._handler.send_header("Content-Length", str(length))
        for name, value in {"connection": "close", **headers}.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._written(self._handler.end_headers)

    def events(self, *, chunked: bool = True) -> None:
        """The head of a stream of events."""
        self.head(chunked=chunked, content_type="text/event-stream")

    def send(self, data: bytes) -> None:
        """Bytes of the body, as one chunk where it is chunked."""
        self.pause(0)
        self._written(lambda: self._handler.wfile.write(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data))

    def event(self, record: object) -> None:
        """One event of a stream."""
        self.send(b"data: " + json.dumps(record).encode() + b"\n\n")

    def piece(self, text: str | None = None, finish: str | None = None, **delta: object) -> None:
        """One chat.completion.chunk."""
        self.event(chunk({"content": text, **delta} if text is not None else delta, finish))

    def done(self) -> None:
        """The end that the protocol asks for."""
        self.send(b"data: [DONE]\n\n")
        self.close()

    def close(self) -> None:
        """End the body as HTTP asks."""
        if self._chunked:
            self._written(lambda: self._handler.wfile.write(b"0\r\n\r\n"))

    def body(self, data: bytes, status: int = 200, **headers: str) -> None:
        """A whole answer in one body."""
        self.head(status, length=len(data), **{"content_type": "application/json", **headers})
        self._written(lambda: self._handler.wfile.write(data))

    def pause(self, seconds: float) -> None:
        """Wait, looking out for a client that goes.

        Raises:
            Aborted: it went, or the server is stopping.
        """
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            readable, _, _ = select.select([self._handler.connection], [], [], min(max(left, 0), _LOOK_EVERY_S))
            if (readable and self._handler.gone()) or self._handler.scripted.stopping:
                raise Aborted
            if left <= 0:
                return

    def _written(self, write: Callable[[], object]) -> None:
        try:
            write()
        except OSError as error:
            raise Aborted from error


class ScriptedServer:
    """The server and what it has seen.

    Attributes:
        key: the API key that it asks for, or None.
        usual: what it does when its script is empty.
        seen: chat requests in the order they came.
        aborted: how many of their clients went before the reply was over.
        connections: how many connections there were in all.
    """

    def __init__(
        self, port: int = 0, key: str | None = None, tls: tuple[Path, Path] | None = None, models: bool = True
    ) -> None:
        from tests.llm.behaviours import faithfully

        self.key = key
        self.usual: Behaviour = faithfully
        self.models = models
        self.seen: list[Seen] = []
        self.aborted = 0
        self.connections = 0
        self.active = 0
        self.stopping = False
        self.lock = threading.Lock()
        self._script: deque[Behaviour] = deque()
        self._http = _Http(("127.0.0.1", port), self)
        self._scheme = "http"
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            # The handshake is done in the connection's own thread: a client that refuses the certificate stops nobody else.
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True, do_handshake_on_connect=False)
            self._scheme = "https"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}/v1"

    def script(self, *behaviours: Behaviour) -> None:
        """What to do with the next requests, one each."""
        with self.lock:
            self._script.extend(behaviours)

    def next_behaviour(self) -> Behaviour:
        with self.lock:
            return self._script.popleft() if self._script else self.usual

    def settled(self, within_s: float = 2.0) -> bool:
        """Whether every request is over, waited for."""
        end = time.monotonic() + within_s
        while self.active and time.monotonic() < end:
            time.sleep(0.005)
        return self.active == 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.stopping = True
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


@contextlib.contextmanager
def scripted_server(
    key: str | None = None, tls: tuple[Path, Path] | None = None, models: bool = True, port: int = 0
) -> Iterator[ScriptedServer]:
    """A server on a port of this machine, a free one for 0, stopped at the end.

    `tls` is a certificate and its key, PEM; `models` tells whether it lists its models.
    """
    server = ScriptedServer(port, key, tls, models)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def chunk(delta: dict[str, object], finish: str | None = None) -> dict[str, object]:
    """A chat.completion.chunk."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def completion(text: str | None, finish: str | None = "stop", **message: object) -> dict[str, object]:
    """A chat.completion."""
    said = {"role": "assistant", "content": text, **message}
    choice = {"index": 0, "message": said, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}


class _Http(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], scripted: ScriptedServer) -> None:
        super().__init__(address, _Handler)
        self.scripted = scripted

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that breaks off, or that refuses the certificate, is part of the tests; anything else is a fault of this server.
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    @property
    def scripted(self) -> ScriptedServer:
        return self.server.scripted

    def setup(self) -> None:
        with self.scripted.lock:
            self.scripted.connections += 1
        if isinstance(self.request, ssl.SSLSocket):
            self.request.settimeout(5)
            self.request.do_handshake()
        super().setup()

    def gone(self) -> bool:
        """Whether the connection, which can be read, has nothing more to read."""
        try:
            if isinstance(self.connection, ssl.SSLSocket):
                return not self.connection.recv(1)
            return not self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return True

    def do_GET(self) -> None:
        if self.path == "/seen":
            scripted = self.scripted
            self._json(
                {
                    "requests": [one.body for one in scripted.seen],
                    "aborted": scripted.aborted,
                    "active": scripted.active,
                }
            )
        elif self._admitted():
            if self.path == "/v1/models" and self.scripted.models:
                self._json({"object": "list", "data": [{"id": "m", "object": "model"}]})
            else:
                self._json({"error": {"message": "not found"}}, 404)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path == "/script":
            from tests.llm.behaviours import BEHAVIOURS

            self.scripted.script(*(BEHAVIOURS[name] for name in body["behaviours"]))
            if usual := body.get("usual"):
                self.scripted.usual = BEHAVIOURS[usual]
            self._json({})
        elif self._admitted():
            if self.path == "/v1/chat/completions":
                self._chat(body)
            else:
                self._json({"error": {"message": "not found"}}, 404)

    def _chat(self, body: dict[str, Any]) -> None:
        seen = Seen(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        scripted = self.scripted
        with scripted.lock:
            scripted.seen.append(seen)
            scripted.active += 1
        try:
            scripted.next_behaviour()(Wire(self, seen))
        except Aborted:
            seen.aborted_after_s = time.monotonic() - seen.at
            with scripted.lock:
                scripted.aborted += not scripted.stopping
        finally:
            with scripted.lock:
                scripted.active -= 1

    def _admitted(self) -> bool:
        given = self.headers.get("authorization", "")
        if self.scripted.key is None or given == f"Bearer {self.scripted.key}":
            return True
        # As the well-known servers do: the refusal repeats the key.
        self._json({"error": {"message": f"Incorrect API key provided: {given}", "code": "invalid_api_key"}}, 401)
        return False

    def _json(self, record: object, status: int = 200) -> None:
        data = json.dumps(record).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        return


def main() -> None:
    """Serve until told to stop."""
    from tests.llm.behaviours import BEHAVIOURS

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int, help="port of 127.0.0.1; 0 takes a free one, which is printed")
    parser.add_argument("--key", help="ask for this API key")
    parser.add_argument("--usual", default="faithful", choices=sorted(BEHAVIOURS), help="what to do with each request")
    options = parser.parse_args()
    with scripted_server(key=options.key, port=options.port) as server:
        server.usual = BEHAVIOURS[options.usual]
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
