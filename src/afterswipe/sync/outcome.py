"""What a run says: why it ended, what was done, what is left; and its progress."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum

from .errors import SyncError

_LAST = 253_402_300_799  # second of the year 9999


def moment(wall: float) -> str:
    """Seconds since 1970 as people write them; their calendar has an end."""
    return f"{datetime.fromtimestamp(min(wall, _LAST), UTC):%Y-%m-%d %H:%M:%S} UTC"


class Stop(Enum):
    """Why a run ended. The value is a sentence for people."""

    FINISHED = "everything is here"
    ASKED_TO_STOP = "it was asked to stop"
    DEADLINE = "its time is up (Limits.total_seconds)"
    OFFLINE = "the server cannot be reached, or its answers break off; run again when there is a network"
    SERVER_FAULT = "the server answers with errors; run again later"
    UNTRUSTED = "the server's certificate is not trusted; look at the address and at this machine's clock"
    SERVER_BUSY = "the server is busy, or asked for a pause; run again later"
    NEEDS_AUTHORIZATION = "credentials are wanted; give the client new ones and run again"
    NEEDS_SPACE = "the disk is full; free some space and run again"
    WAITING_FOR_WIFI = "it waits for Wi-Fi"
    WAITING_FOR_POWER = "it waits for power"
    FEED_UNUSABLE = "the server's list cannot be used; nothing was changed"
    NEEDS_UPDATE = "the feed has events that this version does not know; update the program"
    INCOMPLETE = "some content could not be got; it stays pending for the next run"
    LEASE_LOST = "somebody else is at work in this directory; run again when they have ended"


@dataclass(eq=False)
class Halt(Exception):
    """Ends a run in good order, from wherever it is raised."""

    why: Stop
    problem: SyncError | None = None
    not_before: float | None = None


class Phase(Enum):
    """What a run is doing. Done is a phase of its own: all bytes may be there while it is not."""

    CHECKING = "checking what is here"
    ASKING = "asking for news"
    PLANNING = "working out what to get"
    GETTING = "getting files"
    SWEEPING = "tidying up"
    DONE = "done"


@dataclass(frozen=True)
class Progress:
    """How far a run is. Bytes count once they would survive a power failure; fewer, if a file begins anew."""

    bytes_durable: int
    bytes_total: int | None  # None where the feed does not say how large its files are
    files_done: int
    files_total: int
    phase: Phase


@dataclass
class Tally:
    """What a run counts: what it did, and what is durable, for its progress."""

    done: int = 0
    bytes_fetched: int = 0
    problems: dict[str, list[SyncError]] = field(default_factory=dict)
    files: int = 0  # that are here
    ahead: dict[str, int | None] = field(default_factory=dict)  # that are to be got, with sizes if known
    parts: dict[str, int] = field(default_factory=dict)  # bytes that would survive a power failure
    bytes_here: int = 0
    bytes_ahead: int = 0
    sizes_unknown: int = 1  # how many of `ahead` have no size; one more until all was planned

    def plan(self, key: str, size: int | None) -> None:
        """A file is to be got."""
        self.ahead[key] = size
        self.bytes_ahead += size or 0
        self.sizes_unknown += size is None

    def landed(self, key: str, part: str, goes: int | None, came: int | None) -> None:
        """A content is done: a file of so many bytes goes, if any, and one came."""
        self.done += 1
        if key in self.ahead:
            announced = self.ahead.pop(key)
            self.bytes_ahead -= announced or 0
            self.sizes_unknown -= announced is None
        self.parts.pop(part, None)
        self.bytes_here += (came or 0) - (goes or 0)
        self.files += (came is not None) - (goes is not None)

    def progress(self, phase: Phase) -> Progress:
        """How far the run is."""
        total = None if self.sizes_unknown else self.bytes_here + self.bytes_ahead
        durable = self.bytes_here + sum(self.parts.values())
        return Progress(durable, total, self.files, self.files + len(self.ahead), phase)


@dataclass(frozen=True)
class Report:
    """What came of a run. `done` and `left` count contents; run again at `not_before`, seconds since 1970."""

    why: Stop
    done: int = 0
    left: int = 0
    bytes_fetched: int = 0
    requests: int = 0
    problems: list[SyncError] = field(default_factory=list)
    not_before: float | None = None

    @property
    def finished(self) -> bool:
        """Whether everything that the feed has is here."""
        return self.why is Stop.FINISHED

    def __str__(self) -> str:
        pause = f" Not before {moment(self.not_before)}." if self.not_before else ""
        did = f"{self.done} done, {self.left} left, {self.bytes_fetched:,} bytes in {self.requests} requests."
        told = [f"- {problem}" for problem in self.problems]
        return "\n".join([f"Ended: {self.why.value}.{pause}", did, *told])
