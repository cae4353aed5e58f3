"""Complete lists and counts: passages of a kind that meet every condition of the question, and what the reports consist of."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from index.filters import Filters
from index.report import Kind, Passage, Report, Role, passage_key
from rag.asked import Intent, Question
from rag.conditions import Sharing
from rag.cues import OWN_WORDS, Wanted
from rag.draft import Basis, Draft, DraftSentence, stated, whole
from rag.organisation_names import organisations_present
from rag.speaker import quotes_somebody
from rag.tally import tally, told
from rag.wording import NOUN, joined, label, plural

_KIND_OF = {
    Wanted.FINDING: Kind.FINDING,
    Wanted.RECOMMENDATION: Kind.RECOMMENDATION,
    Wanted.CASE_EXAMPLE: Kind.CASE_EXAMPLE,
    Wanted.QUOTE: Kind.QUOTE,
}


def listed(question: Question, scope: Sequence[Report]) -> Draft:
    """The complete list, or the counts, that a question with the intent LIST or COUNT asks for."""
    if question.strangers:
        return _nobody_known(question, scope)
    if question.wanted is Wanted.ORGANISATION:
        return _organisations(question, scope)
    if question.wanted is Wanted.SECTION:
        return _sections(scope)
    if question.wanted is Wanted.REPORT:
        return _reports(scope)
    kind = _KIND_OF[question.wanted] if question.wanted else Kind.FINDING
    noun = NOUN[kind]
    chosen = _chosen(question, scope, kind)
    of_whom = _of_whom(question)
    everything = sum(len(report.of_kind(kind)) for report in scope)
    lead_in: tuple[DraftSentence, ...] = ()
    if not chosen and question.conditions.sharing is Sharing.ONLY and question.organisations:
        chosen = _passages(scope, [kind], question, Sharing.ANY)
        of_whom = f" addressed to {joined(question.organisations)} together with others"
        lead_in = (stated(f"None is addressed to {joined(question.organisations)} alone.", tuple(chosen), follow=True),)
    if not chosen:
        none = Draft(
            (),
            nothing=f"None (0 of {plural(everything, noun)}){of_whom}.",
            completeness=f"0 of {plural(everything, noun)}",
            proved_absent=True,
        )
        return _with_words_quoted_elsewhere(none, question, scope)
    if question.conditions.place:
        return _at_place(question, chosen, scope, noun)
    completeness = f"{len(chosen)} of {plural(len(chosen), noun)}{of_whom}"
    is_are = "is" if len(chosen) == 1 else "are"
    lead = stated(f"There {is_are} {plural(len(chosen), noun)}{of_whom}:", tuple(chosen), follow=True)
    if question.intent is Intent.COUNT:
        groups = tally(chosen, scope, question.conditions, question.organisations)
        if question.conditions.extreme:
            return Draft(told(groups), completeness=f"compared over {plural(len(chosen), noun)}{of_whom}")
        return Draft((*lead_in, lead, *told(groups)), completeness=completeness)
    items = (whole(passage, label(passage, len(scope) > 1)) for passage in chosen)
    return _with_words_quoted_elsewhere(Draft((*lead_in, lead, *items), completeness=completeness), question, scope)


def _with_words_quoted_elsewhere(draft: Draft, question: Question, scope: Sequence[Report]) -> Draft:
    """The quotations and, where people's own words are asked for, the other passages that quote somebody."""
    if question.wanted is not Wanted.QUOTE or not OWN_WORDS.search(question.text):
        return draft
    kinds = (Kind.FINDING, Kind.CONTEXT, Kind.CASE_EXAMPLE)
    passages = _passages(scope, kinds, question, question.conditions.sharing)
    quoting = tuple(passage for passage in passages if quotes_somebody(passage.text))
    if not quoting:
        return draft
    quoted_in = "other passage" if draft.sentences else "passage"
    noted = stated(f"{plural(len(quoting), quoted_in)} {_quote(len(quoting))} somebody:", quoting, follow=True)
    items = (whole(passage, label(passage, len(scope) > 1)) for passage in quoting)
    sentences = (*draft.sentences, noted, *items)
    together = len({passage.id for sentence in sentences for passage in sentence.passages})
    return replace(
        draft,
        sentences=sentences,
        completeness=f"{together} of {plural(together, 'passage')} that {_quote(together)} somebody",
        nothing="",
        proved_absent=False,
    )


def _quote(count: int) -> str:
    return "quotes" if count == 1 else "quote"


def unreferenced(question: Question, scope: Sequence[Report]) -> Draft:
    """Recommendations that no finding refers to, or findings without a recommendation."""
    kind = _KIND_OF[question.wanted or Wanted.RECOMMENDATION]
    everything = _chosen(question, scope, kind)
    alone = [p for p in everything if not (p.findings if kind is Kind.RECOMMENDATION else p.recommendations)]
    other = "finding refers to" if kind is Kind.RECOMMENDATION else "recommendation follows from"
    noun = NOUN[kind]
    completeness = f"{len(alone)} of {plural(len(everything), noun)}"
    if not alone:
        return Draft(
            (stated(f"There is none: each {noun} has its counterpart.", tuple(everything[:1])),),
            completeness=completeness,
        )
    is_are = "is" if len(alone) == 1 else "are"
    lead = stated(f"There {is_are} {plural(len(alone), noun)} that no {other}:", tuple(alone), follow=True)
    return Draft((lead, *(whole(p, label(p, len(scope) > 1)) for p in alone)), completeness=completeness)


def _chosen(question: Question, scope: Sequence[Report], kind: Kind) -> list[Passage]:
    """What is listed: passages of the kind that meet the names, the part of the report and the number of links asked for."""
    chosen = _passages(scope, [kind], question, question.conditions.sharing)
    if kind is Kind.RECOMMENDATION and (question.sections or question.passages):
        chosen = _recommendations_in_part(question, scope, chosen)
    elif question.passages:
        chosen = [passage for passage in question.passages if passage in chosen]
    least = question.conditions.least_links
    return [p for p in chosen if len(p.findings if kind is Kind.RECOMMENDATION else p.recommendations) >= least]


def _at_place(question: Question, chosen: Sequence[Passage], scope: Sequence[Report], noun: str) -> Draft:
    place = question.conditions.place
    assert place is not None
    picked = place.pick(chosen)
    if not picked:
        return Draft((), nothing=f"There are only {plural(len(chosen), noun)}{_of_whom(question)}.")
    return Draft(tuple(whole(passage, label(passage, len(scope) > 1)) for passage in picked))


def _of_whom(question: Question) -> str:
    parts = []
    if question.organisations:
        verb = "addressed to" if question.wanted is Wanted.RECOMMENDATION else "naming"
        how = {Sharing.ANY: "", Sharing.ALL: " together", Sharing.ONLY: " alone"}[question.conditions.sharing]
        parts.append(f" {verb} {joined(question.organisations)}{how}")
    if question.excepted:
        verb = "but not" if question.organisations else "not addressed to"
        parts.append(f" {verb} {joined(question.excepted)}")
    if question.conditions.least_links:
        other = "finding" if question.wanted is Wanted.RECOMMENDATION else "recommendation"
        several = question.conditions.least_links > 1
        parts.append(f" with more than one {other}" if several else f" with a {other}")
    if question.sections:
        parts.append(f" in “{joined(question.sections)}”")
    elif question.references and question.passages:
        parts.append(f" in {joined([str(reference.first) for reference in question.references])}")
    return "".join(parts)


def _passages(scope: Sequence[Report], kinds: Iterable[Kind], question: Question, sharing: Sharing) -> list[Passage]:
    """Passages of these kinds that meet the request's filters and the names in the question, in numeric order."""
    recommendations_wanted = question.wanted is Wanted.RECOMMENDATION
    sections = Filters(sections=() if recommendations_wanted else question.sections)
    found = [
        passage
        for report in scope
        for kind in kinds
        for passage in report.of_kind(kind)
        if question.filters.matches(passage)
        and sections.matches(passage)
        and _names_fit(
            question, frozenset(passage.addressed_to if recommendations_wanted else passage.organisations), sharing
        )
    ]
    return sorted(found, key=passage_key)


def _names_fit(question: Question, named: frozenset[str], sharing: Sharing) -> bool:
    wanted = frozenset(question.organisations)
    if named & frozenset(question.excepted):
        return False
    if not wanted:
        return True
    return {Sharing.ANY: bool(wanted & named), Sharing.ALL: wanted <= named, Sharing.ONLY: wanted == named}[sharing]


def _recommendations_in_part(question: Question, scope: Sequence[Report], chosen: list[Passage]) -> list[Passage]:
    """Of the chosen recommendations those of the groups asked for, or those that findings of the sections asked for refer to."""
    groups = {passage.id for passage in question.passages if passage.kind is Kind.RECOMMENDATION}
    in_sections = Filters(sections=question.sections)
    findings = [p for p in question.passages if p.kind is Kind.FINDING] if question.passages else []
    if question.sections:
        findings = [p for report in scope for p in report.of_kind(Kind.FINDING) if in_sections.matches(p)]
    referred = {recommendation for finding in findings for recommendation in finding.recommendations}
    return [passage for passage in chosen if passage.id in groups | referred]


def _nobody_known(question: Question, scope: Sequence[Report]) -> Draft:
    """A body that no report knows has no recommendations; nobody else's are shown in their place."""
    addressed = dict.fromkeys(name for report in scope for p in report.passages for name in p.addressed_to)
    whom = f" They are addressed to {joined(list(addressed))}." if addressed else ""
    return Draft((), nothing=f"No recommendation is addressed to {joined(question.strangers)}.{whom}")


def _organisations(question: Question, scope: Sequence[Report]) -> Draft:
    asked = set(question.organisations)
    sentences: list[DraftSentence] = []
    for report in scope:
        present = organisations_present(report)
        for organisation in report.organisations:
            proof = [passage for passage in report.passages if organisation.name in passage.organisations]
            if not proof or organisation.name not in (asked or present):
                continue
            role = "" if organisation.role is Role.OTHER else f", {organisation.role.value}"
            sentences.append(stated(f"{organisation.name}{role}.", tuple(proof[:1])))
    if not sentences:
        return Draft((), nothing="No organisation is named in the loaded reports.", completeness="0 organisations")
    count = plural(len(sentences), "organisation")
    return Draft(tuple(sentences), completeness=f"{len(sentences)} of {count}")


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


def _reports(scope: Sequence[Report]) -> Draft:
    sentences = tuple(stated(f"{report.title}.", report.passages[:1]) for report in scope if report.passages)
    return Draft(sentences, completeness=f"{len(sentences)} of {plural(len(sentences), 'report')}")
