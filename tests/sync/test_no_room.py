"""A file that does not fit is that content's trouble (S15): smaller ones come, deletions are done, and the report says what is missing."""

import errno
import os
import re
from dataclasses import replace

import pytest

from afterswipe.sync import Disk, DiskFull, Limits, NoRoom, Stop
from faultlab.servers.server import SOUND
from faultlab.servers.wire import Reply

from .rig import LIMITS, Rig, changed, landed, small_truth, wanted

LARGE, SMALL = 50_000, 500


class SmallDisk(Disk):
    """A disk for so many bytes of sounds. One with a quota does not say how many are left."""

    room = 10**9
    quota = False

    def used(self) -> int:
        return sum(size for folder in ("parts", "files/sound") for _, size in self.sizes(folder))

    def free(self) -> int:
        return 10**9 if self.quota else max(0, self.room - self.used())

    def append(self, name: str, data: bytes) -> None:
        if self.used() + len(data) > self.room:
            raise DiskFull(f"{name}: {os.strerror(errno.EDQUOT)}. Free some space and run again.")
        super().append(name, data)


def on(rig: Rig, room: int, *, quota: bool = False, **options):
    disk = SmallDisk(rig.folder)
    disk.room, disk.quota = room, quota
    try:
        return rig.run(disk=disk, **options)
    finally:
        disk.close()


def with_large(tmp_path, *, extended: bool, large: int = 1, limits: Limits = LIMITS) -> tuple[Rig, list[str]]:
    """The large ones come first in the feed."""
    truth = small_truth(0)
    ids = [truth.add(SOUND, f"large {number}", LARGE) for number in range(large)]
    for number in range(6):
        truth.add(SOUND, f"small {number}", SMALL)
    return Rig(tmp_path / "here", truth, extended=extended, limits=limits), ids


def files(rig: Rig) -> set[str]:
    return {key for key, (_, file) in rig.held().items() if file}


def small(rig: Rig) -> set[str]:
    return {key for key, content in rig.truth.contents.items() if len(content.file or b"") == SMALL}


@pytest.mark.parametrize("extended", [True, False], ids=["extended", "plain"])
@pytest.mark.parametrize("length", [True, False], ids=["with a length", "without"])
@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_file_larger_than_the_disk_keeps_no_smaller_one_away(tmp_path, extended, length, concurrency):
    """Red before: the run ended there, and so did each one after it."""
    rig, (large,) = with_large(tmp_path, extended=extended)
    if not length:
        changed(rig, ".mp3", lambda _, reply: reply.having(content_length=None))
    for _ in range(2):
        report = on(rig, 20_000, limits={"concurrency": concurrency})
        assert report.why is Stop.NEEDS_SPACE, str(report)
        assert files(rig) == small(rig)
        (problem,) = report.problems
        assert isinstance(problem, NoRoom)
        assert large in str(problem)
        assert "more bytes have to be free" in str(problem)
        assert len(rig.asked(large)) <= 2
    assert on(rig, 200_000).finished
    assert rig.in_sync()


@pytest.mark.parametrize("extended", [True, False], ids=["extended", "plain"])
def test_so_many_bytes_and_it_fits(tmp_path, extended):
    rig, _ = with_large(tmp_path, extended=extended)
    report = on(rig, 20_000)
    lacks = int(str(report.problems[0]).split(": ")[1].split(" ")[0].replace(",", ""))
    assert not on(rig, 20_000 + lacks - 1).finished
    assert on(rig, 20_000 + lacks + 6 * SMALL).finished
    assert rig.in_sync()


def test_a_size_beyond_every_disk_and_limit_is_the_feed_s_fault(tmp_path):
    """Of 9,223,372,036,854,775,807 bytes no more than `Limits.file_bytes` would be missing."""
    rig, (large,) = with_large(tmp_path, extended=True)

    def huge(_request, reply):
        body = re.sub(rb'"size": ?%d' % LARGE, b'"size": %d' % (2**63 - 1), reply.body)
        return Reply(200, {**reply.headers, "content-length": str(len(body))}, body)

    changed(rig, "/update-events/", huge)
    report = rig.run()
    assert report.why is Stop.INCOMPLETE, str(report)
    assert "Limits.file_bytes" in str(report)
    assert files(rig) == small(rig)
    assert not rig.asked(f"{large}.mp3")


@pytest.mark.parametrize("extended", [True, False], ids=["extended", "plain"])
def test_of_several_that_fit_one_by_one_those_come_that_fit_together(tmp_path, extended):
    """Red before: each saw the same space, all were begun, and the parts of all filled the disk: none could ever end."""
    rig, large = with_large(tmp_path, extended=extended, large=3)
    changed(rig, ".mp3", lambda _, reply: replace(reply, piece=5_000, pace=0.1))
    report = on(rig, 70_000)
    assert report.why is Stop.NEEDS_SPACE, str(report)
    assert len(files(rig) & set(large)) == 1
    assert small(rig) <= files(rig)


def test_on_a_full_disk_nothing_is_asked_for_and_what_the_feed_deletes_goes(tmp_path):
    rig, _ = with_large(tmp_path, extended=True, limits=Limits(reserve_bytes=5_000))
    assert on(rig, 10**6).finished
    was = rig.held()
    for number in range(40):
        rig.truth.add(SOUND, f"new {number}", 10 * SMALL)
    gone = max(was, key=lambda key: len(was[key][1] or b""))
    rig.truth.delete(gone)
    report = on(rig, LARGE + 6 * SMALL)
    assert report.why is Stop.NEEDS_SPACE
    assert gone not in rig.held(), "its bytes come free for others"
    assert len(rig.asked("/")) < 40
    assert on(rig, 10**6).finished
    assert landed(rig.folder) == wanted(rig.truth)


@pytest.mark.parametrize("extended", [True, False], ids=["extended", "plain"])
def test_a_quota_that_nobody_tells_of_ends_the_run_after_a_few(tmp_path, extended):
    rig = Rig(tmp_path / "here", small_truth(40, 10 * SMALL), extended=extended)
    report = on(rig, 12 * SMALL, quota=True)
    assert report.why is Stop.NEEDS_SPACE, str(report)
    assert any(isinstance(problem, DiskFull) for problem in report.problems)
    assert len(rig.asked(".mp3")) < 20
    assert on(rig, 10**6).finished
    assert rig.in_sync()


def test_a_write_that_is_refused_is_one_content_s_trouble(tmp_path):
    """The space went to somebody else while it came; what fits still comes, and what came of it is kept."""
    rig, (large,) = with_large(tmp_path, extended=True)
    report = on(rig, LARGE - 1, quota=True, limits={"concurrency": 1})
    assert report.why is Stop.NEEDS_SPACE, str(report)
    assert [large in str(problem) for problem in report.problems].count(True) == 1
    assert on(rig, 10**6).finished
    assert rig.in_sync()
