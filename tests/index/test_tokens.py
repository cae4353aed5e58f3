"""Late interaction: worked by hand, and the same in training, in the embedder and in an open index."""

from pathlib import Path

import numpy as np
import pytest
import torch

from index.embed import Embedder
from index.generation import build_generation
from index.parse import read_report
from index.store import PassageIndex
from index.tokens import NO_TOKENS, TokenHead, TokenVectors, best_matches
from index.training.late import Encoded, LateInteraction
from tests.fakes import WordEmbedder

REPORT = Path(__file__).resolve().parents[2] / "eval" / "reports" / "fenmarch-2014.txt"
QUESTION = TokenVectors(
    np.array([[1, 0, 0], [0, 0.6, 0.8]], dtype=np.float32), np.array([0.75, 0.25], dtype=np.float32)
)
FIRST = np.array([[1, 0, 0], [0, 1, 0]], dtype=np.float16)
SECOND = np.array([[0, 0, 1]], dtype=np.float16)
EMPTY = np.zeros((0, 3), dtype=np.float16)


def test_each_word_piece_of_the_question_counts_with_its_best_match() -> None:
    matches = best_matches(QUESTION, [FIRST, EMPTY, SECOND])
    np.testing.assert_allclose(matches, [[1, 0.6], [-1, -1], [0, 0.8]], atol=1e-3)
    assert matches @ QUESTION.weights == pytest.approx([0.9, -1, 0.2], abs=1e-3)


def test_a_question_without_word_pieces_has_no_matches() -> None:
    assert best_matches(NO_TOKENS, [FIRST]).shape == (1, 0)


def test_a_head_gives_unit_rows_and_weights_that_sum_to_one_and_comes_back_from_its_file(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    draw = lambda *shape: rng.standard_normal(shape).astype(np.float32)  # noqa: E731
    head, states = TokenHead(draw(8, 3), draw(8), draw(1)), draw(5, 8)
    head.save(tmp_path / "head.safetensors")
    tokens, again = head.apply(states), TokenHead.load(tmp_path / "head.safetensors").apply(states)
    np.testing.assert_allclose(np.linalg.norm(tokens.vectors, axis=1), 1, atol=1e-5)
    assert tokens.weights.sum() == pytest.approx(1)
    heavier = int(np.argmax(states @ head.importance))
    assert int(np.argmax(tokens.weights)) == heavier
    np.testing.assert_array_equal(tokens.vectors, again.vectors)
    np.testing.assert_array_equal(tokens.weights, again.weights)


def test_training_computes_what_is_computed_when_asked() -> None:
    torch.manual_seed(3)
    late = LateInteraction(states=8, dimension=4, scale=1.0)
    torch.nn.init.normal_(late.importance)
    asked, told = torch.randn(2, 3, 8), torch.randn(20, 6, 8)
    of_asked = torch.tensor([[False, True, True], [False, True, False]])
    of_told = torch.rand(20, 6) < 0.7
    of_told[:, 0] = True
    scores = late(Encoded(torch.zeros(2, 1), asked, of_asked), Encoded(torch.zeros(20, 1), told, of_told))
    head = late.head()
    passages = [head.apply(states[pieces].numpy()).vectors for states, pieces in zip(told, of_told, strict=True)]
    for row in range(2):
        question = head.apply(asked[row][of_asked[row]].numpy())
        expected = best_matches(question, passages) @ question.weights
        np.testing.assert_allclose(scores[row].detach().numpy(), expected, atol=1e-5)


def test_vectors_and_word_pieces_come_of_one_pass(real_embedder: Embedder) -> None:
    texts = ["How long do young people wait?", "Children wait nineteen weeks for therapy.", "The ward has new CCTV."]
    vectors, (question, answer, other) = real_embedder.encode_with_tokens(texts)
    np.testing.assert_allclose(vectors, real_embedder.encode(texts), atol=1e-5)
    assert question.vectors.shape == (7, real_embedder.token_dimension)
    np.testing.assert_allclose(np.linalg.norm(question.vectors, axis=1), 1, atol=1e-5)
    assert question.weights.sum() == pytest.approx(1, abs=1e-5)
    near, far = best_matches(question, [answer.vectors, other.vectors]) @ question.weights
    assert near > far + 0.1


def test_an_index_holds_the_word_pieces_of_its_passages(real_embedder: Embedder, tmp_path: Path) -> None:
    index = PassageIndex.open(tmp_path / build_generation([read_report(REPORT)], tmp_path, real_embedder))
    question = real_embedder.encode_with_tokens(["how long is the wait"])[1][0]
    rows = [0, 7, len(index.passages) - 1]
    pieces = real_embedder.encode_with_tokens([index.passages[row].embedding_text for row in rows])[1]
    expected = best_matches(question, [one.vectors for one in pieces])
    np.testing.assert_allclose(index.best_matches(question, rows), expected, atol=2e-3)
    index.close()


def test_an_index_of_a_model_without_word_pieces_has_no_matches(tmp_path: Path) -> None:
    index = PassageIndex.open(tmp_path / build_generation([read_report(REPORT)], tmp_path, WordEmbedder()))
    assert index.best_matches(QUESTION, [0]) is None
    assert index.best_matches(NO_TOKENS, [0]) is None
    index.close()
