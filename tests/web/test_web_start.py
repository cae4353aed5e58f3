"""How the service starts, and when it refuses to."""

import os
import subprocess
import sys

import pytest

from app import create_app, refuse_open_address
from settings import Settings, SettingsError
from tests.web.serving import PROJECT


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "clas.example", ""])
def test_an_address_that_others_can_reach_is_refused_with_what_to_do(host: str) -> None:
    with pytest.raises(SettingsError, match="proxy"):
        create_app(Settings(host=host))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "::1", "[::1]", "localhost"])
def test_loopback_is_served(host: str) -> None:
    refuse_open_address(host)


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("CLAS_QA_HOST", "0.0.0.0", "0.0.0.0"),
        (
            "CLAS_QA_RERANKER",
            "/no/such/reranker",
            "unknown reranker (nothing is downloaded) '/no/such/reranker'; known: none, the path of",
        ),
    ],
)
def test_what_cannot_be_served_stops_the_start_with_one_line_and_no_trace(setting: str, value: str, told: str) -> None:
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=PROJECT,
        env=os.environ | {setting: value},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert told in done.stderr


def test_importing_app_loads_neither_gradio_nor_torch() -> None:
    check = (
        "import sys, app; print([name for name in ('gradio', 'torch', 'fastapi', 'chromadb') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", check], cwd=PROJECT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]"
