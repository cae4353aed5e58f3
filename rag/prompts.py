"""The prompts in prompts/, checked when they are loaded: a slip in a template stops the start, not an answer.

A template is cut at its line `--- user ---` before anything is filled in, so no text of a report or a reader can change who speaks.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from jinja2 import DictLoader, StrictUndefined, Template, TemplateError, meta
from jinja2.sandbox import SandboxedEnvironment

from index.errors import ClasQAError
from index.report import Voice

NOT_IN_THE_REPORTS = "The reports do not say."
USER_LINE = "--- user ---"
SUFFIX = ".md.j2"

_PASSAGE = MappingProxyType(
    {"report": "report", "mark": "¶1.2", "heading": ("Section",), "organisations": (), "text": "Text."}
)
_PASSAGES = tuple({**_PASSAGE, "voice": voice} for voice in Voice)
_WRITING = {
    "question": "What?",
    "passages": _PASSAGES,
    "several_reports": True,
    "list_asked": False,
    "not_in_the_reports": NOT_IN_THE_REPORTS,
    "fence": "fence",
}
# Each prompt's variables with sample values: what a template may use, and what it is tried with when it is loaded.
SAMPLES: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "answer": _WRITING,
        "objections": {**_WRITING, "objections": ({"sentence": "Sentence.", "reason": "reason"},)},
        "followup": {"question": "And it?", "history": ({"role": "user", "content": "What?"},), "fence": "fence"},
        "judge": {"claim": "Claim.", "passages": _PASSAGES, "several_reports": False, "fence": "fence"},
    }
)
SHARED = ("_passages", "_rules")


class PromptInvalid(ClasQAError):
    """A prompt is missing, does not parse, or uses other variables than it is given; `file` is its name without folder."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"prompt {file}: {reason}")
        self.file = file
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation with a model."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Prompts:
    """The prompts of one folder.

    Attributes:
        hash: first 16 hex digits of the SHA-256 over names and bytes of all files.
    """

    hash: str
    _templates: Mapping[str, tuple[Template, Template]] = field(repr=False)

    def render(self, name: str, **variables: object) -> list[Message]:
        """The system and the user message of a prompt.

        Args:
            name: "answer", "objections", "followup" or "judge".
            variables: exactly those of `SAMPLES[name]`; prompts/README.md says what each is.

        Raises:
            PromptInvalid: a variable is missing, not known, or not of the shape that the template needs.
        """
        _same(f"{name}{SUFFIX}", "given", set(variables), set(SAMPLES[name]))
        return _filled(name, self._templates[name], variables)


def new_fence() -> str:
    """A token that no text can foresee, for one request: 16 hex digits."""
    return secrets.token_hex(8)


def load_prompts(folder: Path) -> Prompts:
    """Read the prompts of a folder and try each with sample values.

    Raises:
        PromptInvalid: a file is missing or unreadable, does not parse, lacks its user part, or uses a variable that it is not given.
    """
    sources = {name: _read(folder, name) for name in (*SAMPLES, *SHARED)}
    digest = hashlib.sha256()
    for name in sorted(sources):
        digest.update(f"{name}\0{sources[name]}\0".encode())
    parts = {f"{name}{SUFFIX}": sources[name] for name in SHARED}
    for name in SAMPLES:
        system, line, user = sources[name].partition(f"\n{USER_LINE}\n")
        if not line:
            raise PromptInvalid(f"{name}{SUFFIX}", f"has no line {USER_LINE!r} between its system and its user part")
        parts |= {f"{name}.system": system, f"{name}.user": user}
    # Not HTML: escaping would change the words of the reports.
    environment = SandboxedEnvironment(
        loader=DictLoader(parts), undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    templates: dict[str, tuple[Template, Template]] = {}
    for name in (*SHARED, *SAMPLES):
        file = f"{name}{SUFFIX}"
        pieces = (file,) if name in SHARED else (f"{name}.system", f"{name}.user")
        try:
            used = set[str]().union(
                *(meta.find_undeclared_variables(environment.parse(parts[piece])) for piece in pieces)
            )
            _same(file, "used", used, set(SAMPLES.get(name, ())))
            loaded = [environment.get_template(piece) for piece in pieces]
        except TemplateError as error:
            raise PromptInvalid(file, _said(error)) from error
        if name not in SHARED:
            templates[name] = (loaded[0], loaded[1])
            for switch in (True, False):
                flags = {key: switch for key, value in SAMPLES[name].items() if isinstance(value, bool)}
                _filled(name, templates[name], {**SAMPLES[name], **flags})
    return Prompts(digest.hexdigest()[:16], MappingProxyType(templates))


def _read(folder: Path, name: str) -> str:
    try:
        return (folder / f"{name}{SUFFIX}").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        raise PromptInvalid(f"{name}{SUFFIX}", str(reason)) from error


def _same(file: str, verb: str, found: set[str], wanted: set[str]) -> None:
    if unknown := sorted(found - wanted):
        raise PromptInvalid(file, f"{', '.join(unknown)} {verb}, but not known; known: {', '.join(sorted(wanted))}")
    if missing := sorted(wanted - found):
        raise PromptInvalid(file, f"{', '.join(missing)} not {verb}")


def _filled(name: str, parts: Sequence[Template], variables: Mapping[str, Any]) -> list[Message]:
    try:
        system, user = (part.render(variables).strip() for part in parts)
    # A template may do anything with a value; what goes wrong then is the template's fault, whatever its type.
    except Exception as error:
        raise PromptInvalid(f"{name}{SUFFIX}", _said(error)) from error
    return [Message("system", system), Message("user", user)]


def _said(error: Exception) -> str:
    line = getattr(error, "lineno", None)
    return f"{error}{f' (line {line} of its part)' if line else ''}"
