"""The parser against the bundled report's figures and slips, invented reviews, other wrappings of the same text, and any text at all."""

import re
import textwrap
import time
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ReportError, ReportUnstructured
from index.parse import UNNUMBERED, parse_report, read_report
from index.references import references_in
from index.report import Kind, Passage, Report, Voice
from index.report_json import report_from_json, report_to_json
from index.sources import source_from_text

HERE = Path(__file__).resolve().parent
BUNDLED = HERE.parent.parent / "reports" / "worcestershire-2015.txt"
TEXT = BUNDLED.read_text(encoding="utf-8")
OTHERS = sorted((HERE / "reports").glob("*.txt"))
TITLE = "Review of health services for Children Looked After and Safeguarding in Worcestershire"


def parse(text: str, name: str = "report.txt") -> Report:
    return parse_report(source_from_text(name, text))


@pytest.fixture(scope="module")
def report() -> Report:
    return read_report(BUNDLED)


@pytest.fixture(scope="module")
def marlshire() -> Report:
    return read_report(HERE / "reports" / "marlshire.txt")


@pytest.fixture(scope="module")
def port_averill() -> Report:
    return read_report(HERE / "reports" / "port-averill.txt")


def passage(report: Report, mark: str) -> Passage:
    found = report.passage(mark)
    assert found is not None, mark
    return found


def linked(report: Report, mark: str) -> list[str]:
    return [target.partition("/")[2] for target in passage(report, mark).recommendations]


def rests_on_its_text(report: Report) -> None:
    """The rules that every report keeps."""
    ids = {p.id for p in report.passages}
    assert len(ids) == len(report.passages)
    for p in report.passages:
        assert p.text
        assert report.text[p.start : p.end] == p.text
        assert set(p.recommendations) | set(p.findings) <= ids
        assert p.belongs_to is None or p.belongs_to in ids
        assert not p.addressed_to or p.kind is Kind.RECOMMENDATION
    assert all(first.end <= second.start for first, second in pairwise(report.passages))
    for s in report.sections:
        assert s.path[-1] == s.title
        assert 0 <= s.start <= s.end <= len(report.text)
    assert report_from_json(report_to_json(report)) == report


# The bundled report in figures


def test_findings_and_recommendations_of_the_bundled_report_are_all_there(report: Report) -> None:
    findings = Counter(p.number.rpartition(".")[0] for p in report.of_kind(Kind.FINDING) if p.number)
    groups = Counter(p.section_number for p in report.of_kind(Kind.RECOMMENDATION))
    assert findings == {"1": 25, "2": 14, "3": 16, "4": 15, "5.1": 8, "5.2": 12, "5.3": 12}
    assert groups == {"1": 4, "2": 16, "3": 8, "4": 10, "5": 1}
    assert len(report.of_kind(Kind.CASE_EXAMPLE)) == 4


def test_sixty_references_come_from_sixty_findings_and_only_2_15_has_none(report: Report) -> None:
    referring = [p for p in report.passages if p.recommendations]
    assert {p.kind for p in referring} == {Kind.FINDING}
    assert len(referring) == sum(len(p.recommendations) for p in referring) == 60
    assert [p.mark for p in report.of_kind(Kind.RECOMMENDATION) if not p.findings] == ["R2.15"]


def test_recommendations_are_addressed_as_the_figures_say(report: Report) -> None:
    addressed = Counter(name for p in report.passages for name in p.addressed_to)
    assert addressed == {
        "Worcestershire Acute Hospitals NHS Trust": 24,
        "Worcestershire Health and Care NHS Trust": 19,
        "NHS South Worcestershire Clinical Commissioning Group": 38,
        "NHS Redditch & Bromsgrove Clinical Commissioning Group": 38,
        "NHS Wyre Forest Clinical Commissioning Group": 38,
        "NHS England": 4,
        "Worcestershire Integrated Commissioning Unit": 1,
    }


def test_references_equal_those_of_a_plain_search_in_the_source(report: Report) -> None:
    expected: dict[str, list[str]] = {}
    number = None
    for line in TEXT[: TEXT.index("\nRecommendations\n", 3000)].splitlines():
        if found := re.match(r"\s*- (\d\.\d+(?:\.\d+)?) ", line):
            number = found[1]
        for target in re.findall(r"Recommendations? (\d\.\d+)", line):
            expected.setdefault(f"¶{number}", []).append(f"R{target}")
    assert {p.mark: linked(report, p.mark) for p in report.passages if p.recommendations} == expected


def test_back_links_are_the_links_turned_round(report: Report) -> None:
    forward = {(p.id, target) for p in report.passages for target in p.recommendations}
    assert {(origin, p.id) for p in report.passages for origin in p.findings} == forward


def test_title_area_dates_and_notice_come_from_the_first_page(report: Report) -> None:
    assert (report.id, report.title, report.area) == ("worcestershire-2015", TITLE, "Worcestershire")
    assert report.published == date(2015, 12, 14)
    assert report.notice == f"{TITLE}. © Care Quality Commission 2015"
    assert ("Date of review", "14 th September 2015 -18 th September 2015") in report.front_matter
    assert len(report.front_matter) == 8
    assert report.remarks == ()


def test_warnings_name_the_lines_of_the_empty_bullets_and_nothing_else(report: Report) -> None:
    assert [(w.line, w.message) for w in report.warnings] == [
        (183, "empty bullet skipped"),
        (204, "empty bullet skipped"),
    ]


def test_the_bundled_report_parses_within_the_start_up_budget() -> None:
    durations = []
    for _ in range(5):
        started = time.perf_counter()
        read_report(BUNDLED)
        durations.append(time.perf_counter() - started)
    assert min(durations) < 0.3


# Its slips, one by one


def test_finding_and_recommendation_of_one_number_are_two_passages(report: Report) -> None:
    assert passage(report, "¶2.4").kind is Kind.FINDING
    assert passage(report, "R2.4").kind is Kind.RECOMMENDATION
    assert [linked(report, mark) for mark in ("¶2.1", "¶3.1", "¶4.1", "¶4.8", "¶4.9")] == [
        ["R4.1"],
        ["R3.1"],
        ["R5.1"],
        ["R4.9"],
        ["R4.10"],
    ]


def test_a_number_can_be_a_heading_and_a_recommendation(report: Report) -> None:
    assert report.passage("¶5.1") is None
    assert passage(report, "R5.1").text.startswith("Work with the local authority")
    assert passage(report, "¶5.1.1").heading == ("Management", "Leadership and management")


def test_headings_come_from_the_body_without_numbers_and_nested(report: Report) -> None:
    paths = [s.path for s in report.sections]
    assert paths.count(("The child's journey", "Early help")) == 1
    assert ("Management", "Governance") in paths
    assert passage(report, "¶1.2").heading == ("The child's journey", "Early help")
    assert (passage(report, "¶1.2").section_number, passage(report, "¶5.2.7").section_number) == ("1", "5.2")
    assert [path[0] for path in paths].count("Recommendations") == 6


def test_recommendations_stand_under_their_group_without_number_and_markup(report: Report) -> None:
    outer, group = passage(report, "R5.1").heading
    assert outer == "Recommendations"
    assert (
        group == "The Worcestershire Health and Care Trust and the Worcestershire Integrated Commissioning Unit should:"
    )


def test_a_reference_alone_on_the_next_line_belongs_to_the_finding(report: Report) -> None:
    assert [linked(report, mark) for mark in ("¶5.2.1", "¶5.2.3", "¶5.2.10")] == [["R2.12"], ["R2.14"], ["R4.2"]]
    assert passage(report, "¶5.2.1").text.endswith("across the trust.\n(Recommendation 2.12)")


def test_a_plural_reference_with_one_number_counts(report: Report) -> None:
    assert "(Recommendations 3.5)" in passage(report, "¶3.2").text
    assert linked(report, "¶3.2") == ["R3.5"]


def test_links_that_look_odd_stay(report: Report) -> None:
    assert (linked(report, "¶3.14"), linked(report, "¶5.2.6")) == (["R1.2"], ["R3.6"])


def test_recommendations_without_indent_are_as_good_as_the_others(report: Report) -> None:
    marks = [p.mark for p in report.of_kind(Kind.RECOMMENDATION)]
    assert {"R2.8", "R3.1", "R3.3", "R4.1", "R4.6", "R5.1"} <= set(marks)


def test_emphasis_is_gone_and_the_literal_asterisk_stays(report: Report) -> None:
    assert report.text.count("*") == 1
    assert "(5 A*-C English and Maths)" in report.text


def test_every_word_of_the_source_stands_in_the_text(report: Report) -> None:
    plain = (
        re.sub(r"(?m)^\s*-\s*(?=\S)|^\s*-$", "", TEXT).replace("A*-C", "A@-C").replace("*", "").replace("A@-C", "A*-C")
    )
    contents = plain[plain.index("Contents") : plain.index("Summary of the review\n")]
    assert report.text.split() == plain.replace(contents, "").split()


def test_a_case_example_is_one_passage_and_belongs_to_the_finding_before(report: Report) -> None:
    examples = report.of_kind(Kind.CASE_EXAMPLE)
    assert [(p.belongs_to or "").partition("/")[2] for p in examples] == ["¶3.15", "¶3.16", "¶5.1.4", "¶5.2.10"]
    assert [p.text.count("\n\n") + 1 for p in examples] == [1, 4, 2, 4]
    assert {p.voice for p in examples} == {Voice.CASE_EXAMPLE}
    assert not any("Case Example" in p.text for p in report.of_kind(Kind.FINDING))


def test_earlier_recommendations_stay_with_the_line_that_introduces_them(report: Report) -> None:
    holders = [p for p in report.passages if "recruit and appoint a named GP" in p.text or "Expand the range" in p.text]
    assert [p.text.partition(" ")[0] for p in holders] == ["In", "The"]
    assert "in November 2012" in holders[1].text
    assert all(p.kind is Kind.CONTEXT and p.voice is Voice.BACKGROUND and not p.addressed_to for p in holders)


def test_a_quotation_stands_with_its_lead_in_and_is_reported(report: Report) -> None:
    quotes = report.of_kind(Kind.QUOTE)
    assert [p.text.partition('\n\n"')[0].rpartition(" ")[2] for p in quotes] == ["us:", "us:", "Hospital:"]
    assert all('"' in p.text and p.voice is Voice.REPORTED for p in quotes)


def test_a_quotation_led_in_by_a_pronoun_keeps_the_paragraph_that_says_who_spoke(report: Report) -> None:
    assert report.of_kind(Kind.QUOTE)[0].text.startswith("We spoke to some parents who told us")


def test_near_duplicates_stay_two_passages(report: Report) -> None:
    shared = "A multi-agency urgent mental health care pathway has been implemented across Worcestershire"
    assert [p.mark for p in report.passages if shared in p.text] == ["¶2.2", "¶5.1.1"]


def test_unnumbered_paragraphs_are_counted_within_their_section(report: Report) -> None:
    assert passage(report, "§context-of-the-review.7").text.startswith(
        "Commissioning and planning of most health services"
    )
    assert passage(report, "§front-matter.1").text.startswith("Date of review:")
    assert passage(report, "§next-steps.1").kind is Kind.CONTEXT
    assert passage(report, "§about-the-review.4").text.startswith("We looked at:\nthe role of")


def test_a_finding_is_reported_only_where_all_of_it_was_told() -> None:
    head = "The child's journey\n1. Early help\n"
    told = "1.1 We were told that visits take place. Staff told us that they value them. (Recommendation 1.1)\n"
    seen = "1.2 We were told that visits take place. This was not evidenced in the records seen.\n"
    plain = "1.3 Visits take place.\n"
    parsed = parse(head + told + seen + plain)
    assert [p.voice for p in parsed.passages] == [Voice.REPORTED, Voice.INSPECTORS, Voice.INSPECTORS]


def test_voices_of_the_bundled_report(report: Report) -> None:
    assert passage(report, "¶1.2").voice is Voice.INSPECTORS
    assert passage(report, "¶1.21").voice is Voice.INSPECTORS
    assert passage(report, "§what-people-told-us.1").voice is Voice.REPORTED
    assert {p.voice for p in report.of_kind(Kind.RECOMMENDATION)} == {Voice.RECOMMENDATION}


# References


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("(Recommendation 2.1)", ["2.1"]),
        ("(Recommendations 2.3 and 3.1)", ["2.3", "3.1"]),
        ("(Recommendation 1.1, 1.4)", ["1.1", "1.4"]),
        ("(Recommendations 1.1-1.3)", ["1.1", "1.2", "1.3"]),
        ("(Recommendations 1.9 to 1.11 & 2.2)", ["1.9", "1.10", "1.11", "2.2"]),
        ("[recommendation 4.10]", ["4.10"]),
        ("(Recommendation\n2.1)", ["2.1"]),
        ("(Recommendation 2.1 and Recommendation 3.2)", ["2.1", "3.2"]),
        ("ten recommendations, of which 2.5 per cent", []),
        ("Level 3 training in 2014", []),
    ],
)
def test_every_form_of_reference_is_taken(written: str, numbers: list[str]) -> None:
    assert [number for number, _ in references_in(f"Care is late. {written}")] == numbers


def test_a_reference_that_leads_nowhere_is_a_warning_with_its_line(marlshire: Report) -> None:
    line = 1 + (HERE / "reports" / "marlshire.txt").read_text(encoding="utf-8").splitlines().index(
        "4.2 Care leavers receive a health passport. (Recommendation 9.9)"
    )
    assert (line, "refers to recommendation 9.9, which is not there") in [
        (w.line, w.message) for w in marlshire.warnings
    ]
    assert linked(marlshire, "¶4.2") == []


# Invented reviews with the traits of others


@pytest.mark.parametrize("path", [BUNDLED, *OTHERS], ids=lambda path: path.stem)
def test_offsets_marks_and_links_hold_in_every_report(path: Path) -> None:
    rests_on_its_text(read_report(path))


def test_labels_and_values_apart_are_paired(marlshire: Report) -> None:
    values = dict(marlshire.front_matter)
    assert values["Date of publication"] == "21st November 2016"
    assert values["Provider services included"] == (
        "Marlshire Hospitals NHS Foundation Trust Larkwater Community Health NHS Trust Brightpath"
    )
    assert values["CCGs included"] == "NHS Marlshire Clinical Commissioning Group"
    assert values["CQC Deputy Chief Inspector, Primary Medical Services and Integrated Care"] == "Dr Priya Holloway"
    assert marlshire.id == "marlshire-2016"


def test_a_value_inside_a_wrapped_label_and_a_lost_end_of_a_range_are_read_as_printed(port_averill: Report) -> None:
    values = dict(port_averill.front_matter)
    assert values["CQC Regional Director, Primary Medical Services and Integrated Care"] == "Tobias Finch"
    assert values["Date of review"] == "3 March 2014 to"
    assert (port_averill.area, port_averill.published) == ("Port Averill and Dunmere", date(2014, 6, 9))


def test_page_furniture_leaves_no_trace_inside_paragraphs(marlshire: Report, port_averill: Report) -> None:
    assert passage(marlshire, "¶1.2").text.endswith("comply with trust policy.\n(Recommendations 2.2 and 3.1)")
    assert passage(marlshire, "¶2.3").text.endswith(
        "Its staff had completed a safeguarding assessment in each of the cases sampled. This is good practice."
    )
    assert not re.search(r"Page \d|Marlsh\b", marlshire.text)
    assert "20140609" not in port_averill.text
    assert passage(port_averill, "§children-in-need.1").text.count("\n\n") == 2


def test_hyphens_at_line_ends_go_unless_they_are_the_words_own(marlshire: Report) -> None:
    assert "in a separate area" in passage(marlshire, "¶1.1").text
    assert "the experiences of 84 children" in marlshire.text
    assert "the multi-agency team. There is no safeguarding lead" in passage(marlshire, "¶1.4").text


def test_a_number_at_the_start_of_a_wrapped_line_is_no_finding(marlshire: Report, port_averill: Report) -> None:
    assert "was 4.5 months and the average" in passage(marlshire, "¶2.1").text
    assert [p.number for p in marlshire.of_kind(Kind.FINDING)][:7] == ["1.1", "1.2", "1.3", "1.4", "2.1", "2.2", "2.3"]
    assert "“3.2 units taken”" in passage(port_averill, "¶2.2").text


def test_lists_and_references_after_them_belong_to_their_finding(marlshire: Report) -> None:
    assert passage(marlshire, "¶3.2").text.count("\n") == 3
    assert linked(marlshire, "¶3.2") == ["R1.2"]
    assert linked(marlshire, "¶3.1") == ["R2.1", "R2.2", "R2.3"]


def test_headings_with_other_numbers_marks_and_cases_are_found(marlshire: Report, port_averill: Report) -> None:
    assert passage(marlshire, "¶1.1").heading == ("The child s journey", "Early help")
    assert passage(port_averill, "¶1.1").heading == ("The Child’s Journey", "Early Help")
    assert passage(port_averill, "¶3.2.1").heading == ("Management", "Governance")
    assert [w.message for w in port_averill.warnings] == [
        "heading 'Appendix A' of the contents not found in the body",
        "finding 1.4 stands where 1.3 was expected",
    ]


def test_recommendations_with_their_word_and_groups_without_numbers_are_found(port_averill: Report) -> None:
    assert [(p.mark, p.section_number, len(p.addressed_to)) for p in port_averill.of_kind(Kind.RECOMMENDATION)] == [
        ("R1.1", "1", 3),
        ("R1.2", "1", 3),
        ("R2.1", "2", 2),
        ("R2.2", "2", 2),
    ]
    assert passage(port_averill, "R1.2").text.endswith("reviewed:\nby the end of the year;\nand each year after.")
    assert passage(port_averill, "R1.2").findings == (
        "port-averill-and-dunmere-2014/¶1.4",
        "port-averill-and-dunmere-2014/¶3.1.1",
    )


def test_what_people_told_us_is_reported_wherever_the_quotation_stands(port_averill: Report) -> None:
    assert passage(port_averill, "§what-people-told-us.1").kind is Kind.QUOTE
    assert passage(port_averill, "¶2.1").voice is Voice.REPORTED


def test_contents_without_their_heading_and_values_below_their_labels_are_read() -> None:
    westering = read_report(HERE / "reports" / "westering.txt")
    assert westering.id == "westering-and-holm-2016"
    assert westering.published is None
    assert westering.notice.endswith("© Care Quality Commission 2016")
    assert dict(westering.front_matter)["CQC region"] == "South East"
    assert len(westering.front_matter) == 8
    assert "Early help 7" not in dict(westering.front_matter).values()
    assert [
        (p.mark, p.section_number, len(p.recommendations))
        for p in westering.passages
        if "early-help" in p.mark or "¶" in p.mark
    ] == [
        ("¶1.1", "1", 0),
        ("¶1.2", "1", 3),
        ("§early-help.1", "1", 0),
        ("¶1.3", "1", 1),
    ]
    assert [len(p.addressed_to) for p in westering.of_kind(Kind.RECOMMENDATION)] == [2, 2, 2, 2]


# The same report in other dress: whatever the wrapping, findings, recommendations and links stay


def wrapped(width: int) -> list[list[str]]:
    lines: list[str] = []
    for line in TEXT.replace("*", "").splitlines():
        lines += textwrap.wrap(line.strip(), width) or [""]
    return [lines[i : i + 45] for i in range(0, len(lines), 45)]


def as_pages(width: int) -> str:
    pages = wrapped(width)
    return "\f".join("\n".join(page) + f"\nPage {i} of {len(pages)}\n{TITLE}" for i, page in enumerate(pages, 1))


def as_text_without_gaps_or_bullets(width: int) -> str:
    pages = ["\n".join(line for line in page if line) for page in wrapped(width)]
    return re.sub(
        r"(?m)^- ?", "", "\n".join(f"{page}\nPage {i} of {len(pages)}\n{TITLE}" for i, page in enumerate(pages, 1))
    )


def as_numbers_on_their_own_lines(width: int) -> str:
    pages = "\f".join("\n".join(page) + f"\n{i}" for i, page in enumerate(wrapped(width), 1))
    return re.sub(r"(?m)^(?:- )?(\d+(?:\.\d+)+) ", r"\1\n", pages)


def as_double_spaced_pages(width: int) -> str:
    return "\f".join(f"20151214 {TITLE}\n{i}\n" + "\n\n".join(page) for i, page in enumerate(wrapped(width), 1))


def as_one_line_a_page(width: int) -> str:
    words, pages = re.sub(r"(?m)^ *- ?", "", TEXT.replace("*", "")).split(), [""]
    for word in words:
        if len(pages[-1]) > 30 * width and not pages[-1][-1].isdigit():
            pages.append("")
        pages[-1] += f" {word}"
    return "\f".join(f"{page.strip()}{i}" for i, page in enumerate(pages, 1))


@pytest.mark.parametrize("width", [75, 90, 110])
@pytest.mark.parametrize(
    "dress",
    [as_pages, as_text_without_gaps_or_bullets, as_numbers_on_their_own_lines, as_double_spaced_pages],
    ids=lambda dress: dress.__name__,
)
def test_wrapping_changes_no_finding_recommendation_or_link(report: Report, dress, width: int) -> None:
    other = parse(dress(width))
    for kind in (Kind.FINDING, Kind.RECOMMENDATION):
        assert {p.mark: " ".join(p.text.split()) for p in other.of_kind(kind)} == {
            p.mark: " ".join(p.text.split()) for p in report.of_kind(kind)
        }
    assert {p.mark: (p.recommendations, p.addressed_to) for p in other.passages if p.number} == {
        p.mark: (p.recommendations, p.addressed_to) for p in report.passages if p.number
    }
    assert other.title == TITLE
    assert len(other.of_kind(Kind.CASE_EXAMPLE)) == 4
    rests_on_its_text(other)


def test_pages_of_one_line_with_the_number_glued_to_the_text_keep_numbers_and_links(report: Report) -> None:
    other = parse(as_one_line_a_page(90))
    assert [p.mark for p in other.of_kind(Kind.FINDING)] == [p.mark for p in report.of_kind(Kind.FINDING)]
    assert {p.mark: p.recommendations for p in other.of_kind(Kind.FINDING)} == {
        p.mark: p.recommendations for p in report.of_kind(Kind.FINDING)
    }
    assert [p.addressed_to for p in other.of_kind(Kind.RECOMMENDATION)] == [
        p.addressed_to for p in report.of_kind(Kind.RECOMMENDATION)
    ]


def test_pages_are_counted_where_the_source_has_them(report: Report) -> None:
    other = parse(as_pages(90))
    assert passage(other, "¶1.1").page is not None
    assert [p.page for p in other.passages if p.page is not None] == sorted(p.page for p in other.passages if p.page)
    assert {p.page for p in report.passages} == {None}


# Slips that a report may have


FINDINGS = "The child's journey\n\n1. Early help\n\n1.1 Care is good.\n\n1.2 Care is late.\n\n"


def test_a_number_printed_twice_keeps_both_paragraphs_and_warns() -> None:
    parsed = parse(FINDINGS + "1.2 Care is far away.\n\n1.3 Care is near.\n")
    assert [(p.mark, p.text) for p in parsed.passages] == [
        ("¶1.1", "Care is good."),
        ("¶1.2", "Care is late."),
        ("§early-help.1", "Care is far away."),
        ("¶1.3", "Care is near."),
    ]
    assert [(w.line, w.message) for w in parsed.warnings] == [
        (9, "finding 1.2 is printed twice; the second is kept without its number")
    ]


def test_two_sections_of_one_title_have_different_marks() -> None:
    parsed = parse("# Summary\n\nOne paragraph here.\n\n# Summary\n\nAnother paragraph here.\n")
    assert [p.mark for p in parsed.passages] == ["§summary.1", "§summary-2.1"]


def test_an_addressee_that_nobody_knows_is_a_warning() -> None:
    parsed = parse(
        FINDINGS + "Recommendations\n\n1. All providers in the area should:\n\n1.1 Ensure that care is on time.\n"
    )
    assert passage(parsed, "R1.1").addressed_to == ()
    assert [w.message for w in parsed.warnings] == ["addressee not resolved: All providers in the area should:"]


def test_findings_without_recommendations_say_so() -> None:
    assert parse(FINDINGS).remarks == ("no recommendations found",)


def test_an_id_may_be_given_and_is_else_the_files_name() -> None:
    assert parse_report(source_from_text("My Report.txt", FINDINGS)).id == "my-report"
    assert parse_report(source_from_text("My Report.txt", FINDINGS), "other").passages[0].id == "other/¶1.1"


# Reports that are no CLAS reviews


LOCAL = """SOURCE: an invented report, open licence
Area inspection of Marlshire Local Area
Partnership
Inspection dates: 2 to 6 June 2025
Inspection outcome
The partnership has made some progress since the last inspection, and leaders know where
they must do better. Families wait too long.
The next inspection will take place within three years.
Area inspection report: Marlshire Local Area Partnership, 2 to 6 June
2025
2
What is it like to be a young person with special educational needs
and/or disabilities in this area?
Young people are listened to. The service of NHS Marlshire Integrated Care Board is well-
regarded by most of those who use it.
Area inspection report: Marlshire Local Area Partnership, 2 to 6 June
2025
3
◼ Leaders have started to publish how long families wait for an assessment, which helps them
to plan.
◼ Schools share what they know.
Area inspection report: Marlshire Local Area Partnership, 2 to 6 June
2025
4
"""


def test_another_report_is_cited_by_section_and_position() -> None:
    parsed = parse(LOCAL, "marlshire-send.txt")
    question = "what-is-it-like-to-be-a-young-person-with-special-educational-needs-and-or-disabilities-in-this-area"
    assert parsed.remarks == (UNNUMBERED,)
    assert [p.mark for p in parsed.passages] == [
        "§front-matter.1",
        "§inspection-outcome.1",
        "§inspection-outcome.2",
        f"§{question}.1",
        f"§{question}.2",
        f"§{question}.3",
    ]
    assert {p.kind for p in parsed.passages} == {Kind.FRONT_MATTER, Kind.CONTEXT}
    assert parsed.passages[2].text == "The next inspection will take place within three years."
    assert "is well-regarded by most" in parsed.passages[3].text
    assert (parsed.title, parsed.area) == ("Area inspection of Marlshire Local Area Partnership", "Marlshire")
    assert [o.name for o in parsed.organisations] == ["NHS Marlshire Integrated Care Board"]
    assert parsed.notice == "SOURCE: an invented report, open licence"
    assert "inspection report" not in parsed.text
    rests_on_its_text(parsed)


@pytest.mark.parametrize("text", ["-\n\n-\n", "Title", "***", "\n\f\n"])
def test_a_text_without_heading_or_paragraph_is_refused(text: str) -> None:
    with pytest.raises(ReportUnstructured, match=r"report\.txt: no heading and no paragraph"):
        parse(text)


PIECES = st.sampled_from(
    ["\n", "\n\n", "\f", "- ", "1.1 ", "1.2 ", "2.1.1 ", "5. ", "1. ", "Early help", "Recommendations", "Contents", " 4",
     "The Trust should:", "Page 1 of 2", "(Recommendation 1.1-1.9)", "Case example: ", "“told us”", "Date of review:",
     "A trust is good. ", "we were told ", "NHS X Town & Y CCG", "wrap-", "*", "# ", "◼", "١.٢ ", "²"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=60).map("".join)))
def test_any_text_parses_by_the_rules_or_raises_a_report_error(text: str) -> None:
    try:
        parsed = parse(text)
    except ReportError:
        return
    rests_on_its_text(parsed)


@given(
    st.integers(0, len(TEXT)), st.integers(0, 6000), st.sampled_from(["", "\f", "\n", "*", "1.1 ", "Recommendations\n"])
)
def test_any_part_of_a_review_parses_by_the_rules(start: int, length: int, inserted: str) -> None:
    part = TEXT[start : start + length]
    try:
        parsed = parse(part[: length // 2] + inserted + part[length // 2 :])
    except ReportError:
        return
    rests_on_its_text(parsed)


def test_what_is_no_stored_report_is_refused(report: Report) -> None:
    for text in ("[]", "{}", report_to_json(report).replace('"schema": ', '"schema": 9'), '{"schema": 1}', "not JSON"):
        with pytest.raises(ValueError, match=r"schema|whole|Expecting"):
            report_from_json(text)


def test_contents_that_name_themselves_announce_no_heading_of_that_name() -> None:
    path = HERE.parents[1] / "eval" / "reports" / "brackenhulme-2016.txt"
    assert "\nContents 1\n" in path.read_text(encoding="utf-8")
    assert read_report(path).warnings == ()
