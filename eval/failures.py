"""The questions that were not answered right, each with the paragraphs it needed beside those that it was given."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.error_tree import Leaf, leaf_of
from eval.gold import Evidence, GoldQuestion, Span
from eval.score import Passages, QuestionScore

_QUOTES = "'‘’", '"“”'


@dataclass(frozen=True, slots=True)
class Shown:
    """A paragraph as the page shows it: its text in three parts, the middle one highlighted.

    `standing` says what it is to the question; `good` whether that is as it should be.
    """

    id: str
    standing: str
    good: bool
    before: str
    highlighted: str
    after: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that was not answered right.

    Attributes:
        score: its score.
        leaf: where it failed.
        answer: the answer object, empty where none came.
        must: the required paragraphs, those of one piece of evidence together: any one of them will do.
        may: paragraphs that are right and not needed.
        cited: the paragraphs cited, in order.
        facts_not_told: of each such fact the spellings accepted.
        first_rank: rank of the first required paragraph in the search, None where it was not found.
    """

    score: QuestionScore
    leaf: Leaf
    answer: Mapping[str, Any]
    must: tuple[tuple[Shown, ...], ...]
    may: tuple[Shown, ...]
    cited: tuple[Shown, ...]
    facts_not_told: tuple[tuple[str, ...], ...]
    first_rank: int | None


def failures(
    scores: Iterable[QuestionScore], passages: Passages, answers: Mapping[str, Mapping[str, Any]]
) -> list[Failure]:
    """The failed questions among `scores`, in their order.

    Args:
        scores: of a run.
        passages: id -> line of the run's passages.jsonl.
        answers: question id -> answer object.
    """
    by_report: dict[str, list[Mapping[str, Any]]] = {}
    for passage in passages.values():
        by_report.setdefault(passage["report"], []).append(passage)
    found = []
    for score in scores:
        leaf = leaf_of(score)
        if leaf is not None:
            found.append(_failure(score, leaf, answers.get(score.question.id, {}), by_report, passages))
    return found


def _failure(
    score: QuestionScore,
    leaf: Leaf,
    answer: Mapping[str, Any],
    by_report: Mapping[str, Sequence[Mapping[str, Any]]],
    passages: Passages,
) -> Failure:
    question = score.question
    must = tuple(
        tuple(
            _evidence(item, question, by_report, "cited" if n in score.evidence else "not cited", n in score.evidence)
        )
        for n, item in enumerate(question.must)
    )
    may = tuple(
        shown for item in question.may for shown in _evidence(item, question, by_report, "right, not needed", good=True)
    )
    required = {shown.id for item in must for shown in item}
    quotes = {citation["id"]: citation for citation in reversed(answer.get("citations", ()))}
    return Failure(
        score=score,
        leaf=leaf,
        answer=answer,
        must=must,
        may=may,
        cited=tuple(_cited(i, score, required, passages, quotes[i]) for i in score.cited),
        facts_not_told=tuple(fact for fact, told in zip(question.facts, score.facts_found, strict=True) if not told),
        first_rank=next((rank for rank, covered in enumerate(score.ranking, 1) if covered), None),
    )


def _evidence(
    item: Evidence,
    question: GoldQuestion,
    by_report: Mapping[str, Sequence[Mapping[str, Any]]],
    standing: str,
    good: bool,
) -> Iterable[Shown]:
    """The paragraphs that are this evidence, its words highlighted; the words alone where no paragraph has them."""
    for span in (item, *item.other):
        report = span.report or question.report or ""
        matching = [p for p in by_report.get(report, ()) if span.stands_in(report, p["mark"], p["text"])]
        for passage in matching:
            yield Shown(passage["id"], standing, good, *_around(passage["text"], _place_of(span, passage["text"])))
        if not matching:
            yield Shown(f"{report}/{span.mark or '?'}", "in no report of this run", False, "", span.words, "")


def _cited(
    passage_id: str,
    score: QuestionScore,
    required: Iterable[str],
    passages: Passages,
    citation: Mapping[str, Any],
) -> Shown:
    quote = citation.get("quote") or ""
    if passage_id not in passages:
        return Shown(passage_id, "wrong: no paragraph has this id", False, "", quote, "")
    text = passages[passage_id]["text"]
    start = citation.get("quote_start")
    if start is None or text[start : start + len(quote)] != quote:
        start = max(text.find(quote), 0)
    place = (start, start + len(quote)) if quote and quote in text else (0, 0)
    wrong = passage_id in score.wrongly_cited
    standing = (
        "wrong: proves nothing asked for" if wrong else "required" if passage_id in required else "right, not needed"
    )
    return Shown(passage_id, standing, not wrong, *_around(text, place))


def _around(text: str, place: tuple[int, int]) -> tuple[str, str, str]:
    start, end = place
    return text[:start], text[start:end], text[end:]


def _place_of(span: Span, text: str) -> tuple[int, int]:
    """Where the words of a span stand, white space and the shape of quotation marks aside."""
    words = r"\s+".join(re.escape(word) for word in span.words.split())
    for shapes in _QUOTES:
        words = re.sub(f"[{shapes}]", f"[{shapes}]", words)
    found = re.search(words, text)
    return found.span() if found else (0, 0)
