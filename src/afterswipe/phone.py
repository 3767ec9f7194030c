"""The phone: it owns the clock, and it alone turns the processes."""

import random
from collections.abc import Callable, Coroutine
from typing import Any

from .activity_kit import ActivityStore
from .application import Application
from .background_assertion import BackgroundTime
from .claims import Claim
from .clock import Clock
from .errors import UsageError
from .life_cycle import Event, State, after
from .lock_screen import LockScreen
from .network import Connections, Network
from .parameters import Parameters
from .process import ProcessLoop
from .record import PersonDid, Record, StateChanged
from .timeline import Timeline
from .truth import Truth
from .units import HOUR, MINUTE, SECOND

AppMain = Callable[[Application], Coroutine[Any, Any, None]]
"""An app: a coroutine function that is given its `app` when it is launched."""


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
        self.network = Network(self.clock, random.Random(seed), self.parameters, uplink)
        self.cards = ActivityStore(self.clock, self.parameters, self.record.add)
        self._main: AppMain | None = None
        self._app: Application | None = None
        self._in_front = False
        self._locked = False

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
        self._locked, self._in_front = False, True
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
        """Swipe the app away in the app switcher: its process is ended (claim force-quit.no-background-launch)."""
        self._must_be_unlocked("force_quit")
        self._in_front = False
        self._did("force quits the app")
        self._happen(Event.FORCE_QUIT)

    def wait(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
        """Let time pass. Raises UsageError for a time below zero, and whatever the app's code did not catch."""
        span = seconds * SECOND + minutes * MINUTE + hours * HOUR
        if not span >= 0:
            raise UsageError(
                "Time does not go back. Give wait() a length of zero or more: phone.wait(seconds=2)."
            )
        self._run_until(self.clock.now + round(span))

    # What can be seen.

    def lock_screen(self) -> LockScreen:
        """What the person sees on the Lock Screen now."""
        return LockScreen(self.clock.now, [card for card in self.cards if card.on_screen])

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

    # What the system does.

    def terminate(self, why: str = "memory was needed") -> None:
        """End the app's process as the system does, without telling it (claim life-cycle.jetsam)."""
        self._happen(Event.TERMINATE, why)

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
            self._launch()
        self.record.add(StateChanged(self.clock.now, event, before, step.to, note))
        if step.claim:
            self.parameters.claim(step.claim)
        app = self._app
        if app is None or step.to is before:
            return
        app.state = step.to
        if step.to is State.BACKGROUND:
            app.background_time.entered_background()
        elif before is State.BACKGROUND:
            app.background_time.left_background()
        if before.runs and not step.to.runs:
            self.parameters.claim("life-cycle.suspension-closes-sockets")
            app.connections.die()
        self._app = None if step.to is State.NOT_RUNNING else app
        self._turn()

    def _launch(self) -> None:
        assert self._main is not None
        loop = ProcessLoop(self.clock)  # type: ignore[abstract]  # what it lacks, no app on the phone can use
        app = Application(
            self.clock,
            parameters=self.parameters,
            connections=Connections(self.network, loop),
            cards=self.cards,
            loop=loop,
            note=self.record.add,
        )
        app.background_time = BackgroundTime(
            self.clock,
            self.parameters,
            self.record.add,
            call=loop.call_soon,
            suspend=lambda: self._happen(Event.SUSPEND),
            kill=lambda: self._happen(Event.TERMINATE, "a background task was not ended in time"),
        )
        self._app = app
        loop.start(self._main(app))

    def _turn(self) -> None:
        """Give the app run time, if its state allows it. This is the only place where an app's code runs."""
        if self._app is not None and self._app.state.runs:
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
        runs = self._app is not None and self._app.state.runs
        moments = (
            self.clock.next_due(),
            self._app.loop.next_due() if self._app is not None and runs else None,
        )
        return min((at for at in moments if at is not None), default=None)
