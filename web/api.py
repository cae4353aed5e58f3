"""The HTTP API under /api/v1, and the two health checks. Errors leave by `problems`."""

from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response, StreamingResponse
from fastapi.routing import APIRoute
from fastapi.sse import format_sse_event
from starlette.exceptions import HTTPException

from index.errors import ClasQAError
from index.filters import Filters
from index.report import Kind, Passage, Report
from web import problems, schemas
from web.addresses import find_organisations, find_passage, find_report, resolve_filters
from web.perimeter import API_BODY_BYTES
from web.service import Service, service_of

MEANINGS = {
    400: "The body cannot be read",
    404: "A name that no loaded report has; `known` lists those there are",
    409: "A bare number that names two passages; `passages` lists both",
    413: f"The body has more than {API_BODY_BYTES} bytes",
    415: "The body is not application/json",
    422: "Something in the request does not fit",
    503: "The index cannot answer now",
}


def some(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that one endpoint may answer with."""
    return {status: {"model": problems.Problem, "description": MEANINGS[status]} for status in statuses}


class JsonRoute(APIRoute):
    """A route whose body is plain JSON: a form of another site cannot send that."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, behind a look at what the body is said to be."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            encoding = request.headers.get("content-encoding", "identity")
            if request.method == "POST" and (media_type != "application/json" or encoding != "identity"):
                raise HTTPException(415, "Send application/json, uncompressed.")
            return await handle(request)

        return guarded


ServiceNow = Annotated[Service, Depends(service_of)]
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
    asked = Filters(**{name: tuple(values) for name, values in body.filters.model_dump().items()})
    answer = service.answer(
        body.question,
        index=index,
        embedder=service.embedder,
        history=[turn.model_dump() for turn in body.history],
        filters=resolve_filters(index, asked),
        mode=body.mode,
    )
    return answer.public()


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


def names(description: str) -> Any:
    """A query parameter that may be repeated."""
    return Query(description=description, max_length=schemas.MAX_NAMES)


@router.get(
    "/search",
    tags=["answers"],
    operation_id="search",
    summary="Passages that bear on a question, best first",
    response_model=schemas.SearchOut,
    responses=some(404, 422, 503),
)
def search(
    service: ServiceNow,
    q: Annotated[schemas.QuestionText, Query()],
    k: Annotated[int, Query(ge=1, le=50, description="How many passages at most.")] = 10,
    report: Annotated[tuple[str, ...], names("Report id; may be repeated.")] = (),
    section: Annotated[tuple[str, ...], names("Section title or number; may be repeated.")] = (),
    organisation: Annotated[tuple[str, ...], names("Organisation, by any of its spellings; may be repeated.")] = (),
    recommendation: Annotated[tuple[str, ...], names("Recommendation that passages refer to; may be repeated.")] = (),
    kind: Annotated[tuple[str, ...], names("Kind of passage: " + ", ".join(Kind) + "; may be repeated.")] = (),
) -> Any:
    """Search, without answering."""
    index = service.index
    asked = Filters(
        reports=report,
        sections=section,
        organisations=organisation,
        recommendations=recommendation,
        kinds=kind,
    )
    found = service.search(q, index=index, embedder=service.embedder, k=k, filters=resolve_filters(index, asked))
    passages = [
        hit.passage.public() | {"rank": hit.rank, "score": hit.score, "found_by": list(hit.found_by)} for hit in found
    ]
    return {"passages": passages, "generation": index.generation}


def report_line(report: Report) -> dict[str, object]:
    """One line on a report."""
    counts = {kind.value: sum(passage.kind is kind for passage in report.passages) for kind in Kind}
    return {
        "id": report.id,
        "title": report.title,
        "area": report.area,
        "published": report.published.isoformat() if report.published else None,
        "notice": report.notice,
        "counts": counts,
        "url": f"/r/{report.id}",
    }


@router.get(
    "/reports",
    tags=["reports"],
    operation_id="list_reports",
    summary="The loaded reports",
    response_model=schemas.ReportsOut,
    responses=some(503),
)
def reports(service: ServiceNow) -> Any:
    """List what is loaded."""
    index = service.index
    return {"reports": [report_line(report) for report in index.reports], "generation": index.generation}


@router.get(
    "/reports/{report}",
    tags=["reports"],
    operation_id="get_report",
    summary="One report: front matter, sections, organisations and every mark",
    response_model=schemas.ReportOut,
    responses=some(404, 422, 503),
)
def one_report(report: str, service: ServiceNow) -> Any:
    """Describe one report."""
    found = find_report(service.index, report)
    return report_line(found) | {
        "front_matter": list(found.front_matter),
        "sections": [{"title": s.title, "path": list(s.path), "number": s.number} for s in found.sections],
        "organisations": [
            {"name": o.name, "aliases": list(o.aliases), "role": o.role.value} for o in found.organisations
        ],
        "remarks": list(found.remarks),
        "marks": [passage.mark for passage in found.passages],
    }


@router.get(
    "/reports/{report}/passages/{mark}",
    tags=["reports"],
    operation_id="get_passage",
    summary="One passage by its mark, in any spelling: p1.2, ¶1.2, r2.1, rec 2.1, s-about-the-review.1",
    response_model=schemas.PassageOut,
    responses=some(404, 409, 422, 503),
)
def one_passage(report: str, mark: str, service: ServiceNow) -> Any:
    """Look one passage up. A bare 2.1 is found where only one passage bears it."""
    return find_passage(find_report(service.index, report), mark).public()


@router.get(
    "/reports/{report}/recommendations",
    tags=["reports"],
    operation_id="list_recommendations",
    summary="A report's recommendations, all of them or those addressed to one organisation",
    response_model=schemas.RecommendationsOut,
    responses=some(404, 422, 503),
)
def recommendations(
    report: str,
    service: ServiceNow,
    organisation: Annotated[
        str | None, Query(description="Any spelling of an organisation.", max_length=schemas.MAX_NAME_CHARACTERS)
    ] = None,
) -> Any:
    """List recommendations completely; the completeness line says out of how many."""
    found = find_report(service.index, report)
    everything = found.of_kind(Kind.RECOMMENDATION)
    addressees = {o.name for o in find_organisations([found], organisation)} if organisation is not None else None
    chosen: Sequence[Passage] = [r for r in everything if addressees is None or addressees & set(r.addressed_to)]
    return {
        "report": found.id,
        "organisation": ", ".join(sorted(addressees)) if addressees is not None else None,
        "recommendations": [passage.public() for passage in chosen],
        "completeness": f"{len(chosen)} of {len(everything)} recommendations",
    }


@router.get(
    "/organisations",
    tags=["reports"],
    operation_id="list_organisations",
    summary="Every organisation of every loaded report, with its spellings",
    response_model=schemas.OrganisationsOut,
    responses=some(503),
)
def organisations(service: ServiceNow) -> Any:
    """List organisations; one that several reports name stands once."""
    lines: dict[str, dict[str, Any]] = {}
    for report in service.index.reports:
        for found in report.organisations:
            line = lines.setdefault(
                found.name, {"name": found.name, "aliases": [], "role": found.role.value, "reports": []}
            )
            line["aliases"] += [alias for alias in found.aliases if alias not in line["aliases"]]
            line["reports"].append(report.id)
    return {"organisations": [lines[name] for name in sorted(lines)]}


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
