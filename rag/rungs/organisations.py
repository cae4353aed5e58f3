"""Organisations: is every organisation, service, post and place that the claim names one that the cited passages speak of?"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from index.organisations import organisations_in
from index.report import Kind, Passage, Report
from rag.abbreviations import abbreviations
from rag.claim import Claim
from rag.organisation_names import organisations_named
from rag.rungs.bodies import PLAIN, alike, bodies_named, bodies_spoken_of, words_of
from rag.rungs.exchange import misplaced, turned_round
from rag.sites import sites
from rag.words import stem, topic_words, words

# Words of organisations' names that tell none of them from others.
_UNTELLING = frozenset(
    stem(word)
    for word in "nhs trust trusts the and of for clinical commissioning group ccg ccgs health care services foundation".split()
)
_PROVIDES = re.compile(
    r"\b(?:provid\w+|runs?|delivers?|delivered|operate[sd]?|employ\w*|belongs?|sits? with|comes? from|managed?|manages)\b",
    re.IGNORECASE,
)
# Who pays for a service, and whom it works with, do not provide it.
_PAYING = frozenset({"commissioners", "public health", "NHS England", "council", "social care"})
_CAPITAL = re.compile(r"(?<![\w’'])[A-Z][\w’'&-]*")
_ROLE_WORD = re.compile(
    r"\b(?:ccgs?|clinical commissioning groups?|icbs?|integrated care boards?|(?:nhs )?commissioners?|providers?)\b",
    re.IGNORECASE,
)
_KIND_OF_BODY = re.compile(
    r"\s+(?:[A-Z]\w+\s+)?(?:CCG|Trust|Council|Hospitals?|NHS|CIC|Infirmary|Limited|Ltd"
    r"|Clinical Commissioning Group|Hospice|Health|Partnership"
    r"|Healthcare|Constabulary|Clinic|House|Centre)\b"
)
_OWN_NAME = re.compile(r"[A-Z]\w+\s+(?:NHS\s+)?$")


def objection(claim: Claim, reports: Sequence[Report]) -> str:
    """Why the claim names somebody that the cited text does not speak of, or "".

    Args:
        claim: the claim with its passages.
        reports: the loaded reports; those of the cited passages say who runs a hospital and how an organisation may be written.
    """
    cited = {passage.report for passage in claim.passages}
    own = tuple(report for report in reports if report.id in cited)
    return (
        _strange_name(claim, own) or _strange_body(claim, own) or _strange_organisation(claim, own) or _exchanged(claim)
    )


def _exchanged(claim: Claim) -> str:
    name = misplaced(claim)
    if name:
        return f"The cited text says this of another than {name}."
    both = turned_round(claim)
    return f"In the cited text this passes between {both} the other way round." if both else ""


def _strange_name(claim: Claim, reports: Sequence[Report]) -> str:
    """A proper name that stands nowhere in the cited passages."""
    known = _known_words(claim, reports)
    for name in _names(claim.text, reports):
        stems = [stem(word) for word in words(name)]
        if stems and not all(one in known or _explained(one, name, claim, reports) for one in stems):
            return f"The cited text does not speak of {name}."
    return ""


def _names(text: str, reports: Sequence[Report]) -> Iterator[str]:
    """Words with a capital that no rule of spelling explains, outside the names of bodies of the field."""
    bodies = bodies_named(text)
    for match in _CAPITAL.finditer(text):
        word = re.sub(r"['’]s?$", "", match[0])
        if any(body.start <= match.start() < body.end for body in bodies) or stem(word.lower()) in PLAIN:
            continue
        proper = any(stem(word.lower()) in _proper(report.text) for report in reports)
        named = proper or (_KIND_OF_BODY.match(text, match.end()) and topic_words(word))
        if _opens(text, match.start()) and not named:
            continue
        yield word


def _opens(text: str, place: int) -> bool:
    before = text[:place].rstrip("“\"'‘( ")
    return not before or before[-1] in ".:;?!"


@lru_cache(maxsize=64)
def _proper(text: str) -> frozenset[str]:
    """Stems of the words that a report writes with a capital inside its sentences and never without."""
    inside = {stem(word.lower()) for word in re.findall(r"(?<=[a-z,] )([A-Z][a-z’'-]{2,})", text)}
    return frozenset(inside - {stem(word) for word in re.findall(r"\b[a-z][\w’'-]+", text)})


def _known_words(claim: Claim, reports: Sequence[Report]) -> frozenset[str]:
    found: set[str] = set()
    for passage in claim.passages:
        found |= _passage_words(passage)
    for report in reports:
        found |= _passage_stems(f"{report.title} {report.area or ''}")
        spoken = {name for passage in claim.passages for name in _speaks_of(passage, report)}
        for organisation in report.organisations:
            if organisation.name in spoken:
                found |= _passage_stems(" ".join((organisation.name, *organisation.aliases)))
    return frozenset(found)


def _passage_words(passage: Passage) -> frozenset[str]:
    return _passage_stems(" ".join((*passage.heading, *passage.organisations, *passage.addressed_to, passage.text)))


@lru_cache(maxsize=4_096)
def _passage_stems(text: str) -> frozenset[str]:
    return frozenset(stem(part) for word in words(text) for part in (word, *word.split("-")))


def _explained(one: str, name: str, claim: Claim, reports: Sequence[Report]) -> bool:
    """Whether the passages hold a word that a strange one begins or ends, or what a short form stands for."""
    if any(one[:5] == known[:5] for report in reports for known in _passage_stems(report.area or "") if len(one) > 4):
        return True
    texts = [" ".join((*passage.heading, passage.text)) for passage in claim.passages]
    fulls = [abbreviations(report.text).get(name.removesuffix("s")) for report in reports]
    forms = {words_of(full) for full in fulls if full} | set(alike().get(words_of(name), ()))
    stemmed = [f" {' '.join(words_of(text))} " for text in texts]
    return any(f" {' '.join(form)} " in text for form in forms for text in stemmed) or (
        name.isupper() and len(name) > 1 and any(_initials(name, text) for text in texts)
    )


def _initials(name: str, text: str) -> bool:
    """Whether words that follow one another begin with the letters of a short form."""
    letters = [re.escape(letter) for letter in name.lower()]
    several = r"[\s-]+(?:(?:of|and|the|for|in)\s+)?".join(rf"{letter}\w+" for letter in letters)
    single = r"\w*".join(letters)
    return re.search(rf"\b(?:{several}|{single})", text.lower()) is not None


def _strange_body(claim: Claim, reports: Sequence[Report]) -> str:
    """A service, team or post that the cited passages do not speak of under any of its names."""
    named = bodies_named(claim.text)
    if not named:
        return ""
    spoken = frozenset[str]().union(*(_spoken_of(passage, reports) for passage in claim.passages))
    for mention in named:
        if mention.body not in spoken:
            return f"The cited text does not speak of {claim.text[mention.start : mention.end]}."
    return ""


def _spoken_of(passage: Passage, reports: Sequence[Report]) -> frozenset[str]:
    found = bodies_spoken_of(" ".join((*passage.heading, *passage.organisations, *passage.addressed_to)))
    found |= bodies_spoken_of(passage.text)
    for report in reports:
        if report.id == passage.report:
            for name in _named_in(passage, report):
                found |= _services(report).get(name, frozenset())
    return found


def _strange_organisation(claim: Claim, reports: Sequence[Report]) -> str:
    """An organisation of the report that the cited passages are not about."""
    written = _passage_stems(claim.text)
    for report in reports:
        telling = _telling(report)
        if not any(own & written for own in telling.values()):
            continue
        named, _ = organisations_named(_ROLE_WORD.sub(_without_role, claim.text), [report])
        cited = [passage for passage in claim.passages if passage.report == report.id]
        spoken = {name for passage in cited for name in _speaks_of(passage, report)}
        for name in named:
            if name not in spoken and telling.get(name, frozenset()) & written:
                return f"The cited text does not speak of {name}."
    return ""


def _without_role(match: re.Match[str]) -> str:
    """A word for a kind of body ("the CCG") blanked, unless it ends a name."""
    return match[0] if _OWN_NAME.search(match.string[: match.start()]) else "\0" * len(match[0])


@lru_cache(maxsize=64)
def _telling(report: Report) -> dict[str, frozenset[str]]:
    """Organisation -> stems of the words of its names that not every organisation has."""
    return {o.name: _passage_stems(" ".join((o.name, *o.aliases))) - _UNTELLING for o in report.organisations}


@lru_cache(maxsize=8_192)
def _speaks_of(passage: Passage, report: Report) -> frozenset[str]:
    """Organisations that a passage speaks of: named in it, or its trust as sites, services, or its recommendations tell."""
    named = _named_in(passage, report)
    if passage.addressed_to:
        return named
    run = {
        owner for site, owner in sites(report).items() if owner and re.search(rf"\b{re.escape(site)}\b", passage.text)
    }
    bodies = {mention.body for mention in bodies_named(" ".join((*passage.heading, passage.text)))}
    providing = {name for name, provided in _services(report).items() if provided & bodies}
    likely = run | (providing if not run else set())
    if not likely:
        recommendations = [each for each in report.passages if each.id in passage.recommendations]
        likely = {name for each in recommendations for name in each.addressed_to}
    return named | frozenset(likely)


@lru_cache(maxsize=8_192)
def _named_in(passage: Passage, report: Report) -> frozenset[str]:
    printed = organisations_in(" ".join(passage.heading), report.organisations)
    named, _ = organisations_named(passage.text, [report])
    return frozenset((*passage.organisations, *passage.addressed_to, *printed, *named))


@lru_cache(maxsize=64)
def _services(report: Report) -> dict[str, frozenset[str]]:
    """Organisation -> the bodies of the field that the background chapters say it provides."""
    found: dict[str, frozenset[str]] = {}
    for passage in report.of_kind(Kind.CONTEXT):
        for sentence in re.split(r"(?<=[.;)])\s+|\n", passage.text):
            named = organisations_in(sentence, report.organisations)
            if len(named) == 1 and _PROVIDES.search(sentence):
                bodies = frozenset(mention.body for mention in bodies_named(sentence)) - _PAYING
                found[named[0]] = found.get(named[0], frozenset()) | bodies
    return found
