"""clas-qa doctor: each part well, not configured, or failing with what to do; over real servers, and never with a key in it."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from doctor import Check, State, examine
from index.library import Library
from settings import Settings
from tests.certificates import self_signed
from tests.command_line import command_line
from tests.llm.behaviours import finish, say
from tests.llm.server import scripted_server

CANARY = "sk-canary-77c1d0"
Examined = Callable[..., dict[str, Check]]


@pytest.fixture
def examined(real_library: Library, real_data_dir: Path) -> Examined:
    """`examined(**settings)`: the checks by name, proved to hold no key."""

    def look(**chosen: Any) -> dict[str, Check]:
        checks = list(examine(Settings(**{"data_dir": real_data_dir, "llm_api_key": CANARY, **chosen})))
        assert CANARY not in repr(checks)
        return {check.name.removeprefix("language model: "): check for check in checks}

    return look


def states(checks: dict[str, Check]) -> dict[str, str]:
    return {name: check.state.value for name, check in checks.items()}


def test_without_a_language_model_all_is_well(examined: Examined) -> None:
    told = states(examined())
    assert {name for name, state in told.items() if state == "not configured"} == {
        "reranker",
        "NLI model",
        "language model",
    }
    assert State.FAILS.value not in told.values()


def test_a_model_that_answers_is_told_with_its_host_and_time(examined: Examined) -> None:
    with scripted_server(key=CANARY) as server:
        server.usual = say("ready")
        checks = examined(llm_url=server.url, llm_model="m")
        assert {check.state for name, check in checks.items() if name not in ("reranker", "NLI model")} == {State.OK}
        assert f"m at 127.0.0.1:{server.port}, not encrypted" in checks["language model"].detail
        assert "whole, streamed, 5 characters in" in checks["reply"].detail
        assert checks["key"].detail == "accepted"
        assert [seen.streamed for seen in server.seen] == [True]


def test_a_key_that_is_refused_or_missing_is_told(examined: Examined) -> None:
    with scripted_server(key="sk-another") as server:
        refused = examined(llm_url=server.url, llm_model="m")["key"]
        assert (refused.state, refused.detail) == (State.FAILS, "refused; check CLAS_QA_LLM_API_KEY")
        missing = examined(llm_url=server.url, llm_model="m", llm_api_key=None)["key"]
        assert (missing.state, missing.detail) == (State.FAILS, "refused; set CLAS_QA_LLM_API_KEY")


def test_a_certificate_is_refused_until_its_authority_is_named(examined: Examined, tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)
    with scripted_server(key=CANARY, tls=certificate) as server:
        server.usual = say("ready")
        stranger = examined(llm_url=server.url, llm_model="m")
        assert stranger["server"].state is State.FAILS
        assert "CLAS_QA_LLM_CA_FILE" in stranger["server"].detail
        assert "reply" not in stranger
        known = examined(llm_url=server.url, llm_model="m", llm_ca_file=certificate[0])
        assert known["reply"].state is State.OK
        assert "over TLS" in known["language model"].detail


def test_a_server_that_is_not_there_is_told(examined: Examined) -> None:
    for url in ("http://127.0.0.1:9/v1", "http://no-such-host.invalid/v1"):
        checks = examined(llm_url=url, llm_model="m")
        assert checks["server"].state is State.FAILS
        assert "check CLAS_QA_LLM_URL" in checks["server"].detail


def test_a_reply_that_is_cut_is_told(examined: Examined) -> None:
    with scripted_server(key=CANARY) as server:
        server.usual = finish("length")
        reply = examined(llm_url=server.url, llm_model="m")["reply"]
        assert reply.state is State.FAILS
        assert "CLAS_QA_LLM_MAX_TOKENS" in reply.detail


def test_what_cannot_be_used_fails_and_the_rest_is_still_looked_at(examined: Examined, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    checks = examined(
        data_dir=file / "data",
        reranker="/no/such/reranker",
        nli=str(tmp_path),
        prompts_dir=tmp_path,
        llm_url=f"http://user:{CANARY}@127.0.0.1/v1",
        llm_model="m",
    )
    failing = {"data folder", "reranker", "NLI model", "prompts", "language model"}
    assert {name for name, check in checks.items() if check.state is State.FAILS} - {"index"} == failing
    assert checks["embedding model"].state is State.OK
    assert "answer.md.j2" in checks["prompts"].detail


def test_an_index_that_is_not_built_yet_is_no_fault_and_is_not_built(examined: Examined, tmp_path: Path) -> None:
    assert examined(data_dir=tmp_path / "data")["index"].state is State.NOT_CONFIGURED
    assert not (tmp_path / "data").exists()


def test_the_command_exits_with_1_where_something_fails(real_library: Library, real_data_dir: Path) -> None:
    environment = os.environ | {
        "CLAS_QA_DATA_DIR": str(real_data_dir),
        "CLAS_QA_LLM_URL": "http://127.0.0.1:9/v1",
        "CLAS_QA_LLM_MODEL": "m",
        "CLAS_QA_LLM_API_KEY": CANARY,
    }
    done = command_line("doctor", "--json", environment=environment)
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert told["ok"] is False
    assert [check["name"] for check in told["checks"] if check["state"] == "fails"] == ["language model: server"]
    assert CANARY not in done.stdout + done.stderr
