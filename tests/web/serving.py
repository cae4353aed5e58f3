"""Server processes for the tests; invented.py says what they serve."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Running:
    """A whole service, and what its process holds."""

    url: str
    pid: int

    @property
    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))

    @property
    def files(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    def metric(self, sample: str) -> float:
        """A sample of /metrics by its name and labels, as they stand there; 0 where there is none yet."""
        lines = httpx.get(f"{self.url}/metrics", timeout=20).text.splitlines()
        return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{sample} ")), 0.0)


@contextmanager
def whole_service(folder: Path, **settings: str) -> Iterator[Running]:
    """clas-qa as it is started, on the reports in `folder`/reports, ended afterwards."""
    port = free_port()
    given = {"data_dir": str(folder / "data"), "reports_dir": str(folder / "reports"), "port": str(port), **settings}
    environment = os.environ | {f"CLAS_QA_{name.upper()}": value for name, value in given.items()}
    server = subprocess.Popen([sys.executable, "app.py"], cwd=PROJECT, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_alive(url, server, wait_s=240)
        yield Running(url, server.pid)
        assert server.poll() is None, "the service ended while it was in use"
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
