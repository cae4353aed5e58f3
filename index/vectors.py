"""Vectors of passages and of their sentences: embedded once, copied from the last generation where the text is."""

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder
from index.errors import IndexDamaged
from index.manifest import INDEX_SCHEMA, Manifest, read_manifest
from index.report import Passage
from index.sentences import sentence_spans

Floats = NDArray[np.float32]
FILES = ("passage_vectors", "sentence_vectors", "sentence_spans", "sentence_digests")


@dataclass(frozen=True, slots=True)
class PassageVectors:
    """Vectors of n passages and of the m sentences in them; d is the dimension of the model.

    Attributes:
        passage_vectors: shape (n, d), of `Passage.embedding_text`.
        sentence_vectors: shape (m, d), of the sentence alone.
        sentence_spans: shape (m, 3): row of the passage, start and end in `Passage.text`; in order.
        sentence_digests: shape (m,): SHA-256 (hex) of each sentence.
    """

    passage_vectors: Floats
    sentence_vectors: Floats
    sentence_spans: NDArray[np.int32]
    sentence_digests: NDArray[np.str_]

    def save(self, folder: Path) -> None:
        """Write one .npy file for each array."""
        for name in FILES:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, manifest: Manifest) -> "PassageVectors":
        """Read what `save` wrote.

        Raises:
            IndexDamaged: a file is missing or changed.
        """
        return cls(*(np.load(io.BytesIO(manifest.read(folder, f"{name}.npy")), allow_pickle=False) for name in FILES))


def embed_passages(
    passages: Sequence[Passage],
    embedder: Embedder,
    known: Mapping[str, Floats],
    progress: Callable[[int, int], None] | None = None,
) -> PassageVectors:
    """Vectors of passages and sentences; a text that occurs twice, or whose digest is known, is not embedded again."""
    spans = [(row, *span) for row, passage in enumerate(passages) for span in sentence_spans(passage.text)]
    sentences = [passages[row].text[start:end] for row, start, end in spans]
    passage_digests = [passage.digest for passage in passages]
    sentence_digests = [hashlib.sha256(sentence.encode()).hexdigest() for sentence in sentences]
    wanted = dict(zip(passage_digests, (passage.embedding_text for passage in passages), strict=True))
    wanted |= dict(zip(sentence_digests, sentences, strict=True))
    new = [digest for digest in wanted if digest not in known]
    vectors = dict(known) | dict(zip(new, embedder.encode([wanted[digest] for digest in new], progress), strict=True))
    return PassageVectors(
        _stacked(passage_digests, vectors, embedder.dimension),
        _stacked(sentence_digests, vectors, embedder.dimension),
        np.array(spans, dtype=np.int32).reshape(-1, 3),
        np.array(sentence_digests, dtype="U64"),
    )


def known_vectors(previous: Path | None, embedder: Embedder) -> dict[str, Floats]:
    """Digest -> vector out of an older generation; empty where it is damaged or has another model or schema."""
    if previous is None:
        return {}
    try:
        manifest = read_manifest(previous)
        model = (INDEX_SCHEMA, embedder.name, embedder.checksum, embedder.dimension)
        if (manifest.schema, manifest.model, manifest.model_checksum, manifest.dimension) != model:
            return {}
        vectors = PassageVectors.load(previous, manifest)
    except IndexDamaged:
        return {}
    known = dict(zip(manifest.digests.values(), vectors.passage_vectors, strict=True))
    return known | dict(zip(vectors.sentence_digests.tolist(), vectors.sentence_vectors, strict=True))


def _stacked(digests: Sequence[str], vectors: Mapping[str, Floats], dimension: int) -> Floats:
    rows = [vectors[digest] for digest in digests]
    return np.array(rows, dtype=np.float32).reshape(-1, dimension)
