"""What each step of retrieval is worth: make ablation. Reporting half, questions whose evidence must be found by search.

Each row adds something to the row before it; weights are fitted anew for each on what `eval.calibrate` fits them on.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from eval.calibrate import Asked, Cite, collect, collect_gold, expected_best, figures, fit_citing
from eval.gold import Half
from eval.metrics import difference_interval, mean
from index.embed import BUNDLED, UNADAPTED, load_embedder
from rag.evidence import RANKING

TOLD = ("recall@1", "recall@5", "recall@10", "mrr", "citation_precision", "citation_recall", "citation_f1")
_COSINE = ("passage_cosine",)
_COSINES = (*_COSINE, "sentence_cosine")
_WORDS = (*_COSINES, "lexical", "coverage")
_GLOSSARY = (*_WORDS, "expanded")
_KINDS = (*_GLOSSARY, *RANKING[-6:])


@dataclass(frozen=True, slots=True)
class Step:
    """One row: the embedding, the features that are weighed, and how many passages are cited."""

    name: str
    embedding: str
    features: Sequence[str]
    cite: Cite


def best_alone(chances: Sequence[float]) -> int:
    """The best passage and no other."""
    return 1


STEPS = (
    Step("passage cosine, stock weights, best passage cited", UNADAPTED, _COSINE, best_alone),
    Step("+ best sentence's cosine", UNADAPTED, _COSINES, best_alone),
    Step("+ BM25 and coverage of the question's words", UNADAPTED, _WORDS, best_alone),
    Step("+ glossary", UNADAPTED, _GLOSSARY, best_alone),
    Step("+ kind of passage", UNADAPTED, _KINDS, best_alone),
    Step("+ adapter", BUNDLED, _KINDS, best_alone),
    Step("+ late interaction", BUNDLED, RANKING, best_alone),
    Step("+ as many passages as the chances say", BUNDLED, RANKING, expected_best),
)


def _but(*left_out: str) -> tuple[str, ...]:
    """All features but these."""
    return tuple(feature for feature in RANKING if feature not in left_out)


# What is left without one part, beside the last row above.
WITHOUT = (
    Step("without the best sentence's cosine", BUNDLED, _but("sentence_cosine"), expected_best),
    Step("without BM25 and coverage", BUNDLED, _but("lexical", "coverage"), expected_best),
    Step("without the glossary", BUNDLED, _but("expanded"), expected_best),
    Step("without the kind of passage", BUNDLED, _but(*_KINDS[len(_GLOSSARY) :]), expected_best),
    Step("without late interaction", BUNDLED, _but("late_interaction"), expected_best),
    Step("without adapter and late interaction", UNADAPTED, _KINDS, expected_best),
)


def only(asked: Sequence[Asked], features: Sequence[str]) -> list[Asked]:
    """The questions with all other features set to 0."""
    kept = np.isin(RANKING, features).astype(np.float64)
    return [replace(item, found=replace(item.found, features=item.found.features * kept)) for item in asked]


def told(step: Step, fitted_on: Sequence[Asked], asked: Sequence[Asked]) -> list[Mapping[str, float]]:
    """Figures of each question with evidence under one step."""
    models = fit_citing(only(fitted_on, step.features))
    return [figures(item, models, step.cite) for item in only(asked, step.features) if item.evidence]


def _row(name: str, values: Sequence[Mapping[str, float]], before: Sequence[Mapping[str, float]] | None) -> str:
    cells = [f"{mean([v[metric] for v in values]):.3f}" for metric in TOLD]
    for metric in ("recall@5", "citation_f1"):
        if before is None:
            cells.append("")
        else:
            steps = [v[metric] - b[metric] for v, b in zip(values, before, strict=True)]
            low, high = difference_interval(steps)
            cells.append(f"{mean(steps):+.3f} ({low:+.3f} to {high:+.3f})")
    return f"| {name} | {' | '.join(cells)} |"


def main() -> None:
    """Print the tables as Markdown: all questions, then those in plain or sloppy words."""
    with tempfile.TemporaryDirectory(prefix="clas-qa-ablation-") as folder:
        found = {}
        for name in (UNADAPTED, BUNDLED):
            embedder = load_embedder(name)
            found[name] = (collect(embedder, Path(folder)), collect_gold(embedder, Path(folder), Half.REPORTING))
        count = sum(bool(item.evidence) for item in found[BUNDLED][1])
        print(f"{count} questions, reporting half\n")
        print(f"| | {' | '.join(TOLD)} | recall@5 less the row before | citation_f1 less the row before |")
        print("|---" * (len(TOLD) + 3) + "|")
        before = None
        for step in STEPS:
            values = told(step, *found[step.embedding])
            print(_row(step.name, values, before), flush=True)
            before = values
        for step in WITHOUT:
            print(_row(f"{step.name} (less the whole)", told(step, *found[step.embedding]), before), flush=True)


if __name__ == "__main__":
    main()
