"""The report page of a run: one HTML file that needs no network and no script, made from the run's folder alone."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval import wording
from eval.error_tree import Leaf, error_tree
from eval.failures import failures
from eval.gold import Half, Trap
from eval.histogram import histogram
from eval.metrics import Outcome
from eval.run import read_records, read_settings
from eval.score import QuestionScore, score_run
from eval.summary import Figure, groups, outcomes, quote_verdicts, reliability, summarise

PAGE = "report.html"
HERE = Path(__file__).resolve().parent
# What of settings.json is told at the top; the rest is folded away.
_TOLD = ("commit", "began", "seconds", "mode", "systems", "generations", "answered_by_mode", "questions", "url")
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that have something in common, and their two chief figures."""

    name: str
    note: str
    n: int
    right: Figure
    citation_f1: Figure


@dataclass(frozen=True, slots=True)
class TrapRow:
    """How the questions that a trap was built into ended, by half: (rightly, of how many)."""

    name: str
    note: str
    right_is: str
    told: tuple[int, int]
    tuning: tuple[int, int]


def write_page(folder: Path) -> Path:
    """Write the page of a run into its folder."""
    path = folder / PAGE
    path.write_text(render_page(folder), encoding="utf-8")
    return path


def render_page(folder: Path) -> str:
    """The page of a run as HTML; the same folder gives the same page."""
    scores = score_run(folder)
    settings = read_settings(folder)
    passages = {record["id"]: record for record in read_records(folder / "passages.jsonl")}
    answers = {record["id"]: record["answer"] for record in read_records(folder / "answers.jsonl")}
    told = [s for s in scores if s.question.half is Half.REPORTING]
    tuning = [s for s in scores if s.question.half is Half.TUNING]
    figures = {half: summarise(part) for half, part in ((Half.REPORTING, told), (Half.TUNING, tuning))}
    failed = failures(scores, passages, answers)
    return _TEMPLATES.get_template("report.html.j2").render(
        settings=settings,
        other_settings={name: value for name, value in settings.items() if name not in _TOLD},
        asked=len(scores),
        told=told,
        tuning=tuning,
        figures=figures[Half.REPORTING],
        tuning_figures=figures[Half.TUNING],
        figure_groups=_figure_groups(figures[Half.REPORTING]),
        by_report=_by(told, lambda s: s.question.report or "", _about_report),
        by_type=_by(told, lambda s: s.question.type),
        by_register=_by(told, lambda s: s.question.register_),
        outcomes=outcomes(told),
        traps=_traps(scores),
        error_trees=(error_tree(told), error_tree(tuning)),
        quotes=(quote_verdicts(told), quote_verdicts(tuning)),
        bins=reliability(told),
        times=histogram([s.wall_ms for s in told if s.wall_ms is not None]),
        failures={half: _by_leaf([f for f in failed if f.score.question.half is half]) for half in Half},
        wording=wording,
    )


def _figure_groups(figures: Mapping[str, Figure]) -> dict[str, dict[str, tuple[str, str]]]:
    """Group -> metric -> (label, what it counts), of the metrics there are; one without words goes by its name."""
    worded = {name for group in wording.FIGURES.values() for name in group}
    found = {
        title: {name: words for name, words in group.items() if name in figures}
        for title, group in wording.FIGURES.items()
    }
    others = {name: (name, "") for name in figures if name not in worded}
    return found | ({"Other": others} if others else {})


def _by(
    scores: Sequence[QuestionScore],
    key: Callable[[QuestionScore], str],
    named: Callable[[str], tuple[str, str]] = lambda name: (name.replace("_", " "), ""),
) -> list[Group]:
    """Groups by a property of the question, those with most questions first."""
    found = sorted(groups(scores, key).items(), key=lambda item: (-len(item[1]), item[0]))
    shown = []
    for name, part in found:
        figures = summarise(part)
        shown.append(Group(*named(name), len(part), figures["right"], figures["citation_f1"]))
    return shown


def _about_report(report: str) -> tuple[str, str]:
    if not report:
        return "all reports at once", "one library with every report"
    invented = (HERE / "reports" / f"{report}.txt").exists()
    return report, "invented for the eval" if invented else "a real review"


def _traps(scores: Sequence[QuestionScore]) -> list[TrapRow]:
    """Every trap that the run has; a false premise that the report corrects is answered, all others are refused."""
    rows = []
    for trap in Trap:
        for answerable in (False, True):
            of_trap = [s for s in scores if s.question.trap is trap and s.question.answerable is answerable]
            counts = {}
            for half in Half:
                part = [s for s in of_trap if s.question.half is half]
                right = [s.right if answerable else s.outcome is Outcome.RIGHT_ABSTENTION for s in part]
                counts[half] = (sum(right), len(part))
            if of_trap:
                name, note = wording.TRAPS[trap]
                right_is = "an answer that corrects it" if answerable else "no answer"
                rows.append(TrapRow(name, note, right_is, counts[Half.REPORTING], counts[Half.TUNING]))
    return rows


def _by_leaf(failed: Sequence[Any]) -> dict[Leaf, list[Any]]:
    found = {leaf: [failure for failure in failed if failure.leaf is leaf] for leaf in Leaf}
    return {leaf: part for leaf, part in found.items() if part}


def _showable(value: object) -> object:
    """What a template prints, without control and direction-override characters: they would change what stands beside them."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _UNSHOWABLE.sub("", value)
    return value


_TEMPLATES = Environment(
    loader=FileSystemLoader(HERE),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_showable,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {"shown": wording.shown, "interval": wording.interval}
