"""The system's side of BackgroundTasks: which requests wait, what keeps them waiting, and when the app is launched for them.

Refresh: once, some time after the request may begin, and up to 30 seconds. The system goes by how the app is used; here that
is a fixed delay (claim model.refresh-delay), or the moment that the script names with `run_refresh`. Processing: as soon as
the phone is idle and the request's requirements are met, until the person is back or the time is over (claim
model.processing-run-time).

After a force quit neither runs. For refresh that is settled; for processing Apple's engineers have said different things
(claim force-quit.stops-processing-tasks, disputed), and the model follows the older answer.

Not modelled: system budgets, a low battery, the shorter times of Low Power Mode, power that is taken away while a task runs,
other apps.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from afterswipe.errors import BGTaskSchedulerError, UsageError
from afterswipe.kernel.clock import Due
from afterswipe.kernel.life_cycle import Event, State
from afterswipe.kernel.phases import Phase
from afterswipe.kernel.record import StateChanged
from afterswipe.system import System

from .app import (
    BGAppRefreshTask,
    BGAppRefreshTaskRequest,
    BGProcessingTask,
    BGProcessingTaskRequest,
    BGTask,
    BGTaskRequest,
    Grant,
)

_REFRESH, _PROCESSING = "force-quit.stops-background-tasks", "force-quit.stops-processing-tasks"
_USES = (Event.OPEN, Event.LEAVE, Event.LOCK, Event.INTERRUPT)
_ONCE = "background-refresh.one-request-one-launch"


@dataclass(frozen=True)
class _Waiting:
    """A request that waits. `ready` is the moment (milliseconds) from which the system would like to run it."""

    request: BGTaskRequest
    ready: int
    submitted_in_foreground: bool
    due: Due


class TaskScheduler:
    """The system's scheduler. It launches the app; the app never launches itself."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._rules = system.rules
        self._clock = system.clock
        self._waiting: dict[str, _Waiting] = {}
        self._running: list[Grant] = []
        self._on_power: list[Grant] = []
        self._last_use = max(
            (use.at for use in system.record.of(StateChanged) if use.event in _USES), default=0
        )
        self._busy = False
        system.network.watch(self._look_soon, Phase.TASKS_WAITING)
        system.conditions.watch(lambda _name: self._look_soon(), Phase.TASKS_HELD)

    @property
    def pending(self) -> list[BGTaskRequest]:
        """The requests that wait, in the order of their submission."""
        return [waiting.request for waiting in self._waiting.values()]

    @property
    def runs_on_power(self) -> bool:
        """Whether a task runs whose request requires external power."""
        return any(not grant.over for grant in self._on_power)

    def run_refresh(self) -> bool:
        """Let the system choose this moment for the waiting refresh; False where something stands in the way (`obstacles`).

        Raises UsageError where no refresh request waits.
        """
        for waiting in self._waiting.values():
            if isinstance(waiting.request, BGAppRefreshTaskRequest):
                return not self.obstacles(waiting.request.identifier) and self._launch([waiting], _REFRESH)
        raise UsageError(
            "No app refresh request waits: none was submitted, or its one launch is used up. "
            "The app submits one with app.task_scheduler.submit(BGAppRefreshTaskRequest(...))."
        )

    def obstacles(self, identifier: str) -> list[str]:
        """Why the request that waits under this identifier cannot run now, each with its claim. Raises UsageError where none waits."""
        if identifier not in self._waiting:
            raise UsageError(
                f"No request waits under {identifier!r}. These do: {', '.join(self._waiting) or 'none'}."
            )
        return [
            f"{why} (claim {claim})" if claim else why
            for why, claim in self._obstacles(self._waiting[identifier])
        ]

    # What the app asks for.

    def add(self, request: BGTaskRequest, limit: str, in_foreground: bool) -> None:
        """Take a request; raises BGTaskSchedulerError `tooManyPendingTaskRequests` where as many wait as claim `limit` allows."""
        others = [
            waiting
            for identifier, waiting in self._waiting.items()
            if type(waiting.request) is type(request) and identifier != request.identifier
        ]
        most = self._rules.number(limit)
        if len(others) >= most:
            raise BGTaskSchedulerError(
                "tooManyPendingTaskRequests",
                f"{len(others)} such requests wait already, and {most:g} may: {', '.join(waiting.request.identifier for waiting in others)}. "
                "Cancel one, or submit again under its identifier to replace it.",
                limit,
            )
        self.cancel(request.identifier)
        ready = self._clock.now
        if self._rules.holds("background-tasks.earliest-begin-is-a-lower-bound"):
            ready = max(ready, request.earliest)
        if isinstance(request, BGAppRefreshTaskRequest) and self._rules.holds(
            "background-refresh.follows-usage"
        ):
            ready += self._rules.milliseconds("model.refresh-delay")
        self._waiting[request.identifier] = _Waiting(
            request, ready, in_foreground, self._clock.at(ready, self.look)
        )

    def cancel(self, identifier: str) -> None:
        """Forget the request that waits under this identifier, if there is one."""
        if (waiting := self._waiting.pop(identifier, None)) is not None:
            waiting.due.cancel()

    # What the phone tells it.

    def happened(self, event: Event, to: State) -> None:
        """An event of the life cycle reached the app."""
        if event in _USES:
            self._last_use = self._clock.now
        if to is State.NOT_RUNNING:
            for grant in list(self._running):
                grant.end()
        self._look_soon()

    def look(self) -> None:
        """See what has to end and what can start, now that something may have changed."""
        if self._busy:
            return
        self._busy = True
        try:
            self._end_what_only_idle_allows()
            now = self._clock.now
            free = [
                waiting
                for waiting in self._waiting.values()
                if waiting.ready <= now and not any(self._obstacles(waiting))
            ]
            for waiting in free:
                if isinstance(waiting.request, BGAppRefreshTaskRequest):
                    self._launch([waiting], _REFRESH)
            if processing := [w for w in free if isinstance(w.request, BGProcessingTaskRequest)]:
                self._launch(processing, _PROCESSING)
        finally:
            self._busy = False

    def _look_soon(self) -> None:
        if self._waiting or self._running:
            self._clock.after(0, self.look)

    # How it decides.

    def _obstacles(self, waiting: _Waiting) -> Iterator[tuple[str, str]]:
        rules: list[tuple[bool, str, str]] = [
            (
                self._clock.now < waiting.request.earliest,
                "its earliest begin date has not come",
                "background-tasks.earliest-begin-is-a-lower-bound",
            ),
            (
                not self._system.power.unlocked_since_restart,
                "the phone was restarted and not unlocked since",
                "background-tasks.not-before-first-unlock",
            ),
        ]
        is_refresh = isinstance(waiting.request, BGAppRefreshTaskRequest)
        rules += self._refresh_rules() if is_refresh else self._processing_rules(waiting)
        for applies, why, claim in rules:
            if applies and self._rules.holds(claim):
                yield why, claim
        if self._system.app_state.foreground:
            yield "the app is in front", ""

    def _refresh_rules(self) -> list[tuple[bool, str, str]]:
        conditions = self._system.conditions
        return [
            (
                not conditions.background_app_refresh,
                "Background App Refresh is off",
                "system-conditions.background-app-refresh-off",
            ),
            (
                conditions.low_power_mode,
                "Low Power Mode is on",
                "system-conditions.low-power-mode-turns-refresh-off",
            ),
            (self._system.was_force_quit, "the person force quit the app", _REFRESH),
            (self._rarely_used(), "the app is rarely used", "background-refresh.may-never-run"),
        ]

    def _processing_rules(self, waiting: _Waiting) -> list[tuple[bool, str, str]]:
        conditions, request = self._system.conditions, waiting.request
        requires = "background-processing.power-and-network-conditions"
        powered = not getattr(request, "requires_external_power", False) or conditions.charging
        connected = (
            not getattr(request, "requires_network_connectivity", False) or self._system.network.connected
        )
        return [
            (not conditions.idle, "the phone is not idle", "background-processing.runs-when-idle"),
            (not powered, "the phone is not charging", requires),
            (not connected, "there is no network", requires),
            (conditions.low_power_mode, "Low Power Mode is on", "system-conditions.low-power-mode"),
            (self._system.was_force_quit, "the person force quit the app", _PROCESSING),
            (
                not waiting.submitted_in_foreground and self._rarely_used(),
                "it was submitted in the background, and the app is rarely used",
                "background-processing.eligible-if-in-recent-use",
            ),
        ]

    def _rarely_used(self) -> bool:
        return self._clock.now - self._last_use > self._rules.milliseconds("model.rarely-used")

    def _end_what_only_idle_allows(self) -> None:
        if self._system.conditions.idle or not self._rules.holds(
            "background-processing.ends-when-the-person-returns"
        ):
            return
        for grant in list(self._running):
            if isinstance(grant.tasks[0], BGProcessingTask):
                grant.expire()

    def _launch(self, granted: list[_Waiting], rule: str) -> bool:
        """Launch the app once for these requests; they share its time. False where the app may not be launched."""
        refresh = rule == _REFRESH
        kind, limit = (
            (BGAppRefreshTask, "background-refresh.duration")
            if refresh
            else (BGProcessingTask, "model.processing-run-time")
        )
        names = [waiting.request.identifier for waiting in granted]
        for name in names:
            self.cancel(name)
        if not self._system.wake(f"{kind.__name__} {', '.join(names)}", "", unless_force_quit=rule):
            self._waiting.update(zip(names, granted, strict=True))
            return False
        app = self._system.app
        if app is None:  # it ended itself at once
            return True
        tasks: list[BGTask] = [kind(app, name) for name in names]
        grant = Grant(app, tasks, self._running.remove)
        self._running.append(grant)
        if any(getattr(waiting.request, "requires_external_power", False) for waiting in granted):
            self._on_power.append(grant)
        shared = self._rules.holds("background-tasks.time-is-shared-per-launch")
        if refresh or self._rules.holds("background-processing.lasts-minutes"):
            grant.limit(self._rules.milliseconds(limit) * (1 if shared else len(tasks)))
        for task in tasks:
            app.task_scheduler.launch(task)
        if refresh and not self._rules.holds(_ONCE):
            self.add(granted[0].request, "background-refresh.pending-limit", in_foreground=False)
        return True
