"""F40 to F54, the faults of the phone itself: its disk, its process, its clock, its settings."""

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from afterswipe.sync import Disk, Stop, Sync
from afterswipe.sync.errors import (
    AnotherProcess,
    DiskFull,
    DiskRefused,
    NewerDatabase,
    ReadOnlyDirectory,
    StoreError,
    SyncError,
    UnsafePath,
    WrongFile,
)
from faultlab.clock import LoopClock
from faultlab.crashes.crash import EVERY, KILL, enumerate_crashes
from faultlab.crashes.engine_program import EngineProgram
from faultlab.disks.sim_disk import Crash, SimDisk
from faultlab.loop import run
from faultlab.servers.faulty import Fault, FaultyTransport, When
from faultlab.servers.injections_feed import HOSTILE_NAMES
from faultlab.servers.server import SOUND, FeedServer
from faultlab.servers.wire import Reply, Request

from .rig import SIZE, Rig, execute, small_truth

CUT = Fault("F11")
ALWAYS = When.FROM
AGES = 7_200
"""Seconds after which every lease has run out."""


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def rig(tmp_path) -> Rig:
    return Rig(tmp_path / "here")


@pytest.fixture(params=["extended", "plain"])
def either(tmp_path, request) -> Rig:
    return Rig(tmp_path / "here", extended=request.param == "extended")


def points_of(rig: Rig) -> list[tuple[str, str]]:
    """All points of a run."""
    seen: list[tuple[str, str]] = []
    rig.run(observe=lambda point, detail: seen.append((point, detail)))
    return seen


def plain(rig: Rig, size: int | None) -> None:
    """The server's list says nothing of its files but their size, or not even that; their bodies come in pieces."""
    answer = rig.honest.answer

    def answered(request: Request) -> Reply:
        reply = replace(answer(request), piece=3_000)
        if "update-events" not in request.path:
            return reply
        listed = [{k: v for k, v in e.items() if k not in ("size", "sha256")} for e in json.loads(reply.body)]
        body = json.dumps([e | ({} if size is None else {"size": size}) for e in listed]).encode()
        return replace(reply, body=body).having(content_length=str(len(body)))

    rig.honest.answer = answered


def kill(rig: Rig, *, point: str = "", detail: str = "", nth: int = 1, faults=()) -> None:
    """A run whose process ends before the nth point of this name, or of any; time passes until the next."""
    count = 0

    def observe(name: str, about: str) -> None:
        nonlocal count
        if point in ("", name) and detail in about:
            count += 1
            if count >= nth:
                raise Killed

    with pytest.raises(Killed):
        rig.run(faults, observe=observe)
    rig.wall += AGES


def cut_short(rig: Rig) -> Path:
    """A run that ends with half of the file as a partial; its path."""
    rig.run([CUT, Fault("F23", at=2, when=ALWAYS)])
    (part,) = rig.parts()
    assert part.stat().st_size == SIZE // 2
    return part


@pytest.mark.parametrize("extended", [True, False], ids=["extended", "plain"])
def test_f40_killed_anywhere_twice(extended):
    found = enumerate_crashes(EngineProgram(FeedServer(small_truth(1, 300), extended)), crashes=2, kinds=KILL)
    assert found.found == []
    assert len(found.points) > 10
    assert found.plans[1] > 100


def test_f41_killed_between_rename_and_commit(rig):
    kill(rig, point="commit", detail="finish")
    orphans = list((rig.folder / "files").rglob("*.mp3"))
    assert len(orphans) == 1
    assert rig.run().finished
    assert rig.in_sync()
    assert rig.fetched() == 0


@pytest.mark.parametrize("start", ["this one", "another one", ""])
@pytest.mark.parametrize("size", [None, SIZE], ids=["without its size", "with its size"])
def test_f40_of_a_plain_feed_no_byte_comes_twice_while_the_machine_runs(tmp_path, monkeypatch, start, size):
    """Killed at each point of a run: all that was handed to the system is believed, unless the machine was started anew, or nobody says so."""
    whole = Rig(tmp_path / "whole", small_truth(2), extended=False)
    plain(whole, size)
    points = len(points_of(whole))
    for nth in range(2, points, 3):
        monkeypatch.undo()
        rig = Rig(tmp_path / str(nth), whole.truth, extended=False)
        plain(rig, size)
        kill(rig, nth=nth, detail="")
        kept = sum(
            path.stat().st_size for path in rig.folder.rglob("*.*") if path.suffix in (".part", ".mp3")
        )
        if start != "this one":
            monkeypatch.setattr("afterswipe.sync.store.disk._start", lambda: start)
        assert rig.run().finished, nth
        assert rig.in_sync()
        if start == "this one":
            assert rig.fetched() + kept == rig.files(), nth
        shutil.rmtree(rig.folder)


def test_f42_killed_after_the_commit(either):
    seen = points_of(either)
    shutil.rmtree(either.folder)
    last = seen[-1][0]
    kill(either, point=last, nth=[name for name, _ in seen].count(last))
    assert either.run().finished
    assert either.in_sync()
    assert either.fetched() == 0
    assert not either.asked("/sound/")


@pytest.mark.parametrize("extended", [True, False], ids=["extended", "plain"])
def test_f43_power_loss(extended):
    found = enumerate_crashes(
        EngineProgram(FeedServer(small_truth(1, 300), extended)), crashes=1, kinds=EVERY
    )
    assert found.found == []


def test_f43_the_power_loss_is_real(tmp_path):
    """Without the fsync, the simulated disk leaves an empty file under its final name."""
    disk = SimDisk()
    disk.open_part("parts/a")
    disk.append("parts/a", b"bytes")
    disk.rename("parts/a", "files/a")
    assert disk.after(Crash.KILL).files["files/a"] == b"bytes"
    assert disk.after(Crash.POWER_NAMES).files["files/a"] == b""


class FullDisk(Disk):
    """A disk that has no space left for one kind of effect."""

    full = ""

    def append(self, name: str, data: bytes) -> None:
        if self.full == "append":
            super().append(name, data[: len(data) // 2])
            raise DiskFull("planted")
        super().append(name, data)

    def rename(self, part: str, final: str) -> None:
        if self.full == "rename":
            raise DiskFull("planted")
        super().rename(part, final)

    def free(self) -> int:
        return SIZE // 2 if self.full == "free" else super().free()

    def database(self) -> sqlite3.Connection:
        connection = super().database()
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages if self.full == 'commit' else 1 << 30}")
        return connection


@pytest.mark.parametrize("where", ["append", "rename", "free", "commit"])
def test_f44_a_full_disk(either, where):
    assert either.run().finished
    before, cursor = either.held(), either.cursor()
    for number in range(100 if where == "commit" else 1):
        either.truth.add(SOUND, f"new {number}" * 10, SIZE)
    disk = FullDisk(either.folder)
    disk.full = where
    report = either.run(disk=disk)
    disk.close()
    assert report.why is Stop.NEEDS_SPACE, str(report)
    held = either.held()
    assert {key: held[key] for key in before} == before
    if where == "commit":
        assert either.cursor() == cursor
    assert len(either.server.log) < 12, "it does not loop"
    disk.full = ""
    either.wall += AGES
    assert either.run(disk=FullDisk(either.folder)).finished
    assert either.in_sync()


def test_f45_a_partial_that_is_gone(either):
    cut_short(either).unlink()
    assert either.run().finished
    assert either.in_sync()
    assert either.fetched() == SIZE


def test_f45_all_partials_are_gone(either):
    shutil.rmtree(cut_short(either).parent)
    assert either.run().finished
    assert either.in_sync()


@pytest.mark.parametrize("damage", ["flipped", "longer", "much longer", "shorter", "empty"])
def test_f46_a_damaged_partial(rig, damage):
    part = cut_short(rig)
    data = part.read_bytes()
    part.write_bytes(
        {
            "flipped": data[:100] + bytes([data[100] ^ 1]) + data[101:],
            "longer": data + b"junk",
            "much longer": data * 5,
            "shorter": data[:10],
            "empty": b"",
        }[damage]
    )
    assert rig.run().finished
    assert rig.in_sync()
    assert rig.fetched() <= SIZE // 2 + SIZE


@pytest.mark.parametrize("damage", ["longer", "much longer", "shorter", "empty"])
def test_f46_on_a_plain_feed(tmp_path, damage):
    rig = Rig(tmp_path, extended=False)
    part = cut_short(rig)
    data = part.read_bytes()
    part.write_bytes(
        {"longer": data + b"junk", "much longer": data * 5, "shorter": data[:10], "empty": b""}[damage]
    )
    assert rig.run().finished
    assert rig.in_sync()


def test_f46_a_file_that_is_always_wrong_is_reported(rig, monkeypatch):
    """The server's own file is not the one that its feed speaks of."""
    honest = type(rig.honest).event
    monkeypatch.setattr(
        type(rig.honest),
        "event",
        lambda self, event: {
            **honest(self, event),
            **({"sha256": "0" * 64} if event["media_type"] == SOUND else {}),
        },
    )
    report = rig.run()
    assert not report.finished
    assert any(isinstance(problem, WrongFile) for problem in report.problems)
    assert rig.fetched() <= (rig.limits.restarts + 1) * SIZE
    assert all(file is None for _, file in rig.held().values())


def test_f47_two_processes(either):
    """The second starts in the middle of the first."""
    second = Rig(either.folder, either.truth, extended=either.honest.extended)
    errors = []

    def observe(point: str, _detail: str) -> None:
        if point == "append" and not errors:
            errors.append(None)
            try:
                errors[0] = second_run(second)
            except SyncError as error:
                errors[0] = error

    assert either.run(observe=observe, owner="the app").finished
    assert isinstance(errors[0], AnotherProcess), errors
    assert "the app" in str(errors[0])
    assert either.in_sync()
    assert second.run(owner="the extension").finished


def second_run(rig: Rig):
    """A run inside of another one: on a loop of its own, in a thread of its own."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        report = pool.submit(lambda: rig.run(owner="the extension")).result()
    return report.problems[0] if report.problems else report


def test_f47_a_lease_that_is_not_renewed_runs_out(rig):
    count = 0

    def observe(point: str, _detail: str) -> None:
        nonlocal count
        if point == "append":
            raise Killed

    with pytest.raises(Killed):
        rig.run(observe=observe, owner="the app")
    rig.wall += rig.limits.lease_seconds + 1
    assert rig.run(owner="the extension").finished
    assert rig.in_sync()


def error_of(rig: Rig, **options):
    """The error of a run that cannot be, raised or in its report."""
    try:
        report = rig.run(**options)
    except SyncError as error:
        return error
    assert not report.finished, "it finished"
    return report.problems[0]


def test_f48_the_database(rig):
    """One from a newer version is left alone."""
    assert rig.run().finished
    execute(rig.folder, "PRAGMA user_version = 99")
    before = rig.held()
    error = error_of(rig)
    assert isinstance(error, NewerDatabase)
    assert "99" in str(error)
    assert rig.held() == before


def test_f48_a_locked_one(rig):
    assert rig.run().finished
    before = rig.held()
    with closing(sqlite3.connect(rig.folder / "sync.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        error = error_of(rig, disk=Disk(rig.folder, busy_seconds=0.01))
        assert isinstance(error, AnotherProcess)
    assert rig.held() == before
    assert rig.run().finished


@pytest.mark.parametrize("damage", ["garbage", "zeros", "cut", "a page inside"])
def test_f48_a_damaged_one_is_rebuilt(rig, damage):
    assert rig.run().finished
    path = rig.folder / "sync.db"
    for leftover in ("sync.db-wal", "sync.db-shm"):
        (rig.folder / leftover).unlink(missing_ok=True)
    data = path.read_bytes()
    path.write_bytes(
        {
            "garbage": b"this is no database" * 1000,
            "zeros": bytes(len(data)),
            "cut": data[: len(data) // 2 + 17],
            "a page inside": data[:4096] + b"\xff" * 4096 + data[8192:],
        }[damage]
    )
    if damage == "a page inside":  # it is looked for after an unclean end
        with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as database:
            database.execute("UPDATE meta SET clean = 0")
            database.commit()
    assert rig.run().finished
    assert rig.in_sync()
    assert rig.fetched() == 0, "the files are still right"
    assert any("damaged" in path.name for path in rig.folder.iterdir())


def test_f48_one_that_cannot_be_written(rig):
    assert rig.run().finished
    before = rig.held()

    class ReadOnly(Disk):
        def database(self) -> sqlite3.Connection:
            return sqlite3.connect(f"file:{self.root / 'sync.db'}?mode=ro", uri=True, isolation_level=None)

    rig.truth.add(SOUND, "new", 100)
    error = error_of(rig, disk=ReadOnly(rig.folder))
    assert isinstance(error, ReadOnlyDirectory)
    assert rig.held() == before


def test_f48_a_log_that_was_left_behind(rig, tmp_path):
    """What a killed process had committed is in the log, not in the database; both are copied while it still runs."""
    copied = tmp_path / "copied"

    def observe(point: str, detail: str) -> None:
        if point == "rename" and not copied.exists():
            shutil.copytree(rig.folder, copied)

    assert rig.run(observe=observe, limits={"group_files": 1}).finished
    assert (copied / "sync.db-wal").stat().st_size > 0
    after = Rig(copied, rig.truth)
    after.wall = rig.wall + AGES
    assert after.run().finished
    assert after.in_sync()
    assert not after.asked("/author/"), "what was committed is there"


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=ascii)
def test_f49_hostile_names(either, name):
    outside = everything(either.folder.parent)
    report = either.run([Fault("F49", arg=name, when=ALWAYS)])
    assert report.why is Stop.FEED_UNUSABLE
    new = everything(either.folder.parent) - outside
    assert all(path.is_relative_to(either.folder) for path in new)
    assert either.run().finished
    assert either.in_sync()


def everything(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def test_f49_a_title_is_data(either):
    for name in HOSTILE_NAMES:
        either.truth.add(SOUND, name, 10)
    assert either.run().finished
    assert either.in_sync()
    assert {path.name for path in either.folder.parent.iterdir()} == {"here"}


@pytest.mark.parametrize(
    "what", ["the partial", "the folder of partials", "the file", "the folder of files", "the database"]
)
def test_f50_a_symbolic_link(rig, tmp_path, what):
    outside = tmp_path / "outside"
    outside.mkdir()
    secret = outside / "secret"
    secret.write_bytes(b"not ours")
    part = cut_short(rig)
    content = next(content for content in rig.truth.contents.values() if content.file)
    target, to = {
        "the partial": (part, secret),
        "the folder of partials": (part.parent, outside),
        "the file": (rig.folder / "files" / "sound" / f"{content.id}.{part.name.split('.')[2]}.mp3", secret),
        "the folder of files": (rig.folder / "files", outside),
        "the database": (rig.folder / "sync.db", outside / "elsewhere.db"),
    }[what]
    if target.is_dir():
        shutil.rmtree(target)
    target.unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(to)
    before = {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()}
    alone = what in ("the partial", "the file")  # one content's trouble stops no other
    assert isinstance(error_of(rig), DiskRefused if alone else UnsafePath)
    assert {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()} == before
    assert target.is_symlink(), "what is not ours is left alone"
    target.unlink()
    rig.wall += AGES
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize("variant", ["endless", "lying"])
def test_f51_more_bytes_than_promised(either, variant):
    limit = 50_000
    report = either.run([Fault("F51", arg=variant, when=ALWAYS)], limits={"file_bytes": limit})
    assert not report.finished or variant == "lying"
    once = limit if variant == "endless" and not either.honest.extended else SIZE
    assert either.fetched() <= (once + 16_384) * (either.limits.restarts + 1)
    assert all(len(path.read_bytes()) <= once for path in either.folder.rglob("*.mp3"))
    assert all(path.stat().st_size <= once for path in either.parts())
    assert either.run().finished
    assert either.in_sync()


@pytest.mark.parametrize("stopped", [True, False], ids=["the monotonic clock stopped", "both clocks went on"])
def test_f52_suspended_in_the_middle_of_a_read(either, stopped):
    suspended = []

    def observe(point: str, _detail: str) -> None:
        if point == "append" and not suspended:
            suspended.append(point)
            either.clock.jump(0 if stopped else 3 * 86_400, wall=3 * 86_400)

    report = either.run([Fault("F13")], observe=observe)
    if stopped:
        assert report.finished, str(report)
        assert either.fetched() == SIZE
    else:
        assert report.finished or report.why in (Stop.DEADLINE, Stop.LEASE_LOST), str(report)
        assert either.run().finished
    assert either.in_sync()


def test_f52_being_asked_to_stop_is_no_error_of_the_network(either):
    taken = []
    report = either.run(
        [Fault("F20")],
        until=lambda: len(taken) > 2,
        observe=lambda point, _: taken.append(point) if point == "append" else None,
    )
    assert report.why is Stop.ASKED_TO_STOP
    assert report.problems == []
    (part,) = either.parts()
    kept = part.stat().st_size
    assert kept > 0
    assert either.run().finished
    assert either.in_sync()
    assert either.fetched() == SIZE - kept


def test_f53_low_data_mode_half_way(tmp_path):
    """The setting changes after the first of five files; the others wait."""
    rig = Rig(
        tmp_path,
        small_truth(5),
        limits=Rig(tmp_path).limits.__class__(concurrency=1, reserve_bytes=0, group_files=1),
    )
    asked = []

    def policy() -> Stop | None:
        asked.append(None)
        return Stop.WAITING_FOR_WIFI if list((tmp_path / "files").rglob("*.mp3")) else None

    report = rig.run(policy=policy)
    assert report.why is Stop.WAITING_FOR_WIFI, str(report)
    assert report.left == 4
    assert len(asked) == 2, "it is asked before each file, and not again after its no"
    assert len(list((tmp_path / "files").rglob("*.mp3"))) == 1
    assert rig.run().finished
    assert rig.in_sync()
    assert rig.fetched() == 4 * SIZE


def test_f54_nothing_is_written_after_the_end(either):
    """Asked to stop at each point in turn: it ends soon, nothing goes on (the rig looks), and a later run completes."""
    points = len(points_of(either))
    for nth in range(1, points + 1, 3):
        shutil.rmtree(either.folder)
        seen: list[str] = []
        report = either.run(until=lambda: len(seen) >= nth, observe=lambda point, _: seen.append(point))  # noqa: B023 - used at once
        assert report.finished or report.why is Stop.ASKED_TO_STOP
        assert len(seen) <= nth + 12, seen[nth:]
        assert either.run().finished
        assert either.in_sync()


@pytest.mark.parametrize("nth", [1, 5, 12, 20, 28])
def test_f54_after_close_no_point_is_passed(tmp_path, nth):
    """`Sync.close()` at any moment: the run ends at once, and not even its good end is written."""

    folder = tmp_path / "here"
    seen: list[str] = []

    async def main():
        clock = LoopClock()
        async with FaultyTransport(FeedServer(small_truth(3)), clock=clock).client() as client:
            engine = Sync(client, "https://feed.example/", folder, clock=clock, observe=observe)
            made.append(engine)
            return await engine.run()

    def observe(point: str, _detail: str) -> None:
        seen.append(point)
        if len(seen) == nth:
            made[0].close()

    made: list[Sync] = []
    report = run(main())
    assert report.why is Stop.ASKED_TO_STOP
    assert len(seen) == nth, seen[nth:]


def test_f54_a_cancelled_run_writes_nothing_more(tmp_path):
    """Logging out cancels the task and deletes the folder; nothing brings it back."""

    folder = tmp_path / "here"

    async def main() -> int:
        clock = LoopClock()
        transport = FaultyTransport(FeedServer(small_truth(5)), [Fault("F20", when=ALWAYS)], clock=clock)
        async with transport.client() as client:
            task = asyncio.get_running_loop().create_task(
                Sync(client, "https://feed.example/", folder, clock=clock).run()
            )
            await asyncio.sleep(10)
            assert folder.exists()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            shutil.rmtree(folder)
            asked = len(transport.server.log)
            await asyncio.sleep(3600)
            return len(transport.server.log) - asked

    assert run(main()) == 0
    assert not folder.exists()


def test_every_store_error_says_what_to_do():
    for kind in (AnotherProcess, DiskFull, NewerDatabase, ReadOnlyDirectory, UnsafePath):
        assert issubclass(kind, StoreError)
