"""The CPU monitor: an app that burns too much processor time in the background is terminated (claim life-cycle.cpu-monitor).

In virtual time all code is infinitely fast; an app says with `app.block_main_thread` that it computes. Apple gives no number
and no rule: here it is a main thread that is busy in the background for claim model.cpu-monitor-limit without a pause. During a
processing task whose request requires external power the monitor is off (claim background-processing.cpu-monitor-off-on-power).

Not modelled: shares of the processor's time, other threads, slowing an app down, a limit that changes with heat or battery.
"""

from typing import TYPE_CHECKING

from afterswipe.kernel.causes import Cause
from afterswipe.kernel.clock import Due
from afterswipe.kernel.life_cycle import State
from afterswipe.units import duration

if TYPE_CHECKING:
    from afterswipe.app import Application
    from afterswipe.system import System

_MONITOR, _OFF = "life-cycle.cpu-monitor", "background-processing.cpu-monitor-off-on-power"


class CPUMonitor:
    """Watches one process."""

    def __init__(self, system: "System", app: "Application") -> None:
        self._system = system
        self._app = app
        self._due: Due | None = None
        self._busy_until = -1

    def busy(self) -> None:
        """The main thread is busy from now on, or for longer than before. What follows at once goes on without a pause."""
        goes_on = self._due is not None and self._busy_until >= self._system.clock.now
        self._busy_until = self._app.loop.blocked_until
        if self._app.state is State.BACKGROUND and not goes_on:
            self._count()

    def entered_background(self) -> None:
        """What the app burns counts from now on."""
        if self._busy_until > self._system.clock.now:
            self._count()

    def left_background(self) -> None:
        """The app is in front, suspended or gone: nothing counts."""
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _count(self) -> None:
        self.left_background()
        limit = self._system.rules.milliseconds("model.cpu-monitor-limit")
        self._due = self._system.clock.after(limit, lambda: self._look(limit))

    def _look(self, limit: int) -> None:
        self._due = None
        rules = self._system.rules
        if self._busy_until < self._system.clock.now or not rules.holds(_MONITOR):
            return
        if self._system.task_scheduler.runs_on_power and rules.holds(_OFF):
            self._count()
        else:
            self._system.terminate(
                f"its main thread was busy in the background for {duration(limit)}", Cause.CPU
            )
