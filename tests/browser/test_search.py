"""The search of the built site, through its own box: sixty queries, what is fetched for it and when, and its name.

The queries of strangers are put to its engine alone (tests/guide/test_search_queries.py).
"""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from .conftest import PATIENCE_MS
from .serving import Fault, StaticServer
from .test_site import SITE
from .watching import Watch, hold_the_clock, own_clock

QUERIES = tomllib.loads(Path(__file__).with_name("search_queries.toml").read_text(encoding="utf-8"))["query"]

#: Words that are misspelt, or mean a page whose title has other words.
OTHER_WORDS = {
    "contineud processing": "background-activity/",
    "history of background multitasking": "how-it-came-to-be/",
    "what may we tell people": "what-we-can-promise/",
    "how long can an app run in the background": "questions/",
    "is it our fault or Apple's": "questions/",
    "live activty stuck": "what-you-see/card/",
}

SENSIBLE = {
    "30 seconds": r"questions|thirty-seconds|without-opening",
    "0x8badf00d": r"what-you-see|c/life-cycle\.watchdog|after-the-swipe|glossary",
    "BGContinuedProcessingTask": r"background-activity|what-you-see",
    "swipe up": r"after-the-swipe|force-quit|story-upload",
    "Instagram": r"but-instagram-does-it|story-upload",
}
"""What a reader looks for, and which pages may come first."""

FIRST = 3

#: Puts each query into the box, after an empty one, and reads the first pages when the list is there.
ASK_ALL = """async ([queries, first]) => {
  const field = document.querySelector(".md-search__input");
  const items = () => [...document.querySelectorAll(".md-search-result__list > .md-search-result__item")];
  const meta = document.querySelector(".md-search-result__meta");
  const put = (words) => { field.value = words; field.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true })); };
  const until = (there) => new Promise((done) => {
    const look = () => { if (!there()) return; watch.disconnect(); done(); };
    const watch = new MutationObserver(look);
    watch.observe(document.querySelector(".md-search-result"), { childList: true, characterData: true, subtree: true });
    look();
  });
  const expected = () => (/^No /.test(meta.textContent) ? 0 : Math.min(first, parseInt(meta.textContent)));
  const found = {};
  for (const words of queries) {
    put("");
    await until(() => items().length === 0 && /^Type/.test(meta.textContent));
    put(words);
    await until(() => items().length >= expected());
    found[words] = items().slice(0, first).map((item) => new URL(item.querySelector("a").href).pathname.slice(1));
  }
  return found;
}"""


@pytest.fixture
def served() -> Path:
    """The built site."""
    return SITE


def opened(page: Page, server: StaticServer) -> Page:
    """A page whose search box has been entered."""
    page.goto(server.origin + "/")
    page.locator(".md-search__input").click()
    expect(page.locator(".md-search-result__meta")).to_have_text("Type to start searching")
    return page


def test_queries_find_their_page_among_the_first_three(page: Page, server: StaticServer) -> None:
    found = opened(page, server).evaluate(ASK_ALL, [[query["text"] for query in QUERIES], FIRST])
    missed = {
        query["text"]: found[query["text"]]
        for query in QUERIES
        if not {*query["pages"]} & {*found[query["text"]]}
    }
    assert missed == {}


def test_misspelt_and_other_words_find_their_page(page: Page, server: StaticServer) -> None:
    found = opened(page, server).evaluate(ASK_ALL, [[*OTHER_WORDS], FIRST])
    assert {words: found[words] for words, answer in OTHER_WORDS.items() if answer not in found[words]} == {}


def test_a_sensible_page_comes_first_and_claims_do_not_drown_the_chapters(
    page: Page, server: StaticServer
) -> None:
    found = opened(page, server).evaluate(ASK_ALL, [[*SENSIBLE, "background upload"], 4])
    assert {
        words: found[words]
        for words, pages in SENSIBLE.items()
        if not re.match(rf"({pages})/", found[words][0])
    } == {}
    assert [path for path in found["background upload"] if path.startswith("c/")] == []


def test_the_best_section_is_seen_and_the_rest_is_folded(page: Page, server: StaticServer) -> None:
    opened(page, server)
    page.keyboard.type("camera app loses preview in background")
    first = page.locator(".md-search-result__item").first
    expect(first.locator("> a[href$='other-work/sound-and-video/#camera']")).to_be_visible()
    expect(first.locator("> a")).to_have_count(2)  # the page and one section: the next says much less
    expect(first.locator("details a").first).to_be_hidden()


def moved_on(page: Page, link: Locator, address: str, section: str, fault: Fault | None = None) -> None:
    """Taken, the link leads to the section right below the header, also where people scroll while it is on its way."""
    link.click()
    if fault:
        expect(page).to_have_url(address)  # the theme has written where it goes
        page.evaluate("scrollTo(0, 200)")
        page.wait_for_function("() => history.state?.y === 200")  # and, by then, where the page is
        fault.release()
    page.wait_for_function(
        "(section) => document.querySelector(section)?.getBoundingClientRect().top < 100", arg=section
    )
    page.evaluate("() => new Promise((done) => setTimeout(done, 150))")  # behind the theme's own, of 100
    assert 0 < page.locator(section).evaluate("(found) => found.getBoundingClientRect().top") < 100


@pytest.mark.parametrize("start", ["/", "/what-you-see/"])
@pytest.mark.parametrize("line", ["fast", "slow"])
def test_a_result_on_a_phone_leads_to_its_section_and_back(
    browser: Browser, server: StaticServer, start: str, line: str
) -> None:
    """Red before: the page was moved to where the one before had been, or, zoomed out for half a second, past the section."""
    phone = browser.new_context(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    phone.set_default_timeout(PATIENCE_MS)
    page = phone.new_page()
    page.goto(server.origin + start)
    page.evaluate("scrollTo(0, 400)")
    page.locator("label.md-header__button[for=__search]").tap()
    page.wait_for_selector("body[data-md-scrolllock]")
    page.keyboard.type("0xdead10cc")
    result = page.locator("a.md-search-result__link[href$='what-you-see/#c-dead10cc']").first
    held = server.fail("what-you-see/", "held") if (line, start) == ("slow", "/") else None
    moved_on(page, result, f"{server.origin}/what-you-see/#c-dead10cc", "#c-dead10cc", held)
    assert page.evaluate("innerWidth") == 360
    page.go_back()
    expect(page).to_have_url(server.origin + start)
    page.wait_for_function("() => scrollY === 400")
    phone.close()


def test_a_link_leads_to_its_section_however_people_scroll_meanwhile(
    page: Page, server: StaticServer
) -> None:
    """Red before: where the page was scrolled to while it waited, the next page was too."""
    page.goto(f"{server.origin}/which-is-it/")
    link = page.locator("article a[href*='force-quit/#']").first
    address = link.evaluate("(link) => link.href")
    with page.expect_response("**/sitemap.xml"):  # from then on the theme exchanges pages
        link.hover()
    moved_on(page, link, address, f"#{address.split('#')[1]}", server.fail("force-quit/", "held"))


def test_the_index_is_fetched_at_the_first_key_and_not_before(page: Page, server: StaticServer) -> None:
    opened(page, server)
    assert server.asked("search_index") == server.asked("search-engine") == []
    page.keyboard.type("reboot")
    expect(page.locator(".md-search-result__link").first).to_be_visible()
    assert len(server.asked("search_index")) == len(server.asked("search-engine")) == 1


def test_what_is_awaited_is_said(page: Page, server: StaticServer, watch: Watch) -> None:
    """Red before: the box went on asking for words that were there, for as long as the index took, and for ever where it could not be had."""
    watch.allow("Failed to load resource")
    held = server.fail("search_index", "held", times=1)
    own_clock(page)
    line = opened(page, server).locator(".md-search-result__meta")
    hold_the_clock(page)
    page.keyboard.type("reboot")
    expect(line).to_have_text("Searching …")
    page.clock.run_for(8_000)
    expect(line).to_have_text("Still searching. Is there a connection?")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(line).to_have_text("Type to start searching")
    page.keyboard.type("restart")
    expect(line).to_have_text("Searching …")
    held.kind = "missing"  # and the second request is answered, without another key
    held.release()
    page.clock.run_for(60_000)
    expect(line).to_have_text(re.compile(r"^\d+ matching"))
    assert len(server.asked("search_index")) == 2


#: What a page may weigh that is only read: all that is fetched for it, as brotli packs it, and the scripts in it.
PAGE_BYTES, SCRIPT_BYTES = 100_000, 60_000
READ = (
    "/",
    "/story-upload/",
    "/what-you-see/",
    "/what-you-see/card/",
    "/what-you-see/work/",
    "/errors/",
    "/errors/transfer/",
    "/errors/card/",
    "/errors/log/",
    "/other-work/",
    "/questions/",
    "/ways/",
    "/c/life-cycle.watchdog/",
    "/claims/",
    "/reference/api/",
    "/reference/api/sync/",
)

PACK = """
const { brotliCompressSync } = require("node:zlib");
const { readFileSync } = require("node:fs");
const files = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(files.map((file) => brotliCompressSync(readFileSync(file)).length)));
"""


def packed(files: list[Path]) -> dict[str, int]:
    """The bytes of each file below the site, packed with brotli."""
    asked = json.dumps([str(file) for file in files])
    answer = subprocess.run(["node", "-e", PACK], input=asked, capture_output=True, text=True, check=True)
    return dict(zip([str(file.relative_to(SITE)) for file in files], json.loads(answer.stdout), strict=True))


def fetched(browser: Browser, server: StaticServer, path: str) -> list[Path]:
    """The files that a first visit to a page fetches."""
    context = browser.new_context()
    server.log.clear()
    page = context.new_page()
    page.goto(server.origin + path, wait_until="networkidle")
    page.wait_for_load_state("load")  # a long page is quiet for half a second before its scripts
    seen = 0
    while seen != (seen := len(server.log)):
        page.evaluate("new Promise((done) => requestIdleCallback(done))")
    context.close()
    files = {SITE / asked[1:] / ("index.html" if asked.endswith("/") else "") for asked in server.asked("/")}
    return sorted(file for file in files if file.is_file())


def test_pages_that_are_read_keep_their_budget(browser: Browser, server: StaticServer) -> None:
    pages = {path: fetched(browser, server, path) for path in READ}
    sizes = packed(sorted({file for files in pages.values() for file in files}))
    for path, files in pages.items():
        here = {name: sizes[name] for file in files if (name := str(file.relative_to(SITE)))}
        assert not [name for name in here if re.search("search_index|search-engine|sitemap", name)]
        assert [name for name in here if re.search("bundle", name)]
        assert sum(here.values()) <= PAGE_BYTES, (path, here)
        assert sum(size for name, size in here.items() if name.endswith(".js")) <= SCRIPT_BYTES, (path, here)


def test_the_dialog_has_a_name_and_links_in_text_a_line(page: Page, server: StaticServer) -> None:
    opened(page, server)
    expect(page.get_by_role("dialog", name="Search")).to_be_attached()
    page.goto(server.origin + "/questions/")
    plain = """() => [...document.querySelectorAll(".md-content :is(p, li, td, dd) a:not([class])")].filter(
      (link) => getComputedStyle(link).textDecorationLine !== "underline").map((link) => link.href)"""
    assert page.evaluate(plain) == []


def test_the_sheet_has_what_scripts_add_later() -> None:
    (sheet,) = SITE.glob("assets/style.*.css")
    text = sheet.read_text(encoding="utf-8")
    later = [
        "snippet-button--stop",
        "md-search-result__more",
        "md-dialog--active",
        "claim-popover",
        "[data-md-color-scheme=slate]",
    ]
    assert [name for name in later if name not in text] == []
    assert re.search(r"@media print", text)
