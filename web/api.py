"""The part of the HTTP API that answers and searches, and the two health checks. Errors leave by `problems`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from fastapi.sse import format_sse_event

from index.errors import ClasQAError
from index.filters import Filters
from rag.scope import checked_filters
from web import problems, schemas
from web.perimeter import API_BODY_BYTES
from web.routes import JsonRoute, ServiceNow, some
from web.service import Service

router = APIRouter(prefix="/api/v1", max_body_size=API_BODY_BYTES, route_class=JsonRoute)
health = APIRouter(tags=["health"])


@router.post(
    "/ask",
    tags=["answers"],
    operation_id="ask",
    summary="Answer a question, each sentence with the passage that proves it",
    response_model=schemas.AnswerOut,
    responses={**some(400, 404, 413, 415, 422, 503), 200: {"content": {"text/event-stream": {}}}},
)
def ask(body: schemas.AskBody, request: Request, service: ServiceNow) -> Any:
    """Ask. With `"stream": true` each checked sentence is an event, sent once the whole answer has passed the check."""
    if body.stream:
        return StreamingResponse(events(body, request, service), media_type="text/event-stream")
    return answer_to(body, service)


def answer_to(body: schemas.AskBody, service: Service) -> dict[str, object]:
    """The public form of the answer to this body."""
    index = service.index
    answer = service.answer(
        body.question,
        index=index,
        embedder=service.embedder,
        history=[turn.model_dump() for turn in body.history],
        filters=checked_filters(index.reports, filters_of(body.filters.model_dump())),
        mode=body.mode,
    )
    return answer.public()


def filters_of(named: Mapping[str, Sequence[str]]) -> Filters:
    """The filters of a request."""
    return Filters(**{name: tuple(values) for name, values in named.items()})


def events(body: schemas.AskBody, request: Request, service: Service) -> Iterator[bytes]:
    """Server-sent events of one answer: stage, sentence…, answer; or stage, error."""
    yield event("stage", {"stage": "searching and checking"})
    try:
        answer = answer_to(body, service)
    except ClasQAError as error:
        # The status line has gone out already, so the problem travels as an event.
        yield event("error", problems.of_error(request, error).model_dump())
        return
    sentences: Any = answer["sentences"]
    for sentence in sentences:
        yield event("sentence", sentence)
    yield event("answer", answer)


def event(name: str, content: object) -> bytes:
    """One server-sent event with JSON data."""
    return format_sse_event(data_str=problems.as_json(content), event=name)


@router.get(
    "/search",
    tags=["answers"],
    operation_id="search",
    summary="Passages that bear on a question, best first",
    response_model=schemas.SearchOut,
    responses=some(404, 422, 503),
)
def search(query: Annotated[schemas.SearchQuery, Query()], service: ServiceNow) -> Any:
    """Search, without answering."""
    index = service.index
    filters = checked_filters(index.reports, filters_of(query.model_dump(exclude={"q", "k"})))
    found = service.search(query.q, index=index, embedder=service.embedder, k=query.k, filters=filters)
    passages = [
        hit.passage.public() | {"rank": hit.rank, "score": hit.score, "found_by": list(hit.found_by)} for hit in found
    ]
    return {"passages": passages, "generation": index.generation}


@health.get("/healthz", operation_id="healthz", summary="The process is alive", response_model=schemas.Health)
def healthz() -> Any:
    """Alive, whatever the index does."""
    return {"status": "alive"}


@health.get(
    "/readyz",
    operation_id="readyz",
    summary="The index is open and answers",
    response_model=schemas.Ready,
    responses=some(503),
)
def readyz(service: ServiceNow, response: Response) -> Any:
    """Ready, with the generation that answers; 503 where none does."""
    index = service.index
    response.headers["Cache-Control"] = "no-store"
    return {
        "status": "ready",
        "generation": index.generation,
        "reports": len(index.reports),
        "passages": len(index.passages),
    }
