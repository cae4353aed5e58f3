"""What is quoted of the passages that an answer relies on."""

from index.report import Kind, Passage, Voice
from rag.draft import Basis, DraftSentence
from rag.extract import said_once


def passage(number: str, text: str) -> Passage:
    return Passage("x-2015", f"¶{number}", Kind.FINDING, Voice.INSPECTORS, number, (), None, text, 0, len(text))


def quoted(source: Passage) -> DraftSentence:
    return DraftSentence(source.text, (source,), Basis.VERBATIM, (0, len(source.text)))


def test_the_same_words_of_two_passages_are_said_once_with_both_marks() -> None:
    first, second = passage("1.1", "Midwives are supervised."), passage("1.2", "Midwives are  supervised.")
    other = passage("1.3", "Nurses are not.")
    said = said_once([quoted(first), quoted(other), quoted(second)])
    assert [(sentence.text, sentence.passages) for sentence in said] == [
        ("Midwives are supervised.", (first, second)),
        ("Nurses are not.", (other,)),
    ]


def test_a_passage_is_cited_once_for_words_that_it_says_twice() -> None:
    only = passage("1.1", "Midwives are supervised.")
    assert said_once([quoted(only), quoted(only)]) == (quoted(only),)
