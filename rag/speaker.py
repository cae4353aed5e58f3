"""Whose words are asked for: what parents, children or staff said must not be answered with what the inspectors found."""

import re
from collections.abc import Sequence

from index.report import Kind, Passage, Voice
from index.sentences import sentence_spans
from rag.retrieve import RetrievedPassage
from rag.words import STRUCTURE, stem, words

_SAYING = r"(?:say|said|tell|told|think|thought|feel|felt|complain|complained|describe|described|report|want|wanted|reckon|make of)"
_ASKED = re.compile(
    rf"\bwhat (?:did|do|does|have|has) (?:the |some |most |all |one |any |a |"
    rf"an )?(?P<asked>(?:[\w'’-]+ ){{1,5}}?){_SAYING}\b|"
    rf"\bhow (?:did|do|does) (?:the )?(?P<felt>(?:[\w'’-]+ ){{1,4}}?)(?:feel|describe|see|find)\b|"
    rf"\b(?:according to|views? of|words of|opinions? of|experiences? of|complaints? (?:of|"
    rf"from)) (?:the )?(?P<of>[\w'’-]+(?: (?:people|carers?|workers?|nurses?|leavers?))?)",
    re.IGNORECASE,
)
# People whom a report names by several words; each set is one kind of speaker.
_GROUPS = (
    frozenset("parent parents mother mothers father fathers mum mums dad dads carer carers family families".split()),
    frozenset(
        "child children kid kids youngster youngsters teenager teenagers young person people adolescent adolescents leaver leavers".split()
    ),
    frozenset(
        "staff practitioner practitioners professional professionals clinician clinicians nurse nurses midwife midwives visitor visitors "
        "gp gps doctor doctors worker workers team teams paediatrician paediatricians".split()
    ),
)
# Asked what these said, nobody wants the words of other staff.
_ONE_PROFESSION = frozenset("gp gps midwife midwives nurse nurses doctor doctors visitor visitors".split())
# With "been" somebody is told; what stands in a plan or a law is nobody's opinion.
_NOT_PEOPLE = STRUCTURE | frozenset(
    "i he she it they you we one someone anyone anybody somebody reviewers commission document documents been action actions plan plans "
    "to list law policy guidance".split()
)
# A passage this likely to be evidence is kept whether or not it is seen to pass on words of those asked for.
SURE = 0.6
_SPEECH = re.compile(
    r"\b(?:told|said|says|spoke (?:of|about|positively|highly|negatively)|felt|feels?|complain\w*|heard|"
    r"describ\w+|explain\w*|reported|informed|advised|"
    r"frustrat\w+|views?|opinions?|concerns from|believed?)\b|[\"“”]",
    re.IGNORECASE,
)

_QUOTED = re.compile(r"[\"“](?P<words>[^\"“”]+)[\"”]")
_LEAST_QUOTED = 4
_PUT = re.compile(
    r"\b(?:told|tells?|sa(?:y|ys|id)|answer(?:s|ed)?|spoke|put (?:it|this|that)|describ\w+|call(?:s|ed)|complain\w*|"
    r"explain\w*|felt|added|asked)\b",
    re.IGNORECASE,
)


def quotes_somebody(text: str) -> bool:
    """Whether a sentence passes on somebody's speech in quotation marks; a term or a title in them is shorter, or nobody says it."""
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        long_enough = any(len(match["words"].split()) >= _LEAST_QUOTED for match in _QUOTED.finditer(sentence))
        if long_enough and _PUT.search(sentence):
            return True
    return False


def speakers_asked(question: str) -> frozenset[str]:
    """Stems of the words for those whose words are asked for; empty where it is the inspectors, or nobody in particular."""
    match = _ASKED.search(question)
    if match is None:
        return frozenset()
    named = words(next(group for group in match.groups() if group))
    named = [word for word in named if word not in {"themselves", "themself", "actually", "really"}]
    if not named or set(named) & _NOT_PEOPLE:
        return frozenset()
    who = {named[-1]}
    for group in _GROUPS:
        if named[-1] in group:
            who |= set() if named[-1] in _ONE_PROFESSION else group
    return frozenset(stem(word) for word in who)


def spoken_by(passage: Passage, speakers: frozenset[str]) -> bool:
    """Whether the passage passes on words of these speakers."""
    if passage.kind in {Kind.RECOMMENDATION, Kind.FRONT_MATTER}:
        return False
    if passage.kind is Kind.QUOTE or passage.voice in {Voice.REPORTED, Voice.CASE_EXAMPLE}:
        return bool(speakers & {stem(word) for word in words(passage.text)})
    sentences = (passage.text[start:end] for start, end in sentence_spans(passage.text))
    return any(
        _SPEECH.search(sentence) and speakers & {stem(word) for word in words(sentence)} for sentence in sentences
    )


def with_voice_asked(question: str, hits: Sequence[RetrievedPassage]) -> list[RetrievedPassage]:
    """The hits that pass on words of those asked for, and those that are SURE; all hits where nobody's words are asked for."""
    speakers = speakers_asked(question)
    return [hit for hit in hits if not speakers or hit.score >= SURE or spoken_by(hit.passage, speakers)]
