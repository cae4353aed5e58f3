import pytest

from index.report import Kind
from rag.references import Reference, references_in

F, R = Kind.FINDING, Kind.RECOMMENDATION


@pytest.mark.parametrize(
    ("typed", "kind", "number"),
    [
        ("5.2.7", None, "5.2.7"),
        ("para 5.2.7", F, "5.2.7"),
        ("PARA. 5.2.7?", F, "5.2.7"),
        ("what does paragraph 5.2.7. say", F, "5.2.7"),
        ("pargraph 5.2.7", F, "5.2.7"),
        ("p5.2.7", F, "5.2.7"),
        ("[¶5.2.7]", F, "5.2.7"),
        ("finding no. 5.2.7", F, "5.2.7"),
        ("recommendation 3.4", R, "3.4"),
        ("Reccomendation 3.4", R, "3.4"),
        ("rec3.4", R, "3.4"),
        ("R3.4", R, "3.4"),
        ("R 3.4", R, "3.4"),
        ("what is rec. 3.4 about", R, "3.4"),
    ],
)
def test_any_spelling_of_a_number_is_one_reference(typed: str, kind: Kind | None, number: str) -> None:
    assert references_in(typed)[0] == (Reference(kind, number, number),)


def test_a_list_of_numbers_takes_its_kind_from_the_word_before_it() -> None:
    assert references_in("recs 2.1, 2.3 & 3.4")[0] == tuple(Reference(R, n, n) for n in ("2.1", "2.3", "3.4"))


@pytest.mark.parametrize("typed", ["1.2-1.6", "1.2 – 1.6", "1.2 to 1.6", "¶1.2-¶1.6"])
def test_two_numbers_with_a_dash_are_a_range(typed: str) -> None:
    (reference,), _ = references_in(typed)
    assert (reference.first, reference.last) == ("1.2", "1.6")


def test_kinds_do_not_spread_over_another_kind_word() -> None:
    assert references_in("finding 1.2 and recommendation 2.1")[0] == (
        Reference(F, "1.2", "1.2"),
        Reference(R, "2.1", "2.1"),
    )


@pytest.mark.parametrize(
    "text",
    ["22.4% of them", "1.5 years", "10.8 per cent", "£1.2 was paid", "Level 3 training", "within 6 weeks to 18 weeks"],
)
def test_a_number_with_a_unit_is_no_reference(text: str) -> None:
    assert references_in(text)[0] == ()


@pytest.mark.parametrize("text", ["section 5.2", "all of 5.2", "everything in section 5.2"])
def test_a_section_number_means_all_below_it(text: str) -> None:
    assert references_in(text)[0] == (Reference(None, "5.2", "5.2", prefix=True),)


def test_the_rest_of_the_question_is_kept_without_its_references() -> None:
    assert references_in("which findings led to recommendation 2.7?")[1].split() == [
        "which",
        "findings",
        "led",
        "to",
        "?",
    ]
