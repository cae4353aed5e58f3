"""The headings every CLAS review is written under, and how titles compare."""

import re

# The template of the series (Care Quality Commission, 2013 onwards): section -> the section it stands in, "" for the outermost.
TEMPLATE = {
    "summary of the review": "",
    "about the review": "",
    "how we carried out the review": "",
    "context of the review": "",
    "the report": "",
    "what people told us": "",
    "the child s journey": "",
    "early help": "the child s journey",
    "children in need": "the child s journey",
    "child protection": "the child s journey",
    "looked after children": "the child s journey",
    "management": "",
    "leadership and management": "management",
    "governance": "management",
    "training and supervision": "management",
    "recommendations": "",
    "next steps": "",
}
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2})?)[.)]?(?:\s+(?=\S)|(?=[A-Z]))")
_LONGEST_CONTENTS_LINE = 400
_PAGE = re.compile(r"[\s.…·_]+\d{1,3}$")


def title_key(title: str) -> str:
    """What two spellings of one title share: "1. Leadership & management" and "Leadership and Management" are the same."""
    text = _NUMBERED.sub("", title.replace("&", " and "), count=1).casefold()
    return " ".join(re.sub(r"[^\w]+", " ", text).split())


def is_template_title(text: str) -> bool:
    """Whether the line is one of the headings of the series, with or without its number."""
    return len(text) <= 60 and title_key(text) in TEMPLATE


def split_number(text: str) -> tuple[str | None, str]:
    """("5.2", "Governance") of "5.2 Governance"; (None, text) where no number is printed."""
    found = _NUMBERED.match(text)
    return (found[1], text[found.end() :]) if found else (None, text)


def without_page(text: str) -> str | None:
    """The title in a line of the contents ("Early help . . . 9"), None where no page number ends the line."""
    found = _PAGE.search(text) if len(text) <= _LONGEST_CONTENTS_LINE else None
    return text[: found.start()].rstrip(" .…·_") if found and found.start() else None
