"""How the weights of the fused score were chosen: recall@5 and MRR of rankings on the tuning halves of the gold sets.

python -m bench.fusion
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import numpy as np
from numpy.typing import NDArray

from eval.gold import METADATA_TYPES, GoldQuestion, Half
from eval.run import CROSS, load_suites, report_file
from index.embed import BUNDLED, Embedder, load_embedder
from index.library import Library
from index.store import PassageIndex
from rag.words import subject, topic_words

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of every passage for one question, each of shape (n,); `evidence` holds the rows of each required item."""

    passage: Floats
    sentence: Floats
    bm25: Floats
    evidence: tuple[tuple[int, ...], ...]


def rank_fusion(constant: int) -> Callable[[Signals], Floats]:
    """Sum of 1 / (constant + rank), ranks from 1, of the three rankings (Cormack et al. 2009)."""

    def score(signals: Signals) -> Floats:
        kinds = (signals.passage, signals.sentence, signals.bm25)
        parts = [1 / (constant + 1 + np.argsort(np.argsort(-kind, kind="stable"))) for kind in kinds]
        return np.asarray(np.sum(parts, axis=0), dtype=np.float64)

    return score


def weighted(passage: float, sentence: float, bm25: float) -> Callable[[Signals], Floats]:
    """Weighted sum, BM25 as a share of its best score."""
    return lambda s: passage * s.passage + sentence * s.sentence + bm25 * s.bm25 / max(float(s.bm25.max()), 1e-9)


RANKINGS: dict[str, Callable[[Signals], Floats]] = {
    "passage cosine alone": weighted(1, 0, 0),
    "sentence cosine alone": weighted(0, 1, 0),
    "BM25 alone": weighted(0, 0, 1),
    "rank fusion, constant 60": rank_fusion(60),
    "rank fusion, constant 10": rank_fusion(10),
    **{f"{p} passage + {s} sentence + {b} BM25": weighted(p, s, b) for p, s in ((0.5, 0.5),) for b in (0.0, 0.15, 0.3)},
    **{f"{p} passage + {s} sentence + 0.15 BM25": weighted(p, s, 0.15) for p, s in ((0.7, 0.3), (0.3, 0.7))},
}


def signals_of(question: GoldQuestion, index: PassageIndex, embedder: Embedder) -> Signals:
    """What retrieval knows of every passage, before it fuses."""
    vector = embedder.encode([subject(question.question)])[0]
    keywords = " ".join(topic_words(question.question)) or question.question
    bm25 = np.zeros(len(index.passages))
    for passage, score in index.search_lexical(keywords, len(index.passages)):
        bm25[index.row(passage.id)] = score
    evidence = tuple(
        tuple(row for row, p in enumerate(index.passages) if item.matched_by(p.report, p.mark, p.text))
        for item in question.must
    )
    return Signals(
        (index.vectors @ vector).astype(float), index.best_sentence_cosines(vector).astype(float), bm25, evidence
    )


def figures(asked: list[Signals], score: Callable[[Signals], Floats]) -> tuple[float, float]:
    """Mean over questions of recall@5 (share of the required items found) and of the reciprocal rank of the first."""
    recalls, reciprocals = [], []
    for signals in asked:
        order = np.argsort(-score(signals), kind="stable")
        rank = {int(row): place for place, row in enumerate(order, 1)}
        firsts = [min((rank[row] for row in rows), default=len(rank) + 1) for rows in signals.evidence]
        recalls.append(mean(first <= 5 for first in firsts))
        reciprocals.append(1 / min(firsts))
    return mean(recalls), mean(reciprocals)


def main() -> None:
    """Print one line a ranking. Only questions that stand alone and whose evidence must be found by search."""
    embedder = load_embedder(BUNDLED)
    asked: list[Signals] = []
    for suite in load_suites():
        if suite.name == CROSS:
            continue
        with tempfile.TemporaryDirectory(prefix="clas-qa-bench-") as folder:
            library = Library(Path(folder), embedder)
            library.add(report_file(suite.name))
            index = library.current()
            asked += [
                signals_of(question, index, embedder)
                for question in suite.questions
                if question.half is Half.TUNING
                and question.must
                and question.type not in METADATA_TYPES
                and not question.history
                and not question.filters
            ]
            index.close()
    print(f"{len(asked)} questions, tuning halves\n{'':46}recall@5    MRR")
    for name, score in RANKINGS.items():
        recall, reciprocal = figures(asked, score)
        print(f"{name:46}{recall:8.3f}{reciprocal:7.3f}")


if __name__ == "__main__":
    main()
