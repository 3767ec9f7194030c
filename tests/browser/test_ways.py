"""The table of ways in a real browser: sorted, copied, read on a phone, and alone in somebody else's page."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from guide.pages import ways

from .conftest import REPOSITORY
from .serving import StaticServer
from .watching import Watch

SITE = Path(os.environ.get("SITE_DIR", REPOSITORY / "site"))
TABLE = ways.table()


@pytest.fixture
def served() -> Path:
    """The built site."""
    assert (SITE / "ways" / "index.html").is_file(), f"There is no such page in {SITE}. Run: make build"
    return SITE


@pytest.fixture(params=["ways/", "embed/ways/"])
def page(request: pytest.FixtureRequest, server: StaticServer, context: BrowserContext, watch: Watch) -> Page:
    """The table, on its page and alone, dressed by the script."""
    page = context.new_page()
    page.goto(f"{server.origin}/{request.param}")
    expect(page.locator(".ways[data-dressed=ready]")).to_be_attached()
    return page


def answers(page: Page, version: str) -> list[str]:
    """The words of a column, from top to bottom."""
    return page.locator(f"tbody:visible td[data-version='{version}'] .way-word").all_inner_texts()


def test_it_is_sorted_by_a_version_and_by_name_and_back(page: Page) -> None:
    before = page.locator(".ways-row:visible .ways-way").all_inner_texts()
    page.get_by_label("Sort by").select_option("26")
    column = answers(page, "26")
    assert len(column) == len(TABLE.ways)
    assert column == sorted(column, key=["Yes", "Depends", "No"].index)
    page.get_by_role("button", name="Way", exact=True).click()
    assert page.locator(".ways-row:visible .ways-way").all_inner_texts() == sorted(before, key=str.casefold)
    expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)
    page.get_by_role("button", name="Way", exact=True).click()
    assert page.locator(".ways-row:visible .ways-way").all_inner_texts() == before
    expect(page.locator("th[aria-sort]")).to_have_count(0)


def test_it_is_copied_as_text_and_as_a_picture(page: Page) -> None:
    page.evaluate(
        """() => {
          window.copied = [];
          navigator.clipboard.writeText = async (text) => void window.copied.push(text);
          navigator.clipboard.write = async ([item]) => void window.copied.push(await item.getType("image/png"));
        }"""
    )
    page.get_by_role("button", name="Copy as text").click()
    expect(page.locator(".ways .claim-status")).to_have_text("Copied: table as text")
    lines = page.evaluate("window.copied[0]").splitlines()
    assert lines[0] == "| Way | iOS 13 | iOS 15 | iOS 16.2 | iOS 17.2 | iOS 18 | iOS 26 | iOS 27 |"
    assert "| A task that a tap starts | No | No | No | No | No | Depends | Depends |" in lines
    assert any(
        line.endswith("own upload | No | No | No | No | No | Depends (26.1+) | Depends (26.1+) |")
        for line in lines
    )
    assert lines[-1].endswith("/ways/")
    page.get_by_role("button", name="Copy as picture").click()
    expect(page.locator(".ways .claim-status")).to_have_text("Copied: picture")
    width, height = page.evaluate(
        "createImageBitmap(window.copied[1]).then((image) => [image.width, image.height])"
    )
    assert width == 2 * (760 + 2 * 24)
    assert height > 2 * 26 * len(TABLE.ways)


def test_on_a_phone_each_row_is_a_card_and_nothing_is_cut(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    cut = page.locator("td.way").evaluate_all(
        "(cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth + 1).map((cell) => cell.id)"
    )
    assert cut == []
    name = page.locator("#continued-26").evaluate("(cell) => getComputedStyle(cell, '::before').content")
    assert name == '"26"'


def test_a_cell_shows_its_source(page: Page) -> None:
    page.locator("#continued-26 a.claim").hover()
    expect(page.locator(".claim-popover")).to_contain_text("reports no progress")


def test_alone_it_has_no_header_no_search_and_loads_no_runtime(
    server: StaticServer, context: BrowserContext, watch: Watch
) -> None:
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.origin}/embed/ways/")
    expect(page.locator(".ways[data-dressed=ready]")).to_be_attached()
    expect(page.locator("header, [role=search], .md-search, run-snippet")).to_have_count(0)
    assert not [
        url for url in asked if any(word in url for word in ("runner.", "manifest.", "search", ".wasm"))
    ]
    expect(page.locator("base")).to_have_attribute("target", "_top")
    expect(page.get_by_role("link", name="A task that a tap starts", exact=True)).to_have_attribute(
        "href", "../../ways/#continued"
    )


def test_the_address_of_a_cell_leads_to_it(
    server: StaticServer, context: BrowserContext, watch: Watch
) -> None:
    page = context.new_page()
    page.goto(f"{server.origin}/ways/#scheduled-26")
    expect(page.locator("#scheduled-26")).to_be_in_viewport()
    assert page.locator("#scheduled-26").evaluate("(cell) => cell.matches(':target')")
