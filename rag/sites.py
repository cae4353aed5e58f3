"""Hospitals and other sites: the organisation that runs one, where the report itself says so."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from index.report import Report
from rag.forms import blank, forms, stems, whole
from rag.words import words

_CAPITAL = r"(?:St\.?|[A-Z][\w’'-]+)"
_SITE = rf"{_CAPITAL}(?:\s+(?:and\s+)?{_CAPITAL}){{0,4}}?\s+(?:Hospital|Infirmary|(?:Health|Medical|Birth|Urgent\sCare)\sCentre|site)\b"
_SITES = re.compile(rf"(?P<first>{_SITE})(?P<more>(?:,\s+(?:the\s+)?{_SITE})*(?:,?\s+and\s+(?:the\s+)?{_SITE})?)")
_ONE = re.compile(_SITE)
_ARTICLE = re.compile(r"^(?:The|At|In|And|From|For|Both|When|While|Staff|Since)\s+")
_RUN_BY = re.compile(
    r"^[\s,(–-]*(?:(?:which|that)\s+)?(?:(?:is|are|was|were)\s+)?(?:also\s+)?"
    r"(?:(?:run|managed|operated|owned)\s+by|(?:a\s+)?(?:part|site|hospital)\s+of|\()\s*(?:the\s+)?$"
)
_RUNS = re.compile(
    r"^(?:\s*\([^)]*\))?(?:['’]s?\s+|[\s,(–-]*(?:(?:which|that|who)\s+)?(?:also\s+)?(?:runs?|operates?|manages?|owns?|at\s+its)\s+)"
    r"(?:the\s+|both\s+|two\s+hospitals,\s+)*$"
)
_PROVIDES_AT = re.compile(r"^(?:\s*\([^)]*\))?\s*,?\s*(?:at|from)\s+(?:both\s+)?(?:the\s+)?$")
_PROVIDED_BY = re.compile(r"\b(?:provided|delivered|run)\s+by\s+(?:the\s+)?$")
# How sure a report makes of who runs a site: not at all, by services provided there, by saying so.
_UNSAID, _LIKELY, _SAID = 0, 1, 2


@lru_cache(maxsize=64)
def sites(report: Report) -> Mapping[str, str | None]:
    """Each hospital or other site that the report names -> the organisation that it says runs it; None where it does not say.

    "X Hospital, run by Y Trust" and "Y Trust's X Hospital" outweigh "services provided by Y Trust at X Hospital"; where two
    organisations are equally likely, nobody is named. A site whose name is a part of one organisation's name is run by that one.
    """
    own_names = {o.name: stems(o.name) for o in report.organisations}
    said: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for passage in report.passages:
        owners = _owners(passage.text, report)
        text = passage.text
        for start, end, _ in owners:
            text = text[:start] + "\0" * (end - start) + text[end:]
        for match in _SITES.finditer(text):
            names = [_ARTICLE.sub("", " ".join(found.split())) for found in _ONE.findall(match[0])]
            strength, owner = _owner(passage.text, match, owners)
            for name in names:
                namesakes = [organisation for organisation, own in own_names.items() if stems(name) <= own]
                if len(namesakes) == 1:
                    said[name][namesakes[0]] = _SAID
                else:
                    said[name][owner] = max(said[name][owner], strength)
    return {name: _likeliest(owners) for name, owners in said.items()}


def sites_named(question: str, reports: Sequence[Report]) -> tuple[tuple[tuple[str, str], ...], str]:
    """(site, organisation) for every site in a question of which a report says who runs it, and the question without them."""
    found: list[tuple[str, str]] = []
    rest = question
    for report in reports:
        for name, form in _typed_forms(report):
            owner = sites(report)[name]
            while owner and (match := whole(form).search(rest)):
                found.append((name, owner))
                rest = blank(rest, match)
    return tuple(dict.fromkeys(found)), rest


def shielded(question: str, report: Report) -> str:
    """The question with its sites made NULs of the same length, so that no word of one is read as a part of a name."""
    for _, form in _typed_forms(report):
        question = whole(form).sub(lambda match: "\0" * len(match[0]), question)
    return question


@lru_cache(maxsize=64)
def _typed_forms(report: Report) -> tuple[tuple[str, str], ...]:
    """(site, how it may be typed), longest first: in full, or without "Hospital" where what is left stands for it alone."""
    everyday = frozenset(re.findall(r"\b[a-z]\w+", report.text))
    names = {word for o in report.organisations for word in words(o.name)} | set(words(report.area or ""))
    pairs: list[tuple[str, str]] = []
    for name in sites(report):
        pairs.append((name, name))
        short = name
        while " " in short:
            short = short.rsplit(" ", 1)[0]
            own = [word for word in words(short) if word not in everyday and word not in names]
            alone = len(re.findall(rf"\b{re.escape(short)}\b", report.text)) == len(whole(name).findall(report.text))
            if own and (" " in short or alone):
                pairs.append((name, short))
    return tuple(sorted(pairs, key=lambda pair: -len(pair[1])))


def _owners(text: str, report: Report) -> list[tuple[int, int, str]]:
    """(start, end, organisation) of each organisation written in a text, the longest spelling at a place."""
    found: list[tuple[int, int, str]] = []
    spellings = [(form, o.name) for o in report.organisations for form in forms(o, report.area or "")]
    for form, name in sorted(spellings, key=lambda pair: -len(pair[0])):
        for match in whole(form).finditer(text):
            end = match.start() + len(match[0].removesuffix("'s").removesuffix("’s"))
            if not any(start < end and match.start() < other for start, other, _ in found):
                found.append((match.start(), end, name))
    return found


def _owner(text: str, site: re.Match[str], owners: Sequence[tuple[int, int, str]]) -> tuple[int, str]:
    """How sure the text makes of who runs the site, and who that is."""
    for start, end, name in owners:
        if (end <= site.start() and _RUNS.match(text[end : site.start()])) or (
            site.end() <= start and _RUN_BY.match(text[site.end() : start])
        ):
            return _SAID, name
    for start, end, name in owners:
        if (
            end <= site.start()
            and _PROVIDES_AT.match(text[end : site.start()])
            and _PROVIDED_BY.search(text[max(0, start - 30) : start])
        ):
            return _LIKELY, name
    return _UNSAID, ""


def _likeliest(owners: Mapping[str, int]) -> str | None:
    best = max(owners.values())
    named = [name for name, strength in owners.items() if strength == best]
    return named[0] if best and len(named) == 1 else None
