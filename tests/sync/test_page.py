"""What an example in the page syncs with: the site's own feed as static files, a meter, and a player."""

import asyncio
import sys
from types import ModuleType

import httpx
import pytest
from starlette.staticfiles import StaticFiles

from afterswipe import UsageError
from afterswipe.sync import Limits, Sync
from faultlab import Meter, client, feed_url, play
from faultlab.fetch_transport import with_type
from guide import ROOT, sample_feed
from guide.hosting import hosted

SOUNDS = sorted((ROOT / "docs" / "feed" / "sounds").iterdir())
SIZE = sum(path.stat().st_size for path in SOUNDS)


@pytest.fixture
def site(tmp_path, monkeypatch):
    """The feed on the loopback, and a module that says where: what the harness does for an example."""
    sample_feed.write(tmp_path)
    page = ModuleType("_page")
    with hosted(StaticFiles(directory=tmp_path)) as page.root:
        monkeypatch.setitem(sys.modules, "_page", page)
        yield page.root


def synced(directory, meter=None, **options):
    """One run, and the paths that it asked for."""
    asked = []

    async def main():
        async with client(meter) as made:
            made.event_hooks["response"].append(note)
            return await Sync(made, feed_url(), directory, **options).run(until=meter)

    async def note(response):
        asked.append(response.request.url.path)

    return asyncio.run(main()), asked


def test_the_feed_is_synced_and_then_has_no_news(site, tmp_path):
    report, asked = synced(tmp_path / "music")
    assert report.finished
    assert asked[0] == "/feed/v3/update-events/all.json"
    got = sorted(path.read_bytes() for path in (tmp_path / "music" / "files" / "sound").iterdir())
    assert got == sorted(path.read_bytes() for path in SOUNDS)
    report, asked = synced(tmp_path / "music")
    assert report.finished
    assert asked == ["/feed/v3/update-events/1.4.json"], "every answer to what the engine asks is there"


@pytest.mark.parametrize("limit", [1, 40_000, 150_000, 200_000])
def test_a_meter_stops_a_run_at_its_byte_and_the_next_one_gets_the_rest(site, tmp_path, limit):
    meter = Meter(limit)
    first, _ = synced(tmp_path / "music", meter, limits=Limits(concurrency=1))
    assert not first.finished
    assert meter.bytes == limit
    second, _ = synced(tmp_path / "music", limits=Limits(concurrency=1))
    assert second.finished
    assert first.bytes_fetched + second.bytes_fetched < SIZE + 5_000, "no byte of a sound came twice"


def test_a_meter_cuts_the_piece_that_crosses_its_limit():
    meter = Meter(10)
    assert meter.pieces(b"abc") == [b"abc"]
    meter.bytes = 8
    assert meter.pieces(b"abc") == [b"ab", b"c"]
    assert not meter.is_set()
    meter.bytes = 10
    assert meter.is_set()
    assert meter.pieces(b"abc") == [b"abc"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/feed/v3/update-events/all", "/feed/v3/update-events/all.json"),
        ("/feed/v3/update-events/1.4", "/feed/v3/update-events/1.4.json"),
        ("/feed/v3/update-events/2026-09-01T12:00:01.000001Z", "/feed/v3/update-events/2026-09-01T12:00:01.000001Z.json"),
        ("/feed/sounds/a.mp3", "/feed/sounds/a.mp3"),
        ("/feed.v3/sound", "/feed.v3/sound.json"),
    ],
)  # fmt: skip
def test_a_static_host_has_a_type_for_every_answer(path, expected):
    assert with_type(httpx.URL(f"https://example.org{path}?again=1"), ".json") == httpx.URL(
        f"https://example.org{expected}?again=1"
    )


def test_without_a_page_it_says_what_to_do():
    with pytest.raises(UsageError, match=r"faultlab\.demo"):
        feed_url()


def test_a_sound_is_handed_to_whoever_shows_it(monkeypatch, capsys):
    play(b"abc", "a sound")
    assert capsys.readouterr().out == "[sound: a sound, 3 bytes]\n"
    shown = []
    display = ModuleType("_display")
    display.sound = lambda data, title: shown.append((data, title))
    monkeypatch.setitem(sys.modules, "_display", display)
    play(b"abc", "a sound")
    assert shown == [(b"abc", "a sound")]
