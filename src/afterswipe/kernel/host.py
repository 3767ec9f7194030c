"""The system's side of one app: it launches, wakes, suspends and ends its process, and alone turns it.

`Host.happen` is the one place where an event of the life cycle becomes what follows from it: the next state
by the table in `life_cycle`, then the phases in their order. Nobody else turns an app or moves the clock.

Not modelled: more than one app, and processor time (all code is infinitely fast; see `block_main_thread`).
"""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from afterswipe.claims.rules import Rules
from afterswipe.errors import NotKnownError, UsageError

from .clock import Action, Clock
from .life_cycle import TRANSITIONS, Event, State
from .loop import ProcessLoop
from .phases import Moment, Subscribers, tell
from .process import AppChange, Process
from .record import CAUSES, Cause, ProcessEnded, Record, StateChanged

Main = Callable[[Process], Coroutine[Any, Any, None]]
"""Makes of a new process what the app's code holds, and returns the coroutine that is the app."""


class Host:
    """One app as the system sees it. `open` brings it to the front as a person does."""

    def __init__(self, clock: Clock, rules: Rules, record: Record) -> None:
        self.clock, self.rules = clock, rules
        self.record = record
        self.open: Action = lambda: None
        """Brings it to the front, as a person does."""
        self.main: Main | None = None
        """The app that is installed, if one is."""
        self.process: Process | None = None
        """The app's process, or None where there is none."""
        self.in_front = False
        """Whether the app is what the person sees when the phone is unlocked."""
        self.was_force_quit = False
        """Whether the person force quit the app and has not opened it since."""
        self.phases: Subscribers[AppChange] = Subscribers()
        """What the phone keeps and cares about the app's changes."""
        self.in_doubt: list[tuple[str, Callable[[], list[str]]]] = []
        """Of what nobody says what a restart does to it: the claim, and the names of what is there."""
        self.beside: list[ProcessLoop] = []
        """Other processes' loops, which are turned whenever the app's is."""

    @property
    def state(self) -> State:
        """The state of the app's process."""
        return State.NOT_RUNNING if self.process is None else self.process.state

    def wake(self, reason: str, limit: str, rule: str = "force-quit.no-background-launch") -> bool:
        """Give it run time for as long as claim `limit` says, or the caller holds; returns whether it did.

        It does not in front, and after a force quit (claim `rule`).
        """
        forbidden = self.was_force_quit and rule and self.rules.holds(rule)
        if self.main is None or forbidden or self.state.foreground:
            return False
        self.happen(Event.WAKE, reason, limit=limit)
        self.turn()
        return True

    def must_not_be_force_quit(self, what: str) -> None:
        """Raise NotKnownError after a force quit: nobody has published whether the system does this then."""
        if self.was_force_quit:
            raise NotKnownError(f"{what}. Open the app before.", "force-quit.pushes-and-intents-unsettled")

    def consider(self, event: Event) -> None:
        """Raise NotKnownError where it is not known what would follow from this event now."""
        for claim, there in self.in_doubt if event is Event.RESTART else ():
            if names := ", ".join(map(repr, there())):
                self.rules.cite(claim)
                why = f"what a restart does to {names}: no page by Apple says it, and this model does not make it up. Let it end, or remove it, then restart the phone. The claim's page has the test on a device that would tell."
                raise NotKnownError(why, claim)
        to = TRANSITIONS[self.state][event].to
        self._tell(Moment.BEFORE, AppChange(event, self.state, to, self.process))

    def terminate(self, why: str, cause: Cause = Cause.SYSTEM) -> None:
        """End the app's process without telling it; `why` in words, `cause` for the termination code."""
        self.happen(Event.TERMINATE, why, cause)

    def happen(self, event: Event, note: str = "", cause: Cause | None = None, limit: str = "") -> None:
        """Let an event reach the app, and all that follows. `limit` is the claim for a wake-up's run time."""
        self.must_not_be_running("The app's code does not do this. Call the phone's methods outside of it.")
        step = TRANSITIONS[self.state][event]
        before = self.state
        if before is State.NOT_RUNNING and step.to.runs:
            assert self.main is not None
            suspend = partial(self.happen, Event.SUSPEND)
            self.process = Process(self.clock, self.rules, self.record, suspend, note or "person")
            self.process.loop.start(self.main(self.process))
        process = self.process
        change = AppChange(event, before, step.to, process)
        self.record.add(StateChanged(self.clock.now, event, before, step.to, note))
        self._tell(Moment.EVENT, change)
        if process is not None:
            if limit:
                process.woken(self.rules.milliseconds(limit))  # before the app runs: it may be done at once
            if before is not step.to:
                self._change(process, change, note, cause)
        self._tell(Moment.AFTERWARDS, change)

    def _change(self, process: Process, change: AppChange, note: str, cause: Cause | None) -> None:
        step = TRANSITIONS[change.before][change.event]
        if step.claim and (cause is None or change.before is State.SUSPENDED):
            self.rules.cite(step.claim)
        process.tell(step.told)
        process.enter(step.to)
        self._tell(Moment.CHANGED, change)
        if step.to is State.NOT_RUNNING:
            self._ended(change, note, cause or Cause[change.event.name])
        self.turn()

    def _ended(self, change: AppChange, why: str, cause: Cause) -> None:
        kind = CAUSES[cause]
        if kind.claim:
            self.rules.cite(kind.claim)
        self.record.add(ProcessEnded(self.clock.now, cause, why, kind.code))
        self.process = None
        if change.before.foreground:
            self.in_front = False  # what is left on the screen is the Home Screen
        self._tell(Moment.ENDED, change)

    def _tell(self, moment: Moment, change: AppChange) -> None:
        process = change.process
        tell(moment, (self.phases,) if process is None else (self.phases, process.phases), change)

    def must_not_be_running(self, remedy: str) -> None:
        """Raise UsageError where the app's own code runs now: it cannot act for the person."""
        if self.process is not None and self.process.loop.is_running():
            raise UsageError(remedy)

    def _running(self) -> Process | None:
        if (process := self.process) is None or process.state.runs:
            return process
        if process.state is State.SUSPENDED:
            self.rules.cite("life-cycle.suspended-runs-no-code")
        return None

    def turn(self, until: int = 0) -> None:
        """Give the app run time, if its state allows it. This is the only place where an app's code runs."""
        if (process := self._running()) is not None and not process.loop.is_running():
            # Beside other processes, a process must not move the clock by itself.
            process.loop.turn(0 if self.beside else until)
        for loop in list(self.beside) if self.beside else ():
            if not loop.is_running():
                loop.turn()

    def run_until(self, end: int, over: Callable[[], bool] | None = None) -> None:
        """Let time pass until `end` (milliseconds), or until `over`, asked when something has happened."""
        remedy = "An app cannot move the phone's clock. Use `await asyncio.sleep(...)` in it."
        self.must_not_be_running(remedy)
        clock = self.clock
        while True:
            self.turn(end if over is None else 0)  # where somebody asks, the app does not run ahead
            if over is not None and over():
                end, over = clock.now, None  # what is due at this moment still happens
            first, process = clock.next_due(), self._running()
            for loop in self.beside if process is None else (process.loop, *self.beside):
                if (due := loop.next_due()) is not None and (first is None or due < first):
                    first = due
            if first is None or first > end:
                break
            clock.advance(first)
        clock.advance(max(end, clock.now))  # `over` may have let time pass itself
