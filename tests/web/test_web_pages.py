"""Pages without script: permalinks, the plain twin of the chat, errors for people; and text that stays text."""

from html.parser import HTMLParser
from urllib.parse import quote

import httpx
import pytest

from tests.web.invented import ATTACK

LOADING = {"script", "img", "iframe", "object", "embed", "video", "audio", "svg", "base", "meta"}


class Elements(HTMLParser):
    """Every tag of a page with its attributes, its ids, its links and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def ids(self) -> list[str]:
        return [value for _, attributes in self.tags if (value := attributes.get("id"))]

    @property
    def links(self) -> list[str]:
        return [value for tag, attributes in self.tags if tag == "a" and (value := attributes.get("href"))]


def assert_inert(html: str) -> None:
    """Nothing in the page runs, loads from elsewhere or links to script."""
    page = Elements(html)
    for tag, attributes in page.tags:
        assert tag not in LOADING - {"meta"}
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("href", "src", "action"):
            address = attributes.get(name)
            assert address is None or address.startswith(("/", "#"))
    assert len(set(page.ids)) == len(page.ids)


def words(html: str) -> str:
    return " ".join(" ".join(Elements(html).words).split())


@pytest.mark.parametrize(
    "path",
    [
        "/r",
        "/r/elmshire-2016",
        "/r/elmshire-2016/p2.2",
        "/ask",
        "/ask?q=attack",
        f"/ask?q={quote(ATTACK)}",
        f"/ask?q=Who&section={quote(ATTACK)}",
        f"/r/{quote(ATTACK, safe='')}",
        f"/r/elmshire-2016/{quote(ATTACK, safe='')}",
        f"/{quote(ATTACK)}",
        "/docs",
    ],
)
def test_no_text_of_a_report_question_or_address_becomes_markup(client: httpx.Client, path: str) -> None:
    assert_inert(client.get(path, headers={"accept": "text/html"}).text)


def test_the_attack_is_shown_as_the_words_it_is(client: httpx.Client) -> None:
    assert ATTACK in words(client.get("/r/elmshire-2016/p2.2").text)


def test_a_permalink_says_what_who_where_and_how_to_cite(client: httpx.Client) -> None:
    page = client.get("/r/elmshire-2016/p2.1")
    said = words(page.text)
    assert "Midwives do not routinely ask about violence." in said
    assert "Front door › Maternity" in said
    assert "Said by the inspectors, as their finding" in said
    assert "Elmshire Hospitals NHS Trust" in said
    assert "(CQC CLAS review, Elmshire, published 1 March 2016, para 2.1)" in said
    assert "© Care Quality Commission 2016" in said
    links = Elements(page.text).links
    assert {"/r/elmshire-2016/r2.1", "/r/elmshire-2016/p1.1", "/r/elmshire-2016/p2.2"} <= set(links)


def test_what_somebody_told_the_inspectors_is_not_called_a_finding(client: httpx.Client) -> None:
    said = words(client.get("/r/elmshire-2016/s-maternity.3").text)
    assert "Said to the inspectors by somebody, not their finding" in said
    assert "Finding" not in said


def test_other_spellings_lead_to_the_one_permalink(client: httpx.Client) -> None:
    response = client.get(f"/r/elmshire-2016/{quote('¶2.2')}")
    assert response.status_code == 308
    assert response.headers["location"] == "/r/elmshire-2016/p2.2"


def test_a_whole_report_has_an_anchor_for_every_passage_and_heading(client: httpx.Client) -> None:
    page = Elements(client.get("/r/elmshire-2016").text)
    assert {"p1.1", "p2.1", "p2.2", "s-maternity.3", "r1.1", "r2.1"} <= set(page.ids)
    inside = [link[1:] for link in page.links if link.startswith("#")]
    assert set(inside) <= set(page.ids)


def test_a_missing_page_names_what_there_is(client: httpx.Client) -> None:
    response = client.get("/r/nowhere-2015", headers={"accept": "text/html"})
    assert response.status_code == 404
    assert "/r/elmshire-2016" in Elements(response.text).links
    assert client.get("/r/elmshire-2016/p99").status_code == 404


def test_a_bare_number_of_two_passages_offers_both(client: httpx.Client) -> None:
    response = client.get("/r/elmshire-2016/2.1", headers={"accept": "text/html"})
    assert response.status_code == 409
    assert {"/r/elmshire-2016/p2.1", "/r/elmshire-2016/r2.1"} <= set(Elements(response.text).links)


def test_the_plain_page_answers_with_the_quote_marked_inside_its_passage(client: httpx.Client) -> None:
    html = client.get("/ask", params={"q": "Who checks alerts?", "organisation": "Elmshire Hospitals NHS Trust"}).text
    assert "Staff see a child&#x27;s alerts. <mark>Most checks are made.</mark>" in html
    assert '<a href="/r/elmshire-2016/p1.1" class="mark">¶1.1</a>' in html
    said = words(html)
    assert "Also read, not relied on (1)" in said
    assert "Midwives do not routinely ask" in said


def test_the_plain_page_says_how_a_follow_up_was_read_and_when_nothing_is_there(client: httpx.Client) -> None:
    assert "Read as: “Who checks alerts?”" in words(client.get("/ask", params={"q": "follow them"}).text)
    absent = words(client.get("/ask", params={"q": "absent thing"}).text)
    assert "Not in the report: it was searched and does not say" in absent
    assert "Nearest passages, not an answer" in absent


def test_the_plain_page_tells_what_is_wrong_with_a_question(client: httpx.Client) -> None:
    response = client.get("/ask", params={"q": "x" * 2001})
    assert response.status_code == 422
    assert "at most 2000" in words(response.text)
    assert client.get("/ask", params={"q": "  "}).status_code == 422


def test_pages_load_nothing_but_their_own_stylesheet(client: httpx.Client) -> None:
    for path in ("/r/elmshire-2016", "/ask?q=Who", "/docs"):
        page = Elements(client.get(path).text)
        assert [a.get("href") for tag, a in page.tags if tag == "link"] == ["/style.css"]
    assert "url(" not in client.get("/style.css").text
