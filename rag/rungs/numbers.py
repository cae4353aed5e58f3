"""Numbers: every number, share, date, age, time and frequency of a claim is told by what it cites, of the same thing."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rag.claim import Claim
from rag.rungs.agreement import alike, bounds_agree, same_value
from rag.rungs.bounds import Bound
from rag.rungs.clauses import clauses
from rag.rungs.denial import denials
from rag.rungs.derived import follows, speaks_of_the_rest
from rag.rungs.quantities import Reading, read
from rag.rungs.quantity import Measure, Quantity
from rag.words import content_stems

# Weight of a word at the place next to a number; it falls with each content word between, and at a comma.
_FALL_AFTER = 0.5
_FALL_BEFORE = 0.6
_COMMA = 4.0
_REACH = 7
# What a word anywhere else in the sentence weighs, and the cosine of the sentence.
_FAR = 0.08
_NEARNESS = 0.4
# A number of another value must lie this much nearer than that of the right one to be the one that was meant.
_RATIO = 1.4
_MARGIN = 0.2
# What a word is worth that stands after the one number and before the other.
_OTHER_SIDE = 0.5
_JOINING = frozenset("and but while whereas".split())


_MODAL = re.compile(r"\b(?:may|might|can|could)\b")
_REST = re.compile(r"\b(?:remaining|remainder|rest|others?)\b")
# Bounds of "once" in a claim, and the words that say it.
_ONCE = (
    (
        {Bound.NONE, Bound.ONLY},
        re.compile(r"\bonce\b(?! (?:a|an|the|they|he|she|it|this|these|in post|there)\b)", re.IGNORECASE),
    ),
    (
        {Bound.OVER},
        re.compile(r"\b(?:twice|several times|many times|times|repeatedly|repeated|again)\b", re.IGNORECASE),
    ),
)
_STATISTICS = re.compile(r"\b(?:median|average|averages|averaged|(?:the|a) mean)\b")
# Stems of what bodies are called when they are counted, with what their names hold.
_BODIES = {
    "ccg": (_CCG := re.compile(r"\bCCG|Commissioning Group")),
    "ccgs": _CCG,
    "commission": _CCG,
    "trust": re.compile(r"Trust\b"),
    "council": re.compile(r"Council\b"),
    "provid": re.compile(r"(?!.*(?:Commissioning Group|Council|NHS England))"),
    "organis": re.compile(""),
    "bodi": re.compile(""),
}
_OF_AGE = 18 * 12
_NO_MORE = frozenset({Bound.NONE, Bound.ONLY, Bound.UP_TO, Bound.AT_MOST, Bound.WITHIN})


@dataclass(frozen=True, slots=True)
class Placed:
    """A quantity with the stems round it, each with its weight in (0, 1], and its sentence's cosine with the claim."""

    quantity: Quantity
    before: dict[str, float]
    after: dict[str, float]
    heads: frozenset[str]
    cosine: float = 0.0


@dataclass(frozen=True, slots=True)
class _Setting:
    """All that bears on the numbers of one claim.

    Attributes:
        claim: the words and their evidence.
        ours, theirs: the quantities of the claim, and of the evidence with its headings.
        rarity: stem -> weight of the words round the evidence's.
        may: whether the claim says "may" or "can".
        rest: whether claim or evidence speaks of the others, of a remainder, or denies.
        denies: whether the claim denies something.
        once: bounds under which the evidence says "once" without counting.
    """

    claim: Claim
    ours: tuple[Placed, ...]
    theirs: tuple[Placed, ...]
    rarity: dict[str, float]
    may: bool
    rest: bool
    denies: bool
    once: frozenset[Bound]


def objection(claim: Claim) -> str:
    """Why the numbers of a claim do not follow from its passages; "" where they do.

    A number of the claim needs one of the same value, unit and comparison in the evidence (in whatever writing), and no
    other number of its kind there may stand among the claim's words much more than that one does.
    """
    ours = placed(claim.text)
    if not ours:
        return ""
    if reason := _statistic(claim):
        return reason
    setting = _setting(claim, ours)
    for each in ours:
        if _counts_bodies(each, claim) or _is_once(each.quantity, setting.once):
            continue
        if reason := _against(each, setting):
            return reason
    return ""


def _setting(claim: Claim, ours: tuple[Placed, ...]) -> _Setting:
    theirs = [replace(each, cosine=sentence.cosine) for sentence in claim.evidence for each in placed(sentence.text)]
    for heading in {passage.heading for passage in claim.passages}:
        theirs.extend(placed(". ".join(heading)))
    texts = [sentence.text for sentence in claim.evidence]
    return _Setting(
        claim,
        ours,
        tuple(theirs),
        _rarity(theirs),
        may=_MODAL.search(claim.text) is not None,
        rest=any(_REST.search(text) for text in texts) or speaks_of_the_rest(claim),
        denies=any(denials(clause) for clause in clauses(claim.text)),
        once=frozenset(
            bound for bounds, words in _ONCE if any(words.search(text) for text in texts) for bound in bounds
        ),
    )


def _is_once(told: Quantity, said: Collection[Bound]) -> bool:
    """As in "just once" of "once", which alone counts nothing, and "more than once" of "several times"."""
    return told.unit == "times" and told.value == 1 and told.bound in said


def _counts_bodies(ours: Placed, claim: Claim) -> bool:
    """As in "the two trusts" of passages that name or address two without counting them."""
    kind = next((mark for head, mark in _BODIES.items() if head in ours.heads), None)
    if ours.quantity.measure is not Measure.COUNT or kind is None:
        return False
    named = [set(names) for passage in claim.passages for names in (passage.addressed_to, passage.organisations)]
    counts = {sum(1 for name in names if kind.search(name)) for names in (*named, set[str]().union(*named))}
    return ours.quantity.value > 1 and ours.quantity.value in counts


def _against(ours: Placed, setting: _Setting) -> str:
    told, theirs, rarity = ours.quantity, setting.theirs, setting.rarity
    days = [each.quantity for each in theirs if each.quantity.day is not None] if told.day is not None else []
    equal = [each for each in theirs if same_value(told, each.quantity, days)]
    others = [each for each in theirs if alike(told, each.quantity) and each not in equal]
    if not equal:
        if _may_be_unsaid(ours, others) or follows(told, setting.claim, [each.quantity for each in theirs]):
            return ""
        near = others or [each for each in theirs if told.measure is Measure.SHARE and each.quantity.whole]
        return _reason(told, max(near, key=lambda each: affinity(ours, each, rarity), default=None))
    if not any(_fits(told, each.quantity, setting) for each in equal):
        return _reason(told, max(equal, key=lambda each: affinity(ours, each, rarity)))
    if told.loose and told.measure is Measure.SPAN:
        return ""
    wholes = [each for each in others if told.whole and each.quantity.whole == told.whole]
    if told.whole and any(each.quantity.whole == told.whole for each in equal):
        others = wholes
    elif wholes and (
        false := [each for each in wholes if not (setting.rest and told.whole == each.quantity.value + told.value)]
    ):
        return _reason(told, false[0])
    if setting.rest and told.whole:
        others = [each for each in others if each.quantity.value + told.value != told.whole]
    best = max(equal, key=lambda each: affinity(ours, each, rarity))
    rival = _meant_instead(ours, best, others, setting.ours, rarity)
    return _reason(told, rival) if rival else ""


def _fits(told: Quantity, printed: Quantity, setting: _Setting) -> bool:
    """Whether the comparison under which a number is told follows from that of the evidence."""
    if bounds_agree(told, printed):
        return True
    if setting.may and {told.bound, printed.bound} == {Bound.UP_TO, Bound.NONE}:  # "may" says "up to" as well
        return True
    exceeded = told.bound is Bound.OVER and told.value == printed.value and printed.bound in _NO_MORE
    return setting.denies and exceeded  # "nobody waits longer than"


def _meant_instead(
    ours: Placed, best: Placed, others: Sequence[Placed], all_ours: Sequence[Placed], rarity: dict[str, float]
) -> Placed | None:
    """Another number of the evidence that stands among the words of the claim's much more than the equal one does."""
    straight = affinity(ours, best, rarity)
    for rival in others:
        crossed = affinity(ours, rival, rarity)
        if crossed <= straight * _RATIO + _MARGIN:
            continue
        owner = next((o for o in all_ours if o is not ours and same_value(o.quantity, rival.quantity, ())), None)
        if owner is None or crossed + affinity(owner, best, rarity) > (
            (straight + affinity(owner, rival, rarity)) * _RATIO + _MARGIN
        ):
            return rival
    return None


def _may_be_unsaid(ours: Placed, others: Sequence[Placed]) -> bool:
    """Whether a number of the claim needs no number in the evidence: "one practice" of "a practice", "under-18s" of "children"."""
    told = ours.quantity
    if told.measure is Measure.ORDINAL:
        return told.loose and not others
    if told.loose and told.measure is Measure.SPAN:
        return not any(each.quantity.loose for each in others)
    if told.loose:
        return not any(each.heads & ours.heads for each in others if not each.quantity.loose)
    if told.measure is Measure.AGE and told.value == _OF_AGE:
        return not others
    return told.measure is Measure.COUNT and told.value == 2 and not others


def affinity(ours: Placed, theirs: Placed, rarity: dict[str, float]) -> float:
    """How much the words round two numbers are the same: 0 for none, about 1 for one telling word next to both."""
    score = _NEARNESS * theirs.cosine
    for mine, same, other in ((ours.after, theirs.after, theirs.before), (ours.before, theirs.before, theirs.after)):
        for word, weight in mine.items():
            if nearness := max(same.get(word, 0.0), _OTHER_SIDE * other.get(word, 0.0)):
                score += weight * nearness * rarity.get(word, 1.0)
    return score


def _rarity(theirs: Iterable[Placed]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for each in theirs:
        for words in (each.before, each.after):
            for word, weight in words.items():
                weights[word] = weights.get(word, 0.0) + weight
    return {word: 1 / weight**0.5 for word, weight in weights.items() if weight > 1}


@lru_cache(maxsize=20_000)
def placed(sentence: str) -> tuple[Placed, ...]:
    """The quantities of a sentence with the words round each."""
    reading = read(sentence)
    return tuple(
        Placed(quantity, *_around(reading, quantity), _heads(reading, quantity)) for quantity in reading.quantities
    )


def _heads(reading: Reading, quantity: Quantity) -> frozenset[str]:
    """The first words that follow, up to a stop: what is counted."""
    heads: list[str] = []
    for place in range(quantity.end, min(quantity.end + 5, len(reading.tokens))):
        if reading.tokens[place].kind == "stop" or len(heads) == 2:
            break
        if _tells(reading.stems[place]):
            heads.append(reading.stems[place])
    return frozenset(heads)


def _around(reading: Reading, quantity: Quantity) -> tuple[dict[str, float], dict[str, float]]:
    """Words before and after a quantity with their weights."""
    sides = []
    for places, fall in (
        (range(quantity.start - 1, -1, -1), _FALL_BEFORE),
        (range(quantity.end, len(reading.tokens)), _FALL_AFTER),
    ):
        weights: dict[str, float] = {}
        distance = 0.0
        for place in places:
            token = reading.tokens[place]
            word = reading.stems[place] or (token.low if token.kind == "number" else "")
            if token.kind == "stop" or token.low in _JOINING:
                distance += _COMMA
            elif _tells(word):
                weights.setdefault(word, 1 / (1 + fall * distance) if distance <= _REACH else _FAR)
                distance += 1
        sides.append(weights)
    return sides[0], sides[1]


@lru_cache(maxsize=20_000)
def _tells(word: str) -> bool:
    return word.isdigit() or (len(word) > 1 and bool(content_stems(word)))


def _statistic(claim: Claim) -> str:
    """A median is no mean, and neither is the other where only one is told."""
    told = {word for word in _STATISTICS.findall(claim.text.lower())}
    printed = {word for each in claim.passages for word in _STATISTICS.findall(each.text.lower())}
    for word in told:
        if printed and (word == "median") != ("median" in printed):
            return f'"{word}" is not what is cited: there it says "{min(printed)}"'
    return ""


def _reason(told: Quantity, instead: Placed | None) -> str:
    if instead is None:
        return f'"{told.printed}" is not told by what is cited'
    return f'"{told.printed}" is not what is cited for it: there it says "{instead.quantity.printed}"'
