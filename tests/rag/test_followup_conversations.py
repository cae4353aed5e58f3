"""Follow-ups: what they lean on, how they are written out, and conversations over the three reports under the real weights."""

from collections.abc import Callable, Sequence
from re import IGNORECASE, search, sub

import numpy as np
import pytest
from numpy.typing import NDArray

from eval.run import report_file
from index.embed import Embedder
from index.filters import Filters
from index.library import Library
from index.store import PassageIndex
from rag.answer import Answer, answer_question
from rag.antecedent import antecedent
from rag.followup import understand
from rag.leaning import is_small_talk, one_asked_alike, opened, pointer
from rag.nouns import Sort, sort_of
from rag.replaced_part import with_part_replaced
from rag.restate import joined
from tests.fakes import WordEmbedder
from tests.rag.followups import CONVERSATIONS, Conversation

_OPENING = r"^(?:(?:ok|okay|thanks|and|also|so|but|then)\b[\s,]*)+"
Asked = tuple[Answer, PassageIndex, list[dict[str, str]]]


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder) -> Callable[[Conversation], Asked]:
    """Holds a conversation: the last answer, the index it came from, and the turns before it."""
    libraries: dict[tuple[str, ...], PassageIndex] = {}
    answers: dict[str, Asked] = {}

    def _talk(conversation: Conversation) -> Asked:
        if conversation.reports not in libraries:
            library = Library(tmp_path_factory.mktemp("library"), real_embedder)
            for report in conversation.reports:
                library.add(report_file(report))
            libraries[conversation.reports] = library.current()
        if conversation.id not in answers:
            index, history = libraries[conversation.reports], list[dict[str, str]]()
            for turn in conversation.turns:
                before = tuple(history)
                answer = answer_question(turn, index=index, embedder=real_embedder, history=history)
                history += [{"role": "user", "content": turn}, {"role": "assistant", "content": answer.answer}]
            answers[conversation.id] = answer, index, list(before)
        return answers[conversation.id]

    return _talk


def bare(text: str) -> str:
    """A question in small letters, without opening words and marks."""
    return sub(_OPENING, "", sub(r"[^\w' ]", "", text.lower())).strip()


def shortfalls(asked: Conversation, answer: Answer) -> list[str]:
    """What the standalone question and the citations lack or have too much."""
    text, passages = answer.standalone_question, [citation.passage for citation in answer.citations]
    found = [f"lacks {pattern}" for pattern in asked.holds if not search(pattern, text, IGNORECASE)]
    found += [f"holds {pattern}" for pattern in asked.lacks if search(pattern, text, IGNORECASE)]
    found += ["does not stand as typed"] if asked.alone and bare(text) != bare(asked.turns[-1]) else []
    found += ["cites"] if asked.silent and passages else []
    for cited in asked.cites:
        ways = cited.split("|")
        if not any(way in (p.mark, p.id) or (way[0] not in "¶R" and way in p.text) for way in ways for p in passages):
            found.append(f"does not cite {cited}")
    return found


@pytest.mark.parametrize(("aside", "least"), [(False, 39), (True, 30)], ids=["tuned", "kept aside"])
def test_conversations_resolve_to_the_question_that_was_meant(
    talk: Callable[[Conversation], Asked], aside: bool, least: int
) -> None:
    failed = [
        f"{asked.id}: {' || '.join(asked.turns)} -> {answer.standalone_question} {missing}"
        for asked in CONVERSATIONS
        if asked.aside is aside
        for answer in [talk(asked)[0]]
        if (missing := shortfalls(asked, answer))
    ]
    right = sum(asked.aside is aside for asked in CONVERSATIONS) - len(failed)
    assert right >= least, f"{right} right" if aside else "\n".join(failed)


def test_no_follow_up_costs_more_than_one_embedding_call(
    talk: Callable[[Conversation], Asked], real_embedder: Embedder
) -> None:
    for asked in CONVERSATIONS:
        _, index, history = talk(asked)
        calls: list[int] = []

        def encode(texts: Sequence[str], calls: list[int] = calls) -> NDArray[np.float32]:
            calls.append(len(texts))
            return real_embedder.encode(texts)

        understand(asked.turns[0], [], index.reports, Filters(), encode)
        assert calls == []
        understand(asked.turns[-1], history, index.reports, Filters(), encode)
        assert len(calls) <= len(asked.turns) - 1


@pytest.mark.parametrize(
    ("typed", "body"),
    [
        ("ok thanks, and the midwives?", "the midwives?"),
        ("sorry I meant the nurses", "the nurses"),
        ("what about in CAMHS?", "in CAMHS?"),
        ("not Ayton, Beeton", "Beeton"),
        ("good practice in clinics", "good practice in clinics"),
        ("thanks", "thanks"),
    ],
)
def test_an_opening_is_told_from_what_is_asked(typed: str, body: str) -> None:
    assert opened(typed).body == body


def test_what_is_not_meant_is_told() -> None:
    assert opened("no not the nurses, the midwives").ruled_out == "the nurses"


@pytest.mark.parametrize("typed", ["thanks", "ok great", "Hello", "lovely, thank you very much"])
def test_small_talk_asks_nothing(typed: str) -> None:
    assert is_small_talk(typed)


@pytest.mark.parametrize("typed", ["ok?", "thanks to whom", "more", "great practice", "all of it"])
def test_what_asks_is_no_small_talk(typed: str) -> None:
    assert not is_small_talk(typed)


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("do they get training?", "they"),
        ("who runs it?", "it"),
        ("is that enough", "is that"),
        ("what training do they get", "they"),
        ("how do midwives record it", "it"),
    ],
)
def test_a_pronoun_without_a_noun_of_its_own_points_back(typed: str, word: str) -> None:
    pointing = pointer(typed)
    assert pointing is not None
    assert pointing[0] == word


@pytest.mark.parametrize(
    "typed",
    [
        "Do midwives keep their records up to date?",
        "If a child misses an appointment, who is told about it?",
        "When parents are ill, do they get help?",
        "What does it say about clinics?",
        "Is it true that visits are short?",
        "Do staff say that clinics are full?",
    ],
)
def test_a_pronoun_with_a_noun_of_its_own_points_at_nothing(typed: str) -> None:
    assert pointer(typed) is None


@pytest.mark.parametrize(
    ("previous", "pronoun", "meant"),
    [
        ("what is said about care leavers", "they", "care leavers"),
        ("Is there a named doctor?", "it", "the named doctor"),
        ("is the new clinic used", "it", "the new clinic"),
        ("do school nurses hold drop-ins", "they", "school nurses"),
        ("who provides sexual health services", "them", "sexual health services"),
        ("Health visitor caseloads", "them", "Health visitor caseloads"),
        ("How many school nurses are there?", "it", None),
        ("Why are letters late?", "that", None),
    ],
)
def test_what_a_pronoun_stands_for_is_read_off_the_last_question(
    previous: str, pronoun: str, meant: str | None
) -> None:
    assert antecedent(previous, pronoun) == meant


@pytest.mark.parametrize(
    ("previous", "fragment", "whole"),
    [
        ("do midwives get supervision", "GPs", "Do GPs get supervision?"),
        ("what training do midwives get", "on neglect?", "What training do midwives get on neglect?"),
        ("Is the nurse trained?", "the doctors", "Are the doctors trained?"),
        ("How long is the wait for an assessment?", "for therapy", "How long is the wait for therapy?"),
        ("is the alert system used", "at the walk-in centre", "Is the alert system used at the walk-in centre?"),
        ("what is the rate of smoking", "vs England", "What is the rate of smoking vs England?"),
        ("does anyone follow up missed visits", "for dentists", "Does anyone follow up missed visits for dentists?"),
        ("can they check records", "for midwives", "Can they check records for midwives?"),
    ],
)
def test_a_fragment_takes_the_place_of_what_is_of_its_sort(previous: str, fragment: str, whole: str) -> None:
    assert with_part_replaced(previous, fragment, WordEmbedder().encode) == whole


def test_a_question_word_is_joined_to_the_last_question() -> None:
    assert joined("Is there a named GP?", "since when?") == "Is there a named GP, and since when?"


@pytest.mark.parametrize(
    ("phrase", "sort"),
    [
        ("the health visitors in Ayton", Sort.ACTOR),
        ("families who move", Sort.ACTOR),
        ("the walk-in centre", Sort.PLACE),
        ("supervision of midwives", Sort.THING),
    ],
)
def test_the_sort_of_a_phrase_is_that_of_its_head(phrase: str, sort: Sort) -> None:
    assert sort_of(phrase) is sort


def test_a_question_without_its_predicate_asks_the_same_of_somebody_else() -> None:
    assert one_asked_alike("do the health visitors?") == "the health visitors"
    assert one_asked_alike("are babies weighed?") == ""
