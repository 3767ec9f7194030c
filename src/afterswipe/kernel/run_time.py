"""Run time in the background: an app keeps it only while something holds off its suspension."""

from collections.abc import Callable

from afterswipe.claims.rules import Rules

from .clock import Action, Clock, Due


class RunTime:
    """The holds on one process. In the background, no hold means suspension."""

    def __init__(self, clock: Clock, rules: Rules, suspend: Action) -> None:
        self._clock = clock
        self._rules = rules
        self._suspend = suspend
        self._holds: dict[int, str] = {}
        self._count = 0
        self._in_background = False
        self._planned: Due | None = None
        self.kept: Callable[[], bool] = lambda: True
        """Whether, without any hold, it goes on all the same: for a phone on which suspension is not the default."""

    def hold(self, why: str) -> int:
        """Hold off suspension for a reason; returns the number with which to release it."""
        self._count += 1
        self._holds[self._count] = why
        return self._count

    def release(self, number: int) -> None:
        """Give a hold back. With the last one the app is suspended, if it is in the background. Twice does nothing."""
        if self._holds.pop(number, None) is not None:
            self.look()

    def look(self) -> None:
        """See whether anything still holds off suspension, now that something may have changed."""
        if self._in_background:
            self._plan(0)

    def entered_background(self) -> None:
        """Without a hold the app is suspended shortly after (claim model.time-until-suspension)."""
        self._in_background = True
        self._plan(self._rules.milliseconds("model.time-until-suspension"))

    def left_background(self) -> None:
        """The app is in the foreground again, suspended, or gone."""
        self._in_background = False
        if self._planned is not None:
            self._planned.cancel()

    def _plan(self, delay: int) -> None:
        if self._planned is not None:
            self._planned.cancel()
        self._planned = self._clock.after(delay, self._suspend_unless_held)

    def _suspend_unless_held(self) -> None:
        if not self._holds and (self._rules.holds("life-cycle.suspension-is-the-default") or not self.kept()):
            self._suspend()
