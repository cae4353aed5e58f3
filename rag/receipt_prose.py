"""The text of a received answer beside its sentences: it must be these, each with its marks, and nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.report import Passage
from rag.wording import label

_SHOWN_WORDS = 12


@dataclass(frozen=True, slots=True)
class Printed:
    """A sentence that the text should hold.

    Attributes:
        text: its words.
        passages: those it cites, in order.
        metadata: whether it states what follows from metadata: then it may leave its marks to the sentences round it.
    """

    text: str
    passages: tuple[Passage, ...]
    metadata: bool


def stray_words(answer: str, sentences: Sequence[Printed], again: Callable[[], str]) -> str:
    """What is wrong with the text of an answer, "" where it consists of exactly these sentences with their marks.

    Args:
        answer: the text.
        sentences: in order.
        again: gives the text of the same question's answer today, which has the names that counts stand under.
    """
    several = len({passage.report for sentence in sentences for passage in sentence.passages}) > 1
    rest = answer.strip()
    for n, sentence in enumerate(sentences):
        marks = "".join(
            f" [{passage.report} {passage.mark}]" if several else f" [{passage.mark}]" for passage in sentence.passages
        )
        begun = _without_lead_in(rest, sentence, marks, again)
        if begun is None:
            return f"“{_beginning(rest)}” stands where sentences[{n}] should"
        rest = begun[len(sentence.text) :]
        others = {passage.id for other in sentences if other is not sentence for passage in other.passages}
        if rest.startswith(marks):
            rest = rest[len(marks) :]
        elif not sentence.metadata or not {passage.id for passage in sentence.passages} <= others:
            return f"the marks after sentences[{n}] are not those of its citations"
        if rest and not rest[0].isspace():
            return f"“{_beginning(rest)}” stands right behind sentences[{n}]"
        rest = rest.lstrip()
    return f"“{_beginning(rest)}” is none of its sentences" if rest else ""


def _without_lead_in(rest: str, sentence: Printed, marks: str, again: Callable[[], str]) -> str | None:
    """The text from where the sentence begins, behind the name that may introduce it; None where it does not come next."""
    if rest.startswith(sentence.text):
        return rest
    if not sentence.metadata:
        names = (label(passage, several) for passage in sentence.passages[:1] for several in (False, True))
        name = next((name for name in names if rest.startswith(f"{name}: {sentence.text}")), None)
        return None if name is None else rest[len(name) + 2 :]
    name, found, _ = rest.partition(f": {sentence.text}{marks}")
    if not found or f"{name}: {sentence.text}{marks}" not in again().split("\n\n"):
        return None
    return rest[len(name) + 2 :]


def _beginning(text: str) -> str:
    words = text.split()
    return " ".join(words[:_SHOWN_WORDS]) + (" …" if len(words) > _SHOWN_WORDS else "")
