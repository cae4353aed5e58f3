"""Negation: what a claim denies is denied by its evidence, and what it affirms affirmed, in whatever words."""

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from rag.claim import Claim
from rag.rungs.clauses import Clause, Rest, clauses, rests, stem_of
from rag.rungs.denial import Word, contraries, denials, doubts, signed

# Share of a clause's words that must stand in the ground before the two can be held against each other.
_ENOUGH = 0.6
# Telling words that a clause must have to be held against another as a whole.
_TELLING = 3
_CONTRARY = 0.4
_SOMEONE_ENOUGH = 0.35
_ALMOST_AS_GOOD = 0.8
# Share of a claim's words, in their order, that make it a repetition of a sentence, and how many there must be.
_REPEATED = 0.85
_LEAST_REPEATED = 4
_DENIED_WHOLE = re.compile(r"\bit (?:is|was) (?:not true|untrue|false|wrong|incorrect|not the case)(?: to say)? that ")
_NOT = frozenset(
    "not no never cannot none nor neither nobody nothing without fail fails failed failing unable lack lacks lacked lacking".split()
)
# Share of the other words of two clauses that must be the same for a word denied in one and affirmed in the other.
_AFFIRMED = 0.34
_DENIED = 0.75

_NO_LONGER = re.compile(r"\b(?:no longer|any more|not any longer)\b")
_CHANGED = re.compile(
    r"\b(?:no longer|any more|already|stopped|ceased|ended|until|previously|formerly|used to|now|since|had been|has been|lapsed)\b"
)
_AS_WELL = re.compile(r"\b(?:also|as well|too(?= [,.]|$)|both)\b")
_SOMEONE = re.compile(r"\b(?:someone|somebody|everyone|everybody|a colleague|something|in place)\b")
_NO_ONE = re.compile(r"\b(?:nobody|no one|none|nothing|no|not)\b")


def objection(claim: Claim) -> str:
    """Why what a claim denies or affirms is not so in its passages; "" where nothing speaks against it."""
    if reason := _word_for_word_but_for_not(claim):
        return reason
    found = rests(claim)
    for place, rest in enumerate(found):
        if rest.grounds:
            beside = [each.clause for each in found[max(0, place - 1) : place + 2]]
            for rule in (_denied, _contrary, _nobody, _as_well):
                if reason := rule(rest, beside):
                    return reason
    if not claim.evidence:
        return ""
    ours, theirs = [claim.text], [evidence.text for evidence in claim.evidence]
    if _NO_LONGER.search(claim.text.lower()) and not any(_CHANGED.search(text.lower()) for text in theirs):
        return '"no longer" is not what is cited: nothing there says that it has changed'
    if word := _crossed(theirs, ours, _AFFIRMED):
        return f'"{word}" is affirmed here and denied in what is cited'
    if word := _crossed(ours, theirs, _DENIED):
        return f'"{word}" is denied here and affirmed in what is cited'
    return ""


def _denied(rest: Rest, beside: Sequence[Clause]) -> str:
    """Affirmed, where the clause that it rests on denies."""
    ground = rest.grounds[0]
    if (
        len(rest.clause.stems) < _TELLING
        or ground.share < _ENOUGH
        or not denials(ground.clause)
        or doubts(rest.clause)
        or any(denials(each) for each in beside)
    ):
        return ""
    return _reason("is denied in what is cited", rest.clause, ground.clause)


def _contrary(rest: Rest, beside: Sequence[Clause]) -> str:
    ground = rest.grounds[0]
    if ground.share < _CONTRARY:
        return ""
    near = [each for each in rest.grounds if each.share >= ground.share * _ALMOST_AS_GOOD]
    pool = [clause for each in near for clause in each.sentence]
    if pair := contraries(rest.clause, ground.clause, pool, beside):
        return f'"{pair[0]}" is not what is cited: there it says "{pair[1]}"'
    return ""


def _nobody(rest: Rest, beside: Sequence[Clause]) -> str:
    """As in "a colleague steps in" where the evidence has "no cover"."""
    ours, ground = " ".join(rest.clause.words), rest.grounds[0]
    if ground.share < _SOMEONE_ENOUGH or not _SOMEONE.search(ours) or any(denials(each) for each in beside):
        return ""
    if doubts(rest.clause) or not denials(ground.clause) or not _NO_ONE.search(" ".join(ground.clause.words)):
        return ""
    return _reason("is denied in what is cited", rest.clause, ground.clause)


def _as_well(rest: Rest, beside: Sequence[Clause]) -> str:
    """As in "and also to carers" where the evidence has "but not to carers"."""
    ground = rest.grounds[0]
    sentence = [word for clause in ground.sentence for word in clause.words]
    if not _AS_WELL.search(" ".join(rest.clause.words)) or _AS_WELL.search(" ".join(sentence)):
        return ""
    if any(doubts(each) for each in beside) or not any(denials(each) for each in ground.sentence):
        return ""
    return _reason("is more than what is cited says", rest.clause, ground.clause)


def _crossed(denying: Iterable[str], affirming: Sequence[str], enough: float) -> str:
    """A word that one side denies directly and the other affirms wherever it has it, in clauses of the same matter; "" if none."""
    places = [
        (clause, _stands_denied(sentence, place), frozenset(word.stem for word in signed(clause)))
        for sentence in (clauses(text) for text in affirming)
        for place, clause in enumerate(sentence)
    ]
    for text in denying:
        for clause in clauses(text):
            for word in signed(clause):
                if word.denied and (found := _affirmed(word, clause, places, enough)):
                    return found
    return ""


def _affirmed(word: Word, clause: Clause, places: Sequence[tuple[Clause, bool, frozenset[str]]], enough: float) -> str:
    holding = [(other, denied) for other, denied, stems in places if word.stem in stems]
    if not holding or any(denied or not _is_free(other, clause, word) for other, denied in holding):
        return ""
    for other, _ in holding:
        around = (clause.stems & other.stems) - {word.stem}
        least = max(1, min(len(clause.stems), len(other.stems)) - 1)
        if around and len(around) / least >= enough:
            return word.text
    return ""


def _stands_denied(sentence: Sequence[Clause], place: int) -> bool:
    return any(denials(clause) for clause in sentence[max(0, place - 1) : place + 2])


def _is_free(clause: Clause, other: Clause, word: Word) -> bool:
    """Whether a clause has no word that may itself mean a denial, but those that the other clause has too."""
    return not doubts(clause, frozenset(stem_of(each) for each in other.words) | {word.stem})


def _reason(how: str, ours: Clause, theirs: Clause) -> str:
    return f'"{" ".join(ours.words)}" {how}: there it says "{" ".join(theirs.words)}"'


def _word_for_word_but_for_not(claim: Claim) -> str:
    """A claim that repeats a sentence, or a part of one, but has a "not" more or less in it."""
    ours = _tokens(claim.text)
    mine = [word for word in ours if word not in _NOT]
    for sentence in claim.evidence:
        theirs = _tokens(sentence.text)
        bare = [(place, word) for place, word in enumerate(theirs) if word not in _NOT]
        blocks = SequenceMatcher(None, mine, [word for _, word in bare], autojunk=False).get_matching_blocks()[:-1]
        if len(mine) < _LEAST_REPEATED or sum(block.size for block in blocks) < _REPEATED * len(mine):
            continue
        first, last = bare[blocks[0].b][0], bare[blocks[-1].b + blocks[-1].size - 1][0]
        # A "not" just before the part that is repeated belongs to it.
        repeated = theirs[max(0, first - 1) : last + 1]
        if sum(word in _NOT for word in ours) != sum(word in _NOT for word in repeated):
            return f'"{claim.text}" has a "not" more or less than what is cited: there it says "{sentence.text}"'
        return ""
    return ""


def _tokens(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", _DENIED_WHOLE.sub("not ", re.sub(r"n['’]t\b", " not", text.lower())))
