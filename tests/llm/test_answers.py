"""The scripted model itself: what it says truly is true, and each lie is a lie of its kind."""

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import replace

import pytest

from index.report import Kind, Passage, Voice
from rag.generate import Deadline, LanguageModel
from rag.prompts import NOT_IN_THE_REPORTS, SAMPLES, Message, load_prompts, new_fence
from tests.llm.answers import LIES, STRANGER, faithful, lying
from tests.llm.behaviours import BEHAVIOURS
from tests.llm.server import ScriptedServer, Seen
from tests.rag.test_prompts import FOLDER

PROMPTS = load_prompts(FOLDER)
NURSES = Passage(
    report="elmshire-2016",
    mark="¶1.2",
    kind=Kind.FINDING,
    voice=Voice.INSPECTORS,
    number="1.2",
    heading=("Early help",),
    section_number="1",
    text="At Elm Trust most wards had two nurses at night. Not every nurse was trained in safeguarding children. (Recommendation 2.1)",
    start=0,
    end=1,
    organisations=("Elm Trust",),
)
SCHOOLS = replace(
    NURSES,
    mark="¶1.3",
    text="Oak Council pays for school nurses.\nSafeguarding training did not reach the school nurses in time.",
    organisations=("Oak Council",),
)
TRUE = (
    "At Elm Trust most wards had two nurses at night. [¶1.2] Not every nurse was trained in safeguarding children. [¶1.2] "
    "Safeguarding training did not reach the school nurses in time. [¶1.3]"
)


def seen(name: str = "answer", **changes: object) -> Seen:
    material: dict[str, object] = {
        "question": "Which nurses had safeguarding training at night?",
        "passages": (NURSES, SCHOOLS),
        "fence": new_fence(),
    }
    material |= {"several_reports": False, **changes}
    variables = {key: material.get(key, sample) for key, sample in SAMPLES[name].items()}
    messages = PROMPTS.render(name, **variables)
    return Seen("/", {}, {"messages": [{"role": one.role, "content": one.content} for one in messages]})


def test_a_faithful_answer_is_made_of_sentences_of_the_passages_each_with_its_mark() -> None:
    assert faithful(seen()) == TRUE


def test_marks_are_given_back_as_they_were_shown() -> None:
    assert "[elmshire-2016 ¶1.3]" in faithful(seen(several_reports=True))


def test_a_list_is_given_where_one_is_asked_for() -> None:
    assert faithful(seen(list_asked=True)) == "\n".join(
        f"- {line}" for line in re.findall(r"[^\]]+\]", TRUE.replace("] ", "]"))
    )


def test_where_the_passages_say_nothing_the_agreed_words_are_given() -> None:
    assert faithful(seen(question="Who won?")) == NOT_IN_THE_REPORTS


def test_objections_are_answered_with_the_nearest_true_sentence() -> None:
    objections = ({"sentence": "All wards had nine nurses at night. [¶1.2]", "reason": "numbers differ"},)
    assert (
        faithful(seen("objections", objections=objections)) == "At Elm Trust most wards had two nurses at night. [¶1.2]"
    )


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [("Oak Council pays for school nurses.", "supported"), ("Elm Council pays for school nurses.", "not supported")],
)
def test_a_claim_is_supported_where_a_passage_says_it_word_for_word(claim: str, verdict: str) -> None:
    assert faithful(seen("judge", claim=claim)) == verdict
    assert lying("uncited")(seen("judge", claim=claim)) == "supported"


def test_a_follow_up_is_given_back() -> None:
    assert faithful(seen("followup", question="And at night?")) == "And at night?"


LIED = {
    "invented_mark": re.sub(r"¶1\.\d", "¶99.9", TRUE),
    "uncited": re.sub(r" \[[^]]*\]", "", TRUE),
    "flipped_negation": "At Elm Trust most wards had not two nurses at night. [¶1.2] Not every nurse was not trained in safeguarding "
    "children. [¶1.2] Safeguarding training did reach the school nurses in time. [¶1.3]",
    "changed_number": "At Elm Trust most wards had five nurses at night. [¶1.2] Not every nurse was trained in safeguarding children in 37 "
    "cases. [¶1.2] Safeguarding training did not reach the school nurses in time in 37 cases. [¶1.3]",
    "swapped_organisation": "At Oak Council most wards had two nurses at night. [¶1.2] At Oak Council, not every nurse was trained in "
    "safeguarding children. [¶1.2] At Elm Trust, safeguarding training did not reach the school nurses in time. [¶1.3]",
}


@pytest.mark.parametrize("kind", sorted(LIES))
def test_each_sentence_of_a_lying_answer_is_a_lie_of_its_kind(kind: str) -> None:
    assert lying(kind)(seen()) == LIED[kind]


def test_without_another_organisation_a_stranger_is_brought_in() -> None:
    assert STRANGER in lying("swapped_organisation")(seen(passages=(NURSES,)))


@pytest.mark.parametrize("kind", sorted(LIES))
def test_lies_come_over_the_wire(model: LanguageModel, server: ScriptedServer, kind: str) -> None:
    server.usual = BEHAVIOURS[f"lying_{kind}"]
    messages = [Message(one["role"], one["content"]) for one in seen().messages]  # type: ignore[arg-type]
    assert model.complete(messages, Deadline(2)) == LIED[kind]


def test_the_server_runs_as_a_process_and_is_scripted_from_outside(connected: Callable[..., LanguageModel]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.llm.server", "0"], stdout=subprocess.PIPE, text=True, cwd=FOLDER.parent
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        model = connected(url, None)
        messages = [Message(one["role"], one["content"]) for one in seen().messages]  # type: ignore[arg-type]
        assert model.complete(messages, Deadline(2)) == TRUE
        root = url.removesuffix("/v1")
        told = json.dumps({"behaviours": [], "usual": "lying_uncited"}).encode()
        request = urllib.request.Request(f"{root}/script", told, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=2).close()
        assert model.complete(messages, Deadline(2)) == LIED["uncited"]
        with urllib.request.urlopen(f"{root}/seen", timeout=2) as answer:
            assert [one["model"] for one in json.load(answer)["requests"]] == ["m", "m"]
    finally:
        process.terminate()
        process.wait(5)
        assert process.stdout is not None
        process.stdout.close()
