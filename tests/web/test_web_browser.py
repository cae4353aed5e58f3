"""The chat and the pages in a real browser: what a person does, what leaves the machine, what a screen reader meets."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.llm.behaviours import cut, hang, say
from tests.llm.server import ScriptedServer
from tests.web.invented import ATTACK
from tests.web.serving import Running
from tests.web.test_web_stream import held_after

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


WORDED = "Midwives ask every woman about domestic violence."
NEXT = "School nurses hold drop-in sessions."


@pytest.fixture
def chat(browser: Browser, written: Running) -> Iterator[Visit]:
    """The chat of a service whose answers a scripted model words."""
    context = browser.new_context(viewport={"width": 1360, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(30_000)
    visited = Visit(context.new_page())
    visited.open_chat(written.url)
    yield visited
    context.close()


def begin(page: Page, question: str) -> None:
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")


def test_a_sentence_is_shown_with_its_mark_while_the_model_writes_and_only_stages_are_announced(
    chat: Visit, model: ScriptedServer
) -> None:
    release = threading.Event()
    model.script(
        held_after(f"{WORDED} [elmshire-2016 ¶1.1] {NEXT} ", release, "[¶1.2] Nurses wait nineteen weeks. [¶99.9]")
    )
    page = chat.page
    page.evaluate(
        """() => {
          window.announced = [];
          const line = document.querySelector("#announcement");
          const hear = () => window.announced.push(line.innerText);
          new MutationObserver(hear).observe(line, {subtree: true, childList: true, characterData: true});
        }"""
    )
    begin(page, "Do midwives ask about domestic violence?")
    growing = page.locator("#messages .said").last
    expect(growing).to_contain_text(WORDED)
    expect(growing.locator(".working")).to_contain_text("Writing, and checking each sentence")
    expect(growing.get_by_role("link", name="¶1.1")).to_have_attribute("href", "/r/elmshire-2016/p1.1")
    expect(page.locator("#announcement")).to_contain_text("Writing, and checking each sentence")
    expect(growing).not_to_contain_text(NEXT)
    release.set()
    expect(page.locator("#announcement")).to_contain_text("Answer ready")
    expect(growing).to_contain_text(NEXT)
    expect(growing).to_contain_text("Worded by m, each sentence checked")
    growing.get_by_text("Removed by the check: 1 sentence").click()
    expect(growing.locator("details li")).to_have_count(1)
    expect(growing.locator("details li em")).to_contain_text(" ")
    expect(growing.locator(".answer-text")).not_to_contain_text("nineteen weeks")
    announced = page.evaluate("window.announced.join(' | ')")
    assert WORDED not in announced
    assert NEXT not in announced
    assert page.locator("#messages [aria-live='polite']").count() == 0
    assert page.locator("#announcement [role='status'][aria-live='polite']").count() == 1
    found = Axe().run(page).response["violations"]
    assert [rule["id"] for rule in found if rule["impact"] in ("serious", "critical")] == []
    assert chat.trouble == []


def test_what_a_failing_model_wrote_gives_way_to_the_notice_and_the_reports_own_sentences(
    chat: Visit, model: ScriptedServer
) -> None:
    model.script(cut(f"Health visitors weigh every baby at home. [wrydale-2016 ¶1.1] {NEXT} [¶1.2] The ward was not "))
    begin(chat.page, "Do midwives ask about domestic violence?")
    expect(chat.page.locator("#announcement")).to_contain_text("Answer ready")
    shown = chat.page.locator("#messages .said").last
    expect(shown.locator(".warning")).to_contain_text("language model")
    expect(shown.locator(".made")).to_have_text("Made of the report's own sentences.")
    expect(shown.locator(".answer-text")).not_to_contain_text("weigh every baby")
    expect(shown).not_to_contain_text("The ward was not")


HOSTILE = (
    f"Receptionists type {ATTACK} into the record. [¶1.4] {WORDED} [elmshire-2016 ¶1.1] "
    "![x](http://203.0.113.9/a.png) sees <img src=http://203.0.113.9/b.png> and [click](javascript:alert(1)). [elmshire-2016 ¶1.1] "
    "See [the site][1] at http://203.0.113.9/c or <http://203.0.113.9/d> or www.evil.example. [¶1.2]\n\n"
    "[1]: http://203.0.113.9/e\n\n| a | b |\n|---|---|\n| <iframe src=http://203.0.113.9/f></iframe> | **x** |\n\n"
    "<svg onload=alert(1)><style>@import url(http://203.0.113.9/g)</style> $\\\\href{http://203.0.113.9/h}{x}$ is typed [¶1.3]\n"
)


def test_nothing_that_a_model_writes_becomes_live(chat: Visit, model: ScriptedServer) -> None:
    model.usual = say(HOSTILE, wait_s=0.01)
    page = chat.page
    begin(page, "What do receptionists type into the record?")
    expect(page.locator("#announcement")).to_contain_text("Answer ready", timeout=30_000)
    shown = page.locator("#messages .said").last
    expect(page.locator("#workspace")).to_contain_text("<img src=x onerror=alert(2)>")
    expect(shown).to_contain_text("Worded by m")
    shown.get_by_text("Removed by the check").click()
    page.wait_for_timeout(300)
    live = "img, script, iframe, svg, style, table, object, embed, form, input, strong, math, .katex"
    assert shown.locator(live).count() == 0
    assert page.locator(".panel").locator("img, script, iframe, svg, style").count() == 0
    leading = page.locator("#messages a, .panel a").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    assert leading
    assert [link for link in leading if not link.startswith("/r/")] == []
    assert chat.hosts == {"127.0.0.1"}
    assert chat.trouble == []


@pytest.mark.parametrize("way", ["new conversation", "closed page"])
def test_leaving_an_answer_that_is_being_made_stops_the_model(chat: Visit, model: ScriptedServer, way: str) -> None:
    model.script(hang(after=f"{WORDED} [elmshire-2016 ¶1.1] {NEXT} [¶1.2] Most "))
    page = chat.page
    begin(page, "Do midwives ask about domestic violence?")
    expect(page.locator("#messages .said").last).to_contain_text(WORDED)
    if way == "closed page":
        page.close()
        assert model.settled(10)
        assert model.aborted == 1
        return
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#messages .said")).to_have_count(0)
    assert model.settled(10)
    assert model.aborted == 1
    page.wait_for_timeout(1500)
    expect(page.locator("#messages .said")).to_have_count(0)
    expect(page.locator("#announcement")).to_contain_text("New conversation")
    ask(page, "What do school nurses hold?")
    expect(page.locator("#messages .said").last).to_contain_text(NEXT)
    assert chat.trouble == []


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
