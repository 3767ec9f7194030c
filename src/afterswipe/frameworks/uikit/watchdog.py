"""The watchdog: an app whose main thread misses a deadline is terminated, with 0x8badf00d (claim life-cycle.watchdog).

The deadlines here: five seconds for the callback that says "you are in the background" (claim
life-cycle.did-enter-background-limit), and a number that Apple does not give for launching and for coming back to the
foreground (claim model.watchdog-limit). In virtual time all code is infinitely fast; an app says with
`app.block_main_thread` that something takes long.

Not modelled: how much processor time the app had meanwhile, other deadlines, and a main thread that is busy while nothing is
asked of it (the system does not mind; the person does).
"""

from typing import TYPE_CHECKING

from afterswipe.kernel.clock import Due
from afterswipe.kernel.endings import Cause
from afterswipe.units import duration

if TYPE_CHECKING:
    from afterswipe.app import Application
    from afterswipe.system import System

_DEADLINES = {
    "didFinishLaunching": "model.watchdog-limit",
    "sceneWillEnterForeground": "model.watchdog-limit",
    "applicationWillEnterForeground": "model.watchdog-limit",
    "sceneDidEnterBackground": "life-cycle.did-enter-background-limit",
    "applicationDidEnterBackground": "life-cycle.did-enter-background-limit",
}


class Watchdog:
    """Watches the callbacks of one process until they have returned."""

    def __init__(self, system: "System", app: "Application") -> None:
        self._system = system
        self._app = app
        self._count = 0
        self._waiting: dict[int, tuple[Due, str]] = {}
        self._holds: dict[int, int] = {}

    def told(self, callback: str) -> None:
        """The app is given a callback: it has returned when the main thread gets to what is queued behind it."""
        if (claim := _DEADLINES.get(callback)) is None:
            return
        limit = self._system.rules.milliseconds(claim)
        self._count += 1
        number = self._count
        due = self._system.clock.after(limit, lambda: self._late(number, callback, limit))
        self._waiting[number] = (due, callback)
        self._app.loop.call_soon(self._returned, number)
        if self._app.loop.blocked_until > self._system.clock.now:
            self.blocked()

    def blocked(self) -> None:
        """The main thread is busy: the system waits for the callbacks that are out before it suspends the app."""
        for number, (_, callback) in self._waiting.items():
            if number not in self._holds:
                self._holds[number] = self._app.run_time.hold(f"{callback} has not returned")

    def stop(self) -> None:
        """The process is gone."""
        for due, _ in self._waiting.values():
            due.cancel()
        self._waiting.clear()

    def _returned(self, number: int) -> None:
        due, _ = self._waiting.pop(number)
        due.cancel()
        if number in self._holds:
            self._app.run_time.release(self._holds.pop(number))

    def _late(self, number: int, callback: str, limit: int) -> None:
        in_time = number not in self._waiting or self._app.loop.blocked_until <= self._system.clock.now
        if in_time or not self._app.state.runs or not self._system.rules.holds("life-cycle.watchdog"):
            return
        what = "launching the app took" if callback == "didFinishLaunching" else f"{callback} took"
        self._system.terminate(f"{what} longer than {duration(limit)}", Cause.WATCHDOG)
