"""Token vectors: what late interaction compares a question and a passage by, word piece by word piece.

Its score is the weighted mean of `best_matches`: for each word piece of the question the best cosine with one of the passage.
ColBERT (Khattab and Zaharia 2020), with a learnt weight for each word piece of the question. The states that become token vectors are
those whose mean is the embedding of the text, so a question is encoded once for both. sentence-transformers has a MultiVectorEncoder; it
would be a second pass over each question.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
TOKEN_HEAD = "token_head.safetensors"


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """The t word pieces of one text.

    Attributes:
        vectors: shape (t, e), unit rows.
        weights: shape (t,), how much each counts where the text is a question; they sum to 1.
    """

    vectors: Floats
    weights: Floats


NO_TOKENS = TokenVectors(np.zeros((0, 0), dtype=np.float32), np.zeros(0, dtype=np.float32))


@dataclass(frozen=True, slots=True)
class TokenHead:
    """What makes token vectors of a model's last states; trained with the adapter.

    Attributes:
        projection: shape (h, e).
        importance: shape (h,).
        bias: shape (1,); a word piece with state s weighs softplus(s @ importance + bias).
    """

    projection: Floats
    importance: Floats
    bias: Floats

    @property
    def dimension(self) -> int:
        """Length of a token vector."""
        return int(self.projection.shape[1])

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        from safetensors.numpy import load_file

        arrays = load_file(path)
        return cls(arrays["projection"], arrays["importance"], arrays["bias"])

    def save(self, path: Path) -> None:
        """Write a .safetensors file."""
        from safetensors.numpy import save_file

        save_file({"projection": self.projection, "importance": self.importance, "bias": self.bias}, path)

    def apply(self, states: Floats) -> TokenVectors:
        """Token vectors of one text out of its (t, h) states."""
        projected = states @ self.projection
        lengths = np.linalg.norm(projected, axis=1, keepdims=True)
        weights = np.logaddexp(0, states @ self.importance + self.bias)
        return TokenVectors(projected / np.maximum(lengths, 1e-9), weights / max(float(weights.sum()), 1e-9))


def best_matches(question: TokenVectors, passages: Sequence[NDArray[np.floating]]) -> Floats:
    """Shape (n, t): the best cosine of each of the question's t word pieces with each of n passages, (t_i, e) unit rows.

    -1 for a passage without word pieces.
    """
    matches = np.full((len(passages), len(question.vectors)), -1.0, dtype=np.float32)
    filled = [row for row, tokens in enumerate(passages) if len(tokens)]
    if filled and matches.size:
        starts = np.cumsum([0, *(len(passages[row]) for row in filled[:-1])])
        # No BLAS: where both cores are busy its threads wait for each other, 8 ms in place of half a one.
        pieces = np.concatenate([passages[row] for row in filled]).astype(np.float32, copy=False)
        cosines = np.einsum("te,qe->tq", pieces, question.vectors)
        matches[filled] = np.maximum.reduceat(cosines, starts, axis=0)
    return matches
