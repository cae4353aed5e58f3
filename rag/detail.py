"""What detail a question asks for (a number, a time, a name), and which sentences hold one of that kind."""

import re
from dataclasses import dataclass
from enum import StrEnum

from index.lexical import index_words
from rag.words import topic_words, words

_SMALL = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_NUMBER_WORDS = frozenset(f"{_SMALL} twenty thirty forty fifty sixty seventy eighty ninety hundred thousand".split())
_AMOUNTS = _NUMBER_WORDS | frozenset(
    "no none all both every each half third quarter most majority single once twice".split()
)
_AMOUNT = rf"\d|\b(?:{'|'.join(sorted(_AMOUNTS))})\b"
# A sum has few digits; without an end to them a table of figures would be read over again from each.
_MONEY = r"[£$€]\s?\d|\b\d[\d,.]{0,30}\s?(?:pounds|million|k)\b|\bband \w+"
_SHARE = (
    r"\d\s?%|\bper\s?cent\b|\b(?:half|third|quarter|majority|most|all|none|every) (?:of|but)\b|"
    r"\b(?:in|out of) (?:two|three|four|five|six|eight|ten|\d+)\b|\b\d+ of\b"
)
_SPAN = r"\b(?:minutes?|hours?|days?|weeks?|months?|years?|night|immediately|same day|fortnight|daily|promptly|quickly)\b|24/7"
_FREQUENCY = (
    r"\b(?:daily|weekly|(?:bi-?)?monthly|quarterly|annual\w*|yearly|termly|fortnight\w*|every|each|once|twice|times|"
    r"regular\w*|never|not)\b"
)
_DATE = (
    r"\b(?:19|20)\d\d\b|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"spring|summer|autumn|winter|(?:last|this|next) year|days?|weeks?|months?|years?|\d+(?:[.:]\d\d)? ?[ap]m|date|"
    r"since|yet|soon|later|recently|after|before|until|once|when|at)\b"
)
_AGE = r"\b(?:age|aged|ages)\b|\byears? old\b|year-old|\b(?:under|over)-?\s?\d"
_RATING = r"\b(?:rat(?:ed|ing)|grad(?:e|ed)|scor(?:e|ed)|judged|outstanding|inadequate|requires improvement)\b"
# A capital after a word in small letters.
_NAME = r"(?-i:(?<=[a-z,;] )[A-Z][a-z]+)"
# Reports of this kind hardly ever name a person; where one does, it is with a title.
_PERSON_NAME = r"\b(?:dr|mrs?|ms|miss|prof(?:essor)?|sir|dame|lord|lady)\.? (?-i:[A-Z])"
_PERSON = (
    r"(?:(?:doctor|nurse|manager|director|chair|consultant|officer|leader|lead|head|worker|visitor|governor|chief|executive|"
    r"paediatrician|psychiatrist|psychologist|gp|person|girl|boy|child|mother|father|mum|dad)s?|matrons?|midwi(?:fe|ves))"
)
_NAME_OF = r"^(?:so |and )?(?:what|wot|which|whats|give|tell)\b.*\b(?:names?|(?<!so-)called)\b"
_WHICH_OF_THEM = rf"\bwhich (?:{'|'.join(_SMALL.split()[1:])}|\d+)(?! ?-|-)\b"
_START = r"(?:^|[.!?;,] |\band )(?:so )?"


class Sort(StrEnum):
    """What sort of thing a detail is."""

    NUMBER = "number"
    TIME = "time"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Detail:
    """A kind of detail: the form of the questions that ask for it, and what a sentence must hold to give it."""

    sort: Sort
    asks: re.Pattern[str]
    holds: re.Pattern[str]

    def held_by(self, sentence: str) -> bool:
        """Whether a sentence holds a detail of this kind."""
        return self.holds.search(sentence) is not None


DETAILS = tuple(
    Detail(sort, re.compile(asks, re.IGNORECASE), re.compile(holds, re.IGNORECASE))
    for sort, asks, holds in (
        (
            Sort.NUMBER,
            r"\bhow much\b.*\b(?:costs?|spend|spent|spending|pays?|paid|money|worth|fund\w*|budget|charged?|earns?)\b|"
            r"\bhow much (?:is|are|was|were)\b|\b(?:budget|salary|price|cost|value|fee|wage) (?:of|for)\b|"
            r"\bwhat\b.*\b(?:costs?|salary|price|fee|budget)\b|\b(?:pay|salary) (?:grade|band)\b|\bwhat (?:band|grade|pay)\b",
            _MONEY,
        ),
        (
            Sort.NUMBER,
            r"\b(?:percentage|per\s?cent|proportion|fraction|what share)\b|%|\brates? (?:of|for|at|in)\b|\brates?\W*$",
            _SHARE,
        ),
        (
            Sort.NUMBER,
            r"\bhow (?:many|few)\b|\b(?:what|which) number\b|\bnumbers? of\b|\bhow (?:big|large|high)\b",
            _AMOUNT,
        ),
        (Sort.NUMBER, r"\bhow old\b|\bwhat age\b", _AGE),
        (Sort.NUMBER, r"\bwhat (?:\w+ )?(?:rating|score|grade)\b|\b(?:rating|score)\b.*\b(?:get|given?)\b", _RATING),
        (
            Sort.TIME,
            r"\bhow (?:long|quick(?:ly)?|soon|fast|late)\b|\bwaiting times?\b|\blength of\b|"
            r"\bhow many (?:minutes|hours|days|weeks|months|years)\b",
            _SPAN,
        ),
        (Sort.TIME, r"\bhow (?:often|regularly|frequently)\b|\bfrequency\b", _FREQUENCY),
        (
            Sort.TIME,
            rf"{_START}(?:when|wen) (?:is|are|was|were|will|did|do|does|has|have|had|the)\b|"
            r"\b(?:what|which|wot|wat) (?:year|month|date|day|time)\b|\btimetable\b",
            _DATE,
        ),
        (Sort.NAME, rf"{_NAME_OF}.*\b{_PERSON}\b|\b{_PERSON}(?:'s)? name\W*$", _PERSON_NAME),
        (Sort.NAME, rf"{_NAME_OF}|^names? of\b|\bname\W*$|{_WHICH_OF_THEM}", _NAME),
    )
)

_COUNTED = re.compile(
    r"\bhow many (?:of (?:the |our |their )?|the |our )?(?P<thing>[\w'’-]+(?: [\w'’-]+)?)", re.IGNORECASE
)
_REACH = 5


def details_asked(question: str) -> tuple[Detail, ...]:
    """The kinds of detail that the form of a question asks for; often none."""
    return tuple(detail for detail in DETAILS if detail.asks.search(question))


def thing_counted(question: str) -> frozenset[str]:
    """`index_words` of the thing whose number is asked for ("how many referrals" gives "referr"); empty where none is."""
    match = _COUNTED.search(question)
    return frozenset(index_words(" ".join(topic_words(match["thing"])))) if match else frozenset()


def counts(sentence: str, thing: frozenset[str]) -> bool:
    """Whether a number stands shortly before one of these `index_words`."""
    tokens = words(sentence)
    return any(
        thing & set(index_words(" ".join(tokens[place + 1 : place + 1 + _REACH])))
        for place, token in enumerate(tokens)
        if token[0].isdigit() or token in _AMOUNTS
    )
