"""The CPU monitor: an app that burns too much processor time in the background is terminated (claim life-cycle.cpu-monitor).

In virtual time all code is infinitely fast; an app says with `app.block_main_thread` that it computes. Apple gives no number
and no rule: here it is a main thread that is busy in the background for claim model.cpu-monitor-limit without a pause. During a
processing task whose request requires external power the monitor is off (claim background-processing.cpu-monitor-off-on-power).

Not modelled: shares of the processor's time, other threads, slowing an app down, a limit that changes with heat or battery.
"""

from collections.abc import Callable

from afterswipe.kernel import AppChange, Cause, Due, Host, Phase, Process, State
from afterswipe.units import duration


class CPUMonitor:
    """Watches one process. `runs_on_power` says whether a task runs whose request requires external power."""

    def __init__(self, process: Process, host: Host, runs_on_power: Callable[[], bool]) -> None:
        self._process = process
        self._host = host
        self._runs_on_power = runs_on_power
        self._due: Due | None = None
        self._busy_until = -1
        process.phases.on(Phase.CPU_MONITOR, self._changed)

    def busy(self) -> None:
        """The main thread is busy from now on, or for longer than before. What follows at once goes on without a pause."""
        goes_on = self._due is not None and self._busy_until >= self._process.clock.now
        self._busy_until = self._process.loop.blocked_until
        if self._process.state is State.BACKGROUND and not goes_on:
            self._count()

    def _changed(self, change: AppChange) -> None:
        """In the background, what the app burns counts; in front, suspended or gone, nothing does."""
        if change.after is not State.BACKGROUND:
            self._forget()
        elif self._busy_until > self._process.clock.now:
            self._count()

    def _forget(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _count(self) -> None:
        self._forget()
        limit = self._process.rules.milliseconds("model.cpu-monitor-limit")
        self._due = self._process.clock.after(limit, lambda: self._look(limit))

    def _look(self, limit: int) -> None:
        self._due = None
        rules = self._process.rules
        if self._busy_until < self._process.clock.now or not rules.holds("life-cycle.cpu-monitor"):
            return
        if self._runs_on_power():
            rules.cite("background-processing.cpu-monitor-off-on-power")
            self._count()
        else:
            why = f"its main thread was busy in the background for {duration(limit)}"
            self._host.terminate(why, Cause.CPU)
