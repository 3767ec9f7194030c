"""Locks on files in a shared container: an app that is suspended while it holds one is terminated, with 0xdead10cc.

Claim life-cycle.file-lock-at-suspension. The reason in words: an extension, or another app of the group, may need the
file, and a suspended process cannot let go of it.

Not modelled: the file itself, who waits for the lock, locks outside of a shared container, and that some SQLite modes hold none.
"""

from types import TracebackType

from afterswipe.errors import must
from afterswipe.kernel import AppChange, Cause, Host, Phase, Process, State


class FileLock:
    """A lock that is held until `release`. As a context manager it is released at the end of the block."""

    def __init__(self, process: Process, held: "list[FileLock]", name: str) -> None:
        self.name = name
        self._process = process
        self._held = held
        held.append(self)

    def release(self) -> None:
        """Let go of the file. Raises UsageError without run time, and where it is not held any more."""
        self._process.must_run("release a file", "life-cycle.suspended-runs-no-code")
        must(self in self._held, f"The lock on {self.name!r} is not held: it was released before.")
        self._held.remove(self)

    def __enter__(self) -> "FileLock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self in self._held and self._process.state.runs:  # a process that is gone has no block to leave
            self.release()


class FileLocks:
    """The locks that one process holds on files in its app group's shared container."""

    def __init__(self, process: Process, host: Host) -> None:
        self._process = process
        self._host = host
        self.held: list[FileLock] = []
        process.phases.on(Phase.FILE_LOCKS, self._changed)

    def lock(self, name: str) -> FileLock:
        """Take a lock. Raises UsageError without run time."""
        self._process.must_run("lock a file", "life-cycle.suspended-runs-no-code")
        return FileLock(self._process, self.held, name)

    def _changed(self, change: AppChange) -> None:
        if change.after is State.SUSPENDED and self.held:
            self._process.rules.cite("life-cycle.file-lock-at-suspension")
            files = ", ".join(repr(lock.name) for lock in self.held)
            why = f"suspended while it held a lock on {files} in a shared container"
            self._host.terminate(why, Cause.FILE_LOCK)
