"""Small runs written by hand: a report of four passages, gold questions on it, and answers as the API gives them."""

from eval.gold import GoldQuestion
from eval.run import Suite, write_run
from eval.score import score_run
from eval.systems import System
from index.report import Kind, Passage, Report, Voice

TEXTS = {
    "¶1.1": "The door is locked at night. Nobody has asked why.",
    "¶1.2": "Keys are kept by the nurse of Eastmere Trust.",
    "R1.1": "Lock the door.",
    "R2.1": "Count the keys.",
}
ADDRESSED = {"R1.1": "Eastmere Trust", "R2.1": "Northby Trust"}
ABOUT = {"¶1.2": "Eastmere Trust"} | ADDRESSED


def passage(mark):
    kind, voice = (Kind.FINDING, Voice.INSPECTORS) if mark[0] == "¶" else (Kind.RECOMMENDATION, Voice.RECOMMENDATION)
    text = TEXTS[mark]
    return Passage(
        "area-2015",
        mark,
        kind,
        voice,
        mark[1:],
        ("Early help",),
        "1",
        text,
        0,
        len(text),
        organisations=tuple(ABOUT[mark] for mark in [mark] if mark in ABOUT),
        addressed_to=tuple(ADDRESSED[mark] for mark in [mark] if mark in ADDRESSED),
    )


REPORT = Report("area-2015", "Review", "Area", "", (), tuple(map(passage, TEXTS)), organisations=())


def gold(question_id, must=(), may=(), facts=(), type="single", status="answered", **more):
    spans = {"must": must, "may": may}
    return GoldQuestion.model_validate(
        {
            "id": question_id,
            "question": question_id,
            "type": type,
            "register": "plain",
            "report": "area-2015",
            "facts": [list(fact) for fact in facts],
            "answerable": status == "answered",
            "expected_status": status,
        }
        | {name: [{"mark": mark, "words": TEXTS[mark][:8]} for mark in marks] for name, marks in spans.items()}
        | more
    )


def answer(*marks, text="Some words.", status="answered", quotes=None, completeness=None):
    quotes = quotes or {mark: TEXTS.get(mark, "") for mark in marks}
    ids = [f"area-2015/{mark}" for mark in marks]
    return {
        "status": status,
        "answer": text,
        "citations": [{"id": i, "quote": quotes[mark], "text": "not kept"} for i, mark in zip(ids, marks, strict=True)],
        "sentences": [{"text": text, "citations": ids, "quote": ""}],
        "completeness": completeness,
        "generation": "g1",
        "mode": "extractive",
        "wall_ms": 10.0,
    }


def run(folder, pairs, found=()):
    """Write a run of these (question, answer) pairs; the search finds `found` for each; its scores."""
    answers = {question.id: given for question, given in pairs}
    suite = Suite("area-2015", tuple(question for question, _ in pairs), ("area-2015",))
    system = System(
        "by hand",
        lambda q: answers[q.id],
        lambda text, filters, k: [[f"area-2015/{m}"] for m in found][:k],
        lambda text, filters: 0.5,
    )
    write_run(folder, [(suite, system)], [REPORT], {})
    return score_run(folder)
