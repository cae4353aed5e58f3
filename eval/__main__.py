"""`python -m eval` asks the gold questions, scores and prints; `check` proves the gold set; `score` scores again."""

import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from eval.gate import FLOORS, breaches, load_floors, parse_floor
from eval.gold import Half, check
from eval.run import RUNS, Suite, load_suites, report_file, write_run
from eval.score import QuestionScore, groups, lost_evidence, outcomes, score_run, summarise, write_questions
from eval.systems import System, in_process, over_http, reports_of
from eval.tables import print_failures, print_groups, print_summary
from index.embed import BUNDLED, load_embedder
from index.errors import ClasQAError
from index.parse import read_report
from index.report import Report

app = typer.Typer(add_completion=False, no_args_is_help=False, pretty_exceptions_enable=False)
out = Console(width=None if sys.stdout.isatty() else 150)
err = Console(stderr=True)

HalfOption = Annotated[
    Literal["tuning", "reporting", "all"], typer.Option("--half", help="which questions headline and gate look at")
]
TypeOption = Annotated[list[str] | None, typer.Option("--type", help="only this type of question; may be repeated")]
FloorOption = Annotated[list[str] | None, typer.Option("--floor", help="NAME=VALUE: fail below it; may be repeated")]
GateOption = Annotated[bool, typer.Option("--gate", help=f"fail below {FLOORS.name} or at one false id or quote")]
RunsOption = Annotated[Path, typer.Option("--runs", help="folder of the runs", show_default=False)]
FailuresOption = Annotated[bool, typer.Option("--failures", help="list the questions that were not answered right")]


@app.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="name of the run, a folder under --runs")] = "latest",
    half: HalfOption = "reporting",
    types: TypeOption = None,
    suite: Annotated[list[str] | None, typer.Option(help="only this gold file; may be repeated")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="only the first so many questions of each gold file")] = None,
    url: Annotated[str | None, typer.Option(help="ask this running server, not this process")] = None,
    key: Annotated[str | None, typer.Option(envvar="CLAS_EVAL_KEY", help="API key for --url")] = None,
    floor: FloorOption = None,
    gate: GateOption = False,
    failures: FailuresOption = False,
    runs: RunsOption = RUNS,
) -> None:
    """Ask every gold question, write the run, score it and print tables."""
    if context.invoked_subcommand:
        return
    suites = [_chosen(s, types, limit) for s in load_suites() if not suite or s.name in suite]
    folder = runs / name
    settings = {"half": half, "types": types, "limit": limit, "url": url, "torch": version("torch")}
    with ExitStack() as stack:
        asked = _over_url(suites, url, key) if url else _here(suites, stack)
        reports = _reports([s for s, _ in asked])
        columns = (TextColumn("asking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        bar = stack.enter_context(Progress(*columns, console=err))
        task = bar.add_task("", total=sum(len(s.questions) for s, _ in asked))
        write_run(folder, asked, reports.values(), settings, lambda: bar.advance(task))
    _tell(folder, half, floor, gate, failures)


@app.command("score")
def score(
    name: Annotated[str, typer.Argument(help="name of the run")] = "latest",
    half: HalfOption = "reporting",
    floor: FloorOption = None,
    gate: GateOption = False,
    failures: FailuresOption = False,
    runs: RunsOption = RUNS,
) -> None:
    """Score a run again without asking anything."""
    _tell(runs / name, half, floor, gate, failures)


@app.command("check")
def check_gold() -> None:
    """Prove that every span stands in its report, every fact in its evidence, and that ids are unique."""
    suites = load_suites()
    faults = check([q for s in suites for q in s.questions], _reports(suites))
    for fault in faults:
        out.print(fault, markup=False)
    total = sum(len(s.questions) for s in suites)
    out.print(f"{total} questions in {len(suites)} gold files, {len(faults)} faults")
    raise typer.Exit(1 if faults else 0)


def _chosen(suite: Suite, types: list[str] | None, limit: int | None) -> Suite:
    questions = [q for q in suite.questions if not types or q.type in types]
    return replace(suite, questions=tuple(questions[:limit]))


def _reports(suites: Sequence[Suite]) -> dict[str, Report]:
    ids = dict.fromkeys(report for suite in suites for report in suite.reports)
    return {report: read_report(report_file(report)) for report in ids}


def _here(suites: Sequence[Suite], stack: ExitStack) -> list[tuple[Suite, System]]:
    embedder = load_embedder(BUNDLED)
    asked = []
    for suite in suites:
        data_dir = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clas-qa-eval-")))
        with err.status(f"indexing {', '.join(suite.reports)}"):
            asked.append((suite, in_process([report_file(r) for r in suite.reports], data_dir, embedder)))
    return asked


def _over_url(suites: Sequence[Suite], url: str, key: str | None) -> list[tuple[Suite, System]]:
    there = reports_of(url, key)
    able = [suite for suite in suites if there.issuperset(suite.reports)]
    for suite in suites:
        if suite not in able:
            err.print(f"{suite.name}: left out, {url} lacks {', '.join(sorted(set(suite.reports) - there))}")
    return [(suite, over_http(url, key, suite.reports)) for suite in able]


def _tell(folder: Path, half: str, floors: list[str] | None, gate: bool, failures: bool) -> None:
    if not (folder / "answers.jsonl").exists():
        raise ClasQAError(f"there is no run {folder.name!r}; `python -m eval --name {folder.name}` makes it")
    scores = score_run(folder)
    chosen = scores if half == "all" else [s for s in scores if s.question.half == Half(half)]
    _write_metrics(folder, scores)
    print_groups(out, "By gold file", groups(scores, lambda s: s.question.report or "cross"))
    print_groups(out, "By half", groups(scores, lambda s: s.question.half.value))
    print_groups(out, "By register", groups(scores, lambda s: s.question.register_))
    print_groups(out, f"By type, half: {half}", groups(chosen, lambda s: s.question.type))
    print_summary(out, f"Half: {half}", chosen)
    if failures:
        print_failures(out, chosen)
    out.print(f"written to {folder}", markup=False)
    if gate or floors:
        wanted = (load_floors() if gate else {}) | dict(parse_floor(floor) for floor in floors or ())
        broken = breaches(summarise(chosen), wanted)
        for line in broken:
            err.print(f"gate: {line}", markup=False)
        raise typer.Exit(1 if broken else 0)


def _write_metrics(folder: Path, scores: Sequence[QuestionScore]) -> None:
    named = {"all": list(scores)} | groups(scores, lambda s: s.question.half.value)
    metrics = {
        name: {
            "figures": {m: asdict(f) for m, f in summarise(part).items()},
            "outcomes": outcomes(part),
            "evidence": lost_evidence(part),
        }
        for name, part in named.items()
    }
    write_questions(folder / "questions.csv", scores)
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Run the command; a fault that a user can mend is told in one line."""
    try:
        app()
    except ClasQAError as exc:
        err.print(str(exc), style="red", markup=False)
        raise SystemExit(2) from exc


if __name__ == "__main__":
    main()
