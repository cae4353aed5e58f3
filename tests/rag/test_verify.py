"""The ladder on drafts that lie: each lie is caught by its rung."""

from dataclasses import replace

from index.report import Kind, Passage, Voice
from rag.draft import Basis, DraftSentence
from rag.verify import check

TEXT = "Children are not routinely weighed. Staff know this. (Recommendation 1.1)"
PASSAGE = Passage(
    "elmshire-2016", "¶1.1", Kind.FINDING, Voice.INSPECTORS, "1.1", ("Early help",), "1", TEXT, 0, len(TEXT)
)
OTHER = replace(PASSAGE, mark="¶1.2", number="1.2", text="Three midwives were trained in 2014.")
KNOWN = {passage.id: passage for passage in (PASSAGE, OTHER)}
HONEST = DraftSentence("Children are not routinely weighed.", (PASSAGE,), Basis.VERBATIM, (0, 35))


def verdict(sentence: DraftSentence, offered: set[str] | None = None) -> tuple[str, str]:
    found = check(sentence, KNOWN.get, set(KNOWN) if offered is None else offered)
    return found.verdict, found.decided_by


def test_verbatim_words_of_an_offered_passage_are_verified() -> None:
    assert verdict(HONEST) == ("verified", "verbatim")


def test_a_sentence_without_a_passage_is_uncited() -> None:
    assert verdict(replace(HONEST, passages=())) == ("uncited", "id")


def test_a_passage_that_the_index_does_not_hold_is_unresolved() -> None:
    assert verdict(replace(HONEST, passages=(replace(PASSAGE, mark="¶9.9"),))) == ("unresolved", "id")


def test_a_passage_of_that_id_with_other_words_is_unresolved() -> None:
    forged = replace(PASSAGE, text=TEXT.replace("not ", ""))
    assert verdict(replace(HONEST, text="Children are routinely weighed.", passages=(forged,), quote=(0, 31))) == (
        "unresolved",
        "id",
    )


def test_a_passage_that_was_not_offered_is_unresolved() -> None:
    assert verdict(HONEST, {OTHER.id}) == ("unresolved", "offered")


def test_a_dropped_negation_is_not_verbatim() -> None:
    assert verdict(replace(HONEST, text="Children are routinely weighed.")) == ("unsupported", "verbatim")


def test_words_of_another_passage_are_not_verbatim() -> None:
    assert verdict(replace(HONEST, passages=(OTHER,))) == ("unsupported", "verbatim")


def test_a_stated_count_must_be_the_number_of_passages_cited() -> None:
    stated = DraftSentence("2 findings refer to it:", (PASSAGE, OTHER), Basis.METADATA)
    assert verdict(stated) == ("verified", "metadata")
    assert verdict(replace(stated, text="7 findings refer to it:")) == ("unsupported", "metadata")
