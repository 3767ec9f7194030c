"""The dimensions in which the engine is enumerated: what happens to it, and what its server does meanwhile."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum

from afterswipe.sync.engine import Sync
from afterswipe.sync.limits import Limits
from faultlab.disks.sim_disk import NOTHING, Crash, Durable, SimDisk
from faultlab.servers.faulty import Fault, When
from faultlab.servers.server import AUTHOR, SONG, SOUND, FeedServer, Truth
from faultlab.servers.wire import Reply, Request

from .crash import EVERY, KILL, POWER, Enumeration, enumerate_crashes
from .engine_program import LIMITS, EngineProgram
from .invariants import at_every_moment, settled
from .replay import Recording

__all__ = ["Dimension", "enumerate_engine", "small_truth"]


class Dimension(StrEnum):
    """What happens. Each is enumerated by itself, so that it can be said which of them a bug needs."""

    NOTHING = "nothing"
    KILL = "kills"
    POWER = "power losses"
    BOTH = "kills and power losses"
    ONE_GROUP = "kills and power losses, and all that comes lands together"
    TWO_GROUPS = "kills and power losses, and what comes lands while more comes"
    REPEATED = "events that come again"
    NO_RANGES = "kills, and a server that does not continue a file"
    SOME_RANGES = "kills and power losses, and a server that does not always continue a file"
    CHANGED = "kills, and another file on the server after the first"
    ANOTHER_LOG = "kills and power losses, and a server whose list began anew after the first"


def small_truth(*, changed: bool = False, another_log: bool = False) -> Truth:
    """Two sounds, of which one is deleted again, a song and an author, with seven events in all."""
    truth = Truth(seed=1)
    sound = truth.add(SOUND, "a sound", 250)
    truth.add(AUTHOR, "an author")
    song = truth.add(SONG, "a song", 180)
    truth.replace(song)
    truth.rename(song, "a song with another name")
    truth.delete(truth.add(SOUND, "a sound that is deleted", 120))
    if changed:
        truth.replace(sound)
    if another_log:
        truth.delete(song)
        truth.restart()
    return truth


_ONE_GROUP = replace(LIMITS, group_files=Limits().group_files, sync_seconds=Limits().sync_seconds)
"""Nothing is synced before it lands, so that it shows whether that is done there."""
_OWN_LIMITS = {
    Dimension.ONE_GROUP: _ONE_GROUP,
    Dimension.TWO_GROUPS: replace(_ONE_GROUP, group_files=LIMITS.group_files),
}


class _Repeating(FeedServer):
    """A server that sends all but the last event again, whatever the cursor is. The last one deletes a sound."""

    def answer(self, request: Request) -> Reply:
        """As before, with old events."""
        reply = super().answer(request)
        if "/update-events/" not in request.path or request.path.endswith("/all"):
            return reply
        again = [self.event(event) for event in self.truth.events[:-1]]
        page = json.loads(reply.body)
        body = json.dumps({**page, "events": again} if self.extended else again).encode()
        return replace(reply, body=body).having(content_length=str(len(body)))


def enumerate_engine(
    dimension: Dimension,
    *,
    extended: bool,
    crashes: int | None = 2,
    engine: type[Sync] = Sync,
    sometimes: Counter[str] | None = None,
    stop_after: int = 1,
    states_max: int = 20_000,
    runs: dict[object, Recording] | None = None,
) -> Enumeration:
    """Enumerate the engine in one dimension; what it saw on the way is counted in `sometimes`, the runs are kept in `runs`."""
    before, after = FeedServer(small_truth(), extended, page=3), FeedServer(small_truth(), extended, page=3)
    faults: tuple[tuple[Fault, ...], ...] = ((),)
    kinds: tuple[Crash, ...] = EVERY
    start, honest = NOTHING, True
    memory = {} if runs is None else runs
    match dimension:
        case Dimension.NOTHING:
            crashes, kinds = 0, ()
        case Dimension.KILL:
            kinds = KILL
        case Dimension.POWER:
            kinds = POWER
        case Dimension.REPEATED:
            crashes, kinds, before = 0, (), _Repeating(small_truth(), extended, page=100)
            start = _finished(FeedServer(small_truth(), extended), engine)
        case Dimension.NO_RANGES:
            kinds, honest, faults = KILL, False, ((Fault("F05", when=When.FROM),),)
        case Dimension.SOME_RANGES:
            honest, faults = False, ((), (Fault("F05"),), ())
        case Dimension.CHANGED:
            kinds, honest, after = KILL, False, FeedServer(small_truth(changed=True), extended, page=3)
        case Dimension.ANOTHER_LOG:
            honest, after = False, FeedServer(small_truth(another_log=True), extended, page=3)
    turns = max(len(faults), 2 if dimension in (Dimension.CHANGED, Dimension.ANOTHER_LOG) else 1)
    programs = [
        EngineProgram(
            before if turn == 0 else after,
            faults[min(turn, len(faults) - 1)],
            honest=honest,
            limits=_OWN_LIMITS.get(dimension, LIMITS),
            nothing_new=dimension is Dimension.REPEATED,
            power=Crash.POWER in kinds,
            engine=engine,
            others=(before, after),
            runs=memory,
            sometimes=Counter() if sometimes is None else sometimes,
        )
        for turn in range(turns)
    ]
    return enumerate_crashes(
        programs, crashes=crashes, kinds=kinds, start=start, stop_after=stop_after, states_max=states_max, same=settled,
        look_at=_looking(programs),
    )  # fmt: skip


def _looking(programs: Sequence[EngineProgram]) -> Callable[[Durable], list[str]]:
    """What is wrong with a disk: where the server changes, only what is wrong whichever it is."""

    def look_at(disk: Durable) -> list[str]:
        first, *others = [set(at_every_moment(disk, program.history)) for program in programs]
        return sorted(first.intersection(*others))

    return look_at


def _finished(server: FeedServer, engine: type[Sync]) -> Durable:
    disk = SimDisk()
    EngineProgram(server, engine=engine)(disk)  # what it finds wrong is found elsewhere
    return disk.after(Crash.KILL)
