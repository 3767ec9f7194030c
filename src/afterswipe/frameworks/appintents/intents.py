"""App Intents: code of the app that runs because of a tap elsewhere, in a widget, in Siri or in Shortcuts.

An intent has 30 seconds. A `LiveActivityIntent` (iOS 17) runs in the app's process without opening it and may start a Live
Activity. A `LongRunningIntent` (iOS 27) runs on while it reports progress, and the system shows its progress on a card with
a stop button. A `CancellableIntent` (iOS 26.4) is told why it is stopped.

Not modelled, because nobody has published it (claim long-running-intent.limits-not-documented): the longest time of a
LongRunningIntent (the model sets none), how long it may pause between two reports, what a force quit does to it. The last
two raise NotKnownError. Nor modelled: what becomes of the system's card when the app's process ends before the intent does, and when it leaves the
Lock Screen after the intent's end (here the person removes it); Siri's own limits, parameters and results of intents, intents in an extension's
process (claim intents.execution-targets); every intent here runs in the app's process.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, ClassVar

from afterswipe.errors import NotKnownError, UsageError
from afterswipe.kernel.record import PersonDid, ProcessChanged

if TYPE_CHECKING:
    from afterswipe.app import Application
    from afterswipe.system import System

_TICK = 1
_LIMIT, _LIVE, _CANCEL = (
    "intents.time-limit",
    "intents.live-activity-intent",
    "intents.cancellation-gives-a-reason",
)
_LONG, _STALL, _CARD = (
    "long-running-intent.extends-the-limit",
    "long-running-intent.stops-without-progress",
    "long-running-intent.system-shows-the-card",
)
_BUTTON = "intents.widget-buttons-run-an-intent"
_GAP, _FORCE_QUIT = (
    "long-running-intent.limits-not-documented",
    "force-quit.pushes-and-intents-unsettled",
)


class AppIntent(ABC):
    """An app intent. Write a class of your own with `perform`; `title` is what the system shows of it."""

    title: ClassVar[str] = "An intent"
    came_with: ClassVar[tuple[str, str]] = (_LIMIT, "app intents")

    @abstractmethod
    async def perform(self, app: "Application") -> None:
        """Do it, in the app's process, in at most 30 seconds (claim intents.time-limit)."""


class LiveActivityIntent(AppIntent):
    """An intent that may start, change or end a Live Activity while the app is in the background. Since iOS 17."""

    came_with = (_LIVE, "LiveActivityIntent")


class CancellableIntent(AppIntent):
    """An intent that is told why it is stopped. Since iOS 26.4."""

    came_with = (_CANCEL, "CancellableIntent")

    def cancelled(self, app: "Application", reason: str) -> None:
        """Called before the intent is stopped. `reason` is in words; Apple has names for the cases."""


class LongRunningIntent(CancellableIntent):
    """An intent that may take longer than 30 seconds, as long as it reports progress. Since iOS 27."""

    came_with = (_LONG, "LongRunningIntent")
    _run: "_Run | None" = None

    async def perform_background_task(self, operation: Callable[[], Awaitable[None]]) -> None:
        """Run `operation` with extended time. Call it from `perform`; raises UsageError elsewhere."""
        self._running().extended = True
        try:
            await operation()
        finally:
            self._running().extended = False

    def report_progress(self, share: float) -> None:
        """Report progress, 0.0 to 1.0; the system's card shows it. Raises UsageError for other numbers."""
        if not 0 <= share <= 1:
            raise UsageError(
                f"A progress of {share} is outside of 0.0 to 1.0. Divide what is done by what there is to do."
            )
        self._running().reported(share)

    def _running(self) -> "_Run":
        if self._run is None:
            raise UsageError(
                "This intent is not being performed. Let the person tap it: phone.intents.tap(intent)."
            )
        return self._run


class _Run:
    """One performance of an intent."""

    def __init__(self, system: "System", app: "Application", intent: AppIntent, by: str) -> None:
        self._system = system
        self._clock = system.clock
        self._rules = system.rules
        self._app = app
        self.intent = intent
        self.extended = False
        self.over = False
        self._stopped = ""
        self._task: asyncio.Task[None] | None = None
        self._reported_at: int | None = None
        self._card: int | None = None
        self._hold = app.run_time.hold("app intent")
        if isinstance(intent, LongRunningIntent):
            intent._run = self
            if self._rules.holds(_CARD):
                self._card = system.cards.add_system_card(intent.title, progress=0.0)
        self._note(f"started by {by}")
        self._clock.after(self._rules.milliseconds(_LIMIT), self._look_at_the_time)
        app.loop.start(self._whole())

    @property
    def alive(self) -> bool:
        """Whether it is still being performed, in a process that is still there."""
        return not self.over and self._system.app is self._app

    async def _whole(self) -> None:
        self._task = asyncio.current_task()
        starts_cards = isinstance(self.intent, LiveActivityIntent)
        allowed = self._app.activities.allow_start_for(_LIVE) if starts_cards else nullcontext()
        try:
            with allowed:
                await self.intent.perform(self._app)
        except asyncio.CancelledError:
            if not self._stopped:
                raise
        self.end()

    def reported(self, share: float) -> None:
        self._app.must_run("report progress", "life-cycle.suspended-runs-no-code")
        self._reported_at = self._clock.now
        if self._card is not None:
            self._system.cards.update_system_card(self._card, progress=share)

    def _look_at_the_time(self) -> None:
        """The 30 seconds are over, or the next look is due: go on, stop, or say that nobody knows."""
        if not self.alive:
            return
        limit = self._rules.milliseconds(_LIMIT)
        may_go_on = self.extended and self._rules.holds(_LONG)
        if may_go_on and not self._rules.holds(_STALL):
            return
        if not may_go_on:
            self.stop("the time limit of app intents")
        elif self._reported_at is None:
            self.stop("no progress was reported in the time of an app intent")
        elif self._clock.now >= self._reported_at + limit:
            raise NotKnownError(
                f"how long a LongRunningIntent may go without reporting progress. {self.intent.title!r} has been silent for "
                f"{limit / 1000:g} s. Report progress more often, or test it on a device.",
                _GAP,
            )
        else:
            self._clock.at(self._reported_at + limit, self._look_at_the_time)

    def stop(self, reason: str) -> None:
        """Stop the intent: it may be told the reason, then its task is cancelled and its run time ends."""
        self._stopped = reason
        intent, app = self.intent, self._app
        if isinstance(intent, CancellableIntent) and self._rules.holds(_CANCEL):
            app.call(lambda: intent.cancelled(app, reason))
        if self._task is not None:
            app.call(self._cancel)
        self._clock.after(_TICK, self.end)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def end(self) -> None:
        """It is done or was stopped: its hold on the process is gone."""
        if self.over:
            return
        self.over = True
        outcome = f"stopped: {self._stopped}" if self._stopped else "done"
        self._note(outcome)
        if self._card is not None:
            self._system.cards.end_system_card(self._card, outcome)
        self._app.run_time.release(self._hold)

    def _note(self, change: str) -> None:
        self._system.record.add(ProcessChanged(self._clock.now, f"intent {self.intent.title!r}", change))


class Intents:
    """The phone's side: `phone.intents`. What a person, Siri or Shortcuts lets run."""

    def __init__(self, system: "System") -> None:
        self._system = system
        self._runs: list[_Run] = []

    def tap(self, intent: AppIntent) -> None:
        """Tap the intent's button in a widget or a Live Activity; the app does not open.

        Raises UnavailableError before iOS 17 (claim intents.widget-buttons-run-an-intent), UsageError on a locked phone,
        NotKnownError where the app was force quit.
        """
        self._system.rules.require(_BUTTON, "buttons in widgets")
        if self._system.conditions.locked:
            raise UsageError(
                "The phone is locked, and a button asks the person to unlock it first. Call phone.unlock()."
            )
        self._system.record.add(PersonDid(self._system.clock.now, f"taps {intent.title!r}"))
        if self._system.rules.holds(_BUTTON):
            self._perform(intent, "a tap")

    def run(self, intent: AppIntent) -> None:
        """Let Siri or Shortcuts run the intent. Raises UnavailableError before iOS 16, NotKnownError after a force quit."""
        self._perform(intent, "Siri or Shortcuts")

    def stop(self) -> None:
        """The person taps stop on the system's card of a LongRunningIntent. Raises UsageError where there is none."""
        for run in self._runs:
            if run.alive and isinstance(run.intent, LongRunningIntent):
                self._system.record.add(PersonDid(self._system.clock.now, "taps stop"))
                run.stop("the person stopped it")
                return
        raise UsageError("There is no LongRunningIntent to stop. Tap one first: phone.intents.tap(intent).")

    def before_force_quit(self) -> None:
        """Raise NotKnownError where a LongRunningIntent runs: nobody has published what a force quit does to it."""
        if any(run.alive and isinstance(run.intent, LongRunningIntent) for run in self._runs):
            raise NotKnownError(
                "what a force quit does to a LongRunningIntent that runs. Stop the intent first, or test it on a device.",
                _GAP,
            )

    def _perform(self, intent: AppIntent, by: str) -> None:
        system = self._system
        system.rules.require(*type(intent).came_with)
        if system.was_force_quit:
            raise NotKnownError(
                "whether an intent of an app that was force quit runs. Open the app before.", _FORCE_QUIT
            )
        if not system.app_state.foreground:
            system.wake("app intent", "")
        if system.app is None:
            raise UsageError(
                "There is no app on the phone yet, so it has no intents. Open it once: phone.open(my_app)."
            )
        self._runs = [run for run in self._runs if run.alive]
        self._runs.append(_Run(system, system.app, intent, by))
