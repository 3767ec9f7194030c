"""Core Location as since iOS 17 (`CLLocationUpdate`), with permission While Using, and events of places.

In the background the app gets updates while it has a `CLBackgroundActivitySession` or an active Live
Activity. That changes what the app is authorised to receive; the updates still give the run time.

Not modelled: permission Always, location before iOS 17, whether a phone that does not move gets updates, that
events go on in a process that lives.
"""

import asyncio
from collections.abc import AsyncIterator

from afterswipe.device.conditions import Conditions, Power
from afterswipe.frameworks.activitykit.card import APP, LIVE
from afterswipe.frameworks.activitykit.system import ActivityStore
from afterswipe.kernel import Checked, Due, Host, Process, RunTimeSource, State
from afterswipe.kernel.record import ProcessChanged, StateChanged, TransferMoved
from afterswipe.units import SECOND


class LocationServices(Checked):
    """What the person allows, and events of places."""

    location_services: bool = True
    """Whether the person allows location at all; else no updates and no events come (no claim says so)."""

    def __init__(self, host: Host, conditions: Conditions, power: Power) -> None:
        self._host, self._conditions, self._power = host, conditions, power
        self.session = False
        """Whether a session is open: a process that is launched in the background takes it up again."""
        self.armed = False
        """Whether the next event wakes the app: the app has armed it, and it has not happened since."""

    def location_event(self) -> bool:
        """A region or significant-change event, as once woke upload apps. Returns whether it woke the app.

        It wakes once until it is armed again, not with Background App Refresh off or before the first unlock;
        after a force quit too, but for `disputes` (claim location.relaunch-after-force-quit).
        """
        rules, rule = self._host.rules, "location.relaunch-after-force-quit"
        needs = {
            "location.monitoring-restarts-at-launch": self.armed,
            "location.needs-background-app-refresh": self._conditions.background_app_refresh,
            "location.not-before-first-unlock": self._power.unlocked_since_restart,
        }
        missing = [claim for claim, there in needs.items() if not there]
        rules.cite(*missing[:1])
        if missing or not self.location_services or (self._host.was_force_quit and not rules.holds(rule)):
            return False
        self.armed = False
        woken = self._host.wake("location event", "model.wake-run-time", "")
        self.armed |= not woken
        return woken

    def review(self) -> list[str]:
        """What App Review guideline 2.5.4 says to transfers that moved in the background by location."""
        on, state = False, State.NOT_RUNNING
        for entry in self._host.record:
            match entry:
                case ProcessChanged(process="run time by location"):
                    on = entry.change == "begins"
                case StateChanged():
                    state = entry.after
                    on &= state is not State.NOT_RUNNING
                case TransferMoved(by="app") if on and state is State.BACKGROUND:
                    self._host.rules.cite("policy.background-services-as-intended")
                    return [f"location kept {entry.name} moving: guideline 2.5.4, if it is for that alone"]
        return []


class Location(Checked):
    """Live location updates for an app with permission While Using: `app.location`. Since iOS 17."""

    def __init__(self, process: Process, services: LocationServices, cards: ActivityStore) -> None:
        self._process, self._services, self._cards = process, services, cards
        self._source = RunTimeSource(process, "location")
        self._session = False
        self._news: list[asyncio.Event] = []
        self._due = Due(0, None)

    def background_activity_session(self) -> None:
        """Open a `CLBackgroundActivitySession` (iOS 17) in the foreground: for updates in the background."""
        self._process.rules.require("location.background-activity-session", "live location updates")
        why = "The first CLBackgroundActivitySession is opened in the foreground. Open it before the person leaves."
        may = self._services.session or self._process.application_state.foreground
        self._process.rules.obeyed("location.background-activity-session", may, why)
        self._session = self._services.session = True

    def invalidate(self) -> None:
        """Close the session."""
        self._session = self._services.session = False

    async def live_updates(self) -> AsyncIterator[float]:
        """Yield each update's time in seconds, while authorised. Raises UnavailableError before iOS 17."""
        self._process.rules.require("location.background-activity-session", "live location updates")
        self._process.loop.must_be_the_one()
        news = asyncio.Event()
        self._news.append(news)
        self._comes()
        self._plan()
        while await news.wait():
            news.clear()
            yield self._process.clock.now / SECOND

    def start_monitoring_significant_location_changes(self) -> None:
        """Arm the events that wake the app, once each (claim location.monitoring-restarts-at-launch)."""
        self._process.must_run("start monitoring", "life-cycle.suspended-runs-no-code")
        self._services.armed = True

    def stop(self) -> None:
        """Want no more updates: the source is off."""
        self._news.clear()
        self._source.end()

    def _plan(self) -> None:
        self._due.cancel()
        interval = self._process.rules.milliseconds("model.location-interval")
        self._due = self._process.clock.after(interval, self._update)

    def _update(self) -> None:
        if self._news and self._process.state is not State.NOT_RUNNING:
            if self._comes():
                for news in self._news:
                    self._process.call(news.set)
            self._plan()

    def _comes(self) -> bool:
        """Whether updates come, and with them run time: from when the app asks for them."""
        comes = self._process.state.runs and self._services.location_services and self._authorised()
        (self._source.start if comes else self._source.end)()
        return comes

    def _authorised(self) -> bool:
        if self._process.state.foreground:
            return True
        session, card = "location.background-activity-session", "location.live-activity-authorises-updates"
        if authorised := self._session or any(one.kind == APP and one.state in LIVE for one in self._cards):
            self._process.rules.cite(session if self._session else card)
        return authorised
