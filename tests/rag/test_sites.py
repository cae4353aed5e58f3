"""Who runs a hospital, where a report says so, and how a question that names the hospital is read."""

from pathlib import Path

import pytest

from index.filters import Filters
from index.parse import read_report
from index.report import Report
from rag.question import Intent, read_question
from rag.sites import sites

ROOT = Path(__file__).resolve().parents[2]
SAID = "provided by **Fenmarch University Hospitals NHS Foundation Trust (FUH)** at Tarnbeck General Hospital and the Ostermoor Infirmary."
FUH, LOWMERE = "Fenmarch University Hospitals NHS Foundation Trust", "Lowmere Community Health CIC"


def fenmarch(folder: Path, said: str = SAID) -> Report:
    """The invented review with another sentence on who provides acute services, and with no other word on its two hospitals' owner."""
    text = (ROOT / "eval/reports/fenmarch-2014.txt").read_text(encoding="utf-8")
    assert SAID in text
    file = folder / "fenmarch-2014.txt"
    file.write_text(text.replace(SAID, said), encoding="utf-8")
    return read_report(file)


@pytest.mark.parametrize(
    "said",
    [
        SAID,
        "provided at Tarnbeck General Hospital, run by Fenmarch University Hospitals NHS Foundation Trust.",
        "provided at Tarnbeck General Hospital (Fenmarch University Hospitals NHS Foundation Trust).",
        "provided at Tarnbeck General Hospital, which is managed by Fenmarch University Hospitals NHS Foundation Trust.",
        "given by Fenmarch University Hospitals NHS Foundation Trust, which runs Tarnbeck General Hospital.",
        "given by Fenmarch University Hospitals NHS Foundation Trust at its Tarnbeck General Hospital.",
        "given at Fenmarch University Hospitals NHS Foundation Trust’s Tarnbeck General Hospital.",
        "provided by Lowmere Community Health CIC at Tarnbeck General Hospital, which is run by Fenmarch University Hospitals NHS "
        "Foundation Trust.",
    ],
)
def test_a_hospital_is_run_by_whom_the_report_names_for_it(tmp_path: Path, said: str) -> None:
    assert sites(fenmarch(tmp_path, said))["Tarnbeck General Hospital"] == FUH


@pytest.mark.parametrize(
    "said",
    [
        "not described here.",
        "used by Fenmarch University Hospitals NHS Foundation Trust. Tarnbeck General Hospital is old.",
        "provided by Lowmere Community Health CIC at Tarnbeck General Hospital. Others are provided by Saltreach Partnership NHS Trust at "
        "Tarnbeck General Hospital.",
    ],
)
def test_where_the_report_does_not_say_who_runs_a_hospital_nobody_is_guessed(tmp_path: Path, said: str) -> None:
    assert sites(fenmarch(tmp_path, said))["Tarnbeck General Hospital"] is None


@pytest.mark.parametrize(
    "name", ["Tarnbeck General Hospital", "tarnbeck general", "Tarnbeck", "the Ostermoor Infirmary"]
)
def test_what_a_hospital_must_do_is_what_its_trust_must_do(tmp_path: Path, name: str) -> None:
    question = read_question(f"what must {name} do?", [fenmarch(tmp_path)], Filters())
    assert (question.intent, question.organisations) == (Intent.LIST, (FUH,))
    assert [owner for _, owner in question.read_as] == [FUH]


@pytest.mark.parametrize(
    "asked", ["what must Tarnbeck General Hospital do?", "where do adolescents wait at Tarnbeck General Hospital?"]
)
def test_a_hospital_that_nobody_is_said_to_run_is_searched_for_by_its_name(tmp_path: Path, asked: str) -> None:
    question = read_question(asked, [fenmarch(tmp_path, "not described here.")], Filters())
    assert (question.intent, question.organisations) == (Intent.RETRIEVE, ())
    assert {"tarnbeck", "hospital"} <= set(question.topic)


def test_a_hospital_asked_for_as_words_stays_a_hospital(tmp_path: Path) -> None:
    question = read_question(
        "which recommendations mention Tarnbeck General Hospital?", [fenmarch(tmp_path)], Filters()
    )
    assert question.organisations == ()


def test_no_word_of_a_hospitals_name_is_taken_for_a_trust() -> None:
    report = read_report(ROOT / "eval/reports/brackenhulme-2016.txt")
    question = read_question("what did inspectors see at Aldermoor Royal Infirmary?", [report], Filters())
    assert question.organisations == ()
