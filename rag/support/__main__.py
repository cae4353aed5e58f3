"""Train the support model on the CPU: make train-support, or python -m rag.support --out FOLDER.

LoRA through peft on the bundled weights, read as a cross-encoder; binary cross-entropy over the claim's word pieces (is it unsupported?)
and over the claim as a whole. The reviews that are held out of index/training are held out here too: `python -m eval.calibrate_support`
needs claims that the model has not learnt.
"""

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from index.embed import BUNDLED_NAME, BUNDLED_SHA256, TRAINING, peft_warnings_ignored, sha256_of
from rag.support.examples import HELD_OUT, Example, Material
from rag.support.model import ADAPTER, HEADS, TRAINED, base, encode_pairs

SETTINGS: dict[str, Any] = {
    "seed": 1,
    "threads": 2,
    "epochs": 2,
    "batch": 24,
    "learning_rate": 6e-4,
    "heads_learning_rate": 2e-3,
    "warm_up": 0.06,
    "claims_a_round": 1,
    "sentences_a_round": 400,
    "word_weight": 2.0,
    "unsupported_weight": 2.0,
    "rank": 32,
    "alpha": 64,
    "modules": ["query", "key", "value", "dense"],
    "precision": "bfloat16",
}
# Batches of claims of about one length, drawn from so many batches' worth at once.
_SORTED = 12


def train(folder: Path, settings: dict[str, Any], start: Path | None = None) -> None:
    """Train adapter and heads and write them to `folder`, with training.json beside them: settings, sizes, the loss of each epoch.

    With `start` they go on from those in that folder, else they begin anew.

    The same data, settings, thread count, processor and library versions give the same bytes.
    """
    import torch
    from peft import LoraConfig, PeftModel, get_peft_model
    from safetensors.torch import load_file, save_file

    random.seed(settings["seed"])
    torch.manual_seed(settings["seed"])
    torch.set_num_threads(settings["threads"])
    torch.use_deterministic_algorithms(True)
    tokenizer, network = base()
    with peft_warnings_ignored():
        lora = LoraConfig(r=settings["rank"], lora_alpha=settings["alpha"], target_modules=settings["modules"])
        adapted = (
            PeftModel.from_pretrained(network, str(start), is_trainable=True)
            if start
            else get_peft_model(network, lora)
        )
    adapted.eval()  # without dropout
    word, whole = (torch.nn.Linear(network.config.hidden_size, 1) for _ in range(2))
    if start:
        begun = load_file(start / HEADS)
        for name, head in (("word", word), ("whole", whole)):
            head.load_state_dict({"weight": begun[f"{name}.weight"][None], "bias": begun[f"{name}.bias"][None]})
    heads = [*word.parameters(), *whole.parameters()]
    learnt = [parameter for parameter in adapted.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(
        [
            {"params": learnt, "peak": settings["learning_rate"], "weight_decay": 0.01},
            {"params": heads, "peak": settings["heads_learning_rate"], "weight_decay": 0.01},
        ]
    )
    material = Material(settings["seed"])
    claims = [claim for claim in material.claims() if claim.source not in HELD_OUT]
    rounds = [_round(material, claims, settings) for _ in range(settings["epochs"])]
    steps = sum(math.ceil(len(examples) / settings["batch"]) for examples in rounds)
    done, began, losses = 0, time.monotonic(), []
    for examples in rounds:
        total = 0.0
        for batch in _batches(examples, settings["batch"]):
            with torch.autocast("cpu", dtype=getattr(torch, settings["precision"])):
                encoded = encode_pairs(tokenizer, [(one.claim, one.evidence) for one in batch], offsets=True)
                offsets = encoded.pop("offset_mapping")
                states = adapted(**encoded).last_hidden_state
            states = states.float()
            labels = _labels(batch, offsets, encoded["token_type_ids"])
            known = labels >= 0
            weights = torch.where(labels[known] > 0, settings["unsupported_weight"], 1.0)
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                whole(states[:, 0])[:, 0], torch.tensor([float(not one.supported) for one in batch])
            ) + settings["word_weight"] * torch.nn.functional.binary_cross_entropy_with_logits(
                word(states)[..., 0][known], labels[known], weight=weights
            )
            pace = min(1.0, (done + 1) / (settings["warm_up"] * steps)) * max(0.02, 1 - done / steps)
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * pace
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_([*learnt, *heads], 1.0)
            optimizer.step()
            done += 1
            total += loss.item() * len(batch)
            sys.stderr.write(f"\rstep {done} of {steps}, {time.monotonic() - began:.0f} s, loss {loss.item():.3f} ")
        losses.append(round(total / len(examples), 6))
        sys.stderr.write(f"\nmean loss {losses[-1]}\n")
    adapted.peft_config["default"].base_model_name_or_path = BUNDLED_NAME  # not where it lies on this machine
    adapted.save_pretrained(str(folder), save_embedding_layers=False)
    (folder / "README.md").unlink(missing_ok=True)  # peft's empty model card
    named = {"word": word, "whole": whole}
    weights_and_biases = {f"{name}.weight": head.weight.detach()[0].contiguous() for name, head in named.items()}
    save_file(
        weights_and_biases | {f"{name}.bias": head.bias.detach()[0] for name, head in named.items()}, folder / HEADS
    )
    about = {
        "base_sha256": BUNDLED_SHA256,
        "sha256": sha256_of([folder / name for name in TRAINED]),
        "settings": settings,
        "start_sha256": sha256_of([start / name for name in TRAINED]) if start else None,
        "claims": len(claims),
        "examples": sum(map(len, rounds)),
        "held_out": sorted(HELD_OUT),
        "loss_of_each_epoch": losses,
    }
    (folder / TRAINING).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def _round(material: Material, claims: Sequence[Example], settings: dict[str, Any]) -> list[Example]:
    """One epoch's examples: the claims, what is made of them, and the reviews' own sentences."""
    sources = sorted({claim.source for claim in claims})
    examples = [*claims] * settings["claims_a_round"]
    examples += material.made_of(claims)
    examples += material.sentences(settings["sentences_a_round"], sources)
    return examples


def _batches(examples: Sequence[Example], size: int) -> list[list[Example]]:
    """The examples in batches of about one length each, batches and what they hold in random order."""
    shuffled = random.sample(examples, len(examples))
    batches = []
    for first in range(0, len(shuffled), size * _SORTED):
        chunk = sorted(shuffled[first : first + size * _SORTED], key=lambda one: len(one.claim) + len(one.evidence))
        batches += [chunk[start : start + size] for start in range(0, len(chunk), size)]
    return random.sample(batches, len(batches))


def _labels(batch: Sequence[Example], offsets: Any, segments: Any) -> Any:
    """Shape (n, t): 1 for a word piece of the claim that is unsupported, 0 for a supported one, -1 for all others."""
    import torch

    labels = torch.full(offsets.shape[:2], -1.0)
    for row, example in enumerate(batch):
        if example.unsupported is None:
            continue
        for column, ((start, end), segment) in enumerate(
            zip(offsets[row].tolist(), segments[row].tolist(), strict=True)
        ):
            if segment == 0 and end > start:
                labels[row, column] = float(any(start < last and end > first for first, last in example.unsupported))
    return labels


def main() -> None:
    """Train, and say where the result is."""
    parser = argparse.ArgumentParser(prog="python -m rag.support", description="Train the support model.")
    parser.add_argument("--out", type=Path, default=ADAPTER, help="folder for adapter and heads")
    parser.add_argument("--start", type=Path, help="folder of an adapter to go on from")
    parser.add_argument("--epochs", type=int, default=SETTINGS["epochs"])
    parser.add_argument("--learning-rate", type=float, default=SETTINGS["learning_rate"])
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    changed = {"epochs": options.epochs, "learning_rate": options.learning_rate}
    train(options.out, SETTINGS | changed, options.start)
    sys.stdout.write(f"written to {options.out}\n")


if __name__ == "__main__":
    main()
