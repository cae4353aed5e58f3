"""BM25 over the same passages as the vectors, saved in the same generation.

bm25s is used directly: the llama-index retriever takes its filters once, at construction, and gives nodes, not rows.
"""

import logging
import re
from collections.abc import Sequence
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


def index_words(text: str) -> list[str]:
    """Words as BM25 sees them: lower case, without English stopwords, stemmed (Snowball English)."""
    words = [word for word in _WORD.findall(text.lower()) if word not in _STOPWORDS]
    # A Stemmer keeps a buffer and is not thread-safe; making one costs a few microseconds.
    stemmed: list[str] = Stemmer.Stemmer("english", 0).stemWords(words)
    return stemmed
