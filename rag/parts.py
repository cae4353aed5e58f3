"""Questions of several parts, each searched by itself: the reports that are compared, and two questions asked in one.

So a report, or a part, that has much to say does not crowd out the others, and one that finds nothing is told of.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.report import Report
from rag.draft import Draft
from rag.extract import said_once
from rag.naming import names_in
from rag.question import Question
from rag.words import topic_words

_OF_EACH = re.compile(
    r"\b(?:each|every|all|both|either|compare|across|between)\b[^?.]{0,30}\b(?:reports?|reviews?|areas?|places?|counties|councils?|"
    r"boroughs?|reviewed)\b",
    re.IGNORECASE,
)
_NEXT_QUESTION = re.compile(
    r"[?;]\s+(?:and\s+)?|,?\s+and\s+(?=(?:how|what|who|whom|when|where|why|which|is|are|was|were|do|does|did|has|have|can|could)\b)",
    re.IGNORECASE,
)
_LEANS = re.compile(
    r"\b(?:it|its|they|their|them|this|that|these|those|there|he|she|his|her|so|one|ones|else)\b", re.IGNORECASE
)
_LEAST_WORDS = 2
_MOST_PARTS = 4
_LEFT_OVER = re.compile(
    r"(?:[\s,]*\b(?:in|for|of|at|between|from|and|or|by|versus|vs)\b)*[\s,]*(?=[?.!]?$)", re.IGNORECASE
)


def one_for_each_report(question: Question, loaded: Sequence[Report]) -> tuple[Question, ...]:
    """The question once for each report that it compares, without the reports' names; nothing where it compares none."""
    scope = question.filters.scope(loaded)
    if len(scope) < 2:
        return ()
    named = names_in(question.text, scope).reports
    compared = named if len(named) > 1 else tuple(r.id for r in scope) if _OF_EACH.search(question.text) else ()
    if len(compared) < 2:
        return ()
    text = without_names(question.text, [report for report in scope if report.id in named])
    return tuple(
        replace(question, text=text, filters=replace(question.filters, reports=(report,))) for report in compared
    )


def of_one_report(question: Question, loaded: Sequence[Report]) -> Question:
    """The question without the name of the only report that it can mean: it stands in that report's background, and finds nothing else."""
    scope = question.filters.scope(loaded)
    return replace(question, text=without_names(question.text, scope)) if len(scope) == 1 else question


def without_names(text: str, reports: Sequence[Report]) -> str:
    """A question without the ids and areas of these reports, and the words that led to them; as it is, where nothing else is in it."""
    rest = text
    for report in reports:
        for name in filter(None, (report.id, report.area)):
            rest = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", rest, flags=re.IGNORECASE)
    if rest == text:
        return text
    rest = " ".join(_LEFT_OVER.sub("", " ".join(rest.split())).split()).lstrip(" ,:;–-")
    return rest if topic_words(rest) else text


def one_for_each_part(question: Question) -> tuple[Question, ...]:
    """The question once for each question in it ("How long …, and who …?").

    Nothing where it is one, where there are more than _MOST_PARTS, or where a part leans on another.
    """
    texts = [text.strip(" ,;?.") for text in _NEXT_QUESTION.split(question.text)]
    stand_alone = all(len(topic_words(text)) >= _LEAST_WORDS and not _LEANS.search(text) for text in texts)
    if not 2 <= len(texts) <= _MOST_PARTS or not stand_alone or question.previous:
        return ()
    return tuple(replace(question, text=f"{text}?") for text in texts)


def told(part: Question, whole: Question, loaded: Sequence[Report]) -> str:
    """How a reader is told of a part: the title of the report it asks, or its words."""
    if part.filters != whole.filters:
        return ", ".join(report.title for report in part.filters.scope(loaded))
    return f"“{part.text}”"


def put_together(drafts: Sequence[Draft], silent: Sequence[str]) -> Draft:
    """One draft out of one for each part; `silent` names the parts that nothing was found for."""
    missing = ", ".join(silent)
    return Draft(
        said_once([sentence for draft in drafts for sentence in draft.sentences]),
        consulted=tuple(dict.fromkeys(name for draft in drafts for name in draft.consulted)),
        related=tuple(dict.fromkeys(name for draft in drafts for name in draft.related)),
        partly=bool(silent),
        warnings=(f"Nothing was found that answers this: {missing}",) if silent else (),
    )
