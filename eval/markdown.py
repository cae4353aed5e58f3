"""The headline table as Markdown, for the README."""

from collections.abc import Sequence
from pathlib import Path

from eval.gold import Half
from eval.run import read_settings
from eval.score import QuestionScore, score_run
from eval.summary import Figure, outcomes, summarise
from eval.wording import interval, shown
from index.errors import ClasQAError

BEGIN, END = "<!-- eval:begin -->", "<!-- eval:end -->"
# Label -> the metrics of the row.
_ROWS = {
    "right in every respect: all that is required cited, nothing else, every fact told; or rightly no answer": (
        "right",
    ),
    "citation precision / recall / F1, mean over questions": ("citation_precision", "citation_recall", "citation_f1"),
    "exactly the right passages cited": ("exact_set",),
    "facts found in the answer": ("fact_recall",),
    "ids and marks that name a passage that is cited": ("id_validity",),
    "quotes verbatim in the cited passage": ("quote_fidelity",),
    "sentences that carry a citation / whose passage holds what decides them": (
        "sentence_coverage",
        "sentence_support",
    ),
    "citations about other organisations than asked for": ("organisation_leak",),
    "lists complete": ("list_complete",),
    "answers that say how complete they are, and are": ("exact_lane_complete",),
    "status as expected": ("status",),
    "answerable questions answered": ("answered_when_answerable",),
    "unanswerable questions refused": ("abstained_when_not",),
    "search: recall@1 / @5 / @10": ("recall@1", "recall@5", "recall@10"),
    "search: MRR / nDCG@10": ("mrr", "ndcg@10"),
}


def headline(folder: Path) -> str:
    """The figures of the reporting half of a run, with intervals."""
    settings = read_settings(folder)
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
        cells = [[cell(figures[name]) for name in names] for cell in (shown, interval, _count)]
        merged = [" / ".join(part if len(set(part)) > 1 else part[:1]) for part in cells]
        lines.append(f"| {label} | {' | '.join(merged)} |")
    return "\n".join([*lines, "", f"Answered or not: {_abstention(told)}.", ""])


def _abstention(scores: Sequence[QuestionScore]) -> str:
    counts = outcomes(scores)
    return (
        f"of {sum(s.question.answerable for s in scores)} answerable questions {counts['right answer']} were answered, "
        f"of {sum(not s.question.answerable for s in scores)} others {counts['right abstention']} refused"
    )


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


def _count(figure: Figure) -> str:
    return f"{figure.n:,}"
