"""Bodies that a question names and that no recommendation of the reports in scope is addressed to."""

import re
from collections.abc import Sequence

from index.report import Kind, Report
from rag.cues import ASIDE, RELATION, Wanted
from rag.intent import is_duty
from rag.naming import Named
from rag.words import stem, topic_words

_RELATION_STEMS = frozenset(stem(word) for word in RELATION)
# Spelling is loose on purpose, as in rag/references.py.
_KIND_WORDS = re.compile(
    r"\b(?:rec\w{0,4}m\w{0,3}nd\w{0,6}|recs?|pa\w{0,3}gra\w{0,3}s?|case\s+stud\w+)\b", re.IGNORECASE
)
# The name of a body that no loaded report knows, as somebody whom recommendations are sought for.
_NAME = re.compile(
    r"\b(?:[Ff]or|[Tt]o|[Oo]f|[Bb]y|[Dd]oes|[Mm]ust|[Ss]hould)\s+(?:[Tt]he\s+)?(?P<name>(?:[A-Z][\w'’]+\s+(?:(?:and|&|of)\s+)?){1,5}"
    r"(?:Trusts?|Hospitals?|CCG|ICB|Police|Council|Infirmary|Board|Partnership|Service|University|Ambulance|Constabulary))\b"
)
# Bodies that reviews speak of and hardly ever address, as people write them without capitals.
_BODY = re.compile(
    r"\b(?:for|to|of|by|on|does|do|must|should|has|have|anything)\s+(?:the\s+)?(?P<name>(?:(?:county|city|borough|district|local|"
    r"unitary|parish)\s+)*council|local authorit(?:y|ies)|police|lscb|(?:local )?safeguarding (?:children )?(?:board|partnership)|ofsted|"
    r"(?:children['’]?s )?social (?:care|services)|schools|probation)(?=\s*(?:$|[?.,;!]|\b(?:must|should|ha(?:s|ve)|needs?|do|in)\b))",
    re.IGNORECASE,
)


def strangers_in(plain: str, named: Named, wanted: Wanted | None, scope: Sequence[Report]) -> tuple[str, ...]:
    """Names of bodies whose recommendations or duties are asked for and that none is addressed to.

    Args:
        plain: the question without references, known names and conditions.
        named: the known names in it; `elsewhere` are those of other reports than the one it names.
        wanted: what it asks for.
        scope: the reports it asks.
    """
    if wanted is not Wanted.RECOMMENDATION and not is_duty(plain):
        return ()
    if named.elsewhere:
        return named.elsewhere
    if wanted is Wanted.RECOMMENDATION and (match := _NAME.search(plain)):
        return (match["name"],)
    match = _BODY.search(plain)
    if not match or named.organisations or topic_left(plain.replace(match["name"], " ")):
        return ()
    headings = " ".join(" ".join(p.heading) for report in scope for p in report.of_kind(Kind.RECOMMENDATION))
    return () if match["name"].lower() in headings.lower() else (f"the {match['name'].lower()}",)


def topic_left(plain: str) -> list[str]:
    """Content words that are neither form nor kinds of passages, and do not tell why somebody asks."""
    left = _KIND_WORDS.sub(" ", ASIDE.sub(" ", plain))
    return [word for word in topic_words(left, RELATION) if stem(word) not in _RELATION_STEMS]
