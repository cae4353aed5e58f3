"""Blocks -> passages: which paragraphs are read and cited as one."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.blocks import Block
from index.references import references_in
from index.report import Kind
from index.starts import Starts

_QUOTED = re.compile(r"[\"“‘][^\s]")
_QUOTE = re.compile(
    r"[\"“‘][^\s].*[\"”’'][.,]?(?:\s+[^\"“”]*\b(?:told|said|added|explained|commented)\b[^\"“”]*)?", re.DOTALL
)
# A lead-in that names its speaker by a pronoun only: who that is stands in the paragraph before it.
_PRONOUN_LEAD_IN = re.compile(r"(?:They|He|She|One|Both|Some|Others?|Another)\b[^:.]{0,80}:")
_ASKS = re.compile(r"\brecommend|\bfollowing\b", re.IGNORECASE)
_ASKED = re.compile(
    r"(?:Agree|Complete|Continue|Create|Develop|Ensure|Establish|Expand|Finalise|Implement|Improve|Increase|Introduce|Make|Monitor|Promote"
    r"|Provide|Put|Reduce|Review|Strengthen|Support|Take|Undertake|Work)\b|.*?(?:\bshould\b|\bto ensure\b)"
    r"|[A-Z][\w’'-]*(?:\s+(?:[A-Z&][\w’'-]*|and|of))*\s+to\s+[a-z]",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Group:
    """Blocks that make one passage, its kind, and whether its blocks are lines of one list."""

    kind: Kind
    blocks: tuple[Block, ...]
    is_list: bool = False


def group_blocks(blocks: Sequence[Block]) -> list[Block | Group]:
    """Headings and groups of recommendations as they are; everything else as passages."""
    grouped: list[Block | Group] = []
    among_findings = False
    i = 0
    while i < len(blocks):
        block = blocks[i]
        starts = block.start.starts if block.start is not None else None
        if starts in {Starts.HEADING, Starts.GROUP}:
            grouped.append(block)
            among_findings = False
            i += 1
            continue
        end = i + 1
        kind, is_list = Kind.CONTEXT, False
        if starts is Starts.CASE:
            kind, end = Kind.CASE_EXAMPLE, _case_end(blocks, i)
        elif starts in {Starts.FINDING, Starts.RECOMMENDATION}:
            kind = Kind.FINDING if starts is Starts.FINDING else Kind.RECOMMENDATION
            among_findings = True
            end, is_list = _numbered_end(blocks, i)
        elif not among_findings and _names_speaker_of_next(blocks, i):
            end, kind, is_list = _led_in(blocks, i + 1)
        elif block.text.endswith(":"):
            end, kind, is_list = _led_in(blocks, i)
        elif not among_findings and _QUOTE.fullmatch(block.text):
            kind, end = Kind.QUOTE, _run(blocks, i + 1, lambda other: bool(_QUOTED.match(other.text)))
        grouped.append(Group(kind, tuple(blocks[i:end]), is_list))
        i = end
    return grouped


def _run(blocks: Sequence[Block], first: int, accepts: Callable[[Block], bool]) -> int:
    """Index after the unnumbered blocks from `first` on that are accepted."""
    end = first
    while end < len(blocks) and blocks[end].start is None and accepts(blocks[end]):
        end += 1
    return end


def _case_end(blocks: Sequence[Block], i: int) -> int:
    """Index after a case example: it ends at the next start, and at a list item that nothing in it leads to."""
    end = _run(blocks, i + 1, lambda other: not other.line.bullet)
    while (
        end < len(blocks) and blocks[end].start is None and blocks[end].line.bullet and blocks[end - 1].text[-1:] == ":"
    ):
        end = _run(blocks, end, lambda other: other.line.bullet)
        end = _run(blocks, end, lambda other: not other.line.bullet)
    return end


def _numbered_end(blocks: Sequence[Block], i: int) -> tuple[int, bool]:
    """Index after a finding or recommendation with its list, and with unnumbered paragraphs up to its own reference."""
    end = _run(blocks, i + 1, lambda other: other.line.bullet)
    if end > i + 1:
        return end, True
    for j in range(i + 1, min(i + 4, len(blocks))):
        if blocks[j].start is not None:
            break
        if references_in(blocks[j].text):
            return j + 1, False
    return i + 1, False


def _names_speaker_of_next(blocks: Sequence[Block], i: int) -> bool:
    """Whether a paragraph is followed by "They told us:" and a quotation, so that it says whose words these are."""
    if i + 2 >= len(blocks) or any(blocks[j].start is not None for j in (i, i + 1, i + 2)) or blocks[i].line.bullet:
        return False
    return bool(_PRONOUN_LEAD_IN.fullmatch(blocks[i + 1].text) and _QUOTED.match(blocks[i + 2].text))


def _led_in(blocks: Sequence[Block], i: int) -> tuple[int, Kind, bool]:
    """Index after what a lead-in ending in ":" introduces, its kind, and whether it is a list."""
    lead = blocks[i]
    following = blocks[i + 1] if i + 1 < len(blocks) else None
    if following is None or following.start is not None:
        return i + 1, Kind.CONTEXT, False
    if following.line.bullet:
        inner = lead.line.indent if lead.line.bullet else -1
        if following.line.indent > inner:
            return (
                _run(blocks, i + 1, lambda other: other.line.bullet and other.line.indent > inner),
                Kind.CONTEXT,
                True,
            )
        return i + 1, Kind.CONTEXT, False
    if _QUOTED.match(following.text):
        return _run(blocks, i + 1, lambda other: bool(_QUOTED.match(other.text))), Kind.QUOTE, False
    if _ASKS.search(lead.text):
        end = _run(blocks, i + 1, lambda other: not other.text.endswith(":") and bool(_ASKED.match(other.text)))
        return max(end, i + 2), Kind.CONTEXT, False
    return i + 1, Kind.CONTEXT, False
