"""Choosing: every path ends, and every result names a row of the table, claims, a chapter and a promise that are there."""

import re
from pathlib import Path

import pytest

from afterswipe import claims
from guide.claims.links import MARKER
from guide.errors import BuildError
from guide.pages import choosing

DOCS = Path(__file__).resolve().parents[2] / "docs"
TREE = choosing.tree()
LONGEST_PATH = 5
"""Steps, the result among them: nobody answers more questions than four."""

SMALL = """
first = "one"
[question.one]
asks = "Which?"
answer = [{ says = "This", to = "end" }, { says = "That", to = "%s" }]
[result.end]
title = "An end"
text = "It ends.{claim:live-activity.gives-no-run-time}"
mechanism = "%s"
chapter = "the-swoop"
promise = ""
"""


def test_every_path_ends_soon_at_a_result():
    paths = list(TREE.paths())
    assert {path[-1] for path in paths} == set(TREE.results)
    assert max(map(len, paths)) <= LONGEST_PATH


@pytest.mark.parametrize("key", TREE.results)
def test_a_result_names_what_is_there(key):
    result = TREE.results[key]
    used = MARKER.findall(result.text)
    assert used
    for claim_id in used:
        assert claims.get(claim_id).status in ("current", "disputed"), claim_id
    assert (DOCS / f"{result.chapter}.md").is_file(), f"there is no docs/{result.chapter}.md"
    if result.promise:
        promises = (DOCS / "what-we-can-promise.md").read_text(encoding="utf-8")
        assert f"{{ #{result.promise} }}" in promises


def test_the_page_has_every_answer_and_every_result_once():
    page = choosing.page()
    assert page.startswith("---\n")
    assert re.findall(r"^### .+ \{: #([a-z-]+) \}$", page, re.MULTILINE) == list(TREE.results)
    leaves = re.findall(r'<a href="#([a-z-]+)">', page)
    assert sorted(leaves) == sorted(path[-1] for path in TREE.paths())


def test_addresses_that_were_given_out_stay():
    """People link to results. A result may be added; one of these may not go or be renamed."""
    given_out = """a-short-wait hand-over resumable all-at-once go-on-now finish-making-it short-action long-action nudge
    now-and-then when-idle big-files library server-picture estimate say-when-old as-meant no-such-way"""
    assert set(given_out.split()) <= set(TREE.results)


@pytest.mark.parametrize(
    ("to", "mechanism", "wrong"),
    [
        ("nowhere", "Live Activity", "one > nowhere leads to nothing"),
        ("one", "Live Activity", "one > one goes in a circle"),
        ("end", "Magic", "names the mechanism 'Magic'"),
    ],
)
def test_a_tree_with_a_fault_is_refused(to, mechanism, wrong):
    with pytest.raises(BuildError, match=re.escape(wrong)):
        choosing.read(SMALL % (to, mechanism))


def test_what_no_path_leads_to_is_refused():
    with pytest.raises(BuildError, match="no path leads to two"):
        choosing.read(SMALL % ("end", "Live Activity") + '[question.two]\nasks = "?"\nanswer = []\n')


def test_a_key_that_is_missing_or_unknown_is_refused():
    with pytest.raises(BuildError, match="all keys are needed"):
        choosing.read((SMALL % ("end", "Live Activity")).replace('promise = ""', ""))
    with pytest.raises(BuildError, match="all keys are needed"):
        choosing.read((SMALL % ("end", "Live Activity")) + "colour = 1\n")


def test_a_result_without_a_claim_is_refused():
    with pytest.raises(BuildError, match="has no claim"):
        choosing.read(re.sub(r"\{claim:[^}]+\}", "", SMALL % ("end", "Live Activity")))
