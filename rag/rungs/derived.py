"""Numbers that nobody printed and no careful reader disputes: what is left, the difference, the total, a share of counts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

from rag.claim import Claim
from rag.rungs.agreement import alike, rounds, same_value
from rag.rungs.bounds import Bound
from rag.rungs.clauses import clauses
from rag.rungs.denial import denials, doubts
from rag.rungs.quantities import read
from rag.rungs.quantity import Measure, Quantity

_HALVED_OR_DOUBLED = frozenset("halved halving double doubled doubling".split())
_ALL_BUT = re.compile(r"\b(?:all but|apart from|except|remaining|remainder|rest|others?|only|just)\b", re.IGNORECASE)
_TOTAL = re.compile(
    r"\b(?:in all|in total|altogether|between them|between the|together|combined|total of|all told|a total)\b",
    re.IGNORECASE,
)
_MORE = r"(?:more|fewer|less|longer|shorter|sooner|later|earlier|older|younger|above|below|ahead|behind|higher|lower)"
# Bounds of a share that is told by a rounder one.
_ROUNDING = frozenset({Bound.OVER, Bound.UNDER, Bound.NEARLY})
_LEAST_WHOLE = 3
# Counted things that are added or subtracted; shares and dates are not.
_ADDED = frozenset({Measure.COUNT, Measure.SPAN, Measure.MONEY, Measure.AGE})


def follows(told: Quantity, claim: Claim, theirs: Sequence[Quantity]) -> bool:
    """Whether a number of the claim is what the evidence's come to.

    What is left of a whole, where claim or evidence denies; days or hours from one to another; half or double of a number; points
    between two shares; a share of two counts of one sentence; a difference or a total, where the claim says that it is one.
    """
    return (
        _left_of_whole(told, claim, theirs)
        or _share_left(told, claim)
        or _between(told, theirs)
        or _share_of_counts(told, claim)
        or _difference_or_total(told, claim.text, theirs)
    )


def _left_of_whole(told: Quantity, claim: Claim, theirs: Sequence[Quantity]) -> bool:
    """As in "22 of the 31 had not" of "nine of 31 had"."""
    if told.measure is not Measure.COUNT:
        return False
    left = [each.whole - each.value for each in theirs if each.whole]
    left += [told.whole * (1 - each.value) for each in theirs if told.whole and each.measure is Measure.SHARE]
    return told.value in left and speaks_of_the_rest(claim)


def speaks_of_the_rest(claim: Claim) -> bool:
    """Whether claim or evidence denies, or the claim speaks of all but some."""
    texts = (claim.text, *(sentence.text for sentence in claim.evidence))
    return _ALL_BUT.search(claim.text) is not None or any(
        denials(clause) or doubts(clause) for text in texts for clause in clauses(text)
    )


def _share_left(told: Quantity, claim: Claim) -> bool:
    """As in "two in five had none" of "60% had one"."""
    if told.measure is not Measure.SHARE:
        return False
    denied = any(denials(clause) for clause in clauses(claim.text))
    shares = [
        each
        for sentence in claim.evidence
        if denied or any(denials(clause) or doubts(clause) for clause in clauses(sentence.text))
        for each in read(sentence.text).quantities
        if each.measure is Measure.SHARE
    ]
    if told.bound in _ROUNDING:
        exact = [1 - each.value for each in shares if each.bound in {Bound.NONE, Bound.ONLY}]
        return any(rounds(told.value, each, told.bound) for each in exact)
    left = [
        replace(each, value=1 - each.value) for each in shares if each.bound in {Bound.NONE, Bound.ABOUT, Bound.ONLY}
    ]
    return told.bound in {Bound.NONE, Bound.ABOUT} and any(same_value(told, each, ()) for each in left)


def _between(told: Quantity, theirs: Sequence[Quantity]) -> bool:
    shares = [each for each in theirs if each.measure is Measure.SHARE]
    if told.measure is Measure.POINTS:
        return any(left.value - right.value == told.value / 100 for left in shares for right in shares)
    if told.measure is Measure.SPAN and told.unit in {"minute", "working day"}:
        clocks = [each.value for each in theirs if each.measure is Measure.CLOCK]
        if told.unit == "minute" and any(abs(left - right) == told.value for left, right in combinations(clocks, 2)):
            return True
        days = {(each.day.month, each.day.day) for each in theirs if each.day is not None and each.day.day}
        return any(
            month == other and (last - first + 1) * 1440 == told.value * (1440 if told.unit == "working day" else 1)
            for month, first in days
            for other, last in days
            if first and last
        )
    if told.printed.lower() in _HALVED_OR_DOUBLED:
        printed = [each.number for each in theirs]
        return any(left and right and left == 2 * right for left in printed for right in printed)
    return False


def _share_of_counts(told: Quantity, claim: Claim) -> bool:
    """As in "a third of them" of "three of the nine"."""
    if told.measure is not Measure.SHARE:
        return False
    return any(
        told.value == share or rounds(told.value, share, told.bound)
        for sentence in claim.evidence
        for share in _shares(sentence.text)
    )


def _shares(sentence: str) -> Iterator[Fraction]:
    counts = [each.value for each in read(sentence).quantities if each.measure is Measure.COUNT]
    for left, right in combinations(counts, 2):
        low, high = sorted((left, right))
        if 0 < low < high >= _LEAST_WHOLE:
            yield low / high


def _difference_or_total(told: Quantity, text: str, theirs: Sequence[Quantity]) -> bool:
    if told.measure not in _ADDED:
        return False
    printed = re.escape(told.printed)
    pairs = [pair for pair in combinations(theirs, 2) if all(alike(told, each) for each in pair)]
    is_difference = re.search(
        rf"\b(?:by (?:\w+ )?{printed}\b|{printed} (?:\w+ ){{0,3}}?{_MORE}\b)", text, re.IGNORECASE
    )
    if is_difference and any(abs(left.value - right.value) == told.value for left, right in pairs):
        return True
    return _TOTAL.search(text) is not None and any(left.value + right.value == told.value for left, right in pairs)
