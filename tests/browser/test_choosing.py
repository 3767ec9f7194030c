"""Choosing in a real browser: with JavaScript one question at a time, without it the whole tree, and links that lead there."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from guide.pages import choosing

from .conftest import PATIENCE_MS, REPOSITORY
from .serving import StaticServer

SITE = Path(os.environ.get("SITE_DIR", REPOSITORY / "site"))
TREE = choosing.tree()
RESULT = "go-on-now"
TITLE = TREE.results[RESULT].title
#: The answers that lead to it, as places counted from 1, and in words.
ANSWERS = "2.1.1"
WORDS = [
    "Making something first, such as a video, and then sending it",
    "A tap in the app",
    "iOS 26",
]


@pytest.fixture
def served() -> Path:
    """The built site."""
    assert (SITE / "choosing" / "index.html").is_file(), f"There is no such page in {SITE}. Run: make build"
    return SITE


@pytest.fixture
def address(server: StaticServer) -> str:
    """The address of the page."""
    return f"{server.origin}/choosing/"


def open_at(page: Page, address: str) -> None:
    """Go there, and wait until the script has dressed the tree."""
    page.goto(address)
    expect(page.locator(".choosing[data-dressed=ready]")).to_be_attached()


def asked(page: Page) -> str:
    """The question on show."""
    return page.locator(".choosing-question:visible").inner_text()


def shown_results(page: Page) -> list[str]:
    """The ids of the results that can be seen."""
    return [
        str(one)
        for one in page.locator(".choosing-result:visible h3").evaluate_all("(all) => all.map((h) => h.id)")
    ]


def test_answers_lead_to_one_result_with_an_address(page: Page, address: str) -> None:
    open_at(page, address)
    assert asked(page) == TREE.questions[TREE.first].asks
    assert shown_results(page) == []
    for words in WORDS:
        page.get_by_role("button", name=words, exact=True).click()
    expect(page.locator(f"#{RESULT}")).to_be_focused()
    assert page.url == f"{address}#{RESULT}"
    assert shown_results(page) == [RESULT]
    expect(page.locator(".choosing-trail strong")).to_have_text(WORDS)


def test_the_keyboard_is_enough(page: Page, address: str) -> None:
    open_at(page, address)
    page.locator(".choosing-choice").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".choosing-question")).to_be_focused()
    for question in ("tap", "version"):
        expect(page.locator(".choosing-question")).to_have_text(TREE.questions[question].asks)
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
    expect(page.locator(f"#{RESULT}")).to_be_focused()


#: Whether this result is the only one that can be seen, and in the window.
ALONE = """(id) => {
  const shown = [...document.querySelectorAll(".choosing-result")].filter((one) => one.getClientRects().length);
  const { top, bottom } = document.getElementById(id).getBoundingClientRect();
  return shown.length === 1 && shown[0].querySelector("h3").id === id && bottom > 0 && top < innerHeight;
}"""


def test_a_link_leads_to_its_result(page: Page, address: str) -> None:
    """At the first move the theme fetches the page and exchanges it, and goes to that move's place; the next wait for that."""
    first, *others = TREE.results
    open_at(page, address)
    page.locator(".choosing").evaluate("(place) => { place.dataset.before = ''; }")
    page.evaluate("(id) => { location.hash = id; }", first)
    expect(page.locator(".choosing[data-dressed=ready]:not([data-before])")).to_be_attached()
    page.wait_for_function(ALONE, arg=first)
    for result in others:
        page.evaluate("(id) => { location.hash = id; }", result)
        page.wait_for_function(ALONE, arg=result)
    expect(page.locator(".choosing-trail")).to_be_hidden()


def test_back_and_forward_go_through_the_answers(page: Page, address: str) -> None:
    open_at(page, address)
    for words in WORDS:
        page.get_by_role("button", name=words, exact=True).click()
    expect(page.locator(f"#{RESULT}")).to_be_visible()
    page.go_back()
    expect(page.locator(".choosing-question")).to_have_text(TREE.questions["version"].asks)
    # At the first step back the theme fetches the page and exchanges it; the new one is dressed a moment later.
    expect(page.locator(".choosing-result:visible")).to_have_count(0)
    page.go_back()
    expect(page.locator(".choosing-question")).to_have_text(TREE.questions["tap"].asks)
    page.go_forward()
    page.go_forward()
    expect(page.locator(f"#{RESULT}")).to_be_visible()
    page.reload()
    expect(page.locator(".choosing[data-dressed=ready]")).to_be_attached()
    assert shown_results(page) == [RESULT]


def test_an_address_with_answers_leads_to_the_question(page: Page, address: str) -> None:
    open_at(page, f"{address}#answers=2.1")
    assert asked(page) == TREE.questions["version"].asks
    page.get_by_role("button", name="Change the answer to: Who starts it?").click()
    expect(page.locator(".choosing-question")).to_have_text(TREE.questions["tap"].asks)
    assert page.url == f"{address}#answers=2"


def test_the_oldest_ios_hides_the_lines_for_older_ones(page: Page, address: str) -> None:
    open_at(page, f"{address}#hand-over")
    lines = page.locator(".choosing-lines:visible li:visible strong")
    expect(lines).to_have_text(["Before iOS 16.2:", "From iOS 16.2:", "From iOS 17.2:", "From iOS 26:"])
    page.get_by_label("The oldest iOS").select_option("17.2")
    expect(lines).to_have_text(["From iOS 17.2:", "From iOS 26:"])
    page.get_by_label("The oldest iOS").select_option("27")
    expect(lines).to_have_text(["From iOS 26:"])


@pytest.mark.parametrize(
    "fragment", ["nonsense", "answers=9.9", "answers=", "answers=1.1.1.1", "%E0%A4%A", "<b>"]
)
def test_a_bad_fragment_says_so_and_starts_again(page: Page, address: str, fragment: str) -> None:
    open_at(page, f"{address}#{fragment}")
    expect(page.locator(".choosing-status")).to_contain_text("names no result")
    assert asked(page) == TREE.questions[TREE.first].asks
    assert shown_results(page) == []


def test_another_heading_of_the_page_is_no_business_of_the_tree(page: Page, address: str) -> None:
    open_at(page, f"{address}#key-points")
    expect(page.locator(".choosing-status")).to_be_empty()
    assert asked(page) == TREE.questions[TREE.first].asks


def test_the_whole_tree_comes_back(page: Page, address: str) -> None:
    open_at(page, f"{address}#{RESULT}")
    page.get_by_role("button", name="Show the whole tree").click()
    expect(page.locator(".choosing-tree")).to_be_visible()
    assert shown_results(page) == list(TREE.results)
    page.get_by_role("button", name="One question at a time").click()
    assert shown_results(page) == [RESULT]


def test_the_link_is_copied(page: Page, context: BrowserContext, address: str) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_at(page, f"{address}#{RESULT}")
    page.get_by_role("button", name="Copy the link to this result").click()
    expect(page.locator(".choosing-status")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{address}#{RESULT}"


def test_without_javascript_it_is_a_plain_tree(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(address)
    expect(page.locator(".choosing-result:visible")).to_have_count(len(TREE.results))
    for words in WORDS[:-1]:
        page.locator("summary:visible", has_text=words).click()
    page.get_by_role("link", name=WORDS[-1]).click()
    assert page.url == f"{address}#{RESULT}"
    expect(page.locator(f"#{RESULT}")).to_be_in_viewport()
    expect(page.locator(f"#{RESULT}")).to_contain_text(TITLE)
    context.close()


def test_the_script_is_loaded_on_this_page_alone(page: Page, server: StaticServer, address: str) -> None:
    page.goto(f"{server.origin}/the-brief/")
    page.wait_for_load_state("networkidle")
    assert not server.asked("/_run/choosing.")
    open_at(page, address)
    assert server.asked("/_run/choosing.")


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_scrolls_sideways(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    open_at(page, f"{address}#answers=2.1")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Show the whole tree").click()
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
