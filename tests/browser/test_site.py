"""The built site in Chromium: every snippet of every page gives its tested output."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from .serving import StaticServer
from .snippet_page import Snippet
from .watching import Watch

REPOSITORY = Path(__file__).resolve().parents[2]
SITE = Path(os.environ.get("SITE_DIR", REPOSITORY / "site"))
GOLDEN = REPOSITORY / "snippets"

PLACEHOLDER = re.compile(r"^(\[picture: .*\])$", re.MULTILINE)


def pages_with_snippets() -> list[str]:
    """The pages of the site that have something to run, as paths; none when it is not built."""
    pages = (page for page in SITE.rglob("*.html") if "<run-snippet" in page.read_text(encoding="utf-8"))
    return sorted("/" + str(page.relative_to(SITE)).removesuffix("index.html") for page in pages)


PAGES = pages_with_snippets()


@pytest.fixture
def server() -> Iterator[StaticServer]:
    """Serves the built site."""
    with StaticServer(SITE) as running:
        yield running


@pytest.fixture
def page(context: Any, server: StaticServer, watch: Watch) -> Page:
    """A watched page of the site; open one with `page.goto(server.origin + path)`."""
    made: Page = context.new_page()
    return made


def parts(snippet: Snippet) -> list[str]:
    """What the panel shows, part by part, in the form of the golden files; line breaks around a part do not count."""
    return clean(
        snippet.output.evaluate(
            """(parts) => [...parts.children].map((part) => part.matches(".snippet-picture")
                ? `[picture: ${part.querySelector("title")?.textContent ?? ""}]`
                : part.textContent)"""
        )
    )


def clean(texts: list[str]) -> list[str]:
    """The parts that hold anything, without line breaks around them."""
    return [text.strip("\n") for text in texts if text.strip("\n")]


def drawings(pictures: Locator) -> list[tuple[int, str]]:
    """How many elements each picture has, and its words."""
    found = pictures.evaluate_all(
        "(all) => all.map((one) => [one.querySelectorAll('*').length, one.textContent])"
    )
    return [(int(count), str(words)) for count, words in found]


def snippets_of(page: Page) -> list[Snippet]:
    """The runnable snippets of an open page."""
    files = page.locator("run-snippet").evaluate_all("(all) => all.map((one) => one.getAttribute('source'))")
    return [Snippet(page, file) for file in files]


def test_the_site_is_built_and_has_snippets() -> None:
    assert PAGES, f"No page in {SITE} has a snippet. Build the site first: make build"


@pytest.mark.parametrize("path", PAGES)
def test_every_snippet_gives_its_tested_output(page: Page, server: StaticServer, path: str) -> None:
    page.goto(server.origin + path)
    for snippet in snippets_of(page):
        tested, drawn = parts(snippet), drawings(snippet.pictures)
        golden = (GOLDEN / snippet.file).with_suffix(".out").read_text(encoding="utf-8")
        assert tested == clean(PLACEHOLDER.split(golden)), f"{snippet.file}: page and golden file differ"
        for _ in range(2):
            snippet.run()
            expect(snippet.label).to_have_text("Output of this run")
            expect(snippet.status).to_have_text(re.compile("^Finished"))
            assert parts(snippet) == tested
            assert drawings(snippet.pictures) == drawn


@pytest.mark.parametrize("path", PAGES)
def test_the_code_on_the_page_is_the_file(page: Page, server: StaticServer, path: str) -> None:
    page.goto(server.origin + path)
    for snippet in snippets_of(page):
        code = snippet.root.locator(".snippet-code code").evaluate("(code) => code.textContent")
        assert code == (GOLDEN / snippet.file).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_is_only_read_loads_no_python(page: Page, server: StaticServer, path: str) -> None:
    page.goto(server.origin + path)
    expect(page.locator("run-snippet").first.get_by_role("button", name=re.compile("^Run"))).to_be_visible()
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_load_state("networkidle")
    loaded = [Path(asked).name.partition(".")[0] for asked in server.asked("/_run/")]
    assert set(loaded) <= {"runner", "claims"}
    assert not [worker.url for worker in page.workers if worker.url.startswith("blob:")]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_no_page_scrolls_sideways(page: Page, server: StaticServer, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(server.origin + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", PAGES[:1])
def test_python_stays_while_the_reader_goes_from_page_to_page(
    page: Page, server: StaticServer, path: str
) -> None:
    """Instant navigation exchanges the content; the worker and the files of the runtime stay."""
    # Material exchanges pages that the sitemap lists, and the sitemap has the address of the site as it was built.
    sitemap = (SITE / "sitemap.xml").read_text(encoding="utf-8")
    server.pages["/sitemap.xml"] = re.sub(r"<loc>\w+://[^/]+", f"<loc>{server.origin}", sitemap)
    page.goto(server.origin + path)
    page.wait_for_load_state("networkidle")
    snippet = snippets_of(page)[0]
    snippet.run()
    expect(snippet.status).to_have_text(re.compile("^Finished"))
    page.evaluate("window.stayed = true")
    page.locator("header a.md-logo").first.click()
    page.wait_for_url(server.origin + "/")
    page.go_back()
    expect(snippet.label).to_have_text("Tested output")
    assert page.evaluate("window.stayed"), "the page was loaded anew"
    snippet.run()
    expect(snippet.status).to_have_text(re.compile("^Finished"))
    assert len(server.asked(".wasm")) == 1
