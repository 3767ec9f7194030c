"""The sync in the page: real requests over `fetch`, a real stop, a real resume, and a sound that plays."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import REPOSITORY
from .serving import StaticServer
from .snippet_page import Snippet, Source
from .watching import Tab, Watch

FILE = "sync_in_the_page.py"
CODE = (REPOSITORY / "snippets" / FILE).read_text(encoding="utf-8")
TESTED = (REPOSITORY / "snippets" / FILE).with_suffix(".out").read_text(encoding="utf-8")
SOUNDS = REPOSITORY / "docs" / "feed" / "sounds"


@pytest.fixture
def server(tab: Tab, with_feed: Path) -> Iterator[StaticServer]:
    """The server of the shared tab, with the feed."""
    assert tab.server.root == with_feed
    yield tab.server
    tab.server.ranges = True
    tab.server.heal()


@pytest.fixture
def snippet(tab: Tab, server: StaticServer) -> Snippet:
    return Snippet(tab.page({FILE: Source(CODE, TESTED)}), FILE)


def finished(snippet: Snippet) -> str:
    snippet.run()
    expect(snippet.label).to_have_text("Output of this run")
    expect(snippet.status).to_have_text(re.compile("^Finished"))
    return snippet.result()


def test_it_gives_the_tested_output_and_does_so_again(snippet: Snippet, server: StaticServer) -> None:
    asked = []
    for _ in range(2):
        before = len(server.asked("/feed/"))
        assert finished(snippet) == TESTED
        asked.append(len(server.asked("/feed/")) - before)
    assert asked[0] == asked[1], "nothing came out of the browser's cache"


def test_the_sound_is_the_very_file_and_can_be_played(snippet: Snippet) -> None:
    finished(snippet)
    player = snippet.root.locator("audio")
    expect(player).to_have_count(1)
    source = player.get_attribute("src") or ""
    assert source.startswith("blob:")
    digest = player.evaluate(
        """async (player) => {
            const bytes = await (await fetch(player.src)).arrayBuffer();
            const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
            return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
        }"""
    )
    assert digest == hashlib.sha256(min(SOUNDS.iterdir()).read_bytes()).hexdigest()
    seconds = player.evaluate(
        """(player) => player.duration || new Promise((told, failed) => {
            player.addEventListener("loadedmetadata", () => told(player.duration));
            player.addEventListener("error", () => failed(player.error.message));
            player.load();
        })"""
    )
    assert 5 < seconds < 15


def test_a_server_that_ignores_ranges(snippet: Snippet, server: StaticServer) -> None:
    server.ranges = False
    lines, tested = finished(snippet).splitlines(), TESTED.splitlines()
    assert lines[:2] == tested[:2]
    assert lines[2] != tested[2], "more bytes: the file came whole once more"
    assert lines[3:] == tested[3:]


def test_a_connection_that_breaks(snippet: Snippet, server: StaticServer, tab_watch: Watch) -> None:
    tab_watch.allow("ERR_CONTENT_LENGTH_MISMATCH|ERR_CONNECTION|ERR_INCOMPLETE")
    server.fail(".mp3", "broken", times=2)
    lines = finished(snippet).splitlines()
    assert lines[3:] == TESTED.splitlines()[3:]


def test_a_file_that_is_another_one_than_the_feed_says(
    snippet: Snippet, server: StaticServer, tab_watch: Watch
) -> None:
    server.fail("a01.mp3", "corrupt")
    lines = finished(snippet).splitlines()
    assert "could not be got" in lines[2]
    assert lines[3].startswith("Durable: 3 sounds")


def test_without_a_network_it_says_so(snippet: Snippet, tab_watch: Watch) -> None:
    tab_watch.allow("ERR_INTERNET_DISCONNECTED|ERR_FAILED")
    assert finished(snippet) == TESTED
    context = snippet.page.context
    context.set_offline(True)
    shown = finished(snippet)
    assert (
        "the server cannot be reached, or its answers break off; run again when there is a network" in shown
    )
    assert "Durable: 0 sounds" in shown
    expect(snippet.root.locator("audio")).to_have_count(0)
    context.set_offline(False)
    assert finished(snippet) == TESTED
