"""Who speaks in a sentence: the inspectors, or parents, young people, carers or staff whose words and views are passed on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Speaker(StrEnum):
    """A kind of people whose words a review passes on; SOMEBODY where it does not say whose."""

    INSPECTORS = "the inspectors"
    PARENTS = "parents or families"
    YOUNG = "children or young people"
    CARERS = "carers"
    STAFF = "staff"
    SOMEBODY = "somebody"


# Families are parents, carers and children together.
_NOUNS = {
    Speaker.INSPECTORS: r"we|us|inspectors?|reviewers?|(?:inspection|review) team|cqc",
    Speaker.CARERS: r"(?:foster[ -])?carers?|foster (?:parents?|mothers?|mums?|fathers?|dads?|famil(?:y|ies))",
    Speaker.YOUNG: r"young (?:people|persons?|wom[ae]n|m[ae]n|adults?|carers?|parents?|mothers?)|child(?:ren)?(?!['’]s"
    r"| protection| health)|girls?|boys?|teenagers?"
    r"|adolescents?|youngsters?|(?:care )?leavers?|pupils?|students?|sisters?|brothers?|\d+[ -]year[ -]olds?"
    r"|teens?|asylum seekers?",
    Speaker.PARENTS: r"parents?|mothers?|fathers?|mums?|dads?|famil(?:y|ies)(?! (?:doctor|nurse|support|practice|hub"
    r"|cent))|grand(?:mother|father|parent)s?|adopters?|couples?"
    r"|wom[ae]n|husbands?|wife|wives|relatives?|patients?",
    Speaker.STAFF: r"staff|practitioners?|professionals?|clinicians?|nurses?|midwi(?:fe|ves)|visitors?|gps?|doctors?"
    r"|paediatricians?|consultants?"
    r"|managers?|workers?|teams?|commissioners?|leaders?|leads?|officers?|teachers?|heads?|chairs?"
    r"|co-?ordinators?|psychologists?"
    r"|psychiatrists?|therapists?|registrars?|matrons?|receptionists?|clerks?|advis[eo]rs?|trusts?|ccgs?"
    r"|providers?|executives?|directors?"
    r"|practices?|surger(?:y|ies)|services?|projects?|pharmacists?|dentists?|supervisors?|partners?|agenc(?:y"
    r"|ies)|colleagues?|police|councils?"
    r"|schools?|departments?|units?|camhs|boards?|hub|charit(?:y|ies)|specialists?|mentors?|trainers?"
    r"|counsellors?|clinics?|professors?"
    r"|organisations?|governors?|secretar(?:y|ies)|assistants?|prescribers?|trainees?|deput(?:y|ies)",
}
_NOUN = re.compile(
    r"\b(?:" + "|".join(f"(?P<{group.name}>{nouns})" for group, nouns in _NOUNS.items()) + r")\b", re.IGNORECASE
)
# What makes known that somebody said or thought what follows; the first are said of nothing else.
_PLAIN = (
    r"told (?:us|inspectors|reviewers|the (?:inspect|review)\w*)|tells? us|sa(?:id|ys?|ying)|felt|feels?"
    r"|thought|thinks?|believed?|believes|describ(?:ed|es?)|explain(?:ed|s)?(?! to )|complained|commented"
    r"|consider(?:ed|s)?|regard(?:ed|s)?|agreed? (?:that|was|were)|acknowledg(?:ed?|es)|accepted that"
    r"|accept that|admit(?:ted|s)? (?:that|to having)|conced(?:ed?|es)"
    r"|attribut(?:ed?|es)|puts? (?:it|this)(?! (?:in|into|on|up|off|back|down|away|right|together|out)\b)"
    r"|(?:put|puts)\b[^.;]{1,80}\bdown to|expressed|praised?|praises"
    r"|maintain(?:ed|s)? that|insist(?:ed|s)?"
    r"|report(?:ed|s)? (?:that|feeling|being|having|good|they|how|to us|to inspectors)|claim(?:ed|s)? (?:that"
    r"|to)|added that|recall(?:ed|s)?"
    r"|remember(?:ed|s)?|assured us|spoke|remarked|(?:informed|advised) (?:us|inspectors)|reckon(?:ed|s)?|estimate[ds]?"
)
_LOOSE = (
    r"agreed?|complain|complains|admits? that|accept(?:ed|s)?|were (?:clear|critical|positive|frustrated"
    r"|worried|anxious|concerned|complimentary|unhappy|happy|pleased|proud|confident"
    r"|unaware)|was (?:clear|critical|frustrated|worried|anxious|concerned|pleased|proud)|(?:is"
    r"|are) (?:critical|frustrated|worried|anxious|proud"
    r"|pleased|unhappy)|valued?|values|appreciat(?:ed?|es)|rated?|rates|stated|pointed out|found (?:it|the|them"
    r"|this|her|him|his|their)|liked?"
    r"|loved?|welcomed|hoped?|hopes|fear(?:ed|s)?|blamed?|blames|would like|call(?:s|ed)?|suggested|doubt(?:ed"
    r"|s)?|thanked|looked on|saw (?:it|this) as"
    r"|see (?:it|this|them|her|him) as|understood|concluded|judged?|raised|wondered|singled out"
    r"|made (?:it )?plain|talked of|talk of|knew|trace[ds]?"
)
SAID = re.compile(
    rf"\b(?:(?P<plain>{_PLAIN})|{_LOOSE})\b(?! (?:nothing|no|yes|who|whom|what|whose|whether|which|to (?:be|have))\b)",
    re.IGNORECASE,
)
# After these a verb tells of no speech that took place: "could not say", "had to tell", "would not tell".
_UNSAID = re.compile(
    r"\b(?:to|not|n['’]t|never|could|can|cannot|will|would|may|might|should|must|did|do|does|nobody|no[- ]one)\s+"
    r"(?:(?:\w+ly|yet|always|ever|even|also|just|often)\s+){0,2}$",
    re.IGNORECASE,
)
_PAST = re.compile(r"\w*ed\b|were |was |told|said|felt|thought|put|spoke", re.IGNORECASE)
_NO_VERB = re.compile(
    r"\b(?:no|little|some|any|much|more|of|with|careful|given|first|second|a|the|their|its)\s+$",
    re.IGNORECASE,
)
# Verbs whose forms are nouns as well: "no thought was given".
_NOUNS_TOO = frozenset({"thought", "estimate", "estimates", "values", "rates", "call", "calls", "trace", "traces"})
_COORDINATED = re.compile(r"\b(?:and|but|or)\s+(?:\w+ly\s+|also\s+)?$", re.IGNORECASE)
_PRONOUN = re.compile(
    r"\b(?P<who>they|he|she|who|one|some|others?|another|many|most|several|both|all|everyone|it|i)"
    r"\s+(?:(?:\w+ly|also|both|all|had|have|has|themselves|herself|himself|herself)\s+){0,2}$",
    re.IGNORECASE,
)
_BE = re.compile(r"\b(?:is|are|was|were|been|being|be|get|gets|got)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
_TO_BE = re.compile(r"\s*(?:as|to be|to have|that|by|was|were)\b", re.IGNORECASE)
_TURN = re.compile(r"[.;:]|, (?:and|but|which|though|although)\b|\b(?:that|because|although|whereas)\b", re.IGNORECASE)
_MEETING = re.compile(r"\s+(?:also\s+)?(?:spoke|met|talked|visited|interviewed|saw)\b", re.IGNORECASE)
_THOSE = re.compile(r"\b(?:those|anyone|everybody|everyone)\b[^.;]*$", re.IGNORECASE)
_BY = re.compile(r"^[^.;:]{0,40}?\b(?:by|from)\s+", re.IGNORECASE)
_OBJECT = re.compile(
    r"\b(?:told|tell|tells|inform\w*|advis\w+|assur\w+|show\w*|to|with|for|from|remind\w*|gave|giv\w+"
    r"|helped)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_HEARD = re.compile(
    r"^\s+(?:also\s+)?(?:heard|(?:were|was|are|have been|had been|being)\s+(?:also\s+|repeatedly\s+)?(?:told"
    r"|informed|advised|assured|given to"
    r"|made aware)|hear)\b",
    re.IGNORECASE,
)
_NO_FINDING = re.compile(
    r"^\s+(?:also\s+)?(?:recommend\w*|ask\w*|met|spoke|want\w*|urge\w*|advis\w+|call\w*|visit\w+|made (?:a"
    r"|the) recommendation|expect\w*|say"
    r"|tell|tracked|talked)\b",
    re.IGNORECASE,
)
_ACCORDING = re.compile(
    r"\b(?:according to(?! (?:their|its|his|her|need|age|risk|the (?:need|age|risk|guidance|polic|procedure"
    r"|protocol)|guidance|polic|procedure|local|what|how))|in the (?:words|view|views|opinion|experience) of"
    r"|words of|(?:accounts?|praise|complaints?|comments?|feedback) from"
    r"|in the eyes of)\s+",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"['’]s?\s+(?:own\s+)?(?:views?|accounts?|words|opinions?|experiences?|eyes|complaints?)\b", re.IGNORECASE
)
_IN_THEIR = re.compile(r"\b(?:in|by|on)\s+(?:[\w’'-]+\s+){0,3}$", re.IGNORECASE)
_HEARSAY = re.compile(
    r"\b(?:reportedly|apparently|allegedly|it (?:is|was) (?:said|reported|felt|thought|believed)|(?:is|are|was"
    r"|were) (?:said|reported|thought"
    r"|felt|believed|understood|described|regarded|considered|valued|praised|perceived) (?:to|as|by)|(?:is|was"
    r"|are|were) seen as|(?:was|were) (?:also )?(?:reported|told)"
    r"|there (?:is|was) (?:a )?(?:concern|feeling|perception|belief|praise))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Attribution:
    """That somebody is said to have said, thought or found something.

    Attributes:
        speakers: who that may be; several kinds where the sentence leaves it open to a reader who knows words but no grammar.
        start: where the words that say so begin.
        end: where they end; what was said follows, or stands before.
        plainly: whether it can only be somebody's words or view.
    """

    speakers: frozenset[Speaker]
    start: int
    end: int
    plainly: bool

    @property
    def by_inspectors(self) -> bool:
        """Whether it is the inspectors who found, saw or thought it."""
        return self.speakers == frozenset({Speaker.INSPECTORS})


_Nouns = list[tuple[int, int, Speaker]]
_SOMEBODY = frozenset({Speaker.SOMEBODY})


@lru_cache(maxsize=8_192)
def attributions(text: str) -> tuple[Attribution, ...]:
    """Every attribution of a sentence, in its order: "parents said", "according to staff", "we saw", "inspectors were told"."""
    nouns = [(match.start(), match.end(), Speaker[str(match.lastgroup)]) for match in _NOUN.finditer(text)]
    found = [*_of_inspectors(text, nouns), *_of_speech(text, nouns), *_of_accounts(text, nouns)]
    if not any(not one.by_inspectors for one in found) and (hearsay := _HEARSAY.search(text)):
        found.append(Attribution(_after(text, hearsay.end(), nouns), hearsay.start(), hearsay.end(), True))
    return tuple(sorted(found, key=lambda one: one.start))


@lru_cache(maxsize=4_096)
def people_in(text: str) -> frozenset[Speaker]:
    """The kinds of people that a text names, whether or not they speak."""
    return frozenset(Speaker[str(match.lastgroup)] for match in _NOUN.finditer(text))


def _of_inspectors(text: str, nouns: _Nouns) -> Iterator[Attribution]:
    for start, end, speaker in nouns:
        if speaker is not Speaker.INSPECTORS or text[start:end].lower() == "us":
            continue
        if _OBJECT.search(text[max(0, start - 30) : start]):
            continue
        if heard := _HEARD.match(text[end:]):
            plainly = not re.match(r" (?:of|about)\b", text[end + heard.end() :])
            yield Attribution(_after(text, end + heard.end(), nouns), start, end + heard.end(), plainly)
        elif not _NO_FINDING.match(text[end:]):
            verb = re.match(r"['’]?s?\s+\w+(?:\s+(?:that|for themselves that))?", text[end:])
            yield Attribution(frozenset({Speaker.INSPECTORS}), start, end + (verb.end() if verb else 0), False)


def _of_speech(text: str, nouns: _Nouns) -> Iterator[Attribution]:
    last: frozenset[Speaker] | None = None
    for verb in SAID.finditer(text):
        before = text[max(0, verb.start() - 40) : verb.start()]
        if (_UNSAID.search(before) and not _PAST.match(verb[0])) or (
            verb[0].lower() in _NOUNS_TOO and _NO_VERB.search(before)
        ):
            continue
        if re.match(r"spoke(?: \w+)? (?:to|with)\b", text[verb.start() :], re.IGNORECASE):
            continue
        plainly = verb["plain"] is not None and not re.match(r" (?:of|about)\b", text[verb.end() :])
        if _BE.search(before):
            if verb[0].lower() != "told" and _TO_BE.match(text[verb.end() :]):
                yield Attribution(_after(text, verb.end(), nouns), verb.start(), verb.end(), plainly)
            continue
        speakers = last if last and _COORDINATED.search(before) else _subjects(text, verb.start(), nouns)
        pronoun = _PRONOUN.search(before)
        if pronoun and pronoun["who"].lower() != "who":
            start = verb.start() - len(before) + pronoun.start()
            if pronoun["who"].lower() in {"it", "i"} or _subjects(text, start, nouns) == {Speaker.INSPECTORS}:
                continue
            speakers = _SOMEBODY
        elif not speakers and (verb[0].lower() == "said" or pronoun):
            speakers = _after(text, verb.end(), nouns)
        if speakers and Speaker.INSPECTORS not in speakers:
            last = speakers
            yield Attribution(speakers, verb.start(), verb.end(), plainly)


def _of_accounts(text: str, nouns: _Nouns) -> Iterator[Attribution]:
    for phrase in _ACCORDING.finditer(text):
        yield Attribution(_after(text, phrase.end(), nouns), phrase.start(), phrase.end(), True)
    for start, end, speaker in nouns:
        account = _ACCOUNT.match(text[end:])
        if account and speaker is not Speaker.INSPECTORS and _IN_THEIR.search(text[max(0, start - 30) : start]):
            yield Attribution(frozenset({speaker}), start, end + account.end(), True)


def _subjects(text: str, verb: int, nouns: _Nouns) -> frozenset[Speaker]:
    """The people named before a verb, at most twelve words off and in the same clause; the inspectors alone where they stand nearest."""
    found: set[Speaker] = set()
    for start, end, speaker in reversed(nouns):
        if end > verb:
            continue
        between = text[end:verb]
        if len(between.split()) > 12 or _TURN.search(between):
            break
        if speaker is Speaker.INSPECTORS:
            if _OBJECT.search(text[max(0, start - 30) : start]) or _MEETING.match(text[end:]):
                continue
            return frozenset(found or {speaker})
        found.add(speaker)
    clause = _TURN.split(text[:verb])[-1]
    return frozenset(found | _SOMEBODY) if _THOSE.search(clause) else frozenset(found)


def _after(text: str, place: int, nouns: _Nouns) -> frozenset[Speaker]:
    """The people named right after a place, or after the "by" or "from" that follows it."""
    by = _BY.match(text[place:])
    start = place + (by.end() if by else 0)
    for noun_start, _, speaker in nouns:
        between = text[start:noun_start]
        if start <= noun_start and speaker is not Speaker.INSPECTORS:
            near = len(between.split()) <= 6 and not re.search(r",|\bthat\b", between)
            return (
                frozenset({speaker})
                if near and (by or not re.search(r"\bthat\b", text[place:noun_start]))
                else _SOMEBODY
            )
    return _SOMEBODY
