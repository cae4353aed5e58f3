"""The gate: a run passes when it meets every floor; ids and quotes have no tolerance."""

import json
from collections.abc import Mapping
from pathlib import Path

from eval.score import Figure
from index.errors import ClasQAError

FLOORS = Path(__file__).resolve().parent / "floors.json"
ZERO_TOLERANCE = {"id_validity": 1.0, "quote_fidelity": 1.0}


class GateError(ClasQAError):
    """A floor names no metric or is no number."""


def load_floors(path: Path = FLOORS) -> dict[str, float]:
    """Metric -> least value, from a JSON object.

    Raises:
        GateError: it is no object of numbers.
    """
    floors = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(floors, dict) or not all(isinstance(value, int | float) for value in floors.values()):
        raise GateError(f"{path.name} must be an object of metric names and numbers")
    return {str(name): float(value) for name, value in floors.items()}


def parse_floor(written: str) -> tuple[str, float]:
    """A floor as typed: "citation_f1=0.9".

    Raises:
        GateError: it is not NAME=NUMBER.
    """
    name, _, value = written.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError as exc:
        raise GateError(f"a floor is written NAME=NUMBER, not {written!r}") from exc


def breaches(figures: Mapping[str, Figure], floors: Mapping[str, float]) -> list[str]:
    """The floors that are not met, one line each; a metric that no question counted for meets none but zero tolerance.

    Raises:
        GateError: a floor names no metric.
    """
    if unknown := sorted(set(floors) - set(figures)):
        raise GateError(f"no metric {', '.join(unknown)}; known: {', '.join(figures)}")
    found = []
    for name, floor in (dict(floors) | ZERO_TOLERANCE).items():
        value = figures[name].value
        if value is None and name in ZERO_TOLERANCE:
            continue
        if value is None or value < floor:
            found.append(f"{name} is {'not measured' if value is None else format(value, '.4f')}, the floor is {floor}")
    return found
