"""The verifier measured on the claims of eval/claims: how many true ones it accepts, how many false ones it catches, kind by kind."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.claims import TRUE_KINDS, BenchmarkClaim, ClaimKind
from eval.metrics import ratio_interval
from rag.cited_text import cited_sentences
from rag.verify import Verdict, Verifier

# What the gate lets through on the reporting half: what is reached, less three claims. The aims are 0.90, 0.95 and 1.
FLOORS: Mapping[str, float] = {
    "true, accepted": 0.84,
    "false, caught": 0.87,
    "number": 0.91,
    "dead_id": 1.0,
    "uncited": 1.0,
    "not_offered": 1.0,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with the verdict on it; of several sentences the first that failed, else the last."""

    claim: BenchmarkClaim
    kind: ClaimKind
    verdict: Verdict

    @property
    def right(self) -> bool:
        """Whether a true claim was accepted, or a false one caught."""
        return self.verdict.passed == (self.kind in TRUE_KINDS)


def judge_claims(claims: Sequence[BenchmarkClaim], verifiers: Mapping[str, Verifier]) -> list[Judged]:
    """Every claim put to the verifier of its report; each true one a second time as if what it cites had not been offered."""
    judged = []
    for claim in claims:
        verifier = verifiers[claim.report]
        checked = verifier.check(cited_sentences(claim.text))
        verdict = next((one.verdict for one in checked if not one.verdict.passed), checked[-1].verdict)
        judged.append(Judged(claim, claim.kind, verdict))
        if claim.supported:
            withheld = verifier.check(cited_sentences(claim.text), offered=frozenset())
            judged.append(Judged(claim, ClaimKind.NOT_OFFERED, withheld[-1].verdict))
    return judged


def print_verifier(console: Console, title: str, judged: Sequence[Judged]) -> None:
    """A line a kind: how many were judged right, with a 95% interval; then which rungs decided."""
    table = Table("claims", "judged right", "95% interval", "n", title=title, title_justify="left")
    for name, chosen in shares(judged).items():
        low, high = ratio_interval([(float(one.right), 1.0) for one in chosen])
        share = sum(one.right for one in chosen) / len(chosen)
        table.add_row(name, f"{share:.3f}", f"{low:.2f}–{high:.2f}", str(len(chosen)))
    console.print(table)
    for label, decided in (
        ("refused by", _decided(judged, passed=False)),
        ("accepted by", _decided(judged, passed=True)),
    ):
        console.print(f"{label}: " + ", ".join(f"{rung} {count}" for rung, count in decided.most_common()))
    console.print()


def shares(judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    """Name -> the claims that a share is told of: all true ones, all false ones of the files, then each kind."""
    written = [one for one in judged if one.kind is not ClaimKind.NOT_OFFERED]
    chosen = {
        "true, accepted": [one for one in written if one.kind in TRUE_KINDS],
        "false, caught": [one for one in written if one.kind not in TRUE_KINDS],
    }
    for kind in ClaimKind:
        chosen[f"  {kind}"] = [one for one in judged if one.kind is kind]
    return {name: some for name, some in chosen.items() if some}


def print_misjudged(console: Console, judged: Sequence[Judged]) -> None:
    """Every claim that was judged wrongly, with the rung and its reason."""
    for one in judged:
        if not one.right:
            console.print(Text(f"{one.claim.id} [{one.kind}] {one.claim.text}"))
            console.print(Text(f"    {one.verdict.verdict} by {one.verdict.decided_by}: {one.verdict.reason}"))
            if one.claim.why:
                console.print(Text(f"    gold: {one.claim.why}"))


def verifier_breaches(judged: Sequence[Judged]) -> list[str]:
    """One line for each share that is below its floor: FLOORS, over the claims that are given."""
    chosen = shares(judged)
    found = {name.strip(): sum(one.right for one in some) / len(some) for name, some in chosen.items()}
    return [
        f"{name} is {found.get(name, 0.0):.3f}, below {floor}"
        for name, floor in FLOORS.items()
        if found.get(name, 0.0) < floor
    ]


def _decided(judged: Sequence[Judged], *, passed: bool) -> Counter[str]:
    return Counter(one.verdict.decided_by for one in judged if one.verdict.passed is passed)
