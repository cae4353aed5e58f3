"""SupportModel: claim and evidence read together -> for each word piece of the claim the chance that nothing in the evidence says it.

The bundled weights (all-MiniLM-L6-v2) as a cross-encoder, with a LoRA adapter and two linear heads, trained by `make train-support`.
Word by word as LettuceDetect (Kovács and Recski 2025) finds hallucinated spans; the sentence's own head as in NLI cross-encoders.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embed import ADAPTER_WEIGHTS, bundled_folder, peft_warnings_ignored, proved_sha256

ADAPTER = Path(__file__).resolve().parent / "adapter"
HEADS = "heads.safetensors"
TRAINED = (ADAPTER_WEIGHTS, HEADS)
# Word pieces of claim and evidence together; the network takes 512, and the time grows with them.
MOST_PIECES = 256
# Words of evidence: for one passage, and more for each further one.
WORDS_OF_ONE, WORDS_OF_ANOTHER = 100, 60
LEAST_SENTENCES = 3
_MEND = "restore rag/support/adapter from the repository, or train it again with `make train-support`"


@dataclass(frozen=True, slots=True)
class EvidenceSentence:
    """A sentence of a cited passage: which passage, where in it, its words, and how near it is to the claim."""

    passage: int
    start: int
    text: str
    nearness: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the network makes of one claim.

    Attributes:
        unsupported: logit that the evidence does not support the claim as a whole.
        words: shape (t,), for each word piece of the claim the chance in [0, 1] that the evidence does not say it.
        spans: for each word piece its half-open span in the claim.
    """

    unsupported: float
    words: NDArray[np.float32]
    spans: tuple[tuple[int, int], ...]


def evidence_text(sentences: Sequence[EvidenceSentence]) -> str:
    """The sentences nearest to the claim, as many as the network is to read, in the order of their passages."""
    passages = len({sentence.passage for sentence in sentences})
    budget = WORDS_OF_ONE + WORDS_OF_ANOTHER * max(0, passages - 1)
    taken: list[EvidenceSentence] = []
    used = 0
    for sentence in sorted(sentences, key=lambda one: -one.nearness):
        count = len(sentence.text.split())
        if used + count <= budget or len(taken) < LEAST_SENTENCES:
            taken.append(sentence)
            used += count
    return " ".join(sentence.text for sentence in sorted(taken, key=lambda one: (one.passage, one.start)))


class SupportModel:
    """The network with its adapter merged and its heads, on the CPU. Thread safe."""

    def __init__(self, adapter: Path = ADAPTER) -> None:
        """Load and prove it.

        Raises:
            ModelDamaged: a file is missing, or not the one that training.json tells of.
        """
        import torch
        from peft import PeftModel
        from safetensors.torch import load_file

        proved_sha256(adapter, TRAINED, "the support model", _MEND)
        self.tokenizer, network = base()
        with peft_warnings_ignored():
            self._network = PeftModel.from_pretrained(network, str(adapter)).merge_and_unload().eval()
        self._heads = load_file(adapter / HEADS)
        self._torch = torch

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[Reading]:
        """One reading for each (claim, evidence)."""
        return [self._read(claim, evidence) for claim, evidence in pairs]

    def _read(self, claim: str, evidence: str) -> Reading:
        torch, heads = self._torch, self._heads
        encoded = encode_pairs(self.tokenizer, [(claim, evidence)], offsets=True)
        offsets = encoded.pop("offset_mapping")[0].tolist()
        with torch.inference_mode():
            states = self._network(**encoded).last_hidden_state[0]
            words = torch.sigmoid(states @ heads["word.weight"] + heads["word.bias"])
            whole = states[0] @ heads["whole.weight"] + heads["whole.bias"]
        segments = encoded["token_type_ids"][0].tolist()
        own = [place for place, (start, end) in enumerate(offsets) if segments[place] == 0 and end > start]
        return Reading(float(whole), words[own].numpy(), tuple((offsets[place][0], offsets[place][1]) for place in own))


def base() -> tuple[Any, Any]:
    """Tokenizer and network of the bundled weights, without adapter; proved by their checksum when the embedder is loaded."""
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    folder = str(bundled_folder())
    network = AutoModel.from_pretrained(
        folder, local_files_only=True, attn_implementation="eager", use_safetensors=True
    )
    return AutoTokenizer.from_pretrained(folder, local_files_only=True), network


def encode_pairs(tokenizer: Any, pairs: Sequence[tuple[str, str]], offsets: bool = False) -> Any:
    """Claims and evidence as the network takes them, the evidence cut where both are over MOST_PIECES."""
    claims, evidence = zip(*pairs, strict=True)
    return tokenizer(
        list(claims),
        list(evidence),
        truncation="longest_first",
        max_length=MOST_PIECES,
        padding=True,
        return_tensors="pt",
        return_offsets_mapping=offsets,
    )


@lru_cache(maxsize=1)
def support_model() -> SupportModel:
    """The shipped model, loaded when it is first needed."""
    return SupportModel()
