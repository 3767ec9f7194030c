"""The watchdog: an app whose main thread misses a deadline is terminated, with 0x8badf00d (claim life-cycle.watchdog).

The deadlines here: five seconds for the callback that says "you are in the background" (claim
life-cycle.did-enter-background-limit), and a number that Apple does not give for launching and for coming back to the
foreground (claim model.watchdog-limit). In virtual time all code is infinitely fast; an app says with
`app.block_main_thread` that something takes long.

Not modelled: how much processor time the app had meanwhile, other deadlines, and a main thread that is busy while nothing is
asked of it (the system does not mind; the person does).
"""

from typing import TYPE_CHECKING

from afterswipe.kernel.causes import Cause
from afterswipe.kernel.clock import Due
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
        self._waiting: dict[int, Due] = {}
        self._holds: dict[int, int] = {}
        app.process.when_returned = self._returned

    def told(self) -> None:
        """The app was given callbacks: each has returned when the main thread gets to what is queued behind it."""
        for number, (callback, at) in self._app.process.out.items():
            if number in self._waiting or (claim := _DEADLINES.get(callback)) is None:
                continue
            self._watch(number, callback, at, self._system.rules.milliseconds(claim))
        if self._app.loop.blocked_until > self._system.clock.now:
            self.blocked()

    def _watch(self, number: int, callback: str, at: int, limit: int) -> None:
        self._waiting[number] = self._system.clock.at(at + limit, lambda: self._late(number, callback, limit))

    def blocked(self) -> None:
        """The main thread is busy: the system waits for the callbacks that are out before it suspends the app."""
        for number in self._waiting:
            if number not in self._holds:
                callback, _ = self._app.process.out[number]
                self._holds[number] = self._app.run_time.hold(f"{callback} has not returned")

    def stop(self) -> None:
        """The process is gone."""
        for due in self._waiting.values():
            due.cancel()
        self._waiting.clear()

    def _returned(self, number: int) -> None:
        if (due := self._waiting.pop(number, None)) is not None:
            due.cancel()
        if number in self._holds:
            self._app.run_time.release(self._holds.pop(number))

    def _late(self, number: int, callback: str, limit: int) -> None:
        in_time = number not in self._waiting or self._app.loop.blocked_until <= self._system.clock.now
        if in_time or not self._app.state.runs or not self._system.rules.holds("life-cycle.watchdog"):
            return
        what = "launching the app took" if callback == "didFinishLaunching" else f"{callback} took"
        self._system.terminate(f"{what} longer than {duration(limit)}", Cause.WATCHDOG)
