"""The engine's face: `Sync`, which brings a directory to where a feed is, and can be stopped anywhere."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from inspect import iscoroutinefunction
from io import BytesIO
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

from afterswipe.sync.feed.jobs import Job, is_ours
from afterswipe.sync.feed.protocol import file_url
from afterswipe.sync.store.disk import CHUNK, Disk, this_process
from afterswipe.sync.store.lease import Lease
from afterswipe.sync.store.points import Observer, Points, pointed
from afterswipe.sync.store.schema import mapped
from afterswipe.sync.store.store import Store
from afterswipe.sync.transfer.fetcher import Arrived, Fetcher
from afterswipe.sync.transfer.wire import Wire, without_user

from .clock import Clock
from .core import Ended
from .driver import Driver, jobs_of
from .errors import AnotherProcess, CorruptDatabase, DirectoryGone, DiskFull
from .limits import Limits
from .outcome import Halt, Phase, Progress, Report, Stop

_OWNER_BITS = 64
type Tell = Callable[[Progress], None] | None
type Until = float | asyncio.Event | Callable[[], bool] | None
"""When to end: seconds of the clock's `monotonic`, a flag, or a function that says so."""


def always() -> Stop | None:
    """Never waits. A policy is asked before each file and says why not, such as `Stop.WAITING_FOR_WIFI`."""
    return None


@dataclass(frozen=True)
class PendingFile:
    """A file that is still to be got, as a background session could. `offset` bytes of it are here."""

    url: str
    name: str
    size: int | None
    sha256: str | None
    offset: int


@dataclass(frozen=True)
class Durable:
    """What a directory holds now, as the next run will find it."""

    contents: int
    files: int
    bytes: int
    pending: int
    bytes_in_parts: int
    cursor: str | None


class Sync:
    """Syncs a feed into a directory.

    `client` is an `httpx.AsyncClient` or an `httpx2` one, `url` the feed's root, `directory` a path or a
    `Disk`. The same `owner` may take its own lease again at once; the default names this process. `hosts` are
    others to which a redirect may lead. `observe` is told of every I/O point before it happens.
    """

    store_type, fetcher_type = Store, Fetcher  # to be replaced by tests

    def __init__(
        self, client: Any, url: str, directory: str | Path | Disk, *,
        clock: Clock | None = None, limits: Limits | None = None, rng: Random | None = None,
        policy: Callable[[], Stop | None] = always, owner: str | None = None,
        hosts: tuple[str, ...] = (), observe: Observer | None = None,
    ) -> None:  # fmt: skip
        url, self._user = without_user(url)
        self.base = url.rstrip("/").removesuffix("/v3") + "/"
        self.clock, self.limits, self.rng = clock or Clock(), limits or Limits(), rng or Random()
        self.owner = owner or this_process(self.rng.getrandbits(_OWNER_BITS))
        self._client, self._policy, self._hosts, self._observe = client, policy, hosts, observe
        self._disk: Disk = Disk(directory) if isinstance(directory, str | Path) else directory
        self._closed = self._running = False

    def close(self) -> None:
        """Write nothing from now on, whatever is under way: the person logged out, or the data is deleted."""
        self._closed = True

    async def run(self, until: Until = None, progress: Tell = None) -> Report:
        """Sync, and say what was done, what is left and why it ended.

        Raises StoreError where the directory cannot be used. Everything that a server or a network does ends
        in a report. It ends in good order when `until` says so; being cancelled or killed is safe too, and
        costs the next run a look at the newest files.
        """
        if iscoroutinefunction(until):
            raise TypeError("`until` is asked, not awaited. Give a function that is not async, or a flag.")
        try:
            with _begun(self, until, progress) as run:
                return await run.run()
        except Halt as halt:  # closed before it began
            return Report(halt.why)

    def state(self) -> Durable:
        """What is durable now."""
        with _opened(self) as (disk, store):
            parts = sum(size for name, size in disk.sizes("parts") if is_ours(name))
            return Durable(*store.here(), len(store.left()), parts, store.place().cursor)

    def pending_files(self) -> list[PendingFile]:
        """The files that are still to be got, oldest first."""
        with _opened(self) as (disk, store):
            jobs = [(job, job.file) for job in jobs_of(store) if job and job.file]
            has, url = dict(disk.sizes("parts")), partial(file_url, self.base)
            return [PendingFile(url(j.media, j.content), j.final, *f, has.get(j.part, 0)) for j, f in jobs]

    def adopt(self, pending: PendingFile, source: str | Path | bytes) -> bool:
        """Take a file that somebody else has downloaded, such as a background session.

        True if it is now here; False if nobody wants it any more or it is not the right one. Its metadata,
        and the end of its event, come with the next run.
        """
        with suppress(Halt), _begun(self) as run:
            return run.adopt(pending, source)
        return False


def _ended_by(error: Halt | DiskFull | AnotherProcess) -> Ended:
    why = Stop.NEEDS_SPACE if isinstance(error, DiskFull) else Stop.LEASE_LOST
    return Ended(error.why, error.problem, error.not_before) if isinstance(error, Halt) else Ended(why, error)


@contextmanager
def _begun(sync: Sync, until: Until = None, progress: Tell = None) -> Iterator["_Run"]:
    """One thing at a time: the same owner would not keep itself out."""
    if sync._running:
        raise AnotherProcess("This Sync is running. Wait for its report first.")
    sync._running = True
    try:
        run = _Run(sync, until, progress)
        with closing(run.disk), closing(run.store):
            yield run
    finally:
        sync._running = False


@contextmanager
def _opened(sync: Sync) -> Iterator[tuple[Disk, Store]]:
    """The store of a directory, to look at: where it was since removed or replaced, that makes no new one."""
    sync._disk.stands()
    with closing(sync.store_type(sync._disk, lambda _name, _detail: None)) as store, mapped():
        yield sync._disk, store


class _Run:
    """One run's parts, put together."""

    def __init__(self, sync: Sync, until: Until, progress: Tell) -> None:
        self.sync, self.tell, self.phase = sync, progress, Phase.CHECKING
        self.until: Any = getattr(until, "is_set", until)
        clock, limits, self.started = sync.clock, sync.limits, sync.clock.monotonic()
        self.points = Points(sync._observe, self.closed)
        self.disk = pointed(sync._disk, self.points)
        self.store = sync.store_type(self.disk, self.points)
        self.lease = Lease(self.store, sync.owner, limits.lease_seconds, clock)
        self.store.guard = self.lease.keep
        self.wire = Wire(sync._client, sync.base, hosts=sync._hosts, user=sync._user,
                         limits=limits, clock=clock, rng=sync.rng, point=self.alive)  # fmt: skip
        self.fetcher = sync.fetcher_type(self.lease, self.wire, sync._policy, self.changed)

    async def run(self) -> Report:
        try:
            return await self.once()
        except CorruptDatabase:
            self.store.rebuild()
            self.fetcher.arrived.clear()
            return await self.once()

    async def once(self) -> Report:
        self.lease.take()
        try:
            driver = Driver(self.fetcher, phase=self.enter, look=self.look)
            ended = await driver.run(watched=self.until is not None)
        except (Halt, DiskFull, AnotherProcess) as error:
            ended = _ended_by(error)
        except asyncio.CancelledError:
            self.end(Ended(Stop.ASKED_TO_STOP))
            raise
        except Exception as error:
            if not isinstance(error, CorruptDatabase | DirectoryGone):
                self.lease.release(clean=False)
            raise
        return self.end(ended)

    def end(self, ended: Ended) -> Report:
        """End in good order: keep what is under way, let the next one in, and say how it went."""
        try:
            if ended.why is not Stop.LEASE_LOST:
                self.lease.keep()
                try:
                    self.fetcher.hold_all()
                except DiskFull as error:
                    ended = _ended_by(error)
                if ended.not_before is not None:
                    self.store.set_not_before(ended.not_before)
                self.lease.release(clean=not self.lease.unclean)
        except (Halt, DiskFull, AnotherProcess) as error:
            ended = _ended_by(error)
        self.enter(Phase.DONE)
        tally, left = self.fetcher.tally, len(self.store.left())
        found = dict.fromkeys(chain([ended.problem], *tally.problems.values()))
        problems = [problem for problem in found if problem is not None]
        problems += self.sync._disk.remarks.values()
        self.sync._disk.remarks.clear()
        of = tally.done, left, tally.bytes_fetched, self.wire.requests
        return Report(ended.why, *of, problems, ended.not_before)

    def closed(self) -> None:
        if self.sync._closed:
            raise Halt(Stop.ASKED_TO_STOP)

    def look(self) -> None:
        """Raise Halt when the run is to end."""
        now = self.sync.clock.monotonic()
        if self.until is not None and (self.until() if callable(self.until) else now >= self.until):
            raise Halt(Stop.ASKED_TO_STOP)
        if now - self.started >= self.sync.limits.total_seconds:
            raise Halt(Stop.DEADLINE)

    def alive(self, *point: str) -> None:
        """Before each wait, which may be a point: whoever waits long for a server is at work all the same."""
        if point:
            self.points(*point)
        self.lease.keep(sure=False)
        self.look()

    def enter(self, phase: Phase) -> None:
        self.phase = phase
        self.changed()

    def changed(self) -> None:
        """Tell how far the run is."""
        if self.tell is not None:
            self.tell(self.fetcher.tally.progress(self.phase))

    def adopt(self, pending: PendingFile, source: str | Path | bytes) -> bool:
        self.lease.take()
        jobs = [job for job in jobs_of(self.store) if job and job.file and job.final == pending.name]
        taken = bool(jobs) and self.take(jobs[0], source)
        self.lease.release(clean=not self.lease.unclean)
        return taken

    def take(self, job: Job, source: str | Path | bytes) -> bool:
        assert job.file is not None
        if self.disk.open_part(job.part):
            self.disk.truncate(job.part, 0)
        with BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb") as file:
            while piece := file.read(CHUNK):
                self.disk.append(job.part, piece)
        have = self.fetcher.verify(job, job.file)
        if have is None or not have.size:
            self.disk.truncate(job.part, 0)
            return False
        for _, error in self.fetcher.land([Arrived(replace(job, events=()), have=have, moves=True)]):
            raise error
        return True  # its events stay: its metadata may be missing
