"""Servers on loopback ports, shared by the tests of a run."""

from collections.abc import Iterator

import httpx
import pytest

from tests.llm.behaviours import faithfully
from tests.llm.server import ScriptedServer, scripted_server
from tests.reports import FINDINGS, write_report
from tests.web.invented import ATTACK
from tests.web.serving import Running, process, whole_service

# Stands in for a real key; must never be seen anywhere.
KEY = "sk-canary-web-77aa"


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    with process() as url:
        yield url


@pytest.fixture
def client(base_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base_url, timeout=20) as client:
        yield client


@pytest.fixture(scope="session")
def broken_url() -> Iterator[str]:
    """A server whose index cannot be opened."""
    with process("broken") as url:
        yield url


@pytest.fixture(scope="session")
def _scripted() -> Iterator[ScriptedServer]:
    with scripted_server(key=KEY) as server:
        yield server


@pytest.fixture
def model(_scripted: ScriptedServer) -> Iterator[ScriptedServer]:
    """The language model of `written`, faithful unless it is told otherwise, and with nothing seen."""
    assert _scripted.settled(10), "a call of an earlier test is still open"
    _scripted.usual = faithfully
    _scripted.seen.clear()
    _scripted.aborted = 0
    yield _scripted
    _scripted.usual = faithfully


@pytest.fixture(scope="session")
def written(_scripted: ScriptedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A whole service on two invented reports, one with a hostile finding, whose answers the scripted model words."""
    folder = tmp_path_factory.mktemp("written")
    write_report(folder / "reports", findings=(*FINDINGS, f"Receptionists type {ATTACK} into the record."))
    write_report(folder / "reports", "Wrydale", ("Health visitors weigh every baby at home.",), ("Buy new scales.",))
    settings = {"llm_url": _scripted.url, "llm_model": "m", "llm_api_key": KEY, "llm_concurrency": "12"}
    with whole_service(folder, **settings) as service:
        yield service
