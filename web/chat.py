"""The chat at "/": conversation on the left, evidence of the latest answer beside it. Gradio; escaped by `markup`."""

import os
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any

# Read once, when gradio is imported: no telemetry, no calls home.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

import gradio as gr
from anyio import to_thread
from fastapi import FastAPI
from pydantic import TypeAdapter, ValidationError

from index.errors import ClasQAError
from index.filters import Filters
from rag.answer import Answer
from rag.llm.departure import Departure
from rag.progress import Stage
from rag.record import AnswerSentence
from web import markup, schemas
from web.asking import Asked, Withdrawn, told
from web.examples import example_questions
from web.markup import text
from web.pages import organisation_names, section_titles
from web.perimeter import only_chat_doors
from web.problems import public_detail
from web.service import OpenIndex, Service
from web.wording import PRODUCT, STAGES, STATUSES, TAGLINE, answer_to_copy

ANY = "Any"
EXAMPLES = 4
STYLE = "\n".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("style.css", "chat.css"))
SCRIPT = f"<script>{Path(__file__).with_name('chat.js').read_text(encoding='utf-8')}</script>"
# Gradio sees that a page was closed only when there is something to send to it.
LOOK_EVERY_S = 1.0
NO_EVIDENCE = (
    '<h2>Evidence</h2><p class="hint">The paragraphs that prove an answer appear here, '
    "with the words it relies on marked.</p>"
)
WELCOME = (
    "<div class='welcome'><p><strong>Ask a question about the loaded reports.</strong></p>"
    "<p>Every sentence of an answer names the paragraph that proves it. "
    "Where the reports do not say, you are told so.</p></div>"
)
_QUESTION: TypeAdapter[str] = TypeAdapter(schemas.QuestionText)

Messages = list[dict[str, Any]]
Turns = list[dict[str, str]]
# Question, conversation, turns, evidence, status line; gr.skip() leaves one as it is.
Update = tuple[Any, Any, Any, Any, Any]


def mount_chat(app: FastAPI, service: Callable[[], Service]) -> None:
    """Mount the chat at the root of `app`, after all its routes, behind only_chat_doors."""
    gr.mount_gradio_app(
        app,
        build_chat(service),
        path="/",
        show_error=False,
        footer_links=[],
        run_history=False,
        max_file_size=1,
        ssr_mode=False,
        mcp_server=False,
        enable_monitoring=False,
        theme=gr.themes.Base(font=["Arial", "sans-serif"], font_mono=["monospace"]),
        css=STYLE,
        head=SCRIPT,
    )
    mounted: Any = app.router.routes[-1]
    mounted.app = only_chat_doors(app, mounted.app)


def build_chat(service: Callable[[], Service]) -> gr.Blocks:
    """The page and its events; `service` is called with each of them, so it may not be open yet when this runs."""
    with gr.Blocks(title=f"{PRODUCT}: {TAGLINE}", analytics_enabled=False, fill_width=True) as chat:
        gr.HTML(header())
        with gr.Row(elem_id="workspace"):
            with gr.Column(scale=3, min_width=320, elem_id="conversation"):
                conversation = gr.Chatbot(
                    label="Conversation",
                    show_label=False,
                    elem_id="messages",
                    layout="bubble",
                    height="max(20rem, calc(100vh - 25rem))",
                    placeholder=WELCOME,
                    allow_tags=False,
                    latex_delimiters=[],
                    buttons=[],
                    feedback_options=None,
                    group_consecutive_messages=False,
                )
                status = gr.HTML(announcement(""), elem_id="announcement")
                question = gr.Textbox(
                    label="Your question",
                    placeholder="For example: which recommendations concern training?",
                    max_length=schemas.MAX_QUESTION_CHARACTERS,
                    lines=1,
                    max_lines=5,
                    submit_btn="Ask",
                    elem_id="question",
                    autofocus=True,
                )
                with gr.Row(elem_id="examples"):
                    examples = [gr.Button("", size="sm", visible=False) for _ in range(EXAMPLES)]
                with gr.Accordion("Only in one report, section or organisation", open=False, elem_id="filters"):
                    choices = [
                        gr.Dropdown([ANY], value=ANY, label=label, allow_custom_value=True)
                        for label in ("Report", "Section", "Organisation")
                    ]
                again = gr.Button("New conversation", size="sm", elem_id="again")
            with gr.Column(scale=2, min_width=320, elem_id="evidence"):
                evidence = gr.HTML(panel(NO_EVIDENCE))
        notice = gr.HTML(elem_id="notice")
        turns = gr.JSON([], visible=False)

        def opened() -> list[Any]:
            return page_state(service().index)

        async def asked(
            typed: str, shown: Messages, before: Turns, report: str, section: str, organisation: str
        ) -> AsyncGenerator[Update, None]:
            chosen = (report, section, organisation)
            async with aclosing(ask(service(), typed, shown or [], before or [], chosen)) as updates:
                async for update in updates:
                    yield update

        chat.load(opened, None, [*choices, *examples, notice], api_visibility="private", show_progress="hidden")
        inputs = [conversation, turns, *choices]
        outputs = [question, conversation, turns, evidence, status]
        options: dict[str, Any] = {
            "api_visibility": "private",
            "show_progress": "hidden",
            "concurrency_limit": None,
            "concurrency_id": "ask",
        }
        asking = []
        for event, typed in ((question.submit, question), *((example.click, example) for example in examples)):
            answered = event(asked, [typed, *inputs], outputs, **options)
            asking.append(answered)
            answered.failure(
                broke, conversation, [conversation, status], api_visibility="private", show_progress="hidden"
            )
        for start_again in (again.click, conversation.clear):
            start_again(
                lambda: ("", [], [], panel(NO_EVIDENCE), announcement("New conversation.")),
                None,
                outputs,
                cancels=asking,
                api_visibility="private",
                show_progress="hidden",
            )
    chat.queue(default_concurrency_limit=None, max_size=64, api_open=False)
    return chat


def page_state(index: OpenIndex) -> list[Any]:
    """What depends on the loaded reports: filter choices, examples, notices; read anew when a page is opened."""
    reports = [(ANY, ANY), *((report.title, report.id) for report in index.reports)]
    questions = example_questions(index)[:EXAMPLES]
    buttons = [gr.Button(question, visible=True) for question in questions]
    return [
        gr.Dropdown(reports, value=ANY),
        gr.Dropdown([ANY, *section_titles(index)], value=ANY),
        gr.Dropdown([ANY, *organisation_names(index)], value=ANY),
        *buttons,
        *[gr.Button(visible=False) for _ in range(EXAMPLES - len(buttons))],
        markup.notices(index.reports),
    ]


async def ask(
    service: Service, typed: str, shown: Messages, before: Turns, chosen: tuple[str, str, str]
) -> AsyncGenerator[Update, None]:
    """The page while a question is worked on, then with its answer; one that cannot be asked is only announced."""
    try:
        question = _QUESTION.validate_python(typed)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        yield typed, shown, before, gr.skip(), announcement(f"The question {reason}.", alert=True)
        return
    messages = [*shown, message("user", f"<bdi>{lines(question)}</bdi>")]
    begun = Unfinished()
    yield "", [*messages, begun.message], before, gr.skip(), announcement(f"{begun.doing}.")
    reports, sections, organisations = ((value,) if value and value != ANY else () for value in chosen)
    wanted = Asked(question, before, Filters(reports, sections, organisations))
    try:
        async with aclosing(told(service, wanted, Departure(), LOOK_EVERY_S)) as happening:
            async for event in happening:
                if isinstance(event, Answer):
                    finish = partial(finished, service, question, event, messages, before)
                    yield await to_thread.run_sync(finish)
                else:
                    status = announcement(said) if (said := begun.hear(event)) else gr.skip()
                    showing = gr.skip() if event is None else [*messages, begun.message]
                    yield gr.skip(), showing, gr.skip(), gr.skip(), status
    except ClasQAError as error:
        refusal = message("assistant", f'<p class="warning">{text(public_detail(error))}</p>')
        yield gr.skip(), [*messages, refusal], before, gr.skip(), announcement("No answer.", alert=True)


class Unfinished:
    """What a reader sees of an answer that is being made."""

    def __init__(self) -> None:
        self._sentences: list[AnswerSentence] = []
        self._notice = ""
        self.doing = STAGES[Stage.SEARCHING]

    def hear(self, event: Stage | AnswerSentence | Withdrawn | None) -> str:
        """Take in what happened; what is to be announced of it, "" for nothing: a sentence never is."""
        match event:
            case Stage():
                self.doing = STAGES[event]
                return f"{self.doing}."
            case AnswerSentence():
                self._sentences.append(event)
            case Withdrawn():
                self._sentences.clear()
                self._notice = event.reason
                self.doing = STAGES[Stage.CHECKING]
                return event.reason
        return ""

    @property
    def message(self) -> dict[str, Any]:
        """It as a chat message."""
        return message("assistant", markup.unfinished_html(self._sentences, self._notice, self.doing))


def finished(service: Service, question: str, answer: Answer, messages: Messages, before: Turns) -> Update:
    """The page with an answer and its evidence."""
    said = [
        {"role": "user", "content": question},
        {"role": "assistant", "content": answer.answer[: schemas.MAX_TURN_CHARACTERS]},
    ]
    return (
        gr.skip(),  # what is typed meanwhile stays
        [*messages, message("assistant", markup.answer_html(answer))],
        [*before, *said][-schemas.MAX_TURNS :],
        panel(evidence_with_copy(answer, service.index)),
        announcement(f"Answer ready. {STATUSES[answer.status]}. {counted(len(answer.citations))}.", evidence=True),
    )


def broke(shown: Messages) -> tuple[Any, Any]:
    """The conversation after a fault of ours: its last message says so instead of searching for ever."""
    if not shown:
        # Gradio takes an answer that "New conversation" has stopped for a fault, too.
        return gr.skip(), gr.skip()
    told = '<p class="warning">Something broke: this is a fault of the service, not of the question.</p>'
    return [*shown[:-1], message("assistant", told)], announcement("No answer.", alert=True)


def message(role: str, html: str) -> dict[str, Any]:
    """One chat message of ready HTML in one block and on one line, so that Markdown leaves it alone."""
    return {"role": role, "content": f'<div class="said">{" ".join(html.splitlines())}</div>'}


def lines(written: str) -> str:
    """Escaped text that keeps its line breaks."""
    return "<br>".join(text(line) for line in written.strip().splitlines())


def announcement(words: str, alert: bool = False, evidence: bool = False) -> str:
    """The status line: a polite live region, so that screen readers hear that an answer is there and not each word."""
    # Shown on narrow screens only, where the panel stands below the fold.
    way = ' <a href="#evidence">See the evidence</a>' if evidence else ""
    css = "alert" if alert else "quiet"
    return f'<p role="status" aria-live="polite" class="{css}">{text(words)}{way}</p>'


def counted(citations: int) -> str:
    """How many passages are cited, in words."""
    return f"{citations} passage{'' if citations == 1 else 's'} cited"


def panel(html: str) -> str:
    """The evidence panel as a named region that can be reached and scrolled by keyboard."""
    return f'<section class="panel" aria-label="Evidence" tabindex="0">{html}</section>'


def evidence_with_copy(answer: Answer, index: OpenIndex) -> str:
    """The evidence, below a button that copies the answer with its references."""
    if not answer.citations:
        return markup.evidence_html(answer, index)
    copied = text(answer_to_copy(answer, index.reports)).replace("\n", "&#10;")
    button = f'<button type="button" class="copy" data-copy="{copied}">Copy answer with references</button>'
    return button + markup.evidence_html(answer, index)


def header() -> str:
    """Product name and the ways to the other pages."""
    links = "".join(f'<li><a href="{url}">{label}</a></li>' for url, label in markup.NAVIGATION if url != "/")
    return (
        f'<header class="site"><h1 class="product">{PRODUCT}</h1><p class="tagline">{text(TAGLINE)}</p>'
        f'<nav aria-label="Site"><ul>{links}</ul></nav></header>'
    )
