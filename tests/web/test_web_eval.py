"""/eval: the page of the committed run, under a policy that allows its one style element and nothing more."""

import base64
import hashlib
import re

import httpx

from web.headers import PLAIN_POLICY


def test_the_page_is_allowed_its_own_style_by_hash_and_nothing_else(client: httpx.Client) -> None:
    response = client.get("/eval")
    (style,) = re.findall(r"<style>(.*?)</style>", response.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert response.status_code == 200
    policy = response.headers["content-security-policy"]
    assert policy == PLAIN_POLICY.replace("style-src 'self'", f"style-src 'self' 'sha256-{digest}'")
    assert client.get("/r").headers["content-security-policy"] == PLAIN_POLICY


def test_a_page_that_has_not_changed_is_not_sent_again(client: httpx.Client) -> None:
    first = client.get("/eval")
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/eval", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"]


def test_the_page_has_the_navigation_of_the_site_which_the_file_lacks(client: httpx.Client) -> None:
    served = client.get("/eval").text
    assert served.count('<a href="/eval" aria-current="page">') == 1
    assert '<a href="/">Chat</a>' in served
    assert '<a href="/eval">How good is it?</a>' in client.get("/r").text


def test_without_a_committed_run_the_page_says_how_to_make_one(broken_url: str) -> None:
    page = httpx.get(f"{broken_url}/eval", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert "python -m eval baseline" in page.text
    assert page.headers["content-security-policy"] == PLAIN_POLICY
    problem = httpx.get(f"{broken_url}/eval", headers={"accept": "application/json"})
    assert problem.headers["content-type"] == "application/problem+json"
    assert "none.html" not in problem.text
