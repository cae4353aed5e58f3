"""Question: what somebody asks, as it was understood: references, names, a wish, conditions and a topic."""

from dataclasses import dataclass, field
from enum import StrEnum

from index.filters import Filters
from index.report import Passage
from rag.conditions import NO_CONDITIONS, Conditions
from rag.cues import Wanted
from rag.references import Reference


class Intent(StrEnum):
    """What kind of answer is wished; all but RETRIEVE are answered out of metadata, completely."""

    TEXT = "text"
    EVIDENCE = "evidence"
    LED_TO = "led_to"
    ADDRESSEE = "addressee"
    LIST = "list"
    COUNT = "count"
    UNREFERENCED = "unreferenced"
    RETRIEVE = "retrieve"


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was understood.

    Attributes:
        asked: what was typed.
        text: the question standing on its own, follow-ups resolved.
        intent: what kind of answer is wished.
        wanted: the kind of thing asked for, None where the question does not say.
        references: numbers typed (or taken over from the conversation), `passages` what they resolve to.
        missing: references that no loaded report has.
        organisations, sections: named in the question (canonical names, titles).
        excepted: organisations that the question rules out ("… but not to …").
        strangers: bodies that the question names and no loaded report knows.
        read_as: (hospital or other site that the question names, organisation that runs it and is meant).
        conditions: what narrows or arranges a list.
        also: a second thing asked of the same passages, answered after the first.
        filters: the request's filters with what the question itself restricts (report, section, kind).
        topic: content words left when references, names and form are taken away.
        counted: a number is asked for ("how many …").
        previous: ids of passages that the conversation was about.
        invalid: why nothing can be asked, None for a real question.
    """

    asked: str
    text: str
    intent: Intent
    filters: Filters
    wanted: Wanted | None = None
    references: tuple[Reference, ...] = ()
    passages: tuple[Passage, ...] = ()
    missing: tuple[Reference, ...] = ()
    organisations: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    read_as: tuple[tuple[str, str], ...] = ()
    conditions: Conditions = NO_CONDITIONS
    also: Intent | None = None
    sections: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    counted: bool = False
    previous: tuple[str, ...] = field(default=())
    invalid: str | None = None
