"""Claims that measure the verifier: true and false sentences with marks, written against the reports by people who did not see its code.

A pair is a true claim and the one made false from it by the smallest change; both belong to one half, by a hash of the pair's name.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.gold import GoldError, Half
from index.report import Report
from rag.cited_text import cited_sentences
from rag.marks import Unresolved, cited_passages

CLAIMS = Path(__file__).resolve().parent / "claims"


class ClaimKind(StrEnum):
    """What makes a claim true (the first four), or false."""

    NEAR_VERBATIM = "near_verbatim"
    PARAPHRASE = "paraphrase"
    TWO_CITATIONS = "two_citations"
    HEDGED_SUMMARY = "hedged_summary"
    NUMBER = "number"
    NEGATION = "negation"
    HEDGE = "hedge"
    ORGANISATION = "organisation"
    NEARBY_PASSAGE = "nearby_passage"
    MARK_CONFUSION = "mark_confusion"
    ADDED_DETAIL = "added_detail"
    INVENTED_CAUSE = "invented_cause"
    WRONG_VOICE = "wrong_voice"
    DEAD_ID = "dead_id"
    UNCITED = "uncited"
    NOT_OFFERED = "not_offered"


TRUE_KINDS = frozenset(list(ClaimKind)[:4])


class BenchmarkClaim(BaseModel):
    """One sentence with its marks, and whether the passages it cites support all of it.

    `not_offered` is no kind of the files: each true claim is also put to the verifier as if what it cites had not been read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    pair: str = Field(min_length=1)
    report: str
    text: str = Field(min_length=1)
    supported: bool
    kind: ClaimKind
    why: str = ""

    @property
    def half(self) -> Half:
        """The half that its pair belongs to."""
        digest = hashlib.sha256(self.pair.encode()).digest()
        return Half.REPORTING if digest[-1] % 2 else Half.TUNING


def load_claims(folder: Path = CLAIMS) -> tuple[BenchmarkClaim, ...]:
    """Every claim of every file.

    Raises:
        GoldError: a line is not a claim.
    """
    claims = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                claims.append(BenchmarkClaim.model_validate_json(line))
            except ValidationError as error:
                raise GoldError(f"{path.name}, line {number}: {error}") from error
    return tuple(claims)


def claim_faults(claims: Sequence[BenchmarkClaim], reports: Mapping[str, Report]) -> list[str]:
    """What is wrong with the claims as a measure: ids twice, kinds that deny themselves, marks that lead nowhere or should."""
    faults = [
        f"{name}: {count} claims have this id" for name, count in Counter(c.id for c in claims).items() if count > 1
    ]
    for claim in claims:
        faults += [f"{claim.id}: {fault}" for fault in _faults(claim, reports[claim.report])]
    return faults


def _faults(claim: BenchmarkClaim, report: Report) -> list[str]:
    sentences = cited_sentences(claim.text)
    marks = [mark for sentence in sentences for mark in sentence.marks]
    cited = cited_passages(marks, [report])
    faults = []
    if len(sentences) != 1:
        faults.append(f"is read as {len(sentences)} sentences")
    if claim.supported != (claim.kind in TRUE_KINDS):
        faults.append(f"is {'supported' if claim.supported else 'not supported'}, yet of kind {claim.kind}")
    if isinstance(cited, Unresolved) != (claim.kind is ClaimKind.DEAD_ID):
        faults.append("has a mark that names no passage" if isinstance(cited, Unresolved) else "has no dead mark")
    if (not marks) != (claim.kind is ClaimKind.UNCITED):
        faults.append("has no mark" if not marks else "has a mark")
    if claim.kind is ClaimKind.TWO_CITATIONS and isinstance(cited, tuple) and len(cited) < 2:
        faults.append("cites fewer than two passages")
    return faults
