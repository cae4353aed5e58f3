"""The report page: every failure once with its evidence, the figures of the scores, and nothing that loads or runs."""

import json
import re
from html.parser import HTMLParser

import pytest

from eval import wording
from eval.error_tree import Leaf
from eval.gold import GoldQuestion, Half, Trap
from eval.histogram import histogram
from eval.page import PAGE, render_page, write_page
from eval.proof import QuoteVerdict
from eval.score import score_run
from eval.summary import groups, outcomes, summarise
from rag.answer import AnswerStatus
from tests.eval.runs import TEXTS, answer, gold, run

ATTACK = "<script>alert(1)</script><style>*{}</style>\"'><img src=x onerror=alert(2)>"
VOID = {"meta", "br", "rect", "line", "circle", "polyline"}


class Element:
    """An element with its attributes, its children and the text in and below it."""

    def __init__(self, tag, attributes):
        self.tag, self.attributes, self.children, self.texts = tag, attributes, [], []

    @property
    def text(self):
        return " ".join("".join(self.texts).split())

    def all(self, tag, **wanted):
        found = []
        for child in self.children:
            if child.tag == tag and all(child.attributes.get(name) == value for name, value in wanted.items()):
                found.append(child)
            found += child.all(tag, **wanted)
        return found


class Tree(HTMLParser):
    """A page as elements; a tag that is not closed in its place is a fault."""

    def __init__(self, html):
        super().__init__()
        self.open = [Element("page", {})]
        self.feed(html)
        assert [element.tag for element in self.open] == ["page"]

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs))
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.open[-1].children.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag

    def handle_data(self, text):
        for element in self.open:
            element.texts.append(text)


def parsed(html):
    return Tree(html).open[0]


def table(page, words):
    """The one table whose caption has these words."""
    (found,) = (t for t in page.all("table") if words in t.all("caption")[0].text)
    return found


def sides(failure):
    """What was expected and what was cited."""
    return failure.all("div", **{"class": "sides"})[0].children


def names(half, count):
    """The first ids that fall in a half."""
    every = (f"q{number}" for number in range(100))
    return [name for name in every if gold(name, must=["¶1.1"]).half is half][:count]


@pytest.fixture
def folder(tmp_path):
    """In each half: a wrong citation, a question that should not have been answered, a right answer."""
    pairs = []
    for half in Half:
        wrong, trapped, right = names(half, 3)
        pairs += [
            (
                gold(wrong, must=["¶1.1"], may=["R1.1"], facts=[["locked", "bolted"]], why="a door"),
                answer("¶1.2", "R2.1", text="The nurse has keys."),
            ),
            (gold(trapped, status="not_in_report", trap="absent"), answer("R2.1", text="Count them.")),
            (gold(right, must=["¶1.2"]), answer("¶1.2", text="A right answer.")),
        ]
    run(tmp_path / "run", pairs, found=["R1.1", "¶1.1"])
    return tmp_path / "run"


def articles(html):
    return {element.attributes["id"]: element for element in parsed(html).all("article")}


def test_every_failed_question_stands_there_once_with_what_it_needed_beside_what_it_cited(folder):
    html = render_page(folder)
    shown = articles(html)
    failed = [s for s in score_run(folder) if not s.right]
    assert set(shown) == {f"q-{s.question.id}" for s in failed}
    assert len(parsed(html).all("article")) == len(failed) == 4
    for score in failed:
        if score.question.must:
            expected, cited = sides(shown[f"q-{score.question.id}"])
            assert TEXTS["¶1.1"] in expected.text
            assert TEXTS["R1.1"] in expected.all("details")[0].text
            assert TEXTS["¶1.2"] in cited.text
            assert TEXTS["R2.1"] in cited.text
    assert "A right answer." not in html


def test_a_failure_says_what_was_expected_what_came_and_where_it_went_wrong(folder):
    failure = articles(render_page(folder))[f"q-{names(Half.TUNING, 1)[0]}"].text
    for words in (
        "single · plain · tuning half · tests: a door",
        "Expected answered",
        "Got answered",
        "Failed at retrieved, not cited",
        "Fact not told locked or bolted",
        "Required paragraphs 0 of 1 cited; the search found the first at rank 2",
        "The nurse has keys.",
        "¶1.1 area-2015 ✗ not cited",
        "¶1.2 area-2015 ✗ wrong: proves nothing asked for",
    ):
        assert words in failure


def test_the_words_that_prove_and_the_words_relied_on_are_marked(folder):
    expected, cited = sides(articles(render_page(folder))[f"q-{names(Half.TUNING, 1)[0]}"])
    assert [mark.text for mark in expected.all("mark")] == ["The door", "Lock the"]
    assert [mark.text for mark in cited.all("mark")] == [
        "Keys are kept by the nurse of Eastmere Trust.",
        "Count the keys.",
    ]


def test_failures_of_the_reporting_half_are_closed_and_those_of_the_tuning_half_open(folder):
    (held,) = parsed(render_page(folder)).all("div", **{"class": "held"})
    (details,) = (child for child in held.children if child.tag == "details")
    assert "open" not in details.attributes
    assert "must not read" in held.text
    assert {a.attributes["id"] for a in details.all("article")} == {f"q-{n}" for n in names(Half.REPORTING, 2)}
    assert "2 failed questions" in details.all("summary")[0].text


def test_a_question_shows_the_conversation_before_it_and_the_filters_it_was_asked_under(tmp_path):
    question = gold(
        "q", must=["¶1.1"], history=[{"role": "user", "content": "Earlier?"}], filters={"kinds": ["finding"]}
    )
    run(tmp_path, [(question, answer())])
    shown = articles(render_page(tmp_path))["q-q"].text
    assert "Asker: Earlier?" in shown
    assert "Only in kinds finding" in shown


def test_evidence_of_which_any_will_do_and_ids_that_do_not_exist_are_shown_as_such(tmp_path):
    first, second = ({"mark": mark, "words": TEXTS[mark][:8]} for mark in ("¶1.1", "¶1.2"))
    either = GoldQuestion.model_validate(
        gold("q", facts=[["x"]]).model_dump(by_alias=True) | {"must": [first | {"or": [second]}]}
    )
    run(tmp_path, [(either, answer("¶9.9"))])
    shown = articles(render_page(tmp_path))["q-q"].text
    assert "Any one of these 2:" in shown
    assert "¶9.9 area-2015 ✗ wrong: no paragraph has this id" in shown


def test_the_figures_are_those_of_the_scores(folder):
    page = parsed(render_page(folder))
    for half, caption in ((Half.REPORTING, "Reporting half"), (Half.TUNING, "Tuning half")):
        figures = summarise([s for s in score_run(folder) if s.question.half is half])
        (whole,) = (t for t in page.all("table") if t.all("caption")[0].text == caption)
        rows = [row for row in whole.all("tr") if row.all("td")]
        worded = [words[0] for group in wording.FIGURES.values() for words in group.values()]
        assert len(rows) == len(figures) == len(worded)
        for row in rows:
            label = row.all("th")[0].text
            (name,) = (
                name
                for group in wording.FIGURES.values()
                for name, words in group.items()
                if label == f"{words[0]} {words[1]}"
            )
            figure = figures[name]
            value, interval, n = (cell.text for cell in row.all("td")[:3])
            assert n == str(figure.n)
            if figure.value is None:
                assert (value, interval) == ("–", "–")
            else:
                assert float(value) == pytest.approx(figure.value, abs=0.05 if figure.value > 1 else 0.005)
            if figure.low is not None:
                assert [float(part) for part in interval.split("–")] == pytest.approx(
                    [figure.low, figure.high], abs=0.0051
                )


def test_groups_abstention_and_traps_are_those_of_the_scores(folder):
    page = parsed(render_page(folder))
    told = [s for s in score_run(folder) if s.question.half is Half.REPORTING]
    rows = {row.all("th")[0].text: row.all("td") for row in table(page, "by type").all("tr") if row.all("td")}
    assert {name: int(cells[0].text) for name, cells in rows.items()} == {
        name: len(part) for name, part in groups(told, lambda s: s.question.type).items()
    }
    counted = outcomes(told)
    cells = table(page, "could the question be answered").all("td")
    assert [int(cell.text.split()[0]) for cell in cells] == [
        counted[name] for name in ("right answer", "wrong abstention", "wrong answer", "right abstention")
    ]
    assert [cell.text for cell in table(page, "built to trip").all("td")] == ["no answer", "0 of 1", "0 of 1"]


def test_a_group_in_which_nothing_counts_for_a_figure_shows_a_dash(tmp_path):
    (name,) = names(Half.REPORTING, 1)
    run(tmp_path, [(gold(name, status="not_in_report"), answer(status="not_in_report"))])
    by_type = table(parsed(render_page(tmp_path)), "by type")
    assert [cell.text for cell in by_type.all("td")] == ["1", "1.00 0.21–1.00", "–"]


def test_a_share_that_is_not_perfect_is_never_written_as_1(tmp_path):
    many = names(Half.REPORTING, 40)
    quotes = [(gold(n, must=["¶1.1"]), answer(*["¶1.1"] * 8)) for n in many[1:]]
    run(tmp_path, [(gold(many[0], must=["¶1.1"]), answer("¶1.1", quotes={"¶1.1": "never said"})), *quotes])
    page = parsed(render_page(tmp_path))
    row = next(r for r in page.all("tr") if r.all("th") and r.all("th")[0].text.startswith("Quotes are verbatim"))
    assert row.all("td")[0].text == "0.996"


def test_the_page_loads_and_runs_nothing_and_has_one_style_element(folder):
    html = render_page(folder)
    page = parsed(html)
    assert html.count("<style") == 1
    assert not re.search(r"url\(|@import|http", page.all("style")[0].text)

    def below(element):
        for child in element.children:
            yield child
            yield from below(child)

    for element in below(page):
        assert element.tag not in {"script", "link", "img", "iframe", "object", "embed", "image", "use", "form"}
        assert not [name for name in element.attributes if name.startswith("on") or name in {"style", "src"}]
        assert element.attributes.get("href", "#").startswith("#")


def test_every_place_that_the_page_links_to_is_there_and_no_id_occurs_twice(folder):
    html = render_page(folder)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert {link.attributes["href"][1:] for link in parsed(html).all("a")} <= set(ids)


def test_text_of_questions_answers_and_passages_never_becomes_markup(tmp_path):
    question = gold("q", must=["¶1.1"], question=ATTACK, facts=[[ATTACK]], why=ATTACK)
    run(tmp_path, [(question, answer("¶1.2", text=ATTACK, quotes={"¶1.2": ATTACK}))])
    lines = [json.loads(line) for line in (tmp_path / "passages.jsonl").read_text(encoding="utf-8").splitlines()]
    for line in lines:
        line["text"] += ATTACK
    (tmp_path / "passages.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    html = render_page(tmp_path)
    shown = articles(html)["q-q"]
    assert shown.text.count(ATTACK) >= 5
    assert html.count("<script") == html.count("<img") == 0
    assert html.count("<style") == 1


def test_characters_that_would_turn_or_break_the_text_around_them_are_left_out(tmp_path):
    run(tmp_path, [(gold("q", must=["¶1.1"]), answer("¶1.2", text="a\u202eb\x00c\u2066d"))])
    assert "abcd" in articles(render_page(tmp_path))["q-q"].text


def test_the_same_folder_gives_the_same_bytes(folder):
    path = write_page(folder)
    first = path.read_bytes()
    assert path == folder / PAGE
    assert write_page(folder).read_bytes() == first


def test_a_run_without_a_question_of_the_reporting_half_has_a_page(tmp_path):
    (name,) = names(Half.TUNING, 1)
    run(tmp_path, [(gold(name, must=["¶1.1"]), {"status": "error", "error": "ConnectionError: refused"})])
    html = render_page(tmp_path)
    assert "no figures to tell" in html
    assert "ConnectionError: refused" in articles(html)[f"q-{name}"].text


def test_whatever_can_be_counted_has_its_words():
    assert set(wording.MEND) == set(Leaf)
    assert set(wording.TRAPS) == set(Trap)
    assert set(wording.VERDICTS) == set(QuoteVerdict)
    assert set(wording.STATUSES) == {status.value for status in AnswerStatus} | {"error", "missing"}


def test_a_time_is_counted_in_the_bin_that_starts_at_or_below_it():
    found = histogram([1.0, 1.2, 1.5, 9.0, 10.0])
    assert found.edges == (1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0)
    assert found.counts == (2, 1, 0, 0, 0, 1, 1)
    assert found.place(1.0) == 0
    assert found.place(1.5) == 1
    assert 5 < found.place(9.0) < 6
    assert histogram([]).counts == ()
    assert sum(histogram([0.0, 1e9]).counts) == 2
