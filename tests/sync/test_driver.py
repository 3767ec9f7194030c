"""The engine as a whole, over a server in memory, on a real directory, in virtual time; with httpx and with httpx2."""

import asyncio
import json
import random
import shutil
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import httpx
import httpx2
import pytest

from afterswipe.sync import (
    AnotherProcess,
    Disk,
    DiskFull,
    InvalidEvent,
    Limits,
    OtherFeed,
    Phase,
    Stop,
    Sync,
    driver,
)
from afterswipe.sync.feed import protocol
from afterswipe.sync.store import store
from afterswipe.sync.store.store import Store
from faultlab.clock import LoopClock
from faultlab.loop import run
from faultlab.servers.faulty import Fault, FaultyServer, FaultyTransport, When
from faultlab.servers.server import AUTHOR, SONG, SOUND, FeedServer, Truth
from faultlab.servers.wire import Reply, Request

from .rig import BASE, landed, most_at_once, wanted

LIMITS = Limits(reserve_bytes=0)


class Kill(BaseException):
    """What no code of ours catches."""


class Pieces(FaultyServer):
    """Bodies in pieces of 100 bytes, each of which takes `pace` seconds."""

    pace = 0.0

    def answer(self, request: Request) -> Reply:
        reply = super().answer(request)
        return replace(reply, piece=100, pace=reply.pace or self.pace)


@dataclass
class World:
    """A truth, a directory, and any number of runs between them."""

    folder: Any
    library: Any
    extended: bool
    limits: Limits = LIMITS
    pace: float = 0

    def __post_init__(self) -> None:
        self.truth = Truth(seed=1)
        self.server = FeedServer(self.truth, self.extended)
        self.log: list[Request] = []
        self.points: list[tuple[str, str]] = []
        self.clock = LoopClock()

    def sync(self, faults=(), observe=None, **options) -> Sync:
        self.clock = LoopClock()
        self.answers = Pieces(self.server, faults)
        self.answers.pace = self.pace
        self.transport = FaultyTransport(self.answers, library=self.library, clock=self.clock)
        self.points.clear()

        def note(name: str, detail: str) -> None:
            self.points.append((name, detail))
            if observe is not None:
                observe(name, detail)

        options = {
            "limits": self.limits,
            "clock": self.clock,
            "rng": random.Random(1),
            "owner": "app",
            **options,
        }
        return Sync(self.transport.client(), BASE, self.folder, observe=note, **options)

    def run(self, faults=(), *, until=None, progress=None, **options):
        return run(self.sync(faults, **options).run(until, progress))

    def in_sync(self) -> bool:
        return landed(self.folder) == wanted(self.truth)

    def paths(self) -> list[str]:
        return [request.path for request, _ in self.answers.log]

    def kill_at(self, name: str, nth: int = 1, detail: str = "", **options) -> None:
        left = [nth]

        def observe(point: str, what: str) -> None:
            if point == name and detail in what:
                left[0] -= 1
                if not left[0]:
                    raise Kill

        with pytest.raises(Kill):
            self.run(observe=observe, **options)


@pytest.fixture(params=["httpx", "httpx2"])
def library(request):
    return {"httpx": httpx, "httpx2": httpx2}[request.param]


@pytest.fixture(params=["extended", "plain"])
def world(request, library, tmp_path):
    made = World(tmp_path, library, request.param == "extended")
    made.truth.add(AUTHOR, "an author")
    made.truth.add(SOUND, "a sound", 1000)
    made.truth.add(SONG, "a song", 500)
    return made


@pytest.fixture
def extended(tmp_path):
    made = World(tmp_path, httpx, True)
    made.truth.add(SOUND, "a sound", 1000)
    made.truth.add(SOUND, "another", 1000)
    return made


# The happy path.


def test_everything_comes(world):
    report = world.run()
    assert report.why is Stop.FINISHED
    assert report.finished
    assert (report.done, report.left, report.problems) == (3, 0, [])
    assert world.in_sync()
    assert str(report).startswith("Ended: everything is here.\n3 done, 0 left, ")


def test_the_second_time_one_request_is_enough(world):
    world.run()
    report = world.run()
    assert report.finished
    assert report.requests == len(world.paths()) == 1


def test_changes_come(world):
    world.run()
    sound, song = list(world.truth.contents)[1:]
    world.truth.rename(sound, "renamed")
    world.truth.replace(song, 300)
    world.truth.delete(next(iter(world.truth.contents)))
    assert world.run().finished
    assert world.in_sync()
    names = [path.name for path in world.folder.rglob("*.mp3")]
    assert len(names) == 2, "the replaced file is gone"
    assert not any(f"sounds/{sound}" in path for path in world.paths()), "a rename fetches no file"


def steps_of(world, *details: str) -> list[str]:
    """The points of these details, from the first part on, without those at which nothing lands."""
    steps = [name for name, detail in world.points if any(word in detail for word in details)]
    looks = ("request", "receive", "append", "size")
    return [step for step in steps[steps.index("open_part") :] if step not in looks]


def test_the_order_of_each_file(extended):
    """S1, S6: part, fsync, rename, fsync of the folder, and only then the rows."""
    extended.run(limits=replace(LIMITS, concurrency=1, group_files=1))
    order = ["open_part", "open_part", "fsync", "rename", "fsync_directory", "commit"]
    assert steps_of(extended, *extended.truth.contents, "files/sound", "finish") == order * 2


def test_the_order_of_a_group(extended):
    """S1, S6: the bytes of all, then the names of all, then the folder once, then the rows of all in one transaction."""
    extended.run()
    steps = steps_of(extended, *extended.truth.contents, "files/sound", "finish")
    assert steps == [
        *["open_part"] * 2,
        *["open_part", "fsync"] * 2,
        *["rename"] * 2,
        "fsync_directory",
        "commit",
    ]


def test_every_effect_is_announced_before_it_happens(extended):
    """What is announced first and then refused has not happened."""
    extended.kill_at("rename")
    assert not list(extended.folder.rglob("*.mp3"))
    assert list(extended.folder.rglob("*.part"))
    assert {name for name, _ in extended.points} >= {
        "database", "commit", "request", "receive", "open_part", "append", "fsync", "rename",
    }  # fmt: skip


# Ending and going on.


@pytest.mark.parametrize("point", ["request", "receive", "append", "open_part", "fsync", "rename", "fsync_directory", "commit", "unlink"])  # fmt: skip
def test_killed_at_any_kind_of_point_the_next_run_completes(world, point):
    world.run()
    world.truth.replace(list(world.truth.contents)[1], 800)
    world.truth.add(SOUND, "new", 400)
    world.kill_at(point)
    assert world.run().finished
    assert world.in_sync()
    assert not list((world.folder / "parts").iterdir())
    assert len(list(world.folder.rglob("*.mp3"))) == 3, "S13: no orphans"


def test_after_a_kill_nothing_is_done_at_any_point(extended):
    """Several files are under way; the others do not get to write either."""
    extended.kill_at("append", nth=3)
    index = extended.points.index(("append", extended.points[-1][1]))
    assert [name for name, _ in extended.points].count("append") == 3, extended.points[index:]
    assert extended.points[-1][0] == "append"


def test_a_part_is_resumed_where_a_digest_will_judge(extended):
    extended.kill_at("append", nth=8, detail="sound", limits=replace(LIMITS, concurrency=1))
    assert extended.run().finished
    assert extended.in_sync()
    ranges = [request.headers["range"] for request, _ in extended.answers.log if "range" in request.headers]
    assert ranges == ["bytes=700-"]


def the_machine_starts_anew(monkeypatch) -> None:
    """Before the next run."""
    monkeypatch.setattr("afterswipe.sync.store.disk._start", lambda: "another")


def test_a_plain_part_is_resumed_only_as_far_as_it_is_durable(tmp_path, library, monkeypatch):
    """The power failed, nothing was synced: begun again. Asked to stop, it was synced: resumed."""
    world = World(tmp_path, library, extended=False, limits=replace(LIMITS, concurrency=1))
    world.truth.add(SOUND, "a sound", 1000)
    world.kill_at("append", nth=5)
    the_machine_starts_anew(monkeypatch)
    enough = lambda: [name for name, _ in world.points].count("append") == 3  # noqa: E731
    assert world.run(until=enough).why is Stop.ASKED_TO_STOP
    assert not any("range" in request.headers for request, _ in world.answers.log)
    assert world.run().finished
    assert world.in_sync()
    ranges = [request.headers["range"] for request, _ in world.answers.log if "range" in request.headers]
    assert ranges == ["bytes=300-"]


def test_until_can_be_a_time_a_flag_or_a_function(world):
    assert world.run(until=0).why is Stop.ASKED_TO_STOP
    flag = asyncio.Event()
    assert world.run(until=flag).finished
    flag.set()
    report = world.run(until=flag)
    assert (report.why, report.requests) == (Stop.ASKED_TO_STOP, 0)
    assert world.run(until=10**9).finished


def test_asked_to_stop_at_every_look_it_gets_there_in_the_end(world):
    """Each run does one step more than the one before, and none is lost."""
    for steps in range(1, 100):
        looks = iter([False] * steps + [True] * 1000)
        report = world.run(until=lambda looks=looks: next(looks))
        if report.finished:
            break
        assert report.why is Stop.ASKED_TO_STOP
    assert world.in_sync()


@pytest.mark.parametrize("how", ["time", "function", "flag"])
def test_it_ends_soon_although_nothing_comes(extended, how):
    """A body stalls for the whole read timeout: somebody looks all the same."""
    extended.pace, ended, flag = 20, [], asyncio.Event()
    sync = extended.sync()

    async def main():
        asyncio.get_running_loop().call_later(1, flag.set)
        until = {"time": 1.0, "function": lambda: extended.clock.monotonic() >= 1, "flag": flag}[how]
        report = await sync.run(until)
        ended.append(extended.clock.monotonic())
        return report

    assert run(main()).why is Stop.ASKED_TO_STOP
    assert 1 <= ended[0] <= 1.1


@pytest.fixture
def by_tens(monkeypatch):
    """Ten events at once."""
    for module in (protocol, store, driver):
        monkeypatch.setattr(module, "AT_ONCE", 10)


def test_it_looks_while_a_long_list_is_stored_and_keeps_all_of_it_or_nothing(extended, by_tens):
    for number in range(30):
        extended.truth.add(AUTHOR, f"{number}")
    looks = []
    until = lambda: looks.append("swap" in [detail for _, detail in extended.points]) or looks[-1]  # noqa: E731
    assert not extended.run(until=until).finished
    assert len(looks) > 3 * 32 // 10, "while it is read, put in, and swapped in"
    for at in range(1, len(looks) - 1):
        shutil.rmtree(extended.folder)
        count = iter([False] * at + [True] * 1000)
        report = extended.run(until=lambda count=count: next(count))
        assert (report.why, report.left) == (Stop.ASKED_TO_STOP, 0)
        assert extended.sync().state().cursor is None
    assert extended.run().finished
    assert extended.in_sync()


@pytest.mark.parametrize("name", ["pending", "names"])
def test_it_looks_after_every_handful_of_rows(extended, by_tens, monkeypatch, name):
    """However many rows there are: no list of all of them is made before somebody has looked."""
    for number in range(60):
        extended.truth.add(SOUND, f"{number}", 1)
    assert extended.run().finished
    for key in list(extended.truth.contents):
        extended.truth.rename(key, "another name")
    rows, real = [0], getattr(store.Store, name)

    def counted(self):
        for row in real(self):
            rows[-1] += 1
            yield row

    monkeypatch.setattr(store.Store, name, counted)
    assert extended.run(until=lambda: rows.append(0)).finished
    assert sum(rows) > 60
    assert max(rows) <= 11


def test_progress_moves_while_it_plans(extended, by_tens):
    for number in range(30):
        extended.truth.add(SOUND, f"{number}", 1)
    told = []
    extended.run(progress=told.append)
    planning = {p.files_total for p in told if p.phase is Phase.PLANNING}
    assert len(planning) > 2
    assert max(planning) <= 32


def test_a_cancelled_run_ends_in_good_order(extended):
    """What came is kept, and the next one, whoever it is, need not wait for the lease."""

    async def main() -> None:
        sync = extended.sync([Fault("F20", arg="1", when=When.FROM)], limits=replace(LIMITS, minimum_rate=0))
        task = asyncio.ensure_future(sync.run())
        await asyncio.sleep(10.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert extended.points[-1] == ("commit", "release")

    run(main())
    kept = extended.sync().state().bytes_in_parts
    assert kept
    assert extended.run(owner="somebody else").bytes_fetched < 2000 - kept + 1500
    assert extended.in_sync()


def test_f52_the_deadline_of_a_run(world):
    report = world.run([Fault("F20", arg="1")], limits=replace(LIMITS, total_seconds=5, minimum_rate=0))
    assert report.why is Stop.DEADLINE
    assert world.run().finished
    assert world.in_sync()


def test_f54_closed_nothing_is_written(extended):
    sync = extended.sync()
    appended = [0]

    def observe(name: str, _detail: str) -> None:
        if name == "append":
            appended[0] += 1
            if appended[0] == 3:
                sync.close()

    sync._observe = observe
    report = run(sync.run())
    assert report.why is Stop.ASKED_TO_STOP
    assert appended == [3]
    assert extended.run().finished


def test_d2_nothing_is_adopted_after_the_end_for_good(extended):
    extended.kill_at("open_part", limits=replace(LIMITS, concurrency=1))
    sync = extended.sync()
    (pending, *_) = sync.pending_files()
    sync.close()

    async def adopt() -> bool:
        return sync.adopt(pending, b"whatever")

    assert not run(adopt())
    assert extended.run().finished


def test_one_run_at_a_time(extended):
    async def main() -> None:
        sync = extended.sync()
        first = asyncio.ensure_future(sync.run())
        await asyncio.sleep(0)
        with pytest.raises(AnotherProcess, match="report"):
            await sync.run()
        with pytest.raises(AnotherProcess):
            sync.adopt(sync.pending_files()[0] if sync.pending_files() else None, b"")
        assert (await first).finished
        assert (await sync.run()).finished

    run(main())


# The protocol's own rules.


def test_the_feed_is_asked_before_anything_that_was_left(world):
    world.kill_at("open_part", limits=replace(LIMITS, concurrency=1))
    assert world.run().finished
    paths = world.paths()
    asked = next(i for i, path in enumerate(paths) if "update-events" in path)
    assert asked == 0
    assert any(path.endswith(".mp3") for path in paths[asked:])


def test_file_updated_for_an_author_is_reported_and_stops_nothing(world):
    world.run()
    author = next(iter(world.truth.contents))
    world.truth._note(author, AUTHOR, 2)
    world.truth.add(SOUND, "after it", 100)
    report = world.run()
    assert report.finished
    assert [type(problem) for problem in report.problems] == [InvalidEvent]
    assert author in str(report)
    assert world.in_sync()
    assert world.run().problems == [], "reported once"


def test_created_for_what_is_here_is_done(world):
    world.run()
    sound = list(world.truth.contents)[1]
    world.truth._note(sound, SOUND, 0)
    report = world.run()
    assert (report.finished, report.done) == (True, 1)
    assert not any(path.endswith(".mp3") for path in world.paths())


def test_the_trap_a_row_without_its_file_is_not_done(world):
    """Somebody's older version has put the row in first, and was killed: the file still comes."""
    world.kill_at("open_part", limits=replace(LIMITS, concurrency=1))
    with closing(Store(Disk(world.folder), lambda *_: None)) as store, store.transaction("trap") as db:
        for key, data in db.execute("SELECT DISTINCT key, content FROM events").fetchall():
            db.execute(
                "INSERT OR REPLACE INTO entities VALUES (?, 0, 0, ?)",
                (key, json.dumps({"id": data, "title": ""})),
            )
    assert world.run().finished
    assert len(list(world.folder.rglob("*.mp3"))) == 2


# Progress.


def test_s9_progress_is_told_and_done_is_a_phase(world):
    told = []
    assert world.run(progress=told.append).finished
    assert [p.phase for p in told if p.phase is Phase.DONE] == [Phase.DONE]
    assert told[-1].phase is Phase.DONE
    last = told[-1]
    assert (last.bytes_durable, last.bytes_total, last.files_done, last.files_total) == (1500, 1500, 2, 2)
    getting = [p for p in told if p.phase is Phase.GETTING]
    assert (getting[0].bytes_durable, getting[0].files_done, getting[0].files_total) == (0, 0, 2)
    assert getting[0].bytes_total == (1500 if world.extended else None)
    assert [p.bytes_durable for p in getting] == sorted(p.bytes_durable for p in getting)


def test_s9_bytes_count_when_they_are_synced(extended):
    """Every piece is appended; progress moves only at an fsync."""
    told = []
    extended.pace = 0.4
    extended.run(progress=told.append, limits=replace(LIMITS, minimum_rate=0, concurrency=1))
    synced = [p.bytes_durable for p in told if 0 < p.bytes_durable < 1000]
    assert synced, "a slow file is synced every second"
    assert len({*synced}) < 10, "and not at every piece"


def test_state_is_what_a_restart_finds(world):
    limits = replace(LIMITS, concurrency=1, group_files=1)
    world.kill_at("append", nth=4, detail="sound", limits=limits)
    state = world.sync().state()
    assert (state.contents, state.files, state.pending) == (1, 0, 2)
    assert 0 < state.bytes_in_parts <= 300
    assert state.cursor is not None
    world.run()
    state = world.sync().state()
    assert (state.contents, state.files, state.bytes, state.pending, state.bytes_in_parts) == (
        3,
        2,
        1500,
        0,
        0,
    )


# Policy, concurrency, unclean ends.


def test_f53_the_policy_is_asked_before_each_file(world):
    asked = []

    def policy() -> Stop | None:
        asked.append(1)
        return Stop.WAITING_FOR_WIFI if len(asked) > 1 else None

    report = world.run(policy=policy, limits=replace(LIMITS, concurrency=1))
    assert report.why is Stop.WAITING_FOR_WIFI
    assert report.left == 1
    assert world.run().finished


@pytest.mark.parametrize("bound", [1, 3])
def test_files_under_way_have_a_bound(extended, bound):
    for number in range(8):
        extended.truth.add(SOUND, f"{number}", 500)
    slow = Fault("F20", arg="0.01", when=When.FROM)
    assert extended.run([slow], limits=replace(LIMITS, concurrency=bound, group_files=1)).finished
    assert most_at_once(extended.points) == bound


def test_f43_after_an_unclean_end_the_newest_files_are_looked_at(world):
    """A file of the run that did not end well has lost its bytes: it is noticed and comes again."""
    world.kill_at("commit", detail="release")
    spoiled, other = sorted(world.folder.rglob("*.mp3"))
    spoiled.write_bytes(bytes(spoiled.stat().st_size))
    report = world.run()
    assert report.finished
    assert world.in_sync()
    assert sum(path.endswith(".mp3") for path in world.paths()) == 1
    assert other.exists()
    before = [name for name, _ in world.points].count("read")
    world.run()
    assert [name for name, _ in world.points].count("read") == 0 < before, "after a good end nothing is read"


# Handing over.


def test_a_background_session_does_the_rest(world):
    world.kill_at("open_part", limits=replace(LIMITS, concurrency=1))
    sync = world.sync()
    pending = sync.pending_files()
    assert sorted(p.url.split("/")[3] for p in pending) == ["songs", "sounds"]
    assert {p.size for p in pending} == ({1000, 500} if world.extended else {None})

    async def adopt(p, source) -> bool:
        return sync.adopt(p, source)

    for p in pending:
        content = p.url.rpartition("/")[2].removesuffix(".mp3")
        elsewhere = world.folder / "elsewhere"
        elsewhere.write_bytes(world.truth.contents[content].file)
        if world.extended:
            assert not run(adopt(p, b"something else"))
        assert run(adopt(p, elsewhere))
        assert not run(adopt(p, elsewhere)), "nobody wants it twice"
    assert sync.pending_files() == []
    report = world.run()
    assert report.finished
    assert not any(path.endswith(".mp3") for path in world.paths())
    (world.folder / "elsewhere").unlink()
    assert world.in_sync()


def test_a_base_with_or_without_its_version(extended):
    for url in (
        "https://feed.example",
        "https://feed.example/",
        "https://feed.example/v3",
        "https://feed.example/v3/",
    ):
        assert Sync(None, url, extended.folder).base == BASE
    assert Sync(None, "https://e.org/music/", extended.folder).base == "https://e.org/music/"


# What is here is believed only as far as it can be.


def test_f41_a_spoiled_orphan_is_not_adopted(extended):
    extended.kill_at("commit", detail="finish")
    orphan, _ = extended.folder.rglob("*.mp3")
    orphan.write_bytes(orphan.read_bytes()[:-1] + b"!")
    assert extended.run().finished
    assert extended.in_sync()


def test_f41_a_good_orphan_is_not_fetched_again(extended):
    extended.kill_at("commit", detail="finish")
    assert len(list(extended.folder.rglob("*.mp3"))) == 2
    assert extended.run().finished
    assert extended.in_sync()
    assert not any(path.endswith(".mp3") for path in extended.paths()), "nor is any other of its group"


def test_f43_a_plain_part_is_believed_as_far_as_it_was_synced(tmp_path, library, monkeypatch):
    """The power fails: the size is there, the last bytes are not. No digest would notice."""
    world = World(tmp_path, library, extended=False, limits=replace(LIMITS, concurrency=1, minimum_rate=0))
    world.truth.add(SOUND, "a sound", 1000)
    world.pace = 0.4
    world.kill_at("append", nth=6)
    (part,) = (world.folder / "parts").iterdir()
    assert part.stat().st_size == 500
    part.write_bytes(part.read_bytes()[:300] + bytes(200))
    the_machine_starts_anew(monkeypatch)
    assert world.run().finished
    assert world.in_sync()
    ranges = [request.headers["range"] for request, _ in world.answers.log if "range" in request.headers]
    assert ranges == ["bytes=300-"]


def test_f51_more_than_the_file_may_have_is_never_written(extended):
    report = extended.run(limits=replace(LIMITS, file_bytes=999))
    assert report.why is Stop.INCOMPLETE
    assert "Limits.file_bytes" in str(report)
    assert not list(extended.folder.rglob("*.mp3"))
    assert ("append", "") not in [(name, "") for name, _ in extended.points]


def test_f45_a_part_that_is_taken_away_while_it_is_written(extended):
    """The system removes it; what is written goes nowhere. It is begun again."""
    taken = []

    def observe(name: str, detail: str) -> None:
        if name == "append" and not taken and len(extended.points) > 30:
            taken.append(detail)
            (extended.folder / detail).unlink()

    assert extended.run(observe=observe).finished
    assert taken
    assert extended.in_sync()


def test_f44_a_disk_that_is_full_lets_the_next_one_in(extended, monkeypatch):
    """Nothing more can be synced either; the lease is given back all the same."""
    real = Disk.append

    def full(self, name: str, data: bytes) -> None:
        if len(extended.points) > 30:
            raise DiskFull("No space left.")
        real(self, name, data)

    def no_sync(*_: object) -> None:
        raise DiskFull("No space left.")

    with monkeypatch.context() as patch:
        patch.setattr(Disk, "append", full)
        patch.setattr(Disk, "fsync", no_sync)
        report = extended.run(owner="a")
    assert report.why is Stop.NEEDS_SPACE
    assert [type(problem) for problem in report.problems] == [DiskFull]
    assert extended.run(owner="b").finished
    assert extended.in_sync()


def test_f31_a_plain_directory_and_another_address(tmp_path):
    world = World(tmp_path, httpx, extended=False)
    world.truth.add(SOUND, "a sound", 100)
    world.run()
    sync = world.sync()
    sync.base = "https://other.example/"
    with pytest.raises(OtherFeed, match="another directory"):
        run(sync.run())
    assert world.run(owner="b").finished, "and nobody is kept out"
    assert world.in_sync()


def test_an_until_that_would_have_to_be_awaited_is_refused(tmp_path):
    """Red before: its coroutine is true, so that the run ended at once, and nobody awaited it."""

    async def until():
        return False

    sync = Sync(None, BASE, tmp_path / "here")
    with pytest.raises(TypeError, match="asked, not awaited"):
        run(sync.run(until))
    assert not (tmp_path / "here").exists()
