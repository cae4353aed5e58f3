"""What the support model learns from: spans that are right, and the same material from the same seed."""

import random
from itertools import islice

import pytest

from rag.support.examples import HELD_OUT, LOOSE_HELD_OUT, Example, Material, sources
from rag.support.flips import flipped
from rag.support.model import EvidenceSentence, evidence_text


@pytest.fixture(scope="module")
def claims() -> list[Example]:
    return Material(1).claims()


def test_every_claim_has_its_passages_and_false_ones_name_what_is_new(claims: list[Example]) -> None:
    assert len(claims) > 10_000
    assert len(claims) / 3 < sum(claim.supported for claim in claims) < len(claims) / 2
    assert {claim.source for claim in claims} >= set(HELD_OUT)
    assert all(claim.passages and claim.evidence for claim in claims)
    assert all(claim.unsupported == () for claim in claims if claim.supported)
    labelled = [claim for claim in claims if claim.unsupported]
    assert len(labelled) > 0.7 * sum(not claim.supported for claim in claims)
    for claim in labelled:
        assert all(0 <= start < end <= len(claim.claim) for start, end in claim.unsupported or ())


def test_what_is_held_out_is_learnt_from_nowhere_else(claims: list[Example]) -> None:
    passages = {source.name: {passage.text for passage in source.passages} for source in sources()}
    for name in HELD_OUT:
        own = passages.pop(name)
        cited = {text for claim in claims if claim.source == name for text in claim.passages}
        assert cited <= own
        if name != LOOSE_HELD_OUT:
            assert not own & set[str]().union(*passages.values())
    learnt = {passage.id for source in sources() if source.name not in HELD_OUT for passage in source.passages}
    assert not any(name.startswith(LOOSE_HELD_OUT) for name in learnt)


def test_a_foreign_phrase_and_a_missing_phrase_stand_at_their_spans(claims: list[Example]) -> None:
    material = Material(2)
    made = [*material.made_of(claims[:200]), *material.sentences(300, ["ellermoor", "pairs"])]
    for kind in ("foreign phrase", "phrase not in evidence", "flip", "cause"):
        of_kind = [one for one in made if one.kind == kind]
        assert of_kind, kind
        for one in of_kind:
            assert not one.supported
            assert one.unsupported
            assert all(one.claim[start:end].strip() for start, end in one.unsupported)
    missing = next(one for one in made if one.kind == "phrase not in evidence")
    assert missing.unsupported
    (start, end), *_ = missing.unsupported
    assert missing.claim[start:end] not in missing.passages[0]
    assert {"verbatim", "shortened", "joined", "other passage"} <= {one.kind for one in made}


def test_the_same_seed_makes_the_same_material() -> None:
    first, second = (list(islice(Material(7).sentences(50, ["hallowmoor"]), 50)) for _ in range(2))
    assert first == second
    assert first != list(Material(8).sentences(50, ["hallowmoor"]))


@pytest.mark.parametrize(
    "text",
    [
        "Staff were not told of the change.",
        "Most health visitors see families before the birth.",
        "The named nurse has good links with the unit.",
        "Some parents may wait a month.",
    ],
)
def test_a_flip_changes_what_is_said_in_one_place(text: str) -> None:
    for seed in range(20):
        found = flipped(text, random.Random(seed))
        assert found is not None
        changed, spans = found
        assert changed != text
        assert all(0 <= start < end <= len(changed) + 12 for start, end in spans)


def test_a_text_without_a_handle_is_not_flipped() -> None:
    assert flipped("Referrals by telephone.", random.Random(1)) is None


def test_the_nearest_sentences_are_read_in_the_order_of_their_passages() -> None:
    sentences = [EvidenceSentence(n // 10, n, f"word{n} " * 20, float(n % 10 == 3)) for n in range(20)]
    read = evidence_text(sentences)
    assert read.index("word3 ") < read.index("word13 ")
    assert len(read.split()) <= 160
    assert evidence_text([EvidenceSentence(0, n, f"word{n} " * 90, 0.0) for n in range(9)]).count("word2 ") == 90
