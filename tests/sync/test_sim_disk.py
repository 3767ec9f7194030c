"""The simulated disk: it does what the real one does, and a crash takes from it what a crash takes."""

from contextlib import closing
from itertools import count

import pytest

from afterswipe.sync.errors import DiskFull, StoreError
from afterswipe.sync.store.disk import Disk
from faultlab.crashes.crash import EVERY, KILL, POWER, enumerate_crashes, look
from faultlab.disks.sim_disk import NOTHING, Crash, Gone, SimDisk

PART, FINAL = "parts/1.part", "files/sound/1"
DATA = bytes(range(200))


@pytest.fixture(params=["real", "simulated"])
def disk(request, tmp_path):
    if request.param == "simulated":
        yield SimDisk()
    else:
        real = Disk(tmp_path)
        yield real
        real.close()


def read(disk, name):
    return b"".join(disk.read(name))


# Both disks, by the same contract.


def test_a_part_is_empty_at_first_and_grows_at_its_end(disk):
    assert disk.size(PART) is None
    assert disk.open_part(PART) == 0
    disk.append(PART, DATA[:70])
    disk.append(PART, DATA[70:])
    assert disk.size(PART) == 200
    assert read(disk, PART) == DATA
    assert disk.open_part(PART) == 200


def test_what_is_appended_after_a_truncate_follows_what_is_left(disk):
    disk.open_part(PART)
    disk.append(PART, DATA)
    disk.truncate(PART, 50)
    disk.append(PART, DATA[50:60])
    assert read(disk, PART) == DATA[:60]


def test_a_renamed_file_has_its_new_name_alone_and_replaces_another(disk):
    for content in (b"old", DATA):
        disk.open_part(PART)
        disk.append(PART, content)
        disk.fsync(PART)
        disk.rename(PART, FINAL)
        disk.fsync_directory("files/sound")
    assert read(disk, FINAL) == DATA
    assert dict(disk.sizes("parts")) == {}
    assert dict(disk.sizes("files/sound")) == {FINAL: len(DATA)}


def test_unlink_does_not_mind_that_there_is_nothing(disk):
    disk.open_part(PART)
    disk.unlink(PART)
    disk.unlink(PART)
    assert disk.size(PART) is None
    assert dict(disk.sizes("parts")) == {}
    assert disk.free() > 0


def test_a_file_that_is_not_there_cannot_be_read(disk):
    with pytest.raises(StoreError):
        read(disk, PART)


def test_a_database_set_aside_is_gone(disk):
    with closing(disk.database()) as database:
        database.execute("CREATE TABLE have (name)")
    disk.set_database_aside()
    with closing(disk.database()) as database:
        assert database.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)


# What only the simulated one does.


def written(disk: SimDisk, *steps: str) -> SimDisk:
    disk.open_part(PART)
    disk.append(PART, DATA)
    for step in steps:
        match step:
            case "fsync":
                disk.fsync(PART)
            case "rename":
                disk.rename(PART, FINAL)
            case folder:
                disk.fsync_directory(folder)
    return disk


ZEROS = bytes(200)


@pytest.mark.parametrize(
    ("steps", "crash", "left"),
    [
        ((), Crash.KILL, {PART: DATA}),
        ((), Crash.POWER, {}),
        ((), Crash.POWER_NAMES, {PART: b""}),
        ((), Crash.POWER_LENGTHS, {PART: ZEROS}),
        (("fsync",), Crash.POWER, {}),
        (("fsync",), Crash.POWER_NAMES, {PART: DATA}),
        (("fsync",), Crash.POWER_LENGTHS, {PART: DATA}),
        (("parts",), Crash.POWER, {PART: b""}),
        (("fsync", "parts"), Crash.POWER, {PART: DATA}),
        (("fsync", "parts", "rename"), Crash.POWER, {PART: DATA}),
        (("rename", "files/sound"), Crash.KILL, {FINAL: DATA}),
        (("rename", "files/sound"), Crash.POWER, {FINAL: b""}),
        (("rename", "files/sound"), Crash.POWER_LENGTHS, {FINAL: ZEROS}),
        (("fsync", "rename"), Crash.POWER_NAMES, {FINAL: DATA}),
        (("fsync", "rename", "files/sound"), Crash.POWER, {FINAL: DATA}),
    ],
)
def test_a_crash_leaves_what_it_should(steps, crash, left):
    assert written(SimDisk(), *steps).after(crash).files == left


def test_what_was_cut_off_is_there_again_after_a_power_loss():
    disk = written(SimDisk(), "fsync", "parts")
    disk.truncate(PART, 10)
    assert disk.after(Crash.KILL).files == {PART: DATA[:10]}
    assert disk.after(Crash.POWER).files == {PART: DATA}
    assert disk.after(Crash.POWER_LENGTHS).files == {PART: DATA[:10]}


def test_after_a_kill_what_was_not_synced_is_still_not_synced():
    killed = SimDisk(written(SimDisk()).after(Crash.KILL))
    assert killed.after(Crash.KILL).files == {PART: DATA}
    assert killed.after(Crash.POWER).files == {}
    killed.open_part(PART)
    killed.fsync(PART)
    killed.fsync_directory("parts")
    assert killed.after(Crash.POWER).files == {PART: DATA}


def test_a_crash_keeps_what_is_committed_and_drops_what_is_not():
    disk = SimDisk()
    database = disk.database()
    database.execute("CREATE TABLE have (name)")
    database.execute("BEGIN")
    database.execute("INSERT INTO have VALUES ('open')")
    assert SimDisk(disk.after(Crash.KILL)).database().execute("SELECT * FROM have").fetchall() == []
    database.execute("COMMIT")
    for crash in EVERY:
        again = SimDisk(disk.after(crash)).database()
        assert again.execute("SELECT * FROM have").fetchall() == [("open",)]


def test_a_process_that_is_gone_does_nothing_more():
    disk = written(SimDisk())
    database = disk.database()
    disk.die()
    for effect in (
        lambda: disk.append(PART, b"more"),
        lambda: disk.fsync(PART),
        lambda: disk.unlink(PART),
        lambda: disk.size(PART),
        lambda: database.execute("SELECT 1"),
    ):
        with pytest.raises(Gone):
            effect()
    assert disk.after(Crash.KILL).files == {PART: DATA}


def test_a_full_disk_keeps_what_fits():
    disk = SimDisk(capacity=150)
    disk.open_part(PART)
    with pytest.raises(DiskFull):
        disk.append(PART, DATA)
    assert disk.size(PART) == 100


# The enumeration, over a program of a few lines.


def counting(disk: SimDisk):
    """Counts to three in the database, and to three in a file."""
    database = disk.database()
    database.execute("CREATE TABLE IF NOT EXISTS number (is_now)")
    while (now := database.execute("SELECT count(*) FROM number").fetchone()[0]) < 3:
        disk.open_part(FINAL)
        disk.truncate(FINAL, now)
        disk.append(FINAL, b"x")
        disk.fsync(FINAL)
        disk.fsync_directory("files/sound")
        database.execute("INSERT INTO number VALUES (1)")
    return []


def ends_at(number: int) -> SimDisk:
    """A disk whose process is gone when it comes to this point."""
    points = count(1)

    def watch(_point, _detail):
        if next(points) == number:
            disk.die()

    disk = SimDisk(watch=watch)
    return disk


def test_looking_is_the_same_as_killing():
    """What the enumeration says a crash leaves is what a run that really ends there leaves."""
    run = look(counting)
    for number, crash, left in run.left:
        disk = ends_at(number)
        if number < len(run.points):
            with pytest.raises(Gone):
                counting(disk)
        else:
            counting(disk)
        assert disk.after(crash) == left


def test_every_plan_is_counted_and_every_disk_is_run_once():
    once = enumerate_crashes(counting, crashes=1, kinds=KILL)
    twice = enumerate_crashes(counting, crashes=2, kinds=KILL)
    assert once.found == twice.found == []
    assert once.plans == [len(once.points)]
    by_hand = sum(len(look(counting, left, KILL).points) for _, _, left in look(counting, NOTHING, KILL).left)
    assert twice.plans == [len(once.points), by_hand]
    assert once.disks < twice.disks < sum(twice.plans)


def test_any_number_of_crashes_ends_where_no_new_disk_comes():
    every = enumerate_crashes(counting, crashes=None)
    assert every.complete
    assert every.found == []
    assert every.disks >= enumerate_crashes(counting, crashes=2).disks


def test_without_a_sync_only_a_power_loss_finds_it():
    def unsynced(disk: SimDisk):
        disk.fsync = lambda _name: None
        return counting(disk)

    assert enumerate_crashes(unsynced, kinds=KILL, crashes=None).found == []
    (found,) = enumerate_crashes(unsynced, kinds=POWER).found
    assert len(found.plan) == 1
    assert found.plan[0].crash is Crash.POWER


def test_the_first_plan_that_is_found_has_the_fewest_crashes():
    def wrong_after_two(disk: SimDisk):
        database = disk.database()
        database.execute("CREATE TABLE IF NOT EXISTS starts (at)")
        if database.execute("SELECT count(*) FROM starts").fetchone()[0] < 3:
            database.execute("INSERT INTO starts VALUES (1)")
        return ["a third start"] if database.execute("SELECT count(*) FROM starts").fetchone()[0] > 2 else []

    assert enumerate_crashes(wrong_after_two, crashes=1, same=lambda _disk: None).found == []
    (found,) = enumerate_crashes(wrong_after_two, crashes=2, same=lambda _disk: None).found
    assert len(found.plan) == 2


def test_a_disk_that_never_repeats_is_reported():
    def growing(disk: SimDisk):
        disk.open_part(PART)
        disk.append(PART, b"x")
        return []

    with pytest.raises(AssertionError, match="never repeats"):
        enumerate_crashes(growing, crashes=None, kinds=KILL, same=lambda _disk: None, states_max=20)
