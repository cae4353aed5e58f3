"""The exact lane: what metadata answers completely (texts, traces, addressees, lists, counts) is never left to top-k.

Lists and counts are made in rag/listing.py.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from index.report import Kind, Passage, Report, passage_key
from rag.asked import Intent, Question
from rag.draft import Draft, DraftSentence, stated, whole
from rag.listing import listed, unreferenced
from rag.references import known_numbers
from rag.wording import joined, label, name_of, plural


def look_up(question: Question, reports: Sequence[Report]) -> Draft:
    """The complete answer to a structural question, in numeric order.

    Args:
        question: any intent but RETRIEVE.
        reports: all loaded reports; the question's filters choose among them.
    """
    scope = question.filters.scope(reports)
    if question.missing and not question.passages:
        return _unknown_numbers(question, scope)
    draft = _ANSWERS[question.intent](question, scope)
    if question.also is not None:
        draft = _joined(draft, _ANSWERS[question.also](question, scope))
    read_as = tuple(f"“{site}” is read as {owner}, which provides services there." for site, owner in question.read_as)
    return replace(draft, warnings=draft.warnings + read_as)


def _joined(first: Draft, second: Draft) -> Draft:
    """Two answers on the same passages, one after the other."""
    return Draft(
        sentences=first.sentences + second.sentences,
        consulted=second.consulted,
        completeness=second.completeness,
        partly=first.partly or second.partly,
        warnings=first.warnings + second.warnings,
    )


def _text(question: Question, scope: Sequence[Report]) -> Draft:
    allowed = [passage for passage in question.passages if question.filters.matches(passage)]
    if not allowed:
        return Draft((), nothing=f"{joined([passage.mark for passage in question.passages])} lies outside the filters.")
    several = len({passage.report for passage in allowed}) > 1
    sentences = tuple(whole(passage, label(passage, several)) for passage in allowed)
    warnings = tuple(f"There is no {reference}." for reference in question.missing)
    return Draft(
        sentences, related=_recommendations_of(allowed, cited=allowed), partly=bool(question.missing), warnings=warnings
    )


def _evidence(question: Question, scope: Sequence[Report]) -> Draft:
    recommendations = [passage for passage in question.passages if passage.kind is Kind.RECOMMENDATION]
    sentences: list[DraftSentence] = []
    shown: list[str] = []
    for recommendation in recommendations:
        name = name_of(recommendation, scope)
        findings = tuple(_by_id(scope, recommendation.findings))
        if not findings:
            sentences.append(stated(f"No finding refers to {name}.", (recommendation,)))
            continue
        verb = "refers" if len(findings) == 1 else "refer"
        sentences.append(stated(f"{plural(len(findings), 'finding')} {verb} to {name}:", findings, follow=True))
        fresh = [finding for finding in findings if finding.id not in shown]
        shown.extend(finding.id for finding in fresh)
        sentences.extend(whole(finding, label(finding, len(scope) > 1)) for finding in fresh)
    count = len({finding for recommendation in recommendations for finding in recommendation.findings})
    subject = (
        joined([name_of(r, scope) for r in recommendations]) if len(recommendations) < 4 else "these recommendations"
    )
    return Draft(
        tuple(sentences),
        related=tuple(recommendation.id for recommendation in recommendations if recommendation.findings),
        completeness=f"{count} of {plural(count, 'finding')} that refer to {subject}",
    )


def _led_to(question: Question, scope: Sequence[Report]) -> Draft:
    findings = [passage for passage in question.passages if passage.kind is Kind.FINDING]
    sentences: list[DraftSentence] = []
    shown: list[str] = []
    for finding in findings:
        name = name_of(finding, scope)
        recommendations = tuple(_by_id(scope, finding.recommendations))
        if not recommendations:
            sentences.append(stated(f"{name.capitalize()} refers to no recommendation.", (finding,)))
            continue
        numbers = joined([recommendation.number or "" for recommendation in recommendations])
        noun = "recommendation" if len(recommendations) == 1 else "recommendations"
        sentences.append(stated(f"{name.capitalize()} refers to {noun} {numbers}:", recommendations, follow=True))
        fresh = [recommendation for recommendation in recommendations if recommendation.id not in shown]
        shown.extend(recommendation.id for recommendation in fresh)
        sentences.extend(whole(recommendation, label(recommendation, len(scope) > 1)) for recommendation in fresh)
    count = len({recommendation for finding in findings for recommendation in finding.recommendations})
    return Draft(
        tuple(sentences),
        consulted=tuple(finding.id for finding in findings if finding.recommendations),
        completeness=f"{count} of {plural(count, 'recommendation')}",
    )


def _addressee(question: Question, scope: Sequence[Report]) -> Draft:
    sentences = []
    for recommendation in (passage for passage in question.passages if passage.kind is Kind.RECOMMENDATION):
        name = name_of(recommendation, scope).capitalize()
        if recommendation.addressed_to:
            sentences.append(
                stated(f"{name} is addressed to {joined(recommendation.addressed_to)}.", (recommendation,))
            )
            if outside := [name for name in question.organisations if name not in recommendation.addressed_to]:
                sentences.append(stated(f"It is not addressed to {joined(outside)}.", (recommendation,)))
        else:
            sentences.append(stated(f"The report does not say to whom {name.lower()} is addressed.", (recommendation,)))
        sentences.append(whole(recommendation, label(recommendation, len(scope) > 1)))
    return Draft(tuple(sentences))


def _unknown_numbers(question: Question, scope: Sequence[Report]) -> Draft:
    asked = joined([str(reference) for reference in question.missing])
    findings = [passage for report in scope for passage in report.of_kind(Kind.FINDING)]
    recommendations = [passage for report in scope for passage in report.of_kind(Kind.RECOMMENDATION)]
    known = "; ".join(
        f"{noun} {known_numbers(passages)}"
        for noun, passages in (("findings", findings), ("recommendations", recommendations))
        if passages
    )
    return Draft((), nothing=f"There is no {asked}. The numbers there are: {known or 'none'}.")


def _by_id(scope: Iterable[Report], ids: Iterable[str]) -> list[Passage]:
    wanted = set(ids)
    return sorted((p for report in scope for p in report.passages if p.id in wanted), key=passage_key)


def _recommendations_of(passages: Iterable[Passage], cited: Iterable[Passage]) -> tuple[str, ...]:
    shown = {passage.id for passage in cited}
    ids = dict.fromkeys(recommendation for passage in passages for recommendation in passage.recommendations)
    return tuple(recommendation for recommendation in ids if recommendation not in shown)


_ANSWERS: Mapping[Intent, Callable[[Question, Sequence[Report]], Draft]] = {
    Intent.TEXT: _text,
    Intent.EVIDENCE: _evidence,
    Intent.LED_TO: _led_to,
    Intent.ADDRESSEE: _addressee,
    Intent.LIST: listed,
    Intent.COUNT: listed,
    Intent.UNREFERENCED: unreferenced,
}
