"""Stand-ins whose results can be worked out by hand; importable from child processes."""

import re
import zlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from index.tokens import NO_TOKENS, TokenVectors


class WordEmbedder:
    """Bag of words: one axis a word (CRC-32 modulo the dimension), rows of length 1.

    The cosine of two texts of different words a and b is |a ∩ b| / sqrt(|a| |b|), unless two words fall on one axis.
    """

    def __init__(self, name: str = "words", checksum: str = "none", dimension: int = 256) -> None:
        self.name = name
        self.checksum = checksum
        self.dimension = dimension
        self.token_dimension = 0
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> NDArray[np.float32]:
        self.encoded.extend(texts)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in set(re.findall(r"\w+", text.lower())) or {""}:
                vectors[row, zlib.crc32(word.encode()) % self.dimension] = 1.0
        if progress is not None:
            progress(len(texts), len(texts))
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def encode_with_tokens(
        self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> tuple[NDArray[np.float32], list[TokenVectors]]:
        return self.encode(texts, progress), [NO_TOKENS] * len(texts)
