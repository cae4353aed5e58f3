"""Answers worded by a language model, from question to answer, over the bundled report: true ones, false ones, and none at all."""

import json
import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from index.embed import Embedder
from index.library import Library
from rag.answer import AnswerStatus
from rag.foreign import NOT_REPEATED
from rag.llm.departure import ClientLeft, Departure
from rag.llm.guest import Breaker
from rag.progress import Stage
from rag.write import Writer
from tests.llm import answers as scripted
from tests.llm.answers import LIES, Said, faithful, lying
from tests.llm.asking import PROMPTS, Asked, Desk, same_as_extractive
from tests.llm.behaviours import BEHAVIOURS, hang, say, status
from tests.llm.prompt import ReadPrompt, read_prompt
from tests.llm.server import ScriptedServer, Seen, Wire, scripted_server
from tests.reports import write_report

QUESTIONS = (
    "Can nurses see the children who are waiting in the emergency department?",
    "Do midwives ask pregnant women about domestic violence?",
    "Are babies weighed in the emergency department?",
    "What support is there for women with low mood after a birth?",
    "How do school nurses reach teenagers?",
    "Who sees a young person who has taken an overdose at the weekend?",
    "Does every expectant mother get a visit from a health visitor before the birth?",
    "What happens when a family with young children moves into the county?",
    "Do GPs meet other professionals to discuss vulnerable families?",
    "What do GP practices do when a child is not brought to an appointment?",
    "Are newborn babies kept in hospital for social reasons?",
    "What is recommended about health passports for care leavers?",
    "How good are the health assessments of looked after children?",
    "How does the substance misuse service work with parents?",
    "What supervision do school nurses get?",
    "How is the risk of sexual exploitation assessed?",
    "Do adult mental health staff think about the children of their patients?",
    "How are strengths and difficulties questionnaires used?",
    "What safeguarding training do staff have?",
    "Is there a service for young carers?",
    "What did the inspectors think of the electronic records?",
    "Is there CCTV in the children's waiting room?",
    "What help is there for pregnant teenagers?",
    "Do parents know that the hospital writes to their GP after a visit?",
)
ONE = QUESTIONS[1]


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as running:
        yield running


@pytest.fixture(scope="module")
def desk(real_library: Library, real_embedder: Embedder, server: ScriptedServer) -> Desk:
    return Desk(real_library.current(), real_embedder, server)


@pytest.fixture
def writer(desk: Desk) -> Iterator[Writer]:
    """Each test has its own: a breaker that counts the failures of several tests opens in one that has none."""
    with desk.writer() as made:
        yield made


@pytest.fixture(autouse=True)
def _usual(server: ScriptedServer) -> Iterator[None]:
    server.usual = BEHAVIOURS["faithful"]
    yield
    server.usual = BEHAVIOURS["faithful"]
    assert server.settled(5)


@pytest.fixture(scope="module")
def plain(desk: Desk) -> Callable[[str], Asked]:
    """`plain(question)`: the answer without a language model, made once."""
    made: dict[str, Asked] = {}

    def ask(question: str) -> Asked:
        if question not in made:
            made[question] = desk.ask(question)
        return made[question]

    return ask


def words(text: str) -> str:
    """The words alone: bullets of a list are left out of an answer."""
    return " ".join(["", *re.findall(r"[^\W_]+", text), ""])


def test_every_citation_of_a_faithful_model_was_offered_and_holds_the_sentence(desk: Desk, writer: Writer) -> None:
    written = [asked for question in QUESTIONS if (asked := desk.ask(question, writer)).seen]
    assert len(written) >= 20
    for asked in written:
        answer, (seen,) = asked.answer, asked.seen
        prompt = read_prompt(seen.messages)
        assert (answer.mode, answer.model, answer.prompts) == ("llm", "m", PROMPTS.hash)
        assert (answer.withheld, answer.warnings, asked.heard.reasons) == ((), (), [])
        assert prompt.question == answer.standalone_question
        assert [stage for stage in asked.heard.stages if stage is not Stage.CHECKING] == [
            Stage.SEARCHING,
            Stage.READING,
            Stage.WRITING,
        ]
        assert asked.heard.sentences == list(answer.sentences)
        offered = {passage.mark: passage.text for passage in prompt.passages}
        for citation in answer.citations:
            assert citation.passage.text == offered[citation.passage.mark]
        for sentence in answer.sentences:
            for name in sentence.citations:
                assert words(sentence.text) in words(offered[name.partition("/")[2]])
            assert f"{sentence.text} [" in answer.answer
    answered = [asked for asked in written if asked.answer.status is AnswerStatus.ANSWERED]
    assert len(answered) >= 20
    for asked in written:
        assert asked in answered or asked.answer.status is AnswerStatus.NOT_IN_REPORT


@pytest.mark.parametrize("question", ["What does paragraph 1.2 say?", "How many recommendations are there?", "2.1"])
def test_what_is_read_from_metadata_is_never_written(desk: Desk, writer: Writer, question: str) -> None:
    asked = desk.ask(question, writer)
    assert (asked.seen, asked.answer.mode, asked.answer.warnings) == ((), "extractive", ())
    assert same_as_extractive(asked.answer, desk.ask(question).answer)
    (warning,) = desk.ask(question, writer, mode="llm").answer.warnings
    assert "not needed" in warning


def test_in_extractive_mode_no_model_is_called(desk: Desk, writer: Writer) -> None:
    asked = desk.ask(ONE, writer, mode="extractive")
    assert (asked.seen, asked.answer.mode, asked.answer.warnings) == ((), "extractive", ())
    assert Stage.WRITING not in asked.heard.stages


def test_who_asks_for_a_model_where_there_is_none_is_told(desk: Desk, plain: Callable[[str], Asked]) -> None:
    asked = desk.ask(ONE, None, mode="llm")
    assert same_as_extractive(asked.answer, plain(ONE).answer)
    assert "No language model is configured" in asked.answer.warnings[-1]


def test_a_model_that_finds_no_answer_is_believed(desk: Desk, writer: Writer, server: ScriptedServer) -> None:
    server.script(say("The reports do not say."))
    asked = desk.ask(ONE, writer)
    assert (asked.answer.status, asked.answer.mode) == (AnswerStatus.NOT_IN_REPORT, "llm")
    assert asked.answer.consulted
    server.script(say(lambda seen: f"{faithful(seen)} The reports do not say."))
    assert desk.ask(ONE, writer).answer.status is AnswerStatus.PARTLY_ANSWERED


def test_a_list_is_asked_for_as_a_list_and_checked_like_prose(desk: Desk, writer: Writer) -> None:
    asked = desk.ask("Tell me as a list how midwives ask pregnant women about domestic violence.", writer)
    assert read_prompt(asked.seen[0].messages).list_asked
    assert asked.answer.mode == "llm"
    waiting = desk.ask("How long is the waiting list for young people with mental health problems?", writer)
    assert not any(read_prompt(seen.messages).list_asked for seen in waiting.seen)


# What no passage says, or what is not shown where it says it.


def _not_offered(desk: Desk, prompt: ReadPrompt) -> str:
    marks = {passage.mark for passage in prompt.passages}
    return next(passage.mark for passage in desk.index.passages if passage.mark not in marks)


def _forged(said: Said, prompt: ReadPrompt) -> str:
    return f"{said.text.rstrip('.')}, and staff said “nobody here ever looks at any of this”. [{said.passage.mark}]"


def _with_marks(said: Said, mark: str) -> str:
    return f"{said.text} {mark}"


def _in_words(said: Said, prompt: ReadPrompt, number: str) -> str:
    return f"As paragraph {number} says, {said.text[0].lower()}{said.text[1:]} [{said.passage.mark}]"


WRONG_MARKS: dict[str, Callable[[Said, ReadPrompt], str]] = {
    "a number only": lambda said, _: _with_marks(said, "[9]"),
    "round brackets": lambda said, _: _with_marks(said, "(para 99.9)"),
    "full-width brackets": lambda said, _: _with_marks(said, "【¶99.9】"),
    "cut by what cannot be seen": lambda said, _: _with_marks(said, "[¶9\u200b9.\u20609]"),
    "a range into nothing": lambda said, _: _with_marks(said, f"[{said.passage.mark}–¶99.9]"),
    "one good, one bad": lambda said, _: _with_marks(said, f"[{said.passage.mark}, ¶99.9]"),
    "in the middle": lambda said, _: said.text.replace(" ", " [¶99.9] ", 1),
    "another report": lambda said, _: _with_marks(said, f"[nowhere-2016 {said.passage.mark}]"),
    "no mark": lambda said, _: said.text,
}
WRONG_WORDS: dict[str, Callable[[Said, ReadPrompt], str]] = {
    "forged quotation": _forged,
    "paragraph 99.9 in words": lambda said, prompt: _in_words(said, prompt, "99.9"),
    "paragraph 1.2 in words": lambda said, prompt: _in_words(said, prompt, "99.2"),
    "a link": lambda said, _: f"{said.text.rstrip('.')}, see https://evil.example/?q=1. [{said.passage.mark}]",
    "an image": lambda said, _: f"{said.text.rstrip('.')} ![x](//evil.example/x.png). [{said.passage.mark}]",
}


def _drafts(edits: dict[str, Callable[[Said, ReadPrompt], str]], at_once: int = 2) -> Callable[[Seen], str]:
    """A model that makes one true sentence into a draft of some of these edits, of others for the next question, whatever it is told."""

    def write(seen: Seen) -> str:
        prompt = read_prompt(seen.messages)
        said = scripted._true_sentences(replace(prompt, objections=()))[:1]
        first = QUESTIONS.index(prompt.question) * at_once
        chosen = [list(edits.values())[(first + number) % len(edits)] for number in range(min(at_once, len(edits)))]
        # One a line, so that no mark can be taken for that of the sentence before.
        return "\n\n".join(edit(one, prompt) for one in said for edit in chosen) or prompt.refusal

    return write


def _as_edit(kind: str) -> Callable[[Said, ReadPrompt], str]:
    return lambda said, prompt: scripted._written([LIES[kind](said, prompt)], replace(prompt, list_asked=False))


GROUPS = {
    "wrong marks": WRONG_MARKS,
    "wrong words": WRONG_WORDS,
    "invented_mark and uncited": {kind: _as_edit(kind) for kind in ("invented_mark", "uncited")},
    **{kind: {kind: _as_edit(kind)} for kind in ("changed_number", "flipped_negation", "swapped_organisation")},
}


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_no_lie_is_ever_shown_however_often_it_is_told(
    desk: Desk, writer: Writer, server: ScriptedServer, plain: Callable[[str], Asked], group: str
) -> None:
    server.usual = say(_drafts(GROUPS[group]), every=200)
    shown: list[str] = []
    asked_of = 0
    for question in QUESTIONS:
        asked = desk.ask(question, writer)
        if not asked.seen or asked.answer.status is AnswerStatus.NOT_IN_REPORT:
            continue
        asked_of += 1
        shown += asked.heard.texts
        if asked.answer.mode == "llm":
            shown += [sentence.text for sentence in asked.answer.sentences]
            continue
        assert len(asked.seen) == 2
        assert same_as_extractive(asked.answer, plain(question).answer)
        assert "could be proved" in asked.answer.warnings[-1]
        assert asked.heard.reasons == [asked.answer.warnings[-1]]
        assert asked.answer.withheld
    assert shown == []
    assert asked_of >= 20


def test_a_mark_that_was_not_offered_leads_nowhere(desk: Desk, writer: Writer, server: ScriptedServer) -> None:
    def write(seen: Seen) -> str:
        prompt = read_prompt(seen.messages)
        (said, *_) = scripted._true_sentences(prompt)
        return f"{said.text} [{_not_offered(desk, prompt)}]"

    server.usual = say(write)
    asked = desk.ask(ONE, writer)
    assert (asked.answer.mode, asked.heard.sentences) == ("extractive", [])
    assert [reason for _, reason in asked.answer.withheld] == [
        f"{desk.index.reports[0].id}/{_not_offered(desk, read_prompt(asked.seen[0].messages))} was not among the passages read"
    ]


def test_a_mark_in_the_middle_counts_and_one_mark_does_not_prove_two_sentences(
    desk: Desk, writer: Writer, server: ScriptedServer
) -> None:
    told: list[str] = []

    def write(seen: Seen) -> str:
        first, second, third = scripted._true_sentences(read_prompt(seen.messages))
        told[:] = [first.text, second.text, third.text]
        middle = first.text.replace(" ", f" [{first.passage.mark}] ", 1)
        return f"{middle} {second.text} {third.text} [{third.passage.mark}]"

    server.usual = say(write)
    asked = desk.ask(ONE, writer)
    assert [sentence.text for sentence in asked.answer.sentences] == [told[0], told[2]]
    assert asked.answer.withheld == ((told[1], "no passage is cited"),)
    assert asked.answer.status is AnswerStatus.PARTLY_ANSWERED


@pytest.mark.parametrize("kind", ["uncited", "invented_mark"])
def test_sentences_mended_on_the_second_try_come_once_each_in_their_place(
    desk: Desk, writer: Writer, server: ScriptedServer, kind: str
) -> None:
    def second_is_a_lie(seen: Seen) -> str:
        prompt = read_prompt(seen.messages)
        first, second, third = scripted._true_sentences(prompt)
        return scripted._written([first, LIES[kind](second, prompt), third], prompt)

    true = [sentence.text for sentence in desk.ask(ONE, writer).answer.sentences]
    server.script(say(second_is_a_lie))
    mended = desk.ask(ONE, writer)
    assert len(mended.seen) == 2
    assert read_prompt(mended.seen[1].messages).objections[0][0] == true[1]
    assert [sentence.text for sentence in mended.answer.sentences] == true
    assert sorted(mended.heard.texts) == sorted(true)
    server.script(say(lying(kind)))
    wholly = desk.ask(ONE, writer)
    assert [sentence.text for sentence in wholly.answer.sentences] == true


def test_a_second_try_that_fails_leaves_the_draft_as_it_was(desk: Desk, writer: Writer, server: ScriptedServer) -> None:
    def last_is_uncited(seen: Seen) -> str:
        return faithful(seen).rpartition(" [")[0]

    server.script(say(last_is_uncited), status(400))
    asked = desk.ask(ONE, writer)
    assert (asked.answer.mode, len(asked.answer.sentences), len(asked.answer.withheld)) == ("llm", 2, 1)
    assert asked.answer.status is AnswerStatus.PARTLY_ANSWERED


# Failures of the model.

FAULTS = [
    "cut",
    "cut_unchunked",
    "length",
    "content_filter",
    "no_finish",
    "empty_choices",
    "empty_text",
    "html",
    "bad_json",
    "error_event",
    "wrong_schema",
    "tool_call",
    "drop",
    "429",
    "500",
    "503",
    "flood",
]
SLOW = ["hang", "hang_after_text", "drip", "drip_comments", "slow_first_byte"]


@pytest.mark.parametrize("name", FAULTS + SLOW)
def test_whatever_fails_the_answer_is_the_extractive_one_in_time_and_says_so(
    desk: Desk, server: ScriptedServer, plain: Callable[[str], Asked], name: str
) -> None:
    server.usual = BEHAVIOURS[name]
    plain(ONE)
    before = time.monotonic()
    desk.ask(ONE)
    alone = time.monotonic() - before
    with desk.writer(timeout_s=1.5) as hurried:
        start = time.monotonic()
        asked = desk.ask(ONE, hurried)
        took = time.monotonic() - start
    assert asked.seen
    assert same_as_extractive(asked.answer, plain(ONE).answer)
    assert asked.answer.withheld == ()
    assert asked.heard.reasons == [asked.answer.warnings[-1]]
    assert "language model" in asked.answer.warnings[-1]
    assert "own sentences" in asked.answer.warnings[-1]
    # The rest is what the extractive answer takes, on a machine that may be busy.
    assert took < 1.5 * 1.2 + 4 * alone + 0.5


def test_sentences_told_before_the_stream_broke_off_are_withdrawn(
    desk: Desk, writer: Writer, server: ScriptedServer, plain: Callable[[str], Asked]
) -> None:
    def break_off(wire: Wire) -> None:
        wire.events()
        wire.piece(faithful(wire.seen) + " And the ward was not ")

    server.script(break_off)
    asked = desk.ask(ONE, writer)
    assert len(asked.heard.sentences) >= 2
    assert asked.heard.reasons == [asked.answer.warnings[-1]]
    assert "broke off" in asked.heard.reasons[0]
    assert same_as_extractive(asked.answer, plain(ONE).answer)


def test_a_full_queue_gives_the_extractive_answer_at_once(
    desk: Desk, server: ScriptedServer, plain: Callable[[str], Asked]
) -> None:
    server.script(hang(for_s=30))
    with desk.writer(concurrency=1, queue=0) as narrow:
        departure = Departure()
        holder = threading.Thread(target=_ask_until_left, args=(desk, narrow, departure))
        before = len(server.seen)
        holder.start()
        while len(server.seen) == before:
            time.sleep(0.01)
        asked = desk.ask(ONE, narrow)
        departure.leave()
        holder.join()
    assert "too many" in asked.answer.warnings[-1].lower()
    assert same_as_extractive(asked.answer, plain(ONE).answer)


def _ask_until_left(desk: Desk, writer: Writer, departure: Departure) -> None:
    with pytest.raises(ClientLeft):
        desk.ask(ONE, writer, departure=departure)


def test_the_breaker_leaves_a_failing_server_alone_and_comes_back(desk: Desk, server: ScriptedServer) -> None:
    server.usual = BEHAVIOURS["503"]
    with desk.writer(breaker=Breaker(failures=2, probe_every_s=60)) as made:
        desk.ask(ONE, made)
        assert made.model.breaker.open
        calls, took = 0, {"resting": list[float](), "extractive": list[float]()}
        for _ in range(4):
            for name, writer in (("resting", made), ("extractive", None)):
                start = time.monotonic()
                calls += len(desk.ask(ONE, writer).seen)
                took[name].append(time.monotonic() - start)
        assert calls == 0
        assert statistics.median(took["resting"]) < 2 * statistics.median(took["extractive"]) + 0.1
    with desk.writer(breaker=Breaker(failures=2, probe_every_s=0.05)) as made:
        desk.ask(ONE, made)
        server.usual = BEHAVIOURS["faithful"]
        time.sleep(0.06)
        assert desk.ask(ONE, made).answer.mode == "llm"
        assert not made.model.breaker.open


@pytest.mark.parametrize("behaviour", [hang(), hang(after="The ward was not ")])
def test_who_leaves_gets_no_answer_and_the_connection_is_closed(
    desk: Desk, writer: Writer, server: ScriptedServer, behaviour: Callable[[Wire], None]
) -> None:
    server.script(behaviour)
    departure, before, aborted = Departure(), len(server.seen), server.aborted
    asking = threading.Thread(target=_ask_until_left, args=(desk, writer, departure))
    asking.start()
    while len(server.seen) == before:
        time.sleep(0.01)
    departure.leave()
    asking.join(5)
    assert not asking.is_alive()
    assert server.settled(2)
    assert server.aborted == aborted + 1


def test_who_has_left_before_is_not_answered(desk: Desk, writer: Writer, server: ScriptedServer) -> None:
    departure, before = Departure(), len(server.seen)
    departure.leave()
    with pytest.raises(ClientLeft):
        desk.ask(ONE, writer, departure=departure)
    assert len(server.seen) == before


# Several drafts, and a judge.


def test_of_several_drafts_the_best_is_taken(desk: Desk, writer: Writer, server: ScriptedServer) -> None:
    def first_uncited(seen: Seen) -> str:
        prompt = read_prompt(seen.messages)
        first, *others = scripted._true_sentences(prompt)
        return scripted._written([replace(first, marks=()), *others], prompt)

    true = desk.ask(ONE, writer).answer
    with desk.writer(samples=3) as several:
        server.script(say(lying("uncited")), say(faithful), say(first_uncited))
        asked = desk.ask(ONE, several)
        assert asked.answer.sentences == true.sentences
        assert asked.heard.sentences == list(true.sentences)
        assert [seen.body["temperature"] > 0 for seen in asked.seen] == [False, True, True]
        server.script(say(faithful), status(400))
        assert desk.ask(ONE, several).answer.sentences == true.sentences
        server.script(status(400))
        assert desk.ask(ONE, several).answer.mode == "extractive"


def _reworded(seen: Seen) -> str:
    """A true answer that is not word for word what the passages say; a judge says what `JUDGED` holds."""
    return faithful(seen).replace(" and ", " as well as ")


@pytest.mark.parametrize("verdict", ["supported", "not supported", "Well, I think that it is supported.", ""])
def test_a_judge_has_the_last_word_and_only_one_word_of_it_lets_a_sentence_pass(
    desk: Desk, server: ScriptedServer, verdict: str
) -> None:
    server.usual = say(lambda seen: verdict if read_prompt(seen.messages).claim else _reworded(seen))
    with desk.writer(judge=True) as judged:
        asked = desk.ask(QUESTIONS[4], judged)
    claims = {read_prompt(seen.messages).claim for seen in asked.seen} - {""}
    assert claims, "no sentence came before the judge"
    by_judge = [sentence.text for sentence in asked.answer.sentences if sentence.decided_by == "judge"]
    assert bool(by_judge) is (verdict == "supported")
    if verdict != "supported":
        assert claims.isdisjoint(sentence.text for sentence in asked.answer.sentences)


def test_where_the_judge_fails_nothing_unjudged_is_shown(
    desk: Desk, server: ScriptedServer, plain: Callable[[str], Asked]
) -> None:
    def fail_as_judge(wire: Wire) -> None:
        (status(400) if read_prompt(wire.seen.messages).claim else say(_reworded))(wire)

    server.usual = fail_as_judge
    with desk.writer(judge=True) as judged:
        asked = desk.ask(QUESTIONS[4], judged)
    assert asked.heard.sentences == []
    assert same_as_extractive(asked.answer, plain(QUESTIONS[4]).answer)


# Several reports, and conversations.


@pytest.fixture(scope="module")
def two_reports(tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder, server: ScriptedServer) -> Desk:
    folder = tmp_path_factory.mktemp("two")
    library = Library(folder / "library", real_embedder)
    for area, wait in (("Elmshire", "nineteen"), ("Oakshire", "four")):
        findings = (
            "Midwives ask every woman about domestic violence and most write the answer down.",
            f"Young people in {area} wait {wait} weeks for a first appointment with the mental health service.",
        )
        library.add(write_report(folder, area, findings))
    return Desk(library.current(), real_embedder, server)


def test_with_several_reports_every_mark_carries_its_report(two_reports: Desk, writer: Writer) -> None:
    asked = two_reports.ask("How long do young people wait for a first appointment?", writer)
    assert asked.answer.mode == "llm"
    assert {mark for passage in read_prompt(asked.seen[0].messages).passages for mark in [passage.mark.split()[0]]} == {
        "elmshire-2016",
        "oakshire-2016",
    }
    cited = {citation.passage.report for citation in asked.answer.citations}
    for report in cited:
        assert f"[{report} ¶1.2]" in asked.answer.answer or len(cited) == 1


def test_a_mark_without_its_report_is_not_guessed(two_reports: Desk, writer: Writer, server: ScriptedServer) -> None:
    server.usual = say(lambda seen: faithful(seen).replace("elmshire-2016 ", "").replace("oakshire-2016 ", ""))
    asked = two_reports.ask("How long do young people wait for a first appointment?", writer)
    assert (asked.answer.mode, asked.heard.sentences) == ("extractive", [])


def _talk(question: str, answer: str) -> tuple[dict[str, str], ...]:
    return ({"role": "user", "content": question}, {"role": "assistant", "content": answer})


def test_only_a_follow_up_that_still_leans_is_written_out_and_only_in_words_of_the_conversation(
    desk: Desk, writer: Writer, server: ScriptedServer
) -> None:
    before = desk.ask(ONE, writer).answer
    history = _talk(ONE, before.answer)
    alone = desk.ask(QUESTIONS[4], writer, history=history)
    assert len(alone.seen) == 1
    leaning = "Does this work well for the others who were not asked about it?"
    written_out = "Do midwives ask pregnant women about domestic violence, and does asking work well for others who were not asked?"
    server.script(say(written_out))
    asked = desk.ask(leaning, writer, history=history)
    first = read_prompt(asked.seen[0].messages)
    assert first.history[0] == ("ASKED", ONE)
    assert asked.answer.standalone_question == written_out
    assert asked.answer.question == leaning
    server.script(say("Does asking fathers in Birchshire work well for the others who were not asked?"))
    refused = desk.ask(leaning, writer, history=history)
    assert "Birchshire" not in json.dumps(refused.answer.public())
    assert "Birchshire" not in "".join(seen.prompt for seen in refused.seen)
    server.script(status(400))
    failed = desk.ask(leaning, writer, history=history)
    assert failed.answer.standalone_question == refused.answer.standalone_question


def test_a_sentence_that_may_not_be_repeated_is_told_of_without_its_words(
    desk: Desk, writer: Writer, server: ScriptedServer
) -> None:
    server.usual = say("Bananas ripen on boats. [¶99.9] Nobody knows why.")
    asked = desk.ask(ONE, writer)
    assert {text for text, _ in asked.answer.withheld} == {NOT_REPEATED}
