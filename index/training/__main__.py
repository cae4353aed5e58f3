"""Train the adapter of the bundled embedding on the CPU: make train, or python -m index.training --out FOLDER.

LoRA (Hu et al. 2021) through peft. The loss is InfoNCE over a batch of passages with all their questions, in both directions, as
MultipleNegativesRankingLoss of sentence-transformers computes it for pairs. Own loop: with four to five questions a passage, embedding
each passage once a batch and not once a question takes a third of the time, and a passage that also answers is no negative.
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
    ADAPTER_WEIGHTS,
    BUNDLED_SHA256,
    TRAINING,
    bundled_folder,
    peft_warnings_ignored,
    sha256_of,
)
from index.training.examples import Source, TrainingPassage, TrainingQuestion, faults, training_sources

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
    "block": 16,
    "scale": 20.0,
    "passage_to_question": 0.5,
    "rank": 16,
    "alpha": 32,
    "modules": ["query", "key", "value", "dense"],
}
_CHUNK = 16
_NEVER = -1e4


def train(sources: Sequence[Source], folder: Path, settings: dict[str, Any]) -> None:
    """Train an adapter and write it to `folder`, with training.json beside it: settings, sizes and the loss of each epoch.

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
    learnt = [parameter for parameter in adapted.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(learnt, lr=settings["learning_rate"], weight_decay=0.01)
    passages = {passage.id: passage for source in sources for passage in source.passages}
    asked: dict[str, list[TrainingQuestion]] = {name: [] for name in passages}
    for question in (question for source in sources for question in source.questions):
        for name in sorted(question.must):
            asked[name].append(question)
    steps = settings["epochs"] * math.ceil(len(passages) / settings["batch_passages"])
    done, began, losses = 0, time.monotonic(), []
    for epoch in range(settings["epochs"]):
        total = 0.0
        for batch in _batches(sources, settings):
            questions = list(dict.fromkeys(question for passage in batch for question in asked[passage.id]))
            loss = _loss(model, batch, questions, settings)
            pace = min(1.0, (done + 1) / (settings["warm_up"] * steps)) * max(0.02, 1 - done / steps)
            for group in optimizer.param_groups:
                group["lr"] = settings["learning_rate"] * pace
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(learnt, 1.0)
            optimizer.step()
            done += 1
            total += loss.item() * len(batch)
            sys.stderr.write(f"\rstep {done} of {steps}, {time.monotonic() - began:.0f} s, loss {loss.item():.3f} ")
        losses.append(round(total / len(passages), 6))
        sys.stderr.write(f"\nepoch {epoch + 1}: mean loss {losses[-1]}\n")
    adapted.save_pretrained(str(folder))
    (folder / "README.md").unlink(missing_ok=True)  # peft's empty model card
    about = {
        "base_sha256": BUNDLED_SHA256,
        "sha256": sha256_of([folder / ADAPTER_WEIGHTS]),
        "settings": settings,
        "passages": len(passages),
        "questions": sum(bool(q.must) for source in sources for q in source.questions),
        "sources": [source.name for source in sources],
        "loss_of_each_epoch": losses,
    }
    (folder / TRAINING).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


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
    passages: Sequence[TrainingPassage],
    questions: Sequence[TrainingQuestion],
    settings: dict[str, Any],
) -> "Tensor":
    """InfoNCE of n questions against m passages; every right pair is one positive, pairs that may be cited are left out."""
    import torch

    right = torch.tensor([[passage.id in question.must for passage in passages] for question in questions])
    allowed = torch.tensor([[passage.id in question.may for passage in passages] for question in questions])
    embedded = _embed(model, [passage.embedding_text for passage in passages], _CHUNK)
    scores = settings["scale"] * _embed(model, [question.text for question in questions], 4 * _CHUNK) @ embedded.T
    scores = scores.masked_fill(allowed, _NEVER)
    wrong = torch.logsumexp(scores.masked_fill(right, _NEVER), dim=1, keepdim=True)
    per_pair = torch.nn.functional.softplus(wrong - scores)
    to_passage = (per_pair * right).sum(1) / right.sum(1)
    to_question = torch.logsumexp(scores, dim=0) - torch.logsumexp(scores.masked_fill(~right, _NEVER), dim=0)
    whole: Tensor = to_passage.mean() + settings["passage_to_question"] * to_question[right.any(0)].mean()
    return whole


def _embed(model: "SentenceTransformer", texts: Sequence[str], chunk: int) -> "Tensor":
    """Unit rows with their gradient, texts of about one length together."""
    import torch

    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    size = math.ceil(len(order) / math.ceil(len(order) / chunk))
    parts = [order[start : start + size] for start in range(0, len(order), size)]
    found = torch.cat([model(model.preprocess([texts[row] for row in part]))["sentence_embedding"] for part in parts])
    back = torch.empty(len(texts), dtype=torch.long)
    back[torch.tensor(order)] = torch.arange(len(texts))
    return torch.nn.functional.normalize(found[back], dim=-1)


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
