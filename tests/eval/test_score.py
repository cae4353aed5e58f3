"""A run is scored from its folder alone; what counts for which figure is held here on answers written by hand."""

import csv
import json

import pytest

from eval.gate import GateError, breaches, load_floors, parse_floor
from eval.gold import GoldQuestion
from eval.metrics import Outcome
from eval.run import Suite, write_run
from eval.score import lost_evidence, outcomes, score_run, summarise, write_questions
from eval.systems import System
from index.report import Kind, Passage, Report, Voice

TEXTS = {"¶1.1": "The door is locked at night.", "¶1.2": "Keys are kept by the nurse.", "R1.1": "Lock the door."}


def passage(mark, text):
    kind, voice = (Kind.FINDING, Voice.INSPECTORS) if mark[0] == "¶" else (Kind.RECOMMENDATION, Voice.RECOMMENDATION)
    return Passage("area-2015", mark, kind, voice, mark[1:], ("Early help",), "1", text, 0, len(text))


REPORT = Report(
    "area-2015", "Review", "Area", "", (), tuple(passage(mark, text) for mark, text in TEXTS.items()), organisations=()
)


def gold(question_id, must=(), may=(), facts=(), type="single", status="answered"):
    spans = {"must": must, "may": may}
    return GoldQuestion.model_validate(
        {
            "id": question_id,
            "question": question_id,
            "type": type,
            "register": "plain",
            "report": "area-2015",
            "facts": [list(fact) for fact in facts],
            "answerable": status == "answered",
            "expected_status": status,
        }
        | {name: [{"mark": mark, "words": TEXTS[mark][:8]} for mark in marks] for name, marks in spans.items()}
    )


def answer(*marks, text="", status="answered", quotes=None):
    quotes = quotes or {mark: TEXTS.get(mark, "")[:8] for mark in marks}
    ids = [f"area-2015/{mark}" for mark in marks]
    return {
        "status": status,
        "answer": text,
        "citations": [{"id": i, "quote": quotes[mark]} for i, mark in zip(ids, marks, strict=True)],
        "sentences": [{"text": text, "citations": ids, "quote": ""}],
        "wall_ms": 10.0,
    }


def run(folder, pairs, found=()):
    answers = {question.id: given for question, given in pairs}
    suite = Suite("area-2015", tuple(question for question, _ in pairs), ("area-2015",))
    system = System("by hand", lambda q: answers[q.id], lambda text, filters, k: [f"area-2015/{m}" for m in found][:k])
    write_run(folder, [(suite, system)], [REPORT], {})
    return score_run(folder)


def test_evidence_that_is_not_required_harms_no_precision_and_a_stray_citation_does(tmp_path):
    question = gold("q", must=["¶1.1"], may=["R1.1"])
    (clean,) = run(tmp_path / "a", [(question, answer("¶1.1", "R1.1"))])
    (stray,) = run(tmp_path / "b", [(question, answer("¶1.1", "¶1.2"))])
    assert summarise([clean])["citation_precision"].value == 1
    assert summarise([clean])["exact_set"].value == 1
    assert summarise([stray])["citation_precision"].value == 0.5
    assert summarise([stray])["citation_recall"].value == 1
    assert not stray.right


def test_macro_figures_weigh_questions_and_micro_figures_weigh_citations(tmp_path):
    scores = run(
        tmp_path,
        [(gold("a", must=["¶1.1"]), answer("¶1.1")), (gold("b", must=["¶1.2"]), answer("¶1.1", "R1.1", "¶1.2"))],
    )
    figures = summarise(scores)
    assert figures["citation_precision"].value == pytest.approx((1 + 1 / 3) / 2)
    assert figures["citation_precision_micro"].value == 0.5
    assert figures["citation_precision_micro"].n == 4


def test_a_missing_answer_scores_0_and_is_not_left_out(tmp_path):
    run(
        tmp_path,
        [
            (gold("a", must=["¶1.1"], facts=[["locked"]]), answer("¶1.1", text="locked")),
            (gold("b", must=["¶1.2"]), answer("¶1.2")),
        ],
    )
    lines = (tmp_path / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "answers.jsonl").write_text(lines[0] + "\n", encoding="utf-8")
    scores = score_run(tmp_path)
    figures = summarise(scores)
    assert scores[1].status == "missing"
    assert (figures["citation_recall"].value, figures["citation_recall"].n) == (0.5, 2)
    assert (figures["recall@5"].value, figures["recall@5"].n) == (0, 2)


def test_an_unanswerable_question_counts_for_abstention_and_for_no_recall(tmp_path):
    scores = run(
        tmp_path,
        [
            (gold("a", status="not_in_report"), answer(status="not_in_report")),
            (gold("b", status="not_in_report"), answer("¶1.1")),
            (gold("c", must=["¶1.1"]), answer(status="not_in_report")),
            (gold("d", must=["¶1.1"]), answer("¶1.1")),
        ],
    )
    figures = summarise(scores)
    assert figures["citation_recall"].n == 2
    assert figures["citation_precision"].n == 2
    assert figures["abstained_when_not"].value == 0.5
    assert figures["answered_when_answerable"].value == 0.5
    assert outcomes(scores) == {cell.value: 1 for cell in Outcome}


def test_an_id_that_no_report_has_fails_validity_and_costs_precision(tmp_path):
    (score,) = run(tmp_path, [(gold("q", must=["¶1.1"]), answer("¶1.1", "¶9.9"))])
    figures = summarise([score])
    assert figures["id_validity"].value == 0.5
    assert figures["citation_precision"].value == 0.5


def test_an_id_in_a_sentence_that_is_not_among_the_citations_fails_validity(tmp_path):
    given = answer("¶1.1")
    given["sentences"].append({"text": "x", "citations": ["area-2015/¶1.2"], "quote": ""})
    (score,) = run(tmp_path, [(gold("q", must=["¶1.1"]), given)])
    assert score.ids_valid == (True, False)


def test_a_quote_must_stand_in_the_passage_it_is_attributed_to(tmp_path):
    borrowed = answer("¶1.1", quotes={"¶1.1": "Keys are kept"})
    (score,) = run(tmp_path, [(gold("q", must=["¶1.1"]), borrowed)])
    assert summarise([score])["quote_fidelity"].value == 0


def test_a_count_is_right_by_its_number_and_wrong_with_another(tmp_path):
    question = gold("q", may=["R1.1"], facts=[["1", "one"]], type="count")
    (right,) = run(tmp_path / "a", [(question, answer("R1.1", text="There is 1 recommendation. [R1.1]"))])
    (wrong,) = run(tmp_path / "b", [(question, answer(text="There are 2 recommendations. [R1.1]"))])
    assert right.right
    assert not wrong.right
    assert summarise([wrong])["fact_recall"].value == 0


def test_retrieval_is_measured_where_passages_must_be_found_by_search(tmp_path):
    scores = run(
        tmp_path,
        [(gold("a", must=["¶1.2"]), answer("¶1.2")), (gold("b", must=["R1.1"], type="lookup"), answer("R1.1"))],
        found=["¶1.1", "¶1.2"],
    )
    figures = summarise(scores)
    assert (figures["mrr"].value, figures["mrr"].n) == (0.5, 1)


def test_scoring_a_folder_twice_gives_the_same(tmp_path):
    first = run(
        tmp_path, [(gold("a", must=["¶1.1"]), answer("¶1.1", "¶1.2")), (gold("b", must=["¶1.2"]), answer("¶1.1"))]
    )
    again = score_run(tmp_path)
    assert again == first
    assert summarise(again) == summarise(first)


def test_a_figure_that_no_question_counts_for_has_no_value(tmp_path):
    (score,) = run(tmp_path, [(gold("q", status="out_of_scope"), answer(status="out_of_scope"))])
    figures = summarise([score])
    assert figures["citation_recall"].value is None
    assert figures["right"].value == 1
    json.dumps({name: figure.value for name, figure in figures.items()}, allow_nan=False)


def test_the_gate_names_each_floor_that_is_not_met(tmp_path):
    (score,) = run(tmp_path, [(gold("q", must=["¶1.1"]), answer("¶1.1", "¶1.2"))])
    figures = summarise([score])
    assert breaches(figures, {"citation_recall": 1.0, "citation_precision": 0.5}) == []
    assert breaches(figures, {"citation_precision": 0.9}) == ["citation_precision is 0.5000, the floor is 0.9"]


def test_one_false_id_or_quote_fails_the_gate_whatever_the_floors(tmp_path):
    (score,) = run(
        tmp_path, [(gold("q", must=["¶1.1"]), answer("¶1.1", "¶9.9", quotes={"¶1.1": "Keys", "¶9.9": "nothing"}))]
    )
    assert [line.split()[0] for line in breaches(summarise([score]), {})] == ["id_validity", "quote_fidelity"]


def test_a_floor_for_a_metric_that_was_not_measured_is_not_met(tmp_path):
    (score,) = run(tmp_path, [(gold("q", status="out_of_scope"), answer(status="out_of_scope"))])
    assert breaches(summarise([score]), {"citation_f1": 0.5}) == ["citation_f1 is not measured, the floor is 0.5"]


def test_a_floor_that_names_no_metric_is_refused(tmp_path):
    (score,) = run(tmp_path, [(gold("q", must=["¶1.1"]), answer("¶1.1"))])
    with pytest.raises(GateError, match="no metric citation_fl"):
        breaches(summarise([score]), {"citation_fl": 0.5})
    with pytest.raises(GateError, match="NAME=NUMBER"):
        parse_floor("citation_f1")


def test_the_committed_floors_name_metrics(tmp_path):
    (score,) = run(tmp_path, [(gold("q", must=["¶1.1"]), answer("¶1.1"))])
    assert set(load_floors()) <= set(summarise([score]))


def test_lost_evidence_is_told_apart_by_where_it_was_lost(tmp_path):
    question = gold("q", must=["¶1.1", "¶1.2", "R1.1"])
    scores = run(tmp_path, [(question, answer("¶1.1"))], found=["¶1.1", "¶1.2"])
    assert lost_evidence(scores) == {"cited": 1, "found, not cited": 1, "not found": 1}


def test_the_spreadsheet_has_a_line_for_every_question(tmp_path):
    scores = run(tmp_path, [(gold("a", must=["¶1.1"]), answer("¶1.1")), (gold("b", must=["¶1.2"]), answer("¶1.1"))])
    write_questions(tmp_path / "questions.csv", scores)
    rows = list(csv.DictReader((tmp_path / "questions.csv").read_text(encoding="utf-8").splitlines()))
    assert [(row["id"], row["right"], row["n_found"]) for row in rows] == [("a", "1", "1"), ("b", "0", "0")]
