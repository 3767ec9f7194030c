"""The drawn history in a real browser: on a phone every word is inside the picture, and no word lies on another."""

import os
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from .conftest import PATIENCE_MS, REPOSITORY
from .serving import StaticServer

SITE = Path(os.environ.get("SITE_DIR", REPOSITORY / "site"))
SMALLEST_TEXT = 11
"""Pixels, as it is seen."""

BOXES = """(svg) => {
    const outer = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("text")].filter((text) => text.textContent).map((text) => {
        const box = text.getBoundingClientRect();
        return {
            words: text.textContent, size: parseFloat(getComputedStyle(text).fontSize),
            left: box.left - outer.left, right: outer.right - box.right, top: box.top - outer.top, bottom: outer.bottom - box.bottom,
            x1: box.left, x2: box.right, y1: box.top, y2: box.bottom,
        };
    });
}"""


@pytest.fixture(params=[360, 1280])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """The page on a phone, and on a desk."""
    assert (SITE / "how-it-came-to-be").is_dir(), f"There is no such page in {SITE}. Run: make build"
    context = browser.new_context(viewport={"width": request.param, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    with StaticServer(SITE) as server:
        page = context.new_page()
        page.goto(f"{server.origin}/how-it-came-to-be/")
        yield page
    context.close()


def test_every_word_is_inside_and_large_enough(page: Page) -> None:
    boxes = page.locator("figure.picture svg").first.evaluate(BOXES)
    assert len(boxes) > 40
    for box in boxes:
        assert min(box["left"], box["right"], box["top"], box["bottom"]) >= -0.5, box["words"]
        assert box["size"] >= SMALLEST_TEXT


def test_no_word_lies_on_another(page: Page) -> None:
    boxes = page.locator("figure.picture svg").first.evaluate(BOXES)
    for one, other in combinations(boxes, 2):
        across = min(one["x2"], other["x2"]) - max(one["x1"], other["x1"])
        down = min(one["y2"], other["y2"]) - max(one["y1"], other["y1"])
        assert across < 1 or down < 3, f"{one['words']} lies on {other['words']}"
