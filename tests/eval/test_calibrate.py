"""Weights are fitted to what was required, and figures of a fitted question can be worked out by hand."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eval.calibrate import Asked, as_report, figures, fit, fit_answerable, fit_ranking
from index.generation import build_generation
from index.report import Kind, Voice
from index.store import PassageIndex
from index.training.examples import Source, TrainingPassage
from rag.evidence import EVIDENCE, RANKING
from rag.retrieve import Candidates, EncodedQuestion
from tests.fakes import WordEmbedder

SOURCE = Source(
    "small",
    (
        TrainingPassage("a", "Early help", "finding", "Midwives ask about violence."),
        TrainingPassage("b", "Early help", "recommendation", "Train the midwives."),
        TrainingPassage("c", "Context", "context", "The county has one hospital."),
    ),
    (),
)
COSINE, COVERAGE = RANKING.index("passage_cosine"), RANKING.index("coverage")


@pytest.fixture
def index(tmp_path: Path) -> Iterator[PassageIndex]:
    report, _ = as_report(SOURCE)
    opened = PassageIndex.open(tmp_path / build_generation([report], tmp_path, WordEmbedder()))
    yield opened
    opened.close()


def asked(index: PassageIndex, cosines: Sequence[float], required: str = "", allowed: str = "") -> Asked:
    """A question whose candidates have these cosines and nothing else; `required` and `allowed` are letters of SOURCE."""
    features = np.zeros((3, len(RANKING)))
    features[:, COSINE] = cosines
    ids = dict(zip("abc", (passage.id for passage in index.passages), strict=True))
    found = Candidates(index.passages, features, (("dense",),) * 3, np.array(cosines))
    evidence = tuple(frozenset({ids[letter]}) for letter in required)
    encoded = EncodedQuestion(WordEmbedder().encode(["violence"])[0])
    return Asked(
        "small", "violence", 1.0, index, encoded, found, evidence, frozenset(ids[letter] for letter in allowed)
    )


def test_an_invented_review_becomes_a_report_whose_passages_are_slices_of_its_text() -> None:
    report, ids = as_report(SOURCE)
    assert [report.text[passage.start : passage.end] for passage in report.passages] == [
        p.text for p in SOURCE.passages
    ]
    assert [(passage.kind, passage.voice) for passage in report.passages] == [
        (Kind.FINDING, Voice.INSPECTORS),
        (Kind.RECOMMENDATION, Voice.RECOMMENDATION),
        (Kind.CONTEXT, Voice.BACKGROUND),
    ]
    assert ids == {"a": "small/¶1.1", "b": "small/R1.2", "c": "small/¶1.3"}


def test_what_marks_the_required_passage_gets_weight_and_what_does_not_gets_none(index: PassageIndex) -> None:
    weights = fit_ranking([asked(index, [0.9, 0.2, 0.1], "a"), asked(index, [0.1, 0.8, 0.3], "b")])
    assert weights["passage_cosine"] > 0.5
    assert weights["coverage"] == pytest.approx(0, abs=1e-6)


def test_a_passage_that_may_be_cited_is_neither_right_nor_wrong(index: PassageIndex) -> None:
    alone = fit_ranking([asked(index, [0.9, 0.95, 0.1], "a", "b")])
    against = fit_ranking([asked(index, [0.9, 0.95, 0.1], "a")])
    assert alone["passage_cosine"] > against["passage_cosine"]


def test_a_passage_that_is_both_required_and_allowed_is_required(index: PassageIndex) -> None:
    item = asked(index, [0.9, 0.2, 0.1], "a", "a")
    assert item.required.tolist() == [True, False, False]
    assert item.neutral.tolist() == [False, False, False]


def test_figures_of_one_question_by_hand(index: PassageIndex) -> None:
    ranking = dict.fromkeys(RANKING, 0.0) | {"passage_cosine": 1.0}
    models = {"ranking": ranking, "evidence": dict.fromkeys(EVIDENCE, 0.0) | {"intercept": 0.0}}
    item = asked(index, [0.9, 0.8, 0.1], "ac")  # ranks: a 1, b 2, c 3
    told = figures(item, models, lambda chances: 2)  # cites a and b
    assert told == pytest.approx(
        {
            "recall@1": 0.5,
            "recall@5": 1.0,
            "recall@10": 1.0,
            "mrr": 1.0,
            "citation_precision": 0.5,
            "citation_recall": 0.5,
            "citation_f1": 0.5,
        }
    )


def test_evidence_that_was_not_found_counts_as_missed(index: PassageIndex) -> None:
    item = replace(asked(index, [0.9, 0.8, 0.1], "a"), evidence=(frozenset({"small/¶9.9"}),))
    models = {
        "ranking": dict.fromkeys(RANKING, 0.0),
        "evidence": dict.fromkeys(EVIDENCE, 0.0) | {"intercept": 0.0},
    }
    assert figures(item, models)["recall@10"] == 0.0


def test_a_passage_that_stands_out_is_likelier_evidence_than_one_that_does_not(index: PassageIndex) -> None:
    questions = [
        asked(index, [0.9, 0.2, 0.1], "a"),
        asked(index, [0.1, 0.8, 0.3], "b"),
        asked(index, [0.2, 0.1, 0.7], "c"),
        asked(index, [0.2, 0.2, 0.2]),
    ]
    models = fit(questions)
    assert set(models) == {"ranking", "evidence", "answerable"}
    assert models["evidence"]["behind_best"] < 0
    assert models["answerable"]["best_is_unlikely"] < 0


def test_a_likely_passage_never_speaks_against_an_answer_whatever_the_questions_say(index: PassageIndex) -> None:
    sure, unsure = asked(index, [1.0, 0.0, 0.0]), asked(index, [0.1, 0.0, 0.0], "a")
    models = {
        "ranking": dict.fromkeys(RANKING, 1.0),
        "evidence": dict.fromkeys(EVIDENCE, 1.0) | {"intercept": 0.0},
    }
    backwards = fit_answerable([sure, unsure] * 10, models)
    assert backwards["best_chance"] == 0.0
    assert backwards["sum_of_chances"] == 0.0
    forwards = fit_answerable([replace(sure, evidence=unsure.evidence), replace(unsure, evidence=())] * 10, models)
    assert forwards["best_chance"] > 0.0
