"""`python -m eval`: run, score, compare, baseline, summary, check."""

import re
import sys
import tempfile
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from eval.claims import claim_faults, load_claims
from eval.compare import differences, paired, turned
from eval.gate import BASELINE, GateError, below, gate, parse_floor
from eval.gold import Half, check
from eval.markdown import headline, write_between_markers
from eval.page import PAGE, write_page
from eval.run import RUNS, RunError, Suite, copy_run, find_run, load_suites, report_file, run_folder, write_run
from eval.score import QuestionScore, score_run
from eval.server import over_http, reports_of
from eval.summary import groups, summarise, write_scores
from eval.systems import RememberingEmbedder, System, in_process
from eval.tables import print_differences, print_failures, print_groups, print_summary, print_turned
from eval.verifier import judge_claims, print_misjudged, print_verifier, verifier_breaches
from index.embed import load_embedder
from index.errors import ClasQAError
from index.library import Library
from index.parse import read_report
from index.report import Report
from rag.rerank import load_reranker
from rag.rungs.nli import load_nli
from rag.verify import Verifier
from settings import load_settings

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
out = Console(width=None if sys.stdout.isatty() else 150)
err = Console(stderr=True)

README = Path(__file__).resolve().parent.parent / "README.md"
# Settings that say nothing of the answers made in this process: a language model writes behind a server only.
_OF_A_SERVER = re.compile(r"data_dir|reports_dir|host|port|prompts_dir|nli|llm_\w+")

HalfOption = Annotated[
    Literal["tuning", "reporting", "all"], typer.Option("--half", help="which questions the headline looks at")
]
TypeOption = Annotated[list[str] | None, typer.Option("--type", help="only this type of question; may be repeated")]
FloorOption = Annotated[list[str] | None, typer.Option("--floor", help="NAME=VALUE: fail below it; may be repeated")]
GateOption = Annotated[bool, typer.Option("--gate", help="fail on a false citation or on a fall behind eval/baseline")]
RunsOption = Annotated[Path, typer.Option("--runs", help="folder of the runs", show_default=False)]
FailuresOption = Annotated[bool, typer.Option("--failures", help="list the questions that were not answered right")]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="NAME=VALUE: a setting for this run; may be repeated")
]
RunName = Annotated[str, typer.Argument(help="name of the run, its folder, or a path")]


@app.command("run")
def run(
    name: Annotated[str, typer.Option(help="the run becomes the folder <commit>-<name> under --runs")] = "latest",
    half: HalfOption = "reporting",
    types: TypeOption = None,
    suite: Annotated[list[str] | None, typer.Option(help="only this gold file; may be repeated")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="only the first so many questions of each gold file")] = None,
    mode: Annotated[
        Literal["auto", "extractive", "llm"], typer.Option(help="who writes the answers, where a model is connected")
    ] = "auto",
    changes: SetOption = None,
    url: Annotated[str | None, typer.Option(help="ask this running server, not this process")] = None,
    key: Annotated[str | None, typer.Option(envvar="CLAS_EVAL_KEY", help="API key for --url")] = None,
    floor: FloorOption = None,
    gated: GateOption = False,
    failures: FailuresOption = False,
    runs: RunsOption = RUNS,
) -> None:
    """Ask every gold question, write the run, score it, print tables and write its page."""
    if mode == "llm" and not url:
        raise ClasQAError(
            "a language model writes behind a server: connect one, `clas-qa serve`, and give its address with --url"
        )
    if url and changes:
        raise ClasQAError("--set changes this process; a server given by --url has its own settings")
    settings = _settings(changes or ())
    gold = load_suites()
    _refuse_unknown("--suite", suite, {s.name for s in gold})
    _refuse_unknown("--type", types, {q.type for s in gold for q in s.questions})
    suites = [_chosen(s, types, limit) for s in gold if not suite or s.name in suite]
    if not any(s.questions for s in suites):
        raise ClasQAError("no gold question is left by --suite and --type; `python -m eval check` counts them")
    folder = run_folder(name, runs)
    about = settings | {"mode": mode, "types": types, "limit": limit, "url": url, "torch": version("torch")}
    with ExitStack() as stack:
        asked = _over_url(suites, url, key, mode) if url else _here(suites, stack, mode, settings)
        reports = _reports([s for s, _ in asked])
        columns = (TextColumn("asking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        bar = stack.enter_context(Progress(*columns, console=err))
        task = bar.add_task("", total=sum(len(s.questions) for s, _ in asked))
        write_run(folder, asked, reports.values(), about, lambda: bar.advance(task))
    _tell(folder, half, floor, gated, failures)


@app.command("score")
def score(
    name: RunName = "latest",
    half: HalfOption = "reporting",
    floor: FloorOption = None,
    gated: GateOption = False,
    failures: FailuresOption = False,
    runs: RunsOption = RUNS,
) -> None:
    """Score a run again without asking anything."""
    _tell(find_run(name, runs), half, floor, gated, failures)


@app.command("compare")
def compare(
    before: RunName,
    after: RunName,
    half: HalfOption = "reporting",
    types: TypeOption = None,
    runs: RunsOption = RUNS,
) -> None:
    """Paired differences between two runs, with bootstrap intervals, and the questions that turned."""
    first, second = find_run(before, runs), find_run(after, runs)
    scores = [score_run(folder) for folder in (first, second)]
    _refuse_unknown("--type", types, {score.question.type for run in scores for score in run})
    pairs = paired(*(_half(run, half, types) for run in scores))
    if not pairs.before:
        raise ClasQAError(f"{first.name} and {second.name} share no question of that kind")
    print_differences(out, f"{first.name} -> {second.name}, half: {half}", differences(pairs).values())
    for title, found in turned(pairs).items():
        print_turned(out, title, found)
    for title, ids in (("changed in the gold set", pairs.changed), ("not asked again", pairs.lost), ("new", pairs.new)):
        if ids:
            out.print(f"{len(ids)} {title}: {', '.join(ids[:8])}{' …' if len(ids) > 8 else ''}", markup=False)


@app.command("baseline")
def baseline(name: RunName = "latest", runs: RunsOption = RUNS) -> None:
    """Make a whole run the one that the gate compares with, and its page the one that is served at /eval."""
    folder = find_run(name, runs)
    asked = {score.question.id: score.question for score in score_run(folder)}
    gold = {question.id: question for suite in load_suites() for question in suite.questions}
    if others := sum(asked.get(i) != gold.get(i) for i in asked | gold):
        raise RunError(
            f"{folder.name} differs from the gold questions as they stand now in {others} questions, and a baseline"
            " answers all of them as they are; `python -m eval run` asks them, then `python -m eval baseline latest`"
        )
    copy_run(folder, BASELINE, write_page)
    out.print(f"{folder.name} is the baseline; commit {BASELINE.name}/ and run `python -m eval summary`", markup=False)


@app.command("summary")
def summary(
    name: Annotated[str, typer.Argument(help="name of the run; the baseline where none is given")] = str(BASELINE),
    write: Annotated[bool, typer.Option(help="write it into README.md between its markers")] = True,
    runs: RunsOption = RUNS,
) -> None:
    """The headline table of the reporting half as Markdown."""
    text = headline(find_run(name, runs))
    if write:
        write_between_markers(README, text)
    print(text)


@app.command("verifier")
def verifier(half: HalfOption = "reporting", failures: FailuresOption = False, gated: GateOption = False) -> None:
    """Put the true and false claims of eval/claims to the verifier: how many are accepted, how many caught, kind by kind."""
    settings = load_settings()
    embedder, nli = load_embedder(settings.embedding_model), load_nli(settings.nli)
    claims = [claim for claim in load_claims() if half == "all" or claim.half == Half(half)]
    with ExitStack() as stack:
        verifiers = {}
        for report in dict.fromkeys(claim.report for claim in claims):
            library = Library(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clas-qa-eval-"))), embedder)
            with err.status(f"indexing {report}"):
                library.add(report_file(report))
            verifiers[report] = Verifier(library.current(), embedder, nli.objection if nli else None)
        judged = judge_claims(claims, verifiers)
    print_verifier(out, f"Half: {half}", judged)
    if failures:
        print_misjudged(out, judged)
    breaches = verifier_breaches(judged) if gated else []
    for breach in breaches:
        err.print(f"gate: {breach}", markup=False)
    raise typer.Exit(1 if breaches else 0)


@app.command("check")
def check_gold() -> None:
    """Prove that spans stand in their reports and facts in their evidence, that ids are unique, and claims what their kind says."""
    suites, claims = load_suites(), load_claims()
    reports = _reports(suites)
    faults = check([q for s in suites for q in s.questions], reports) + claim_faults(claims, reports)
    for fault in faults:
        out.print(fault, markup=False)
    total = sum(len(s.questions) for s in suites)
    out.print(f"{total} questions in {len(suites)} gold files, {len(claims)} claims, {len(faults)} faults")
    raise typer.Exit(1 if faults else 0)


def _settings(changes: Sequence[str]) -> dict[str, str]:
    """The settings that bear on answers, those of the environment with these changes."""
    known = {
        name: str(value) for name, value in load_settings().model_dump().items() if not _OF_A_SERVER.fullmatch(name)
    }
    changed = dict(change.partition("=")[::2] for change in changes)
    if unknown := sorted(set(changed) - set(known)):
        raise ClasQAError(f"--set knows no {', '.join(unknown)}; it takes NAME=VALUE, NAME one of {', '.join(known)}")
    return known | changed


def _refuse_unknown(option: str, names: Sequence[str] | None, known: Collection[str]) -> None:
    if unknown := sorted(set(names or ()) - set(known)):
        raise ClasQAError(f"{option} knows no {', '.join(unknown)}; known: {', '.join(sorted(known))}")


def _chosen(suite: Suite, types: list[str] | None, limit: int | None) -> Suite:
    questions = [q for q in suite.questions if not types or q.type in types]
    return replace(suite, questions=tuple(questions[:limit]))


def _reports(suites: Sequence[Suite]) -> dict[str, Report]:
    ids = dict.fromkeys(report for suite in suites for report in suite.reports)
    return {report: read_report(report_file(report)) for report in ids}


def _here(
    suites: Sequence[Suite], stack: ExitStack, mode: str, settings: Mapping[str, str]
) -> list[tuple[Suite, System]]:
    reranker = load_reranker(settings["reranker"])
    embedder = RememberingEmbedder(load_embedder(settings["embedding_model"]))
    asked = []
    for suite in suites:
        data_dir = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clas-qa-eval-")))
        with err.status(f"indexing {', '.join(suite.reports)}"):
            files = [report_file(report) for report in suite.reports]
            asked.append((suite, in_process(files, data_dir, embedder, mode, reranker=reranker)))
    return asked


def _over_url(suites: Sequence[Suite], url: str, key: str | None, mode: str) -> list[tuple[Suite, System]]:
    there = reports_of(url, key)
    able = [suite for suite in suites if there.issuperset(suite.reports)]
    for suite in suites:
        if suite not in able:
            err.print(f"{suite.name}: left out, {url} lacks {', '.join(sorted(set(suite.reports) - there))}")
    if not able:
        raise ClasQAError(f"{url} holds none of the gold reports; add them with `clas-qa reports add`")
    return [(suite, over_http(url, key, suite.reports, mode)) for suite in able]


def _half(scores: Sequence[QuestionScore], half: str, types: list[str] | None = None) -> list[QuestionScore]:
    return [
        s
        for s in scores
        if (half == "all" or s.question.half == Half(half)) and (not types or s.question.type in types)
    ]


def _tell(folder: Path, half: str, floors: list[str] | None, gated: bool, failures: bool) -> None:
    scores = score_run(folder)
    chosen = _half(scores, half)
    write_scores(folder, scores)
    print_groups(out, "By gold file", groups(scores, lambda s: s.question.report or "cross"))
    print_groups(out, "By half", groups(scores, lambda s: s.question.half.value))
    print_groups(out, f"By register, half: {half}", groups(chosen, lambda s: s.question.register_))
    print_groups(out, f"By type, half: {half}", groups(chosen, lambda s: s.question.type))
    print_summary(out, f"Half: {half}", chosen)
    if failures:
        print_failures(out, chosen)
    write_page(folder)
    out.print(f"written to {folder}; the page is {folder / PAGE}", markup=False)
    broken = below(summarise(chosen), dict(parse_floor(floor) for floor in floors or ()))
    if gated:
        broken += _gate(scores)
    for line in broken:
        err.print(f"gate: {line}", markup=False)
    raise typer.Exit(1 if broken else 0)


def _gate(scores: Sequence[QuestionScore]) -> list[str]:
    if not (BASELINE / "answers.jsonl").exists():
        raise GateError("there is no baseline; `python -m eval baseline NAME` makes a run the baseline")
    found = gate(scores, score_run(BASELINE))
    print_differences(out, "Against the baseline, both halves", found.compared.values())
    out.print(f"became wrong: {', '.join(found.became_wrong) or 'none'}", markup=False)
    return list(found.breaches)


def main() -> None:
    """Run the command; a fault that a user can mend is told in one line."""
    try:
        app()
    except ClasQAError as exc:
        err.print(str(exc), style="red", markup=False)
        raise SystemExit(2) from exc


if __name__ == "__main__":
    main()
