"""HTML of answers and passages, for chat and pages alike. All text of reports, questions and models is escaped here."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any

from index.report import Passage, Report, ascii_mark
from rag.answer import Answer, AnswerStatus
from rag.record import AnswerSentence
from web.addresses import passage_by_id
from web.service import OpenIndex
from web.wording import ACCURACY, KINDS, PRODUCT, STATUSES, VOICES, how_made, how_to_cite, searched_as

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_BRACKETS = re.compile(r"\[([^\[\]]{1,200})\]")
_BULLET = re.compile(r"\s*[-•*]\s+")


def text(written: object) -> str:
    """Escaped for an element or a quoted attribute; control and direction-override characters go."""
    return escape(_CONTROLS.sub("", str(written)), quote=True)


def link(url: str, label: str, css: str = "") -> str:
    """A link inside this site, its label escaped."""
    return f'<a href="{text(url)}"{f" class={chr(34)}{css}{chr(34)}" if css else ""}>{text(label)}</a>'


def mark_link(passage_id: str, with_report: bool = False) -> str:
    """A passage's mark as a link to its permalink: `anywhere-2016/¶1.2` gives ¶1.2, or anywhere-2016 ¶1.2."""
    report, _, mark = passage_id.partition("/")
    return link(f"/r/{report}/{ascii_mark(mark)}", f"{report} {mark}" if with_report else mark, "mark")


def with_marks(sentence: str, marks: Mapping[str, str]) -> str:
    """Escaped text whose bracketed marks are links; brackets that hold anything else stay text.

    Args:
        sentence: text with marks such as [¶1.2], [¶1.2, R2.1] or [anywhere-2016 ¶1.2].
        marks: from each written form to the URL of its passage.
    """
    pieces: list[str] = []
    end = 0
    for found in _BRACKETS.finditer(sentence):
        named = [part.strip() for part in re.split(r"[,;]", found[1])]
        if not all(name in marks for name in named):
            continue
        pieces += [text(sentence[end : found.start()]), " ".join(link(marks[name], name, "mark") for name in named)]
        end = found.end()
    return "".join([*pieces, text(sentence[end:])])


def written_marks(passages: Iterable[Passage]) -> dict[str, str]:
    """Every form in which an answer may write the marks of these passages, each with its URL."""
    return {
        form: passage.url
        for passage in passages
        for form in (passage.mark, f"{passage.report} {passage.mark}", passage.id)
    }


def paragraphs(written: str, marks: Mapping[str, str]) -> str:
    """Lines of an answer as paragraphs and bullet lists, with no line break: Markdown would take it for its own."""
    html: list[str] = []
    in_list = False
    for line in filter(None, (line.strip() for line in written.splitlines())):
        bullet = _BULLET.match(line)
        if bool(bullet) is not in_list:
            html.append("<ul>" if bullet else "</ul>")
            in_list = bool(bullet)
        content = with_marks(line[bullet.end() :] if bullet else line, marks)
        html.append(f"<li>{content}</li>" if bullet else f"<p>{content}</p>")
    return "".join(html) + ("</ul>" if in_list else "")


def answer_html(answer: Answer) -> str:
    """The answer with its status, its marks as links, what was withheld and how it was made; no evidence."""
    marks = written_marks(citation.passage for citation in answer.citations)
    read_as = searched_as(answer)
    parts = [f'<p class="read-as">{text(read_as)}</p>'] if read_as else []
    parts.append(f'<p class="status status-{text(answer.status.value)}">{text(STATUSES[answer.status])}</p>')
    parts.append(f'<div class="answer-text">{paragraphs(answer.answer, marks)}</div>')
    if answer.completeness:
        parts.append(f'<p class="completeness"><strong>Complete list:</strong> {text(answer.completeness)}</p>')
    parts += [f'<p class="warning">{text(warning)}</p>' for warning in answer.warnings]
    if answer.withheld:
        items = "".join(f"<li>{text(sentence)} <em>({text(reason)})</em></li>" for sentence, reason in answer.withheld)
        count = len(answer.withheld)
        noun = "sentence" if count == 1 else "sentences"
        parts.append(f"<details><summary>Removed by the check: {count} {noun}</summary><ul>{items}</ul></details>")
    if answer.status in (AnswerStatus.ANSWERED, AnswerStatus.PARTLY_ANSWERED):
        parts.append(f'<p class="made">{text(how_made(answer))}</p>')
    return "".join(parts)


def unfinished_html(sentences: Sequence[AnswerSentence], notice: str, doing: str) -> str:
    """An answer that is being made: the sentences that have passed the check, what was withdrawn, and what is being done now."""
    several = len({id.partition("/")[0] for sentence in sentences for id in sentence.citations}) > 1
    words = " ".join(
        f"{text(sentence.text)} {' '.join(mark_link(id, with_report=several) for id in sentence.citations)}"
        for sentence in sentences
    )
    return (
        (f'<p class="warning">{text(notice)}</p>' if notice else "")
        + (f'<div class="answer-text"><p>{words}</p></div>' if words else "")
        + f'<p class="working">{text(doing)}…</p>'
    )


def highlighted(passage: Passage, start: int, end: int) -> str:
    """The whole passage, escaped, with the span relied on marked."""
    quote = f"<mark>{text(passage.text[start:end])}</mark>" if end > start else ""
    return text(passage.text[:start]) + quote + text(passage.text[end:])


def facts(passage: Passage) -> str:
    """Who a passage concerns and what it is linked with, as a description list."""
    rows: list[tuple[str, Sequence[str], Callable[[str], str]]] = [
        (
            "Addressed to" if passage.addressed_to else "Organisations",
            passage.addressed_to or passage.organisations,
            text,
        ),
        ("Leads to", passage.recommendations, mark_link),
        ("Rests on", passage.findings, mark_link),
        ("Illustrates", (passage.belongs_to,) if passage.belongs_to else (), mark_link),
    ]
    listed = "".join(
        f"<div><dt>{label}</dt><dd>{', '.join(shown(value) for value in values)}</dd></div>"
        for label, values, shown in rows
        if values
    )
    return f'<dl class="facts">{listed}</dl>' if listed else ""


def passage_card(passage: Passage, body: str, level: int = 3) -> str:
    """One passage with where it stands, what it is and who says it; `body` is its text as HTML."""
    page = f" · page {passage.page}" if passage.page else ""
    path = " › ".join(passage.heading) or "Front matter"
    return (
        f'<article class="passage voice-{text(passage.voice.value)}" tabindex="-1" data-url="{text(passage.url)}">'
        f"<h{level}>{link(passage.url, passage.mark, 'mark')} "
        f'<span class="kind">{text(KINDS[passage.kind])}</span></h{level}>'
        f'<p class="path">{text(path)}{page}</p>'
        f'<p class="voice">{text(VOICES[passage.voice])}</p>'
        f"<blockquote>{body}</blockquote>{facts(passage)}</article>"
    )


def evidence_html(answer: Answer, index: OpenIndex, level: int = 2) -> str:
    """The evidence panel: what the answer relies on, recommendations it leads to, what was read and not relied on."""
    cited = [
        passage_card(
            citation.passage, highlighted(citation.passage, citation.quote_start, citation.quote_end), level + 1
        )
        for citation in answer.citations
    ]
    read = [passage for id in answer.consulted if (passage := passage_by_id(index, id))]
    parts = []
    if cited:
        noun = "passage" if len(cited) == 1 else "passages"
        parts.append(f"<h{level}>The answer relies on {len(cited)} {noun}</h{level}>{''.join(cited)}")
    if answer.related:
        parts.append(
            folded(f"Recommendations that the cited findings refer to ({len(answer.related)})", answer.related, level)
        )
    if read:
        label = "Also read, not relied on" if cited else "Nearest passages, not an answer"
        parts.append(folded(f"{label} ({len(read)})", read, level, opened=not cited))
    return "".join(parts) or f"<h{level}>Evidence</h{level}><p>No passage was used.</p>"


def folded(label: str, passages: Iterable[Passage], level: int, opened: bool = False) -> str:
    """Passages behind a summary that unfolds them."""
    cards = "".join(passage_card(passage, text(passage.text), level + 1) for passage in passages)
    return f'<details class="folded"{" open" if opened else ""}><summary>{text(label)}</summary>{cards}</details>'


def notices(reports: Sequence[Report]) -> str:
    """The accuracy notice, and the source and copyright line of each report shown."""
    lines = "".join(f"<li>{text(report.notice)}</li>" for report in reports if report.notice)
    return f'<p class="accuracy">{text(ACCURACY)}</p>' + (f'<ul class="notice">{lines}</ul>' if lines else "")


def cite_line(report: Report, passage: Passage) -> str:
    """How to cite a passage, ready to copy."""
    return f'<p class="cite"><strong>Cite as</strong> <span>({text(how_to_cite(report, passage))})</span></p>'


NAVIGATION = (
    ("/", "Chat"),
    ("/ask", "Plain question page"),
    ("/r", "Reports"),
    ("/eval", "How good is it?"),
    ("/docs", "API"),
)


def site_header(here: str = "") -> str:
    """Product name and navigation, above the main part of every page."""
    current = ' aria-current="page"'
    links = "".join(
        f'<li><a href="{url}"{current if url == here else ""}>{label}</a></li>' for url, label in NAVIGATION
    )
    return (
        f'<header class="site"><p class="product">{PRODUCT}</p><nav aria-label="Site"><ul>{links}</ul></nav></header>'
    )


def page(title: str, body: str, here: str = "") -> str:
    """A whole page without script: skip link, navigation, main."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        '<meta name="color-scheme" content="light dark">'
        f'<title>{text(title)} · {PRODUCT}</title><link rel="stylesheet" href="/style.css"></head><body>'
        '<a class="skip" href="#main">Skip to main content</a>'
        f'{site_header(here)}<main id="main">{body}</main></body></html>'
    )


def problem_page(problem: Mapping[str, Any]) -> str:
    """An error as a page: what is wrong, and what there is instead."""
    parts = [f"<h1>{text(problem['title'])}</h1>", f"<p>{text(problem['detail'])}</p>"]
    if choices := problem.get("passages"):
        items = "".join(f"<li>{mark_link(choice['id'])}</li>" for choice in choices)
        parts.append(f"<p>Which one do you mean?</p><ul>{items}</ul>")
    if problem.get("what") == "report":
        items = "".join(f"<li>{link(f'/r/{id}', id)}</li>" for id in problem["known"])
        parts.append(f"<p>Loaded reports:</p><ul>{items}</ul>")
    parts.append(f'<p class="request">Error {problem["status"]}, request {text(problem["request_id"])}</p>')
    return page(problem["title"], "".join(parts))
