"""The error tree: each failed question in one leaf, the first step of the flow at which it went wrong."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from eval.gold import ABSTAINED, ANSWERED, METADATA_TYPES
from eval.metrics import exact_set
from eval.score import QuestionScore


class Leaf(StrEnum):
    """Where a question failed, in the order of the flow; what to mend stands in eval/README.md."""

    NO_ANSWER = "no answer came"
    ABSTAINED_WRONGLY = "abstained wrongly"
    ANSWERED_WRONGLY = "answered, should have abstained"
    NOT_UNDERSTOOD = "not understood"
    NOT_RETRIEVED = "not retrieved"
    NOT_CITED = "retrieved, not cited"
    CITED_WRONG = "cited, wrong"
    FACT_NOT_TOLD = "cited, fact not told"


def leaf_of(score: QuestionScore) -> Leaf | None:
    """The leaf of a question; None where it was answered right.

    A question that metadata answers completely and whose citations are not exact was not understood: nothing else stands between
    it and a whole answer. For the others, required evidence that is neither cited nor found by the search was not retrieved.
    """
    question = score.question
    if score.right:
        return None
    if score.status not in ANSWERED | ABSTAINED:
        return Leaf.NO_ANSWER
    if question.answerable and not score.answered:
        return Leaf.ABSTAINED_WRONGLY
    if not question.answerable:
        return Leaf.ANSWERED_WRONGLY
    if question.type in METADATA_TYPES and exact_set(score.citations) < 1:
        return Leaf.NOT_UNDERSTOOD
    required = frozenset(range(len(question.must)))
    if required - score.evidence - frozenset[int]().union(*score.ranking):
        return Leaf.NOT_RETRIEVED
    if required - score.evidence:
        return Leaf.NOT_CITED
    return Leaf.CITED_WRONG if score.wrongly_cited else Leaf.FACT_NOT_TOLD


def error_tree(scores: Iterable[QuestionScore]) -> dict[Leaf, int]:
    """Leaf -> number of questions, every leaf, in the order of the flow."""
    counted = Counter(leaf_of(score) for score in scores)
    return {leaf: counted[leaf] for leaf in Leaf}
