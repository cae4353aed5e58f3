"""A running server is asked through its API, and what it refuses is recorded, not raised."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from eval.gold import GoldQuestion
from eval.systems import RememberingEmbedder, over_http, reports_of
from index.errors import ClasQAError

# What a server that cannot be trusted sends: status, body, length it says the body has.
LIES = {
    "a list": (200, b"[1]", None),
    "no status": (200, b'{"answer": "Yes."}', None),
    "citations without ids": (200, b'{"status": "answered", "citations": [{"quote": "x"}]}', None),
    "html": (200, b"<p>Welcome</p>", None),
    "cut off": (200, b'{"status": "answe', 500),
    "500": (500, b"boom", None),
}


class Api(BaseHTTPRequestHandler):
    """Answers like the API: a problem for an empty question, an echo of what was asked for any other."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if asked["question"] in LIES:
            self.lie(*LIES[asked["question"]])
        elif not asked["question"]:
            self.reply(422, {"title": "no question"})
        else:
            self.reply(200, {"status": "answered", "citations": [], "sentences": [], "asked": asked})

    def do_GET(self):
        path = urlsplit(self.path)
        if self.headers.get("Authorization") != "Bearer secret":
            self.reply(401, {"title": "no key"})
        elif path.path == "/api/v1/reports":
            self.reply(200, {"reports": [{"id": "fenmarch-2014"}]})
        else:
            query = parse_qs(path.query)
            self.reply(
                200,
                {
                    "passages": [
                        {"id": f"{query['reports'][0]}/¶{n}.1", "score": 0.5} for n in range(int(query["k"][0]))
                    ]
                },
            )

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


@pytest.mark.parametrize("lie", ["a list", "no status", "citations without ids", "html", "cut off", "500"])
def test_an_answer_without_the_shape_of_one_is_an_error_in_the_run(url, lie):
    answer = over_http(url, "secret", []).ask(question(lie))
    assert answer["status"] == "error"
    assert answer["error"]


def test_a_server_that_is_not_there_is_an_error_in_the_run(url):
    answer = over_http("http://127.0.0.1:9", None, [], timeout_s=2).ask(question("Hello?"))
    assert answer["status"] == "error"


def test_the_reports_of_a_server_are_listed_with_its_key_and_not_without(url):
    assert reports_of(url, "secret") == {"fenmarch-2014"}
    with pytest.raises(ClasQAError, match="no key"):
        reports_of(url, None)


def test_no_text_is_embedded_twice_and_rows_stand_in_the_order_of_the_texts(real_embedder):
    remembering = RememberingEmbedder(real_embedder)
    asked = []
    first = remembering.encode(["the door", "the key"], lambda done, total: asked.append(total))
    again = remembering.encode(["the key", "a nurse", "the door"], lambda done, total: asked.append(total))
    assert asked == [2, 1]
    assert (again[[2, 0]] == first).all()
    assert again == pytest.approx(real_embedder.encode(["the key", "a nurse", "the door"]), abs=1e-5)
