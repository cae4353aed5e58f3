"""Organisations that a question names: in full, by abbreviation, by a telling part, by what they provide, or as a group."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from index.report import Kind, Report, Role
from rag.forms import blank, forms, stems, whole
from rag.sites import shielded
from rag.words import stem, topic_words, vocabulary, words

# Words of organisation names that tell no two of them apart.
_GENERIC = frozenset(
    stem(word)
    for word in "nhs foundation trust trusts the and of for services service limited ltd cic company interest".split()
)
# Too common in this field to name anybody by themselves.
_COMMON = frozenset(
    stem(word)
    for word in (
        "health healthcare care community mental england children commissioning clinical integrated royal general "
        "three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
    ).split()
)
_TYPES = (
    r"(?:trusts?|units?|boards?|partnerships?|services?|groups?|ccgs?|teams?|hospitals?|company|charity|providers?)"
)
_TYPE_WORD = re.compile(_TYPES, re.IGNORECASE)
# Integrated care boards took over from the clinical commissioning groups in 2022.
_CCGS = re.compile(
    r"\b(?:any\s+|all\s+)?(?:ccgs?|clinical commissioning groups?|icbs?|integrated care boards?)\b", re.IGNORECASE
)
_ROLES = (
    (_CCGS, None),
    (
        re.compile(r"\b(?:nhs )?commissioners?\b|\bcommissioning (?:bodies|organisations)\b", re.IGNORECASE),
        Role.COMMISSIONER,
    ),
    (re.compile(r"\bproviders?\b|\bprovider (?:trusts|organisations)\b", re.IGNORECASE), Role.PROVIDER),
)
TRUSTS = re.compile(r"\b(?:(?:for|to|by|of|the|both|two|nhs)\s+)+trusts?\b", re.IGNORECASE)
_IN_ADDRESS = re.compile(
    r"\b(?:for|to|by|of|at|not|must|should|does|do)\s+(?:the\s+)?(?P<name>(?:[\w&]+\s+){0,2}?[\w&]+)"
    r"(?=\s*(?:$|[?.,;]|\b(?:and|or|but|only|must|should|do|have|has|need)\b))",
    re.IGNORECASE,
)
_KIND_AFTER = re.compile(
    r"(?:\s+(?:nhs|foundation|trust|ft|cic|ltd|limited|hospital|ccg|clinical commissioning group))+\b(?:['’]s)?",
    re.IGNORECASE,
)
_SEVERAL = frozenset("both either neither two three all each every".split())
_PROVIDED = re.compile(r"^(?P<service>.*?)\b(?:is|are|were)\b.*?\bprovided by\b(?P<provider>.*)$", re.DOTALL)


def organisations_named(question: str, reports: Sequence[Report]) -> tuple[tuple[str, ...], str]:
    """Canonical names of the organisations in a question, and the question with them blanked out."""
    found: list[str] = []
    rest = question
    written = [
        (form, organisation)
        for report in reports
        for organisation in report.organisations
        for form in forms(organisation, report.area or "")
    ]
    for form, _ in sorted(written, key=lambda pair: -len(pair[0])):
        while match := whole(form).search(rest):
            found.extend(o.name for same, o in written if same.casefold() == form.casefold())
            rest = _kind_blanked(blank(rest, match), match.end())
    before = rest
    for report in reports:
        of_report = shielded(before, report)
        for read in (_partly_named, _by_telling_word, _in_address):
            partial, of_report = read(of_report, report)
            found.extend(partial)
        rest = _both_blanked(rest, of_report)
    for pattern, role in _ROLES:
        if (match := pattern.search(rest)) and not _of_strangers(rest[: match.start()], reports):
            group = [
                o.name
                for report in reports
                for o in report.organisations
                if (o.role is role and o.name in organisations_present(report) if role else pattern.search(o.name))
            ]
            if group:
                found.extend(group)
                rest = blank(rest, match)
    return tuple(dict.fromkeys(found)), rest


def trusts_named(question: str, reports: Sequence[Report]) -> tuple[tuple[str, ...], str]:
    """All trusts under review, where the question says "the trust" or "both trusts" and no more."""
    match = TRUSTS.search(question)
    names = tuple(
        name
        for report in reports
        for name in organisations_present(report)
        if re.search(r"\btrust\b", name, re.IGNORECASE)
    )
    return (names, blank(question, match)) if match and names else ((), question)


def _kind_blanked(text: str, end: int) -> str:
    """The text without the kind of body said once more after a name: "the Saltmarsh Partnership trust"."""
    match = _KIND_AFTER.match(text, end)
    return blank(text, match) if match else text


def _both_blanked(one: str, other: str) -> str:
    return "".join(" " if " " in pair else pair[0] for pair in zip(one, other, strict=True))


@lru_cache(maxsize=256)
def organisations_present(report: Report) -> tuple[str, ...]:
    """Organisations under review today: those of the front matter and those addressed; a predecessor is neither."""
    named = {
        name
        for passage in report.passages
        for name in (passage.organisations if passage.kind is Kind.FRONT_MATTER else passage.addressed_to)
    }
    return tuple(o.name for o in report.organisations if o.name in named)


def _partly_named(rest: str, report: Report) -> tuple[list[str], str]:
    """Named by a part of the name, or by the services provided, that no other shares: "the acute trust"."""
    names = {o.name: stems(o.name) for o in report.organisations}
    present = {name: names[name] for name in organisations_present(report)}
    services = _services(report)
    found: list[str] = []
    for match in re.finditer(
        rf"(?:[\w&'’]+\s+){{1,4}}{_TYPES}(?:\s+(?:nhs\s+|foundation\s+)*{_TYPES})*\b", rest, re.IGNORECASE
    ):
        kind = stem(words(match[0])[-1])
        readings = [(present, kind), (services, None), (names, kind)]
        if kind not in {"trust", "provid"}:
            del readings[1]
        for known, last in readings:
            if fits := _fitting(match[0], report, known, last):
                named, start = fits
                found.extend(named)
                start += match.start()
                rest = rest[:start] + " " * (match.end() - start) + rest[match.end() :]
                break
    return found, rest


def _fitting(
    phrase: str, report: Report, known: Mapping[str, frozenset[str]], kind: str | None
) -> tuple[list[str], int] | None:
    """Organisations whose stems hold all telling words of an ending of the phrase, and `kind`; and where that ending begins.

    One, or as many as fit where several are meant ("either hospital trust", "the acute trusts").
    """
    typed = list(re.finditer(r"[\w&'’]+", phrase))
    tokens = [stem(words(word[0])[0]) if words(word[0]) else word[0] for word in typed]
    area = stems(report.area or "")
    several = typed[-1][0].lower() in {"trusts", "hospitals"} or bool(_SEVERAL & {word[0].lower() for word in typed})
    if "acut" in tokens and not any("acut" in own for own in known.values()):
        # A trust that runs hospitals is an acute trust, whatever it calls itself.
        tokens, several = ["hospit" if token == "acut" else token for token in tokens], True
    for start in range(len(tokens) - 1):
        if not topic_words(typed[start][0]):
            continue
        telling = frozenset(tokens[start:-1]) - _GENERIC - area - {"&"}
        if len(telling) == 1 and telling <= _COMMON and start and topic_words(typed[start - 1][0]):
            continue  # of "the looked after children's hospital" the last two words name nobody
        fits = [name for name, own in known.items() if telling and telling <= own and (kind is None or kind in own)]
        if len(fits) == 1 or (fits and several):
            before = [word[0].lower() for word in typed[:start]]
            return None if _of_another(before, report) else (fits, typed[start].start())
    return None


def _of_another(before: Sequence[str], report: Report) -> bool:
    """Whether the words before a part of a name, back to the nearest function word, hold one that the report does not know."""
    for word in reversed(before):
        if word in {"and", "of", "&", "nhs"}:
            continue
        if not topic_words(word):
            return False
        if stem(word) not in vocabulary(report.text) and not _abbreviates(stem(word), report):
            return True
    return False


def _of_strangers(before: str, reports: Sequence[Report]) -> bool:
    """Whether a group's word ends the name of a body that no report knows, as in "<another area> CCG"."""
    return bool(reports) and all(_of_another(words(before), report) for report in reports)


def _by_telling_word(rest: str, report: Report) -> tuple[list[str], str]:
    """Named by one word that the report uses in organisations' names only, never as a common word."""
    found: list[str] = []
    for word, names in _telling_words(report.text, organisations_present(report), report.area or "").items():
        while match := whole(word).search(rest):
            found.extend(names)
            rest = _kind_blanked(blank(rest, match), match.end())
    return found, rest


@lru_cache(maxsize=256)
def _telling_words(text: str, names: tuple[str, ...], area: str) -> Mapping[str, tuple[str, ...]]:
    common = frozenset(re.findall(r"\b[a-z]\w+", text))
    known = sorted({word for name in names for word in words(name)})
    return {
        word: tuple(name for name in names if word in words(name))
        for word in known
        if len(word) > 3
        and not _TYPE_WORD.fullmatch(word)
        and word not in common
        and stem(word) not in _GENERIC | _COMMON | stems(area)
    }


def _in_address(rest: str, report: Report) -> tuple[list[str], str]:
    """Named after "for", "to" and the like by a short form: "for the acute", "for <area, cut short> acute"."""
    area = stems(report.area or "")
    for match in _IN_ADDRESS.finditer(rest):
        tokens = {stem(word) for word in words(match["name"])}
        telling = {t for t in tokens if t not in _GENERIC | area and not _abbreviates(t, report)}
        fits = [name for name in organisations_present(report) if telling <= stems(name)]
        if telling and not telling & _COMMON and len(fits) == 1:
            name_gone = rest[: match.start("name")] + " " * len(match["name"]) + rest[match.end("name") :]
            return fits, _kind_blanked(name_gone, match.end("name"))
    return [], rest


def _abbreviates(token: str, report: Report) -> bool:
    """Whether a word is the beginning of the area's name, as in "Notts" or "Worcs"."""
    short = token.rstrip("s")
    return len(short) > 3 and any(word.startswith(short) for word in words(report.area or ""))


@lru_cache(maxsize=256)
def _services(report: Report) -> dict[str, frozenset[str]]:
    """Organisation -> stems of what the background chapters say that it provides."""
    found: dict[str, frozenset[str]] = {}
    for passage in report.of_kind(Kind.CONTEXT):
        for sentence in re.split(r"(?<=[.)])\s+", passage.text):
            if said := _PROVIDED.match(sentence):
                for organisation in report.organisations:
                    if any(whole(form).search(said["provider"]) for form in (organisation.name, *organisation.aliases)):
                        found[organisation.name] = found.get(organisation.name, frozenset()) | stems(said["service"])
    return found
