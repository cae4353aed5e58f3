"""clas-qa and its peers on the same gold questions, as Markdown tables: python -m bench.peers [--half …] [--suite …].

What the peers are, peer_search.py says. Citing a chunk is citing the passages in it, and its words are the answer. Where a peer has
no default for how many it cites, the number with the best mean citation F1 on the tuning half is taken.
"""

import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console

from bench.peer_search import Chunk, Peer, peers
from eval.compare import differences, paired
from eval.gold import Half
from eval.run import Suite, load_suites, report_file, write_run
from eval.score import QuestionScore, score_question, score_run
from eval.summary import summarise
from eval.systems import RememberingEmbedder, System, in_process
from eval.tables import shown
from index.embed import BUNDLED, UNADAPTED, Embedder, load_embedder
from index.parse import read_report
from index.report import Report
from rag.answer import AnswerStatus

OURS = "clas-qa"
MOST_CITED = 5
COLUMNS = {
    "recall@1": "recall@1",
    "recall@5": "recall@5",
    "recall@10": "recall@10",
    "MRR": "mrr",
    "nDCG@10": "ndcg@10",
    "citation precision": "citation_precision",
    "citation recall": "citation_recall",
    "citation F1": "citation_f1",
    "facts found": "fact_recall",
}
Scores = Sequence[QuestionScore]
err = Console(stderr=True)


def run(
    half: Annotated[Literal["tuning", "reporting", "all"], typer.Option(help="whose figures are told")] = "reporting",
    suite: Annotated[list[str] | None, typer.Option(help="only this gold file; may be repeated")] = None,
) -> None:
    """Ask everyone everything and print the tables."""
    suites = [s for s in load_suites() if not suite or s.name in suite]
    if not suites:
        raise typer.BadParameter(f"there is no gold file {', '.join(suite or ())}", param_hint="--suite")
    files = {report: report_file(report) for s in suites for report in s.reports}
    halves = tuple(Half) if half == "all" else (Half(half),)
    with tempfile.TemporaryDirectory(prefix="clas-qa-peers-") as folder:
        own, stock = RememberingEmbedder(load_embedder(BUNDLED)), RememberingEmbedder(load_embedder(UNADAPTED))
        scores = compare(suites, files, own, stock, halves, Path(folder))
    asked = sum(len(s.questions) for s in suites)
    print(f"{date.today()}, half: {half}, of {asked} questions of {', '.join(s.name for s in suites)}.\n")
    print("\n".join(markdown(scores)))


def compare(
    suites: Sequence[Suite],
    files: Mapping[str, Path],
    own: Embedder,
    stock: Embedder,
    halves: Collection[Half],
    folder: Path,
) -> dict[str, Scores]:
    """Row of the table -> scores of the questions of these halves, clas-qa first.

    Args:
        suites: the questions; those of the tuning half also say how many a peer cites.
        files: report id -> its file.
        own: embeds for clas-qa.
        stock: embeds for the peers.
        halves: whose questions are scored.
        folder: empty; libraries and runs are left there.
    """
    reports = {name: read_report(file) for name, file in files.items()}
    told = [replace(s, questions=tuple(q for q in s.questions if q.half in halves)) for s in suites]
    scores: dict[str, Scores] = {}

    def ask(name: str, systems: Sequence[System]) -> None:
        with err.status(f"asking {name}"):
            write_run(folder / f"run-{len(scores)}", list(zip(told, systems, strict=True)), reports.values(), {})
            scores[name] = score_run(folder / f"run-{len(scores)}")

    ask(OURS, [in_process([files[r] for r in s.reports], folder / f"library-{s.name}", own) for s in suites])
    for row in zip(*(peers([reports[r] for r in s.reports], stock) for s in suites), strict=True):
        name = row[0].name
        if row[0].cite is None:
            number = number_cited(list(zip(suites, row, strict=True)), reports.values())
            name = f"{name}, {number} cited"
            row = tuple(citing(peer, number) for peer in row)
        ask(name, [system(peer) for peer in row])
    return scores


def number_cited(contests: Iterable[tuple[Suite, Peer]], reports: Iterable[Report]) -> int:
    """How many chunks to cite: 1 to MOST_CITED, by mean citation F1 on the tuning half, the least of equals."""
    passages = {passage.id: passage.public() for report in reports for passage in report.passages}
    tuning = [(q, peer) for suite, peer in contests for q in suite.questions if q.half is Half.TUNING]
    found = [(question, peer.search(question.question, MOST_CITED)) for question, peer in tuning]

    def f1(number: int) -> float:
        scores = [score_question(q, {"answer": answer(chunks[:number])}, passages) for q, chunks in found]
        return summarise(scores)["citation_f1"].value or 0.0

    return max(range(1, MOST_CITED + 1), key=f1)


def citing(peer: Peer, number: int) -> Peer:
    """The peer, made to cite so many chunks."""
    return replace(peer, cite=lambda text: peer.search(text, number))


def system(peer: Peer) -> System:
    """A peer that knows how many chunks it cites, as the eval asks it: the question as typed, without filters and history.

    Raises:
        ValueError: it does not know.
    """
    if peer.cite is None:
        raise ValueError(f"how many chunks does {peer.name} cite?")
    cite = peer.cite
    return System(
        peer.name,
        lambda question: answer(cite(question.question)),
        lambda text, filters, k: [list(chunk.passages) for chunk in peer.search(text, k)],
    )


def answer(chunks: Sequence[Chunk]) -> dict[str, Any]:
    """An answer in the API's shape that is made of these chunks and cites the passages in them."""
    cited = dict.fromkeys(passage for chunk in chunks for passage in chunk.passages)
    return {
        "status": AnswerStatus.ANSWERED.value,
        "answer": "\n\n".join(chunk.text for chunk in chunks),
        "citations": [{"id": passage, "quote": ""} for passage in cited],
        "sentences": [],
    }


def markdown(scores: Mapping[str, Scores]) -> list[str]:
    """Lines of the tables."""
    everyday = {name: [s for s in some if _is_everyday(s)] for name, some in scores.items()}
    return [
        *_table("All questions", scores),
        "",
        *_table("Questions in plain or sloppy words whose evidence must be found by search", everyday),
        "",
        "### Citation F1 of clas-qa less that of each peer, same questions, with its 95% interval",
        "",
        "| | all | plain or sloppy, by search |",
        "|---|---|---|",
        *(f"| {name} | {_lead(scores, name)} | {_lead(everyday, name)} |" for name in scores if name != OURS),
    ]


def _is_everyday(score: QuestionScore) -> bool:
    return score.searched and score.question.register_ in {"plain", "sloppy"}


def _table(title: str, scores: Mapping[str, Scores]) -> list[str]:
    figures = {name: summarise(some) for name, some in scores.items()}
    counts = {label: [found[metric].n for found in figures.values()] for label, metric in COLUMNS.items()}
    rows = {name: [shown(found[metric]) for metric in COLUMNS.values()] for name, found in figures.items()}
    rows["questions that count"] = [f"{min(n)}–{max(n)}" if min(n) < max(n) else str(n[0]) for n in counts.values()]
    return [
        f"### {title}: {len(scores[OURS])}",
        "",
        f"| | {' | '.join(COLUMNS)} |",
        "|---" * (len(COLUMNS) + 1) + "|",
        *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()),
    ]


def _lead(scores: Mapping[str, Scores], peer: str) -> str:
    step = differences(paired(scores[peer], scores[OURS])).get("citation_f1")
    return f"{step.difference:+.3f} ({step.low:+.3f} to {step.high:+.3f}, n = {step.n})" if step else "–"


if __name__ == "__main__":
    typer.run(run)
