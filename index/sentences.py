"""Sentences of a passage, as half-open spans: what is quoted must begin and end where the report's sentences do.

Own rules instead of nltk's punkt: punkt cuts after "Reg." and before "(Recommendation 2.1)", joins list lines, and nltk
costs 1.6 s to import.
"""

import re

# Never end a sentence, whatever follows.
_TITLES = re.compile(r"dr|mrs?|ms|prof|rev|hon|st|sr|e\.?g|i\.?e|viz|cf|vs?|approx|incl|esp")
# End no sentence when a number or a bracket follows: "Reg. 12(2)(a)", "para. 3", "No. 5".
_NUMBERED = re.compile(r"nos?|pp?|paras?|par|regs?|secs?|sect|ss?|arts?|ch|cl|figs?|vol|ed|sch|app|refs?|r|recs?")
# After an abbreviation that may also end a sentence ("U.K.", "plan B."), only these begin a new one.
_STARTERS = re.compile(
    r"the|this|these|those|there|its?|they|their|he|she|his|her|we|our|your?|in|on|at|as|if|when|where|while|what|who|all|"
    r"some|many|most|not?|both|each|every|however|although|since|because|but|and|for|from|with|an?|one"
)
_CLOSERS = "\"'’”)\\]»"
_STOP = re.compile(rf"(?:\.{{3,}}|…|[.?!]+)[{_CLOSERS}]*(?=\s)|(?<=[a-z]{{3}})\.(?=[A-Z][a-z]+\s)")
_REFERENCE = re.compile(
    r"\s*[(\[]\s*(?:see\s+)?(?:also\s+)?(?:recommendations?|recs?|findings?|paragraphs?|paras?|sections?|case|annex|appendix|"
    r"refs?|footnotes?|¶|R\s?\d)\b[^()\[\]]{0,120}[)\]]\.?",
    re.IGNORECASE,
)
_REFERENCE_WITHOUT_STOP = re.compile(
    r"\((?:recommendations?|recs?|findings?|paragraphs?|paras?)\b[^()]{0,120}\)(?=\s+[A-Z])", re.IGNORECASE
)
_NEXT = re.compile(r"\s+[\"'‘“(\[«]*(\w?)(\w*)")
_LONGEST_ABBREVIATION = 24
_WORD_BEFORE = re.compile(r"[\w.]*\Z")
_NEW_LINE = re.compile(
    r"\n[^\S\n]*\n\s*"  # a blank line
    r"|\n(?=[^\S\n]*(?:[-–—•▪◦*·]|o|\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})[.)])[^\S\n]+\S)"  # before a list line
    r"|(?<=[:;.?!])\n"
    r"|\n(?=[^\n\t]{1,80}\t)"  # before a line of a table
)


def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Half-open spans of the sentences of a passage, in order, without surrounding white space.

    Every character that is not white space lies in exactly one span. A list line is a span of its own, or several where
    it holds several sentences; a reference in brackets after a full stop belongs to the sentence before it.
    """
    spans: list[tuple[int, int]] = []
    for start, end in _lines(text):
        spans.extend(_sentences_of_line(text, start, end))
    return tuple(spans)


def _lines(text: str) -> list[tuple[int, int]]:
    lines: list[tuple[int, int]] = []
    start = 0
    for cut in _NEW_LINE.finditer(text):
        if _REFERENCE.match(text, cut.end()):
            continue
        lines.append((start, cut.start()))
        start = cut.end()
    return [*lines, (start, len(text))]


def _sentences_of_line(text: str, start: int, end: int) -> list[tuple[int, int]]:
    cuts = {match.end() for match in _REFERENCE_WITHOUT_STOP.finditer(text, start, end)}
    for stop in _STOP.finditer(text, start, end):
        if reference := _REFERENCE.match(text, stop.end(), end):
            cuts.add(reference.end())
        elif _ends_sentence(text, stop, start):
            cuts.add(stop.end())
    spans = []
    for left, right in zip([start, *sorted(cuts)], [*sorted(cuts), end], strict=True):
        piece = text[left:right]
        if stripped := piece.strip():
            first = left + piece.index(stripped[0])
            spans.append((first, first + len(stripped)))
    return spans


def _ends_sentence(text: str, stop: re.Match[str], line_start: int) -> bool:
    following = _NEXT.match(text, stop.end())
    if following is None:
        return not text[stop.end() :].isspace()
    first, rest = following.groups()
    if first and first.islower():
        return False
    if stop[0][0] != "." or stop[0].startswith(".."):
        return True
    before = _WORD_BEFORE.search(text, max(line_start, stop.start() - _LONGEST_ABBREVIATION), stop.start())
    word = before[0] if before else ""
    lowered = word.lower()
    if _TITLES.fullmatch(lowered) or _is_list_number(text, word, stop.start(), line_start):
        return False
    if _NUMBERED.fullmatch(lowered) and (not first or first.isdigit()):
        return False
    if (len(word) == 1 and word.isupper()) or re.fullmatch(r"(?:[A-Z]\.)+[A-Z]", word):
        return _STARTERS.fullmatch((first + rest).lower()) is not None
    return True


def _is_list_number(text: str, word: str, end: int, line_start: int) -> bool:
    """Whether `word` is the number that opens a list line: "3. The trust should", "- 3. The trust should"."""
    opening = text[line_start : max(line_start, end - len(word))] if end - line_start < _LONGEST_ABBREVIATION else "x"
    return len(word) <= 4 and word.isdigit() and not opening.strip(" \t\n-–—•*")
