"""How the exact lane speaks of passages: "finding 2.1", "Finding 2.1 (Children in need)", "3 findings", "A, B and C"."""

from collections.abc import Sequence

from index.report import Kind, Passage, Report

NOUN = {
    Kind.FINDING: "finding",
    Kind.RECOMMENDATION: "recommendation",
    Kind.CASE_EXAMPLE: "case example",
    Kind.QUOTE: "quotation",
}


def label(passage: Passage, several_reports: bool) -> str:
    """How a passage is introduced: "Finding 2.1 (Children in need)"."""
    noun = NOUN.get(passage.kind, "passage").capitalize()
    name = f"{noun} {passage.number}" if passage.number else noun
    place = passage.heading[-1] if passage.heading and passage.kind is not Kind.RECOMMENDATION else ""
    report = f"{passage.report}, " if several_reports else ""
    return f"{report}{name} ({place})" if place else f"{report}{name}"


def plural(count: int, noun: str) -> str:
    """`count` things: "1 finding", "3 findings"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def joined(names: Sequence[str]) -> str:
    """Names as a list in words: "A", "A and B", "A, B and C"."""
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1] if names else ""


def name_of(passage: Passage, scope: Sequence[Report]) -> str:
    """A passage in running text: "recommendation 2.7", with its report where several are in scope."""
    name = f"{NOUN.get(passage.kind, 'passage')} {passage.number or passage.mark}"
    return f"{name} of {passage.report}" if len(scope) > 1 else name
