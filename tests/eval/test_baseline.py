"""What is told of the committed run is what the run says: the README's table and the page at /eval, and all gold questions are in it."""

from pathlib import Path

import pytest

from eval.gate import BASELINE
from eval.markdown import BEGIN, END, headline, write_between_markers
from eval.page import PAGE, render_page
from eval.run import load_suites
from eval.score import score_run
from eval.summary import groups
from index.errors import ClasQAError

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_readme_shows_the_headline_of_the_committed_run():
    shown = README.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    assert shown.strip() == headline(BASELINE).strip(), "run `python -m eval summary`"


def test_the_page_served_is_the_page_of_the_committed_run():
    assert (BASELINE / PAGE).read_text(encoding="utf-8") == render_page(BASELINE), "run `python -m eval baseline NAME`"


def test_the_committed_run_was_asked_every_gold_question_as_it_stands_now():
    asked = {score.question.id: score.question for score in score_run(BASELINE)}
    gold = {question.id: question for suite in load_suites() for question in suite.questions}
    assert asked == gold, "run `make eval`, then `python -m eval baseline latest`"


def test_the_gold_set_is_large_and_varied_enough_to_be_quoted():
    questions = [question for suite in load_suites() for question in suite.questions]
    assert len(questions) >= 360
    assert {q.register_ for q in questions} == {"plain", "professional", "keywords", "sloppy"}
    assert len({q.report for q in questions if q.report}) >= 3
    halves = groups(score_run(BASELINE), lambda score: score.question.half.value)
    assert min(map(len, halves.values())) > 0.4 * len(questions)


def test_the_table_is_written_between_the_markers_and_nowhere_else(tmp_path):
    page = tmp_path / "README.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    write_between_markers(page, "new\n")
    assert page.read_text(encoding="utf-8") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"


def test_a_page_without_markers_is_left_alone(tmp_path):
    page = tmp_path / "README.md"
    page.write_text("no table here\n", encoding="utf-8")
    with pytest.raises(ClasQAError, match="lacks the markers"):
        write_between_markers(page, "new\n")
    assert page.read_text(encoding="utf-8") == "no table here\n"
