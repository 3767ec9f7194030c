"""Finding and moving in the built site: search, Python or Swift, previous and next, marks, the page that is not there."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import PATIENCE_MS
from .serving import StaticServer
from .test_site import SITE

SWIFT = ".languages > label:text-is('Swift')"
PAGE_WITH_SWIFT, ANOTHER = "/story-upload/", "/thirty-seconds/"


@pytest.fixture
def served() -> Path:
    """The built site."""
    return SITE


def visible(page: Page) -> tuple[bool, bool, bool]:
    """Whether Python's code, Swift's code and the tested output of the first example with both can be seen."""
    frame = page.locator(".languages").first
    return (
        frame.locator(".snippet-code").is_visible(),
        frame.locator(".swift").is_visible(),
        frame.locator(".snippet-output").is_visible(),
    )


def test_the_choice_of_swift_holds_for_the_page_the_next_page_and_the_next_visit(
    page: Page, server: StaticServer
) -> None:
    page.goto(server.origin + PAGE_WITH_SWIFT)
    expect(page.locator(".languages[data-dressed]").first).to_be_attached()
    assert visible(page) == (True, False, True)
    page.locator(SWIFT).first.click()
    assert visible(page) == (False, True, True)
    for frame in page.locator(".languages").all():
        expect(frame.locator("input[value=swift]")).to_be_checked()
    page.evaluate("window.stayed = true")
    page.locator(f".md-sidebar--primary a[href*='{ANOTHER.strip('/')}']").click()
    page.wait_for_url(server.origin + ANOTHER)
    expect(page.locator(".languages input[value=swift]").first).to_be_checked()
    assert page.evaluate("window.stayed"), "the page was loaded anew"
    page.reload()
    expect(page.locator(".languages input[value=swift]").first).to_be_checked()
    assert visible(page) == (False, True, True)


def test_what_was_pressed_stays_where_it_was(page: Page, server: StaticServer) -> None:
    page.goto(server.origin + PAGE_WITH_SWIFT)
    expect(page.locator(".languages[data-dressed]").first).to_be_attached()
    page.add_style_tag(content="* { overflow-anchor: none }")  # Safari has no scroll anchoring
    last = page.locator(SWIFT).last
    last.scroll_into_view_if_needed()
    before = last.bounding_box()["y"]
    last.click()
    assert abs(last.bounding_box()["y"] - before) < 2


def test_the_choice_works_by_keyboard_and_without_storage(page: Page, server: StaticServer) -> None:
    page.add_init_script("Storage.prototype.setItem = () => { throw new Error('there is no room'); }")
    page.goto(server.origin + PAGE_WITH_SWIFT)
    page.locator(".languages input[value=python]").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".languages input[value=swift]").first).to_be_checked()
    assert visible(page) == (False, True, True)


def test_where_nothing_may_be_kept_the_page_works(page: Page, server: StaticServer) -> None:
    """As when a browser blocks cookies and site data: to look for the storage is an error."""
    page.add_init_script(
        """for (const name of ["localStorage", "sessionStorage"]) {
            Object.defineProperty(window, name, { get() { throw new DOMException("blocked", "SecurityError"); } });
        }"""
    )
    page.goto(server.origin + PAGE_WITH_SWIFT)
    page.locator(".languages input[value=python]").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".languages input[value=swift]").first).to_be_checked()
    page.locator(".md-search__input").click()
    page.keyboard.type("upload")
    expect(page.locator(".md-search-result__item").first).to_be_visible()


def test_without_javascript_both_can_be_read(browser: Browser, server: StaticServer) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(server.origin + PAGE_WITH_SWIFT)
    assert visible(page) == (True, False, True)
    page.locator(SWIFT).first.click()
    assert visible(page) == (False, True, True)
    context.close()


def test_on_paper_there_is_the_one_that_is_chosen(page: Page, server: StaticServer) -> None:
    page.goto(server.origin + PAGE_WITH_SWIFT)
    page.emulate_media(media="print")
    assert visible(page) == (True, False, True)
    page.emulate_media(media="null")
    page.locator(SWIFT).first.click()
    expect(page.locator(".languages input[value=swift]").first).to_be_checked()
    page.emulate_media(media="print")
    assert visible(page) == (False, True, True)


@pytest.mark.parametrize("folder", ["", "/site"])
def test_pages_are_exchanged_wherever_the_site_stands(page: Page, server: StaticServer, folder: str) -> None:
    """The tab stays, and with it Python: on another port than the site was built for, and in a folder. What it needs comes with the intent."""
    if folder:
        server.root = SITE.parent
    page.goto(f"{server.origin}{folder}/the-brief/")
    page.wait_for_load_state("networkidle")
    assert not [name for name in server.asked("/") if re.search("sitemap|runner", name)]
    page.evaluate("window.stays = true")
    link = page.locator('.md-sidebar--primary a[href$="/story-upload/"]').first
    with page.expect_event("requestfinished", lambda request: request.url.endswith("sitemap.xml")):
        link.hover()  # the list of the pages comes
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    link.click()
    page.wait_for_url(f"**{folder}/story-upload/")
    assert page.evaluate("window.stays")
    expect(
        page.get_by_role("button", name="Run").first
    ).to_be_visible()  # the first page had no example, and no runner


@pytest.mark.parametrize("move", ["a new hash", "the search, by keys"])
def test_an_exchange_without_a_pointer_keeps_the_style(page: Page, server: StaticServer, move: str) -> None:
    """Else the page stands there without it for a moment, ten times as long, and whatever scrolls then scrolls to nowhere."""
    page.goto(server.origin + "/the-brief/")
    page.wait_for_load_state("networkidle")
    before = page.evaluate_handle(
        "[document.querySelector('link[rel=stylesheet]'), document.querySelector('.md-content')]"
    )
    if move == "a new hash":
        page.evaluate("location.hash = document.querySelector('h2[id]').id")
    else:
        page.keyboard.press("/")
        page.keyboard.type("push token")
        expect(page.locator(".md-search-result__link").first).to_be_visible()
        page.keyboard.press("Enter")
    page.wait_for_function("([, content]) => !content.isConnected", arg=before)
    assert page.evaluate("([style]) => style.isConnected", before)


def test_a_chapter_says_for_whom_it_is_and_leads_to_the_next(page: Page, server: StaticServer) -> None:
    page.goto(server.origin + ANOTHER)
    expect(page.locator("h1 + .page-mark")).to_have_text(
        re.compile(r"^For .* \d+ min\s+Sources read up to \d+ \w+ 20\d\d$")
    )
    following = page.locator(".md-footer__link--next")
    target = following.evaluate("(link) => link.href")
    following.click()
    page.wait_for_url(target)
    expect(page.locator(".md-content h1")).to_be_visible()


def test_a_first_visit_by_night_is_dark_before_the_theme_s_script_has_come(
    browser: Browser, server: StaticServer
) -> None:
    context = browser.new_context(color_scheme="dark")
    context.route("**/bundle.*", lambda route: route.abort())
    page = context.new_page()
    page.goto(f"{server.origin}/")
    assert page.evaluate("document.body.dataset.mdColorScheme") == "slate"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    assert page.evaluate("document.documentElement.className") == "js js-focus-visible"
    context.close()


def test_the_theme_makes_no_second_element_of_colours(page: Page, server: StaticServer) -> None:
    """An element for the browser's own parts, even an empty one, has every element of the page styled anew."""
    page.goto(f"{server.origin}/")
    expect(page.locator("meta[name=theme-color]")).to_have_count(1)
    expect(page.locator("meta[name=color-scheme]")).to_have_count(0)


@pytest.mark.parametrize(
    "address", ["claims/#live-activity", "reference/api/phone/#afterswipe.Phone.truth", "errors/card/#push"]
)
def test_a_cited_place_is_what_the_reader_sees(page: Page, server: StaticServer, address: str) -> None:
    page.goto(f"{server.origin}/{address}")
    page.wait_for_function("document.readyState === 'complete'")
    top = """async (id) => {
      // What is drawn later must not push it away: three frames after everything is there.
      for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
      return document.getElementById(id).getBoundingClientRect().top;
    }"""
    assert 0 < page.evaluate(top, address.split("#")[1]) < 150


SHIFTS = """async () => {
  // What moved without being asked to, until all is there, and every part of the page is dressed.
  let moved = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) moved += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  for (let frame = 0; frame < 5; frame += 1) await new Promise(requestAnimationFrame);
  return moved;
}"""


@pytest.mark.parametrize("size", [(412, 823), (1280, 900)])
@pytest.mark.parametrize(
    ("address", "comes"),
    [("claims/", ".claim-filter"), ("c/background-assertion.duration/", ".claim-cite button >> nth=0")],
)
def test_nothing_moves_when_the_parts_of_a_page_come(
    browser: Browser, server: StaticServer, address: str, comes: str, size: tuple[int, int]
) -> None:
    small = size[0] < 500
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, is_mobile=small, has_touch=small
    )
    page = context.new_page()
    page.goto(f"{server.origin}/{address}")
    expect(page.locator(comes)).to_be_visible()
    assert page.evaluate(SHIFTS) == 0
    context.close()


PLACE = """async (id) => {
  // Its distance from the top, when all is there and three frames have been drawn.
  if (document.readyState !== "complete") await new Promise((loaded) => addEventListener("load", loaded));
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  return document.getElementById(id).getBoundingClientRect().top;
}"""


@pytest.mark.parametrize(
    ("place", "room"),
    [
        ("afterswipe.Phone.wait", "phone"),
        ("afterswipe.truth.Truth.by_reason", "seen"),
        ("continued-processing", "backgroundtasks"),
        ("faultlab.page.Meter.is_set", "faultlab"),
    ],
)
def test_an_old_place_of_the_reference_is_led_on_before_anything_is_drawn(
    page: Page, server: StaticServer, place: str, room: str
) -> None:
    page.goto(f"{server.origin}/404.html")
    before = page.evaluate("history.length")
    page.goto(f"{server.origin}/reference/api/#{place}", wait_until="commit")
    page.wait_for_url(f"{server.origin}/reference/api/{room}/#{place}")
    assert 0 < page.evaluate(PLACE, place) < 150
    assert page.evaluate("history.length") == before + 1
    page.go_back()
    page.wait_for_url(f"{server.origin}/404.html")


@pytest.mark.parametrize(
    ("old", "place", "room", "here"),
    [
        ("what-you-see", "stands-still", "card", "minus-1005"),
        ("what-you-see", "work-that-broke-off", "work", "minus-1005"),
        ("errors", "push", "card", "metrickit"),
        ("errors", "rbs", "log", "scheduler"),
    ],
)
def test_an_old_place_of_a_divided_page_is_led_on(
    page: Page, server: StaticServer, old: str, place: str, room: str, here: str
) -> None:
    page.goto(f"{server.origin}/{old}/#{place}", wait_until="commit")
    page.wait_for_url(f"{server.origin}/{old}/{room}/#{place}")
    assert 0 < page.evaluate(PLACE, place) < 150
    page.goto(f"{server.origin}/{old}/#{here}")
    assert page.url == f"{server.origin}/{old}/#{here}"


def test_without_scripts_an_old_place_of_the_reference_is_the_link_that_leads_there(
    browser: Browser, server: StaticServer
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.origin}/reference/api/#afterswipe.URLSession.upload")
    link = page.locator("article a[href='urlsession/#afterswipe.URLSession']")
    box = link.bounding_box()
    assert box is not None
    assert 0 < box["y"] < 150
    link.click()
    assert page.url == f"{server.origin}/reference/api/urlsession/#afterswipe.URLSession"
    context.close()


def test_the_reference_s_own_places_stay(page: Page, server: StaticServer) -> None:
    page.goto(f"{server.origin}/reference/api/#transfers")
    assert 0 < page.evaluate(PLACE, "transfers") < 150
    assert page.url == f"{server.origin}/reference/api/#transfers"


def test_an_address_that_is_not_there_gets_a_page_that_helps(page: Page, server: StaticServer) -> None:
    server.pages["/gone/page.html"] = (SITE / "404.html").read_text(encoding="utf-8")
    page.goto(server.origin + "/gone/page.html")
    expect(page.locator(".md-content h1")).to_have_text("This page is not here")
    assert page.locator(".doors a").count() == 5
    page.locator("label[for=__search]:text-is('Search the guide')").click()
    expect(page.locator(".md-search-result__meta")).to_have_text("Type to start searching")
    page.keyboard.type("Instagram")
    expect(page.locator(".md-search-result__link").first).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".doors a").first.click()
    expect(page.locator(".md-content h1")).not_to_have_text("This page is not here")


def test_an_old_address_leads_to_the_new_one(page: Page, server: StaticServer) -> None:
    page.goto(server.origin + "/brief/")
    page.wait_for_url(server.origin + "/the-brief/")


def test_a_question_has_an_address_whose_preview_shows_it(page: Page, server: StaticServer) -> None:
    text = (SITE / "questions" / "q05" / "index.html").read_text(encoding="utf-8")
    question = re.search(r'<meta property="og:title" content="([^"]+)"', text)
    card = re.search(r'<meta property="og:image" content="[^"]+/(cards/[^"/]+)"', text)
    assert question
    assert card
    assert (SITE / card[1]).is_file()
    page.goto(server.origin + "/questions/q05/")
    page.wait_for_url(server.origin + "/questions/#q05")
    expect(page.locator("#q05")).to_contain_text(question[1])
    expect(page.locator("#q05")).to_be_in_viewport()
