"""Fit the weights of rag/rungs/meaning.py: python -m eval.calibrate_support.

On the claims of the tuning half, and on those about invented reviews and loose passages that the support model was not trained on
(rag/support/README.md). Each figure that is printed comes from weights fitted without the report it is told of.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from eval.calibrate import as_report
from eval.claims import ClaimKind, load_claims
from eval.gold import Half
from eval.run import report_file
from index.embed import BUNDLED, Embedder, load_embedder
from index.generation import build_generation
from index.parse import read_report
from index.report import Passage
from index.store import PassageIndex
from rag.cited_text import cited_sentences
from rag.claim import Claim, claim_of
from rag.evidence import Floats, probabilities
from rag.marks import cited_passages
from rag.retrieve import EncodedQuestion
from rag.rungs.meaning import READ, TOLD, WEIGHTS, read, read_features, told_features
from rag.support.examples import HELD_OUT, LOOSE_HELD_OUT, sources, written_claims
from rag.verify import Verifier

MODELS = {"wording": READ, "place": TOLD}
# So many of the benchmark's true claims that come as far as this rung may be refused by each model.
REFUSED_SHARE = {"wording": 0.05, "place": 0.01}
# What a claim weighs that is not of the benchmark: those on loose passages are harder than what people write of a report.
_WEIGHT_ELSEWHERE = 0.3
# False claims whose words are right and whose passage is wrong: "place" is fitted on them, "wording" on all others.
_OF_PLACE = frozenset({"nearby_passage", "mark_confusion"})
# What earlier rungs are for, or what needs no reading at all.
_LEFT_OUT = {ClaimKind.DEAD_ID, ClaimKind.UNCITED, ClaimKind.NUMBER}


@dataclass(frozen=True, slots=True)
class Measured:
    """One claim with its features for each model, whether an earlier rung refuses it, and whether it is of eval/claims."""

    report: str
    kind: str
    supported: bool
    features: Mapping[str, Floats]
    refused_before: bool
    benchmark: bool


def collect(embedder: Embedder, folder: Path) -> list[Measured]:
    """The claims of the tuning half, and those that are held out of the support model's training."""
    measured: list[Measured] = []
    claims = [claim for claim in load_claims() if claim.half is Half.TUNING and claim.kind not in _LEFT_OUT]
    for name in dict.fromkeys(claim.report for claim in claims):
        report = read_report(report_file(name))
        index = PassageIndex.open(folder / build_generation([report], folder, embedder))
        found = []
        for claim in claims:
            if claim.report == name:
                (sentence,) = cited_sentences(claim.text)
                cited = cited_passages(sentence.marks, [report])
                assert isinstance(cited, tuple)
                found.append((sentence.text, cited, claim.supported, claim.kind.value))
        measured += _measured(name, found, index, embedder)
    for source in sources():
        if source.name not in HELD_OUT:
            continue
        lines = [line for name, written in written_claims() if name == source.name for line in written]
        if source.name == LOOSE_HELD_OUT:
            named = {name for line in lines for name in line["passages"]}
            own = tuple(one for one in source.passages if one.id in named or one.id.startswith(LOOSE_HELD_OUT))
            source = replace(source, passages=own)
        report, ids = as_report(source)
        index = PassageIndex.open(folder / build_generation([report], folder, embedder))
        passages = {passage.id: passage for passage in index.passages}
        found = [
            (line["text"], tuple(passages[ids[name]] for name in line["passages"]), line["supported"], line["kind"])
            for line in lines
            if line["kind"] not in _LEFT_OUT
        ]
        measured += _measured(source.name, found, index, embedder)
    return measured


def _measured(
    report: str,
    claims: Sequence[tuple[str, tuple[Passage, ...], bool, str]],
    index: PassageIndex,
    embedder: Embedder,
) -> list[Measured]:
    vectors, tokens = embedder.encode_with_tokens([text for text, *_ in claims])
    verifier = Verifier(index, embedder)
    measured = []
    for (text, passages, supported, kind), *encoded in zip(claims, vectors, tokens, strict=True):
        question = EncodedQuestion(*encoded)
        claim: Claim = claim_of(text, passages, question.vector, index)
        reading = read(claim)
        features = {
            "wording": read_features(claim, reading),
            "place": told_features(claim, question, index, reading),
        }
        refused = bool(verifier.refused_before_meaning(claim))
        measured.append(Measured(report, kind, supported, features, refused, report not in HELD_OUT))
    index.close()
    return measured


def fit(measured: Sequence[Measured], name: str) -> dict[str, float]:
    """Weights of one model: the chance that a claim is supported."""
    taught = [one for one in measured if one.supported or (one.kind in _OF_PLACE) == (name == "place")]
    rows = np.array([one.features[name] for one in taught])
    labels = np.array([one.supported for one in taught])
    scale = np.std(rows, axis=0) + 1e-9
    counted = np.array([1.0 if one.benchmark else _WEIGHT_ELSEWHERE for one in taught])
    model = LogisticRegression(C=0.5, max_iter=2000).fit(rows / scale, labels, sample_weight=counted)
    weights = dict(zip(MODELS[name], (model.coef_[0] / scale).tolist(), strict=True))
    return weights | {"intercept": float(model.intercept_[0])}


def least_chance(measured: Sequence[Measured], chances: NDArray[np.float64], name: str) -> float:
    """The threshold that refuses REFUSED_SHARE of the benchmark's true claims which come as far as this rung."""
    true = [
        chance
        for one, chance in zip(measured, chances, strict=True)
        if one.supported and one.benchmark and not one.refused_before
    ]
    return float(np.quantile(true, REFUSED_SHARE[name]))


def chances_without_own_report(measured: Sequence[Measured], name: str) -> NDArray[np.float64]:
    """Shape (n,): each claim's chance by weights fitted on the other reports' claims."""
    chances = np.zeros(len(measured))
    for report in dict.fromkeys(one.report for one in measured):
        model = fit([one for one in measured if one.report != report], name)
        own = [row for row, one in enumerate(measured) if one.report == report]
        rows = np.array([measured[row].features[name] for row in own])
        chances[own] = probabilities(rows, model, MODELS[name])
    return chances


def main() -> None:
    """Print the figures and write the weights."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.calibrate_support", description="Fit the weights of the meaning rung."
    )
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    embedder = load_embedder(BUNDLED)
    with tempfile.TemporaryDirectory(prefix="clas-qa-calibrate-") as folder:
        measured = collect(embedder, Path(folder))
    models, least = {}, {}
    refused = np.zeros(len(measured), dtype=bool)
    for name in MODELS:
        chances = chances_without_own_report(measured, name)
        models[name], least[name] = fit(measured, name), least_chance(measured, chances, name)
        refused |= chances < least[name]
    before = np.array([one.refused_before for one in measured])
    sys.stdout.write("By weights fitted without the report:\n")
    for kind in sorted({one.kind for one in measured}):
        own = np.array([one.kind == kind for one in measured])
        at_all = np.mean((refused | before)[own])
        sys.stdout.write(
            f"  {kind:16} {own.sum():4}  refused by this rung {np.mean(refused[own]):.3f}, by any {at_all:.3f}\n"
        )
    about = {"model": embedder.name, "models": models, "least": least}
    options.out.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
