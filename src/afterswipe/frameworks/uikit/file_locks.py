"""Locks on files in a shared container: an app that is suspended while it holds one is terminated, with 0xdead10cc.

Claim life-cycle.file-lock-at-suspension. The reason in words: an extension, or another app of the group, may need the
file, and a suspended process cannot let go of it.

Not modelled: the file itself, who waits for the lock, locks outside of a shared container, and that some SQLite modes hold none.
"""

from types import TracebackType

from afterswipe.errors import UsageError
from afterswipe.kernel.causes import Cause
from afterswipe.kernel.host import Host
from afterswipe.kernel.life_cycle import State
from afterswipe.kernel.phases import Phase
from afterswipe.kernel.process import AppChange, Process


class FileLock:
    """A lock that is held until `release`. As a context manager it is released at the end of the block."""

    def __init__(self, locks: "FileLocks", name: str) -> None:
        self._locks = locks
        self.name = name

    def release(self) -> None:
        """Let go of the file. Raises UsageError where it is not held any more."""
        self._locks.release(self)

    def __enter__(self) -> "FileLock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._locks.holds(self):
            self.release()


class FileLocks:
    """The locks that one process holds on files in its app group's shared container."""

    def __init__(self, process: Process, host: Host) -> None:
        self._process = process
        self._host = host
        self.held: list[FileLock] = []
        process.phases.on(Phase.FILE_LOCKS, self._changed)

    def holds(self, lock: FileLock) -> bool:
        """Whether the process is there and holds this lock. A process that is gone has no block to leave."""
        return lock in self.held and self._process.state.runs

    def lock(self, name: str) -> FileLock:
        """Take a lock. Raises UsageError without run time."""
        self._process.must_run("lock a file", "life-cycle.suspended-runs-no-code")
        lock = FileLock(self, name)
        self.held.append(lock)
        return lock

    def release(self, lock: FileLock) -> None:
        """Let go of a lock; see `FileLock.release`."""
        self._process.must_run("release a file", "life-cycle.suspended-runs-no-code")
        if lock not in self.held:
            raise UsageError(f"The lock on {lock.name!r} is not held: it was released before.")
        self.held.remove(lock)

    def _changed(self, change: AppChange) -> None:
        if change.after is State.SUSPENDED and self.held:
            self._process.rules.cite("life-cycle.file-lock-at-suspension")
            files = ", ".join(repr(lock.name) for lock in self.held)
            why = f"suspended while it held a lock on {files} in a shared container"
            self._host.terminate(why, Cause.FILE_LOCK)
