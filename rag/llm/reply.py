"""A model's reply as it comes in: which text counts, and whether it came to its own end."""

import json
from typing import Any

from rag.llm.fault import FaultKind, ModelFailed

# No control characters but tab and line feed; half a surrogate pair cannot be written anywhere.
_CLEAN = {code: None for code in (*range(32), 127) if code not in (9, 10)} | dict.fromkeys(range(0xD800, 0xE000), "�")
_THINKING, _THOUGHT = "<think>", "</think>"
_ENDS = {
    "content_filter": "the server's filter stopped it",
    "tool_calls": "a tool was called",
    "function_call": "a tool was called",
}


class _Spoken:
    """Leaves out what a model thinks aloud before it answers, `<think>…</think>`, however the pieces fall."""

    def __init__(self) -> None:
        self._held = ""
        self._begun = False

    def __call__(self, text: str, last: bool) -> str:
        """What is spoken and was not given yet, with this next piece; `last` tells that no other follows."""
        if self._begun:
            return text
        self._held += text
        start = self._held.lstrip()
        if start.startswith(_THINKING):
            _, thought, after = self._held.partition(_THOUGHT)
            if not thought:
                return ""
            self._held = after
        elif not last and _THINKING.startswith(start):
            return ""
        self._begun = True
        return self._held


class Reply:
    """The pieces of one streamed reply."""

    def __init__(self, max_characters: int) -> None:
        self._room = max_characters
        self._finished = False
        self._words = False
        self._pieces = 0
        self._spoken = _Spoken()

    @property
    def begun(self) -> bool:
        """Whether anything in the shape of a piece has come."""
        return self._pieces > 0

    def take(self, piece: Any) -> str:
        """The text of the next piece, a chat.completion.chunk; "" where it has none.

        Raises:
            ModelFailed: the piece says that the reply is not whole, or is not one reply of text.
        """
        self._pieces += 1
        choices = piece.choices
        if not choices:
            return ""
        choice = choices[0]
        if len(choices) > 1 or getattr(choice, "index", None):
            raise ModelFailed(FaultKind.BAD_REPLY, "several replies at once")
        refuse_tools(choice.delta)
        text = clean(choice.delta.content)
        if text and self._finished:
            raise ModelFailed(FaultKind.BAD_REPLY, "words after its end")
        if choice.finish_reason:
            refuse_end(choice.finish_reason)
            self._finished = True
        self._room -= len(text)
        if self._room < 0:
            raise ModelFailed(FaultKind.LENGTH, "far more text than was asked for")
        spoken = self._spoken(text, last=self._finished)
        self._words = self._words or bool(spoken.strip())
        return spoken

    def end(self) -> None:
        """The stream has ended.

        Raises:
            ModelFailed: the reply did not come to its own end, or holds no words.
        """
        if not self._words and (self._finished or self._pieces):
            raise ModelFailed(FaultKind.EMPTY)
        if not self._finished:
            raise ModelFailed(FaultKind.CUT, "the stream ended without a finish_reason")


def whole(body: bytes) -> str:
    """The text of a reply that came as one JSON body, a chat.completion.

    Raises:
        ModelFailed: it is none, or not whole.
    """
    try:
        completion = json.loads(body)
    except ValueError:
        raise ModelFailed(FaultKind.NOT_JSON) from None
    if isinstance(completion, dict) and completion.get("error"):
        raise ModelFailed(FaultKind.SERVER_ERROR, "it reported an error in its reply")
    choices = completion.get("choices") if isinstance(completion, dict) else None
    if choices == []:
        raise ModelFailed(FaultKind.EMPTY, "no choices")
    match choices:
        case [{"message": {"content": str(content)} as message, "finish_reason": str(reason)}]:
            refuse_tools(message)
            refuse_end(reason)
        case [{"message": dict(message)}]:
            refuse_tools(message)
            raise ModelFailed(FaultKind.BAD_REPLY, "no text or no finish_reason")
        case _:
            raise ModelFailed(FaultKind.BAD_REPLY, "not in the shape of a chat completion")
    text = _Spoken()(clean(content), last=True)
    if not text.strip():
        raise ModelFailed(FaultKind.EMPTY)
    return text


def refuse_tools(message: Any) -> None:
    """Nothing, where a message or its piece calls no tool.

    Raises:
        ModelFailed: it calls one; there is none to call.
    """
    given = message if isinstance(message, dict) else vars(message)
    if given.get("tool_calls") or given.get("function_call"):
        raise ModelFailed(FaultKind.BAD_REPLY, "a tool was called")


def refuse_end(reason: str) -> None:
    """Nothing, where the reply came to its own end.

    Raises:
        ModelFailed: it was stopped.
    """
    if reason == "length":
        raise ModelFailed(FaultKind.LENGTH, "finish_reason length")
    if reason != "stop":
        raise ModelFailed(FaultKind.BAD_REPLY, _ENDS.get(reason, "it ended for a reason that is not known"))


def clean(content: str | None) -> str:
    """The text without control characters and half surrogates."""
    return (content or "").translate(_CLEAN)
