"""What may be told of an answer while it is being made: its stage, and each sentence that has passed the check."""

from enum import StrEnum
from typing import Protocol

from rag.record import AnswerSentence


class Stage(StrEnum):
    """What is being done, in this order; WRITING and CHECKING only where a language model writes."""

    SEARCHING = "searching"
    READING = "reading"
    WRITING = "writing"
    CHECKING = "checking"


class Listener(Protocol):
    """Is told while an answer is made, from the thread that makes it."""

    def stage(self, stage: Stage) -> None:
        """A stage begins."""

    def sentence(self, sentence: AnswerSentence) -> None:
        """A sentence has passed the check; the finished answer has them in their final order."""

    def withdrawn(self, reason: str) -> None:
        """The sentences told so far will not be in the answer: the model that wrote them failed."""


class Deaf:
    """A listener that does nothing with what it is told."""

    def stage(self, stage: Stage) -> None:
        """Nothing."""

    def sentence(self, sentence: AnswerSentence) -> None:
        """Nothing."""

    def withdrawn(self, reason: str) -> None:
        """Nothing."""


DEAF = Deaf()
