"""Broken variants of the engine, each with the invariant that must fail and the dimension that shows it.

They check the checks: an invariant that no bug breaks says nothing, and neither does a crash that finds none. Each bug is
one that has been made before, in one method or one function. None of them shows in a run that nothing disturbs.
"""

import asyncio
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from afterswipe.sync.engine import Sync
from afterswipe.sync.feed import jobs
from afterswipe.sync.feed.jobs import Job
from afterswipe.sync.feed.protocol import Event, FileInfo, Page
from afterswipe.sync.feed.records import Had, Have, Known
from afterswipe.sync.store.store import Finished, Store
from afterswipe.sync.transfer.answers import Ask
from afterswipe.sync.transfer.fetcher import Arrived, Fetcher, Refused, Turn
from afterswipe.sync.transfer.wire import Opened
from faultlab.disks.sim_disk import SimDisk

from .dimensions import Dimension

__all__ = ["PLANTED", "Planted"]


@dataclass(frozen=True)
class Planted:
    """A bug: what it does, what it breaks, and in which dimensions it shows (in the others it must not)."""

    id: str
    does: str
    breaks: tuple[str, ...]
    """The invariants one of which must fail."""
    shows_in: frozenset[Dimension]
    engine: type[Sync] = Sync
    patches: tuple[tuple[object, str, object], ...] = ()
    """Functions that no subclass can replace: where they are, their names, and what takes their place."""
    forms: tuple[bool, ...] = (False, True)
    """In which forms of the feed it shows: plain (False), extended (True). Some are healed by a digest, or need one."""

    @contextmanager
    def planted(self) -> Iterator[None]:
        """Within this, the functions in `patches` are the bug's."""
        before = [(place, name, getattr(place, name)) for place, name, _ in self.patches]
        for place, name, function in self.patches:
            setattr(place, name, function)
        try:
            yield
        finally:
            for place, name, function in before:
                setattr(place, name, function)


class _CursorFirst(Store):
    def swap(
        self, page: Page, base: str, cursor: tuple[str, int] | None, had: Had, *, in_pages: bool
    ) -> Generator[None]:
        with self.transaction("cursor") as database:
            database.execute(
                "UPDATE meta SET base = ?, feed_id = ?, generation = ?, numbered = ?, shadow_feed_id = NULL",
                (base, page.identity.feed_id, page.identity.generation, page.identity.numbered),
            )
            if cursor is not None:
                self.set_cursor(*cursor)
        yield from super().swap(page, base, cursor, had, in_pages=in_pages)


class _RowBeforeFile(Fetcher):
    async def file(self, job: Job, want: FileInfo) -> tuple[Have, bool]:
        known = self.store.known(job.key)
        data = known.data if known else f'{{"id": "{job.content}"}}'
        with self.store.transaction("row") as database:
            put = "REPLACE INTO entities VALUES (?, ?, ?, ?)"
            database.execute(put, (job.key, job.version, False, data))
        return await super().file(job, want)


class _AppendOn200(Fetcher):
    async def receive(self, job: Job, now: Ask, opened: Opened, ask: Ask) -> Turn:
        overlooks = ask._replace(size=min(ask.size, now.size))
        return await super().receive(job, now, opened, overlooks)


class _SplitCommit(Store):
    def finish(self, landing: list[Finished]) -> None:
        with self.transaction("events"):
            for _, events, _, _ in landing:
                self.end_events(events)
        super().finish([(key, (), known, have) for key, _, known, have in landing])


class _TrustTheLength(Fetcher):
    def verify(self, job: Job, want: FileInfo) -> Have | None:
        return super().verify(job, want._replace(sha256=None))


class _BelieveTheSize(Fetcher):
    def begin(self, job: Job, want: FileInfo):  # type: ignore[no-untyped-def]
        size, here = self.disk.size(job.part) or 0, self.store.parts().get(job.part)
        if here is not None:
            self.store.remember(job.part, here._replace(durable=size))
        return super().begin(job, want)


class _SyncTheFirst(Fetcher):
    synced = False

    def settle(self, group: list[Arrived]) -> tuple[list[Arrived], Refused]:
        self.synced = False
        return super().settle(group)

    def make_durable(self, arrived: Arrived) -> None:
        if not self.synced:
            super().make_durable(arrived)
        self.synced = True


class _SyncWhoCameFirst(Fetcher):
    first: frozenset[str] | None = None

    async def land_beside(self, refused: Refused, *, late: bool = False) -> None:  # noqa: ARG002
        async with self.turn:
            self.first = frozenset(arrived.job.part for arrived in self.arrived)
            await asyncio.sleep(0)
            refused += self.land()
            self.first = None

    def make_durable(self, arrived: Arrived) -> None:
        if self.first is None or arrived.job.part in self.first:
            super().make_durable(arrived)


class _RowsBeforeNames(Fetcher):
    def land(self, group: list[Arrived] | None = None) -> Refused:
        self.store.finish([(a.job.key, (), a.known, a.have) for a in (group or self.arrived)])
        return super().land(group)


def _no_sync(self: SimDisk, name: str) -> None:
    self.reach("no sync", name)


def _always_newer(_event: Event, _known: Known | None, _have: Have | None) -> bool:
    return True


def _engine(store: type[Store] = Store, fetcher: type[Fetcher] = Fetcher) -> type[Sync]:
    return type("Planted", (Sync,), {"store_type": store, "fetcher_type": fetcher})


_CRASHES = frozenset(Dimension) - {Dimension.NOTHING, Dimension.REPEATED}
_POWER = frozenset(
    {
        Dimension.POWER,
        Dimension.BOTH,
        Dimension.SOME_RANGES,
        Dimension.ANOTHER_LOG,
        Dimension.ONE_GROUP,
        Dimension.TWO_GROUPS,
    }
)

PLANTED: tuple[Planted, ...] = (
    Planted("cursor-first", "moves the cursor, then stores the events", ("S2",), _CRASHES, _engine(store=_CursorFirst)),
    Planted("row-before-file", "writes the row, then gets the file", ("S1", "S12"), _CRASHES, _engine(fetcher=_RowBeforeFile)),
    Planted(
        "split-commit", "ends the events in one transaction and writes the rows in another", ("S2",), _CRASHES,
        _engine(store=_SplitCommit),
    ),
    Planted(
        "sync-the-first", "syncs the bytes of the first file of a group alone", ("S1",), frozenset({Dimension.ONE_GROUP}), _engine(fetcher=_SyncTheFirst),
    ),
    Planted(
        "sync-who-came-first", "lands what came while others were synced together with them, unsynced", ("S1",),
        frozenset({Dimension.BOTH, Dimension.SOME_RANGES, Dimension.TWO_GROUPS}), _engine(fetcher=_SyncWhoCameFirst),
    ),
    Planted(
        "rows-before-names", "writes the rows of a group, then gives the files their names", ("S1",), _CRASHES,
        _engine(fetcher=_RowsBeforeNames),
    ),
    Planted("no-fsync", "never syncs the bytes of a file", ("S1",), _POWER, patches=((SimDisk, "fsync", _no_sync),)),
    Planted("no-folder-sync", "never syncs a folder", ("S1",), _POWER, patches=((SimDisk, "fsync_directory", _no_sync),)),
    Planted(
        "append-on-200", "appends the body of a 200 to what is there", ("S5",),
        frozenset({Dimension.NO_RANGES, Dimension.SOME_RANGES}), _engine(fetcher=_AppendOn200),
    ),
    Planted(
        "not-idempotent", "does an event again that comes again", ("S3",), frozenset({Dimension.REPEATED}),
        patches=((jobs, "is_newer", _always_newer), (Job, "doubt", property(lambda _: False, lambda *_: None))),
    ),
    Planted(
        "trust-the-length", "compares the length of a file and not its digest", ("S6", "S12"), _POWER,
        _engine(fetcher=_TrustTheLength), forms=(True,),
    ),
    Planted(
        "believe-the-size", "resumes at the size that a partial file has", ("S5",), _POWER,
        _engine(fetcher=_BelieveTheSize), forms=(False,),
    ),
)  # fmt: skip
