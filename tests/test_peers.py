"""Peers of clas-qa are credited and charged by the eval's own rules, and are told no more than the gold question."""

import pytest

from bench.peer_search import Chunk, Peer, chunk, peers
from bench.peers import COLUMNS, OURS, answer, compare, markdown, number_cited, system
from eval.gold import GoldQuestion, Half
from eval.run import FOUND_K, Suite
from eval.score import score_question
from index.parse import read_report
from tests.fakes import WordEmbedder
from tests.reports import FINDINGS, write_report

PARAGRAPH_PEERS = (
    "Chroma paragraphs",
    "Chroma paragraphs of 6 words and more",
    "BM25 paragraphs",
    "Chroma + BM25, rank fusion",
)


@pytest.fixture
def file(tmp_path):
    return write_report(tmp_path / "reports")


@pytest.fixture
def report(file):
    return read_report(file)


def gold(question_id, *marks, **more):
    words = {f"¶1.{number}": finding[:20] for number, finding in enumerate(FINDINGS, 1)}
    return GoldQuestion.model_validate(
        {
            "id": question_id,
            "question": "Do midwives ask about domestic violence?",
            "type": "single",
            "register": "plain",
            "report": "elmshire-2016",
            "must": [{"mark": mark, "words": words[mark]} for mark in marks],
            "may": [],
            "facts": [],
            "answerable": True,
            "expected_status": "answered",
        }
        | more
    )


def of_half(half, *marks):
    """A question that falls in this half."""
    asked = (gold(f"{half}-{number}", *marks) for number in range(100))
    return next(question for question in asked if question.half is half)


def score(question, chunks, report):
    return score_question(question, {"answer": answer(chunks)}, {p.id: p.public() for p in report.passages}).citations


def test_a_chunk_with_two_passages_is_credited_for_both_and_charged_for_both(report):
    first, second = report.passage("¶1.1"), report.passage("¶1.2")
    both = [chunk(report, first.start, second.end)]
    credited = score(gold("two", "¶1.1", "¶1.2"), both, report)
    assert (credited.cited, credited.right, credited.found) == (2, 2, 2)
    charged = score(gold("one", "¶1.1"), both, report)
    assert (charged.cited, charged.right, charged.found) == (2, 1, 1)


def test_a_passage_is_in_a_chunk_from_more_than_half_of_its_characters_on(report):
    first, second = report.passage("¶1.1"), report.passage("¶1.2")
    half = second.start + (second.end - second.start) // 2
    assert chunk(report, first.start, half).passages == (first.id,)
    assert chunk(report, first.start, half + 1).passages == (first.id, second.id)


def test_how_many_are_cited_is_chosen_on_the_tuning_half_alone(report):
    marks = ("¶1.1", "¶1.2", "¶1.3")
    found = [Chunk(mark, (f"elmshire-2016/{mark}",)) for mark in marks]
    peer = Peer("by hand", lambda text, k: found[:k])

    def chosen(*questions):
        return number_cited([(Suite("elmshire-2016", questions, ("elmshire-2016",)), peer)], [report])

    assert chosen(of_half(Half.TUNING, "¶1.1"), of_half(Half.REPORTING, *marks)) == 1
    assert chosen(of_half(Half.TUNING, *marks), of_half(Half.REPORTING, "¶1.1")) == 3


def test_a_follow_up_is_asked_as_typed(report):
    embedder = WordEmbedder()
    turns = [
        {"role": "user", "content": "How long do young people wait?"},
        {"role": "assistant", "content": "Nineteen weeks [¶1.3]."},
    ]
    alone, after = (gold("x", question="And who says so?", history=history) for history in ([], turns))
    for peer in peers([report], embedder):
        asked = system(peer if peer.cite else Peer(peer.name, peer.search, lambda text, p=peer: p.search(text, 2)))
        embedder.encoded.clear()
        assert asked.ask(after) == asked.ask(alone)
        assert set(embedder.encoded) <= {"And who says so?"}


def test_nothing_is_found_for_a_question_without_words(report):
    for peer in peers([report], WordEmbedder()):
        assert peer.search(" \n", FOUND_K) == []


def test_sources_of_the_citing_engine_are_found_again_in_the_report(tmp_path):
    findings = [f"Ward {number} keeps its own list of visits, and nobody reads it. " * 8 for number in range(40)]
    report = read_report(write_report(tmp_path, findings=findings))
    whole, engine, *_ = peers([report], WordEmbedder())
    cited, sources = whole.cite("Who reads the list of ward 7?"), engine.cite("Who reads the list of ward 7?")
    assert len(sources) > len(cited) == 2
    assert all(any(source.text in whole_chunk.text for whole_chunk in cited) for source in sources)
    found = {passage for source in sources for passage in source.passages}
    assert found
    assert found <= {passage for whole_chunk in cited for passage in whole_chunk.passages}


def test_every_peer_finds_the_paragraph_that_has_the_words_of_the_question(report):
    for peer in peers([report], WordEmbedder()):
        assert "elmshire-2016/¶1.1" in peer.search("midwives ask about domestic violence", 1)[0].passages, peer.name


def test_everyone_is_scored_on_the_same_questions_of_the_half_that_is_told(tmp_path, file):
    told, tuning = of_half(Half.REPORTING, "¶1.1"), of_half(Half.TUNING, "¶1.1")
    suite = Suite("elmshire-2016", (told, tuning), ("elmshire-2016",))
    scores = compare(
        [suite], {"elmshire-2016": file}, WordEmbedder(), WordEmbedder(), [Half.REPORTING], tmp_path / "runs"
    )
    assert [[s.question.id for s in some] for some in scores.values()] == [[told.id]] * 8
    assert next(iter(scores)) == OURS
    assert [name.rpartition(", ")[0] for name in scores if name.endswith(" cited")] == list(PARAGRAPH_PEERS)
    table = [line.split(" | ") for line in markdown(scores) if line.startswith("| llama-index defaults")]
    assert [len(cells) for cells in table] == [len(COLUMNS) + 1, len(COLUMNS) + 1, 3]
