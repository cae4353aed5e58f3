"""Time to ready of a server against the bare import of the libraries it stands on, each in a fresh process, in turns."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench import Comparison
from index.errors import ClasQAError

AIM = 1.3
PROJECT = Path(__file__).resolve().parent.parent
_IMPORTS = "import torch, sentence_transformers, llama_index.core, gradio"
_WAIT_S = 300
_PROBE_EVERY_S = 0.02


class StartFailed(ClasQAError):
    """The server ended, or was not ready in time; `output` holds its last lines."""

    def __init__(self, output: str) -> None:
        """Keep what the server said."""
        super().__init__(f"the server was not ready:\n{output}")
        self.output = output


def compare_start(rounds: int) -> list[Comparison]:
    """Time the first start (which builds the index) and `rounds` further ones, each beside the bare imports.

    Raises:
        StartFailed: a server did not come up.
    """
    with tempfile.TemporaryDirectory(prefix="clas-qa-bench-") as folder:
        first_s, first_bare_s = seconds_to_ready(Path(folder)), seconds_to_import()
        ours_s, bare_s = [], []
        for turn in range(rounds):
            if turn % 2:
                ours_s.append(seconds_to_ready(Path(folder)))
                bare_s.append(seconds_to_import())
            else:
                bare_s.append(seconds_to_import())
                ours_s.append(seconds_to_ready(Path(folder)))
    return [
        Comparison("start to ready, index there", _IMPORTS, tuple(ours_s), tuple(bare_s), AIM),
        Comparison("first start to ready, index built", _IMPORTS, (first_s,), (first_bare_s,)),
    ]


def seconds_to_import() -> float:
    """Seconds of a fresh process that imports and ends."""
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "GRADIO_ANALYTICS_ENABLED": "False"}
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", _IMPORTS], env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def seconds_to_ready(data_dir: Path) -> float:
    """Seconds from the start of a server process until /readyz answers 200; the server is ended afterwards.

    Raises:
        StartFailed: it ended, or was not ready within five minutes.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {"CLAS_QA_DATA_DIR": str(data_dir), "CLAS_QA_PORT": str(port)}
    with tempfile.TemporaryFile("w+") as output:
        started = time.perf_counter()
        server = subprocess.Popen(
            [sys.executable, "cli.py", "serve"], cwd=PROJECT, env=environment, stdout=output, stderr=output
        )
        try:
            while not _is_ready(port):
                if server.poll() is not None or time.perf_counter() - started > _WAIT_S:
                    output.seek(0)
                    raise StartFailed(output.read()[-2000:])
                time.sleep(_PROBE_EVERY_S)
            return time.perf_counter() - started
        finally:
            server.terminate()
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return int(answer.status) == 200
    except (urllib.error.URLError, OSError):
        return False
