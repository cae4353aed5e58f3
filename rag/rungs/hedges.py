"""Hedges: "some", "usually", "may", "plans to", "in three of five" stay in a claim, and nothing is claimed of all that is told of some."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.claim import Claim
from rag.rungs import hedge_words as words_of
from rag.rungs.bounds import Bound
from rag.rungs.clauses import Clause, Ground, Rest, clauses, rests, stem_of
from rag.rungs.denial import denials
from rag.rungs.phrases import Phrases
from rag.rungs.quantities import read
from rag.rungs.quantity import Measure, Quantity

# Share of the words of a clause that must stand in the ground for its hedge to bear on the clause.
_ENOUGH = 0.6
_NEARLY_ALL = 0.8
_MEANT_ENOUGH = 0.3
_RATIO_ENOUGH = 0.4
_ALMOST_AS_GOOD = 0.75
_NEAR = 0.5
_VERY_NEAR = 0.8
_PRONOUNS = frozenset("them its their whom which it these those".split())


@dataclass(frozen=True, slots=True)
class Part:
    """A clause of the claim with its grounds, the words of it and of its neighbours, and those of the nearest evidence."""

    claim: Claim
    rest: Rest
    beside: tuple[str, ...]
    near: tuple[Clause, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the clause."""
        return self.rest.clause.words

    @property
    def ground(self) -> Ground:
        """The best ground."""
        return self.rest.grounds[0]


def objection(claim: Claim) -> str:
    """Why a claim says more than its passages do, of more cases or more surely; "" where it does not."""
    found = rests(claim)
    near = tuple(
        clause
        for each in claim.evidence
        if each.cosine >= claim.evidence[0].cosine * _NEAR
        for clause in clauses(each.text)
    )
    for place, rest in enumerate(found):
        if rest.grounds:
            beside = tuple(word for each in found[max(0, place - 1) : place + 2] for word in (*each.clause.words, ","))
            part = Part(claim, rest, beside, near)
            for rule in _RULES:
                if reason := rule(part):
                    return reason
    return ""


def _widened(part: Part) -> str:
    """Told of all or none where the evidence tells of some."""
    if word := _all(part.words):
        pool = _pool(part.rest)
        denied = denials(part.rest.clause) and any(has(words_of.TOLD_OF_NO_ONE, clause) for clause in pool)
        if not denied and not any(_tells_all(clause) for clause in pool):
            return _more(word, part)
        return ""
    word = has(words_of.NONE, part.rest.clause)
    said = (clause for each in part.claim.evidence for clause in clauses(each.text))
    if word and not any(has(words_of.TOLD_OF_NONE, clause) for clause in said):
        return _more(word, part)
    return ""


def _surer_denial(part: Part) -> str:
    """As in "never" where the evidence has "rarely" or "not always"."""
    word = has(words_of.SURELY_NOT, part.rest.clause)
    if not word or part.ground.share < _MEANT_ENOUGH or has(words_of.SCARCELY, part.rest.clause):
        return ""
    weak = has(words_of.SCARCELY, part.ground.clause)
    if weak and not any(has(words_of.SURELY_NOT, clause) for clause in part.ground.sentence):
        return f'"{word}" is more than what is cited says: there it is "{weak}"'
    return ""


def _flat_denial(part: Part) -> str:
    """As in "not at all" where the evidence has "not routinely" and denies nothing wholly."""
    word = has(words_of.FLATLY_NOT, part.rest.clause)
    if not word:
        return ""
    said = [clause for ground in part.rest.grounds[:2] for clause in ground.sentence]
    weak = next((found for clause in said if (found := has(words_of.NOT_WHOLLY, clause))), "")
    if not weak or any(has(words_of.FLATLY_NOT, clause) or "no" in clause.words for clause in said):
        return ""
    return f'"{word}" is more than what is cited says: there it is "{weak}"'


def _told_nowhere(part: Part) -> str:
    """A plan, a rule or a certainty of the claim that no word of the evidence speaks of."""
    for strong, proof in words_of.TOLD_SOMEWHERE:
        word = has(strong, part.rest.clause)
        if word and not any(has(proof, clause) for each in part.claim.evidence for clause in clauses(each.text)):
            return f'nothing that is cited says "{word}" of this'
    return ""


def _always_or_never(part: Part) -> str:
    for strong, proof in ((words_of.ALWAYS, words_of.TOLD_ALWAYS), (words_of.NEVER, words_of.TOLD_NEVER)):
        word = has(strong, part.rest.clause)
        if not word or words_of.ALMOST_NEVER.first(part.words) or words_of.BEFORE_ALL & set(part.words):
            continue
        if not any(has(proof, clause) for clause in part.near):
            return _more(word, part)
    return ""


def _of_a_ratio(part: Part) -> str:
    """As in "the practices" where the evidence tells it of two of the four practices."""
    if part.ground.share < _RATIO_ENOUGH or _is_partial(part.words) or words_of.RESERVED.first(part.beside):
        return ""
    for ground in part.rest.grounds[:3]:
        if ground.share < _RATIO_ENOUGH:
            break
        reading = read(_text(ground.clause.words))
        for quantity in reading.quantities:
            if not _is_part(quantity) or _is_told(quantity, part.claim):
                continue
            following = [token.low for token in reading.tokens[quantity.end : quantity.end + 5]]
            counted = {stem_of(word) for word in following if word not in _PRONOUNS}
            if quantity.whole and counted & part.rest.clause.stems:
                return _left_out(quantity.printed)
    return ""


def _unreserved(part: Part) -> str:
    """A hedge of the evidence left out."""
    word = has(words_of.RESERVED, part.ground.clause) if part.ground.share >= _ENOUGH else ""
    if not word or _is_partial(part.words if part.ground.share >= _NEARLY_ALL else part.beside):
        return ""
    if f"so {word}" in _text(part.ground.clause.words) or _keeps(word, part.beside):
        return ""
    return _left_out(word)


def _keeps(word: str, words: Sequence[str]) -> bool:
    """Whether these words have one of the same reserve."""
    return any(same.first(word.split()) and same.first(words) for same in words_of.SAME)


def _unreserved_ratio(part: Part) -> str:
    """Three of five told as if of all."""
    if part.ground.share < _ENOUGH or _is_partial(part.beside):
        return ""
    for quantity in read(_text(part.ground.clause.words)).quantities:
        if _is_part(quantity) and not _is_told(quantity, part.claim):
            return _left_out(quantity.printed)
    return ""


def _certain(part: Part) -> str:
    """What may be, told as what is."""
    word = has(words_of.MAY, part.ground.clause) if part.ground.share >= _MEANT_ENOUGH else ""
    if (
        not word
        or "if" in part.ground.clause.words
        or any(has(words_of.MODAL, each) for each in clauses(part.claim.text))
    ):
        return ""
    return _left_out(word)


def _done(part: Part) -> str:
    """What is planned, told as done."""
    word = has(words_of.MEANT, part.ground.clause) if part.ground.share >= _MEANT_ENOUGH else ""
    if not word or words_of.MEANT_OR_ASKED.first(part.beside):
        return ""
    return f'what is cited says "{word}" of this, and the claim tells it as done'


def _begun(part: Part) -> str:
    """As in "has now" and "has since" where the evidence only has plans."""
    word = has(words_of.BEGUN, part.rest.clause)
    if not word or denials(part.rest.clause) or any(has(words_of.MEANT, each) for each in clauses(part.claim.text)):
        return ""
    plan = next((found for clause in part.near if (found := has(words_of.PLAN, clause))), "")
    if plan and not any(has(words_of.BEGUN, clause) for clause in part.near):
        return f'"{word}" is more than what is cited says: there it is "{plan}"'
    return ""


def _most(part: Part) -> str:
    """Told of most where the evidence tells of a few."""
    word = has(words_of.MOST, part.rest.clause)
    if not word:
        return ""
    least = part.claim.evidence[0].cosine * _VERY_NEAR
    near = [clause for each in part.claim.evidence if each.cosine >= least for clause in clauses(each.text)]
    if any(has(words_of.TOLD_OF_MOST, clause) for clause in (*near, *_pool(part.rest))):
        return ""
    shares = [_share(each) for sentence in part.claim.evidence for each in read(sentence.text).quantities]
    if any(share is not None and share != 0.5 for share in shares):
        return ""
    return _more(word, part)


_RULES = (
    _widened,
    _surer_denial,
    _flat_denial,
    _told_nowhere,
    _always_or_never,
    _of_a_ratio,
    _unreserved,
    _unreserved_ratio,
    _certain,
    _done,
    _begun,
    _most,
)


@lru_cache(maxsize=50_000)
def has(phrases: Phrases, clause: Clause) -> str:
    """The first of these phrases in a clause, "" if there is none."""
    return phrases.first(clause.words)


def _all(words: Sequence[str]) -> str:
    """A word of the claim that speaks of all; "" if there is none, or if it counts ("all nine") or times ("every week")."""
    for place, word in enumerate(words):
        if word not in words_of.ALL or (place and words[place - 1] in {*words_of.BEFORE_ALL, "for"}):
            continue
        after = words[place + 1] if place + 1 < len(words) else ""
        counts = after.isdigit() or after in words_of.NUMERALS or words[place + 1 : place + 3] == ("of", "the")
        if word == "all" and (counts or after in words_of.AFTER_ALL):
            continue
        units = {each.removesuffix("s") for each in words[place + 1 : place + 3]}
        if word == "every" and (counts or units & words_of.PERIODS):
            continue
        return word
    return ""


@lru_cache(maxsize=20_000)
def _tells_all(clause: Clause) -> bool:
    """Whether a clause speaks of all: by a word, but not "nearly all", or by a count of all there are."""
    words = clause.words
    if phrase := words_of.NOT_QUITE_ALL.first(words):
        words = tuple(" ".join(words).replace(phrase, "").split())
    return bool(words_of.TOLD_OF_ALL.first(words)) or any(
        each.whole and each.value == each.whole for each in read(_text(clause.words)).quantities
    )


def _is_partial(words: tuple[str, ...]) -> bool:
    """Whether words keep some reserve, or a number."""
    return bool(words_of.PART.first(words)) or any(
        each.measure is Measure.SHARE or (each.measure is Measure.COUNT and each.bound not in {Bound.UNDER, Bound.OVER})
        for each in read(_text(words)).quantities
    )


def _share(quantity: Quantity) -> float | None:
    if quantity.measure is Measure.SHARE:
        return float(quantity.value)
    return float(quantity.value / quantity.whole) if quantity.whole else None


def _is_part(quantity: Quantity) -> bool:
    share = _share(quantity)
    return share is not None and share < 1


def _is_told(quantity: Quantity, claim: Claim) -> bool:
    return any(each.value == quantity.value for each in read(claim.text).quantities)


def _pool(rest: Rest) -> list[Clause]:
    """Clauses of the sentences that the clause may rest on."""
    least = rest.grounds[0].share * _ALMOST_AS_GOOD
    return [clause for ground in rest.grounds[:4] if ground.share >= least for clause in ground.sentence]


def _text(words: Sequence[str]) -> str:
    return " ".join(words)


def _more(word: str, part: Part) -> str:
    return f'"{word}" is more than what is cited says: "{_text(part.ground.clause.words)}"'


def _left_out(said: str) -> str:
    return f'what is cited says "{said}" of this, and the claim leaves it out'
