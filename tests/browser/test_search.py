"""The search of the built site, through its own box: sixty queries, what is fetched for it and when, and its name."""

import tomllib
from pathlib import Path

from playwright.sync_api import Page, expect

from .serving import StaticServer
from .test_guide import page, server  # noqa: F401 - the fixtures of the built site

QUERIES = tomllib.loads(Path(__file__).with_name("search_queries.toml").read_text(encoding="utf-8"))["query"]

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


def opened(page: Page, server: StaticServer) -> Page:
    """A page whose search box has been entered."""
    page.goto(server.origin + "/")
    page.locator(".md-search__input").click()
    expect(page.locator(".md-search-result__meta")).to_have_text("Type to start searching")
    return page


def test_sixty_queries_find_their_page_among_the_first_three(page: Page, server: StaticServer) -> None:
    found = opened(page, server).evaluate(ASK_ALL, [[query["text"] for query in QUERIES], FIRST])
    missed = {
        query["text"]: found[query["text"]]
        for query in QUERIES
        if not {*query["pages"]} & {*found[query["text"]]}
    }
    assert missed == {}


def test_the_index_is_fetched_at_the_first_key_and_not_before(page: Page, server: StaticServer) -> None:
    opened(page, server)
    assert server.asked("search_index") == server.asked("search-engine") == []
    page.keyboard.type("reboot")
    expect(page.locator(".md-search-result__link").first).to_be_visible()
    assert len(server.asked("search_index")) == len(server.asked("search-engine")) == 1
