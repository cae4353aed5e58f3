"""Each failed question hangs on one leaf: the first step of the flow that went wrong."""

import pytest

from eval.error_tree import Leaf, error_tree, leaf_of
from tests.eval.runs import answer, gold, run

ONE = gold("q", must=["¶1.1"], facts=[["locked"]])
TWO = gold("q", must=["¶1.1", "¶1.2"])
LIST = gold("q", must=["R1.1", "R2.1"], type="list")
NONE = gold("q", status="not_in_report")


@pytest.mark.parametrize(
    ("question", "given", "found", "leaf"),
    [
        (ONE, answer("¶1.1", text="It is locked."), ["¶1.1"], None),
        (NONE, answer(status="not_in_report"), [], None),
        (ONE, {"status": "error"}, ["¶1.1"], Leaf.NO_ANSWER),
        (NONE, {"status": "error"}, [], Leaf.NO_ANSWER),
        (ONE, answer(status="not_in_report"), ["¶1.1"], Leaf.ABSTAINED_WRONGLY),
        (ONE, answer(status="not_in_report"), [], Leaf.ABSTAINED_WRONGLY),
        (NONE, answer("¶1.1"), ["¶1.1"], Leaf.ANSWERED_WRONGLY),
        (LIST, answer("R1.1"), ["R2.1"], Leaf.NOT_UNDERSTOOD),
        (LIST, answer("R1.1", "R2.1", "¶1.1"), [], Leaf.NOT_UNDERSTOOD),
        (ONE, answer("¶1.2"), ["¶1.2"], Leaf.NOT_RETRIEVED),
        (TWO, answer("¶1.1", "R1.1"), ["¶1.1"], Leaf.NOT_RETRIEVED),
        (TWO, answer("¶1.1", "R1.1"), ["¶1.1", "¶1.2"], Leaf.NOT_CITED),
        (ONE, answer("¶1.1", "¶1.2", text="It is locked."), [], Leaf.CITED_WRONG),
        (ONE, answer("¶1.1", text="It is green."), ["¶1.1"], Leaf.FACT_NOT_TOLD),
    ],
)
def test_a_question_hangs_on_the_first_step_that_went_wrong(tmp_path, question, given, found, leaf):
    (score,) = run(tmp_path, [(question, given)], found)
    assert leaf_of(score) is leaf


def test_the_tree_counts_every_failed_question_once(tmp_path):
    pairs = [
        (gold("a", must=["¶1.1"]), answer("¶1.1")),
        (gold("b", must=["¶1.1"]), answer("¶1.2")),
        (gold("c", status="not_in_report"), answer("¶1.2")),
    ]
    tree = error_tree(run(tmp_path, pairs))
    assert sum(tree.values()) == 2
    assert (tree[Leaf.NOT_RETRIEVED], tree[Leaf.ANSWERED_WRONGLY]) == (1, 1)
    assert list(tree) == list(Leaf)
