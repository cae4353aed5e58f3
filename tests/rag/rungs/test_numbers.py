"""Numbers of a claim against those of the passage cited, in every writing; invented sentences."""

from dataclasses import replace

import pytest

from rag.rungs.numbers import objection
from tests.rag.rungs.claims import claim, passage

_WAIT = "The average wait for a first appointment was eighteen weeks, and a further eleven to the start of treatment."
_RECORDS = "Of twelve records that we read, seven named the father and four showed who held parental responsibility."
_STAFF = "Nine qualified school nurses cover 104 schools, and two of them work in term time only."
_SHARES = "New birth visits reached 93% of families within 14 days, but the antenatal contact reached 34%."
_DATES = "The clinic opened on 9th March 2015 and closed in November 2016 after a review in 2015/16."
_AGES = "Children under 16 are seen on the ward; young people aged 16 and 17 wait in the adult area."
_OFTEN = "The forum meets every two weeks, and the board twice a year."
_RATIO = "About one contact in eight came from a health service."
_HALF = "In six of the twelve files the box was blank."
_HOURS = "The team works from 8am to 10pm on seven days a week."
_MONEY = "The service costs £1.2 million, of which £300,000 comes from the council."

TABLE = [
    # the same number in another writing
    (_WAIT, "Families waited 18 weeks on average for a first appointment.", True),
    (_WAIT, "Treatment began eleven weeks after the first appointment.", True),
    (_WAIT, "Families waited 18 weeks to be seen, then 11 more for treatment.", True),
    ("The plan was reviewed after eighteen months.", "The plan was looked at again after a year and a half.", True),
    ("The plan was reviewed after eighteen months.", "The plan was looked at again after 18 months.", True),
    ("25% of staff were trained.", "A quarter of staff were trained.", True),
    ("A quarter of staff were trained.", "Twenty-five per cent of staff had the training.", True),
    ("The unit saw 1,200 children.", "Some 1200 children came to the unit.", True),
    ("The unit saw 1,200 children.", "Twelve hundred children came to the unit.", True),
    (_DATES, "The clinic opened on 9 March.", True),
    (_DATES, "The clinic opened in March 2015.", True),
    (_DATES, "The clinic has been open since March 9, 2015.", True),
    (_DATES, "A review in 2015-16 came before the clinic closed.", True),
    (_RATIO, "Roughly one in eight contacts came from health.", True),
    (_HALF, "In half of the twelve files nothing was written in the box.", True),
    (_HALF, "The box was blank in six of 12 files.", True),
    (_OFTEN, "The forum meets fortnightly.", True),
    (_OFTEN, "The forum comes together every other week.", True),
    (_HOURS, "The team is there from eight in the morning, 8am, until 10 pm every day.", True),
    (_HOURS, "The team works seven days a week.", True),
    (_MONEY, "The service costs £1,200,000.", True),
    ("Four in every five clients use cannabis.", "Cannabis is used by 80% of clients.", True),
    ("All nine had been screened.", "All 9 had been screened.", True),
    ("A girl of fifteen asked for help.", "A 15-year-old girl asked for help.", True),
    ("Young people are seen up to their eighteenth birthday.", "Young people are seen up to the age of 18.", True),
    ("The caseload has doubled since 2012.", "The caseload is twice what it was in 2012.", True),
    ("The post was cut from 20 hours to 10.", "Hours of the post were halved to ten.", True),
    ("19 days passed before a reply came.", "Nearly three weeks passed before a reply came.", True),
    ("61.2% of pupils speak another language.", "More than 60% of pupils speak another language.", True),
    ("31.8% of children live in poverty.", "Almost a third of children are poor.", True),
    ("The review is done at 2 ½ years.", "The review is done at two and a half years.", True),
    ("The review is done at 2 ½ years.", "The review is done at two years.", False),
    ("Each of the 12 files held a plan.", "Every one of the dozen files held a plan.", True),
    ("Each of the 12 files held a plan.", "Every one of the ten files held a plan.", False),
    ("Of 30 referrals in six months, 16 led nowhere.", "Over six months 16 of the 30 referrals led nowhere.", True),
    ("Of 30 referrals in six months, 16 led nowhere.", "Over seven months 16 of the 30 referrals led nowhere.", False),
    ("Letters go to families with a child under five years.", "A family with a child under five gets a letter.", True),
    ("Letters go to families with a child under five years.", "A family with a child under six gets a letter.", False),
    ("Adult services start at eighteen.", "Adult services do not begin until eighteen.", True),
    ("Adult services start at eighteen.", "Adult services do not begin until nineteen.", False),
    ("The board spoke of it once in the past year.", "The board spoke of it just once in the last year.", True),
    ("The mother telephoned several times.", "The mother telephoned more than once.", True),
    ("The father was found two days later.", "A couple of days on, the father was found.", True),
    ("The father was found three days later.", "A couple of days on, the father was found.", False),
    ("89% were trained, against a target of 85%.", "Training was four percentage points above target.", True),
    ("89% were trained, against a target of 85%.", "Training was six percentage points above target.", False),
    ("A visit reached 35% of women.", "About two in three women went without a visit.", True),
    ("A visit reached 35% of women.", "About one in four women went without a visit.", False),
    ("A plan was in 26 of the 28 files.", "All but two of the files had a plan.", True),
    ("A plan was in 26 of the 28 files.", "All but three of the files had a plan.", False),
    ("Agency doctors stayed for five months.", "No agency doctor stayed longer than five months.", True),
    ("He worried for a week before ringing.", "He worried for a month before ringing.", False),
    # worked out
    ("Nine of 31 nurses had done the course.", "22 of the 31 nurses had not done the course.", True),
    ("Four of 15 posts were vacant.", "Eleven of the 15 posts were filled.", True),
    ("Four of 15 posts were vacant.", "Twelve of the 15 posts were filled.", False),
    ("Just 58% had a dental check.", "More than two in five had no dental check.", True),
    ("Just 58% had a dental check.", "More than three in five had no dental check.", False),
    ("A third of the files had not been copied.", "Two thirds of the files had been copied.", True),
    ("We read nine files and three had a chronology.", "A third of the files had a chronology.", True),
    ("We read nine files and three had a chronology.", "A quarter of the files had a chronology.", False),
    ("Colleagues hold 520 cases and one held 710.", "One held 190 more cases than colleagues.", True),
    ("Colleagues hold 520 cases and one held 710.", "One held 210 more cases than colleagues.", False),
    ("We tracked 18 children and sampled 72 records.", "The review took in 90 cases in all.", True),
    ("We tracked 18 children and sampled 72 records.", "The review took in 80 cases in all.", False),
    ("The team is there from 9am until 10pm.", "The team is there for thirteen hours.", True),
    ("The team is there from 9am until 10pm.", "The team is there for eleven hours.", False),
    ("One was held for eleven hours.", "One was held for as long as eleven hours.", True),
    ("The service runs under a five-year contract.", "The contract is for five years.", True),
    ("None of the 12 files held a plan.", "Not one of the twelve files held a plan.", True),
    ("The old form was used twelve months later.", "Twelve months later they used the old form.", True),
    # words that count without telling a number
    ("A practice kept no register.", "One practice kept no register.", True),
    ("The trust was late.", "One of the trusts was late.", True),
    ("Midwives and health visitors meet.", "Both midwives and health visitors come to the meeting.", True),
    ("Initial assessments are late.", "First assessments are late.", True),
    ("Staff are trained to Level 3 under Section 11.", "Level 3 training is in place under Section 11.", True),
    # another number
    (_WAIT, "Families waited 16 weeks on average for a first appointment.", False),
    (_WAIT, "Families waited eleven weeks on average for a first appointment.", False),
    (_WAIT, "Families waited eighteen months on average for a first appointment.", False),
    (_RECORDS, "Four of the twelve records named the father.", False),
    (_RECORDS, "Seven of the eleven records named the father.", False),
    (_RECORDS, "Seven of the twelve records named the father.", True),
    (_RECORDS, "Four of the twelve showed who held parental responsibility.", True),
    (_RECORDS, "Seven of the twelve showed who held parental responsibility.", False),
    (_STAFF, "Nine school nurses cover 140 schools.", False),
    (_STAFF, "Ten school nurses cover 104 schools.", False),
    (_STAFF, "There are 104 qualified school nurses.", False),
    (_SHARES, "New birth visits reached 93% of families within four weeks.", False),
    (_SHARES, "New birth visits reached 93% of families within a fortnight.", True),
    (_SHARES, "New birth visits reached 39% of families.", False),
    (_DATES, "The clinic opened on 9th May 2015.", False),
    (_DATES, "The clinic opened on 19th March 2015.", False),
    (_DATES, "The clinic closed in November 2015.", False),
    (_DATES, "A review in 2014/15 came before the clinic closed.", False),
    (_AGES, "Children under 18 are seen on the ward.", False),
    (_AGES, "Young people of 16 and 17 wait among adults.", True),
    (_AGES, "Young people of 15 and 17 wait among adults.", False),
    (_OFTEN, "The forum meets weekly.", False),
    (_OFTEN, "The forum meets every two months.", False),
    (_OFTEN, "The board meets once a year.", False),
    (_RATIO, "Roughly one in six contacts came from health.", False),
    (_HALF, "In a third of the twelve files nothing was written in the box.", False),
    (_HALF, "The box was blank in six of the ten files.", False),
    (_HOURS, "The team works from 9am to 10pm.", False),
    (_HOURS, "The team works five days a week.", False),
    (_MONEY, "The service costs £1.3 million.", False),
    (_MONEY, "The council gives £1.2 million of the money; the service costs £300,000.", False),
    ("Staff are trained to Level 3 under Section 11.", "Staff are trained to Level 2 under Section 11.", False),
    ("The mean stay was 19 hours.", "The median stay was 19 hours.", False),
    ("Checks stopped for 13 working days.", "Checks stopped for 13 calendar days.", False),
    ("Women are asked at least once.", "Women are asked at least twice.", False),
    ("Two practices recorded it.", "One practice recorded it.", False),
    ("Vacancies fell by 5 percentage points.", "Vacancies fell by 5%.", False),
    ("We met 20 children.", "20% of the children were met.", False),
    ("The clinic runs on Mondays and Thursdays.", "The clinic runs on Tuesdays and Thursdays.", False),
    ("Attendance rose in spring.", "Attendance rose in autumn.", False),
    # the word of comparison
    ("More than 20 young people waited.", "Fewer than 20 young people waited.", False),
    ("More than 20 young people waited.", "Over 20 young people waited.", True),
    ("More than 20 young people waited.", "20 young people waited.", False),
    ("At least three visits are made.", "Up to three visits are made.", False),
    ("At least three visits are made.", "Three or more visits are made.", True),
    ("Almost half of the files had a plan.", "Over half of the files had a plan.", False),
    ("Almost half of the files had a plan.", "Nearly half of the files had a plan.", True),
    ("Children may wait up to 60 hours.", "Children wait 60 hours.", False),
    ("Children may wait up to 60 hours.", "Children may wait as long as 60 hours.", True),
    ("Nurses visit within 14 days.", "Nurses visit inside two weeks.", True),
    ("Nurses visit within 14 days.", "Nurses visit after more than 14 days.", False),
]


@pytest.mark.parametrize(("text", "claimed", "passes"), TABLE)
def test_a_number_must_be_told_of_the_same_thing(text: str, claimed: str, passes: bool) -> None:
    assert (objection(claim(claimed, text)) == "") is passes, objection(claim(claimed, text))


def test_the_objection_tells_what_the_passage_says() -> None:
    said = objection(claim("Half of the twelve records named the father.", _RECORDS))
    assert '"Half"' in said
    assert '"seven"' in said


def test_numbers_of_a_heading_count_as_told() -> None:
    cited = passage("Staff know their duties.", heading=("Compliance with Section 11",))
    assert objection(claim("Staff know their duties under Section 11.", cited)) == ""
    assert objection(claim("Staff know their duties under Section 47.", cited)) != ""


def test_each_of_two_passages_may_tell_one_of_the_numbers() -> None:
    text = "School nursing has nine nurses, and waits last 18 weeks."
    assert objection(claim(text, "The school nursing team has nine nurses.", "Families wait 18 weeks.")) == ""
    assert objection(claim(text, "The school nursing team has nine nurses.", "Families wait 19 weeks.")) != ""


def test_numbers_of_references_prove_nothing() -> None:
    assert objection(claim("Plans are reviewed in 5 places.", "Plans are reviewed. (Recommendations 5 and 6)")) != ""


def test_bodies_that_a_passage_names_may_be_counted() -> None:
    addressed = ("Elmshire Hospitals NHS Trust", "Elmshire Community NHS Trust", "NHS Elmshire CCG")
    cited = replace(passage("Agree how information is shared.", "R2.1"), addressed_to=addressed)
    assert objection(claim("The two trusts and the CCG should agree how information is shared.", cited)) == ""
    assert objection(claim("The three trusts and the CCG should agree how information is shared.", cited)) != ""
