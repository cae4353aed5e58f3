"""A clas-qa over a small invented report that answers as the question orders: `python -m tests.web.invented PORT`."""

import json
import sys
import tempfile
import time
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import uvicorn

from app import create_app
from eval.page import write_page
from index.errors import ClasQAError, IndexDamaged
from index.report import Kind, Organisation, Passage, Report, Role, Section, Voice
from rag.cited_text import CitedSentence
from rag.marks import Unresolved, cited_passages
from rag.progress import DEAF, Listener, Stage
from rag.record import Answer, AnswerSentence, AnswerStatus, Citation
from rag.verify import Checked, Verdict
from settings import Settings
from tests.eval.runs import answer as given
from tests.eval.runs import gold, run

ATTACK = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> [l](javascript:alert(3)) ![p](http://203.0.113.9/leak.png)"
)
TRUST = "Elmshire Hospitals NHS Trust"
CCG = "NHS Elmshire Clinical Commissioning Group"


def invented_report() -> Report:
    """Two findings, two recommendations that share a number with findings, a quotation; one passage is an attack."""
    pieces: list[tuple[str, Kind, Voice, tuple[str, ...], str]] = [
        (
            "¶1.1",
            Kind.FINDING,
            Voice.INSPECTORS,
            ("Front door", "Urgent care"),
            "Staff see a child's alerts. Most checks are made.",
        ),
        (
            "¶2.1",
            Kind.FINDING,
            Voice.INSPECTORS,
            ("Front door", "Maternity"),
            "Midwives do not routinely ask about violence.",
        ),
        ("¶2.2", Kind.FINDING, Voice.INSPECTORS, ("Front door", "Maternity"), f"A hostile finding: {ATTACK}"),
        ("§maternity.3", Kind.QUOTE, Voice.REPORTED, ("Front door", "Maternity"), "“Nobody rang me,” one mother said."),
        ("R1.1", Kind.RECOMMENDATION, Voice.RECOMMENDATION, ("Recommendations",), "Record every alert."),
        ("R2.1", Kind.RECOMMENDATION, Voice.RECOMMENDATION, ("Recommendations",), "Ask every woman about violence."),
    ]
    text = "\n\n".join(piece[4] for piece in pieces)
    passages, start = [], 0
    for mark, kind, voice, heading, words in pieces:
        passages.append(
            Passage(
                report="elmshire-2016",
                mark=mark,
                kind=kind,
                voice=voice,
                number=None if mark.startswith("§") else mark[1:],
                heading=heading,
                section_number=None,
                text=words,
                start=start,
                end=start + len(words),
                organisations=(TRUST,) if "R" not in mark else (),
                addressed_to={"R1.1": (TRUST,), "R2.1": (CCG,)}.get(mark, ()),
                recommendations={"¶2.1": ("elmshire-2016/R2.1",)}.get(mark, ()),
                findings={"R2.1": ("elmshire-2016/¶2.1",)}.get(mark, ()),
            )
        )
        start += len(words) + 2
    return Report(
        id="elmshire-2016",
        title="Review of health services in Elmshire <b>& district</b>",
        area="Elmshire",
        text=text,
        sections=(Section("Front door", ("Front door",), "1", 0, len(text)),),
        passages=tuple(passages),
        organisations=(
            Organisation(TRUST, ("EHT", "the hospitals trust"), Role.PROVIDER),
            Organisation(CCG, ("Elmshire CCG",), Role.COMMISSIONER),
        ),
        front_matter=(("Date of review:", "1 to 5 February 2016"),),
        published=date(2016, 3, 1),
        notice="© Care Quality Commission 2016",
    )


@dataclass
class HandMadeIndex:
    reports: Sequence[Report] = field(default_factory=lambda: (invented_report(),))
    generation: str = "g-1"

    @property
    def passages(self) -> Sequence[Passage]:
        return [passage for report in self.reports for passage in report.passages]


@dataclass
class HandMadeLibrary:
    index: HandMadeIndex = field(default_factory=HandMadeIndex)
    broken: ClasQAError | None = None

    def current(self) -> HandMadeIndex:
        if self.broken:
            raise self.broken
        return self.index


@dataclass
class Hit:
    passage: Passage
    rank: int
    score: float
    found_by: tuple[str, ...] = ("dense",)


def cited(index: HandMadeIndex, question: str, mark: str, quote: str, **more: Any) -> Answer:
    """An answer of one sentence that relies on `quote` of the passage with this mark."""
    passage = index.reports[0].passage(mark)
    assert passage
    start = passage.text.index(quote)
    values: dict[str, Any] = {
        "id": "a-1",
        "status": AnswerStatus.ANSWERED,
        "question": question,
        "standalone_question": question,
        "answer": f"{quote} [{mark}]",
        "sentences": (AnswerSentence(quote, (passage.id,), quote, "verified", "verbatim"),),
        "citations": (Citation(passage, start, start + len(quote)),),
        "consulted": (),
        "withheld": (),
        "related": (),
        "completeness": None,
        "mode": "extractive",
        "model": None,
        "generation": index.generation,
        "timings_ms": {"answer": 1.0},
    }
    return Answer(**(values | more))


def answer(
    question: str,
    *,
    index: HandMadeIndex,
    history: Any,
    filters: Any,
    mode: str,
    listener: Listener = DEAF,
    **_: Any,
) -> Answer:
    """By the first word: crash, damage, slowly, absent, attack, follow; else cited, with what was received as the warning."""
    listener.stage(Stage.SEARCHING)
    order = question.partition(" ")[0].lower()
    if order == "crash":
        raise RuntimeError("a secret in /srv/clas/secret.py")
    if order == "damage":
        raise IndexDamaged("vectors.npy in /srv/clas/data is short")
    if order == "slowly":
        time.sleep(1.5)
    if order == "absent":
        nothing = {
            "status": AnswerStatus.NOT_IN_REPORT,
            "answer": "The report does not say.",
            "sentences": (),
            "citations": (),
        }
        return cited(index, question, "¶1.1", "Most", consulted=("elmshire-2016/¶2.1",), **nothing)
    if order == "attack":
        return cited(
            index, question, "¶2.2", f"A hostile finding: {ATTACK}", withheld=((ATTACK, ATTACK),), warnings=(ATTACK,)
        )
    if order == "follow":
        return cited(index, question, "¶1.1", "Most checks are made.", standalone_question="Who checks alerts?")
    received = json.dumps({"history": list(history), "filters": asdict(filters), "mode": mode})
    return cited(
        index, question, "¶1.1", "Most checks are made.", consulted=("elmshire-2016/¶2.1",), warnings=(received,)
    )


def search(question: str, *, index: HandMadeIndex, k: int, filters: Any, **_: Any) -> list[Hit]:
    return [Hit(passage, rank, 1 / rank) for rank, passage in enumerate(filter(filters.matches, index.passages), 1)][:k]


@dataclass
class HandMadeLadder:
    """A ladder of its lowest rung."""

    index: HandMadeIndex

    def check(self, sentences: Sequence[CitedSentence], offered: Collection[str] | None = None) -> list[Checked]:
        found = [(one, cited_passages(one.marks, self.index.reports, offered or ())) for one in sentences]
        return [
            Checked(one, Verdict("unresolved", "id", passages.reason))
            if isinstance(passages, Unresolved)
            else Checked(one, Verdict("verified" if passages else "uncited", "id"), passages)
            for one, passages in found
        ]


def resting_model() -> dict[str, object]:
    """A language model that is left alone, told with more than anybody may see."""
    told = {"model": "m", "state": "resting", "detail": "left alone for a moment"}
    return {"configured": True, **told, "api_key": "sk-canary", "url": "http://192.0.2.7:8000/v1"}


def eval_page(folder: Path) -> Path:
    """The page of a run with a failed question in each half, one of them an attack, and one that is right."""
    failed = [gold(name, must=["¶1.1"], question=f"{ATTACK} {name}") for name in ("wrong-1", "wrong-2", "wrong-3")]
    right = gold("right", must=["¶1.2"])
    run(folder, [*((q, given("¶1.2", text=ATTACK)) for q in failed), (right, given("¶1.2", text="The nurse."))])
    return write_page(folder)


def main(port: int, broken: bool, degraded: bool) -> None:
    library = HandMadeLibrary(broken=IndexDamaged("vectors.npy in /srv/clas/data is short") if broken else None)
    settings = Settings(data_dir=Path(tempfile.gettempdir()) / "unused", port=port)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "none.html" if broken else eval_page(Path(folder) / "run")
        application = create_app(
            settings, library=library, embedder=object(), answer=answer, search=search, eval_page=page
        )
        state = application.state
        state.service = replace(state.service, verifier=HandMadeLadder)
        if degraded:
            state.service = replace(state.service, language_model=resting_model)
        uvicorn.run(application, host="127.0.0.1", port=port, log_level="warning", server_header=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), "broken" in sys.argv, "degraded" in sys.argv)
