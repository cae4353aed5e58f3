"""Errors that the index and the answer pipeline raise; everything else is a bug.

ClasQAError
├── ReportError            a report file could not become a Report
│   ├── ReportUnreadable   empty, binary, broken or of an unknown format
│   └── ReportUnstructured nothing in it looks like a heading or a paragraph
├── UnknownName            a report, mark, section, organisation, kind or recommendation that is not there
├── IndexFailure          the index could not be built or opened
│   ├── IndexMissing       no generation has been built yet
│   ├── IndexDamaged       the current generation does not pass its audit
│   ├── IndexMismatch      built with another model or schema than the one asked for
│   └── IndexBusy          another process is building
├── ModelDamaged           the bundled weights, or what was trained on top of them, are not the ones they claim to be
├── ModelFailed            a language model gave no whole reply (rag/llm/fault.py)
├── ModelMisconfigured     its address, key or certificate file cannot be used (rag/llm/server.py)
├── PromptInvalid          a prompt is missing or cannot be filled in (rag/prompts.py)
├── ReceiptInvalid         a saved answer is none (rag/receipt_shape.py)
└── ClientLeft             whoever asked has left (rag/llm/departure.py)

Each error carries its facts as attributes and a message that says what to do next.
"""

from collections.abc import Sequence


class ClasQAError(Exception):
    """Base of every error that is reported to a user instead of being a bug."""


class ReportError(ClasQAError):
    """A report file could not become a Report; `name` is the file's name without its folder."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class ReportUnreadable(ReportError):
    """The file is empty, binary, broken or of a format that is not read."""


class ReportUnstructured(ReportError):
    """The text has neither headings nor paragraphs that could be cited."""


class UnknownName(ClasQAError):
    """A name that no loaded report has; `known` lists the names there are."""

    def __init__(self, what: str, name: str, known: Sequence[str]) -> None:
        shown = ", ".join(known[:40]) + (", …" if len(known) > 40 else "")
        super().__init__(f"unknown {what} {name!r}; known: {shown or 'none'}")
        self.what = what
        self.name = name
        self.known = tuple(known)


class IndexFailure(ClasQAError):
    """The index could not be built or opened."""


class IndexMissing(IndexFailure):
    """No generation has been built yet."""


class IndexDamaged(IndexFailure):
    """The current generation does not pass its audit; `missing` names what it lost."""

    def __init__(self, message: str, missing: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.missing = tuple(missing)


class IndexMismatch(IndexFailure):
    """The generation was built with another model or schema than the one asked for."""

    def __init__(self, what: str, found: str, expected: str) -> None:
        super().__init__(
            f"the index was built with {what} {found!r}, this program uses {expected!r}; rebuild it with `clas-qa reports build`"
        )
        self.found = found
        self.expected = expected


class IndexBusy(IndexFailure):
    """Another process holds the build lock."""


class ModelDamaged(ClasQAError):
    """The weights on disk do not have the checksum that they should have."""
