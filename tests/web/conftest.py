"""Real server processes on loopback ports; see invented.py for what they serve."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

PROJECT = Path(__file__).parents[2]


@contextmanager
def process(*arguments: str) -> Iterator[str]:
    """Base URL of a server process that is ended afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.web.invented", str(port), *arguments]
    server = subprocess.Popen(command, cwd=PROJECT)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_alive(url, server)
        yield url
    finally:
        server.terminate()
        server.wait(15)


def wait_until_alive(url: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended at its start"
        try:
            if httpx.get(f"{url}/healthz", timeout=5).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer within 60 s")


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
