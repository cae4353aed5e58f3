"""What the tests of written answers share: a listener that remembers, and the shape that every answer has."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.embed import Embedder
from index.store import PassageIndex
from rag.answer import Answer, AnswerStatus, answer_question
from rag.generate import connect
from rag.progress import Stage
from rag.prompts import Prompts, load_prompts
from rag.record import AnswerSentence
from rag.write import Writer
from tests.llm.server import ScriptedServer, Seen

PROMPTS_FOLDER = Path(__file__).resolve().parents[2] / "prompts"
PROMPTS = load_prompts(PROMPTS_FOLDER)
MODEL = "m"


@dataclass
class Heard:
    """A listener that remembers all it is told."""

    stages: list[Stage] = field(default_factory=list)
    sentences: list[AnswerSentence] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def stage(self, stage: Stage) -> None:
        self.stages.append(stage)

    def sentence(self, sentence: AnswerSentence) -> None:
        self.sentences.append(sentence)

    def withdrawn(self, reason: str) -> None:
        self.reasons.append(reason)

    @property
    def texts(self) -> list[str]:
        return [sentence.text for sentence in self.sentences]


@dataclass(frozen=True)
class Asked:
    """An answer, what the listener heard while it was made, and the requests that the model's server got."""

    answer: Answer
    heard: Heard
    seen: tuple[Seen, ...]


@dataclass(frozen=True)
class Desk:
    """Asks questions of one index over one scripted server."""

    index: PassageIndex
    embedder: Embedder
    server: ScriptedServer

    @contextmanager
    def writer(
        self, key: str | None = None, prompts: Prompts = PROMPTS, samples: int = 1, judge: bool = False, **options: Any
    ) -> Iterator[Writer]:
        """A writer over the server, its model closed at the end; `options` are those of `connect`."""
        model = connect(self.server.url, MODEL, key, **{"timeout_s": 60.0, **options})
        try:
            yield Writer(model, prompts, samples, judge)
        finally:
            model.close()

    def ask(self, question: str, writer: Writer | None = None, **more: Any) -> Asked:
        """Ask with the writer; without one the answer is extractive."""
        heard, before = Heard(), len(self.server.seen)
        answer = answer_question(
            question, index=self.index, embedder=self.embedder, writer=writer, listener=heard, **more
        )
        check_shape(answer)
        return Asked(answer, heard, tuple(self.server.seen[before:]))


Ask = Callable[..., Asked]


def check_shape(answer: Answer) -> None:
    """Ids, quotes, marks and sentences of an answer fit together, whoever wrote it."""
    ids = {citation.passage.id for citation in answer.citations}
    for citation in answer.citations:
        assert 0 <= citation.quote_start < citation.quote_end <= len(citation.passage.text)
        assert citation.public()["quote"] == citation.passage.text[citation.quote_start : citation.quote_end]
        assert f"{citation.passage.mark}]" in answer.answer
    for sentence in answer.sentences:
        assert set(sentence.citations) <= ids
        assert sentence.verdict == "verified"
        assert sentence.text in answer.answer
    assert {name for sentence in answer.sentences for name in sentence.citations} == ids
    assert ids.isdisjoint(answer.consulted)
    if answer.status not in {AnswerStatus.ANSWERED, AnswerStatus.PARTLY_ANSWERED}:
        assert not ids
    assert (answer.mode == "llm") is (answer.model == MODEL) is (answer.prompts is not None)
    for text, reason in answer.withheld:
        assert text
        assert reason


def same_as_extractive(answer: Answer, plain: Answer) -> bool:
    """Whether an answer says and cites what the extractive one does, and says that it is one."""
    return (answer.mode, answer.model, answer.answer, answer.sentences, answer.citations, answer.status) == (
        "extractive",
        None,
        plain.answer,
        plain.sentences,
        plain.citations,
        plain.status,
    )
