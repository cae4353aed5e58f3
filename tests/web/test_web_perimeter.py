"""Doors that are shut: other sites, unknown hosts, Gradio's uploads and fetching."""

import re
import socket
from urllib.parse import urlsplit

import httpx
import pytest

EVIL = "https://evil.example"


def raw(base_url: str, request: bytes) -> bytes:
    """The answer to bytes that no HTTP client would send."""
    target = urlsplit(base_url)
    assert target.hostname
    assert target.port
    with socket.create_connection((target.hostname, target.port), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        pieces = []
        while piece := connection.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/reports", "/config", "/theme.css", "/r", "/api/v1/nothing"])
def test_no_foreign_origin_is_ever_allowed(client: httpx.Client, path: str) -> None:
    response = client.get(path, headers={"origin": EVIL})
    assert not [name for name in response.headers if name.startswith("access-control-")]
    preflight = client.options(path, headers={"origin": EVIL, "access-control-request-method": "POST"})
    assert "access-control-allow-origin" not in preflight.headers
    assert "access-control-allow-credentials" not in preflight.headers


@pytest.mark.parametrize("path", ["/api/v1/ask", "/gradio_api/queue/join"])
@pytest.mark.parametrize(
    "headers", [{"origin": EVIL}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}]
)
def test_pages_of_other_sites_cannot_post(client: httpx.Client, path: str, headers: dict[str, str]) -> None:
    response = client.post(path, json={"question": "Who?"}, headers=headers)
    assert response.status_code == 403
    assert response.headers["content-type"] == "application/problem+json"


def test_our_own_pages_and_programs_can_post(client: httpx.Client, base_url: str) -> None:
    for headers in ({}, {"origin": base_url}, {"origin": base_url, "sec-fetch-site": "same-origin"}):
        assert client.post("/api/v1/ask", json={"question": "Who?"}, headers=headers).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost@evil.example"])
def test_an_unknown_host_is_refused(client: httpx.Client, host: str) -> None:
    response = client.get("/healthz", headers={"host": host})
    assert response.status_code == 400
    assert "evil" not in response.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/upload"),
        ("POST", "/gradio_api/upload/"),
        ("GET", "/gradio_api/file=http://127.0.0.1:9/"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/gradio_api/file/etc/passwd"),
        ("GET", "/file=/etc/passwd"),
        ("GET", "/gradio_api/proxy=http://127.0.0.1:9/"),
        ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/component_server/"),
        ("GET", "/gradio_api/info"),
        ("GET", "/gradio_api/openapi.json"),
        ("POST", "/gradio_api/run/predict"),
        ("POST", "/gradio_api/call/asked"),
        ("GET", "/gradio_api/app_id"),
        ("GET", "/gradio_api/runs"),
        ("POST", "/gradio_api/vibe-edit"),
        ("GET", "/gradio_api/dev/reload"),
        ("GET", "/monitoring"),
        ("GET", "/login"),
        ("GET", "/?deep_link=../../x"),
        ("GET", "/gradio_api/deep_link"),
        ("GET", "/static/../../../../etc/passwd"),
        ("GET", "/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd"),
    ],
)
def test_gradios_side_doors_are_shut(client: httpx.Client, method: str, path: str) -> None:
    files = {"files": ("a.txt", b"content")} if method == "POST" else None
    response = client.request(method, path, files=files)
    assert response.status_code in (403, 404, 405)
    assert "root:" not in response.text


def test_the_chats_configuration_holds_no_path_and_shows_no_errors(client: httpx.Client) -> None:
    text = client.get("/config").text
    assert client.get("/config").json()["show_error"] is False
    assert not re.search(r"/(?:root|home|srv|tmp|work|usr|site-packages)/", text)
    assert not re.search(r"api[_-]?key|password|secret|token", text, re.IGNORECASE)


@pytest.mark.parametrize("path", ["/", "/config"])
def test_the_chat_names_no_address_elsewhere_that_a_browser_would_load(client: httpx.Client, path: str) -> None:
    text = client.get(path).text
    loaded = re.findall(r"""(?:src|href)=["']?(https?://[^"' >]+)""", text)
    assert [url for url in loaded if "127.0.0.1" not in url] == []


@pytest.mark.parametrize("path", ["/", "/ask", "/r", "/docs", "/eval", "/healthz", "/api/v1/nothing", "/nothing"])
def test_every_response_carries_the_security_headers(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'self'" in policy
    assert "http" not in policy
    assert "*" not in policy
    if path != "/":
        assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-request-id"]
    assert "server" not in headers


def test_faults_carry_the_security_headers_too(client: httpx.Client) -> None:
    headers = client.post("/api/v1/ask", json={"question": "crash now"}).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"]


@pytest.mark.parametrize("length", [b"-1", b"1e3", b"99999999999999999999", b"abc"])
def test_a_senseless_length_is_refused(base_url: str, length: bytes) -> None:
    answer = raw(
        base_url,
        b"POST /api/v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
        + length
        + b"\r\nConnection: close\r\n\r\n{}",
    )
    assert answer.split(b" ", 2)[1] in (b"400", b"413")


def test_a_client_that_sends_a_megabyte_before_it_reads_is_told_why_it_was_refused(base_url: str) -> None:
    head = b"POST /api/v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    body = b" " * 1_000_000
    answer = raw(base_url, head + b"Content-Length: 1000000\r\nConnection: close\r\n\r\n" + body)
    assert answer.split(b" ", 2)[1] == b"413"


def test_a_thousand_ranges_are_one_refusal(client: httpx.Client) -> None:
    ranges = ",".join(f"{start}-{start + 1}" for start in range(0, 20000, 2))
    assert client.get("/style.css", headers={"range": f"bytes={ranges}"[:30000]}).status_code in (200, 400, 416)
