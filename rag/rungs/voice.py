"""Voice: does the claim leave with parents, staff, a case example or a recommendation what the report gives as theirs?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.report import Kind, Passage, Voice
from index.sentences import sentence_spans
from rag.claim import Claim
from rag.rungs.speakers import SAID, Attribution, Speaker, attributions, people_in
from rag.words import content_stems

# A sentence that covers this share of the best one's words is as likely to be what the claim was made from.
NEARLY = 0.75
# Below this no sentence says enough of a claim to tell who speaks.
LEAST_COVER = 0.3
_ASKED = re.compile(
    r"\b(?:should|must|shall|ought|recommend\w*|(?:is|are|was|were|been|be|being|has|have"
    r"|had) (?:\w+ly )?(?:also )?(?:asked|told|urged|advised|required"
    r"|expected|called (?:up)?on|instructed|directed|tasked|encouraged|reminded|set|to)|needs? (?:to|a|an"
    r"|better|more)|needed (?:to|for)|calls? (?:for|on|upon)"
    r"|called (?:for|on)|asks (?:for|that|the|both|all|every|(?-i:[A-Z])\w+)|meant to|supposed to|asked (?:for"
    r"|to)|asking|urges?|urged|propos\w+|advises?|advice is|(?-i:CQC|[Rr]eview|[Rr]eport|[Ii]nspectors?) wants?|it falls to"
    r"|action for|demands?|it is (?:for|up to)|want(?:ed|s)? (?:the|to see|this|all|every|both)|the aim|aims?"
    r"|job (?:is|of)|task(?:s|ed)?|must be)\b",
    re.IGNORECASE,
)
_ORDERED = re.compile(r"\b(?:should|must|ought to|recommend\w*)\b", re.IGNORECASE)
_NORM = re.compile(
    r"\b(?:should|must|ought|needs?|needed|require\w*|expect\w*|important|necessary|essential|recommend\w*"
    r"|advis\w*|polic(?:y|ies)|protocols?"
    r"|procedures?|guidance|guidelines?|standards?|supposed|meant to|due|statutory|target|better if"
    r"|would benefit|ensure|vital|have to|has to"
    r"|had to|is to|are to|was to|were to|not yet|could be|would be|opportunit(?:y|ies)|urg\w+|calls? for"
    r"|want\w*|asked?|agreed|intend\w*|plan\w*)\b",
    re.IGNORECASE,
)
_ONE_CASE = re.compile(
    r"\b(?:one|an?|this|that|two|three|the) (?:[\w’'-]+,? ){0,4}?(?:child|girl|boy|bab(?:y|ies)|teenager|person"
    r"|mother|father|mum|dad|parents?"
    r"|wom[ae]n|m[ae]n|famil(?:y|ies)|infant|toddler|pupil|brothers?|sisters?|siblings|twins?|case|example"
    r"|record|patient|carer|leaver|student"
    r"|adolescent|couple|instance|incident|occasion|year[- ]old|newborn|daughter|son|grandmother|children|lad"
    r"|youngster|gp|nurse|midwife"
    r"|practitioner|visitor|worker|doctor|practice|schoolgirl|schoolboy|client|teen|situation|vignette|story)\b"
    r"|\b(?:example|instance|illustrat\w+|case study|vignette|once|case example|\w+['’]s case|his|her|him|she"
    r"|he)\b|\b\d+[- ]year[- ]old\b"
    r"|\baged \w+\b|\b(?:Child|Baby|Young [Pp]erson) [A-Z]\b|\b[A-Z],",
    re.IGNORECASE,
)
_SEEN = re.compile(
    r"\b(?:we|inspectors)\s+(?:also\s+|\w+ly\s+)?(?:saw|found|examined|noted|observed|sampled|reviewed|looked"
    r"|heard no|did not|could not|were not"
    r"|were able|judged|considered|thought|concluded|counted|identified|confirmed)\b|\b(?:records|cases|notes"
    r"|files) (?:we )?(?:seen|saw|examined"
    r"|reviewed|sampled)\b",
    re.IGNORECASE,
)
_SPEECH = re.compile(r"[“\"][^“”\"]{12,}[”\"]")
# The inspectors say that they saw it with their own eyes.
_EYES = re.compile(
    r"\b(?:for themselves|at first hand|own (?:check|look|sampl\w+|reading|review|audit|count)|(?:from"
    r"|in) (?:the |case |their |its )?(?:case )?(?:records|files"
    r"|notes|invitations|paperwork)|with their own eyes)\b",
    re.IGNORECASE,
)
_JUDGED = re.compile(
    r"\b(?:thought|considered|described|regarded|rated|believed|felt|reckoned|judged|traced|blamed|attributed"
    r"|put|praised|called|worried|views?|judgement"
    r"|opinion|concluded|deemed|counted)\b",
    re.IGNORECASE,
)
_OURS = re.compile(
    r"\b(?:in our|our (?:view|opinion|judgement)|we (?:\w+ly )?(?:thought|felt|judged|considered|believe|regard"
    r"|rate|were))\b",
    re.IGNORECASE,
)
_LISTED = re.compile(r"\brecommendations\b[^.\n]*:\s*\n", re.IGNORECASE)
# A practice told as everybody's: "GPs ring", "when a child is ill, nurses call"; one case is told in the past.
_PLURAL_STAFF = re.compile(
    r"\b(?:gps|nurses|visitors|midwives|practitioners|workers|staff|doctors|paediatricians|practices|surgeries"
    r"|teams|schools|services|trusts|parents|children"
    r"|families|professionals|consultants|clinicians)\b(?: \w+ (?:the )?[A-Z]\w+)? (?P<verb>\w+)",
    re.IGNORECASE,
)
_NOT_NOW = re.compile(
    r"\w+ed|was|were|had|did|could|who|and|or|to|in|at|of|from|that|which|with|on|for|by|but|saw|gave|kept|took"
    r"|made|came|rang|went|spoke|held|met|told|found|got|put|saw"
)
_STRONG_CASE = re.compile(
    r"\b(?:one|a single|an individual) (?:[\w’'-]+ ){0,4}?\w+|\b(?:in|for) (?:one|a|this|that) (?:\w+ )?(?:case"
    r"|instance|example)\b"
    r"|\b(?:case|worked) (?:example|study|illustrat\w+)|\b(?:an |as )example\b|\bfor instance\b|\billustrat\w+"
    r"|\bvignette\b",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"[,;:] (?:and|but|which|though|although|while|whilst|because)\b|;|\b(?:and|which|but|though|although|while|whilst|whereas) ",
    re.IGNORECASE,
)
_END = re.compile(r";|, (?:but|though|although|while|whilst|whereas)\b", re.IGNORECASE)
_KIN = {
    Speaker.PARENTS: {Speaker.PARENTS, Speaker.CARERS},
    Speaker.CARERS: {Speaker.CARERS, Speaker.PARENTS},
    Speaker.YOUNG: {Speaker.YOUNG},
    Speaker.STAFF: {Speaker.STAFF},
    Speaker.SOMEBODY: set(Speaker),
    Speaker.INSPECTORS: {Speaker.INSPECTORS},
}


@dataclass(frozen=True, slots=True)
class _Told:
    """A part of a passage: its words, who else than the inspectors speaks in it, how plainly, and whether inspectors saw it."""

    text: str
    stems: frozenset[str]
    speakers: frozenset[Speaker]
    plainly: bool
    seen: bool
    sentence: str


def objection(claim: Claim) -> str:
    """Why the claim gives the cited words to the wrong voice, or "".

    What somebody told the inspectors stays that person's account, a recommendation stays a recommendation, a case example one case,
    and what the inspectors found is not told as the view of others.
    """
    said = attributions(claim.text)
    return (
        _recommended(claim)
        or _one_case(claim)
        or _given_to_inspectors(claim, said)
        or _given_to_others(claim, said)
        or _given_to_nobody(claim, said)
    )


def _recommended(claim: Claim) -> str:
    """A recommendation must be told as one, and a finding must not."""
    if any(p.voice is Voice.RECOMMENDATION or _LISTED.search(p.text) for p in claim.passages):
        if not _ASKED.search(claim.text):
            return "The cited recommendation asks for this; the claim must say that it is recommended, not that it is done."
    elif _ORDERED.search(claim.text) and not any(_NORM.search(passage.text) for passage in claim.passages):
        return "The cited text states what is found; the claim must not tell it as a recommendation."
    return ""


def _one_case(claim: Claim) -> str:
    cases = [p for p in claim.passages if p.kind is Kind.CASE_EXAMPLE or p.voice is Voice.CASE_EXAMPLE]
    if not cases or _STRONG_CASE.search(claim.text):
        return ""
    if _ONE_CASE.search(claim.text) and not _habitual(claim.text):
        return ""
    return "The cited text is one case example; the claim must say that it tells of one case."


def _habitual(text: str) -> bool:
    return any(not _NOT_NOW.fullmatch(found["verb"].lower()) for found in _PLURAL_STAFF.finditer(text))


def _given_to_inspectors(claim: Claim, said: tuple[Attribution, ...]) -> str:
    for place, one in enumerate(said):
        if not one.by_inspectors or any(not other.by_inspectors for other in said[place + 1 :]):
            continue
        best = _best(claim, _clause(claim.text, one))
        if best and best.speakers and not best.seen:
            return (
                f"In the cited text this is what {_who(best.speakers)} said or thought, not what the inspectors found."
            )
        parts = [told for passage in claim.passages for told in _told(passage)]
        if _JUDGED.search(claim.text[one.start : one.end]) and not any(_OURS.search(p.text) for p in claim.passages):
            accounts = [told for told in parts if told.speakers and told.plainly]
            if accounts:
                return f"In the cited text this is what {_who(accounts[0].speakers)} thought, not what the inspectors judged."
        if _EYES.search(claim.text) and any(told.speakers for told in parts) and not any(told.seen for told in parts):
            return "The cited text does not say that the inspectors saw this for themselves."
    return ""


def _given_to_others(claim: Claim, said: tuple[Attribution, ...]) -> str:
    for one in said:
        if not one.plainly or one.speakers & {Speaker.SOMEBODY, Speaker.INSPECTORS}:
            continue
        kin = {Speaker.SOMEBODY}.union(*(_KIN[speaker] for speaker in one.speakers))
        spoken = [told for passage in claim.passages for told in _told(passage) if told.speakers]
        if not spoken:
            return f"The cited text states this itself; it does not say that {_who(one.speakers)} said or thought so."
        named = frozenset[Speaker]().union(*(people_in(passage.text) for passage in claim.passages))
        if Speaker.STAFF not in one.speakers and not named & kin:
            return f"The cited text does not say that {_who(one.speakers)} said or thought this."
        if not any(told.speakers & kin for told in spoken):
            return f"In the cited text {_who(spoken[0].speakers)} said this, not {_who(one.speakers)}."
    return ""


def _given_to_nobody(claim: Claim, said: tuple[Attribution, ...]) -> str:
    if any(not one.by_inspectors for one in said) or SAID.search(claim.text) or _SPEECH.search(claim.text):
        return ""
    nearest = _nearest(claim, claim.text)
    if nearest and all(told.speakers and told.plainly and not told.seen for told in nearest):
        return f"In the cited text this is what {_who(nearest[0].speakers)} said or thought; the claim must say so."
    return ""


def _who(speakers: frozenset[Speaker]) -> str:
    return next((str(one) for one in Speaker if one in speakers), str(Speaker.SOMEBODY))


def _clause(text: str, one: Attribution) -> str:
    """The words of a claim that an attribution speaks of: those after it up to the next turn, or those before it."""
    after = re.split(r";|, (?:but|whereas|while|although|though|and)\b|[.] ", text[one.end :], maxsplit=1)[0]
    return after if len(content_stems(after)) > 2 else text[: one.start]


def _best(claim: Claim, words: str) -> _Told | None:
    return max(_scored(claim, words), key=lambda pair: pair[0], default=(0.0, None))[1]


def _nearest(claim: Claim, words: str) -> list[_Told]:
    """The sentences of the cited passages that say most of these words, best first; none where no one says enough."""
    scored = sorted(_scored(claim, words), key=lambda pair: -pair[0])
    best = scored[0][0] if scored else 0.0
    return [told for score, told in scored if score >= NEARLY * best] if best >= LEAST_COVER else []


def _scored(claim: Claim, words: str) -> list[tuple[float, _Told]]:
    stems = content_stems(words)
    cosines = {(one.passage.id, one.text): one.cosine for one in claim.evidence}
    return [
        (_share(stems, told.stems) + max(0.0, cosines.get((passage.id, told.sentence), 0.0)) / 2, told)
        for passage in claim.passages
        for told in _told(passage)
    ]


def _share(stems: frozenset[str], others: frozenset[str]) -> float:
    return len(stems & others) / max(1, len(stems))


def _told(passage: Passage) -> tuple[_Told, ...]:
    return _parts(passage.text, passage.voice is Voice.REPORTED or passage.kind is Kind.QUOTE)


@lru_cache(maxsize=4_096)
def _parts(text: str, reported: bool) -> tuple[_Told, ...]:
    """The sentences of a passage, cut where an account begins or ends; whoever opens a quotation or says "they" goes on speaking."""
    found: list[_Told] = []
    before: frozenset[Speaker] = frozenset()
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        inside = text[:start].count("“") > text[:start].count("”") or text[:start].count('"') % 2 == 1
        said = [one for one in attributions(sentence) if not one.by_inspectors]
        introduced = text[:start].rstrip()[-1:] in {":", ","}
        quoted = inside or (bool(_SPEECH.search(sentence)) and bool(said or introduced or sentence[0] in '“"'))
        speakers = frozenset[Speaker]().union(*(one.speakers for one in said))
        if speakers <= {Speaker.SOMEBODY} and before and (quoted or speakers):
            speakers = before
        if not speakers and (reported or quoted):
            speakers = before or frozenset({Speaker.SOMEBODY})
        seen = not inside and bool(_SEEN.search(sentence))
        plainly = reported or quoted or any(one.plainly for one in said)
        first, last = (0, len(sentence)) if reported or inside or not said else _account(sentence, said)
        for piece, is_account in ((sentence[:first], False), (sentence[first:last], True), (sentence[last:], False)):
            if len(piece.split()) > 2:
                by = speakers if is_account else frozenset[Speaker]()
                found.append(
                    _Told(piece, content_stems(piece), by, plainly and is_account, seen and not speakers, sentence)
                )
        before = speakers
    return tuple(found)


def _account(sentence: str, said: Sequence[Attribution]) -> tuple[int, int]:
    """Where in a sentence somebody's account begins and ends: "Waits are long, and staff told us that ..., though no data is kept"."""
    first = max((turn.end() for turn in _TURN.finditer(sentence, 0, said[0].start)), default=0)
    after = sentence[said[-1].end :]
    if len(after.split()) <= 2:
        return 0 if first >= said[0].start - 40 else first, len(sentence)
    last = next((turn.start() for turn in _END.finditer(sentence, said[-1].end)), len(sentence))
    return first, last
