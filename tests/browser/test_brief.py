"""The brief on paper: one page on A4 and on Letter, light whatever the screen was, and with the sentences on it."""

import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Browser, Page

from .conftest import PATIENCE_MS, REPOSITORY
from .serving import StaticServer

SITE = Path(os.environ.get("SITE_DIR", REPOSITORY / "site"))
SOURCE = REPOSITORY / "docs" / "the-brief.md"
CHAPTER = "/story-upload/"

PAPERS = ["A4", "Letter"]
SCHEMES = ["light", "dark"]

MARKER = re.compile(r"\{claim:([^}]+)\}")
SENTENCE = re.compile(r"^\d\. (.+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """The address of the built site."""
    assert (SITE / "the-brief" / "index.html").is_file(), f"There is no brief in {SITE}. Run: make build"
    with StaticServer(SITE) as running:
        yield running.origin


@pytest.fixture(params=SCHEMES)
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A tab of somebody who likes it light, and of somebody who likes it dark."""
    context = browser.new_context(color_scheme=request.param)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def printed(page: Page, paper: str) -> pypdf.PdfReader:
    """The page as it comes out of the printer, colours of backgrounds included."""
    return pypdf.PdfReader(io.BytesIO(page.pdf(format=paper, print_background=True)))


def plain(markdown: str) -> str:
    """A sentence of the brief without its marks."""
    return MARKER.sub("", markdown).replace("**", "")


def flat(text: str) -> str:
    """Text without the line breaks of the paper, and with ligatures taken apart."""
    return re.sub(r"\s+", "", text.replace("ﬁ", "fi").replace("ﬂ", "fl"))


def luminance(colour: str) -> float:
    """How light a colour of the style sheet is, from 0 to 1."""
    red, green, blue = (int(part) / 255 for part in re.findall(r"\d+", colour)[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("paper", PAPERS)
def test_the_brief_is_one_page(page: Page, origin: str, paper: str) -> None:
    page.goto(f"{origin}/the-brief/")
    assert len(printed(page, paper).pages) == 1


@pytest.mark.parametrize("paper", PAPERS)
def test_every_sentence_is_on_it_with_its_address(page: Page, origin: str, paper: str) -> None:
    page.goto(f"{origin}/the-brief/")
    text = flat(printed(page, paper).pages[0].extract_text())
    sentences = SENTENCE.findall(SOURCE.read_text(encoding="utf-8"))
    assert len(sentences) == 5
    for sentence in sentences:
        assert flat(plain(sentence)) in text
        ids = [claim_id for marker in MARKER.findall(sentence) for claim_id in marker.split(",")]
        assert ids
        assert all(f"/c/{claim_id}/" in text for claim_id in ids)


def test_it_has_its_picture_and_nothing_to_press(page: Page, origin: str) -> None:
    page.goto(f"{origin}/the-brief/")
    page.emulate_media(media="print")
    assert page.locator(".brief figure svg:visible").count() == 1
    for gone in (".md-header", ".md-footer", ".md-sidebar", ".md-top", ".headerlink", ".md-search"):
        assert page.locator(f"{gone}:visible").count() == 0, gone


@pytest.mark.parametrize("path", ["/the-brief/", CHAPTER])
def test_paper_is_white_and_ink_is_dark(page: Page, origin: str, path: str) -> None:
    """In the dark scheme too: the page is dark on the screen and light on paper."""
    page.goto(origin + path)
    read = """() => {
        const text = document.querySelector("article p:not(.page-mark)");
        const words = document.querySelector("svg text[fill*='--as-ink']");
        return [getComputedStyle(document.body).backgroundColor, getComputedStyle(text).color, getComputedStyle(words).fill];
    }"""
    dark = page.evaluate("document.body.dataset.mdColorScheme") == "slate"
    on_screen = page.evaluate(read)
    assert (luminance(on_screen[0]) < 0.5) is dark
    page.emulate_media(media="print")
    paper, text, words = page.evaluate(read)
    assert luminance(paper) > 0.99
    assert luminance(text) < 0.2
    assert luminance(words) < 0.2


def test_a_chapter_prints_without_its_buttons(page: Page, origin: str) -> None:
    page.goto(origin + CHAPTER)
    page.locator("run-snippet .snippet-button--run").first.wait_for(state="attached")
    page.emulate_media(media="print")
    assert page.locator("run-snippet .snippet-button:visible").count() == 0
    assert page.locator("run-snippet .snippet-code:visible").count() > 0


# Margins have the colour of the root: in the dark scheme they were black.
@pytest.mark.parametrize("path", ["/the-brief/", CHAPTER])
def test_the_margins_are_white_and_the_page_says_what_it_is(page: Page, origin: str, path: str) -> None:
    page.goto(origin + path)
    text = flat(printed(page, "A4").pages[0].extract_text())
    assert flat("After the Swipe: ") in text
    assert re.search(rf"[\w.:-]+{path}\(sourcesreadupto", text)
    page.emulate_media(media="print")
    margins = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert luminance(margins) > 0.99


def test_a_chapter_prints_in_the_language_that_is_chosen(page: Page, origin: str) -> None:
    for language, there, away in (
        ("python", "run-snippet .snippet-code", ".swift"),
        ("swift", ".swift", "run-snippet .snippet-code"),
    ):
        page.goto(origin + CHAPTER)
        page.locator(f".languages input[value={language}]").first.check(force=True)
        sheets = len(printed(page, "A4").pages)
        page.emulate_media(media="print")
        frames = page.locator(".languages")
        assert frames.count() > 0
        for frame in frames.all():
            assert frame.locator(there).is_visible()
            assert frame.locator(away).is_hidden()
        page.emulate_media(media="null")
        assert sheets <= 9, f"{sheets} pages in {language}"
