"""A prompt as the scripted model reads it: the one place in the tests that knows how prompts/ lays its material out."""

import re
from dataclasses import dataclass

_FENCED = re.compile(
    r"^<<<(?P<fence>\S+) (?P<label>[^\n]*)\n(?P<content>.*?)\n?^(?P=fence)>>>$", re.MULTILINE | re.DOTALL
)
_PASSAGE = re.compile(
    r"Report: (?P<report>.*)\nSection: (?P<section>.*)\nOrganisations: (?P<organisations>.*)\n"
    r"Who speaks: (?P<speaker>.*)\nText:\n(?P<text>.*)\Z",
    re.DOTALL,
)
_PHRASE = re.compile(r"exactly this and nothing else: (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """A passage as it stands in a prompt; `mark` is what stands in the square brackets."""

    mark: str
    report: str
    section: str
    organisations: tuple[str, ...]
    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class ReadPrompt:
    """What a prompt holds; what it does not hold is empty.

    `objections` are (sentence, objection); `history` is (asked or answered, words).
    """

    question: str
    claim: str
    passages: tuple[ShownPassage, ...]
    objections: tuple[tuple[str, str], ...]
    history: tuple[tuple[str, str], ...]
    refusal: str
    list_asked: bool


def read_prompt(messages: list[dict[str, str]]) -> ReadPrompt:
    """The material of a system and a user message."""
    system, user = (
        "\n".join(message["content"] for message in messages if message["role"] == role) for role in ("system", "user")
    )
    blocks = [(block["label"], block["content"]) for block in _FENCED.finditer(user)]
    phrase = _PHRASE.search(system)
    return ReadPrompt(
        question=_one(blocks, "QUESTION"),
        claim=_one(blocks, "CLAIM"),
        passages=tuple(_passage(label, content) for label, content in blocks if label.startswith("PASSAGE ")),
        objections=tuple(
            (_one(blocks, label.removeprefix("OBJECTION TO ")), content)
            for label, content in blocks
            if label.startswith("OBJECTION TO ")
        ),
        history=tuple(block for block in blocks if block[0] in ("ASKED", "ANSWERED")),
        refusal=phrase[1].strip() if phrase else "",
        list_asked="A list is asked for" in system,
    )


def _one(blocks: list[tuple[str, str]], label: str) -> str:
    return next((content for name, content in blocks if name == label), "")


def _passage(label: str, content: str) -> ShownPassage:
    found = _PASSAGE.fullmatch(content)
    if found is None:
        raise ValueError(f"passage not laid out as expected: {content[:200]!r}")
    named = found["organisations"]
    return ShownPassage(
        mark=label.removeprefix("PASSAGE [").removesuffix("]"),
        report=found["report"],
        section=found["section"],
        organisations=() if named == "none named" else tuple(named.split("; ")),
        speaker=found["speaker"],
        text=found["text"],
    )
