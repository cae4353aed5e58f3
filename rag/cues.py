"""The words by which a question shows what it wants: kinds of things, relations, counts, duties, exceptions."""

import re
from enum import StrEnum


class Wanted(StrEnum):
    """The kind of thing that is asked for, where the question says so."""

    FINDING = "finding"
    RECOMMENDATION = "recommendation"
    CASE_EXAMPLE = "case_example"
    QUOTE = "quote"
    ORGANISATION = "organisation"
    SECTION = "section"
    REPORT = "report"


# Words that tell relations and duties; they are topic only where nothing structural is asked.
RELATION = frozenset(
    """
    led lead leads leading result results resulted resulting link links linked refer refers referred referring
    relate relates related connect connected evidence behind based basis support supports supported supporting
    underpin underpins underpinning prompt prompted prompts reason reasons gave give given rise came come comes
    justify justifies justification address addressed addresses directed aimed apply applies applied responsible
    responsibility act owner owns concern concerns made make makes must need needs required require requires
    expected told tasked supposed action actions unreferenced orphan orphans orphaned unlinked corresponding
    correspond match matches different separate directly cite cites cited used following covered cover covers
    included includes include inspected reviewed involved contain contains there main various set out attached
    belong belongs nobody none never next previous rest rests arise arises arose carry carries bear bears stem stems
    follow follows without except excluding other besides report's copy verbatim whats please word-for-word
    recommended recommending concerning got gets given deal deals dealt falls fall sits sit lands down hook answer inclusive after before
    our ours mine us you your table contents outline structure structured loaded available back backs trace traced source sources
    agency agencies whoever exist exists direct pls plz thx ta cheers
    go goes going single entire compare compares compared comparison versus vs everything everyone anywhere nowhere thing things
    org orgs together across jointly individually overall currently still yet already outstanding now today deliver delivering
    implement implementing complete completing respond responding take taking forward pursue progress meet meeting fulfil tackle
    tackling sort handle handling remit plate accountable
    """.split()
)
WANTED = (
    (
        Wanted.RECOMMENDATION,
        re.compile(
            r"\b(?:rec\w{0,4}m\w{0,3}nd\w{0,6}|recs?|(?:want(?:ed|s)?|needs?|ha(?:s|ve)|(?:to|should|must) be) done)\b",
            re.IGNORECASE,
        ),
    ),
    (Wanted.FINDING, re.compile(r"\b(?:findings?|paragraphs?|paras?)\b", re.IGNORECASE)),
    (Wanted.CASE_EXAMPLE, re.compile(r"\b(?:case (?:examples?|stud(?:y|ies|ys))|vignettes?)\b", re.IGNORECASE)),
    (Wanted.QUOTE, re.compile(r"\b(?:quotes|quotations?|in (?:\w+ )?own words)\b", re.IGNORECASE)),
    (
        Wanted.SECTION,
        re.compile(
            r"\b(?:sections|chapters|headings|contents|outline|structured?|(?:which|what) (?:section|chapter))\b",
            re.IGNORECASE,
        ),
    ),
    (
        Wanted.REPORT,
        re.compile(r"\b(?:which|what|list|all|how many)\s+(?:\w+\s+)?(?:reports|reviews)\b", re.IGNORECASE),
    ),
    (
        Wanted.ORGANISATION,
        re.compile(
            r"\b(?:org(?:ani[sz]ation)?s?|trusts|providers|commissioners|bodies|agencies|ccgs|clinical commissioning groups)\b",
            re.IGNORECASE,
        ),
    ),
)
EVIDENCE = re.compile(
    r"\b(?:evidence|why|behind|bas(?:ed|is)|reasons?|justif\w*|underpin\w*|prompted|came? from|comes from|"
    r"gave rise|rests?|stems?|support(?:s|ed|ing)?|backs?(?: up)?|backing|sources?|traced?)\b|\bled to\b|"
    r"\bwhere\b.*\b(?:refer\w*|mention\w*|cited?|raised|from|discussed)\b",
    re.IGNORECASE,
)
LED_TO = re.compile(
    r"\b(?:le[ad]d? to|leads to|ar[io]ses?|result(?:ed|s)? in|follow(?:s|ed)? from|come of|came of|"
    r"g[ai]ve rise to|c[ao]me out|deals? with|attached)\b",
    re.IGNORECASE,
)
ADDRESSEE = re.compile(
    r"\bwho(?:m|se)?\b|\b(?:which|what) (?:organi[sz]ations?|trusts?|bod(?:y|ies)|providers?|commissioners?|"
    r"ccgs?)\b|\b(?:addressed|directed|aimed) (?:to|at)\b|\bresponsib\w+\b|\baddressees?\b",
    re.IGNORECASE,
)
COUNT = re.compile(
    r"\bhow many\b|\bhow much\b|\bnumbers? of\b|\bno\.?s? of\b|\bcount(?: of)?\b|\btotal\b", re.IGNORECASE
)
NONE = re.compile(
    r"\b(?:not|no|never|without|isn['’]?t|aren['’]?t|wasn['’]?t|weren['’]?t|don['’]?t|doesn['’]?t|didn['’]?t|hasn['’]?t|haven['’]?t|"
    r"none|nobody|orphan\w*|unreferenced|unlinked|unsupported)\b",
    re.IGNORECASE,
)
LINK = re.compile(
    r"\b(?:refer\w*|link\w*|evidence|support\w*|lead|led|trace\w*|cite\w*|orphan\w*|unreferenced|unlinked|attached)\b",
    re.IGNORECASE,
)
DUTY = re.compile(
    r"\b(?:must|should|ha(?:s|ve) (?:got )?to|got to|need(?:s|ed)? to|supposed to|expected to|required to|told to|asked to|"
    r"tasked|responsib\w+|actions?|(?:anything|something|everything|things?|what|lots?|much)\s+(?:[\w'’]+\s+){0,2}to do)\b",
    re.IGNORECASE,
)
DOING = re.compile(r"\b(?:do|doing|done|act|action|actions|responsible|tasked|required|address)\b", re.IGNORECASE)
# Ways of asking for somebody's duties that need no verb of doing.
OWES = re.compile(
    r"\b(?:(?:asked|expected|required|demanded|requested|wanted)\s+(?:of|from)|on the hook|down (?:for|to)|accountable|"
    r"(?:tell|told|ask|asked|wants?|wanted|expects?|expected|requires?|urged?|orders?|ordered|instruct\w*|advised?)\b.{0,30}?\bto do|"
    r"(?:the )?(?:most|least|fewest|more|less)\s+to do)\b",
    re.IGNORECASE,
)
# "anything for … ?", with a name that is blanked out.
ANYTHING_FOR = re.compile(
    r"\b(?:anything|something|much|what(?:['’]s|\s+is)?)\s+(?:(?:in|from)\s+(?:there|it|here|this)\s+)?(?:for|aimed at|directed at)"
    r"\s+(?:the\s*)?[\s?.!]*$",
    re.IGNORECASE,
)
# What staff call the recommendations once there is a plan to answer them.
ACTIONS = re.compile(r"\b(?:actions|action points?|(?:every|each|any|an?) action)\b", re.IGNORECASE)

# "what led to the recommendation on …", "who is the recommendation on … addressed to": its number is found by search first.
TO_WHOM = re.compile(
    r"\bwho(?:m|se)?\b.{0,40}\brecommendations?\b|\brecommendations?\b.*\b(?:addressed|directed|aimed) (?:to|at)\b",
    re.IGNORECASE,
)
OF_A_RECOMMENDATION = re.compile(
    r"\b(?:findings?|paragraphs?|evidence|what|reasons?|basis)\b.{0,30}\b(?:led to|behind|for|support\w*|"
    r"underpin\w*|prompted)\s+(?:the|that|this)\s+recommendation\b|"
    r"\bwhy\b.{0,30}\brecommendation\b|" + TO_WHOM.pattern,
    re.IGNORECASE,
)
EXCEPT = re.compile(
    r"\b(?:but|and) not\b|\bexcept(?:ing)?\b|\bexcluding\b|\bother than\b|\b(?:but )?without\b|"
    r"(?:\bnot|n['’]t)\s+(?:\w+\s+){0,2}?(?:for|to|by|with|involv\w+|includ\w+|concern\w*|name|mention)\b",
    re.IGNORECASE,
)
FROM_SECTION = re.compile(
    r"\b(?:came?|comes?|coming|aris\w+|arose|stem\w*|result\w*|le[ad]d?|link\w*|flow\w*)\b.*\b(?:section|chapter)s?\b",
    re.IGNORECASE,
)
# What the text of a passage is asked for by, beside something else that is asked of it.
SAYING = re.compile(
    r"\b(?:says?|said|wording|text|full|verbatim|read|states?|give|show)\b",
    re.IGNORECASE,
)
AND_ALSO = re.compile(r"\b(?:and|with|plus|as well as|along with|also|together with)\b|[&+]", re.IGNORECASE)
NEIGHBOUR = re.compile(
    r"\b(?:(?P<after>next|(?:comes?|is|what|one|paragraph|para|finding|rec\w*)\s+(?:straight |right |directly )?after|"
    r"what follows(?!\s+from))|"
    r"(?P<before>previous|preced\w+|(?:comes?|is|what|one|paragraph|para|finding|rec\w*)\s+(?:just |right |directly )?before))\b",
    re.IGNORECASE,
)
# Words that tell why somebody asks, not what: "for my board paper", "I need to …".
ASIDE = re.compile(
    r"\b(?:for|in|into|at|before|ahead of)\s+(?:my|our|tomorrow['’]?s|today['’]?s|next week['’]?s)\s+[^,.;:?]*?"
    r"(?=\b(?:i|we|all|every|the|which|what|list|about|on)\b|[,.;:?]|$)|"
    r"\b(?:i|we)(?:['’](?:m|re|d|ve|ll))?\s[^,.;:?–—-]*?"
    r"(?=\b(?:all|every|each|the|which|what|list|how|about|on|regarding|rec\w*|findings?|para\w*)\b|[,.;:?–—-]|$)|"
    r"\b(?:send|e?mail|print|bring|fetch|forward|pull|hand|put|draw|set|pick)\s+(?:me|us|up|out|over|together)\b|"
    r"\bon the hook\b|\bon (?:our|their|its|my|your) (?:plate|list|desk|patch)\b|\blook(?:s|ed|ing)?\s+(?:at|into)\b",
    re.IGNORECASE,
)
ABOUT = re.compile(r"\b(?:about|on|regarding|concerning|around|relating to|to do with)\b", re.IGNORECASE)
# Asks for what people said, wherever it is quoted.
OWN_WORDS = re.compile(r"\bin (?:\w+ )?own words\b", re.IGNORECASE)
# A name that is looked for as words, in the text of passages, not as somebody addressed.
SAYS_NAME = re.compile(r"\b(?:mention\w*|name[sd]?|refer\w* to|discuss\w*)\b", re.IGNORECASE)
SPEAKERS = frozenset("people person persons anybody somebody families patients users individuals".split())
