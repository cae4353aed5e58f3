"""Example questions drawn from the structure of the loaded reports, whatever they are about."""

from collections import Counter

from index.report import Kind, Report
from web.service import OpenIndex


def example_questions(index: OpenIndex) -> list[str]:
    """Questions that the first loaded report can answer, one of each sort; none where no report is loaded."""
    return of_report(index.reports[0]) if index.reports else []


def of_report(report: Report) -> list[str]:
    """One question about a section, an addressee, a recommendation's findings and a number, as far as there are any."""
    findings = report.of_kind(Kind.FINDING)
    recommendations = report.of_kind(Kind.RECOMMENDATION)
    questions: list[str] = []
    headed = Counter(passage.heading[-1] for passage in findings or report.passages if passage.heading)
    if headed:
        questions.append(f"What does the report say about {headed.most_common(1)[0][0].lower()}?")
    addressed = Counter(name for passage in recommendations for name in passage.addressed_to)
    if addressed:
        questions.append(f"Which recommendations are addressed to {addressed.most_common(1)[0][0]}?")
    traced = max(recommendations, key=lambda passage: len(passage.findings), default=None)
    if traced is not None and traced.findings:
        questions.append(f"Which findings led to recommendation {traced.number}?")
    if findings:
        questions.append(f"What does paragraph {findings[0].number} say?")
    return questions
