"""Marks as people and models write them, and the passages they name or fail to name."""

from collections.abc import Collection

import pytest

from index.parse import read_report
from index.report import Report
from rag.cited_text import cited_sentences
from rag.marks import Unresolved, cited_passages
from tests.reports import write_report


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, ...]:
    folder = tmp_path_factory.mktemp("reports")
    return tuple(read_report(write_report(folder, area)) for area in ("Elmshire", "Oakshire"))


def named(written: str, reports: tuple[Report, ...], prefer: Collection[str] = ()) -> list[str] | str:
    """Ids of the passages that a sentence's marks name, or the reason why they name none."""
    (sentence,) = cited_sentences(f"Midwives ask every woman {written}.")
    found = cited_passages(sentence.marks, reports, prefer)
    return found.reason if isinstance(found, Unresolved) else [passage.id for passage in found]


@pytest.mark.parametrize(
    ("written", "ids"),
    [
        ("[¶1.2]", ["¶1.2"]),
        ("[R1.1]", ["R1.1"]),
        ("[¶1.2][R1.1]", ["¶1.2", "R1.1"]),
        ("[R1.1, ¶1.2]", ["R1.1", "¶1.2"]),
        ("[¶1.2; 1.3]", ["¶1.2", "¶1.3"]),
        ("[¶1.1–¶1.3]", ["¶1.1", "¶1.2", "¶1.3"]),
        ("[¶1.2, ¶1.2]", ["¶1.2"]),
        ("(para 1.2)", ["¶1.2"]),
        ("(recommendations 1.1 and 1.2)", ["R1.1", "R1.2"]),
        ("【¶1.2】", ["¶1.2"]),
        ("[\u200b¶\u200b1.\u200d2\ufeff]", ["¶1.2"]),
        ("[elmshire-2016 ¶1.2]", ["¶1.2"]),
    ],
)
def test_a_mark_names_its_passage_however_it_is_written(
    reports: tuple[Report, ...], written: str, ids: list[str]
) -> None:
    assert named(written, reports[:1]) == [f"elmshire-2016/{mark}" for mark in ids]


@pytest.mark.parametrize(
    "written",
    [
        "[9]",
        "[¶99.9]",
        "(para 99.9)",
        "[R9.9]",
        "[¶1.3–¶1.1]",
        "[¶1.1–¶9.9]",
        "[1.2.3.4]",
        "[source 7]",
        "[¶1.2, ¶99.9]",
    ],
)
def test_a_mark_of_no_passage_is_told_as_such_beside_good_ones_too(reports: tuple[Report, ...], written: str) -> None:
    assert isinstance(named(written, reports[:1]), str)


def test_a_report_that_is_not_loaded_is_named(reports: tuple[Report, ...]) -> None:
    assert named("[birchshire-2016 ¶1.2]", reports) == "no loaded report is called birchshire-2016"


def test_a_mark_that_two_reports_print_means_the_one_preferred_or_the_one_named(reports: tuple[Report, ...]) -> None:
    assert "may be elmshire-2016/¶1.2 or oakshire-2016/¶1.2" in named("[¶1.2]", reports)
    assert named("[¶1.2]", reports, {"oakshire-2016/¶1.2"}) == ["oakshire-2016/¶1.2"]
    assert named("[oakshire-2016 ¶1.2]", reports, {"elmshire-2016/¶1.2"}) == ["oakshire-2016/¶1.2"]


def test_where_both_are_preferred_it_stays_open_which_is_meant(reports: tuple[Report, ...]) -> None:
    assert isinstance(named("[¶1.2]", reports, {"elmshire-2016/¶1.2", "oakshire-2016/¶1.2"}), str)
