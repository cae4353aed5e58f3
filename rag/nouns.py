"""What a noun phrase of a question names: somebody, a place, or a thing; one or several. By its head: the word before "of" or "in"."""

import re
from enum import StrEnum

from rag.words import words

DETERMINER = re.compile(
    r"^(?:the|an?|any|some|all|both|their|its|his|her|this|that|these|those|no|each|every)\b\s*", re.IGNORECASE
)
_PLURALS = frozenset("children people women men staff midwives police".split())
# Those who do something or have something done to them, and the teams and services that they are.
_ACTOR = re.compile(
    r"^(?:nurses?|midwi(?:fe|ves|fery)|gps?|practices?|visitors?|visiting|nursing|doctors?|consultants?|staff|practitioners?|clinicians?|"
    r"professionals?|teams?|services?|agenc(?:y|ies)|trusts?|ccgs?|camhs|social care|maternity|commissioners?|providers?|workers?|"
    r"carers?|leavers?|child(?:ren)?|babies|baby|infants?|toddlers?|teenagers?|teens|young|adolescents?|boys?|girls?|adults?|"
    r"m(?:o|u)thers?|mums?|fathers?|dads?|parents?|famil(?:y|ies)|wom[ae]n|m[ae]n|people|patients?|clients?|victims?|pupils?|"
    r"police|crews?|governors?|leads?|boards?|therapists?|psychiatrists?|psychologists?|paediatricians?|pharmacists?|dentists?|"
    r"receptionists?|porters?|teachers?|advisers?|managers?|champions?|schools?|\w{3,}ists?|\w{3,}ioners?)$"
)
_PLACE = re.compile(
    r"^(?:hospitals?|infirmar(?:y|ies)|cent(?:re|er)s?|clinics?|wards?|units?|departments?|ed|a&e|sites?|area|county|city|town|borough|"
    r"region|country|home|homes|community|sections?)$"
)
_AFTER_HEAD = re.compile(
    r"\s+(?:in|at|of|for|on|with|who|which|that|from|by|to|about|aged|placed|under|over|without|during|after|before)\b.*$",
    re.IGNORECASE,
)


class Sort(StrEnum):
    """What sort of thing a noun phrase names."""

    ACTOR = "actor"
    PLACE = "place"
    THING = "thing"


def head(phrase: str) -> str:
    """The head of a noun phrase in lower case: "visitors" of "the health visitors in Fenton"; "" where there is no word."""
    said = words(_AFTER_HEAD.sub("", phrase)) or words(phrase)
    return said[-1] if said else ""


def sort_of(phrase: str) -> Sort:
    """The sort of thing that a noun phrase names, by its head."""
    noun = head(phrase)
    return Sort.ACTOR if _ACTOR.match(noun) else Sort.PLACE if _PLACE.match(noun) else Sort.THING


def is_plural(word: str) -> bool:
    """Whether a lower-case noun looks like a plural."""
    return word in _PLURALS or (len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us", "is")))
