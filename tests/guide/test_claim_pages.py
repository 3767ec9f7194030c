"""The pages made from the claims: what every status and level says, that nothing breaks out, and that they are deterministic."""

import html
import re
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from markdown import Markdown

from afterswipe import claims as reader
from guide.claims import pages as claim_pages
from guide.claims import words as claim_words
from guide.claims.schema import EVIDENCE, MECHANISMS
from tests.guide.claim_making import SITE, SOUND, SOURCE, TODAY, claim, one_of_each

EXTENSIONS = [
    "admonition",
    "attr_list",
    "md_in_html",
    "tables",
    "toc",
    "pymdownx.superfences",
    "guide.markdown",
]
EVIL = "<script>alert(1)</script> & \"quoted\" 'single' *star* `tick` {claim:no.such} {: #id } </article> --- $x$"


def whole(one, others=(), today=TODAY):
    return claim_pages.pages([one, *others], today=today, site_url=SITE)[one.id]


def page(one, others=(), today=TODAY):
    return whole(one, others, today).article


def of_each(name, today=TODAY):
    made = one_of_each()
    return page(made[name], [one for key, one in made.items() if key != name], today)


def front_matter(text):
    return yaml.safe_load(text.split("---\n")[1])


def rendered(text):
    """The page's HTML as the builder would make it, without its front matter."""
    return Markdown(extensions=EXTENSIONS).convert(text.split("---\n", 2)[2])


def before_the_sentence(text):
    return text.partition("<h1")[0]


def test_a_page_begins_with_the_sentence_its_badge_and_its_versions():
    made = page(SOUND)
    parts = [
        '<article class="claim-page" data-claim="base.current"',
        '<h1 class="claim-statement"',
        "A Live Activity stays on the Lock Screen.",
        'class="claim-badge claim-normative">documented<',
        "<span>iOS 16.1 and later</span>",
        '<svg class="claim-axis"',
        '<div class="claim-cite" data-claim="base.current"',
        "What it rests on",
        "What would change our mind",
        "History",
    ]
    places = [made.index(part) for part in parts]
    assert places == sorted(places)
    assert "claim-banner" not in made


def test_front_matter_carries_the_sentence():
    assert whole(SOUND).title == SOUND.statement
    assert whole(SOUND).description == SOUND.statement


def test_a_source_shows_title_publisher_address_quote_and_day():
    made = page(SOUND)
    assert f'href="{SOURCE.url}"' in made
    for words in (
        SOURCE.title,
        "Apple's words",
        SOURCE.quote,
        "21 November 2026",
        "supports it",
        "Documentation",
    ):
        assert words in html.unescape(made)


@pytest.mark.parametrize(
    ("publisher", "whose"),
    [
        ("Apple", "Apple's words"),
        ("Apple (DTS engineer)", "An Apple engineer's words"),
        ("Apple Developer Forums", "A developer's words"),
        ("kiwix/kiwix-apple", "kiwix/kiwix-apple's words"),
    ],
)
def test_a_quote_says_whose_words_it_has(publisher, whose):
    made = page(claim(source=(replace(SOURCE, publisher=publisher),)))
    assert f"<figcaption>{whose}</figcaption>" in html.unescape(made)


def test_a_limit_shows_its_number_and_conditions():
    made = of_each("is.limit")
    assert "<strong>about 30 seconds</strong>" in made
    assert "<li>the app was not force quit</li>" in made


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("is.refuted", ["This is wrong.", "What is so instead:</strong> The card is a picture."]),
        ("is.superseded", ["This has a successor.", '<a href="../base.current/">']),
        ("base.retracted", ["Withdrawn on 21 November 2026.", "The device log was misread."]),
        ("is.disputed", ["Sources disagree.", '<a href="#sources">']),
        ("is.unverified", ["Not verified.", "as a report, not as a fact"]),
        ("is.gap", ["Nobody knows.", '<a href="#test">a test that would tell</a>']),
    ],
)
def test_what_must_be_known_first_stands_before_the_sentence(name, words):
    top = before_the_sentence(of_each(name))
    assert all(part in top for part in words)


@pytest.mark.parametrize("name", ["base.current", "is.limit", "is.inferred", "is.assumed"])
def test_a_claim_that_stands_has_no_banner(name):
    assert "claim-banner" not in of_each(name)


def test_a_refuted_sentence_is_nowhere_passed_on_as_true():
    head = whole(one_of_each()["is.refuted"])
    assert head.title == f"Wrong: {SOUND.statement}"
    assert head.description == "Wrong. The card is a picture."
    assert "<p>Wrong: “A Live Activity" in of_each("is.refuted")


def test_a_gap_gives_its_device_test_before_its_sources():
    made = of_each("is.gap")
    assert made.index("The test that would tell") < made.index("Where we looked")
    assert "Count the pictures on a device." in made
    assert "supports a part" not in made


def test_relations_are_shown_from_both_ends():
    assert 'id="premises"' in of_each("is.inferred")
    current = of_each("base.current")
    for anchor, other in (
        ("conclusions", "is.inferred"),
        ("refutes", "is.refuted"),
        ("replaces", "is.superseded"),
    ):
        section = current.partition(f'id="{anchor}"')[2].partition("</section>")[0]
        assert f'href="../{other}/"' in section


def test_an_overdue_review_says_since_when():
    today = SOUND.review_by + timedelta(days=1)
    days = (today - date(2026, 11, 21)).days
    assert f"Last checked {days} days ago" in before_the_sentence(of_each("base.current", today=today))
    assert "Last checked" not in of_each("base.current", today=SOUND.review_by)


def test_a_demonstration_is_a_snippet_with_its_output():
    made = page(claim(demonstrated_by=("swoop",)))
    assert '<run-snippet name="swoop" source="swoop.py">' in made
    assert 'aria-label="Output of swoop.py"' in made
    assert made.rstrip().endswith("</article>")


def test_the_history_numbers_its_revisions():
    made = of_each("is.superseded")
    assert '<li id="r2"><time datetime="2026-12-01">1 December 2026</time> revision 2: superseded' in made


def test_an_id_in_a_note_is_a_link_and_other_words_with_dots_are_not():
    text = page(claim(note="See base.other, not iOS 16.1 or fone.tips."), [claim(id="base.other")])
    assert '<a href="../base.other/"><code>base.other</code></a>' in text
    assert "16.1 or fone.tips.</p>" in text


def test_the_page_names_the_pages_that_use_the_claim(tmp_path):
    (tmp_path / "reference").mkdir()
    (tmp_path / "index.md").write_text("---\ntitle: x\n---\n# Start\n\nWords.{claim:base.current}\n")
    (tmp_path / "reference" / "cards.md").write_text("# Cards & more\n\nWords.{claim:base.current}\n")
    text = claim_pages.pages([SOUND], today=TODAY, site_url=SITE, docs=tmp_path)["base.current"].article
    assert '<a href="../../">Start</a>' in text
    assert '<a href="../../reference/cards/">Cards &amp; more</a>' in text


def evil():
    return claim(
        id="base.evil",
        statement=EVIL,
        note=EVIL,
        change_our_mind=EVIL,
        conditions=(EVIL,),
        source=(replace(SOURCE, title=EVIL, publisher=EVIL, quote=EVIL),),
        history=(replace(SOUND.history[0], note=EVIL),),
    )


def test_nothing_in_a_claim_becomes_html_or_markdown():
    made = page(evil(), [claim(id="base.two", derived_from=("base.evil",))])
    assert "<script" not in made
    assert "<em>" not in made
    assert "<code>tick</code>" in made  # code in a statement is the one thing that is marked up
    assert made.count("</article>") == 1
    assert whole(evil()).title == EVIL.replace("`", "")
    shown = html.unescape(made)
    # statement, cite, note, what would change our mind
    assert shown.count("*star* <code>tick</code> {claim:no.such}") == 4
    # condition, history; and title, publisher, quote and its figcaption
    assert shown.count("*star* `tick` {claim:no.such}") == 6


def test_nothing_in_a_claim_breaks_the_index():
    made = rendered(claim_pages.sources([evil()])["claims.md"])
    assert "<script" not in made
    assert "<em>" not in made


def test_the_index_lists_every_claim_below_its_mechanism():
    every = reader.every()
    made = claim_pages.sources(every)["claims.md"]
    for one in every:
        group = made.partition(f'id="{one.mechanism}"')[2].partition("</section>")[0]
        assert f'<li id="{one.id}"' in group
        assert claim_words.marked_up(one.statement) in group
    assert made.count("<h2") == len({one.mechanism for one in every})
    assert all(
        f">{name}<" in html.unescape(made)
        for key, name in MECHANISMS.items()
        if any(c.mechanism == key for c in every)
    )


def test_an_entry_of_the_index_has_what_the_filter_needs():
    made = claim_pages.sources([claim(until="18")])["claims.md"]
    assert (
        '<li id="base.current" data-evidence="normative" '
        'data-since="16.1" data-until="18"><a href="claim:base.current">'
    ) in made


def test_the_filter_of_the_index_has_its_fields_and_is_hidden_until_it_works():
    made = claim_pages.sources([claim()])["claims.md"]
    filter_ = made[made.index('<div class="claim-filter"') : made.index('<details class="claim-group"')]
    assert " hidden>" in filter_.partition("\n")[0]
    assert re.findall(r'<label class="claim-label" for="claim-filter-(\w+)">', filter_) == [
        "text",
        "mechanism",
        "evidence",
        "status",
        "ios",
    ]
    assert filter_.count('<option value="">') == 4
    assert "1 of 1" in filter_


def test_a_superseded_claim_is_listed_under_its_own_address():
    made = claim_pages.sources(list(one_of_each().values()))["claims.md"]
    assert 'href="../c/is.superseded/"' in made
    assert 'href="claim:is.superseded"' not in made


def test_all_pages_of_the_data_set_are_made_and_twice_the_same():
    every = reader.every()
    made = claim_pages.pages(every, today=TODAY, site_url=SITE)
    assert set(made) == {one.id for one in every}
    assert set(claim_pages.sources(every)) == {"claims.md", claim_pages.SHELL}
    assert made == claim_pages.pages(list(every), today=TODAY, site_url=SITE)
    for one in every:
        text = made[one.id].article
        assert EVIDENCE[one.evidence] in text
        assert text.count("<h1") == 1
        assert text.count("<section") == text.count("</section>")
        assert text.count("<div") == text.count("</div>")


def test_with_a_repository_a_claim_leads_to_a_filled_in_form(monkeypatch):
    one = claim()
    assert "issues/new" not in page(one)
    monkeypatch.setenv("REPO_URL", "https://forge.example/us/guide/")
    (address,) = re.findall(r'href="(https://forge\.example/[^"]+)"', page(one))
    form = urlsplit(html.unescape(address))
    assert form.path == "/us/guide/issues/new"
    filled = parse_qs(form.query)
    assert filled["title"] == [f"Dispute: {one.id}"]
    assert one.statement in filled["body"][0]
    assert f"{SITE}c/{one.id}/" in filled["body"][0]
