"""What an app can ask of notifications and pushes: handlers for those that arrive, and notes that the system shows later."""

from collections.abc import Callable

from afterswipe.errors import must
from afterswipe.kernel import Action, Process
from afterswipe.units import SECOND

from .system import Notifications, Pushes


class AppPushes:
    """The app's side: `app.pushes`. Give it the handlers at launch, before the first `await`."""

    def __init__(self, process: Process, pushes: Pushes) -> None:
        self.process = process
        self._pushes = pushes
        pushes.listens(process)
        self._transmitting: int | None = None

    def did_receive_remote_notification(self, handler: Action) -> None:
        """Call `handler` for each silent push. When the work is done, call `app.complete_wake()`: Apple's completion handler."""
        self._pushes.on_silent = handler

    def did_receive_incoming_push(self, handler: Callable[[str], None]) -> None:
        """Call `handler` with the caller's name for each VoIP push. Since iOS 13 it must report a call before it returns."""
        self._pushes.on_call = handler

    def report_new_incoming_call(self, caller: str) -> None:
        """CallKit's `reportNewIncomingCall`: the phone rings, in front of everything, and the person knows."""
        self.process.must_run("report a call", "life-cycle.suspended-runs-no-code")
        self._pushes.calls.append(caller)

    def request_begin_transmitting(self) -> None:
        """Push to Talk: begin to transmit. Until `stop_transmitting` the app has run time (claim push-to-talk.run-time).

        Raises UnavailableError before iOS 16, UsageError where it transmits already.
        """
        self.process.rules.require("push-to-talk.run-time", "Push to Talk framework")
        must(self._transmitting is None, "The app transmits already. Call stop_transmitting() first.")
        self._transmitting = self.process.run_time.hold("Push to Talk")

    def stop_transmitting(self) -> None:
        """Push to Talk: stop. Twice does nothing."""
        if self._transmitting is not None:
            self.process.run_time.release(self._transmitting)
        self._transmitting = None


class LocalNotifications:
    """What the app can ask for: `app.notifications`."""

    def __init__(self, process: Process, notifications: Notifications) -> None:
        self._process = process
        self._notifications = notifications

    def add(self, identifier: str, text: str, *, after: float) -> None:
        """Have a text shown `after` so many seconds. Raises UsageError without run time, and for a time that is not above zero."""
        self._process.must_run("schedule a notification", "life-cycle.suspended-runs-no-code")
        must(after > 0, f"after={after}: a notification is for later. Give seconds above 0.")
        at = self._process.clock.now + round(after * SECOND)
        self._notifications.add(identifier, text, at)

    def remove_pending(self, identifier: str) -> None:
        """Take a pending one back. Raises UsageError without run time."""
        self._process.must_run("take a notification back", "life-cycle.suspended-runs-no-code")
        self._notifications.remove(identifier)
