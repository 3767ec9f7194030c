"""On a phone no table of the site is cut, with scripts or without: what is wider than its column can be scrolled."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from .conftest import REPOSITORY
from .serving import StaticServer

SITE = Path(os.environ.get("SITE_DIR", REPOSITORY / "site"))

#: Opens pages one after the other in a frame of a phone's width, without their scripts, and says which tables are cut there.
CUT = """async (addresses) => {
    const cut = {};
    const frame = document.createElement("iframe");
    frame.sandbox = "allow-same-origin";
    frame.style = "width: 390px; height: 844px; border: 0";
    document.body.append(frame);
    let tables = 0;
    for (const address of addresses) {
        const loaded = new Promise((done) => { frame.onload = done; });
        frame.src = address;
        await loaded;
        const page = frame.contentDocument;
        for (const details of page.querySelectorAll("details")) details.open = true;
        const said = [];
        for (const table of page.querySelectorAll("article table")) {
            if (!table.checkVisibility()) continue;
            tables += 1;
            const cells = [...table.querySelectorAll("td, th")].map((cell) => cell.getBoundingClientRect().right);
            if (Math.max(table.getBoundingClientRect().right, ...cells) < 391) continue;
            let scrolls = false;
            for (let part = table; part !== page.body; part = part.parentElement) {
                const scrolled = ["auto", "scroll"].includes(frame.contentWindow.getComputedStyle(part).overflowX);
                scrolls ||= scrolled && part.getBoundingClientRect().right < 391;
            }
            if (!scrolls) said.push(table.textContent.trim().slice(0, 40));
        }
        const wide = page.documentElement.scrollWidth - 390;
        if (wide > 0) said.push(`the page itself, by ${wide} pixels`);
        if (said.length) cut[address] = said;
    }
    return [cut, tables];
}"""


@pytest.fixture
def addresses() -> list[str]:
    """The pages with tables; those of single claims have none."""
    pages = [
        page.relative_to(SITE).parent
        for page in SITE.glob("*/**/index.html")
        if page.parent.parent.name not in ("c", "cards")
    ]
    return [
        f"/{page.as_posix()}/"
        for page in sorted(pages)
        if "<table" in (SITE / page / "index.html").read_text(encoding="utf-8")
    ]


def test_no_table_is_cut_on_a_phone(context: BrowserContext, addresses: list[str]) -> None:
    """Seen to be able to fail: on a page that cuts one."""
    table = f"<table style='width: 600px'><tr><td>{'word ' * 20}</td></tr></table>"
    with StaticServer(SITE) as server:
        server.pages["/frame.html"] = "<!doctype html><body>"
        server.pages["/cut.html"] = f"<!doctype html><article style='overflow: hidden'>{table}</article>"
        server.pages["/scrolls.html"] = f"<!doctype html><article style='overflow: auto'>{table}</article>"
        page = context.new_page()
        page.goto(f"{server.origin}/frame.html")
        cut, tables = page.evaluate(CUT, ["/cut.html", "/scrolls.html", *addresses])
    assert list(cut) == ["/cut.html"], cut
    assert tables > 200
