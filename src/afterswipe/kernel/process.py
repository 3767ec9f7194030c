"""One process of the app: its loop, its state, and what keeps it awake. Nothing of a framework is here."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

from afterswipe.claims.rules import Rules
from afterswipe.errors import UsageError

from .clock import Action, Clock, Due
from .life_cycle import SCENES, Event, SceneState, State, callbacks, stages
from .loop import ProcessLoop
from .phases import Subscribers
from .record import ProcessChanged, Record, frozen


class RunTime:
    """The holds on one process. In the background, no hold means suspension."""

    def __init__(self, clock: Clock, rules: Rules, suspend: Action) -> None:
        self._clock, self._rules = clock, rules
        self._suspend = suspend
        self.holds: dict[int, str] = {}
        """What holds off suspension, by number."""
        self._count = 0
        self._in_background = False
        self._planned = Due(0, None)
        self.kept: Callable[[], bool] = lambda: True
        """Whether it goes on without any hold: for a phone on which suspension is not the default."""

    def hold(self, why: str) -> int:
        """Hold off suspension for a reason; returns the number with which to release it."""
        self._count += 1
        self.holds[self._count] = why
        return self._count

    def release(self, number: int) -> None:
        """Give a hold back. Without one, an app in the background is suspended. Twice does nothing."""
        if self.holds.pop(number, None) is not None:
            self.look()

    def look(self) -> None:
        """See whether anything still holds off suspension, now that something may have changed."""
        if self._in_background:
            self._plan(0)

    def in_background(self, there: bool) -> None:
        """In the background it is suspended soon, without a hold (claim model.time-until-suspension)."""
        self._in_background = there
        if there:
            self._plan(self._rules.milliseconds("model.time-until-suspension"))
        else:
            self._planned.cancel()

    def _plan(self, delay: int) -> None:
        self._planned.cancel()
        self._planned = self._clock.after(delay, self._suspend_unless_held)

    def _suspend_unless_held(self) -> None:
        if not self.holds and (self._rules.holds("life-cycle.suspension-is-the-default") or not self.kept()):
            self._suspend()


class Process:
    """A launched process; `reason` is "person", or what it is for; `suspend` asks for its suspension."""

    def __init__(self, clock: Clock, rules: Rules, record: Record, suspend: Action, reason: str) -> None:
        self.clock, self.rules = clock, rules
        self.note, self.launch_reason = record.add, reason
        self.launched_at = clock.now
        self.app: Any = None
        """What the app's code holds: an `Application`, of which nothing is known here."""
        self.loop = ProcessLoop(clock)  # type: ignore[abstract]  # what it lacks, no app on the phone can use
        self.call = self.loop.call
        self.state = State.NOT_RUNNING
        self.application_state = State.NOT_RUNNING
        """As `state`, callback by callback; until a scene comes, code with scenes sees the background."""
        self.scene_state = SceneState.UNATTACHED
        self.run_time = RunTime(clock, rules, suspend)
        self.phases: Subscribers[AppChange] = Subscribers()
        """What lives in this process and cares about its changes."""
        self.out: dict[int, tuple[str, int]] = {}
        """The callbacks that have not returned, each with when (milliseconds) the app was told."""
        self.when_returned: Callable[[int], None] = lambda _number: None
        self._told = 0
        self.observers: list[Callable[[str], None]] = []
        """Who is told the name of every callback that the app is given."""
        self._wakes: list[int] = []

    def must_run(self, what: str, claim: str) -> None:
        """Raise UsageError without run time: from outside of the app's code nobody can act for it."""
        if not self.state.runs:
            self.rules.cite(claim)
            why = f"The app is {self.state.value}, so its code cannot {what} (claim {claim})."
            raise UsageError(f"{why} Do it in the app's coroutine.")

    async def follow[T](
        self, listeners: dict[Action, None], read: Callable[[], T | None], last: T | None = None
    ) -> AsyncIterator[T]:
        """Yield what `read` says whenever that is new; while the app does not run only the newest is kept."""
        self.loop.must_be_the_one()
        news = asyncio.Event()
        hear = partial(self.loop.call_soon, news.set)
        listeners[hear] = None
        try:
            while True:
                news.clear()
                if (now := read()) is not None and now != last:
                    last = now
                    yield now
                await news.wait()
        finally:
            listeners.pop(hear, None)

    def tell(self, told: str) -> None:
        """Hand the app its life-cycle callbacks; they run when the process is turned."""
        for callback in callbacks(told, scenes=self.rules.holds("model.scene-callbacks")):
            self._told += 1
            self.out[self._told] = (callback, self.clock.now)
            self.loop.call_soon(self._run, self._told, callback)

    def _see(self, state: State | None) -> None:
        if state is not None:
            self.application_state, self.scene_state = state, SCENES[self.scene_state][state]

    def _run(self, number: int, callback: str) -> None:
        self._see(stages(callback)[0])
        for observer in self.observers:
            self.loop.start(observer(callback))
        if self.observers:  # it returns when the main thread is free
            self.loop.call_next(self._returned, number)
        else:
            self._returned(number)

    def _returned(self, number: int) -> None:
        self._see(stages(self.out.pop(number)[0])[1])
        self.when_returned(number)

    def woken(self, limit: int) -> None:
        """Keep the process running for a wake-up, for at most `limit` milliseconds."""
        hold = self.run_time.hold("wake-up")
        self._wakes.append(hold)
        self.clock.after(limit, lambda: self.run_time.release(hold))

    def complete_wake(self) -> None:
        """The completion handler of a wake-up was called: the app is done and may be suspended."""
        for hold in self._wakes:
            self.run_time.release(hold)
        self._wakes.clear()

    def enter(self, state: State) -> None:
        """Enter a state, with what follows from it for the process's own time."""
        before, self.state = self.state, state
        if State.NOT_RUNNING in (before, state):  # without scenes, code sees this one
            self.application_state = State.INACTIVE if state.foreground else state
            self.scene_state = SceneState.UNATTACHED
        self.loop.halted = not state.runs
        if before is State.SUSPENDED:
            self.rules.cite("life-cycle.timers-wait-for-resume")
        if State.BACKGROUND in (before, state):
            self.run_time.in_background(state is State.BACKGROUND)


@frozen
class AppChange:
    """An event, and what it does to the app's state. `process` is the one that it reached, or None."""

    event: Event
    before: State
    after: State
    process: Process | None


class RunTimeSource:
    """A source of run time, such as sound, while it is on (claim life-cycle.background-modes)."""

    def __init__(self, process: Process, name: str) -> None:
        self.name, self._process = name, process
        self._hold: int | None = None

    @property
    def on(self) -> bool:
        """Whether it gives run time now."""
        return self._hold is not None

    def start(self) -> None:
        """Begin to give run time. Twice does nothing."""
        if self._hold is None:
            self._process.rules.cite("life-cycle.background-modes")
            self._hold = self._process.run_time.hold(self.name)
            self._note("begins")

    def end(self) -> None:
        """Give no more run time. Twice does nothing."""
        if self._hold is not None:
            self._process.run_time.release(self._hold)
            self._hold = None
            self._note("ends")

    def _note(self, change: str) -> None:
        self._process.note(ProcessChanged(self._process.clock.now, f"run time by {self.name}", change))
