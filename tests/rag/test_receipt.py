"""Receipts: an honest one is proved again without a model, and each way of forging one is caught at the field that was touched."""

import copy
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from index.library import Library
from index.store import PassageIndex
from rag.answer import answer_question
from rag.generate import connect
from rag.prompts import load_prompts
from rag.receipt import CheckedReceipt, ReceiptInvalid, check_receipt, read_receipt
from rag.verify import Verifier
from rag.write import Writer
from tests.fakes import WordEmbedder
from tests.llm.behaviours import say
from tests.llm.server import ScriptedServer, scripted_server
from tests.reports import write_report

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"
FINDINGS = (
    "Midwives ask every woman about domestic violence. Most of them do not write the answer down. (Recommendation 1.1)",
    "School nurses hold drop-in sessions. It is not the case that all schools have one. This is good practice.",
    "Young people wait nineteen weeks for a first appointment. (Recommendation 1.2)",
)
TRACE = "Which findings led to recommendation 1.2?"
SEARCHED = "How long do young people wait for a first appointment?"
WRITTEN = (
    "Young people wait nineteen weeks for a first appointment [¶1.3]. Midwives ask every woman about domestic "
    "violence [¶1.1]. Most of them do not write the answer down [¶1.1]."
)
Receipt = dict[str, Any]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> PassageIndex:
    folder = tmp_path_factory.mktemp("receipts")
    library = Library(folder / "data", WordEmbedder())
    library.add(write_report(folder / "files", findings=FINDINGS))
    return library.current()


@pytest.fixture
def check(index: PassageIndex, embedder: WordEmbedder) -> Callable[[Receipt], CheckedReceipt]:
    ask = partial(answer_question, index=index, embedder=embedder, mode="extractive")
    return lambda told: check_receipt(read_receipt(json.dumps(told)), index, Verifier(index, embedder), ask)


@pytest.fixture
def asked(index: PassageIndex, embedder: WordEmbedder) -> Callable[[str], Receipt]:
    """The JSON of an extractive answer."""
    return lambda question: public(answer_question(question, index=index, embedder=embedder))


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as running:
        running.usual = say(WRITTEN)
        yield running


@pytest.fixture
def written(index: PassageIndex, embedder: WordEmbedder, server: ScriptedServer) -> Receipt:
    """The JSON of an answer that a language model wrote."""
    model = connect(server.url, "m", None, timeout_s=20)
    answer = answer_question(
        SEARCHED, index=index, embedder=embedder, writer=Writer(model, load_prompts(PROMPTS)), mode="llm"
    )
    model.close()
    assert answer.mode == "llm", answer.warnings
    assert len(answer.sentences) == 3
    return public(answer)


def public(answer: Any) -> Receipt:
    told: Receipt = json.loads(json.dumps(answer.public()))
    return told


def verdicts(checked: CheckedReceipt) -> list[tuple[str, str]]:
    return [(verdict.verdict, verdict.decided_by) for verdict in checked.verdicts]


def fields(checked: CheckedReceipt) -> list[str]:
    return [problem.field for problem in checked.problems]


@pytest.mark.parametrize(
    "question",
    [
        TRACE,
        SEARCHED,
        "List all recommendations.",
        "How many findings are there in each section?",
        "What does paragraph 1.1 say?",
        "To whom is recommendation 1.1 addressed?",
        "Where is domestic violence mentioned?",
        "Which recommendations are referred to by no finding?",
        "What is the capital of France?",
    ],
)
def test_an_honest_receipt_is_proved_again(
    asked: Callable[[str], Receipt], check: Callable[[Receipt], CheckedReceipt], question: str
) -> None:
    checked = check(asked(question))
    assert checked.problems == ()
    assert checked.ok, verdicts(checked)
    assert checked.public()["still_serves"] is True


def test_a_written_receipt_is_proved_again_without_the_model(
    written: Receipt, check: Callable[[Receipt], CheckedReceipt], server: ScriptedServer
) -> None:
    calls = len(server.seen)
    checked = check(written)
    assert checked.problems == ()
    assert checked.ok, verdicts(checked)
    assert len(server.seen) == calls


def edited(receipt: Receipt, old: str, new: str, *, passages: bool = False) -> Receipt:
    """Answer and sentences with other words; with `passages` what they cite as well."""
    forged = copy.deepcopy(receipt)
    forged["answer"] = forged["answer"].replace(old, new)
    for sentence in forged["sentences"]:
        for name in ("text", "quote"):
            sentence[name] = sentence[name].replace(old, new)
    if passages:
        for citation in forged["citations"]:
            for name in ("text", "quote"):
                citation[name] = citation[name].replace(old, new)
            citation["quote_end"] = citation["quote_start"] + len(citation["quote"])
    assert forged != receipt
    return forged


@pytest.mark.parametrize(
    ("old", "new"), [("nineteen", "nine"), ("Young people", "Old people"), (" wait", " never wait")]
)
@pytest.mark.parametrize("passages", [False, True])
def test_a_changed_word_of_an_extractive_answer_is_caught(
    asked: Callable[[str], Receipt], check: Callable[[Receipt], CheckedReceipt], old: str, new: str, passages: bool
) -> None:
    checked = check(edited(asked(TRACE), old, new, passages=passages))
    assert not checked.ok
    assert ("unsupported", "verbatim") in verdicts(checked)
    assert ("citations[0].text" in fields(checked)) is passages


def test_half_a_sentence_is_no_quotation(
    asked: Callable[[str], Receipt], check: Callable[[Receipt], CheckedReceipt]
) -> None:
    receipt = asked("What does paragraph 1.2 say?")
    half = "all schools have one."
    receipt["answer"] = f"{half} [¶1.2]"
    receipt["sentences"][0] |= {"text": half, "quote": half}
    assert verdicts(check(receipt)) == [("unsupported", "verbatim")]


@pytest.mark.parametrize(
    ("old", "new"),
    [("nineteen weeks", "nine weeks"), ("do not write", "write"), ("every woman", "every woman and man [¶1.9]")],
)
def test_a_changed_word_of_a_written_answer_is_caught(
    written: Receipt, check: Callable[[Receipt], CheckedReceipt], old: str, new: str
) -> None:
    forged = copy.deepcopy(written)
    forged["answer"] = forged["answer"].replace(old, new)
    for sentence in forged["sentences"]:
        sentence["text"] = sentence["text"].replace(old, new)
    checked = check(forged)
    assert [verdict for verdict, _ in verdicts(checked)].count("verified") == 2
    assert not checked.ok


def test_a_count_that_is_not_so_is_caught(
    asked: Callable[[str], Receipt], check: Callable[[Receipt], CheckedReceipt]
) -> None:
    checked = check(edited(asked(TRACE), "1 finding refers", "2 findings refer"))
    assert verdicts(checked)[0] == ("unsupported", "metadata")


def test_a_statement_without_numbers_is_asked_again(
    asked: Callable[[str], Receipt], check: Callable[[Receipt], CheckedReceipt]
) -> None:
    receipt = asked("To whom is recommendation 1.1 addressed?")
    checked = check(edited(receipt, "is addressed to", "is not addressed to"))
    assert ("unsupported", "metadata") in verdicts(checked)


def test_an_invented_statement_that_poses_as_metadata_is_caught(
    asked: Callable[[str], Receipt], check: Callable[[Receipt], CheckedReceipt]
) -> None:
    receipt = asked("What does paragraph 1.2 say?")
    lie = "All is well in every school."
    receipt["answer"] = f"{lie} [¶1.2]"
    receipt["sentences"] = [receipt["sentences"][0] | {"text": lie, "quote": "", "decided_by": "metadata"}]
    assert verdicts(check(receipt)) == [("unsupported", "metadata")]


def test_a_swapped_mark_is_caught_in_the_answer_and_in_its_sentence(
    written: Receipt, check: Callable[[Receipt], CheckedReceipt]
) -> None:
    in_text = written | {"answer": written["answer"].replace("[¶1.3]", "[¶1.1]")}
    assert fields(check(in_text)) == ["answer"]
    in_both = copy.deepcopy(in_text)
    in_both["sentences"][0]["citations"] = ["elmshire-2016/¶1.1"]
    checked = check(in_both)
    assert not checked.verdicts[0].passed
    assert not checked.ok


def test_a_mark_that_names_nothing_is_caught(written: Receipt, check: Callable[[Receipt], CheckedReceipt]) -> None:
    forged = json.loads(json.dumps(written).replace("1.3", "9.9"))
    checked = check(forged)
    assert ("unresolved", "id") in verdicts(checked)
    assert any("no longer" in problem.reason for problem in checked.problems)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quote", "Young people wait nine weeks for a first appointment."),
        ("quote_start", 3),
        ("quote_end", 4),
        ("quote_end", 100_000),
    ],
)
def test_an_edited_quote_or_offset_is_caught(
    written: Receipt, check: Callable[[Receipt], CheckedReceipt], field: str, value: object
) -> None:
    forged = copy.deepcopy(written)
    forged["citations"][0][field] = value
    assert "citations[0].quote" in fields(check(forged))


def test_an_edited_quote_of_a_sentence_is_caught(written: Receipt, check: Callable[[Receipt], CheckedReceipt]) -> None:
    forged = copy.deepcopy(written)
    forged["sentences"][0]["quote"] = "Young people wait nine weeks."
    assert "sentences[0].quote" in fields(check(forged))


@pytest.mark.parametrize(
    "add",
    [
        lambda text: f"{text} All is well.",
        lambda text: f"All is well. {text}",
        lambda text: text.replace("] ", "] All is well [¶1.1]. ", 1),
        lambda text: text.replace("Midwives", "In short: Midwives"),
        lambda text: text.replace(" [¶1.3]", ""),
        lambda text: text.replace(" [¶1.3]", " [¶1.3] [¶1.2]"),
        lambda text: text.rpartition(" Most")[0],
    ],
)
def test_an_answer_that_is_not_exactly_its_sentences_is_caught(
    written: Receipt, check: Callable[[Receipt], CheckedReceipt], add: Callable[[str], str]
) -> None:
    forged = written | {"answer": add(written["answer"])}
    assert forged["answer"] != written["answer"]
    assert fields(check(forged)) == ["answer"]


@pytest.mark.parametrize(("name", "value"), [("voice", "reported"), ("page", 7), ("organisations", ["Nobody"])])
def test_what_is_told_of_a_passage_is_compared(
    written: Receipt, check: Callable[[Receipt], CheckedReceipt], name: str, value: object
) -> None:
    forged = copy.deepcopy(written)
    forged["citations"][0][name] = value
    assert fields(check(forged)) == [f"citations[0].{name}"]


def test_an_edited_linked_recommendation_is_caught(
    written: Receipt, check: Callable[[Receipt], CheckedReceipt]
) -> None:
    forged = copy.deepcopy(written)
    assert forged["related"]
    forged["related"][0]["text"] = "Do nothing."
    assert fields(check(forged)) == ["related[0].text"]


def test_a_completeness_that_is_not_so_is_caught(
    asked: Callable[[str], Receipt], check: Callable[[Receipt], CheckedReceipt]
) -> None:
    assert fields(check(asked(TRACE) | {"completeness": "9 of 9 findings"})) == ["completeness"]


def test_an_answer_without_sentences_is_asked_again(
    asked: Callable[[str], Receipt], check: Callable[[Receipt], CheckedReceipt]
) -> None:
    receipt = asked("What is the capital of France?")
    assert check(receipt | {"answer": "Paris.", "status": "answered"}).public()["problems"] == [
        {"field": "sentences", "reason": "there are none, and asking the question again gives another answer"}
    ]


def test_a_corrected_and_a_removed_report_are_told(
    written: Receipt, library: Library, embedder: WordEmbedder, tmp_path: Path
) -> None:
    def checked() -> CheckedReceipt:
        index = library.current()
        ask = partial(answer_question, index=index, embedder=embedder, mode="extractive")
        return check_receipt(read_receipt(json.dumps(written)), index, Verifier(index, embedder), ask)

    corrected = (*FINDINGS[:2], FINDINGS[2].replace("nineteen", "twenty"))
    library.add(write_report(tmp_path / "corrected", findings=corrected))
    after = checked()
    assert after.problems[0].field == "citations[0].text"
    assert "changed since" in after.problems[0].reason
    assert not after.verdicts[0].passed
    assert after.public()["still_serves"] is False
    library.add(write_report(tmp_path / "other", area="Oakshire"))
    library.remove("elmshire-2016")
    gone = checked()
    assert gone.problems[0].reason == "elmshire-2016/¶1.3: this report is not loaded, or no longer"
    assert {verdict.verdict for verdict in gone.verdicts} == {"unresolved"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"answer": None}, "answer"),
        ({"status": "fine"}, "status"),
        ({"mode": "magic"}, "mode"),
        ({"sentences": [{"text": "x"}]}, "sentences[0].citations"),
        ({"citations": [{"id": "a", "mark": "b", "text": "c", "quote": "c", "quote_start": "0", "quote_end": 1}]},
         "citations[0].quote_start"),
        ({"citations": [{"id": "a", "mark": "b", "text": "c", "quote": "c", "quote_start": -1, "quote_end": 1}]},
         "citations[0].quote_start"),
    ],
)  # fmt: skip
def test_a_field_of_another_shape_is_named(written: Receipt, change: Receipt, field: str) -> None:
    with pytest.raises(ReceiptInvalid) as caught:
        read_receipt(json.dumps(written | change))
    assert caught.value.field == field
    assert field in str(caught.value)


@pytest.mark.parametrize("content", ["", "[]", "{", '"answer"', "{}", "[" * 100_000, '{"answer": "\\ud800"}'])
def test_what_is_no_answer_is_refused(content: str) -> None:
    with pytest.raises(ReceiptInvalid):
        read_receipt(content)
