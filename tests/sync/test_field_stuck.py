"""Cases from the field in which something was stuck for ever, was wasted, or ended in a traceback (rules S15, S18 to S23)."""

import asyncio
import errno
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from afterswipe.sync import (
    AnotherProcess,
    Disk,
    DiskRefused,
    Forbidden,
    LesserPromise,
    Misdirected,
    Postponed,
    Stop,
    Sync,
    WrongFile,
)
from afterswipe.sync.feed.protocol import FileInfo
from afterswipe.sync.feed.records import Part
from afterswipe.sync.transfer.answers import Answer, Ask, Receive, Refuse
from faultlab.clock import LoopClock
from faultlab.loop import run
from faultlab.servers.faulty import FaultyServer, FaultyTransport
from faultlab.servers.server import AUTHOR, SOUND, FeedServer
from faultlab.servers.wire import Ending, Reply

from .rig import BASE, LIMITS, Rig, execute, landed, small_truth, wanted
from .test_field_lost import answering, sounds


@pytest.fixture(params=["extended", "plain"])
def rig(tmp_path, request) -> Rig:
    return Rig(tmp_path / "here", small_truth(3, 500), extended=request.param == "extended")


@pytest.fixture
def plain(tmp_path) -> Rig:
    return Rig(tmp_path / "here", small_truth(3, 500), extended=False)


def sound_of(rig: Rig, number: int = 0) -> str:
    return [content.id for content in rig.truth.contents.values() if content.media == SOUND][number]


# One content's trouble is its own (S15).


@pytest.mark.parametrize("where", [".mp3", "v3/sound"])
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(401, {}), Forbidden),
        (Reply(403, {}), Forbidden),
        (Reply(503, {"retry-after": "3600"}), Postponed),
        (Reply(429, {"retry-after": "3600"}), Postponed),
        (Reply(500, {}), Postponed),
        (Reply(302, {"location": "https://elsewhere.example/x"}), Misdirected),
        (Reply(200, {"content-type": "text/html"}, b"<html>"), Misdirected),
    ],
    ids=["401", "403", "503", "429", "500", "302", "html"],
)
def test_what_one_content_is_answered_stops_no_other(rig, reply, kind, where):
    server, bad = answering(rig), sound_of(rig)
    path = f"sounds/{bad}.mp3" if where == ".mp3" else f"v3/sound/{bad}"
    server.instead[path] = reply
    report = rig.run()
    assert report.why is Stop.INCOMPLETE
    assert (report.done, report.left) == (3, 1)
    assert [type(problem) for problem in report.problems] == [kind]
    added = rig.truth.add(AUTHOR, "new")
    server.asked.clear()
    rig.run()
    assert "update-events" in server.asked[0]
    assert added in landed(rig.folder)
    rig.truth.delete(bad)
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize(
    ("status", "why"), [(401, Stop.NEEDS_AUTHORIZATION), (503, Stop.SERVER_BUSY), (302, Stop.INCOMPLETE)]
)
def test_several_contents_and_no_success_are_the_server_s_trouble(tmp_path, status, why):
    rig = Rig(tmp_path / "here", small_truth(12, 50))
    headers = {"location": "https://elsewhere.example/", "retry-after": "3600"}
    answering(rig).instead["v3/"] = lambda request: (
        None if "update-events" in request.path else Reply(status, headers)
    )
    report = rig.run(limits={"concurrency": 1})
    assert report.why is why
    assert len(rig.asked("v3/")) <= 1 + 3 * LIMITS.attempts
    assert (report.not_before is not None) == (status == 503)


def test_a_file_that_is_missing_costs_no_open_file(tmp_path):
    rig = Rig(tmp_path / "here", small_truth(60, 50), extended=False)
    answering(rig).instead[".mp3"] = Reply(404, {})
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("no /proc")
    before, most = len(list(descriptors.iterdir())), [0]

    def observe(_point, _detail):
        most[0] = max(most[0], len(list(descriptors.iterdir())) - before)

    rig.run(observe=observe)
    assert most[0] < 20
    assert not rig.parts(), "what has no byte has no part"


# Asking differently, with bounds (S18).


def test_an_id_is_asked_for_as_the_server_spells_it(rig):
    """And a lost file too, whose event is our own."""
    server = answering(rig)

    def shouted(request):
        honest = FeedServer(rig.truth, rig.honest.extended)
        reply = honest.answer(request)
        page = json.loads(reply.body)
        for event in page if isinstance(page, list) else page["events"]:
            event["content_id"] = event["content_id"].upper()
        body = json.dumps(page).encode()
        return Reply(200, {**reply.headers, "content-length": str(len(body))}, body)

    def strict(request):
        name = request.path.rpartition("/")[2].removesuffix(".mp3")
        if name != name.upper():
            return Reply(404, {})
        path = request.url.replace(name, name.lower())
        return FeedServer(rig.truth, rig.honest.extended).answer(
            type(request)(request.method, path, request.headers)
        )

    server.instead = {"update-events": shouted, "/": strict}
    assert rig.run().finished
    assert landed(rig.folder) == wanted(rig.truth)
    sounds(rig)[0].unlink()
    assert rig.run().finished
    assert landed(rig.folder) == wanted(rig.truth)


def test_a_range_that_is_refused_is_asked_for_whole(rig):
    server = answering(rig)
    honest = FeedServer(rig.truth, rig.honest.extended)
    first = [True]

    def no_ranges(request):
        if "range" in request.headers:
            return Reply(400, {})
        reply = honest.answer(request)
        if first and ".mp3" in request.path:
            first.clear()
            return reply.cut(200, Ending.RESET)
        return reply

    server.instead[".mp3"] = no_ranges
    assert rig.run().finished
    assert rig.in_sync()


def test_a_body_that_always_breaks_off_costs_no_hundred_files(plain):
    """No ranges, no tag, no digest: only more than ever came is progress."""
    server, honest, turn = answering(plain), FeedServer(plain.truth, False), [0]

    def broken(request):
        turn[0] += 1
        reply = honest.answer(request)
        return reply.having(etag=None, accept_ranges=None).cut(200 if turn[0] % 2 else 250, Ending.RESET)

    server.instead[f"sounds/{sound_of(plain)}.mp3"] = broken
    began = plain.wall
    report = plain.run()
    assert report.why is Stop.INCOMPLETE
    assert turn[0] <= 2 * LIMITS.attempts
    assert plain.wall - began > 1, "and between them are pauses"


def test_a_wrong_digest_is_remembered(tmp_path):
    rig = Rig(tmp_path / "here", small_truth(1, 500))
    server, bad = answering(rig), sound_of(rig)
    wrong = Reply(200, {"content-type": "audio/mpeg", "content-length": "500", "etag": '"w"'}, b"x" * 500)
    server.instead[f"sounds/{bad}.mp3"] = wrong
    fetched = []
    for _ in range(3):
        report = rig.run()
        assert isinstance(report.problems[0], WrongFile)
        fetched.append(rig.fetched())
    assert fetched[0] <= 1_500
    assert fetched[1:] == [0, 0], "the same validator is the same wrong file"
    server.instead[f"sounds/{bad}.mp3"] = Reply(
        200, {k: v for k, v in wrong.headers.items() if k != "etag"}, wrong.body
    )
    rig.run()
    rig.run()
    assert rig.fetched() == 500, "without one, once a run"
    server.instead.clear()
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize("status", [400, 404, 409, 410, 412, 416, 422])
def test_a_cursor_that_is_refused_is_followed_by_all(rig, status):
    assert rig.run().finished
    rig.truth.add(AUTHOR, "new")
    answering(rig).instead["update-events"] = lambda request: (
        None if "all" in request.path else Reply(status, {})
    )
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize("coding", ["aws-chunked", "binary", "UTF-8", "none", "identity"])
def test_a_coding_that_is_none_says_nothing(coding):
    assert isinstance(Ask(FileInfo(), 0).next(Answer(200, {"content-encoding": coding})), Receive)
    for also in ("gzip", "gzip;q=1", "exi", "aes128gcm", "pack200-gzip", "bzip2", "xz"):
        answer = Answer(200, {"content-encoding": f"{coding}, {also}"})
        assert isinstance(Ask(FileInfo(), 0).next(answer), Refuse)


def test_a_refused_range_keeps_what_is_here_until_a_body_comes():
    ask = Ask(FileInfo(), 40, Part('"a"', 100, 40))
    again = ask.next(Answer(400, {}))
    assert isinstance(again, Ask)
    assert (again.size, "range" in again.headers) == (40, False)
    assert isinstance(again.next(Answer(400, {})), Refuse), "once"


# Who holds the lease (S19).


def engine(rig: Rig, clock: LoopClock, **options) -> Sync:
    transport = FaultyTransport(FaultyServer(rig.honest), clock=clock)
    return Sync(transport.client(), BASE, rig.folder, clock=clock, limits=LIMITS, **options)


@pytest.mark.parametrize("ends", ["cancelled", "an error of somebody else's"])
def test_after_a_run_that_did_not_end_the_next_one_need_not_wait(rig, ends):
    async def main() -> None:
        clock = LoopClock(rig.wall)

        def progress(_shown):
            if ends != "cancelled" and len(seen) == 3:
                raise ZeroDivisionError
            seen.append(1)

        seen: list[int] = []
        first = asyncio.ensure_future(engine(rig, clock).run(progress=progress))
        while len(seen) < 3:
            await asyncio.sleep(0)
        if ends == "cancelled":
            first.cancel()
        with pytest.raises((asyncio.CancelledError, ZeroDivisionError)):
            await first
        assert (await engine(rig, clock).run()).finished

    run(main())


def test_a_process_of_this_machine_that_is_gone_holds_nothing(rig, monkeypatch):
    """In whatever container it was, with whatever number: the system gave its lock back."""
    assert rig.run().finished
    with closing(sqlite3.connect(rig.folder / "sync.db")) as database:
        owner = Sync(None, BASE, rig.folder).owner.split("/")
        gone = "/".join(["another-container", "1", *owner[2:]])
        database.execute("INSERT INTO lease VALUES (1, ?, ?)", (gone, rig.wall + 50))
        database.commit()
    holder = Disk(rig.folder)
    assert holder.alone()
    with pytest.raises(AnotherProcess):
        rig.run()
    holder.close()
    assert rig.run().finished


# Planning once (S20).


def test_what_is_pending_is_planned_once_and_until_is_asked_meanwhile(tmp_path, monkeypatch):
    from afterswipe.sync import driver

    rig = Rig(tmp_path / "here", small_truth(0))
    for number in range(600):
        rig.truth.add(AUTHOR, f"author {number}")
    planned, real = [0], driver.plan

    def counted(*arguments, **options):
        planned[0] += 1
        return real(*arguments, **options)

    monkeypatch.setattr(driver, "plan", counted)
    report = rig.run(until=lambda: planned[0] > 300, progress=lambda _shown: None)
    assert report.why is Stop.ASKED_TO_STOP
    assert report.left == 601
    assert planned[0] == 512, "it looks between two handfuls"
    planned[0] = 0
    assert rig.run(progress=lambda _shown: None).finished
    assert planned[0] == 601


# A disk that refuses once (S23).


class Refusing(Disk):
    """A disk that refuses some calls with an error of the system's."""

    def __init__(self, root, calls: dict[str, int], number: int) -> None:
        super().__init__(root)
        self.calls, self.number = calls, number

    def _refuse(self, what: str, name: str) -> None:
        if self.calls.get(what, 0) > 0:
            self.calls[what] -= 1
            from afterswipe.sync.store.disk import mapped

            with mapped(name):
                raise OSError(self.number, os.strerror(self.number))

    def rename(self, part, final):
        self.close(part)
        self._refuse("rename", final)
        super().rename(part, final)

    def unlink(self, name):
        self._refuse("unlink", name)
        super().unlink(name)

    def fsync(self, name):
        self._refuse("fsync", name)
        super().fsync(name)

    def read(self, name):
        self._refuse("read", name)
        yield from super().read(name)


def test_a_name_that_is_refused_for_a_moment_is_given_after_it(rig):
    assert rig.run(disk=Refusing(rig.folder, {"rename": 2}, errno.EACCES)).finished
    assert rig.in_sync()


def test_a_name_that_is_refused_for_ever_is_one_content_s_trouble(rig):
    calls = {"rename": LIMITS.attempts}
    report = rig.run(
        disk=Refusing(rig.folder, calls, errno.EACCES), limits={"concurrency": 1, "group_files": 1}
    )
    assert report.why is Stop.INCOMPLETE
    assert (report.done, report.left) == (3, 1)
    assert isinstance(report.problems[0], DiskRefused)
    assert rig.run().finished
    assert rig.in_sync()
    if rig.honest.extended:
        assert rig.fetched() == 0, "its bytes were here"


def test_an_old_version_that_cannot_be_removed_is_swept_another_time(rig):
    assert rig.run().finished
    rig.truth.replace(sound_of(rig))
    calls = {"unlink": 2}
    assert rig.run(disk=Refusing(rig.folder, calls, errno.EACCES)).finished
    assert landed(rig.folder) == wanted(rig.truth)
    assert len(sounds(rig)) == 4
    assert rig.run().finished
    assert len(sounds(rig)) == 3


@pytest.mark.parametrize("number", [errno.ENOTSUP, errno.EINVAL, errno.ENOSYS])
def test_without_fsync_the_promise_is_lesser_and_said_once(rig, monkeypatch, number):
    def fsync(_descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("afterswipe.sync.store.disk.os.fsync", fsync)
    report = rig.run()
    assert report.finished
    assert [type(problem) for problem in report.problems] == [LesserPromise]
    assert rig.in_sync()


def test_bytes_that_are_lost_on_their_way_are_one_content_s_trouble(rig):
    report = rig.run(disk=Refusing(rig.folder, {"fsync": 1}, errno.EIO))
    assert report.why is Stop.INCOMPLETE
    assert report.done == 3
    assert isinstance(report.problems[0], DiskRefused)
    assert rig.run().finished
    assert rig.in_sync()


def test_a_file_that_cannot_be_read_is_a_lost_file(rig):
    assert rig.run().finished
    execute(rig.folder, "UPDATE meta SET clean = 0", "UPDATE files SET checked = 0")
    assert rig.run(disk=Refusing(rig.folder, {"read": 1}, errno.EIO)).finished
    assert rig.in_sync()


# Addresses.


def test_no_password_is_stored_or_shown_and_it_is_sent(rig, tmp_path):
    honest = rig.honest
    server = answering(rig)
    heard = []

    def note(request):
        heard.append(request.headers.get("authorization"))
        if "update-events" in request.path and len(heard) == 1:
            return Reply(302, {"location": request.path + "?moved=1"})
        return honest.answer(request)

    server.instead["/"] = note
    report = rig.run(base="https://ann:s3cr%40t@feed.example/")
    assert report.finished
    assert set(heard) == {"Basic YW5uOnMzY3JAdA=="}
    assert b"s3cr" not in (rig.folder / "sync.db").read_bytes()


def test_a_directory_may_be_a_link(rig, tmp_path):
    (tmp_path / "real").mkdir()
    rig.folder.symlink_to(tmp_path / "real")
    assert rig.run().finished
    assert rig.in_sync()


def test_a_default_port_is_the_same_server(rig):
    honest, heard = rig.honest, []

    def moved(request):
        heard.append(request.headers.get("authorization"))
        if "update-events" in request.path and "moved" not in request.url:
            return Reply(302, {"location": f"https://feed.example:443{request.path}?moved=1"})
        return honest.answer(request)

    answering(rig).instead["/"] = moved
    assert rig.run(client={"headers": {"Authorization": "Bearer x"}}).finished
    assert set(heard) == {"Bearer x"}
