"""The verifier's measure: halves, faults of the claims, and shares worked out by hand."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from eval.claims import BenchmarkClaim, ClaimKind, claim_faults, load_claims
from eval.gold import GoldError, Half
from eval.verifier import FLOORS, Judged, judge_claims, print_misjudged, print_verifier, verifier_breaches
from index.library import Library
from rag.verify import Verdict, Verifier
from tests.fakes import WordEmbedder
from tests.reports import write_report

PASSED, FAILED = Verdict("verified", "meaning"), Verdict("unsupported", "numbers", "2 is not 3")


def claim(name: str, text: str = "It is so [¶1.1].", kind: ClaimKind = ClaimKind.PARAPHRASE) -> BenchmarkClaim:
    true = kind in list(ClaimKind)[:4]
    return BenchmarkClaim(id=name, pair=name[:-1], report="elmshire-2016", text=text, supported=true, kind=kind)


def test_there_are_four_hundred_claims_half_of_them_true_and_both_of_a_pair_in_one_half() -> None:
    claims = load_claims()
    assert len(claims) >= 400
    assert sum(one.supported for one in claims) * 2 == len(claims)
    for half in Half:
        share = sum(one.half is half for one in claims) / len(claims)
        assert 0.4 < share < 0.6
    halves: dict[str, set[Half]] = {}
    for one in claims:
        halves.setdefault(one.pair, set()).add(one.half)
    assert all(len(found) == 1 for found in halves.values())
    assert {one.kind for one in claims} == set(ClaimKind) - {ClaimKind.NOT_OFFERED}


def test_a_line_that_is_no_claim_is_named(tmp_path: Path) -> None:
    (tmp_path / "some.jsonl").write_text(json.dumps({"id": "x"}) + "\n", encoding="utf-8")
    with pytest.raises(GoldError, match=r"some\.jsonl, line 1"):
        load_claims(tmp_path)


def test_claims_that_deny_their_kind_are_faults(library: Library, tmp_path: Path) -> None:
    report = library.add(write_report(tmp_path / "files"))
    wrong = [
        claim("a1t", "One is so [¶1.1]. Another is so [¶1.2]."),
        claim("a2t", "It is so."),
        claim("a3t", "It is so [¶9.9]."),
        claim("a4f", "It is so [¶1.1].", ClaimKind.DEAD_ID),
        claim("a5f", "It is so [¶1.1].", ClaimKind.UNCITED),
        claim("a6t", "It is so [¶1.1].", ClaimKind.TWO_CITATIONS),
        claim("a6t", "It is so [¶1.1]."),
    ]
    faults = claim_faults(wrong, {report.id: report})
    assert [fault.partition(":")[0] for fault in faults] == ["a6t", "a1t", "a2t", "a3t", "a4f", "a5f", "a6t"]
    assert claim_faults([claim("a7t")], {report.id: report}) == []


def test_true_claims_are_put_a_second_time_as_if_nothing_had_been_offered(
    library: Library, embedder: WordEmbedder, tmp_path: Path
) -> None:
    report = library.add(write_report(tmp_path / "files"))
    passage = next(passage for passage in report.passages if passage.mark == "¶1.1")
    sentence = passage.text.split(". ")[0].rstrip(".") + " [¶1.1]."
    judged = judge_claims(
        [claim("a1t", sentence), claim("a2f", "It is so.", ClaimKind.UNCITED)],
        {report.id: Verifier(library.current(), embedder)},
    )
    assert [(one.kind, one.right, one.verdict.decided_by) for one in judged] == [
        (ClaimKind.PARAPHRASE, True, "verbatim"),
        (ClaimKind.NOT_OFFERED, True, "offered"),
        (ClaimKind.UNCITED, True, "id"),
    ]


def test_shares_and_floors_by_hand() -> None:
    judged = [
        *(Judged(claim(f"t{n}t"), ClaimKind.PARAPHRASE, PASSED if n > 2 else FAILED) for n in range(8)),
        *(Judged(claim(f"t{n}t"), ClaimKind.NOT_OFFERED, FAILED) for n in range(8)),
        *(Judged(claim(f"n{n}f"), ClaimKind.NUMBER, FAILED if n else PASSED) for n in range(4)),
        Judged(claim("d1f"), ClaimKind.DEAD_ID, FAILED),
        Judged(claim("u1f"), ClaimKind.UNCITED, FAILED),
    ]
    assert verifier_breaches(judged) == [
        f"true, accepted is 0.625, below {FLOORS['true, accepted']}",
        f"false, caught is 0.833, below {FLOORS['false, caught']}",
        f"number is 0.750, below {FLOORS['number']}",
    ]
    console = Console(record=True, width=120)
    print_verifier(console, "By hand", judged)
    print_misjudged(console, judged)
    told = console.export_text()
    assert "0.625" in told
    assert "t0t [paraphrase]" in told
    assert "unsupported by numbers: 2 is not 3" in told


def test_a_floor_without_claims_is_a_breach() -> None:
    assert verifier_breaches([Judged(claim("a1t"), ClaimKind.PARAPHRASE, PASSED)])[0].startswith(
        "false, caught is 0.000"
    )
