"""`python -m bench`: every ratio in one run, as a table and as bench/results/<date>.json."""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bench import Comparison, percentile
from bench.answer_latency import compare_answers
from bench.index_build import measure
from bench.start import compare_start
from bench.verification import compare_verification

RESULTS = Path(__file__).resolve().parent / "results"
BUILD_AIM = 1.3
out = Console(width=None if os.isatty(1) else 150)
err = Console(stderr=True)


def run(
    only: Annotated[
        list[str] | None, typer.Option(help="answers, verification, build or start; may be repeated")
    ] = None,
    report: Annotated[str, typer.Option(help="gold report whose questions are asked")] = "worcestershire-2015",
    rounds: Annotated[int, typer.Option(min=1, help="turns of everything")] = 3,
    limit: Annotated[int | None, typer.Option(min=1, help="only the first so many questions")] = None,
) -> None:
    """Measure, print the table, write the file."""
    chosen = only or ["answers", "verification", "build", "start"]
    measured: list[Comparison] = []
    if "answers" in chosen:
        err.print("answers: each question, bare and answered, in turns")
        measured += compare_answers(report, rounds, limit)
    if "verification" in chosen:
        err.print("verification: each true claim, encoded and checked, in turns")
        measured += compare_verification(report, rounds, limit)
    if "build" in chosen:
        err.print("build: an index, and the bare encoding of its texts, in turns")
        measured += compare_build(rounds)
    if "start" in chosen:
        err.print("start: a server until it is ready, and the bare imports, in turns")
        measured += compare_start(rounds)
    out.print(table(measured))
    out.print(f"written to {write(measured, chosen)}", markup=False)


def compare_build(rounds: int) -> list[Comparison]:
    """The build of an index with its audit, best of the rounds on both sides."""
    best = measure(rounds=rounds)
    name = f"index build and audit, best of {rounds}"
    return [
        Comparison(
            name, f"model.encode of {best['texts']:.0f} texts", (best["build_s"],), (best["encode_s"],), BUILD_AIM
        )
    ]


def table(measured: Sequence[Comparison]) -> Table:
    """One row a comparison: times in ms, ratios of medians and of 95th percentiles."""
    shown = Table(
        "", "held against", "turns", "p50 ms", "p95 ms", "bare p50", "bare p95", "ratio p50", "ratio p95", "aim"
    )
    for row in measured:
        shown.add_row(
            row.name,
            escape(row.bare),
            str(len(row.ours_s)),
            *(
                f"{1000 * value:,.1f}"
                for times in (row.ours_s, row.bare_s)
                for value in (statistics.median(times), percentile(times, 95))
            ),
            f"{row.ratio:.2f}",
            f"{row.ratio_p95:.2f}",
            "" if row.aim is None else f"≤ {row.aim}",
        )
    return shown


def write(measured: Sequence[Comparison], chosen: Sequence[str]) -> Path:
    """Write every single time with what it was measured on."""
    now = datetime.now(UTC)
    record = {
        "date": now.isoformat(timespec="seconds"),
        "measured": list(chosen),
        "cores": len(os.sched_getaffinity(0)),
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("torch", "sentence-transformers", "chromadb", "gradio", "bm25s")},
        "comparisons": [
            {
                "name": row.name,
                "bare": row.bare,
                "ratio_p50": round(row.ratio, 3),
                "ratio_p95": round(row.ratio_p95, 3),
                "aim": row.aim,
                "ours_s": [round(value, 6) for value in row.ours_s],
                "bare_s": [round(value, 6) for value in row.bare_s],
            }
            for row in measured
        ],
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{now:%Y-%m-%dT%H%M%SZ}.json"
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    typer.run(run)
