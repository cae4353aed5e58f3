"""The organisations of a report, however it spells them; learnt from the report itself.

Names come from the labels of the front matter, from "Full Name (ABBR)" and from the headings over recommendations; spellings of one
organisation are those with one `name_key`. A plain "the trust" names nobody.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import lru_cache

from index.names import AUTHORITY, abbreviations_in, is_distinctive, is_name, name_key, names_in, same_key, split_names
from index.report import Organisation, Role

_PROVIDED = re.compile(r"\bprovided\s+by\s+(?:the\s+)?", re.IGNORECASE)
_COMMISSIONED = re.compile(r"\b(?:commissioned|carried out)\s+by\s+(?:the\s+)?", re.IGNORECASE)
# What may stand before the names in a heading: "Recommendations for", "Recommendation 2:", "To".
_ANNOUNCED = re.compile(r"(?:recommendations?\b\s*[\d.]*\s*[:–-]?\s*)?(?:(?:for|to)\s+)?(?:the\s+)?", re.IGNORECASE)
_DESCRIPTOR = re.compile(
    r"\b(?:Acute|Health|Hospitals?|Mental|Community|Care|Healthcare|Social|Ambulance|Children[’']?s|Partnership|Learning)\b",
    re.IGNORECASE,
)


class _Gathered:
    """Spellings by key, while a report is read."""

    def __init__(self) -> None:
        self.spellings: dict[str, dict[str, None]] = {}
        self.labels: dict[str, Role] = {}

    def key_of(self, name: str) -> str | None:
        """Key of the organisation that this is a spelling of, None if there is none yet."""
        key = name_key(name)
        if key in self.spellings:
            return key
        return next((known for known in self.spellings if same_key(known, key)), None)

    def add(self, name: str, role: Role | None = None) -> str:
        """Note a spelling; the key of its organisation."""
        key = self.key_of(name) or name_key(name)
        self.spellings.setdefault(key, {})[name] = None
        if role is not None:
            self.labels.setdefault(key, role)
        return key


def find_organisations(
    labels: Sequence[tuple[str, str]], group_headings: Sequence[str], text: str
) -> tuple[Organisation, ...]:
    """Organisations of a report, in the order in which it introduces them.

    Args:
        labels: (label, value) pairs of the front matter.
        group_headings: headings over groups of recommendations ("X and Y should:").
        text: the normalised text.
    """
    gathered = _Gathered()
    for label, value in labels:
        role = _label_role(label)
        if role is not None:
            for name in split_names(value, text):
                gathered.add(name, role)
    labelled = frozenset(gathered.spellings)
    printed = list(names_in(text))
    keys = {*gathered.spellings, *map(name_key, printed)}
    for name in printed:
        gathered.add(_whole(_own_part(_after_of(name, labelled), keys), gathered))
    for name, abbreviation in abbreviations_in(text):
        key = gathered.key_of(_whole(name, gathered))
        if key is not None and not _taken(abbreviation, key, gathered):
            gathered.spellings[key][abbreviation] = None
    known = [spelling for spellings in gathered.spellings.values() for spelling in spellings]
    for heading in group_headings:
        for name in addressees_in(heading, known):
            if name not in known and not AUTHORITY.search(name):
                gathered.add(name)
    _add_short_forms(gathered, text)
    return tuple(
        _organisation(key, spellings, gathered.labels.get(key), text) for key, spellings in gathered.spellings.items()
    )


def addressees_in(heading: str, known: Sequence[str] = ()) -> list[str]:
    """Names in a heading over recommendations: "The X Trust and Brightpath should:" gives both."""
    names = re.split(
        r"\s*\b(?:should|must|will|need to|needs to|are required to|is required to)\b", heading, maxsplit=1
    )[0]
    names = names[found.end() :] if (found := _ANNOUNCED.match(names)) else names
    return split_names(names.rstrip(" :,"), " ; ".join(known), known)


def meant_together(heading: str, organisations: Sequence[Organisation]) -> tuple[str, ...]:
    """Names of the commissioning groups that "the CCGs", "both CCGs" or, where there is one, "the CCG" means in a heading."""
    groups = tuple(o.name for o in organisations if re.search(r"\bCCG$|Commissioning Group$", o.name))
    if re.search(r"\b(?:the|all|both|each of the)\s+(?:(?:two|three|four|five|six)\s+)?CCGs\b", heading, re.IGNORECASE):
        return groups
    return groups if len(groups) == 1 and re.search(r"\bthe CCG\b", heading, re.IGNORECASE) else ()


def _whole(name: str, gathered: "_Gathered") -> str:
    """The known name with a comma in it that ends with this one, else the name."""
    if gathered.key_of(name):
        return name
    known = (spelling for spellings in gathered.spellings.values() for spelling in spellings if ", " in spelling)
    return next((spelling for spelling in known if spelling.endswith(f", {name}")), name)


def _own_part(name: str, keys: Collection[str]) -> str:
    """The known name that a longer one ends with: of "NHS Town and Town Care Trust", "Town Care Trust" where that is one."""
    parts = name.split(" and ")
    tails = [" and ".join(parts[i:]) for i in range(1, len(parts))]
    return next((tail for tail in tails if is_name(tail) and name_key(tail) in keys and tail[:1].isupper()), name)


def _after_of(name: str, labelled: Collection[str]) -> str:
    """The organisation of the front matter that a name ends with: of "Practitioners of Brightpath CIC", "Brightpath CIC"."""
    tails = [name[found.end() :] for found in re.finditer(r" of ", name)]
    return next((tail for tail in tails if name_key(name) not in labelled and name_key(tail) in labelled), name)


def organisations_in(text: str, organisations: Sequence[Organisation]) -> tuple[str, ...]:
    """Names of the organisations that a text names, in the order of `organisations`; the longest spelling at a place counts."""
    pattern, owners = _matcher(tuple(organisations))
    if pattern is None:
        return ()
    named = {owners[found.lastgroup] for found in pattern.finditer(text) if found.lastgroup and not _is_foreign(found)}
    return tuple(organisation.name for organisation in organisations if organisation.name in named)


def _is_foreign(found: re.Match[str]) -> bool:
    """Whether a spelling without an own name stands in somebody else's: "Health and Care Trust" in "Otherton Health and Care Trust"."""
    if is_distinctive(found[0]) or found[0] == "NHS England":
        return False
    before = re.search(
        r"(?:^|(?<=[^.?!:;] ))[A-Z][\w’'-]+\s+$", found.string[max(0, found.start() - 40) : found.start()]
    )
    return bool(before and found.start() > len(before[0]) and before[0].split()[0] not in {"The", "NHS", "Both"})


@lru_cache(maxsize=256)
def _matcher(organisations: tuple[Organisation, ...]) -> tuple[re.Pattern[str] | None, dict[str, str]]:
    """One pattern over all spellings, longest first, and the organisation of each of its groups."""
    spellings: dict[str, str] = {}
    for organisation in organisations:
        for spelling in (organisation.name, *organisation.aliases):
            spellings.setdefault(spelling, organisation.name)
    for short, owner in _short_forms(organisations).items():
        spellings.setdefault(short, owner)
    ordered = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
    owners = {f"n{i}": spellings[spelling] for i, spelling in enumerate(ordered)}
    parts = [f"(?P<n{i}>{_spelling_pattern(spelling)})" for i, spelling in enumerate(ordered)]
    return (re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)"), owners) if parts else (None, owners)


def _spelling_pattern(spelling: str) -> str:
    """A spelling in any case and spacing, with & or "and", one or several hospitals, "CCG" or its words, NHS said or not."""
    if len(spelling) <= 6 and spelling.isupper():
        return re.escape(spelling)
    words = spelling.split()
    parts: list[str] = []
    for i, word in enumerate(words):
        lower = word.casefold()
        if lower == "nhs" and len(words) > 2:
            optional = r"(?:NHS\s+)?"
            parts.append(optional if i else "(?:NHS\\s+)?")
            continue
        if lower == "foundation":
            parts.append(r"(?:Foundation\s+)?")
            continue
        if lower in {"&", "and"}:
            piece = r"(?:&|and)"
        elif lower.rstrip("s") == "hospital":
            piece = "Hospitals?"
        elif lower == "ccg":
            piece = r"(?:CCG|Clinical\s+Commissioning\s+Group)"
        elif lower == "trust":
            piece = r"(?:(?:NHS\s+)?(?:Foundation\s+)?Trust)"
        else:
            piece = re.sub(r"['’]", "['’]?", re.escape(word))
        parts.append(piece + (r"\s+" if i < len(words) - 1 else ""))
    pattern = "".join(parts)
    return (
        "(?i:"
        + pattern.replace(r"Clinical\s+Commissioning\s+Group", r"(?:CCG|Clinical\s+Commissioning\s+Group)", 1)
        + ")"
    )


def _short_forms(organisations: Sequence[Organisation]) -> dict[str, str]:
    """Trusts without their area ("Health and Care Trust", "Acute Trust"), where that can mean only one of them."""
    owners: dict[str, set[str]] = defaultdict(set)
    for organisation in organisations:
        if not re.search(r"\btrust$", organisation.name, re.IGNORECASE):
            continue
        found = _DESCRIPTOR.search(organisation.name)
        if found and found.start():
            owners[organisation.name[found.start() :]].add(organisation.name)
            owners[f"{found[0]} Trust"].add(organisation.name)
    return {short: next(iter(names)) for short, names in owners.items() if len(names) == 1 and len(short.split()) > 1}


def _label_role(label: str) -> Role | None:
    lower = label.casefold()
    if "provider" in lower:
        return Role.PROVIDER
    if re.search(r"\bccgs?\b|commission(?:er|ing)", lower):
        return Role.COMMISSIONER
    return None


def _taken(abbreviation: str, key: str, gathered: _Gathered) -> bool:
    return any(abbreviation in spellings for other, spellings in gathered.spellings.items() if other != key)


def _add_short_forms(gathered: _Gathered, text: str) -> None:
    """Spellings that the text uses without the area: "the Health and Care Trust", where only one trust's name ends so."""
    for short in set(
        re.findall(r"\bthe ((?:[A-Z][\w’'-]+|and|&)(?:\s+(?:[A-Z][\w’'-]+|and|&)){0,5}\s+[Tt]rust)\b", text)
    ):
        key = name_key(short)
        if gathered.key_of(short) or not _DESCRIPTOR.search(short):
            continue
        owners = [known for known in gathered.spellings if known.endswith(" " + key)]
        if len(owners) == 1:
            gathered.spellings[owners[0]][short] = None


def _organisation(key: str, spellings: dict[str, None], label: Role | None, text: str) -> Organisation:
    name = max(spellings, key=lambda spelling: (len(spelling), "&" not in spelling, spelling))
    aliases = tuple(spelling for spelling in spellings if spelling != name)
    role = label if label is not None and name != "NHS England" else _role_in(name, (name, *aliases), text)
    return Organisation(name, aliases, role)


def _role_in(name: str, spellings: Sequence[str], text: str) -> Role:
    """Role that "commissioned by" and "provided by" give, or the name itself."""
    if re.search(r"\bcommissioning\b|\bCCG\b|\bIntegrated Care Board\b|^NHS England$", name, re.IGNORECASE):
        return Role.COMMISSIONER
    counts: dict[Role, int] = {}
    for role, phrase in ((Role.PROVIDER, _PROVIDED), (Role.COMMISSIONER, _COMMISSIONED)):
        starts = [found.end() for found in phrase.finditer(text)]
        counts[role] = sum(text.startswith(tuple(spellings), start) for start in starts)
    best = max(counts, key=lambda role: counts[role])
    if counts[best]:
        return best
    return Role.PROVIDER if is_distinctive(name) and re.search(r"\btrust$", name, re.IGNORECASE) else Role.OTHER
