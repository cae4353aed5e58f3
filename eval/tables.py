"""Tables of a scored run for a terminal."""

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.compare import Difference
from eval.error_tree import error_tree, leaf_of
from eval.score import QuestionScore
from eval.summary import Figure, groups, outcomes, quote_verdicts, summarise

_BY_TYPE = ("right", "citation_precision", "citation_recall", "exact_set", "fact_recall", "status", "recall@5", "mrr")


def print_summary(console: Console, title: str, scores: Sequence[QuestionScore]) -> None:
    """Every metric with its 95% interval and number, then the abstention 2×2, the error tree and the quotes."""
    table = Table("metric", "value", "95% interval", "n", title=title, title_justify="left")
    for name, figure in summarise(scores).items():
        table.add_row(name, shown(figure), interval(figure), str(figure.n))
    console.print(table)
    for label, counts in (
        ("abstention", outcomes(scores)),
        ("error tree", error_tree(scores)),
        ("quotes", quote_verdicts(scores)),
    ):
        console.print(f"{label}: " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    console.print()


def print_differences(console: Console, title: str, found: Iterable[Difference]) -> None:
    """Paired differences, one row a metric."""
    table = Table("metric", "n", "before", "after", "difference", "95% interval", title=title, title_justify="left")
    for step in found:
        row = (f"{step.before:.3f}", f"{step.after:.3f}", f"{step.difference:+.3f}")
        table.add_row(step.metric, str(step.n), *row, f"{step.low:+.3f} to {step.high:+.3f}")
    console.print(table)
    console.print()


def print_turned(console: Console, title: str, pairs: Sequence[tuple[QuestionScore, QuestionScore]]) -> None:
    """Questions that turned, with what was cited before and after."""
    console.print(Text(f"{title}: {len(pairs)}", style="bold"))
    for before, after in pairs:
        question = after.question
        console.print(Text(f"  {question.id} [{question.type}, {question.register_}] {question.question!r}"))
        console.print(Text(f"    before {_ended(before)}"))
        console.print(Text(f"    after  {_ended(after)}"))
    console.print()


def _ended(score: QuestionScore) -> str:
    leaf = leaf_of(score)
    return f"{score.status}: {_marks(score)}" + (f" ({leaf.value})" if leaf else "")


def _marks(score: QuestionScore) -> str:
    return ", ".join(i.rpartition("/")[2] for i in score.cited) or "none"


def print_groups(console: Console, title: str, grouped: Mapping[str, Sequence[QuestionScore]]) -> None:
    """The chief metrics, one row a group."""
    table = Table("", "n", *_BY_TYPE, title=title, title_justify="left")
    for name, scores in grouped.items():
        figures = summarise(scores)
        table.add_row(name, str(len(scores)), *(shown(figures[metric]) for metric in _BY_TYPE))
    console.print(table)
    console.print()


def print_failures(console: Console, scores: Sequence[QuestionScore]) -> None:
    """Each question that was not answered right: what it needed and what it got."""
    for name, failed in groups([s for s in scores if not s.right], lambda s: s.question.type).items():
        console.print(Text(f"{name}: {len(failed)} not right", style="bold"))
        for score in failed:
            console.print(Text(_failure(score)))
        console.print()


def shown(figure: Figure) -> str:
    """A figure with three decimals (milliseconds with one), or a dash where nothing counted for it."""
    if figure.value is None:
        return "–"
    return f"{figure.value:.3f}" if figure.value <= 1 else f"{figure.value:.1f}"


def interval(figure: Figure) -> str:
    """The interval as text; empty where there is none."""
    return "" if figure.low is None or figure.high is None else f"{figure.low:.3f}–{figure.high:.3f}"


def _failure(score: QuestionScore) -> str:
    question = score.question
    need = ", ".join(item.mark or f"“{item.words[:40]}”" for item in question.must) or "none"
    lost = [fact[0] for fact, found in zip(question.facts, score.facts_found, strict=True) if not found]
    lines = [
        f"  {question.id} [{question.register_}] {question.question!r}"
        + (f" after {question.history[-2].content!r}" if len(question.history) > 1 else ""),
        f"    expected {question.expected_status}: {need}",
        f"    got {_ended(score)}",
    ]
    if lost:
        lines.append(f"    facts not told: {', '.join(lost)}")
    first = next((rank for rank, covered in enumerate(score.ranking, 1) if covered), None)
    if score.question.must:
        lines.append(
            f"    first evidence found at rank {first or '–'}; {score.citations.found} of {len(question.must)} cited"
        )
    return "\n".join(lines)
