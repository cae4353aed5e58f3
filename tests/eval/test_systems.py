"""A running server is asked through its API, and what it refuses is recorded, not raised."""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from eval.__main__ import main
from eval.gold import GoldQuestion
from eval.run import Suite, find_run, report_file, write_run
from eval.server import over_http, reports_of
from eval.systems import RememberingEmbedder, in_process
from index.errors import ClasQAError
from tests.fakes import WordEmbedder
from tests.web.serving import process

# What a server that cannot be trusted sends: status, body, length it says the body has.
LIES = {
    "a list": (200, b"[1]", None),
    "no status": (200, b'{"answer": "Yes."}', None),
    "citations without ids": (200, b'{"status": "answered", "citations": [{"quote": "x"}]}', None),
    "html": (200, b"<p>Welcome</p>", None),
    "cut off": (200, b'{"status": "answe', 500),
    "500": (500, b"boom", None),
    "no status of ours": (200, b'{"status": "fine"}', None),
    "an error that calls itself an answer": (200, b'{"status": "error"}', None),
    "an offset that is a text": (
        200,
        b'{"status": "answered", "citations": [{"id": "a/1", "quote": "x", "quote_start": "0"}]}',
        None,
    ),
    "half a character": (200, rb'{"status": "answered", "answer": "\ud800"}', None),
    "half a character where nobody looks": (200, rb'{"status": "answered", "mode": ["\ud800"]}', None),
    "a problem with half a character": (500, rb'{"title": "\ud800"}', None),
    "422 for a filter": (422, b'{"title": "no", "errors": [{"field": "filters.kinds", "message": "?"}]}', None),
    "422 for more than the question": (422, b'{"errors": [{"field": "question"}, {"field": "mode"}]}', None),
    "422 without a reason": (422, b'{"title": "The report cannot be read", "detail": "question"}', None),
    "422 that is a list": (422, b"[1]", None),
}
# What a search may send that is no list of passages.
NO_PASSAGES = {
    "503": (503, b'{"title": "The index cannot answer now", "detail": "Wait."}', None),
    "no passages": (200, b'{"hits": []}', None),
    "null": (200, b'{"passages": null}', None),
    "no id": (200, b'{"passages": [{"score": 1}]}', None),
    "a score in words": (200, b'{"passages": [{"id": "a/1", "score": "high"}]}', None),
    "a score that is no number": (200, b'{"passages": [{"id": "a/1", "score": NaN}]}', None),
}


class Api(BaseHTTPRequestHandler):
    """Answers like the API: a problem for an empty question, an echo of what was asked for any other."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if asked["question"] in LIES:
            self.lie(*LIES[asked["question"]])
        elif not asked["question"]:
            self.reply(422, {"title": "no", "errors": [{"field": "question", "message": "is empty; ask something"}]})
        else:
            self.reply(200, {"status": "answered", "citations": [], "sentences": [], "asked": asked})

    def do_GET(self):
        path = urlsplit(self.path)
        if path.path.startswith("/strange/"):
            self.lie(200, b'{"reports": ["fenmarch-2014"]}', None)
        elif self.headers.get("Authorization") != "Bearer secret":
            self.reply(401, {"title": "no key"})
        elif path.path.endswith("/api/v1/reports"):
            self.reply(200, {"reports": [{"id": "fenmarch-2014"}]})
        elif path.path.startswith("/unsearchable/"):
            self.lie(*NO_PASSAGES["503"])
        else:
            self.search(parse_qs(path.query))

    def search(self, query):
        text = query["q"][0]
        if text in NO_PASSAGES:
            self.lie(*NO_PASSAGES[text])
        elif text == "\u200b":
            self.reply(422, {"title": "no", "errors": [{"field": "q", "message": "is empty; ask something"}]})
        else:
            score = {"no score": {}, "score null": {"score": None}}.get(text, {"score": 0.5})
            found = [{"id": f"{query['reports'][0]}/¶{n}.1"} | score for n in range(int(query["k"][0]))]
            self.reply(200, {"passages": found})

    def reply(self, status, content):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def lie(self, status, body, length):
        self.send_response(status)
        self.send_header("Content-Length", str(length or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Stay quiet."""


@pytest.fixture
def url():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def served():
    """Our own API in a process of its own."""
    with process() as address:
        yield address


def question(text, **changes):
    return GoldQuestion.model_validate(
        {
            "id": "q",
            "question": text,
            "type": "single",
            "register": "plain",
            "report": "fenmarch-2014",
            "must": [],
            "may": [],
        }
        | {"facts": [], "answerable": False, "expected_status": "out_of_scope"}
        | changes
    )


def test_a_server_is_asked_about_the_report_with_history_and_filters(url):
    system = over_http(url, "secret", ["fenmarch-2014"], mode="extractive")
    history = [{"role": "user", "content": "Before?"}]
    answer = system.ask(question("After?", history=history, filters={"kinds": ["finding"]}))
    assert answer["asked"] == {
        "question": "After?",
        "history": history,
        "filters": {"reports": ["fenmarch-2014"], "kinds": ["finding"]},
        "mode": "extractive",
    }
    assert answer["wall_ms"] > 0
    assert system.find("keys", {}, 2) == [["fenmarch-2014/¶0.1"], ["fenmarch-2014/¶1.1"]]
    assert system.best_score("keys", {}) == 0.5


def test_a_question_that_the_api_refuses_as_none_ends_as_invalid(url):
    answer = over_http(url, "secret", []).ask(question(""))
    assert (answer["status"], answer["http_status"]) == ("invalid_question", 422)


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_without_the_shape_of_one_is_an_error_in_the_run_that_can_be_written(url, lie):
    answer = over_http(url, "secret", []).ask(question(lie))
    assert answer["status"] == "error"
    assert answer["error"]
    assert json.dumps(answer, ensure_ascii=False).encode()


@pytest.mark.parametrize("text", ["", "  ", "\u200b", "x" * 2001])
def test_our_own_api_says_by_422_that_a_text_is_no_question(served, text):
    answer = over_http(served, None, []).ask(question(text))
    assert (answer["status"], answer["http_status"]) == ("invalid_question", 422)
    assert over_http(served, None, []).find(text, {}, 5) == []


def test_a_filter_that_our_own_api_does_not_take_is_an_error_and_stops_a_search(served):
    system = over_http(served, None, ["area-2015"], mode="shouted")
    answer = system.ask(question("Who keeps the keys?"))
    assert (answer["status"], answer["http_status"]) == ("error", 422)
    with pytest.raises(ClasQAError, match="HTTP 404"):
        system.find("keys", {"reports": ["nowhere-2015"]}, 5)


@pytest.mark.parametrize("text", NO_PASSAGES)
def test_a_search_that_fails_is_told_with_its_address_and_not_taken_for_one_that_found_nothing(url, text):
    system = over_http(url, "secret", ["fenmarch-2014"])
    for asked in (lambda: system.find(text, {}, 5), lambda: system.best_score(text, {})):
        with pytest.raises(ClasQAError, match=f"{url}/api/v1/search") as told:
            asked()
        assert "\n" not in str(told.value)


def test_a_run_over_a_server_whose_search_fails_is_told_in_one_line_and_leaves_the_last_one(
    url, tmp_path, monkeypatch, capsys
):
    arguments = ["--suite", "fenmarch-2014", "--type", "lookup", "--key", "secret", "--runs", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["eval", "run", *arguments, "--url", url])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    last = find_run("latest", tmp_path)
    before = {path.name: path.read_bytes() for path in last.iterdir()}
    monkeypatch.setattr(sys, "argv", ["eval", "run", *arguments, "--url", f"{url}/unsearchable"])
    with pytest.raises(SystemExit) as ended:
        main()
    told = " ".join(capsys.readouterr().err.split())
    assert ended.value.code == 2
    assert "HTTP 503: The index cannot answer now: Wait." in told
    assert f"{url}/unsearchable/api/v1/search" in told
    assert "Traceback" not in told
    assert {path.name: path.read_bytes() for path in last.iterdir()} == before
    assert find_run("latest", tmp_path) == last


@pytest.mark.parametrize("text", ["no score", "score null"])
def test_a_search_need_not_tell_scores(url, text):
    system = over_http(url, "secret", ["fenmarch-2014"])
    assert system.best_score(text, {}) is None
    assert len(system.find(text, {}, 3)) == 3


def test_a_pipeline_that_breaks_on_one_question_leaves_the_others_answered(tmp_path):
    class Breaking(WordEmbedder):
        def encode(self, texts, progress=None):
            if any("zeppelin" in text.lower() for text in texts):
                raise IndexError("no such row")
            return super().encode(texts, progress)

    system = in_process([report_file("fenmarch-2014")], tmp_path / "data", Breaking())
    broken = question("Which zeppelin was inspected at night?", id="broken")
    whole = question("Who keeps the medication records?", id="whole")
    write_run(tmp_path / "run", [(Suite("fenmarch-2014", (broken, whole), ("fenmarch-2014",)), system)], [], {})
    lines = (tmp_path / "run" / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    first, second = (json.loads(line) for line in lines)
    assert first["answer"].pop("wall_ms") > 0
    assert first["answer"] == {"status": "error", "error": "IndexError: no such row"}
    assert second["answer"]["status"] != "error"
    assert isinstance(second["best_score"], float)


def test_a_server_that_is_not_there_is_an_error_in_the_run(url):
    answer = over_http("http://127.0.0.1:9", None, [], timeout_s=2).ask(question("Hello?"))
    assert answer["status"] == "error"


def test_the_reports_of_a_server_are_listed_with_its_key_and_not_without(url):
    assert reports_of(url, "secret") == {"fenmarch-2014"}
    with pytest.raises(ClasQAError, match="no key"):
        reports_of(url, None)


def test_reports_of_another_shape_and_an_address_that_is_none_are_told_in_one_line(url):
    for address in (f"{url}/strange", "notaurl", "http://[", "http://a b"):
        with pytest.raises(ClasQAError, match="does not list its reports") as told:
            reports_of(address, "secret")
        assert "\n" not in str(told.value)


def test_no_text_is_embedded_twice_and_rows_stand_in_the_order_of_the_texts(real_embedder):
    remembering = RememberingEmbedder(real_embedder)
    asked = []
    first = remembering.encode(["the door", "the key"], lambda done, total: asked.append(total))
    again = remembering.encode(["the key", "a nurse", "the door"], lambda done, total: asked.append(total))
    assert asked == [2, 1]
    assert (again[[2, 0]] == first).all()
    assert again == pytest.approx(real_embedder.encode(["the key", "a nurse", "the door"]), abs=1e-5)
