"""Fit the weights of rag/evidence.py and rag/answerable.py: python -m eval.calibrate.

On the tuning halves of the gold sets and on the invented reviews that the embedding was not trained on
(index/training/README.md). Each figure that is printed comes from weights fitted without the report it is told of.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logsumexp
from sklearn.linear_model import LogisticRegression

from eval.gold import METADATA_TYPES, GoldQuestion, Half
from eval.metrics import f1, mean
from eval.run import CROSS, load_suites, report_file
from index.embed import BUNDLED, Embedder, load_adapted, load_embedder
from index.generation import build_generation
from index.parse import read_report
from index.report import Kind, Passage, Report, Voice
from index.store import PassageIndex
from index.training.examples import Source, held_out_sources
from rag.abstain import LEAST_ANSWERABLE
from rag.answerable import ANSWERABLE, LOWERS, RAISES, answerable_features
from rag.evidence import (
    EVIDENCE,
    RANKING,
    WEIGHTS,
    Floats,
    evidence_features,
    probabilities,
    ranking_scores,
    worth_citing,
)
from rag.extract import LEAST_CHANCE, MOST_PASSAGES
from rag.retrieve import Candidates, EncodedQuestion, RetrievedPassage, candidates, encode_questions, ranked
from rag.search_lane import PASSAGES_READ

Models = dict[str, dict[str, float]]
Cite = Callable[[Sequence[float]], int]
# A question of the gold sets is nearer to what is asked in earnest than one of the invented reviews.
_GOLD_WEIGHT = 2.0
# Its traps are of all kinds, theirs near misses for the most part: for the "answerable" model it counts this power of the weight.
_TRAPS = 2
_RIDGE = 0.02
_SIGNED_RIDGE = 10.0
_NOWHERE = 1000
_VOICES = {
    Kind.RECOMMENDATION: Voice.RECOMMENDATION,
    Kind.CONTEXT: Voice.BACKGROUND,
    Kind.QUOTE: Voice.REPORTED,
    Kind.CASE_EXAMPLE: Voice.CASE_EXAMPLE,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what retrieval found for it.

    Attributes:
        report: id of the report that it was asked of.
        question: its text.
        weight: how much it counts.
        index: the generation it was asked of.
        encoded: its subject, encoded.
        found: n candidates.
        evidence: for each piece of evidence that is required, the ids that are it; none: nothing answers the question.
        allowed: ids that may be cited as well.
    """

    report: str
    question: str
    weight: float
    index: PassageIndex
    encoded: EncodedQuestion
    found: Candidates
    evidence: tuple[frozenset[str], ...]
    allowed: frozenset[str]

    @property
    def required(self) -> NDArray[np.bool_]:
        """Shape (n,): which candidates are required."""
        wanted = frozenset().union(*self.evidence)
        return np.array([passage.id in wanted for passage in self.found.passages], dtype=np.bool_)

    @property
    def neutral(self) -> NDArray[np.bool_]:
        """Shape (n,): which candidates are neither right nor wrong."""
        allowed = self.allowed.difference(*self.evidence)
        return np.array([passage.id in allowed for passage in self.found.passages], dtype=np.bool_)


def expected_best(chances: Sequence[float]) -> int:
    """How many passages the service would cite."""
    return worth_citing(chances, LEAST_CHANCE, MOST_PASSAGES)


def fit_ranking(asked: Sequence[Asked]) -> dict[str, float]:
    """Weights that make the required passages of a question the likeliest of its candidates (conditional logit, ridge)."""
    groups = []
    for item in asked:
        right, kept = item.required, ~item.neutral
        if right.any():
            groups.append((item.found.features[kept], right[kept], item.weight))
    scale = np.std(np.vstack([features for features, _, _ in groups]), axis=0) + 1e-9

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, slope = 0.0, np.zeros_like(weights)
        for features, right, weight in groups:
            rows = features / scale
            logits = rows @ weights
            whole = logsumexp(logits)
            chance = np.exp(logits - whole)
            total += weight * float(np.mean(whole - logits[right]))
            slope += weight * (chance @ rows - rows[right].mean(axis=0))
        count = sum(weight for _, _, weight in groups)
        return total / count + _RIDGE * float(weights @ weights), slope / count + 2 * _RIDGE * weights

    fitted = minimize(loss, np.zeros(len(RANKING)), jac=True, method="L-BFGS-B")
    return dict(zip(RANKING, (fitted.x / scale).tolist(), strict=True))


def fit_evidence(asked: Sequence[Asked], ranking: Mapping[str, float]) -> dict[str, float]:
    """Weights of the chance that one of the first PASSAGES_READ candidates is required."""
    rows, labels, weights = [], [], []
    for item in asked:
        if not item.evidence:
            continue
        scores = ranking_scores(item.found.features, ranking)
        order = np.argsort(-scores, kind="stable")[:PASSAGES_READ]
        kept = ~item.neutral[order]
        rows.append(evidence_features(item.question, scores[order])[kept])
        labels.append(item.required[order][kept])
        weights.append(np.full(int(kept.sum()), item.weight))
    return _logistic(np.vstack(rows), np.concatenate(labels), np.concatenate(weights), EVIDENCE)


def fit_answerable(asked: Sequence[Asked], models: Models) -> dict[str, float]:
    """Weights of the chance that what was found answers the question at all."""
    rows = np.array(
        [answerable_features(item.question, item.encoded, _hits(item, models), item.index) for item in asked]
    )
    labels = np.array([bool(item.evidence) for item in asked])
    return _signed_logistic(rows, labels, np.array([item.weight**_TRAPS for item in asked]))


def fit(asked: Sequence[Asked]) -> Models:
    """All models, each on top of the one before."""
    models = fit_citing(asked)
    return models | {"answerable": fit_answerable(asked, models)}


def fit_citing(asked: Sequence[Asked]) -> Models:
    """The models that rank passages and give each its chance: all that `figures` takes."""
    ranking = fit_ranking(asked)
    return {"ranking": ranking, "evidence": fit_evidence(asked, ranking)}


def _logistic(rows: Floats, labels: NDArray[np.bool_], weights: Floats, names: Sequence[str]) -> dict[str, float]:
    scale = np.std(rows, axis=0) + 1e-9
    model = LogisticRegression(C=1.0, max_iter=1000).fit(rows / scale, labels, sample_weight=weights)
    fitted = dict(zip(names, (model.coef_[0] / scale).tolist(), strict=True))
    return fitted | {"intercept": float(model.intercept_[0])}


def _signed_logistic(rows: Floats, labels: NDArray[np.bool_], weights: Floats) -> dict[str, float]:
    """Weights of the "answerable" model, none against the sign that RAISES and LOWERS allow it (logistic, ridge)."""
    scale = np.std(rows, axis=0) + 1e-9
    scaled = np.column_stack([rows / scale, np.ones(len(rows))])
    signs = np.where(labels, 1.0, -1.0)
    ridge = np.append(np.full(len(ANSWERABLE), _SIGNED_RIDGE), 0.0)

    def loss(fitted: Floats) -> tuple[float, Floats]:
        margins = signs * (scaled @ fitted)
        slope = scaled.T @ (-signs * weights * expit(-margins))
        return float(weights @ np.logaddexp(0, -margins) + ridge @ fitted**2 / 2), slope + ridge * fitted

    bounds = [(0.0 if name in RAISES else None, 0.0 if name in LOWERS else None) for name in (*ANSWERABLE, "")]
    fitted = minimize(loss, np.zeros(len(bounds)), jac=True, method="L-BFGS-B", bounds=bounds).x
    return dict(zip((*ANSWERABLE, "intercept"), (fitted / np.append(scale, 1.0)).tolist(), strict=True))


def _hits(item: Asked, models: Models) -> list[RetrievedPassage]:
    return ranked(item.question, item.found, models, PASSAGES_READ)


def collect(embedder: Embedder, folder: Path) -> list[Asked]:
    """Every question with its candidates: tuning halves of the gold sets, and the reviews that were held out."""
    return collect_gold(embedder, folder, Half.TUNING) + _collect_held_out(embedder, folder)


def collect_gold(embedder: Embedder, folder: Path, half: Half) -> list[Asked]:
    """The gold questions of one half that are searched for, stand alone and are asked of one report."""
    asked: list[Asked] = []
    for suite in load_suites():
        if suite.name != CROSS:
            index = _built(read_report(report_file(suite.name)), embedder, folder)
            searched = [question for question in suite.questions if question.half is half and _is_searched(question)]
            found = _candidates([question.question for question in searched], index, embedder)
            asked += [_of_gold(question, index, own) for question, own in zip(searched, found, strict=True)]
    return asked


def _collect_held_out(embedder: Embedder, folder: Path) -> list[Asked]:
    asked: list[Asked] = []
    for source in held_out_sources():
        report, ids = as_report(source)
        index = _built(report, embedder, folder)
        texts = [question.text for question in source.questions]
        for question, own in zip(source.questions, _candidates(texts, index, embedder), strict=True):
            evidence = tuple(frozenset({ids[name]}) for name in sorted(question.must))
            allowed = frozenset(ids[name] for name in question.may)
            asked.append(Asked(report.id, question.text, 1.0, index, *own, evidence, allowed))
    return asked


def _is_searched(question: GoldQuestion) -> bool:
    alone = not question.history and not question.filters
    return alone and question.type not in METADATA_TYPES | {"invalid"}


def _of_gold(question: GoldQuestion, index: PassageIndex, found: tuple[EncodedQuestion, Candidates]) -> Asked:
    evidence = tuple(
        frozenset(p.id for p in index.passages if item.matched_by(p.report, p.mark, p.text)) for item in question.must
    )
    allowed = frozenset(
        p.id for p in index.passages if any(item.matched_by(p.report, p.mark, p.text) for item in question.may)
    )
    return Asked(index.reports[0].id, question.question, _GOLD_WEIGHT, index, *found, evidence, allowed)


def _candidates(
    questions: Sequence[str], index: PassageIndex, embedder: Embedder
) -> list[tuple[EncodedQuestion, Candidates]]:
    """Each question encoded, and what retrieval finds with it."""
    return [
        (encoded, candidates(question, encoded, index=index, k=PASSAGES_READ))
        for question, encoded in zip(questions, encode_questions(questions, embedder), strict=True)
    ]


def _built(report: Report, embedder: Embedder, folder: Path) -> PassageIndex:
    return PassageIndex.open(folder / build_generation([report], folder, embedder))


def as_report(source: Source) -> tuple[Report, dict[str, str]]:
    """An invented review as a report, and the passage id of each of its passages."""
    text = ""
    passages: list[Passage] = []
    for number, passage in enumerate(source.passages, 1):
        kind, start = Kind(passage.kind), len(text)
        text += f"{passage.text}\n\n"
        mark = f"{'R' if kind is Kind.RECOMMENDATION else '¶'}1.{number}"
        voice = _VOICES.get(kind, Voice.INSPECTORS)
        end = start + len(passage.text)
        passages.append(
            Passage(source.name, mark, kind, voice, f"1.{number}", (passage.heading,), None, passage.text, start, end)
        )
    report = Report(source.name, source.name, None, text, (), tuple(passages), ())
    return report, {own.id: made.id for own, made in zip(source.passages, passages, strict=True)}


def figures(item: Asked, models: Models, cite: Cite = expected_best) -> dict[str, float]:
    """Metric -> value for one question with evidence: its ranking, and its citations as if it were not refused."""
    hits = _hits(item, models)
    names = [hit.passage.id for hit in hits]
    at = [min((names.index(name) + 1 for name in ids if name in names), default=_NOWHERE) for ids in item.evidence]
    chosen = names[: cite([hit.score for hit in hits])]
    right = item.allowed.union(*item.evidence)
    precision = mean([float(name in right) for name in chosen])
    recall = mean([float(bool(ids & set(chosen))) for ids in item.evidence])
    ranking = {f"recall@{k}": mean([float(rank <= k) for rank in at]) for k in (1, 5, 10)}
    cited = {"citation_precision": precision, "citation_recall": recall, "citation_f1": f1(precision, recall)}
    return ranking | {"mrr": 1 / min(at)} | cited


def refused(item: Asked, models: Models) -> bool:
    """Whether the question would be refused."""
    rows = answerable_features(item.question, item.encoded, _hits(item, models), item.index).reshape(1, -1)
    return bool(probabilities(rows, models["answerable"], ANSWERABLE)[0] < LEAST_ANSWERABLE)


def main() -> None:
    """Print the figures and write the weights."""
    parser = argparse.ArgumentParser(prog="python -m eval.calibrate", description="Fit the weights of retrieval.")
    parser.add_argument("--adapter", type=Path, help="an adapter in place of the shipped one")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    embedder = load_adapted(options.adapter) if options.adapter else load_embedder(BUNDLED)
    with tempfile.TemporaryDirectory(prefix="clas-qa-calibrate-") as folder:
        asked = collect(embedder, Path(folder))
        models = fit(asked)
        sys.stdout.write("By weights fitted without the report:\n")
        for report in dict.fromkeys(item.report for item in asked):
            sys.stdout.write(f"{report:22}{_line(asked, report)}\n")
        for item in asked:
            item.index.close()
    options.out.write_text(json.dumps({"model": embedder.name, "models": models}, indent=1) + "\n", encoding="utf-8")


def _line(asked: Sequence[Asked], report: str) -> str:
    """Figures on one report's questions by weights fitted on the other reports' ones."""
    models = fit([item for item in asked if item.report != report])
    own = [item for item in asked if item.report == report]
    told = [figures(item, models) for item in own if item.evidence]
    means = ", ".join(f"{name} {mean([values[name] for values in told]):.3f}" for name in told[0])
    wrongly = mean([float(refused(item, models)) for item in own if item.evidence])
    rightly = mean([float(refused(item, models)) for item in own if not item.evidence])
    return f"{len(own):4} questions: {means}; refused rightly {rightly:.3f}, wrongly {wrongly:.3f}"


if __name__ == "__main__":
    main()
