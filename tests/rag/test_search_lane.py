"""The retrieval lane: a question of several parts is embedded once, and each part is answered out of what was found for it."""

from pathlib import Path

import pytest

from index.filters import Filters
from index.library import Library
from index.store import PassageIndex
from rag.question import read_question
from rag.search_lane import Found, Refused, searched
from tests.fakes import WordEmbedder
from tests.reports import write_report


@pytest.fixture
def index(library: Library, tmp_path: Path) -> PassageIndex:
    """Two reviews with the same findings."""
    for area in ("Elmshire", "Oakshire"):
        library.add(write_report(tmp_path / "files", area=area))
    return library.current()


def lane(question: str, index: PassageIndex, embedder: WordEmbedder) -> tuple[Found | Refused, list[str], list[str]]:
    """What is found, the texts embedded for it, and the stages that ended."""
    embedder.encoded.clear()
    stages: list[str] = []
    found = searched(read_question(question, index.reports, Filters()), index, embedder, None, stages.append)
    return found, list(embedder.encoded), stages


def test_reports_that_are_compared_are_asked_with_one_vector(index: PassageIndex, embedder: WordEmbedder) -> None:
    question = "How long do young people wait for a first appointment in Elmshire and in Oakshire?"
    found, embedded, stages = lane(question, index, embedder)
    assert embedded == ["How long do young people wait for a first appointment?"]
    assert stages == ["retrieve", "answer"] * 2
    assert isinstance(found, Found)
    assert {"elmshire-2016/¶1.3", "oakshire-2016/¶1.3"} <= found.offered


def test_two_questions_in_one_are_each_embedded(index: PassageIndex, embedder: WordEmbedder) -> None:
    found, embedded, _ = lane(
        "How long do young people wait for a first appointment, and what do midwives ask every woman?", index, embedder
    )
    assert embedded == [
        "How long do young people wait for a first appointment?",
        "what do midwives ask every woman?",
    ]
    assert isinstance(found, Found)
    cited = {passage.mark for sentence in found.draft.sentences for passage in sentence.passages}
    assert {"¶1.1", "¶1.3"} <= cited


def test_what_lies_outside_the_reports_is_refused_and_offers_nothing(
    index: PassageIndex, embedder: WordEmbedder
) -> None:
    found, _, stages = lane("Which comet passes nearest to Jupiter tonight?", index, embedder)
    assert isinstance(found, Refused)
    assert found.reason
    assert stages == ["retrieve", "answer"]
