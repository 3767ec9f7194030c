"""Pushes and local notifications: what a server can start on the phone, and whose process runs then.

A silent push wakes the app for a while, when the system sees fit. The system shows an alert push, which wakes
no app; a notification service extension may change its words. A VoIP push wakes the app and must ring. Push
to Talk gives time while it transmits. Those to a Live Activity draw a card. Taken for granted, with no claim
for it: an alert push without an extension is shown after a force quit too.

A local notification (claim life-cycle.local-notification-without-the-app) gives no run time, and nothing is
decided when it is shown. So an app can schedule the bad news in advance, and take it back when all went well.
Apple's pages do not name force quit; it is applied to it.

For a phone that is away Apple's servers store one push, the latest, which arrives later (claim
live-activity-push.apns-stores-one-per-app).

Not modelled: the SDK that an app was built with (VoIP: the iOS 13 SDK or later), tokens, delivery over the
air and its losses, `apns-expiration`, a VoIP push that is stored, the app's permission to notify, the first
version of PushKit (the phone takes a VoIP push on any version), an app that gets no more VoIP pushes because
it never reported a call (nobody says after how many), the length of a call, Push to Talk's own push.
"""

from collections.abc import Callable

from afterswipe.device.conditions import Conditions
from afterswipe.device.network import Network
from afterswipe.errors import must
from afterswipe.frameworks.extensions.system import Extension, ExtensionMain, Extensions
from afterswipe.kernel import Action, Checked, Due, Event, Host, Phase, Process
from afterswipe.kernel.given import Done
from afterswipe.kernel.record import Entry, PushArrived, StateChanged, frozen
from afterswipe.units import SECOND, YEAR

_LOW_PRIORITY = 5
_OFFLINE = "not delivered, nothing from outside reaches the phone"


class ServiceExtension(Extension):
    """A notification service extension: it may change what an alert push says before it is shown."""

    service_extension_time_will_expire: Callable[[], object]
    """Called once when the time is up: the last chance to call `content_handler`."""

    def __init__(self, network: Network, text: str, show: Callable[[str], None]) -> None:
        super().__init__(network, "notification service extension")
        self.text = text
        """What the push says."""
        self.service_extension_time_will_expire = lambda: None
        self._show = show

    def content_handler(self, text: str) -> None:
        """Show the notification, with this text."""
        self._show(text)


class Pushes(Checked):
    """The phone's side: `phone.pushes`. Every method is a push that arrives from the app's server."""

    def __init__(self, host: Host, conditions: Conditions, network: Network, extensions: Extensions) -> None:
        self._host, self._conditions = host, conditions
        self._network, self._extensions = network, extensions
        self._service: ExtensionMain[ServiceExtension] | None = None
        self._woken: list[int] = []
        self._held_since: int | None = None
        self._stored: tuple[str, Callable[[], str]] | None = None
        network.changes.on(Phase.APP_PUSHES, self._network_changed)
        self.notifications: list[str] = []
        """What the person was shown, in order."""
        self.calls: list[str] = []
        """Who rang, in order."""

    def silent(self, *, push_type: str = "background", priority: int = _LOW_PRIORITY) -> str:
        """Deliver a silent push; says what came of it: the app is woken for 30 s, it waits, or is discarded.

        The headers are `apns-push-type` and `apns-priority`. More pushes than Apple advises for an hour wait
        (claims silent-push.budget, model.silent-push-window) and arrive as one (claim
        silent-push.always-discretionary). Raises UnavailableError before iOS 7, APIError for other headers
        since iOS 13 (claim silent-push.headers).
        """
        self._host.rules.require("silent-push.duration", "silent pushes")
        right = (push_type, priority) == ("background", _LOW_PRIORITY)
        rule = "silent-push.headers"
        why = f"A push with apns-push-type {push_type!r} and apns-priority {priority} is no silent push. Send it with 'background' and 5."
        self._host.rules.obeyed(rule, right or not self._host.rules.holds(rule), why)
        return self._told("silent", self._arrives("silent", self._try_to_wake))

    def _arrives(self, kind: str, arrive: Callable[[], str]) -> str:
        """What became of a push; for a phone that is away APNs stores the latest of an app."""
        if self._network.online:
            return arrive()
        self._host.rules.cite("live-activity-push.apns-stores-one-per-app")
        self._stored = kind, arrive
        return _OFFLINE

    def _network_changed(self) -> None:
        if self._network.online and self._stored is not None:
            (kind, arrive), self._stored = self._stored, None
            self._host.clock.after(0, lambda: self._note(kind, f"one that APNs stored: {arrive()}"))

    def _try_to_wake(self) -> str:
        host = self._host
        if host.state.foreground:
            self._arrived()
            return "given to the app, which is in front"
        if host.was_force_quit:
            host.rules.cite("force-quit.discards-silent-push")
            return "discarded, the person force quit the app"
        if self._conditions.background_refresh_status == "denied":
            self._host.rules.cite("system-conditions.background-app-refresh-off")
            return "not delivered, Background App Refresh is off"
        if self._budget_is_used_up():
            if self._held_since is None:
                window = host.rules.milliseconds("model.silent-push-window")
                host.clock.at(self._woken[0] + window, self._deliver_held)
            self._held_since = host.clock.now  # a later one takes its place: what waits arrives as one
            return "waits, the app was woken often enough in this hour"
        if not host.wake("silent push", "silent-push.duration", "force-quit.discards-silent-push"):
            return "not delivered, there is no such app"
        self._woken.append(self._host.clock.now)
        self._arrived()
        return "the app was woken"

    def _arrived(self) -> None:
        if (process := self._host.process) is not None:
            process.call(process.app.pushes._on_silent)

    def _budget_is_used_up(self) -> bool:
        self._host.rules.cite("silent-push.always-discretionary")
        window = self._host.rules.milliseconds("model.silent-push-window")
        self._woken = [at for at in self._woken if at > self._host.clock.now - window]
        return len(self._woken) >= self._host.rules.number("silent-push.budget")

    def _deliver_held(self) -> None:
        held_since, self._held_since = self._held_since, None
        assert held_since is not None
        changes = self._host.record.of(StateChanged)
        if any(change.event is Event.FORCE_QUIT and change.at >= held_since for change in changes):
            self._host.rules.cite("force-quit.discards-silent-push")
            self._note("silent", "one that waited is discarded, the person force quit the app")
        else:
            self._note("silent", f"one that waited: {self._arrives('silent', self._try_to_wake)}")

    def install_service_extension(self, did_receive: ExtensionMain[ServiceExtension]) -> None:
        """Give the app a notification service extension. Raises UnavailableError before iOS 10."""
        self._host.rules.require("alert-push.service-extension-trigger", "notification service extensions")
        self._service = did_receive

    def alert(self, text: str, *, mutable_content: bool = False) -> str:
        """Deliver an alert push and return what became of it. The system shows it; the app is not woken.

        With `mutable_content` its service extension runs first. Raises NotKnownError after a force quit.
        """
        return self._told("alert", self._arrives("alert", lambda: self._alert(text, mutable_content)))

    def _alert(self, text: str, mutable_content: bool) -> str:
        if not mutable_content:
            self._host.rules.cite("alert-push.service-extension-trigger")
        if self._service is None or not mutable_content:
            self.notifications.append(text)
            return f"shown as {text!r}"
        self._host.must_not_be_force_quit("whether a notification service extension runs after a force quit")
        shown = len(self.notifications)

        def show(words: str) -> None:
            if len(self.notifications) == shown:
                self.notifications.append(words)
                self._note("alert", f"shown as {words!r}")

        extension = ServiceExtension(self._network, text, show)

        def last_chance() -> object:
            self._host.rules.cite("alert-push.service-extension-last-chance")
            return extension.service_extension_time_will_expire()

        limit = self._host.rules.milliseconds("model.service-extension-run-time")
        extension.ended, extension.last_chance = lambda: show(text), last_chance
        self._extensions.start(extension, self._service, limit)
        return "given to the service extension"

    def voip(self, caller: str) -> str:
        """A VoIP push wakes the app, which must report a call. Raises NotKnownError after a force quit."""
        self._host.must_not_be_force_quit("whether a VoIP push launches an app that was force quit")
        if not self._network.online:
            return self._note("VoIP", _OFFLINE)
        if not self._host.state.foreground:
            self._host.wake("VoIP push", "model.wake-run-time")
        if (process := self._host.process) is None:
            return self._note("VoIP", "not delivered, there is no such app")
        process.call(lambda: self._incoming(process, caller))
        return self._told("VoIP", "given to the app")

    def _incoming(self, process: Process, caller: str) -> None:
        rung, host = len(self.calls), self._host

        def look() -> None:
            if len(self.calls) == rung and host.rules.holds("voip-push.must-report-a-call"):
                why = "a VoIP push came and no call was reported"
                host.clock.after(1, lambda: host.terminate(why) if host.process is process else None)

        process.loop.start(process.app.pushes._on_call(caller), look)

    def _told(self, kind: str, outcome: str) -> str:
        self._note(kind, outcome)
        self._host.turn()  # who is told of it runs at once
        return outcome

    def _note(self, kind: str, outcome: str) -> str:
        self._host.record.add(PushArrived(self._host.clock.now, kind, outcome))
        return outcome


@frozen
class Notified(Entry):
    """The person was shown a local notification."""

    _words = "notification {0.identifier!r}: {0.text}"
    identifier: str
    text: str


class Notifications(Checked):
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


class AppPushes(Checked):
    """The app's side: `app.pushes`. Give it the handlers at launch, before the first `await`."""

    def __init__(self, process: Process, pushes: Pushes) -> None:
        self.process, self._pushes = process, pushes
        self._on_silent: Action = lambda: None
        self._on_call: Callable[[str], None] = lambda _caller: None
        self._transmitting = 0

    def did_receive_remote_notification(self, handler: Action) -> None:
        """Call `handler` for each silent push; the completion handler is `app.complete_wake()`."""
        self.process.must_run("take pushes", "life-cycle.suspended-runs-no-code")
        self._on_silent = handler

    def did_receive_incoming_push(self, handler: Callable[[str], None]) -> None:
        """Call `handler` with the caller of each VoIP push. Since iOS 13 it must report a call."""
        self.process.must_run("take pushes", "life-cycle.suspended-runs-no-code")
        self._on_call = handler

    def report_new_incoming_call(self, caller: str) -> None:
        """CallKit's `reportNewIncomingCall`: the phone rings, whatever is in front, and the person knows."""
        self.process.must_run("report a call", "life-cycle.suspended-runs-no-code")
        self._pushes.calls.append(caller)

    def request_begin_transmitting(self) -> None:
        """Push to Talk: transmit, with run time until `stop_transmitting`.

        Raises UnavailableError before iOS 16, UsageError where it does already.
        """
        self.process.rules.require("push-to-talk.run-time", "Push to Talk framework")
        self.process.must_run("transmit", "life-cycle.suspended-runs-no-code")
        must(not self._transmitting, "The app transmits already. Call stop_transmitting() first.")
        self._transmitting = self.process.run_time.hold("Push to Talk")

    def stop_transmitting(self) -> None:
        """Push to Talk: stop. Twice does nothing."""
        self.process.run_time.release(self._transmitting)
        self._transmitting = 0


class LocalNotifications(Checked):
    """What the app can ask for: `app.notifications`."""

    def __init__(self, process: Process, notifications: Notifications) -> None:
        self._process, self._notifications = process, notifications

    def add(self, identifier: str, text: str, *, after: float) -> Done:
        """Have a text shown `after` so many seconds. Raises UsageError without run time, and for 0."""
        self._process.must_run("schedule a notification", "life-cycle.suspended-runs-no-code")
        must(0 < after * SECOND <= YEAR, f"{after=}: give seconds from now, above 0 and up to a year.")
        self._notifications.add(identifier, text, self._process.clock.now + round(after * SECOND))
        return Done()

    def remove_pending(self, identifier: str) -> None:
        """Take a pending one back. Raises UsageError without run time."""
        self._process.must_run("take a notification back", "life-cycle.suspended-runs-no-code")
        self._notifications.remove(identifier)
