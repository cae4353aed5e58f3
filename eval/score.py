"""Scores of a run, read from its folder alone: the same folder gives the same scores."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.gold import ANSWERED, LIST_TYPES, METADATA_TYPES, Evidence, GoldQuestion, contains_fact, load_gold
from eval.metrics import (
    CitationCounts,
    Outcome,
    bootstrap_interval,
    citation_precision,
    citation_recall,
    exact_set,
    f1,
    mean,
    ndcg_at_k,
    outcome,
    percentile,
    recall_at_k,
    reciprocal_rank,
    share,
    success_at_k,
)

SEED = 2015
_Passage = Mapping[str, str]
_COUNTS = ("n_cited", "n_right", "n_required", "n_found")


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """One question, scored.

    Attributes:
        question: the gold question.
        status: how the answer ended; "missing" where the run has none, "error" where asking failed.
        cited: ids cited, in order, each once.
        citations: counts over these.
        evidence: the pieces of `must` evidence that a cited passage matches.
        ids_valid: for each id in the answer, whether it names a passage of a report.
        quotes_verbatim: for each quote, whether it stands in the passage it is attributed to.
        facts_found: for each gold fact, whether the answer has it.
        ranking: for each passage that the search found, the pieces of `must` evidence it covers.
        wall_ms: time to answer, None where it is not known.
    """

    question: GoldQuestion
    status: str
    cited: tuple[str, ...]
    citations: CitationCounts
    evidence: frozenset[int]
    ids_valid: tuple[bool, ...]
    quotes_verbatim: tuple[bool, ...]
    facts_found: tuple[bool, ...]
    ranking: tuple[frozenset[int], ...]
    wall_ms: float | None

    @property
    def answered(self) -> bool:
        """Whether it ended in an answer."""
        return self.status in ANSWERED

    @property
    def outcome(self) -> Outcome:
        """Cell of the abstention 2×2."""
        return outcome(answerable=self.question.answerable, answered=self.answered)

    @property
    def right(self) -> bool:
        """All that was required is cited, nothing else is, every fact is told; or rightly no answer."""
        if not self.question.answerable:
            return self.outcome is Outcome.RIGHT_ABSTENTION
        return self.answered and exact_set(self.citations) == 1.0 and all(self.facts_found)


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric over some questions: `value` and its 95% interval; None where none of the questions counts for it."""

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None


def score_run(folder: Path) -> tuple[QuestionScore, ...]:
    """A score for every gold question of a run, in the run's order; a missing answer scores as an empty one."""
    questions = load_gold(folder / "gold.jsonl")
    passages = {record["id"]: record for record in _records(folder / "passages.jsonl")}
    answers = {record["id"]: record for record in _records(folder / "answers.jsonl")}
    return tuple(score_question(q, answers.get(q.id, {}), passages) for q in questions)


def score_question(
    question: GoldQuestion, record: Mapping[str, Any], passages: Mapping[str, Mapping[str, Any]]
) -> QuestionScore:
    """Score one line of answers.jsonl against the reports' own passages (id -> mark and text)."""
    answer = record.get("answer", {"status": "missing"})
    citations = answer.get("citations", [])
    sentences = answer.get("sentences", [])
    cited = tuple(dict.fromkeys(citation["id"] for citation in citations))
    covered = [_covered(question.must, passages.get(i)) for i in cited]
    allowed = [bool(must or _covered(question.may, passages.get(i))) for i, must in zip(cited, covered, strict=True)]
    evidence = frozenset[int]().union(*covered)
    in_sentences = [i for sentence in sentences for i in sentence["citations"]]
    return QuestionScore(
        question=question,
        status=str(answer["status"]),
        cited=cited,
        citations=CitationCounts(len(cited), sum(allowed), len(question.must), len(evidence)),
        evidence=evidence,
        ids_valid=tuple(i in passages and i in cited for i in dict.fromkeys([*cited, *in_sentences])),
        quotes_verbatim=tuple(_quotes(citations, sentences, passages)),
        facts_found=tuple(contains_fact(str(answer.get("answer", "")), fact) for fact in question.facts),
        ranking=tuple(_covered(question.must, passages.get(i)) for i in record.get("found", ())),
        wall_ms=answer.get("wall_ms"),
    )


def summarise(scores: Sequence[QuestionScore]) -> dict[str, Figure]:
    """Every metric over these questions, by name; what counts for which is said here and nowhere else."""
    answerable = [s for s in scores if s.question.answerable]
    needing = [s for s in answerable if s.question.must]
    citing = [s for s in answerable if s.question.must or s.cited]
    searched = [s for s in needing if s.question.type not in METADATA_TYPES]
    listing = [s for s in needing if s.question.type in LIST_TYPES]
    pooled = sum((s.citations for s in citing), CitationCounts(0, 0, 0, 0))
    figures = {
        "right": _mean(scores, lambda s: float(s.right)),
        "citation_precision": _mean(citing, lambda s: citation_precision(s.citations)),
        "citation_recall": _mean(needing, lambda s: citation_recall(s.citations)),
        "citation_f1": _mean(needing, lambda s: f1(citation_precision(s.citations), citation_recall(s.citations))),
        "citation_precision_micro": Figure(citation_precision(pooled) if citing else None, pooled.cited),
        "citation_recall_micro": Figure(citation_recall(pooled) if needing else None, pooled.required),
        "exact_set": _mean(needing, lambda s: exact_set(s.citations)),
        "list_complete": _mean(listing, lambda s: float(s.citations.found == s.citations.required)),
        "fact_recall": _mean([s for s in answerable if s.question.facts], lambda s: share(s.facts_found)),
        "id_validity": _pooled_share(s.ids_valid for s in scores),
        "quote_fidelity": _pooled_share(s.quotes_verbatim for s in scores),
        "status": _mean(scores, lambda s: float(s.status == s.question.expected_status)),
        "answered_when_answerable": _mean(answerable, lambda s: float(s.answered)),
        "abstained_when_not": _mean(
            [s for s in scores if not s.question.answerable], lambda s: float(s.outcome is Outcome.RIGHT_ABSTENTION)
        ),
        "recall@1": _mean(searched, lambda s: recall_at_k(s.ranking, len(s.question.must), 1)),
        "recall@5": _mean(searched, lambda s: recall_at_k(s.ranking, len(s.question.must), 5)),
        "recall@10": _mean(searched, lambda s: recall_at_k(s.ranking, len(s.question.must), 10)),
        "success@1": _mean(searched, lambda s: success_at_k(s.ranking, len(s.question.must), 1)),
        "success@5": _mean(searched, lambda s: success_at_k(s.ranking, len(s.question.must), 5)),
        "mrr": _mean(searched, lambda s: reciprocal_rank(s.ranking, len(s.question.must))),
        "ndcg@10": _mean(searched, lambda s: ndcg_at_k(s.ranking, len(s.question.must), 10)),
    }
    micro = [figures[name].value for name in ("citation_precision_micro", "citation_recall_micro")]
    if micro[0] is not None and micro[1] is not None:
        figures["citation_f1_micro"] = Figure(f1(micro[0], micro[1]), len(citing))
    walls = [s.wall_ms for s in scores if s.wall_ms is not None]
    for percent in (50, 95):
        figures[f"latency_p{percent}_ms"] = Figure(percentile(walls, percent) if walls else None, len(walls))
    return figures


def outcomes(scores: Iterable[QuestionScore]) -> dict[str, int]:
    """The abstention 2×2: cell -> number of questions."""
    counted = Counter(s.outcome for s in scores)
    return {cell.value: counted[cell] for cell in Outcome}


def lost_evidence(scores: Iterable[QuestionScore]) -> dict[str, int]:
    """Where required evidence was lost: pieces cited, found by the search but not cited, and not found."""
    counted: Counter[str] = Counter({"cited": 0, "found, not cited": 0, "not found": 0})
    for score in scores:
        found = frozenset[int]().union(*score.ranking)
        counted["cited"] += len(score.evidence)
        counted["found, not cited"] += len(found - score.evidence)
        counted["not found"] += len(score.question.must) - len(found | score.evidence)
    return dict(counted)


def groups(scores: Sequence[QuestionScore], key: Callable[[QuestionScore], str]) -> dict[str, list[QuestionScore]]:
    """Scores by a property of their question, in order of first occurrence."""
    found: dict[str, list[QuestionScore]] = {}
    for score in scores:
        found.setdefault(key(score), []).append(score)
    return found


def _covered(evidence: Sequence[Evidence], passage: _Passage | None) -> frozenset[int]:
    if passage is None:
        return frozenset()
    report = passage["id"].rpartition("/")[0]
    return frozenset(n for n, item in enumerate(evidence) if item.matched_by(report, passage["mark"], passage["text"]))


def _quotes(
    citations: Sequence[Mapping[str, Any]],
    sentences: Sequence[Mapping[str, Any]],
    passages: Mapping[str, Mapping[str, Any]],
) -> Iterable[bool]:
    for quote, ids in [(c["quote"], [c["id"]]) for c in citations] + [(s["quote"], s["citations"]) for s in sentences]:
        if quote:
            yield any(quote in passages[i]["text"] for i in ids if i in passages)


def _mean(scores: Sequence[QuestionScore], value: Callable[[QuestionScore], float]) -> Figure:
    if not scores:
        return Figure(None, 0)
    values = [value(score) for score in scores]
    low, high = bootstrap_interval(values, seed=SEED)
    return Figure(mean(values), len(values), low, high)


def _pooled_share(parts: Iterable[Sequence[bool]]) -> Figure:
    pooled = [hit for part in parts for hit in part]
    return Figure(share(pooled), len(pooled)) if pooled else Figure(None, 0)


def _records(path: Path) -> Iterable[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def write_questions(path: Path, scores: Iterable[QuestionScore]) -> None:
    """One line a question, for a spreadsheet."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(
            ("id", "type", "register", "half", "question", "expected", "status", "right", "must", "cited", *_COUNTS)
        )
        for score in scores:
            question = score.question
            counts = score.citations
            must = " ".join(item.mark or item.words for item in question.must)
            asked = (question.id, question.type, question.register_, question.half.value, question.question)
            ended = (question.expected_status.value, score.status, int(score.right), must, " ".join(score.cited))
            lines.writerow((*asked, *ended, counts.cited, counts.right, counts.required, counts.found))
