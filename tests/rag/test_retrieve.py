"""Retrieval over an index with word pieces: what late interaction adds, and how few passages it takes."""

import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from index.filters import Filters
from index.generation import build_generation
from index.report import Kind, Passage, Report, Voice
from index.store import PassageIndex
from index.tokens import TokenVectors
from rag.evidence import RANKING
from rag.retrieve import candidates, encode_questions, retrieve
from rag.search_lane import search
from tests.fakes import WordEmbedder

TEXTS = ("Midwives ask about violence.", "Nurses record the wait.", "Records of violence are kept.")
LATE, SENTENCE = RANKING.index("late_interaction"), RANKING.index("sentence_cosine")


class WordPieceEmbedder(WordEmbedder):
    """Each word is a word piece of its own, with a vector of its own, and counts as much as any other."""

    def __init__(self) -> None:
        super().__init__(name="word pieces")
        self.token_dimension = 64
        self._axes: dict[str, int] = {}

    def encode_with_tokens(
        self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> tuple[NDArray[np.float32], list[TokenVectors]]:
        return self.encode(texts, progress), [self._pieces(text) for text in texts]

    def _pieces(self, text: str) -> TokenVectors:
        axes = [self._axes.setdefault(word, len(self._axes)) for word in re.findall(r"\w+", text.lower())]
        vectors = np.eye(self.token_dimension, dtype=np.float32)[axes]
        return TokenVectors(vectors, np.full(len(axes), 1 / max(len(axes), 1), dtype=np.float32))


@pytest.fixture(scope="module")
def embedder() -> WordPieceEmbedder:
    return WordPieceEmbedder()


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, embedder: WordPieceEmbedder) -> Iterator[PassageIndex]:
    folder = tmp_path_factory.mktemp("pieces")
    text, passages = "", []
    for number, own in enumerate(TEXTS, 1):
        start, text = len(text), f"{text}{own}\n\n"
        kind = Kind.RECOMMENDATION if number == 2 else Kind.FINDING
        passages.append(
            Passage(
                "elm",
                f"¶1.{number}",
                kind,
                Voice.INSPECTORS,
                f"1.{number}",
                ("Care",),
                None,
                own,
                start,
                start + len(own),
            )
        )
    report = Report("elm", "elm", None, text, (), tuple(passages), ())
    opened = PassageIndex.open(folder / build_generation([report], folder, embedder))
    yield opened
    opened.close()


def test_late_interaction_is_the_weighted_share_of_the_words_that_a_passage_matches(
    index: PassageIndex, embedder: WordPieceEmbedder
) -> None:
    question = "midwives record violence"
    found = candidates(question, encode_questions([question], embedder)[0], index=index, k=3)
    late = dict(zip((p.mark for p in found.passages), found.features[:, LATE], strict=True))
    assert late == pytest.approx({"¶1.1": 2 / 3, "¶1.2": 1 / 3, "¶1.3": 1 / 3}, abs=1e-3)


def test_without_word_pieces_of_the_question_the_best_sentence_stands_in(
    index: PassageIndex, embedder: WordPieceEmbedder
) -> None:
    question = "midwives record violence"
    vector_alone = encode_questions([question], WordEmbedder())[0]
    found = candidates(question, vector_alone, index=index, k=3)
    np.testing.assert_array_equal(found.features[:, LATE], found.features[:, SENTENCE])


@pytest.mark.parametrize("k", [1, 2, 50])
def test_any_cut_off_gives_the_beginning_of_the_same_list(
    index: PassageIndex, embedder: WordPieceEmbedder, k: int
) -> None:
    whole = search("who records violence?", index=index, embedder=embedder, k=10)
    assert [hit.rank for hit in whole] == [1, 2, 3]
    assert search("who records violence?", index=index, embedder=embedder, k=k) == whole[:k]


def test_filters_that_leave_one_passage_or_none_leave_so_many_hits(
    index: PassageIndex, embedder: WordPieceEmbedder
) -> None:
    one = search("violence", index=index, embedder=embedder, k=10, filters=Filters(kinds=("recommendation",)))
    assert [(hit.passage.mark, hit.rank) for hit in one] == [("¶1.2", 1)]
    assert search("violence", index=index, embedder=embedder, k=10, filters=Filters(kinds=("quote",))) == []


def test_a_search_within_passages_finds_those_alone_and_a_preferred_one_rises(
    index: PassageIndex, embedder: WordPieceEmbedder
) -> None:
    encoded = encode_questions(["violence"], embedder)[0]
    within = retrieve("violence", encoded, index=index, k=10, within={"elm/¶1.2"})
    assert [hit.passage.mark for hit in within] == ["¶1.2"]
    last = retrieve("violence", encoded, index=index, k=10)[-1]
    preferred = retrieve("violence", encoded, index=index, k=10, prefer={last.passage.id})
    assert next(hit.score for hit in preferred if hit.passage == last.passage) > last.score
