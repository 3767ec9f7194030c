"""What a stranger tried within an hour: servers, databases, disks and people. Each was red before; the number is the kind's."""

import json
import os
import sqlite3
from contextlib import nullcontext
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from math import inf
from pathlib import Path

import pytest

from afterswipe.sync import FeedTooLarge, Limits, Stop, StoreError, command, driver
from afterswipe.sync.feed.jobs import plan
from afterswipe.sync.feed.protocol import Event, Kind, Media, parse_entity, read_page
from afterswipe.sync.store import schema
from afterswipe.sync.transfer.answers import Answer
from faultlab.demo.app import application
from faultlab.servers.faulty import FaultyServer
from faultlab.servers.server import FeedServer, identifier
from faultlab.servers.wire import Reply
from guide.hosting import hosted

from .rig import Rig, changed, execute, landed, small_truth, wanted

ID = identifier(0, "content", 1)


@pytest.fixture
def extended(tmp_path):
    return Rig(tmp_path / "here", small_truth(3, 500))


class NoFiles(FaultyServer):
    """Its feed has files that the server does not have."""

    def answer(self, request):
        return Reply(404, {}) if request.path.endswith(".mp3") else super().answer(request)


# 1: what is a person's.


@pytest.mark.parametrize("what", ["nothing", "notes", "a link to notes"])
def test_a_list_of_problems_replaces_nobody_s_file(tmp_path, capsys, what):
    """A person's file was written over, also through a link; of the list's own name it was replaced."""
    here, theirs = tmp_path / "here", tmp_path / "notes.txt"
    here.mkdir()
    theirs.write_text("mine")
    listed = here / command._LIST
    if what == "notes":
        listed.write_text("mine")
    elif what != "nothing":
        listed.symlink_to(theirs)
    for _ in range(2):
        with hosted(application(NoFiles(FeedServer(small_truth(12, 500))))) as root:
            assert command.main([root, str(here), "--quiet"]) == command.STOPPED
        said = capsys.readouterr().out
        if what == "nothing":
            assert command._LIST in said
            assert len(listed.read_text().splitlines()) == 13
        else:
            assert "no list of them is written" in said
            assert listed.read_text() == "mine"
    assert theirs.read_text() == "mine"


# 2: one content's trouble.


@pytest.mark.parametrize("free", [25_000, 1_000])
def test_a_body_without_an_end_leaves_the_disk_its_reserve(tmp_path, monkeypatch, free):
    """No length, and it never ends: the disk was filled, and the run ended there each time."""
    rig = Rig(tmp_path / "here", small_truth(3, 500), limits=Limits(reserve_bytes=5_000))
    first = next(content.id for content in rig.truth.contents.values() if content.file)
    changed(rig, first, lambda request, reply: (
        replace(reply, body=b"x" * 100_000).having(content_length=None) if request.path.endswith(".mp3") else reply
    ))  # fmt: skip
    rig.honest.extended = False
    left = free

    def free_now(_path):
        used = sum(path.stat().st_size for path in (tmp_path / "here").rglob("*.part"))
        return type("Usage", (), {"free": left - used})

    monkeypatch.setattr("shutil.disk_usage", free_now)
    report = rig.run()
    assert sum(path.stat().st_size for path in rig.parts()) <= max(0, free - 5_000), str(report)
    if free > 5_000:
        assert len(rig.held()) == 3, str(report)  # the author and two sounds


@pytest.mark.parametrize(
    ("status", "location"), [(403, None), (503, None), (302, "https://elsewhere.example/")]
)
def test_the_oldest_contents_that_are_refused_for_ever_keep_no_newer_one_away(tmp_path, status, location):
    """Three that were taken down came first in each run, and none got further."""
    rig = Rig(tmp_path / "here", small_truth(20, 50))
    taken = [content.id for content in rig.truth.contents.values() if content.file][:12]
    refused = Reply(status, {"retry-after": "3600", "content-length": "0"}).having(location=location)
    for content in taken:
        changed(rig, content, lambda *_: refused)
    for _ in range(12):
        rig.run(limits={"concurrency": 1})
        rig.wall += 4_000
    assert len(rig.held()) == 9


# 4: what is believed at the start.


def test_a_file_that_goes_while_the_start_looks_is_a_lost_file(extended, monkeypatch):
    """A cleaner was at work: the run ended with an error of the directory."""
    assert extended.run().finished
    scandir, gone = os.scandir, []

    def cleaning(path):
        entries = list(scandir(path))
        if "sound" in str(path) and entries and not gone:
            gone.append(entries[0].name)
            Path(entries[0].path).unlink()
        return nullcontext(entries)

    with monkeypatch.context() as patch:
        patch.setattr("os.scandir", cleaning)
        assert extended.run().finished
    assert gone
    assert extended.in_sync()


def middle(path) -> None:
    """Damage each page but the first."""
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)


def rows(*statements: str):
    return lambda path: execute(path.parent, *statements)


@pytest.mark.parametrize("by", ["command", "engine"])
@pytest.mark.parametrize(
    "damage",
    [
        middle,
        rows("DELETE FROM meta"),
        rows("DROP TABLE events"),
        rows("DROP TABLE meta"),
        rows("ALTER TABLE files RENAME COLUMN tag TO label"),
    ],
    ids=["pages", "no row", "no events", "no meta", "a column"],
)
def test_a_database_that_lacks_something_is_built_anew(tmp_path, extended, damage, by):
    """The command looked before the run that would have mended it, and said that it was mended; or a traceback."""
    assert extended.run().finished
    damage(extended.folder / "sync.db")
    if by == "engine":
        assert extended.run().finished
    else:
        with hosted(application(FaultyServer(extended.honest))) as root:
            assert command.main([root, str(extended.folder), "--quiet"]) == command.DONE
    assert landed(extended.folder) == wanted(extended.truth)


# 7: planning, and being interrupted.


def test_an_author_whose_file_was_updated_a_thousand_times_is_planned_at_once(monkeypatch):
    """Each event was compared with each other: minutes without a look, with some ten thousand."""
    events = [Event(identifier(0, "event", n), ID, Media.AUTHOR, Kind.FILE_UPDATED, n, "") for n in range(99)]
    monkeypatch.setattr(Event, "__eq__", lambda *_: pytest.fail("compared"))
    assert len(plan(events, None, None, plain=True).invalid) == 99


def test_a_list_is_too_long_before_it_is_in_memory():
    """Two million things that are no events were all read first."""
    looks = read_page(b"[" + b"{}," * 2_000 + b"{}]", Limits(events=500), where="here")
    with pytest.raises(FeedTooLarge, match="lists more than 500"):
        list(islice(looks, 3))


def test_more_concurrency_than_there_is_work_costs_nothing(extended, monkeypatch):
    """A task for each was made: with a thousand million, until there was no memory."""
    begun, together = [], driver._together

    async def counted(work):
        begun.append(len(work))
        await together(work)

    monkeypatch.setattr(driver, "_together", counted)
    assert extended.run(limits={"concurrency": 10_000}).finished
    assert begun == [4]


def test_a_list_of_problems_that_cannot_be_written_costs_no_report(tmp_path, capsys):
    """A folder has its name: the report was not shown, and the exit code blamed the directory."""
    (tmp_path / command._LIST).mkdir()
    with hosted(application(NoFiles(FeedServer(small_truth(12, 500))))) as root:
        assert command.main([root, str(tmp_path), "--quiet"]) == command.STOPPED
    assert "Ended: some content could not be got" in capsys.readouterr().out


def test_a_database_that_somebody_holds_is_not_called_another_sync(extended):
    """A viewer had a transaction open: "another process took over; it does the rest"."""
    held = []

    def hold(name, _detail):
        if name == "append" and not held:
            held.append(sqlite3.connect(extended.folder / "sync.db"))
            held[0].execute("BEGIN IMMEDIATE")

    report = extended.run(observe=hold)
    assert "took over" not in str(report)
    held[0].close()
    assert extended.run().finished
    assert extended.in_sync()


# 9: what an answer is worth.


@pytest.mark.parametrize("span", ["bytes 0-199/500", "bytes 0-199/*", "bytes 200-399/500"])
def test_a_200_that_says_that_it_is_a_piece_is_no_whole(plain, span):
    """Nobody asked for a range, and a cache gives one and says so: 200 bytes were the file."""
    once = iter([True])

    def change(_, reply):
        return with_body(reply, reply.body[:200]).having(content_range=span) if next(once, False) else reply

    changed(plain, ".mp3", change)
    for _ in range(2):
        report = plain.run()
        assert landed(plain.folder).items() <= wanted(plain.truth).items(), str(report)
    assert report.finished, str(report)


def with_body(reply, body):
    return replace(reply, body=body).having(content_length=str(len(body)))


@pytest.mark.parametrize("kind", [None, "audio/mpeg", "application/octet-stream"])
def test_a_page_for_people_is_no_sound_whatever_it_is_called(plain, kind):
    """A portal that gives its page no type, or the type that was asked for: the page was the file."""
    page = b"\n<!DOCTYPE html><html><title>Welcome</title>" + b" " * 400
    changed(plain, ".mp3", lambda _, reply: with_body(reply, page).having(content_type=kind))
    report = plain.run()
    assert not report.finished
    assert all(file is None for _, file in plain.held().values())


def test_an_etag_that_no_header_may_have_is_not_sent_back():
    """A letter with an accent: the next request for the rest was a traceback."""
    assert Answer(200, {"etag": '"é"'}).validator is None


def test_a_number_is_kept_as_the_server_wrote_it():
    """`1e999` was stored as a word that is no JSON, and digits were lost."""
    body = f'{{"id": "{ID}", "rate": 0.12345678901234567890123, "far": 1e999}}'
    kept = parse_entity(body.encode(), ID, where="here")
    assert json.loads(kept, parse_float=str) == {
        "id": ID,
        "rate": "0.12345678901234567890123",
        "far": "1e999",
    }


# 5: asking differently.


def test_two_nodes_that_name_one_file_differently_are_gone_on_with_where_a_digest_judges(extended):
    """Bodies break off, and each request meets another node: each began the file anew, for ever."""
    asked = iter(range(10**6))

    def change(request, reply):
        tag = ('"a"', '"b"')[next(asked) % 2]
        if request.start is not None and request.headers.get("if-range", tag) != tag:
            reply = extended_whole(request)
        body = reply.body[: max(200, len(reply.body) // 3)]
        return replace(reply, body=body).having(etag=tag)

    answer = extended.honest.answer

    def extended_whole(request):
        headers = {
            name: value for name, value in request.headers.items() if name not in ("range", "if-range")
        }
        return answer(replace(request, headers=headers))

    changed(extended, ".mp3", change)
    report = extended.run()
    assert report.finished, str(report)
    assert extended.in_sync()


# What is handed over, and words.


@pytest.mark.parametrize("number", [Fraction(0), Decimal(0), -inf])
def test_an_end_may_be_any_number(extended, number):
    """Only an int or a float was one; of another kind was asked whether it is set."""
    assert extended.run(until=number).why is Stop.ASKED_TO_STOP


def test_a_policy_that_says_something_else_is_no_reason_to_stop(extended):
    """It was the reason, and the report could not be shown."""
    with pytest.raises(ValueError, match="True is not a valid Stop"):
        extended.run(policy=lambda: True)
    assert extended.run().finished


def test_a_page_that_has_its_events_twice_is_none(extended):
    """The second list, an empty one, counted; "everything is here", and the cursor stood behind the first for ever."""
    changed(
        extended, "/update-events/", lambda _, reply: with_body(reply, reply.body[:-1] + b', "events": []}')
    )
    assert extended.run().why is Stop.FEED_UNUSABLE
    assert extended.cursor() is None


@pytest.mark.parametrize(("code", "said"), [("IOERR_WRITE", "ulimit -f"), ("CANTOPEN", "ulimit -n")])
def test_what_sqlite_hides_is_named(code, said):
    """A file that may be no larger was a "disk I/O error", and too many open files a directory without permission."""
    error = sqlite3.OperationalError("of some kind")
    error.sqlite_errorcode = getattr(sqlite3, f"SQLITE_{code}")
    with pytest.raises(StoreError, match=said), schema.mapped():
        raise error
