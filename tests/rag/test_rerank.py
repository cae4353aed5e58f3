"""A cross-encoder puts what was found in its own order; the chances stay with the ranks."""

import json
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from index.embed import bundled_folder
from index.errors import ModelDamaged, UnknownName
from index.library import Library
from index.store import PassageIndex
from rag.answer import AnswerStatus, answer_question
from rag.rerank import CrossEncoderReranker, load_reranker, reranked
from rag.search_lane import search
from tests.cross_encoders import write_cross_encoder
from tests.fakes import WordEmbedder
from tests.reports import write_report

QUESTION = "How long do young people wait for a first appointment?"


@pytest.fixture
def index(library: Library, tmp_path: Path) -> PassageIndex:
    library.add(write_report(tmp_path / "files"))
    return library.current()


@pytest.fixture
def folder(index: PassageIndex, tmp_path: Path) -> Path:
    """A cross-encoder that knows every word of the report."""
    texts = [QUESTION, *(passage.embedding_text for passage in index.passages)]
    return write_cross_encoder(tmp_path / "reranker", texts)


@pytest.fixture
def reranker(folder: Path) -> CrossEncoderReranker:
    return CrossEncoderReranker(folder, "tiny")


def logits(folder: Path, question: str, texts: list[str]) -> list[float]:
    """The model's outputs by transformers alone, a pair at a time."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    with torch.inference_mode():
        return [
            float(model(**tokenizer(question, text, truncation=True, return_tensors="pt")).logits) for text in texts
        ]


def test_the_order_is_that_of_the_models_outputs_and_the_chances_stay_sorted(
    index: PassageIndex, embedder: WordEmbedder, folder: Path, reranker: CrossEncoderReranker
) -> None:
    hits = search(QUESTION, index=index, embedder=embedder, k=10)
    found = reranked(QUESTION, hits, reranker)
    outputs = logits(folder, QUESTION, [hit.passage.embedding_text for hit in hits])
    expected = [hit.passage.id for _, hit in sorted(zip(outputs, hits, strict=True), key=lambda pair: -pair[0])]
    assert [hit.passage.id for hit in found] == expected
    assert expected != [hit.passage.id for hit in hits]
    assert [hit.rank for hit in found] == list(range(1, len(hits) + 1))
    assert [hit.score for hit in found] == [hit.score for hit in hits]
    # What a search knows of a passage goes with it.
    assert {hit.passage.id: (hit.cosine, hit.found_by) for hit in found} == {
        hit.passage.id: (hit.cosine, hit.found_by) for hit in hits
    }


def test_no_reranker_and_nothing_found_leave_the_hits_alone(
    index: PassageIndex, embedder: WordEmbedder, reranker: CrossEncoderReranker
) -> None:
    hits = search(QUESTION, index=index, embedder=embedder, k=10)
    assert reranked(QUESTION, hits, None) == hits
    assert reranked(QUESTION, [], reranker) == []


def test_a_shorter_search_is_the_beginning_of_a_longer_one(
    index: PassageIndex, embedder: WordEmbedder, reranker: CrossEncoderReranker
) -> None:
    whole = search(QUESTION, index=index, embedder=embedder, k=50, reranker=reranker)
    assert search(QUESTION, index=index, embedder=embedder, k=3, reranker=reranker) == whole[:3]
    plain = search(QUESTION, index=index, embedder=embedder, k=50)
    assert [hit.passage.id for hit in whole] != [hit.passage.id for hit in plain]


def test_an_answer_reads_the_passages_in_the_rerankers_order(
    index: PassageIndex, embedder: WordEmbedder, reranker: CrossEncoderReranker
) -> None:
    found = [hit.passage.id for hit in search(QUESTION, index=index, embedder=embedder, k=10, reranker=reranker)]
    plain = answer_question(QUESTION, index=index, embedder=embedder)
    answer = answer_question(QUESTION, index=index, embedder=embedder, reranker=reranker)
    assert answer.status is AnswerStatus.ANSWERED
    assert [*(citation.passage.id for citation in answer.citations), *answer.consulted] == found
    assert answer.citations[0].passage.id != plain.citations[0].passage.id


def test_a_folder_is_loaded_by_its_path_and_none_is_no_reranker(folder: Path) -> None:
    loaded = load_reranker(str(folder))
    assert loaded is not None
    assert loaded.name == str(folder)
    assert loaded.scores(QUESTION, ["midwives", "school nurses"]).shape == (2,)
    assert load_reranker("none") is None


@pytest.mark.parametrize("name", ["/no/such/folder", "nobody/no-such-reranker", "not a name!"])
def test_an_unknown_name_says_what_may_be_given(name: str) -> None:
    with pytest.raises(UnknownName, match=r"nothing is downloaded.*known: none, the path of a local folder") as refused:
        load_reranker(name)
    assert name in str(refused.value)


def test_other_formats_than_safetensors_are_not_loaded(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelDamaged, match=r"no \.safetensors weights"):
        load_reranker(str(folder))


def test_broken_weights_are_told_and_not_a_trace(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelDamaged, match="cannot be loaded"):
        load_reranker(str(folder))


def test_weights_of_another_size_than_the_configuration_says_are_told_and_not_a_trace(folder: Path) -> None:
    config = folder / "config.json"
    config.write_text(
        json.dumps(json.loads(config.read_text(encoding="utf-8")) | {"hidden_size": 32}), encoding="utf-8"
    )
    with pytest.raises(ModelDamaged, match="cannot be loaded"):
        load_reranker(str(folder))


def test_an_embedding_model_is_no_reranker() -> None:
    with pytest.raises(ModelDamaged, match="is no CrossEncoder"):
        load_reranker(str(bundled_folder()))


def test_a_classifier_of_several_labels_is_no_reranker(tmp_path: Path) -> None:
    folder = write_cross_encoder(tmp_path / "classifier", ["one two"], labels=3)
    with pytest.raises(ModelDamaged, match="gives 3 scores"):
        load_reranker(str(folder))
