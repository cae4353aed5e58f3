"""Fixtures for every part of the tests: fakes, and the bundled report under its real weights, built once a session."""

from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from index.embed import Embedder, load_embedder
from index.library import Library
from tests.fakes import WordEmbedder

REPORTS = Path(__file__).resolve().parent.parent / "reports"

settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True)
settings.load_profile("ci")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kill-rounds", type=int, default=2, help="rounds of kill -9 during an index build")


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture
def library(tmp_path: Path, embedder: WordEmbedder) -> Library:
    """An empty library in a folder of its own."""
    return Library(tmp_path / "data", embedder)


@pytest.fixture(scope="session")
def real_embedder() -> Embedder:
    """The bundled weights."""
    return load_embedder("bundled")


@pytest.fixture(scope="session")
def real_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `real_library` lives, the same folder for all pytest-xdist workers."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "popen" in base.name else base) / "real-library"


@pytest.fixture(scope="session")
def real_library(real_data_dir: Path, real_embedder: Embedder) -> Library:
    """The bundled report under the bundled weights, built once for all pytest-xdist workers; for reading only."""
    library = Library(real_data_dir, real_embedder)
    with FileLock(f"{real_data_dir}.lock"):
        library.ensure(REPORTS)
    return library
