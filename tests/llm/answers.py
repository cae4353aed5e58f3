"""What the scripted model says: true sentences of the passages it is shown, or lies made of them, each lie of one kind."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from index.sentences import sentence_spans
from tests.llm.prompt import ReadPrompt, ShownPassage, read_prompt
from tests.llm.server import Seen

SENTENCES = 3
_WORD = re.compile(r"[a-z]{4,}")
_REFERENCE = re.compile(r"\s*[(\[][^()\[\]]*\d[^()\[\]]*[)\]]\.?\s*\Z")
_VERB = re.compile(r"\b(is|are|was|were|has|have|had|does|do|did|can|could|will|would|should|may|must)\b(?! not\b)")
_NOT = re.compile(r"\b(is|are|was|were|has|have|had|does|do|did|can|could|will|would|should|may|must) not\b")
_NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()
_NUMBER = re.compile(rf"\b(?:\d+|{'|'.join(_NUMBERS)})\b", re.IGNORECASE)
# A body that no report can have heard of.
STRANGER = "Quillhaven and Ostmere NHS Foundation Trust"


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence, and the passage that it is taken from."""

    text: str
    passage: ShownPassage
    marks: tuple[str, ...]


def faithful(seen: Seen) -> str:
    """Whatever the prompt asks for, done truly and without wit."""
    prompt = read_prompt(seen.messages)
    if prompt.claim:
        return "supported" if _supports(prompt) else "not supported"
    if not prompt.passages:
        return prompt.question or "Yes."
    return _written(_true_sentences(prompt), prompt)


def lying(kind: str) -> Callable[[Seen], str]:
    """A model that edits each of its true sentences into one kind of lie, and calls every claim supported."""
    edit = LIES[kind]

    def lie(seen: Seen) -> str:
        prompt = read_prompt(seen.messages)
        if prompt.claim:
            return "supported"
        if not prompt.passages:
            return prompt.question
        return _written([edit(said, prompt) for said in _true_sentences(prompt)], prompt)

    return lie


def _true_sentences(prompt: ReadPrompt) -> list[Said]:
    """The sentences of the passages nearest to what is asked, by words shared; for objections the nearest to each sentence refused."""
    said = [Said(text, passage, (passage.mark,)) for passage in prompt.passages for text in _sentences_of(passage.text)]
    wanted = [sentence for sentence, _ in prompt.objections] or [prompt.question] * SENTENCES
    chosen: list[Said] = []
    for words in map(_words, wanted):
        left = [one for one in said if one not in chosen and words & _words(one.text)]
        chosen += sorted(left, key=lambda one: -len(words & _words(one.text)))[:1]
    return sorted(chosen, key=said.index)


def _sentences_of(text: str) -> list[str]:
    whole = [" ".join(text[start:end].split()) for start, end in sentence_spans(text)]
    bare = [_REFERENCE.sub("", sentence) for sentence in whole]
    return [
        sentence for sentence in bare if sentence.endswith(".") and len(sentence.split()) > 4 and "[" not in sentence
    ]


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))


def _written(said: list[Said], prompt: ReadPrompt) -> str:
    if not said:
        return prompt.refusal
    sentences = [" ".join((one.text, *(f"[{mark}]" for mark in one.marks))) for one in said]
    return "\n".join(f"- {sentence}" for sentence in sentences) if prompt.list_asked else " ".join(sentences)


def _supports(prompt: ReadPrompt) -> bool:
    claim = " ".join(prompt.claim.split()).rstrip(".")
    return any(claim in " ".join(passage.text.split()) for passage in prompt.passages)


def _invented_mark(said: Said, _: ReadPrompt) -> Said:
    return replace(said, marks=tuple(re.sub(r"[¶R§]\S*", "¶99.9", mark) for mark in said.marks))


def _uncited(said: Said, _: ReadPrompt) -> Said:
    return replace(said, marks=())


def _flipped_negation(said: Said, _: ReadPrompt) -> Said:
    if _NOT.search(said.text):
        return replace(said, text=_NOT.sub(r"\1", said.text, count=1))
    if _VERB.search(said.text):
        return replace(said, text=_VERB.sub(r"\1 not", said.text, count=1))
    return replace(said, text=f"It is not true that {said.text[0].lower()}{said.text[1:]}")


def _changed_number(said: Said, _: ReadPrompt) -> Said:
    def another(found: re.Match[str]) -> str:
        number = found[0].lower()
        return str(int(number) + 3) if number.isdigit() else _NUMBERS[(_NUMBERS.index(number) + 3) % len(_NUMBERS)]

    if _NUMBER.search(said.text):
        return replace(said, text=_NUMBER.sub(another, said.text, count=1))
    return replace(said, text=f"{said.text.removesuffix('.')} in 37 cases.")


def _swapped_organisation(said: Said, prompt: ReadPrompt) -> Said:
    named = next((name for name in said.passage.organisations if name in said.text), None)
    others = [name for passage in prompt.passages for name in passage.organisations if name not in said.passage.text]
    other = next((name for name in others if name not in said.passage.organisations), STRANGER)
    if named:
        return replace(said, text=said.text.replace(named, other))
    return replace(said, text=f"At {other}, {said.text[0].lower()}{said.text[1:]}")


LIES: dict[str, Callable[[Said, ReadPrompt], Said]] = {
    "invented_mark": _invented_mark,
    "uncited": _uncited,
    "flipped_negation": _flipped_negation,
    "changed_number": _changed_number,
    "swapped_organisation": _swapped_organisation,
}
