"""The API's reference page, out of its OpenAPI document: the usual viewers load their scripts from other sites."""

import re
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from web import markup
from web.markup import text
from web.problems import PROBLEM_TYPE, TABLE

router = APIRouter(include_in_schema=False)


@router.get("/docs")
def reference(request: Request) -> Response:
    """Every operation, every shape and every problem type."""
    return HTMLResponse(markup.page("API", reference_html(request.app.openapi()), "/docs"))


def install(app: FastAPI) -> None:
    """Describe errors as what they are: FastAPI writes them down as application/json, validation with shapes of its own."""
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        document = describe()
        for methods in document["paths"].values():
            for operation in methods.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400:
                        answer["content"] = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for name in ("HTTPValidationError", "ValidationError"):
            document["components"]["schemas"].pop(name, None)
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def reference_html(document: Mapping[str, Any]) -> str:
    """An OpenAPI 3.1 document as one readable page."""
    operations = "".join(
        operation_html(method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )
    shapes = "".join(shape_html(name, schema) for name, schema in sorted(document["components"]["schemas"].items()))
    problems = "".join(
        f'<tr id="problem-{slug}"><td><code>{slug}</code></td><td>{status}</td><td>{text(title)}</td></tr>'
        for _, status, slug, title in TABLE
    )
    return (
        f"<h1>{text(document['info']['title'])} {text(document['info']['version'])}</h1>"
        f"<p>{text(document['info'].get('description', ''))}</p>"
        '<p>The same as an OpenAPI 3.1 document: <a href="/openapi.json">/openapi.json</a></p>'
        f"<h2>Operations</h2>{operations}<h2>Shapes</h2>{shapes}<h2>Problems</h2>"
        "<p>Every error is application/problem+json.</p>"
        f"<table><tr><th>Type</th><th>Status</th><th>Meaning</th></tr>{problems}</table>"
    )


def operation_html(method: str, path: str, operation: Mapping[str, Any]) -> str:
    """One operation: its parameters, body and answers."""
    rows = "".join(
        f"<tr><td><code>{text(p['name'])}</code></td><td>{text(p['in'])}</td><td>{kind_of(p['schema'])}</td>"
        f"<td>{text(p.get('description', p['schema'].get('description', '')))}</td></tr>"
        for p in operation.get("parameters", [])
    )
    table = f"<table><tr><th>Parameter</th><th>In</th><th>Type</th><th></th></tr>{rows}</table>" if rows else ""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    sent = f"<p>Body: {kind_of(body['schema'])}</p>" if body else ""
    answers = "".join(answer_html(status, answer) for status, answer in operation["responses"].items())
    return (
        f'<section id="{text(operation["operationId"])}"><h3><code>{method.upper()} {text(path)}</code></h3>'
        f"<p>{prose(operation.get('summary', ''))}. {prose(operation.get('description', ''))}</p>"
        f"{table}{sent}<ul>{answers}</ul></section>"
    )


def answer_html(status: str, answer: Mapping[str, Any]) -> str:
    """One status that an operation may answer with."""
    kinds = [kind_of(content["schema"]) for content in answer.get("content", {}).values() if content.get("schema")]
    return f"<li>{text(status)}: {prose(answer['description'])} {' '.join(dict.fromkeys(kinds))}</li>"


def shape_html(name: str, schema: Mapping[str, Any]) -> str:
    """One schema as a table of its fields."""
    rows = "".join(
        f"<tr><td><code>{text(field)}</code></td><td>{kind_of(about)}</td>"
        f"<td>{prose(about.get('description', ''))}</td></tr>"
        for field, about in schema.get("properties", {}).items()
    )
    return (
        f'<section id="shape-{text(name)}"><h3>{text(name)}</h3><p>{prose(schema.get("description", ""))}</p>'
        f"<table><tr><th>Field</th><th>Type</th><th></th></tr>{rows}</table></section>"
    )


def prose(written: str) -> str:
    """Escaped text with its `code` set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text(written))


def kind_of(schema: Mapping[str, Any]) -> str:
    """A schema's type in a few words, linked where it is a shape of its own."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#shape-{text(name)}">{text(name)}</a>'
    if "anyOf" in schema:
        return " or ".join(kind_of(part) for part in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(text(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {kind_of(schema.get('items', {}))}"
    return text(schema.get("type", "any"))
