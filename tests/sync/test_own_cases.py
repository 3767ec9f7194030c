"""Cases of our own, of the ten kinds that the field brought, which are in no list. Those that were red before say so."""

import errno
import io
import json
import os
import shutil
import sqlite3
import sys
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from afterswipe.sync import (
    AnotherProcess,
    Disk,
    Limits,
    PendingFile,
    Stop,
    StoreError,
    Sync,
    command,
    driver,
)
from afterswipe.sync.errors import DiskRefused
from afterswipe.sync.feed.protocol import nanoseconds, read_page
from afterswipe.sync.feed.records import Had
from afterswipe.sync.store.disk import mapped
from afterswipe.sync.store.store import Store
from faultlab.demo.app import application
from faultlab.servers.faulty import Fault, FaultyServer
from faultlab.servers.server import FILE_UPDATED, SOUND, Content, FeedServer, Truth, identifier
from faultlab.servers.wire import Ending, Reply
from guide.hosting import hosted

from .rig import BASE, Rig, changed, execute, landed, small_truth, wanted


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
        ("2026-09-01T10:00Z", "2026-09-01T10:00:00Z"),  # Java's, where the seconds are none; red before
        ("2026-09-01T10:00", "2026-09-01T10:00:00Z"),
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


def with_body(reply: Reply, body: bytes) -> Reply:
    return replace(reply, body=body).having(content_length=str(len(body)))


def only(rig: Rig) -> str:
    """The first sound's id."""
    return next(key for key, content in rig.truth.contents.items() if content.media == SOUND)


def all_but(rig: Rig, content: str) -> dict:
    return {key: value for key, value in wanted(rig.truth).items() if key != content}


# Deleting only what is ours (kind 1).


BESIDE = (
    "{0} (1).mp3", "{0} (conflicted copy).mp3", ".syncthing.{0}.mp3.tmp", "{0}.sync-conflict-20260101-000000-ABC.mp3", "._{0}.mp3",
    "{0}.MP3", "{0}.mp3.crdownload",
)  # fmt: skip


def test_what_other_programs_put_beside_a_file_of_ours_stays(rig):
    """A cloud's client, a finder and a browser name their files after ours."""
    assert rig.run().finished
    file = next((rig.folder / "files/sound").glob(f"{only(rig)}*"))
    theirs = [file.with_name(shape.format(file.stem)) for shape in BESIDE]
    for path in theirs:
        path.write_bytes(b"mine")
    rig.truth.delete(only(rig))
    assert rig.run().finished
    assert {path.read_bytes() for path in theirs} == {b"mine"}
    assert not file.exists()


def test_a_folder_in_the_place_of_a_file_is_one_content_s_trouble(rig):
    """Somebody made a folder of that very name; what is in it stays, and the others come. Red before: no run went on after it."""
    assert rig.run().finished
    file = next((rig.folder / "files/sound").glob(f"{only(rig)}*"))
    file.unlink()
    file.mkdir()
    (file / "mine").write_bytes(b"mine")
    rig.truth.add(SOUND, "new", 500)
    report = rig.run()
    assert not report.finished
    assert (file / "mine").read_bytes() == b"mine"
    assert report.left == 1, str(report)


@pytest.mark.parametrize("place", ["part", "file"])
def test_a_link_in_the_place_of_a_file_is_never_written_through(rig, tmp_path, place):
    """Nor does it stop the others. Red before, as the folder was."""
    mine = tmp_path / "mine"
    mine.write_bytes(b"m" * 500)
    if place == "file":
        assert rig.run().finished
        file = next((rig.folder / "files/sound").glob(f"{only(rig)}*"))
    else:
        rig.run([Fault("F11", arg="100")], until=lambda: bool(rig.parts()))
        file = rig.parts()[0]
    file.unlink()
    file.symlink_to(mine)
    report = rig.run()
    assert mine.read_bytes() == b"m" * 500
    assert report.left <= 1, str(report)


# A content's trouble stays its own (kind 2).


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "//[::1", "javascript:alert(1)", "http://", "?", "", ".", "ftp://feed.example/x", "https://feed.example:99999/x", "\\\\host\\share", "https://feed.example\x00/x"],
)  # fmt: skip
@pytest.mark.parametrize("what", [".mp3"])
def test_a_redirect_that_leads_nowhere_is_its_content_s_trouble(rig, location, what):
    content = only(rig)
    changed(
        rig,
        what,
        lambda request, reply: Reply(302, {"location": location}) if content in request.path else reply,
    )
    report = rig.run()
    assert report.left == 1, str(report)
    assert landed(rig.folder) == all_but(rig, content)


@pytest.mark.parametrize("status", [100, 204, 226, 300, 304, 412, 451, 530, 999])  # fmt: skip
def test_a_status_that_nobody_expects_is_its_content_s_trouble(rig, status):
    content = only(rig)
    changed(
        rig,
        ".mp3",
        lambda request, reply: replace(reply, status=status) if content in request.path else reply,
    )
    report = rig.run()
    assert report.left == 1, str(report)
    assert landed(rig.folder) == all_but(rig, content)


@pytest.mark.parametrize("size", [10**15, 2**63 - 1])
def test_a_file_that_is_larger_than_every_disk_is_its_content_s_trouble(rig, size):
    content = only(rig)

    def larger(_, reply):
        page = json.loads(reply.body)
        for event in page["events"]:
            if event["content_id"] == content:
                event["size"] = size
        return with_body(reply, json.dumps(page).encode())

    changed(rig, "/update-events/", larger)
    report = rig.run()
    assert report.left == 1, str(report)
    assert landed(rig.folder) == all_but(rig, content)


# What the events say (kind 3).


@pytest.mark.parametrize(
    "wrong",
    [
        '"media_type": "0"', '"media_type": 0.0', '"event_type": true', '"event_type": NaN', '"event_type": 1e999', '"media_type": -Infinity',
        '"event_type": ' + "9" * 5000, '"id": null', '"id": 7', '"content_id": "' + "0" * 36 + '"', '"content_id": "\\ud800"', '"date_time": 0',
        '"date_time": "2026-13-01T00:00:00Z"', '"date_time": "\\u0662\\u0660\\u0662\\u0666-01-01T00:00:00Z"', '"date_time": "2026-01-01T00:00:00+99"',
        '"note": ' + "[" * 100_000, '"note": ' + '{"a":' * 100_000, '"note": "\\x"', '"note": "\t"', '"note": 0x1', "'note': 1", '"note": 1,',
    ],
)  # fmt: skip
def test_an_event_that_is_none_changes_nothing(rig, wrong):
    """Whatever cannot be read is named, and what is here stays."""
    assert rig.run().finished
    before = landed(rig.folder)
    rig.truth.add(SOUND, "new", 500)
    changed(
        rig,
        "/update-events/",
        lambda _, reply: with_body(reply, reply.body.replace(b"}", b", " + wrong.encode() + b"}", 1)),
    )
    report = rig.run()
    assert report.why is Stop.FEED_UNUSABLE, str(report)
    assert len(str(report)) < 1500
    assert landed(rig.folder) == before


@pytest.mark.parametrize(
    "said",
    [
        "title\\u0000",
        "\\ud83d",
        "\\u202egpj",
        "x" * 5000,
        "e\\u0301",
        "\\ud83d\\ude00",
        "../..",
        "CON",
        "a/b",
        "nul. ",
    ],
)
def test_a_title_is_data_whatever_it_is(rig, said):
    changed(
        rig,
        "/v3/sound/",
        lambda _, reply: with_body(reply, reply.body.replace(b'"sound 0"', b'"' + said.encode() + b'"')),
    )
    report = rig.run()
    assert report.finished, str(report)
    assert json.loads(f'"{said}"') in [title for title, _ in landed(rig.folder).values()]


# What a start believes (kind 4).


@pytest.mark.parametrize("wall", [0.0, 1.0, 4e9, 2.5e11])
def test_a_clock_that_is_wrong_by_years_stops_nothing(rig, wall):
    assert rig.run().finished
    rig.truth.add(SOUND, "new", 500)
    rig.wall = wall
    assert rig.run().finished
    rig.truth.add(SOUND, "newer", 500)
    rig.wall = 1_790_000_000.0
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize("column", ["'abc'", "1e999", "x'00ff'"])
@pytest.mark.parametrize("table", ["meta SET not_before", "lease SET expires", "lease SET owner"])
def test_a_row_that_makes_no_sense_stops_nothing(rig, table, column):
    """A disk's bit flips, or somebody edits. Red before: a traceback."""
    assert rig.run().finished
    with closing(sqlite3.connect(rig.folder / "sync.db")) as database:
        database.execute("INSERT OR REPLACE INTO lease VALUES (1, 'somebody', 0)")
        with suppress(sqlite3.IntegrityError):
            database.execute(f"UPDATE {table} = {column}")
        database.commit()
    assert rig.run().finished


def test_a_database_from_a_backup_is_brought_up_to_date(rig):
    """Yesterday's sync.db beside today's files: rows are missing, rows are old, and files have nobody."""
    assert rig.run().finished
    shutil.copy(rig.folder / "sync.db", rig.folder.parent / "kept.db")
    rig.truth.delete(only(rig))
    rig.truth.add(SOUND, "newer", 700)
    assert rig.run().finished
    for left in rig.folder.glob("sync.db*"):
        left.unlink()
    shutil.copy(rig.folder.parent / "kept.db", rig.folder / "sync.db")
    assert rig.run().finished
    assert rig.in_sync()


# Asking differently (kind 5).


@pytest.mark.parametrize("extended", [True, False], ids=["extended", "plain"])
def test_a_part_that_comes_as_200_is_no_whole(tmp_path, extended):
    """A hub answers a Range with the right bytes, the right Content-Range and the wrong status.

    As in modelscope_hub #50. Red before: a plain feed's file was its own end, and counted as whole.
    """

    rig = Rig(tmp_path / "here", small_truth(3, 500), extended=extended)
    changed(rig, ".mp3", lambda _, reply: replace(reply, status=200) if reply.status == 206 else reply)
    report = rig.run([Fault("F11", arg="200")])
    assert report.finished, str(report)
    assert landed(rig.folder) == wanted(rig.truth)


@pytest.mark.parametrize(
    "said", [None, "bytes 200-299", "bytes */500", "bytes 200-499/400", "bytes 499-200/500", "bytes=200-499/500", "items 0-1/2", "bytes 200-499/*"],
)  # fmt: skip
def test_a_content_range_that_is_wrong_is_not_believed(plain, said):
    """The bytes are those that were asked for, or from the start, and what is said of them is something else."""

    def change(_, reply):
        return reply.having(content_range=said) if reply.status == 206 else reply

    changed(plain, ".mp3", change)
    plain.run([Fault("F11", arg="200")])
    held = landed(plain.folder)
    assert held.items() <= wanted(plain.truth).items()
    plain.honest = FeedServer(plain.truth, extended=False)
    plain.wall += 4_000
    report = plain.run()
    assert report.finished, str(report)


@pytest.mark.parametrize("tag", ['W/"{0}"', "{0}", '"{0}', "", '"', '"{0}", "b"', '"{1}"'])
def test_an_etag_that_says_nothing_is_one_that_is_not_there(plain, tag):
    """Weak, without quotes, empty, or another one at each request: half of the body comes each time."""
    asked = count()

    def change(request, reply):
        n = next(asked)
        reply = reply.having(etag=tag.format("a", n))
        return reply.cut(len(reply.body) // 2 + 1, Ending.SHORT) if n < 6 else reply

    changed(plain, ".mp3", change)
    report = plain.run()
    assert report.finished, str(report)
    assert landed(plain.folder) == wanted(plain.truth)


# Planning, and being interrupted (kind 7).


def test_sweeping_looks_about(rig, monkeypatch):
    """Red before: 100,000 files were swept for minutes before anybody could end it."""
    monkeypatch.setattr(driver, "AT_ONCE", 2)
    assert rig.run().finished
    for content in [content.id for content in rig.truth.contents.values() if content.file]:
        rig.truth.delete(content)
    rig.truth.restart()
    swept = []
    real = Disk.unlink
    monkeypatch.setattr(Disk, "unlink", lambda disk, name: (swept.append(name), real(disk, name)))
    report = rig.run(until=lambda: bool(swept))
    assert (report.why, len(swept)) == (Stop.ASKED_TO_STOP, 2)
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize("where", ["until", "progress", "policy"])
@pytest.mark.parametrize("at", [1, 4, 9])
def test_what_the_caller_s_function_raises_comes_out_and_the_next_run_begins_at_once(rig, where, at):
    calls = count(1)

    def raises(*_):
        if next(calls) == at:
            raise ZeroDivisionError
        return

    with suppress(ZeroDivisionError):
        rig.run(**{where: raises})
    assert rig.run().finished
    assert rig.in_sync()


def test_a_run_that_is_over_before_it_begins_takes_nothing_away(rig):
    assert rig.run().finished
    before = landed(rig.folder)
    rig.truth.add(SOUND, "newer", 700)
    report = rig.run(until=lambda: True)
    assert report.why is Stop.ASKED_TO_STOP
    assert landed(rig.folder) == before
    assert rig.run().finished
    assert rig.in_sync()


# What an answer is worth (kind 9).


@pytest.mark.parametrize("where", ["/update-events/", "/v3/sound/"])
def test_a_byte_order_mark_before_json_is_no_error(rig, where):
    """Servers whose configuration was saved by an editor send one before each document. Red before."""
    changed(rig, where, lambda _, reply: with_body(reply, b"\xef\xbb\xbf" + reply.body))
    report = rig.run()
    assert report.finished, str(report)
    assert rig.in_sync()


@pytest.mark.parametrize("kind", ["application/json", "text/html", ""])
@pytest.mark.parametrize("where", ["/update-events/", "/v3/sound/", ".mp3"])
def test_a_page_to_sign_in_is_never_taken_for_an_answer(rig, where, kind):
    assert rig.run().finished
    before = landed(rig.folder)
    (rig.truth.rename if where == "/v3/sound/" else rig.truth.replace)(only(rig), 500)
    page = b"<!doctype html><title>Welcome to the hotel</title>"
    changed(rig, where, lambda _, __: with_body(Reply(200, {"content-type": kind}), page))
    report = rig.run()
    assert not report.finished
    assert {key: file for key, (_, file) in landed(rig.folder).items()} == {
        key: file for key, (_, file) in before.items()
    }


@pytest.mark.parametrize("said", ["GZIP", "br, gzip", "identity, zstd"])
@pytest.mark.parametrize("where", ["/update-events/", "/v3/sound/", ".mp3"])
def test_a_coding_that_lies_is_refused_and_nothing_is_lost(rig, where, said):
    assert rig.run().finished
    (rig.truth.rename if where == "/v3/sound/" else rig.truth.replace)(only(rig), 500)
    before = {file for _, file in landed(rig.folder).values()}
    changed(rig, where, lambda _, reply: reply.having(content_encoding=said))
    assert not rig.run().finished
    assert {file for _, file in landed(rig.folder).values()} == before


@pytest.mark.parametrize(
    "length", ["0", "499", "501", "1e3", "-1", "+500", " 500", "500, 500", "9" * 30, "0x1f4"]
)
def test_a_length_that_is_not_the_body_s_is_no_file(plain, length):
    changed(plain, ".mp3", lambda _, reply: reply.having(content_length=length))
    plain.run()
    assert landed(plain.folder).items() <= wanted(plain.truth).items()


# What a disk refuses (kind 10).


class Full(Disk):
    """A disk on which the call of that number fails."""

    def __init__(self, root, nth: int, error: int) -> None:
        super().__init__(root)
        self.nth, self.error = nth, error

    def refuse(self, name):
        self.nth -= 1
        if self.nth == 0:
            with mapped(name):
                raise OSError(self.error, os.strerror(self.error), name)

    def open_part(self, name):
        self.refuse(name)
        return super().open_part(name)

    def append(self, name, data):
        self.refuse(name)
        super().append(name, data)

    def fsync(self, name):
        self.refuse(name)
        super().fsync(name)

    def rename(self, part, final):
        self.refuse(final)
        super().rename(part, final)

    def fsync_directory(self, folder):
        self.refuse(folder)
        super().fsync_directory(folder)


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.ENAMETOOLONG, errno.ESTALE])  # fmt: skip
def test_whatever_a_disk_refuses_at_whatever_step_the_next_run_completes(rig, error):
    for nth in (1, 2, 4, 6, 8, 10, 12, 13):
        shutil.rmtree(rig.folder, ignore_errors=True)
        rig.wall += 100
        with suppress(StoreError):
            report = rig.run(disk=Full(rig.folder, nth, error))
            assert report.finished or report.problems or report.why is not Stop.INCOMPLETE, (nth, str(report))
        assert rig.run().finished, nth
        assert rig.in_sync(), nth


# Words and exits (kind 8).


class Gone(io.StringIO):
    """Nobody reads any more."""

    def write(self, _text):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    def fileno(self):
        return os.open(os.devnull, os.O_WRONLY)


@pytest.mark.parametrize("rich", [True, False])
@pytest.mark.parametrize(
    "streams",
    [{"stdout": Gone()}, {"stdout": Gone(), "stderr": Gone()}, {"stdout": None, "stderr": None}, {"stdin": None}],
)  # fmt: skip
def test_whoever_reads_may_go_away(tmp_path, monkeypatch, streams, rich):
    """`afterswipe-sync … | head` said that the directory cannot be used. Red before."""
    if not rich:
        monkeypatch.setitem(sys.modules, "rich", None)
    with (
        hosted(application(FaultyServer(FeedServer(small_truth(2, 500))))) as root,
        monkeypatch.context() as patch,
    ):
        for name, stream in streams.items():
            patch.setattr(sys, name, stream)
        assert command.main([root, str(tmp_path / "here")]) == command.DONE
    assert len(list((tmp_path / "here/files/sound").iterdir())) == 2


class Failing(io.StringIO):
    """A stream that fails, always."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def write(self, _text):
        raise self.error


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "The output: No space left on device."),
        (OSError(errno.EIO, "Input/output error"), "The output: Input/output error."),
        (RuntimeError("reentrant call"), ""),  # a signal came within another write
        (ValueError("I/O operation on closed file"), ""),
    ],
)
def test_an_output_that_fails_is_named_and_the_sync_goes_on(tmp_path, monkeypatch, error, said, stream):
    """`afterswipe-sync … > /dev/full` said that the directory has no space, and left with 3. Red before."""
    streams = {"stdout": io.StringIO(), "stderr": io.StringIO(), stream: Failing(error)}
    with (
        hosted(application(FaultyServer(FeedServer(small_truth(2, 500))))) as root,
        monkeypatch.context() as patch,
    ):
        for name, one in streams.items():
            patch.setattr(sys, name, one)
        assert command.main([root, str(tmp_path / "here")]) == command.DONE
    assert len(list((tmp_path / "here/files/sound").iterdir())) == 2
    if stream == "stdout":
        assert said in streams["stderr"].getvalue()
    else:
        assert "everything is here" in streams["stdout"].getvalue()


def test_an_encoding_that_lacks_a_letter_is_no_reason_to_fail(tmp_path, monkeypatch):
    """Red before: `PYTHONIOENCODING=ascii` and a folder with an accent were a traceback."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", out)
    server = FeedServer(small_truth(12, 500))
    answer = server.answer
    server.answer = lambda request: Reply(404, {}) if "sounds" in request.path else answer(request)
    with hosted(application(FaultyServer(server))) as root:
        code = command.main([root, str(tmp_path / "dé")])
    assert code == command.STOPPED
    out.seek(0)
    assert "d\\xe9" in out.read()


@pytest.mark.parametrize("there", [True, False])
def test_the_folder_may_be_a_link_even_to_one_that_is_not_there_yet(tmp_path, there):
    if there:
        (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    rig = Rig(tmp_path / "link", small_truth(2, 500))
    assert rig.run().finished
    assert len(list((tmp_path / "real/files/sound").iterdir())) == 2
    assert (tmp_path / "link").is_symlink()


# Leases (kind 6).


def test_two_at_once_in_one_process_keep_out_of_each_other_s_way(rig):
    """Whoever comes second is told, and takes nothing away from the first."""
    told = []

    def second(_progress):
        if not told:
            other = Sync(None, BASE, rig.folder, clock=rig.clock)
            try:
                other.adopt(PendingFile("", "", None, None, 0), b"")
            except AnotherProcess as error:
                told.append(str(error))

    assert rig.run(progress=second).finished
    assert "Wait for it to end" in told[0]
    assert rig.in_sync()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not list what is open")
def test_a_child_that_was_started_meanwhile_does_not_keep_the_folder_locked(rig):
    """A fork has whatever was open, the lock among it, and may outlive the run by hours."""
    kept = []

    def child(_progress):
        mine = Path("/proc/self/fd")
        if not kept:
            kept.extend(
                os.dup(int(one.name)) for one in mine.iterdir() if one.resolve() == rig.folder.resolve()
            )

    try:
        assert rig.run(progress=child).finished
        assert kept
        rig.truth.add(SOUND, "newer", 700)
        assert rig.run().finished
    finally:
        for fd in kept:
            os.close(fd)
    assert rig.in_sync()


class ForOne(Disk):
    """A disk that refuses one thing for one name and no other."""

    def __init__(self, root, part: str, what: str = "rename", error: int = errno.EACCES) -> None:
        super().__init__(root)
        self.part, self.what, self.error = part, what, error

    def refuse(self, what, name):
        if self.part in name and what == self.what:
            with mapped(name):
                raise OSError(self.error, os.strerror(self.error), name)

    def open_part(self, name):
        self.refuse("open", name)
        return super().open_part(name)

    def append(self, name, data):
        self.refuse("append", name)
        super().append(name, data)

    def rename(self, part, final):
        self.refuse("rename", final)
        super().rename(part, final)

    def read(self, name):
        self.refuse("read", name)
        yield from super().read(name)


def test_a_name_that_a_virus_scanner_holds_is_its_content_s_trouble(rig):
    """As on disks whose files are opened by others the moment they are there (kind 10)."""
    content = only(rig)
    report = rig.run(disk=ForOne(rig.folder, content))
    assert not report.finished
    assert landed(rig.folder) == all_but(rig, content)
    rig.wall += 100_000
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize(
    ("what", "error"),
    [("open", errno.EPERM), ("open", errno.EBUSY), ("append", errno.EFBIG), ("append", errno.ESTALE)],
    ids=["immutable", "held", "too large for the file system", "another machine has replaced it"],
)
def test_a_file_that_the_disk_refuses_to_open_or_to_grow_is_its_content_s_trouble(rig, what, error):
    """Red before: it ended every run, with everything else still to come (kind 10)."""
    content = only(rig)
    report = rig.run(disk=ForOne(rig.folder, content, what, error))
    assert not report.finished
    assert [type(problem) for problem in report.problems] == [DiskRefused]
    assert landed(rig.folder) == all_but(rig, content)
    assert rig.run().finished
    assert rig.in_sync()


def test_after_a_kill_a_file_that_may_not_be_read_is_got_again(rig):
    """As one that another user's run has put there. Red before: every run ended at it, before the feed was asked (kind 10)."""
    rig.run()
    execute(rig.folder, "UPDATE meta SET clean = 0", "UPDATE files SET checked = 0")
    assert rig.run(disk=ForOne(rig.folder, only(rig), "read")).finished
    assert rig.in_sync()


@pytest.mark.parametrize("columns", ["1", "0", "-5", "x", "100000"])
def test_a_terminal_of_any_width_gets_help_and_an_error_in_words(monkeypatch, capsys, columns):
    monkeypatch.setenv("COLUMNS", columns)
    with pytest.raises(SystemExit) as ended:
        command.main(["--help"])
    assert ended.value.code == 0
    assert "exit" in capsys.readouterr().out.lower()


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "application/problem+json; charset=utf-8",
        "text/xml",
        "multipart/byteranges; boundary=x",
    ],
)
def test_a_document_is_no_sound(plain, kind):
    """A gateway answers 200 and `{"error": …}`; without a digest that was a file. Red before (kind 9)."""
    content = only(plain)
    answer = plain.honest.answer
    changed(
        plain,
        f"sounds/{content}",
        lambda _, reply: with_body(reply, b'{"error": "x"}').having(content_type=kind),
    )
    report = plain.run()
    assert not report.finished
    assert "which is no sound" in str(report)
    assert landed(plain.folder) == all_but(plain, content)
    plain.honest.answer = answer
    assert plain.run().finished
    assert plain.in_sync()


@pytest.mark.parametrize("size", [0, 7])
@pytest.mark.parametrize("by", ["the same event", "a new event"])
@pytest.mark.parametrize("extended", [False, True], ids=["plain", "extended"])
def test_a_feed_may_correct_what_it_says_of_a_file(tmp_path, extended, by, size):
    """A wrong size counts until the feed says another one, in the same event or in a new one. Red before: for ever (kind 3)."""
    rig = Rig(tmp_path / "here", small_truth(2, 500), extended=extended)
    content, answer = only(rig), rig.honest.answer

    def list_of(reply, events):
        page = json.loads(reply.body)
        page = events if isinstance(page, list) else {**page, "events": events}
        return with_body(reply, json.dumps(page).encode())

    def lie(_request, reply):
        events = [rig.honest.event(event) for event in rig.truth.events]
        return list_of(reply, [{**e, "size": size} if e["content_id"] == content else e for e in events])

    changed(rig, "update-events", lie)
    assert f"500 bytes where the feed says {size}" in str(rig.run())
    assert landed(rig.folder) == all_but(rig, content)
    rig.honest.answer = answer
    if by == "a new event":
        rig.truth._note(content, SOUND, FILE_UPDATED)
    else:
        changed(
            rig,
            "update-events",
            lambda _, reply: list_of(reply, list(map(rig.honest.event, rig.truth.events))),
        )
    assert rig.run().finished
    assert rig.in_sync()


class Later:
    """Threads that have not begun."""

    def __init__(self) -> None:
        self.given: list[Future] = []

    def submit(self, *_call) -> Future:
        self.given.append(Future())
        return self.given[-1]


def test_no_commit_waits_until_the_log_is_in_the_database(tmp_path):
    """Red before: 30,000 events were written twice, and nobody could end the run meanwhile (kind 7)."""
    disk = Disk(tmp_path)
    disk._threads = later = Later()
    store = Store(disk, lambda *_: None)
    truth = Truth()
    for number in range(1_200):
        truth.publish(Content(identifier(0, "content", number), SOUND, "a sound", 1, None))
    body = json.dumps(
        {"feed_id": "f", "generation": 1, "events": truth.events, "next": None, "complete": True}
    )
    *_, page = read_page(body.encode(), Limits(), where="here")
    before = (tmp_path / "sync.db").stat().st_size
    for _ in store.swap(page, BASE, ("1200", 1200), Had(), in_pages=False):
        pass
    assert len(later.given) == 1
    assert (tmp_path / "sync.db").stat().st_size == before
    store.close()  # it is broken off, and the next one finds all
    store = Store(Disk(tmp_path), lambda *_: None)
    assert len(store.left()) == 1_200
    store.close()


def test_the_end_that_a_416_names_is_believed_only_where_nothing_else_was_said(plain):
    """500 bytes were announced, 200 came, and a server says that 200 are all, with the same ETag. Red before (kind 9)."""

    def refused(request, reply):
        if request.start is None:
            return reply
        return replace(with_body(reply, b"").having(content_range=f"bytes */{request.start}"), status=416)

    changed(plain, ".mp3", refused)
    report = plain.run([Fault("F11", arg="200")])
    held = plain.held()
    assert all(wanted(plain.truth)[key] == value for key, value in held.items()), str(report)
    assert plain.run().finished
    assert plain.in_sync()
