"""The engine as a program for the enumeration: against a server in memory, on a simulated disk, judged while it runs."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any

from afterswipe.sync import Progress, Report, Stop, Sync
from afterswipe.sync.limits import Limits
from faultlab.clock import LoopClock
from faultlab.disks.sim_disk import Crash, Durable, SimDisk
from faultlab.loop import run
from faultlab.servers import direct
from faultlab.servers.faulty import Fault, FaultyServer, FaultyTransport
from faultlab.servers.server import FeedServer
from faultlab.servers.wire import Reply, Request

from .crash import POWER
from .invariants import (
    History,
    Trace,
    at_the_end,
    of_a_run,
    s3_again_changes_nothing,
    s8_nothing_again,
    s10_every_request_differs,
    view,
)
from .replay import Recorded, Recording

__all__ = ["BASE", "LIMITS", "EngineProgram"]

BASE = "https://feed.example/"
LIMITS = Limits(sync_seconds=0, reserve_bytes=0, group_files=4)
"""The engine's own, except that what has come is made durable at once, and that several groups land: that makes more points."""


_OK, _PARTIAL = 200, 206


class _InPieces(FaultyServer):
    """A server whose bodies come in small pieces, so that there are points within a file."""

    def __init__(self, server: FeedServer, faults: Iterable[Fault], piece: int) -> None:
        super().__init__(server, faults)
        self._piece = piece
        self.begins: dict[str, int] = {}
        """Where the body of a file begins that was answered and not yet written, by content id."""

    def answer(self, request: Request) -> Reply:
        """As before, in pieces."""
        reply = super().answer(request)
        found = re.search(r"/([^/]+)\.mp3$", request.path)
        if found and reply.status in (_OK, _PARTIAL):
            ranged = re.match(r"bytes (\d+)-", reply.headers.get("content-range", ""))
            self.begins[found[1]] = int(ranged[1]) if ranged else 0
        return replace(reply, piece=self._piece)


class _Counted(FaultyTransport):
    """A transport that knows how many bodies of files are being read at the same time."""

    open_now = 0
    open_at_once = 0

    async def handle_async_request(self, request: Any) -> Any:
        """As before."""
        response = await super().handle_async_request(request)
        if request.url.path.endswith(".mp3"):
            self.open_now += 1
            self.open_at_once = max(self.open_at_once, self.open_now)
            close = response.aclose

            async def aclose() -> None:
                await close()
                self.open_now -= 1
                response.aclose = close

            response.aclose = aclose
        return response


@dataclass
class EngineProgram:
    """One start of the engine, to its end. Each call is a new process on the disk that it is given.

    `faults` are what the server does wrong, `engine` and `limits` the engine under test.
    """

    server: FeedServer
    faults: tuple[Fault, ...] = ()
    limits: Limits = LIMITS
    piece: int = 125
    library: ModuleType = direct
    engine: type[Sync] = Sync
    honest: bool = True
    """Whether the server gives no reason to ask twice, so that S10 is judged."""
    nothing_new: bool = False
    """Whether the server has nothing that the disk does not have, so that S3 is judged."""
    power: bool = True
    """Whether the power may fail, so that S9 is judged by what would survive that."""
    others: tuple[FeedServer, ...] = ()
    """The server as it was or will be in other runs: what it had counts as its own, too."""
    sometimes: Counter[str] = field(default_factory=Counter)
    """How often something rare was seen: what never happened was not tested either."""
    runs: dict[object, Recording] | None = None
    """Runs that were seen, where they may take the place of one from a disk that looks the same."""
    history: History = field(init=False)
    last: Report | None = None

    def __post_init__(self) -> None:
        self.history = History(self.server)
        for server in (self.server, *self.others):
            self.history.note(server)
        self._same = (self.engine, repr((self.server, self.faults, self.limits, self.piece)))

    def __call__(self, disk: SimDisk) -> list[str]:
        """Run, and return what was wrong."""
        moments = [disk.after(Crash.KILL)]
        trace = Trace(moments[0])
        outer = disk.watch

        def watch(point: str, detail: str) -> None:
            outer(point, detail)
            moments.append(disk.after(Crash.KILL))

        def told(count: int) -> None:
            durable = sum(map(len, disk.after(Crash.POWER).files.values()))
            if self.power and count > durable:
                trace.too_early.append(f"{count} bytes are shown, {durable} are durable")

        disk.watch = watch
        place = (*self._same, moments[0].visible)
        if self.runs is not None and place in self.runs:
            recording = self.runs[place]
            recording.play(disk, told)
        else:
            recording = self._run(disk, told)
            if self.runs is not None:
                self.runs[place] = recording
        disk.watch = outer
        self.last = recording.report
        trace.exchanges, trace.open_at_once = recording.exchanges, recording.open_at_once
        trace.writes = recording.writes
        self._count(trace, disk.after(Crash.KILL))
        return list(self._judge(moments, trace, disk))

    def _run(self, disk: SimDisk, told: Callable[[int], None]) -> Recording:
        recording, clock, outer = Recording(), LoopClock(), disk.watch
        answers = _InPieces(self.server, self.faults, self.piece)
        transport = _Counted(answers, library=self.library, clock=clock)

        def watch(point: str, detail: str) -> None:
            outer(point, detail)
            if point == "append":
                begins = answers.begins.pop(detail.split(".")[1], None)
                if begins is not None:
                    recording.writes.append((detail, disk.size(detail) or 0, begins))

        def progress(shown: Progress) -> None:
            recording.calls.append(("told", (shown.bytes_durable,)))
            told(shown.bytes_durable)

        disk.watch = watch
        seen: Any = disk if self.runs is None else Recorded(disk, recording)
        sync = self.engine(
            transport.client(), BASE, seen, clock=clock, limits=self.limits, rng=random.Random(1), owner="app"
        )
        recording.report = run(sync.run(progress=progress))
        recording.exchanges, recording.open_at_once = answers.log, transport.open_at_once
        return recording

    def _count(self, trace: Trace, end: Durable) -> None:
        """Note what does not happen in every run."""
        for request, reply in trace.exchanges:
            if request.path.endswith(".mp3") and request.start is not None:
                self.sometimes[f"a request for the rest of a file was answered with {reply.status}"] += 1
        named = {row["name"] for row in view(trace.start).files.values()}
        orphans = {name for name in trace.start.files if name.startswith("files/")} - named
        adopted = orphans & {row["name"] for row in view(end).files.values()} & set(end.files)
        asked = [request.path for request, _ in trace.exchanges if "/update-events/" not in request.path]
        got = {path.rsplit("/", 1)[1].removesuffix(".mp3") for path in asked if path.endswith(".mp3")}
        adopted = {name for name in adopted if name.split("/")[2].split(".")[0] not in got}
        self.sometimes["a file without a row was adopted"] += len(adopted)
        self.sometimes["a file without a row was removed"] += len(orphans - set(end.files))
        self.sometimes["a part was there at the start"] += any(
            name.startswith("parts/") for name in trace.start.files
        )
        self.sometimes["there was nothing to get"] += bool(trace.start.rows) and not asked

    def _judge(self, moments: list[Durable], trace: Trace, disk: SimDisk) -> Iterable[str]:
        assert self.last is not None
        yield from of_a_run(moments, trace, self.history, self.limits)
        if self.honest:
            yield from s10_every_request_differs(trace)
        if (
            self.honest or self.server.extended
        ):  # without a digest, a file that was replaced cannot be known again
            yield from s8_nothing_again(trace)
        end = disk.after(Crash.KILL)
        if self.nothing_new:
            yield from s3_again_changes_nothing(trace.start, end)
        if self.last.why is not Stop.FINISHED:
            yield f"S12: it did not finish: {self.last}"
            return
        yield from at_the_end(end, self.history)
        for crash in POWER if self.power else ():
            for problem in at_the_end(disk.after(crash), self.history):
                if not problem.startswith("S13"):
                    yield f"S9: it says that it is done, and after a {crash} {problem}"
