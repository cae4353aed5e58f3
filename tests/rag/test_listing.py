"""What people said in their own words, where a report has no quotations of its own."""

import pytest

from index.filters import Filters
from index.report import Kind, Passage, Report, Voice
from rag.lookup import look_up
from rag.question import read_question


def report(*texts: str) -> Report:
    """A report of numbered findings."""
    passages = tuple(
        Passage("elm", f"¶1.{n}", Kind.FINDING, Voice.INSPECTORS, f"1.{n}", ("Care",), None, text, 0, len(text))
        for n, text in enumerate(texts, 1)
    )
    return Report("elm", "elm", None, "\n\n".join(texts), (), passages, ())


QUOTING = 'A nurse told us that the line "rings and rings all morning". It has been reported.'


@pytest.mark.parametrize(
    ("texts", "cited", "completeness"),
    [
        (("Nobody is quoted here.", QUOTING), ["elm/¶1.2"], "1 of 1 passage that quotes somebody"),
        (("Nobody is quoted here.",), [], "0 of 0 quotations"),
    ],
)
def test_words_quoted_in_findings_are_told_of_where_there_are_no_quotations(
    texts: tuple[str, ...], cited: list[str], completeness: str
) -> None:
    reports = [report(*texts)]
    draft = look_up(read_question("what did people say in their own words?", reports, Filters()), reports)
    assert [p.id for sentence in draft.sentences for p in sentence.passages][-1:] == cited
    assert (draft.completeness, draft.proved_absent, bool(draft.nothing)) == (completeness, not cited, not cited)
