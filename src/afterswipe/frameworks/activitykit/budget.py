"""The budgets of a Live Activity: how often an app may update it, and how often a server may push to it.

Apple publishes no number for either (claims live-activity.local-update-budget and live-activity-push.budget-number), so all
numbers here are the model's own.
"""

from afterswipe.system import System
from afterswipe.units import HOUR


class LocalUpdateBudget:
    """Updates from the app: so many at once, then one in each interval; what comes faster is dropped.

    Claim live-activity.fast-local-updates-are-dropped, with model.local-update-burst and model.local-update-interval.
    """

    def __init__(self, system: System) -> None:
        self._clock = system.clock
        self._rules = system.rules
        self._full_at: dict[int, int] = {}

    def allows(self, number: int) -> bool:
        """Whether an update of card `number` gets through now; one that does uses up its share."""
        if not self._rules.holds("live-activity.fast-local-updates-are-dropped"):
            return True
        interval = self._rules.milliseconds("model.local-update-interval")
        burst = self._rules.number("model.local-update-burst") * interval
        until = max(self._clock.now, self._full_at.get(number, 0)) + interval
        if until - self._clock.now > burst:
            return False
        self._full_at[number] = until
        return True


class PushBudget:
    """Pushes of priority 10: so many in any hour. One of priority 5 does not count (claim live-activity-push.priority-and-budget)."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._rules = system.rules
        self._sent: list[int] = []

    @property
    def limit(self) -> int:
        """How many pushes an hour has, with the app's key for frequent updates and the person's switch taken into account."""
        settings = self._system.cards.settings
        more = settings.frequent_updates and settings.frequent_pushes
        if more and self._rules.holds("live-activity-push.frequent-updates-key"):
            return int(self._rules.number("model.live-activity-push-budget-frequent"))
        return int(self._rules.number("model.live-activity-push-budget"))

    def take(self) -> int:
        """Use one push up, and return 0; or return the milliseconds until there is one again."""
        now = self._system.clock.now
        self._sent = [at for at in self._sent if at > now - HOUR]
        if len(self._sent) < self.limit or not self._rules.holds(
            "live-activity-push.over-budget-is-throttled"
        ):
            self._sent.append(now)
            return 0
        return self._sent[-self.limit] + HOUR - now
