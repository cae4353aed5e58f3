"""Small invented CLAS reports, as text files."""

from collections.abc import Sequence
from pathlib import Path

FINDINGS = (
    "Midwives ask every woman about domestic violence. Most write the answer down. (Recommendation 1.1)",
    "School nurses hold drop-in sessions. This is good practice.",
    "Young people wait nineteen weeks for a first appointment. (Recommendation 1.2)",
)
RECOMMENDATIONS = ("Record every answer about domestic violence.", "Shorten the wait for a first appointment.")


def write_report(
    folder: Path,
    area: str = "Elmshire",
    findings: Sequence[str] = FINDINGS,
    recommendations: Sequence[str] = RECOMMENDATIONS,
) -> Path:
    """A report of 2016 whose id is `<area in lower case>-2016`; findings are 1.1, 1.2 and so on."""
    lines = [
        f"Review of health services for Children Looked After and Safeguarding in {area}",
        "Date of publication:\t14th December 2016",
        "Summary of the review",
        f"This report records the findings of the review of health services in {area}.",
        "The report",
        "1. Early help",
        *(f"1.{number} {finding}" for number, finding in enumerate(findings, 1)),
        "Recommendations",
        f"1. {area} Hospitals NHS Trust should:",
        *(f"1.{number} {recommendation}" for number, recommendation in enumerate(recommendations, 1)),
    ]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{area.lower()}.txt"
    path.write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    return path
