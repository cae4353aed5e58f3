"""One answer, scored by hand under every metric.

The question needs ¶1.1 and R1.1, allows ¶1.2, asks for Eastmere Trust and two facts. The answer cites ¶1.1, ¶1.2, R2.1 and
R9.9, which does not exist, in three sentences; the search found ¶1.2, then R1.1, then R2.1.
"""

import math

import pytest

from eval.error_tree import Leaf, leaf_of
from eval.summary import MEASURES, outcomes, quote_verdicts, summarise
from tests.eval.runs import gold, run

QUESTION = gold(
    "q", must=["¶1.1", "R1.1"], may=["¶1.2"], facts=[["locked"], ["every night"]], organisations=["Eastmere Trust"]
)
ANSWER = {
    "status": "partly_answered",
    "answer": "The door is locked at night. [¶1.1] The keys are counted. [R2.1] All is well.",
    "sentences": [
        {"text": "The door is locked at night.", "citations": ["area-2015/¶1.1"], "quote": "The door is locked at night."},
        {"text": "The keys are counted.", "citations": ["area-2015/R2.1"], "quote": None},
    ],
    "citations": [
        {"id": "area-2015/¶1.1", "quote": "The door is locked"},
        {"id": "area-2015/¶1.2", "quote": "Lock the door."},
        {"id": "area-2015/R2.1", "quote": "Count the keys … The door is locked"},
        {"id": "area-2015/R9.9", "quote": "Buy a better lock."},
    ],
    "completeness": None,
    "wall_ms": 12.5,
}  # fmt: skip
PRECISION = 2 / 4  # ¶1.1 and ¶1.2 are evidence; R2.1 and R9.9 are not
RECALL = 1 / 2  # of ¶1.1 and R1.1, ¶1.1 is cited
BY_HAND = {
    "right": 0,
    "citation_precision": PRECISION,
    "citation_recall": RECALL,
    "citation_f1": 2 * PRECISION * RECALL / (PRECISION + RECALL),
    "exact_set": 0,
    "list_complete": None,  # no list was asked for
    "exact_lane_complete": None,  # the answer claims nothing
    "fact_recall": 1 / 2,
    "sentence_support": 2 / 2,  # one verbatim; of the other, two of four words stand in R2.1 and none of them decides
    "sentence_coverage": 2 / 3,  # "All is well." has no mark
    "status": 0,  # partly_answered, not answered
    "answered_when_answerable": 1,
    "abstained_when_not": None,
    "recall@1": 0,  # ¶1.2 is allowed, not required
    "recall@5": 1 / 2,  # R1.1, at rank 2
    "recall@10": 1 / 2,
    "success@1": 0,
    "success@5": 1,
    "mrr": 1 / 2,
    "ndcg@10": (1 / math.log2(3)) / (1 / math.log2(2) + 1 / math.log2(3)),
    "citation_precision_micro": PRECISION,  # one question: the same as its own
    "citation_recall_micro": RECALL,
    "citation_f1_micro": 2 * PRECISION * RECALL / (PRECISION + RECALL),
    "id_validity": 5 / 6,  # of four ids and two marks, R9.9
    "quote_fidelity": 2 / 5,  # that of ¶1.1 and that of its sentence
    "organisation_leak": 1 / 4,  # R2.1 is addressed to Northby Trust
    "latency_p50_ms": 12.5,
    "latency_p95_ms": 12.5,
}


@pytest.fixture
def scores(tmp_path):
    return run(tmp_path, [(QUESTION, ANSWER)], found=["¶1.2", "R1.1", "R2.1"])


def test_every_metric_has_the_value_worked_by_hand(scores):
    figures = {name: figure.value for name, figure in summarise(scores).items()}
    assert figures == {name: value if value is None else pytest.approx(value) for name, value in BY_HAND.items()}
    assert set(MEASURES) <= set(BY_HAND)


def test_its_quotes_its_cell_and_its_leaf(scores):
    assert quote_verdicts(scores) == {"supported": 2, "misattributed": 1, "stitched": 1, "not found": 1}
    assert outcomes(scores)["right answer"] == 1
    assert leaf_of(scores[0]) is Leaf.NOT_CITED  # R1.1 was found at rank 2
