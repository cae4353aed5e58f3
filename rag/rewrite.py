"""A follow-up that the rules leave leaning on the conversation, written out by a language model, in words of the conversation only."""

import re
from collections.abc import Sequence

from rag.departure import Deadline, Departure
from rag.followup import Turn
from rag.generate import LanguageModel
from rag.leaning import goes_on, is_fragment, is_question_word, opened, pointer
from rag.prompts import Prompts, new_fence
from rag.question import Question, clean, invalid_reason
from rag.words import stem, topic_words

_TURNS = 6
_TURN_CHARACTERS = 1_500
_MOST_CHARACTERS = 400
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
    """The question as one that stands alone, or None where the model's line is none: too long, no question, or of words of its own.

    Raises:
        ModelFailed: there was no whole reply.
        ClientLeft: the asker left.
    """
    turns = [
        {"role": str(turn.get("role")), "content": _MARKS.sub("", str(turn.get("content", "")))[:_TURN_CHARACTERS]}
        for turn in list(history)[-_TURNS:]
    ]
    messages = prompts.render("followup", question=asked, history=turns, fence=new_fence())
    line = clean(model.complete(messages, deadline, departure).strip().partition("\n")[0]).strip("\"'“”` ")
    known = {stem(word) for text in (asked, *(turn["content"] for turn in turns)) for word in topic_words(text)}
    own = [word for word in topic_words(line) if stem(word) not in known]
    return None if own or not line or len(line) > _MOST_CHARACTERS or invalid_reason(line) else line
