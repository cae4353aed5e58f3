"""Numerals in digits and words: what number a run of tokens tells, with the tokens that a sentence is read as."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
UNITS = {word: Fraction(value) for value, word in enumerate(_SMALL)} | {"nil": Fraction(0)}
TENS = {
    word: Fraction(10 * value)
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "k": 1000, "m": 10**6, "bn": 10**9}
GROUPS = {"dozen": Fraction(12), "couple": Fraction(2), "pair": Fraction(2), "trio": Fraction(3), "score": Fraction(20)}
_ORDINAL_STEMS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth"
).split()
ORDINALS = {word: value for value, word in enumerate(_ORDINAL_STEMS) if value} | {
    "twentieth": 20,
    "thirtieth": 30,
    "fortieth": 40,
    "fiftieth": 50,
    "hundredth": 100,
}
DENOMINATORS = {"half": 2, "quarter": 4} | {word: value for word, value in ORDINALS.items() if value > 2}
DENOMINATORS |= {f"{word}s": value for word, value in DENOMINATORS.items()} | {"halves": 2}

_TOKEN = re.compile(
    r"""(?P<fiscal>\b(?:19|20)\d\d\s?[/–-]\s?(?:(?:19|20)\d\d|\d\d)\b(?![/\d]))
    |(?P<day>\b\d{1,2}[/.]\d{1,2}[/.](?:19|20)?\d\d\b|\b(?:19|20)\d\d-\d\d-\d\d\b)
    |(?P<always>\b24/7\b)
    |(?P<clock>\b\d{1,2}(?:[.:]\d\d)?\s?[ap]\.?m\b\.?|\b\d{1,2}:\d\d\b(?:\s?[ap]\.?m\b\.?)?)
    |(?P<ordinal>\b\d+(?:st|nd|rd|th)\b)
    |(?P<reference>\b\d+(?:\.\d+){2,})
    |(?P<number>\d+\s?[½¼¾]|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)
    |(?P<word>[a-z]+(?:['’][a-z]+)?)
    |(?P<sign>[£$€%+])
    |(?P<stop>[,;:.!?()"“”]|\s[–—-]\s|—)
    |(?P<dash>(?<=\w)[–-](?=\d))
    |(?P<slash>/)""",
    re.IGNORECASE | re.VERBOSE,
)
_PARTS = {"½": "5", "¼": "25", "¾": "75"}
# Passages and recommendations referred to are no quantities.
_REFERENCES = re.compile(
    r"[(\[]\s*(?:see\s+)?(?:also\s+)?(?:recommendations?|recs?|findings?|paragraphs?|paras?|¶|R\s?\d)[^()\[\]]{0,120}[)\]]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word, numeral or sign; `kind` is the group of `_TOKEN` that took it, `low` its small letters."""

    kind: str
    low: str
    raw: str


END = Token("stop", "", "")


def tokens_of(sentence: str) -> list[Token]:
    """Tokens of a sentence in order; references in brackets are left out, a hyphen between letters is a blank."""
    found: list[Token] = []
    for match in _TOKEN.finditer(_REFERENCES.sub(" ", sentence)):
        kind = match.lastgroup or "word"
        raw = match[0]
        if kind == "dash" and not (found and found[-1].kind in {"number", "ordinal", "clock"}):
            continue
        found.append(Token(kind, _decimal(raw) if kind == "number" else raw.strip().lower(), raw))
    return found


def _decimal(number: str) -> str:
    part = _PARTS.get(number[-1])
    return number if part is None else f"{number[:-1].strip()}.{part}"


def cardinal(tokens: Sequence[Token], at: int) -> tuple[Fraction, int] | None:
    """The number told from this token on ("one hundred and four", "1.2 million", "half a dozen"), and where it ends."""
    if at >= len(tokens):
        return None
    token = tokens[at]
    if token.kind == "number":
        return _scaled(tokens, Fraction(token.low.replace(",", "")), at + 1)
    if token.kind != "word":
        return None
    if token.low == "half" and _words(tokens, at + 1, 2) == ["a", "dozen"]:
        return Fraction(6), at + 3
    if token.low in {"a", "an"}:
        following = _words(tokens, at + 1, 1)
        if following and following[0] in GROUPS and following[0] != "score":
            return GROUPS[following[0]], at + 2
        if following and following[0] in {"hundred", "thousand", "million"}:
            return _spelled(tokens, at + 1)
        return None
    if token.low in UNITS or token.low in TENS:
        value, end = _spelled(tokens, at)
        following = _words(tokens, end, 1)
        if following == ["dozen"]:
            return value * 12, end + 1
        return value, end
    return None


def _words(tokens: Sequence[Token], at: int, count: int) -> list[str]:
    return [token.low for token in tokens[at : at + count] if token.kind == "word"]


def _scaled(tokens: Sequence[Token], value: Fraction, end: int) -> tuple[Fraction, int]:
    following = _words(tokens, end, 1)
    if following and following[0] in SCALES:
        return value * SCALES[following[0]], end + 1
    return value, end


def _spelled(tokens: Sequence[Token], at: int) -> tuple[Fraction, int]:
    total, current, end, room = Fraction(0), Fraction(0), at, Fraction(10**12)
    while end < len(tokens) and tokens[end].kind == "word":
        word = tokens[end].low
        if word in UNITS or word in TENS:
            value = UNITS[word] if word in UNITS else TENS[word]
            if value >= room or (word in UNITS and value == 0 and end > at):
                break
            current += value
            room = Fraction(10) if word in TENS else Fraction(0)
        elif word in {"hundred", "thousand", "million"}:
            current = (current or Fraction(1)) * SCALES[word]
            room = Fraction(100)
            if word != "hundred":
                total, current, room = total + current, Fraction(0), Fraction(1000)
        elif word == "and" and room in {Fraction(100), Fraction(1000)} and _goes_on(tokens, end + 1):
            pass
        else:
            break
        end += 1
    return total + current, end


def _goes_on(tokens: Sequence[Token], at: int) -> bool:
    following = _words(tokens, at, 1)
    return bool(following) and (following[0] in UNITS or following[0] in TENS)
