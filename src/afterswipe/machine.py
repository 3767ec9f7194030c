"""The machine inside the phone: it turns the app's process, lets the events of the life cycle reach it, and moves the clock.

`Phone` is this and what a person, a server and an onlooker can do. No other module turns an app's loop.

Not modelled: more than one app, and processor time (all code is infinitely fast; see `Application.block_main_thread`).
"""

from collections.abc import Callable, Coroutine
from typing import Any

from .app import Application
from .device.power import Power
from .errors import UsageError
from .kernel import never_yields
from .kernel.endings import CAUSES, Cause, Endings, ProcessEnded
from .kernel.life_cycle import Event, State, after
from .kernel.loop import ProcessLoop
from .kernel.record import PersonDid, StateChanged
from .system import System

AppMain = Callable[[Application], Coroutine[Any, Any, None]]
"""An app: a coroutine function that is given its `app` whenever it is launched, by the person or by the system."""

_CAUSE_OF_EVENT = {
    Event.FORCE_QUIT: Cause.FORCE_QUIT,
    Event.CRASH: Cause.CRASH,
    Event.RESTART: Cause.RESTART,
}


class Machine(System):
    """What the frameworks ask of the phone (`afterswipe.system.System`), and how it works."""

    _main: AppMain | None = None
    _app: Application | None = None
    _in_front = False
    _in_switcher = False
    _force_quit = False

    def _switch_on(self) -> None:
        self.power = Power(self.rules)
        self.endings = Endings(self)

    @property
    def app(self) -> Application | None:
        """The app's process, or None where there is none."""
        return self._app

    @property
    def was_force_quit(self) -> bool:
        """Whether the person force quit the app and has not opened it since."""
        return self._force_quit

    def wake(
        self, reason: str, limit: str, unless_force_quit: str = "force-quit.no-background-launch"
    ) -> bool:
        """Give the app run time in the background, launching it where needed. A force-quit app is left alone."""
        if self._main is None or (self._force_quit and self.rules.holds(unless_force_quit)):
            return False
        if self.app_state.foreground:
            return False
        self._happen(Event.WAKE, reason, limit=limit)
        self._turn()
        return True

    def suspend(self) -> None:
        """Suspend the app: nothing holds it."""
        self._happen(Event.SUSPEND)

    def terminate(self, why: str, cause: Cause = Cause.SYSTEM) -> None:
        """End the app's process without telling it (claim life-cycle.terminated-without-notice)."""
        self._happen(Event.TERMINATE, why, cause)

    def crashed(self, why: str) -> None:
        """The app's own code failed."""
        self._happen(Event.CRASH, why)

    # How it works.

    @property
    def _locked(self) -> bool:
        return self.conditions.locked

    @_locked.setter
    def _locked(self, locked: bool) -> None:
        self.conditions.device_locked(locked)

    def _did(self, what: str) -> None:
        if self._app is not None and self._app.loop.is_running():
            raise UsageError(
                "An app cannot act for the person. Call the phone's methods outside of the app's code."
            )
        self.record.add(PersonDid(self.clock.now, what))

    def _must_be_unlocked(self, what: str) -> None:
        if self._locked:
            raise UsageError(f"The phone is locked. Call phone.unlock() before phone.{what}().")

    def _happen(self, event: Event, note: str = "", cause: Cause | None = None, limit: str = "") -> None:
        """Let one event of the life cycle reach the app, and everything that follows from it at once.

        `limit` names the claim for the run time that a wake-up gives.
        """
        before = self.app_state
        step = after(before, event)
        if before is State.NOT_RUNNING and step.to.runs:
            self._launch(note or "person")
        self.record.add(StateChanged(self.clock.now, event, before, step.to, note))
        self.task_scheduler.happened(event, step.to)
        self.continued_processing.happened(event, step.to)
        app = self._app
        if app is not None and limit:
            app.woken(self.rules.milliseconds(limit))  # before the app runs: it may be done at once
        if app is None or step.to is before:
            return
        if cause is None and step.claim:
            self.rules.claim(step.claim)
        told = self._told(before, event)
        app.tell(told)
        if told and not step.to.runs:
            app.loop.turn()  # no real app is told; this is for the run that asks "what if it were"
        app.change(step.to)
        if step.to is State.SUSPENDED:
            self.daemon.process_suspended()
            self._file_locks_at_suspension(app)
        if step.to is State.NOT_RUNNING:
            self._process_ended(event, before, note, cause or _CAUSE_OF_EVENT[event])
        self._turn()

    def _process_ended(self, event: Event, before: State, why: str, cause: Cause) -> None:
        kind = CAUSES[cause]
        if kind.claim:
            self.rules.claim(kind.claim)
        self.record.add(ProcessEnded(self.clock.now, cause, why, kind.code))
        self._app = None
        if before.foreground:
            self._in_front = False  # what is left on the screen is the Home Screen
        self.daemon.process_ended()
        self._cards_of_a_process_that_ended(event)

    def _file_locks_at_suspension(self, app: Application) -> None:
        if app.file_locks.held and self.rules.holds("life-cycle.file-lock-at-suspension"):
            files = ", ".join(repr(lock.name) for lock in app.file_locks.held)
            self.terminate(
                f"suspended while it held a lock on {files} in a shared container", Cause.FILE_LOCK
            )

    def _told(self, before: State, event: Event) -> str:
        """The callbacks that the app is given. That it is given none here are two rules; each can be switched off."""
        if event is Event.SUSPEND and not self.rules.holds("life-cycle.suspension-is-not-announced"):
            return "applicationWillSuspend"
        if before is State.SUSPENDED and not after(before, event).to.runs:
            silent = self.rules.holds("life-cycle.terminated-without-notice")
            return "" if silent else "applicationWillTerminate"
        return after(before, event).told

    def _cards_of_a_process_that_ended(self, event: Event) -> None:
        rule = (
            "live-activity.survives-force-quit"
            if event is Event.FORCE_QUIT
            else "live-activity.survives-its-process"
        )
        if not self.rules.holds(rule):
            for card in list(self.cards):
                self.cards.dismiss(card.number, by="system")

    def _launch(self, reason: str) -> None:
        assert self._main is not None
        loop = ProcessLoop(self.clock)  # type: ignore[abstract]  # what it lacks, no app on the phone can use
        self._app = Application(self, loop, reason)
        never_yields.watch(self._main)
        loop.start(self._main(self._app))

    def _may_run(self, app: Application) -> bool:
        return app.state.runs or (
            app.state is State.SUSPENDED and not self.rules.holds("life-cycle.suspended-runs-no-code")
        )

    def _turn(self, until: int = 0) -> None:
        """Give the app run time, if its state allows it. This is the only place where an app's code runs."""
        app = self._app
        if app is not None and self._may_run(app):
            # Beside other processes, a process must not move the clock by itself.
            app.loop.turn(0 if self.extensions.running else until)
        if self.extensions.running:
            self.extensions.turn()

    def _run_until(self, end: int, over: Callable[[], bool] | None = None) -> None:
        if self._app is not None and self._app.loop.is_running():
            raise UsageError(
                "An app cannot move the phone's clock. Use `await asyncio.sleep(...)` in the app's code."
            )
        clock = self.clock
        while True:
            self._turn(end if over is None else 0)  # where somebody asks, the app does not run ahead
            if over is not None and over():
                end, over = clock.now, None  # what is due at this moment still happens
            due = self._next_due()
            if due is None or due > end:
                break
            clock.advance(due)
        clock.advance(end)

    def _next_due(self) -> int | None:
        app, due = self._app, self.clock.next_due()
        if app is not None and self._may_run(app):
            own = app.loop.next_due()
            if own is not None and (due is None or own < due):
                due = own
        return self.extensions.next_due(due) if self.extensions.running else due
