"""What a running clas-qa is made of, handed to every endpoint: library, embedder and the two pipeline functions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from fastapi import Request

from index.report import Passage, Report

if TYPE_CHECKING:
    from rag.answer import Answer
    from rag.verify import Verifier


class OpenIndex(Protocol):
    """One generation of the index, as far as the web needs it."""

    @property
    def generation(self) -> str:
        """Name of the generation; every answer gives it."""

    @property
    def reports(self) -> Sequence[Report]:
        """The reports in it."""

    @property
    def passages(self) -> Sequence[Passage]:
        """Every passage of every report."""


class OpenLibrary(Protocol):
    """Gives the current generation; raises IndexFailure where there is none that could serve."""

    def current(self) -> OpenIndex:
        """The generation that serves."""


def no_language_model() -> dict[str, object]:
    """What is told of the language model where none is configured."""
    return {"configured": False}


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of a running service.

    Attributes:
        library: gives the index that serves.
        embedder: the model that the index was built with.
        answer: rag.answer.answer_question, its reranker and its language model given.
        search: rag.search_lane.search.
        verifier: makes the ladder over an index, for drafts that others wrote; None where drafts cannot be checked.
        language_model: what may be told of the language model now: `configured`, and where it is, `model`, `state` ("ready", "resting" or
            "unreachable") and `detail` in plain words; never a key or an address.
    """

    library: OpenLibrary
    embedder: Any
    answer: Callable[..., "Answer"]
    search: Callable[..., Sequence[Any]]
    verifier: Callable[[Any], "Verifier"] | None = None
    language_model: Callable[[], dict[str, object]] = no_language_model

    @property
    def index(self) -> OpenIndex:
        """The generation that answers now; take it once for each request."""
        return self.library.current()


def service_of(request: Request) -> Service:
    """The service that create_app put together."""
    service: Service = request.app.state.service
    return service
