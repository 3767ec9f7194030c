"""UIKit's background task assertion: it holds off suspension for a while, once, for the whole app.

Apple: `beginBackgroundTask(withName:expirationHandler:)` and `endBackgroundTask(_:)`. The name misleads:
there is no task. It is an assertion, "do not suspend me yet" (claim background-assertion.is-not-a-task).
`ProcessInfo.performExpiringActivity` takes one of the same kind for as long as a block runs; app extensions have only that.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from afterswipe.errors import UsageError
from afterswipe.kernel.causes import Cause
from afterswipe.kernel.clock import Due
from afterswipe.kernel.record import AssertionChanged
from afterswipe.system import System

if TYPE_CHECKING:
    from afterswipe.app import Application

_DURATIONS = (
    "background-assertion.duration",
    "background-assertion.duration-ios-7",
    "background-assertion.duration-ios-4",
)

ExpiringBlock = Callable[[bool], Coroutine[Any, Any, None] | None]
"""What an expiring activity runs: called with False to work, and with True when the process is about to be suspended."""


@dataclass(frozen=True)
class _Assertion:
    name: str
    expiration_handler: Callable[[], None] | None
    hold: int
    begun: int
    must_be_ended: bool = True


class BackgroundTime:
    """The time that an app has left in the background. It belongs to the app: two assertions do not give twice as much."""

    def __init__(self, system: System, app: "Application") -> None:
        self._system = system
        self._clock = system.clock
        self._rules = system.rules
        self._app = app
        self._held: dict[int, _Assertion] = {}
        self._count = 0
        self._planned: list[Due] = []
        self._ends_at: int | None = None

    def begin(
        self, name: str, expiration_handler: Callable[[], None] | None, *, must_be_ended: bool = True
    ) -> int:
        """Take an assertion and return its identifier. An app that does not end it in time is terminated, if it must."""
        self._count += 1
        hold = self._app.run_time.hold(name)
        self._held[self._count] = _Assertion(name, expiration_handler, hold, self._clock.now, must_be_ended)
        self._app.note(AssertionChanged(self._clock.now, name, "begun"))
        if len(self._held) > self._rules.number("background-assertion.leak-limit"):
            self._clock.after(
                0,
                lambda: self._system.terminate(
                    "too many background tasks were begun and not ended", Cause.TOO_MANY_BACKGROUND_TASKS
                ),
            )
        return self._count

    def end(self, identifier: int) -> None:
        """Give an assertion back; raises UsageError for one that is not held."""
        if identifier not in self._held:
            raise UsageError(
                f"There is no background task {identifier} to end: it was never begun, or it was ended before."
            )
        assertion = self._held.pop(identifier)
        self._app.note(AssertionChanged(self._clock.now, assertion.name, "ended"))
        self._app.run_time.release(assertion.hold)

    def perform(self, reason: str, block: ExpiringBlock) -> None:
        """Run a block under an assertion that ends with it. At its expiry the process is suspended and not terminated.

        Raises UnavailableError before iOS 8.2.
        """
        rule = "background-assertion.expiring-activity-warns"
        self._rules.require(rule, "performExpiringActivity")
        warned = self._rules.holds(rule)
        identifier = self.begin(
            reason, (lambda: self._call(block, True)) if warned else None, must_be_ended=False
        )

        def done() -> None:
            if identifier in self._held:
                self.end(identifier)

        self._app.call(lambda: self._call(block, False, done))

    def remaining(self) -> float:
        """Apple's `backgroundTimeRemaining` in seconds; infinite while the app is in the foreground."""
        return float("inf") if self._ends_at is None else (self._ends_at - self._clock.now) / 1000

    def entered_background(self) -> None:
        """Start the clock (claim background-assertion.clock-starts-in-background)."""
        duration = self._rules.milliseconds(next(filter(self._rules.has, _DURATIONS)))
        begun = [assertion.begun for assertion in self._held.values()]
        if begun and not self._rules.holds("background-assertion.time-is-shared"):
            duration *= len(begun)
        starts = self._clock.now
        if begun and not self._rules.holds("background-assertion.clock-starts-in-background"):
            starts = min(begun)
        self._ends_at = starts + duration
        warning = self._rules.milliseconds("background-assertion.expiration-warning")
        self._planned = [
            self._clock.at(self._ends_at - warning, self._expire),
            self._clock.at(self._ends_at, self._out_of_time),
        ]

    def left_background(self) -> None:
        """Stop the clock: the app is in the foreground again, suspended, or gone."""
        self._ends_at = None
        for due in self._planned:
            due.cancel()
        self._planned.clear()

    def _expire(self) -> None:
        for assertion in list(self._held.values()):
            self._app.note(AssertionChanged(self._clock.now, assertion.name, "expires"))
            if assertion.expiration_handler and self._rules.holds("background-assertion.expiration-handler"):
                self._app.call(assertion.expiration_handler)

    def _call(self, block: ExpiringBlock, expired: bool, done: Callable[[], None] = lambda: None) -> None:
        work = block(expired)
        if work is None:
            done()
            return

        def over(task: asyncio.Task[None]) -> None:
            done()
            if not task.cancelled():
                task.result()  # raises what the block did not catch

        self._app.loop.create_task(work).add_done_callback(over)

    def _out_of_time(self) -> None:
        must_be_ended = any(assertion.must_be_ended for assertion in self._held.values())
        if must_be_ended and self._rules.holds("background-assertion.must-be-ended"):
            self._system.terminate("a background task was not ended in time", Cause.BACKGROUND_TASK)
        for identifier in list(self._held):
            self.end(identifier)
