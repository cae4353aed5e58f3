"""create_app builds everything once and mounts API, pages and chat; `uvicorn app:app` and `python app.py` serve it.

Importing this module costs nothing: `app` is built when it is first asked for.
"""

import ipaddress
import logging
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import ClasQAError, IndexBusy, IndexDamaged, IndexMissing
from settings import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from rag.llm.guest import Breaker
    from rag.llm.state import ModelState
    from rag.prompts import Prompts
    from rag.write import Writer
    from web.service import OpenLibrary, Service

log = logging.getLogger("clas_qa")
EVAL_PAGE = Path(__file__).with_name("eval") / "baseline" / "report.html"
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
# The service starts without an index it can repair or wait for; every other failure stops the start.
WAITABLE = (IndexMissing, IndexDamaged, IndexBusy)


def create_app(
    settings: Settings,
    *,
    library: "OpenLibrary | None" = None,
    embedder: Any = None,
    answer: Callable[..., Any] | None = None,
    search: Callable[..., Sequence[Any]] | None = None,
    eval_page: Path = EVAL_PAGE,
) -> "FastAPI":
    """The whole service. Parts that are given are used as they are; the rest is opened when the server starts.

    `eval_page` is what /eval shows, the page of the committed run; it need not exist.

    Raises:
        SettingsError: the host is not a loopback address.
    """
    refuse_open_address(settings.host)
    from fastapi import FastAPI

    from web import api, api_reports, chat, evaluation, pages, perimeter, problems, reference
    from web.service import Service

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if not hasattr(app.state, "service"):
            app.state.service = open_service(settings)
        yield

    app = FastAPI(
        title="clas-qa",
        version="0.1.0",
        description="Answers questions on CQC reviews of health services for Children Looked After and Safeguarding, "
        "each sentence proved by a numbered paragraph.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        max_body_size=perimeter.CHAT_BODY_BYTES,
    )
    if library is not None:
        if answer is None or search is None:
            raise ValueError("a ready library comes with its embedder, answer and search")
        app.state.service = Service(library, embedder, answer, search)
    problems.install(app)
    for part in (api.router, api_reports.router, api.health, pages.router, reference.router):
        app.include_router(part)
    reference.install(app)
    evaluation.install(app, eval_page)
    chat.mount_chat(app, lambda: app.state.service)
    perimeter.install(app, (*LOOPBACK_NAMES, settings.host))
    return app


def open_service(settings: Settings) -> "Service":
    """Load the model, bring the index up to date, open it; progress goes to stderr.

    Raises:
        ClasQAError: the service could not answer and waiting would not help.
    """
    from index.embed import load_embedder
    from index.library import Library
    from rag.answer import answer_question
    from rag.llm.state import ModelWatch
    from rag.rerank import load_reranker
    from rag.rungs.nli import load_nli
    from rag.search_lane import search
    from rag.verify import Verifier
    from web.service import Service, no_language_model

    watch = ModelWatch()
    writer = open_writer(settings, watch.breaker)
    if writer is not None:
        watch.begin(writer.model, partial(tell_model, writer.model.name))
    reranker = load_reranker(settings.reranker)
    if reranker is not None:
        tell(f"what is found is put in the order of the reranker {reranker.name}")
    nli = load_nli(settings.nli)
    objector = nli.objection if nli else None
    if nli is not None:
        tell(f"what is freely worded is also checked by the NLI model {nli.name}")
    embedder = load_embedder(settings.embedding_model)
    library = Library(settings.data_dir, embedder)
    try:
        library.ensure(settings.reports_dir, tell_progress)
        opened = library.current()
        tell(f"{len(opened.reports)} reports, {len(opened.passages)} passages, generation {opened.generation}")
    except WAITABLE as error:
        tell(f"not ready: {error}")
    return Service(
        library,
        embedder,
        partial(answer_question, reranker=reranker, writer=writer, nli=objector),
        partial(search, reranker=reranker),
        lambda index: Verifier(index, embedder, objector),
        watch.public if writer else no_language_model,
    )


def open_writer(settings: Settings, breaker: "Breaker | None" = None) -> "Writer | None":
    """The language model and its prompts, None where none is configured; nothing is sent yet.

    Raises:
        SettingsError: a setting of the language model, or a prompt, cannot be used; names it and says what to do.
    """
    if settings.llm_url is None or settings.llm_model is None:
        if "prompts_dir" in settings.model_fields_set:
            open_prompts(settings.prompts_dir)
        return None
    from rag.generate import connect
    from rag.llm.server import ModelMisconfigured, address
    from rag.write import Writer

    url, ca_file = settings.llm_url, settings.llm_ca_file
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    blamed = "LLM_URL"
    try:
        address(url, None, None)
        blamed = "LLM_API_KEY"
        address(url, key, None)
        blamed = "LLM_CA_FILE"
        address(url, key, ca_file)
        blamed = "LLM_MODEL"
        model = connect(
            url,
            settings.llm_model,
            key,
            timeout_s=settings.llm_timeout_s,
            max_tokens=settings.llm_max_tokens,
            context_window=settings.llm_context_window,
            concurrency=settings.llm_concurrency,
            queue=settings.llm_queue,
            ca_file=ca_file,
            stream=settings.llm_stream,
            breaker=breaker,
        )
    except ModelMisconfigured as error:
        raise SettingsError(f"CLAS_QA_{blamed}: {error}") from None
    return Writer(model, open_prompts(settings.prompts_dir), settings.llm_samples, settings.llm_judge)


def open_prompts(folder: Path) -> "Prompts":
    """The prompts of a folder, checked.

    Raises:
        SettingsError: one of them is missing or cannot be used; names the file.
    """
    from rag.prompts import PromptInvalid, load_prompts

    try:
        return load_prompts(folder)
    except PromptInvalid as error:
        raise SettingsError(
            f"CLAS_QA_PROMPTS_DIR {folder}: {' '.join(str(error).split())}; mend the file, or unset CLAS_QA_PROMPTS_DIR "
            "for the prompts that come with clas-qa"
        ) from None


def tell_model(name: str, state: "ModelState", detail: str) -> None:
    """How the language model stands at the start."""
    if detail:
        tell(f"the language model {name} is not used for now, answers are made of the reports' own sentences: {detail}")
    else:
        tell(f"the language model {name} answers")


def tell(words: object) -> None:
    """One line on stderr."""
    sys.stderr.write(f"clas-qa: {words}\n")


def tell_progress(stage: str, done: int, total: int) -> None:
    """A stage of the index when it begins and when it ends."""
    if done in (0, total):
        tell(f"{stage} {done}/{total}")


def refuse_open_address(host: str) -> None:
    """There are no keys yet, so only this machine may connect.

    Raises:
        SettingsError: the host is not a loopback name or address.
    """
    name = host.strip("[]")
    try:
        local = ipaddress.ip_address(name).is_loopback
    except ValueError:
        local = name == "localhost"
    if not local:
        raise SettingsError(
            f"CLAS_QA_HOST is {host}, but nothing here asks who connects: listen on 127.0.0.1, and put a proxy that "
            "signs people in before it on the same machine"
        )


def serve(settings: Settings) -> None:
    """Serve until stopped.

    Raises:
        ClasQAError: the service cannot start; the message says what to do.
    """
    refuse_open_address(settings.host)
    import uvicorn

    application = create_app(settings)
    # Opened before the server starts, so that what stops it is one line and not a trace.
    application.state.service = open_service(settings)
    uvicorn.run(
        application,
        host=settings.host,
        port=settings.port,
        server_header=False,
        access_log=False,
        timeout_graceful_shutdown=10,
    )


def main() -> int:
    """Serve as the environment says; 2 when it cannot start."""
    try:
        serve(load_settings())
    except ClasQAError as error:
        tell(error)
        return 2
    return 0


def __getattr__(name: str) -> Any:
    if name == "app":
        application = create_app(load_settings())
        globals()["app"] = application
        return application
    raise AttributeError(name)


if __name__ == "__main__":
    sys.exit(main())
