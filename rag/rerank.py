"""An optional second reading: a cross-encoder, chosen by a setting, reads the question with each retrieved passage and orders them anew.

None is bundled and nothing is downloaded. torch and sentence_transformers are imported when a model is loaded.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.embed import cached_model
from index.errors import ModelDamaged
from rag.retrieve import RetrievedPassage

NONE = "none"
_KNOWN = (NONE, "the path of a local folder with a CrossEncoder", "the hub name of one that is in the local cache")


class Reranker(Protocol):
    """Tells how well each text answers a question."""

    @property
    def name(self) -> str:
        """The name or folder that it was loaded by."""
        ...

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (len(texts),): higher is better, on the reranker's own scale, comparable within one question."""
        ...


class CrossEncoderReranker:
    """A sentence-transformers CrossEncoder loaded from a local folder, on the CPU."""

    def __init__(self, folder: Path, name: str) -> None:
        """Load the model in `folder`; `name` is what it is told apart by.

        Raises:
            ModelDamaged: a file of it cannot be read, or it gives another number of scores than one.
        """
        from safetensors import SafetensorError
        from sentence_transformers import CrossEncoder
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            self._model = CrossEncoder(
                str(folder), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
            )
        except (OSError, ValueError, RuntimeError, SafetensorError) as exc:
            raise ModelDamaged(f"the reranker {name!r} cannot be loaded ({exc}); fetch it again, or unset it") from exc
        if self._model.num_labels != 1:
            raise ModelDamaged(
                f"the reranker {name!r} gives {self._model.num_labels} scores for a passage; take one that gives a single score"
            )
        self.name = name

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (len(texts),): the model's logits; see Reranker.scores."""
        from torch.nn import Identity

        # Its own activation is mostly a sigmoid, which rounds to 1 what differs at the top.
        pairs = [(question, text) for text in texts]
        told = self._model.predict(pairs, activation_fn=Identity(), show_progress_bar=False, convert_to_numpy=True)
        return np.asarray(told, dtype=np.float32)


def reranked(question: str, hits: Sequence[RetrievedPassage], reranker: Reranker | None) -> list[RetrievedPassage]:
    """The hits in the order of the reranker's scores, ranks from 1; as they are where there is no reranker.

    What is calibrated is the chance at a rank: the k-th best of the new order bears the k-th chance of the old one. Ties stay in order.
    """
    if reranker is None or len(hits) < 2:
        return list(hits)
    scores = reranker.scores(question, [hit.passage.embedding_text for hit in hits])
    order = np.argsort(-scores, kind="stable")
    return [
        replace(hits[row], rank=rank, score=before.score)
        for rank, (row, before) in enumerate(zip(order, hits, strict=True), 1)
    ]


def load_reranker(name: str) -> Reranker | None:
    """Load a reranker without touching the network.

    Args:
        name: "none", the path of a local folder, or the hub name of a model that is already in the local cache.

    Raises:
        UnknownName: there is no such folder and no such model in the local cache.
        ModelDamaged: it has no safetensors weights, is no cross-encoder, or cannot be loaded.
    """
    if name == NONE:
        return None
    folder = Path(name).expanduser()
    if not folder.is_dir():
        folder = cached_model("reranker", name, _KNOWN)
    if not any(folder.glob("*.safetensors")):
        raise ModelDamaged(f"the reranker {name!r} has no .safetensors weights; other formats are not loaded")
    if not _is_cross_encoder(folder):
        raise ModelDamaged(
            f"{name!r} is no CrossEncoder: nothing in it was trained to score a question with a passage; take a reranker's folder"
        )
    return CrossEncoderReranker(folder, name)


def _is_cross_encoder(folder: Path) -> bool:
    """Whether its files say so; sentence-transformers would give any other model a scoring layer of random weights."""
    if _told(folder / "config_sentence_transformers.json").get("model_type") == "CrossEncoder":
        return True
    architectures = _told(folder / "config.json").get("architectures") or ()
    return any(str(name).endswith("ForSequenceClassification") for name in architectures)


def _told(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}
    except (ValueError, TypeError) as exc:
        raise ModelDamaged(f"{path} is no JSON object; fetch the reranker again, or unset it") from exc
