"""What the system ends an app for: a callback that takes too long, processor time, a lock at suspension.

*The watchdog* (claim life-cycle.watchdog, 0x8badf00d): five seconds for the callback that says "you are in
the background" (claim life-cycle.did-enter-background-limit), and a number that Apple does not give for
launching and for coming back to the foreground (claim model.watchdog-limit). In virtual time all code is
infinitely fast; an app says with `app.block_main_thread` that something takes long.

*The CPU monitor* (claim life-cycle.cpu-monitor): Apple gives no number and no rule; here it is a main thread
that is busy in the background for claim model.cpu-monitor-limit without a pause, but not while a task with
external power runs (claim background-processing.cpu-monitor-off-on-power).

*File locks* (claim life-cycle.file-lock-at-suspension, 0xdead10cc) in a shared container: another process may
need the file, and a suspended one cannot let go of it.

Not modelled: how much processor time the app had meanwhile, other deadlines, a main thread that is busy while
nothing is asked of it (the system does not mind; the person does), other threads, slowing an app down, a
limit that changes with heat or battery; the locked file itself, who waits for it, locks outside of a shared
container, and that some SQLite modes hold none.
"""

from collections.abc import Callable
from functools import partial

from afterswipe.errors import must
from afterswipe.kernel import AppChange, Cause, Due, Host, Phase, Process, State
from afterswipe.units import duration

_LAUNCH, _BACKGROUND = "model.watchdog-limit", "life-cycle.did-enter-background-limit"
_DEADLINES = {"didFinishLaunching": _LAUNCH}
for _kind in ("scene", "application"):
    _DEADLINES |= {f"{_kind}WillEnterForeground": _LAUNCH, f"{_kind}DidEnterBackground": _BACKGROUND}


class Watchdog:
    """Watches one process's callbacks that have not returned when its main thread is busy: others have."""

    def __init__(self, process: Process, host: Host) -> None:
        self._process, self._host = process, host
        self._waiting: dict[int, tuple[Due, int]] = {}
        process.phases.on(Phase.CALLBACKS, self._told)

    def _told(self, _change: AppChange) -> None:
        for callback, _ in self._process.out.values():
            if (claim := _DEADLINES.get(callback)) is not None:
                self._process.rules.cite(claim)
        if self._process.loop.blocked_until > self._process.clock.now:
            self.blocked()

    def blocked(self) -> None:
        """The main thread is busy: the system times the callbacks that are out, and suspends after them."""
        self._process.when_returned = self._returned
        for number, (callback, at) in self._process.out.items():
            if (claim := _DEADLINES.get(callback)) is not None and number not in self._waiting:
                limit = self._process.rules.milliseconds(claim)
                late = partial(self._late, number, callback, limit)
                hold = self._process.run_time.hold(f"{callback} has not returned")
                self._waiting[number] = self._process.clock.at(at + limit, late), hold

    def _returned(self, number: int) -> None:
        if number in self._waiting:
            due, hold = self._waiting.pop(number)
            due.cancel()
            self._process.run_time.release(hold)

    def _late(self, number: int, callback: str, limit: int) -> None:
        in_time = number not in self._waiting or self._process.loop.blocked_until <= self._process.clock.now
        if in_time or not self._process.state.runs:
            return
        self._process.rules.cite("life-cycle.watchdog")
        what = "launching the app took" if callback == "didFinishLaunching" else f"{callback} took"
        self._host.terminate(f"{what} longer than {duration(limit)}", Cause.WATCHDOG)


class CPUMonitor:
    """Watches one process. `runs_on_power` says whether a task runs whose request requires external power."""

    def __init__(self, process: Process, host: Host, runs_on_power: Callable[[], bool]) -> None:
        self._process, self._host = process, host
        self._runs_on_power = runs_on_power
        self._due = Due(0, None)
        self._busy_until = -1
        process.phases.on(Phase.CPU_MONITOR, self._changed)

    def busy(self) -> None:
        """The main thread is busy, or for longer. What follows at once goes on without a pause."""
        goes_on = self._due.action is not None and self._busy_until >= self._process.clock.now
        self._busy_until = self._process.loop.blocked_until
        if self._process.state is State.BACKGROUND and not goes_on:
            self._count()

    def _changed(self, change: AppChange) -> None:
        if change.after is not State.BACKGROUND:
            self._due.cancel()
        elif self._busy_until > self._process.clock.now:
            self._count()

    def _count(self) -> None:
        self._due.cancel()
        limit = self._process.rules.milliseconds("model.cpu-monitor-limit")
        self._due = self._process.clock.after(limit, lambda: self._look(limit))

    def _look(self, limit: int) -> None:
        self._due.cancel()
        rules = self._process.rules
        if self._busy_until < self._process.clock.now or not rules.holds("life-cycle.cpu-monitor"):
            return
        if self._runs_on_power():
            rules.cite("background-processing.cpu-monitor-off-on-power")
            self._count()
        else:
            why = f"its main thread was busy in the background for {duration(limit)}"
            self._host.terminate(why, Cause.CPU)


class FileLock:
    """A lock that is held until `release`. As a context manager it is released at the end of the block."""

    def __init__(self, process: Process, held: "list[FileLock]", name: str) -> None:
        self.name, self._process = name, process
        self._held = held
        held.append(self)

    def release(self) -> None:
        """Let go of the file. Raises UsageError without run time, and where it is not held any more."""
        self._process.must_run("release a file", "life-cycle.suspended-runs-no-code")
        must(self in self._held, f"The lock on {self.name!r} is not held: it was released before.")
        self._held.remove(self)

    def __enter__(self) -> "FileLock":
        return self

    def __exit__(self, *_: object) -> None:
        if self in self._held and self._process.state.runs:  # a process that is gone has no block to leave
            self.release()


class FileLocks:
    """The locks that one process holds on files in its app group's shared container."""

    def __init__(self, process: Process, host: Host) -> None:
        self._process, self._host = process, host
        self.held: list[FileLock] = []
        process.phases.on(Phase.FILE_LOCKS, self._changed)

    def _changed(self, change: AppChange) -> None:
        if change.after is State.SUSPENDED and self.held:
            self._process.rules.cite("life-cycle.file-lock-at-suspension")
            files = ", ".join(repr(lock.name) for lock in self.held)
            why = f"suspended while it held a lock on {files} in a shared container"
            self._host.terminate(why, Cause.FILE_LOCK)
