"""A run is scored from its folder alone; what counts for which figure is held here on answers written by hand."""

import csv
import json

import pytest

from eval.metrics import Outcome
from eval.proof import QuoteVerdict
from eval.score import score_run
from eval.summary import outcomes, quote_verdicts, reliability, summarise, write_scores
from tests.eval.runs import answer, gold, run


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


def test_an_error_is_no_right_abstention(tmp_path):
    pairs = [
        (gold("a", status="not_in_report"), {"status": "error", "error": "HTTP 500"}),
        (gold("b", must=["¶1.1"]), {"status": "error", "error": "HTTP 500"}),
    ]
    scores = run(tmp_path, pairs)
    assert [score.outcome for score in scores] == [Outcome.WRONG_ANSWER, Outcome.WRONG_ABSTENTION]
    assert summarise(scores)["right"].value == 0


def test_a_passage_about_other_organisations_only_leaks_and_one_about_none_does_not(tmp_path):
    question = gold("q", must=["R1.1"], organisations=["Eastmere Trust"])
    (score,) = run(tmp_path, [(question, answer("R1.1", "R2.1", "¶1.1", "¶1.2"))])
    assert score.leaked == ("area-2015/R2.1",)
    assert summarise([score])["organisation_leak"].value == 0.25


def test_evidence_never_leaks_whomever_it_is_about(tmp_path):
    question = gold("q", must=["R1.1"], may=["R2.1"], organisations=["Eastmere Trust"])
    (score,) = run(tmp_path, [(question, answer("R1.1", "R2.1"))])
    assert score.leaked == ()


def test_a_chunk_is_credited_with_all_the_passages_in_it(tmp_path):
    run(tmp_path, [(gold("q", must=["¶1.1", "¶1.2"]), answer("¶1.1"))])
    line = json.loads((tmp_path / "answers.jsonl").read_text(encoding="utf-8"))
    line["found"] = [["area-2015/¶1.1", "area-2015/¶1.2"], ["area-2015/R1.1"]]
    (tmp_path / "answers.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    assert summarise(score_run(tmp_path))["recall@1"].value == 1


def test_a_claim_to_be_complete_is_held_against_what_is_cited_and_required(tmp_path):
    needed = {"must": ["R1.1", "R2.1"], "type": "list"}
    pairs = [
        (gold("whole", **needed), answer("R1.1", "R2.1", completeness="2 of 2 recommendations")),
        (gold("short", **needed), answer("R1.1", completeness="1 of 1 recommendation")),
        (gold("surplus", **needed), answer("R1.1", "R2.1", "¶1.1", completeness="3 of 3 recommendations")),
        (gold("false number", **needed), answer("R1.1", "R2.1", completeness="9 of 9 recommendations")),
        (gold("makes none", **needed), answer("R1.1")),
        (gold("of other things", **needed), answer("R1.1", completeness="1 of 1 section")),
    ]
    scores = run(tmp_path, pairs)
    assert [score.question.id for score in scores if score.claim_true] == ["whole"]
    figure = summarise(scores)["exact_lane_complete"]
    assert (figure.value, figure.n) == (0.25, 4)


def test_a_refusal_that_cites_passages_is_an_answer(tmp_path):
    scores = run(
        tmp_path,
        [
            (gold("a", status="not_in_report"), answer("¶1.1", status="not_in_report")),
            (gold("b", status="not_in_report"), answer(status="not_in_report")),
        ],
    )
    assert [score.outcome for score in scores] == [Outcome.WRONG_ANSWER, Outcome.RIGHT_ABSTENTION]


def test_an_answer_that_shows_nothing_is_not_right(tmp_path):
    pairs = [(gold("a", must=["¶1.1"]), answer("¶1.1", text=" ")), (gold("b", must=["¶1.1"]), answer("¶1.1"))]
    assert [score.right for score in run(tmp_path, pairs)] == [False, True]


def test_a_mark_in_the_text_that_was_not_cited_fails_validity(tmp_path):
    (score,) = run(
        tmp_path, [(gold("q", must=["¶1.1"]), answer("¶1.1", text="It is locked. [¶1.1] It is green. [¶1.2]"))]
    )
    assert score.ids_valid == (True, True, False)


def test_quotes_are_told_apart_by_where_their_words_stand(tmp_path):
    (score,) = run(tmp_path, [(gold("q", must=["¶1.1"]), answer("¶1.1", quotes={"¶1.1": "Keys are kept"}))])
    assert score.quotes == (QuoteVerdict.MISATTRIBUTED,)
    assert quote_verdicts([score]) == {"supported": 0, "misattributed": 1, "stitched": 0, "not found": 0}


def test_bins_of_the_reliability_plot_hold_every_searched_question_once(tmp_path):
    pairs = [(gold(f"q{n}", must=["¶1.1"]), answer("¶1.1")) for n in range(5)]
    pairs += [(gold("n", status="not_in_report"), answer("¶1.1")), (gold("l", must=["R1.1"], type="lookup"), answer())]
    bins = reliability(run(tmp_path, pairs), bins=3)
    assert [part.n for part in bins] == [2, 2, 2]
    assert sum(part.answerable for part in bins) == 5
    assert sum(part.answered for part in bins) == 6


def test_the_spreadsheet_has_a_line_for_every_question_and_a_value_for_what_counts(tmp_path):
    scores = run(
        tmp_path,
        [(gold("a", must=["¶1.1"]), answer("¶1.1")), (gold("b", status="out_of_scope"), answer(status="out_of_scope"))],
    )
    write_scores(tmp_path, scores)
    rows = list(csv.DictReader((tmp_path / "questions.csv").read_text(encoding="utf-8").splitlines()))
    assert [(row["id"], row["right"], row["citation_f1"], row["recall@5"]) for row in rows] == [
        ("a", "1.0", "1.0", "0.0"),
        ("b", "1.0", "", ""),
    ]
    metrics = json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["all"]["figures"]["citation_f1"]["value"] == 1
