"""A `Report` as one JSON object and back, equal to what went in."""

import json
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from index.report import Kind, Organisation, ParseWarning, Passage, Report, Role, Section, Voice

# Raised whenever the parser reads a report differently or the records change: a stored report of another schema is parsed again.
SCHEMA = 4


def report_to_json(report: Report) -> str:
    """The report as JSON text."""
    records = {name: [asdict(record) for record in getattr(report, name)] for name in _RECORDS}
    stored = {f.name: getattr(report, f.name) for f in fields(report) if f.init and f.name not in _RECORDS}
    stored["published"] = report.published.isoformat() if report.published else None
    return json.dumps({"schema": SCHEMA} | stored | records, ensure_ascii=False, indent=1)


def report_from_json(text: str) -> Report:
    """The report that `report_to_json` wrote.

    Raises:
        ValueError: the text is not JSON, of another schema, or lacks a field.
    """
    stored = json.loads(text)
    if not isinstance(stored, dict) or stored.pop("schema", None) != SCHEMA:
        raise ValueError(f"not a report of schema {SCHEMA}")
    try:
        records = {name: tuple(read(record) for record in stored.pop(name)) for name, read in _RECORDS.items()}
        published = stored.pop("published")
        stored["front_matter"] = tuple((label, value) for label, value in stored["front_matter"])
        stored["remarks"] = tuple(stored["remarks"])
        stored |= records
        return Report(**stored, published=date.fromisoformat(published) if published else None)
    except (KeyError, TypeError, AttributeError) as exc:
        raise ValueError(f"not a whole report: {exc}") from exc


def _section(record: dict[str, Any]) -> Section:
    return Section(**record | {"path": tuple(record["path"])})


def _organisation(record: dict[str, Any]) -> Organisation:
    return Organisation(record["name"], tuple(record["aliases"]), Role(record["role"]))


def _warning(record: dict[str, Any]) -> ParseWarning:
    return ParseWarning(**record)


def _passage(record: dict[str, Any]) -> Passage:
    lists = ("heading", "organisations", "addressed_to", "recommendations", "findings")
    typed = {name: tuple(record[name]) for name in lists} | {
        "kind": Kind(record["kind"]),
        "voice": Voice(record["voice"]),
    }
    return Passage(**record | typed)


_RECORDS = {"sections": _section, "passages": _passage, "organisations": _organisation, "warnings": _warning}
