"""Every address of the first edition still leads somewhere: pages, the places on them, and the claims. Links from elsewhere rest on that."""

import json
import re
from pathlib import Path

import pytest

from afterswipe import claims
from guide.checks import links
from guide.finish import fragments

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "site"
GOLDEN = ROOT / "tests" / "golden"
ADDRESSES: dict[str, list[str]] = json.loads((GOLDEN / "addresses.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", sorted(ADDRESSES))
def test_a_page_of_the_first_edition_is_there_with_every_place_on_it(page: str):
    file = SITE / page
    assert file.is_file(), f"{page} is gone. Lead from it to the new one in src/guide/finish/moved.toml."
    if "This page has moved" in (text := file.read_text(encoding="utf-8")):
        return
    gone = set(ADDRESSES[page]) - links.read(text).ids
    assert gone == set(), (
        f"{page}: add these to src/guide/finish/fragments.toml, each with the id that it has now."
    )


def test_a_claim_s_page_has_one_title():
    """The theme puts its own before a page that has none; the shell must have one."""
    pages = sorted((SITE / "c").glob("*/index.html"))
    assert len(pages) > 400
    assert [page for page in pages if page.read_text(encoding="utf-8").count("<h1") != 1] == []


def test_every_claim_of_the_first_edition_has_its_page():
    ids = (GOLDEN / "claim_ids.txt").read_text(encoding="utf-8").split()
    assert set(ids) <= {claim.id for claim in claims.every()}
    assert [one for one in ids if not (SITE / "c" / one / "index.html").is_file()] == []


PAGE = '<article class="a"><h1 id="top">T</h1><div><h3 class="x" id="new.A">A</h3></div></article>'


def test_an_old_id_stands_before_the_new_one():
    made = fragments.kept(PAGE, "any/", {"old.A": "new.A"})
    assert made == PAGE.replace('<h3 class="x"', '<a id="old.A"></a><h3 class="x"')


def test_an_old_id_whose_new_one_is_gone_leads_to_the_nearest_thing_and_else_to_the_top():
    made = fragments.kept(PAGE, "any/", {"old.A.b": "new.A.b", "old.Z": "z.Z"})
    assert '<a id="old.A.b"></a><h3' in made
    assert made.startswith('<article class="a"><a id="old.Z"></a><h1')


def test_an_id_that_the_page_has_is_left_alone():
    assert fragments.kept(PAGE, "any/", {"new.A": "elsewhere"}) == PAGE
    assert fragments.kept(PAGE, "a-page-without-a-list/") == PAGE


SPLIT = {
    "ref/": '<title>R</title><nav><a href="one/">1</a></nav><article><h2 id="kept"><a href="one/">One</a></h2>'
    '<ul><li><a href="one/#A">A</a></li><li><a href="two/#A.Z">A.Z</a></li></ul></article>',
    "ref/one/": '<p id="no-word"></p><article><h1 id="kept">1</h1><h2 id="A">A</h2><h3 id="A.b">b</h3><h2 id="more">M</h2></article>',
    "ref/two/": '<article><h2 id="A.Z">Z</h2><code id="__codelineno-0-1"></code></article>',
    "elsewhere/": '<article><h2 id="E">E</h2></article>',
}


def test_what_is_on_a_page_below_a_split_one_is_found_at_the_link_that_leads_there():
    made = fragments.led_on(SPLIT, ["ref/"], {"ref/": {"old.A.c": "A.c", "old.none": "none"}})
    assert {path: text for path, text in made.items() if path != "ref/"} == {
        path: text for path, text in SPLIT.items() if path != "ref/"
    }
    assert '<li><a id="A"></a><a id="A.b"></a><a id="old.A.c"></a><a href="one/#A">A</a></li>' in made["ref/"]
    assert '<li><a id="A.Z"></a><a href="two/#A.Z">A.Z</a></li>' in made["ref/"]
    assert '<h2 id="kept"><a id="more"></a><a href="one/">One</a></h2>' in made["ref/"]
    assert links.read(made["ref/"]).ids == {"kept", "A", "A.b", "A.Z", "more", "old.A.c"}


def test_a_split_page_says_before_its_words_where_each_place_is_now():
    made = fragments.led_on(SPLIT, ["ref/"], {})["ref/"]
    script = made[made.index("<script>") : made.index("</script>")]
    assert made.index("<script>") < made.index("<article>")
    assert '{"one/":["A","more"],"two/":["A.Z"]}' in script
    assert "location.replace(" in script


def test_a_page_below_a_split_one_keeps_the_old_ids_of_its_own_places():
    page = PAGE.replace("new.A", "afterswipe.Truth")
    made = fragments.kept(page, "reference/api/seen/")
    assert '<a id="afterswipe.truth.Truth"></a><a id="afterswipe.truth.Truth.by_reason"></a>' in made
    assert 'id="afterswipe.widgets.Widget"' not in made


def test_every_place_that_the_one_page_had_is_on_a_page_below_it():
    """But those whose things are gone, and the headings that are still there."""
    here = links.read((SITE / "reference/api/index.html").read_text(encoding="utf-8")).ids
    below = {
        name
        for page in sorted((SITE / "reference/api").glob("*/index.html"))
        for name in links.read(page.read_text(encoding="utf-8")).ids
    }
    gone = {one for one in set(ADDRESSES["reference/api/index.html"]) & here - below if "." in one}
    assert gone == {"afterswipe.claims.override"}


@pytest.mark.parametrize(
    ("split", "listed", "here"),
    [
        (
            "other-work",
            "other_work_ids",
            "key-points other-work-after-leaving reloads screen-on works-in-debug",
        ),
        (
            "errors",
            "error_ids",
            (
                "ended errors-by-name exc-resource expires-early jetsam-reasons key-points mapped-file metrickit app-hang"
                " no-task-request scene-create scheduler termination-codes watchdog-termination"
            ),
        ),
    ],
)
def test_every_place_that_a_divided_page_had_is_found_from_there_on_the_page_of_its_kind(split, listed, here):
    text = (SITE / split / "index.html").read_text(encoding="utf-8")
    had = set((GOLDEN / f"{listed}.txt").read_text(encoding="utf-8").split())
    assert had - links.read(text).ids == set()
    leads = json.loads(re.search(r"var pages=(\{.*?\})", text)[1])
    below = {
        f"{page.parent.name}/": links.read(page.read_text(encoding="utf-8")).ids
        for page in sorted((SITE / split).glob("*/index.html"))
    }
    moved = {name for page in leads for name in leads[page] if name in below[page]}
    assert had - moved == set(here.split())


def test_the_list_is_read_as_prefixes_and_names():
    rows = {"old.": {"to": "new.", "names": ["A", "A.b"]}}
    assert fragments.moves(rows) == {"old.A": "new.A", "old.A.b": "new.A.b"}
