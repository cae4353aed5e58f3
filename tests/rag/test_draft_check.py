"""Anybody's draft: each sentence with its verdict, and `ok` only where there is one and all are verified."""

import pytest

from index.library import Library
from index.store import PassageIndex
from rag.draft_check import check_text
from rag.verify import Verifier
from tests.fakes import WordEmbedder
from tests.reports import write_report

TRUE = "Young people wait nineteen weeks for a first appointment"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> PassageIndex:
    folder = tmp_path_factory.mktemp("drafts")
    library = Library(folder / "data", WordEmbedder())
    library.add(write_report(folder / "files"))
    library.add(write_report(folder / "files", area="Oakshire"))
    return library.current()


@pytest.fixture
def verifier(index: PassageIndex, embedder: WordEmbedder) -> Verifier:
    return Verifier(index, embedder)


def test_a_true_sentence_is_verified_with_its_span(verifier: Verifier) -> None:
    checked = check_text(f"## Waiting\n\n- {TRUE} [elmshire-2016 ¶1.3].", verifier)
    assert checked.public() == {
        "ok": True,
        "sentences": [
            {
                "text": f"{TRUE}.",
                "citations": ["elmshire-2016/¶1.3"],
                "quote": f"{TRUE}.",
                "verdict": "verified",
                "decided_by": "verbatim",
                "reason": "",
            }
        ],
    }


@pytest.mark.parametrize(
    ("text", "verdict", "rung", "quote"),
    [
        ("All is well.", "uncited", "id", ""),
        ("All is well [9].", "unresolved", "id", ""),
        ("All is well [¶9.9].", "unresolved", "id", ""),
        ("All is well [oakshire-1999 ¶1.1].", "unresolved", "id", ""),
        (f"{TRUE} [¶1.3].", "unresolved", "id", ""),
        ("“All is very well” [elmshire-2016 ¶1.1].", "unsupported", "verbatim", "Midwives"),
    ],
)
def test_one_sentence_that_fails_spoils_the_draft(
    verifier: Verifier, text: str, verdict: str, rung: str, quote: str
) -> None:
    checked = check_text(f"{TRUE} [elmshire-2016 ¶1.3]. {text}", verifier)
    told = checked.public()["sentences"]
    assert isinstance(told, list)
    assert [one["verdict"] for one in told] == ["verified", verdict]
    assert told[1]["decided_by"] == rung
    assert told[1]["reason"]
    assert bool(told[1]["quote"]) is bool(quote)
    assert not checked.ok


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b", "# Only a heading", "***", "…"])
def test_a_text_without_sentences_is_not_ok(verifier: Verifier, text: str) -> None:
    assert check_text(text, verifier).public() == {"ok": False, "sentences": []}


def test_only_the_reports_asked_for_may_be_cited_and_are_meant(index: PassageIndex, verifier: Verifier) -> None:
    oakshire = [report for report in index.reports if report.id == "oakshire-2016"]
    checked = check_text(f"{TRUE} [¶1.3]. {TRUE} [elmshire-2016 ¶1.3].", verifier, oakshire)
    (meant, outside) = checked.sentences
    assert meant.verdict.passed
    assert [passage.id for passage in meant.passages] == ["oakshire-2016/¶1.3"]
    assert (outside.verdict.verdict, outside.verdict.decided_by) == ("unresolved", "offered")
    assert "other than those" in outside.verdict.reason
