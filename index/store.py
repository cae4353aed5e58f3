"""PassageIndex: one open generation, only read; and its Chroma collection. The only file that imports chromadb.

Chroma gives the candidates, the vectors beside it the cosines: llama-index reports exp(-distance), which is no cosine.
"""

import logging
import threading
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder
from index.errors import IndexDamaged, IndexMismatch
from index.filters import Filters, filter_keys
from index.lexical import LEXICAL, LexicalIndex
from index.manifest import INDEX_SCHEMA, Manifest, PrivateCopy, read_manifest
from index.report import Passage, Report
from index.report_json import SCHEMA as PARSER_SCHEMA
from index.report_json import report_from_json
from index.tokens import TokenVectors, best_matches
from index.vectors import Floats, PassageVectors

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

log = logging.getLogger("clas_qa.index")
NO_FILTERS = Filters()
_COLLECTION = "passages"
_CHROMA = "chroma"
# Chroma refuses more than 5,461 embeddings a call, and llama-index does not split below 41,665.
_BATCH = 5_000
# Wide enough that a few thousand passages are searched all but exactly; the defaults lost 2% of the true top ten.
_HNSW = {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 32}
# Candidates beyond k, so that equal scores at the cut are all there to be ordered by id.
_SPARE = 16


@dataclass(frozen=True, slots=True)
class SentenceRow:
    """One sentence: `passages[row].text[start:end]`."""

    row: int
    start: int
    end: int


class PassageIndex:
    """One open generation. Any number of threads may search it; nothing ever changes in it.

    Attributes:
        generation: id of the generation.
        reports: the reports in it, by id.
        passages: in row order: by report, then in the order of the text.
        vectors: shape (n, d), unit rows, one for each passage.
        sentences: all sentences, passage by passage.
        sentence_vectors: shape (m, d), unit rows, one for each sentence.
    """

    def __init__(
        self, manifest: Manifest, reports: tuple[Report, ...], vectors: PassageVectors, copy: PrivateCopy
    ) -> None:
        """Put together what `open` read."""
        self.manifest = manifest
        self.generation = manifest.generation
        self.reports = reports
        self.passages = tuple(passage for report in reports for passage in report.passages)
        self.vectors = vectors.passage_vectors
        self._tokens = vectors.token_vectors
        self._token_starts: list[int] = vectors.token_starts.tolist()
        self.sentence_vectors = vectors.sentence_vectors
        self.sentences = tuple(SentenceRow(*map(int, span)) for span in vectors.sentence_spans)
        rows = np.arange(len(self.passages) + 1)
        self._sentence_starts: list[int] = np.searchsorted(vectors.sentence_spans[:, 0], rows).tolist()
        self._rows = {passage.id: row for row, passage in enumerate(self.passages)}
        self._reports = {report.id: report for report in reports}
        by_id = sorted(range(len(self.passages)), key=lambda row: self.passages[row].id)
        self._id_rank = np.argsort(np.array(by_id, dtype=np.intp))
        self._masks: dict[Filters, NDArray[np.bool_]] = {}
        self._chroma = _Chroma(copy)
        self._lexical = LexicalIndex.load(copy.folder / LEXICAL)
        self._close = weakref.finalize(self, self._chroma.close)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the generation in `folder` after checking every byte of it.

        Raises:
            IndexDamaged: a file is missing or changed; `missing` names it.
            IndexMismatch: it was built under another schema.
        """
        manifest = read_manifest(folder)
        if manifest.schema != INDEX_SCHEMA:
            raise IndexMismatch("schema", str(manifest.schema), str(INDEX_SCHEMA))
        if manifest.parser_schema != PARSER_SCHEMA:
            raise IndexMismatch("parser schema", str(manifest.parser_schema), str(PARSER_SCHEMA))
        reports = tuple(
            report_from_json(manifest.read(folder, name).decode())
            for name in manifest.files
            if name.startswith("reports/")
        )
        vectors = PassageVectors.load(folder, manifest)
        copy = PrivateCopy(folder, manifest, (f"{_CHROMA}/", f"{LEXICAL}/"))
        return cls(manifest, tuple(sorted(reports, key=lambda report: report.id)), vectors, copy)

    def close(self) -> None:
        """Let go of Chroma and delete the private copy; happens by itself when the last reader drops the index."""
        self._close()

    def report(self, report_id: str) -> Report | None:
        """The report with this id, or None."""
        return self._reports.get(report_id)

    def passage(self, passage_id: str) -> Passage | None:
        """The passage with this id, or None."""
        row = self._rows.get(passage_id)
        return None if row is None else self.passages[row]

    def row(self, passage_id: str) -> int:
        """Row of a passage in `passages` and `vectors`; KeyError where there is none."""
        return self._rows[passage_id]

    def sentence_rows(self, row: int) -> slice:
        """Where the sentences of the passage in `row` stand in `sentences` and `sentence_vectors`."""
        return slice(self._sentence_starts[row], self._sentence_starts[row + 1])

    def best_sentence_cosines(self, query_vector: Floats) -> Floats:
        """Shape (n,): cosine of each passage's best sentence with a (d,) unit vector; -1 for a passage without sentences."""
        cosines = self.sentence_vectors @ query_vector
        best = np.full(len(self.passages), -1.0, dtype=np.float32)
        starts = np.array(self._sentence_starts)
        filled = np.flatnonzero(starts[1:] > starts[:-1])
        if filled.size:
            best[filled] = np.maximum.reduceat(cosines, starts[filled])
        return best

    def best_matches(self, question: TokenVectors, rows: Sequence[int]) -> Floats | None:
        """Shape (len(rows), t): best cosine of each word piece of a question with the passages in these rows (index/tokens.py).

        None where the question or the index has no token vectors.
        """
        if not len(question.vectors) or not self._tokens.size:
            return None
        starts = self._token_starts
        return best_matches(question, [self._tokens[starts[row] : starts[row + 1]] for row in rows])

    def search_sentences(self, cosines: Floats, k: int, filters: Filters = NO_FILTERS) -> list[tuple[Passage, float]]:
        """At most k passages by `best_sentence_cosines`, best first, ties by passage id."""
        rows = np.flatnonzero(self._mask(filters))
        return self._best(rows, cosines[rows], k)

    def search_dense(self, query_vector: Floats, k: int, filters: Filters = NO_FILTERS) -> list[tuple[Passage, float]]:
        """Nearest passages through Chroma; exact search answers, with a warning in the log, where Chroma cannot.

        Args:
            query_vector: shape (d,) or (1, d), any length but zero.
            k: cut-off rank, at least 1.
            filters: passages that may be found.

        Returns:
            At most k (passage, cosine similarity in [-1, 1]), best first, ties by passage id.

        Raises:
            IndexMismatch: the vector has another dimension than the index.
        """
        query = self._unit(query_vector)
        mask = self._mask(filters)
        wanted = min(max(k, 1) + _SPARE, int(mask.sum()))
        try:
            rows = [self._rows[found] for found in self._chroma.nearest(query, wanted, filters)]
        except (IndexDamaged, KeyError) as exc:
            log.warning("Chroma failed in generation %s, exact search answers instead: %s", self.generation, exc)
            return self.search_exact(query, k, filters)
        if len(rows) < wanted or not mask[rows].all():
            log.warning("Chroma lost passages of generation %s, exact search answers instead", self.generation)
            return self.search_exact(query, k, filters)
        candidates = np.array(rows, dtype=np.intp)
        return self._best(candidates, self.vectors[candidates] @ query, k)

    def search_exact(self, query_vector: Floats, k: int, filters: Filters = NO_FILTERS) -> list[tuple[Passage, float]]:
        """As search_dense, by comparing the vector with each passage's: the oracle and the fallback."""
        query = self._unit(query_vector)
        rows = np.flatnonzero(self._mask(filters))
        return self._best(rows, self.vectors[rows] @ query, k)

    def search_lexical(self, question: str, k: int, filters: Filters = NO_FILTERS) -> list[tuple[Passage, float]]:
        """At most k (passage, BM25 score above 0), best first, ties by passage id."""
        scores = self._lexical.scores(question)
        rows = np.flatnonzero((scores > 0) & self._mask(filters))
        return self._best(rows, scores[rows], k)

    def rarity(self, words: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency of each of some `index_words`; see LexicalIndex."""
        return self._lexical.rarity(words)

    def known(self, words: Iterable[str]) -> frozenset[str]:
        """Those of some `index_words` that stand in any passage."""
        return self._lexical.known(words)

    def coverage(self, weights: Mapping[str, float]) -> Floats:
        """Shape (n,): share of the weight of some `index_words` that each passage holds; see LexicalIndex."""
        return self._lexical.coverage(weights)

    def stored_digests(self) -> dict[str, str]:
        """Passage id -> digest as Chroma holds them, for the audit."""
        return self._chroma.digests()

    def unreachable(self) -> list[str]:
        """Ids of the passages that are not Chroma's first hit for their own vector; equal vectors count as the same."""
        lost = []
        for start in range(0, len(self.passages), _BATCH):
            firsts = self._chroma.firsts(self.vectors[start : start + _BATCH])
            for row, first in enumerate(firsts, start):
                found = self._rows.get(first)
                if found is None or not np.allclose(self.vectors[found], self.vectors[row], atol=1e-5):
                    lost.append(self.passages[row].id)
        return lost

    @property
    def lexical_size(self) -> int:
        """Number of passages in BM25."""
        return self._lexical.size

    def _best(self, rows: NDArray[np.intp], scores: Floats, k: int) -> list[tuple[Passage, float]]:
        if k < 1:
            raise ValueError(f"k is a cut-off rank, at least 1, not {k}")
        # Rounded: equal vectors may differ in the last bit of a product, depending on where they stand in the matrix.
        rounded = np.round(scores.astype(np.float64), 6)
        order = np.lexsort((self._id_rank[rows], -rounded))[:k]
        return [(self.passages[rows[position]], float(rounded[position])) for position in order]

    def _mask(self, filters: Filters) -> NDArray[np.bool_]:
        mask = self._masks.get(filters)
        if mask is None:
            mask = np.fromiter((filters.matches(passage) for passage in self.passages), np.bool_, len(self.passages))
            if len(self._masks) >= 256:
                self._masks.clear()
            self._masks[filters] = mask
        return mask

    def _unit(self, query_vector: Floats) -> Floats:
        query = np.asarray(query_vector, dtype=np.float32).reshape(-1)
        if len(query) != self.manifest.dimension:
            raise IndexMismatch("dimension", str(self.manifest.dimension), str(len(query)))
        return np.asarray(query / (np.linalg.norm(query) or 1.0), dtype=np.float32)


class _Chroma:
    """The collection of one open generation, opened at the first search: other commands import no Chroma."""

    def __init__(self, copy: PrivateCopy) -> None:
        self._copy = copy
        self._lock = threading.Lock()
        self._client: ClientAPI | None = None
        self._collection: Collection | None = None

    def nearest(self, query: Floats, k: int, filters: Filters) -> list[str]:
        """Ids of the k nearest passages.

        Raises:
            IndexDamaged: Chroma failed.
        """
        if k == 0:
            return []
        found = self._call(
            "query", query_embeddings=query.reshape(1, -1), n_results=k, where=filters.to_where(), include=["distances"]
        )
        return list(found["ids"][0])

    def firsts(self, vectors: Floats) -> list[str]:
        """For each vector, the id of the nearest passage, "" where there is none."""
        found = self._call("query", query_embeddings=vectors, n_results=1, include=["distances"])
        return [ids[0] if ids else "" for ids in found["ids"]]

    def digests(self) -> dict[str, str]:
        """Passage id -> digest of everything in the collection."""
        found = self._call("get", include=["metadatas"])
        return {name: str(fields["digest"]) for name, fields in zip(found["ids"], found["metadatas"], strict=True)}

    def _call(self, method: str, **arguments: Any) -> Any:
        from chromadb.errors import ChromaError

        try:
            return getattr(self._opened(), method)(**arguments)
        except (ChromaError, OSError, RuntimeError, ValueError) as exc:
            raise IndexDamaged(f"Chroma: {exc}") from exc

    def _opened(self) -> "Collection":
        with self._lock:
            if self._collection is None:
                self._client = _chroma_client(self._copy.folder / _CHROMA)
                self._collection = self._client.get_collection(_COLLECTION, embedding_function=None)
            return self._collection

    def close(self) -> None:
        """Close Chroma and delete the private copy."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = self._collection = None
            self._copy.remove()


def write_chroma(generation: Path, passages: Sequence[Passage], vectors: Floats) -> None:
    """Write the collection of a new generation.

    Raises:
        OSError: Chroma could not write it.
    """
    from chromadb.errors import ChromaError
    from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
    from llama_index.vector_stores.chroma import ChromaVectorStore

    client = None
    try:
        client = _chroma_client(generation / _CHROMA)
        collection = client.create_collection(_COLLECTION, embedding_function=None, configuration={"hnsw": _HNSW})
        store = ChromaVectorStore(chroma_collection=collection)
        # The constructor drops this argument, and without it list metadata is refused.
        store.flat_metadata = False
        for start in range(0, len(passages), _BATCH):
            store.add(
                [
                    TextNode(
                        id_=passage.id,
                        text=passage.text,
                        embedding=vector.tolist(),
                        metadata=_metadata(passage),
                        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=passage.report)},
                    )
                    for passage, vector in zip(
                        passages[start : start + _BATCH], vectors[start : start + _BATCH], strict=True
                    )
                ]
            )
    except ChromaError as exc:
        raise OSError(str(exc)) from exc
    finally:
        if client is not None:
            client.close()


def _metadata(passage: Passage) -> dict[str, Any]:
    """Fields that Chroma can filter by; it stores neither None nor an empty list, so those are absent."""
    fields: dict[str, Any] = {
        "report": passage.report,
        "mark": passage.mark,
        "kind": passage.kind.value,
        "voice": passage.voice.value,
        "number": passage.number,
        "section_number": passage.section_number,
        "page": passage.page,
        "digest": passage.digest,
        **{key: list(values) for key, values in filter_keys(passage).items()},
    }
    return {key: value for key, value in fields.items() if value is not None and value != []}


def _chroma_client(folder: Path) -> "ClientAPI":
    """The one place where a Chroma client is made: embedded, no telemetry."""
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))


def check_model(manifest: Manifest, embedder: Embedder) -> None:
    """Raise IndexMismatch unless the generation was built with this model."""
    found = (manifest.model, manifest.model_checksum, manifest.dimension)
    expected = (embedder.name, embedder.checksum, embedder.dimension)
    if found != expected:
        raise IndexMismatch("model", _model_name(*found), _model_name(*expected))


def _model_name(name: str, checksum: str, dimension: int) -> str:
    return f"{name} ({dimension} dimensions, weights {checksum[:8]})"
