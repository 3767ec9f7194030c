"""UIKit's background task assertion: it holds off suspension for a while, once, for the whole app.

Apple: `beginBackgroundTask(withName:expirationHandler:)` and `endBackgroundTask(_:)`. The name misleads:
there is no task. It is an assertion, "do not suspend me yet" (claim background-assertion.is-not-a-task).
`ProcessInfo.performExpiringActivity` takes one of the same kind for as long as a block runs; app extensions
have only that. Not modelled: the shorter time in Low Power Mode (claim
system-conditions.low-power-mode-shortens-background-tasks; Apple gives no number).
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from afterswipe.errors import must
from afterswipe.kernel import Action, AppChange, Cause, Due, Host, Phase, Process, State
from afterswipe.kernel.record import AssertionChanged

_DURATIONS = (
    "background-assertion.duration",
    "background-assertion.duration-ios-7",
    "background-assertion.duration-ios-4",
)

ExpiringBlock = Callable[[bool], Coroutine[Any, Any, None] | None]
"""What an expiring activity runs: called with False to work, with True shortly before suspension."""


@dataclass(frozen=True)
class _Assertion:
    name: str
    expiration_handler: Action | None
    hold: int
    must_be_ended: bool = True


class BackgroundTime:
    """The time that an app has left in the background: the app's, however many assertions it holds."""

    def __init__(self, process: Process, host: Host) -> None:
        self._process, self._host = process, host
        self._clock, self._rules = process.clock, process.rules
        self._held: dict[int, _Assertion] = {}
        self._count = 0
        self._planned: list[Due] = []
        self.ends_at: int | None = None
        process.phases.on(Phase.BACKGROUND_TIME, self._changed)

    def begin(self, name: str, expiration_handler: Action | None, *, must_be_ended: bool = True) -> int:
        """Take an assertion; returns its identifier, or 0 without time. Not ended in time it ends the app."""
        if self._process.state is State.BACKGROUND and self.is_endless:
            self._start()
        if self._over:
            return 0
        self._count += 1
        hold = self._process.run_time.hold(name)
        self._held[self._count] = _Assertion(name, expiration_handler, hold, must_be_ended)
        self._process.note(AssertionChanged(self._clock.now, name, "begun"))
        if len(self._held) > self._rules.number("background-assertion.leak-limit"):
            why, cause = "too many background tasks were begun and not ended", Cause.TOO_MANY_BACKGROUND_TASKS
            self._clock.after(0, lambda: self._host.terminate(why, cause))
        return self._count

    def end(self, identifier: int) -> None:
        """Give an assertion back; raises UsageError for one that is not held."""
        why = f"No background task {identifier} is held: never begun, or ended before."
        must(identifier in self._held, why)
        assertion = self._held.pop(identifier)
        self._process.note(AssertionChanged(self._clock.now, assertion.name, "ended"))
        self._process.run_time.release(assertion.hold)

    def perform(self, reason: str, block: ExpiringBlock) -> None:
        """Run a block under an assertion that ends in suspension. Raises UnavailableError before iOS 8.2."""
        self._rules.require("background-assertion.expiring-activity-warns", "performExpiringActivity")
        identifier = self.begin(reason, lambda: self._call(block, True), must_be_ended=False)

        def done() -> None:
            if identifier in self._held:
                self.end(identifier)

        self._process.call(lambda: self._call(block, not identifier, done))

    @property
    def is_endless(self) -> bool:
        """Whether no clock ticks, or it is over and something else, such as sound, gives the app time."""
        return self.ends_at is None or (self._over and not self._held and bool(self._process.run_time.holds))

    @property
    def _over(self) -> bool:
        return self.ends_at is not None and self._planned[0].at <= self._clock.now

    def _changed(self, change: AppChange) -> None:
        """Start or stop the clock: for all assertions it is the same, and it runs in the background only."""
        if change.before is State.BACKGROUND:
            self.ends_at = None
            self._stop()
        if change.after is State.BACKGROUND and self._held:
            self._rules.cite("background-assertion.time-is-shared")
            self._start()

    def _stop(self) -> None:
        for due in self._planned:
            due.cancel()

    def _start(self) -> None:
        """Start the clock: when the app is in the background, and holds an assertion."""
        self._stop()
        self._rules.cite("background-assertion.clock-starts-in-background")
        self.ends_at = self._clock.now + self._duration()
        warning = self._rules.milliseconds("background-assertion.expiration-warning")
        at = self._clock.at
        self._planned = [at(self.ends_at - warning, self._expire), at(self.ends_at, self._out_of_time)]

    def _duration(self) -> int:
        return self._rules.milliseconds(next(filter(self._rules.holds, _DURATIONS)))

    def _expire(self) -> None:
        for assertion in list(self._held.values()):
            self._process.note(AssertionChanged(self._clock.now, assertion.name, "expires"))
            if assertion.expiration_handler:
                self._rules.cite("background-assertion.expiration-handler")
                self._process.call(assertion.expiration_handler)

    def _call(self, block: ExpiringBlock, expired: bool, done: Action = lambda: None) -> None:
        self._process.loop.start(block(expired), done)

    def _out_of_time(self) -> None:
        if any(assertion.must_be_ended for assertion in self._held.values()):
            self._rules.cite("background-assertion.must-be-ended")
            self._host.terminate("a background task was not ended in time", Cause.BACKGROUND_TASK)
            return
        for identifier in list(self._held):
            self.end(identifier)
