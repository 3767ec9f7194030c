"""Local notifications: a note that the app schedules while it runs, and that the system shows without it.

Apple: `UNUserNotificationCenter` with a time interval as the trigger (claim life-cycle.local-notification-without-the-app). It gives no run
time, and nothing is decided when it is shown: what it says was written before. So an app can schedule the bad news in advance, and take
it back when all went well. Apple's pages do not name force quit; the claim's sentence is applied to it as to any app that does not run.

Not modelled: permission, sounds, other triggers, the limit of pending requests, a person who reacts, a restart of the phone.
"""

from typing import TYPE_CHECKING

from afterswipe.errors import UsageError
from afterswipe.kernel.clock import Due
from afterswipe.kernel.frozen import frozen
from afterswipe.kernel.record import Entry
from afterswipe.units import SECOND

if TYPE_CHECKING:
    from afterswipe.app import Application
    from afterswipe.system import System

_RULE = "life-cycle.local-notification-without-the-app"


@frozen
class Notified(Entry):
    """The person was shown a local notification."""

    identifier: str
    text: str

    def __str__(self) -> str:
        return f"notification {self.identifier!r}: {self.text}"


class Notifications:
    """The system's side, which does not need the app: `phone.notifications`."""

    def __init__(self, system: "System") -> None:
        self._system = system
        self._pending: dict[str, Due] = {}

    @property
    def shown(self) -> list[Notified]:
        """What the person was shown, in order."""
        return self._system.record.of(Notified)

    def add(self, identifier: str, text: str, at: int) -> None:
        """Show it at `at` (milliseconds); one that is pending under this identifier is replaced."""
        self.remove(identifier)
        self._pending[identifier] = self._system.clock.at(at, lambda: self._show(identifier, text))

    def remove(self, identifier: str) -> None:
        """Forget a pending one. One that is not pending is no error."""
        if (due := self._pending.pop(identifier, None)) is not None:
            due.cancel()

    def _show(self, identifier: str, text: str) -> None:
        del self._pending[identifier]
        if self._system.app_state.runs or self._system.rules.holds(_RULE):
            self._system.record.add(Notified(self._system.clock.now, identifier, text))


class LocalNotifications:
    """What the app can ask for: `app.notifications`."""

    def __init__(self, app: "Application") -> None:
        self._app = app

    def add(self, identifier: str, text: str, *, after: float) -> None:
        """Have a text shown `after` so many seconds. Raises UsageError without run time, and for a time that is not above zero."""
        self._app.must_run("schedule a notification", "life-cycle.suspended-runs-no-code")
        if not after > 0:
            raise UsageError(f"after={after}: a notification is for later. Give seconds above 0.")
        at = self._app.clock.now + round(after * SECOND)
        self._app.system.notifications.add(identifier, text, at)

    def remove_pending(self, identifier: str) -> None:
        """Take a pending one back. Raises UsageError without run time."""
        self._app.must_run("take a notification back", "life-cycle.suspended-runs-no-code")
        self._app.system.notifications.remove(identifier)
