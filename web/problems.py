"""Errors as they leave: problem+json (RFC 9457) for programs, a page for people, never a trace or a path."""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from index.errors import ClasQAError, IndexFailure, ModelDamaged, ReportError, UnknownName
from web import markup
from web.addresses import AmbiguousMark
from web.headers import response_headers
from web.schemas import AskBody, FiltersBody, SearchQuery, Turn, VerifyBody

log = logging.getLogger("clas_qa.web")

PROBLEM_TYPE = "application/problem+json"
PROGRAM_PATHS = ("/api/", "/healthz", "/readyz", "/openapi.json", "/gradio_api/", "/config")

# The nearest class in an error's family line decides; its slug names the problem type.
TABLE: tuple[tuple[type[ClasQAError], int, str, str], ...] = (
    (UnknownName, 404, "unknown-name", "No loaded report has that name"),
    (AmbiguousMark, 409, "ambiguous-mark", "That number names two passages"),
    (IndexFailure, 503, "index-not-ready", "The index cannot answer now"),
    (ModelDamaged, 503, "model-damaged", "The embedding model is damaged"),
    (ReportError, 422, "report-unreadable", "The report cannot be read"),
    (ClasQAError, 500, "failed", "The question could not be worked on"),
)
STATUS_SLUGS = {
    400: "bad-request",
    403: "cross-site",
    404: "no-such-page",
    405: "method-not-allowed",
    413: "body-too-large",
    415: "not-json",
    422: "invalid-input",
    500: "internal-error",
    503: "index-not-ready",
}


class Problem(BaseModel):
    """What every error looks like (RFC 9457); further members carry the facts, such as `known` names."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "type": "/docs#problem-unknown-name",
                "title": "No loaded report has that name",
                "status": 404,
                "detail": "unknown report 'nowhere-2015'; known: anywhere-2016",
                "instance": "/api/v1/reports/nowhere-2015",
                "request_id": "0f8fad5bd9cb469fa16570867728950e",
                "known": ["anywhere-2016"],
            }
        },
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str


def problem(request: Request, status: int, title: str, detail: str, slug: str = "", **facts: object) -> Problem:
    """One problem, with the path it happened at and the id of the request."""
    return Problem(
        type=f"/docs#problem-{slug or STATUS_SLUGS.get(status, 'failed')}",
        title=title,
        status=status,
        detail=detail,
        instance=request.scope["path"],
        request_id=request.scope.get("state", {}).get("request_id", ""),
        **facts,
    )


def of_error(request: Request, error: ClasQAError) -> Problem:
    """The problem that TABLE makes of one of our errors; facts of an index failure stay in the log."""
    status, slug, title = next(row[1:] for row in TABLE if isinstance(error, row[0]))
    facts: dict[str, object] = {}
    if isinstance(error, UnknownName):
        facts = {"what": error.what, "name": error.name, "known": list(error.known)}
    elif isinstance(error, AmbiguousMark):
        facts = {"passages": [{"id": p.id, "mark": p.mark, "url": p.url} for p in error.passages]}
    return problem(request, status, title, public_detail(error), slug, **facts)


def fault(request: Request) -> Problem:
    """What a stranger is told of a bug."""
    return problem(request, 500, "Something broke", "This is a fault of the service, not of the question.")


def public_detail(error: ClasQAError) -> str:
    """What a stranger is told: a message about names they sent; any other may name files and stays in the log."""
    if isinstance(error, UnknownName | AmbiguousMark):
        return str(error)
    log.error("%s: %s", type(error).__name__, error)
    return "The service cannot answer now; its operator finds the reason in the log."


def of_validation(request: Request, error: RequestValidationError) -> Problem:
    """422 with one line for each thing that is wrong; what was sent is not repeated."""
    wrong = []
    for item in error.errors():
        where = ".".join(str(part) for part in item["loc"] if part not in ("body", "query", "path"))
        if item["type"] == "extra_forbidden":
            # A name somebody made up is theirs to see, cut short; the message lists the real ones.
            where = where[:80].encode("utf-8", "replace").decode()
            message = "is not a field; " + known_fields(request.scope["path"], where)
        elif item["type"] == "json_invalid":
            where, message = "body", "is not JSON"
        else:
            message = item["msg"].removeprefix("Value error, ")
        wrong.append({"field": where or "body", "message": message})
    detail = "; ".join(f"{item['field']}: {item['message']}" for item in wrong)
    return problem(request, 422, "The request does not fit", detail, errors=wrong)


def known_fields(path: str, where: str) -> str:
    """The names that what is sent to this path may have at this place, in words."""
    parent = where.split(".")[0] if "." in where else ""
    places: dict[str, type[BaseModel]] = {"filters": FiltersBody, "history": Turn}
    whole: dict[str, type[BaseModel]] = {"search": SearchQuery, "verify": VerifyBody}
    model = places.get(parent) or whole.get(path.rpartition("/")[2], AskBody)
    return "known: " + ", ".join(model.model_fields)


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks: not below the API, and HTML is accepted."""
    if request.scope["path"].startswith(PROGRAM_PATHS):
        return False
    accept = request.headers.get("accept", "*/*")
    return "text/html" in accept or "*/*" in accept


def respond(request: Request, found: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as problem+json, or as a page where a person asks."""
    if wants_page(request):
        return HTMLResponse(markup.problem_page(found.model_dump()), found.status, headers)
    content = found.model_dump()
    return JSONResponse(content, found.status, headers, media_type=PROBLEM_TYPE)


def install(app: FastAPI) -> None:
    """Make every error of this app leave as a problem."""

    @app.exception_handler(ClasQAError)
    def ours(request: Request, error: ClasQAError) -> Response:
        found = of_error(request, error)
        headers = {"Retry-After": "5"} if found.status == HTTPStatus.SERVICE_UNAVAILABLE else None
        return respond(request, found, headers)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        return respond(request, of_validation(request, error))

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        title = HTTPStatus(error.status_code).phrase
        return respond(request, problem(request, error.status_code, title, str(error.detail)), error.headers)

    @app.exception_handler(Exception)
    def bug(request: Request, error: Exception) -> Response:
        # Starlette logs the trace and answers outside our middleware, so the headers are set here too.
        return respond(request, fault(request), response_headers(request.scope))


def as_json(content: object) -> str:
    """JSON on one line, other scripts as they are."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
