"""Servers on loopback ports, shared by the tests of a run."""

from collections.abc import Iterator

import httpx
import pytest

from tests.web.serving import process


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
