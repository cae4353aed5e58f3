"""The part of the HTTP API that looks things up: reports, passages by mark, recommendations, organisations."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query

from index.report import Kind, Passage
from rag.scope import find_organisations, find_report
from web import schemas
from web.addresses import find_passage
from web.routes import JsonRoute, ServiceNow, some

router = APIRouter(prefix="/api/v1", route_class=JsonRoute)


@router.get(
    "/reports",
    tags=["reports"],
    operation_id="list_reports",
    summary="The loaded reports",
    response_model=schemas.ReportsOut,
    responses=some(503),
)
def reports(service: ServiceNow) -> Any:
    """List what is loaded."""
    index = service.index
    return {"reports": [report.summary() for report in index.reports], "generation": index.generation}


@router.get(
    "/reports/{report}",
    tags=["reports"],
    operation_id="get_report",
    summary="One report: front matter, sections, organisations and every mark",
    response_model=schemas.ReportOut,
    responses=some(404, 422, 503),
)
def one_report(report: str, service: ServiceNow) -> Any:
    """Describe one report."""
    return find_report(service.index.reports, report).public()


@router.get(
    "/reports/{report}/passages/{mark}",
    tags=["reports"],
    operation_id="get_passage",
    summary="One passage by its mark, in any spelling: p1.2, ¶1.2, r2.1, rec 2.1, s-about-the-review.1",
    response_model=schemas.PassageOut,
    responses=some(404, 409, 422, 503),
)
def one_passage(report: str, mark: str, service: ServiceNow) -> Any:
    """Look one passage up. A bare 2.1 is found where only one passage bears it."""
    return find_passage(find_report(service.index.reports, report), mark).public()


@router.get(
    "/reports/{report}/recommendations",
    tags=["reports"],
    operation_id="list_recommendations",
    summary="A report's recommendations, all of them or those addressed to one organisation",
    response_model=schemas.RecommendationsOut,
    responses=some(404, 422, 503),
)
def recommendations(
    report: str,
    service: ServiceNow,
    organisation: Annotated[
        str | None, Query(description="Any spelling of an organisation.", max_length=schemas.MAX_NAME_CHARACTERS)
    ] = None,
) -> Any:
    """List recommendations completely; the completeness line says out of how many."""
    found = find_report(service.index.reports, report)
    everything = found.of_kind(Kind.RECOMMENDATION)
    addressees = {o.name for o in find_organisations([found], organisation)} if organisation is not None else None
    chosen: Sequence[Passage] = [r for r in everything if addressees is None or addressees & set(r.addressed_to)]
    return {
        "report": found.id,
        "organisation": ", ".join(sorted(addressees)) if addressees is not None else None,
        "recommendations": [passage.public() for passage in chosen],
        "completeness": f"{len(chosen)} of {len(everything)} recommendations",
    }


@router.get(
    "/organisations",
    tags=["reports"],
    operation_id="list_organisations",
    summary="Every organisation of every loaded report, with its spellings",
    response_model=schemas.OrganisationsOut,
    responses=some(503),
)
def organisations(service: ServiceNow) -> Any:
    """List organisations; one that several reports name stands once."""
    lines: dict[str, dict[str, Any]] = {}
    for report in service.index.reports:
        for found in report.organisations:
            line = lines.setdefault(
                found.name, {"name": found.name, "aliases": [], "role": found.role.value, "reports": []}
            )
            line["aliases"] += [alias for alias in found.aliases if alias not in line["aliases"]]
            line["reports"].append(report.id)
    return {"organisations": [lines[name] for name in sorted(lines)]}
