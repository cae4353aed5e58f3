"""A receipt: the JSON of an answer as the API or `clas-qa ask --json` gave it, read back from a file that anybody may have edited."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.errors import ClasQAError
from rag.record import AnswerStatus

# No answer comes near; a larger file is something else.
RECEIPT_BYTES = 20_000_000


class ReceiptInvalid(ClasQAError):
    """It is no answer's JSON; `field` names what does not fit ("citations[0].quote_start"), "" where nothing does."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"no receipt: {field + ': ' if field else ''}{reason}")
        self.field = field
        self.reason = reason


class ReceiptPassage(BaseModel):
    """A passage as the answer showed it; its other public fields are kept in `model_extra`."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    id: str
    mark: str
    text: str


class ReceiptCitation(ReceiptPassage):
    """A passage that the answer relies on, with half-open offsets of the quote in its text."""

    quote: str
    quote_start: Annotated[int, Field(ge=0)]
    quote_end: Annotated[int, Field(ge=0)]


class ReceiptSentence(BaseModel):
    """A sentence of the answer with the ids that were said to prove it."""

    model_config = ConfigDict(strict=True, frozen=True)

    text: Annotated[str, Field(min_length=1)]
    citations: list[str]
    quote: str
    verdict: str
    decided_by: str


class Receipt(BaseModel):
    """What of an answer can be checked again; fields that are not named here are not looked at."""

    model_config = ConfigDict(strict=True, frozen=True)

    status: AnswerStatus
    standalone_question: str
    answer: str
    sentences: list[ReceiptSentence]
    citations: list[ReceiptCitation]
    related: list[ReceiptPassage] = []
    completeness: str | None = None
    mode: Literal["extractive", "llm"]
    generation: str


def read_receipt(content: str | bytes) -> Receipt:
    """The receipt in a JSON text.

    Raises:
        ReceiptInvalid: it is not JSON, or a field of it is missing or of another sort.
    """
    try:
        return Receipt.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
    raise ReceiptInvalid(path.removeprefix("."), first["msg"][0].lower() + first["msg"][1:])
