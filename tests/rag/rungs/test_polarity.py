"""Negation and hedges of a claim against those of the passage cited; invented sentences."""

import pytest

from rag.rungs import hedges, negation
from tests.rag.rungs.claims import claim

NEGATION = [
    # contraries
    ("Referrals seldom say what the risk is.", "Referrals usually say what the risk is.", False),
    ("The post of designated doctor is vacant.", "The post of designated doctor is filled.", False),
    ("The letters went to the mothers.", "The letters went to the fathers.", False),
    # denied in other words
    ("Staff did not have access to the records.", "Staff lacked access to the records.", True),
    ("Staff did not have access to the records.", "Staff were without access to the records.", True),
    ("Staff did not have access to the records.", "Staff had access to the records.", False),
    ("No record showed a plan.", "None of the records showed a plan.", True),
    ("The policy has yet to be agreed.", "The policy is not yet agreed.", True),
    ("The policy has yet to be agreed.", "The policy has not been agreed yet.", True),
    ("The health visitor was unaware of the attendance.", "The health visitor did not know of the attendance.", True),
    ("The health visitor was unaware of the attendance.", "The health visitor was aware of the attendance.", False),
    ("The health visitor was aware of the attendance.", "The health visitor was unaware of the attendance.", False),
    ("Supervision was inadequate.", "Supervision was not adequate.", True),
    ("Supervision was inadequate.", "Supervision was adequate.", False),
    ("The pathway is unclear to midwives.", "The pathway is not clear to midwives.", True),
    ("The pathway is unclear to midwives.", "The pathway is clear to midwives.", False),
    ("The pathway is clear to midwives.", "The pathway is not clear to midwives.", False),
    ("Midwives failed to record the father's name.", "Midwives did not record the father's name.", True),
    ("Midwives failed to record the father's name.", "Midwives recorded the father's name.", False),
    ("Nobody from the trust attended the conference.", "The trust sent no one to the conference.", True),
    ("Nobody from the trust attended the conference.", "Someone from the trust attended the conference.", False),
    ("The clinic is without a waiting area.", "The clinic has no waiting area.", True),
    ("The chronology was absent from the file.", "There was no chronology in the file.", True),
    # a negation added, dropped or turned
    ("School nurses attend every conference.", "School nurses do not attend every conference.", False),
    ("The doctor does not meet adopters.", "The doctor meets adopters.", False),
    (
        "The doctor attends the panel but does not meet adopters.",
        "The doctor attends the panel and meets adopters.",
        False,
    ),
    (
        "The doctor attends the panel but does not meet adopters.",
        "The doctor attends the panel but meets no adopters.",
        True,
    ),
    ("Infant mortality has fallen but is still high.", "Infant mortality has not fallen and is still high.", False),
    (
        "Decisions are written in the book and not in the files.",
        "Decisions are written in the book and also in the files.",
        False,
    ),
    ("Copies went to the nurse but not to carers.", "Copies went to the nurse and to carers as well.", False),
    ("The centre does not acknowledge receipt of referrals.", "The centre acknowledges receipt of referrals.", False),
    ("Attendance at training has improved.", "Attendance at training has declined.", False),
    ("Attendance at training has improved.", "Attendance at training has risen.", True),
    ("The quality of plans was good.", "The quality of plans was poor.", False),
    ("The ward accepts young people of 17.", "The ward rejects young people of 17.", False),
    ("Children are placed outside the county.", "Children are placed within the county.", False),
    ("Poverty is better than the average.", "Poverty is worse than the average.", False),
    ("The nurse has to ring the practice.", "The nurse no longer has to ring the practice.", False),
    ("Staff mistakenly thought consent was needed.", "Staff rightly thought consent was needed.", False),
    ("The inspections were independent of each other.", "The two inspections were carried out jointly.", True),
]
HEDGES = [
    # the same reserve in other words
    (
        "Staff do not consistently record the voice of the child.",
        "Staff are inconsistent in recording the child's voice.",
        True,
    ),
    ("Staff do not consistently record the voice of the child.", "Staff do not always record the child's voice.", True),
    (
        "Staff do not consistently record the voice of the child.",
        "Staff sometimes do not record the child's voice.",
        True,
    ),
    ("Staff do not consistently record the voice of the child.", "Staff never record the child's voice.", False),
    ("Staff do not routinely ask about fathers.", "Staff never ask about fathers.", False),
    ("Staff do not routinely ask about fathers.", "Staff do not ask about fathers as a matter of routine.", True),
    ("Not all plans named a lead.", "Some plans did not name a lead.", True),
    ("Not all plans named a lead.", "All plans named a lead.", False),
    ("Most midwives had been trained.", "The majority of midwives had been trained.", True),
    ("Most midwives had been trained.", "All midwives had been trained.", False),
    ("Most midwives had been trained.", "Midwives had been trained.", False),
    ("Some midwives had been trained.", "Every midwife had been trained.", False),
    ("Some midwives had been trained.", "Midwives had been trained.", False),
    ("Few midwives had been trained.", "Hardly any midwives had been trained.", True),
    ("Few midwives had been trained.", "None of the midwives had been trained.", False),
    ("Health visitors rarely attend the meeting.", "Health visitors seldom attend the meeting.", True),
    ("Health visitors rarely attend the meeting.", "Health visitors never attend the meeting.", False),
    ("Letters were often late.", "Letters were late.", False),
    ("Letters were often late.", "Letters were frequently late.", True),
    ("Letters were often late.", "Letters were always late.", False),
    ("The reason was usually that a partner was there.", "The reason was always that a partner was there.", False),
    ("The reason was usually that a partner was there.", "The reason was mostly that a partner was there.", True),
    # a share told as if of all
    ("In three of five records the plan was missing.", "In the records the plan was missing.", False),
    ("In three of five records the plan was missing.", "In most of the records the plan was missing.", True),
    ("In three of five records the plan was missing.", "In all of the records the plan was missing.", False),
    ("All four plans were signed.", "The four plans were signed.", True),
    ("All four plans were signed.", "Every plan was signed.", True),
    ("91% of young people are seen in time.", "Young people are seen in time.", False),
    ("91% of young people are seen in time.", "Most young people are seen in time.", True),
    (
        "GPs in two of the four practices did not know of the duty.",
        "GPs in the practices did not know of the duty.",
        False,
    ),
    # what may be, and what is planned
    ("Children may wait 60 hours for an examination.", "Children wait 60 hours for an examination.", False),
    ("Children may wait 60 hours for an examination.", "Children can wait 60 hours for an examination.", True),
    ("The trust plans to recruit a nurse.", "The trust has recruited a nurse.", False),
    ("The trust plans to recruit a nurse.", "The trust intends to recruit a nurse.", True),
    (
        "The trust expects to go live with the system in autumn.",
        "The trust went live with the system in autumn.",
        False,
    ),
    ("Nurses would like to trial a questionnaire.", "Nurses have begun to trial a questionnaire.", False),
    ("Nurses would like to trial a questionnaire.", "Nurses hope to trial a questionnaire.", True),
    ("The trust recruited a nurse.", "The trust took on a nurse.", True),
    ("The tool is not widely used by other services.", "The tool is not used at all by other services.", False),
    ("The tool is not widely used by other services.", "Other services make little use of the tool.", True),
    ("She has trained all community midwives.", "She plans to train all community midwives.", False),
    ("She will train all community midwives.", "She plans to train all community midwives.", True),
    ("Two children interpreted for their mother.", "Children routinely interpret for their mothers.", False),
    ("Children always interpret for their mothers.", "Children routinely interpret for their mothers.", True),
    ("There is insufficient evidence that midwives ask.", "Midwives never ask.", False),
    ("Workload is one reason for delay.", "Workload is the sole reason for delay.", False),
    ("Some surgeries file minutes apart.", "Most surgeries file minutes apart.", False),
    ("The clinic has been open since May.", "The clinic is open.", True),
    ("The clinic may open.", "The clinic is open.", False),
    ("The most recent plan is in a pink envelope.", "The newest plan is in a pink envelope.", True),
    ("For the most part plans are signed.", "All plans are signed.", False),
    ("The night staff found a note.", "All that the night staff found was a note.", True),
    ("Weekly supervision is given to all staff.", "All staff are given supervision every week.", True),
]


@pytest.mark.parametrize(("text", "claimed", "passes"), NEGATION)
def test_what_is_denied_stays_denied(text: str, claimed: str, passes: bool) -> None:
    said = negation.objection(claim(claimed, text))
    assert (said == "") is passes, said


@pytest.mark.parametrize(("text", "claimed", "passes"), HEDGES)
def test_a_reserve_stays(text: str, claimed: str, passes: bool) -> None:
    said = hedges.objection(claim(claimed, text))
    assert (said == "") is passes, said


@pytest.mark.parametrize(
    ("text", "claimed"),
    [(text, claimed) for text, claimed, passes in (*NEGATION, *HEDGES) if passes],
)
def test_neither_rung_refuses_what_the_other_is_shown_as_right(text: str, claimed: str) -> None:
    assert negation.objection(claim(claimed, text)) == ""
    assert hedges.objection(claim(claimed, text)) == ""


def test_either_of_two_passages_may_bear_the_reserve() -> None:
    text = "Letters are often late, and no plan named a lead."
    assert hedges.objection(claim(text, "Letters are often late.", "No plan named a lead.")) == ""
    assert negation.objection(claim(text, "Letters are often late.", "No plan named a lead.")) == ""


def test_the_objection_tells_the_word_that_was_left_out() -> None:
    assert '"often"' in hedges.objection(claim("Letters were late.", "Letters were often late."))


@pytest.mark.parametrize(
    "text",
    [
        "It is not true that school nurses visit each school every week.",
        "School nurses do not visit each school every week.",
        "It is false that school nurses visit each school.",
    ],
)
def test_a_sentence_repeated_with_a_not_put_in_is_refused(text: str) -> None:
    assert negation.objection(claim(text, "School nurses do visit each school every week. They hold a clinic there."))


def test_a_sentence_repeated_without_its_not_is_refused() -> None:
    evidence = "The rota was not kept for the whole of the summer, and nobody had noticed."
    assert negation.objection(claim("The rota was kept for the whole of the summer, and nobody had noticed.", evidence))
    assert negation.objection(claim("The rota was not kept for the whole of the summer.", evidence)) == ""
