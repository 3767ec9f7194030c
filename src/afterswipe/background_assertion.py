"""UIKit's background task assertion: it holds off suspension for a while, once, for the whole app.

Apple: `beginBackgroundTask(withName:expirationHandler:)` and `endBackgroundTask(_:)`. The name misleads:
there is no task. It is an assertion, "do not suspend me yet" (claim background-assertion.time-is-shared).
"""

from collections.abc import Callable

from .clock import Clock, Due
from .errors import UsageError
from .parameters import Parameters
from .record import AssertionChanged

_DURATIONS = (
    "background-assertion.duration",
    "background-assertion.duration-ios-7",
    "background-assertion.duration-ios-4",
)


class BackgroundTime:
    """The time that an app has left in the background. It belongs to the app: two assertions do not give twice as much."""

    def __init__(
        self,
        clock: Clock,
        parameters: Parameters,
        note: Callable[[AssertionChanged], None],
        *,
        call: Callable[[Callable[[], None]], object],
        suspend: Callable[[], None],
        kill: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._parameters = parameters
        self._note = note
        self._call = call
        self._suspend = suspend
        self._kill = kill
        self._held: dict[int, tuple[str, Callable[[], None] | None]] = {}
        self._count = 0
        self._planned: list[Due] = []
        self._ends_at: int | None = None

    def begin(self, name: str, expiration_handler: Callable[[], None] | None) -> int:
        """Take an assertion and return its identifier."""
        self._count += 1
        self._held[self._count] = (name, expiration_handler)
        self._note(AssertionChanged(self._clock.now, name, "begun"))
        return self._count

    def end(self, identifier: int) -> None:
        """Give an assertion back; raises UsageError for one that is not held."""
        if identifier not in self._held:
            raise UsageError(
                f"There is no background task {identifier} to end: it was never begun, or it was ended before."
            )
        name, _ = self._held.pop(identifier)
        self._note(AssertionChanged(self._clock.now, name, "ended"))
        if not self._held and self._ends_at is not None:
            self._plan(self._clock.now, self._suspend)

    def remaining(self) -> float:
        """Apple's `backgroundTimeRemaining` in seconds; infinite while the app is in the foreground."""
        return float("inf") if self._ends_at is None else (self._ends_at - self._clock.now) / 1000

    def entered_background(self) -> None:
        """Start the clock. Without an assertion the app is suspended shortly after."""
        now = self._clock.now
        duration = self._parameters.milliseconds(next(filter(self._parameters.has, _DURATIONS)))
        self._ends_at = now + duration
        warning = self._parameters.milliseconds("background-assertion.expiration-warning")
        self._plan(
            now + self._parameters.milliseconds("model.time-until-suspension"), self._suspend_unless_held
        )
        self._plan(self._ends_at - warning, self._expire)
        self._plan(self._ends_at, self._out_of_time)

    def left_background(self) -> None:
        """Stop the clock: the app is in the foreground again, or gone."""
        self._ends_at = None
        for due in self._planned:
            due.cancel()
        self._planned.clear()

    def _plan(self, at: int, action: Callable[[], None]) -> None:
        self._planned.append(self._clock.at(at, action))

    def _suspend_unless_held(self) -> None:
        if not self._held:
            self._suspend()

    def _expire(self) -> None:
        for name, handler in list(self._held.values()):
            self._note(AssertionChanged(self._clock.now, name, "expires"))
            if handler is not None:
                self._call(handler)

    def _out_of_time(self) -> None:
        if self._held:
            self._kill()
        else:
            self._suspend()
