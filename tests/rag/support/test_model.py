"""The support model as it is shipped: what it reads, word by word, and that a damaged one is refused."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from index.errors import ModelDamaged
from rag.support.model import ADAPTER, HEADS, SupportModel, support_model

EVIDENCE = (
    "Reception staff at the walk-in centre ask every young person whether they live with family. The answer is not recorded. "
    "Managers plan to add the question to the electronic record by the autumn."
)


def test_a_claim_is_read_piece_by_piece_with_its_spans() -> None:
    claim = "Managers plan to add the question to the electronic record."
    reading = support_model().read([(claim, EVIDENCE)])[0]
    assert len(reading.spans) == len(reading.words) > 8
    assert "".join(claim[start:end] for start, end in reading.spans) == claim.replace(" ", "")
    assert np.all((reading.words >= 0) & (reading.words <= 1))


def test_words_that_nothing_says_stand_out() -> None:
    told = "Managers plan to add the question to the electronic record by the autumn."
    more = (
        "Managers plan to add the question to the electronic record by the autumn, after complaints from foster carers."
    )
    one, other = support_model().read([(told, EVIDENCE), (more, EVIDENCE)])
    assert other.unsupported > one.unsupported
    foreign = [chance for (start, _), chance in zip(other.spans, other.words, strict=True) if start >= len(told)]
    assert max(foreign) > 0.5 > max(one.words)


def test_another_passage_supports_it_less() -> None:
    claim = "The answer that young people give is not written down."
    own, foreign = support_model().read([(claim, EVIDENCE), (claim, "Two midwives left the team in March 2014.")])
    assert foreign.unsupported > own.unsupported


@pytest.mark.parametrize("fault", ["missing", "changed"])
def test_a_damaged_model_is_refused_with_what_to_do(fault: str, tmp_path: Path) -> None:
    shutil.copytree(ADAPTER, tmp_path / "adapter")
    heads = tmp_path / "adapter" / HEADS
    if fault == "missing":
        heads.unlink()
    else:
        heads.write_bytes(heads.read_bytes()[:-1] + b"\x00\x01")
    with pytest.raises(ModelDamaged, match="make train-support"):
        SupportModel(tmp_path / "adapter")
