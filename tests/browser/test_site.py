"""The built site: what its pages say of each snippet is the file, and Chromium gives the tested output."""

import os
import re
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from .serving import StaticServer
from .snippet_page import Snippet

REPOSITORY = Path(__file__).resolve().parents[2]
SITE = Path(os.environ.get("SITE_DIR", REPOSITORY / "site"))
GOLDEN = REPOSITORY / "snippets"

#: Pages of claims are many and alike; these tests open two of them.
CLAIM_PAGES = 2

PLACEHOLDER = re.compile(r"^(\[(?:picture|sound): .*\])$", re.MULTILINE)
SNIPPET = re.compile(r'<run-snippet name="[^"]*" source="([^"]*)">(.*?)</run-snippet>', re.DOTALL)
CODE = re.compile(r"<code[^>]*>(.*?)</code>", re.DOTALL)
PART = re.compile(
    r'<pre class="snippet-text"[^>]*>(.*?)</pre>|<div class="snippet-picture">.*?<title>(.*?)</title>',
    re.DOTALL,
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


def pages_to_run() -> list[str]:
    """A chapter, and a page of a claim."""
    return ["/story-upload/", next(path for path in snippets_by_page() if path.startswith("/c/"))]


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
def served() -> Path:
    """The built site."""
    return SITE


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


@pytest.mark.parametrize("path", pages_to_run())
def test_the_snippets_of_a_page_give_their_tested_output_and_pictures(
    page: Page, server: StaticServer, path: str
) -> None:
    """On pages of the site as it is; that all snippets do is in `test_engines`."""
    page.goto(server.origin + path)
    unfold(page)
    for file in snippets_by_page()[path]:
        snippet = Snippet(page, file)
        drawn = drawings(snippet.pictures)
        for _ in range(2):
            snippet.run()
            expect(snippet.label).to_have_text("Output of this run")
            expect(snippet.status).to_have_text(re.compile("^Finished"))
            assert parts(snippet) == golden(file)
            assert drawings(snippet.pictures) == drawn


@pytest.mark.parametrize("path", pages_to_open())
def test_a_page_that_is_only_read(page: Page, server: StaticServer, path: str) -> None:
    """It loads no Python, and never scrolls sideways."""
    page.goto(server.origin + path)
    expect(page.locator("run-snippet .snippet-button--run").first).to_be_attached()
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    loaded = server.asked("/_run/")
    assert loaded
    assert not [
        asked
        for asked in loaded
        if not re.search(r"/(runner|claims|cite|chunk|search|sentences|swift|ways)\.\w+\.js$", asked)
    ]
    assert not [worker.url for worker in page.workers if worker.url.startswith("blob:")]


def test_python_stays_while_the_reader_goes_from_page_to_page(page: Page, server: StaticServer) -> None:
    """Instant navigation exchanges the content; the worker and the files of the runtime stay."""
    path = "/story-upload/"
    files = list(snippets_by_page()[path])
    page.goto(server.origin + path)
    unfold(page)
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
