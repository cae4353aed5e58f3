"""Who says it: accounts stay accounts, recommendations recommendations, case examples single cases, findings the inspectors'."""

import pytest

from index.report import Kind, Passage, Voice
from rag.rungs.speakers import Speaker, attributions
from rag.rungs.voice import objection
from tests.rag.rungs.claims import claim, passage

PARENTS = passage("Parents told us that the clinic never answered its telephone. The clinic opens twice a week.")
YOUNG = passage(
    'A boy of 13 in residential care told us: "The nurse wrote down what I wanted. Nobody had done that before."',
    "§what-people-told-us.1",
    kind=Kind.QUOTE,
    voice=Voice.REPORTED,
)
STAFF = passage(
    "Referrals to the hub fell by a third over the year. Health visitors believed that the new form was too long. "
    "We saw eleven forms and all were complete.",
)
TOLD = passage("We were told that every midwife has supervision once a quarter. Records of supervision were not kept.")
FOUND = passage(
    "Discharge letters are sent to the school nurse within two days. We found that letters for older pupils were often missing.",
)
RECOMMENDED = passage(
    "Ensure that the liaison post is covered during leave and that cards are read each morning.",
    "R2.3",
    kind=Kind.RECOMMENDATION,
    voice=Voice.RECOMMENDATION,
)
CASE = passage(
    "Case example: a girl of six was brought in with a burn. The nurse rang the duty social worker and stayed until the aunt arrived.",
    "§child-protection.1",
    kind=Kind.CASE_EXAMPLE,
    voice=Voice.CASE_EXAMPLE,
)
NORM = passage("It is important that fathers are asked about. Fathers were named in two of nine records.")
MIXED = passage("Waits for therapy average 19 weeks, and managers told us that two new posts will shorten them.")
PROMISED = passage("There is no named doctor in post but we were told that an appointment has been made.")
INTENDED = passage("Children cannot be seen from the desk. The trust is intending to install a camera.")
EARLIER = passage(
    "There were two recommendations for the trust:\nAppoint a named doctor.\nAudit the quality of referrals.",
    "§context.4",
    kind=Kind.CONTEXT,
    voice=Voice.BACKGROUND,
)

KEPT = [
    ("The post of named doctor is not filled.", PROMISED),
    ("The desk has no view of the children, but the trust plans to put it in order with a camera.", INTENDED),
    ("The trust has no camera yet, but plans to put it in.", INTENDED),
    ("Parents said that the clinic never answered its telephone.", PARENTS),
    ("According to parents, the clinic never picked up the telephone.", PARENTS),
    ("Parents complained to inspectors that the clinic never answered its telephone.", PARENTS),
    ("Inspectors heard from parents that the clinic's telephone was never answered.", PARENTS),
    ("The clinic opens two days a week.", PARENTS),
    ("One boy of 13 said that the nurse had written down what he wanted.", YOUNG),
    ("A young person in residential care said the nurse wrote down what he wanted.", YOUNG),
    ("Referrals to the hub dropped by a third in a year.", STAFF),
    ("Health visitors thought that the new form was too long.", STAFF),
    ("Staff considered the new form too long.", STAFF),
    ("Inspectors saw eleven forms, all of them complete.", STAFF),
    ("Every midwife is reported to have supervision each quarter.", TOLD),
    ("Inspectors were told that midwives have supervision once a quarter.", TOLD),
    ("Staff told inspectors that every midwife has supervision once a quarter.", TOLD),
    ("No records of supervision were kept.", TOLD),
    ("Letters on discharge reach the school nurse within two days.", FOUND),
    ("Inspectors found that letters for older pupils were often missing.", FOUND),
    ("Letters for older pupils were often missing.", FOUND),
    ("The liaison post should be covered during leave.", RECOMMENDED),
    ("The trust is asked to cover the liaison post during leave.", RECOMMENDED),
    ("It is recommended that cards are read each morning.", RECOMMENDED),
    ("Cover for the liaison post during leave is recommended.", RECOMMENDED),
    ("In one case a nurse rang the duty social worker about a girl of six with a burn.", CASE),
    ("A girl of six with a burn had a nurse by her side until her aunt came.", CASE),
    ("Fathers should be asked about, but only two of nine records named them.", NORM),
    ("Therapy is reached after 19 weeks on average.", MIXED),
    ("Managers said that two new posts will shorten the wait for therapy.", MIXED),
    ("The trust was recommended to appoint a named doctor.", EARLIER),
    ("Staff could not say what the waits were, which average 19 weeks.", MIXED),
]
CHANGED = [
    ("The clinic never answered its telephone.", PARENTS),
    ("Inspectors found that the clinic never answered its telephone.", PARENTS),
    ("Inspectors saw for themselves that nobody picked up the clinic's telephone.", PARENTS),
    ("Staff said that the clinic never answered its telephone.", PARENTS),
    ("Young people told inspectors that the clinic never answered its telephone.", PARENTS),
    ("Nurses write down what young people want.", YOUNG),
    ("Inspectors found that the nurse wrote down what was wanted.", YOUNG),
    ("Parents said that the nurse wrote down what the boy wanted.", YOUNG),
    ("The new form is too long.", STAFF),
    ("Inspectors thought that the new form was too long.", STAFF),
    ("Parents believed that the new form was too long.", STAFF),
    ("Every midwife has supervision once a quarter.", TOLD),
    ("Inspectors found that every midwife has supervision once a quarter.", TOLD),
    ("Parents told inspectors that every midwife has supervision once a quarter.", TOLD),
    ("School nurses said that letters for older pupils were often missing.", FOUND),
    ("Parents complained that letters for older pupils were often missing.", FOUND),
    ("Letters for older pupils should be sent at once.", FOUND),
    ("Inspectors recommended that letters reach the school nurse within two days.", FOUND),
    ("The liaison post is covered during leave.", RECOMMENDED),
    ("The trust ensures that cards are read each morning.", RECOMMENDED),
    ("Cards are now read each morning, and the liaison post has been covered.", RECOMMENDED),
    ("Nurses ring the duty social worker and stay until a relative arrives.", CASE),
    ("When children are brought in with burns, nurses ring the duty social worker.", CASE),
    ("Two new posts will shorten waits for therapy.", MIXED),
    ("Inspectors found that two new posts will shorten waits for therapy.", MIXED),
    ("A named doctor was appointed and the quality of referrals audited.", EARLIER),
]


@pytest.mark.parametrize(("text", "cited"), KEPT)
def test_a_claim_that_leaves_words_with_their_speaker_passes(text: str, cited: Passage) -> None:
    assert objection(claim(text, cited)) == ""


@pytest.mark.parametrize(("text", "cited"), CHANGED)
def test_a_claim_that_gives_words_to_another_voice_is_an_objection(text: str, cited: Passage) -> None:
    assert objection(claim(text, cited)).endswith(".")


def test_a_finding_beside_a_recommendation_leaves_the_recommendation_one() -> None:
    assert objection(claim("The post is vacant during leave and should be covered.", FOUND, RECOMMENDED)) == ""
    assert objection(claim("The post was vacant during leave and has been covered.", FOUND, RECOMMENDED))


ATTRIBUTED = [
    ("Parents said that it was late.", {Speaker.PARENTS}),
    ("According to one foster carer it was late.", {Speaker.CARERS}),
    ("Family doctors felt that it was late.", {Speaker.STAFF}),
    ("We were told by young people that it was late.", {Speaker.YOUNG}),
    ("We were told that it was late.", {Speaker.SOMEBODY}),
    ("Inspectors found it late.", {Speaker.INSPECTORS}),
    ("It was late, inspectors noted.", {Speaker.INSPECTORS}),
    ("Three young mothers we spoke with said that it was late.", {Speaker.YOUNG}),
    ("It is reportedly late.", {Speaker.SOMEBODY}),
]
NOT_ATTRIBUTED = [
    "Midwives could not say who was at home.",
    "Nurses have to tell the doctor at once.",
    "Children were admitted with burns.",
    "The doctor spoke to the mother.",
    "Children are seen according to need.",
    "The service is told of each birth.",
]


@pytest.mark.parametrize(("text", "speakers"), ATTRIBUTED)
def test_who_is_said_to_speak_is_read_from_the_sentence(text: str, speakers: set[Speaker]) -> None:
    assert [set(one.speakers) for one in attributions(text)] == [speakers]


@pytest.mark.parametrize("text", NOT_ATTRIBUTED)
def test_words_of_speaking_that_tell_of_no_account_are_none(text: str) -> None:
    assert attributions(text) == ()
