"""Two runs on the same questions: paired differences with intervals, and the questions that turned."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eval.gold import GoldQuestion
from eval.metrics import difference_interval, mean
from eval.score import QuestionScore
from eval.summary import MEASURES, values


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric in two runs, over the questions that count for it in both.

    `difference` is after - before, its mean over the questions; `low` and `high` its 95% bootstrap interval.
    """

    metric: str
    n: int
    before: float
    after: float
    difference: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Pairs:
    """Questions of two runs.

    Attributes:
        before, after: scores of the questions that both runs were asked in the same words with the same evidence, same order.
        changed: ids of questions that are in both, but not the same.
        lost: ids of questions that only the first run was asked.
        new: ids of questions that only the second was asked.
    """

    before: tuple[QuestionScore, ...]
    after: tuple[QuestionScore, ...]
    changed: tuple[str, ...]
    lost: tuple[str, ...]
    new: tuple[str, ...]


def paired(before: Iterable[QuestionScore], after: Iterable[QuestionScore]) -> Pairs:
    """Pair the questions of two runs by id, order of the first."""
    first = {score.question.id: score for score in before}
    second = {score.question.id: score for score in after}
    common = [i for i in first if i in second]
    same = [i for i in common if _as_asked(first[i].question) == _as_asked(second[i].question)]
    return Pairs(
        before=tuple(first[i] for i in same),
        after=tuple(second[i] for i in same),
        changed=tuple(i for i in common if i not in set(same)),
        lost=tuple(i for i in first if i not in second),
        new=tuple(i for i in second if i not in first),
    )


def _as_asked(question: GoldQuestion) -> GoldQuestion:
    """The question without the remark on what it is for."""
    return question.model_copy(update={"why": ""})


def differences(pairs: Pairs) -> dict[str, Difference]:
    """Every metric that a question has a value of, by name; metrics that no pair counts for are left out."""
    found: dict[str, Difference] = {}
    for name, measure in MEASURES.items():
        before, after = values(measure, pairs.before), values(measure, pairs.after)
        ids = [i for i in before if i in after]
        if ids:
            steps = [after[i] - before[i] for i in ids]
            means = mean([before[i] for i in ids]), mean([after[i] for i in ids])
            found[name] = Difference(name, len(ids), *means, mean(steps), *difference_interval(steps))
    return found


def turned(pairs: Pairs) -> Mapping[str, Sequence[tuple[QuestionScore, QuestionScore]]]:
    """Questions that became right and those that became wrong, as (before, after)."""
    both = list(zip(pairs.before, pairs.after, strict=True))
    return {
        "became right": [(a, b) for a, b in both if b.right and not a.right],
        "became wrong": [(a, b) for a, b in both if a.right and not b.right],
    }
