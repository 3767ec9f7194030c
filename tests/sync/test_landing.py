"""A group lands while the next one comes: what may go on meanwhile, what may not, and what an end in between leaves."""

import asyncio
from dataclasses import replace

import pytest

from afterswipe.sync import Disk, Stop, Sync
from faultlab.clock import LoopClock
from faultlab.servers.faulty import FaultyTransport

from .rig import BASE, Rig, most_at_once, small_truth

BOUND = {"concurrency": 2, "group_files": 8}


class SlowDisk(Disk):
    """A disk that needs ten seconds of virtual time to sync a group ahead."""

    def __init__(self, folder):
        super().__init__(folder)
        self.said: list[tuple[str, str]] = []
        self.known: set[str] = set()
        self.begun = asyncio.Event()

    def fsync_ahead(self, names):
        fresh = [name for name in names if name in self._open and name not in self.known]
        if not fresh:
            return None
        self.known.update(fresh)
        begun = " ".join(fresh)
        done = asyncio.get_running_loop().create_future()

        def end():
            self.said.append(("done", begun))
            done.set_result(None)

        self.begun.set()
        self.said.append(("begun", begun))
        asyncio.get_running_loop().call_later(10, end)
        return done

    def observe(self, name, detail):
        self.said.append((name, detail))


@pytest.fixture
def rig(tmp_path):
    return Rig(tmp_path, small_truth(sounds=30, size=500))


def ran(rig, disk, until=None, **limits):
    return rig.run(disk=disk, until=until, observe=disk.observe, limits=BOUND | limits)


def test_requests_go_on_while_a_group_is_synced(rig):
    disk = SlowDisk(rig.folder)
    assert ran(rig, disk).finished
    assert rig.in_sync()
    whiles = "".join({"begun": "(", "request": "r", "done": ")"}.get(name, "") for name, _ in disk.said)
    assert "(rr" in whiles.replace("r)", ")")


def test_no_name_is_given_before_its_group_is_synced(rig):
    disk = SlowDisk(rig.folder)
    assert ran(rig, disk).finished
    synced = set()
    for name, detail in disk.said:
        if name == "fsync":
            synced.add(detail.split(".")[1])
        if name == "rename":
            assert detail.split("/")[-1].split(".")[0] in synced


def test_what_has_come_and_not_landed_has_a_bound(rig):
    """A power failure takes a group at most, and what was under way."""
    disk = SlowDisk(rig.folder)
    assert ran(rig, disk, concurrency=4).finished
    assert BOUND["group_files"] <= most_at_once(disk.said) < BOUND["group_files"] + 4
    syncs = [(name, detail.split()) for name, detail in disk.said if name in ("begun", "done")]
    syncs = syncs[:-1] if syncs[-1][0] == "begun" else syncs  # for what is left at the end nobody waits
    assert [name for name, _ in syncs] == ["begun", "done"] * (len(syncs) // 2), "one group after the other"
    assert BOUND["group_files"] // 2 <= max(len(names) for _, names in syncs) <= BOUND["group_files"]


def test_an_end_while_a_group_is_synced_loses_nothing_of_it(rig):
    disk = SlowDisk(rig.folder)
    report = ran(rig, disk, until=disk.begun.is_set, concurrency=1)
    assert report.why is Stop.ASKED_TO_STOP
    assert report.done == BOUND["group_files"] - 2  # the last two places are for what comes meanwhile
    asked = {request.path for request, _ in rig.server.log if request.path.endswith(".mp3")}
    assert rig.run().finished
    assert rig.in_sync()
    assert not asked & {request.path for request, _ in rig.server.log}


def test_in_real_time_and_in_threads(tmp_path):
    """The same on a real loop, where the disk has threads."""
    rig = Rig(tmp_path, small_truth(sounds=30, size=500))
    disk, threads = Disk(tmp_path), []
    ahead = disk.fsync_ahead

    def noted(names):
        began = ahead(names)
        threads.append(began is not None)
        return began

    disk.fsync_ahead = noted
    clock, wait = LoopClock(), replace(rig.limits, **BOUND)
    client = FaultyTransport(rig.server, clock=clock).client()
    assert asyncio.run(Sync(client, BASE, disk, clock=clock, limits=wait).run()).finished
    assert rig.in_sync()
    assert any(threads)
