"""Training examples: invented passages, and questions with the passages that answer them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Reviews whose questions calibrate what is decided after the search (rag/weights.json): no embedding may have learnt them.
HELD_OUT = ("marlingate", "castlebourne", "wrydeshire")


@dataclass(frozen=True, slots=True)
class TrainingPassage:
    """An invented paragraph.

    Attributes:
        id: unique over all files.
        heading, kind, text: as in index.report.Passage, with one heading.
    """

    id: str
    heading: str
    kind: str
    text: str

    @property
    def embedding_text(self) -> str:
        """What is embedded: heading first, as in `Passage.embedding_text`."""
        return f"{self.heading}\n{self.text}"


@dataclass(frozen=True, slots=True)
class TrainingQuestion:
    """A question, the ids of the passages that a full answer needs (none: nothing answers it) and of those that it may cite."""

    text: str
    must: frozenset[str]
    may: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Source:
    """The passages of one file, in its order, and the questions on them."""

    name: str
    passages: tuple[TrainingPassage, ...]
    questions: tuple[TrainingQuestion, ...]


def training_sources(folder: Path = HERE) -> list[Source]:
    """What the embedding learns from: pairs.jsonl and every review but HELD_OUT, by name."""
    reviews = sorted(path for path in (folder / "reviews").glob("*.jsonl") if path.stem not in HELD_OUT)
    return [read_pairs(folder / "pairs.jsonl"), *map(read_review, reviews)]


def held_out_sources(folder: Path = HERE) -> list[Source]:
    """The reviews of HELD_OUT."""
    return [read_review(folder / "reviews" / f"{name}.jsonl") for name in HELD_OUT]


def read_pairs(path: Path) -> Source:
    """A file in which each passage carries its own questions, and those of its theme group.

    A group's question is answered by each of its passages; of the questions of one of them the others may be cited.
    """
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    groups: dict[str, set[str]] = {}
    for row in rows:
        groups.setdefault(row.get("group", ""), set()).add(row["id"])
    questions: dict[str, TrainingQuestion] = {}
    for row in rows:
        group = frozenset(groups[row["group"]]) if "group" in row else frozenset({row["id"]})
        for text in row["questions"]:
            questions[f"{row['id']} {text}"] = TrainingQuestion(text, frozenset({row["id"]}), group - {row["id"]})
        for text in row.get("group_questions", ()):
            questions[f"{row['group']} {text}"] = TrainingQuestion(text, group)
    passages = tuple(TrainingPassage(row["id"], row["section"], "finding", row["text"]) for row in rows)
    return Source(path.stem, passages, tuple(questions.values()))


def read_review(path: Path) -> Source:
    """A file of one invented review: lines with "text" are passages, lines with "question" are questions on them."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return Source(
        path.stem,
        tuple(TrainingPassage(row["id"], row["section"], row["kind"], row["text"]) for row in rows if "text" in row),
        tuple(
            TrainingQuestion(row["question"], frozenset(row["must"]), frozenset(row["may"]))
            for row in rows
            if "question" in row
        ),
    )


def faults(sources: Sequence[Source]) -> list[str]:
    """What is wrong with the files, one a line: ids that occur twice or are not there, a question asked twice of one file."""
    found: list[str] = []
    seen: set[str] = set()
    for source in sources:
        ids = {passage.id for passage in source.passages}
        if len(ids) != len(source.passages) or ids & seen:
            found.append(f"{source.name}: an id occurs twice")
        seen |= ids
        for question in source.questions:
            if unknown := (question.must | question.may) - ids:
                found.append(f"{source.name}: {question.text!r} names {', '.join(sorted(unknown))}")
            if question.must & question.may:
                found.append(f"{source.name}: {question.text!r} both needs and may cite a passage")
    return found
