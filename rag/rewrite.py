"""A follow-up that the rules leave leaning on the conversation, written out by a language model, in words of the conversation only."""

import re
from collections.abc import Sequence

from rag.followup import Turn
from rag.generate import LanguageModel
from rag.leaning import goes_on, is_fragment, is_question_word, opened, pointer
from rag.llm.departure import Deadline, Departure
from rag.material import material
from rag.prompts import Prompts, new_fence
from rag.question import Question, clean, invalid_reason
from rag.words import stem, topic_words, words

_TURNS = 6
_TURN_CHARACTERS = 1_500
_MOST_CHARACTERS = 400
_NOT = frozenset("no not never none nobody nothing without neither nor cannot".split())
# Words that a rewritten question replaces by what they stand for.
_POINTS = re.compile(
    r"same|others?|else|former|latter|above|first|second|third|last|compare[ds]?|instead|again|example"
)
_MARKS = re.compile(r"\s*\[[^\]\n]{1,80}\]")


def still_leans(question: Question) -> bool:
    """Whether a question, as the rules understood it, still points at something that it does not name."""
    if question.invalid or question.references or question.passages:
        return False
    body = opened(question.text).body
    return bool(pointer(body)) or goes_on(body) or is_fragment(body) or is_question_word(body)


def rewritten(
    asked: str,
    history: Sequence[Turn],
    model: LanguageModel,
    prompts: Prompts,
    deadline: Deadline,
    departure: Departure | None,
) -> str | None:
    """The question as one that stands alone, or None where the model's line is none: too long, another question, or of words of its own.

    Raises:
        ModelFailed: there was no whole reply.
        ClientLeft: the asker left.
    """
    turns = [
        {
            "role": str(turn.get("role")),
            "content": material(_MARKS.sub("", str(turn.get("content", "")))[:_TURN_CHARACTERS]),
        }
        for turn in list(history)[-_TURNS:]
    ]
    messages = prompts.render("followup", question=material(asked), history=turns, fence=new_fence())
    line = clean(model.complete(messages, deadline, departure).strip().partition("\n")[0]).strip("\"'“”` ")
    if not line or len(line) > _MOST_CHARACTERS or invalid_reason(line) or words(line) == words(asked):
        return None
    said = " ".join((asked, *(turn["content"] for turn in turns)))
    return line if _of_their_words(line, said) and _keeps_what_was_asked(line, asked) else None


def _of_their_words(line: str, said: str) -> bool:
    """Whether each word that tells something, each number and each "not" stands in the conversation."""
    known = {stem(word) for word in words(said)}
    telling = {*topic_words(line), *(word for word in words(line) if word[0].isdigit() or word in _NOT)}
    return all(stem(word) in known for word in telling)


def _keeps_what_was_asked(line: str, asked: str) -> bool:
    """Whether the words of the follow-up itself are still there, and no "not" of it is gone."""
    kept = {stem(word) for word in words(line)}
    own = {*topic_words(asked), *(word for word in words(asked) if word in _NOT)}
    return all(stem(word) in kept for word in own if not _POINTS.fullmatch(word))
