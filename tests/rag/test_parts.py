"""Questions that compare reports are asked of each, and two questions in one are asked one by one."""

import pytest

from index.filters import Filters
from index.report import Report
from index.store import NO_FILTERS
from rag.parts import of_one_report, one_for_each_part, one_for_each_report
from rag.question import read_question


def report(report_id: str, area: str) -> Report:
    return Report(report_id, f"Review of {area}", area, f"{area} has nurses.", (), (), ())


REPORTS = (report("northam-2015", "Northam"), report("southby-2016", "Southby"), report("westing-2014", "Westing"))


def parts(text: str, filters: Filters = NO_FILTERS) -> list[tuple[str, tuple[str, ...]]]:
    found = one_for_each_report(read_question(text, REPORTS, filters), REPORTS)
    return [(part.text, part.filters.reports) for part in found]


def test_each_report_that_is_named_is_asked_without_the_names() -> None:
    assert parts("Do midwives get supervision in Northam and in Southby?") == [
        ("Do midwives get supervision?", ("northam-2015",)),
        ("Do midwives get supervision?", ("southby-2016",)),
    ]


def test_each_of_the_reviews_means_all_that_are_loaded() -> None:
    asked = [filters for _, filters in parts("what did each of the reviews say on dentists?")]
    assert asked == [("northam-2015",), ("southby-2016",), ("westing-2014",)]


def test_a_question_on_one_report_or_none_compares_nothing() -> None:
    assert parts("Do midwives get supervision in Northam?") == []
    assert parts("Do midwives get supervision?") == []


def test_a_filter_for_one_report_leaves_nothing_to_compare() -> None:
    assert parts("What did each of the reviews say?", Filters(reports=("southby-2016",))) == []


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("who runs the drug service in Northam?", "who runs the drug service?"),
        ("Northam: who runs the drug service", "who runs the drug service"),
        ("what about Northam?", "what about Northam?"),
        ("who runs the drug service?", "who runs the drug service?"),
    ],
)
def test_the_only_report_that_can_be_meant_is_not_searched_by_its_name(typed: str, searched: str) -> None:
    asked = read_question(typed, REPORTS, NO_FILTERS)
    assert of_one_report(asked, REPORTS).text == searched
    alone = read_question(typed, REPORTS[:1], NO_FILTERS)
    assert of_one_report(alone, REPORTS[:1]).text == searched


def test_of_several_reports_the_names_stay() -> None:
    asked = read_question("who runs the drug service in Northam and Southby?", REPORTS, NO_FILTERS)
    assert of_one_report(asked, REPORTS) == asked


def questions_in(text: str) -> list[str]:
    return [part.text for part in one_for_each_part(read_question(text, REPORTS, NO_FILTERS))]


def test_two_questions_in_one_are_told_apart() -> None:
    assert questions_in("How long do children wait for therapy, and who pays for the school nurses?") == [
        "How long do children wait for therapy?",
        "who pays for the school nurses?",
    ]
    assert questions_in("Do midwives get supervision? Are GPs invited to case conferences?") == [
        "Do midwives get supervision?",
        "Are GPs invited to case conferences?",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "How long do children wait for therapy, and what is done about it?",
        "Are doctors and nurses trained?",
        "Is the ward safe and is it clean?",
        "Who is the lead?",
        "Do midwives get supervision? " * 5,
    ],
)
def test_a_question_whose_parts_lean_on_each_other_or_are_too_many_stays_whole(text: str) -> None:
    assert questions_in(text) == []
