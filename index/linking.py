"""Links between passages: findings to recommendations and back, passages to organisations."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from index.assembly import Assembly, Drafted
from index.front_matter import FrontMatter
from index.names import AUTHORITY
from index.organisations import addressees_in, find_organisations, meant_together, organisations_in
from index.references import references_in
from index.report import Kind, Organisation, ParseWarning, Passage


def link(
    assembly: Assembly, front: FrontMatter, text: str
) -> tuple[tuple[Passage, ...], tuple[Organisation, ...], list[ParseWarning]]:
    """Passages with their links, the organisations, and what could not be resolved."""
    labels = [(entry.label, entry.value) for entry in front.labels]
    organisations = find_organisations(labels, [title for title, _ in assembly.groups], text)
    addressed, warnings = _addressees(assembly, organisations)
    referring, reference_warnings = _references(assembly.passages)
    referred: dict[str, list[str]] = defaultdict(list)
    for drafted in assembly.passages:
        if drafted.passage.kind is Kind.FINDING:
            for recommendation in referring[drafted.passage.id]:
                referred[recommendation].append(drafted.passage.id)
    passages = []
    for drafted in assembly.passages:
        passage = drafted.passage
        to = addressed.get(passage.heading[-1], ()) if passage.kind is Kind.RECOMMENDATION else ()
        named = set(organisations_in(passage.text, organisations)) | set(to)
        passages.append(
            replace(
                passage,
                organisations=tuple(organisation.name for organisation in organisations if organisation.name in named),
                addressed_to=to,
                recommendations=tuple(referring[passage.id]),
                findings=tuple(referred[passage.id]),
            )
        )
    return tuple(passages), organisations, warnings + reference_warnings


def _addressees(
    assembly: Assembly, organisations: Sequence[Organisation]
) -> tuple[dict[str, tuple[str, ...]], list[ParseWarning]]:
    """Names by heading of a group, and the headings in which a name, or every name, stayed unknown."""
    spellings = [spelling for organisation in organisations for spelling in (organisation.name, *organisation.aliases)]
    addressed: dict[str, tuple[str, ...]] = {}
    warnings: list[ParseWarning] = []
    for title, line in assembly.groups:
        names = addressees_in(title, spellings)
        named = organisations_in(" ; ".join(name for name in names if not AUTHORITY.search(name)), organisations)
        together = meant_together(title, organisations)
        addressed[title] = tuple(o.name for o in organisations if o.name in {*named, *together})
        unknown = [name for name in names if not organisations_in(name, organisations)]
        if unknown or not (names or together):
            warnings.append(ParseWarning(line, f"addressee not resolved: {', '.join(unknown) or title}"))
    return addressed, warnings


def _references(drafts: Sequence[Drafted]) -> tuple[dict[str, list[str]], list[ParseWarning]]:
    """Ids of the recommendations that each passage refers to; a reference that leads nowhere is a warning."""
    known = {
        drafted.passage.number: drafted.passage.id
        for drafted in drafts
        if drafted.passage.kind is Kind.RECOMMENDATION and drafted.passage.number
    }
    found: dict[str, list[str]] = defaultdict(list)
    warnings: list[ParseWarning] = []
    for drafted in drafts:
        if drafted.passage.kind is Kind.RECOMMENDATION:
            continue
        for number, offset in references_in(drafted.passage.text):
            if number in known:
                found[drafted.passage.id].append(known[number])
            else:
                warnings.append(
                    ParseWarning(drafted.line_at(offset), f"refers to recommendation {number}, which is not there")
                )
    return found, warnings
