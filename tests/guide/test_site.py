"""The built site: two builders make the same of our parts, and what is published is complete.

`make test` builds `site/` first. These tests build once more with the second builder, into build/.
"""

import re
import tomllib
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from guide import site as building
from guide import snippets
from guide.errors import BuildError
from guide.pages.generate import generate, life_cycle
from tests.browser.conftest import CHROMIUM_FLAGS, PATIENCE_MS, find_chromium
from tests.browser.serving import StaticServer

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "site"

_OURS = re.compile(
    r'<run-snippet.*?</run-snippet>|<a[^>]*href="claim:[^>]*>.*?</a>|<div class="swift".*?</code></pre></div></div>',
    re.DOTALL,
)


_FOR_THE_SEARCH = ' data-search-exclude=""'


@pytest.fixture(scope="session")
def built() -> dict[str, Path]:
    generate(ROOT / "docs", ROOT / "build" / "docs")
    return {builder: building.build_pages(builder) for builder in ("mkdocs", "zensical")}


def ours(folder: Path) -> dict[str, list[str]]:
    """What our Markdown made, by page: the parts that a builder must not touch."""
    pages = {  # the mark for the builder's own search stays with one of them, the other takes it out
        page.relative_to(folder).as_posix(): page.read_text(encoding="utf-8").replace(_FOR_THE_SEARCH, "")
        for page in folder.rglob("*.html")
    }
    return {name: found for name, text in pages.items() if (found := _OURS.findall(text))}


def test_both_builders_make_the_same_of_our_parts(built):
    mkdocs, zensical = ours(built["mkdocs"]), ours(built["zensical"])
    assert "story-upload/index.html" in mkdocs
    assert sum(map(len, mkdocs.values())) > 10
    assert set(mkdocs) == set(zensical)
    for page, parts in mkdocs.items():
        assert parts == zensical[page], page


FOUND_FIRST = """([pages, none]) => {
  const shadow = [...document.querySelectorAll("*")].find((one) => one.shadowRoot)?.shadowRoot;
  const found = [...(shadow?.querySelectorAll("a[href]") ?? [])].map((link) => new URL(link.href).pathname.slice(1));
  return none ? found.length === 0 : [...new Set(found)].slice(0, 3).some((page) => pages.includes(page));
}"""


def test_ten_queries_find_their_page_in_the_other_builders_own_search(built):
    listed = tomllib.loads((ROOT / "tests/browser/search_queries.toml").read_text(encoding="utf-8"))["query"]
    queries = [query for query in listed if query.get("other")]
    assert len(queries) == 10
    with sync_playwright() as playwright, StaticServer(built["zensical"]) as server:
        chromium = playwright.chromium.launch(
            executable_path=find_chromium(playwright.chromium), args=CHROMIUM_FLAGS
        )
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.goto(server.origin + "/")
        page.locator(".md-search__button").click()
        field = page.get_by_role("combobox", name="Search")
        for query in queries:
            field.fill("qzxjvwkp")  # so that no answer is left from the query before
            page.wait_for_function(FOUND_FIRST, arg=[[], True], timeout=PATIENCE_MS)
            field.fill(query["text"])
            page.wait_for_function(FOUND_FIRST, arg=[query["pages"], False], timeout=PATIENCE_MS)
        chromium.close()


def test_an_unknown_builder_is_named():
    with pytest.raises(BuildError, match="mkdocs or zensical"):
        building.build_pages("sphinx")


def test_the_site_is_there():
    assert (SITE / "index.html").is_file(), "The site is not built. Run: make build"


@pytest.mark.parametrize(
    "page", sorted(SITE.rglob("*.html")), ids=lambda page: page.relative_to(SITE).as_posix()
)
def test_every_page_has_policy_and_runner_and_loads_nothing_from_elsewhere(page: Path):
    text = page.read_text(encoding="utf-8")
    assert text.count("Content-Security-Policy") == 1
    assert text.count("data-manifest=") == (0 if page.is_relative_to(SITE / "embed") else 1)
    assert 'href="claim:' not in text
    assert 'href="site:' not in text
    loaded = re.findall(r'<(?:script|img|iframe|source|audio|video)[^>]*\ssrc="([^"]+)"', text)
    loaded += re.findall(
        r'<link[^>]*rel="(?:stylesheet|preload|preconnect|modulepreload|icon)"[^>]*href="([^"]+)"', text
    )
    assert [address for address in loaded if re.match(r"(https?:)?//", address)] == []


def test_every_file_of_the_manifest_is_published():
    (manifest,) = (SITE / "_run").glob("manifest.*.json")
    names = re.findall(r'"path":\s*"([^"]+)"', manifest.read_text())
    assert len(names) > 8
    assert [name for name in names if not (SITE / "_run" / name).is_file()] == []


def test_nothing_in_the_run_folder_is_left_over():
    listed = {path.name for path in (SITE / "_run").iterdir()}
    (manifest,) = (SITE / "_run").glob("manifest.*.json")
    named = set(re.findall(r'"path":\s*"([^"]+)"', manifest.read_text())) | {manifest.name}
    assert {name for name in listed - named if not name.endswith((".js", ".css"))} == set()


def test_the_life_cycle_page_is_the_models_table():
    from afterswipe import Event, State

    page = life_cycle()
    for state in State:
        assert f"## {state.value.capitalize()}" in page
    assert page.count("\n| the person opens the app |") == 1 + len(State)
    assert all(event.value in page for event in Event)


def test_every_snippet_in_the_docs_exists():
    used = {
        name
        for page in (ROOT / "docs").rglob("*.md")
        for name in re.findall(r"^/// snippet \| (\w+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {"swoop", "story_upload", "story_upload_assertion"} <= used <= set(snippets.names())
