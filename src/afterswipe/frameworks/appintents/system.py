"""App Intents: code of the app that runs because of a tap elsewhere, in a widget, in Siri or in Shortcuts.

An intent has 30 seconds. A `LiveActivityIntent` (iOS 17) runs in the app's process without opening it and may
start a Live Activity. A `LongRunningIntent` (iOS 27) runs on while it reports progress, and the system shows
its progress on a card with a stop button. A `CancellableIntent` (iOS 26.4) is told why it is stopped.

Not modelled: parameters and results of intents, intents in an extension's process (claim
intents.execution-targets), Siri's own limits; and, since nobody has published it (claim
long-running-intent.limits-not-documented): the longest time of a LongRunningIntent (the model sets none), how
long it may pause between reports, what a force quit does to it (these two raise NotKnownError), what becomes
of the system's card when the app's process ends first, when it leaves then (here the person removes it).
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from inspect import iscoroutinefunction
from typing import Any, ClassVar

from afterswipe.device.conditions import Conditions
from afterswipe.errors import NotKnownError, UsageError, must, must_be_share
from afterswipe.frameworks.activitykit.card import SYSTEM, Card, Content
from afterswipe.frameworks.activitykit.system import ActivityStore
from afterswipe.kernel import AppChange, Checked, Event, Host, Phase, Process, State
from afterswipe.kernel.given import look, takes
from afterswipe.kernel.record import PersonDid, ProcessChanged


class AppIntent[App](ABC):
    """An app intent. Write a class of your own with `perform`; `title` is what the system shows of it."""

    title: ClassVar[str] = "An intent"
    came_with: ClassVar[tuple[str, str]] = ("intents.time-limit", "app intents")

    @abstractmethod
    async def perform(self, app: App) -> None:
        """Do it, in the app's process, in at most 30 seconds (claim intents.time-limit)."""


class LiveActivityIntent[App](AppIntent[App]):
    """An intent that may start, change or end a Live Activity in the background. Since iOS 17."""

    came_with = ("intents.live-activity-intent", "LiveActivityIntent")


class CancellableIntent[App](AppIntent[App]):
    """An intent that is told why it is stopped. Since iOS 26.4."""

    came_with = ("intents.cancellation-gives-a-reason", "CancellableIntent")

    def cancelled(self, app: App, reason: str) -> None:
        """Called before the intent is stopped. `reason` is in words; Apple has names for the cases."""


class LongRunningIntent[App](CancellableIntent[App]):
    """An intent that may take longer than 30 seconds, as long as it reports progress. Since iOS 27."""

    came_with = ("long-running-intent.extends-the-limit", "LongRunningIntent")
    performance: "_Run | None" = None
    """Set by the system, while it is performed."""

    async def perform_background_task(self, operation: Callable[[], Awaitable[None]]) -> None:
        """Run `operation` with extended time. Call it from `perform`; raises UsageError elsewhere."""
        performance = self._performed()
        why = "The operation is a coroutine function without arguments: `async def upload(): ...`."
        must(takes(operation, 0), why)
        performance.extended = True
        try:
            await operation()
        finally:
            performance.extended = False

    def report_progress(self, share: float) -> None:
        """Report progress, 0.0 to 1.0; the system's card shows it. Raises UsageError for other numbers."""
        look("LongRunningIntent.report_progress", "share", (float,), share)
        must_be_share("progress", share)
        self._performed().reported(share)

    def _performed(self) -> "_Run":
        if self.performance is None:
            raise UsageError("This intent is not performed now. Let the person tap it: phone.intents.tap().")
        return self.performance


class _Run:
    def __init__(self, process: Process, cards: ActivityStore, intent: AppIntent[Any], by: str) -> None:
        self._process, self._cards = process, cards
        self._clock, self._rules = process.clock, process.rules
        self.intent = intent
        self.extended = False
        self.over = False
        self._stopped = ""
        self._task: asyncio.Task[None] | None = None
        self._reported_at: int | None = None
        self._hold = self._process.run_time.hold("app intent")
        self.card: int | None = None
        if isinstance(intent, LongRunningIntent):
            intent.performance = self
            self._rules.cite("long-running-intent.system-shows-the-card")
            self.card = cards.add(Card(intent.title, Content(progress=0.0), SYSTEM), "system")
        self._note(f"started by {by}")
        self._clock.after(self._rules.milliseconds("intents.time-limit"), self._look_at_the_time)
        self._process.loop.start(self._whole())

    @property
    def alive(self) -> bool:
        """Whether it is still being performed, in a process that is still there."""
        return not self.over and self._process.state is not State.NOT_RUNNING

    async def _whole(self) -> None:
        self._task = asyncio.current_task()
        starts_cards = isinstance(self.intent, LiveActivityIntent)
        allowing = self._process.app.activities.allow_start_for
        try:
            with allowing("intents.live-activity-intent") if starts_cards else nullcontext():
                await self.intent.perform(self._process.app)
        except asyncio.CancelledError:
            if not self._stopped:
                raise
        self.end()

    def reported(self, share: float) -> None:
        """The app reports progress, and the card shows it."""
        self._process.must_run("report progress", "life-cycle.suspended-runs-no-code")
        self._reported_at = self._clock.now
        if self.card is not None:
            self._cards.update(self.card, Content(progress=share), "system")

    def _look_at_the_time(self) -> None:
        """The 30 seconds are over, or the next look is due: go on, stop, or say that nobody knows."""
        if not self.alive:
            return
        limit = self._rules.milliseconds("intents.time-limit")
        if not self.extended:
            self.stop("the time limit of app intents")
            return
        self._rules.cite("long-running-intent.extends-the-limit")
        self._rules.cite("long-running-intent.stops-without-progress")
        if self._reported_at is None:
            self.stop("no progress was reported in the time of an app intent")
        elif self._clock.now >= self._reported_at + limit:
            why = f"how long a LongRunningIntent may go without reporting progress. {self.intent.title!r} has been silent for {limit / 1000:g} s. Report progress more often, or test it on a device."
            raise NotKnownError(why, "long-running-intent.limits-not-documented")
        else:
            self._clock.at(self._reported_at + limit, self._look_at_the_time)

    def stop(self, reason: str) -> None:
        """Stop the intent: it may be told the reason, then its task is cancelled and its run time ends."""
        self._stopped = reason
        intent = self.intent
        if isinstance(intent, CancellableIntent):
            self._rules.cite("intents.cancellation-gives-a-reason")
            self._process.call(lambda: intent.cancelled(self._process.app, reason))
        if self._task is not None:
            self._process.loop.call_soon(self._task.cancel)
        self._clock.after(1, self.end)

    def end(self) -> None:
        """It is done or was stopped: its hold on the process is gone."""
        if self.over:
            return
        self.over = True
        outcome = f"stopped: {self._stopped}" if self._stopped else "done"
        self._note(outcome)
        if self.card is not None:
            self._cards.end(self.card, outcome, "system")
        self._process.run_time.release(self._hold)

    def _note(self, change: str) -> None:
        self._process.note(ProcessChanged(self._clock.now, f"intent {self.intent.title!r}", change))


class Intents[App](Checked):
    """What a person, Siri or Shortcuts lets run: `phone.intents`."""

    def __init__(self, host: Host, conditions: Conditions, cards: ActivityStore) -> None:
        self._host = host
        self._clock, self._rules = host.clock, host.rules
        self._conditions, self._cards = conditions, cards
        self._runs: list[_Run] = []
        host.phases.on(Phase.LONG_RUNNING_INTENTS, self._before_force_quit)

    def tap(self, intent: AppIntent[App]) -> None:
        """Tap the button of an intent, and it runs (claim intents.widget-buttons-run-an-intent).

        Raises UnavailableError before iOS 17, UsageError on a locked phone, NotKnownError after a force quit.
        """
        self._rules.require("intents.widget-buttons-run-an-intent", "buttons in widgets")
        why = "The phone is locked, and a button asks the person to unlock it first. Call phone.unlock()."
        must(not self._conditions.locked, why)
        self._host.record.add(PersonDid(self._clock.now, f"taps {intent.title!r}"))
        self._perform(intent, "a tap")

    def run(self, intent: AppIntent[App]) -> None:
        """Let Siri or Shortcuts run it. Raises UnavailableError, and NotKnownError after a force quit."""
        self._perform(intent, "Siri or Shortcuts")

    def stop(self) -> None:
        """Tap stop on the system's card of a LongRunningIntent. Raises UsageError where there is none."""
        runs = self._long_running()
        must(bool(runs), "There is no LongRunningIntent to stop. Tap one first: phone.intents.tap(intent).")
        self._host.record.add(PersonDid(self._clock.now, "taps stop"))
        runs[0].stop("the person stopped it")

    def _long_running(self) -> list[_Run]:
        return [run for run in self._runs if run.alive and isinstance(run.intent, LongRunningIntent)]

    def _before_force_quit(self, change: AppChange) -> None:
        if change.event is Event.FORCE_QUIT and self._long_running():
            why = "what a force quit does to a LongRunningIntent that runs. Stop the intent first,"
            raise NotKnownError(f"{why} or test it on a device.", "long-running-intent.limits-not-documented")

    def _perform(self, intent: AppIntent[App], by: str) -> None:
        self._rules.require(*type(intent).came_with)
        must(iscoroutinefunction(intent.perform), "An intent waits: write `async def perform(self, app)`.")
        told = not isinstance(intent, CancellableIntent) or takes(intent.cancelled, 2)
        must(told, "It is told the reason: write `def cancelled(self, app, reason)`.")
        before = intent.performance if isinstance(intent, LongRunningIntent) else None
        free = before is None or not before.alive
        must(free, f"{intent.title!r} is performed already. Make another intent for a second time.")
        self._host.must_not_be_force_quit("whether an intent of an app that was force quit runs")
        if not self._host.state.foreground:
            self._host.wake("app intent", "")
        if (process := self._host.process) is None:
            raise UsageError("There is no app on the phone, so no intent. Open it once: phone.open(my_app).")
        self._runs = [run for run in self._runs if run.alive]
        self._runs.append(_Run(process, self._cards, intent, by))
        self._host.turn()
