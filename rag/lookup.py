"""The exact lane: what metadata answers completely (texts, traces, addressees, lists, counts) is never left to top-k."""

from collections.abc import Callable, Iterable, Sequence

from index.filters import Filters
from index.report import Kind, Passage, Report, passage_key
from rag.cues import Wanted
from rag.draft import Basis, Draft, DraftSentence, whole
from rag.question import Intent, Question
from rag.references import known_numbers
from rag.wording import NOUN, joined, label, name_of, plural

_KIND_OF = {
    Wanted.FINDING: Kind.FINDING,
    Wanted.RECOMMENDATION: Kind.RECOMMENDATION,
    Wanted.CASE_EXAMPLE: Kind.CASE_EXAMPLE,
    Wanted.QUOTE: Kind.QUOTE,
}


def look_up(question: Question, reports: Sequence[Report]) -> Draft:
    """The complete answer to a structural question, in numeric order.

    Args:
        question: any intent but RETRIEVE.
        reports: all loaded reports; the question's filters choose among them.
    """
    scope = [report for report in reports if not question.filters.reports or report.id in question.filters.reports]
    if question.missing and not question.passages:
        return _unknown_numbers(question, scope)
    answer: dict[Intent, Callable[[Question, Sequence[Report]], Draft]] = {
        Intent.TEXT: _text,
        Intent.EVIDENCE: _evidence,
        Intent.LED_TO: _led_to,
        Intent.ADDRESSEE: _addressee,
        Intent.LIST: _list,
        Intent.COUNT: _list,
        Intent.UNREFERENCED: _unreferenced,
    }
    return answer[question.intent](question, scope)


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
            sentences.append(_stated(f"No finding refers to {name}.", (recommendation,)))
            continue
        verb = "refers" if len(findings) == 1 else "refer"
        sentences.append(_stated(f"{plural(len(findings), 'finding')} {verb} to {name}:", findings, follow=True))
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
            sentences.append(_stated(f"{name.capitalize()} refers to no recommendation.", (finding,)))
            continue
        numbers = joined([recommendation.number or "" for recommendation in recommendations])
        noun = "recommendation" if len(recommendations) == 1 else "recommendations"
        sentences.append(_stated(f"{name.capitalize()} refers to {noun} {numbers}:", recommendations, follow=True))
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
                _stated(f"{name} is addressed to {joined(recommendation.addressed_to)}.", (recommendation,))
            )
        else:
            sentences.append(
                _stated(f"The report does not say to whom {name.lower()} is addressed.", (recommendation,))
            )
        sentences.append(whole(recommendation, label(recommendation, len(scope) > 1)))
    return Draft(tuple(sentences))


def _unreferenced(question: Question, scope: Sequence[Report]) -> Draft:
    kind = _KIND_OF[question.wanted or Wanted.RECOMMENDATION]
    everything = _passages(scope, [kind], question)
    alone = [p for p in everything if not (p.findings if kind is Kind.RECOMMENDATION else p.recommendations)]
    other = "finding refers to" if kind is Kind.RECOMMENDATION else "recommendation follows from"
    noun = NOUN[kind]
    completeness = f"{len(alone)} of {plural(len(everything), noun)}"
    if not alone:
        return Draft(
            (_stated(f"There is none: each {noun} has its counterpart.", tuple(everything[:1])),),
            completeness=completeness,
        )
    is_are = "is" if len(alone) == 1 else "are"
    lead = _stated(f"There {is_are} {plural(len(alone), noun)} that no {other}:", tuple(alone), follow=True)
    return Draft((lead, *(_item(p, scope, len(alone)) for p in alone)), completeness=completeness)


def _list(question: Question, scope: Sequence[Report]) -> Draft:
    if question.wanted is Wanted.ORGANISATION:
        return _organisations(question, scope)
    if question.wanted is Wanted.SECTION:
        return _sections(scope)
    kinds = [_KIND_OF[question.wanted]] if question.wanted else [Kind.FINDING]
    chosen = _passages(scope, kinds, question)
    if question.wanted is Wanted.RECOMMENDATION and (question.sections or question.passages):
        chosen = _recommendations_in_part(question, scope, chosen)
    elif question.passages:
        chosen = [passage for passage in question.passages if passage.kind in kinds]
    noun = NOUN[kinds[0]]
    of_whom = _of_whom(question)
    everything = sum(len(report.of_kind(kinds[0])) for report in scope)
    if not chosen:
        return Draft(
            (),
            nothing=f"None (0 of {plural(everything, noun)}){of_whom}.",
            completeness=f"0 of {plural(everything, noun)}",
            proved_absent=True,
        )
    completeness = f"{len(chosen)} of {plural(len(chosen), noun)}{of_whom}"
    is_are = "is" if len(chosen) == 1 else "are"
    lead = _stated(f"There {is_are} {plural(len(chosen), noun)}{of_whom}:", tuple(chosen), follow=True)
    if question.intent is Intent.COUNT:
        return Draft((lead, *_counted(chosen, scope, noun)), completeness=completeness)
    return Draft((lead, *(_item(passage, scope, len(chosen)) for passage in chosen)), completeness=completeness)


def _of_whom(question: Question) -> str:
    parts = []
    if question.organisations:
        verb = "addressed to" if question.wanted is Wanted.RECOMMENDATION else "naming"
        parts.append(f" {verb} {joined(question.organisations)}")
    if question.excepted:
        parts.append(f" but not {joined(question.excepted)}")
    if question.sections:
        parts.append(f" in “{joined(question.sections)}”")
    elif question.references and question.passages:
        parts.append(f" in {joined([str(reference.first) for reference in question.references])}")
    return "".join(parts)


def _passages(scope: Sequence[Report], kinds: Iterable[Kind], question: Question) -> list[Passage]:
    """Passages of these kinds that meet the request's filters and the names in the question, in numeric order."""
    recommendations_wanted = question.wanted is Wanted.RECOMMENDATION
    sections = Filters(sections=() if recommendations_wanted else question.sections)
    wanted = set(question.organisations)
    found = [
        passage
        for report in scope
        for kind in kinds
        for passage in report.of_kind(kind)
        if question.filters.matches(passage)
        and sections.matches(passage)
        and (not wanted or wanted & set(passage.addressed_to if recommendations_wanted else passage.organisations))
        and not set(question.excepted) & set(passage.addressed_to if recommendations_wanted else passage.organisations)
    ]
    return sorted(found, key=passage_key)


def _recommendations_in_part(question: Question, scope: Sequence[Report], chosen: list[Passage]) -> list[Passage]:
    """Of the chosen recommendations those of the groups asked for, or those that findings of the sections asked for refer to."""
    groups = {passage.id for passage in question.passages if passage.kind is Kind.RECOMMENDATION}
    in_sections = Filters(sections=question.sections)
    findings = [p for p in question.passages if p.kind is Kind.FINDING] if question.passages else []
    if question.sections:
        findings = [p for report in scope for p in report.of_kind(Kind.FINDING) if in_sections.matches(p)]
    referred = {recommendation for finding in findings for recommendation in finding.recommendations}
    return [passage for passage in chosen if passage.id in groups | referred]


def _item(passage: Passage, scope: Sequence[Report], among: int) -> DraftSentence:
    return whole(passage, label(passage, len(scope) > 1))


def _counted(chosen: Sequence[Passage], scope: Sequence[Report], noun: str) -> list[DraftSentence]:
    """One sentence a group, so that each counted passage is named once beside its heading."""
    groups: dict[tuple[str, ...], list[Passage]] = {}
    for passage in chosen:
        groups.setdefault((passage.report, *passage.heading[-1:]), []).append(passage)
    sentences = []
    for (report, *heading), passages in groups.items():
        where = ", ".join(([report] if len(scope) > 1 else []) + heading)
        sentences.append(
            DraftSentence(f"{plural(len(passages), noun)}.", tuple(passages), Basis.METADATA, label=where.rstrip(":"))
        )
    return sentences


def _organisations(question: Question, scope: Sequence[Report]) -> Draft:
    asked = set(question.organisations)
    sentences: list[DraftSentence] = []
    total = 0
    for report in scope:
        for organisation in report.organisations:
            total += 1
            proof = [passage for passage in report.passages if organisation.name in passage.organisations]
            if (asked and organisation.name not in asked) or not proof:
                continue
            role = "" if organisation.role.value == "other" else f", {organisation.role.value}"
            sentences.append(_stated(f"{organisation.name}{role}.", tuple(proof[:1])))
    if not sentences:
        return Draft((), nothing="No organisation is named in the loaded reports.", completeness="0 organisations")
    proofs = tuple(dict.fromkeys(passage for sentence in sentences for passage in sentence.passages))
    lead = DraftSentence(f"{plural(len(sentences), 'organisation')}:", proofs, Basis.METADATA, marks_follow=True)
    return Draft((lead, *sentences), completeness=f"{len(sentences)} of {plural(total, 'organisation')}")


def _sections(scope: Sequence[Report]) -> Draft:
    sentences: list[DraftSentence] = []
    for report in scope:
        for section in report.sections:
            inside = [p for p in report.passages if section.path == p.heading]
            if inside:
                title = f"{section.number} {section.title}" if section.number else section.title
                ends = (inside[0],) if len(inside) == 1 else (inside[0], inside[-1])
                sentences.append(DraftSentence(title, ends, Basis.METADATA))
    return Draft(tuple(sentences), completeness=f"{len(sentences)} of {plural(len(sentences), 'section')}")


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


def _stated(text: str, passages: tuple[Passage, ...], follow: bool = False) -> DraftSentence:
    return DraftSentence(text, passages, Basis.METADATA, marks_follow=follow)


def _by_id(scope: Iterable[Report], ids: Iterable[str]) -> list[Passage]:
    wanted = set(ids)
    return sorted((p for report in scope for p in report.passages if p.id in wanted), key=passage_key)


def _recommendations_of(passages: Iterable[Passage], cited: Iterable[Passage]) -> tuple[str, ...]:
    shown = {passage.id for passage in cited}
    ids = dict.fromkeys(recommendation for passage in passages for recommendation in passage.recommendations)
    return tuple(recommendation for recommendation in ids if recommendation not in shown)
