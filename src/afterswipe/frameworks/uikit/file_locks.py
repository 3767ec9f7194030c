"""Locks on files in a shared container: an app that is suspended while it holds one is terminated, with 0xdead10cc.

Claim life-cycle.file-lock-at-suspension. The reason in words: an extension, or another app of the group, may need the
file, and a suspended process cannot let go of it.

Not modelled: the file itself, who waits for the lock, locks outside of a shared container, and that some SQLite modes hold none.
"""

from types import TracebackType
from typing import TYPE_CHECKING

from afterswipe.errors import UsageError

if TYPE_CHECKING:
    from afterswipe.app import Application


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

    def __init__(self, app: "Application") -> None:
        self._app = app
        self.held: list[FileLock] = []

    def holds(self, lock: FileLock) -> bool:
        """Whether the process is there and holds this lock. A process that is gone has no block to leave."""
        return lock in self.held and self._app.state.runs

    def lock(self, name: str) -> FileLock:
        """Take a lock. Raises UsageError without run time."""
        self._app.must_run("lock a file", "life-cycle.suspended-runs-no-code")
        lock = FileLock(self, name)
        self.held.append(lock)
        return lock

    def release(self, lock: FileLock) -> None:
        """Let go of a lock; see `FileLock.release`."""
        self._app.must_run("release a file", "life-cycle.suspended-runs-no-code")
        if lock not in self.held:
            raise UsageError(f"The lock on {lock.name!r} is not held: it was released before.")
        self.held.remove(lock)
