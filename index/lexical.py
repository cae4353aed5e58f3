"""BM25 over the same passages as the vectors, saved in the same generation.

bm25s is used directly: the llama-index retriever takes its filters once, at construction, and gives nodes, not rows.
"""

import logging
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import bm25s
import numpy as np
import Stemmer
from bm25s.stopwords import STOPWORDS_EN
from numpy.typing import NDArray

LEXICAL = "bm25"
# bm25s sets its logger to DEBUG at import.
logging.getLogger("bm25s").setLevel(logging.WARNING)
# A decimal number is one word ("22.4"); the s of "child's" is none.
_WORD = re.compile(r"\d+(?:\.\d+)+|\b(?!(?<=\w['’])(?:s|t|d|m|re|ve|ll)\b)\w+")
_STOPWORDS = frozenset(STOPWORDS_EN)


class LexicalIndex:
    """BM25 (Robertson, k1 1.5, b 0.75 in the Lucene variant, the defaults of bm25s) over stemmed English words.

    Row numbers are those of the texts it was built from.
    """

    def __init__(self, bm25: bm25s.BM25 | None, size: int) -> None:
        """Wrap an index of `size` texts, None where they hold no word."""
        self._bm25 = bm25
        self.size = size

    @classmethod
    def build(cls, texts: Sequence[str]) -> "LexicalIndex":
        """Index texts in their order; texts without any word give an index that finds nothing."""
        words = [index_words(text) for text in texts]
        if not any(words):
            return cls(None, len(texts))
        bm25 = bm25s.BM25()
        bm25.index(words, show_progress=False)
        return cls(bm25, len(texts))

    def save(self, folder: Path) -> None:
        """Write the index to a new folder."""
        folder.mkdir()
        if self._bm25 is not None:
            self._bm25.save(str(folder), show_progress=False)
        (folder / "size").write_text(f"{self.size}\n")

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        """Read an index that `save` wrote."""
        size = int((folder / "size").read_text())
        if not (folder / "params.index.json").exists():
            return cls(None, size)
        return cls(bm25s.BM25.load(str(folder), show_progress=False), size)

    def scores(self, question: str) -> NDArray[np.float32]:
        """BM25 score of every row, shape (size,), 0 where no word of the question occurs."""
        if self._bm25 is None:
            return np.zeros(self.size, dtype=np.float32)
        words = self._bm25.get_tokens_ids(index_words(question))
        if not words:
            return np.zeros(self.size, dtype=np.float32)
        return np.asarray(self._bm25.get_scores_from_ids(words), dtype=np.float32)

    def rarity(self, words: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency, log((n + 1) / (rows with the word + 0.5)), of each of some `index_words`."""
        rows = {word: len(self._rows_with(word)) for word in words}
        return {word: math.log((self.size + 1) / (count + 0.5)) for word, count in rows.items()}

    def known(self, words: Iterable[str]) -> frozenset[str]:
        """Those of some `index_words` that stand in any row."""
        return frozenset(word for word in words if len(self._rows_with(word)))

    def coverage(self, weights: Mapping[str, float]) -> NDArray[np.float32]:
        """Share in [0, 1] of the weight of these words that each row holds, shape (size,); 0 where the weights sum to 0."""
        held = np.zeros(self.size, dtype=np.float32)
        total = sum(weights.values())
        for word, weight in weights.items():
            if total and weight:
                held[self._rows_with(word)] += weight / total
        return held

    def _rows_with(self, word: str) -> NDArray[np.int32]:
        """Rows in which a word of `index_words` stands, out of the columns of bm25s's score matrix."""
        column = None if self._bm25 is None else self._bm25.vocab_dict.get(word)
        if self._bm25 is None or column is None:
            return np.empty(0, dtype=np.int32)
        starts = self._bm25.scores["indptr"]
        return np.asarray(self._bm25.scores["indices"][starts[column] : starts[column + 1]], dtype=np.int32)


def index_words(text: str) -> list[str]:
    """Words as BM25 sees them: lower case, without English stopwords, stemmed (Snowball English)."""
    words = [word for word in _WORD.findall(text.lower()) if word not in _STOPWORDS]
    # A Stemmer keeps a buffer and is not thread-safe; making one costs a few microseconds.
    stemmed: list[str] = Stemmer.Stemmer("english", 0).stemWords(words)
    return stemmed
