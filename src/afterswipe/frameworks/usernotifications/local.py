"""Local notifications: a note that the app schedules while it runs, and that the system shows without it.

Apple: `UNUserNotificationCenter` with a time interval as the trigger (claim life-cycle.local-notification-without-the-app). It gives no run
time, and nothing is decided when it is shown: what it says was written before. So an app can schedule the bad news in advance, and take
it back when all went well. Apple's pages do not name force quit; the claim's sentence is applied to it as to any app that does not run.

Not modelled: permission, sounds, other triggers, the limit of pending requests, a person who reacts, a restart of the phone.
"""

from afterswipe.kernel import Due, Host
from afterswipe.kernel.frozen import frozen
from afterswipe.kernel.record import Entry


@frozen
class Notified(Entry):
    """The person was shown a local notification."""

    identifier: str
    text: str

    def __str__(self) -> str:
        return f"notification {self.identifier!r}: {self.text}"


class Notifications:
    """The system's side, which does not need the app: `phone.notifications`."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._pending: dict[str, Due] = {}

    @property
    def shown(self) -> list[Notified]:
        """What the person was shown, in order."""
        return self._host.record.of(Notified)

    def add(self, identifier: str, text: str, at: int) -> None:
        """Show it at `at` (milliseconds); one that is pending under this identifier is replaced."""
        self.remove(identifier)
        self._pending[identifier] = self._host.clock.at(at, lambda: self._show(identifier, text))

    def remove(self, identifier: str) -> None:
        """Forget a pending one. One that is not pending is no error."""
        if (due := self._pending.pop(identifier, None)) is not None:
            due.cancel()

    def _show(self, identifier: str, text: str) -> None:
        del self._pending[identifier]
        if not self._host.state.runs:
            self._host.rules.cite("life-cycle.local-notification-without-the-app")
        self._host.record.add(Notified(self._host.clock.now, identifier, text))
