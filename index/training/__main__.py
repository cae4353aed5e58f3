"""Train the adapter of the bundled embedding on the CPU: make train, or python -m index.training --out FOLDER.

LoRA (Hu et al. 2021) through peft, and beside it the token head of late interaction (index/tokens.py). The loss is InfoNCE over a batch
of passages with all their questions, in both directions, as MultipleNegativesRankingLoss of sentence-transformers computes it for pairs:
once over the cosines of the embeddings, once over late interaction. Questions that nothing answers are negatives of every passage. Own
loop: with four to five questions a passage, embedding each passage once a batch and not once a question takes a third of the time, a
passage that also answers is no negative, and both losses share one pass.
"""

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.embed import (
    ADAPTER,
    BUNDLED_NAME,
    BUNDLED_SHA256,
    TRAINED,
    TRAINING,
    bundled_folder,
    peft_warnings_ignored,
    sha256_of,
)
from index.tokens import TOKEN_HEAD
from index.training.examples import Source, TrainingPassage, TrainingQuestion, faults, training_sources
from index.training.late import LateInteraction, encode

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import Tensor

SETTINGS: dict[str, Any] = {
    "seed": 1,
    "threads": 2,
    "epochs": 4,
    "learning_rate": 4e-4,
    "warm_up": 0.1,
    "batch_passages": 64,
    "batch_traps": 32,
    "block": 16,
    "scale": 20.0,
    "passage_to_question": 0.5,
    "rank": 16,
    "alpha": 32,
    "modules": ["query", "key", "value", "dense"],
    "token_dimension": 96,
    "token_learning_rate": 1e-3,
    "token_scale": 30.0,
}
_CHUNK = 16
_NEVER = -1e4


def train(sources: Sequence[Source], folder: Path, settings: dict[str, Any]) -> None:
    """Train adapter and token head and write them to `folder`, with training.json beside them: settings, sizes, the loss of each epoch.

    The same data, settings, thread count and library versions give the same bytes.
    """
    import torch
    from peft import LoraConfig, get_peft_model
    from sentence_transformers import SentenceTransformer

    random.seed(settings["seed"])
    torch.manual_seed(settings["seed"])
    torch.set_num_threads(settings["threads"])
    torch.use_deterministic_algorithms(True)
    model = SentenceTransformer(str(bundled_folder()), device="cpu", local_files_only=True)
    lora = LoraConfig(r=settings["rank"], lora_alpha=settings["alpha"], target_modules=settings["modules"])
    with peft_warnings_ignored():
        adapted = get_peft_model(model[0].auto_model, lora)
    model.eval()  # without dropout: faster, and as good
    late = LateInteraction(
        int(model.get_embedding_dimension() or 0), settings["token_dimension"], settings["token_scale"]
    )
    learnt = [parameter for parameter in adapted.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(
        [
            {"params": learnt, "peak": settings["learning_rate"], "weight_decay": 0.01},
            {"params": list(late.parameters()), "peak": settings["token_learning_rate"], "weight_decay": 0.0},
        ]
    )
    asked = _Asked(sources)
    passages = sum(len(source.passages) for source in sources)
    steps = settings["epochs"] * math.ceil(passages / settings["batch_passages"])
    done, began, losses = 0, time.monotonic(), []
    for epoch in range(settings["epochs"]):
        total = 0.0
        for batch in _batches(sources, settings):
            loss = _loss(model, late, batch, asked.of(batch, settings["batch_traps"]), settings)
            pace = min(1.0, (done + 1) / (settings["warm_up"] * steps)) * max(0.02, 1 - done / steps)
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * pace
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_([*learnt, *late.parameters()], 1.0)
            optimizer.step()
            done += 1
            total += loss.item() * len(batch)
            sys.stderr.write(f"\rstep {done} of {steps}, {time.monotonic() - began:.0f} s, loss {loss.item():.3f} ")
        losses.append(round(total / passages, 6))
        sys.stderr.write(f"\nepoch {epoch + 1}: mean loss {losses[-1]}\n")
    adapted.peft_config["default"].base_model_name_or_path = BUNDLED_NAME  # not where it lies on this machine
    adapted.save_pretrained(str(folder), save_embedding_layers=False)
    (folder / "README.md").unlink(missing_ok=True)  # peft's empty model card
    late.head().save(folder / TOKEN_HEAD)
    about = {
        "base_sha256": BUNDLED_SHA256,
        "sha256": sha256_of([folder / name for name in TRAINED]),
        "settings": settings,
        "passages": passages,
        "questions": sum(bool(q.must) for source in sources for q in source.questions),
        "traps": sum(not q.must for source in sources for q in source.questions),
        "sources": [source.name for source in sources],
        "loss_of_each_epoch": losses,
    }
    (folder / TRAINING).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


class _Asked:
    """Which questions go with a batch of passages."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._source = {passage.id: source.name for source in sources for passage in source.passages}
        self._of: dict[str, list[TrainingQuestion]] = {name: [] for name in self._source}
        self._traps = {source.name: [q for q in source.questions if not q.must] for source in sources}
        for question in (question for source in sources for question in source.questions):
            for name in sorted(question.must):
                self._of[name].append(question)

    def of(self, passages: Sequence[TrainingPassage], traps: int) -> list[TrainingQuestion]:
        """All questions of the passages, and so many of those that nothing in their sources answers."""
        unanswered = [q for name in dict.fromkeys(self._source[p.id] for p in passages) for q in self._traps[name]]
        answered = dict.fromkeys(question for passage in passages for question in self._of[passage.id])
        return [*answered, *random.sample(unanswered, min(traps, len(unanswered)))]


def _batches(sources: Sequence[Source], settings: dict[str, Any]) -> list[list[TrainingPassage]]:
    """All passages in batches, mixed anew.

    A batch is made of blocks of passages of one source, half of them of one heading: near-duplicates stand next to each other
    there, and are the negatives that teach most.
    """
    size = settings["block"]
    blocks: list[list[TrainingPassage]] = []
    for source in sources:
        mixed = list(source.passages)
        random.shuffle(mixed)
        mixed.sort(key=lambda passage: passage.heading if random.random() < 0.5 else "")
        blocks += [mixed[start : start + size] for start in range(0, len(mixed), size)]
    random.shuffle(blocks)
    flat = [passage for block in blocks for passage in block]
    step = settings["batch_passages"]
    return [flat[start : start + step] for start in range(0, len(flat), step)]


def _loss(
    model: "SentenceTransformer",
    late: LateInteraction,
    passages: Sequence[TrainingPassage],
    questions: Sequence[TrainingQuestion],
    settings: dict[str, Any],
) -> "Tensor":
    """InfoNCE of n questions against m passages, over the cosines and over late interaction."""
    import torch

    right = torch.tensor([[passage.id in question.must for passage in passages] for question in questions])
    allowed = torch.tensor([[passage.id in question.may for passage in passages] for question in questions])
    texts = encode(model, [passage.embedding_text for passage in passages], _CHUNK)
    asked = encode(model, [question.text for question in questions], 4 * _CHUNK)
    cosines = asked.vectors @ texts.vectors.T
    weight = settings["passage_to_question"]
    loss = _contrast(settings["scale"] * cosines, right, allowed, weight)
    whole: Tensor = loss + _contrast(late(asked, texts), right, allowed, weight)
    return whole


def _contrast(scores: "Tensor", right: "Tensor", allowed: "Tensor", passage_to_question: float) -> "Tensor":
    """InfoNCE in both directions over (n, m) scores; every right pair is one positive, pairs that may be cited are left out."""
    import torch

    answered = right.any(1)
    scores = scores.masked_fill(allowed, _NEVER)
    wrong = torch.logsumexp(scores.masked_fill(right, _NEVER), dim=1, keepdim=True)
    per_pair = torch.nn.functional.softplus(wrong - scores)
    to_passage = (per_pair * right).sum(1)[answered] / right.sum(1)[answered]
    to_question = torch.logsumexp(scores, dim=0) - torch.logsumexp(scores.masked_fill(~right, _NEVER), dim=0)
    whole: Tensor = to_passage.mean() + passage_to_question * to_question[right.any(0)].mean()
    return whole


def main() -> None:
    """Read the examples, refuse broken ones, train."""
    parser = argparse.ArgumentParser(prog="python -m index.training", description="Train the adapter.")
    parser.add_argument(
        "--out", type=Path, default=ADAPTER, help="folder of the adapter (default: the one that is shipped)"
    )
    for name in ("epochs", "rank", "alpha", "seed"):
        parser.add_argument(f"--{name}", type=int, default=SETTINGS[name])
    parser.add_argument("--learning-rate", type=float, default=SETTINGS["learning_rate"])
    options = vars(parser.parse_args())
    folder = options.pop("out")
    sources = training_sources()
    if wrong := faults(sources):
        sys.exit("\n".join(wrong))
    train(sources, folder, SETTINGS | options)


if __name__ == "__main__":
    main()
