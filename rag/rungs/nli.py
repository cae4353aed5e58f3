"""NLI: does a cross-encoder trained on natural language inference find that the cited passages entail a claim?

None is bundled and nothing is downloaded; a setting names one. torch and sentence_transformers are imported when it is loaded.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embed import cached_model
from index.errors import ModelDamaged
from rag.claim import Claim

NONE = "none"
LABELS = ("contradiction", "entailment", "neutral")
CONTRADICTS = "The cited passage says the contrary, as the NLI model reads it."
DOES_NOT_FOLLOW = "The claim does not follow from the cited passage, as the NLI model reads it."
_KNOWN = (NONE, "the path of a local folder with an NLI CrossEncoder", "the hub name of one that is in the local cache")
# Sentences of the cited passages, nearest to the claim, that make the first premise.
_NEAREST = 3


class NliModel:
    """A cross-encoder with the outputs contradiction, entailment and neutral, on the CPU.

    Attributes:
        name: the name or folder that it was loaded by.
    """

    def __init__(self, folder: Path, name: str, columns: Mapping[str, int]) -> None:
        """Load the model in `folder`; `columns` tells which output bears which of LABELS.

        Raises:
            ModelDamaged: a file of it cannot be read.
        """
        from safetensors import SafetensorError
        from sentence_transformers import CrossEncoder
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            self._model = CrossEncoder(
                str(folder), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
            )
        except (OSError, ValueError, RuntimeError, SafetensorError) as exc:
            raise ModelDamaged(f"the NLI model {name!r} cannot be loaded ({exc}); fetch it again, or unset it") from exc
        self._order = [columns[label] for label in LABELS]
        self.name = name

    def objection(self, claim: Claim) -> str:
        """Why the cited passages do not entail a claim, "" where they do.

        The premises are the nearest sentences of all cited passages, each whole passage, and all of them together. The claim stands where
        one of them entails it, and none contradicts it more surely than that.
        """
        chances = self.chances([(premise, claim.text) for premise in _premises(claim)])
        contradiction, entailment, neutral = chances.T
        best = int(entailment.argmax())
        if contradiction.max() > entailment[best]:
            return CONTRADICTS
        return "" if entailment[best] > neutral[best] else DOES_NOT_FOLLOW

    def chances(self, pairs: list[tuple[str, str]]) -> NDArray[np.float64]:
        """Shape (len(pairs), 3): chance in [0, 1] of each of LABELS, for each (premise, claim)."""
        from torch.nn import Identity

        told = self._model.predict(pairs, activation_fn=Identity(), show_progress_bar=False, convert_to_numpy=True)
        logits = np.asarray(told, dtype=np.float64)[:, self._order]
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def load_nli(name: str) -> NliModel | None:
    """Load an NLI model without touching the network.

    Args:
        name: "none", the path of a local folder, or the hub name of a model that is already in the local cache.

    Raises:
        UnknownName: there is no such folder and no such model in the local cache.
        ModelDamaged: it has no safetensors weights, its outputs are not named contradiction, entailment and neutral, or it cannot be
            loaded.
    """
    if name == NONE:
        return None
    folder = Path(name).expanduser()
    if not folder.is_dir():
        folder = cached_model("NLI model", name, _KNOWN)
    if not any(folder.glob("*.safetensors")):
        raise ModelDamaged(f"the NLI model {name!r} has no .safetensors weights; other formats are not loaded")
    return NliModel(folder, name, _columns(folder, name))


def _columns(folder: Path, name: str) -> dict[str, int]:
    """Which output bears which label; their order differs from model to model, so only their names tell."""
    try:
        config: dict[str, Any] = dict(json.loads((folder / "config.json").read_text(encoding="utf-8")))
        named = {str(label).lower(): int(column) for column, label in dict(config.get("id2label") or {}).items()}
    except (OSError, ValueError, TypeError) as exc:
        raise ModelDamaged(f"the NLI model {name!r} has no config.json that can be read; fetch it again") from exc
    architectures = config.get("architectures") or ()
    scoring = any(str(one).endswith("ForSequenceClassification") for one in architectures)
    if not scoring or set(named) != set(LABELS) or sorted(named.values()) != [0, 1, 2]:
        raise ModelDamaged(
            f"{name!r} is no NLI CrossEncoder: its config.json does not name the outputs {', '.join(LABELS)} (id2label); "
            "take one that was trained on natural language inference"
        )
    return named


def _premises(claim: Claim) -> list[str]:
    nearest = claim.evidence[:_NEAREST]
    places = {passage.id: place for place, passage in enumerate(claim.passages)}
    in_order = sorted(nearest, key=lambda one: (places[one.passage.id], one.start))
    whole = [passage.text for passage in claim.passages]
    premises = [" ".join(one.text for one in in_order), *whole, "\n".join(whole)]
    return [premise for premise in dict.fromkeys(premises) if premise]
