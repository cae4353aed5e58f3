"""Words that deny: strictly ("not", "nobody", "unaware"), or by what they tell ("gap", "poor", "only two"); and contraries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.rungs.clauses import Clause, stem_of, tells
from rag.words import stem

_DENYING = frozenset(
    "not no never none nobody nothing neither nor without cannot nowhere unable fail fails failed failing failure lack lacks lacked "
    "lacking absent absence missing".split()
)
_NEGATIVE_IN = frozenset(
    "inadequate inadequately insufficient insufficiently inconsistent inconsistently incomplete ineffective infrequent infrequently "
    "inappropriate inappropriately inaccurate inaccessible incorrect impossible irregular irregularly illegible dissatisfied disagree "
    "unaware unclear unable unreliable unsafe unlikely uncertain unsure unacceptable unsatisfactory unavailable unusual unwilling "
    "unhappy unequal uneven unseen unknown unread unpaid unmet untold".split()
)
_FALSE_UN = frozenset("united uniformed unaccompanied underlined unless unscheduled unplanned unannounced".split())
_DOUBTING = frozenset(
    stem(word)
    for word in (
        "poor weak weakness slow late overdue delay delayed gap shortfall limited limit blank empty vacant vacancy omit omitted "
        "overlook overlooked miss missed lost patchy variable vary varied mixed concern concerned worry worried difficult hard "
        "problem wrong worse worst decline deteriorate deteriorated stop stopped cease ceased refuse refused exclude excluded "
        "deficient deficiency disappointing thin superficial brief short shortage few fewer less little least only just hardly "
        "scarcely barely rarely seldom ignorant ignore ignored end ended close closed withhold withheld turn away out off leave "
        "left beyond except apart instead rather other halt hide hidden conceal stretched struggle struggled awaiting "
        "await pending outstanding "
        "until unless before seldom uncommon rare risk unborn different differ separate fall fell drop dropped reject rejected "
        "decline declined forget forgot forgotten withdraw withdrawn confuse confused reluctant avoid prevent hamper depend relied "
        "low lower free spare drift bar nobody lone sole single minority yet still loss denied deny contrast contrary privately"
    ).split()
)
_IDLE_BEFORE = frozenset("only more less fewer later merely just least doubt".split())
_RIGHT_AFTER = 1
_CONTRARIES = (
    ("always", "sometimes|rarely|seldom|occasionally"),
    ("good", "poor|bad|inadequate|weak"),
    ("strong", "weak|poor"),
    ("well", "poorly|badly"),
    ("better", "worse|poorer"),
    ("best", "worst"),
    ("quick|quickly|prompt|promptly|swift|swiftly|fast", "slow|slowly|late"),
    (
        "improved|improving|improve|improves|risen|rose|rising|increased|increase|increasing|grown|grew|rise",
        "declined|deteriorated|fallen|fell|falling|decreased|worsened|dropped|reduced|decline|fall|drop",
    ),
    ("more|higher|greater|larger|above|likelier", "less|fewer|lower|smaller|below"),
    ("longer", "shorter"),
    ("present|attended", "away"),
    ("include|includes|included|including", "exclude|excludes|excluded|excluding|omitted|left"),
    ("inside|within", "outside|beyond"),
    ("open|opened", "closed|shut|locked"),
    ("full", "empty|part"),
    ("easy|easily", "hard|difficult"),
    ("early|earlier|before", "late|later|after"),
    ("accept|accepted|accepts", "reject|rejects|rejected|refuse|refuses|refused|declined"),
    ("first", "last"),
    ("most", "few|least"),
    ("same", "different|separate"),
    ("adult|adults", "child|children|children's"),
    ("high", "low"),
    ("older", "younger"),
    ("over", "under"),
    ("day|days|daytime", "night|nights"),
    ("internal|internally", "external|externally"),
    ("formal", "informal"),
    ("permanent", "temporary|locum|agency|interim"),
    ("start|started|starts|begin|began", "stop|stopped|ended|ceased"),
    ("kept|keep|keeps|remain|remains|remained", "lost|left"),
    ("voluntary", "compulsory|mandatory|required"),
    ("rightly|correctly", "wrongly|mistakenly|incorrectly|mistaken"),
    ("jointly|joint|together", "separately|independently|independent"),
    ("separate", "shared|joint|same"),
    ("met", "missed"),
    ("agreed|approved|funded", "rejected|turned"),
    ("readily|easily", "scarcely"),
    ("stay|stays|stayed", "left|leave|leaves"),
    ("confident", "uneasy|anxious|unsure"),
    ("satisfied|happy|pleased", "unhappy|frustrated"),
    ("likely|likelier", "unlikely"),
    ("regular|regularly", "irregular|occasional|sporadic"),
    ("written|writing", "oral|orally|verbal|verbally"),
    ("widely|broadly", "narrowly|little"),
    ("clear|clearly", "vague|vaguely|muddled"),
    ("detailed|thorough|full|fully", "brief|superficial|sketchy|scant|thin"),
    ("respected|accepted|followed", "ignored|overruled|refused"),
    (
        "usually|generally|normally|often|frequently|regularly|routinely|commonly|mostly",
        "seldom|rarely|hardly|infrequently|never",
    ),
    ("increase|increased|increasing|increases|rising|rose|risen|grew|grown|growing|climbed", "fewer|dropped|shrunk"),
    ("vacant|unfilled", "filled|occupied"),
    ("coping", "struggling"),
    ("praised|commended|praise", "criticised|faulted|criticism"),
    ("welcome|welcomed", "resented|regretted|regrettable|unwelcome|criticised"),
    ("ahead", "behind"),
    ("agree|agrees", "disagree|differ"),
    ("easier", "harder"),
    ("common|commonplace|usual", "uncommon|rare|unusual|exceptional"),
    ("majority", "minority"),
    ("popular", "unpopular"),
    ("willing|keen|eager", "unwilling|reluctant"),
    ("allowed|permitted", "forbidden|barred"),
    ("continue|continues|continued", "cease|ceased|stopped|ended"),
    ("settled|decided", "undecided|unresolved|ongoing"),
    ("remember|remembered", "forgot|forgotten"),
    ("boy|boys", "girl|girls"),
    ("mother|mothers|mum|mums", "father|fathers|dad|dads"),
    ("oldest", "youngest"),
    ("urban", "rural"),
    ("north|northern", "south|southern"),
    ("east|eastern", "west|western"),
    ("morning|mornings", "evening|evenings|afternoon|afternoons"),
    ("weekday|weekdays", "weekend|weekends"),
    ("paper", "electronic|electronically"),
    ("largest|biggest|greatest", "smallest"),
    ("attend|attends|attended|attending", "skip|skips|skipped"),
)
_CONTRARY: dict[str, frozenset[str]] = {}
for _left, _right in _CONTRARIES:
    for _word in _left.split("|"):
        _CONTRARY[_word] = _CONTRARY.get(_word, frozenset()) | frozenset(_right.split("|"))
    for _word in _right.split("|"):
        _CONTRARY[_word] = _CONTRARY.get(_word, frozenset()) | frozenset(_left.split("|"))


# Words that stand in clauses of any matter, so that one of them denied here and affirmed there says nothing.
_ANY_MATTER = frozenset(
    stem_of(word)
    for word in "child children health record adult other see case people care service social school young family staff trust made named "
    "designated".split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """A telling word of a clause; `denied` where a denying word stands right before it."""

    text: str
    stem: str
    denied: bool


@lru_cache(maxsize=20_000)
def denials(clause: Clause) -> tuple[str, ...]:
    """The words of a clause that deny strictly."""
    return tuple(word for place, word in enumerate(clause.words) if _denies_at(clause.words, place))


@lru_cache(maxsize=20_000)
def doubts(clause: Clause, but: frozenset[str] = frozenset()) -> bool:
    """Whether a clause denies, or has a word other than those in `but` that may be what a denial elsewhere means."""
    return any(_is_denying(word) or (stem(word) in _DOUBTING and stem_of(word) not in but) for word in clause.words)


@lru_cache(maxsize=20_000)
def signed(clause: Clause) -> tuple[Word, ...]:
    """The telling words of a clause in order."""
    found: list[Word] = []
    since: int | None = None
    for place, word in enumerate(clause.words):
        if _denies_at(clause.words, place):
            if word.startswith(("un", "in")) and word != "unable":
                found.append(Word(word, stem_of(word[2:]), True))
            else:
                since = 0
        elif tells(word):
            stemmed = stem_of(word)
            since = None if since is None else since + 1
            found.append(
                Word(word, stemmed, since is not None and since <= _RIGHT_AFTER and stemmed not in _ANY_MATTER)
            )
    return tuple(found)


def contraries(
    ours: Clause, theirs: Clause, pool: Iterable[Clause], beside: Iterable[Clause]
) -> tuple[str, str] | None:
    """A word of the claim and its contrary in the ground, where neither side has the other's and both deny or affirm alike."""
    if bool(denials(ours)) != bool(denials(theirs)):
        return None
    said = {word for clause in pool for word in clause.words}
    claimed = {word for clause in beside for word in clause.words}
    for word in ours.words:
        opposite = _CONTRARY.get(word, frozenset()) & set(theirs.words)
        if opposite and word not in said and not opposite & claimed and not _has_kin(word, said):
            return word, min(opposite)
    return None


def _has_kin(word: str, said: set[str]) -> bool:
    """Whether the evidence has a word of the same side of the contrary."""
    opposites = _CONTRARY[word]
    return any(_CONTRARY.get(other, frozenset()) & opposites for other in said)


def _denies_at(words: Sequence[str], place: int) -> bool:
    if words[place] == "yet":
        return words[place + 1 : place + 2] == ("to",)
    return _is_denying(words[place]) and not _is_idle(words, place)


def _is_idle(words: Sequence[str], place: int) -> bool:
    """Whether a denying word denies nothing here: "no more than", "not only", "no doubt"."""
    after = words[place + 1] if place + 1 < len(words) else ""
    word = words[place]
    if word in {"no", "not"}:
        return after in _IDLE_BEFORE
    return (
        word == "missing" and after in {"from", "children", "person", "people", "episodes", "child"} and "go" in words
    )


@lru_cache(maxsize=20_000)
def _is_denying(word: str) -> bool:
    if word in _DENYING or word in _NEGATIVE_IN or word.endswith(("n't", "n’t")):
        return True
    return word.startswith("un") and word.endswith("ed") and word not in _FALSE_UN and len(word) > 6
