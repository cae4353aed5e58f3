"""Claims made by hand: real passages, their sentences as the index cuts them, cosines by shared words in place of a model."""

from collections.abc import Sequence
from math import sqrt

from index.report import Kind, Passage, Voice
from index.sentences import sentence_spans
from rag.claim import Claim, Evidence
from rag.words import stem, words


def passage(
    text: str,
    mark: str = "¶1.1",
    *,
    heading: tuple[str, ...] = ("The child's journey", "Early help"),
    voice: Voice = Voice.INSPECTORS,
    kind: Kind = Kind.FINDING,
    organisations: tuple[str, ...] = (),
    addressed_to: tuple[str, ...] = (),
) -> Passage:
    """A passage of the invented report elmshire-2016; `number` and offsets follow from `mark` and `text`."""
    return Passage(
        report="elmshire-2016",
        mark=mark,
        kind=kind,
        voice=voice,
        number=mark[1:] if mark[0] in "¶R" else None,
        heading=heading,
        section_number=None,
        text=text,
        start=0,
        end=len(text),
        organisations=organisations,
        addressed_to=addressed_to,
    )


def claim(text: str, *passages: str | Passage, cosines: Sequence[float] | None = None) -> Claim:
    """A claim on these passages (a text stands for a finding ¶1.1, ¶1.2, …), with its evidence nearest first.

    Args:
        text: the claim, without marks.
        passages: what it cites.
        cosines: one for each sentence in reading order; where left out, the cosine of the bags of word stems.
    """
    cited = tuple(
        each if isinstance(each, Passage) else passage(each, f"¶1.{place}") for place, each in enumerate(passages, 1)
    )
    sentences = [(each.text[start:end], each) for each in cited for start, end in sentence_spans(each.text)]
    if cosines is None:
        cosines = [overlap(text, sentence) for sentence, _ in sentences]
    evidence = [Evidence(sentence, of, cosine) for (sentence, of), cosine in zip(sentences, cosines, strict=True)]
    return Claim(text, cited, tuple(sorted(evidence, key=lambda each: -each.cosine)))


def overlap(left: str, right: str) -> float:
    """Cosine of two texts as bags of word stems, each counted once, in [0, 1]."""
    ours, theirs = ({stem(word) for word in words(text)} for text in (left, right))
    return len(ours & theirs) / sqrt(len(ours) * len(theirs)) if ours and theirs else 0.0
