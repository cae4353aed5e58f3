"""Where a term stands: a question for every mention of something is answered with all of them, found by their words.

So is one for what an organisation is told on a subject, where its recommendations hold the very words of the subject.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from index.filters import Filters
from index.report import Kind, Passage, passage_key
from index.sentences import sentence_spans
from rag.asked import Question
from rag.cues import Wanted
from rag.draft import Basis, Draft, DraftSentence, whole
from rag.extract import leans
from rag.wording import label, plural
from rag.words import stem, topic_words, words

_MENTION = (
    r"(?:mention(?:s|ed|ing)?|discuss(?:es|ed|ing)?|rais(?:e|es|ed|ing)|refer(?:s|red)? to|talk(?:s|ed)? about|"
    r"com(?:e|es|ing) up|appears?|occurs?)"
)
_PART = r"(?:paragraphs?|findings?|passages?|recommendations?|recs|parts?|places?|sections?)"
_ASKED = (
    re.compile(rf"\bwhere (?:is|are|was|were|does|do)\s+(?:the\s+)?(?P<term>.+?)\s+{_MENTION}\b", re.IGNORECASE),
    re.compile(
        rf"\b(?:which|what|list|show|all|every|how many)\b.{{0,20}}\b{_PART}\s+(?:that\s+|which\s+)?{_MENTION}\s+(?:the\s+)?(?P<term>.+)",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:all|every|each|any|list(?: the)?|show(?: me)?(?: the)?)\s+mentions? of\s+(?:the\s+)?(?P<term>.+)",
        re.IGNORECASE,
    ),
    re.compile(r"^(?:please\s+)?list\s+(?:all\s+|every\s+|each\s+|of\s+)*(?:the\s+)?(?P<term>.+)", re.IGNORECASE),
)
_SORT = re.compile(
    r"\s+(?:approach|model|services?|issues?|topic|matter|subject|programme|scheme|system)$", re.IGNORECASE
)
_PARTS = re.compile(rf"\s+{_PART}$", re.IGNORECASE)
_ENDING = re.compile(
    r"\s+(?:in|within|across|from)\s+(?:the|this|these)\s+(?:report|reports|review|document)s?\s*$|[?.!\"'”’]+\s*$",
    re.IGNORECASE,
)
_ON_SUBJECT = re.compile(
    r"\b(?:about|on|regarding|concerning|concerns?|around|relating to|to do with)\s+(?:the\s+)?(?P<subject>[^,.;:?]+?)\s*[?.!]?\s*$",
    re.IGNORECASE,
)
_EITHER = re.compile(r"\s+(?:and|or|&)\s+", re.IGNORECASE)
_KINDS = {Wanted.RECOMMENDATION: (Kind.RECOMMENDATION,), Wanted.FINDING: (Kind.FINDING,)}


def mentions(question: Question, passages: Sequence[Passage], filters: Filters) -> Draft | None:
    """Every passage in which the term asked for stands, with the sentences that hold it; None where no term is asked for or found.

    A term stands in a passage when the stems of its words stand there next to each other, in their order.
    """
    term = _term(question.text)
    if term is None:
        return _told_on_subject(question, passages, filters)
    kinds = _KINDS.get(question.wanted) if question.wanted else None
    found = _with_any(passages, filters, kinds, [term])
    if not found:
        return None
    verb = "mentions" if len(found) == 1 else "mention"
    noun = kinds[0].value if kinds else "passage"
    lead = DraftSentence(
        f"{plural(len(found), noun)} {verb} “{term}”:", tuple(found), Basis.METADATA, marks_follow=True
    )
    stems = [stem(word) for word in words(term)]
    several_reports = len({passage.report for passage in found}) > 1
    sentences = [sentence for passage in found for sentence in _holding(stems, passage, several_reports)]
    completeness = f"{len(found)} of {plural(len(found), noun)} with the words “{term}”"
    return Draft((lead, *sentences), completeness=completeness)


def _told_on_subject(question: Question, passages: Sequence[Passage], filters: Filters) -> Draft | None:
    """The recommendations to the organisations asked about that hold the words of a subject; no claim that there are no others."""
    match = _ON_SUBJECT.search(question.text)
    if question.wanted is not Wanted.RECOMMENDATION or not question.organisations or not match:
        return None
    terms = [_bare(term.strip()) for term in _EITHER.split(match["subject"])]
    if not all(topic_words(term) for term in terms):
        return None
    found = _with_any(passages, filters, (Kind.RECOMMENDATION,), terms)
    if not all(_with_any(found, filters, None, [term]) for term in terms):
        return None
    return Draft(tuple(whole(passage, label(passage, len({p.report for p in found}) > 1)) for passage in found))


def _with_any(
    passages: Sequence[Passage], filters: Filters, kinds: Sequence[Kind] | None, terms: Sequence[str]
) -> list[Passage]:
    """Passages in which one of the terms stands, in numeric order."""
    stems = [[stem(word) for word in words(term)] for term in terms]
    return sorted(
        (
            passage
            for passage in passages
            if filters.matches(passage)
            and (kinds is None or passage.kind in kinds)
            and any(_stands_in(of_term, passage.text) for of_term in stems)
        ),
        key=passage_key,
    )


def _term(question: str) -> str | None:
    for pattern in _ASKED:
        if match := pattern.search(question):
            term = match["term"]
            while shorter := _ENDING.sub("", term):
                if shorter == term:
                    break
                term = shorter
            term = _bare(term.strip(" \"'“”‘’"))
            if topic_words(term) and len(words(term)) <= 5:
                return term
    return None


def _bare(term: str) -> str:
    """The term without a noun at its end that only says what sort of thing it is."""
    bare = _SORT.sub("", term)
    if len(words(shorter := _PARTS.sub("", bare))) > 1:
        bare = shorter
    return bare if bare[:1].isupper() or len(words(bare)) > 1 else term


@lru_cache(maxsize=50_000)
def _stems(text: str) -> list[str]:
    return [stem(word) for word in words(text)]


def _stands_in(stems: Sequence[str], text: str) -> bool:
    own = _stems(text)
    return any(own[start : start + len(stems)] == list(stems) for start in range(len(own) - len(stems) + 1))


def _holding(stems: Sequence[str], passage: Passage, several_reports: bool) -> list[DraftSentence]:
    """The sentences in which the term stands, with those they lean on; the whole passage where it runs over a sentence's end."""
    everything = sentence_spans(passage.text)
    telling = {n for n, (start, end) in enumerate(everything) if _stands_in(stems, passage.text[start:end])}
    for n in sorted(telling, reverse=True):
        while n > 0 and leans(passage.text[slice(*everything[n])]):
            n -= 1
            telling.add(n)
    spans = [everything[n] for n in sorted(telling)]
    first, *more = spans or [(0, len(passage.text))]
    return [
        DraftSentence(
            passage.text[first[0] : first[1]], (passage,), Basis.VERBATIM, first, label(passage, several_reports)
        ),
        *(DraftSentence(passage.text[start:end], (passage,), Basis.VERBATIM, (start, end)) for start, end in more),
    ]
