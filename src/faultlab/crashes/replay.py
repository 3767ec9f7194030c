"""A run that was seen need not be run again: its effects are done again, on a disk that differs only in what was synced.

No process can see what of a disk was synced. So two disks that look the same have the same run, effect by effect, and what a power
loss leaves of each follows from the effects alone. That a run repeats itself is what the whole enumeration rests on.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from afterswipe.sync import Report
from faultlab.disks.sim_disk import SimDisk
from faultlab.servers.wire import Reply, Request

__all__ = ["Recorded", "Recording"]

_EFFECTS = (
    "open_part",
    "append",
    "truncate",
    "fsync",
    "rename",
    "fsync_directory",
    "unlink",
    "set_database_aside",
    "close",
)


@dataclass
class Recording:
    """One run from its first effect to its report, as it looks from outside."""

    calls: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    """Of the disk's methods, in order; `told` is progress that was shown, in bytes."""
    exchanges: list[tuple[Request, Reply]] = field(default_factory=list)
    open_at_once: int = 0
    """The most transfers that were under way at the same time."""
    writes: list[tuple[str, int, int]] = field(default_factory=list)
    """Where each body of a file was written: the part, its size then, and where the response said that the body begins."""
    report: Report | None = None

    def play(self, disk: SimDisk, told: Callable[[int], None]) -> None:
        """Do the same to another disk."""
        for name, arguments in self.calls:
            if name == "told":
                told(*arguments)
            else:
                getattr(disk, name)(*arguments)


class Recorded:
    """A disk whose effects are written down."""

    def __init__(self, disk: SimDisk, recording: Recording) -> None:
        self._disk, self._calls = disk, recording.calls

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._disk, name)
        if name not in _EFFECTS:
            return method

        def call(*arguments: Any) -> Any:
            self._calls.append((name, arguments))
            return method(*arguments)

        return call

    def database(self) -> sqlite3.Connection:
        """A connection whose commits are written down."""
        disk, connection = self._disk, self._disk.database()

        def reach(point: str, detail: str) -> None:
            self._calls.append(("reach", (point, detail)))
            disk.reach(point, detail)

        def committed(_connection: sqlite3.Connection) -> None:
            before = disk.image, disk.synced
            disk.committed(connection)
            if disk.image is not before[0] or disk.synced is not before[1]:
                self._calls.append(("keep", (disk.rows, disk.image, disk.synced[1] is disk.image)))

        connection.reach, connection.committed = reach, committed
        return connection
