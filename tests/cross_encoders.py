"""Tiny cross-encoders of random weights, made from a configuration: real files, real sentence-transformers, nothing downloaded."""

import re
from collections.abc import Iterable
from pathlib import Path

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def write_cross_encoder(folder: Path, texts: Iterable[str], *, seed: int = 0, labels: int = 1) -> Path:
    """A BERT of one layer that knows the words of `texts`, saved as safetensors; the same seed gives the same weights."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification
    from transformers.models.bert import BertTokenizerFast

    folder.mkdir(parents=True)
    words = dict.fromkeys(word for text in texts for word in re.findall(r"\w+|[^\w\s]", text.lower()))
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join((*SPECIAL, *words)), encoding="utf-8")
    tokenizer = BertTokenizerFast(str(vocabulary), model_max_length=128)
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=128,
        initializer_range=1.0,
        num_labels=labels,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
