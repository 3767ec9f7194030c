"""The rules of notifications and pushes, taken back."""

from afterswipe.device.conditions import Conditions
from afterswipe.frameworks.extensions.system import Extension, Extensions
from afterswipe.frameworks.usernotifications.system import Notifications, Pushes
from afterswipe.kernel.process import RunTime

from . import Patch, answered_no, plant


@plant("life-cycle.local-notification-without-the-app")
def a_notification_needs_its_app(patch: Patch) -> None:
    show = Notifications._show

    def planted(notifications: Notifications, identifier: str, text: str) -> None:
        if notifications._host.state.runs:
            show(notifications, identifier, text)

    patch.setattr(Notifications, "_show", planted)


@plant("force-quit.discards-silent-push")
def a_silent_push_wakes_after_a_force_quit(patch: Patch) -> None:
    wake = Pushes._try_to_wake

    def planted(pushes: Pushes) -> str:
        pushes._host.was_force_quit = False
        return wake(pushes)

    patch.setattr(Pushes, "_try_to_wake", planted)


@plant("system-conditions.background-app-refresh-off")
def the_switch_denies_nothing(patch: Patch) -> None:
    status = Conditions.background_refresh_status.fget

    def planted(conditions: Conditions) -> str:
        return status(conditions) if conditions.low_power_mode else "available"

    patch.setattr(Conditions, "background_refresh_status", property(planted))
    answered_no("system-conditions.background-app-refresh-off")(patch)


@plant("silent-push.always-discretionary")
def a_silent_push_never_waits(patch: Patch) -> None:
    patch.setattr(Pushes, "_budget_is_used_up", lambda _: False)


@plant("alert-push.service-extension-trigger")
def every_alert_goes_through_the_extension(patch: Patch) -> None:
    alert = Pushes.alert
    patch.setattr(Pushes, "alert", lambda pushes, text, **_: alert(pushes, text, mutable_content=True))


@plant("alert-push.service-extension-last-chance")
def there_is_no_last_chance(patch: Patch) -> None:
    start = Extensions.start

    def planted(extensions: Extensions, extension: Extension, *what) -> None:
        object.__setattr__(extension, "last_chance", lambda: None)
        start(extensions, extension, *what)

    patch.setattr(Extensions, "start", planted)


@plant("push-to-talk.run-time")
def talking_gives_no_run_time(patch: Patch) -> None:
    hold = RunTime.hold
    patch.setattr(RunTime, "hold", lambda run_time, why: 0 if why == "Push to Talk" else hold(run_time, why))
