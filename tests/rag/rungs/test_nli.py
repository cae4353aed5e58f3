"""The NLI rung: real cross-encoders of random or chosen weights, told apart by the names of their outputs."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from index.errors import ModelDamaged, UnknownName
from index.report import Kind, Passage, Voice
from rag.claim import Claim, Evidence
from rag.rungs.nli import CONTRADICTS, DOES_NOT_FOLLOW, load_nli
from tests.cross_encoders import write_cross_encoder

TEXT = "Staff are trained. Two wards are closed. Children wait. Nurses meet."
PASSAGE = Passage(
    "elmshire-2016", "¶1.1", Kind.FINDING, Voice.INSPECTORS, "1.1", ("Early help",), "1", TEXT, 0, len(TEXT)
)
CLAIM = Claim(
    "Two wards are shut.",
    (PASSAGE,),
    (Evidence("Two wards are closed.", PASSAGE, 0.9, 19), Evidence("Staff are trained.", PASSAGE, 0.4, 0)),
)


def write_nli(folder: Path, labels: tuple[str, ...], bias: tuple[float, ...] | None = None) -> Path:
    """A tiny NLI model whose outputs bear these names; with `bias` these are its outputs for everything."""
    write_cross_encoder(folder, [TEXT, CLAIM.text], labels=len(labels))
    config = json.loads((folder / "config.json").read_text())
    config["id2label"] = {str(column): label for column, label in enumerate(labels)}
    config["label2id"] = {label: column for column, label in enumerate(labels)}
    (folder / "config.json").write_text(json.dumps(config))
    if bias:
        weights = load_file(folder / "model.safetensors")
        weights["classifier.weight"] = torch.zeros_like(weights["classifier.weight"])
        weights["classifier.bias"] = torch.tensor(bias)
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


@pytest.mark.parametrize(
    "labels", [("contradiction", "entailment", "neutral"), ("NEUTRAL", "Entailment", "Contradiction")]
)
@pytest.mark.parametrize(
    ("strongest", "objection"), [("entailment", ""), ("neutral", DOES_NOT_FOLLOW), ("contradiction", CONTRADICTS)]
)
def test_the_output_that_is_strongest_decides_whatever_its_column(
    tmp_path: Path, labels: tuple[str, ...], strongest: str, objection: str
) -> None:
    bias = tuple(2.0 if label.lower() == strongest else 0.0 for label in labels)
    model = load_nli(str(write_nli(tmp_path / "nli", labels, bias)))
    assert model is not None
    assert model.objection(CLAIM) == objection


def test_the_chances_are_those_of_the_model_alone(tmp_path: Path) -> None:
    folder = write_nli(tmp_path / "nli", ("neutral", "contradiction", "entailment"))
    model = load_nli(str(folder))
    assert model is not None
    encoded = AutoTokenizer.from_pretrained(folder)(TEXT, CLAIM.text, truncation=True, return_tensors="pt")
    with torch.inference_mode():
        logits = AutoModelForSequenceClassification.from_pretrained(folder).eval()(**encoded).logits
    expected = logits.softmax(dim=1)[0, [1, 2, 0]].tolist()
    assert model.chances([(TEXT, CLAIM.text)])[0].tolist() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    "labels",
    [("LABEL_0", "LABEL_1", "LABEL_2"), ("entailment", "not_entailment"), ("entailment", "neutral", "unknown")],
)
def test_a_model_whose_outputs_are_not_named_is_refused(tmp_path: Path, labels: tuple[str, ...]) -> None:
    with pytest.raises(ModelDamaged, match="contradiction, entailment, neutral"):
        load_nli(str(write_nli(tmp_path / "nli", labels)))


def test_none_and_what_is_not_there(tmp_path: Path) -> None:
    assert load_nli("none") is None
    with pytest.raises(UnknownName, match="NLI model"):
        load_nli(str(tmp_path / "nothing"))
    with pytest.raises(ModelDamaged, match="safetensors"):
        load_nli(str(tmp_path))
    folder = write_nli(tmp_path / "nli", ("contradiction", "entailment", "neutral"))
    (folder / "model.safetensors").write_bytes(b"broken")
    with pytest.raises(ModelDamaged, match="cannot be loaded"):
        load_nli(str(folder))
