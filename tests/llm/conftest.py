"""Scripted servers, a model over one of them, and a certificate that nobody knows."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.generate import LanguageModel, connect
from tests.llm.server import ScriptedServer, scripted_server

# Stands in for a real key; must never be seen anywhere.
CANARY = "sk-canary-4f1d9b"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server(key=CANARY) as running:
        yield running


@pytest.fixture
def connected() -> Iterator[Callable[..., LanguageModel]]:
    """`connected(url, **options)`: a model, closed at the end."""
    models: list[LanguageModel] = []

    def make(url: str, key: str | None = CANARY, **options: Any) -> LanguageModel:
        models.append(connect(url, "m", key, **{"timeout_s": 1.0, **options}))
        return models[-1]

    yield make
    for model in models:
        model.close()


@pytest.fixture
def model(server: ScriptedServer, connected: Callable[..., LanguageModel]) -> LanguageModel:
    return connected(server.url)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key, PEM."""
    openssl = shutil.which("openssl")
    assert openssl, "these tests make a certificate with openssl"
    folder = tmp_path_factory.mktemp("tls")
    files = (folder / "certificate.pem", folder / "key.pem")
    subprocess.run(
        [
            *(
                openssl,
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "2",
            ),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-out", str(files[0]), "-keyout", str(files[1])),
        ],
        check=True,
        capture_output=True,
    )
    return files
