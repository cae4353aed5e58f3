"""Questions that take something for granted ("why did they close it?"), and whether a sentence bears it out by its tone."""

import re

_PRESUMES = re.compile(
    r"(?:^|[.!?;,] ?)(?:so |and |but )?(?:why|how come)\b|\bwhat happened after\b|\bwhat(?:'s| is) (?:being done|wrong)\b|"
    r"^since\b|\bwhen did\b.*\b(?:stop|shut|close|end|start)\b|\bwho replaced\b|\bwhat harm\b",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\b(?:what|how|who|why|when|which|where)\b", re.IGNORECASE)
_WHY = re.compile(r"\bwhy\b", re.IGNORECASE)
_ADVERSE = re.compile(
    r"\b(?:not|no|never|none|nor|without|lack\w*|fail\w*|absen\w*|cannot|unable|stop\w*|clos\w*|shut\w*|scrap\w*|"
    r"poor\w*|refus\w*|few|little|limited|insufficient|unclear|miss\w*|late|delay\w*|long|slow\w*|bad\w*|worse|wrong|"
    r"weak\w*|ignor\w*|drop\w*|cut|problem\w*|concern\w*|harm|hard|struggl\w*|broke\w*|behind|only|vacan\w*|inadequate|"
    r"gap\w*|risk\w*|end\w*|lost|lose|withdr\w*|suspend\w*|still|quit|leave|left|"
    r"(?:do|does|did|wo|ca|is|are|was)nt)\b|n['’]t\b",
    re.IGNORECASE,
)


def presumes(question: str) -> bool:
    """Whether a question takes something for granted and asks for its reason, its course or its effect."""
    return _PRESUMES.search(question) is not None


def adverse(text: str) -> bool:
    """Whether a text tells of something amiss, ended or missing; a "why" alone tells of nothing."""
    return _ADVERSE.search(_WHY.sub(" ", text)) is not None


def asks_more_than_once(question: str) -> bool:
    """Whether a question holds more than one word that asks ("which clinics are shut, and why?")."""
    return len(_ASKS.findall(question)) > 1
