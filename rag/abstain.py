"""Knowing when not to answer: what was found is too far from the question, or the question is not one on these reports."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.report import Report
from index.store import PassageIndex
from rag.answerable import answerable
from rag.asked_value import printing_its_figures, with_asked_value
from rag.evidence import rarity
from rag.question import Question
from rag.retrieve import EncodedQuestion, RetrievedPassage
from rag.speaker import with_voice_asked
from rag.words import stem, topic_words, vocabulary, words

# Calibrated on the tuning halves of the gold sets (docs/decisions/0004-extractive-answers.md).
OFF_TOPIC_COSINE = 0.22
# A recommendation at least as near as this is the one that a question on "the recommendation about …" means.
NEAR = 0.35
# On the tuning halves no answerable question had all its words unknown and its best passage this far; 6 of 48 others had.
LEAST_COSINE_WITHOUT_A_WORD = 0.35
LEAST_ANSWERABLE = 0.6

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_ADVICE = re.compile(
    r"\b(?:should|ought) (?:i|we)\b|\bwhat (?:can|do|would|should) (?:i|we) do\b|"
    r"\bdo you (?:think|advise|recommend)\b|\badvi[sc]e (?:me|us|for me|for us)\b|\bwhat would you (?:do|advise|recommend)\b|"
    r"^(?:please |can you |could you )*(?:write|draft|compose|translate|pretend|imagine|role-?play|sing)\b",
    re.IGNORECASE,
)
# Orders stand at the beginning of a sentence; "do staff ignore the rules?" is a question.
_ORDER = re.compile(
    r"(?:^|[.!?:;,]\s*|\b(?:please|now|and|then|first)\s+)(?:ignore|disregard|forget|override|act as|reveal|print|repeat|output)\b"
    r".{0,40}\b(?:instructions?|prompts?|above|previous|prior|everything|an? \w+|passwords?|api keys?|secrets?|environment)\b|"
    r"\byou are now\b|\bsystem prompt\b|\bdeveloper mode\b|\bjailbreak\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing is answered: `out_of_scope` for a question that is not one on the reports at all."""

    out_of_scope: bool
    reason: str


def not_a_question(question: Question) -> Refusal | None:
    """A refusal of orders to the program and of requests for advice or for writing; before anything is looked up."""
    if _ORDER.search(question.text):
        return Refusal(
            True, "This is an instruction, not a question on the reports. Nothing here follows instructions."
        )
    if _ADVICE.search(question.text) and not question.references:
        return Refusal(
            True, "This asks for advice or for something to be written. Only what the reports say can be answered."
        )
    return None


def refusal(
    question: Question, encoded: EncodedQuestion, retrieved: Sequence[RetrievedPassage], index: PassageIndex
) -> Refusal | None:
    """Why the retrieved passages cannot answer the question, or None where they may.

    Checked in turn: nothing found; the distance of the best passage; a year, or a proper name, that no loaded report holds; the
    chance that what was found answers at all; words asked for of people whom no near passage lets speak; a figure asked for that
    none of them has. Where a passage prints the figure of the question itself, the chance is not asked.
    """
    reports = question.filters.scope(index.reports)
    if not retrieved:
        return Refusal(False, "No passage passes the filters of this question.")
    best = max(hit.cosine for hit in retrieved)
    if best < OFF_TOPIC_COSINE:
        return Refusal(True, "This does not look like a question on the loaded reports.")
    if strangers := unknown_names(question, reports):
        return Refusal(False, f"No loaded report mentions {', '.join(strangers)}.")
    voiced = with_voice_asked(question.text, retrieved)
    holding = with_asked_value(question.text, voiced)
    if holding and printing_its_figures(question.text, retrieved):
        return None
    if best < LEAST_COSINE_WITHOUT_A_WORD and not index.known(rarity(question.text, index)):
        return Refusal(False, "No loaded report holds any word of what is asked, and no passage comes close to it.")
    if answerable(question.text, encoded, retrieved, index) < LEAST_ANSWERABLE:
        return Refusal(False, "No passage comes close enough to the question.")
    if not voiced:
        return Refusal(False, "The passages nearest to the question do not pass on the words of those it asks about.")
    if not holding:
        return Refusal(False, "The passages nearest to the question do not hold the figure it asks for.")
    return None


_TOKEN = re.compile(r"[\w'’&-]+")
# What stands before a word that begins a sentence or a quotation: there a capital says nothing.
_SENTENCE_START = re.compile(r"(?:^|[.?!:]\s|[\"“‘(])\s*$")


def unknown_names(question: Question, reports: Sequence[Report]) -> list[str]:
    """Years and capitalised names in the question that stand nowhere in the reports, in their order."""
    known = frozenset().union(*(vocabulary(report.text) for report in reports))
    years = [year for year in _YEAR.findall(question.text) if year not in known]
    tokens = list(_TOKEN.finditer(question.text))
    shouting = question.text.upper() == question.text
    title_case = sum(token[0][:1].isupper() for token in tokens) > len(tokens) / 2
    if shouting or title_case:
        return years
    names = [token[0] for token in tokens if _is_name(token, question.text) and stem(words(token[0])[0]) not in known]
    return years + names


def _is_name(token: re.Match[str], text: str) -> bool:
    """Whether a word is capitalised without beginning a sentence, and carries a topic."""
    if not token[0][:1].isupper() or _SENTENCE_START.search(text, 0, token.start()):
        return False
    return bool(topic_words(token[0]))
