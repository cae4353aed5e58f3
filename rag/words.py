"""Which words of a question carry its topic, and which only carry its form."""

import re
from functools import lru_cache

import Stemmer

_WORD = re.compile(r"([a-z0-9]+)(?:['’][a-z]+)?", re.IGNORECASE)

# Function words, and words by which people ask rather than what they ask about.
_FORM = frozenset(
    """
    a an the and or but nor of in on at to for from by with without about as into onto over under between than then
    so if is are was were be been being am do does did done doing has have had having can could may might must shall
    should will would i me my we us our you your he him his she her it its they them their this that these those
    there here who whom whose which what when where why how not no any some each every all both either neither more
    most many much few less least lot several also just only even ever never always please thanks thank hello hi ok
    okay yes well now s t re ve ll d m don doesn didn isn aren wasn weren hasn haven couldn shouldn wouldn won tell
    show give list name find get see say says said saying state states stated mention mentions mentioned describe
    describes explain read know want wanted need ask asked asking question answer exactly text word words wording
    full complete meant mean means one ones whats wording verbatim exact whole page anything something nothing
    someone anyone
    """.split()
)
# Words that say which part of a report is asked for; the exact lane understands them, retrieval gains nothing from them.
STRUCTURE = frozenset(
    """
    report reports review reviews inspection inspections inspectors inspector cqc paragraph paragraphs para paras
    passage passages finding findings recommendation recommendations recommend recommends recommended recs rec
    section sections chapter chapters part heading headings case example examples study studies vignette vignettes
    quote quotes quotation quotations organisation organisations organization organizations body bodies number
    numbered numbers total count overall altogether order
    """.split()
)


_FRAME = re.compile(
    r"^(?:(?:so|and|please|ok|okay|hi|hello|tell me|show me|can you tell me|could you tell me|i want to know|"
    r"i(?:'d| would) like to know)[\s,]+)*"
    r"(?:what|how|where|which|who)?\s*(?:did|do|does|is|was|has|have)?\s*"
    r"(?:(?:(?:the|cqc|inspectors?|inspection|reviewers?|review|report|they|it|team)\s+)*|"
    r"(?:the\s+)?(?:[\w'’-]+\s+){1,3}(?:reviews?|reports?|inspections?)\s+)"
    r"(?:say|said|says|find|found|finds|report|reported|conclude|concluded|think|thought|tell|told|mention|"
    r"mentioned|note|noted|see|saw)\s+(?:us\s+|me\s+)?"
    r"(?:about|on|regarding|concerning|of|with|in relation to)?\s+",
    re.IGNORECASE,
)


def subject(question: str) -> str:
    """The question without the frame that asks it: "What did inspectors find about X?" gives "X?"."""
    # Runs of blanks, which a search over HTTP may hold, would be tried in every division.
    rest = _FRAME.sub("", " ".join(question.split()))
    return rest if topic_words(rest) else question


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """English Snowball stem of one lower-case word."""
    # A Stemmer keeps a buffer and is not thread-safe; making one costs a few microseconds.
    return str(Stemmer.Stemmer("english", 0).stemWord(word))


def words(text: str) -> list[str]:
    """Lower-case words of a text, apostrophe endings cut ("trust's" gives "trust")."""
    return _WORD.findall(text.lower())


def topic_words(text: str, extra_form: frozenset[str] = frozenset()) -> list[str]:
    """Words left once the form of the question and the words for parts of a report are taken away."""
    drop = _FORM | STRUCTURE | extra_form
    return [word for word in words(text) if word not in drop and not word.isdigit()]


def content_stems(text: str) -> frozenset[str]:
    """Stems of all words but the function words."""
    return frozenset(stem(word) for word in words(text) if word not in _FORM)


@lru_cache(maxsize=256)
def vocabulary(text: str) -> frozenset[str]:
    """Stems of all words and numbers of a report's text."""
    return frozenset(stem(word) for word in words(text))
