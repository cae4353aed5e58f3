"""The normalised text being written, with the sections and passages that stand in it."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice

from index.blocks import Block
from index.front_matter import FrontMatter
from index.grouping import Group
from index.report import Kind, ParseWarning, Passage, Section, slug
from index.starts import Starts
from index.titles import TEMPLATE, title_key
from index.voice import voice_of

FRONT_MATTER = "Front matter"
OPENING = "Opening"


@dataclass(slots=True)
class _Open:
    """A section while its end is not known."""

    title: str
    path: tuple[str, ...]
    number: str | None
    start: int
    slug: str
    passages: int = 0


@dataclass(slots=True)
class Drafted:
    """A passage with what linking needs: the blocks it is made of, where each begins in its text, and its group's number."""

    passage: Passage
    blocks: tuple[tuple[int, Block], ...]
    group: str | None = None

    def line_at(self, offset: int) -> int:
        """Source line of the character at this offset of the passage's text."""
        start, block = max((part for part in self.blocks if part[0] <= offset), key=lambda part: part[0])
        return block.line_at(offset - start)


@dataclass(slots=True)
class Assembly:
    """Everything read so far."""

    report_id: str
    passages: list[Drafted] = field(default_factory=list)
    warnings: list[ParseWarning] = field(default_factory=list)
    groups: list[tuple[str, int]] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)
    _length: int = 0
    _sections: list[_Open] = field(default_factory=list)
    _slugs: Counter[str] = field(default_factory=Counter)
    _marks: set[str] = field(default_factory=set)
    _finding: str | None = None
    _among_findings: bool = False

    def add_front_matter(self, front: FrontMatter) -> None:
        """Cover and labels, one passage a label that has a value."""
        for line in front.cover:
            self._write(line.text)
        if not front.labels:
            return
        self._open(FRONT_MATTER, (FRONT_MATTER,), None)
        for entry in front.labels:
            text = f"{entry.label}: {entry.value}".rstrip()
            if entry.value:
                self._passage(Kind.FRONT_MATTER, None, [(text, Block(text, None, entry.line))], "\n")
            else:
                self._write(text)
                self.warnings.append(ParseWarning(entry.line.number, f"no value found for {entry.label!r}"))

    def add(self, item: Block | Group) -> None:
        """A heading, a group of recommendations, or a passage."""
        if isinstance(item, Block):
            self._heading(item)
            return
        if not self._sections or self._sections[-1].title == FRONT_MATTER:
            self._open(OPENING, (OPENING,), None)
        first = item.blocks[0]
        number = first.start.number if first.start is not None else None
        kind = item.kind
        if number is not None:
            prefix = first.line.text[: first.line.text.index(first.start.rest)] if first.start is not None else ""
            self._write(prefix.rstrip())
            self._pieces.append(" ")
            self._length += 1
        parts = [(block.text, block) for block in item.blocks]
        drafted = self._passage(kind, number, parts, "\n" if item.is_list else "\n\n", continued=number is not None)
        if kind is Kind.FINDING:
            self._finding, self._among_findings = drafted.passage.id, True

    def finish(self) -> tuple[str, tuple[Section, ...]]:
        """The whole text, and each section with its end."""
        closed: list[Section] = []
        for i, opened in enumerate(self._sections):
            depth = len(opened.path)
            end = next((s.start for s in islice(self._sections, i + 1, None) if len(s.path) <= depth), self._length)
            closed.append(Section(opened.title, opened.path, opened.number, opened.start, end))
        return "".join(self._pieces), tuple(closed)

    def _write(self, text: str, separator: str = "\n\n") -> int:
        """Append a piece; its offset."""
        if self._pieces:
            self._pieces.append(separator)
            self._length += len(separator)
        start = self._length
        self._pieces.append(text)
        self._length += len(text)
        return start

    def _heading(self, block: Block) -> None:
        if block.start is None:
            return
        number, title = block.start.number, block.text
        if block.start.starts is Starts.GROUP:
            outer = next(
                (s.path[0] for s in reversed(self._sections) if title_key(s.title).startswith("recommendation")),
                "Recommendations",
            )
            path: tuple[str, ...] = (outer, title)
            self.groups.append((title, block.line.number))
        else:
            path = (*self._parents(number, title, block.line.level), title)
        start = self._length + (2 if self._pieces else 0)
        whole = block.line.text[: block.line.text.index(block.start.rest)] + title if number else title
        self._write(whole)
        self._open(title, path, number, start)
        self._finding, self._among_findings = None, False

    def _parents(self, number: str | None, title: str, level: int) -> tuple[str, ...]:
        """Titles of the sections that a heading stands in."""
        if number and "." in number:
            parent = number.rpartition(".")[0]
            holder = next((s for s in reversed(self._sections) if s.number == parent), None)
            outermost = next((s for s in reversed(self._sections) if len(s.path) == 1), None)
            if holder and (not outermost or holder.start >= outermost.start):
                # "5. Management" over 5.1 and 5.2 is a chapter of its own, not a part of the one before.
                holder.path = (holder.title,)
                return holder.path
            return outermost.path if outermost else ()
        template = TEMPLATE.get(title_key(title))
        if template == "":
            return ()
        outermost = next((s for s in reversed(self._sections) if len(s.path) == 1), None)
        if outermost and outermost.title not in {FRONT_MATTER, OPENING}:
            if template and title_key(outermost.title) == template:
                return outermost.path
            if number:
                return outermost.path
        if level > 1:
            above = next(
                (s for s in reversed(self._sections) if s.title != FRONT_MATTER and 0 < self._level(s) < level), None
            )
            return above.path if above else ()
        return ()

    def _level(self, section: _Open) -> int:
        return len(section.path)

    def _open(self, title: str, path: tuple[str, ...], number: str | None, start: int | None = None) -> None:
        if start is None:
            start = self._length + (2 if self._pieces else 0)
        base = slug(title) or "section"
        self._slugs[base] += 1
        name = base if self._slugs[base] == 1 else f"{base}-{self._slugs[base]}"
        self._sections.append(_Open(title, path, number, start, name))

    def _passage(
        self, kind: Kind, number: str | None, parts: list[tuple[str, Block]], joiner: str, continued: bool = False
    ) -> Drafted:
        section = self._sections[-1]
        text = ""
        blocks: list[tuple[int, Block]] = []
        for part, block in parts:
            text += joiner if blocks else ""
            blocks.append((len(text), block))
            text += part
        start = self._append(text) if continued else self._write(text)
        mark = self._mark(kind, number, section)
        if mark[0] == "§":
            number = None
        passage = Passage(
            report=self.report_id,
            mark=mark,
            kind=kind,
            voice=voice_of(kind, text, section.title, self._among_findings),
            number=number,
            heading=section.path,
            section_number=self._section_number(kind, number, section),
            text=text,
            start=start,
            end=start + len(text),
            page=parts[0][1].line.page,
            belongs_to=self._finding if kind is Kind.CASE_EXAMPLE else None,
        )
        group = number.split(".")[0] if kind is Kind.RECOMMENDATION and number else None
        drafted = Drafted(passage, tuple(blocks), group)
        self.passages.append(drafted)
        return drafted

    def _append(self, text: str) -> int:
        start = self._length
        self._pieces.append(text)
        self._length += len(text)
        return start

    def _mark(self, kind: Kind, number: str | None, section: _Open) -> str:
        """¶ or R with the printed number where it is the first of its number, else section and position."""
        prefix = {Kind.FINDING: "¶", Kind.RECOMMENDATION: "R"}.get(kind)
        if prefix and number and f"{prefix}{number}" not in self._marks:
            self._marks.add(f"{prefix}{number}")
            return f"{prefix}{number}"
        section.passages += 1
        return f"§{section.slug}.{section.passages}"

    def _section_number(self, kind: Kind, number: str | None, section: _Open) -> str | None:
        if kind is Kind.RECOMMENDATION and number:
            return number.split(".")[0]
        if section.number is not None:
            return section.number
        if kind is Kind.FINDING and number:
            return number.rpartition(".")[0]
        finding = self._finding.rpartition("¶")[2] if self._finding and "¶" in self._finding else ""
        return finding.rpartition(".")[0] or None
