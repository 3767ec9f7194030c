"""The phone: it owns the clock, and it alone turns the processes."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from .app import Application
from .claims.catalogue import Rule
from .claims.rules import Rules
from .errors import UsageError, must
from .frameworks.activitykit.card import Card
from .kernel import Cause, Event, Phase, Process, State
from .kernel.given import takes
from .kernel.life_cycle import SceneState
from .kernel.loop import watch
from .kernel.record import PersonDid, Supposed
from .seen.lock_screen import LockScreen, island
from .seen.svg import beliefs
from .system import System
from .units import HOUR, MINUTE, SECOND, YEAR

if TYPE_CHECKING:
    from .seen.pair import Pair
    from .seen.timeline import Timeline
    from .seen.truth import Truth

Until = Callable[[], bool] | None
AppMain = Callable[[Application], Coroutine[Any, Any, None]]
"""An app: a coroutine function that is given its `app` at each launch, by the person or the system."""


class Phone(System[Application]):
    """An iPhone in virtual time, with one app on it.

    `ios` is the system's version, such as "18", "26.1" or 17. `seed` chooses the small irregularities of the
    network: the same seed gives the same run, push tokens included, so give a second phone another. `uplink`
    is in Mbit/s (default: claim model.uplink-bandwidth).

    Three arguments change rules, and nothing else does. `suppose` takes refuted beliefs for true, by their
    ids; all that such a phone shows says so. `disputes` chooses for a disputed claim whom to follow,
    "document" (the default) or "report". `claims` replaces numbers, each in the unit of its claim.
    """

    def __init__(
        self,
        ios: "str | float" = "18",
        *,
        seed: int = 1,
        uplink: float | None = None,
        suppose: Sequence[str] = (),
        disputes: Mapping[str, str] | None = None,
        claims: Mapping[str, float] | None = None,
    ) -> None:
        read: object = ios  # a comparison gives the rules, read once for all of its phones
        known = read if isinstance(read, Rules) else None
        super().__init__(known or Rules(ios, suppose=suppose, disputes=disputes, claims=claims), seed, uplink)
        self.host.open = self.open
        self._main: AppMain | None = None
        self._in_switcher = False
        for belief in self.rules.supposed:
            self.record.add(Supposed(0, belief.id, belief.statement))
        if self.rules.supposed:
            self.conditions.watch(self._look_whether_it_is_kept, Phase.RUN_TIME)

    def _look_whether_it_is_kept(self, name: str) -> None:
        if name == "background_app_refresh" and self.host.process is not None:
            self.host.process.run_time.look()

    def _launched(self, process: Process) -> Coroutine[Any, Any, None]:
        assert self._main is not None
        process.run_time.kept = lambda: self.conditions.background_app_refresh
        watch(self._main)
        self._app = process.app = Application(process, self)
        return self._main(self._app)

    # What the person does.

    def open(self, app: "AppMain | None" = None) -> None:
        """Open the app: launch it, or bring it back to the front. After the first time no name is needed."""
        main = app or self._main
        what = "There is no app on the phone yet" if main is None else f"{main!r} is no app"
        why = f"{what}. Write `async def my_app(app): ...` and open that: phone.open(my_app)."
        must(main is not None and (main is self._main or (iscoroutinefunction(main) and takes(main, 1))), why)
        fits = self._main is None or app in (None, self._main)
        must(fits, "This phone has one app, and another one is on it already. Take a second Phone for it.")
        self._main = main
        self.host.main = self._launched
        self._did("opens the app")
        self.endings.hurry()
        self.host.in_front, self._in_switcher, self.host.was_force_quit = True, False, False
        self._unlocked()
        self.host.happen(Event.OPEN)

    def swipe_up(self) -> None:
        """Swipe up from the bottom edge: the Home Screen is in front, the app is in the background."""
        self._must_be_unlocked("swipe_up")
        self._did("swipes up")
        self.host.in_front, self._in_switcher = False, False
        self.host.happen(Event.LEAVE)

    def lock(self) -> None:
        """Press the side button. The app that was in front goes to the background."""
        self._did("locks the phone")
        self.conditions.device_locked(True)
        self._in_switcher = False
        self.host.happen(Event.LOCK)

    def unlock(self) -> None:
        """Unlock the phone. The app that was in front when it was locked is in front again."""
        self._did("unlocks the phone")
        self._unlocked()
        if self.host.in_front:
            self.host.happen(Event.OPEN)

    def open_app_switcher(self) -> None:
        """Swipe up and hold: the app is inactive, until `open` (back), `swipe_up` or `force_quit`."""
        self._must_be_unlocked("open_app_switcher")
        self._did("opens the app switcher")
        self._in_switcher = True
        self.rules.cite("life-cycle.states")
        self.host.happen(Event.INTERRUPT)

    def force_quit(self, *, told: bool = True) -> None:
        """Swipe the app away in the app switcher, which ends its process and its background transfers.

        An app that runs is given `applicationWillTerminate` before, unless `told` is False: nobody documents
        that it always is (claim life-cycle.running-app-may-be-told-of-force-quit). A suspended one is not.
        """
        self._must_be_unlocked("force_quit")
        self.host.consider(Event.FORCE_QUIT)
        if not self._in_switcher:
            self.open_app_switcher()
        self._did("force quits the app")
        self.host.in_front, self._in_switcher, self.host.was_force_quit = False, False, True
        process = self.host.process
        if told and process is not None and process.state.runs:
            self.endings.force_quit(process)
        else:
            self.host.happen(Event.FORCE_QUIT)

    def tap(self, button: str) -> None:
        """Tap a button, of which `app.tapped()` tells. Raises UsageError where the app is not in front."""
        if (app := self.app) is None or self.app_state is not State.ACTIVE:
            state = self.app_state.value
            raise UsageError(f"The app is {state}: there is no {button!r} to tap. Call phone.open() first.")
        self._did(f"taps {button}")
        app.taps.put_nowait(button)
        self.host.turn()

    def remove_card(self, number: int = 1) -> None:
        """Swipe a card from the Lock Screen, counted from 1 in the order of their start. The work goes on."""
        there = any(card.number == number and card.on_screen for card in self.cards)
        must(there, f"There is no card {number} on the Lock Screen.")
        self._did("removes the card")
        self.cards.dismiss(number, by="person")
        self.rules.cite("live-activity.dismissing-does-not-stop-the-work")

    def restart(self) -> None:
        """Switch the phone off and on: no process is left, and it is locked.

        Raises NotKnownError where a card is there (claim live-activity.reboot-persistence).
        """
        self.host.consider(Event.RESTART)
        self._did("restarts the phone")
        self.conditions.device_locked(True)
        self.host.in_front, self._in_switcher = False, False
        self.host.happen(Event.RESTART)
        self.power.unlocked_since_restart = False
        if self.host.was_force_quit and self.rules.holds("force-quit.restart-lifts-it"):
            self.host.was_force_quit = False

    def wait(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, until: Until = None) -> None:
        """Let time pass, a year at most, or less: `until` is asked after each change.

        Raises what the app did not catch.
        """
        why = "wait() calls `until` and does not await it. Write it without async."
        must(until is None or not iscoroutinefunction(until), why)
        span = seconds * SECOND + minutes * MINUTE + hours * HOUR
        why = "Time does not go back, and a run lasts at most a year: the longest limit in the claims is 7 days."
        remedy = "Give wait() a length from zero: phone.wait(seconds=2)."
        must(0 <= span <= YEAR - self.clock.now, f"{why} {remedy}")
        self.host.run_until(self.clock.now + round(span), until)

    # What comes from a server, and from the system.

    def memory_pressure(self) -> None:
        """Let memory run short: the app's process, if not in front, is ended without being told."""
        if not self.app_state.foreground:
            self.rules.cite("life-cycle.jetsam")
            self.host.terminate("memory was needed", Cause.JETSAM)

    def disconnect_scene(self) -> None:
        """Let UIKit disconnect the app's scene to get memory back (iOS 13); the process stays.

        Claim life-cycle.scene-disconnection. Raises UsageError for a scene that is not in the background.
        """
        rule = "life-cycle.scene-disconnection"
        self.rules.require(rule, "scenes")
        if (process := self.host.process) is None or process.scene_state is not SceneState.BACKGROUND:
            state = "there is no process" if process is None else f"the scene is {process.scene_state.value}"
            why = f"UIKit disconnects a scene that is in the background, and {state} (claim {rule})."
            raise UsageError(why)
        process.scene_state = SceneState.UNATTACHED

    # What can be seen.

    def lock_screen(self) -> LockScreen:
        """What the person sees on the Lock Screen now."""
        return LockScreen(self.clock.now, [one for one in self.cards if one.on_screen], beliefs(self.record))

    def dynamic_island(self) -> list[Card]:
        """The cards in the Dynamic Island: live ones, at most two, and none of the app that is in front."""
        return island(self.cards, self.rules, app_in_front=self.host.in_front and not self.conditions.locked)

    def truth(self) -> "Truth":
        """What is the case now, and for how long the card has said something else."""
        from .seen.truth import Truth

        return Truth.of(self.record, self.clock.now, self.rules.number("model.card-tolerance"))

    def pair(self) -> "Pair":
        """What the Lock Screen says and what is so, beside each other."""
        from .seen.pair import Pair

        return Pair(self.lock_screen(), self.truth())

    def timeline(self) -> "Timeline":
        """A picture of the run so far: run time, transfer, card, and the gap between card and truth."""
        from .seen.timeline import Timeline

        return Timeline(self.record, self.clock.now, self.rules.number("model.card-tolerance"))

    def why(self) -> list[Rule]:
        """The claims that the run rests on, supposed ones first; `afterswipe.claims.get(rule.id)` has all."""
        return list(self.rules.used.values())

    def _did(self, what: str) -> None:
        remedy = "An app cannot act for the person. Call the phone's methods outside of the app's code."
        self.host.must_not_be_running(remedy)
        self.record.add(PersonDid(self.clock.now, what))

    def _must_be_unlocked(self, what: str) -> None:
        must(not self.conditions.locked, f"The phone is locked. Call phone.unlock() before phone.{what}().")

    def _unlocked(self) -> None:
        self.conditions.device_locked(False)
        self.conditions.idle = False
        self.power.unlocked_since_restart = True
