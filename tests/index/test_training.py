"""The training material is whole, and training is the same twice."""

import json
from pathlib import Path

import numpy as np
import pytest

from index.embed import ADAPTED_NAME, ADAPTER, BUNDLED_NAME, BUNDLED_SHA256, Embedder, load_adapted, load_embedder
from index.errors import ModelDamaged
from index.training.__main__ import SETTINGS, train
from index.training.examples import (
    HELD_OUT,
    Source,
    TrainingPassage,
    TrainingQuestion,
    faults,
    held_out_sources,
    read_pairs,
    training_sources,
)

PASSAGES = (
    TrainingPassage("a", "Early help", "finding", "Health visitors see every family before the birth."),
    TrainingPassage("b", "Early help", "finding", "School nurses hold a clinic at lunch time."),
    TrainingPassage("c", "Governance", "finding", "The board reads an audit of records each quarter."),
)
QUESTIONS = (
    TrainingQuestion("does anybody come before the baby is here", frozenset("a")),
    TrainingQuestion("where can pupils see a nurse", frozenset("b"), frozenset("a")),
    TrainingQuestion("who reads the audits", frozenset("c")),
    TrainingQuestion("what does the parking cost", frozenset()),
)
# The series opens and closes every report with the same sentences on how it was made.
STANDING_WORDS = ("context", "how we", "next steps", "what people", "about")
SOURCE = Source("small", PASSAGES, QUESTIONS)
QUICK = SETTINGS | {"epochs": 2, "rank": 2, "alpha": 4, "token_dimension": 8}


def test_the_material_has_no_faults_and_no_review_is_both_learnt_and_held_out() -> None:
    learnt, held_out = training_sources(), held_out_sources()
    assert faults([*learnt, *held_out]) == []
    assert {source.name for source in learnt}.isdisjoint(HELD_OUT)
    assert sum(len(source.questions) for source in learnt) > 6_000


def test_no_invented_finding_is_taken_from_a_report_that_is_asked_about() -> None:
    reports = Path(__file__).resolve().parents[2]
    texts = " ".join(
        " ".join(path.read_text(encoding="utf-8").split())
        for path in (*(reports / "reports").glob("*.txt"), *(reports / "eval" / "reports").glob("*.txt"))
    )
    runs = set()
    for source in [*training_sources(), *held_out_sources()]:
        for passage in source.passages:
            if passage.heading.lower().startswith(STANDING_WORDS):
                continue
            words = passage.text.split()
            runs |= {" ".join(words[start : start + 14]) for start in range(len(words) - 13)}
    tokens = texts.split()
    shared = {run for start in range(len(tokens) - 13) if (run := " ".join(tokens[start : start + 14])) in runs}
    assert shared == set()


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        (Source("x", (*PASSAGES, PASSAGES[0]), ()), "twice"),
        (Source("x", PASSAGES, (TrainingQuestion("why", frozenset("z")),)), "names z"),
        (Source("x", PASSAGES, (TrainingQuestion("why", frozenset("a"), frozenset("a")),)), "both"),
    ],
)
def test_a_broken_file_is_told_of(source: Source, fault: str) -> None:
    assert [fault in line for line in faults([source])] == [True]


def test_a_theme_question_needs_every_passage_of_its_group(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "section": "s", "text": "t", "questions": ["own"], "group": "g", "group_questions": ["shared"]},
        {"id": "2", "section": "s", "text": "u", "questions": [], "group": "g", "group_questions": ["shared"]},
    ]
    path = tmp_path / "pairs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert read_pairs(path).questions == (
        TrainingQuestion("own", frozenset("1"), frozenset("2")),
        TrainingQuestion("shared", frozenset("12")),
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("adapter")
    train([SOURCE], folder, QUICK)
    return folder


def test_training_twice_gives_the_same_bytes(trained: Path, tmp_path: Path) -> None:
    train([SOURCE], tmp_path, QUICK)
    for name in ("adapter_model.safetensors", "adapter_config.json", "token_head.safetensors", "training.json"):
        assert (tmp_path / name).read_bytes() == (trained / name).read_bytes()


def test_the_adapter_names_its_base_and_no_place_on_the_machine_that_trained_it(trained: Path) -> None:
    for folder in (trained, ADAPTER):
        told = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
        assert told["base_model_name_or_path"] == BUNDLED_NAME


def test_training_draws_questions_to_their_passages(trained: Path) -> None:
    about = json.loads((trained / "training.json").read_text(encoding="utf-8"))
    first, last = about["loss_of_each_epoch"]
    assert last < first


def test_the_adapter_changes_what_the_bundled_weights_give(trained: Path, real_embedder: Embedder) -> None:
    question = ["does anybody come before the baby is here"]
    adapted, plain = load_adapted(trained), load_embedder("bundled-unadapted")
    assert adapted.dimension == plain.dimension
    assert not np.allclose(adapted.encode(question), plain.encode(question), atol=1e-4)
    assert len({adapted.checksum, plain.checksum, real_embedder.checksum}) == 3


def test_the_checksum_names_base_and_adapter(real_embedder: Embedder) -> None:
    told = json.loads((ADAPTER / "training.json").read_text(encoding="utf-8"))["sha256"]
    assert (real_embedder.name, real_embedder.checksum) == (ADAPTED_NAME, f"{BUNDLED_SHA256}+{told}")


@pytest.mark.parametrize("damage", ["flipped", "missing", "untold"])
@pytest.mark.parametrize("name", ["adapter_model.safetensors", "token_head.safetensors"])
def test_a_damaged_adapter_is_refused_with_what_to_do(trained: Path, tmp_path: Path, name: str, damage: str) -> None:
    for path in trained.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    weights = tmp_path / name
    if damage == "flipped":
        content = bytearray(weights.read_bytes())
        content[-1] ^= 1
        weights.write_bytes(content)
    elif damage == "missing":
        weights.unlink()
    else:
        (tmp_path / "training.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelDamaged, match="make train"):
        load_adapted(tmp_path)
