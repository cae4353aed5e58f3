"""Vectors of passages, of their word pieces and of their sentences: embedded once, copied from the last generation where the text is."""

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
FILES = ("passage_vectors", "token_vectors", "token_starts", "sentence_vectors", "sentence_spans", "sentence_digests")


@dataclass(frozen=True, slots=True)
class PassageVectors:
    """Vectors of n passages and of the m sentences in them; d is the dimension of the model.

    Attributes:
        passage_vectors: shape (n, d), of `Passage.embedding_text`.
        token_vectors: shape (t, e), float16, of the word pieces of all passages; e is 0 for a model that gives none.
        token_starts: shape (n + 1,): the word pieces of passage i are rows token_starts[i] to token_starts[i + 1].
        sentence_vectors: shape (m, d), of the sentence alone.
        sentence_spans: shape (m, 3): row of the passage, start and end in `Passage.text`; in order.
        sentence_digests: shape (m,): SHA-256 (hex) of each sentence.
    """

    passage_vectors: Floats
    token_vectors: NDArray[np.float16]
    token_starts: NDArray[np.int64]
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


@dataclass(frozen=True, slots=True)
class Known:
    """What an older generation has: digest of a passage or a sentence -> vector, digest of a passage -> (t, e) token vectors."""

    vectors: Mapping[str, Floats]
    tokens: Mapping[str, NDArray[np.float16]]


NOTHING_KNOWN = Known({}, {})


def embed_passages(
    passages: Sequence[Passage],
    embedder: Embedder,
    known: Known = NOTHING_KNOWN,
    progress: Callable[[int, int], None] | None = None,
) -> PassageVectors:
    """Vectors of passages and sentences; a text that occurs twice, or whose digest is known, is not embedded again."""
    spans = [(row, *span) for row, passage in enumerate(passages) for span in sentence_spans(passage.text)]
    sentences = [passages[row].text[start:end] for row, start, end in spans]
    passage_digests = [passage.digest for passage in passages]
    sentence_digests = [hashlib.sha256(sentence.encode()).hexdigest() for sentence in sentences]
    whole = {d: p.embedding_text for d, p in zip(passage_digests, passages, strict=True) if d not in known.tokens}
    single = {d: text for d, text in zip(sentence_digests, sentences, strict=True) if d not in known.vectors}
    total = len(whole) + len(single)
    told = progress or (lambda done, total: None)
    found, tokens = embedder.encode_with_tokens(list(whole.values()), lambda done, _: told(done, total))
    rest = embedder.encode(list(single.values()), lambda done, _: told(len(whole) + done, total))
    vectors = dict(known.vectors) | dict(zip(whole, found, strict=True)) | dict(zip(single, rest, strict=True))
    pieces = dict(known.tokens) | {d: one.vectors.astype(np.float16) for d, one in zip(whole, tokens, strict=True)}
    of_passages = [pieces[digest] for digest in passage_digests]
    return PassageVectors(
        _stacked(passage_digests, vectors, embedder.dimension),
        np.concatenate([np.zeros((0, embedder.token_dimension), dtype=np.float16), *of_passages]),
        np.cumsum([0, *map(len, of_passages)], dtype=np.int64),
        _stacked(sentence_digests, vectors, embedder.dimension),
        np.array(spans, dtype=np.int32).reshape(-1, 3),
        np.array(sentence_digests, dtype="U64"),
    )


def known_vectors(previous: Path | None, embedder: Embedder) -> Known:
    """What an older generation has; nothing where it is damaged or has another model or schema."""
    if previous is None:
        return NOTHING_KNOWN
    try:
        manifest = read_manifest(previous)
        model = (INDEX_SCHEMA, embedder.name, embedder.checksum, embedder.dimension)
        if (manifest.schema, manifest.model, manifest.model_checksum, manifest.dimension) != model:
            return NOTHING_KNOWN
        vectors = PassageVectors.load(previous, manifest)
    except IndexDamaged:
        return NOTHING_KNOWN
    digests = list(manifest.digests.values())
    known = dict(zip(digests, vectors.passage_vectors, strict=True))
    known |= dict(zip(vectors.sentence_digests.tolist(), vectors.sentence_vectors, strict=True))
    tokens = np.split(vectors.token_vectors, vectors.token_starts[1:-1]) if digests else []
    return Known(known, dict(zip(digests, tokens, strict=True)))


def _stacked(digests: Sequence[str], vectors: Mapping[str, Floats], dimension: int) -> Floats:
    rows = [vectors[digest] for digest in digests]
    return np.array(rows, dtype=np.float32).reshape(-1, dimension)
