"""The headline table as Markdown, for the README."""

import json
from pathlib import Path

from eval.gold import Half
from eval.score import score_run
from eval.summary import Figure, outcomes, summarise
from index.errors import ClasQAError

BEGIN, END = "<!-- eval:begin -->", "<!-- eval:end -->"
# Label -> the metrics of the row.
_ROWS = {
    "citation precision / recall / F1, mean over questions": ("citation_precision", "citation_recall", "citation_f1"),
    "exactly the right passages cited": ("exact_set",),
    "facts found in the answer": ("fact_recall",),
    "cited ids that exist and were cited": ("id_validity",),
    "quotes verbatim in the cited passage": ("quote_fidelity",),
    "sentences that carry a citation": ("sentence_coverage",),
    "citations about other organisations than asked for": ("organisation_leak",),
    "lists complete": ("list_complete",),
    "answers that say they are complete and are": ("exact_lane_complete",),
    "status as expected": ("status",),
    "answerable questions answered": ("answered_when_answerable",),
    "unanswerable questions refused": ("abstained_when_not",),
    "search: recall@1 / @5 / @10": ("recall@1", "recall@5", "recall@10"),
    "search: MRR / nDCG@10": ("mrr", "ndcg@10"),
}


def headline(folder: Path) -> str:
    """The figures of the reporting half of a run, with intervals."""
    settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    scores = score_run(folder)
    told = [s for s in scores if s.question.half is Half.REPORTING]
    figures = summarise(told)
    reports = len({s.question.report for s in scores if s.question.report})
    lines = [
        f"{len(told)} questions of the reporting half on {reports} reports, of {len(scores)} in all "
        f"(commit {settings['commit']}, {settings['began'][:10]}; 95% intervals over questions):",
        "",
        "| figure | value | 95% interval | n |",
        "|---|---|---|---|",
    ]
    for label, names in _ROWS.items():
        cells = [[cell(figures[name]) for name in names] for cell in (_value, _interval, _count)]
        merged = [" / ".join(part if len(set(part)) > 1 else part[:1]) for part in cells]
        lines.append(f"| {label} | {' | '.join(merged)} |")
    ended = ", ".join(f"{count} {cell}s" for cell, count in outcomes(told).items())
    return "\n".join([*lines, "", f"Abstention: {ended}.", ""])


def write_between_markers(path: Path, text: str) -> None:
    """Replace what stands between the markers of a file.

    Raises:
        ClasQAError: the file lacks them.
    """
    content = path.read_text(encoding="utf-8")
    before, begin, rest = content.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ClasQAError(f"{path.name} lacks the markers {BEGIN} and {END}")
    path.write_text(f"{before}{BEGIN}\n{text}{END}{after}", encoding="utf-8")


def _value(figure: Figure) -> str:
    return "–" if figure.value is None else f"{figure.value:.2f}"


def _interval(figure: Figure) -> str:
    return "–" if figure.low is None or figure.high is None else f"{figure.low:.2f}–{figure.high:.2f}"


def _count(figure: Figure) -> str:
    return f"{figure.n:,}"
