"""The phone: it owns the clock, and it alone turns the processes."""

import random
from collections.abc import Callable

from .claims import Claim
from .claims.rules import Rules
from .device.conditions import Conditions
from .device.network import Network
from .errors import UsageError
from .frameworks.activitykit.pushes import LiveActivityPushes
from .frameworks.activitykit.settings import LiveActivities
from .frameworks.activitykit.system import ActivityStore, Card
from .frameworks.appintents.intents import Intents
from .frameworks.backgroundassets.background_assets import BackgroundAssets
from .frameworks.backgroundtasks.continued_scheduler import ContinuedProcessing
from .frameworks.backgroundtasks.system import TaskScheduler
from .frameworks.extensions.extensions import Extensions
from .frameworks.modes.background_modes import BackgroundModes
from .frameworks.photos.photos_upload import Photos
from .frameworks.urlsession.system import TransferDaemon
from .frameworks.usernotifications.notifications import Notifications
from .frameworks.usernotifications.pushes import Pushes
from .frameworks.widgetkit.widgets import Widgets
from .kernel.clock import Clock
from .kernel.endings import Cause
from .kernel.life_cycle import DISCONNECTED, Event, State
from .kernel.record import Record
from .machine import AppMain, Machine
from .seen.lock_screen import LockScreen, island
from .seen.pair import Pair
from .seen.timeline import Timeline
from .seen.truth import Truth
from .units import HOUR, MINUTE, SECOND


class Phone(Machine):
    """An iPhone in virtual time, with one app on it.

    `ios` is the system's version, such as "18" or "26.1". `seed` chooses the small irregularities of the network:
    the same seed gives the same run. `uplink` is in Mbit/s (default: claim model.uplink-bandwidth).
    Raises UsageError for a version or a bandwidth that is not modelled.
    """

    def __init__(self, ios: str = "18", *, seed: int = 1, uplink: float | None = None) -> None:
        if uplink is not None and not uplink > 0:
            raise UsageError(
                f"uplink={uplink} lets nothing through. Give Mbit/s above 0, for instance uplink=12."
            )
        self.rules = Rules(ios)
        self.clock = Clock()
        self.record = Record()
        self._switch_on()
        self.conditions = Conditions(self)
        self.rng = random.Random(seed)
        self.network = Network(self.clock, self.rng, self.rules, uplink, self.record.add)
        self.cards = ActivityStore(self)
        self.live_activities = LiveActivities(self)
        self.live_activity_pushes = LiveActivityPushes(self)
        self.daemon = TransferDaemon(self)
        self.extensions = Extensions(self)
        self.pushes = Pushes(self)
        self.intents = Intents(self)
        self.background_modes = BackgroundModes(self)
        self.photos = Photos(self)
        self.background_assets = BackgroundAssets(self)
        self.widgets = Widgets(self)
        self.notifications = Notifications(self)
        self.task_scheduler = TaskScheduler(self)
        self.continued_processing = ContinuedProcessing(self)

    # What the person does.

    def open(self, app: AppMain | None = None) -> None:
        """Open the app: launch it, or bring it back to the front. After the first time its name can be left out.

        Raises UsageError where no app was named yet, or another one than before.
        """
        if app is None and self._main is None:
            raise UsageError(
                "There is no app on the phone yet. Write `async def my_app(app): ...` and open that: phone.open(my_app)."
            )
        if self._main is not None and app not in (None, self._main):
            raise UsageError(
                "This phone has one app, and another one is on it already. Take a second Phone for the second app."
            )
        self._main = app or self._main
        self._did("opens the app")
        self._in_front, self._in_switcher, self._force_quit = True, False, False
        self._unlocked()
        self._happen(Event.OPEN)

    def swipe_up(self) -> None:
        """Swipe up from the bottom edge: the Home Screen is in front, the app is in the background."""
        self._must_be_unlocked("swipe_up")
        self._did("swipes up")
        self._in_front, self._in_switcher = False, False
        self._happen(Event.LEAVE)

    def lock(self) -> None:
        """Press the side button. The app that was in front goes to the background."""
        self._did("locks the phone")
        self._locked, self._in_switcher = True, False
        self.cards.device_locked()
        self._happen(Event.LOCK)

    def unlock(self) -> None:
        """Unlock the phone. The app that was in front when it was locked is in front again."""
        self._did("unlocks the phone")
        self._unlocked()
        if self._in_front:
            self._happen(Event.OPEN)

    def open_app_switcher(self) -> None:
        """Swipe up and hold: the app in front is inactive while the switcher is open.

        `open` goes back to the app, `swipe_up` to the Home Screen, `force_quit` swipes the app away.
        """
        self._must_be_unlocked("open_app_switcher")
        self._did("opens the app switcher")
        self._in_switcher = True
        if self.rules.holds("life-cycle.states"):
            self._happen(Event.INTERRUPT)

    def force_quit(self) -> None:
        """Swipe the app away in the app switcher: its process is ended and its background transfers are cancelled."""
        self._must_be_unlocked("force_quit")
        if not self._in_switcher:
            self.open_app_switcher()
        self.intents.before_force_quit()
        self._did("force quits the app")
        self._in_front, self._in_switcher, self._force_quit = False, False, True
        self._happen(Event.FORCE_QUIT)
        if self.rules.holds("force-quit.cancels-background-transfers"):
            self.daemon.cancel_all("the person force quit the app")

    def tap(self, button: str) -> None:
        """Tap a button in the app, which hears of it from `app.tapped()`. Raises UsageError where the app is not in front."""
        if self._app is None or self.app_state is not State.ACTIVE:
            raise UsageError(
                f"The app is {self.app_state.value}: there is no {button!r} to tap. Call phone.open() first."
            )
        self._did(f"taps {button}")
        self._app.taps.put_nowait(button)
        self._turn()

    def remove_card(self, number: int = 1) -> None:
        """Swipe a card from the Lock Screen; cards are counted from 1 in the order of their start. The work goes on."""
        if not any(card.number == number and card.on_screen for card in self.cards):
            raise UsageError(f"There is no card {number} on the Lock Screen.")
        self._did("removes the card")
        self.cards.dismiss(number, by="person")
        if not self.rules.holds("live-activity.dismissing-does-not-stop-the-work") and self._app is not None:
            self._app.connections.die()

    def restart(self) -> None:
        """Switch the phone off and on: no process is left, and the phone is locked until `unlock`, the first unlock.

        Raises NotKnownError while a card is on the Lock Screen (claim live-activity.reboot-persistence), and UsageError while a
        background transfer is under way.
        """
        self.power.check(self.cards, self.daemon)
        self._did("restarts the phone")
        self._locked, self._in_front, self._in_switcher = True, False, False
        self._happen(Event.RESTART)
        self.extensions.end_all("ended: the phone restarted")
        self.power.restarted()

    def wait(
        self,
        *,
        seconds: float = 0,
        minutes: float = 0,
        hours: float = 0,
        until: Callable[[], bool] | None = None,
    ) -> None:
        """Let time pass, or less where `until` says True before. Raises UsageError for a time below zero, and whatever the app did not catch.

        `until` is asked whenever something has happened.
        """
        span = seconds * SECOND + minutes * MINUTE + hours * HOUR
        if not span >= 0:
            raise UsageError(
                "Time does not go back. Give wait() a length of zero or more: phone.wait(seconds=2)."
            )
        self._run_until(self.clock.now + round(span), until)

    # What comes from a server, and from the system.

    def memory_pressure(self) -> None:
        """Let memory run short: the system ends the app's process, if it is not in front, without telling it."""
        if not self.app_state.foreground and self.rules.holds("life-cycle.jetsam"):
            self.terminate("memory was needed", Cause.JETSAM)

    def disconnect_scene(self) -> None:
        """Let UIKit disconnect the app's scene to get memory back (claim life-cycle.scene-disconnection); the process stays.

        Raises UsageError where no scene is in the background, UnavailableError before iOS 13.
        """
        rule = "life-cycle.scene-disconnection"
        self.rules.require(rule, "scenes")
        app = self._app
        if app is None or DISCONNECTED[app.scene_state] is app.scene_state:
            state = "there is no process" if app is None else f"the scene is {app.scene_state.value}"
            raise UsageError(
                f"UIKit disconnects a scene that is in the background, and {state} (claim {rule})."
            )
        if self.rules.holds(rule):
            app.scene_state = DISCONNECTED[app.scene_state]

    # What can be seen.

    def lock_screen(self) -> LockScreen:
        """What the person sees on the Lock Screen now."""
        return LockScreen(self.clock.now, [card for card in self.cards if card.on_screen])

    def dynamic_island(self) -> list[Card]:
        """The cards in the Dynamic Island: live ones, at most two, and none of the app that is in front."""
        return island(self.cards, self.rules, app_in_front=self._in_front and not self._locked)

    def truth(self) -> Truth:
        """What is the case now, and for how long the card has said something else."""
        return Truth.of(self.record, self.clock.now, self.rules.number("model.card-tolerance"))

    def pair(self) -> Pair:
        """What the Lock Screen says and what is so, beside each other."""
        return Pair(self.lock_screen(), self.truth())

    def timeline(self) -> Timeline:
        """A picture of the run so far: run time, transfer, card, and the gap between card and truth."""
        return Timeline(self.record, self.clock.now, self.rules.number("model.card-tolerance"))

    def why(self) -> list[Claim]:
        """The claims that this run rests on, in the order in which they were needed."""
        return list(self.rules.used.values())

    @property
    def app_state(self) -> State:
        """The state of the app's process."""
        return State.NOT_RUNNING if self._app is None else self._app.state

    def _unlocked(self) -> None:
        self._locked = False
        self.conditions.idle = False
        self.power.unlocked()
