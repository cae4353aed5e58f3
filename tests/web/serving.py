"""Server processes for the tests; invented.py says what they serve."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

PROJECT = Path(__file__).parents[2]


@contextmanager
def process(*arguments: str) -> Iterator[str]:
    """Base URL of a server process that is ended afterwards."""
    port = free_port()
    command = [sys.executable, "-m", "tests.web.invented", str(port), *arguments]
    server = subprocess.Popen(command, cwd=PROJECT)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_alive(url, server)
        yield url
    finally:
        server.terminate()
        server.wait(15)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def wait_until_alive(url: str, server: "subprocess.Popen[bytes]", wait_s: float = 90) -> None:
    deadline = time.monotonic() + wait_s
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended at its start"
        try:
            if httpx.get(f"{url}/healthz", timeout=5).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not answer within {wait_s} s")
