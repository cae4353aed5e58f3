"""The way to a language model's server: where it is, how it proves itself, what is sent and accepted, and what each failure means.

No redirect and no proxy of the environment (`HTTP_PROXY` and the like) is followed, so the passages and the key go to the one address that
was configured. No words of a server find their way into an error: it may quote the key.
"""

import email.utils
import json
import ssl
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from index.errors import ClasQAError
from rag.llm.fault import FaultKind, ModelFailed

# Seconds for a connection to come about; an address where nothing answers is told from a slow model.
CONNECT_S = 5.0
# Bytes that a reply may have, envelopes included: so many, and so many more for each token asked for. No honest reply comes near.
_ROOM, _ROOM_A_TOKEN = 4 * 1024 * 1024, 1024
# What a request may carry; the rest tells the server of this machine, or comes from variables of the environment.
_HEADERS = frozenset({"accept", "connection", "content-length", "content-type", "host", "transfer-encoding"})
_TOO_LONG = ("context length", "context_length", "context size", "context window", "maximum context", "too many tokens")


class ModelMisconfigured(ClasQAError):
    """The address, key or certificate file of the language model cannot be used; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server is and how to call it.

    Attributes:
        url: base of the API, without a slash at its end; "/chat/completions" and "/models" follow it.
        tls: what the server's certificate is checked against.
        key: sent as a bearer token; None sends none.
    """

    url: str = field(repr=False)
    tls: ssl.SSLContext = field(repr=False)
    key: str | None = field(default=None, repr=False)


@dataclass(slots=True)
class Exchange:
    """The answer to the last request of one client."""

    response: httpx.Response | None = None


def address(url: str, key: str | None, ca_file: Path | None) -> Address:
    """A checked address.

    Raises:
        ModelMisconfigured: not an http or https address of a host, or with a user, a password, a query or a fragment in it; a key that
            no header can carry; a certificate file that cannot be read.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ModelMisconfigured(
            "the language model's address is no address; write it as https://host:port/v1"
        ) from None
    if parts.scheme not in ("http", "https") or not host:
        raise ModelMisconfigured("the language model's address must begin with http:// or https:// and name a host")
    if parts.username is not None or parts.password is not None:
        raise ModelMisconfigured(
            "the language model's address holds a user or a password; give the key by its own setting"
        )
    if parts.query or parts.fragment:
        raise ModelMisconfigured("the language model's address may hold no ? and no #; give the key by its own setting")
    if parts.path.rstrip("/").endswith("/completions"):
        raise ModelMisconfigured("write the language model's address up to /v1, without /chat/completions")
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        raise ModelMisconfigured("the language model's key holds a space, a line break or a character that no key has")
    tls = ssl.create_default_context()
    if ca_file is not None:
        try:
            tls.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else "it holds no certificate"
            raise ModelMisconfigured(f"the certificate file {ca_file.name} cannot be used: {reason}") from error
    return Address(url.rstrip("/"), tls, key or None)


def open_client(to: Address, exchange: Exchange, max_tokens: int = 1) -> httpx.AsyncClient:
    """A client for the requests of one call; closing it closes the connection, which tells the server to stop writing."""

    async def before(request: httpx.Request) -> None:
        for name in [name for name in request.headers if name not in _HEADERS]:
            del request.headers[name]
        request.headers["user-agent"] = "clas-qa"
        request.headers["accept-encoding"] = "identity"
        if to.key:
            request.headers["authorization"] = f"Bearer {to.key}"

    async def after(response: httpx.Response) -> None:
        exchange.response = response
        # A packed reply could unpack to anything, and none was asked for.
        if response.headers.get("content-encoding", "identity") != "identity":
            raise ModelFailed(FaultKind.BAD_REPLY, "it is packed though no packing was asked for")
        if response.is_success and media_type(response) in ("text/html", "application/xhtml+xml"):
            raise ModelFailed(FaultKind.NOT_JSON, "it is a web page, perhaps of a proxy that wants a sign-in")
        if isinstance(response.stream, httpx.AsyncByteStream):
            response.stream = _Bounded(response.stream, _ROOM + _ROOM_A_TOKEN * max_tokens)
        if media_type(response) == "application/json":
            await response.aread()

    return httpx.AsyncClient(
        verify=to.tls,
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(None, connect=CONNECT_S),
        event_hooks={"request": [before], "response": [after]},
    )


def media_type(response: httpx.Response) -> str:
    """The media type without its parameters, in small letters; "" where none is given."""
    given: str = response.headers.get("content-type", "")
    return given.partition(";")[0].strip().lower()


class _Bounded(httpx.AsyncByteStream):
    """A reply's bytes, `room` at most."""

    def __init__(self, stream: httpx.AsyncByteStream, room: int) -> None:
        self._stream = stream
        self._room = room

    async def __aiter__(self) -> AsyncIterator[bytes]:
        room = self._room
        async for part in self._stream:
            room -= len(part)
            if room < 0:
                raise ModelFailed(FaultKind.BAD_REPLY, f"it is longer than {self._room} bytes")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


def fault_of(error: BaseException) -> ModelFailed:
    """What an error of the client libraries means. Raise it outside of the `except` block: the error may quote the key."""
    chain = list(_chain(error))
    for one in chain:
        if isinstance(one, ModelFailed):
            return one
    for one in chain:
        response = getattr(one, "response", None)
        if isinstance(response, httpx.Response) and not response.is_success:
            return fault_of_status(response)
    for one in chain:
        if isinstance(one, httpx.ConnectError) and any(isinstance(cause, ssl.SSLError) for cause in chain):
            return ModelFailed(
                FaultKind.TLS, "its certificate is not trusted; give the authority's file by its setting"
            )
        for kind, classes in _KINDS:
            if isinstance(one, classes):
                return ModelFailed(kind, type(one).__name__)
    # openai raises its bare APIError where an event of a stream is an error.
    if type(error).__name__ == "APIError":
        return _too_long(str(error)) or ModelFailed(FaultKind.SERVER_ERROR, "it reported an error in its reply")
    return ModelFailed(FaultKind.BAD_REPLY, f"not in the shape of a chat completion: {type(error).__name__}")


_KINDS: tuple[tuple[FaultKind, tuple[type[BaseException], ...]], ...] = (
    (FaultKind.UNREACHABLE, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)),
    (FaultKind.TIMEOUT, (httpx.TimeoutException,)),
    (FaultKind.CUT, (httpx.NetworkError, httpx.RemoteProtocolError)),
    (FaultKind.NOT_JSON, (json.JSONDecodeError, UnicodeDecodeError)),
    (FaultKind.EMPTY, (IndexError,)),
)


def fault_of_status(response: httpx.Response) -> ModelFailed:
    """What an HTTP status other than success means."""
    status = response.status_code
    said = f"HTTP {status}"
    if status in (401, 403):
        return ModelFailed(FaultKind.KEY_REFUSED, f"{said}; check the key")
    if status == 413:
        return ModelFailed(FaultKind.TOO_LONG, said)
    if status == 408:
        return ModelFailed(FaultKind.TIMEOUT, said)
    if status == 429:
        return ModelFailed(FaultKind.RATE_LIMITED, said, retry_after(response))
    if status >= 500:
        return ModelFailed(FaultKind.SERVER_ERROR, said, retry_after(response))
    # The body is missing where the connection broke within it.
    if status in (400, 422) and response.is_closed and (too_long := _too_long(response.text)):
        return too_long
    if status == 404:
        said += "; check the address, which mostly ends in /v1, and the model's name"
    elif response.has_redirect_location:
        said += "; redirects are not followed, give the address it leads to"
    return ModelFailed(FaultKind.BAD_REPLY, said)


def retry_after(response: httpx.Response) -> float | None:
    """Seconds that the Retry-After header asks to wait, at least 0, from a number or a date (RFC 9110, 10.2.3); None without one."""
    value = response.headers.get("retry-after", "").strip()
    try:
        seconds = (
            float(value) if value[:1].isdigit() else email.utils.parsedate_to_datetime(value).timestamp() - time.time()
        )
    except ValueError:
        return None
    return max(0.0, seconds)


def _too_long(body: str) -> ModelFailed | None:
    if any(words in body.lower() for words in _TOO_LONG):
        return ModelFailed(FaultKind.TOO_LONG, "the server says so; set the context window that the model has")
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
