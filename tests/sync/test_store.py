"""The database: each change is one transaction, and what it promises outlives whatever ends the process."""

import sqlite3
from contextlib import closing

import pytest

from afterswipe.sync import (
    AnotherProcess,
    CorruptDatabase,
    Disk,
    DiskFull,
    NewerDatabase,
    OtherFeed,
    ReadOnlyDirectory,
)
from afterswipe.sync.driver import jobs_of
from afterswipe.sync.feed.protocol import Event, FileInfo, Identity, Kind, Media, Page
from afterswipe.sync.feed.records import Had, Have, Known, Part
from afterswipe.sync.store.lease import Lease
from afterswipe.sync.store.schema import mapped
from afterswipe.sync.store.store import Store

FEED = Identity("f", "1", True)
PLAIN = Identity(numbered=False)
BASE = "https://e.org/"


class Kill(BaseException):
    pass


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = self.since_1970 = 1_000.0

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return self.since_1970

    async def sleep(self, seconds: float) -> None:
        self.pass_(seconds)

    def pass_(self, seconds: float) -> None:
        self.now += seconds
        self.since_1970 += seconds


def uuid(n: int) -> str:
    return f"00000000-0000-4000-8000-{n:012x}"


def event(n: int, version: int = 0, kind: Kind = Kind.CREATED) -> Event:
    return Event(uuid(1000 + n), uuid(n), Media.SOUND, kind, version or n, f"t{n}", FileInfo(5, "a" * 64))


def page(*events: Event, identity: Identity = FEED, **fields) -> Page:
    return Page(identity, events, **{"next": None, "complete": True, "cursor": None, **fields})


def have(n: int, version: int = 1) -> Have:
    return Have(f"sound/{uuid(n)}", f"files/sound/{uuid(n)}.a.mp3", "a", 5, "a" * 64, version)


class Whole(Store):
    """What comes in parts, at once."""

    def store_page(self, *arguments, **options):
        return list(super().store_page(*arguments, **{"had": Had(), **options}))

    def swap(self, *arguments, **options):
        return list(super().swap(*arguments, **{"had": Had(), "in_pages": False, **options}))

    def waiting(self):
        return [event for event, _, _ in super().pending()]


@pytest.fixture
def points():
    return []


@pytest.fixture
def store(tmp_path, points):
    made = Whole(Disk(tmp_path), lambda name, detail: points.append((name, detail)))
    yield made
    made.close()


def again(tmp_path) -> Store:
    return Whole(Disk(tmp_path), lambda *_: None)


# Opening.


def test_it_is_durable_at_once(store):
    assert store._rows("PRAGMA journal_mode") == [("wal",)]
    assert store._rows("PRAGMA synchronous") == [(2,)]


def test_f48_a_newer_version_is_left_alone(store, tmp_path):
    store._db.execute("PRAGMA user_version = 99")
    store.close()
    before = (tmp_path / "sync.db").read_bytes()
    with pytest.raises(NewerDatabase, match=r"version 99.*Update"):
        again(tmp_path)
    assert (tmp_path / "sync.db").read_bytes() == before


def test_f48_a_damaged_one_is_set_aside(tmp_path):
    (tmp_path / "sync.db").write_bytes(b"no database" * 1000)
    with closing(again(tmp_path)) as store:
        assert store.waiting() == []
    assert (tmp_path / "sync.db.damaged").read_bytes() == b"no database" * 1000


def test_a_schema_is_made_in_one_transaction(tmp_path):
    def kill(_name: str, _detail: str) -> None:
        raise Kill

    with pytest.raises(Kill):
        Whole(Disk(tmp_path), kill)
    with closing(again(tmp_path)) as store:
        assert store.place().cursor is None


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_BUSY, AnotherProcess),
        (sqlite3.SQLITE_FULL, DiskFull),
        (sqlite3.SQLITE_READONLY, ReadOnlyDirectory),
        (sqlite3.SQLITE_READONLY_DBMOVED, ReadOnlyDirectory),
        (sqlite3.SQLITE_CORRUPT_INDEX, CorruptDatabase),
        (sqlite3.SQLITE_NOTADB, CorruptDatabase),
    ],
)
def test_sqlite_s_errors_are_ours(code, kind):
    error = sqlite3.DatabaseError("it")
    error.sqlite_errorcode = code
    with pytest.raises(kind, match=r"sync\.db: it\. \w+"), mapped():
        raise error


# S2.


def test_s2_events_and_cursor_in_one_transaction(store, points, tmp_path):
    points.clear()
    store.store_page(page(event(1), event(2)), base=BASE, full=False, cursor=("2", 2), at=None)
    assert points == [("commit", "page")]
    with closing(again(tmp_path)) as other:
        assert [e.version for e in other.waiting()] == [1, 2]
        assert other.place().cursor == "2"


def test_s2_killed_before_the_commit_neither_is_there(store, tmp_path):
    def kill(_name: str, _detail: str) -> None:
        raise Kill

    store._point = kill
    with pytest.raises(Kill):
        store.store_page(page(event(1)), base=BASE, full=False, cursor=("1", 1), at=None)
    with closing(again(tmp_path)) as other:
        assert other.waiting() == []
        assert other.place().cursor is None


def test_f32_a_middle_page_keeps_the_cursor_and_remembers_the_page(store):
    store.store_page(page(event(1)), base=BASE, full=False, cursor=("1", 1), at=None)
    store.store_page(
        page(event(2), next="p2", complete=False), base=BASE, full=False, cursor=None, at=("p2", 2)
    )
    place = store.place()
    assert (place.cursor, place.page, place.page_version) == ("1", "p2", 2)
    store.forget_list()
    assert (store.place().cursor, store.place().page) == ("1", None)


def test_s3_the_same_event_again_is_the_same_one(store):
    for _ in range(2):
        store.store_page(page(event(1)), base=BASE, full=False, cursor=("1", 1), at=None)
    assert len(store.waiting()) == 1


def test_finishing_ends_the_events_with_the_rows(store, points):
    store.store_page(page(event(1)), base=BASE, full=False, cursor=("1", 1), at=None)
    points.clear()
    store.finish([(have(1).key, [event(1).identity], Known(1, False, "{}"), have(1))])
    assert points == [("commit", "finish")]
    assert (
        store.waiting(),
        {have.key: have for have in store.files()}.get(have(1).key),
        store.known(have(1).key),
    ) == (
        [],
        have(1),
        Known(1, False, "{}"),
    )
    store.finish([(have(1).key, [], Known(2, True, None), None)])
    assert ({have.key: have for have in store.files()}.get(have(1).key), store.known(have(1).key)) == (
        None,
        Known(2, True, None),
    )
    assert store.here()[0] == 0


# S7, S8: the shadow set.


def fill(store: Store, *numbers: int, identity: Identity = FEED) -> None:
    store.swap(page(*map(event, numbers), identity=identity), base=BASE, cursor=("9", 9))
    for n in numbers:
        store.finish([(have(n).key, [event(n).identity], Known(n, False, "{}"), have(n))])


def test_a_full_list_stays_apart_until_it_is_whole(store):
    fill(store, 1, 2)
    store.store_page(page(event(3), next="p", complete=False), base=BASE, full=True, cursor=None, at=("p", 3))
    assert store.waiting() == []
    assert store.place().cursor == "9"
    assert store.place().shadow == FEED
    store.swap(page(event(4)), base=BASE, cursor=("4", 4))
    assert [e.version for e in store.waiting()] == [3, 4]
    place = store.place()
    assert (place.cursor, place.page, place.shadow) == ("4", None, None)


def test_s8_a_snapshot_ends_what_it_does_not_mention(store):
    fill(store, 1, 2)
    store.swap(page(event(2), event(3)), base=BASE, cursor=("9", 9))
    assert [file.key for file in store.files()] == [have(2).key]
    assert store.known(have(1).key) is None
    assert not store.known(have(2).key).deleted


def test_f18_a_plain_list_ends_nothing(store):
    fill(store, 1, 2, identity=PLAIN)
    store.swap(page(identity=PLAIN), base=BASE, cursor=None)
    assert len(store.files()) == 2
    assert store.here()[0] == 2
    assert store.place().cursor == "9", "F33: and no cursor is lost"


def test_s7_of_another_generation_no_version_means_anything(store):
    fill(store, 1, 2)
    store.store_page(page(event(5)), base=BASE, full=False, cursor=("10", 10), at=None)
    store.swap(page(event(1), event(2), identity=Identity("f", "2", True)), base=BASE, cursor=None)
    assert store.known(have(1).key).version == -1
    assert len(store.files()) == 2, "the files are kept"
    assert {e.version for e in store.waiting()} == {1, 2}, "events of the old one are not"
    assert store.place().cursor is None


def test_f31_a_plain_directory_belongs_to_one_address(store):
    store.belongs_to("https://other.org/")
    fill(store, 1, identity=PLAIN)
    store.belongs_to(BASE)
    with pytest.raises(OtherFeed, match="another directory"):
        store.belongs_to("https://other.org/")


def test_an_extended_feed_may_move(store):
    fill(store, 1)
    store.belongs_to("https://other.org/")


# Files.


def test_a_lost_file_is_asked_for_again_in_the_same_transaction(store, points):
    fill(store, 1)
    points.clear()
    store.lost([have(1)._replace(version=7)])
    assert points == [("commit", "lost")]
    assert {have.key: have for have in store.files()}.get(have(1).key) is None
    assert [(e.version, e.kind) for e in store.waiting()] == [(7, Kind.FILE_UPDATED)]


def test_parts_are_remembered_and_forgotten(store):
    assert store.parts().get("parts/a.part") is None
    store.remember("parts/a.part", Part('"v"', 10, 5))
    store.remember("parts/a.part", Part('"v"', 10, 8))
    assert store.parts().get("parts/a.part") == Part('"v"', 10, 8)
    store.forget_parts(store.parts())
    assert store.parts() == {}


# The lease.


@pytest.fixture
def clock():
    return Hand()


def lease(store: Store, owner: str, clock: Hand) -> Lease:
    return Lease(store, owner, 60, clock)


def test_f47_two_owners(store, clock):
    lease(store, "a", clock).take()
    with pytest.raises(AnotherProcess, match="at most 60 s"):
        lease(store, "b", clock).take()
    clock.pass_(61)
    lease(store, "b", clock).take()


def test_the_same_owner_and_one_that_is_gone_do_not_wait(store, clock, monkeypatch):
    lease(store, "a", clock).take()
    lease(store, "a", clock).take()
    monkeypatch.setattr("afterswipe.sync.store.lease.same_machine", lambda owner: owner == "a")
    with pytest.raises(AnotherProcess):
        lease(store, "b", clock).take()
    store.disk.close()  # as the system does with the lock of a process that ends
    lease(store, "b", clock).take()
    with pytest.raises(AnotherProcess):
        lease(store, "c", clock).take()


@pytest.mark.parametrize("later", [0, 0.001])
def test_of_two_that_begin_at_once_one_is_told(tmp_path, monkeypatch, later):
    """While this one waited for its turn, the other came, and found the lock taken, or wrote a lease as of later: both were at work, and one's file was cut by the other."""
    monkeypatch.setattr("afterswipe.sync.store.lease.same_machine", lambda _owner: True)
    store, other, clock = again(tmp_path), again(tmp_path), Hand()
    mine, theirs, turn = lease(store, "a", clock), lease(other, "b", clock), store.transaction

    def waits(what):
        clock.pass_(later)
        theirs.take()
        return turn(what)

    monkeypatch.setattr(store, "transaction", waits)
    with closing(store), closing(other), pytest.raises(AnotherProcess):
        mine.take()


def test_a_release_lets_the_next_one_in(store, clock):
    first = lease(store, "a", clock)
    first.take()
    first.release()
    lease(store, "b", clock).take()


def test_f38_a_clock_that_was_set_back_locks_nobody_out(store, clock):
    lease(store, "a", clock).take()
    clock.since_1970 -= 1_000_000
    lease(store, "b", clock).take()


def test_f52_somebody_who_wakes_up_after_days_finds_that_it_was_taken(store, clock):
    """Its monotonic clock stood still; only the wall clock shows it."""
    first = lease(store, "a", clock)
    first.take()
    first.keep()
    clock.since_1970 += 3 * 86_400
    second = lease(store, "b", clock)
    second.take()
    with pytest.raises(AnotherProcess, match="took over"):
        first.keep()
    second.keep()


def test_a_lease_is_renewed_before_it_ends(store, clock, points):
    first = lease(store, "a", clock)
    first.take()
    points.clear()
    clock.pass_(29)
    first.keep()
    assert points == []
    for _ in range(10):
        clock.pass_(31)
        first.keep()
    with pytest.raises(AnotherProcess):
        lease(store, "b", clock).take()


def test_an_end_in_good_order_is_remembered_and_any_other_too(store, clock):
    first = lease(store, "a", clock)
    first.take()
    assert not first.unclean
    store.finish([(have(1).key, [], Known(1, False, "{}"), have(1))])
    killed = lease(store, "a", clock)
    killed.take()
    assert killed.unclean
    assert store.files("NOT checked") == [have(1)]
    killed.release(clean=False)
    third = lease(store, "a", clock)
    third.take()
    assert third.unclean
    third.release()
    assert store.files("NOT checked") == []
    last = lease(store, "a", clock)
    last.take()
    assert not last.unclean


def test_jobs_come_in_the_order_in_which_each_content_first_comes_up(store):
    events = event(2), event(1, 3), event(2, 5, Kind.FILE_UPDATED)
    store.store_page(page(*events), base=BASE, full=False, cursor=("5", 5), at=None)
    jobs = [job for job in jobs_of(store) if job is not None]
    assert [job.key for job in jobs] == [have(2).key, have(1).key]
    assert [len(job.events) for job in jobs] == [2, 1]


def test_what_was_looked_at_is_noted_without_a_walk_through_all(store):
    """Red before: each group of 32 walked through the index up to its last key, a quarter of a second where 100,000 are here."""
    numbers = range(1, 2_000)
    store.finish([(have(n).key, [], Known(1, False, "{}"), have(n)) for n in numbers])
    steps = []
    store._db.set_progress_handler(lambda: steps.append(1), 100)
    store.checked(have(1_960).key, have(1_990).key)
    store._db.set_progress_handler(None, 0)
    assert len(steps) < 20
    assert [h.name for h in store.files("checked")] == [have(n).name for n in range(1_960, 1_991)]
