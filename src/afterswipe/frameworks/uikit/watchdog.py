"""The watchdog: an app whose main thread misses a deadline is terminated, with 0x8badf00d (claim life-cycle.watchdog).

The deadlines here: five seconds for the callback that says "you are in the background" (claim
life-cycle.did-enter-background-limit), and a number that Apple does not give for launching and for coming back to the
foreground (claim model.watchdog-limit). In virtual time all code is infinitely fast; an app says with
`app.block_main_thread` that something takes long.

Not modelled: how much processor time the app had meanwhile, other deadlines, and a main thread that is busy while nothing is
asked of it (the system does not mind; the person does).
"""

from functools import partial

from afterswipe.kernel import AppChange, Cause, Due, Host, Phase, Process, State
from afterswipe.units import duration

_DEADLINES = {
    "didFinishLaunching": "model.watchdog-limit",
    "sceneWillEnterForeground": "model.watchdog-limit",
    "applicationWillEnterForeground": "model.watchdog-limit",
    "sceneDidEnterBackground": "life-cycle.did-enter-background-limit",
    "applicationDidEnterBackground": "life-cycle.did-enter-background-limit",
}


class Watchdog:
    """Watches the callbacks of one process until they have returned."""

    def __init__(self, process: Process, host: Host) -> None:
        self._process = process
        self._host = host
        self._waiting: dict[int, Due] = {}
        self._holds: dict[int, int] = {}
        process.when_returned = self._returned
        process.phases.on(Phase.CALLBACKS, self._told)
        process.phases.on(Phase.WATCHDOG, self._stop)

    def _told(self, _change: AppChange) -> None:
        """The app was given callbacks: each has returned when the main thread gets to what is queued behind it."""
        for number, (callback, at) in self._process.out.items():
            if number in self._waiting or (claim := _DEADLINES.get(callback)) is None:
                continue
            limit = self._process.rules.milliseconds(claim)
            late = partial(self._late, number, callback, limit)
            self._waiting[number] = self._process.clock.at(at + limit, late)
        if self._process.loop.blocked_until > self._process.clock.now:
            self.blocked()

    def blocked(self) -> None:
        """The main thread is busy: the system waits for the callbacks that are out before it suspends the app."""
        for number in self._waiting:
            if number not in self._holds:
                callback, _ = self._process.out[number]
                self._holds[number] = self._process.run_time.hold(f"{callback} has not returned")

    def _stop(self, change: AppChange) -> None:
        if change.after is State.NOT_RUNNING:
            for due in self._waiting.values():
                due.cancel()
            self._waiting.clear()

    def _returned(self, number: int) -> None:
        if (due := self._waiting.pop(number, None)) is not None:
            due.cancel()
        if number in self._holds:
            self._process.run_time.release(self._holds.pop(number))

    def _late(self, number: int, callback: str, limit: int) -> None:
        in_time = number not in self._waiting or self._process.loop.blocked_until <= self._process.clock.now
        if in_time or not self._process.state.runs:
            return
        self._process.rules.cite("life-cycle.watchdog")
        what = "launching the app took" if callback == "didFinishLaunching" else f"{callback} took"
        self._host.terminate(f"{what} longer than {duration(limit)}", Cause.WATCHDOG)
