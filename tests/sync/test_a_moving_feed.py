"""What changes while somebody looks: servers that are at odds, clocks that are, and feeds that move during a run. Each was red before."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import formatdate

import pytest

from afterswipe.sync import Stop
from faultlab.servers.server import SOUND, FeedServer
from faultlab.servers.wire import Reply

from .rig import Rig, changed, small_truth

HOUR, YEAR = 3600, 365 * 24 * 3600


def a_sound(rig: Rig) -> str:
    return next(key for key, content in rig.truth.contents.items() if content.media == SOUND)


def test_servers_behind_one_name_that_are_at_odds_are_said_to_be(tmp_path):
    """One was restored from a backup. "There is no feed at this address (410)", while the other gave its first page again and again."""
    rig = Rig(tmp_path / "here", small_truth(3, 500), page=1)
    restored = FeedServer(replace(rig.truth, generation=7), page=1)
    honest = rig.honest.answer
    rig.honest.answer = lambda request: (  # type: ignore[method-assign]
        honest(request) if request.path.endswith("/all") else restored.answer(request)
    )
    report = rig.run()
    assert report.why is Stop.FEED_UNUSABLE
    assert "refuses what it has named itself (410)" in str(report)
    assert "no feed at this address" not in str(report)


def seconds_as_dates(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


@pytest.mark.parametrize("form", ["plain", "extended", "without numbers"])
@pytest.mark.parametrize("off", [-50 * YEAR, -2 * HOUR, 2 * HOUR, 50 * YEAR], ids=str)
@pytest.mark.parametrize("ahead", [HOUR, 900 * YEAR], ids=str)
def test_an_event_that_is_dated_ahead_hides_no_later_one(tmp_path, form, off, ahead):
    """It was as new as the clock here, and what was replaced until the server's clock had come to that was never got."""
    rig = Rig(tmp_path / "here", small_truth(3, 500), extended=form != "plain")
    now, first = 1_788_300_000, a_sound(rig)  # the server's
    dates = {rig.truth.events[1]["id"]: seconds_as_dates(now + ahead)}
    known = rig.honest.event

    def event(it):
        shown = {**known(it), "date_time": dates.get(it["id"], it["date_time"])}
        return {name: value for name, value in shown.items() if name != "seq" or form == "extended"}

    rig.honest.event = event  # type: ignore[method-assign]
    if form == "plain":
        changed(rig, "/update-events/", lambda request, reply: _later(rig, request.path))
    changed(rig, "/v3/", lambda _, reply: reply.having(date=formatdate(now, usegmt=True)))
    for _ in range(3):
        rig.wall = now + off
        assert rig.run().finished
        assert rig.in_sync()
        rig.wall = now + off
        rig.run()
        assert rig.fetched() == 0, "nothing is new"
        now += 60
        for change in (lambda: rig.truth.replace(first, 700), lambda: rig.truth.add(SOUND, "new", 700)):
            change()
            rig.truth.events[-1]["date_time"] = seconds_as_dates(now - 1)


def _later(rig: Rig, path: str) -> Reply:
    """What a plain feed answers, by the dates that it shows."""
    events, cursor = map(rig.honest.event, rig.truth.events), path.rpartition("/")[2].replace("%3A", ":")
    shown = [it for it in events if cursor == "all" or it["date_time"] > cursor]
    body = json.dumps(shown).encode()
    return Reply(200, {"content-type": "application/json", "content-length": str(len(body))}, body)
