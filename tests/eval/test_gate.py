"""The gate is seen to fail: each fault is planted in the committed baseline run, and caught."""

import json
import re
from dataclasses import replace

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


REFUSED = {"status": "not_in_report", "answer": "", "sentences": [], "citations": []}


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
    assert any("exact_lane_complete: the answer says how complete it is, and is not" in line for line in breaches)


def test_it_is_caught_where_the_answer_no_longer_claims_to_be_complete(plant):
    def fault(answer, score):
        drop_last(answer, score)
        answer["completeness"] = None

    breaches = plant(lambda s: is_claimed_list(s) and s.question.type in METADATA_TYPES, fault)
    assert any("exact_lane_complete" in line and "right in the baseline" in line for line in breaches)


@pytest.mark.parametrize("line", ["99 of 99 recommendations", None])
def test_a_completeness_line_that_is_false_or_gone_is_caught(plant, line):
    breaches = plant(is_claimed_list, lambda answer, score: answer.update(completeness=line))
    assert len(breaches) == 1
    assert "exact_lane_complete" in breaches[0]


def test_a_complete_answer_with_a_member_too_many_is_caught(plant, passages):
    def fault(answer, score):
        other = next(i for i in passages if i not in score.cited and i.startswith(score.question.report + "/¶"))
        answer["citations"].append({"id": other, "quote": passages[other]["text"]})

    breaches = plant(lambda s: is_claimed_list(s) and s.question.report, fault)
    assert any("exact_lane_complete" in line and "1 others" in line for line in breaches)


def test_a_mark_in_the_text_of_a_passage_that_was_not_cited_is_caught(plant):
    def fault(answer, score):
        answer["answer"] = re.sub(r"\[¶[\d.]+\]", "[¶99.9]", answer["answer"], count=1)

    breaches = plant(lambda s: cited(s) and any("/¶" in i for i in s.cited), fault)
    assert any("id_validity" in line for line in breaches)


@pytest.mark.parametrize("quote", ["", "a", "the"])
def test_a_quote_that_proves_nothing_is_caught(plant, quote):
    breaches = plant(cited, lambda answer, score: answer["citations"][0].update(quote=quote))
    assert any("quote_fidelity" in line and "not found" in line for line in breaches)


def test_a_quote_at_another_place_than_it_says_is_caught(plant):
    def fault(answer, score):
        answer["citations"][0]["quote_start"] += 3

    assert any("quote_fidelity" in line and "misattributed" in line for line in plant(cited, fault))


def test_a_sentence_called_verbatim_that_changes_what_decides_is_caught(plant, records):
    def fault(answer, score):
        sentence = next(s for s in answer["sentences"] if " not " in s["text"])
        answer["answer"] = answer["answer"].replace(sentence["text"], sentence["text"].replace(" not ", " "))
        sentence["text"] = sentence["text"].replace(" not ", " ")

    def negated(score):
        return cited(score) and any(" not " in s["text"] for s in records[score.question.id]["answer"]["sentences"])

    assert any("quote_fidelity" in line for line in plant(negated, fault))


def test_questions_that_have_changed_since_the_baseline_are_told(baseline):
    changed = [
        replace(score, question=score.question.model_copy(update={"question": "Else?"})) if n < 3 else score
        for n, score in enumerate(baseline)
    ]
    (told,) = gate(changed, baseline).breaches
    assert told.startswith("3 questions have changed since")


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
        ("answered_when_answerable", cited, lambda a, s: a.update(REFUSED)),
        ("fact_recall", lambda s: cited(s) and s.facts_found, lambda a, s: a.update(answer="It says so.")),
        ("sentence_support", cited, lambda a, s: a["sentences"].append({"text": "All was well.", "citations": [s.cited[0]]})),
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
    with pytest.raises(GateError, match="citation_fl"):
        below(figures, {"citation_fl": 0.5})
    with pytest.raises(GateError, match="organisation_leak"):
        below(figures, {"organisation_leak": 0.5})
    with pytest.raises(GateError, match="NAME=NUMBER"):
        parse_floor("citation_f1")
    with pytest.raises(GateError, match="finite"):
        parse_floor("citation_f1=nan")
