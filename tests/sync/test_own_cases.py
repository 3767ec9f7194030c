"""Cases of our own, of the ten kinds that the field brought: each was red before."""

import errno
import shutil
from dataclasses import replace

import pytest

from afterswipe.sync.feed.protocol import nanoseconds
from faultlab.servers.faulty import Fault

from .rig import Rig, landed, small_truth, wanted


@pytest.mark.parametrize("status", [403, 404, 410])
@pytest.mark.parametrize("extended", [True, False], ids=["extended", "plain"])
def test_a_range_that_is_refused_like_a_content_is_asked_for_whole(tmp_path, status, extended):
    """A gateway lets whole files through, and answers a Range as if there were no such file (kind 5)."""
    rig = Rig(tmp_path, extended=extended)
    answer = rig.honest.answer
    rig.honest.answer = lambda request: (
        replace(answer(request), status=status, body=b"").having(content_length="0")
        if "range" in request.headers
        else answer(request)
    )
    report = rig.run([Fault("F11", arg="4000")])
    assert report.finished, str(report)
    assert landed(tmp_path) == wanted(rig.truth)


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("2026-09-01 10:00:00.5+00", "2026-09-01T10:00:00.5Z"),  # PostgreSQL's text
        ("2026-09-01t10:00:00z", "2026-09-01T10:00:00Z"),  # RFC 3339 allows small letters
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),  # a leap second
        ("2026-09-01T10:00:00-03", "2026-09-01T13:00:00Z"),
    ],
)
def test_a_date_as_servers_write_it_is_one(said, means):
    """One such event made the whole list unusable, for ever (kind 3)."""
    assert nanoseconds(said) == nanoseconds(means)


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EACCES, errno.EIO])
def test_a_disk_that_does_not_say_how_much_is_free_stops_nothing(tmp_path, monkeypatch, number):
    """Some file systems of networks and phones cannot be asked; what does not fit is noticed when it is written (kind 10)."""
    rig = Rig(tmp_path / "here", small_truth(2))
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: (_ for _ in ()).throw(OSError(number, "no")))
    report = rig.run()
    assert report.finished, str(report)
    assert rig.in_sync()
