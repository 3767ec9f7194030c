"""The built site: what its pages say of each snippet is the file, and Chromium gives the tested output."""

import os
import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from .conftest import PATIENCE_MS
from .serving import StaticServer
from .snippet_page import Snippet
from .watching import Watch

REPOSITORY = Path(__file__).resolve().parents[2]
SITE = Path(os.environ.get("SITE_DIR", REPOSITORY / "site"))
GOLDEN = REPOSITORY / "snippets"

#: Pages of claims are many and alike; these tests open two of them.
CLAIM_PAGES = 2

PLACEHOLDER = re.compile(r"^(\[(?:picture|sound): .*\])$", re.MULTILINE)
SNIPPET = re.compile(r'<run-snippet name="[^"]*" source="([^"]*)">(.*?)</run-snippet>', re.DOTALL)
CODE = re.compile(r"<code[^>]*>(.*?)</code>", re.DOTALL)
PART = re.compile(
    r'<pre class="snippet-text">(.*?)</pre>|<div class="snippet-picture">.*?<title>(.*?)</title>', re.DOTALL
)


@cache
def snippets_by_page() -> dict[str, dict[str, str]]:
    """The HTML of each snippet by its file, by the path of its page. Chapters come before pages of claims."""
    found: dict[str, dict[str, str]] = {}
    for page in SITE.rglob("*.html"):
        snippets = dict(SNIPPET.findall(page.read_text(encoding="utf-8")))
        if snippets:
            found["/" + str(page.relative_to(SITE)).removesuffix("index.html")] = snippets
    return dict(sorted(found.items(), key=lambda item: (item[0].startswith("/c/"), item[0])))


def pages_to_open() -> list[str]:
    """All chapters with something to run, and some pages of claims."""
    claims = [path for path in snippets_by_page() if path.startswith("/c/")]
    return [path for path in snippets_by_page() if path not in claims[CLAIM_PAGES:]]


def pages_to_run() -> list[tuple[str, list[str]]]:
    """Few pages with the snippets to run on each, so that every snippet of the site is run on one: chapters first."""
    left = {path: set(snippets) for path, snippets in snippets_by_page().items()}
    plan = []
    while path := max(
        left, key=lambda page: (not page.startswith("/c/") and bool(left[page]), len(left[page])), default=""
    ):
        new = left.pop(path)
        if not new:
            break
        plan.append((path, sorted(new)))
        for others in left.values():
            others.difference_update(new)
    return plan


def golden(file: str) -> list[str]:
    """The parts of a snippet's tested output, from its golden file."""
    text = (GOLDEN / file).with_suffix(".out").read_text(encoding="utf-8")
    return clean(PLACEHOLDER.split(text))


def clean(texts: list[str]) -> list[str]:
    """The parts that hold anything, without line breaks around them."""
    return [text.strip("\n") for text in texts if text.strip("\n")]


def plain(html: str) -> str:
    """The text of a piece of HTML."""
    return unescape(re.sub(r"<[^>]*>", "", html))


def parts(snippet: Snippet) -> list[str]:
    """What the panel shows, part by part, in the form of the golden files; line breaks around a part do not count."""
    return clean(
        snippet.output.evaluate(
            """(parts) => [...parts.children].map((part) => part.matches(".snippet-picture")
                ? `[picture: ${part.querySelector("title")?.textContent ?? ""}]`
                : part.matches(".snippet-sound") ? `[sound: ${part.textContent}]` : part.textContent)"""
        )
    )


def drawings(pictures: Locator) -> list[tuple[int, str]]:
    """How many elements each picture has, and its words."""
    found = pictures.evaluate_all(
        "(all) => all.map((one) => [one.querySelectorAll('*').length, one.textContent])"
    )
    return [(int(count), str(words)) for count, words in found]


def unfold(page: Page) -> None:
    """Open what is folded in a page."""
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")


@pytest.fixture
def server() -> Iterator[StaticServer]:
    """Serves the built site."""
    with StaticServer(SITE) as running:
        yield running


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Page:
    """A watched page, for the built site."""
    return context.new_page()


def test_the_site_is_built_and_has_snippets() -> None:
    assert snippets_by_page(), f"No page in {SITE} has a snippet. Build the site first: make build"


def test_every_page_has_the_code_and_the_tested_output_of_the_files() -> None:
    for path, snippets in snippets_by_page().items():
        for file, html in snippets.items():
            code = CODE.search(html)
            assert code, f"{path}: {file} has no code"
            assert plain(code[1]) == (GOLDEN / file).read_text(encoding="utf-8"), f"{path}: {file}"
            shown = [
                piece
                for text, title in PART.findall(html)
                for piece in ([f"[picture: {unescape(title)}]"] if title else PLACEHOLDER.split(plain(text)))
            ]
            assert clean(shown) == golden(file), f"{path}: {file}"


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[tuple[Page, str, Watch]]:
    """One tab for many pages, with the address of the site and the watch: what it has loaded stays in its cache."""
    with StaticServer(SITE) as running:
        context = browser.new_context()
        context.set_default_timeout(PATIENCE_MS)
        watching = Watch(running.origin)
        watching.follow(context)
        yield context.new_page(), running.origin, watching
        context.close()


@pytest.mark.parametrize(
    ("path", "files"), pages_to_run(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_snippet_gives_its_tested_output(
    tab: tuple[Page, str, Watch], path: str, files: list[str]
) -> None:
    page, origin, watch = tab
    page.goto(origin + path)
    unfold(page)
    for file in files:
        snippet = Snippet(page, file)
        drawn = drawings(snippet.pictures)
        for _ in range(1 if path.startswith("/c/") else 2):
            snippet.run()
            expect(snippet.label).to_have_text("Output of this run")
            expect(snippet.status).to_have_text(re.compile("^Finished"))
            assert parts(snippet) == golden(file)
            assert drawings(snippet.pictures) == drawn
    watch.check()


@pytest.mark.parametrize("path", pages_to_open())
def test_a_page_that_is_only_read_loads_no_python(page: Page, server: StaticServer, path: str) -> None:
    page.goto(server.origin + path)
    expect(page.locator("run-snippet .snippet-button--run").first).to_be_attached()
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_load_state("networkidle")
    loaded = server.asked("/_run/")
    assert loaded
    assert not [asked for asked in loaded if not re.search(r"/(runner|claims|cite|chunk)\.\w+\.js$", asked)]
    assert not [worker.url for worker in page.workers if worker.url.startswith("blob:")]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", pages_to_open())
def test_no_page_scrolls_sideways(page: Page, server: StaticServer, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(server.origin + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_python_stays_while_the_reader_goes_from_page_to_page(page: Page, server: StaticServer) -> None:
    """Instant navigation exchanges the content; the worker and the files of the runtime stay."""
    path, files = pages_to_run()[0]
    # Material exchanges pages that the sitemap lists, and the sitemap has the address of the site as it was built.
    sitemap = (SITE / "sitemap.xml").read_text(encoding="utf-8")
    server.pages["/sitemap.xml"] = re.sub(r"<loc>\w+://[^/]+", f"<loc>{server.origin}", sitemap)
    page.goto(server.origin + path)
    unfold(page)
    page.wait_for_load_state("networkidle")
    snippet = Snippet(page, files[0])
    snippet.run()
    expect(snippet.status).to_have_text(re.compile("^Finished"))
    page.evaluate("window.stayed = true")
    page.locator("header a.md-logo").first.click()
    page.wait_for_url(server.origin + "/")
    page.go_back()
    page.wait_for_url(server.origin + path)
    expect(snippet.label).to_have_text("Tested output")
    unfold(page)
    assert page.evaluate("window.stayed"), "the page was loaded anew"
    snippet.run()
    expect(snippet.status).to_have_text(re.compile("^Finished"))
    assert len(server.asked(".wasm")) == 1
