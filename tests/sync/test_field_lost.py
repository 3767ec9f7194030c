"""Cases from the field in which something was lost, or was silently wrong (rules S14 to S22)."""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from afterswipe.sync import DirectoryGone, ForeignDatabase, OtherFeed, Stop, StrayFiles
from afterswipe.sync.feed.protocol import FileInfo
from afterswipe.sync.feed.records import Part
from afterswipe.sync.store import schema
from afterswipe.sync.transfer.answers import Answer, Ask, Receive, Refuse, Verify
from faultlab.servers.server import AUTHOR, CREATED, DELETED, FILE_UPDATED, SOUND, FeedServer, Truth
from faultlab.servers.wire import Reply

from .rig import BASE, Rig, execute, landed, small_truth, wanted


class Answering(FeedServer):
    """A server whose answers to some paths are given by hand."""

    def __init__(self, server: FeedServer) -> None:
        super().__init__(server.truth, server.extended, server.page)
        self.instead: dict[str, object] = {}
        self.asked: list[str] = []

    def answer(self, request):
        self.asked.append(request.path)
        for part, reply in self.instead.items():
            if part in request.path:
                found = reply(request) if callable(reply) else reply
                if found is not None:
                    return found
        return super().answer(request)


def answering(rig: Rig) -> Answering:
    rig.honest = Answering(rig.honest)
    return rig.honest


def listed(*events: object) -> Reply:
    body = json.dumps(events).encode()
    return Reply(200, {"content-type": "application/json", "content-length": str(len(body))}, body)


@pytest.fixture(params=["extended", "plain"])
def rig(tmp_path, request) -> Rig:
    return Rig(tmp_path / "here", small_truth(3, 500), extended=request.param == "extended")


@pytest.fixture
def plain(tmp_path) -> Rig:
    return Rig(tmp_path / "here", small_truth(3, 500), extended=False)


def sounds(rig: Rig):
    return sorted((rig.folder / "files/sound").glob("*.mp3"))


# Deleting.


def test_what_the_engine_cannot_have_made_stays(rig):
    theirs = [
        rig.folder / "parts/violin.ly",
        rig.folder / "files/sound/mix.mp3",
        rig.folder / "parts/a.b.part",
    ]
    for path in theirs:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"mine")
    assert rig.run().finished
    assert all(path.read_bytes() == b"mine" for path in theirs)


@pytest.mark.parametrize("lost", ["removed", "damaged"])
def test_an_empty_list_on_a_new_database_deletes_nothing(rig, lost):
    assert rig.run().finished
    before = sounds(rig)
    for path in rig.folder.glob("sync.db*"):
        path.unlink()
    if lost == "damaged":
        (rig.folder / "sync.db").write_bytes(b"no database at all" * 100)
    rig.honest = FeedServer(Truth(seed=3), rig.honest.extended)
    report = rig.run()
    assert sounds(rig) == before
    assert any(isinstance(problem, StrayFiles) for problem in report.problems)
    rig.run()
    assert sounds(rig) == before
    rig.honest = FeedServer(rig.truth, rig.honest.extended)
    assert rig.run().finished
    assert rig.in_sync()


def test_another_program_s_database_is_refused(rig):
    rig.folder.mkdir()
    execute(rig.folder, "CREATE TABLE theirs (name TEXT)")
    before = (rig.folder / "sync.db").read_bytes()
    with pytest.raises(ForeignDatabase):
        rig.run()
    assert (rig.folder / "sync.db").read_bytes() == before, "nor is the way changed in which it is written"
    with closing(sqlite3.connect(rig.folder / "sync.db")) as database:
        assert database.execute("SELECT name FROM sqlite_schema").fetchall() == [("theirs",)]


# Events.


def test_three_events_with_one_id_are_three(plain):
    server = answering(plain)
    events = [
        {**server.event(event), "id": "0" * 8 + "-0000-0000-0000-" + "0" * 12} for event in plain.truth.events
    ]
    server.instead["update-events"] = listed(*events)
    assert plain.run().finished
    assert landed(plain.folder) == wanted(plain.truth)


def whole_seconds(rig: Rig, *events):
    """A server whose list has whole seconds and whose cursor counts itself in."""
    shown = [
        {
            "id": f"{number:08d}-0000-4000-8000-000000000000", "content_id": content, "media_type": SOUND,
            "event_type": kind, "date_time": "2026-09-01T10:00:00Z",
        }
        for number, (content, kind) in enumerate(events)
    ]  # fmt: skip
    return listed(*shown)


def test_events_of_one_second_are_all_done_and_none_twice(plain):
    server, content = answering(plain), next(c for c, v in plain.truth.contents.items() if v.media == SOUND)
    story = [(content, CREATED)]
    for _ in range(3):
        server.instead["update-events"] = whole_seconds(plain, *story)
        assert plain.run().finished
        assert landed(plain.folder)[content][1] == plain.truth.contents[content].file
        assert len(sounds(plain)) == 1
        plain.run()
        assert plain.fetched() == 0, "nothing is new"
        plain.truth.replace(content)
        story.append((content, FILE_UPDATED))


def test_deleted_and_made_anew_in_one_second(plain):
    server, content = answering(plain), next(c for c, v in plain.truth.contents.items() if v.media == SOUND)
    server.instead["update-events"] = whole_seconds(plain, (content, CREATED))
    plain.run()
    plain.truth.replace(content)
    server.instead["update-events"] = whole_seconds(
        plain, (content, CREATED), (content, DELETED), (content, CREATED)
    )
    assert plain.run().finished
    assert landed(plain.folder)[content][1] == plain.truth.contents[content].file


@pytest.mark.parametrize(
    "date_time",
    ["9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00", "2262-04-12T00:00:00Z", "1601-01-01T00:00:00Z"],
)
def test_a_date_out_of_range_stops_nothing_and_is_no_cursor(plain, date_time):
    server = answering(plain)
    events = [server.event(event) for event in plain.truth.events]
    server.instead["update-events/all"] = listed({**events[0], "date_time": date_time}, *events[1:])
    assert plain.run().finished
    assert landed(plain.folder) == wanted(plain.truth)
    assert plain.cursor() == events[-1]["date_time"]


# What is believed at the start.


def test_another_address_gets_nothing_before_it_is_refused(plain):
    server = answering(plain)
    server.instead[".mp3"] = Reply(404, {})
    assert plain.run().why is Stop.INCOMPLETE
    server.instead.clear()
    server.asked.clear()
    with pytest.raises(OtherFeed):
        plain.run(base="https://feed.example/other/")
    assert server.asked == []


@pytest.mark.parametrize("moved", [True, False], ids=["another address", "the same one"])
@pytest.mark.parametrize("same", [True, False], ids=["the same feed", "another one"])
def test_another_feed_at_another_address_takes_no_directory_over(tmp_path, moved, same):
    """A slip of the pen: all that the first feed had was deleted, and "everything is here"."""
    rig = Rig(tmp_path / "here", small_truth(3, 500))
    assert rig.run().finished
    before, base = rig.held(), BASE.replace("feed.", "moved.") if moved else BASE
    rig.truth = replace(small_truth(1, 100), feed_id=rig.truth.feed_id if same else "another")
    rig.honest = FeedServer(rig.truth)
    rig.truth.generation += same
    if moved and not same:
        with pytest.raises(OtherFeed, match="another directory"):
            rig.run(base=base)
        assert [request.path for request, _ in rig.server.log if "update-events" not in request.path] == []
        assert rig.held() == before
    else:
        assert rig.run(base=base).finished
        assert rig.in_sync()


@pytest.mark.parametrize("moved", [True, False], ids=["another address", "the same one"])
@pytest.mark.parametrize("refused", [400, None], ids=["refuses the cursor", "takes it"])
def test_a_plain_feed_takes_no_extended_one_s_place(tmp_path, moved, refused):
    """Refused where it took the cursor. Where that was no date to it, and 400, its list was: a stranger's events deleted, and the rightful feed was refused for ever."""
    rig = Rig(tmp_path / "here", small_truth(3, 500))
    assert rig.run().finished
    before, extended = rig.held(), rig.honest
    rig.honest = FeedServer(small_truth(1, 100), extended=False)
    if refused:
        answer = rig.honest.answer
        rig.honest.answer = lambda request: (  # type: ignore[method-assign]
            Reply(refused, {}) if "/update-events/1." in request.path else answer(request)
        )
    report = rig.run(base=BASE.replace("feed.", "moved.") if moved else BASE)
    assert report.why is Stop.FEED_UNUSABLE
    assert "is a plain list now" in str(report)
    assert rig.held() == before
    rig.honest = extended
    assert rig.run().finished


@pytest.mark.parametrize("harm", ["deleted", "truncated", "all"])
def test_files_that_went_away_come_again(rig, harm):
    assert rig.run().finished
    if harm == "all":
        shutil.rmtree(rig.folder / "files")
    elif harm == "deleted":
        sounds(rig)[0].unlink()
    else:
        sounds(rig)[0].write_bytes(b"short")
    assert rig.run().finished
    assert rig.in_sync()
    rig.run()
    assert rig.fetched() == 0


def test_a_directory_that_is_removed_is_noticed(rig):
    gone = []

    def observe(point, detail):
        if point == "append" and not gone:
            gone.append(shutil.rmtree(rig.folder))

    with pytest.raises(DirectoryGone):
        rig.run(observe=observe)
    assert not rig.folder.exists()


# What an answer is worth.


def test_a_list_in_pages_that_moved_deletes_nothing_that_lives(tmp_path):
    rig = Rig(tmp_path / "here", small_truth(5, 500), page=2)
    assert rig.run().finished
    left_out = [content for content, v in rig.truth.contents.items() if v.media == SOUND][1]
    gone = [content for content, v in rig.truth.contents.items() if v.media == SOUND][3]
    kept = dict(rig.truth.contents)
    shown = Truth(seed=3, generation=2)
    for content in kept.values():
        if content.id not in (left_out, gone):
            shown.publish(content)
    # The list comes from a truth without two of them; one of these is still there when asked for.
    server = rig.honest = Answering(FeedServer(shown, page=2))
    entities = FeedServer(rig.truth, page=2)
    server.instead[left_out] = entities.answer
    report = rig.run()
    assert report.finished
    assert set(landed(rig.folder)) == set(kept) - {gone}


def test_the_end_of_a_range_is_not_the_end_of_a_file():
    ask = Ask(FileInfo(), 20_000, Part('"a"', None, 20_000))
    piece = ask.next(Answer(206, {"content-range": "bytes 20000-29999/*", "etag": '"a"'}))
    assert isinstance(piece, Receive)
    after = piece.ask.ended(30_000)
    assert isinstance(after, Ask)
    assert after.headers["range"] == "bytes=30000-"
    end = after.next(Answer(416, {"content-range": "bytes */30000", "etag": '"a"'}))
    assert isinstance(end, Verify)


def test_a_file_of_no_bytes_is_none_unless_the_feed_says_so():
    empty = Answer(200, {"content-length": "0", "content-type": "audio/mpeg", "etag": '"a"'})
    assert isinstance(Ask(FileInfo(), 0).next(empty), Refuse)
    assert isinstance(Ask(FileInfo(size=0), 0).next(empty), Receive)


def test_an_empty_body_leaves_the_older_file(plain):
    assert plain.run().finished
    content = next(c for c, v in plain.truth.contents.items() if v.media == SOUND)
    older = sounds(plain)
    plain.truth.replace(content)
    server = answering(plain)
    server.instead[".mp3"] = Reply(200, {"content-type": "audio/mpeg", "content-length": "0", "etag": '"e"'})
    report = plain.run()
    assert report.why is Stop.INCOMPLETE
    assert report.problems
    assert sounds(plain) == older
    server.instead.clear()
    assert plain.run().finished
    assert plain.in_sync()


def test_a_new_author_comes_although_another_one_s_file_is_missing(plain):
    server = answering(plain)
    server.instead[".mp3"] = Reply(404, {})
    plain.run()
    added = plain.truth.add(AUTHOR, "new")
    server.asked.clear()
    plain.run()
    assert "update-events" in server.asked[0]
    assert added in landed(plain.folder)


def as_the_first_version_left_it(rig: Rig) -> None:
    """Its tables, its version and no mark of its owner, with the rows that are there now."""
    with closing(sqlite3.connect(rig.folder / "sync.db")) as new:
        rows = {
            table: new.execute(f"SELECT * FROM {table}").fetchall() for table in ("meta", "entities", "files")
        }
        rows["meta"] = [row[:14] for row in rows["meta"]]  # what it did not have came later
    for path in rig.folder.glob("sync.db*"):
        path.unlink()
    with closing(sqlite3.connect(rig.folder / "sync.db")) as old:
        for statement in schema.MIGRATIONS[0]:
            old.execute(statement)
        old.execute("DELETE FROM meta")
        for table, values in rows.items():
            for row in values:
                old.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        old.execute("PRAGMA user_version = 1")
        old.commit()


def test_a_directory_of_the_first_version_is_brought_up_at_once(rig):
    assert rig.run().finished
    as_the_first_version_left_it(rig)

    def killed(point, detail):
        if (point, detail) == ("commit", "schema"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rig.run(observe=killed)
    with closing(sqlite3.connect(rig.folder / "sync.db")) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (1,)
    assert rig.run().finished
    assert rig.fetched() == 0
    assert rig.in_sync()


def test_a_file_that_is_lost_twice_comes_twice(rig):
    """The second time, the engine's own event is the same as the first time, and that one is done."""
    assert rig.run().finished
    for _ in range(2):
        sounds(rig)[0].unlink()
        assert rig.run().finished
        assert rig.in_sync()
