"""The folder of a run: where it may be written, how it is found again, and that it is replaced whole or not at all."""

import json
import os
import shutil

import pytest

from eval.run import FILES, RunError, commit, copy_run, find_run, read_settings, run_folder
from tests.eval.runs import answer, gold, run


@pytest.fixture
def written(tmp_path):
    """A run of one question."""
    folder = tmp_path / "runs" / f"{commit()}-small"
    run(folder, [(gold("q", must=["¶1.1"]), answer("¶1.1"))])
    return folder


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("name", ["latest", "v1.2", "a_b-c", "größer", "..", ".part.x"])
def test_a_run_is_written_below_its_runs(tmp_path, name):
    runs = tmp_path / "not" / "there"
    folder = run_folder(name, runs)
    assert folder.resolve().parent == runs.resolve()
    assert list(runs.iterdir()) == []


@pytest.mark.parametrize("name", ["", "a/b", "../x", "z/../../victim", "a b", "a\n", "a\0", "latest.part", ".part"])
def test_a_name_that_leads_elsewhere_or_hides_the_run_is_refused_before_a_folder_is_made(tmp_path, name):
    with pytest.raises(RunError, match="names no run"):
        run_folder(name, tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_what_a_killed_run_has_left_stays_until_the_next_is_written(tmp_path):
    left = tmp_path / f"{commit()}-latest.part" / "answers.jsonl"
    left.parent.mkdir()
    left.write_text("half", encoding="utf-8")
    run_folder("latest", tmp_path)
    assert left.read_text(encoding="utf-8") == "half"


@pytest.mark.parametrize("before", ["0123456789", "0123456789+", "no-commit"])
def test_a_run_is_found_by_its_name_at_any_commit_or_none(tmp_path, written, before):
    moved = written.rename(written.with_name(f"{before}-small-one"))
    assert find_run("small-one", tmp_path / "runs") == moved
    assert find_run(moved.name, tmp_path / "runs") == moved
    assert find_run(str(moved), tmp_path / "elsewhere") == moved
    with pytest.raises(RunError, match=f"known: {moved.name.replace('+', '.')}"):
        find_run("one", tmp_path / "runs")


def test_of_runs_of_one_name_the_newest_is_meant_and_one_that_was_stopped_is_none(tmp_path, written):
    newer = written.with_name("fedcba9876-small")
    shutil.copytree(written, newer)
    shutil.copytree(written, written.with_name("fedcba9877-small.part"))
    for path in newer.iterdir():
        os.utime(path, (4e9, 4e9))
    assert find_run("small", tmp_path / "runs") == newer


@pytest.mark.parametrize("file", FILES)
def test_a_run_that_lacks_a_file_is_told_as_broken_with_the_file(tmp_path, written, file):
    (written / file).unlink()
    with pytest.raises(RunError, match=f"{file} is missing; the run is broken, make it again"):
        find_run("small", tmp_path / "runs")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b'{"commit": "x"}'])
def test_settings_that_are_broken_are_told_in_one_line(written, content):
    (written / "settings.json").write_bytes(content)
    with pytest.raises(RunError, match=r"settings.json: .*; the run is broken, make it again$") as told:
        read_settings(written)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    "change", [{"began": None}, {"began": "once"}, {"systems": []}, {"answered_by_mode": {"x": "y"}}]
)
def test_settings_that_a_page_could_not_tell_are_broken(written, change):
    settings = json.loads((written / "settings.json").read_text(encoding="utf-8"))
    assert read_settings(written) == settings
    (written / "settings.json").write_text(json.dumps(settings | change), encoding="utf-8")
    with pytest.raises(RunError, match=f"settings.json: {next(iter(change))}"):
        read_settings(written)


def test_a_copy_takes_the_place_of_another_run_with_what_was_made_of_it(tmp_path, written):
    place = tmp_path / "baseline"
    place.mkdir()
    (place / "old").write_text("old", encoding="utf-8")
    copy_run(written, place, lambda copy: (copy / "page").write_bytes(b"page"))
    assert contents(place) == {file: (written / file).read_bytes() for file in FILES} | {"page": b"page"}


def test_a_copy_that_fails_leaves_what_was_there(tmp_path, written):
    place = tmp_path / "baseline"
    shutil.copytree(written, place)
    before = contents(place)
    with pytest.raises(NotADirectoryError):
        copy_run(written, place, lambda copy: (copy / "answers.jsonl" / "page").write_bytes(b"page"))
    (written / "passages.jsonl").unlink()
    with pytest.raises(FileNotFoundError):
        copy_run(written, place, lambda copy: None)
    assert contents(place) == before


def test_a_run_is_not_copied_onto_itself_by_whatever_name(tmp_path, written):
    before = contents(written)
    link = tmp_path / "link"
    link.symlink_to(written)
    for folder in (written, written / ".." / written.name, link):
        with pytest.raises(RunError, match="there already"):
            copy_run(folder, written, lambda copy: None)
    assert contents(written) == before
