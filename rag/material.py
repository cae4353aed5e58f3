"""Text of reports, readers and models -> material of a prompt: nothing unseen in it, and no line that passes for the prompt's own.

The report's stored text stays as it is; this is only what a model is given to read.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace

from index.report import Passage

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
# Letters and marks that are drawn as nothing: joiners, fillers, variation selectors.
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_LINE_END = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
# Fences, tags and the tokens by which chat formats tell who speaks; a "<" before a number is arithmetic.
_BRACKET = re.compile(r"<(?=[A-Za-z/|!?<])|(?<=<)<|>(?=>)|(?<=[A-Za-z/|\"'>])>")
_TURN_TOKEN = re.compile(r"\[(/?(?:INST|SYS|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS))\]")
_SPEAKER = r"system|user|assistant|human|developer|instructions?"
_FIELD = r"report|section|organisations|who speaks|text"
_LABEL = r"passage|question|claim|sentence|objection"
_OWN_LINE = re.compile(
    rf"^(?!\| )(?=[ \t]*(?:[-=]{{3,}}|#{{1,6}}[ \t]|[^\w\n]{{0,6}}\b(?:{_SPEAKER}|{_FIELD})\b[^\w\n]{{0,3}}:|"
    rf"[^\w\n]{{0,3}}(?:{_LABEL})\b[ \t]*(?:\[|\d|$)))",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED_LINE = "| "
# Brackets that a tokenizer may take for the plain ones.
_LOOK_ALIKES = str.maketrans({"＜": "‹", "＞": "›", "﹤": "‹", "﹥": "›", "｜": "|"})


def visible(text: str) -> str:
    """The text without characters that cannot be seen; every kind of line end becomes a line feed."""
    lines = _BLANK.sub("", _LINE_END.sub("\n", text))
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in _HIDDEN_CATEGORIES)


def material(text: str) -> str:
    """What a model may read of a text: angle brackets of tags become ‹ and ›, lines that look like a turn or a heading begin with "| "."""
    plain = _TURN_TOKEN.sub(r"(\1)", visible(text)).translate(_LOOK_ALIKES)
    return _OWN_LINE.sub(_QUOTED_LINE, _BRACKET.sub(lambda match: "‹" if match[0] == "<" else "›", plain))


def one_line(text: str) -> str:
    """The same of a text that must stay on its line."""
    return " ".join(material(text).removeprefix(_QUOTED_LINE).split())


def shown(passages: Iterable[Passage]) -> tuple[Passage, ...]:
    """The passages as a prompt shows them."""
    return tuple(
        replace(
            passage,
            heading=tuple(map(one_line, passage.heading)),
            organisations=tuple(map(one_line, passage.organisations)),
            text=material(passage.text),
        )
        for passage in passages
    )
