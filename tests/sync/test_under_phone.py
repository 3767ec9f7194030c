"""The engine as an app's code: whatever the phone does to the app, it ends where an undisturbed run ends."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest

import afterswipe
from afterswipe import Phone, State
from afterswipe.sync import Stop
from faultlab.crashes.oracle import full_resync
from faultlab.disks.sim_disk import Gone
from faultlab.servers.server import AUTHOR, SOUND, FeedServer, Truth
from faultlab.under_phone import Container, PhoneClock, serve, sync_of

from .endings import on_simulated

DAYS = 24
MOMENTS = [seconds / 4 for seconds in range(1, 15)]
"""Before the list is there, in the middle of the files, and at their end: 2.4 MB at 8 Mbit/s."""


class StandingClock(PhoneClock):
    """A clock that stands still while the app is suspended, as one of Apple's does while the device sleeps."""

    def __init__(self, app):
        super().__init__(app)
        self.lost = 0.0

    def monotonic(self):
        return super().monotonic() - self.lost


class World:
    """A phone, a feed of three sounds, and an app that syncs at each launch until everything is here."""

    def __init__(self, *, extended=True, ios="18", clock=PhoneClock, main=None, size=800_000):
        truth = Truth()
        truth.add(AUTHOR, "an author")
        for title in ("one", "two", "three"):
            truth.add(SOUND, title, size)
        self.server = FeedServer(truth, extended)
        self.phone = Phone(ios=ios)
        self.phone.network.downlink = 8  # Mbit/s
        self.feed = serve(self.phone, self.server)
        self.container = Container()
        self.clock = clock
        self.reports = []
        self.launches = []
        self.app = main or self.main

    def opened(self):
        self.phone.open(self.app)
        return self

    def sync(self, app, **options):
        return sync_of(app, self.feed, self.container, clock=self.clock(app), **options)

    async def main(self, app):
        self.launches.append(app.launch_reason)
        while not self.reports or not self.reports[-1].finished:
            self.reports.append(await self.sync(app).run())
            await asyncio.sleep(1)

    def ends_equal(self):
        assert self.reports[-1].finished
        left = self.container.left()
        assert on_simulated(left) == full_resync(self.server.answer)
        assert not [name for name in left.files if name.startswith("parts/")]


@pytest.fixture(params=[True, False], ids=["extended", "plain"])
def extended(request):
    return request.param


def test_undisturbed(extended):
    world = World(extended=extended).opened()
    world.phone.wait(minutes=1)
    world.ends_equal()
    assert len(world.reports) == 1


@pytest.mark.parametrize("moment", MOMENTS)
def test_suspended_for_three_days(extended, moment):
    """F52: sockets are dead, hours have passed."""
    world = World(extended=extended).opened()
    world.phone.wait(seconds=moment)
    world.phone.swipe_up()
    world.phone.wait(hours=3 * DAYS)
    assert world.phone.app_state is State.SUSPENDED
    world.phone.open()
    world.phone.wait(minutes=1)
    world.ends_equal()
    assert world.launches == ["person"]
    assert {report.why for report in world.reports} <= {Stop.DEADLINE, Stop.FINISHED}, (
        "no error of the network"
    )


@pytest.mark.parametrize("moment", MOMENTS[::4])
def test_suspended_while_the_clock_stood_still(extended, moment):
    clocks = []

    def clock(app):
        clocks.append(StandingClock(app))
        return clocks[-1]

    world = World(extended=extended, clock=clock).opened()
    world.phone.wait(seconds=moment)
    world.phone.swipe_up()
    world.phone.wait(hours=3 * DAYS)
    clocks[-1].lost = 3 * DAYS * 3600 - 1
    world.phone.open()
    world.phone.wait(minutes=1)
    world.ends_equal()
    assert len(world.reports) == 1


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("end", ["memory_pressure", "force_quit"])
def test_ended_and_launched_again(extended, moment, end):
    world = World(extended=extended).opened()
    world.phone.wait(seconds=moment)
    if end == "memory_pressure":
        world.phone.swipe_up()
    getattr(world.phone, end)()
    assert world.phone.app_state is State.NOT_RUNNING
    world.phone.wait(hours=1)
    world.phone.open()
    world.phone.wait(minutes=1)
    world.ends_equal()
    assert world.launches == ["person", "person"]


def test_ended_again_and_again(extended):
    world = World(extended=extended).opened()
    for _ in range(40):
        world.phone.wait(seconds=0.7)
        world.phone.force_quit()
        world.phone.open()
    world.phone.wait(minutes=1)
    world.ends_equal()


def expires(world):
    """Left after a second with an assertion; ended by the system later, and opened again."""
    world.opened()
    world.phone.wait(seconds=1)
    world.phone.swipe_up()
    world.phone.wait(hours=1)
    assert world.phone.app_state is State.SUSPENDED, "it ended its background task in time"
    world.phone.memory_pressure()
    world.phone.network.downlink = 8
    world.phone.open()
    world.phone.wait(minutes=1)
    world.ends_equal()


def test_the_end_of_the_background_time_stops_it_in_good_order(extended):
    async def main(app):
        time_is_up = asyncio.Event()
        task = app.begin_background_task("sync", time_is_up.set)
        world.reports.append(await world.sync(app).run(until=time_is_up))
        app.end_background_task(task)

    world = World(extended=extended, main=main, size=12_000_000)
    expires(world)
    assert [report.why for report in world.reports] == [Stop.ASKED_TO_STOP, Stop.FINISHED], (
        "no error of the network"
    )
    fetched = sum(report.bytes_fetched for report in world.reports)
    assert fetched < 3 * 12_000_000 + 10_000, "no byte of a file came twice"


def test_the_end_of_the_background_time_while_nothing_arrives(extended):
    """`until` is looked at between pieces. An app that cannot wait for the next one cancels, and that is safe too."""

    async def main(app):
        work = asyncio.ensure_future(world.sync(app).run())
        task = app.begin_background_task("sync", work.cancel)
        try:
            world.reports.append(await work)
        except asyncio.CancelledError:
            cancelled.append(app.now)
        app.end_background_task(task)

    cancelled = []
    world = World(extended=extended, main=main)
    world.phone.network.downlink = 0.5  # Mbit/s: seconds between two pieces
    expires(world)
    assert len(cancelled) == 1


def test_what_was_handed_over_is_adopted_by_a_process_that_the_system_launched():
    async def main(app):
        world.launches.append(app.launch_reason)
        sync, session = world.sync(app), app.background_url_session
        if not session.downloads():
            await world.sync(app, policy=lambda: Stop.ASKED_TO_STOP).run()
            for file in sync.pending_files():
                session.download(file.url, name=file.name)
            await asyncio.sleep(1_000_000)
        done = {task.name: task.content for task in session.downloads()}
        assert all(sync.adopt(file, done[file.name]) for file in sync.pending_files())
        world.reports.append(await sync.run())

    world = World(main=main)
    world.opened()
    world.phone.wait(seconds=1)
    world.phone.swipe_up()
    world.phone.wait(seconds=1)
    world.phone.memory_pressure()
    world.phone.wait(hours=1)
    world.ends_equal()
    assert world.launches == ["person", "background URLSession"]
    assert world.reports[0].bytes_fetched < 10_000


def test_a_process_that_is_gone_writes_nothing():
    world = World().opened()
    first = world.container.disk(world.phone.app)
    world.phone.force_quit()
    world.phone.open()
    assert world.container.disk(world.phone.app) is not first
    with pytest.raises(Gone):
        first.unlink("parts/x.part")


def test_the_same_process_keeps_its_disk():
    world = World().opened()
    assert world.container.disk(world.phone.app) is world.container.disk(world.phone.app)


def test_python_ends_well_while_a_process_is_suspended_in_a_read():
    program = """
from afterswipe import MB, Phone
from faultlab.under_phone import Container, serve, sync_of
phone, container = Phone(), Container()
feed = serve(phone, {"one": 20 * MB, "two": 20 * MB})
async def music(app):
    try:
        await sync_of(app, feed, container).run()
    finally:
        print("code of a process that is gone")
phone.open(music)
phone.wait(seconds=2)
phone.swipe_up()
phone.wait(hours=1)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_the_engine_knows_nothing_of_phones():
    """It takes words and errors from the package, and nothing that models a phone; and the phone takes nothing from it."""
    package = Path(afterswipe.__file__).parent
    for path in package.rglob("*.py"):
        taken = set(re.findall(r"^\s*from afterswipe\.(\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
        engine = path.is_relative_to(package / "sync")
        assert taken <= {"errors", "units", "sync"} if engine else "sync" not in taken, path


def test_the_package_is_imported_without_the_engine():
    program = "import sys, afterswipe; print([name for name in sys.modules if 'sync.' in name and 'afterswipe' in name])"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert shown == "[]\n"
