"""What a running clas-qa is made of, handed to every endpoint: library, embedder and the two pipeline functions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from fastapi import Request

from index.report import Passage, Report

if TYPE_CHECKING:
    from rag.answer import Answer


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


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of a running service; `answer` is rag.answer.answer_question, `search` rag.search_lane.search."""

    library: OpenLibrary
    embedder: Any
    answer: Callable[..., "Answer"]
    search: Callable[..., Sequence[Any]]

    @property
    def index(self) -> OpenIndex:
        """The generation that answers now; take it once for each request."""
        return self.library.current()


def service_of(request: Request) -> Service:
    """The service that create_app put together."""
    service: Service = request.app.state.service
    return service
