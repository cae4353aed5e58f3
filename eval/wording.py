"""What every figure, leaf, trap and verdict of the report page means, in one plain line each."""

import math
from collections.abc import Mapping

from eval.error_tree import Leaf
from eval.gold import Trap
from eval.proof import QuoteVerdict
from eval.summary import Figure

# Group of figures -> metric of summarise() -> (label, what it counts).
FIGURES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "The whole answer": {
        "right": ("Right in every respect", "all required paragraphs cited, no others, every fact told; or rightly no answer"),
        "status": ("Ended as expected", "answered, not in the report, out of scope … as the gold question says"),
        "fact_recall": ("Facts told", "share of a question’s facts that the answer states"),
    },
    "Citations": {
        "citation_precision": ("Citation precision", "share of an answer’s citations that prove something; none cited counts 0"),
        "citation_recall": ("Citation recall", "share of the required paragraphs that are cited"),
        "citation_f1": ("Citation F1", "both in one number: the harmonic mean of precision and recall"),
        "exact_set": ("Exactly the right paragraphs", "questions with all that is required cited and nothing that proves nothing"),
        "list_complete": ("Lists complete", "questions whose answer is a list, with every member cited"),
        "exact_lane_complete": ("“12 of 12” is true", "answers that say how complete they are, and are"),
        "citation_precision_micro": ("Citation precision, pooled", "the same over all citations together, so that long answers weigh more"),
        "citation_recall_micro": ("Citation recall, pooled", "the same over all required paragraphs together"),
        "citation_f1_micro": ("Citation F1, pooled", "of the two pooled figures"),
    },
    "Proof": {
        "id_validity": ("Cited paragraphs exist", "ids and marks of an answer that name a paragraph of a report among its citations"),
        "quote_fidelity": ("Quotes are verbatim", "quotes that stand word for word in the paragraph they are attributed to"),
        "sentence_coverage": ("Sentences with a citation", "share of an answer’s sentences that a mark follows"),
        "sentence_support": (
            "Sentences that hold",
            "share whose words, or at least numbers, negations and quantifiers, the cited paragraphs have",
        ),
        "organisation_leak": ("About the wrong organisation", "citations about other organisations than were asked about; here 0 is best"),
    },
    "Knowing when not to answer": {
        "answered_when_answerable": ("Answerable and answered", "questions with an answer in the reports that got one"),
        "abstained_when_not": ("Unanswerable and refused", "questions without an answer in the reports that got none"),
    },
    "Search": {
        "recall@1": ("Recall at 1", "share of the required paragraphs that are the first one found"),
        "recall@5": ("Recall at 5", "the same among the first five found"),
        "recall@10": ("Recall at 10", "the same among the first ten found"),
        "success@1": ("Success at 1", "questions whose first paragraph found is a required one"),
        "success@5": ("Success at 5", "questions with a required paragraph among the first five"),
        "mrr": ("MRR", "1 divided by the rank of the first required paragraph, on average"),
        "ndcg@10": ("nDCG at 10", "how near the first ten come to having the required paragraphs at the top"),
    },
    "Time": {
        "latency_p50_ms": ("Half of the answers within", "milliseconds that the asker waits"),
        "latency_p95_ms": ("95 of 100 answers within", "milliseconds that the asker waits"),
    },
}  # fmt: skip

MEND = {
    Leaf.NO_ANSWER: "the fault itself: the answer’s error or the service’s log names it",
    Leaf.ABSTAINED_WRONGLY: "the rules of refusal: too strict a threshold, a name or year taken for unknown",
    Leaf.ANSWERED_WRONGLY: "the rules of refusal: what is near in words but does not answer must be told apart",
    Leaf.NOT_UNDERSTOOD: "the reading of the question: references, organisations, what is asked, what narrows it",
    Leaf.NOT_RETRIEVED: "the search: embedding, word index, their weights, or how passages are cut",
    Leaf.NOT_CITED: "the choice among the passages found: the paragraph was there and was left out",
    Leaf.CITED_WRONG: "the choice among the passages found: one was taken that proves nothing asked for",
    Leaf.FACT_NOT_TOLD: "the choice of sentences: the right paragraph is cited, its telling sentence is not shown",
}
TRAPS = {
    Trap.ABSENT: ("Absent", "the subject does not occur in the report"),
    Trap.NEAR_MISS: ("Near miss", "the report speaks of the subject, not of what is asked"),
    Trap.OTHER_AREA: ("Other area", "asks about a place that no report covers"),
    Trap.LATER_YEAR: ("Later year", "asks what happened after the review"),
    Trap.FALSE_PREMISE: ("False premise", "takes for granted what the report does not say"),
    Trap.ADVICE: ("Advice", "asks what to do, not what the report says"),
    Trap.OFF_TOPIC: ("Off topic", "is no question on the reports"),
    Trap.INJECTION: ("Injection", "gives orders to the machine"),
}
VERDICTS = {
    QuoteVerdict.SUPPORTED: "verbatim in the paragraph that it is attributed to",
    QuoteVerdict.MISATTRIBUTED: "verbatim, but in another paragraph only",
    QuoteVerdict.STITCHED: "made of pieces that stand verbatim, but not together",
    QuoteVerdict.NOT_FOUND: "in no paragraph",
}
STATUSES = {
    "answered": "answered",
    "partly_answered": "partly answered",
    "not_in_report": "not in the report",
    "unverified": "no answer, nothing could be proved",
    "out_of_scope": "out of scope",
    "invalid_question": "not a question",
    "error": "asking failed",
    "missing": "no answer in the run",
}


def shown(figure: Figure) -> str:
    """A figure with two decimals, milliseconds with one; a dash where nothing counts for it."""
    if figure.value is None:
        return "–"
    return _decimals(figure.value) if figure.value <= 1 else f"{figure.value:,.1f}"


def interval(figure: Figure) -> str:
    """Its interval, a dash where there is none."""
    if figure.low is None or figure.high is None:
        return "–"
    return f"{_decimals(figure.low)}–{_decimals(figure.high)}"


def _decimals(value: float) -> str:
    """A share with two decimals, or three where two would call it perfect or nil and it is not."""
    written = f"{value:.2f}"
    if written == "1.00" and value < 1:
        return f"{math.floor(value * 1000) / 1000:.3f}"
    return f"{math.ceil(value * 1000) / 1000:.3f}" if written == "0.00" and value > 0 else written
