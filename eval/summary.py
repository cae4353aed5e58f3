"""Figures over many questions: what counts for which metric is said here and nowhere else."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from eval.error_tree import error_tree, leaf_of
from eval.gold import LIST_TYPES, METADATA_TYPES
from eval.metrics import (
    CitationCounts,
    Outcome,
    citation_precision,
    citation_recall,
    exact_set,
    f1,
    mean,
    ndcg_at_k,
    percentile,
    ratio_interval,
    recall_at_k,
    reciprocal_rank,
    share,
    success_at_k,
)
from eval.proof import QuoteVerdict
from eval.score import QuestionScore

_COLUMNS = ("id", "type", "register", "half", "question", "expected", "status", "outcome", "leaf", "must", "cited")


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric over some questions: `value` and its 95% interval; None where none of the questions counts for it."""

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric that each question has a value of: its figure is the mean over the questions that count."""

    counts: Callable[[QuestionScore], bool]
    value: Callable[[QuestionScore], float]


def _answerable(score: QuestionScore) -> bool:
    return score.question.answerable


def _needs_evidence(score: QuestionScore) -> bool:
    return score.question.answerable and bool(score.question.must)


def _searched(score: QuestionScore) -> bool:
    return score.searched


def _f1(counts: CitationCounts) -> float:
    return f1(citation_precision(counts), citation_recall(counts))


def _recall(k: int) -> Measure:
    return Measure(_searched, lambda s: recall_at_k(s.ranking, len(s.question.must), k))


def _success(k: int) -> Measure:
    return Measure(_searched, lambda s: success_at_k(s.ranking, len(s.question.must), k))


MEASURES: Mapping[str, Measure] = {
    "right": Measure(lambda s: True, lambda s: float(s.right)),
    "citation_precision": Measure(
        lambda s: _answerable(s) and bool(s.question.must or s.cited), lambda s: citation_precision(s.citations)
    ),
    "citation_recall": Measure(_needs_evidence, lambda s: citation_recall(s.citations)),
    "citation_f1": Measure(_needs_evidence, lambda s: _f1(s.citations)),
    "exact_set": Measure(_needs_evidence, lambda s: exact_set(s.citations)),
    "list_complete": Measure(
        lambda s: _needs_evidence(s) and s.question.type in LIST_TYPES, lambda s: float(s.complete)
    ),
    "exact_lane_complete": Measure(lambda s: _answerable(s) and s.claims_complete, lambda s: float(s.claim_true)),
    "fact_recall": Measure(lambda s: _answerable(s) and bool(s.facts_found), lambda s: share(s.facts_found)),
    "sentence_coverage": Measure(lambda s: bool(s.sentences_covered), lambda s: share(s.sentences_covered)),
    "sentence_support": Measure(lambda s: bool(s.sentences_supported), lambda s: share(s.sentences_supported)),
    "status": Measure(lambda s: True, lambda s: float(s.status == s.question.expected_status)),
    "answered_when_answerable": Measure(_answerable, lambda s: float(s.answered)),
    "abstained_when_not": Measure(lambda s: not _answerable(s), lambda s: float(s.outcome is Outcome.RIGHT_ABSTENTION)),
    "recall@1": _recall(1),
    "recall@5": _recall(5),
    "recall@10": _recall(10),
    "success@1": _success(1),
    "success@5": _success(5),
    "mrr": Measure(_searched, lambda s: reciprocal_rank(s.ranking, len(s.question.must))),
    "ndcg@10": Measure(_searched, lambda s: ndcg_at_k(s.ranking, len(s.question.must), 10)),
}


def values(measure: Measure, scores: Iterable[QuestionScore]) -> dict[str, float]:
    """Question id -> value, for the questions that count."""
    return {s.question.id: measure.value(s) for s in scores if measure.counts(s)}


def summarise(scores: Sequence[QuestionScore]) -> dict[str, Figure]:
    """Every metric over these questions, by name: means over questions first, then what is pooled over their citations."""
    figures = {name: _mean(list(values(measure, scores).values())) for name, measure in MEASURES.items()}
    pooled = [s.citations for s in scores if MEASURES["citation_precision"].counts(s)]
    precision = _ratio([(c.right, c.cited) for c in pooled])
    recall = _ratio([(c.found, c.required) for c in pooled])
    both = None if precision.value is None or recall.value is None else f1(precision.value, recall.value)
    scoped = [s for s in scores if s.question.organisations]
    walls = [s.wall_ms for s in scores if s.wall_ms is not None]
    return figures | {
        "citation_precision_micro": precision,
        "citation_recall_micro": recall,
        "citation_f1_micro": Figure(both, len(pooled)),
        "id_validity": _ratio([(sum(s.ids_valid), len(s.ids_valid)) for s in scores]),
        "quote_fidelity": _ratio([(s.quotes.count(QuoteVerdict.SUPPORTED), len(s.quotes)) for s in scores]),
        "organisation_leak": _ratio([(len(s.leaked), len(s.cited)) for s in scoped]),
        "latency_p50_ms": Figure(percentile(walls, 50) if walls else None, len(walls)),
        "latency_p95_ms": Figure(percentile(walls, 95) if walls else None, len(walls)),
    }


def outcomes(scores: Iterable[QuestionScore]) -> dict[str, int]:
    """The abstention 2×2: cell -> number of questions."""
    counted = Counter(s.outcome for s in scores)
    return {cell.value: counted[cell] for cell in Outcome}


def quote_verdicts(scores: Iterable[QuestionScore]) -> dict[str, int]:
    """Verdict -> number of quotes, every verdict."""
    counted = Counter(verdict for s in scores for verdict in s.quotes)
    return {verdict.value: counted[verdict] for verdict in QuoteVerdict}


def groups(scores: Sequence[QuestionScore], key: Callable[[QuestionScore], str]) -> dict[str, list[QuestionScore]]:
    """Scores by a property of their question, in order of first occurrence."""
    found: dict[str, list[QuestionScore]] = {}
    for score in scores:
        found.setdefault(key(score), []).append(score)
    return found


@dataclass(frozen=True, slots=True)
class ScoreBin:
    """Questions whose best passages scored alike: how many could be answered, and how many were.

    `low` and `high` are the least and the greatest score of the bin.
    """

    low: float
    high: float
    n: int
    answerable: int
    answered: int


def reliability(scores: Iterable[QuestionScore], bins: int = 8) -> list[ScoreBin]:
    """Bins of equal size by the score of the best passage, for questions that search answers; empty where no score is known.

    Where abstention can be relied on, both shares rise with the score and lie on one another: a share answered above the share
    answerable means answers where there are none, below it answers that were held back.
    """
    asked = [s for s in scores if s.best_score is not None and s.question.type not in METADATA_TYPES]
    asked.sort(key=lambda s: (s.best_score, s.question.id))
    cuts = [round(i * len(asked) / bins) for i in range(bins + 1)]
    parts = [asked[a:b] for a, b in pairwise(cuts) if b > a]
    return [
        ScoreBin(
            low=part[0].best_score or 0.0,
            high=part[-1].best_score or 0.0,
            n=len(part),
            answerable=sum(s.question.answerable for s in part),
            answered=sum(s.answered for s in part),
        )
        for part in parts
    ]


def write_scores(folder: Path, scores: Sequence[QuestionScore]) -> None:
    """Write metrics.json, and questions.csv: a line a question with its value of every metric, empty where it does not count."""
    named = {"all": list(scores)} | groups(scores, lambda s: s.question.half.value)
    metrics = {name: _metrics(part) for name, part in named.items()}
    text = json.dumps(metrics, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "metrics.json").write_text(text + "\n", encoding="utf-8")
    by_metric = {name: values(measure, scores) for name, measure in MEASURES.items()}
    with (folder / "questions.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow((*_COLUMNS, *by_metric))
        for score in scores:
            question = score.question
            asked = (question.id, question.type, question.register_, question.half.value, question.question)
            must = " ".join(item.mark or item.words for item in question.must)
            ended = (question.expected_status.value, score.status, score.outcome.value, leaf_of(score) or "", must)
            counted = (found.get(question.id, "") for found in by_metric.values())
            lines.writerow((*asked, *ended, " ".join(score.cited), *counted))


def _metrics(scores: Sequence[QuestionScore]) -> dict[str, object]:
    return {
        "figures": {name: asdict(figure) for name, figure in summarise(scores).items()},
        "outcomes": outcomes(scores),
        "errors": error_tree(scores),
        "quotes": quote_verdicts(scores),
    }


def _mean(found: Sequence[float]) -> Figure:
    if not found:
        return Figure(None, 0)
    return Figure(mean(found), len(found), *ratio_interval([(value, 1.0) for value in found]))


def _ratio(parts: Sequence[tuple[float, float]]) -> Figure:
    """Σ hits / Σ items, with an interval over questions; n is the number of items."""
    items = sum(count for _, count in parts)
    if not items:
        return Figure(None, 0)
    return Figure(sum(hits for hits, _ in parts) / items, round(items), *ratio_interval(parts))
