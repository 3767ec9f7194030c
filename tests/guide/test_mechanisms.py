"""The mechanism page comes from the table and the claims: same table, same page; another number, another page."""

import dataclasses
import re
from html.parser import HTMLParser

import pytest
from markdown import Markdown

from afterswipe import claims
from afterswipe.claims.sources import Claim
from guide import snippets
from guide.claims.links import named
from guide.errors import BuildError
from guide.mechanisms import MECHANISMS, Fact
from guide.pages import mechanisms

EXTENSIONS = ["attr_list", "md_in_html", "tables", "toc", "pymdownx.superfences", "guide.markdown"]


def claim_is(patch: pytest.MonkeyPatch, changed: Claim) -> None:
    get = claims.get
    patch.setattr(claims, "get", lambda claim_id: changed if claim_id == changed.id else get(claim_id))


@pytest.fixture(scope="module")
def html():
    return Markdown(extensions=EXTENSIONS).convert(mechanisms.page())


def test_it_is_made_the_same_each_time():
    assert mechanisms.page() == mechanisms.page()


def test_every_row_has_a_section_and_a_line_in_the_overview():
    page = mechanisms.page()
    for row in MECHANISMS:
        assert f"\n## {row.name} {{: #{mechanisms.anchor(row)} }}\n" in page
        assert f"| [{row.name}](#{mechanisms.anchor(row)}) |" in page
    assert len({mechanisms.anchor(row) for row in MECHANISMS}) == len(MECHANISMS)


def test_every_marker_and_every_block_names_something_that_exists():
    page = mechanisms.page()
    for claim_id in named(page):
        claims.get(claim_id)
    shown = re.findall(r"^/// snippet \| (\w+)$", page, re.MULTILINE)
    assert shown == [name for row in MECHANISMS for name in row.snippets]
    assert set(shown) <= set(snippets.names())
    assert not re.findall(r"\{(?!claim:|: #)[^}]*\}", page), "a placeholder was left"


def test_another_number_in_a_claim_changes_the_page(monkeypatch):
    before = mechanisms.page()
    for claim_id in ("background-assertion.duration", "intents.time-limit", "widgets.daily-budget"):
        claim = claims.get(claim_id)
        value = dataclasses.replace(claim.value, quantity=4711)
        with monkeypatch.context() as patch:
            claim_is(patch, dataclasses.replace(claim, value=value))
            changed = mechanisms.page()
        assert "4,711" in changed
        assert "4,711" not in before
    assert mechanisms.page() == before


def test_another_first_version_changes_the_page(monkeypatch):
    claim = claims.get("continued-processing.ios-and-ipados-only")
    claim_is(monkeypatch, dataclasses.replace(claim, since="25.3"))
    assert "| [Continued processing](#continued-processing) | iOS 25.3 |" in mechanisms.page()


@pytest.mark.parametrize(
    "text", ["{continued-processing.maximum-run-time}", "{intents.time-limit:until}"], ids=["value", "until"]
)
def test_a_placeholder_that_its_claim_cannot_fill_is_refused(text):
    with pytest.raises(BuildError, match="in the mechanism table"):
        mechanisms.fill(text)


def test_a_changed_row_changes_the_page(monkeypatch):
    row = dataclasses.replace(MECHANISMS[0], can=(Fact("In the model: a planted sentence."),))
    monkeypatch.setattr(mechanisms, "MECHANISMS", (row, *MECHANISMS[1:]))
    assert "In the model: a planted sentence." in mechanisms.page()


class Outline(HTMLParser):
    """Counts elements, and the markers inside of definitions."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}
        self.open: list[str] = []
        self.markers_in_definitions = 0

    def handle_starttag(self, tag, attrs):
        self.counts[tag] = self.counts.get(tag, 0) + 1
        if tag == "dd":
            self.open.append(tag)
        if tag == "a" and self.open and dict(attrs).get("href", "").startswith("claim:"):
            self.markers_in_definitions += 1

    def handle_endtag(self, tag):
        if tag == "dd":
            self.open.pop()


def test_the_html_has_lists_folds_snippets_and_markers(html):
    outline = Outline()
    outline.feed(html)
    several = sum(len(row.snippets) for row in MECHANISMS if len(row.snippets) > 1)
    assert outline.counts["dl"] == len(MECHANISMS)
    assert outline.counts["dt"] == outline.counts["dd"]
    assert outline.counts["details"] == several
    assert outline.counts["run-snippet"] == sum(len(row.snippets) for row in MECHANISMS)
    in_lists = [
        claim_id
        for row in MECHANISMS
        for part in (row.who_starts, row.whose_process, row.how_long, row.force_quit, row.can, row.cannot)
        for said in part
        for claim_id in said.claims
    ]
    versions = sum(bool(row.first_claim) for row in MECHANISMS)
    assert outline.markers_in_definitions == len(in_lists) + versions
    assert "{claim:" not in html
    assert "/// snippet" not in html
    assert "{: #" not in html, "an attribute list was left as text"


def test_every_link_of_the_overview_leads_to_a_section(html):
    ids = set(re.findall(r'<h2 id="([^"]+)"', html))
    links = re.findall(r'<td><a href="#([^"]+)"', html)
    assert len(links) == len(MECHANISMS)
    assert set(links) <= ids


def test_the_overview_is_narrow_enough_for_a_phone():
    rows = re.findall(r"^\| \[(.+?)\]\(#.+?\) \| (.+?) \| (.+?) \|$", mechanisms.page(), re.MULTILINE)
    assert len(rows) == len(MECHANISMS)
    longest = [max(len(word) for row in rows for word in re.sub(r"\{.*?\}", "", row[column]).split()) for column in range(3)]  # fmt: skip
    assert sum(longest) <= 40, "the longest words of the three columns, beside each other, fit 360 pixels"
