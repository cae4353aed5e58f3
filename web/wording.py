"""Every label that a reader sees: who says it, how the answer ended, how to cite a passage."""

from collections.abc import Sequence
from datetime import date

from index.report import Kind, Passage, Report, Voice
from rag.answer import Answer, AnswerStatus
from rag.progress import Stage

PRODUCT = "clas-qa"
TAGLINE = "Ask about reviews of health services for Children Looked After and Safeguarding"
FIRST_HALF = ("January", "February", "March", "April", "May", "June")
SECOND_HALF = ("July", "August", "September", "October", "November", "December")
MONTHS = (*FIRST_HALF, *SECOND_HALF)

KINDS = {
    Kind.FINDING: "Finding",
    Kind.RECOMMENDATION: "Recommendation",
    Kind.CONTEXT: "Context",
    Kind.QUOTE: "Quotation",
    Kind.CASE_EXAMPLE: "Case example",
    Kind.FRONT_MATTER: "Front matter",
}
VOICES = {
    Voice.INSPECTORS: "Said by the inspectors, as their finding",
    Voice.REPORTED: "Said to the inspectors by somebody, not their finding",
    Voice.CASE_EXAMPLE: "One case the inspectors looked at",
    Voice.BACKGROUND: "Background given in the report, not a finding",
    Voice.RECOMMENDATION: "Recommended by the inspectors",
}
STATUSES = {
    AnswerStatus.ANSWERED: "Answered from the report",
    AnswerStatus.PARTLY_ANSWERED: "Answered in part: the report does not cover all of the question",
    AnswerStatus.NOT_IN_REPORT: "Not in the report: it was searched and does not say",
    AnswerStatus.UNVERIFIED: "No answer: nothing that was drafted could be proved from the report",
    AnswerStatus.OUT_OF_SCOPE: "Not a question about the loaded reports",
    AnswerStatus.INVALID_QUESTION: "This could not be read as a question",
}
STAGES = {
    Stage.SEARCHING: "Searching the reports",
    Stage.READING: "Reading what was found",
    Stage.WRITING: "Writing, and checking each sentence",
    Stage.CHECKING: "Checking the answer",
}


def written_date(day: date) -> str:
    """A date as reports print it: 14 December 2015, in English whatever the locale."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def mark_in_words(passage: Passage) -> str:
    """A mark as one says it: para 1.2, recommendation 2.1, or the section and position of an unnumbered passage."""
    if passage.mark.startswith("¶"):
        return f"para {passage.number}"
    if passage.mark.startswith("R"):
        return f"recommendation {passage.number}"
    position = passage.mark.rpartition(".")[2]
    return f"{' > '.join(passage.heading) or 'front matter'}, passage {position}"


def how_to_cite(report: Report, passage: Passage) -> str:
    """The reference to copy: CQC CLAS review, AREA, published DATE, para 1.2."""
    parts = ["CQC CLAS review", report.area or report.title]
    if report.published:
        parts.append(f"published {written_date(report.published)}")
    return ", ".join([*parts, mark_in_words(passage)])


def searched_as(answer: Answer) -> str | None:
    """Says how a follow-up was read where that differs from what was typed."""
    if answer.standalone_question.strip() in ("", answer.question.strip()):
        return None
    return f"Read as: “{answer.standalone_question.strip()}”"


def how_made(answer: Answer) -> str:
    """Which part wrote the answer: the report's own sentences, or a language model checked against them."""
    if answer.model:
        return f"Worded by {answer.model}, each sentence checked against the report."
    return "Made of the report's own sentences."


ACCURACY = (
    "Each sentence is checked against the paragraph it cites. Read that paragraph before you rely on the answer: "
    "it says what the inspectors found at the time of the review, not how things are now."
)


def answer_to_copy(answer: Answer, reports: Sequence[Report]) -> str:
    """The answer as plain text with its references below, to paste into a paper."""
    by_id = {report.id: report for report in reports}
    references = [
        f"[{citation.passage.mark}] ({how_to_cite(by_id[citation.passage.report], citation.passage)})"
        for citation in answer.citations
        if citation.passage.report in by_id
    ]
    return "\n".join([answer.answer, "", *references])
