"""Example questions are made of the loaded report's own structure."""

from dataclasses import replace

from index.report import Kind
from tests.web.invented import HandMadeIndex, invented_report
from web.examples import example_questions


def test_examples_name_what_the_report_has() -> None:
    assert example_questions(HandMadeIndex()) == [
        "What does the report say about maternity?",
        "Which recommendations are addressed to Elmshire Hospitals NHS Trust?",
        "Which findings led to recommendation 2.1?",
        "What does paragraph 1.1 say?",
    ]


def test_a_report_without_numbers_gets_an_example_of_its_sections_only() -> None:
    report = invented_report()
    plain = tuple(passage for passage in report.passages if passage.kind is Kind.QUOTE)
    index = HandMadeIndex(reports=(replace(report, passages=plain),))
    assert example_questions(index) == ["What does the report say about maternity?"]
    assert example_questions(HandMadeIndex(reports=())) == []
