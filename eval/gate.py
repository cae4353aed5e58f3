"""The gate: no tolerance where the answer would be false; for the rest, no fall behind the committed baseline run."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.compare import Difference, Pairs, differences, paired, turned
from eval.gold import ABSTAINED, ANSWERED, METADATA_TYPES
from eval.proof import QuoteVerdict
from eval.score import QuestionScore
from eval.summary import Figure
from index.errors import ClasQAError

BASELINE = Path(__file__).resolve().parent / "baseline"
# A fall of the mean by more is a regression even where its interval reaches 0: twelve questions of eight hundred.
GREATEST_FALL = 0.015
# Held by zero tolerance instead, or told by the others.
_NOT_PAIRED = frozenset({"exact_lane_complete", "exact_set", "success@1", "success@5"})
_LOWER_IS_BETTER = frozenset({"organisation_leak", "latency_p50_ms", "latency_p95_ms"})


class GateError(ClasQAError):
    """A floor names no metric or is no number."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate found.

    Attributes:
        breaches: one line each; none where the run passes.
        compared: what was held against the baseline, by metric.
        became_wrong: ids of the questions that were right in the baseline.
    """

    breaches: tuple[str, ...]
    compared: Mapping[str, Difference]
    became_wrong: tuple[str, ...]


def gate(scores: Sequence[QuestionScore], baseline: Sequence[QuestionScore]) -> Gate:
    """Hold a run against the rules, over all questions of both halves.

    No tolerance: an id, or a mark in the text, that names no passage or was not cited; a quote, or a sentence called verbatim, that
    is not verbatim in its passage; a citation about other organisations only; "12 of 12" where it is not; an answer that did not
    come; a metadata question that the baseline answered right and this run does not, or no longer calls complete.
    Against the baseline, question by question: a metric whose mean falls by more than GREATEST_FALL, or whose whole 95% interval
    lies below 0. Questions that only the baseline was asked, or in other words or with other evidence, are a breach: an easier test
    proves nothing, and a changed one needs a new baseline.
    """
    pairs = paired(baseline, scores)
    compared = {name: step for name, step in differences(pairs).items() if name not in _NOT_PAIRED}
    fallen = [
        f"{name} fell from {step.before:.3f} to {step.after:.3f} on {step.n} questions: "
        f"{step.difference:+.3f} ({step.low:+.3f} to {step.high:+.3f})"
        for name, step in compared.items()
        if step.difference < -GREATEST_FALL or step.high < 0
    ]
    breaches = (*_never(scores), *_incomplete_now(pairs), *_not_comparable(pairs), *fallen)
    return Gate(breaches, compared, tuple(after.question.id for _, after in turned(pairs)["became wrong"]))


def _never(scores: Iterable[QuestionScore]) -> Iterable[str]:
    for score in scores:
        name = score.question.id
        if not all(score.ids_valid):
            yield f"{name}: id_validity: {score.ids_valid.count(False)} ids or marks name no passage that was cited"
        for verdict in sorted({*score.quotes} - {QuoteVerdict.SUPPORTED}):
            yield f"{name}: quote_fidelity: {score.quotes.count(verdict)} quotes are {verdict}"
        if score.leaked:
            yield f"{name}: organisation_leak: {', '.join(score.leaked)} is about others than were asked about"
        if score.question.answerable and score.claims_complete and not score.claim_true:
            yield f"{name}: exact_lane_complete: the answer says how complete it is, and is not: {_cited(score)}"
        if score.status not in ANSWERED | ABSTAINED:
            yield f"{name}: no answer came ({score.status})"


def _incomplete_now(pairs: Pairs) -> Iterable[str]:
    for before, after in zip(pairs.before, pairs.after, strict=True):
        if before.question.type not in METADATA_TYPES:
            continue
        name = after.question.id
        if before.right and not after.right:
            facts = f"{sum(after.facts_found)} of {len(after.facts_found)} facts"
            yield f"{name}: exact_lane_complete: {_cited(after)}, {facts}; right in the baseline"
        elif before.claims_complete and not after.claims_complete:
            yield f"{name}: exact_lane_complete: the answer no longer says how complete it is"


def _cited(score: QuestionScore) -> str:
    counts = score.citations
    return f"{counts.found} of {counts.required} passages cited, {len(score.wrongly_cited)} others"


def _not_comparable(pairs: Pairs) -> Iterable[str]:
    anew = "`python -m eval baseline NAME` makes a run the new one"
    for ids, what in ((pairs.lost, "of the baseline were not asked"), (pairs.changed, f"have changed since; {anew}")):
        if ids:
            yield f"{len(ids)} questions {what}: {', '.join(ids[:5])}{' …' if len(ids) > 5 else ''}"
    if not pairs.before:
        yield f"no question is the same as in the baseline; {anew}"


def parse_floor(written: str) -> tuple[str, float]:
    """A floor as typed: "citation_f1=0.9".

    Raises:
        GateError: it is not NAME=NUMBER.
    """
    name, _, value = written.partition("=")
    try:
        floor = float(value)
    except ValueError as exc:
        raise GateError(f"a floor is written NAME=NUMBER, not {written!r}") from exc
    if not math.isfinite(floor):
        raise GateError(f"a floor is a finite number, not {written!r}")
    return name.strip(), floor


def below(figures: Mapping[str, Figure], floors: Mapping[str, float]) -> list[str]:
    """The floors that are not met, one line each; a metric that no question counted for meets none.

    Raises:
        GateError: a floor names no metric.
    """
    known = [name for name in figures if name not in _LOWER_IS_BETTER]
    if unknown := sorted(set(floors) - set(known)):
        raise GateError(f"no metric with a floor: {', '.join(unknown)}; known: {', '.join(known)}")
    found = []
    for name, floor in floors.items():
        value = figures[name].value
        if value is None or value < floor:
            found.append(f"{name} is {'not measured' if value is None else format(value, '.4f')}, the floor is {floor}")
    return found
