"""ActivityKit as an app's code holds it: request, update and end Live Activities, while the app has run time."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from .activity_store import LIVE, ActivityState, Content
from .errors import ActivityAuthorizationError, UnavailableError, UsageError
from .units import SECOND

if TYPE_CHECKING:
    from .application import Application

_NEEDS_RUN_TIME = "live-activity.updates-need-run-time"


class Activity:
    """A Live Activity in the app's hands. Its methods work only while the app has run time."""

    def __init__(self, app: "Application", number: int) -> None:
        self._app = app
        self._number = number

    @property
    def activity_state(self) -> ActivityState:
        """Apple's `activityState`."""
        return self._app.cards.get(self._number).state

    def update(
        self,
        *,
        progress: float | None = None,
        text: str | None = None,
        stale_date: float | None = None,
        timer_interval: tuple[float, float] | None = None,
    ) -> None:
        """Change what the card says; what is left out stays, except the stale date.

        `progress` is 0.0 to 1.0. `stale_date` and both ends of `timer_interval` are seconds on the phone's clock (`app.now + 60`).
        Raises UsageError without run time (claim live-activity.updates-need-run-time).
        """
        self._app.must_run("update a Live Activity", _NEEDS_RUN_TIME)
        old = self._app.cards.get(self._number).content
        new = _content(
            self._app, text if text is not None else old.text, progress, stale_date, timer_interval
        )
        if progress is None and timer_interval is None:
            new = replace(new, progress=old.progress, timer=old.timer)
        self._app.cards.update(self._number, new, by="app")

    def end(self, text: str | None = None, *, dismissal_policy: str = "default") -> None:
        """End the activity with a last text.

        `dismissal_policy` is "default" (the card stays on the Lock Screen for up to four hours) or "immediate"
        (claim live-activity.dismissal-policy). Raises UsageError without run time.
        """
        self._app.must_run("end a Live Activity", _NEEDS_RUN_TIME)
        if dismissal_policy not in ("default", "immediate"):
            raise UsageError(f"dismissal_policy={dismissal_policy!r}: there are 'default' and 'immediate'.")
        self._app.cards.end(
            self._number, text, by="app", dismiss_after=0 if dismissal_policy == "immediate" else None
        )


class Activities:
    """Apple's `Activity` type: request a Live Activity, and list those that are there."""

    def __init__(self, app: "Application") -> None:
        self._app = app

    def request(
        self,
        title: str,
        *,
        text: str = "",
        progress: float | None = None,
        stale_date: float | None = None,
        timer_interval: tuple[float, float] | None = None,
    ) -> Activity:
        """Start a Live Activity and return it.

        `progress` is 0.0 to 1.0. `stale_date` and both ends of `timer_interval` are seconds on the phone's clock (`app.now + 60`);
        with a timer interval the system moves the bar by itself (claim live-activity.timer-views-move-without-code).
        Raises ActivityAuthorizationError `visibility` when the app is not in the foreground (claim
        live-activity.starts-in-foreground) or `attributesTooLarge` (claim live-activity.payload-limit), and
        UnavailableError before iOS 16.1.
        """
        app = self._app
        app.must_run("request a Live Activity", _NEEDS_RUN_TIME)
        rule = app.parameters.claim("live-activity.starts-in-foreground")
        if not app.parameters.has(rule.id):
            raise UnavailableError(
                f"iOS {app.parameters.ios} has no Live Activities. Choose iOS {rule.since} or later: Phone(ios='{rule.since}').",
                rule.id,
            )
        if not app.state.foreground and app.parameters.holds(rule.id):
            raise ActivityAuthorizationError(
                "visibility",
                f"the app is in state {app.state.value!r} and a Live Activity starts in the foreground. Request it before the person leaves.",
                rule.id,
            )
        activity = Activity(
            app, app.cards.add(title, _content(app, text, progress, stale_date, timer_interval))
        )
        if not app.parameters.holds("live-activity.gives-no-run-time"):
            app.run_time.hold("Live Activity")
        return activity

    def __iter__(self) -> Iterator[Activity]:
        """The activities that the system lists, ended ones included: being listed is not being alive (claim live-activity.listed-is-not-alive)."""
        ended_too = self._app.parameters.holds("live-activity.listed-is-not-alive")
        for card in list(self._app.cards):
            if card.on_screen and (ended_too or card.state in LIVE):
                yield Activity(self._app, card.number)


def _content(
    app: "Application",
    text: str,
    progress: float | None,
    stale_date: float | None,
    timer_interval: tuple[float, float] | None,
) -> Content:
    if progress is not None and not 0 <= progress <= 1:
        raise UsageError(
            f"progress={progress} is outside of 0.0 to 1.0. Divide what is done by what there is to do."
        )
    if stale_date is not None and stale_date * SECOND < app.clock.now:
        raise UsageError(
            f"stale_date={stale_date} lies in the past. It is a moment on the phone's clock: use app.now + seconds."
        )
    if timer_interval is not None and not timer_interval[0] < timer_interval[1]:
        raise UsageError(
            f"timer_interval={timer_interval} ends before it begins. Use (app.now, app.now + seconds)."
        )
    timer = None if timer_interval is None else (_ms(timer_interval[0]), _ms(timer_interval[1]))
    return Content(text, progress, timer, None if stale_date is None else _ms(stale_date))


def _ms(seconds: float) -> int:
    return round(seconds * SECOND)
