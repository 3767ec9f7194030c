"""Pushes: what a server can start on the phone, and whose process runs then.

A silent push wakes the app for a while, when the system finds it right. An alert push is shown by the system and wakes no
app; a notification service extension may change its words, in a process of its own. A VoIP push wakes the app and must
ring. Push to Talk gives time while it transmits. Pushes to a Live Activity are elsewhere: they draw a card.

Taken for granted, with no claim for it: the system shows an alert push without an extension after a force quit too.

Not modelled: the SDK that an app was built with (VoIP: the iOS 13 SDK or later), tokens, delivery over the air and its losses, the app's permission to notify, the first version of PushKit
(the phone takes a VoIP push on any version), an app that gets no more VoIP pushes because it never reported a call (nobody
says after how many), the length of a call, Push to Talk's own push.
"""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from afterswipe.errors import APIError, NotKnownError, UsageError
from afterswipe.frameworks.activitykit.pushes import LOW
from afterswipe.frameworks.extensions.extensions import Extension
from afterswipe.kernel.clock import Due
from afterswipe.kernel.life_cycle import Event
from afterswipe.kernel.record import PushArrived, StateChanged

if TYPE_CHECKING:
    from afterswipe.app import Application
    from afterswipe.system import System

_TICK = 1
_FORCE_QUIT = "force-quit.pushes-and-intents-unsettled"
_TRIGGER, _LAST_CHANCE = "alert-push.service-extension-trigger", "alert-push.service-extension-last-chance"
_REPORT, _TALK = "voip-push.must-report-a-call", "push-to-talk.run-time"


class ServiceExtension(Extension):
    """A notification service extension: it may change what an alert push says before it is shown."""

    def __init__(self, system: "System", text: str, show: Callable[[str], None]) -> None:
        super().__init__(system, "notification service extension")
        self.text = text
        """What the push says."""
        self.service_extension_time_will_expire: Callable[[], None] = lambda: None
        """Called once when the time is up: the last chance to call `content_handler`."""
        self._show = show

    def content_handler(self, text: str) -> None:
        """Show the notification, with this text."""
        self._show(text)


class Pushes:
    """The phone's side: `phone.pushes`. Every method is a push that arrives from the app's server."""

    def __init__(self, system: "System") -> None:
        self._system = system
        self._clock = system.clock
        self._rules = system.rules
        self._service: Callable[[ServiceExtension], Coroutine[Any, Any, None]] | None = None
        self._woken: list[int] = []
        self._held_since: int | None = None
        self._planned: Due | None = None
        self.notifications: list[str] = []
        """What the person was shown, in order."""
        self.calls: list[str] = []
        """Who rang, in order."""

    def silent(self, *, push_type: str = "background", priority: int = LOW) -> str:
        """Deliver a silent push and return what became of it: the app is woken for 30 seconds, or it waits, or it is discarded.

        The headers are `apns-push-type` and `apns-priority`. More pushes than Apple advises for an hour wait (claims
        silent-push.budget, model.silent-push-window) and arrive as one (claim silent-push.always-discretionary).
        Raises UnavailableError before iOS 7, APIError for other headers since iOS 13 (claim silent-push.headers).
        """
        self._rules.require("silent-push.duration", "silent pushes")
        if (push_type, priority) != ("background", LOW) and self._rules.holds("silent-push.headers"):
            raise APIError(
                f"A push with apns-push-type {push_type!r} and apns-priority {priority} is no silent push. "
                "Send it with 'background' and 5.",
                "silent-push.headers",
            )
        return self._note("silent", self._try_to_wake())

    def _try_to_wake(self) -> str:
        system, rules = self._system, self._rules
        app = system.app
        if app is not None and app.state.foreground:
            app.pushes.arrived()
            return "given to the app, which is in front"
        if system.was_force_quit and rules.holds("force-quit.discards-silent-push"):
            return "discarded, the person force quit the app"
        denied = system.conditions.background_refresh_status == "denied"
        if denied and rules.holds("system-conditions.background-app-refresh-off"):
            return "not delivered, Background App Refresh is off"
        if self._budget_is_used_up():
            self._hold()
            return "waits, the app was woken often enough in this hour"
        if not system.wake("silent push", "silent-push.duration", "force-quit.discards-silent-push"):
            return "not delivered, there is no such app"
        self._woken.append(self._clock.now)
        if system.app is not None:
            system.app.pushes.arrived()
        return "the app was woken"

    def _budget_is_used_up(self) -> bool:
        if not self._rules.holds("silent-push.always-discretionary"):
            return False
        window = self._rules.milliseconds("model.silent-push-window")
        self._woken = [at for at in self._woken if at > self._clock.now - window]
        return len(self._woken) >= self._rules.number("silent-push.budget")

    def _hold(self) -> None:
        """Keep the push for later. A later one takes its place: what waits arrives as one."""
        self._held_since = self._clock.now
        if self._planned is None:
            window = self._rules.milliseconds("model.silent-push-window")
            self._planned = self._clock.at(self._woken[0] + window, self._deliver_held)

    def _deliver_held(self) -> None:
        held_since, self._held_since, self._planned = self._held_since, None, None
        if held_since is None:
            return
        force_quits = (
            entry.at for entry in self._system.record.of(StateChanged) if entry.event is Event.FORCE_QUIT
        )
        if any(at >= held_since for at in force_quits) and self._rules.holds(
            "force-quit.discards-silent-push"
        ):
            self._note("silent", "one that waited is discarded, the person force quit the app")
        else:
            self._note("silent", f"one that waited: {self._try_to_wake()}")

    def install_service_extension(
        self, did_receive: Callable[[ServiceExtension], Coroutine[Any, Any, None]]
    ) -> None:
        """Give the app a notification service extension. Raises UnavailableError before iOS 10."""
        self._rules.require(_TRIGGER, "notification service extensions")
        self._service = did_receive

    def alert(self, text: str, *, mutable_content: bool = False) -> str:
        """Deliver an alert push and return what became of it. The system shows it; the app is not woken.

        With `mutable_content` the service extension runs first, if there is one. Raises NotKnownError where that extension
        belongs to an app that was force quit.
        """
        wanted = mutable_content or not self._rules.holds(_TRIGGER)
        if self._service is None or not wanted:
            self.notifications.append(text)
            return self._note("alert", f"shown as {text!r}")
        if self._system.was_force_quit:
            raise NotKnownError(
                "whether a notification service extension runs after a force quit. Open the app before the push.",
                _FORCE_QUIT,
            )
        self._run_service(self._service, text)
        return self._note("alert", "given to the service extension")

    def _run_service(
        self, did_receive: Callable[[ServiceExtension], Coroutine[Any, Any, None]], text: str
    ) -> None:
        shown = len(self.notifications)

        def show(words: str) -> None:
            if len(self.notifications) == shown:
                self.notifications.append(words)
                self._note("alert", f"shown as {words!r}")

        extension = ServiceExtension(self._system, text, show)

        def last_chance() -> None:
            if self._rules.holds(_LAST_CHANCE):
                extension.service_extension_time_will_expire()

        limit = self._rules.milliseconds("model.service-extension-run-time")
        self._system.extensions.start(
            extension, did_receive, limit=limit, last_chance=last_chance, ended=lambda: show(text)
        )

    def voip(self, caller: str) -> str:
        """Deliver a VoIP push: the app is woken or launched and must report a call (claim voip-push.must-report-a-call).

        Raises NotKnownError where the app was force quit.
        """
        if self._system.was_force_quit:
            raise NotKnownError(
                "whether a VoIP push launches an app that was force quit. Open the app before the push.",
                _FORCE_QUIT,
            )
        if not self._system.app_state.foreground:
            self._system.wake("VoIP push", "model.wake-run-time")
        app = self._system.app
        if app is None:
            return self._note("VoIP", "not delivered, there is no such app")
        app.call(lambda: self._incoming(app, caller))
        return self._note("VoIP", "given to the app")

    def _incoming(self, app: "Application", caller: str) -> None:
        rung = len(self.calls)
        app.pushes.incoming(caller)
        if len(self.calls) == rung and self._rules.holds(_REPORT):
            self._clock.after(_TICK, lambda: self._no_call_was_reported(app))

    def _no_call_was_reported(self, app: "Application") -> None:
        if self._system.app is app:
            self._system.terminate("a VoIP push came and no call was reported")

    def _note(self, kind: str, outcome: str) -> str:
        self._system.record.add(PushArrived(self._clock.now, kind, outcome))
        return outcome


class AppPushes:
    """The app's side: `app.pushes`. Give it the handlers at launch, before the first `await`."""

    def __init__(self, app: "Application") -> None:
        self._app = app
        self._on_silent: Callable[[], None] = lambda: None
        self._on_call: Callable[[str], None] = lambda _caller: None
        self._transmitting: int | None = None

    def did_receive_remote_notification(self, handler: Callable[[], None]) -> None:
        """Call `handler` for each silent push. When the work is done, call `app.complete_wake()`: Apple's completion handler."""
        self._on_silent = handler

    def did_receive_incoming_push(self, handler: Callable[[str], None]) -> None:
        """Call `handler` with the caller's name for each VoIP push. Since iOS 13 it must report a call before it returns."""
        self._on_call = handler

    def report_new_incoming_call(self, caller: str) -> None:
        """CallKit's `reportNewIncomingCall`: the phone rings, in front of everything, and the person knows."""
        self._app.must_run("report a call", "life-cycle.suspended-runs-no-code")
        self._app.system.pushes.calls.append(caller)

    def request_begin_transmitting(self) -> None:
        """Push to Talk: begin to transmit. Until `stop_transmitting` the app has run time (claim push-to-talk.run-time).

        Raises UnavailableError before iOS 16, UsageError where it transmits already.
        """
        self._app.rules.require(_TALK, "Push to Talk framework")
        if self._transmitting is not None:
            raise UsageError("The app transmits already. Call stop_transmitting() first.")
        talks = self._app.rules.holds(_TALK)
        self._transmitting = self._app.run_time.hold("Push to Talk") if talks else 0

    def stop_transmitting(self) -> None:
        """Push to Talk: stop. Twice does nothing."""
        if self._transmitting is not None:
            self._app.run_time.release(self._transmitting)
        self._transmitting = None

    # What the phone uses.

    def arrived(self) -> None:
        """A silent push is here; the handler runs when the process is next turned."""
        self._app.call(self._silent)

    def _silent(self) -> None:
        self._on_silent()

    def incoming(self, caller: str) -> None:
        """A VoIP push is here. Runs inside of the app's process."""
        self._on_call(caller)
