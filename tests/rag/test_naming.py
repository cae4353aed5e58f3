"""Organisations that a question names, over several reports."""

from pathlib import Path

import pytest

from index.filters import Filters
from index.parse import read_report
from index.report import Report
from rag.cues import Wanted
from rag.question import Intent, read_question

ROOT = Path(__file__).resolve().parents[2]
FILES = ("reports/worcestershire-2015", "eval/reports/fenmarch-2014", "eval/reports/brackenhulme-2016")
ARH, BCH = "Aldermoor Royal Hospitals NHS Trust", "Brackenhulme Children's Hospital NHS Foundation Trust"


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    return [read_report(ROOT / f"{file}.txt") for file in FILES]


@pytest.mark.parametrize("group", ["the CCGs", "the commissioners", "the acute trust", "NHS England", "the ICB"])
def test_in_a_report_that_is_named_only_its_own_organisations_count(reports: list[Report], group: str) -> None:
    for report in reports:
        question = read_question(f"How many recommendations does {report.area} have for {group}?", reports, Filters())
        assert question.filters.reports == (report.id,)
        assert question.organisations
        assert set(question.organisations) <= {organisation.name for organisation in report.organisations}


def test_an_organisation_of_another_report_has_no_recommendations_in_the_one_named(reports: list[Report]) -> None:
    question = read_question("recommendations for Lowmere in Worcestershire", reports, Filters())
    assert (question.organisations, question.strangers) == ((), ("Lowmere Community Health CIC",))


def test_a_word_that_only_asks_is_no_part_of_somebody_elses_name(reports: list[Report]) -> None:
    question = read_question("what was any ambulance service told to do?", reports, Filters())
    assert question.organisations == ("Aldermoor Conurbation Ambulance Service NHS Trust",)
    assert (question.intent, question.topic) == (Intent.LIST, ())


@pytest.mark.parametrize(
    "asked", ["recs for either hospital trust", "both hospital trusts' recs", "the hospital trusts"]
)
def test_several_trusts_of_a_sort_are_all_meant(reports: list[Report], asked: str) -> None:
    assert set(read_question(asked, reports[2:], Filters()).organisations) == {ARH, BCH}


@pytest.mark.parametrize("body", ["council", "local authority", "police", "LSCB"])
def test_a_body_that_nothing_is_addressed_to_is_told_of(reports: list[Report], body: str) -> None:
    for asked in (f"any recommendations for the {body}?", f"what must the {body} do?"):
        assert read_question(asked, reports, Filters()).strangers == (f"the {body.lower()}",)
    with_topic = read_question(f"what must the {body} do about consent?", reports, Filters())
    assert with_topic.strangers == ()


@pytest.mark.parametrize(
    "asked", ["recommendations about support", "recommendations on evidence", "findings about leadership"]
)
def test_a_subject_is_a_subject_though_its_word_also_tells_relations(reports: list[Report], asked: str) -> None:
    question = read_question(asked, reports[:1], Filters())
    assert question.intent is Intent.RETRIEVE
    assert question.wanted in {Wanted.RECOMMENDATION, Wanted.FINDING}
