"""The engine as a program for the enumeration: against a server in memory, on a simulated disk, judged while it runs."""

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any

import httpx

from .. import Progress, Report, Stop, Sync
from ..limits import Limits
from .clock import LoopClock
from .faulty import Fault, FaultyServer, FaultyTransport
from .invariants import History, Trace, at_the_end, of_a_run
from .loop import run
from .server import FeedServer
from .sim_disk import Crash, Durable, SimDisk
from .wire import Reply, Request

__all__ = ["BASE", "LIMITS", "EngineProgram"]

BASE = "https://feed.example/"
LIMITS = Limits(sync_seconds=0, reserve_bytes=0)
"""The engine's own, except that what has come is made durable at once: that makes more points."""


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

    `before` changes the server before the start; `faults` are what the server does wrong.
    """

    server: FeedServer
    faults: tuple[Fault, ...] = ()
    limits: Limits = LIMITS
    piece: int = 100
    before: Callable[[FeedServer], None] = lambda _server: None
    library: ModuleType = httpx
    engine: type[Sync] = Sync
    honest: bool = True
    """Whether the server gives no reason to ask twice, so that S10 is judged."""
    history: History = field(init=False)
    seen: list[tuple[Request, Reply]] = field(default_factory=list)
    """All exchanges of all runs."""
    last: Report | None = None

    def __post_init__(self) -> None:
        self.history = History(self.server).note()

    def __call__(self, disk: SimDisk) -> list[str]:
        """Run, and return what was wrong."""
        self.before(self.server)
        self.history.note()
        moments = [disk.after(Crash.KILL)]
        trace = Trace(moments[0])
        clock, outer = LoopClock(), disk.watch
        answers = _InPieces(self.server, self.faults, self.piece)
        transport = _Counted(answers, library=self.library, clock=clock)

        def watch(point: str, detail: str) -> None:
            outer(point, detail)
            moments.append(disk.after(Crash.KILL))
            if point == "append":
                begins = answers.begins.pop(detail.split(".")[1], None)
                if begins is not None:
                    trace.writes.append((detail, disk.size(detail) or 0, begins))

        def progress(shown: Progress) -> None:
            durable = sum(map(len, disk.after(Crash.POWER).files.values()))
            if shown.bytes_durable > durable:
                trace.too_early.append(f"{shown.bytes_durable} bytes are shown, {durable} are durable")

        disk.watch = watch
        sync = self.engine(
            transport.client(), BASE, disk, clock=clock, limits=self.limits, rng=random.Random(1), owner="app"
        )
        self.last = run(sync.run(progress=progress))
        disk.watch = outer
        trace.exchanges, trace.open_at_once = answers.log, transport.open_at_once
        self.seen += answers.log
        return list(self._judge(moments, trace, disk))

    def _judge(self, moments: list[Durable], trace: Trace, disk: SimDisk) -> Iterable[str]:
        assert self.last is not None
        yield from of_a_run(moments, trace, self.history, self.limits)
        if self.last.why is not Stop.FINISHED:
            yield f"S12: it did not finish: {self.last}"
            return
        yield from at_the_end(disk.after(Crash.KILL), self.history)
        for crash in (Crash.POWER, Crash.POWER_NAMES, Crash.POWER_LENGTHS):
            for problem in at_the_end(disk.after(crash), self.history):
                if not problem.startswith("S13"):
                    yield f"S9: it says that it is done, and after a {crash} {problem}"
