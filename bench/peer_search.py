"""What a user of llama-index or Chroma would build in an afternoon over the same reports and the same weights, as peers of clas-qa.

A peer gets the reports of its gold file as its library and every question as typed: it knows no filter and no history.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import chromadb
from chromadb.config import Settings
from llama_index.core import Document, StorageContext, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.constants import DEFAULT_SIMILARITY_TOP_K
from llama_index.core.llms.mock import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import NodeRelationship, QueryBundle, RelatedNodeInfo, TextNode
from llama_index.retrievers.bm25 import BM25Retriever
from llama_index.vector_stores.chroma import ChromaVectorStore
from pydantic import PrivateAttr

from eval.run import FOUND_K
from index.embed import Embedder
from index.report import Report

# Fewer are nearly always a heading.
LEAST_WORDS = 6
# Up to the next blank line.
_PARAGRAPH = re.compile(r"\S(?:.|\n(?!\s*\n))*")
_LABEL = re.compile(r"Source \d+:\n")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Words of a report that a peer finds and cites as one, and the ids of the passages that lie in it."""

    text: str
    passages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Peer:
    """A system to be held against clas-qa.

    Attributes:
        name: how it is told apart in the tables.
        search: (text, k) -> at most k chunks, best first; k at most FOUND_K.
        cite: text -> the chunks cited by its own defaults; None where it has no default for how many.
    """

    name: str
    search: Callable[[str, int], list[Chunk]]
    cite: Callable[[str], list[Chunk]] | None = None


class Vectors(BaseEmbedding):  # type: ignore[misc]
    """Our embedder as llama-index takes one."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(model_name=embedder.name, embed_batch_size=256)
        self._embedder = embedder

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._embedder.encode(texts).tolist()
        return vectors

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def peers(reports: Sequence[Report], embedder: Embedder) -> tuple[Peer, ...]:
    """Every peer over these reports."""
    vectors = Vectors(embedder)
    shelf = {report.id: report for report in reports}
    whole = _sentence_index(reports, SentenceSplitter(), vectors)
    paragraphs = [node for report in reports for node in _paragraphs(report)]
    chroma = _chroma(paragraphs, vectors).as_retriever(similarity_top_k=FOUND_K)
    longer = [node for node in paragraphs if len(node.text.split()) >= LEAST_WORDS]
    without_headings = _chroma(longer, vectors).as_retriever(similarity_top_k=FOUND_K)
    bm25 = BM25Retriever.from_defaults(nodes=paragraphs, similarity_top_k=min(FOUND_K, len(paragraphs)))
    fusion = QueryFusionRetriever(
        [chroma, bm25],
        llm=MockLLM(),  # writes further questions where num_queries > 1
        mode="reciprocal_rerank",
        similarity_top_k=FOUND_K,
        num_queries=1,
        use_async=False,
    )
    return (
        _top_two("llama-index defaults", whole, shelf),
        _citing_engine("llama-index CitationQueryEngine", whole, shelf),
        _top_two("512-token chunks", _sentence_index(reports, SentenceSplitter(chunk_size=512), vectors), shelf),
        Peer("Chroma paragraphs", _search(chroma, shelf)),
        Peer(f"Chroma paragraphs of {LEAST_WORDS} words and more", _search(without_headings, shelf)),
        Peer("BM25 paragraphs", _search(bm25, shelf)),
        Peer("Chroma + BM25, rank fusion", _search(fusion, shelf)),
    )


def chunk(report: Report, start: int, end: int) -> Chunk:
    """The words from `start` to `end` of a report's text; a passage lies in them when more than half of its characters do."""
    inside = [p.id for p in report.passages if 2 * (min(end, p.end) - max(start, p.start)) > p.end - p.start]
    return Chunk(report.text[start:end], tuple(inside))


def _sentence_index(reports: Sequence[Report], splitter: SentenceSplitter, vectors: Vectors) -> Any:
    documents = [Document(text=report.text, doc_id=report.id) for report in reports]
    return VectorStoreIndex.from_documents(documents, transformations=[splitter], embed_model=vectors)


def _paragraphs(report: Report) -> Iterator[Any]:
    for found in _PARAGRAPH.finditer(report.text):
        yield TextNode(
            id_=f"{report.id}:{found.start()}",
            text=found[0],
            start_char_idx=found.start(),
            end_char_idx=found.end(),
            relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=report.id)},
        )


def _chroma(nodes: Sequence[Any], vectors: Vectors) -> Any:
    client = chromadb.EphemeralClient(Settings(anonymized_telemetry=False))
    collection = client.create_collection(
        f"paragraphs-{uuid4().hex}", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
    )
    storage = StorageContext.from_defaults(vector_store=ChromaVectorStore(chroma_collection=collection))
    return VectorStoreIndex(list(nodes), storage_context=storage, embed_model=vectors)


def _search(retriever: Any, shelf: Mapping[str, Report]) -> Callable[[str, int], list[Chunk]]:
    def search(text: str, k: int) -> list[Chunk]:
        if not text.strip():
            return []
        nodes = [found.node for found in retriever.retrieve(text)[:k]]
        return [chunk(shelf[node.ref_doc_id], node.start_char_idx, node.end_char_idx) for node in nodes]

    return search


def _top_two(name: str, index: Any, shelf: Mapping[str, Report]) -> Peer:
    search = _search(index.as_retriever(similarity_top_k=FOUND_K), shelf)
    return Peer(name, search, lambda text: search(text, DEFAULT_SIMILARITY_TOP_K))


def _citing_engine(name: str, index: Any, shelf: Mapping[str, Report]) -> Peer:
    """The engine cuts what it retrieves into numbered sources and cites those; only the wording of an answer needs a model."""
    usual = CitationQueryEngine.from_args(index, llm=MockLLM())
    deep = CitationQueryEngine.from_args(index, llm=MockLLM(), similarity_top_k=FOUND_K)
    made: dict[str, list[Chunk]] = {}

    def sources(engine: Any, text: str) -> list[Chunk]:
        if not text.strip():
            return []
        asked = QueryBundle(text)
        chunks: list[Chunk] = []
        for found in engine.retrieve(asked):
            node = found.node
            if node.node_id not in made:  # the sources of a node are the same for every question
                cut = engine.synthesize(asked, [found]).source_nodes
                made[node.node_id] = _located(shelf[node.ref_doc_id], node, [source.node.text for source in cut])
            chunks += made[node.node_id]
        return chunks

    return Peer(name, lambda text, k: sources(deep, text)[:k], lambda text: sources(usual, text))


def _located(report: Report, node: Any, sources: Sequence[str]) -> list[Chunk]:
    """The sources of one node with their place in the report, which the engine does not keep."""
    chunks: list[Chunk] = []
    position = node.start_char_idx
    for source in sources:
        words = _LABEL.sub("", source, count=1).removesuffix("\n")
        start = report.text.index(words, position, node.end_char_idx)
        chunks.append(chunk(report, start, start + len(words)))
        position = start + 1
    return chunks
