"""Who says what a passage states: the inspectors, or somebody whose words they pass on."""

import re

from index.report import Kind, Voice
from index.titles import title_key

_SENTENCE = re.compile(r"(?<=[.!?])[\"”’']?\s+(?=[A-Z\"“‘'(])")
_REFERENCE = re.compile(r"\(?\s*rec(?:ommendation)?s?\b[\s.]*\d[^()]*\)[.\s]*", re.IGNORECASE)
_TOLD = re.compile(
    r"\b(?:we|inspectors|inspection team)\s+(?:(?:were|was|have been|had been|are)\s+)(?:also\s+)?(?:told|informed|advised|made aware)\b"
    r"|\b(?:told|informed|advised|said to|explained to|described to|reported to|shared with)\s+(?:us|inspectors)\b"
    r"|\bwe\s+(?:also\s+)?heard\s+(?:that|how|from)\b"
    r"|\b(?:it was|was|were)\s+(?:also\s+)?reported\s+(?:to us|that|by)\b"
    r"|\b(?:they|he|she)\s+(?:went on to say|added|also said|said|explained)\b"
    r"|\b(?:we spoke (?:to|with)|spoken (?:to|with))\b[^.]*\b(?:said|felt|told|described|reported|explained|believed)\b",
    re.IGNORECASE,
)
_SEEN = re.compile(
    r"\bwe\s+(?:also\s+)?(?:saw|found|examined|noted|observed|did not|could not|were not (?:assured|reassured))\b|\bevidenced?\b"
    r"|\b(?:records|cases|notes|files)\s+(?:seen|examined|reviewed|sampled)\b|\bthis is (?:not )?(?:good|poor|positive|in line)\b",
    re.IGNORECASE,
)
_INTRODUCES = re.compile(r"\b(?:told us|said|told inspectors|comments? from|commented|words of)\b", re.IGNORECASE)


def sentences(text: str) -> list[str]:
    """Sentences of a passage without its references to recommendations."""
    return [part for part in _SENTENCE.split(_REFERENCE.sub(" ", text).strip()) if part.strip(" .")]


def is_reported(sentence: str) -> bool:
    """Whether the sentence passes on what somebody told the inspectors."""
    return bool(_TOLD.search(sentence)) and not _SEEN.search(sentence)


def voice_of(kind: Kind, text: str, section: str = "", among_findings: bool = False) -> Voice:
    """Voice of a passage.

    Args:
        kind: what the passage is.
        text: its text.
        section: title of its section; under "What people told us" nobody but those people speaks.
        among_findings: whether an unnumbered paragraph stands between findings and so speaks with the inspectors' voice.
    """
    if kind is Kind.RECOMMENDATION:
        return Voice.RECOMMENDATION
    if kind is Kind.CASE_EXAMPLE:
        return Voice.CASE_EXAMPLE
    if kind is Kind.QUOTE:
        return Voice.REPORTED
    stated = sentences(text)
    if kind is not Kind.FRONT_MATTER and stated and all(is_reported(sentence) for sentence in stated):
        return Voice.REPORTED
    if kind is Kind.CONTEXT and title_key(section) == "what people told us":
        return Voice.REPORTED
    if kind is Kind.CONTEXT and text.rstrip().endswith(":") and _INTRODUCES.search(text):
        return Voice.REPORTED
    return Voice.INSPECTORS if kind is Kind.FINDING or among_findings else Voice.BACKGROUND
