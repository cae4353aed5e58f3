"""The whole service as it is started, on the bundled report, with every way off the machine shut."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.web.serving import PROJECT, free_port, wait_until_alive

# Anything that would leave the machine, a name look-up included, ends the process.
GUARDED = """
import os, sys

def shut(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        target = arguments[1][0]
    elif event == "socket.getaddrinfo":
        target = arguments[0]
    else:
        return
    if target not in (None, "", "127.0.0.1", "::1", "localhost", b"127.0.0.1", b"localhost"):
        sys.stderr.write(f"LEFT THE MACHINE: {event} {target}\\n")
        sys.stderr.flush()
        os._exit(99)

sys.addaudithook(shut)
import app
sys.exit(app.main())
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    data: Path = tmp_path_factory.mktemp("data")
    environment = os.environ | {"CLAS_QA_DATA_DIR": str(data), "CLAS_QA_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-c", GUARDED], cwd=PROJECT, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_alive(url, process, wait_s=300)
        ready = httpx.get(f"{url}/readyz", timeout=30)
        assert ready.status_code == 200, ready.text
        yield url
        assert process.poll() is None, "the service ended while it was in use"
    finally:
        process.terminate()
        process.wait(30)


def ask(service: str, question: str) -> dict[str, object]:
    response = httpx.post(f"{service}/api/v1/ask", json={"question": question}, timeout=60)
    assert response.status_code == 200, response.text[:300]
    answer: dict[str, object] = response.json()
    return answer


@pytest.mark.parametrize(
    "question",
    [
        "Who checks that referrals are followed up?",
        "Which findings led to recommendation 2.7?",
        "What does paragraph 2.1 say?",
        "How many recommendations are there?",
        "What is the capital of France?",
        "\u202e!!! 👩‍👧 <b>{{7*7}}</b> '; DROP TABLE",
    ],
)
def test_every_answer_can_be_looked_up_and_its_quotes_stand_where_it_says(service: str, question: str) -> None:
    answer = ask(service, question)
    citations = answer["citations"]
    assert isinstance(citations, list)
    for citation in citations:
        passage = httpx.get(f"{service}/api/v1/reports/{citation['report']}/passages/{citation['mark']}").json()
        assert passage["text"] == citation["text"]
        assert passage["text"][citation["quote_start"] : citation["quote_end"]] == citation["quote"]
        assert f"{citation['mark']}]" in str(answer["answer"])
        assert httpx.get(service + passage["url"]).status_code == 200
    if answer["status"] not in ("answered", "partly_answered"):
        assert citations == []


def test_every_passage_of_the_report_has_its_page_and_every_link_of_it_leads_somewhere(service: str) -> None:
    with httpx.Client(base_url=service, timeout=30) as client:
        for report in client.get("/api/v1/reports").json()["reports"]:
            whole = client.get(report["url"]).text
            links = set(re.findall(r'href="(/[^"#]*)', whole))
            assert len(links) >= sum(report["counts"].values())
            for link in links:
                assert client.get(link).status_code == 200, link
            for anchor in re.findall(r'href="#([^"]+)"', whole):
                assert f'id="{anchor}"' in whole
