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
    from rag.rerank import load_reranker
    from rag.search_lane import search
    from web.service import Service

    reranker = load_reranker(settings.reranker)
    if reranker is not None:
        tell(f"what is found is put in the order of the reranker {reranker.name}")
    embedder = load_embedder(settings.embedding_model)
    library = Library(settings.data_dir, embedder)
    try:
        library.ensure(settings.reports_dir, tell_progress)
        opened = library.current()
        tell(f"{len(opened.reports)} reports, {len(opened.passages)} passages, generation {opened.generation}")
    except WAITABLE as error:
        tell(f"not ready: {error}")
    return Service(library, embedder, partial(answer_question, reranker=reranker), partial(search, reranker=reranker))


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
