"""How an organisation's name may be written in a question, and finding it there as whole words."""

import re
from functools import lru_cache

from index.report import Organisation
from rag.words import stem, words

_ENDING = re.compile(r"(?:\s+(?:NHS|Foundation|Trust|Clinical Commissioning Group|CCG|CIC|Limited|Ltd)\.?)+$")


def blank(text: str, match: re.Match[str]) -> str:
    """The text with the match made blanks of the same length."""
    return text[: match.start()] + " " * len(match[0]) + text[match.end() :]


@lru_cache(maxsize=16_384)
def whole(form: str) -> re.Pattern[str]:
    """Finds a name as whole words, "&" and "and" alike, any case, with or without a genitive."""
    parts = ("(?:&|and)" if part.lower() in {"&", "and"} else re.escape(part) for part in re.split(r"[\s-]+", form))
    words_of_form = r"[\s-]+".join(parts)
    return re.compile(rf"(?<!\w){words_of_form}(?:['’]s)?(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=4_096)
def forms(organisation: Organisation, area: str) -> frozenset[str]:
    """Printed spellings, and each without its legal ending where at least two telling words remain."""
    written = {organisation.name, *organisation.aliases}
    for form in list(written):
        written.add(re.sub(r"\bClinical Commissioning Group\b", "CCG", form))
        short = _ENDING.sub("", form).strip()
        for bare in (short, short.removeprefix("NHS ")):
            if len(bare.split()) >= 2 and bare.casefold() != area.casefold():
                written.add(bare)
    if organisation.name == "NHS England":
        written.add("NHSE")
    return frozenset(written)


@lru_cache(maxsize=16_384)
def stems(text: str) -> frozenset[str]:
    """Stems of all words of a name."""
    return frozenset(stem(word) for word in words(text))
