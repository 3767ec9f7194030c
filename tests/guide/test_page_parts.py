"""What the finish stage adds to pages: for whom and how long, the way from an old address, the feed, the page that is not there."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from afterswipe import claims
from afterswipe.claims.sources import Change
from guide import front_matter
from guide.claims import feed
from guide.errors import BuildError
from guide.finish import lost_page, moved, page_marks
from guide.pages import not_known
from guide.pages.generate import made
from tests.guide.claim_making import SITE, SOUND, claim, one_of_each

DOCS = Path(__file__).resolve().parents[2] / "docs"
ATOM = "{http://www.w3.org/2005/Atom}"


# Front matter.


def test_front_matter_is_read_and_taken_off():
    keys, body = front_matter.split('---\naudience: "both"\nsearch:\n  boost: 2\nhide: [toc]\n---\n# T\n')
    assert keys == {"audience": "both", "search": "", "hide": "[toc]"}
    assert body == "# T\n"
    assert front_matter.split("# T\n") == ({}, "# T\n")


@pytest.mark.parametrize(
    "page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.relative_to(DOCS).as_posix()
)
def test_front_matter_is_read_by_the_builders_as_by_us(page: Path):
    """One of them stops at what is no YAML, the other leaves it all out and says nothing."""
    text = page.read_text(encoding="utf-8")
    keys, body = front_matter.split(text)
    theirs = yaml.safe_load(text[: len(text) - len(body)].strip("-\n")) or {}
    for key in filter(keys.get, keys):
        assert yaml.safe_load(keys[key]) == theirs[key]


@pytest.mark.parametrize(
    ("file", "address"),
    [
        ("index.md", ""),
        ("swoop.md", "swoop/"),
        ("reference/api.md", "reference/api/"),
        ("part/index.md", "part/"),
    ],
)
def test_a_page_s_address_follows_from_its_file(file, address):
    assert front_matter.address(file) == address


# The line below the title.

DAY = date(2026, 11, 21)

PAGE = "<article><h1 id='t'>T<a class='headerlink'>#</a></h1><p>{words}</p></article><footer>{words}</footer>"


@pytest.mark.parametrize(("audience", "words"), page_marks.AUDIENCES.items())
def test_a_page_says_for_whom_it_is_and_how_long_it_takes(audience, words):
    made = page_marks.marked(PAGE.format(words="word " * 1000), audience, DAY)
    line = re.search(
        r'</h1><p class="page-mark"><strong>(.*?)</strong> <span>(\d+) min</span> <span>Sources', made
    )
    assert line.groups() == (words, str(1000 // page_marks.WORDS_PER_MINUTE))
    assert '<time datetime="2026-11-21">21 November 2026</time>' in made


def test_code_output_and_marks_are_not_read():
    code = "<run-snippet><pre>" + "x " * 5000 + "</pre></run-snippet><pre>" + "y " * 5000 + "</pre>"
    marks = '<a class="claim claim-normative" href="#">said by Apple</a>' * 500
    assert page_marks.minutes(PAGE.format(words="word " * 300 + code + marks)) == 2
    assert page_marks.minutes(PAGE.format(words="word")) == 1


def test_of_a_page_that_nobody_reads_through_no_time_is_said_and_of_a_choice_one_result_is_no_page():
    words = "word " * page_marks.WORDS_PER_MINUTE
    assert "<span>20 min<" in page_marks.marked(PAGE.format(words=words * 20), "both", DAY)
    assert "To look things up in" in page_marks.marked(PAGE.format(words=words * 21), "both", DAY)
    results = f'<section class="choosing-result">{words}</section>' * 9
    assert page_marks.minutes(PAGE.format(words=words + results)) == 1


def test_a_long_page_lists_its_sections_behind_its_answer():
    heading = '<h2 id="{0}">Part <code>{0}</code>: <span class="also">and more</span><a class="headerlink" href="#{0}">#</a></h2>'
    parts = "".join(map(heading.format, "abcdef"))
    words = "word " * page_marks.WORDS_PER_MINUTE * page_marks.SHORT
    page = PAGE.replace("</p></article>", f"</p>{parts}</article>").format(words=words)
    made = page_marks.with_contents(page_marks.marked(page, "both", DAY))
    listed = re.search(r"word </p>(<details.*?</details>)<h2", made)
    assert re.findall(r'<a href="#(\w)">(.*?)</a>', listed[1]) == [(one, f"Part {one}") for one in "abcdef"]
    fewer = made.replace(listed[1], "").replace("<h2", "<h3").replace("</h2>", "</h3>")
    assert page_marks.with_contents(fewer).count('<li class="below">') == page_marks.FEW
    for short in (
        page.replace(words, "word"),
        page.replace('id="f"', ""),
        page.replace("</p>", "</p><nav class='question-list'>").replace("'", '"'),
    ):
        marked = page_marks.marked(short, "both", DAY)
        assert page_marks.with_contents(marked) == marked


def test_a_page_without_an_audience_has_its_date_alone():
    made = page_marks.marked(PAGE, "", DAY)
    assert '<p class="page-mark"><span>Sources read up to <time datetime="2026-11-21">' in made
    assert " min</span>" not in made
    assert page_marks.marked("<p></p>", "", DAY) == "<p></p>"


def test_a_page_is_dated_by_the_newest_source_of_its_claims():
    known = {one.id: one for one in claims.every()}
    dates = {one.id: max(source.retrieved for source in one.source) for one in known.values() if one.source}
    old, new = min(dates, key=dates.__getitem__), max(dates, key=dates.__getitem__)
    assert dates[old] < dates[new]
    assert page_marks.last_read(f'<a href="claim:{old}">', known) == dates[old]
    assert page_marks.last_read(f'<a href="claim:{old}"> <a href="claim:{new}">', known) == dates[new]
    assert page_marks.last_read(f'<a href="claim:{old},{new}">', known) == dates[new]
    assert page_marks.last_read("no claim", known) == dates[new]


def test_a_page_that_links_elsewhere_says_when_that_was_read():
    missing = [
        path.name
        for path in sorted(DOCS.rglob("*.md"))
        if "](http" in (text := path.read_text(encoding="utf-8"))
        and "linked" not in front_matter.split(text)[0]
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("page", "audience", "words"), [(PAGE, "everybody", "Write one of"), ("<p></p>", "both", "no title")]
)
def test_a_mistake_in_the_audience_stops_the_build(page, audience, words):
    with pytest.raises(BuildError, match=words):
        page_marks.marked(page, audience, DAY)


# Pages that have moved.


@pytest.mark.parametrize(("old", "up"), [("old/", "../"), ("a/b/", "../../")])
def test_an_old_address_leads_to_the_new_one(old, up):
    text = moved.pages({old: "new/place/#part"}, {"new/place/"}, SITE)[old]
    assert f'content="0; url={up}new/place/#part"' in text
    assert f'<a href="{up}new/place/#part">' in text
    assert f'<link rel="canonical" href="{SITE}new/place/#part">' in text
    assert "noindex" in text


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ({"old/": "nowhere/"}, "there is no such page"),
        ({"new/place/": "new/place/"}, "is a page, so it has not moved"),
    ],
)
def test_a_wrong_line_in_the_list_of_moved_pages_stops_the_build(pages, words):
    with pytest.raises(BuildError, match=words):
        moved.pages(pages, {"new/place/"}, SITE)


def test_the_list_of_moved_pages_fits_the_docs():
    pages = front_matter.pages(DOCS)
    for old, new in moved.moved().items():
        assert old.endswith("/")
        assert old not in pages
        assert new.partition("#")[0] in pages | {front_matter.address(name): {} for name in made()}


# The feed.


def entries(text: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(text).findall(f"{ATOM}entry")


def test_the_feed_has_every_change_newest_first():
    later = replace(
        SOUND, id="base.later", history=(*SOUND.history, Change(date(2026, 12, 2), "corrected", "Was “two”."))
    )
    found = entries(feed.feed([SOUND, later], SITE))
    assert [one.findtext(f"{ATOM}title").split(":")[0] for one in found] == [
        "Corrected",
        "Created",
        "Created",
    ]
    assert found[0].findtext(f"{ATOM}id") == f"{SITE}c/base.later/#r2"
    assert found[0].findtext(f"{ATOM}updated") == "2026-12-02T00:00:00Z"
    assert "Was “two”." in found[0].findtext(f"{ATOM}summary")


def test_the_feed_is_valid_xml_and_the_same_each_time():
    every = [*one_of_each().values(), claim(id="base.evil", statement="<b>& `code` ]]></b>")]
    assert feed.feed(every, SITE) == feed.feed(every, SITE)
    assert any("<b>& code ]]></b>" in one.findtext(f"{ATOM}title") for one in entries(feed.feed(every, SITE)))


def test_the_feed_of_the_real_claims_is_limited():
    found = entries(feed.feed(claims.every(), SITE))
    assert len(found) == feed.MOST
    assert len({one.findtext(f"{ATOM}id") for one in found}) == len(found)


# The page for an address that is not there, and the page of what is not known.


def test_the_lost_page_has_search_and_five_doors():
    made = lost_page.lost_page("<main><article class='x'><h1>404</h1></article></main>", "/guide/")
    assert "<h1>404" not in made
    assert 'for="__search"' in made
    assert re.findall(r'<li><p><a href="/guide/([^"]+)">', made) == [path for path, *_ in lost_page.DOORS]
    assert len(lost_page.DOORS) == 5


def test_a_lost_page_without_a_place_for_words_stops_the_build():
    with pytest.raises(BuildError, match="no <article>"):
        lost_page.lost_page("<p>404</p>", "/")


def test_the_doors_lead_to_pages():
    assert {path for path, *_ in lost_page.DOORS} <= set(front_matter.pages(DOCS)) | {"claims/"}


def test_every_gap_stands_on_the_page_of_what_is_not_known_with_its_test():
    every = claims.every()
    page = not_known.page(every)
    gaps = [one for one in every if one.kind == "gap" and one.status == "current"]
    assert len(gaps) > 10
    for one in gaps:
        assert (
            f"- {one.statement}{{claim:{one.id}}}\n\n    *What would tell:* {one.change_our_mind}\n" in page
        )
    assert page.count("{claim:") == len(gaps)
