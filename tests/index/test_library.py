import gc
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.errors import IndexDamaged, IndexMismatch, IndexMissing, ReportUnreadable, UnknownName
from index.generation import build_generation, check_generation
from index.library import Library
from index.manifest import checksums
from index.store import PassageIndex
from tests.fakes import WordEmbedder
from tests.reports import FINDINGS, write_report


def texts(index: PassageIndex) -> set[str]:
    return {passage.text for passage in index.passages}


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    """A folder with two reports and a note that is none."""
    folder = tmp_path / "bundled"
    write_report(folder, "Elmshire")
    write_report(folder, "Oakshire", ("Staff share alerts.", "Fathers are seldom recorded."))
    (folder / "README.md").write_text("# Where the reports come from\n")
    return folder


@pytest.fixture
def full(library: Library, bundled: Path) -> Library:
    library.ensure(bundled)
    return library


def test_the_first_start_adds_every_report_and_builds_one_generation(full: Library, tmp_path: Path) -> None:
    assert [report.id for report in full.reports()] == ["elmshire-2016", "oakshire-2016"]
    assert full.current().reports == full.reports()
    assert len(list((tmp_path / "data" / "generations").glob("*/manifest.json"))) == 1


def test_a_second_start_changes_no_file_and_embeds_nothing(full: Library, bundled: Path, tmp_path: Path) -> None:
    del full
    gc.collect()
    before = checksums(tmp_path / "data")
    embedder = WordEmbedder()
    again = Library(tmp_path / "data", embedder)
    again.ensure(bundled)
    assert again.current().reports
    assert embedder.encoded == []
    del again
    gc.collect()
    assert checksums(tmp_path / "data") == before


def test_before_anything_is_built_there_is_no_index(library: Library, tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        library.current()
    (tmp_path / "empty").mkdir()
    with pytest.raises(IndexMissing, match="reports add"):
        library.ensure(tmp_path / "empty")
    assert library.reports() == ()


def test_a_corrected_report_serves_its_new_text_and_no_ghost_of_the_old(full: Library, bundled: Path) -> None:
    index = full.current()
    ghost = next(passage for passage in index.passages if passage.report == "elmshire-2016" and passage.mark == "¶1.3")
    corrected = write_report(bundled.parent / "new", "Elmshire", (FINDINGS[0], "School nurses hold clinics."))
    report = full.add(corrected)
    after = full.current()
    assert after.generation != index.generation
    assert after.report("elmshire-2016") == report
    assert "School nurses hold clinics." in texts(after)
    assert not any("drop-in" in text for text in texts(after))
    assert after.passage(ghost.id) is None
    assert all(found.id != ghost.id for found, _ in after.search_dense(index.vectors[index.row(ghost.id)], 100))
    assert after.search_lexical("nineteen", 10) == []
    assert ghost.text in texts(index), "a reader of the old generation still has it whole"


def test_a_removed_report_is_gone_and_no_start_brings_it_back(full: Library, bundled: Path, tmp_path: Path) -> None:
    full.remove("oakshire-2016")
    assert {passage.report for passage in full.current().passages} == {"elmshire-2016"}
    again = Library(tmp_path / "data", WordEmbedder())
    again.ensure(bundled)
    assert [report.id for report in again.current().reports] == ["elmshire-2016"]
    (tmp_path / "data" / "CURRENT").unlink()
    again = Library(tmp_path / "data", WordEmbedder())
    again.ensure(bundled)
    assert [report.id for report in again.current().reports] == ["elmshire-2016"]
    again.add(bundled / "oakshire.txt")
    assert [report.id for report in again.current().reports] == ["elmshire-2016", "oakshire-2016"]
    assert not (tmp_path / "data" / "REMOVED").read_text()


def test_the_last_report_can_be_removed(library: Library, tmp_path: Path) -> None:
    library.add(write_report(tmp_path))
    library.remove("elmshire-2016")
    assert library.current().passages == ()
    assert library.reports() == ()


def test_removing_a_report_that_is_not_there_names_those_that_are(full: Library) -> None:
    with pytest.raises(UnknownName, match="elmshire-2016, oakshire-2016"):
        full.remove("ashshire-2016")


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 1000, b"PK\x03\x04 no archive"])
def test_a_bad_file_is_an_error_and_changes_nothing(full: Library, tmp_path: Path, content: bytes) -> None:
    before = checksums(tmp_path / "data")
    bad = tmp_path / "bad.txt"
    bad.write_bytes(content)
    with pytest.raises(ReportUnreadable):
        full.add(bad)
    assert checksums(tmp_path / "data") == before


def test_adding_the_same_file_again_builds_nothing(full: Library, bundled: Path) -> None:
    generation = full.current().generation
    full.add(bundled / "elmshire.txt")
    assert full.current().generation == generation


def test_only_new_passages_are_embedded_when_a_report_is_added(
    full: Library, embedder: WordEmbedder, tmp_path: Path
) -> None:
    embedder.encoded.clear()
    report = full.add(write_report(tmp_path, "Ashshire", ("Dogs bark.",)))
    assert set(embedder.encoded) & {passage.embedding_text for passage in report.passages}
    assert not any("Elmshire" in text or "Oakshire" in text for text in embedder.encoded)


def test_the_two_last_generations_are_kept(full: Library, tmp_path: Path) -> None:
    names = [full.current().generation]
    for number in range(3):
        full.add(write_report(tmp_path, "Ashshire", (f"Finding {number}.",)))
        names.append(full.current().generation)
    kept = {path.parent.name for path in (tmp_path / "data" / "generations").glob("*/manifest.json")}
    assert kept == set(names[-2:])


def test_build_parses_the_stored_sources_again(full: Library, bundled: Path, tmp_path: Path) -> None:
    shutil.rmtree(bundled)
    before = full.current()
    assert full.build() == full.current().generation != before.generation
    assert full.current().reports == before.reports


def test_another_process_that_publishes_is_noticed(full: Library, bundled: Path, tmp_path: Path) -> None:
    other = Library(tmp_path / "data", WordEmbedder())
    assert other.current().generation == full.current().generation
    full.add(write_report(bundled, "Ashshire"))
    assert other.current().generation == full.current().generation
    assert other.current() is other.current()


def test_readers_see_whole_generations_only_while_writers_publish(full: Library, tmp_path: Path) -> None:
    findings = {number: (f"Version {number} of one.", f"Version {number} of two.") for number in range(6)}
    full.add(write_report(tmp_path, "Ashshire", findings[0]))
    faults: list[str] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            index = full.current()
            report = index.report("ashshire-2016")
            versions = {passage.text.split()[1] for passage in index.passages if passage.text.startswith("Version")}
            hit = index.search_dense(index.vectors[-1], 1)[0][0]
            if report is None or len(versions) != 1 or index.passage(hit.id) is not hit:
                faults.append(f"{versions} {hit.id}")

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(1, 6):
        full.add(write_report(tmp_path, "Ashshire", findings[number]))
    stop.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert any(passage.text.startswith("Version 5") for passage in full.current().passages)


@pytest.mark.parametrize("other", [WordEmbedder("other"), WordEmbedder(checksum="other"), WordEmbedder(dimension=128)])
def test_another_model_is_refused_until_the_index_is_rebuilt(
    full: Library, bundled: Path, tmp_path: Path, other: WordEmbedder
) -> None:
    other.encoded.clear()
    library = Library(tmp_path / "data", other)
    attempts: list[Callable[[], object]] = [
        library.current,
        lambda: library.ensure(bundled),
        lambda: library.add(write_report(tmp_path, "Ashshire")),
        lambda: library.remove("elmshire-2016"),
    ]
    for attempt in attempts:
        with pytest.raises(IndexMismatch, match="clas-qa reports build"):
            attempt()
    assert other.encoded == []
    library.build()
    assert library.current().manifest.model == other.name
    assert library.current().vectors.shape[1] == other.dimension


def test_a_model_that_is_loaded_late_is_still_compared(full: Library, tmp_path: Path) -> None:
    library = Library(tmp_path / "data", lambda: WordEmbedder("other"))
    assert library.current().passages
    assert library.embedder.name == "other"
    with pytest.raises(IndexMismatch):
        library.current()


def test_reports_are_parsed_again_when_they_were_written_under_an_older_schema(
    full: Library, bundled: Path, tmp_path: Path
) -> None:
    from dataclasses import replace

    from index.manifest import write_manifest

    old = full.current()
    folder = tmp_path / "data" / "generations" / old.generation
    write_manifest(folder, replace(old.manifest, parser_schema=0))
    stored = tmp_path / "data" / "reports" / "elmshire-2016.json"
    stored.write_text(stored.read_text().replace("nineteen", "twenty"))
    shutil.rmtree(bundled)
    again = Library(tmp_path / "data", WordEmbedder())
    again.ensure(bundled)
    assert again.current().generation != old.generation
    assert again.current().reports == old.reports


def test_a_damaged_parsed_report_is_parsed_again_from_its_source(full: Library, tmp_path: Path) -> None:
    good = full.reports()
    (tmp_path / "data" / "reports" / "elmshire-2016.json").write_text('{"half a repo')
    assert full.reports() == good


DAMAGES: dict[str, Callable[[Path], object]] = {
    "flipped": lambda path: path.write_bytes(bytes([path.read_bytes()[0] ^ 255]) + path.read_bytes()[1:]),
    "last bit flipped": lambda path: path.write_bytes(path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 1])),
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "zeroed": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\0" * 4096),
    "gone": Path.unlink,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_damage_to_any_file_is_found_before_it_serves_and_healed_at_the_next_start(
    full: Library, bundled: Path, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    generation = full.current().generation
    expected = texts(full.current())
    pristine = tmp_path / "pristine"
    shutil.copytree(tmp_path / "data", pristine, ignore=shutil.ignore_patterns(".open"))
    names = [*checksums(pristine / "generations" / generation)]
    assert len(names) > 12
    tried = 0
    for name in names:
        data = tmp_path / "damaged"
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(pristine, data)
        path = data / "generations" / generation / name
        if path.name == "published" or (path.stat().st_size == 0 and damage is not Path.unlink):
            continue
        intact = path.read_bytes()
        damage(path)
        if path.exists() and path.read_bytes() == intact:
            continue
        tried += 1
        with pytest.raises(IndexDamaged, match=path.name):
            Library(data, WordEmbedder()).current()
    assert tried >= 10
    library = Library(data, WordEmbedder())
    library.ensure(bundled)
    assert library.current().generation != generation
    assert texts(library.current()) == expected
    check_generation(data / "generations" / library.current().generation)


def test_a_damaged_generation_gives_way_to_the_older_good_one_and_says_so(full: Library, tmp_path: Path) -> None:
    older = full.current().generation
    full.add(write_report(tmp_path, "Ashshire"))
    newer = full.current().generation
    (tmp_path / "data" / "generations" / newer / "chroma" / "chroma.sqlite3").write_bytes(b"")
    library = Library(tmp_path / "data", WordEmbedder())
    assert library.current().generation == older
    assert library.trouble is not None
    assert newer in library.trouble
    assert older in library.trouble
    library.ensure(tmp_path)
    assert library.trouble is None
    assert library.current().report("ashshire-2016") is not None


def test_an_open_index_goes_on_serving_when_current_is_damaged_under_it(full: Library, tmp_path: Path) -> None:
    index = full.current()
    shutil.rmtree(tmp_path / "data" / "generations")
    (tmp_path / "data" / "CURRENT").write_text("no-such-generation\n")
    assert full.current() is index
    assert full.trouble is not None
    assert full.current().search_exact(np.ones(256, dtype=np.float32), 3)


@pytest.mark.parametrize("content", [b"", b"../../etc\n", b"\xff\xfe\n", b"no-such\n"])
def test_a_pointer_to_nothing_good_falls_back_to_what_is_good(full: Library, tmp_path: Path, content: bytes) -> None:
    generation = full.current().generation
    (tmp_path / "data" / "CURRENT").write_bytes(content)
    library = Library(tmp_path / "data", WordEmbedder())
    assert library.current().generation == generation
    assert library.trouble is not None


def test_an_index_that_was_never_published_never_serves(full: Library, tmp_path: Path) -> None:
    index = full.current()
    generations = tmp_path / "data" / "generations"
    orphan = build_generation([full.reports()[0]], generations, WordEmbedder())
    (generations / index.generation / "manifest.json").unlink()
    with pytest.raises(IndexDamaged):
        Library(tmp_path / "data", WordEmbedder()).current()
    library = Library(tmp_path / "data", WordEmbedder())
    library.ensure(tmp_path)
    assert library.current().reports == index.reports
    assert not (generations / orphan).exists()


def test_two_bundled_files_of_one_report_are_refused(library: Library, bundled: Path) -> None:
    shutil.copy(bundled / "elmshire.txt", bundled / "a-copy.txt")
    with pytest.raises(ReportUnreadable, match="same report"):
        library.ensure(bundled)
