"""Rarity and coverage of words, worked out by hand."""

import math
from pathlib import Path

import pytest

from index.lexical import LexicalIndex, index_words

TEXTS = ("Midwives ask about violence.", "Midwives write it down.", "School nurses wait.")


@pytest.fixture
def lexical(tmp_path: Path) -> LexicalIndex:
    LexicalIndex.build(TEXTS).save(tmp_path / "bm25")
    return LexicalIndex.load(tmp_path / "bm25")


def test_a_word_is_the_rarer_the_fewer_rows_hold_it(lexical: LexicalIndex) -> None:
    midwife, violence = index_words("midwives violence")
    assert lexical.rarity([midwife, violence, "unheard"]) == pytest.approx(
        {midwife: math.log(4 / 2.5), violence: math.log(4 / 1.5), "unheard": math.log(4 / 0.5)}
    )


def test_coverage_is_the_share_of_the_weight_that_a_row_holds(lexical: LexicalIndex) -> None:
    midwife, violence = index_words("midwives violence")
    assert lexical.coverage({midwife: 1.0, violence: 3.0, "unheard": 4.0}).tolist() == [0.5, 0.125, 0.0]
    assert lexical.coverage({}).tolist() == [0.0, 0.0, 0.0]


def test_words_of_no_row_are_not_known(lexical: LexicalIndex) -> None:
    assert lexical.known([*index_words("midwives"), "unheard"]) == frozenset(index_words("midwives"))


def test_an_index_without_words_knows_and_covers_nothing() -> None:
    empty = LexicalIndex.build(["", "—"])
    assert empty.known(["midwif"]) == frozenset()
    assert empty.coverage({"midwif": 1.0}).tolist() == [0.0, 0.0]
