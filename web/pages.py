"""Pages without script: permalinks of reports and passages, and the plain twin of the chat."""

from pathlib import Path
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from pydantic import TypeAdapter, ValidationError

from index.filters import Filters
from index.report import Passage, Report, ascii_mark
from rag.answer import Answer
from rag.llm.departure import ClientLeft
from rag.scope import find_report
from web import markup, schemas
from web.addresses import find_passage
from web.asking import CLIENT_CLOSED_REQUEST, Asked, answered, departure_of
from web.markup import link, text
from web.service import OpenIndex, Service, service_of
from web.wording import KINDS, TAGLINE, VOICES, how_to_cite, mark_in_words, written_date

router = APIRouter(include_in_schema=False)
ServiceNow = Annotated[Service, Depends(service_of)]
STYLE = Path(__file__).with_name("style.css")
_QUESTION: TypeAdapter[str] = TypeAdapter(schemas.QuestionText)


@router.get("/style.css")
def style() -> Response:
    """The stylesheet of every page."""
    return FileResponse(STYLE, media_type="text/css", headers={"Cache-Control": "max-age=300"})


@router.get("/r")
def reports(service: ServiceNow) -> Response:
    """The loaded reports."""
    items = "".join(
        f"<li>{link(f'/r/{report.id}', report.title)}{published(report)}</li>" for report in service.index.reports
    )
    return HTMLResponse(markup.page("Reports", f"<h1>Reports</h1><ul>{items}</ul>", "/r"))


@router.get("/r/{report}")
def one_report(report: str, service: ServiceNow) -> Response:
    """A whole report, every passage with an anchor."""
    found = find_report(service.index.reports, report)
    contents, body = outline(found)
    front = "".join(f"<div><dt>{text(label)}</dt><dd>{text(value)}</dd></div>" for label, value in found.front_matter)
    remarks = "".join(f'<p class="warning">{text(remark)}</p>' for remark in found.remarks)
    html = (
        f"<h1>{text(found.title)}</h1>{remarks}"
        + (f'<dl class="facts">{front}</dl>' if front else "")
        + f'<nav class="contents" aria-label="Contents"><h2>Contents</h2><ol>{contents}</ol></nav>{body}'
        + f"<footer>{markup.notices([found])}</footer>"
    )
    return HTMLResponse(markup.page(found.title, html, "/r"))


@router.get("/r/{report}/{mark}")
def one_passage(report: str, mark: str, service: ServiceNow) -> Response:
    """One passage at its permalink; other spellings of its mark lead there."""
    found = find_report(service.index.reports, report)
    passage = find_passage(found, mark)
    if mark != ascii_mark(passage.mark):
        return RedirectResponse(passage.url, 308)
    crumbs = f'<p class="crumbs">{link(f"/r/{found.id}", found.title)}{published(found)}</p>'
    title = f"{KINDS[passage.kind]}: {mark_in_words(passage)}"
    card = markup.passage_card(passage, text(passage.text), level=2)
    in_place = link(f"/r/{found.id}#{ascii_mark(passage.mark)}", "Read it in its place in the report")
    html = (
        f"{crumbs}<h1>{text(title)}</h1>{card}{markup.cite_line(found, passage)}<p>{in_place}</p>"
        f"{neighbours(found, passage)}<footer>{markup.notices([found])}</footer>"
    )
    return HTMLResponse(markup.page(f"{passage.mark} {how_to_cite(found, passage)}", html, "/r"))


@router.get("/ask")
async def ask(
    request: Request,
    service: ServiceNow,
    q: str | None = None,
    report: Annotated[str, Query()] = "",
    section: Annotated[str, Query()] = "",
    organisation: Annotated[str, Query()] = "",
) -> Response:
    """The plain twin of the chat: one question, its answer and the evidence, without script."""
    chosen = {"report": report, "section": section, "organisation": organisation}
    if q is None:
        return await to_thread.run_sync(ask_page, service, chosen, "", "")
    try:
        question = _QUESTION.validate_python(q)
    except ValidationError as error:
        message = error.errors()[0]["msg"].removeprefix("Value error, ")
        wrong = f'<p class="warning" role="alert">The question {text(message)}</p>'
        return await to_thread.run_sync(ask_page, service, chosen, q, wrong, 422)
    filters = Filters(**{f"{name}s": (value,) if value else () for name, value in chosen.items()})
    async with departure_of(request) as departure:
        try:
            answer = await answered(service, Asked(question, filters=filters), departure)
        except ClientLeft:
            return Response(status_code=CLIENT_CLOSED_REQUEST)
    return await to_thread.run_sync(answer_page, service, chosen, question, answer)


def ask_page(service: Service, chosen: dict[str, str], question: str, wrong: str, status: int = 200) -> Response:
    """The question box, below what is wrong with what was asked."""
    index = service.index
    html = f"<h1>{text(TAGLINE)}</h1>{wrong}{question_form(index, question, chosen)}{foot(index)}"
    return HTMLResponse(markup.page("Ask", html, "/ask"), status)


def answer_page(service: Service, chosen: dict[str, str], question: str, answer: Answer) -> Response:
    """An answer and its evidence, below the question box."""
    index = service.index
    html = (
        f"<h1>{text(TAGLINE)}</h1>{question_form(index, question, chosen)}"
        f'<section class="answer" aria-label="Answer"><h2><bdi>{text(question)}</bdi></h2>'
        f"{markup.answer_html(answer)}</section>"
        f'<section class="panel" aria-label="Evidence">{markup.evidence_html(answer, index)}</section>{foot(index)}'
    )
    return HTMLResponse(markup.page("Answer", html, "/ask"))


def question_form(index: OpenIndex, question: str, chosen: dict[str, str]) -> str:
    """The question box and its filters; GET, so that an answer has an address."""
    selects = "".join(
        f'<label>{label}<select name="{name}">{options(choices, chosen[name])}</select></label>'
        for name, label, choices in (
            ("report", "Report", [(report.id, report.title) for report in index.reports]),
            ("section", "Section", [(title, title) for title in section_titles(index)]),
            ("organisation", "Organisation", [(name, name) for name in organisation_names(index)]),
        )
    )
    return (
        '<form action="/ask" method="get" role="search"><label for="q">Your question</label>'
        f'<textarea id="q" name="q" rows="2" maxlength="{schemas.MAX_QUESTION_CHARACTERS}" required>'
        f"{text(question)}</textarea>"
        f'<fieldset><legend>Only in (optional)</legend>{selects}</fieldset><button type="submit">Ask</button></form>'
    )


def options(choices: list[tuple[str, str]], chosen: str) -> str:
    """Options of a select, "Any" first."""
    return "".join(
        f'<option value="{text(value)}"{" selected" if value == chosen else ""}>{text(label)}</option>'
        for value, label in [("", "Any"), *choices]
    )


def section_titles(index: OpenIndex) -> list[str]:
    """Titles of every heading that has passages under it, in the order of the reports, each once."""
    titles = (title for report in index.reports for passage in report.passages for title in passage.heading)
    return list(dict.fromkeys(titles))


def organisation_names(index: OpenIndex) -> list[str]:
    """Names of every organisation of every loaded report, by letter."""
    return sorted({organisation.name for report in index.reports for organisation in report.organisations})


def foot(index: OpenIndex) -> str:
    """The notices that stand under every answer."""
    return f"<footer>{markup.notices(index.reports)}</footer>"


def published(report: Report) -> str:
    """The date of publication after a comma, or nothing where the report gives none."""
    return f", published {written_date(report.published)}" if report.published else ""


def neighbours(report: Report, passage: Passage) -> str:
    """Links to the passages before and after."""
    position = report.passages.index(passage)
    around: list[tuple[str, Any]] = [
        ("Previous", report.passages[position - 1] if position else None),
        ("Next", report.passages[position + 1] if position + 1 < len(report.passages) else None),
    ]
    links = "".join(
        f"<li>{label}: {link(other.url, f'{other.mark} {KINDS[other.kind].lower()}')}</li>"
        for label, other in around
        if other
    )
    return f'<nav class="neighbours" aria-label="Passages around this one"><ul>{links}</ul></nav>'


def outline(report: Report) -> tuple[str, str]:
    """Contents and body of a whole report: a heading wherever the heading path changes, then its passages."""
    contents: list[str] = []
    body: list[str] = []
    path: tuple[str, ...] = ()
    for passage in report.passages:
        shared = 0
        while shared < min(len(path), len(passage.heading)) and path[shared] == passage.heading[shared]:
            shared += 1
        for depth in range(shared, len(passage.heading)):
            anchor = f"section-{len(contents) + 1}"
            title = text(passage.heading[depth])
            contents.append(f'<li class="depth-{min(depth, 3)}"><a href="#{anchor}">{title}</a></li>')
            level = min(depth + 2, 6)
            body.append(f'<h{level} id="{anchor}">{title}</h{level}>')
        path = passage.heading
        body.append(in_place(passage))
    return "".join(contents), "".join(body)


def in_place(passage: Passage) -> str:
    """A passage as it stands in its report."""
    related = " ".join(markup.mark_link(id) for id in (*passage.recommendations, *passage.findings))
    linked = f' <span class="related">Linked: {related}</span>' if related else ""
    return (
        f'<div class="in-place voice-{text(passage.voice.value)}" id="{text(ascii_mark(passage.mark))}">'
        f'<p class="where">{link(passage.url, passage.mark, "mark")} '
        f'<span class="voice">{text(VOICES[passage.voice])}</span>{linked}</p>'
        f'<p class="words">{text(passage.text)}</p></div>'
    )
