"""What a person allows Live Activities to do, in Settings, and how a person handles a card."""

from afterswipe.claims.rules import Rules
from afterswipe.errors import UsageError

from .system import ActivityStore, needs


class LiveActivities:
    """The person's side of Live Activities, as `phone.live_activities`."""

    def __init__(self, rules: Rules, cards: ActivityStore) -> None:
        self._rules = rules
        self._cards = cards
        self._settings = cards.settings

    def allow(self, on: bool) -> None:
        """Switch Live Activities on or off for the app (claim live-activity.can-be-switched-off). What is on the screen is left alone."""
        self._settings.allowed = on

    def declare_frequent_updates(self) -> None:
        """Give the app the Info.plist key for a larger push budget. Raises UnavailableError before iOS 16.2."""
        needs(self._rules, "live-activity-push.frequent-updates-key", "frequent updates")
        self._settings.frequent_updates = True

    def allow_frequent_pushes(self, on: bool) -> None:
        """Switch frequent updates on or off for the app. A change ends the app's ongoing activities.

        Claim live-activity-push.frequent-updates-switch-ends-activities. Raises UnavailableError before iOS 16.2, and
        UsageError where the app has no such switch because it did not declare frequent updates.
        """
        needs(
            self._rules,
            "live-activity-push.frequent-updates-can-be-switched-off",
            "switch for frequent updates",
        )
        if not self._settings.frequent_updates:
            raise UsageError(
                "The app has no switch for frequent updates: it must declare them. Call phone.live_activities.declare_frequent_updates()."
            )
        changed, self._settings.frequent_pushes = on is not self._settings.frequent_pushes, on
        if changed:
            self._rules.cite("live-activity-push.frequent-updates-switch-ends-activities")
            for card in list(self._cards):
                if card.kind == "app":
                    self._cards.end(card.number, None, by="system")

    def collapse(self, number: int = 1) -> None:
        """Collapse the expanded view of a card, which ends an activity of the transient style (claim live-activity.transient-style).

        Raises UsageError where there is no such card.
        """
        if not any(card.number == number for card in self._cards):
            raise UsageError(f"There is no card {number} to collapse.")
        self._cards.collapsed(number)
