"""Whoever a claim names stands in the cited passages, under one name or another; and nobody takes another's place."""

import pytest

from index.report import Kind, Organisation, Passage, Report, Role, Voice
from rag.rungs.bodies import bodies_named, bodies_spoken_of
from rag.rungs.organisations import objection
from tests.rag.rungs.claims import claim, passage

ACUTE = "Elmshire Hospitals NHS Foundation Trust"
COMMUNITY = "Elmshire Community and Mental Health NHS Trust"
CCG = "NHS Elm Valley Clinical Commissioning Group"
ORGANISATIONS = (
    Organisation(ACUTE, ("EHFT", "Elmshire Hospitals Trust"), Role.PROVIDER),
    Organisation(COMMUNITY, ("Elmshire Community Trust", "ECMH"), Role.PROVIDER),
    Organisation(CCG, ("Elm Valley CCG",), Role.COMMISSIONER),
    Organisation("Brightpath CIC", (), Role.PROVIDER),
)
SERVICES = passage(
    f"Hospital services are provided by {ACUTE} at Tolver Hospital.\n"
    f"CAMHS, adult mental health, health visiting and school nursing are provided by {COMMUNITY}.\n"
    "Substance misuse services are provided by Brightpath CIC.",
    "§context-of-the-review.1",
    kind=Kind.CONTEXT,
    voice=Voice.BACKGROUND,
    heading=("Context of the review",),
    organisations=(ACUTE, COMMUNITY, "Brightpath CIC"),
)
ED = passage(
    "In the ED at Tolver Hospital the trust plans a separate waiting area. Reception staff do not ask who comes with the child.",
    "¶1.1",
)
CAMHS = passage(
    "Child and adolescent mental health services offer a first appointment within nine weeks of referral.", "¶1.2"
)
HV = passage(
    "Health visitors write to the GP after each visit. School nurses do not receive copies of these letters.",
    "¶1.3",
)
POST = passage(
    "The named midwife has one day a week for the role. The designated doctor post has been vacant since May.", "¶1.4"
)
LAC = passage("The LAC nurse sees children at home.", "¶1.5", heading=("The child's journey", "Children looked after"))
REFER = passage(
    "Midwives refer women at risk to children's social care. The police notify the MASH of each incident.", "¶1.6"
)
CALLS = passage(
    "Elm Valley CCG pays for the liaison post. Staff at the Tolver drop-in value it.", "¶1.7", organisations=(CCG,)
)
TASK = passage(
    "Ensure that letters are copied to school nurses.",
    "R2.1",
    kind=Kind.RECOMMENDATION,
    voice=Voice.RECOMMENDATION,
    heading=("Recommendations", f"{COMMUNITY} should:"),
    organisations=(COMMUNITY,),
    addressed_to=(COMMUNITY,),
)
REPORT = Report(
    "elmshire-2016",
    "Review of health services for Children Looked After and Safeguarding in Elmshire",
    "Elmshire",
    " ".join(p.text for p in (SERVICES, ED, CAMHS, HV, POST, LAC, REFER, CALLS, TASK)),
    (),
    (SERVICES, ED, CAMHS, HV, POST, LAC, REFER, CALLS, TASK),
    ORGANISATIONS,
)

NAMED = [
    ("In A&E at Tolver Hospital a separate waiting area is planned.", ED),
    ("The emergency department at Tolver Hospital is to have its own waiting area.", ED),
    ("A separate waiting area is planned by Elmshire Hospitals NHS Foundation Trust.", ED),
    ("A separate waiting area is planned by EHFT.", ED),
    ("The acute trust plans a separate waiting area.", ED),
    ("The trust plans a separate waiting area in its emergency department.", ED),
    ("Receptionists in the accident and emergency department do not ask who has come.", ED),
    ("Staff at the hospital do not ask who comes with the child.", ED),
    ("Inspectors noted that children's companions are not asked about in Elmshire.", ED),
    ("CAMHS sees children for the first time within nine weeks.", CAMHS),
    ("Elmshire Community Trust offers a first CAMHS appointment within nine weeks.", CAMHS),
    ("Children's mental health services offer a first appointment within nine weeks.", CAMHS),
    ("The health visiting service writes to family doctors after each visit.", HV),
    ("General practitioners get a letter from the health visitor after each visit.", HV),
    ("The school nursing service gets no copies.", HV),
    ("The named midwife has a day a week for the role.", POST),
    ("There has been no designated doctor since May.", POST),
    ("The looked after children's nurse makes home visits.", LAC),
    ("Nurses for children in care see them at home.", LAC),
    ("Women at risk are referred by the maternity service to social workers.", REFER),
    ("Police officers let the multi-agency safeguarding hub know of each incident.", REFER),
    ("The MASH is told of each incident by the police.", REFER),
    ("Children's social care is sent women at risk by midwives.", REFER),
    ("The CCG pays for the liaison post.", CALLS),
    ("Commissioners pay for the liaison post.", CALLS),
    ("NHS Elm Valley Clinical Commissioning Group pays for the liaison post.", CALLS),
    ("ECMH should see that school nurses get copies of letters.", TASK),
    ("The community trust should copy letters to school nurses.", TASK),
    ("Drug and alcohol services are provided by Brightpath.", SERVICES),
    ("Midwives let children's services know of women at risk.", REFER),
]
STRANGE = [
    ("In the minor injuries unit a separate waiting area is planned.", ED),
    ("In the ED at Farnley Hospital a separate waiting area is planned.", ED),
    ("A separate waiting area is planned by Elmshire Community and Mental Health NHS Trust.", ED),
    ("A separate waiting area is planned by ECMH.", ED),
    ("School nurses at Tolver Hospital do not ask who comes with the child.", ED),
    ("Brightpath plans a separate waiting area at Tolver Hospital.", ED),
    ("Adult mental health offers a first appointment within nine weeks.", CAMHS),
    ("Elmshire Hospitals Trust offers a first CAMHS appointment within nine weeks.", CAMHS),
    ("Midwives write to the GP after each visit.", HV),
    ("Health visitors write to social workers after each visit.", HV),
    ("Health visitors write to CAMHS after each visit.", HV),
    ("The Riverside health visitors write to the GP after each visit.", HV),
    ("The named doctor has one day a week for the role.", POST),
    ("The designated nurse post has been vacant since May.", POST),
    ("The designated midwife has one day a week for the role.", POST),
    ("The named GP has one day a week for the role.", POST),
    ("Health visitors refer women at risk to children's social care.", REFER),
    ("The police notify the safeguarding children board of each incident.", REFER),
    ("The ambulance service notifies the MASH of each incident.", REFER),
    ("Children's social care refers women at risk to midwives.", REFER),
    ("The MASH notifies the police of each incident.", REFER),
    ("The MASH is where the police hear of each incident, for social workers refer women at risk to midwives.", REFER),
    ("Health visitors do not receive copies of these letters.", HV),
    ("Oakdale CCG pays for the liaison post.", CALLS),
    ("NHS England pays for the liaison post.", CALLS),
    ("Elmshire Hospitals Trust should copy letters to school nurses.", TASK),
    ("The LAC nurse at Farnley sees children at home.", LAC),
    ("Dentists see children at home with the LAC nurse.", LAC),
]


@pytest.mark.parametrize(("text", "cited"), NAMED)
def test_whoever_the_passage_speaks_of_may_be_named_by_any_usual_name(text: str, cited: Passage) -> None:
    assert objection(claim(text, cited), [REPORT]) == ""


@pytest.mark.parametrize(("text", "cited"), STRANGE)
def test_whoever_the_passage_does_not_speak_of_is_an_objection(text: str, cited: Passage) -> None:
    assert objection(claim(text, cited), [REPORT]).endswith(".")


def test_two_passages_may_each_prove_a_name() -> None:
    both = claim(
        "Health visitors write to GPs, and the community trust should copy letters to school nurses.", HV, TASK
    )
    assert objection(both, [REPORT]) == ""


def test_without_reports_the_passages_alone_tell() -> None:
    assert objection(claim("The police notify the MASH of each incident.", REFER), []) == ""
    assert objection(claim("The police notify Oakdale of each incident.", REFER), [])


@pytest.mark.parametrize(
    ("text", "bodies"),
    [
        ("A&E and MIU staff", ["emergency department", "minor injuries unit"]),
        ("the named and designated nurses", ["designated nurse", "named nurse"]),
        ("the named doctor and nurse", ["named doctor", "named nurse"]),
        ("an edited letter", []),
        ("school health nurses and schools", ["school nurses", "schools"]),
    ],
)
def test_the_longest_name_of_a_body_counts(text: str, bodies: list[str]) -> None:
    assert sorted(mention.body for mention in bodies_named(text)) == sorted(bodies)


def test_a_passage_speaks_of_bodies_in_other_words() -> None:
    assert bodies_spoken_of("GPs keep a register.") == {"GPs"}
    assert "housing" not in bodies_spoken_of("Fathers are in the house.")
    assert {"GPs", "social care", "council"} <= bodies_spoken_of("The practice wrote to the council.")
