"""The engine over a server that misbehaves, in a folder of its own and in virtual time."""

import asyncio
import json
import random
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx

from afterswipe.sync import Limits, Sync
from faultlab.clock import LoopClock
from faultlab.loop import run
from faultlab.servers.faulty import Fault, FaultyServer, FaultyTransport
from faultlab.servers.server import AUTHOR, FILE_PATHS, SOUND, FeedServer, Truth
from faultlab.servers.wire import Reply, Request

BASE = "https://feed.example/"
SIZE = 10_000
LIMITS = Limits(reserve_bytes=0)

type Landed = dict[str, tuple[str, bytes | None]]
"""By content id: title, and the file's bytes where it has one."""


def small_truth(sounds: int = 1, size: int = SIZE) -> Truth:
    """An author, and some sounds with a file of `size` bytes each."""
    truth = Truth(seed=3)
    truth.add(AUTHOR, "an author")
    for number in range(sounds):
        truth.add(SOUND, f"sound {number}", size)
    return truth


def wanted(truth: Truth) -> Landed:
    """What a folder has to hold when it is in sync."""
    return {content.id: (content.title, content.file) for content in truth.contents.values()}


def execute(folder: Path, *statements: str) -> None:
    """Write into a folder's database, as another program may."""
    with closing(sqlite3.connect(folder / "sync.db")) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def landed(folder: Path) -> Landed:
    """What a folder holds: read from the tables and the files, without the engine."""
    with closing(sqlite3.connect(folder / "sync.db")) as database:
        rows = database.execute("SELECT key, data FROM entities WHERE NOT deleted").fetchall()
        names = dict(database.execute("SELECT key, name FROM files").fetchall())
    held: Landed = {}
    for key, data in rows:
        entity = json.loads(data)
        file = (folder / names[key]).read_bytes() if key in names else None
        held[entity["id"]] = (entity["title"], file)
    return held


def most_at_once(points: Iterable[tuple[str, str]]) -> int:
    """How many files were begun and had not their names yet, at most, by what was done to the disk."""
    begun, most = set[str](), 0
    for name, detail in points:
        if name == "open_part":
            begun.add(detail.split(".")[1])
        most = max(most, len(begun))
        if name == "rename":
            begun.discard(detail.split("/")[-1].split(".")[0])
    return most


class Rig:
    """A truth, a folder, and any number of runs of the engine between them."""

    def __init__(
        self,
        folder: Path,
        truth: Truth | None = None,
        *,
        extended: bool = True,
        library: ModuleType = httpx,
        limits: Limits = LIMITS,
        **server: Any,
    ) -> None:
        self.folder = folder
        self.truth = truth or small_truth()
        self.honest = FeedServer(self.truth, extended, **server)
        self.library = library
        self.limits = limits
        self.wall = 1_790_000_000.0
        self.clock = LoopClock(self.wall)
        self.server = FaultyServer(self.honest)
        self.transport = FaultyTransport(self.server)
        self.seed = 0

    def run(
        self,
        faults: Iterable[Fault] = (),
        *,
        until: Any = None,
        progress: Callable[[Any], None] | None = None,
        client: dict[str, Any] | None = None,
        limits: dict[str, Any] | None = None,
        base: str = BASE,
        disk: Any = None,
        same_server: bool = False,
        **options: Any,
    ) -> Any:
        """One run of a new engine, as after a new start of the app; its report.

        With `same_server` the faults of the run before go on, and what they remember stays.
        """
        self.clock = LoopClock(self.wall)
        if not same_server:
            self.server = FaultyServer(self.honest, faults)
        self.transport = FaultyTransport(self.server, library=self.library, clock=self.clock)
        self.seed += 1

        async def main() -> Any:
            async with self.transport.client(**(client or {})) as made:
                engine = Sync(
                    made,
                    base,
                    self.folder if disk is None else disk,
                    clock=self.clock,
                    limits=replace(self.limits, **(limits or {})),
                    rng=random.Random(self.seed),
                    **options,
                )
                try:
                    report = await engine.run(until=until, progress=progress)
                finally:
                    self.wall = self.clock.wall()
                assert self.transport.wrong == []
                assert asyncio.all_tasks() == {asyncio.current_task()}, "something goes on after the end"
                return report

        return run(main())

    # What can be asked afterwards.

    def in_sync(self) -> bool:
        """Whether the folder holds what the server has, byte for byte, and no partial is left."""
        return landed(self.folder) == wanted(self.truth) and not self.parts()

    def held(self) -> Landed:
        """What the folder holds."""
        return landed(self.folder)

    def parts(self) -> list[Path]:
        """The partial files."""
        return sorted(path for path in (self.folder / "parts").glob("*") if path.is_file())

    def cursor(self) -> str | None:
        """The cursor as it is stored."""
        with closing(sqlite3.connect(self.folder / "sync.db")) as database:
            stored: str | None = database.execute("SELECT cursor FROM meta").fetchone()[0]
        return stored

    def fetched(self) -> int:
        """Bytes of files that the last run has taken from the server."""
        return sum(count for path, count in self.transport.sent.items() if path.endswith(".mp3"))

    def asked(self, part: str) -> list[Any]:
        """The last run's requests whose path has `part` in it."""
        return [request for request, _ in self.server.log if part in request.path]

    def files(self) -> int:
        """Bytes of all files that the server has."""
        return sum(
            len(content.file) for content in self.truth.contents.values() if content.media in FILE_PATHS
        )


def changed(rig: Rig, part: str, change: Callable[[Request, Reply], Reply]) -> None:
    """From now on the server's answers to requests whose path has `part` in it are changed."""
    answer = rig.honest.answer
    rig.honest.answer = lambda request: (  # type: ignore[method-assign]
        change(request, answer(request)) if part in request.path else answer(request)
    )


def without(rig: Rig, *fields: str) -> None:
    """From now on the feed's events say less."""
    known = rig.honest.event
    rig.honest.event = lambda it: {  # type: ignore[method-assign]
        name: value for name, value in known(it).items() if name not in fields
    }
