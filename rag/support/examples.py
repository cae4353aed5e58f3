"""What the support model learns from: claims on invented reviews, and sentences of these reviews made false by a rule.

Every example is a claim, its evidence, whether the evidence supports it, and where known the spans of the claim that nothing supports.
"""

import difflib
import json
import math
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index.lexical import index_words
from index.sentences import sentence_spans
from index.training.examples import HELD_OUT as HELD_OUT_REVIEWS
from index.training.examples import Source, held_out_sources, training_sources
from rag.support.flips import flipped
from rag.support.model import EvidenceSentence, evidence_text

HERE = Path(__file__).resolve().parent
CLAIMS = HERE / "claims"
LOOSE = "pairs"
# Passages of pairs.jsonl whose claims are held out, by how their ids begin; the name stands for a source of HELD_OUT.
LOOSE_HELD_OUT = "p7-"
HELD_OUT = (*HELD_OUT_REVIEWS, LOOSE_HELD_OUT)

Spans = tuple[tuple[int, int], ...]

_WORD = re.compile(r"\w+(?:['’-]\w+)*|[^\w\s]")
_PHRASE = re.compile(
    r"\b(?:in|at|on|by|for|with|from|after|before|during|since|through|under|within|without|because of|due to|across|between|despite|"
    r"including|as part of|following|outside|until)\s+(?:[\w'’-]+\s+){1,6}?[\w'’-]+(?=[,.;:]|\s(?:and|but|which|who|that|is|are|was|"
    r"were|has|have|had)\b)"
)
_CLAUSE = re.compile(r",? (?:which|who|where|when|and|but|so|because|although|with|as)\s[^,.;:]{12,80}(?=[,.;])")
# A sentence that loses a phrase beside one of these may say something else.
_DELICATE = re.compile(
    r"\b(?:not|no|never|only|without|unless|except|few|if|until|none|neither|nor|apart from|other than)\b|n[’']t\b",
    re.IGNORECASE,
)
_PLACE = re.compile(r"(?=,\s)|(?=\s(?:and|but|while|who|which)\b)")
_CAUSES = (
    "because",
    "since",
    "as",
    "as a result of which",
    "which led to the position that",
    "so that",
    "and therefore",
)
_JOINS = ("and", "while", "and also", "; in addition,")
# Shares of the true claims that are made false in each way, every epoch anew.
_FOREIGN, _FLIPPED = 0.4, 0.3
_ALIKE = 0.6
_NEW = 0.6


@dataclass(frozen=True, slots=True)
class Example:
    """One claim with its evidence.

    Attributes:
        claim: its words.
        passages: the texts of the passages cited.
        supported: whether they say all of it.
        unsupported: spans of the claim that they do not say; None where nobody knows which words are wrong.
        source: the review it is about.
        kind: where it comes from.
    """

    claim: str
    passages: tuple[str, ...]
    supported: bool
    unsupported: Spans | None
    source: str
    kind: str

    @property
    def evidence(self) -> str:
        """What the model reads beside the claim."""
        return evidence_text(
            [
                EvidenceSentence(number, start, text[start:end], shared_words(self.claim, text[start:end]))
                for number, text in enumerate(self.passages)
                for start, end in sentence_spans(text)
            ]
        )


def shared_words(claim: str, sentence: str) -> float:
    """How much of a claim a sentence shares, by stems; higher is nearer."""
    words = set(index_words(sentence))
    return len(words & set(index_words(claim))) / math.sqrt(len(words) + 4)


def sources() -> list[Source]:
    """The invented reviews, and the loose passages twice: those that are learnt from, and all for the claims of LOOSE_HELD_OUT."""
    loose, *reviews = training_sources()
    learnt = tuple(passage for passage in loose.passages if not passage.id.startswith(LOOSE_HELD_OUT))
    return [*held_out_sources(), *reviews, Source(LOOSE, learnt, ()), Source(LOOSE_HELD_OUT, loose.passages, ())]


def written_claims() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The lines of claims/, with the source whose passages they cite."""
    for path in sorted(CLAIMS.glob("*.jsonl")):
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        if not path.stem.startswith(LOOSE):
            yield path.stem.partition("-")[0], lines
            continue
        held_out = [any(name.startswith(LOOSE_HELD_OUT) for name in line["passages"]) for line in lines]
        yield LOOSE, [line for line, out in zip(lines, held_out, strict=True) if not out]
        yield LOOSE_HELD_OUT, [line for line, out in zip(lines, held_out, strict=True) if out]


class Material:
    """The invented reviews and the claims on them, and what can be made of them by chance; the same seed makes the same."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._passages = {source.name: {p.id: p.text for p in source.passages} for source in sources()}
        texts = [text for passages in self._passages.values() for text in passages.values()]
        self._phrases = [
            m[0] for text in texts for m in (*_PHRASE.finditer(text), *_CLAUSE.finditer(text)) if len(m[0].split()) > 2
        ]

    def claims(self) -> list[Example]:
        """The claims that people wrote; of a false one the unsupported spans are what its true partner does not have."""
        found: list[Example] = []
        for review, lines in written_claims():
            passages = self._passages[review]
            true = {line["pair"]: line["text"] for line in lines if line["supported"]}
            for line in lines:
                spans: Spans | None = ()
                if not line["supported"]:
                    same_words = line["kind"] == "nearby_passage"
                    spans = None if same_words else _what_is_new(line["text"], true[line["pair"]])
                cited = tuple(passages[name] for name in line["passages"])
                found.append(Example(line["text"], cited, line["supported"], spans, review, line["kind"]))
        return found

    def made_of(self, claims: Sequence[Example]) -> Iterator[Example]:
        """True claims made false: by a phrase of another passage, by a "not", a hedge or a name changed, or by citing another passage."""
        for claim in claims:
            if not claim.supported:
                continue
            for make, share in ((self._with_foreign_phrase, _FOREIGN), (self._flipped, _FLIPPED)):
                if self._random.random() < share and (made := make(claim)):
                    yield made
            other = self._random.choice(list(self._of(claim.source).values()))
            if other in claim.passages:
                continue
            chance = self._random.random()
            if chance < 0.2:
                yield replace(claim, passages=(other,), supported=False, unsupported=None, kind="other passage")
            elif chance < 0.5:
                yield replace(claim, passages=(*claim.passages, other), kind="further passage")
            elif len(claim.passages) > 1:
                kept = self._random.choice(claim.passages)
                yield replace(claim, passages=(kept, other), supported=False, unsupported=None, kind="half")

    def sentences(self, count: int, sources: Sequence[str]) -> Iterator[Example]:
        """So many examples out of the reviews' own sentences."""
        pool = [
            Example(text[start:end], (text,), True, (), source, "verbatim")
            for source in sources
            for text in self._of(source).values()
            for start, end in sentence_spans(text)
            if 6 <= len(text[start:end].split()) <= 45
        ]
        made = 0
        while made < count:
            if example := self._made_of_sentence(self._random.choice(pool)):
                yield example
                made += 1

    def _of(self, source: str) -> dict[str, str]:
        return self._passages[source]

    def _made_of_sentence(self, sentence: Example) -> Example | None:
        chance = self._random.random()
        if chance < 0.1:
            return sentence
        if chance < 0.35:
            return self._shortened(sentence)
        if chance < 0.5:
            return self._not_in_evidence(sentence)
        if chance < 0.63:
            return self._with_foreign_phrase(sentence)
        if chance < 0.8:
            return self._flipped(sentence)
        if chance < 0.88:
            other = self._random.choice(list(self._of(sentence.source).values()))
            return replace(sentence, passages=(other,), supported=False, unsupported=None, kind="other passage")
        return self._joined(sentence)

    def _phrase_of(self, sentence: Example) -> re.Match[str] | None:
        found = [m for m in (*_PHRASE.finditer(sentence.claim), *_CLAUSE.finditer(sentence.claim)) if m.start() > 8]
        return self._random.choice(found) if found else None

    def _shortened(self, sentence: Example) -> Example | None:
        phrase = self._phrase_of(sentence)
        if phrase is None or _DELICATE.search(sentence.claim):
            return None
        short = sentence.claim[: phrase.start()].rstrip() + sentence.claim[phrase.end() :]
        return replace(sentence, claim=short, kind="shortened")

    def _not_in_evidence(self, sentence: Example) -> Example | None:
        """The sentence whole, its evidence without one of its phrases."""
        phrase = self._phrase_of(sentence)
        if phrase is None:
            return None
        short = sentence.claim[: phrase.start()].rstrip() + sentence.claim[phrase.end() :]
        text = sentence.passages[0].replace(sentence.claim, short)
        if set(index_words(phrase[0])) <= set(index_words(text)):
            return None
        return replace(
            sentence, passages=(text,), supported=False, unsupported=(phrase.span(),), kind="phrase not in evidence"
        )

    def _with_foreign_phrase(self, claim: Example) -> Example | None:
        known = set(index_words(" ".join(claim.passages)))
        phrase = self._random.choice(self._phrases)
        words = index_words(phrase)
        if not words or sum(word not in known for word in words) < _NEW * len(words):
            return None
        end = len(claim.claim.rstrip(".?! "))
        at = self._random.choice([*(m.start() for m in _PLACE.finditer(claim.claim)), end, end, end])
        piece = phrase if phrase.startswith((" ", ",")) else f" {phrase}"
        if piece.startswith(",") and claim.claim[at : at + 1] not in {",", ".", ""}:
            piece += ","
        text = claim.claim[:at] + piece + claim.claim[at:]
        spans = (*_moved(claim.unsupported or (), at, len(piece)), (at, at + len(piece)))
        return replace(claim, claim=text, supported=False, unsupported=spans, kind="foreign phrase")

    def _flipped(self, claim: Example) -> Example | None:
        found = flipped(claim.claim, self._random)
        return found and replace(claim, claim=found[0], supported=False, unsupported=found[1], kind="flip")

    def _joined(self, sentence: Example) -> Example | None:
        """Two sentences of a passage in one, side by side or as cause and effect."""
        text = sentence.passages[0]
        others = [text[start:end] for start, end in sentence_spans(text) if text[start:end] != sentence.claim]
        if not others:
            return None
        true = self._random.random() < 0.4
        join = self._random.choice(_JOINS if true else _CAUSES)
        first, second = sentence.claim.rstrip("."), self._random.choice(others)
        joined = f"{first} {join} {second[0].lower()}{second[1:]}"
        if len(joined.split()) > 60:
            return None
        span = (len(first) + 1, len(first) + 1 + len(join))
        return replace(
            sentence,
            claim=joined,
            supported=true,
            unsupported=() if true else (span,),
            kind="joined" if true else "cause",
        )


def _moved(spans: Spans, at: int, by: int) -> Spans:
    return tuple((start + by * (start >= at), end + by * (end > at)) for start, end in spans)


def _what_is_new(false: str, true: str) -> Spans | None:
    """Spans of the false claim that its true partner has otherwise; None where the two are too unlike to tell."""
    mine, theirs = list(_WORD.finditer(false)), [word.lower() for word in _WORD.findall(true)]
    matcher = difflib.SequenceMatcher(None, theirs, [match[0].lower() for match in mine], autojunk=False)
    if matcher.ratio() < _ALIKE:
        return None
    spans = []
    for kind, _, _, start, end in matcher.get_opcodes():
        if kind in {"insert", "replace"}:
            spans.append((mine[start].start(), mine[end - 1].end()))
        elif kind == "delete":  # what was left out shows at the words beside it
            beside = mine[max(0, start - 1) : start + 1]
            spans.append((beside[0].start(), beside[-1].end()))
    return tuple(spans)
