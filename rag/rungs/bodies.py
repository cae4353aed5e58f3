"""Services, teams, posts and agencies of the field that a sentence speaks of, under any of their usual names.

The short and the long form of a name come from rag/glossary.tsv; here stand which of its terms are bodies at all, and what else in a
passage speaks of one. Words are compared by their stems.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rag.glossary import TermKind, Way, load_glossary
from rag.words import stem

# name: terms that name it; after the bar, words by which a passage may speak of it without naming it.
_TABLE = """
CAMHS: CAMHS, child and adolescent mental health, children's mental health, child mental health,
    young people's mental health, adolescent mental health, mental health services for children,
    mental health services for young people
    | tier 3, tier 4, tier 2
adult mental health: adult mental health, AMH, mental health services for adults, adult psychiatric,
    adult psychiatry, community mental health team
    | adult community teams, mental health practitioner, mental health trust, community teams
health visitors: health visitor, health visiting, HV
school nurses: school nurse, school nursing, school health nurse, school health nursing, school health team,
    school health service, school-nurse, nurses in schools, school health advisor
midwives: midwife, midwives, midwifery, maternity, community midwife
    | antenatal, birth centre, labour ward, delivery suite, postnatal ward
GPs: GP, general practitioner, general practice, family doctor, GP practice, GP surgery, practice nurse,
    surgeries
    | practice, surgery, primary care, doctor, locum, medical centre
emergency department: A&E, A & E, emergency department, ED, casualty, accident and emergency
    | emergency care, emergency, emergency staff
minor injuries unit: MIU, minor injury unit, minor injuries
    | nurse-led unit, urgent care
urgent care centre: urgent care centre, urgent treatment centre, UCC
    | urgent care, walk-in
walk-in centre: walk-in centre, walk-in clinic, drop-in centre
    | walk-in
sexual health: sexual health, CASH, GUM, contraception service, family planning, sexual health clinic,
    contraceptive service
    | contraception, contraceptive, STI, GUM
substance misuse: substance misuse, drug and alcohol, alcohol and drug, drugs and alcohol, addiction service,
    drug treatment, alcohol service, drug service, substance misuse service
    | substance, drug, alcohol, drink, addiction, methadone, detox, opiate
social care: social care, children's social care, social services, social worker, CSC, social work,
    duty social worker
    | local authority, council, children's services, care and support
council: council, local authority, county council, city council, borough council
    | social care, borough, county, children's services, public health, social worker, authority
police: police, constabulary, police officer
    | officer, custody
ambulance service: ambulance, paramedic, ambulance service
safeguarding board: LSCB, safeguarding children board, local safeguarding children board, safeguarding board
MASH: MASH, multi-agency safeguarding hub
    | hub, multi-agency hub
early help hub: early help hub
    | hub, early help
family nurses: family nurse partnership, FNP, family nurse
paediatricians: paediatrician, community paediatrician
    | paediatric, doctor, consultant, medical
paediatric liaison: paediatric liaison, liaison nurse, liaison health visitor, safeguarding liaison
    | liaison
mental health liaison: psychiatric liaison, mental health liaison, liaison psychiatry
    | liaison, psychiatr
neonatal unit: neonatal unit, NICU, SCBU, special care baby unit, neonatal
    | newborn
children's ward: children's ward, paediatric ward
    | ward
youth offending service: YOT, YOS, youth offending, youth justice
    | offending
schools: school, head teacher, teacher
    | education, college, pupil, academy, classroom, academies
nurseries and children's centres: children's centre, nursery, early years setting
    | early years, nursery nurse
foster carers: foster carer, fostering
    | foster, carer, placement, adopter
children's homes: children's home, residential home, residential care
    | residential, home, placement
dentists: dentist, dental
    | teeth, tooth, oral
pharmacies: pharmacy, pharmacist
    | medicine
commissioners: commissioner, commissioning, CCG, clinical commissioning group, ICB
    | commission, commissioned, NHS England, funding, integrated commissioning
NHS England: NHS England, NHSE
    | area team, NHS England
public health: public health
Ofsted: Ofsted
    | inspectorate
probation: probation
family courts: court
    | judge, legal
fire service: fire service, fire and rescue
housing: housing
    | homeless, tenancy, hostel
voluntary sector: voluntary sector, charity, voluntary organisation
    | voluntary, charitable, third sector
independent reviewing officers: independent reviewing officer, IRO
    | reviewing officer
speech and language therapists: speech and language, speech therapist, SALT
    | speech
occupational therapists: occupational therapist, occupational therapy
physiotherapists: physiotherapist, physiotherapy
psychologists: psychologist, psychology
    | psychological
psychiatrists: psychiatrist
    | psychiatric, psychiatry
dietitians: dietitian, dietician
community children's nurses: community children's nurse, children's community nurse, community nursing
    | community nurse
nursery nurses: nursery nurse
crisis team: crisis team, home treatment team, crisis service
    | crisis
early intervention in psychosis: early intervention in psychosis, EIP
    | psychosis
eating disorder service: eating disorder
    | eating
perinatal mental health: perinatal mental health, perinatal
    | maternal mental health, postnatal depression
learning disability service: learning disability service, learning disability team, learning disability nurse
    | learning disability, learning disabilities, learning difficulty
out of hours service: out of hours service, out of hours GP, NHS 111
    | out of hours, 111, out-of-hours
emergency duty team: emergency duty team, EDT
    | duty
receptionists: receptionist, reception staff
    | reception, front desk, clerk, booking
administrators: administrator, administrative staff, clerk
    | administrative, admin, clerical, administration, receptionist, coordinator, secretar
consultants: consultant
    | specialist, paediatrician, doctor
junior doctors: junior doctor, trainee doctor
    | trainee, rotation, junior, doctor
matron: matron
    | sister
health care assistants: healthcare assistant, health care assistant, support worker
    | assistant, support
independent hospital: independent hospital, private hospital
    | independent, private
governing body: governing body, trust board, board of governors
    | board, governing
corporate parenting board: corporate parenting board, corporate parenting
health and wellbeing board: health and wellbeing board
looked after children's team: LAC team, LAC nurse, looked after children's team, looked after children's nurse,
    looked after children's health team, LAC health team, looked after team, looked after nurse,
    nurses for looked after children, nurses for children in care
    | looked after, LAC, children in care, specialist nurse, health team
adoption medical adviser: medical adviser, adoption medical
    | adoption
leaving care team: leaving care team, leaving care service
    | leaving care, care leaver
"""
# Words with a capital that name nobody by themselves.
PLAIN = frozenset(
    stem(word)
    for word in (
        "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
        "september october november december christmas easter nhs cqc trust trusts hospital hospitals health care service "
        "services team level tier band key stage child baby children inspector inspectors i english act section year ccg "
        "ccgs gp gps clinical commissioning group groups general acute foundation community council local authority uk "
        "england british it recommendation early help centre unit"
    ).split()
)
# "Named safeguarding nurse", "designated doctor and nurse": the quality and the calling, with what may stand between.
_CALLINGS = r"(?:doctors?|nurses?|midwi(?:fe|ves)|gps?|professionals?|practitioners?)"
_POST = re.compile(
    r"\b(?P<kind>named|designated)\s+(?:(?:safeguarding|health|senior|deputy|and|or|for|children['’]s|child|protection|lac|looked|after|the|children|in"
    rf"|care|named|designated|lead|{_CALLINGS})[\s,/]+){{0,7}}?{_CALLINGS}(?:(?:\s*,\s*|\s+and\s+|\s+or\s+)(?:the\s+)?(?:named\s+|designated\s+)?"
    rf"{_CALLINGS})*\b",
    re.IGNORECASE,
)
_KIND = re.compile(r"\b(?:named|designated)\b", re.IGNORECASE)
_CALLING = re.compile(r"\b(?:doctor|nurse|midwi|gp)", re.IGNORECASE)
# Everyday words in small letters.
_IN_CAPITALS = frozenset({"ed", "cash", "hv", "iro", "mash", "yos", "yot", "eip", "salt"})
# Words whose stem is that of a body, and which name none.
_NO_BODY = frozenset({"house", "houses", "housed", "schooling", "schooled"})
_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mention:
    """A body that a text names, and where."""

    body: str
    start: int
    end: int


@lru_cache(maxsize=8_192)
def bodies_named(text: str) -> tuple[Mention, ...]:
    """Each body that a text names, the longest name at a place, in the order of the text."""
    posts = tuple(_posts(text))
    found = list(posts)
    words = _words(text)
    taken = [any(post.start <= start < post.end for post in posts) for _, start, _ in words]
    named, longest = _terms()[0], _terms()[2]
    for length in range(longest, 0, -1):
        for first in range(len(words) - length + 1):
            if any(taken[first : first + length]):
                continue
            body = named.get(tuple(word for word, _, _ in words[first : first + length]))
            if body:
                taken[first : first + length] = [True] * length
                found.append(Mention(body, words[first][1], words[first + length - 1][2]))
    return tuple(sorted(found, key=lambda mention: mention.start))


@lru_cache(maxsize=8_192)
def bodies_spoken_of(text: str) -> frozenset[str]:
    """Each body that a text names, or speaks of in other words."""
    spoken = {mention.body for mention in bodies_named(text)}
    hinted, longest = _terms()[1], _terms()[2]
    words = [word for word, _, _ in _words(text)]
    for length in range(1, longest + 1):
        for first in range(len(words) - length + 1):
            spoken |= hinted.get(tuple(words[first : first + length]), frozenset())
    for kind in ("named", "designated"):
        posts = {body for body in spoken if body.startswith(f"{kind} ")}
        if posts == {f"{kind} professionals"}:
            spoken |= {f"{kind} {calling}" for calling in ("doctor", "nurse", "midwife", "GP")}
    return frozenset(spoken)


def _posts(text: str) -> Iterator[Mention]:
    for match in _POST.finditer(text):
        for kind in {found.lower() for found in _KIND.findall(match[0])}:
            for calling in {found.lower() for found in _CALLING.findall(match[0])} or {"professionals"}:
                name = {"gp": "GP", "midwi": "midwife"}.get(calling, calling)
                yield Mention(f"{kind} {name}", match.start(), match.end())


def _words(text: str) -> list[tuple[str, int, int]]:
    """(stem, start, end) of each word; "&" is "n", and a word that is a short form only in capitals keeps itself apart."""
    return [(_stem_of_name(match[0]), match.start(), match.end()) for match in _WORD.finditer(text.replace("&", "n"))]


def _stem_of_name(word: str) -> str:
    word = re.split(r"['’]", word)[0]
    if len(word) > 2 and word[-1] == "s" and word[:-1].isupper():  # "GPs"
        word = word[:-1]
    lower = word.lower()
    return f"{lower}_" if (lower in _IN_CAPITALS and not word.isupper()) or lower in _NO_BODY else stem(lower)


_Terms = Mapping[tuple[str, ...], str]


@lru_cache(maxsize=1)
def _terms() -> tuple[_Terms, Mapping[tuple[str, ...], frozenset[str]], int]:
    """Stems of each term -> its body; of each hint -> the bodies it may speak of; and how many words the longest has."""
    named: dict[tuple[str, ...], str] = {}
    hinted: dict[tuple[str, ...], frozenset[str]] = {}
    same = alike()
    for row in re.sub(r"\n    ", " ", _TABLE).strip().splitlines():
        body, rest = row.split(": ", 1)
        terms, _, hints = rest.partition(" | ")
        for term in terms.split(", "):
            for key in {words_of(term), *same.get(words_of(term), ())}:
                named.setdefault(key, body)
        for hint in filter(None, hints.split(", ")):
            hinted[words_of(hint)] = hinted.get(words_of(hint), frozenset()) | {body}
    for key, body in named.items():
        hinted[key] = hinted.get(key, frozenset()) | {body}
    return named, hinted, max(map(len, (*named, *hinted)))


@lru_cache(maxsize=1)
def alike() -> Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """A term of the glossary -> the terms that mean the same, where each leads to all others."""
    found: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {}
    for group in load_glossary():
        if group.way is Way.BOTH and group.kind in {TermKind.ABBREVIATION, TermKind.SUCCESSOR}:
            keys = tuple(words_of(term.text) for term in group.terms if not term.capitals)
            for key in keys:
                found[key] = (*found.get(key, ()), *keys)
    return found


@lru_cache(maxsize=8_192)
def words_of(term: str) -> tuple[str, ...]:
    """The stems of a text in its order, as names of bodies are compared."""
    return tuple(word for word, _, _ in _words(term))
