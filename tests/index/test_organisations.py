"""Organisations: one each, however a report spells them, learnt from the report alone."""

from pathlib import Path

import pytest

from index.names import name_key, same_key, split_names
from index.organisations import addressees_in, find_organisations, organisations_in
from index.parse import read_report
from index.report import Organisation, Report, Role

HERE = Path(__file__).resolve().parent
ACUTE = "Worcestershire Acute Hospitals NHS Trust"
CARE = "Worcestershire Health and Care NHS Trust"
CCGS = (
    "NHS South Worcestershire Clinical Commissioning Group",
    "NHS Redditch & Bromsgrove Clinical Commissioning Group",
    "NHS Wyre Forest Clinical Commissioning Group",
)


@pytest.fixture(scope="module")
def report() -> Report:
    return read_report(HERE.parent.parent / "reports" / "worcestershire-2015.txt")


def test_the_bundled_report_names_each_organisation_once(report: Report) -> None:
    assert [(o.name, o.role) for o in report.organisations] == [
        (ACUTE, Role.PROVIDER),
        (CARE, Role.PROVIDER),
        ("Swanswell", Role.PROVIDER),
        ("NHS England", Role.COMMISSIONER),
        *((name, Role.COMMISSIONER) for name in CCGS),
        ("Worcestershire Mental Health Partnership NHS Trust", Role.PROVIDER),
        ("Worcestershire Integrated Commissioning Unit", Role.COMMISSIONER),
    ]


def test_every_printed_spelling_is_an_alias(report: Report) -> None:
    spelled = {o.name: set(o.aliases) for o in report.organisations}
    assert spelled[ACUTE] >= {
        "Worcestershire Acute Hospitals Trust",
        "Worcestershire Acute Hospital Trust",
        "Worcestershire Acute Hospital trust",
        "WAHT",
    }
    assert spelled[CARE] >= {
        "Worcestershire Health & Care NHS Trust",
        "Worcestershire Health and Care Trust",
        "Worcestershire Health & Care Trust",
        "Health and Care Trust",
        "WHCT",
    }
    assert spelled[CCGS[1]] == {"NHS Redditch and Bromsgrove CCG"}
    assert all(alias in report.text for o in report.organisations for alias in (o.name, *o.aliases))


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What must the Worcestershire Acute Hospitals NHS Trust do?", (ACUTE,)),
        ("what must worcestershire acute hospital trust do", (ACUTE,)),
        ("recommendations for WAHT and WHCT", (ACUTE, CARE)),
        ("Which are addressed to the acute trust?", (ACUTE,)),
        ("And to the Health & Care Trust?", (CARE,)),
        ("Does South Worcestershire CCG have any?", (CCGS[0],)),
        ("Redditch and Bromsgrove Clinical Commissioning Group", (CCGS[1],)),
        ("nhs wyre forest ccg", (CCGS[2],)),
        ("Is Swanswell praised?", ("Swanswell",)),
        ("the Integrated Commissioning Unit of Worcestershire", ()),
        ("Worcestershire Integrated Commissioning Unit", ("Worcestershire Integrated Commissioning Unit",)),
        ("NHS England and Swanswell", ("Swanswell", "NHS England")),
        ("What should the trust do?", ()),
        ("How good is care in Worcestershire?", ()),
        ("Swanswells", ()),
        ("What did the Otherton Health and Care Trust do?", ()),
        ("What did the Otherton Acute Hospitals Trust do?", ()),
    ],
)
def test_names_in_a_question_are_resolved(report: Report, question: str, names: tuple[str, ...]) -> None:
    assert organisations_in(question, report.organisations) == names


def test_the_longest_spelling_at_a_place_counts() -> None:
    hill = Organisation("Hill Town Care Trust", ("Hill Town",))
    foundation = Organisation("Hill Town Care Trust Partnership")
    assert organisations_in("Hill Town Care Trust Partnership", (hill, foundation)) == (foundation.name,)


def test_without_organisations_nobody_is_named() -> None:
    assert organisations_in("NHS England", ()) == ()


def test_passages_carry_those_they_name_or_address(report: Report) -> None:
    finding, recommendation = report.passage("¶5.1.6"), report.passage("R5.1")
    assert finding is not None
    assert recommendation is not None
    assert finding.organisations == (CARE,)
    assert (
        recommendation.organisations
        == recommendation.addressed_to
        == (CARE, "Worcestershire Integrated Commissioning Unit")
    )


def test_addressees_equal_a_plain_reading_of_the_headings(report: Report) -> None:
    spoken = {
        ACUTE: ("Worcestershire Acute Hospitals Trust",),
        CARE: ("Worcestershire Health & Care Trust", "Worcestershire Health and Care Trust"),
        "NHS England": ("NHS England",),
        "Worcestershire Integrated Commissioning Unit": ("Worcestershire Integrated Commissioning Unit",),
    } | {name: (name,) for name in CCGS}
    for p in report.passages:
        if p.addressed_to:
            heading = p.heading[-1]
            assert set(p.addressed_to) == {
                name for name, forms in spoken.items() if any(form in heading for form in forms)
            }


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        (
            "NHS Hill CCG, Town Hospitals NHS Trust and NHS England should:",
            ["NHS Hill CCG", "Town Hospitals NHS Trust", "NHS England"],
        ),
        (
            "The Hill Health and Care Trust and the Hill Commissioning Unit should:",
            ["Hill Health and Care Trust", "Hill Commissioning Unit"],
        ),
        ("NHS Hill and Dale CCG should ensure that:", ["NHS Hill and Dale CCG"]),
        ("Brightpath and Town Care Trust must:", ["Brightpath", "Town Care Trust"]),
        ("NHS Hill CCG in conjunction with the Dale NHS Trust should:", ["NHS Hill CCG", "Dale NHS Trust"]),
        (
            "Town Hospitals NHS Foundation Trust (THFT) should work with partners to:",
            ["Town Hospitals NHS Foundation Trust"],
        ),
        ("All providers should:", []),
    ],
)
def test_addressees_are_parted_at_complete_names(heading: str, names: list[str]) -> None:
    assert addressees_in(heading, ["Brightpath"]) == names


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("Hill Hospitals Trust Hill Health and Care Trust Brightpath NHS England", 
         ["Hill Hospitals Trust", "Hill Health and Care Trust", "Brightpath", "NHS England"]),
        ("NHS Hill CCG. NHS Dale & Town Clinical Commissioning Group.", ["NHS Hill CCG", "NHS Dale & Town Clinical Commissioning Group"]),
        ("Hill NHS Foundation Trust; Dale Care CIC, Tamar House Ltd", ["Hill NHS Foundation Trust", "Dale Care CIC", "Tamar House Ltd"]),
        ("Brightpath Tamar House", ["Brightpath", "Tamar House"]),
        ("Turning Way", ["Turning Way"]),
    ],
)  # fmt: skip
def test_names_that_run_together_in_a_label_are_parted(value: str, names: list[str]) -> None:
    assert split_names(value, f"{value}. Brightpath was good. Tamar House was late.") == names


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("Hill Hospitals NHS Foundation Trust", "The Hill Hospital Trust", True),
        ("Hill Health & Care NHS Trust", "Hill Health and Care Trust", True),
        ("NHS South Hill CCG", "South Hill Clinical Commissioning Group", True),
        ("Dale Community Interest Company", "Dale CIC", True),
        ("Marlshire Health Trust", "Marlshire Heath Trust", True),
        ("North Hill CCG", "South Hill CCG", False),
        ("Hill Health Trust", "Hill Care Trust", False),
        ("Northern Town Trust", "Southern Town Trust", False),
    ],
)
def test_spellings_of_one_name_have_one_key_and_neighbours_do_not(first: str, second: str, same: bool) -> None:
    keys = name_key(first), name_key(second)
    assert (keys[0] == keys[1] or same_key(*keys)) is same


def test_abbreviations_that_fit_every_body_of_a_kind_name_nobody() -> None:
    text = "NHS Hill Clinical Commissioning Group (CCG) commissions care. NHS Dale Clinical Commissioning Group (NDCG) too."
    found = find_organisations([], [], text)
    assert [(o.name, o.aliases) for o in found] == [
        ("NHS Hill Clinical Commissioning Group", ()),
        ("NHS Dale Clinical Commissioning Group", ("NDCG",)),
    ]
    assert organisations_in("the CCG", found) == ()


def test_an_abbreviation_is_that_of_the_name_right_before_it() -> None:
    found = find_organisations(
        [],
        [],
        "Virgin Care Limited and Hill General Hospitals NHS Foundation Trust (HGHFT) should share what they know.",
    )
    assert organisations_in("HGHFT", found) == ("Hill General Hospitals NHS Foundation Trust",)


def test_a_hospital_is_not_the_trust_that_runs_it(report: Report) -> None:
    assert organisations_in("Worcester Royal Hospital and Worcester Hospital", report.organisations) == ()


def test_councils_departments_and_regulators_are_no_addressees() -> None:
    text = "Ofsted, the Care Quality Commission and Hill County Council met. Hill Hospitals NHS Trust was late."
    found = find_organisations([], ["Hill County Council and Hill Hospitals NHS Trust should:"], text)
    assert [o.name for o in found] == ["Hill Hospitals NHS Trust"]


def test_roles_come_from_the_labels_and_from_who_provides_and_commissions() -> None:
    labels = [("Provider services included", "Brightpath"), ("CCGs included", "NHS Hill CCG")]
    text = "Nursing is commissioned by NHS England and provided by Dale Community CIC. Brightpath is good."
    assert {o.name: o.role for o in find_organisations(labels, [], text)} == {
        "Brightpath": Role.PROVIDER,
        "NHS Hill CCG": Role.COMMISSIONER,
        "NHS England": Role.COMMISSIONER,
        "Dale Community CIC": Role.PROVIDER,
    }


def test_organisations_of_an_unseen_review_are_found() -> None:
    report = read_report(HERE / "reports" / "port-averill.txt")
    assert {o.name: o.aliases for o in report.organisations} == {
        "Port Averill University Hospitals NHS Trust": (
            "Port Averill University Hospital NHS Trust",
            "Port Averill University Hospitals Trust",
        ),
        "Dunmere and Averill Mental Health NHS Foundation Trust": ("Dunmere & Averill Mental Health Trust",),
        "Tamar House Community Interest Company": ("Tamar House CIC",),
        "Port Averill and Dunmere Clinical Commissioning Group": ("Port Averill and Dunmere CCG",),
        "NHS England": (),
    }


def test_who_belongs_to_an_organisation_is_not_another_one() -> None:
    labels = [("Provider services included", "Brightpath CIC"), ("Other providers", "Hospitals of Eastmere NHS Trust")]
    text = "Practitioners of Brightpath CIC meet weekly. Hospitals of Eastmere NHS Trust joins them."
    assert [o.name for o in find_organisations(labels, (), text)][:2] == [
        "Brightpath CIC",
        "Hospitals of Eastmere NHS Trust",
    ]
    assert len(find_organisations(labels, (), text)) == 2
