"""The language model's part in one answer. Where it fails the answer is made without it, never of half a reply, and the reader is told."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from index.filters import Filters
from index.report import Report
from rag.compose import Author
from rag.followup import Turn, understand
from rag.llm.departure import ClientLeft, Deadline, Departure
from rag.llm.fault import ModelFailed
from rag.progress import Listener
from rag.question import Question, read_question
from rag.replaced_part import Encode
from rag.rewrite import rewritten, still_leans
from rag.search_lane import Found
from rag.verify import Verifier
from rag.write import Job, Writer, Written, write_answer

log = logging.getLogger("clas_qa.llm")
_INSTEAD = "this answer is made of the reports' own sentences"
_NOT_CONFIGURED = f"No language model is configured: {_INSTEAD}."
_NOT_WRITTEN = "The language model was not needed for this answer."


class Pen:
    """The language model's part in one answer; without a writer it does nothing.

    Attributes:
        refused: sentences of a draft none of which could be proved, each with the reason.
    """

    def __init__(self, writer: Writer | None, mode: str, departure: Departure | None, listener: Listener) -> None:
        self._writer = writer
        self._mode = mode
        self._departure = departure
        self._listener = listener
        self._deadline = writer.model.deadline() if writer else Deadline(0)
        self._wrote = False
        self._notice = ""
        self.refused: tuple[tuple[str, str], ...] = ()

    @property
    def author(self) -> Author:
        """Who worded the answer, as far as it has come."""
        if self._writer and self._wrote:
            return Author("llm", self._writer.model.name, self._writer.prompts.hash)
        if self._notice:
            return Author(warnings=(self._notice,))
        if self._mode == "llm":
            return Author(warnings=(_NOT_WRITTEN if self._writer else _NOT_CONFIGURED,))
        return Author()

    def understand(
        self, asked: str, history: Sequence[Turn], reports: Sequence[Report], filters: Filters, encode: Encode
    ) -> Question:
        """The question, read with the conversation before it; the model writes it out where the rules leave it leaning on that.

        Raises:
            ClientLeft: whoever asked left.
        """
        question = understand(asked, history, reports, filters, encode)
        if self._writer is None or not history or not still_leans(question):
            return question
        model, prompts = self._writer.model, self._writer.prompts
        try:
            line = rewritten(question.text, history, model, prompts, self._deadline, self._departure)
        except ModelFailed as failed:
            log.warning("a follow-up stays as the rules understood it: %s", failed)
            return question
        if line is None:
            return question
        return replace(read_question(line, filters.scope(reports), filters), asked=question.asked)

    def write(self, question: Question, found: Found, verifier: Verifier) -> Written | None:
        """What the model wrote and the ladder passed, or that the passages do not answer; None where its reply is of no use.

        Raises:
            ClientLeft: whoever asked left.
        """
        if self._writer is None:
            return None
        if self._departure and self._departure.left:
            raise ClientLeft
        try:
            job = Job(question, found.read, verifier, self._deadline, self._departure, self._listener)
            written = write_answer(self._writer, job)
        except ModelFailed as failed:
            self._fall_back(f"{failed.public[0].upper()}{failed.public[1:]}: {_INSTEAD}.")
            return None
        if not written.passed and written.withheld:
            self.refused = written.withheld
            self._fall_back(f"Nothing that the language model wrote could be proved: {_INSTEAD}.")
            return None
        self._wrote = True
        return written

    def _fall_back(self, notice: str) -> None:
        self._notice = notice
        self._listener.withdrawn(notice)
