"""Core Location as since iOS 17 (`CLLocationUpdate`), for an app with permission While Using.

In the background the app gets updates while it has a `CLBackgroundActivitySession` or an active Live Activity. The Live Activity changes
what the app is authorised to receive; the updates still give the run time.

Not modelled: permission Always, location before iOS 17, whether a phone that does not move gets updates.
"""

import asyncio
from collections.abc import AsyncIterator

from afterswipe.frameworks.activitykit.card import APP, LIVE
from afterswipe.frameworks.activitykit.system import ActivityStore
from afterswipe.kernel import Process, State
from afterswipe.kernel.process import RunTimeSource

from .system import LocationServices


class Location:
    """Live location updates for an app with permission While Using: `app.location`. Since iOS 17."""

    def __init__(self, process: Process, services: LocationServices, cards: ActivityStore) -> None:
        self._process = process
        self._services = services
        self._cards = cards
        self._source = RunTimeSource(process, "location")
        self._session = False
        self._news: asyncio.Event | None = None

    def background_activity_session(self) -> None:
        """Open a `CLBackgroundActivitySession`, which lets updates come in the background until `invalidate`.

        Raises UnavailableError before iOS 17, APIError in the background: the first one is opened in the foreground.
        """
        self._must_exist()
        why = "The first CLBackgroundActivitySession is opened in the foreground. Open it before the person leaves."
        may = self._session or self._process.application_state.foreground
        self._process.rules.obeyed("location.background-activity-session", may, why)
        self._session = True

    def invalidate(self) -> None:
        """Close the session."""
        self._session = False

    async def live_updates(self) -> AsyncIterator[float]:
        """Yield the time of every update, in seconds; in the background only while the app is authorised.

        Raises UnavailableError before iOS 17.
        """
        self._must_exist()
        self._news = asyncio.Event()
        self._plan()
        while await self._news.wait():
            self._news.clear()
            yield self._process.now

    def start_monitoring_significant_location_changes(self) -> None:
        """Arm the events that wake the app: once each, so at every launch (claim location.monitoring-restarts-at-launch)."""
        self._process.must_run("start monitoring", "life-cycle.suspended-runs-no-code")
        self._services.armed = True

    def stop(self) -> None:
        """Want no more updates: the source is off."""
        self._news = None
        self._source.end()

    def _must_exist(self) -> None:
        self._process.rules.require("location.background-activity-session", "live location updates")

    def _plan(self) -> None:
        self._process.clock.after(self._process.rules.milliseconds("model.location-interval"), self._update)

    def _update(self) -> None:
        """An update is due. The app gets it, and the time that goes with it, if it is authorised to."""
        if self._news is None or self._process.state is State.NOT_RUNNING:
            return
        if self._services.location_services and self._authorised():
            self._source.start()
            self._process.call(self._news.set)
        else:
            self._source.end()
        self._plan()

    def _authorised(self) -> bool:
        """In the background it takes a session or an active Live Activity."""
        if self._process.state.foreground:
            return True
        if self._session:
            self._process.rules.cite("location.background-activity-session")
            return True
        return self._by_card()

    def _by_card(self) -> bool:
        active = any(card.kind == APP and card.state in LIVE for card in self._cards)
        if active:
            self._process.rules.cite("location.live-activity-authorises-updates")
        return active
