"""The gate is seen to fail: each fault is planted in the committed baseline run, and caught."""

import json
import re

import pytest

from eval.gate import BASELINE, GateError, below, gate, parse_floor
from eval.gold import METADATA_TYPES
from eval.score import score_question, score_run
from eval.summary import summarise
from tests.eval.runs import answer, gold, run


@pytest.fixture(scope="module")
def baseline():
    return score_run(BASELINE)


@pytest.fixture(scope="module")
def passages():
    lines = (BASELINE / "passages.jsonl").read_text(encoding="utf-8").splitlines()
    return {record["id"]: record for record in map(json.loads, lines)}


@pytest.fixture(scope="module")
def records():
    lines = (BASELINE / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    return {record["id"]: record for record in map(json.loads, lines)}


@pytest.fixture
def plant(baseline, passages, records):
    """plant(wanted, fault): the gate's breaches after `fault(answer)` in the first question that `wanted(score)` picks."""

    def planted(wanted, fault, most=1):
        chosen = [score for score in baseline if wanted(score)][:most]
        assert chosen, "the baseline has no such question"
        spoilt = {}
        for score in chosen:
            record = json.loads(json.dumps(records[score.question.id]))
            fault(record["answer"], score)
            spoilt[score.question.id] = score_question(score.question, record, passages)
        return gate([spoilt.get(score.question.id, score) for score in baseline], baseline).breaches

    return planted


def cited(score):
    return score.right and score.question.answerable and bool(score.cited)


def test_the_baseline_passes_its_own_gate(baseline):
    assert gate(baseline, baseline).breaches == ()


def test_an_id_that_no_report_has_is_caught(plant):
    def fault(answer, score):
        answer["citations"][0]["id"] = score.question.report + "/¶99.9"

    breaches = plant(lambda s: cited(s) and s.question.report, fault)
    assert any("id_validity" in line for line in breaches)


def test_an_id_that_a_sentence_has_and_the_citations_lack_is_caught(plant):
    breaches = plant(cited, lambda answer, score: answer["citations"].pop())
    assert any("id_validity" in line for line in breaches)


def test_one_changed_word_in_one_quote_is_caught(plant):
    def fault(answer, score):
        answer["citations"][0]["quote"] = answer["citations"][0]["quote"].replace("the", "no", 1)

    breaches = plant(lambda s: cited(s) and s.quotes, fault, most=60)
    assert any("quote_fidelity" in line and "not found" in line for line in breaches)


def test_a_quote_of_another_passage_is_caught(plant, passages):
    def fault(answer, score):
        other = next(p for i, p in passages.items() if i not in score.cited and p["report"] == score.question.report)
        answer["citations"][0]["quote"] = other["text"][:60]

    breaches = plant(lambda s: cited(s) and s.question.report, fault)
    assert any("quote_fidelity" in line and "misattributed" in line for line in breaches)


def test_a_citation_about_another_organisation_is_caught(plant, passages):
    def fault(answer, score):
        asked = set(score.question.organisations)
        other = next(
            p
            for p in passages.values()
            if p["report"] == score.question.report and p["addressed_to"] and not asked & set(p["addressed_to"])
        )
        answer["citations"].append({"id": other["id"], "mark": other["mark"], "quote": ""})

    breaches = plant(lambda s: cited(s) and s.question.organisations and s.question.report, fault)
    assert any("organisation_leak" in line for line in breaches)


def drop_last(answer, score):
    lost = answer["citations"].pop()["id"]
    for sentence in answer["sentences"]:
        sentence["citations"] = [i for i in sentence["citations"] if i != lost]


def is_claimed_list(score):
    return score.claims_complete and cited(score) and len(score.question.must) == len(score.cited) > 1


def test_a_complete_answer_that_lost_one_of_its_passages_is_caught(plant):
    breaches = plant(is_claimed_list, drop_last)
    assert any("exact_lane_complete: the answer claims to be complete" in line for line in breaches)


def test_it_is_caught_where_the_answer_no_longer_claims_to_be_complete(plant):
    def fault(answer, score):
        drop_last(answer, score)
        answer["completeness"] = None

    breaches = plant(lambda s: is_claimed_list(s) and s.question.type in METADATA_TYPES, fault)
    assert any("exact_lane_complete" in line and "the baseline had them all" in line for line in breaches)


def test_a_count_that_tells_another_number_is_caught(plant):
    def fault(answer, score):
        number = next(spelling for spelling in score.question.facts[0] if spelling.isdigit())
        answer["answer"] = re.sub(rf"(?<![\d.]){number}(?![\d.])", str(int(number) + 1), answer["answer"])

    breaches = plant(lambda s: cited(s) and s.question.type == "count" and len(s.facts_found) == 1, fault)
    assert any("exact_lane_complete" in line and "0 of 1 facts" in line for line in breaches)


def test_an_answer_that_did_not_come_is_caught(plant):
    def fault(answer, score):
        answer.clear()
        answer.update({"status": "error", "error": "HTTP 500"})

    assert any("no answer came (error)" in line for line in plant(cited, fault))


@pytest.mark.parametrize(
    ("metric", "wanted", "fault"),
    [
        ("citation_precision", cited, lambda a, s: a["citations"].append(a["citations"][0] | {"id": "x/¶1.1"})),
        ("abstained_when_not", lambda s: s.right and not s.question.answerable, lambda a, s: a.update(status="answered")),
        ("answered_when_answerable", cited, lambda a, s: a.update(status="not_in_report")),
        ("fact_recall", lambda s: cited(s) and s.facts_found, lambda a, s: a.update(answer="It says so.")),
        ("sentence_coverage", cited, lambda a, s: a.update(answer=a["answer"] + " And all is well.")),
    ],
)  # fmt: skip
def test_a_fall_behind_the_baseline_is_caught_with_its_interval(plant, metric, wanted, fault):
    breaches = [line for line in plant(wanted, fault, most=40) if line.startswith(f"{metric} fell from")]
    assert len(breaches) == 1
    assert " to -" in breaches[0].rpartition("(")[2]


def test_a_search_that_finds_less_is_caught(baseline, passages, records):
    worse = []
    for score in baseline:
        record = records[score.question.id]
        worse.append(score_question(score.question, record | {"found": record["found"][3:]}, passages))
    assert any(line.startswith("recall@5 fell") for line in gate(worse, baseline).breaches)


def test_an_easier_test_is_caught(baseline):
    kept = [score for score in baseline if score.right]
    breaches = gate(kept, baseline).breaches
    assert len(breaches) == 1
    assert "questions of the baseline were not asked" in breaches[0]


def test_a_run_that_shares_no_question_with_the_baseline_is_not_let_through(tmp_path, baseline):
    breaches = gate(run(tmp_path, [(gold("q", must=["¶1.1"]), answer("¶1.1"))]), baseline).breaches
    assert any("no question is the same" in line for line in breaches)


def test_a_floor_that_is_not_met_is_named_and_one_that_was_not_measured_is_not_met(tmp_path):
    figures = summarise(run(tmp_path, [(gold("q", must=["¶1.1"]), answer("¶1.1", "¶1.2"))]))
    assert below(figures, {"citation_recall": 1.0, "citation_precision": 0.5}) == []
    assert below(figures, {"citation_precision": 0.9}) == ["citation_precision is 0.5000, the floor is 0.9"]
    assert below(figures, {"abstained_when_not": 0.5}) == ["abstained_when_not is not measured, the floor is 0.5"]


def test_a_floor_that_names_no_metric_is_refused(tmp_path):
    figures = summarise(run(tmp_path, [(gold("q", must=["¶1.1"]), answer("¶1.1"))]))
    with pytest.raises(GateError, match="no metric citation_fl"):
        below(figures, {"citation_fl": 0.5})
    with pytest.raises(GateError, match="NAME=NUMBER"):
        parse_floor("citation_f1")
