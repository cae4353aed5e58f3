"""Whose words are asked for, and which values: what must not be answered with somebody else's words or another figure."""

import pytest

from index.report import Kind, Passage, Voice
from rag.asked_value import with_asked_value
from rag.retrieve import RetrievedPassage
from rag.speaker import quotes_somebody, speakers_asked, spoken_by, with_voice_asked


def hit(
    text: str, kind: Kind = Kind.FINDING, voice: Voice = Voice.INSPECTORS, rank: int = 1, score: float = 0.5
) -> RetrievedPassage:
    passage = Passage("elmshire-2016", f"¶1.{rank}", kind, voice, f"1.{rank}", ("Early help",), "1", text, 0, len(text))
    return RetrievedPassage(passage, rank, score, ("dense",), 0.6)


@pytest.mark.parametrize(
    "question", ["What did parents say about the wait?", "how do mothers feel about it?", "the views of carers"]
)
def test_a_question_for_what_parents_said_knows_all_words_for_them(question: str) -> None:
    assert {"parent", "carer"} <= speakers_asked(question)


@pytest.mark.parametrize(
    "question",
    [
        "What did inspectors find?",
        "What does the report say about parents?",
        "What does section 4 say about GPs?",
        "what has the hospital been told to change",
        "who must be trained, according to the action plan?",
    ],
)
def test_what_the_report_says_is_nobodys_words(question: str) -> None:
    assert speakers_asked(question) == frozenset()


def test_inspectors_on_a_waiting_room_for_parents_are_not_words_of_parents() -> None:
    speakers = speakers_asked("what did parents say about waiting?")
    assert not spoken_by(hit("Children and their parents wait in a locked room.").passage, speakers)
    assert spoken_by(hit("Parents told us that the wait was short.").passage, speakers)
    assert spoken_by(hit('A father: "Four hours!"', Kind.QUOTE, Voice.REPORTED).passage, speakers)


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('Codes that, as one young man put it, "only my sister would understand".', True),
        ("A school told us that they ring first “because nobody ever rings us back”.", True),
        ("Staff told us that this is the “traffic light” meeting.", False),
        ("The trust calls it “soon”. Its policy is “Keeping every young child safe at home”.", False),
        ("Nothing is quoted here, they told us.", False),
    ],
)
def test_a_passage_quotes_somebody_where_speech_is_passed_on_and_not_where_a_term_or_a_title_is(
    text: str, quoted: bool
) -> None:
    assert quotes_somebody(text) is quoted


@pytest.mark.parametrize(
    ("question", "holds", "lacks"),
    [
        ("How much will the cameras cost?", "They cost £4,000.", "The trust intends to install cameras."),
        ("What percentage of midwives are trained?", "51% of midwives are trained.", "Midwives are trained."),
        ("How many referrals were made?", "There were 12 referrals.", "Referrals are reviewed after three months."),
    ],
)
def test_a_figure_asked_for_is_answered_only_where_one_stands(question: str, holds: str, lacks: str) -> None:
    assert with_asked_value(question, [hit(lacks)]) == []
    assert with_asked_value(question, [hit(lacks), hit(holds, rank=2)]) == [hit(holds, rank=2)]


def test_without_a_figure_asked_for_every_hit_stays() -> None:
    hits = [hit("Cameras are planned."), hit("There were 12 referrals.", rank=2)]
    assert with_asked_value("Are there cameras?", hits) == hits


def test_what_is_not_seen_to_be_their_words_stays_only_where_it_is_likely_to_be_evidence() -> None:
    question = "what did parents say about the wait?"
    said, unsaid = hit("Parents told us that it was long."), hit("Children waited four hours.", rank=2)
    likely = hit("Mum: it was long.", rank=3, score=0.7)
    assert with_voice_asked(question, [unsaid, said, likely]) == [said, likely]
    assert with_voice_asked("how long was the wait?", [unsaid, said, likely]) == [unsaid, said, likely]
