"""How a turn of a conversation leans on the one before it: its opening, its gaps, and the words that point back."""

import re
from dataclasses import dataclass

from rag.nouns import Sort, is_plural, sort_of
from rag.words import topic_words, words

_NOD = (
    r"(?:and|so|but|or|also|plus|then|ok(?:ay)?|thanks|thank you|thx|ta|cheers|hi|hello|please|well|yes|yeah|oh|ah|hm+|"
    r"sorry|actually|wait|anyway|(?:great|right|good|fine|lovely|perfect|brilliant|no|nope)(?=\s*(?:$|[,.!;:–-])))"
)
_NODS = re.compile(rf"^(?:{_NOD}\b[\s,.!;:–-]*)+", re.IGNORECASE)
_JOINS = re.compile(r"\b(?:and|so|also|plus|then|or|but)\b", re.IGNORECASE)
_SWAP = re.compile(
    r"^(?:(?:and\s+)?(?:what|how) about|what of|how (?:is|are) (?:that|it|this|things?) (?:for|with|in|at)|"
    r"(?:(?:the )?same|ditto)(?:\s+(?:question|thing))?(?:\s+(?:for|about|with|but for))?)\b[\s,:–-]*(?:(?:just|only)\s+)?",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"^(?:no|nope|sorry|wrong|not that(?: one)?)?\b[\s,.!-]*(?:but\s+)?"
    r"\b(?:i|we) (?:meant|mean|was asking about|were asking about|asked about)\b[\s,:–-]*|^(?:sorry|no|nope)\b[\s,.!-]+(?=the\b)",
    re.IGNORECASE,
)
_NOT_BUT = re.compile(
    r"^(?:no\b[\s,]*)?not\s+(?P<out>[^,;]+?)\s*(?:[,;–-]+|\bbut\b)\s*(?:but\s+)?(?P<body>\S.*)$", re.IGNORECASE
)
_ENDING = re.compile(r"[\s,]*(?:\b(?:then|please|though|instead|too|as well|(?<=\w )ones?))?[\s?.!]*$", re.IGNORECASE)
_THANKS = frozenset(
    """
    thanks thank you thx ta cheers ok okay k great good right fine lovely perfect brilliant cool nice hi hello hey yes yeah no
    bye goodbye morning afternoon evening so very much a lot many all that s is that's for now help helpful understood noted got
    it i see interesting wow super excellent wonderful ah oh hm hmm sure please
    """.split()
)
_NODDING = frozenset(
    "thanks thank thx ta cheers ok okay great hi hello hey bye goodbye yes yeah lovely perfect brilliant cool wow "
    "nice interesting understood noted good fine right excellent wonderful super sure see".split()
)
_VERB = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must|may|might|"
    r"isn|aren|wasn|weren|don|doesn|didn|hasn|haven|couldn|wouldn|shouldn)"
)
VERB = re.compile(rf"\b{_VERB}\b", re.IGNORECASE)
_RELATIVE = re.compile(r"(?<=\w)\s+(?:who|which|that|where|whose)\b.*", re.IGNORECASE)
_ORDER = re.compile(
    r"^(?:tell|show|list|give|explain|describe|compare|name|find|quote|say|summari[sz]e|count|is|are)\b", re.IGNORECASE
)
_ASKS = re.compile(
    r"^(?:(?:by|for|from|to|in|at|on|since|of|with|until|till)\s+)?(?:who(?:m|se)?|what(?:['’]?s)?|which|when|where|why|how)\b",
    re.IGNORECASE,
)
_GIVEN = re.compile(r"^(?:if|when|where|unless|once|while|after|before|because)\b", re.IGNORECASE)
_MOST_WORDS = 6

_POINTER = re.compile(
    r"\b(?P<plural>they|them|their|theirs|these|those|both)\b|"
    r"\b(?P<person>she|he|her|him|his|hers)\b|"
    r"\b(?P<single>it|its|this)\b|"
    r"(?P<that>\b(?:is|was|does|did|do|are|about|to|of|for|on|after|before|with|from|why|how|in|under|behind|and)\s+that\b|"
    r"\bthat\b(?=\s*(?:$|[?.,])))|"
    r"(?P<there>(?<!is )(?<!are )(?<!was )(?<!were )\bthere\b(?!\s+(?:is|are|was|were|an?|any|no)\b))|"
    r"(?P<same>\b(?:same|above|former|latter)\b|\bones?\b(?=\s*(?:$|[?.,])))",
    re.IGNORECASE,
)
# "is it true that", "what does it say about": nothing is pointed at.
_EMPTY_IT = re.compile(
    r"\b(?:is|was)\s+it\s+(?:true|clear|known|possible|likely|said|right that|the case)\b|\bit\s+(?:say|says|said|is said)\b|"
    r"\bthey\s+(?:say|said|find|found|think|thought|mention|mentioned|recommend|recommended|conclude|concluded|write|wrote|report|"
    r"reported|ask for|asked for|want|wanted)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[,;]|\b(?:and|but|or|if|when|where|because|so|who|which|that|while|before|after|until|unless|whether|once)\b",
    re.IGNORECASE,
)
_INVERTED = re.compile(rf"\b{_VERB}(?:n?['’]?t)?\s+$", re.IGNORECASE)
_ECHO = re.compile(
    r"^(?:(?:none|nothing|nobody|really|seriously|is that (?:true|right|so)|are you sure)|"
    rf"{_VERB}(?:n?['’]?t)?\s+(?:they|it|he|she|there))[\s?.!]*$",
    re.IGNORECASE,
)
_ALIKE = re.compile(rf"^{_VERB}(?:n?['’]?t)?\s+(?!there\b)(?P<who>\w.*)$", re.IGNORECASE)
# Words by which a short question shows that it goes on from something.
_GOES_ON = re.compile(
    r"\b(?:others|others?(?=\s*(?:$|[?.,]|ones?\b))|else|more|again|another|also|too|either|compares?|compared|differs?|different|enough|better|worse|"
    r"evidence|examples?|instead|happened|people|anyone|anybody|someone|somebody|everyone|everybody|nobody)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A turn without its opening words.

    Attributes:
        body: what is left, without connectors, thanks and the like.
        joined: whether it opens with "and", "so" or the like.
        swapped: whether it opens as something put in the place of something else ("what about …", "I meant …").
        ruled_out: what it says is not meant ("not X, Y"), else empty.
    """

    body: str
    joined: bool = False
    swapped: bool = False
    ruled_out: str = ""


def opened(text: str) -> Opened:
    """The turn with its opening told apart; the body is the whole text where nothing would be left."""
    nods = _NODS.match(text)
    body = text[nods.end() :] if nods else text
    joined = nods is not None and _JOINS.search(nods[0]) is not None
    swapped, ruled_out = False, ""
    for pattern in (_CORRECTION, _SWAP):
        if match := pattern.match(body) or pattern.match(text):
            body = match.string[match.end() :]
            swapped = True
    if match := _NOT_BUT.match(body) or _NOT_BUT.match(text):
        body, ruled_out, swapped = match["body"], match["out"], True
    return Opened(body, joined, swapped, ruled_out) if words(body) else Opened(text)


def is_small_talk(text: str) -> bool:
    """Whether nothing is asked or told: a greeting, thanks, a nod."""
    said = words(text)
    return (
        bool(said)
        and len(said) <= _MOST_WORDS
        and set(said) <= _THANKS
        and not _NODDING.isdisjoint(said)
        and "?" not in text
    )


def without_ending(fragment: str) -> str:
    """A fragment without the question mark and words such as "then" or "please" at its end."""
    return _ENDING.sub("", fragment).strip(" ,")


def is_fragment(body: str) -> bool:
    """Whether it has no verb of its own, clauses that tell of a noun aside ("families who do not speak English")."""
    if _ASKS.match(body) or _GIVEN.match(body) or _ORDER.match(body):
        return False
    return not VERB.search(_RELATIVE.sub("", body)) and len(words(body)) <= 2 * _MOST_WORDS


def is_question_word(body: str) -> bool:
    """Whether it asks with little more than a question word: "since when?", "how often", "why not?"."""
    return bool(_ASKS.match(body)) and len(words(body)) <= 4 and not VERB.search(body)


def echoes(body: str) -> bool:
    """Whether it only asks the last question over again: "are they?", "none?", "really?"."""
    return _ECHO.match(body) is not None


def one_asked_alike(body: str) -> str:
    """Whom a question without a predicate asks the same of ("do health visitors?" gives "health visitors"); else ""."""
    match = _ALIKE.match(without_ending(body))
    return (
        match["who"]
        if match and sort_of(match["who"]) is Sort.ACTOR and len(words(match["who"])) <= _MOST_WORDS - 2
        else ""
    )


def pointer(body: str) -> re.Match[str] | None:
    """The first word that points at something which the question itself does not name; groups tell its sort."""
    hidden = _EMPTY_IT.sub(lambda match: "-" * len(match[0]), body)
    for match in _POINTER.finditer(hidden):
        if not _has_own_antecedent(body, match):
            return match
    return None


def _has_own_antecedent(body: str, match: re.Match[str]) -> bool:
    """Whether a noun of fitting number stands before it: in an earlier clause, or as the subject that "they" or "their" repeats."""
    sort, before = match.lastgroup, body[: match.start()]
    if sort not in {"plural", "person", "single"} or match[0].lower() in {"these", "those", "this", "both"}:
        return False
    clauses = list(_CLAUSE.finditer(before))
    earlier = before[: clauses[-1].start()] if clauses else ""
    if sort == "plural":
        if any(is_plural(word) for word in topic_words(earlier)):
            return True
        repeats = match[0].lower() in {"they", "their"} and not _INVERTED.search(before)
        return repeats and any(is_plural(word) for word in topic_words(before))
    return any(not is_plural(word) for word in topic_words(earlier))


def goes_on(body: str) -> bool:
    """Whether a short question with few words of its own shows by one of them that it goes on from the last."""
    return len(topic_words(body)) <= 2 and _GOES_ON.search(body) is not None
