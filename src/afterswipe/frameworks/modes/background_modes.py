"""Background modes: run time that lasts as long as its source, which is sound, a location, or a Bluetooth accessory.

The app does not get time for its own work. It gets time because the phone plays its sound or tells it where it is; other work,
such as an upload, moves along with that. Whoever starts the source only for that breaks a review rule (App Review guideline 2.5.4),
which is a rule of the store and no barrier on the phone.

Location is modelled as since iOS 17 (`CLLocationUpdate`), for an app with permission While Using. In the background it gets updates
while it has a `CLBackgroundActivitySession` or an active Live Activity. The Live Activity changes what the app is authorised to
receive; the updates still give the run time.

Not modelled: Info.plist (an app is taken to declare the modes that it uses), permission Always, location before iOS 17, whether a
phone that does not move gets updates, sound that another app or a call interrupts, Bluetooth itself, NFC, HealthKit deliveries.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from afterswipe.errors import APIError, NotKnownError, UsageError
from afterswipe.frameworks.activitykit.card import APP, LIVE
from afterswipe.kernel.record import ProcessChanged

if TYPE_CHECKING:
    from afterswipe.app import Application
    from afterswipe.system import System

_MODES, _KEEP_ALIVE = "life-cycle.background-modes", "audio.keep-alive-violates-review"
_SESSION, _BY_CARD = "location.background-activity-session", "location.live-activity-authorises-updates"
_LOCATION_GAP = "location.relaunch-after-force-quit-unsettled"
_RESTORES, _STOPS = "bluetooth.relaunch-after-system-termination", "bluetooth.force-quit-stops-relaunch"
_BLUETOOTH_GAP = "bluetooth.force-quit-exception-not-confirmed"


class Source:
    """A source of run time: while it is on, the app is not suspended."""

    def __init__(self, app: "Application", name: str) -> None:
        self.app = app
        self.name = name
        self._hold: int | None = None

    @property
    def on(self) -> bool:
        """Whether it gives run time now."""
        return self._hold is not None

    def start(self) -> None:
        """Begin to give run time, where background modes exist (claim life-cycle.background-modes). Twice does nothing."""
        if self._hold is None:
            holds = self.app.rules.holds(_MODES)
            self._hold = self.app.run_time.hold(self.name) if holds else 0
            self._note("begins")

    def end(self) -> None:
        """Give no more run time. Twice does nothing."""
        if self._hold is not None:
            self.app.run_time.release(self._hold)
            self._hold = None
            self._note("ends")

    def _note(self, change: str) -> None:
        self.app.note(ProcessChanged(self.app.clock.now, f"run time by {self.name}", change))


class Audio:
    """Sound: `app.audio`. The app has run time while it really plays or records."""

    def __init__(self, app: "Application") -> None:
        self._app = app
        self._source = Source(app, "audio")

    @property
    def playing(self) -> bool:
        """Whether it plays now."""
        return self._source.on

    def play(self, *, silent: bool = False) -> None:
        """Play until `stop`, or until the phone interrupts it. Silence plays as well, and breaks a review rule.

        Raises UsageError without run time.
        """
        self._app.must_run("play sound", "life-cycle.suspended-runs-no-code")
        if silent:
            self._app.system.background_modes.silent_audio = True
        self._source.start()

    def stop(self) -> None:
        """Stop playing: without another reason to run, the app is suspended."""
        self._source.end()


class Location:
    """Live location updates for an app with permission While Using: `app.location`. Since iOS 17."""

    def __init__(self, app: "Application") -> None:
        self._app = app
        self._source = Source(app, "location")
        self._session = False
        self._news: asyncio.Event | None = None

    def background_activity_session(self) -> None:
        """Open a `CLBackgroundActivitySession`, which lets updates come in the background until `invalidate`.

        Raises UnavailableError before iOS 17, APIError in the background: the first one is opened in the foreground.
        """
        self._must_exist()
        if not self._app.state.foreground and not self._session:
            raise APIError(
                "The first CLBackgroundActivitySession is opened in the foreground. Open it before the person leaves.",
                _SESSION,
            )
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
            yield self._app.now

    def stop(self) -> None:
        """Want no more updates: the source is off."""
        self._news = None
        self._source.end()

    def _must_exist(self) -> None:
        self._app.rules.require(_SESSION, "live location updates")

    def _plan(self) -> None:
        self._app.clock.after(self._app.rules.milliseconds("model.location-interval"), self._update)

    def _update(self) -> None:
        """An update is due. The app gets it, and the time that goes with it, if it is authorised to."""
        system = self._app.system
        if self._news is None or system.app is not self._app:
            return
        if system.background_modes.location_services and self._authorised():
            self._source.start()
            self._app.call(self._news.set)
        else:
            self._source.end()
        self._plan()

    def _authorised(self) -> bool:
        """In the background it takes a session or an active Live Activity."""
        if self._app.state.foreground:
            return True
        if self._session and self._app.rules.holds(_SESSION):
            return True
        active = any(card.kind == APP and card.state in LIVE for card in self._app.cards)
        return active and self._app.rules.holds(_BY_CARD)


class Bluetooth:
    """Core Bluetooth with state restoration: `app.bluetooth`. Since iOS 7."""

    def __init__(self, app: "Application") -> None:
        self._app = app

    def wait_for_event(self) -> None:
        """Tell the system that the app waits for an event of its accessory, such as a connection. Raises UnavailableError before iOS 7."""
        self._app.rules.require(_RESTORES, "Bluetooth state restoration")
        self._app.system.background_modes.waits_for_bluetooth = True


class BackgroundModes:
    """The phone's side: `phone.background_modes`. What the surroundings do, and what App Review would say."""

    def __init__(self, system: "System") -> None:
        self._system = system
        self.location_services = True
        """Whether the person allows location updates at all. Set it to False and no more come."""
        self.waits_for_bluetooth = False
        """Whether the app waits for an event of an accessory; set by `app.bluetooth.wait_for_event()`."""
        self.silent_audio = False
        """Whether the app played silence to stay awake; set by `app.audio.play(silent=True)`."""

    def interrupt_audio(self) -> None:
        """Something else needs the speaker: the app's sound stops, and with it its run time."""
        if self._system.app is not None:
            self._system.app.audio.stop()

    def bluetooth_event(self) -> bool:
        """An accessory for which the app waits does something. Returns whether the app is woken or launched for it.

        Raises UsageError where the app waits for none, and NotKnownError after a force quit since iOS 26.
        """
        system, rules = self._system, self._system.rules
        if not self.waits_for_bluetooth:
            raise UsageError(
                "The app waits for no Bluetooth event. Let it call app.bluetooth.wait_for_event()."
            )
        if system.was_force_quit and rules.has(_BLUETOOTH_GAP):
            raise NotKnownError(
                "whether an accessory set up with AccessorySetupKit relaunches an app that was force quit. Test it on a device.",
                _BLUETOOTH_GAP,
            )
        if system.app is None and not system.was_force_quit and not rules.holds(_RESTORES):
            return False
        rule = _STOPS if rules.has(_STOPS) else "force-quit.no-background-launch"
        return system.wake("Bluetooth", "model.wake-run-time", rule)

    def location_event(self) -> bool:
        """A region or significant-change event, as upload apps used to be woken by. Returns whether the app was woken.

        Raises NotKnownError after a force quit (claim location.relaunch-after-force-quit-unsettled).
        """
        if self._system.was_force_quit:
            raise NotKnownError(
                "whether a location event relaunches an app that was force quit. Open the app before, or test it on a device.",
                _LOCATION_GAP,
            )
        return self._system.wake("location event", "model.wake-run-time")

    def review(self) -> list[str]:
        """What App Review guideline 2.5.4 says to the run so far; an empty list where it says nothing."""
        if self.silent_audio and self._system.rules.holds(_KEEP_ALIVE):
            return ["audio was used only to keep the app alive (guideline 2.5.4)"]
        return []
