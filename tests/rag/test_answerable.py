"""What moves the chance that something was found which answers a question."""

from collections.abc import Iterator, Sequence

import pytest

from index.embed import Embedder
from index.generation import build_generation
from index.report import Kind, Passage, Report, Voice
from index.store import PassageIndex
from rag.answerable import ANSWERABLE, LOWERS, RAISES, answerable, answerable_features
from rag.evidence import load_weights
from rag.retrieve import RetrievedPassage, encode_questions
from tests.fakes import WordEmbedder

TEXTS = (
    "Allegations against staff are reported promptly.",
    "Bruises of babies are referred to a doctor. There were 44 such referrals.",
    "The alarms on the ward were a good idea.",
    "Records are kept well by the midwives.",
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PassageIndex]:
    folder = tmp_path_factory.mktemp("answerable")
    text, passages = "", []
    for number, own in enumerate(TEXTS, 1):
        start, text = len(text), f"{text}{own}\n\n"
        mark, end = f"¶1.{number}", start + len(own)
        passages.append(
            Passage("elm", mark, Kind.FINDING, Voice.INSPECTORS, f"1.{number}", ("Care",), None, own, start, end)
        )
    report = Report("elm", "elm", None, text, (), tuple(passages), ())
    opened = PassageIndex.open(folder / build_generation([report], folder, WordEmbedder()))
    yield opened
    opened.close()


def features(index: PassageIndex, question: str, found: Sequence[int], chances: Sequence[float]) -> dict[str, float]:
    """Feature -> value for these passages, by number, with these chances."""
    hits = [
        RetrievedPassage(index.passages[number - 1], rank, chance, ("dense",), 0.5)
        for rank, (number, chance) in enumerate(zip(found, chances, strict=True), 1)
    ]
    values = answerable_features(question, encode_questions([question], WordEmbedder())[0], hits, index)
    return dict(zip(ANSWERABLE, values.tolist(), strict=True))


def test_a_figure_that_nothing_holds_leaves_the_widest_gap(index: PassageIndex) -> None:
    assert features(index, "how much did the alarms cost?", [3], [0.9])["detail_gap"] == pytest.approx(0.4)
    assert features(index, "were the alarms a good idea?", [3], [0.9])["detail_gap"] == 0.0


def test_a_figure_beside_the_sentence_that_names_its_matter_is_near(index: PassageIndex) -> None:
    asked = features(index, "how many bruises of babies are referred to a doctor?", [2], [0.9])
    assert asked["number_or_name"] == 1.0
    assert asked["detail_gap"] == pytest.approx(0.05, abs=1e-6)


def test_a_premise_that_the_best_sentence_speaks_against_has_another_tone(index: PassageIndex) -> None:
    assert features(index, "why are records not kept by midwives?", [4], [0.9])["other_tone"] == 1.0
    assert features(index, "why are records kept by midwives?", [4], [0.9])["other_tone"] == 0.0
    assert features(index, "are records not kept by midwives?", [4], [0.9])["other_tone"] == 0.0


def test_the_best_chance_counts_wherever_it_stands(index: PassageIndex) -> None:
    values = features(index, "are records kept?", [1, 4], [0.1, 0.8])
    assert values["best_chance"] == pytest.approx(features(index, "are records kept?", [4], [0.8])["best_chance"])
    assert values["best_is_unlikely"] == 0.0
    assert values["sum_of_chances"] == pytest.approx(0.9)


def test_words_that_the_best_passage_has_nothing_like_are_unmatched(
    real_embedder: Embedder, tmp_path_factory: pytest.TempPathFactory, index: PassageIndex
) -> None:
    folder = tmp_path_factory.mktemp("pieces")
    pieces = PassageIndex.open(folder / build_generation(index.reports, folder, real_embedder))

    def unmatched(question: str) -> float:
        hit = RetrievedPassage(pieces.passages[3], 1, 0.9, ("dense",), 0.5)
        encoded = encode_questions([question], real_embedder)[0]
        values = answerable_features(question, encoded, [hit], pieces).tolist()
        return dict(zip(ANSWERABLE, values, strict=True))["unmatched"]

    assert unmatched("are the midwives' records good?") < unmatched("is the swimming pool heated?")
    assert features(index, "is the swimming pool heated?", [4], [0.9])["unmatched"] == 0.0
    pieces.close()


def test_a_likelier_passage_makes_an_answer_likelier_and_a_missing_figure_less_likely(index: PassageIndex) -> None:
    def chance(question: str, number: int, score: float) -> float:
        hit = RetrievedPassage(index.passages[number - 1], 1, score, ("dense",), 0.5)
        return answerable(question, encode_questions([question], WordEmbedder())[0], [hit], index)

    assert chance("are records kept well?", 4, 0.9) > chance("are records kept well?", 4, 0.1)
    assert chance("were the alarms a good idea?", 3, 0.9) > chance("how much did the alarms cost?", 3, 0.9)


def test_no_shipped_weight_goes_against_what_its_feature_is_a_sign_of() -> None:
    weights = load_weights()["answerable"]
    assert all(weights[name] >= 0 for name in RAISES)
    assert all(weights[name] <= 0 for name in LOWERS)
    assert set(ANSWERABLE) >= RAISES | LOWERS
