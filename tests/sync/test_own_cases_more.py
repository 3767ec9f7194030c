"""More cases of our own, of the kinds that had the fewest (3, 6 and 10), and what two writers do to one file. Each was red before."""

import errno
import json
import threading
from dataclasses import replace

import pytest

from afterswipe.sync import AnotherProcess, Disk, DiskFault, PendingFile, Sync
from afterswipe.sync.errors import DiskRefused
from afterswipe.sync.store import disk as disks
from afterswipe.sync.store.disk import mapped
from faultlab.servers.faulty import Fault, When
from faultlab.servers.server import CREATED, DELETED, SONG, SOUND
from faultlab.servers.wire import Reply

from .rig import BASE, Rig, changed, execute, landed, small_truth, wanted


def listed(events: list) -> Reply:
    body = json.dumps(events).encode()
    return Reply(200, {"content-type": "application/json", "content-length": str(len(body))}, body)


def a_sound(rig: Rig) -> str:
    return next(key for key, content in rig.truth.contents.items() if content.media == SOUND)


# What an event is, and which is newer (kind 3).


def test_a_list_may_have_its_newest_first(plain):
    """Within one second the order decides, and here it is the other one: a sound that was made anew was deleted for good."""
    content, others = a_sound(plain), [plain.honest.event(event) for event in plain.truth.events]
    at = "2026-09-30T10:00:00Z"
    shown = {"content_id": content, "media_type": SOUND, "date_time": at}
    story = [
        *others,
        {**shown, "id": "00000001-0000-4000-8000-000000000000", "event_type": DELETED},
        {**shown, "id": "00000002-0000-4000-8000-000000000000", "event_type": CREATED},
    ]
    plain.wall = 1_795_000_000.0  # in November
    changed(plain, "/update-events/", lambda *_: listed(story[::-1]))
    assert plain.run().finished
    assert landed(plain.folder) == wanted(plain.truth)


def test_an_event_of_tomorrow_hides_nothing_that_comes_until_then(plain):
    """A server's clock was wrong for an hour, and one event is dated years ahead. Nothing ever came after it, not even of this content."""
    first = plain.truth.events[0]["id"]

    def ahead(request, reply):
        if "2099" in request.path:
            return listed([])
        events = [
            {**event, "date_time": "2099-01-01T00:00:00Z"} if event["id"] == first else event
            for event in map(plain.honest.event, plain.truth.events)
        ]
        return listed(events)

    changed(plain, "/update-events/", ahead)
    assert plain.run().finished
    plain.truth.add(SOUND, "newer", 700)
    plain.truth.rename(plain.truth.events[0]["content_id"], "another name")
    plain.wall += 100_000
    plain.truth.events[-1]["date_time"] = "2026-09-22T12:00:00Z"
    assert plain.run().finished
    assert landed(plain.folder) == wanted(plain.truth)
    assert plain.run().finished
    assert len(plain.asked("/v3/")) == 1, "what is dated ahead comes again in each list, and is done once"


# Who holds the lease (kind 6).


def another(rig: Rig, said: list[str], **options) -> None:
    """Somebody else comes, and is told."""
    other = Sync(None, BASE, rig.folder, clock=rig.clock, **options)
    try:
        other.adopt(PendingFile("", "", None, None, 0), b"")
        said.append("came in")
    except AnotherProcess as error:
        said.append(str(error))


def test_one_of_the_same_name_that_is_at_work_is_another_one(rig):
    """An app and its extension were given the same `owner`: each took the directory from the other, and both ended."""
    said: list[str] = []
    report = rig.run(owner="app", progress=lambda _shown: said or another(rig, said, owner="app"))
    assert "is at work" in said[0]
    assert report.finished, str(report)
    assert rig.run(owner="app").finished
    assert rig.in_sync()


def test_whoever_waits_for_a_long_list_is_at_work(plain):
    """A list that takes minutes: the next one that `cron` starts took the directory over, and so on for ever."""
    said: list[str] = []
    changed(
        plain, "/update-events/",
        lambda _, reply: replace(reply, body=reply.body + b" " * 300_000, pace=1, piece=2_000).having(content_length=None),
    )  # fmt: skip

    def observe(point, detail):
        if point == "receive" and "update-events" in detail and plain.clock.monotonic() > 90 and not said:
            another(plain, said)

    report = plain.run(observe=observe)
    assert "is at work" in said[0]
    assert report.finished, str(report)
    assert plain.in_sync()


class Slow(Disk):
    """Each piece that is read takes twenty seconds; `then` is called after it."""

    def __init__(self, root, then) -> None:
        super().__init__(root)
        self.then = then

    def read(self, name):
        for piece in super().read(name):
            self.then()
            yield piece


def test_whoever_looks_through_large_files_is_at_work(rig, monkeypatch):
    """After a kill on a slow disk: a minute of reading, and the directory was somebody else's."""

    class Killed(BaseException):
        pass

    def kill(point, detail):
        if (point, detail) == ("unlink", "never") or (point == "commit" and detail == "release"):
            raise Killed

    monkeypatch.setattr(disks, "CHUNK", 100)
    with pytest.raises(Killed):
        rig.run(observe=kill)
    said: list[str] = []

    def twenty_seconds():
        rig.clock.jump(20)
        if rig.clock.monotonic() > 90 and not said:
            another(rig, said)

    report = rig.run(disk=Slow(rig.folder, twenty_seconds))
    assert "is at work" in said[0]
    assert report.finished, str(report)
    assert rig.in_sync()


def test_two_writers_leave_what_was_there_before_them(tmp_path):
    """What somebody else has written in between is cut off again: it belongs to nothing that is known."""
    mine, theirs = Disk(tmp_path), Disk(tmp_path)
    for disk in (mine, theirs):
        assert disk.open_part("parts/1.part") == 0
    mine.append("parts/1.part", b"mine")
    with pytest.raises(AnotherProcess):
        theirs.append("parts/1.part", b"theirs, and longer")
    with pytest.raises(DiskFault, match="cut it"):
        mine.append("parts/1.part", b"and more")
    assert (tmp_path / "parts/1.part").read_bytes() == b""
    for disk in (mine, theirs):
        disk.close()


# A disk or a process that refuses (kind 10).


def test_a_process_that_may_start_no_threads_syncs_all_the_same(rig, monkeypatch):
    """A container with a limit of processes: "can't start new thread" was a traceback."""
    monkeypatch.setattr(
        threading.Thread, "start", lambda _self: (_ for _ in ()).throw(RuntimeError("can't start new thread"))
    )
    monkeypatch.setattr(disks, "_FLOWS", 1)
    assert rig.run(limits={"group_files": 1}).finished
    assert rig.in_sync()


class Volumes(Disk):
    """A directory of which one folder is a volume of its own, as containers have them."""

    def rename(self, part, final):
        if "files/song" in final:
            with mapped(final):
                raise OSError(errno.EXDEV, "Invalid cross-device link", final)
        super().rename(part, final)


def test_a_folder_that_is_a_volume_of_its_own_is_named_and_stops_no_other(rig):
    """Every run ended at its first file, "Look at the disk", and the sounds never came either."""
    song = rig.truth.add(SONG, "a song", 500)
    report = rig.run(disk=Volumes(rig.folder))
    assert [type(problem) for problem in report.problems] == [DiskRefused]
    assert "have to be on one file system" in str(report)
    assert landed(rig.folder) == {key: value for key, value in wanted(rig.truth).items() if key != song}
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE meta SET cursor = CAST(x'66FF' AS TEXT)",
        "INSERT INTO done VALUES (x'6162', 'sound/a', 1)",
        "UPDATE events SET media = 9",
        "UPDATE events SET id = 'another ' || rowid",
        "UPDATE events SET kind = 1 - kind",
    ],
)
@pytest.mark.parametrize("extended", [True, False], ids=["extended", "plain"])
def test_a_row_that_makes_no_sense_is_a_damaged_database(tmp_path, damage, extended):
    """Bits that turned over in `sync.db`: a traceback at each start, or for ever "1 left", with no problem named."""
    rig = Rig(tmp_path / "here", small_truth(3, 5_000), extended=extended)
    assert not rig.run([Fault("F11", arg="2000", when=When.FROM)], limits={"requests": 1}).finished
    execute(rig.folder, damage)
    assert rig.run().finished
    assert rig.run().finished
    assert landed(rig.folder) == wanted(rig.truth)


def test_an_error_of_whoever_listens_is_no_damage(rig):
    """What `observe` raises at a commit is its own: for it, a good database would have been set aside."""

    def observe(name: str, detail: str) -> None:
        if (name, detail) == ("commit", "finish"):
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        rig.run(observe=observe)
    assert not list(rig.folder.glob("*.damaged"))
    assert rig.run().finished
    assert rig.in_sync()
