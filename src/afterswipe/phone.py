"""The phone: it owns the clock, and it alone turns the processes."""

import random
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from .activity_store import LIVE, ActivityStore, Card
from .application import Application
from .background_urlsession import TransferDaemon
from .claims import Claim
from .clock import Clock
from .conditions import Conditions
from .errors import UsageError
from .life_cycle import Event, State, after
from .lock_screen import LockScreen
from .network import Network
from .parameters import Parameters
from .process import ProcessLoop
from .record import PersonDid, Record, StateChanged
from .timeline import Timeline
from .truth import Truth
from .units import HOUR, MINUTE, SECOND

AppMain = Callable[[Application], Coroutine[Any, Any, None]]
"""An app: a coroutine function that is given its `app` whenever it is launched, by the person or by the system."""


class Phone:
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
        self.parameters = Parameters(ios)
        self.clock = Clock()
        self.record = Record()
        self.conditions = Conditions()
        self.rng = random.Random(seed)
        self.network = Network(self.clock, self.rng, self.parameters, uplink)
        self.cards = ActivityStore(self.clock, self.parameters, self.record.add)
        self.daemon = TransferDaemon(self)
        self._main: AppMain | None = None
        self._app: Application | None = None
        self._in_front = False
        self._locked = False
        self._force_quit = False

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
        self._locked, self._in_front, self._force_quit = False, True, False
        self._did("opens the app")
        self._happen(Event.OPEN)

    def swipe_up(self) -> None:
        """Swipe up from the bottom edge: the Home Screen is in front, the app is in the background."""
        self._must_be_unlocked("swipe_up")
        self._in_front = False
        self._did("swipes up")
        self._happen(Event.LEAVE)

    def lock(self) -> None:
        """Press the side button. The app that was in front goes to the background."""
        self._locked = True
        self._did("locks the phone")
        self._happen(Event.LOCK)

    def unlock(self) -> None:
        """Unlock the phone. The app that was in front when it was locked is in front again."""
        self._locked = False
        self._did("unlocks the phone")
        if self._in_front:
            self._happen(Event.OPEN)

    def force_quit(self) -> None:
        """Swipe the app away in the app switcher: its process is ended and its background transfers are cancelled."""
        self._must_be_unlocked("force_quit")
        self._in_front, self._force_quit = False, True
        self._did("force quits the app")
        self._happen(Event.FORCE_QUIT)
        if self.parameters.holds("force-quit.cancels-background-transfers"):
            self.daemon.cancel_all("the person force quit the app")

    def remove_card(self, number: int = 1) -> None:
        """Swipe a card from the Lock Screen; cards are counted from 1 in the order of their start. The work goes on."""
        if not any(card.number == number and card.on_screen for card in self.cards):
            raise UsageError(f"There is no card {number} on the Lock Screen.")
        self._did("removes the card")
        self.cards.dismiss(number, by="person")
        if (
            not self.parameters.holds("live-activity.dismissing-does-not-stop-the-work")
            and self._app is not None
        ):
            self._app.connections.die()

    def wait(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
        """Let time pass. Raises UsageError for a time below zero, and whatever the app's code did not catch."""
        span = seconds * SECOND + minutes * MINUTE + hours * HOUR
        if not span >= 0:
            raise UsageError(
                "Time does not go back. Give wait() a length of zero or more: phone.wait(seconds=2)."
            )
        self._run_until(self.clock.now + round(span))

    # What comes from a server, and from the system.

    def push_to_card(
        self, *, text: str | None = None, progress: float | None = None, number: int = 1
    ) -> None:
        """Deliver a Live Activity push from the app's server: the system draws the card anew; the app is not woken."""
        old = self.cards.get(number).content
        content = replace(
            old, text=old.text if text is None else text, progress=progress, timer=None, stale_date=None
        )
        if self.parameters.holds("live-activity-push.server-can-report-honestly"):
            self.cards.update(number, content, by="push")
        if not self.parameters.holds("live-activity-push.push-renders-without-the-app"):
            self.wake("Live Activity push", "model.wake-run-time")

    def silent_push(self) -> None:
        """Deliver a silent push: the system wakes the app for up to 30 seconds, unless the person force quit it."""
        self.wake("silent push", "silent-push.duration", unless_force_quit="force-quit.discards-silent-push")

    def memory_pressure(self) -> None:
        """Let memory run short: the system ends the app's process, if it is not in front, without telling it."""
        if not self.app_state.foreground and self.parameters.holds("life-cycle.jetsam"):
            self.terminate("memory was needed")

    # What can be seen.

    def lock_screen(self) -> LockScreen:
        """What the person sees on the Lock Screen now."""
        return LockScreen(self.clock.now, [card for card in self.cards if card.on_screen])

    def dynamic_island(self) -> list[Card]:
        """The cards in the Dynamic Island: live ones, at most two, and none of the app that is in front."""
        if (
            self._in_front
            and not self._locked
            and self.parameters.holds("live-activity.hidden-for-the-foreground-app")
        ):
            return []
        ended_too = not self.parameters.holds("live-activity.leaves-the-island-at-its-end")
        shown = [card for card in self.cards if card.state in LIVE or (ended_too and card.on_screen)]
        return shown[: int(self.parameters.number("live-activity.island-shows-two"))]

    def truth(self) -> Truth:
        """What is the case now, and for how long the card has said something else."""
        return Truth.of(self.record, self.clock.now)

    def timeline(self) -> Timeline:
        """A picture of the run so far: run time, transfer, card, and the gap between card and truth."""
        return Timeline(self.record, self.clock.now)

    def why(self) -> list[Claim]:
        """The claims that this run rests on, in the order in which they were needed."""
        return list(self.parameters.used.values())

    @property
    def app_state(self) -> State:
        """The state of the app's process."""
        return State.NOT_RUNNING if self._app is None else self._app.state

    # What the frameworks ask of it (`afterswipe.system.System`).

    @property
    def app(self) -> Application | None:
        """The app's process, or None where there is none."""
        return self._app

    def wake(
        self, reason: str, limit: str, unless_force_quit: str = "force-quit.no-background-launch"
    ) -> bool:
        """Give the app run time in the background, launching it where needed. A force-quit app is left alone."""
        if self._main is None or (self._force_quit and self.parameters.holds(unless_force_quit)):
            return False
        if self.app_state.foreground:
            return False
        self._happen(Event.WAKE, reason)
        if self._app is not None:
            self._app.woken(self.parameters.milliseconds(limit))
        self._turn()
        return True

    def suspend(self) -> None:
        """Suspend the app: nothing holds it."""
        self._happen(Event.SUSPEND)

    def terminate(self, why: str) -> None:
        """End the app's process without telling it (claim life-cycle.terminated-without-notice)."""
        self._happen(Event.TERMINATE, why)

    # How it works.

    def _did(self, what: str) -> None:
        self.record.add(PersonDid(self.clock.now, what))

    def _must_be_unlocked(self, what: str) -> None:
        if self._locked:
            raise UsageError(f"The phone is locked. Call phone.unlock() before phone.{what}().")

    def _happen(self, event: Event, note: str = "") -> None:
        """Let one event of the life cycle reach the app, and everything that follows from it at once."""
        before = self.app_state
        step = after(before, event)
        if before is State.NOT_RUNNING and step.to.runs:
            self._launch(note or "person")
        self.record.add(StateChanged(self.clock.now, event, before, step.to, note))
        app = self._app
        if app is None or step.to is before:
            return
        if step.claim:
            self.parameters.claim(step.claim)
        told = self._told(before, event)
        app.tell(told)
        if told and not step.to.runs:
            app.loop.turn()  # no real app is told; this is for the run that asks "what if it were"
        app.change(step.to)
        if step.to is State.SUSPENDED:
            self.daemon.process_suspended()
        if step.to is State.NOT_RUNNING:
            self._app = None
            self.daemon.process_ended()
            self._cards_of_a_process_that_ended(event)
        self._turn()

    def _told(self, before: State, event: Event) -> str:
        """The callbacks that the app is given. That it is given none here are two rules; each can be switched off."""
        if event is Event.SUSPEND and not self.parameters.holds("life-cycle.suspension-is-not-announced"):
            return "applicationWillSuspend"
        if before is State.SUSPENDED and not after(before, event).to.runs:
            silent = self.parameters.holds("life-cycle.terminated-without-notice")
            return "" if silent else "applicationWillTerminate"
        return after(before, event).told

    def _cards_of_a_process_that_ended(self, event: Event) -> None:
        rule = (
            "live-activity.survives-force-quit"
            if event is Event.FORCE_QUIT
            else "live-activity.survives-its-process"
        )
        if not self.parameters.holds(rule):
            for card in list(self.cards):
                self.cards.dismiss(card.number, by="system")

    def _launch(self, reason: str) -> None:
        assert self._main is not None
        loop = ProcessLoop(self.clock)  # type: ignore[abstract]  # what it lacks, no app on the phone can use
        self._app = Application(self, loop, reason)
        loop.start(self._main(self._app))

    def _may_run(self) -> bool:
        state = self.app_state
        return state.runs or (
            state is State.SUSPENDED and not self.parameters.holds("life-cycle.suspended-runs-no-code")
        )

    def _turn(self) -> None:
        """Give the app run time, if its state allows it. This is the only place where an app's code runs."""
        if self._app is not None and self._may_run():
            self._app.loop.turn()

    def _run_until(self, end: int) -> None:
        if self._app is not None and self._app.loop.is_running():
            raise UsageError(
                "An app cannot move the phone's clock. Use `await asyncio.sleep(...)` in the app's code."
            )
        while True:
            self._turn()
            due = self._next_due()
            if due is None or due > end:
                break
            self.clock.advance(due)
        self.clock.advance(end)

    def _next_due(self) -> int | None:
        own = self._app.loop.next_due() if self._app is not None and self._may_run() else None
        return min((at for at in (self.clock.next_due(), own) if at is not None), default=None)
