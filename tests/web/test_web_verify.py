"""Anybody's draft, checked against the reports by the whole service."""

import httpx
import pytest

from tests.web.serving import Running
from tests.web.test_web_api import problem_of

TRUE = "Midwives ask every woman about domestic violence [elmshire-2016 ¶1.1]."


def verify(service: Running, text: str, **more: object) -> dict[str, object]:
    response = httpx.post(f"{service.url}/api/v1/verify", json={"text": text, **more}, timeout=30)
    assert response.status_code == 200, response.text[:300]
    checked: dict[str, object] = response.json()
    return checked


def verdicts(checked: dict[str, object]) -> list[tuple[str, str]]:
    sentences = checked["sentences"]
    assert isinstance(sentences, list)
    for sentence in sentences:
        assert set(sentence) == {"text", "citations", "quote", "verdict", "decided_by", "reason"}
    return [(sentence["verdict"], sentence["decided_by"]) for sentence in sentences]


def test_each_sentence_of_a_draft_gets_its_verdict_its_rung_and_its_reason(written: Running) -> None:
    draft = f"{TRUE} Pigs can fly [¶99.9]. Nurses sing. Young people wait 45 weeks for a first appointment [¶1.3]."
    checked = verify(written, draft)
    assert checked["ok"] is False
    assert checked["generation"] == httpx.get(f"{written.url}/readyz").json()["generation"]
    true, unknown, bare, changed = verdicts(checked)
    assert true == ("verified", "verbatim")
    assert unknown == ("unresolved", "id")
    assert bare == ("uncited", "id")
    assert changed[0] == "unsupported"
    sentences = checked["sentences"]
    assert isinstance(sentences, list)
    assert sentences[0]["citations"] == ["elmshire-2016/¶1.1"]
    assert sentences[0]["quote"] == "Midwives ask every woman about domestic violence."
    assert sentences[0]["reason"] == ""
    assert all(sentence["reason"] for sentence in sentences[1:])
    assert "99.9" in sentences[1]["reason"]


def test_a_draft_that_holds_is_ok_and_one_without_a_sentence_is_not(written: Running) -> None:
    assert verify(written, TRUE)["ok"] is True
    assert verify(written, "# Heading only\n\n---")["ok"] is False


def test_a_bare_mark_means_the_reports_that_are_named(written: Running) -> None:
    draft = "Health visitors weigh every baby at home [¶1.1]."
    assert verdicts(verify(written, draft)) == [("unresolved", "id")]
    assert verify(written, draft, reports=["wrydale-2016"])["ok"] is True
    assert verdicts(verify(written, draft, reports=["elmshire-2016"]))[0][0] != "verified"


def test_a_report_that_is_not_loaded_is_answered_with_those_that_are(written: Running) -> None:
    body = {"text": TRUE, "reports": ["nowhere-2016"]}
    problem = problem_of(httpx.post(f"{written.url}/api/v1/verify", json=body), 404)
    assert problem["known"] == ["elmshire-2016", "wrydale-2016"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": " \n\t"},
        {"text": "\x00\u200b"},
        {"text": 5},
        {"text": "x" * 20_001},
        {"text": "a", "reports": "elmshire-2016"},
        {"text": "a", "reports": ["a"] * 51},
        [],
    ],
)
def test_a_body_that_does_not_fit_is_a_422_problem(client: httpx.Client, body: object) -> None:
    problem_of(client.post("/api/v1/verify", json=body), 422)


def test_what_is_wrong_with_a_draft_is_told_with_the_limit_and_the_known_fields(client: httpx.Client) -> None:
    long = problem_of(client.post("/api/v1/verify", json={"text": "x" * 20_001}), 422)
    assert "20000" in str(long["detail"])
    unknown = problem_of(client.post("/api/v1/verify", json={"text": "a", "question": "b"}), 422)
    assert "known: text, reports" in str(unknown["detail"])
    problem_of(client.post("/api/v1/verify", content=b"x" * 70_000, headers={"content-type": "application/json"}), 413)
    problem_of(client.post("/api/v1/verify", content=b"text=a", headers={"content-type": "text/plain"}), 415)


def test_a_long_hostile_draft_is_read_within_seconds(written: Running) -> None:
    draft = ("[¶1.1][R1.1](" * 500 + "<script>alert(1)</script> ![x](http://203.0.113.9/x) " * 200)[:20_000]
    response = httpx.post(f"{written.url}/api/v1/verify", json={"text": draft}, timeout=60)
    assert response.status_code == 200
    assert response.json()["ok"] is False
    assert response.elapsed.total_seconds() < 30
