"""Words written by a language model behind any OpenAI-compatible server, whole or not at all.

The only file that imports llama_index's models.

A reply counts only when the server says that it came to its own end (`finish_reason` "stop") and the stream ended as it should; every
other end is a `ModelFailed`, so a cut sentence cannot pass for an answer. One deadline holds for a call, its waiting and its second
try included, however the server drips. Each try has a connection of its own, closed as soon as nobody needs it.
"""

import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from rag.llm.background import BackgroundLoop
from rag.llm.departure import ClientLeft, Deadline, Departure
from rag.llm.fault import FaultKind, ModelFailed
from rag.llm.guest import CALLS, SECONDS, Breaker, Bulkhead
from rag.llm.reply import Reply, whole
from rag.llm.server import (
    Address,
    Exchange,
    ModelMisconfigured,
    address,
    fault_of,
    fault_of_status,
    media_type,
    open_client,
)
from rag.prompts import Message

__all__ = [
    "ClientLeft",
    "Deadline",
    "Departure",
    "FaultKind",
    "LanguageModel",
    "ModelFailed",
    "ModelMisconfigured",
    "connect",
]

log = logging.getLogger("clas_qa.llm")
# English prose has more than four characters a token, names of reports and marks have fewer.
CHARACTERS_A_TOKEN = 3.5
# A reply longer than any tokenizer makes of `max_tokens` is a server that does not count.
_MOST_CHARACTERS_A_TOKEN = 40
# Seconds before the second try where the server names no pause.
_PAUSE_S = 0.25
# The share of an answer's time that a server must have been given before a timeout counts against it.
_FAIR_SHARE = 0.25
_NO_KEY = "none"


@dataclass(frozen=True, slots=True, eq=False)
class LanguageModel:
    """One model on one server. Thread safe; shared by all requests of a process.

    Attributes:
        name: the model's name, as the server knows it.
        max_tokens: the longest reply asked for.
        context_window: tokens that prompt and reply may have together.
        stream: whether replies are asked for in pieces.
    """

    name: str
    max_tokens: int
    context_window: int
    stream: bool
    timeout_s: float
    breaker: Breaker = field(repr=False)
    bulkhead: Bulkhead = field(repr=False)
    _address: Address = field(repr=False)
    _over: Callable[[httpx.AsyncClient], Any] = field(repr=False)
    _loop: BackgroundLoop = field(repr=False)

    @property
    def prompt_characters(self) -> int:
        """How long the messages of a call may be together, in characters, estimated from the context window."""
        return max(0, int((self.context_window - self.max_tokens) * CHARACTERS_A_TOKEN))

    def deadline(self) -> Deadline:
        """The time that one answer may take, as configured, from now."""
        return Deadline(self.timeout_s)

    def write(
        self,
        messages: Sequence[Message],
        deadline: Deadline,
        departure: Departure | None = None,
        temperature: float = 0.0,
    ) -> Generator[str, None, None]:
        """The model's reply, in pieces of text as they come; it is whole only when the iterator has ended by itself.

        Closing the iterator, or the asker's departure, closes the connection to the server. A call that failed before its first piece is
        tried once more where that may help and the deadline leaves time for the pause that the server asks for.

        Raises:
            ModelFailed: there is no whole reply; what was yielded before is to be withdrawn.
            ClientLeft: the asker left.
        """
        if sum(len(message.content) for message in messages) > self.prompt_characters:
            CALLS.labels(FaultKind.TOO_LONG.value).inc()
            raise ModelFailed(FaultKind.TOO_LONG, f"over {self.prompt_characters} characters")
        self.breaker.refuse()
        with self.bulkhead.slot(deadline, departure):
            begun = False
            try:
                with contextlib.closing(self._try(messages, deadline, departure, temperature)) as pieces:
                    for piece in pieces:
                        begun = True
                        yield piece
                return
            except ModelFailed as failed:
                pause = _PAUSE_S if failed.retry_after is None else failed.retry_after
                if begun or not failed.retryable or self.breaker.open or pause >= deadline.left:
                    raise
            if departure is None:
                time.sleep(pause)
            elif departure.wait(pause):
                raise ClientLeft
            yield from self._try(messages, deadline, departure, temperature)

    def complete(
        self,
        messages: Sequence[Message],
        deadline: Deadline,
        departure: Departure | None = None,
        temperature: float = 0.0,
    ) -> str:
        """The model's whole reply; raises as `write` does."""
        return "".join(self.write(messages, deadline, departure, temperature))

    def reachable(self, timeout: float) -> ModelFailed | None:
        """What stands between here and the server, None where it answers; asked anew each time, beside breaker and bulkhead.

        It asks for the list of models, and for one token where the server has no such list.
        """
        try:
            for _ in self._loop.read(self._asked, Deadline(timeout)):
                pass
        except ModelFailed as failed:
            return failed
        except TimeoutError:
            return ModelFailed(FaultKind.TIMEOUT, f"no answer within {timeout:.3g} s")
        return None

    def close(self) -> None:
        """Break off what is under way and stop the thread."""
        self._loop.close()

    def _try(
        self, messages: Sequence[Message], deadline: Deadline, departure: Departure | None, temperature: float
    ) -> Generator[str, None, None]:
        hurried = deadline.left < self.timeout_s * _FAIR_SHARE
        with self.breaker.call(hurried), self._counted():
            try:
                yield from self._loop.read(lambda: self._reply(messages, temperature), deadline, departure)
            except TimeoutError:
                raise ModelFailed(FaultKind.TIMEOUT, f"no whole reply within {deadline.seconds:.3g} s") from None

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        """Stand around one call that reaches for the server: count it, time it, log why it failed."""
        outcome = "left"
        start = time.monotonic()
        try:
            yield
            outcome = "whole"
        except ModelFailed as failed:
            outcome = failed.kind.value
            log.warning("the language model %s gave no whole reply: %s", self.name, failed)
            raise
        finally:
            CALLS.labels(outcome).inc()
            SECONDS.observe(time.monotonic() - start)

    async def _reply(self, messages: Sequence[Message], temperature: float) -> AsyncGenerator[str, None]:
        exchange = Exchange()
        reply = Reply(self.max_tokens * _MOST_CHARACTERS_A_TOKEN)
        async with (
            open_client(self._address, exchange, self.max_tokens) as http,
            contextlib.aclosing(self._pieces(http, messages, temperature)) as pieces,
        ):
            async for piece in pieces:
                if text := reply.take(piece):
                    yield text
            if not reply.begun and exchange.response is not None:
                match media_type(exchange.response):
                    case "application/json":
                        # Asked for pieces or not, the server sent the reply as one body.
                        yield whole(exchange.response.content)
                        return
                    case "text/event-stream":
                        pass
                    case _:
                        raise ModelFailed(FaultKind.NOT_JSON)
        reply.end()

    async def _pieces(
        self, http: httpx.AsyncClient, messages: Sequence[Message], temperature: float
    ) -> AsyncGenerator[Any, None]:
        """The chunks of a streamed reply; none where the reply comes as one body."""
        from llama_index.core.base.llms.types import ChatMessage

        failed: ModelFailed | None = None
        try:
            model = self._over(http)
            chat = [ChatMessage(role=message.role, content=message.content) for message in messages]
            if self.stream:
                async for response in await model.astream_chat(chat, temperature=temperature):
                    yield response.raw
            else:
                await model.achat(chat, temperature=temperature)
        # The libraries below answer a malformed reply with whatever their own code stumbles over.
        except Exception as error:
            failed = fault_of(error)
        if failed is not None:
            raise failed

    async def _asked(self) -> AsyncGenerator[None, None]:
        failed: ModelFailed | None = None
        try:
            async with open_client(self._address, Exchange()) as http:
                response = await http.get(f"{self._address.url}/models")
                if response.status_code in (404, 405, 501):
                    one_token = {
                        "model": self.name,
                        "messages": [{"role": "user", "content": "Hello"}],
                        "max_tokens": 1,
                    }
                    response = await http.post(f"{self._address.url}/chat/completions", json=one_token)
                if not response.is_success:
                    failed = fault_of_status(response)
                elif not isinstance(response.json(), dict):
                    failed = ModelFailed(FaultKind.BAD_REPLY, "no list of models and no chat completion")
        except Exception as error:
            failed = fault_of(error)
        if failed is not None:
            raise failed
        yield


def connect(
    url: str,
    model: str,
    api_key: str | None,
    *,
    timeout_s: float = 30.0,
    max_tokens: int = 800,
    context_window: int = 8192,
    concurrency: int = 4,
    queue: int = 16,
    ca_file: Path | None = None,
    stream: bool = True,
    breaker: Breaker | None = None,
) -> LanguageModel:
    """A model behind an OpenAI-compatible server; nothing is sent yet.

    Args:
        url: base of the API, mostly ending in /v1.
        model: the model's name, as the server knows it.
        api_key: sent as a bearer token; None or "" sends none.
        timeout_s: seconds that one answer may take, all its calls together (`LanguageModel.deadline`).
        max_tokens: the longest reply.
        context_window: tokens of prompt and reply together.
        concurrency: calls at once.
        queue: calls that may wait for one of these.
        ca_file: certificates of an authority to trust beside the system's, PEM.
        stream: False for a server that cannot stream.
        breaker: one with other figures than the usual.

    Raises:
        ModelMisconfigured: an argument cannot be used.
    """
    to = address(url, api_key, ca_file)
    if not model.strip():
        raise ModelMisconfigured("the language model has no name; give the name that its server knows")
    if not 0 < max_tokens < context_window:
        raise ModelMisconfigured(
            f"a reply of {max_tokens} tokens leaves no room in a context window of {context_window}"
        )
    return LanguageModel(
        name=model,
        max_tokens=max_tokens,
        context_window=context_window,
        stream=stream,
        timeout_s=timeout_s,
        breaker=breaker or Breaker(),
        bulkhead=Bulkhead(concurrency, queue),
        _address=to,
        _over=_client_maker(to, model, max_tokens, context_window),
        _loop=BackgroundLoop("language model"),
    )


def _client_maker(to: Address, model: str, max_tokens: int, context_window: int) -> Callable[[httpx.AsyncClient], Any]:
    """What makes llama_index's client over an HTTP client.

    The libraries are imported and tried here, at the start: they take a second or two, which no deadline of an answer has to spare.
    """
    from llama_index.llms.openai_like import OpenAILike
    from openai import AsyncOpenAI

    def over(http: httpx.AsyncClient) -> OpenAILike:
        # The HTTP client puts the key in, so that none of these objects holds it, nor takes one from the environment.
        client = AsyncOpenAI(api_key=_NO_KEY, base_url=to.url, http_client=http, max_retries=0, timeout=http.timeout)
        # Imports the part that is called.
        _ = client.chat.completions
        return OpenAILike(
            model=model,
            api_base=to.url,
            api_key=_NO_KEY,
            is_chat_model=True,
            max_tokens=max_tokens,
            context_window=context_window,
            max_retries=0,
            async_openai_client=client,
        )

    try:
        over(open_client(to, Exchange()))
    except ValueError:
        raise ModelMisconfigured("llama_index knows this model's name as one that does not chat") from None
    return over
