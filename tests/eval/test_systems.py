"""A running server is asked through its API, and what it refuses is recorded, not raised."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from eval.gold import GoldQuestion
from eval.systems import over_http, reports_of
from index.errors import ClasQAError


class Api(BaseHTTPRequestHandler):
    """Answers like the API: a problem for an empty question, an echo of what was asked for any other."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not asked["question"]:
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
            self.reply(200, {"passages": [{"id": f"{query['reports'][0]}/¶{n}.1"} for n in range(int(query["k"][0]))]})

    def reply(self, status, content):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

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
    system = over_http(url, "secret", ["fenmarch-2014"])
    history = [{"role": "user", "content": "Before?"}]
    answer = system.ask(question("After?", history=history, filters={"kinds": ["finding"]}))
    assert answer["asked"] == {
        "question": "After?",
        "history": history,
        "filters": {"reports": ["fenmarch-2014"], "kinds": ["finding"]},
    }
    assert answer["wall_ms"] > 0
    assert system.find("keys", {}, 2) == ["fenmarch-2014/¶0.1", "fenmarch-2014/¶1.1"]


def test_a_refused_question_is_an_error_in_the_run(url):
    answer = over_http(url, "secret", []).ask(question(""))
    assert (answer["status"], answer["http_status"]) == ("error", 422)


def test_a_server_that_is_not_there_is_an_error_in_the_run(url):
    answer = over_http("http://127.0.0.1:9", None, [], timeout_s=2).ask(question("Hello?"))
    assert answer["status"] == "error"


def test_the_reports_of_a_server_are_listed_with_its_key_and_not_without(url):
    assert reports_of(url, "secret") == {"fenmarch-2014"}
    with pytest.raises(ClasQAError, match="no key"):
        reports_of(url, None)
