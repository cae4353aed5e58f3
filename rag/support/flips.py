"""Small changes that turn a true sentence false, by rule: a "not" more or less, a contrary, a hedge dropped, another speaker or team."""

import random
import re
from collections.abc import Callable, Iterable

Flipped = tuple[str, tuple[tuple[int, int], ...]]

_VERB = r"is|are|was|were|has|have|had|does|do|did|can|could|will|would|should|may|might|must"
_NOT = re.compile(rf"\b(?:{_VERB})(?P<out> not|n['’]t)\b", re.IGNORECASE)
_AFFIRMED = re.compile(rf"\b(?:{_VERB})\b(?! not\b|n['’]t\b| no\b| never\b)", re.IGNORECASE)
_PAIRS = (
    "adequate inadequate|clear unclear|consistent inconsistent|consistently inconsistently|aware unaware|appropriate inappropriate|"
    "effective ineffective|complete incomplete|good poor|strong weak|well poorly|improved worsened|rose fell|rises falls|rising falling|"
    "increased decreased|increase decrease|higher lower|high low|more fewer|before after|with without|always never|early late|"
    "quickly slowly|easy hard|most few|better worse|include exclude|regularly rarely|robust fragile|timely delayed|able unable|"
    "satisfied dissatisfied|known unknown|often seldom|longer shorter|larger smaller|first last|inside outside|above below|up down|"
    "present absent|best worst|confident unsure|praised criticised|began stopped|everyone nobody|anyone nobody"
)
_CONTRARY = {word: other for pair in _PAIRS.split("|") for word, other in (pair.split(), pair.split()[::-1])}
_STRONGER = dict(
    pair.split(": ")
    for pair in (
        "most: all; some: all; many: all; several: all; few: no; often: always; usually: always; sometimes: always; "
        "generally: always; mostly: always; mainly: only; limited: no; may: will; might: will; can: always; "
        "could: did; nearly: more than; almost: over; about: exactly; plans to: has begun to; "
        "planned to: had begun to; is to: does; are to: do; hopes to: will; not all: none; not always: never; "
        "not routinely: never; not consistently: never; not yet: never; in some cases: in every case; "
        "in one case: in many cases; one: each; partly: wholly; part of: all of; at least: exactly; up to: over; "
        "seemed: proved; appeared: proved; rarely: never; a number of: all; the majority of: all; half: most; "
        "should: does; must: does; needs to: does; occasionally: routinely; not: never"
    ).split("; ")
)
_WHO = (
    "health visitors|school nurses|midwives|GPs|social workers|consultants|paediatricians|practice nurses|receptionists|managers|"
    "inspectors|parents|young people|foster carers|carers|commissioners|staff|nurses|doctors|children|teachers|police|"
    "reviewers|practitioners"
).split("|")
_ONE = tuple(
    "health visitor|school nurse|midwife|GP|social worker|consultant|paediatrician|practice nurse|manager|mother|father|foster carer|"
    "designated nurse|named nurse|named doctor|designated doctor|head teacher|therapist|psychologist".split("|")
)


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    ordered = sorted(words, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, ordered))})\b", re.IGNORECASE)


_CONTRARIES, _HEDGES, _SPEAKERS, _POSTS = map(_pattern, (_CONTRARY, _STRONGER, _WHO, _ONE))


def flipped(text: str, chance: random.Random) -> Flipped | None:
    """The text changed in one place, and the spans of what was changed; None where nothing in it can be."""
    ways = [_without_not, _with_not, _contrary, _stronger, _stronger, _someone_else]
    chance.shuffle(ways)
    for way in ways:
        if found := way(text, chance):
            return found
    return None


def _without_not(text: str, chance: random.Random) -> Flipped | None:
    found = list(_NOT.finditer(text))
    if not found:
        return None
    match = chance.choice(found)
    start, end = match.span("out")
    return text[:start] + text[end:], ((match.start(), start), (start, min(len(text), start + 12)))


def _with_not(text: str, chance: random.Random) -> Flipped | None:
    found = list(_AFFIRMED.finditer(text))
    if not found:
        return None
    end = chance.choice(found).end()
    return f"{text[:end]} not{text[end:]}", ((end + 1, end + 4),)


def _contrary(text: str, chance: random.Random) -> Flipped | None:
    return _replaced(text, _CONTRARIES, lambda word: _CONTRARY[word.lower()], chance)


def _stronger(text: str, chance: random.Random) -> Flipped | None:
    return _replaced(text, _HEDGES, lambda word: _STRONGER[word.lower()], chance)


def _someone_else(text: str, chance: random.Random) -> Flipped | None:
    pattern, names = (_SPEAKERS, _WHO) if _SPEAKERS.search(text) else (_POSTS, list(_ONE))
    return _replaced(text, pattern, lambda word: chance.choice([n for n in names if n.lower() != word.lower()]), chance)


def _replaced(text: str, pattern: re.Pattern[str], by: Callable[[str], str], chance: random.Random) -> Flipped | None:
    found = list(pattern.finditer(text))
    if not found:
        return None
    match = chance.choice(found)
    word = by(match[0])
    word = word[0].upper() + word[1:] if match[0][0].isupper() and match.start() == 0 else word
    return text[: match.start()] + word + text[match.end() :], ((match.start(), match.start() + len(word)),)
