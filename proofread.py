"""clas-qa verify: a draft or a receipt out of a file, checked against the loaded reports and told sentence by sentence."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from index.errors import ClasQAError
from index.sources import read_source
from rag.receipt_shape import RECEIPT_BYTES, Receipt, read_receipt

STDIN = "-"
DRAFTS = (".txt", ".text", ".md", ".markdown", ".docx")
# What most needs reading comes first.
_ORDER = ("unresolved", "unsupported", "uncited", "verified")


class PaperUnreadable(ClasQAError):
    """What was to be checked cannot be read; the message names it without its folder."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A text with marks, and what its format keeps from it."""

    text: str
    remarks: tuple[str, ...] = ()


def read_paper(name: str) -> Draft | Receipt:
    """What is to be checked: a receipt where it is JSON, else a draft.

    Args:
        name: path of a file, or "-" for standard input, which is a receipt where it begins with "{".

    Raises:
        PaperUnreadable: missing, too large, of another format or not text.
        ReportUnreadable: a draft that is empty, binary or broken.
        ReceiptInvalid: JSON that is no answer.
    """
    if name == STDIN:
        content = sys.stdin.buffer.read(RECEIPT_BYTES + 1)
        if content.lstrip().startswith(b"{"):
            return read_receipt(_bounded("standard input", content))
        try:
            return Draft(_bounded("standard input", content).decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise PaperUnreadable("standard input: not UTF-8 text; save it as a file and name that") from None
    path = Path(name)
    if path.suffix.lower() == ".json":
        try:
            with path.open("rb") as file:
                return read_receipt(_bounded(path.name, file.read(RECEIPT_BYTES + 1)))
        except OSError as error:
            raise PaperUnreadable(f"{path.name}: cannot be opened ({error.strerror})") from error
    if path.suffix.lower() not in DRAFTS:
        raise PaperUnreadable(
            f"{path.name}: a draft ends in {', '.join(DRAFTS)}, a receipt in .json; save it as one of these"
        )
    source = read_source(path)
    return Draft("\n".join(line.text for line in source.lines), source.remarks)


def _bounded(name: str, content: bytes) -> bytes:
    if len(content) > RECEIPT_BYTES:
        raise PaperUnreadable(f"{name}: larger than {RECEIPT_BYTES // 1_000_000} MB; check that it is the right file")
    if not content.strip():
        raise PaperUnreadable(f"{name}: it is empty")
    return content


def print_checked(checked: Mapping[str, Any], console: Console) -> None:
    """What came of a check, as `CheckedDraft.public` or `CheckedReceipt.public` tell it, for people to read."""
    sentences: Sequence[Mapping[str, Any]] = checked["sentences"]
    if sentences:
        console.print(_table(sentences))
    for problem in checked.get("problems", ()):
        console.print(Text(f"{problem['field']}: {problem['reason']}"))
    verified = sum(one["verdict"] == "verified" for one in sentences)
    if "serving" in checked:
        serves = "still serves" if checked["still_serves"] else f"serves no more; checked against {checked['serving']}"
        console.print(Text(f"Generation {checked['generation']} {serves}."))
        console.print(Text(f"Problems beside the sentences: {len(checked['problems'])}."))
    console.print(Text(f"{verified} of {len(sentences)} sentences verified." if sentences else "No sentence in it."))


def _table(sentences: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(show_lines=True)
    for title, share in (("verdict", None), ("sentence", 2), ("reason", 1)):
        table.add_column(title, overflow="fold", ratio=share, min_width=11)
    for one in sorted(sentences, key=lambda one: _ORDER.index(one["verdict"])):
        sentence = " ".join((one["text"], *(f"[{name}]" for name in one["citations"])))
        # `Text`: square brackets in a draft are no markup.
        table.add_row(*map(Text, (f"{one['verdict']}\n{one['decided_by']}", sentence, one["reason"])))
    return table


def print_json(checked: Mapping[str, Any]) -> None:
    """The same as one JSON object on standard output."""
    sys.stdout.write(json.dumps(checked, ensure_ascii=False, indent=2) + "\n")
