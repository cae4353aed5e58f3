import gc
import hashlib
import itertools
import logging
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.embed import Embedder
from index.errors import IndexDamaged, IndexFailure, IndexMismatch
from index.filters import Filters
from index.generation import audit, build_generation, check_generation
from index.library import Library
from index.manifest import COPIES, checksums
from index.parse import read_report
from index.report import Kind, Passage, Report, Voice
from index.store import PassageIndex
from tests.fakes import WordEmbedder
from tests.reports import write_report

ORGANISATIONS = ("Elmshire Hospitals NHS Trust", "NHS Elmshire CCG")
SECTIONS = (("The report", "Early help"), ("The report", "Child  Protection"), ("Recommendations",))
NUMBERS = (None, "5", "5.2", "5.20")


def make_report(report_id: str, count: int, words: str = "alpha beta gamma delta epsilon zeta eta theta") -> Report:
    """A report whose passages run through every mixture of the fields that filters look at."""
    vocabulary = words.split()
    mixtures = itertools.cycle(itertools.product(Kind, SECTIONS, NUMBERS, ((), ORGANISATIONS[:1], ORGANISATIONS)))
    passages = []
    text = ""
    for position in range(count):
        kind, heading, section_number, organisations = next(mixtures)
        number = f"{position // 9 + 1}.{position % 9 + 1}"
        mark = {"finding": f"¶{number}", "recommendation": f"R{number}"}.get(kind.value, f"§part.{position}")
        body = " ".join(f"{word}{position % (7 + shift)}" for shift, word in enumerate(vocabulary)) + f" n{position}."
        passages.append(
            Passage(
                report=report_id,
                mark=mark,
                kind=kind,
                voice=Voice.INSPECTORS,
                number=number if mark[0] in "¶R" else None,
                heading=heading,
                section_number=section_number,
                text=body,
                start=len(text),
                end=len(text) + len(body),
                organisations=organisations,
                recommendations=(f"{report_id}/R1.{position % 3 + 1}",) if position % 2 else (),
            )
        )
        text += body + "\n"
    return Report(report_id, report_id, None, text, (), tuple(passages), ())


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> PassageIndex:
    folder = tmp_path_factory.mktemp("generations")
    reports = [make_report("beta-2016", 120), make_report("alpha-2015", 230)]
    return PassageIndex.open(folder / build_generation(reports, folder, WordEmbedder()))


def test_rows_of_passages_vectors_and_sentences_belong_together(index: PassageIndex) -> None:
    assert [report.id for report in index.reports] == ["alpha-2015", "beta-2016"]
    assert len(index.passages) == len(index.vectors) == 350
    assert len(index.sentences) == len(index.sentence_vectors)
    embedder = WordEmbedder()
    for row, passage in enumerate(index.passages):
        assert index.row(passage.id) == row
        assert index.passage(passage.id) is passage
        rows = index.sentence_rows(row)
        sentences = index.sentences[rows]
        assert sentences
        assert {sentence.row for sentence in sentences} == {row}
        texts = [passage.text[sentence.start : sentence.end] for sentence in sentences]
        np.testing.assert_allclose(embedder.encode(texts), index.sentence_vectors[rows], atol=1e-6)
        np.testing.assert_allclose(embedder.encode([passage.embedding_text])[0], index.vectors[row], atol=1e-6)
    assert index.passage("alpha-2015/¶99.9") is None
    assert index.report("alpha-2015") is index.reports[0]
    assert index.report("no-such") is None


values = {
    "reports": ["alpha-2015", "beta-2016", "no-such-2000"],
    "sections": ["early help", "Early  Help", "child protection", "The report", "5", "5.2", "2", "Recommendations"],
    "organisations": [*ORGANISATIONS, ORGANISATIONS[0].upper(), "Nobody"],
    "recommendations": ["R1.1", "alpha-2015/R1.2", "beta-2016/R1.3", "R9.9", "r2.1"],
    "kinds": [*(kind.value for kind in Kind), "FINDING"],
}
some_filters = st.builds(
    Filters, **{key: st.lists(st.sampled_from(known), max_size=3).map(tuple) for key, known in values.items()}
)


@given(filters=some_filters, seed=st.integers(0, 2**16), k=st.integers(1, 400))
def test_chroma_finds_what_the_definition_of_the_filters_and_exact_search_find(
    index: PassageIndex, filters: Filters, seed: int, k: int
) -> None:
    vector = np.random.default_rng(seed).normal(size=256).astype(np.float32)
    expected = {passage.id for passage in index.passages if filters.matches(passage)}
    stored = index._chroma._call("get", where=filters.to_where(), include=[])["ids"]
    assert set(stored) == expected
    found = index.search_dense(vector, k, filters)
    assert found == index.search_exact(vector, k, filters)
    assert len(found) == min(k, len(expected))


def test_dense_scores_are_cosines_best_first_and_ties_by_id(index: PassageIndex) -> None:
    query = index.vectors[7] * 3
    found = index.search_dense(query, 350)
    assert found[0][0] is index.passages[7]
    assert found[0][1] == pytest.approx(1, abs=1e-6)
    for passage, cosine in found:
        assert cosine == pytest.approx(float(index.vectors[index.row(passage.id)] @ index.vectors[7]), abs=2e-6)
    keys = [(-cosine, passage.id) for passage, cosine in found]
    assert keys == sorted(keys)
    assert len({passage.id for passage, _ in found}) == 350


def test_a_section_number_takes_in_its_subsections_but_not_its_namesakes(index: PassageIndex) -> None:
    five_two = {passage.section_number for passage in index.passages if Filters(sections=("5.2",)).matches(passage)}
    five = {passage.section_number for passage in index.passages if Filters(sections=("5",)).matches(passage)}
    assert five_two == {"5.2"}
    assert five == {"5", "5.2", "5.20"}


def test_lexical_search_finds_stems_and_drops_passages_without_a_word(tmp_path: Path) -> None:
    folder = tmp_path / "generations"
    report = read_report(write_report(tmp_path))
    index = PassageIndex.open(folder / build_generation([report], folder, WordEmbedder()))
    found = index.search_lexical("Which midwife asks about violent homes?", 10)
    assert found[0][0].mark == "¶1.1"
    assert all(score > 0 for _, score in found)
    assert index.search_lexical("zebra", 10) == []
    assert index.search_lexical("the of and", 10) == []
    assert index.search_lexical("", 10) == []
    only = Filters(kinds=("recommendation",))
    assert [passage.mark for passage, _ in index.search_lexical("violence appointment", 1, only)] in (
        ["R1.1"],
        ["R1.2"],
    )


def test_a_question_vector_of_another_dimension_is_refused(index: PassageIndex) -> None:
    with pytest.raises(IndexMismatch, match="256"):
        index.search_dense(np.ones(384, dtype=np.float32), 5)


def test_k_below_one_is_an_error(index: PassageIndex) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        index.search_dense(index.vectors[0], 0)


def test_an_index_without_passages_finds_nothing(tmp_path: Path) -> None:
    name = build_generation([], tmp_path, WordEmbedder())
    audit(tmp_path / name)
    index = PassageIndex.open(tmp_path / name)
    assert index.search_dense(np.ones(256, dtype=np.float32), 5) == []
    assert index.search_exact(np.ones(256, dtype=np.float32), 5) == []
    assert index.search_lexical("anything", 5) == []


def test_searching_changes_no_file_of_the_generation_and_closing_leaves_no_copy(tmp_path: Path) -> None:
    name = build_generation([make_report("alpha-2015", 150)], tmp_path, WordEmbedder())
    before = checksums(tmp_path / name)
    index = PassageIndex.open(tmp_path / name)
    index.search_dense(index.vectors[3], 5)
    assert list((tmp_path / COPIES).iterdir())
    del index
    gc.collect()
    assert list((tmp_path / COPIES).iterdir()) == []
    assert checksums(tmp_path / name) == before


def test_unchanged_passages_keep_their_vectors_and_only_new_texts_are_embedded(tmp_path: Path) -> None:
    first = build_generation([make_report("alpha-2015", 40)], tmp_path, WordEmbedder())
    embedder = WordEmbedder()
    second = build_generation([make_report("alpha-2015", 41)], tmp_path, embedder, tmp_path / first)
    added = make_report("alpha-2015", 41).passages[40]
    assert embedder.encoded == [added.embedding_text, added.text]
    np.testing.assert_array_equal(
        PassageIndex.open(tmp_path / first).vectors, PassageIndex.open(tmp_path / second).vectors[:40]
    )


@pytest.mark.parametrize(
    "other", [WordEmbedder(name="other"), WordEmbedder(checksum="other"), WordEmbedder(dimension=64)]
)
def test_vectors_of_another_model_are_not_copied(tmp_path: Path, other: WordEmbedder) -> None:
    first = build_generation([make_report("alpha-2015", 20)], tmp_path, WordEmbedder())
    build_generation([make_report("alpha-2015", 20)], tmp_path, other, tmp_path / first)
    assert len(other.encoded) == 40


def test_the_same_words_in_two_reports_are_two_passages(tmp_path: Path) -> None:
    name = build_generation([make_report("alpha-2015", 20), make_report("beta-2016", 20)], tmp_path, WordEmbedder())
    audit(tmp_path / name)
    index = PassageIndex.open(tmp_path / name)
    found = index.search_dense(index.vectors[0], 2)
    assert [passage.id for passage, _ in found] == ["alpha-2015/¶1.1", "beta-2016/¶1.1"]


def test_two_passages_with_one_id_are_refused_and_leave_nothing(tmp_path: Path) -> None:
    with pytest.raises(IndexFailure, match="same id"):
        build_generation([make_report("alpha-2015", 3), make_report("alpha-2015", 3)], tmp_path, WordEmbedder())
    assert list(tmp_path.iterdir()) == []


def test_more_passages_than_chroma_takes_at_once_are_all_found(tmp_path: Path) -> None:
    name = build_generation([make_report("alpha-2015", 5600, "alpha beta")], tmp_path, WordEmbedder())
    check_generation(tmp_path / name)


def reseal(folder: Path) -> None:
    """Make the manifest agree with the files, so that only what is in them can be wrong."""
    from dataclasses import replace

    from index.manifest import MANIFEST, read_manifest, write_manifest

    manifest = read_manifest(folder)
    (folder / MANIFEST).unlink()
    write_manifest(folder, replace(manifest, files=checksums(folder)))


def test_audit_names_the_passage_that_chroma_lost(tmp_path: Path) -> None:
    import chromadb

    folder = tmp_path / build_generation([make_report("alpha-2015", 30)], tmp_path, WordEmbedder())
    client = chromadb.PersistentClient(path=str(folder / "chroma"))
    client.get_collection("passages", embedding_function=None).delete(ids=["alpha-2015/¶1.1"])
    client.close()
    reseal(folder)
    with pytest.raises(IndexDamaged) as caught:
        audit(folder)
    assert caught.value.missing == ("alpha-2015/¶1.1",)


def test_audit_names_passages_that_count_but_cannot_be_reached(tmp_path: Path) -> None:
    folder = tmp_path / build_generation([make_report("alpha-2015", 1500)], tmp_path, WordEmbedder())
    hnsw = next(path for path in (folder / "chroma").iterdir() if path.is_dir())
    for path in hnsw.iterdir():
        path.unlink()
    hnsw.rmdir()
    reseal(folder)
    with pytest.raises(IndexDamaged) as caught:
        audit(folder)
    assert caught.value.missing or "Chroma" in str(caught.value)


def test_exact_search_answers_with_a_warning_when_chroma_cannot(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    name = build_generation([make_report("alpha-2015", 30)], tmp_path, WordEmbedder())
    index = PassageIndex.open(tmp_path / name)
    copy = next(path for path in (tmp_path / COPIES).iterdir() if path.is_dir())
    (copy / "chroma" / "chroma.sqlite3").write_bytes(b"not a database" * 1000)
    with caplog.at_level(logging.WARNING):
        assert index.search_dense(index.vectors[4], 3) == index.search_exact(index.vectors[4], 3)
    assert "exact search" in caplog.text


def test_the_bundled_report_finds_itself_through_chroma_and_is_searched_exactly(
    real_library: Library, real_embedder: Embedder
) -> None:
    index = real_library.current()
    questions = ["How long do children wait for CAMHS?", "Who should train staff?", "domestic violence in pregnancy"]
    for vector in real_embedder.encode(questions):
        assert index.search_dense(vector, 20) == index.search_exact(vector, 20)
    assert index.unreachable() == []
    assert hashlib.sha256(index.passages[0].embedding_text.encode()).hexdigest() == index.passages[0].digest
