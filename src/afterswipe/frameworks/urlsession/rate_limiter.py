"""The resume rate limiter of background sessions: why a chain of small uploads comes to a stop.

Apple's account of it is an engineer's post of 2015 (claim background-urlsession.rate-limiter-doubles): the daemon keeps a
delay for each app, doubles it whenever it resumes the app, and a task that the app creates in the background does not start
until the delay has expired. The first delay is one developer's log (claim background-urlsession.rate-limiter-first-delays).
How current systems behave is not known (claim background-urlsession.rate-limiter-on-current-ios).
"""

from afterswipe.claims.rules import Rules
from afterswipe.kernel import Clock, Due


class RateLimiter:
    """The delay that one app has built up."""

    def __init__(self, clock: Clock, rules: Rules) -> None:
        self._clock = clock
        self._rules = rules
        self._before = (0, 0)
        self._rest: Due | None = None
        self.delay = 0
        """In milliseconds, counted from the last time that the app was resumed."""
        self.resumed_at = 0
        """When the daemon last resumed the app, in milliseconds."""

    def resumes(self) -> None:
        """The daemon is about to resume the app for its background session: the delay grows before the app runs."""
        self._before = (self.delay, self.resumed_at)
        self._rules.cite("background-urlsession.each-resume-adds-a-delay")
        self._rules.cite("background-urlsession.chunks-one-by-one-is-the-worst-case")
        self.busy()
        self.delay = self._grown()
        self.resumed_at = self._clock.now

    def _grown(self) -> int:
        if not self.delay:
            return self._rules.milliseconds("background-urlsession.rate-limiter-first-delays")
        self._rules.cite("background-urlsession.rate-limiter-doubles")
        return 2 * self.delay

    def did_not_resume(self) -> None:
        """The app could not be resumed: the delay is what it was."""
        self.delay, self.resumed_at = self._before

    def idle(self) -> None:
        """Nothing of the app is under way. If the delay passes like this, it is reset (claim model.rate-limiter-rest)."""
        if self.delay and self._rest is None:
            self._rules.cite("model.rate-limiter-rest")
            self._rest = self._clock.at(self.resumed_at + self.delay, self._reset)

    def in_front(self) -> None:
        """The person brought the app to the front (claim background-urlsession.delay-resets-in-front)."""
        if self.delay:
            self._rules.cite("background-urlsession.delay-resets-in-front")
            self._reset()

    def wait(self) -> int:
        """How long, in milliseconds, a task that is created in the background now does not start."""
        return max(0, self.resumed_at + self.delay - self._clock.now) if self.delay else 0

    def _reset(self) -> None:
        self.delay = 0
        self.busy()

    def busy(self) -> None:
        """A task was created, or the app is resumed."""
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None
