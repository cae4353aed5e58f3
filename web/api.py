"""The part of the HTTP API that answers, searches and checks drafts; health checks and counters. Errors leave by `problems`."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from prometheus_client import REGISTRY
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException

from index.filters import Filters
from rag.draft_check import check_text
from rag.llm.departure import ClientLeft
from rag.scope import checked_filters, find_report
from web import metrics, schemas
from web.asking import CLIENT_CLOSED_REQUEST, Asked, answered, departure_of
from web.event_stream import HEADERS, event_stream
from web.perimeter import API_BODY_BYTES
from web.routes import JsonRoute, ServiceNow, some

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
async def ask(body: schemas.AskBody, request: Request, service: ServiceNow) -> Any:
    """Ask. With `"stream": true` each sentence is an event, sent as soon as it has passed the check."""
    history = [turn.model_dump() for turn in body.history]
    asked = Asked(body.question, history, filters_of(body.filters.model_dump()), body.mode)
    if body.stream:
        return StreamingResponse(event_stream(request, service, asked), 200, HEADERS, "text/event-stream")
    async with departure_of(request) as departure:
        try:
            return (await answered(service, asked, departure)).public()
        except ClientLeft:
            return Response(status_code=CLIENT_CLOSED_REQUEST)


@router.post(
    "/verify",
    tags=["answers"],
    operation_id="verify",
    summary="Check anybody's draft against the reports, sentence by sentence",
    response_model=schemas.VerifyOut,
    responses=some(400, 404, 413, 415, 422, 503),
)
def verify(body: schemas.VerifyBody, service: ServiceNow) -> Any:
    """Check a draft by the ladder that the sentences of a language model climb; nothing is searched, and nothing is changed."""
    if service.verifier is None:
        raise HTTPException(503, "Drafts cannot be checked here.")
    index = service.index
    reports = [find_report(index.reports, report) for report in body.reports]
    checked = check_text(body.text, service.verifier(index), reports or None)
    metrics.DRAFTS.labels(str(checked.ok).lower()).inc()
    return checked.public() | {"generation": index.generation}


def filters_of(named: Mapping[str, Sequence[str]]) -> Filters:
    """The filters of a request."""
    return Filters(**{name: tuple(values) for name, values in named.items()})


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
    """Ready, with the generation that answers; 503 where none does. Without its language model the service is degraded, and answers."""
    index = service.index
    response.headers["Cache-Control"] = "no-store"
    model = service.language_model()
    configured = bool(model["configured"])
    return {
        "status": "degraded" if configured and model["state"] != "ready" else "ready",
        "generation": index.generation,
        "reports": len(index.reports),
        "passages": len(index.passages),
        "language_model": {name: model[name] for name in ("model", "state", "detail")} if configured else None,
    }


@health.get(
    "/metrics",
    operation_id="metrics",
    summary="Counters of this process, in the text format of Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def counters() -> Response:
    """Count, and tell nothing of what was asked."""
    return Response(generate_latest(REGISTRY), 200, {"Cache-Control": "no-store"}, CONTENT_TYPE_LATEST)
