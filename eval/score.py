"""Scores of a run, question by question, read from its folder alone: the same folder gives the same scores."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.gold import ABSTAINED, ANSWERED, METADATA_TYPES, Evidence, GoldQuestion, contains_fact, load_gold
from eval.metrics import CitationCounts, Outcome, exact_set, outcome
from eval.proof import QuoteVerdict, judge_quote, marks_of, quotes_of, sentences_covered, sentences_supported
from eval.run import read_records

Passages = Mapping[str, Mapping[str, Any]]
# "12 of 12 findings": of what is cited one by one; "3 of 3 sections" counts other things.
_CLAIM = re.compile(
    r"(?P<told>\d+) of \d+ (?:findings?|recommendations?|paragraphs?|passages?|quotations?|case examples?)\b"
)


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """One question, scored.

    Attributes:
        question: the gold question.
        status: how the answer ended; "missing" where the run has none, "error" where asking failed.
        cited: ids cited, in order, each once.
        citations: counts over these.
        evidence: the pieces of `must` evidence that a cited passage matches.
        wrongly_cited: ids cited that are no evidence.
        ids_valid: for each id in the answer, and each mark in its text, whether it names a passage of a report that is among the
            citations.
        quotes: for each quote, where its words stand.
        sentences_covered: for each sentence shown, whether it is cited; empty where nothing was answered.
        sentences_supported: for each sentence listed, whether the passages it cites hold what decides it.
        leaked: ids cited that are about other organisations only than those that the question confines itself to.
        facts_found: for each gold fact, whether the answer has it.
        claims_complete: whether the answer says of how many it is ("12 of 12 findings").
        claim_true: whether that many passages are cited, all that is required among them and nothing that is no evidence.
        ranking: for each rank of the search, the pieces of `must` evidence found there.
        best_score: score of the best passage of the search; None where it is not known.
        wall_ms: time to answer, None where it is not known.
    """

    question: GoldQuestion
    status: str
    cited: tuple[str, ...]
    citations: CitationCounts
    evidence: frozenset[int]
    wrongly_cited: tuple[str, ...]
    ids_valid: tuple[bool, ...]
    quotes: tuple[QuoteVerdict, ...]
    sentences_covered: tuple[bool, ...]
    sentences_supported: tuple[bool, ...]
    leaked: tuple[str, ...]
    facts_found: tuple[bool, ...]
    claims_complete: bool
    claim_true: bool
    ranking: tuple[frozenset[int], ...]
    best_score: float | None
    wall_ms: float | None

    @property
    def answered(self) -> bool:
        """Whether it ended in an answer; a refusal that cites passages is one."""
        return self.status in ANSWERED or (self.status in ABSTAINED and bool(self.cited))

    @property
    def outcome(self) -> Outcome:
        """Cell of the abstention 2×2; what ended in no answer and no abstention, such as an error, is never right."""
        given = self.answered if self.status in ANSWERED | ABSTAINED else not self.question.answerable
        return outcome(answerable=self.question.answerable, answered=given)

    @property
    def searched(self) -> bool:
        """Whether its passages must be found by search."""
        return bool(self.question.must) and self.question.type not in METADATA_TYPES

    @property
    def complete(self) -> bool:
        """Whether all required evidence is cited."""
        return self.citations.found == self.citations.required

    @property
    def right(self) -> bool:
        """All that was required is cited, nothing else is, every fact is told in some sentence; or rightly no answer."""
        if not self.question.answerable:
            return self.outcome is Outcome.RIGHT_ABSTENTION
        shown = bool(self.sentences_covered)
        return self.answered and shown and exact_set(self.citations) == 1.0 and all(self.facts_found)


def score_run(folder: Path) -> tuple[QuestionScore, ...]:
    """A score for every gold question of a run, in the run's order; a missing answer scores as an empty one."""
    questions = load_gold(folder / "gold.jsonl")
    passages = {record["id"]: record for record in read_records(folder / "passages.jsonl")}
    answers = {record["id"]: record for record in read_records(folder / "answers.jsonl")}
    return tuple(score_question(q, answers.get(q.id, {}), passages) for q in questions)


def score_question(question: GoldQuestion, record: Mapping[str, Any], passages: Passages) -> QuestionScore:
    """Score one line of answers.jsonl against the reports' own passages (id -> line of passages.jsonl)."""
    answer = record.get("answer", {"status": "missing"})
    status = str(answer["status"])
    cited = tuple(dict.fromkeys(citation["id"] for citation in answer.get("citations", ())))
    covered = [_covered(question.must, passages.get(i)) for i in cited]
    allowed = [bool(must or _covered(question.may, passages.get(i))) for i, must in zip(cited, covered, strict=True)]
    evidence = frozenset[int]().union(*covered)
    strays = tuple(i for i, right in zip(cited, allowed, strict=True) if not right)
    in_sentences = [i for sentence in answer.get("sentences", ()) for i in sentence["citations"]]
    valid = [i for i in cited if i in passages]
    valid_marks = {i.rpartition("/")[2] for i in valid}
    ids_valid = [i in valid for i in dict.fromkeys([*cited, *in_sentences])]
    ids_valid += [mark in valid_marks for mark in dict.fromkeys(marks_of(answer))]
    claimed = _CLAIM.match(str(answer.get("completeness") or ""))
    best_score = record.get("best_score")
    return QuestionScore(
        question=question,
        status=status,
        cited=cited,
        citations=CitationCounts(len(cited), sum(allowed), len(question.must), len(evidence)),
        evidence=evidence,
        wrongly_cited=strays,
        ids_valid=tuple(ids_valid),
        quotes=tuple(_quote_verdicts(answer, passages)),
        sentences_covered=sentences_covered(answer, {i: passages[i] for i in valid}) if status in ANSWERED else (),
        sentences_supported=sentences_supported(answer, passages) if status in ANSWERED else (),
        leaked=tuple(i for i in strays if _is_about_others(question, passages.get(i))),
        facts_found=tuple(contains_fact(str(answer.get("answer", "")), fact) for fact in question.facts),
        claims_complete=claimed is not None,
        claim_true=claimed is not None
        and len(evidence) == len(question.must)
        and not strays
        and int(claimed["told"]) in {0, len(cited)},
        ranking=tuple(_found_at(question.must, rank, passages) for rank in record.get("found", ())),
        best_score=None if best_score is None else float(best_score),
        wall_ms=answer.get("wall_ms"),
    )


def _covered(evidence: Sequence[Evidence], passage: Mapping[str, Any] | None) -> frozenset[int]:
    if passage is None:
        return frozenset()
    report = passage["id"].rpartition("/")[0]
    return frozenset(n for n, item in enumerate(evidence) if item.matched_by(report, passage["mark"], passage["text"]))


def _found_at(evidence: Sequence[Evidence], rank: Sequence[str], passages: Passages) -> frozenset[int]:
    return frozenset[int]().union(*(_covered(evidence, passages.get(i)) for i in rank))


def _is_about_others(question: GoldQuestion, passage: Mapping[str, Any] | None) -> bool:
    """Whether a passage is about organisations, or a recommendation addressed to some, and none is one that was asked about."""
    if passage is None or not question.organisations:
        return False
    about = passage["addressed_to"] or passage["organisations"]
    return bool(about) and not set(about) & set(question.organisations)


def _quote_verdicts(answer: Mapping[str, Any], passages: Passages) -> Iterable[QuoteVerdict]:
    texts = {i: passage["text"] for i, passage in passages.items()}
    for quote in quotes_of(answer):
        yield judge_quote(quote, texts)
