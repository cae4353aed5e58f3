"""The report page of a run: one HTML file that needs no network and no script."""

from html import escape
from pathlib import Path

from eval.score import score_run
from eval.summary import summarise

PAGE = "report.html"


def write_page(folder: Path) -> Path:
    """Write the page of a run into its folder; the run is scored from the folder alone."""
    path = folder / PAGE
    rows = "".join(f"<tr><td>{name}<td>{figure.value}" for name, figure in summarise(score_run(folder)).items())
    path.write_text(f"<!doctype html><title>{escape(folder.name)}</title><table>{rows}</table>\n", encoding="utf-8")
    return path
