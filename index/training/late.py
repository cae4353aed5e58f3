"""Late interaction while it is trained: what index/tokens.py computes, with gradients."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from index.tokens import TokenHead

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_PASSAGES_AT_ONCE = 16
# softplus of it is 1.
_WEIGHT_OF_ONE = math.log(math.e - 1)


@dataclass(frozen=True, slots=True)
class Encoded:
    """n texts, each padded to t word pieces.

    Attributes:
        vectors: shape (n, d), unit rows.
        states: shape (n, t, h).
        pieces: shape (n, t): which are word pieces of the text, and no padding or marker.
    """

    vectors: Tensor
    states: Tensor
    pieces: Tensor


class LateInteraction(torch.nn.Module):
    """The token head, and the scale of its scores."""

    def __init__(self, states: int, dimension: int, scale: float) -> None:
        """A head from states of this length to token vectors of that dimension; every word piece weighs 1 at first."""
        super().__init__()
        self.projection = torch.nn.Parameter(torch.nn.init.orthogonal_(torch.empty(dimension, states)))
        self.importance = torch.nn.Parameter(torch.zeros(states))
        self.bias = torch.nn.Parameter(torch.full((1,), _WEIGHT_OF_ONE))
        self.log_scale = torch.nn.Parameter(torch.tensor(math.log(scale)))

    def forward(self, questions: Encoded, passages: Encoded) -> Tensor:
        """Scaled scores, shape (questions, passages)."""
        weights = torch.nn.functional.softplus(questions.states @ self.importance + self.bias) * questions.pieces
        weights = weights / weights.sum(1, keepdim=True).clamp_min(1e-9)
        asked = self._tokens(questions.states)[questions.pieces]
        places = torch.where(questions.pieces)
        columns = []
        for start in range(0, len(passages.states), _PASSAGES_AT_ONCE):
            pieces = passages.pieces[start : start + _PASSAGES_AT_ONCE]
            longest = int(pieces.any(0).nonzero().max()) + 1
            tokens = self._tokens(passages.states[start : start + _PASSAGES_AT_ONCE, :longest])
            cosines = torch.einsum("te,mle->tml", asked, tokens)
            best = cosines.masked_fill(~pieces[None, :, :longest], -1.0).amax(-1)
            blank = torch.zeros(*questions.pieces.shape, len(tokens))
            columns.append((blank.index_put(places, best) * weights[..., None]).sum(1))
        scores: Tensor = self.log_scale.exp() * torch.cat(columns, 1)
        return scores

    def head(self) -> TokenHead:
        """What is saved."""
        projection = self.projection.detach().numpy().T.copy()
        return TokenHead(projection, self.importance.detach().numpy().copy(), self.bias.detach().numpy().copy())

    def _tokens(self, states: Tensor) -> Tensor:
        return torch.nn.functional.normalize(states @ self.projection.T, dim=-1)


def encode(model: "SentenceTransformer", texts: Sequence[str], chunk: int) -> Encoded:
    """Texts with their gradients, those of about one length together."""
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    size = math.ceil(len(order) / math.ceil(len(order) / chunk))
    vectors, states, pieces = [], [], []
    for start in range(0, len(order), size):
        features = model.preprocess([texts[row] for row in order[start : start + size]])
        mask = features["attention_mask"].bool()
        own = mask.clone()
        own[:, 0] = False
        own[torch.arange(len(own)), mask.sum(1) - 1] = False
        out = model(features)
        vectors.append(out["sentence_embedding"])
        states.append(out["token_embeddings"])
        pieces.append(own)
    longest = max(own.shape[1] for own in pieces)
    back = torch.empty(len(texts), dtype=torch.long)
    back[torch.tensor(order)] = torch.arange(len(texts))
    pad = torch.nn.functional.pad
    return Encoded(
        torch.nn.functional.normalize(torch.cat(vectors)[back], dim=-1),
        torch.cat([pad(each, (0, 0, 0, longest - each.shape[1])) for each in states])[back],
        torch.cat([pad(own, (0, longest - own.shape[1])) for own in pieces])[back],
    )
