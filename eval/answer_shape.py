"""The shape of an answer that can be scored; DESIGN's "An answer" has the whole of it."""

import json
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, StrictInt, ValidationError

from rag.answer import AnswerStatus


def _encodable(text: str) -> str:
    text.encode()
    return text


# JSON may hold half of a surrogate pair, which no file can.
Text = Annotated[str, AfterValidator(_encodable)]


class _Sentence(BaseModel):
    text: Text
    citations: list[Text]
    quote: Text | None = None


class _Citation(BaseModel):
    id: Text
    quote: Text | None = None
    quote_start: StrictInt | None = None
    quote_end: StrictInt | None = None


class _Answer(BaseModel):
    """What scoring needs of an answer; a system may tell more."""

    status: AnswerStatus
    answer: Text = ""
    standalone_question: Text | None = None
    sentences: list[_Sentence] = []
    citations: list[_Citation] = []


def checked(answer: Any) -> dict[str, Any]:
    """The answer, or a failure where it has not the API's shape or cannot be written down."""
    try:
        _Answer.model_validate(answer)
        json.dumps(answer, ensure_ascii=False).encode()
    except ValidationError as exc:
        return failure(f"not an answer: {wrong(exc)}")
    except UnicodeEncodeError as exc:
        return failure(f"not an answer: {exc}")
    return dict(answer)


def failure(reason: str) -> dict[str, Any]:
    """What stands in a run for an answer that did not come."""
    return {"status": "error", "error": reason.encode(errors="backslashreplace").decode()}


def wrong(exc: ValidationError) -> str:
    """The first things that are wrong, in one line."""
    faults = exc.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'all of it'}: {fault['msg']}" for fault in faults[:3])
