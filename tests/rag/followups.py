"""Conversations as hospital staff, councillors and commissioners type them, and what the last turn is about.

They were written from the reports alone, before any system had seen them. The half kept aside is looked at only as a rate.
"""

import hashlib
from dataclasses import dataclass

WORCESTERSHIRE, BRACKENHULME, FENMARCH = "worcestershire-2015", "brackenhulme-2016", "fenmarch-2014"
ALL = (WORCESTERSHIRE, BRACKENHULME, FENMARCH)


@dataclass(frozen=True, slots=True)
class Conversation:
    """Turns of one person; the system's own answers stand between them.

    Attributes:
        id: its hash puts the conversation in a half.
        turns: what is typed, oldest first; the last is judged.
        holds: patterns, each of which occurs in the standalone question of the last turn.
        lacks: patterns, none of which does.
        cites: what the answer cites: marks, or words of the passage; "|" between those of which one will do.
        reports: the reports that are loaded.
        alone: whether the last turn is complete as it stands, but for a connector or a thank-you before it.
        silent: whether nothing is asked, so that nothing may be cited.
    """

    id: str
    turns: tuple[str, ...]
    holds: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    reports: tuple[str, ...] = (WORCESTERSHIRE,)
    alone: bool = False
    silent: bool = False

    @property
    def aside(self) -> bool:
        """Whether it is kept aside: never looked at while rules are made."""
        return hashlib.sha256(self.id.encode()).digest()[0] % 2 == 1


def _w(number: int, *turns: str, **told: object) -> Conversation:
    return Conversation(f"w{number:02}", turns, **told)  # type: ignore[arg-type]


def _b(number: int, *turns: str, **told: object) -> Conversation:
    return Conversation(f"b{number:02}", turns, reports=(BRACKENHULME,), **told)  # type: ignore[arg-type]


def _f(number: int, *turns: str, **told: object) -> Conversation:
    return Conversation(f"f{number:02}", turns, reports=(FENMARCH,), **told)  # type: ignore[arg-type]


def _a(number: int, *turns: str, **told: object) -> Conversation:
    return Conversation(f"a{number:02}", turns, reports=ALL, **told)  # type: ignore[arg-type]


CONVERSATIONS = (
    _w(
        1,
        "How well are school nurses doing at sharing information with GPs?",
        "and health visitors?",
        holds=("health visitor", "information|shar"),
        lacks=("school nurse",),
        cites=("¶2.12",),
    ),
    _w(2, "what does 2.2 say", "and 2.3?", holds=("2\\.3",), lacks=("2\\.2",), cites=("¶2.3", "R2.3")),
    _w(
        3,
        "what training do CASH clinicians get",
        "what about the midwives?",
        holds=("midwi", "train"),
        lacks=("CASH",),
        cites=("¶5.3.3",),
    ),
    _w(
        4,
        "do health visitors get safeguarding supervision",
        "same for midwives",
        holds=("midwi", "supervision"),
        lacks=("health visitor",),
        cites=("¶5.3.11",),
    ),
    _w(
        5,
        "do health visitors get safeguarding supervision",
        "what about the midwives",
        "and in CAMHS?",
        holds=("CAMHS", "supervision"),
        lacks=("midwi", "health visitor"),
        cites=("¶5.3.12",),
    ),
    _w(
        6,
        "Why does the report criticise the waiting area in ED?",
        "what should they do about it",
        holds=("waiting|finding 1\\.2", "should|recommend|done"),
        cites=("R2.1",),
    ),
    _w(
        7,
        "are children weighed in the emergency department?",
        "which rec is that under",
        holds=("weigh|finding 1\\.9", "rec"),
        cites=("R2.6",),
    ),
    _w(8, "Is there a named GP?", "since when?", holds=("named GP",), cites=("¶5.1.7",)),
    _w(
        9,
        "who provides adult substance misuse services?",
        "do they get safeguarding training?",
        holds=("substance misuse|Swanswell", "train"),
        cites=("¶5.3.8",),
    ),
    _w(
        10,
        "is there anything on the MASH",
        "how long has it been running",
        holds=("MASH", "how long"),
        cites=("¶1.25",),
    ),
    _w(
        11,
        "Which recommendations are addressed to Worcestershire Health and Care Trust?",
        "just the ones about looked after children",
        holds=("looked after", "Health (and|&) Care|WHCT"),
        cites=("R4.4", "R5.1"),
    ),
    _w(
        12,
        "list all recommendations about training",
        "how many of those are for the acute trust",
        holds=("how many", "training", "acute"),
    ),
    _w(
        13,
        "what do they say about domestic violence screening",
        "quote it",
        holds=("domestic violence|finding 1\\.12",),
        cites=("¶1.12",),
    ),
    _w(14, "Is the SDQ used for looked after children?", "any evidence for that?", holds=("SDQ",), cites=("¶4.8",)),
    _w(
        15,
        "what's the capital of France",
        "ok and antenatal visits by health visitors?",
        holds=("antenatal visit",),
        lacks=("France", "capital"),
        cites=("¶1.17",),
    ),
    _w(
        16,
        "what does it say about asthma nurses",
        "and school nurses then?",
        holds=("school nurse",),
        lacks=("asthma",),
        cites=("¶1.19",),
    ),
    _w(
        17,
        "How are supervision arrangements for adult mental health staff?",
        "And what is said about domestic violence?",
        alone=True,
        cites=("¶1.12",),
    ),
    _w(18, "What did inspectors find about CAMHS out of hours?", "thanks", silent=True),
    _w(
        19,
        "what did they find about CAMHS out of hours",
        "ok",
        "whos meant to fix it?",
        holds=("CAMHS|finding 2\\.1", "who|recommendation"),
        cites=("R4.1",),
    ),
    _w(
        20,
        "Is risk assessed by midwives later in pregnancy?",
        "Do health visitors record the outcome of their referrals to social care, and if they do not, what stops them?",
        alone=True,
        cites=("¶3.8",),
    ),
    _w(
        21,
        "what about CAMHS waiting times?",
        "Do GP practices have a DNA policy and what does it mean for children where they have none?",
        alone=True,
        cites=("¶3.15",),
    ),
    _w(
        22,
        "what training have midwives had",
        "no I meant the GPs",
        holds=("GP", "train"),
        lacks=("midwi",),
        cites=("¶5.1.5|¶5.1.8",),
    ),
    _w(
        23,
        "are mothers kept in hospital with their babies for social reasons",
        "for how long?",
        holds=("how long", "social reasons|mothers|babies"),
        cites=("¶3.5",),
    ),
    _w(
        24,
        "Do 17 year olds get paediatric notes in the ED?",
        "so whats the recommendation",
        holds=("17|paediatric|finding 1\\.8", "recommendation"),
        cites=("R2.5",),
    ),
    _w(25, "Tell me about 5.2.8", "which recommendation does that lead to", holds=("5\\.2\\.8",), cites=("R2.8",)),
    _w(
        26,
        "tell me about recommendation 3.2",
        "what findings are behind it?",
        holds=("3\\.2", "finding"),
        cites=("¶1.21", "¶5.2.5", "¶3.13"),
    ),
    _w(27, "who is recommendation 5.1 for", "and 4.9", holds=("4\\.9",), lacks=("5\\.1",), cites=("R4.9",)),
    _w(28, "any good practice in CASH?", "any others?", holds=("CASH", "good practice"), cites=("¶1.20|¶5.3.7|¶3.13",)),
    _w(
        29,
        "What did the review find about the family nurse partnership?",
        "is it used for pregnant care leavers?",
        holds=("family nurse partnership", "care leavers"),
        cites=("¶4.14",),
    ),
    _w(
        30,
        "Do health reviews of looked after children involve the child?",
        "and the GP?",
        holds=("GP", "health review"),
        cites=("¶4.15",),
    ),
    _w(
        31,
        "How quickly are initial health assessments done?",
        "are they any good",
        holds=("initial health assessments", "good"),
        cites=("¶4.2",),
    ),
    _w(
        32,
        "Are babies weighed?",
        "ok thanks, and does anyone share relapse plans with health visitors?",
        alone=True,
        cites=("¶1.14",),
    ),
    _w(
        33,
        "recommendations for NHS England",
        "which of them mention CSE",
        holds=("NHS England", "CSE"),
        cites=("R1.4",),
    ),
    _w(
        34,
        "what did the parents say about the minor injuries unit",
        "and the new mum?",
        holds=("mum|mother", "say"),
        lacks=("minor injur",),
        cites=("same midwife throughout",),
    ),
    _w(
        35,
        "Is paediatric liaison working?",
        "what's the problem with it then",
        holds=("paediatric liaison", "problem"),
        cites=("¶1.6",),
    ),
    _w(
        36,
        "Who is recommendation 2.16 for?",
        "whats it about",
        "and why did they recommend that?",
        holds=("2\\.16", "why|findings"),
        cites=("¶5.3.3",),
    ),
    _w(
        37,
        "What is the state of record keeping in health visiting?",
        "what about midwifery",
        "ok and sexual health",
        "any recommendation on that?",
        holds=("sexual health", "record", "recommendation"),
        cites=("R3.2",),
    ),
    _b(
        1,
        "How long do 16 and 17 year olds who self harm wait at Aldermoor Royal?",
        "and at the childrens hospital?",
        holds=("children.?s hospital", "harm", "how long|wait"),
        lacks=("Aldermoor",),
        cites=("¶2.1",),
    ),
    _b(
        2,
        "is domestic abuse asked about at Aldermoor Royal Infirmary",
        "and in the other hospital?",
        holds=("domestic abuse", "other hospital|Cotter Lane"),
        cites=("¶1.7",),
    ),
    _b(
        3,
        "How many school nurses are there?",
        "is that enough?",
        holds=("school nurses", "enough"),
        cites=("¶1.10|R4.2",),
    ),
    _b(
        4,
        "what's wrong with referrals from the midwives to social care",
        "how does the children's hospital compare",
        holds=("referral", "children.?s hospital"),
        cites=("¶3.3",),
    ),
    _b(
        5,
        "How many staff at the children's hospital have done level 3 training?",
        "Aldermoor?",
        holds=("Aldermoor", "level 3 training"),
        lacks=("children.?s hospital",),
        cites=("¶5.3.2",),
    ),
    _b(6, "Is CP-IS used at the children's hospital?", "where isn't it", holds=("CP-IS", "where"), cites=("¶3.6",)),
    _b(
        7,
        "which recommendations are for Northmoor",
        "only those about CAMHS",
        holds=("Northmoor", "CAMHS"),
        cites=("R4.3",),
    ),
    _b(
        8,
        "what do the recommendations ask of the ambulance service",
        "what finding led to that?",
        holds=("ambulance|recommendations? 6\\.1", "finding"),
        cites=("¶3.11",),
    ),
    _b(
        9,
        "who runs CAMHS?",
        "and school nursing?",
        holds=("who (runs|provides)", "school nursing"),
        lacks=("CAMHS",),
        cites=("Health visiting, school nursing",),
    ),
    _b(
        10,
        "tell me about Lantern",
        "who commissions them",
        holds=("Lantern", "commission"),
        cites=("Contraception and sexual health services",),
    ),
    _b(
        11,
        "how many days does the named midwife work",
        "what about the named GP",
        holds=("named GP", "how many days|sessions|work"),
        lacks=("midwi",),
        cites=("¶5.1.3",),
    ),
    _b(
        12,
        "How long is the wait for an autism assessment?",
        "and therapy",
        holds=("therapy", "wait|how long"),
        lacks=("autism",),
        cites=("¶2.3",),
    ),
    _b(
        13,
        "what does it say about the serious case review",
        "have the actions been done?",
        holds=("serious case review", "actions"),
        cites=("¶5.2.4",),
    ),
    _b(14, "tell me about Compass", "who can use it?", holds=("who can use", "Compass"), cites=("¶4.6",)),
    _b(15, "how many looked after children had an SDQ score", "for girls?", holds=("SDQ", "girls")),
    _b(
        16,
        "what did the young woman say about Junction Seventeen",
        "how do people contact them?",
        holds=("contact", "Junction Seventeen"),
        cites=("¶1.12",),
    ),
    _b(
        17,
        "Do health visitors attend child protection conferences?",
        "And GPs?",
        "why not?",
        holds=("GP", "conference", "why"),
        cites=("¶3.9",),
    ),
    _b(
        18,
        "Are midwives supervised?",
        "Also, how is information on fathers shared between services?",
        alone=True,
        cites=("¶5.2.4|R5.2",),
    ),
    _b(19, "whats said about the urgent care centre at cotter lane", "great, cheers", silent=True),
    _b(
        20,
        "what is said about care leavers",
        "do they get a passport",
        holds=("care leavers", "passport"),
        cites=("¶4.7",),
    ),
    _b(
        21,
        "is there a shortage of medical advisers for adoption",
        "which recommendation deals with that",
        holds=("adoption|finding 4\\.10", "recommendation"),
        cites=("R3.2",),
    ),
    _b(
        22,
        "what about the nurse in the MASH?",
        "When a woman has had FGM, do midwives pass on the risk to her daughters, and who do they tell about it?",
        alone=True,
        cites=("¶3.8",),
    ),
    _b(
        23,
        "What's the infant mortality rate",
        "vs England?",
        holds=("infant mortality", "England"),
        cites=("6.1 deaths",),
    ),
    _b(
        24,
        "how many recommendations are there for Aldermoor Royal Hospitals",
        "sorry I meant the childrens hospital",
        holds=("how many recommendations", "children.?s hospital"),
        lacks=("Aldermoor",),
    ),
    _b(25, "what did they find about roma families", "more on that please", holds=("roma",), cites=("¶2.8",)),
    _b(
        26,
        "are safeguarding flags at the children's hospital up to date",
        "how often are they checked?",
        holds=("flags", "how often"),
        cites=("¶5.2.3",),
    ),
    _f(
        1,
        "what did they find about where teenagers wait in the emergency department",
        "which hospital is that?",
        holds=("teenagers|wait", "hospital"),
        cites=("¶1.2",),
    ),
    _f(
        2,
        "Health visitor caseloads?",
        "what should be done about them",
        holds=("caseload|finding 1\\.4", "done|recommendation"),
        cites=("R1.1",),
    ),
    _f(
        3,
        "can pharmacists raise a concern about a child",
        "and dentists?",
        holds=("dentists", "concern"),
        cites=("R5.2",),
    ),
    _f(
        4,
        "Who looks after the mental health of 16 and 17 year olds?",
        "why do they fall through the net",
        holds=("16", "net"),
        cites=("¶2.1",),
    ),
    _f(
        5,
        "How many looked after children have up to date dental checks?",
        "and immunisations",
        holds=("immunisations", "looked after"),
        lacks=("dental",),
        cites=("83.2%",),
    ),
    _f(
        6,
        "is the designated doctor in post",
        "how long has the job been empty",
        holds=("designated doctor", "how long"),
        cites=("¶4.2",),
    ),
    _f(
        7,
        "recs for Saltreach",
        "how many of them are about CAMHS",
        holds=("how many", "Saltreach", "CAMHS"),
    ),
    _f(
        8,
        "What happened to the baby with the bruise?",
        "and did the doctors there know the bruising protocol",
        holds=("doctors", "bruising protocol"),
        cites=("¶3.1",),
    ),
    _f(
        9,
        "midwives supervision",
        "how about school nurses",
        holds=("school nurses", "supervision"),
        lacks=("midwi",),
        cites=("¶5.3.3",),
    ),
    _f(
        10,
        "do deaf parents get an interpreter",
        "what about families who don't speak English?",
        holds=("English", "interpreter"),
        lacks=("deaf",),
        cites=("¶1.1",),
    ),
    _f(
        11,
        "What does Turnstone do about children at home?",
        "do they go to conferences?",
        holds=("Turnstone", "conferences"),
        cites=("¶3.5",),
    ),
    _f(
        12,
        "Hi",
        "whats said about young carers",
        "what do they want done",
        holds=("young carers|finding 1\\.7", "done|recommendation"),
        cites=("R5.1",),
    ),
    _f(
        13,
        "what should I do if my niece has a bruise",
        "and the bruising protocol, is it known in the emergency department?",
        holds=("bruising protocol", "emergency department"),
        lacks=("niece",),
        cites=("¶3.1",),
    ),
    _f(
        14,
        "is there an audit at Lowmere",
        "did things get better?",
        holds=("audit|Lowmere", "better"),
        cites=("¶5.2.1",),
    ),
    _f(
        15,
        "how many recommendations are there",
        "If families are not told when a mistake with medicines harms their child, what should they get from the trust?",
        alone=True,
        cites=("R2.7|¶5.2.3",),
    ),
    _f(
        16,
        "what about eating disorders",
        "is that good practice?",
        holds=("eating disorders", "good practice"),
        cites=("¶2.2",),
    ),
    _f(17, "what does para 2.6 say", "and its recommendation?", holds=("2\\.6", "recommendation"), cites=("R4.2",)),
    _f(
        18,
        "What is the target for level 3 training at FUH",
        "do they meet it?",
        holds=("FUH|Fenmarch University", "level 3|target", "meet"),
        cites=("¶5.3.1",),
    ),
    _a(
        1,
        "What does the Worcestershire review say about the MASH?",
        "and Brackenhulme?",
        holds=("MASH", "Brackenhulme"),
        lacks=("Worcestershire",),
        cites=("brackenhulme-2016/¶3.1",),
    ),
    _a(
        2,
        "how many looked after children were there in Brackenhulme",
        "not Brackenhulme, Fenmarch",
        holds=("Fenmarch", "how many looked after"),
        lacks=("Brackenhulme",),
        cites=("412 looked after",),
    ),
    _a(
        3,
        "what is said about interpreters in Fenmarch",
        "same question for Worcestershire",
        holds=("interpreters", "Worcestershire"),
        lacks=("Fenmarch",),
    ),
    _a(
        4,
        "Do school nurses in Brackenhulme get supervision?",
        "what about in Fenmarch?",
        "how often?",
        holds=("Fenmarch", "school nurses", "supervision", "how often"),
        lacks=("Brackenhulme",),
        cites=("fenmarch-2014/¶5.3.3",),
    ),
    _a(
        5,
        "Which reports mention FGM?",
        "just worcestershire",
        holds=("FGM", "Worcestershire"),
        cites=("worcestershire-2015/¶5.3.5",),
    ),
    _a(
        6,
        "what did they find on care leavers in Brackenhulme",
        "And what is said about domestic violence in Worcestershire?",
        alone=True,
        cites=("worcestershire-2015/¶1.12",),
    ),
    _a(
        7,
        "Compare the wait for CAMHS in Brackenhulme and Worcestershire",
        "and training for midwives?",
        holds=("training", "midwi", "Brackenhulme", "Worcestershire"),
        lacks=("CAMHS",),
        cites=("brackenhulme-2016/¶5.3.2", "worcestershire-2015/¶5.3.3"),
    ),
    _a(
        8,
        "recommendations to NHS England in all reports",
        "only those in Fenmarch",
        holds=("NHS England", "Fenmarch"),
        cites=("fenmarch-2014/R5.1",),
    ),
    _a(
        9,
        "Is there a named midwife in Worcestershire?",
        "ta",
        "and in Brackenhulme?",
        holds=("named midwife", "Brackenhulme"),
        lacks=("Worcestershire",),
        cites=("brackenhulme-2016/¶5.1.4",),
    ),
    _a(
        10,
        "When was the Fenmarch review published?",
        "and the Worcestershire one?",
        holds=("when", "Worcestershire", "published"),
        lacks=("Fenmarch",),
        cites=("14 th December 2015",),
    ),
    _a(
        11,
        "what does the Leeds review say about young carers",
        "ok Fenmarch then",
        holds=("Fenmarch", "young carers"),
        lacks=("Leeds",),
        cites=("fenmarch-2014/¶1.7",),
    ),
    _a(
        12,
        "whats in paragraph 4.7 of the Brackenhulme report",
        "and 4.8?",
        holds=("4\\.8", "Brackenhulme"),
        lacks=("4\\.7",),
        cites=("brackenhulme-2016/¶4.8",),
    ),
)
