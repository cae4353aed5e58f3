"""Title, labels and values of a report's first page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from index.lines import Line
from index.titles import title_key

# Labels that a template breaks over two lines, so that a value can stand inside them.
_LABEL_WORDS = re.compile(
    r"\b(?:dates?|inspect\w*|review\w*|publi\w+|providers?|ccgs?|commissioners?|region\w*|area|authors?|director|inspectors?|authority"
    r"|trusts?|partnership|reference|version|services included)\b",
    re.IGNORECASE,
)
_FIRST_PAGE_LINES = 40
_LONG_LABELS = (
    "CQC Deputy Chief Inspector, Primary Medical Services and Integrated Care:",
    "CQC Regional Director, Primary Medical Services and Integrated Care:",
)
_LABEL = re.compile(r"([A-Z][\w()’'&,/ -]{2,90}):\s*(.*)")
_TITLES = (
    re.compile(r"review of health services for children looked after and safeguarding in\b", re.IGNORECASE),
    re.compile(r"children looked after and safeguarding:?\s+the role of health services in\b", re.IGNORECASE),
)
_SUBTITLE = re.compile(r"\s+(?:Children Looked After and Safeguarding\b|The role of\b|A review of\b|Review of\b).*")
_DATE = re.compile(r"(\d{1,2})\s*(?:st|nd|rd|th)?\s+(?:of\s+)?([A-Z][a-z]+),?\s+(\d{4})")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_Entry = tuple[str, list[str], Line]


@dataclass(frozen=True, slots=True)
class LabelledLine:
    """One label with its value; `line` is the first source line of the label."""

    label: str
    value: str
    line: Line


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What the first page says: title, area, labels; `cover` are its lines before the labels, `end` the index of the line after it."""

    title: str
    area: str | None
    labels: tuple[LabelledLine, ...]
    cover: tuple[Line, ...]
    source_line: str
    end: int

    def value(self, words: str) -> str | None:
        """Value of the first label that contains these words."""
        return next((entry.value for entry in self.labels if words in entry.label.casefold() and entry.value), None)


def read_front_matter(lines: Sequence[Line], body: int, name: str) -> FrontMatter:
    """Title and labels out of the lines before `body`; `name` serves as title where there is none."""
    source_line = lines[0].text if lines[0].text.startswith("SOURCE:") else ""
    begin = 1 if source_line else 0
    first = next((i for i in range(begin, min(body, begin + _FIRST_PAGE_LINES)) if is_label(lines[i].text)), None)
    if first is None:
        first = begin
        while (
            first < min(body, begin + 12)
            and len(lines[first].text) <= 100
            and not re.search(r"[.:;!]$", lines[first].text)
        ):
            first += 1
        cover = lines[begin:first] or [line for line in lines[begin : begin + 1] if line.level]
        title = _title(cover)
        return FrontMatter(title or name, _area(title or ""), (), tuple(lines[begin:first]), source_line, first)
    entries, end = _entries(lines, first, body)
    cover = lines[begin:first]
    title = _title(cover)
    return FrontMatter(title or name, _area(title or ""), _paired(entries), tuple(cover), source_line, end)


def _entries(lines: Sequence[Line], first: int, body: int) -> tuple[list[_Entry], int]:
    """Labels from `first` on, each with the lines under it, and the index of the line after the last."""
    entries: list[_Entry] = []
    last = max(i for i in range(first, body) if is_label(lines[i].text))
    i = first
    while i < body:
        line = lines[i]
        if long := _long_label(line, lines[i + 1 : body]):
            label, value, count = long
            entries.append((label, [value] if value else [], line))
            i += count
        elif is_label(line.text) and (found := _LABEL.fullmatch(line.text)):
            entries.append((found[1], [found[2]] if found[2] else [], line))
        elif i > last and _is_complete(entries, line):
            break
        else:
            entries[-1][1].append(line.text)
        i += 1
    return entries, i


def _is_complete(entries: list[_Entry], line: Line) -> bool:
    """Whether every label has its value, so that the line belongs to the text that follows."""
    if not all(values for _, values, _ in entries):
        return False
    label, values, _ = entries[-1]
    return line.gap or ("date" in label.casefold() and bool(re.search(r"\b\d{4}\s*$", values[-1])))


def read_date(text: str | None) -> date | None:
    """Last complete date in a text: "14 th December 2015", "14th of December 2015", "14 December 2015"."""
    for day, month, year in reversed(_DATE.findall(text or "")):
        try:
            return date(int(year), _MONTHS.index(month.casefold()) + 1, int(day))
        except ValueError:
            continue
    return None


def first_label(lines: Sequence[Line]) -> int:
    """Index of the first label of the first page, 0 where prose or nothing comes before one."""
    for i, line in enumerate(lines[:_FIRST_PAGE_LINES]):
        if is_label(line.text):
            return i
        if len(line.text) > 120 and not line.text.startswith("SOURCE:"):
            return 0
    return 0


def is_label(text: str) -> bool:
    """Whether the line is a label of a first page, with its value or without."""
    found = _LABEL.fullmatch(text)
    return bool(found and len(found[1].split()) <= 14 and _LABEL_WORDS.search(found[1]))


def _long_label(line: Line, following: Sequence[Line]) -> tuple[str, str, int] | None:
    """A label that the page breaks, with the value that may stand inside it: label, value, number of further lines."""
    for label in _LONG_LABELS:
        if not line.text.startswith(" ".join(label.split()[:3])) or line.text.startswith(label):
            continue
        for count in range(1, min(4, len(following)) + 1):
            words = " ".join([line.text, *(other.text for other in following[:count])]).split()
            rest, value = label.split(), []
            for word in words:
                if rest and word == rest[0]:
                    rest.pop(0)
                else:
                    value.append(word)
            if not rest:
                return label.rstrip(":"), " ".join(value), count
    return None


def _paired(entries: list[_Entry]) -> tuple[LabelledLine, ...]:
    """Labels with their values; where all labels come first, the values under the last are dealt out."""
    empty = [i for i, (_, values, _) in enumerate(entries) if not values]
    if len(empty) >= 2 and entries and len(entries[-1][1]) > 1:
        waiting = [*empty, len(entries) - 1] if not entries[-1][2].text.endswith(entries[-1][1][0]) else empty
        values = entries[-1][1] if waiting[-1] == len(entries) - 1 else entries[-1][1][1:]
        if len(values) >= len(waiting):
            dealt = _dealt([entries[i][0] for i in waiting], values)
            for i, value in zip(waiting, dealt, strict=True):
                entries[i] = (entries[i][0], [value], entries[i][2])
    return tuple(LabelledLine(label, " ".join(values), line) for label, values, line in entries)


def _dealt(labels: Sequence[str], values: Sequence[str]) -> list[str]:
    """As many values as labels, in their order; a surplus line goes on with the value whose kind it is."""
    surplus = len(values) - len(labels)
    dealt: list[str] = []
    rest = list(values)
    for i, label in enumerate(labels):
        taken = [rest.pop(0)]
        following = labels[i + 1] if i + 1 < len(labels) else ""
        while surplus and rest and (_belongs(label, rest[0]) or _before_groups(label, following, rest[0])):
            taken.append(rest.pop(0))
            surplus -= 1
        dealt.append(" ".join(taken))
    if rest:
        dealt[-1] = " ".join([dealt[-1], *rest])
    return dealt


def _before_groups(label: str, following: str, value: str) -> bool:
    """Whether a line under the providers is one more of them: it is no commissioning group, and those come next."""
    return "provider" in label.casefold() and "ccg" in following.casefold() and not _belongs(following, value)


def _belongs(label: str, value: str) -> bool:
    kind = label.casefold()
    if "ccg" in kind:
        return bool(re.search(r"\bCCG|Commissioning Group", value))
    if "provider" in kind:
        return (
            bool(re.search(r"\b(?:Trust|NHS|CIC|Ltd|Limited|Hospitals?|Care|Interest)\b", value))
            and "Commissioning" not in value
        )
    if "date" in kind:
        return value[:1] in "-–to" or bool(re.fullmatch(r"(?:[-–]\s*)?(?:st|nd|rd|th)\b.*", value))
    return False


def _title(lines: Sequence[Line]) -> str | None:
    """The title of a CLAS review, else the first line that says what the report is of or in."""
    texts = [line.text for line in lines[:12]]
    joined = " ".join(texts)
    if found := next((found for pattern in _TITLES if (found := pattern.search(joined))), None):
        tail = joined[found.end() :]
        subtitle = _SUBTITLE.search(tail)
        tail = tail[: subtitle.start()] if subtitle else " ".join(_first_lines(lines, found.end()))
        return f"{joined[found.start() : found.end()]} {tail.strip()}".strip()
    for i, text in enumerate(texts):
        if re.search(r"\b(?:of|in|on|for)\s+(?:the\s+)?[A-Z]", text) and len(text) <= 150:
            following = texts[i + 1] if i + 1 < len(texts) and not lines[i + 1].gap and len(texts[i + 1]) < 60 else ""
            return f"{text} {following}".strip()
    return next((text for text in texts if len(text) <= 150), None)


def _first_lines(lines: Sequence[Line], offset: int) -> list[str]:
    """What follows the offset of the joined lines, up to the end of the paragraph it stands in."""
    kept: list[str] = []
    position = 0
    for line in lines[:12]:
        end = position + len(line.text)
        if end > offset:
            if kept and line.gap:
                break
            kept.append(line.text[max(0, offset - position) :])
        position = end + 1
    return kept


def _area(title: str) -> str | None:
    """The area that a title ends with."""
    found = re.search(
        r"\b(?:in|of)\s+(?:the\s+)?([A-Z][^:;()]*?)(?:\s+(?:[Ll]ocal [Aa]rea(?: [Pp]artnership)?|[Aa]rea))?\s*$", title
    )
    while found and (inner := re.search(r"\bin\s+([A-Z].*)", found[1])):
        found = inner
    if not found or title_key(found[1]) in {"", "contents"} or len(found[1]) > 80:
        return None
    return found[1].strip(" ,.-")
