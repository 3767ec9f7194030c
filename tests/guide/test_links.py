"""Links of the built site lead somewhere, and every heading can be linked to. `make test` builds `site/` first."""

import os
import re
from pathlib import Path

import pytest

from guide.checks import links as link_lint
from guide.site import site_url

ROOT = Path(__file__).resolve().parents[2]
SITE = Path(os.environ.get("SITE_DIR", ROOT / "site"))
URL = "https://site.example/guide/"


def test_no_link_of_the_site_is_dead_and_every_heading_can_be_linked_to():
    wrong = link_lint.check(SITE, site_url())
    assert wrong == [], "\n" + "\n".join(wrong)


def test_every_page_has_the_feed_and_the_next_one():
    for page in SITE.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert text.count('type="application/atom+xml"') == 1, page
    chapter = (SITE / "thirty-seconds" / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'class="md-footer__link md-footer__link--(\w+)"', chapter) == ["prev", "next"]


@pytest.fixture
def site(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "file.png").write_bytes(b"")
    (tmp_path / "deep" / "index.html").write_text('<article><h2 id="part">P</h2></article>')
    return tmp_path


def check(site: Path, body: str) -> list[str]:
    (site / "index.html").write_text(f'<h1 id="top">T</h1><article>{body}</article>')
    return link_lint.check(site, URL)


@pytest.mark.parametrize(
    "link",
    [
        "deep/",
        "deep/#part",
        "#top",
        "./",
        "/guide/deep/#part",
        "file.png",
        "https://example.org/a?b=c#d",
        "mailto:a@example.org",
        "deep/index.html",
    ],
)
def test_sound_links_are_left_alone(site, link):
    assert check(site, f'<a href="{link}">x</a>') == []


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("nowhere/", "nothing at this address"),
        ("/deep/nowhere/", "nothing at this address"),
        ("../../outside/", "nothing at this address"),
        ("page.md", "nothing at this address"),
        ("deep/#nowhere", "no such anchor"),
        ("#nowhere", "no such anchor"),
        ("http://example.org/", "begins with https"),
        ("https://example/", "no host's name"),
        ("https://example.org/a b", "characters"),
        ("https://example.org/?utm_source=x", "tracking"),
        ("https://example.org/a.", "sign of the sentence"),
        ("claim:life-cycle.jetsam", "begins with https"),
    ],
)
def test_a_dead_or_unsound_link_is_found(site, link, words):
    (wrong,) = check(site, f'<a href="{link}">x</a>')
    assert wrong.startswith(f"index.html: {link}: ")
    assert words in wrong


def test_a_missing_picture_and_a_heading_without_an_id_are_found(site):
    found = check(site, '<img src="gone.png"><h2>Nobody can link to me</h2>')
    assert len(found) == 2
    assert "gone.png" in found[0]
    assert "1 heading(s) have no id" in found[1]
