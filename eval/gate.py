"""The gate: no tolerance where the answer would be false; for the rest, no fall behind the committed baseline run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.compare import Difference, Pairs, differences, paired
from eval.gold import METADATA_TYPES
from eval.proof import QuoteVerdict
from eval.score import QuestionScore
from eval.summary import Figure
from index.errors import ClasQAError

BASELINE = Path(__file__).resolve().parent / "baseline"
# A fall of the mean by more is a regression even where its interval reaches 0: three questions of two hundred.
GREATEST_FALL = 0.015
# Held by zero tolerance instead, or told by the others.
_NOT_PAIRED = frozenset({"exact_lane_complete", "exact_set", "success@1", "success@5"})


class GateError(ClasQAError):
    """A floor names no metric or is no number."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate found: `breaches` is empty where the run passes; `compared` says what was held against the baseline."""

    breaches: tuple[str, ...]
    compared: Mapping[str, Difference]


def gate(scores: Sequence[QuestionScore], baseline: Sequence[QuestionScore]) -> Gate:
    """Hold a run against the rules, over all questions of both halves.

    No tolerance: an id that names no passage or was not cited, a quote that is not verbatim in its passage, a citation about
    other organisations only, an answer that claims to be complete and is not, a metadata question that the baseline answered
    completely and this run does not, an answer that did not come.
    Against the baseline, question by question: a metric whose mean falls by more than GREATEST_FALL, or whose whole 95% interval
    lies below 0. Questions that only the baseline was asked are a breach: an easier test proves nothing.
    """
    pairs = paired(baseline, scores)
    compared = {name: step for name, step in differences(pairs).items() if name not in _NOT_PAIRED}
    fallen = [
        f"{name} fell from {step.before:.3f} to {step.after:.3f} on {step.n} questions: "
        f"{step.difference:+.3f} ({step.low:+.3f} to {step.high:+.3f})"
        for name, step in compared.items()
        if step.difference < -GREATEST_FALL or step.high < 0
    ]
    return Gate((*_never(scores), *_incomplete_now(pairs), *_not_comparable(pairs), *fallen), compared)


def _never(scores: Iterable[QuestionScore]) -> Iterable[str]:
    for score in scores:
        name = score.question.id
        if not all(score.ids_valid):
            yield f"{name}: id_validity: {score.ids_valid.count(False)} ids name no passage that was cited"
        for verdict in sorted({*score.quotes} - {QuoteVerdict.SUPPORTED}):
            yield f"{name}: quote_fidelity: {score.quotes.count(verdict)} quotes are {verdict}"
        if score.leaked:
            yield f"{name}: organisation_leak: {', '.join(score.leaked)} is about others than were asked about"
        if score.question.answerable and score.claims_complete and not score.complete:
            found, required = score.citations.found, score.citations.required
            yield f"{name}: exact_lane_complete: the answer claims to be complete with {found} of {required}"
        if score.status in {"error", "missing"}:
            yield f"{name}: no answer came ({score.status})"


def _incomplete_now(pairs: Pairs) -> Iterable[str]:
    for before, after in zip(pairs.before, pairs.after, strict=True):
        whole, still = (s.answered and s.complete and all(s.facts_found) for s in (before, after))
        if before.question.type in METADATA_TYPES and whole and not still:
            found, facts = after.citations, after.facts_found
            told = f"{found.found} of {found.required} passages, {sum(facts)} of {len(facts)} facts"
            yield f"{after.question.id}: exact_lane_complete: {told}; the baseline had them all"


def _not_comparable(pairs: Pairs) -> Iterable[str]:
    if pairs.lost:
        yield f"{len(pairs.lost)} questions of the baseline were not asked: {', '.join(pairs.lost[:5])} …"
    if not pairs.before:
        yield "no question is the same as in the baseline; `python -m eval baseline NAME` makes a run the new one"


def parse_floor(written: str) -> tuple[str, float]:
    """A floor as typed: "citation_f1=0.9".

    Raises:
        GateError: it is not NAME=NUMBER.
    """
    name, _, value = written.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError as exc:
        raise GateError(f"a floor is written NAME=NUMBER, not {written!r}") from exc


def below(figures: Mapping[str, Figure], floors: Mapping[str, float]) -> list[str]:
    """The floors that are not met, one line each; a metric that no question counted for meets none.

    Raises:
        GateError: a floor names no metric.
    """
    if unknown := sorted(set(floors) - set(figures)):
        raise GateError(f"no metric {', '.join(unknown)}; known: {', '.join(figures)}")
    found = []
    for name, floor in floors.items():
        value = figures[name].value
        if value is None or value < floor:
            found.append(f"{name} is {'not measured' if value is None else format(value, '.4f')}, the floor is {floor}")
    return found
