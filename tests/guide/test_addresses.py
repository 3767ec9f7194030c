"""Every address of the first edition still leads somewhere: pages, the places on them, and the claims. Links from elsewhere rest on that."""

import json
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


def test_the_list_is_read_as_prefixes_and_names():
    rows = {"old.": {"to": "new.", "names": ["A", "A.b"]}}
    assert fragments.moves(rows) == {"old.A": "new.A", "old.A.b": "new.A.b"}
