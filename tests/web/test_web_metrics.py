"""What is counted, and how the service tells that its language model is away."""

from collections.abc import Iterator

import httpx
import pytest

from tests.llm.server import ScriptedServer
from tests.web.conftest import KEY
from tests.web.serving import Running, process


@pytest.fixture(scope="module")
def degraded_url() -> Iterator[str]:
    """A server whose language model is left alone after failures."""
    with process("degraded") as url:
        yield url


def test_answers_are_counted_by_status_and_mode_and_timed(written: Running, model: ScriptedServer) -> None:
    worded = 'clas_qa_answers_total{mode="llm",status="answered"}'
    verbatim = 'clas_qa_answers_total{mode="extractive",status="answered"}'
    before = [written.metric(name) for name in (worded, verbatim, 'clas_qa_answer_seconds_count{mode="llm"}')]
    for mode in ("auto", "extractive"):
        body = {"question": "What do school nurses hold?", "mode": mode}
        assert httpx.post(f"{written.url}/api/v1/ask", json=body, timeout=30).json()["status"] == "answered"
    after = [written.metric(name) for name in (worded, verbatim, 'clas_qa_answer_seconds_count{mode="llm"}')]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1, 1]
    assert len(model.seen) == 1


def test_what_is_counted_holds_no_word_of_a_question_and_no_key(written: Running, model: ScriptedServer) -> None:
    httpx.post(f"{written.url}/api/v1/ask", json={"question": "Do zebras wait for an appointment?"}, timeout=30)
    response = httpx.get(f"{written.url}/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    assert "clas_qa_llm_calls_total" in response.text
    for secret in ("zebra", KEY, "elmshire", model.url, str(model.port)):
        assert secret not in response.text.lower()


def test_the_perimeter_stands_before_the_counters(client: httpx.Client) -> None:
    assert client.get("/metrics", headers={"host": "evil.example"}).status_code == 400
    assert client.post("/metrics", headers={"origin": "https://evil.example"}).status_code == 403
    response = client.get("/metrics", headers={"origin": "https://evil.example"})
    assert not [name for name in response.headers if name.startswith("access-control-")]
    assert response.headers["x-content-type-options"] == "nosniff"


def test_readiness_names_the_language_model_and_tells_neither_key_nor_address(
    written: Running, model: ScriptedServer
) -> None:
    response = httpx.get(f"{written.url}/readyz")
    assert response.json()["status"] == "ready"
    assert response.json()["language_model"] == {"model": "m", "state": "ready", "detail": ""}
    assert KEY not in response.text
    assert str(model.port) not in response.text


def test_a_service_without_its_language_model_is_degraded_and_still_ready_to_answer(degraded_url: str) -> None:
    response = httpx.get(f"{degraded_url}/readyz")
    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert response.json()["language_model"] == {"model": "m", "state": "resting", "detail": "left alone for a moment"}
    answer = httpx.post(f"{degraded_url}/api/v1/ask", json={"question": "Who checks alerts?"})
    assert answer.json()["status"] == "answered"
