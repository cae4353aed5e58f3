"""Names of health organisations in running text: where they begin and end, and when two spellings are one name."""

import re
from collections.abc import Collection, Iterator

from rapidfuzz.distance import Indel

# Bodies that a review names but does not address: councils, departments, regulators, boards.
AUTHORITY = re.compile(
    r"\b(?:Council|Borough|Local Authority|Department|Ofsted|CQC|Care Quality Commission|Public Health(?: England)?|Police|Home Office"
    r"|Ministry|Safeguarding (?:Children )?Board|LSCB|Government|Local Authorities)\b",
    re.IGNORECASE,
)
_SUFFIX = (
    r"(?:NHS\s+)?(?:Foundation\s+)?[Tt]rust|NHS\s+FT|Clinical\s+Commissioning\s+Groups?|CCGs?|Integrated\s+Care\s+Board|NHS\s+England"
    r"|Community\s+Interest\s+Company|C\.?I\.?C\.?|Limited|Ltd|Integrated\s+Care\s+System|PCT|Primary\s+Care\s+Trust|Social\s+Enterprise"
)
_END = re.compile(
    rf"(?:{_SUFFIX}|Unit|Team|Services?|Group|Board|Partnership|Council|Hospitals?|Company|Healthcare|Authority|LLP|Inc|Hospice|Federation|Charity|Foundation|Society|Network|Agency)\.?$"
)
_KIND = re.compile(rf"(?:{_SUFFIX})$")
_WORD = r"(?:St\.|[A-Z][\w’'-]*|&)"
_LINK = r"(?:and|of|the|for|upon|on|in)"
_NAME = re.compile(
    rf"\b(?:{_WORD}\s+)(?:(?:{_WORD}|{_LINK}(?=\s+(?:{_LINK}\s+)?[A-Z&]))\s+){{0,9}}?"
    r"(?:(?:NHS\s+)?(?:Foundation\s+)?[Tt]rust|Clinical\s+Commissioning\s+Group|CCG|Integrated\s+Care\s+Board"
    r"|Community\s+Interest\s+Company|CIC)\b(?!\s+(?:Board|Area|boards?))"
    r"|\bNHS\s+(?:[A-Z][\w’'-]*\s+){0,3}[A-Z][\w’'-]*,\s+(?:[A-Z][\w’'-]*,?\s+){1,4}and\s+(?:[A-Z][\w’'-]*\s+){1,4}?"
    r"Integrated\s+Care\s+Board\b|\bNHS\s+England\b"
)
_ABBREVIATED = re.compile(r"\s*\((?:the\s+)?[\"“'‘]?([A-Z][A-Za-z&]*[A-Z][A-Za-z&]{0,6}|[A-Z]{2,8})[\"”'’]?\)")
_GENERIC_ABBREVIATIONS = {
    "CCG", "CCGs", "ICB", "ICBs", "NHS", "PCT", "FT", "CIC", "LAT", "LATs", "ICS", "CAMHS", "ED", "LA", "GP", "GPs",
}  # fmt: skip
_FILLER = {"the", "nhs", "foundation", "trust", "ft", "of", "c.i.c", "cic", "ltd", "limited"}
_GENERIC = {
    "acute", "and", "area", "board", "care", "clinical", "commissioning", "community", "foundation", "ft", "general", "group", "health",
    "healthcare", "hospital", "hospitals", "integrated", "local", "mental", "nhs", "of", "partnership", "primary", "services", "service",
    "social", "team", "the", "trust", "unit", "university", "teaching", "royal", "ccg", "ccgs", "groups", "each", "both", "this", "all",
    "our", "we", "children", "childrens", "a", "an", "in", "at", "for", "by", "from", "provider", "commissioner", "company", "interest",
    "england",
}  # fmt: skip
# Capital words that begin a sentence or a label, not a name.
_LEADING = re.compile(
    r"^(?:(?:The|A|An|In|At|By|For|From|With|Both|Each|All|This|That|These|Although|However|When|Where|While|Since|As|To|Staff|Within|And|Of|On"
    r"|Across|Provider|Please|Ensure|We|It|Their|Our|If|Some|Most|Many|Here|Health services|&)\s+)+"
)
# What joins the names of a list.
_JOINS = r"and|as well as|together with|along with|in conjunction with|in partnership with|working with|with"
# Posts that stand before the name of a body in lists of people.
_POST = re.compile(r"\b(?:Chief|Executive|Director|Officer|CEO|Acting|Chair|Lead|Manager|Inspector)\b")
# Stands for the comma inside a known name while a list is cut at its commas; no report holds it.
_KEPT_COMMA = "\ue000 "
_COMPASS = {"north", "south", "east", "west", "northern", "southern", "eastern", "western", "central", "mid"}


def name_key(name: str) -> str:
    """What all spellings of one organisation share: lower case, without NHS, Foundation, Trust and "the", hospitals in the singular."""
    text = name.casefold().replace("&", " and ")
    text = re.sub(r"\bcommunity interest company\b", "cic", text)
    text = re.sub(r"\bccgs?\b", "clinical commissioning group", text)
    text = re.sub(r"\bclinical commissioning groups\b", "clinical commissioning group", text)
    words = re.sub(r"[^\w.]+", " ", re.sub(r"['’]", "", text)).replace(".", "").split()
    if words == ["nhs", "england"]:
        return "nhs england"
    kept = [_singular(word) for word in words if word not in _FILLER]
    return " ".join(kept) or " ".join(words)


def same_key(first: str, second: str) -> bool:
    """Whether two keys differ by no more than a slip in one long word."""
    ours, theirs = first.split(), second.split()
    if len(ours) != len(theirs):
        return False
    different = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
    if len(different) != 1:
        return False
    a, b = different[0]
    slip = min(len(a), len(b)) >= 5 and Indel.normalized_similarity(a, b) >= 0.9
    return slip and a[0] == b[0] and not {a, b} & _COMPASS


def is_distinctive(name: str) -> bool:
    """Whether something in the name tells it from others of its kind: "the Acute Hospitals Trust" has nothing."""
    words = re.sub(r"['’]", "", name.casefold()).replace("&", " ").split()
    return any(word.strip(".,") not in _GENERIC for word in words)


def names_in(text: str) -> Iterator[str]:
    """Full names of trusts, commissioning groups, care boards and NHS England, as printed."""
    for found in (found for paragraph in text.split("\n") for found in _NAME.finditer(paragraph)):
        for piece in and_split(" ".join(found[0].split()), sentence=False):
            names = [half for name in _before_nhs(_LEADING.sub("", piece)) for half in _two_bodies(name, text)]
            for name in names:
                if not _POST.search(name) and _KIND.search(name) and is_name(name) and not AUTHORITY.search(name):
                    yield name


def abbreviations_in(text: str) -> Iterator[tuple[str, str]]:
    """(full name, abbreviation) pairs of "Full Name (ABBR)"; abbreviations that fit every body of a kind are left out."""
    for found in _NAME.finditer(text):
        short = _ABBREVIATED.match(text, found.end())
        if short and short[1] not in _GENERIC_ABBREVIATIONS:
            names = list(names_in(found[0]))
            if names:
                yield names[-1], short[1]


def split_names(value: str, text: str, known: Collection[str] = ()) -> list[str]:
    """Names in a list that may have no separators: "A Hospitals Trust B Health and Care Trust Brightpath NHS England".

    Args:
        value: the list as printed.
        text: where pieces that nothing separates are looked up as names of their own.
        known: names after which an "and" separates, beside those that end as such names do.
    """
    value = re.sub(r"\s*\([^()]*\)", " ", " ".join(value.split()))
    for name in known:
        value = value.replace(name, name.replace(", ", _KEPT_COMMA))
    names: list[str] = []
    for part in _commas_inside(re.split(r"(\s*[;,•]\s*(?:and\s+)?|(?<=[a-zA-Z])(?<!\bSt)\.\s+|\.$)", value), text):
        for piece in and_split(part, known):
            for name in _run_on(piece, text):
                name = name.replace(_KEPT_COMMA, ", ")
                cleaned = _LEADING.sub("", re.sub(r"^(?:and|&)\s+|\s+(?:and|&)$", "", name.strip(" .:,-–"))).strip()
                if re.search(r"[A-Z]", cleaned) and cleaned not in names and is_name(cleaned):
                    names.append(cleaned)
    return names


def _commas_inside(parts: list[str], text: str) -> list[str]:
    """Parts of a list, those of one name together: "Tees, Esk and Wear Valleys NHS Trust", "NHS Hill, Dale and Fell CCG".

    `parts` are names and what separates them by turns. A first part without the ending of a name belongs to the next one where it begins
    with "NHS", where the text says both together elsewhere, or where it never says the first part apart.
    """
    joined = [parts[0]]
    for separator, part in zip(parts[1::2], parts[2::2], strict=True):
        first, whole = joined[-1], f"{joined[-1]}, {part}"
        alike = separator.strip() == "," and first and not _END.search(first) and not part.startswith("NHS ")
        if alike and _KIND.search(part) and (part.count(" and ") + part.count("&")) == 1 and len(first.split()) <= 4:
            apart = re.search(rf"(?<!\w){re.escape(first)}(?!\w|, {re.escape(part[:10])})", text)
            if (first.startswith("NHS ") and first != "NHS England") or text.count(whole) > 1 or not apart:
                joined[-1] = whole
                continue
        joined.append(part)
    return joined


def is_name(name: str) -> bool:
    """Whether this can be the name of one organisation."""
    return name == "NHS England" or (is_distinctive(name) and bool(name))


def and_split(part: str, known: Collection[str] = (), sentence: bool = True) -> list[str]:
    """Pieces at each "and" that stands behind a complete name, and at each "and the" where a `sentence` lists names."""
    pieces: list[str] = []
    current = ""
    for word in re.split(rf"(\s+(?:{_JOINS})(?:\s+the)?\s+)", part):
        if not re.fullmatch(rf"\s+(?:{_JOINS})(?:\s+the)?\s+", word) or not current:
            current += word
        elif _END.search(current) or current.strip() in known or not _may_be_inside(word, sentence):
            pieces.append(current)
            current = ""
        else:
            current += word
    return [piece for piece in (*pieces, current) if piece.strip()]


def _may_be_inside(joiner: str, sentence: bool) -> bool:
    """Whether a name may hold the joiner: "Health and Care", outside lists also "Cornwall and the Isles"."""
    return joiner.strip() == "and" or (joiner.strip() == "and the" and not sentence)


def _run_on(piece: str, text: str) -> list[str]:
    """Names that stand one after another with nothing between."""
    names: list[str] = []
    rest = piece.strip()
    while rest:
        found = re.search(rf"(?:{_SUFFIX})\b\.?(?=\s+[A-Z(]|$)", rest)
        if not found:
            names += _looked_up(rest, text)
            break
        if rest[found.start() :].startswith("NHS England") and found.start():
            names += _looked_up(rest[: found.start()].strip(), text)
            names.append("NHS England")
        else:
            names += [half for name in _before_nhs(rest[: found.end()]) for half in _two_bodies(name, text)]
        rest = rest[found.end() :].strip()
    return names


def _two_bodies(name: str, text: str) -> list[str]:
    """Two names of "Hill Hospice Dale Community CIC", where the text uses both halves apart and each is a body's name by itself."""
    words = name.split()
    for cut in range(2, len(words) - 1):
        halves = [" ".join(words[:cut]), " ".join(words[cut:])]
        if _END.search(halves[0]) and _KIND.search(halves[1]) and all(map(is_name, halves)):
            return halves if all(_stands_apart(half, name, text) for half in halves) else [name]
    return [name]


def _stands_apart(half: str, whole: str, text: str) -> bool:
    """Whether the text uses a part of a name also outside that name."""
    return half[:1].isupper() and bool(re.search(rf"(?<!\w){re.escape(half)}(?!\w)", text.replace(whole, " ")))


def _before_nhs(name: str) -> list[str]:
    """Two names of "Brightpath NHS South Town CCG", one of "Town Hospitals NHS Trust"."""
    found = re.search(r"(?<=\w)\s+(?=NHS\s+(?!Foundation|Trust|trust|FT))", name)
    return [name[: found.start()], name[found.end() :]] if found else [name]


def _looked_up(names: str, text: str) -> list[str]:
    """One name, or two where each half is a name that the report also uses apart from the other."""
    words = names.split()
    for cut in range(1, len(words)):
        halves = (" ".join(words[:cut]), " ".join(words[cut:]))
        if words[0] != "St" and all(_stands_apart(half, names, text) for half in halves):
            return list(halves)
    return [names] if names else []


def _singular(word: str) -> str:
    return word[:-1] if word in {"hospitals", "services", "partnerships", "groups"} else word
