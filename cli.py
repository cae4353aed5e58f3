"""The command line: clas-qa serve | ask | search | show | verify | doctor | reports | eval.

Exit codes: 0 done, 1 no answer, not verified or failed, 2 wrong usage or settings.
"""

import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from index.errors import ClasQAError, UnknownName
from settings import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from index.embed import Embedder
    from index.filters import Filters
    from index.library import Library
    from index.report import Passage, Report
    from rag.draft_check import CheckedDraft
    from rag.receipt import CheckedReceipt

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Questions on CLAS reviews, answered with the paragraphs that prove it.",
)
reports_app = typer.Typer(no_args_is_help=True, help="The reports that are loaded.")
app.add_typer(reports_app, name="reports")

JsonFlag = Annotated[bool, typer.Option("--json", help="Print the API's JSON object instead of text.")]
ReportFilter = Annotated[list[str] | None, typer.Option("--report", help="Only this report (may be given again).")]
SectionFilter = Annotated[list[str] | None, typer.Option("--section", help="Only this section, by title or number.")]
OrganisationFilter = Annotated[
    list[str] | None, typer.Option("--organisation", help="Only passages on this organisation.")
]
RecommendationFilter = Annotated[
    list[str] | None, typer.Option("--recommendation", help="Only what belongs to this recommendation.")
]
KindFilter = Annotated[
    list[str] | None, typer.Option("--kind", help="Only this kind: finding, recommendation, quote, …")
]


def main() -> None:
    """Entry point: errors that a user can mend are one line on stderr."""
    try:
        app()
    except (UnknownName, SettingsError) as exc:
        _fail(exc, 2)
    except ClasQAError as exc:
        _fail(exc, 1)


def _fail(error: Exception, code: int) -> NoReturn:
    print(f"clas-qa: {error}", file=sys.stderr)
    sys.exit(code)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default CLAS_QA_HOST or 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; default CLAS_QA_PORT or 7860.")] = None,
) -> None:
    """Serve chat and API."""
    from app import serve as serve_app

    settings = load_settings()
    chosen = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    serve_app(settings.model_copy(update=chosen))


@app.command("eval", context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def evaluate(context: typer.Context) -> None:
    """Measure the answers on the gold questions; `clas-qa eval --help` lists what can be done."""
    from eval.__main__ import app as eval_app

    eval_app(context.args, prog_name="clas-qa eval")


@app.command()
def ask(
    words: Annotated[list[str], typer.Argument(metavar="QUESTION", help="The question.")],
    report: ReportFilter = None,
    section: SectionFilter = None,
    organisation: OrganisationFilter = None,
    recommendation: RecommendationFilter = None,
    kind: KindFilter = None,
    mode: Annotated[
        Literal["auto", "extractive", "llm"],
        typer.Option(help="Who words the answer: the language model where one is configured, or only the reports."),
    ] = "auto",
    as_json: JsonFlag = False,
) -> None:
    """Answer one question. Exit code 1 where the reports hold no answer, 2 for what is no question."""
    from app import open_writer
    from rag.answer import AnswerStatus, answer_question
    from rag.rerank import load_reranker
    from rag.rungs.nli import load_nli

    settings = load_settings()
    writer = None if mode == "extractive" else open_writer(settings)
    nli = load_nli(settings.nli) if writer else None
    reranker = load_reranker(settings.reranker)
    library, embedder = _open(settings)
    index = library.current()
    answer = answer_question(
        " ".join(words),
        index=index,
        embedder=embedder,
        filters=_filters(index.reports, report, section, organisation, recommendation, kind),
        mode=mode,
        reranker=reranker,
        writer=writer,
        nli=nli.objection if nli else None,
    )
    if as_json:
        _print_json(answer.public())
    else:
        print(answer.answer)
        for line in (f"Complete: {answer.completeness}." if answer.completeness else "", *answer.warnings):
            if line:
                print(f"\n{line}")
        for text, reason in answer.withheld:
            print(f"\nWithheld: “{text}” {reason}")
        for related in answer.related:
            print(f"\nLinked recommendation {related.number}: {related.text}")
        for citation in answer.citations:
            print(f"\n[{citation.passage.mark}] {_where(citation.passage)}")
        if not answer.citations and answer.consulted:
            print(f"\nNearest passages: {', '.join(answer.consulted)}")
    if answer.status is AnswerStatus.INVALID_QUESTION:
        raise typer.Exit(2)
    if answer.status not in {AnswerStatus.ANSWERED, AnswerStatus.PARTLY_ANSWERED}:
        raise typer.Exit(1)


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(metavar="QUESTION", help="What to look for.")],
    k: Annotated[int, typer.Option("--k", min=1, max=50, help="How many passages.")] = 10,
    report: ReportFilter = None,
    section: SectionFilter = None,
    organisation: OrganisationFilter = None,
    recommendation: RecommendationFilter = None,
    kind: KindFilter = None,
    as_json: JsonFlag = False,
) -> None:
    """The nearest passages, best first."""
    from rag.question import clean, invalid_reason
    from rag.rerank import load_reranker
    from rag.search_lane import search as search_passages

    text = clean(" ".join(words))
    if reason := invalid_reason(text):
        print(f"clas-qa: {reason}", file=sys.stderr)
        raise typer.Exit(2)
    settings = load_settings()
    reranker = load_reranker(settings.reranker)
    library, embedder = _open(settings)
    index = library.current()
    hits = search_passages(
        text,
        index=index,
        embedder=embedder,
        k=k,
        filters=_filters(index.reports, report, section, organisation, recommendation, kind),
        reranker=reranker,
    )
    if as_json:
        _print_json({"passages": [hit.public() for hit in hits]})
    else:
        for hit in hits:
            print(
                f"{hit.rank:>2}  {hit.score:.3f}  [{hit.passage.mark}] {_where(hit.passage)}\n    {_shortened(hit.passage.text)}"
            )
    if not hits:
        raise typer.Exit(1)


@app.command()
def show(
    words: Annotated[
        list[str], typer.Argument(metavar="MARK", help="A passage: 5.2.7, p1.2, R2.1, rec 2.1, some-report-2015/R2.1.")
    ],
    report: Annotated[str | None, typer.Option(help="Report id, where several are loaded.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """The text of one passage, exactly. A bare number shows both things that bear it."""
    passages = _named_passages(" ".join(words), report, _library(load_settings()).reports())
    if as_json:
        _print_json({"passages": [passage.public() for passage in passages]})
        return
    for passage in passages:
        print(f"[{passage.mark}] {_where(passage)}\n{passage.text}\n")


@app.command()
def verify(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="A draft with marks (.txt, .md, .docx), a receipt (.json: an answer saved as the API gave it), or - for stdin.",
        ),
    ],
    report: ReportFilter = None,
    as_json: JsonFlag = False,
) -> None:
    """Check a draft or a saved answer against the reports. Exit code 0 where every sentence is verified, 1 where one is not."""
    from index.errors import ReportUnreadable
    from index.filters import Filters
    from proofread import Draft, PaperUnreadable, print_checked, print_json, read_paper
    from rag.answer import answer_question
    from rag.draft_check import check_text
    from rag.receipt import ReceiptInvalid, check_receipt
    from rag.rerank import load_reranker
    from rag.rungs.nli import load_nli
    from rag.scope import checked_filters, find_report
    from rag.verify import Verifier

    settings = load_settings()
    try:
        paper = read_paper(file)
    except (PaperUnreadable, ReportUnreadable, ReceiptInvalid) as exc:
        _fail(exc, 2)
    nli = load_nli(settings.nli)
    library, embedder = _open(settings)
    index = library.current()
    verifier = Verifier(index, embedder, nli.objection if nli else None)
    checked: CheckedDraft | CheckedReceipt
    if isinstance(paper, Draft):
        reports = [find_report(index.reports, name) for name in report or ()]
        checked = check_text(paper.text, verifier, reports or None)
        for remark in paper.remarks:
            print(f"note: {remark}", file=sys.stderr)
    else:
        filters = checked_filters(index.reports, Filters(reports=tuple(report or ())))
        reranker = load_reranker(settings.reranker)
        ask = partial(
            answer_question, index=index, embedder=embedder, filters=filters, mode="extractive", reranker=reranker
        )
        checked = check_receipt(paper, index, verifier, ask)
    if as_json:
        print_json(checked.public())
    else:
        print_checked(checked.public(), Console())
    if not checked.ok:
        raise typer.Exit(1)


@app.command()
def doctor(as_json: JsonFlag = False) -> None:
    """What is configured, what of it works, and what to do about the rest. Exit code 1 where something configured does not work."""
    from doctor import State, examine

    checks = []
    for check in examine(load_settings()):
        checks.append(check)
        if not as_json:
            print(f"{check.name}: {check.state.value}{': ' if check.detail else ''}{check.detail}", flush=True)
    failed = [check for check in checks if check.state is State.FAILS]
    if as_json:
        _print_json({"ok": not failed, "checks": [check.public() for check in checks]})
    if failed:
        raise typer.Exit(1)


@reports_app.command("list")
def list_reports(as_json: JsonFlag = False) -> None:
    """Loaded reports with their figures."""
    reports = _library(load_settings()).reports()
    if as_json:
        _print_json({"reports": [report.summary() for report in reports]})
        return
    for report in reports:
        print(f"{report.id}: {report.title}\n    {_figures(report)}")


@reports_app.command("show")
def show_report(report_id: Annotated[str, typer.Argument(help="Report id.")], as_json: JsonFlag = False) -> None:
    """One report: front matter, figures, organisations, and everything that the parser did not understand."""
    from rag.scope import find_report

    report = find_report(_library(load_settings()).reports(), report_id)
    if as_json:
        _print_json(report.public())
        return
    print(f"{report.id}: {report.title}\n{report.notice}\n")
    for label, value in report.front_matter:
        print(f"{label}: {value}")
    print(f"\n{_figures(report)}")
    for organisation in report.organisations:
        addressed = sum(organisation.name in passage.addressed_to for passage in report.passages)
        also = f"; also {', '.join(organisation.aliases)}" if organisation.aliases else ""
        print(f"  {organisation.name} ({organisation.role.value}): {addressed} recommendations{also}")
    for remark in report.remarks:
        print(f"note: {remark}")
    for warning in report.warnings:
        print(f"line {warning.line}: {warning.message}")


@reports_app.command("add")
def add_report(
    files: Annotated[list[Path], typer.Argument(help="Report files: PDF, DOCX, HTML, Markdown or text.")],
) -> None:
    """Parse report files and put them into the index; a file that cannot be read changes nothing."""
    library = _library(load_settings())
    with _progress() as progress:
        for file in files:
            report = library.add(file, progress=progress)
            print(f"{report.id}: {_figures(report)}")
            for remark in report.remarks:
                print(f"note: {remark}")
            if report.warnings:
                print(f"{len(report.warnings)} warnings; see `clas-qa reports show {report.id}`")


@reports_app.command("remove")
def remove_report(report_id: Annotated[str, typer.Argument(help="Report id.")]) -> None:
    """Take a report out of the index."""
    from rag.scope import find_report

    library = _library(load_settings())
    find_report(library.reports(), report_id)
    with _progress() as progress:
        library.remove(report_id, progress=progress)
    print(f"{report_id} removed")


@reports_app.command("build")
def build_index() -> None:
    """Parse the stored report files again and build the index afresh (after a change of the embedding model, say)."""
    library = _library(load_settings())
    with _progress() as progress:
        print(f"generation {library.build(progress=progress)}")


def _library(settings: Settings) -> "Library":
    """The library; the model is loaded only when something is to be embedded, the bundled reports are added at the first use."""
    from index.embed import load_embedder
    from index.library import Library

    library = Library(settings.data_dir, lambda: load_embedder(settings.embedding_model))
    if not library.reports():
        with _progress() as progress:
            library.ensure(settings.reports_dir, progress=progress)
    return library


def _open(settings: Settings) -> "tuple[Library, Embedder]":
    from index.embed import load_embedder
    from index.library import Library

    embedder = load_embedder(settings.embedding_model)
    library = Library(settings.data_dir, embedder)
    with _progress() as progress:
        library.ensure(settings.reports_dir, progress=progress)
    return library, embedder


class _progress:
    """A progress bar on stderr where that is a terminal, else a line a stage."""

    def __enter__(self) -> Callable[[str, int, int], None]:
        self._console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._tasks: dict[str, int] = {}
        if self._console.is_terminal:
            self._bar.start()
        return self._report

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _report(self, stage: str, done: int, total: int) -> None:
        if stage not in self._tasks:
            self._tasks[stage] = self._bar.add_task(stage, total=total)
            if not self._console.is_terminal:
                print(f"{stage} ({total})", file=sys.stderr)
        self._bar.update(self._tasks[stage], completed=done, total=total)  # type: ignore[arg-type]


def _filters(
    reports: "Sequence[Report]",
    report: list[str] | None,
    section: list[str] | None,
    organisation: list[str] | None,
    recommendation: list[str] | None,
    kind: list[str] | None,
) -> "Filters":
    from index.filters import Filters
    from rag.scope import checked_filters

    asked = Filters(
        tuple(report or ()),
        tuple(section or ()),
        tuple(organisation or ()),
        tuple(recommendation or ()),
        tuple(kind or ()),
    )
    return checked_filters(reports, asked)


def _named_passages(mark: str, report_id: str | None, reports: "Sequence[Report]") -> "list[Passage]":
    from index.report import possible_marks
    from rag.scope import find_report

    if "/" in mark:
        report_id, _, mark = mark.partition("/")
    scope = [find_report(reports, report_id)] if report_id else list(reports)
    marks = possible_marks(mark)
    found = [passage for report in scope for wanted in marks if (passage := report.passage(wanted))]
    if not found:
        alike = {wanted[0] for wanted in marks}
        known = [p.mark for report in scope for p in report.passages if not alike or p.mark[0] in alike]
        raise UnknownName("passage", mark, known)
    return found


def _where(passage: "Passage") -> str:
    return f"{passage.report} › {' › '.join(passage.heading)}"


def _shortened(text: str) -> str:
    words = text.split()
    return " ".join(words[:30]) + (" …" if len(words) > 30 else "")


def _figures(report: "Report") -> str:
    from index.report import Kind

    counts = ", ".join(f"{len(report.of_kind(kind))} {kind.value.replace('_', ' ')}" for kind in Kind)
    links = sum(len(passage.recommendations) for passage in report.passages)
    return f"passages: {counts}; {links} references; {len(report.organisations)} organisations; {len(report.warnings)} warnings"


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
