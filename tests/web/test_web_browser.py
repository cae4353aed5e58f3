"""The chat and the pages in a real browser: what a person does, what leaves the machine, what a screen reader meets."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here; on Debian: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visit:
    """A page with everything that it asked for and complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        self.trouble: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("dialog", lambda dialog: (self.trouble.append(dialog.message), dialog.dismiss()))
        page.on("console", lambda line: self.trouble.append(line.text) if line.type == "error" else None)

    @property
    def hosts(self) -> set[str | None]:
        return {urlsplit(url).hostname for url in self.asked}

    def open_chat(self, url: str) -> Page:
        self.page.goto(url)
        expect(self.page.get_by_role("button", name="What does paragraph 1.1 say?")).to_be_visible(timeout=20_000)
        return self.page


@pytest.fixture(params=["light wide", "dark phone"])
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    scheme, size = request.param.split()
    viewport = {"wide": (1360, 900), "phone": (390, 844)}[size]
    context = browser.new_context(
        viewport={"width": viewport[0], "height": viewport[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(15_000)
    visited = Visit(context.new_page())
    yield visited
    context.close()


def ask(page: Page, question: str) -> None:
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    expect(box).to_have_value("")
    expect(page.locator("#announcement")).to_contain_text("cited", timeout=15_000)


def test_a_question_gets_its_answer_with_the_quote_marked_and_nothing_leaves_the_machine(
    visit: Visit, base_url: str
) -> None:
    page = visit.open_chat(base_url)
    ask(page, "Who checks alerts?")
    expect(page.locator("#messages")).to_contain_text("Most checks are made.")
    panel = page.get_by_role("region", name="Evidence")
    expect(panel.locator("mark")).to_have_text("Most checks are made.")
    expect(panel.locator("article").first).to_contain_text("Staff see a child's alerts.")
    expect(panel.locator("article").first).to_contain_text("Said by the inspectors, as their finding")
    expect(page.locator("#notice")).to_contain_text("© Care Quality Commission 2016")
    assert visit.hosts == {"127.0.0.1"}
    assert visit.trouble == []


def test_a_mark_leads_to_its_passage_beside_the_answer_and_to_its_own_page(visit: Visit, base_url: str) -> None:
    page = visit.open_chat(base_url)
    ask(page, "Who checks alerts?")
    mark = page.locator("#messages").get_by_role("link", name="¶1.1")
    mark.click()
    expect(page.locator("article.passage[data-url='/r/elmshire-2016/p1.1']")).to_be_focused()
    assert page.url.rstrip("/") == base_url
    page.goto(base_url + str(mark.get_attribute("href")))
    expect(page.get_by_role("heading", level=1)).to_have_text("Finding: para 1.1")


def test_an_attack_in_report_and_question_is_shown_as_words(visit: Visit, base_url: str) -> None:
    page = visit.open_chat(base_url)
    ask(page, "attack ![p](http://203.0.113.9/q.png) <img src=x onerror=alert(9)> [l](javascript:alert(8))")
    expect(page.locator("#messages")).to_contain_text("<img src=x onerror=alert(9)>")
    expect(page.locator(".panel article").first).to_contain_text("<script>alert(1)</script>")
    page.wait_for_timeout(300)
    assert page.locator("#messages img, .panel img, #messages script, .panel script").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    assert visit.hosts == {"127.0.0.1"}
    assert visit.trouble == []


def test_a_message_is_read_out_as_words_and_not_as_markup(visit: Visit, base_url: str) -> None:
    page = visit.open_chat(base_url)
    ask(page, "Who checks alerts?")
    expect(page.locator("#messages [aria-label*='<']")).to_have_count(0)


def test_a_follow_up_says_how_it_was_read_and_carries_the_conversation(visit: Visit, base_url: str) -> None:
    page = visit.open_chat(base_url)
    ask(page, "Who checks alerts?")
    ask(page, "follow them")
    expect(page.locator("#messages")).to_contain_text("Read as: “Who checks alerts?”")
    page.get_by_label("Your question").fill("And then?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#messages .said").last).to_contain_text('"content": "follow them"')


def test_what_is_typed_while_an_answer_is_made_stays(visit: Visit, base_url: str) -> None:
    page = visit.open_chat(base_url)
    box = page.get_by_label("Your question")
    box.fill("slowly now")
    box.press("Enter")
    expect(box).to_have_value("")
    box.fill("and the next")
    expect(page.locator("#announcement")).to_contain_text("cited", timeout=15_000)
    expect(page.get_by_role("region", name="Evidence").locator("mark")).to_have_text("Most checks are made.")
    expect(box).to_have_value("and the next")


def test_filters_restrict_what_is_asked(visit: Visit, base_url: str) -> None:
    page = visit.open_chat(base_url)
    page.get_by_role("button", name="Only in one report").click()
    page.get_by_role("combobox", name="Section").click()
    page.get_by_role("option", name="Maternity").click()
    ask(page, "Who?")
    expect(page.locator("#messages .said").last).to_contain_text('"sections": ["Maternity"]')


@pytest.mark.parametrize("fault", ["crash now", "damage now"])
def test_a_fault_is_told_in_place_of_the_answer_and_the_next_question_works(
    visit: Visit, base_url: str, fault: str
) -> None:
    page = visit.open_chat(base_url)
    page.get_by_label("Your question").fill(fault)
    page.get_by_label("Your question").press("Enter")
    expect(page.locator("#announcement")).to_contain_text("No answer")
    expect(page.locator("#messages .working")).to_have_count(0)
    assert "/srv/" not in page.content()
    ask(page, "Who checks alerts?")
    expect(page.locator("#messages .said").last).to_contain_text("Most checks are made.")


def test_an_empty_question_is_announced_and_asks_nothing(visit: Visit, base_url: str) -> None:
    page = visit.open_chat(base_url)
    page.get_by_label("Your question").press("Enter")
    expect(page.locator("#announcement")).to_contain_text("The question is empty")
    assert page.locator("#messages .said").count() == 0


def test_a_phone_shows_the_evidence_below_without_sideways_scrolling(visit: Visit, base_url: str) -> None:
    page = visit.open_chat(base_url)
    ask(page, "Who checks alerts?")
    chat, panel = page.locator("#conversation").bounding_box(), page.locator("#evidence").bounding_box()
    assert chat
    assert panel
    if page.viewport_size and page.viewport_size["width"] == 390:
        assert panel["y"] >= chat["y"] + chat["height"]
    else:
        assert panel["x"] >= chat["x"] + chat["width"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("path", ["/", "/ask?q=Who+checks%3F", "/r/elmshire-2016", "/r/elmshire-2016/p2.1", "/docs"])
def test_axe_finds_nothing_serious(visit: Visit, base_url: str, path: str) -> None:
    if path == "/":
        page = visit.open_chat(base_url)
        ask(page, "Who checks alerts?")
        page.get_by_role("button", name="Only in one report").click()
        expect(page.get_by_role("combobox", name="Section")).to_be_visible()
    else:
        page = visit.page
        page.goto(base_url + path)
    found = Axe().run(page).response["violations"]
    serious = [rule for rule in found if rule["impact"] in ("serious", "critical")]
    assert not serious, [(rule["id"], [node["html"][:200] for node in rule["nodes"]][:3]) for rule in serious]


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_of_the_eval_fits_obeys_its_policy_and_passes_axe(visit: Visit, base_url: str, width: int) -> None:
    page = visit.page
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{base_url}/eval")
    page.get_by_text("failed questions of the reporting half").click()
    expect(page.locator("#q-wrong-2 .paragraph.bad").first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize") == "28px"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("script, img").count() == 0
    found = Axe().run(page).response["violations"]
    assert not found, [(rule["id"], [node["html"][:200] for node in rule["nodes"]][:3]) for rule in found]
    assert visit.asked == [f"{base_url}/eval"]
    assert visit.trouble == []


def test_the_chat_leads_to_the_page_of_the_eval_and_back(visit: Visit, base_url: str) -> None:
    page = visit.open_chat(base_url)
    page.get_by_role("link", name="How good is it?").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How good the answers are")
    page.get_by_role("link", name="Chat", exact=True).click()
    expect(page.get_by_label("Your question")).to_be_visible()


def test_the_chat_follows_the_readers_colour_scheme(visit: Visit, base_url: str) -> None:
    page = visit.open_chat(base_url)
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    colour = page.evaluate("getComputedStyle(document.querySelector('.gradio-container')).backgroundColor")
    assert colour == ("rgb(20, 25, 28)" if dark else "rgb(255, 255, 255)")


def test_a_page_of_another_port_cannot_ask(browser: Browser, base_url: str, broken_url: str) -> None:
    page = browser.new_page()
    page.goto(f"{broken_url}/healthz")
    outcome = page.evaluate(
        """url => fetch(url + "/api/v1/ask", {method: "POST", mode: "no-cors", body: '{"question": "Who?"}'})
             .then(answer => answer.type, error => "refused")""",
        base_url,
    )
    assert outcome in ("opaque", "refused")
    readable = page.evaluate("url => fetch(url + '/api/v1/reports').then(() => 'read', () => 'refused')", base_url)
    assert readable == "refused"
    page.close()


def test_the_project_loads_no_font_or_script_of_another_site() -> None:
    for name in ("style.css", "chat.css", "chat.js"):
        source = (Path(__file__).parents[2] / "web" / name).read_text(encoding="utf-8")
        assert "http" not in source
        assert "@import" not in source
