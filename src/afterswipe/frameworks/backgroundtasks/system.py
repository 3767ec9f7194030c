"""The system's side of BackgroundTasks: which requests wait, for what, and when the app is launched for them.

Refresh: once, some time after the request may begin, and up to 30 seconds; how the app is used is here a
fixed delay (claim model.refresh-delay). Processing: as soon as the phone is idle and the request's
requirements are met, until the person is back or the time is over (claim model.processing-run-time). After a
force quit neither runs; for processing Apple's engineers have said different things (claim
force-quit.stops-processing-tasks, disputed), and the model follows the older answer.

Not modelled: system budgets, a low battery, shorter times in Low Power Mode, power that goes, other apps.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from afterswipe.device.conditions import Conditions, Power
from afterswipe.device.network import Network
from afterswipe.errors import BGTaskSchedulerError, must_be_one_of
from afterswipe.kernel import Action, AppChange, Checked, Due, Event, Host, Phase, Process, State
from afterswipe.kernel.record import StateChanged

from .tasks import BGAppRefreshTask, BGProcessingTask, BGProcessingTaskRequest, BGTask, Launch

_USES = (Event.OPEN, Event.LEAVE, Event.LOCK, Event.INTERRUPT)

_EARLY = ("its earliest begin date has not come", "background-tasks.earliest-begin-is-a-lower-bound")
_NOT_UNLOCKED = ("the phone was restarted and not unlocked since", "background-tasks.not-before-first-unlock")
_QUIT = "the person force quit the app"
_REFRESH_OFF = ("Background App Refresh is off", "system-conditions.background-app-refresh-off")
_REFRESH_IN_LOW_POWER = ("Low Power Mode is on", "system-conditions.low-power-mode-turns-refresh-off")
_RARELY_USED = ("the app is rarely used", "background-refresh.may-never-run")
_NOT_IDLE = ("the phone is not idle", "background-processing.runs-when-idle")
_NOT_CHARGING = ("the phone is not charging", "background-processing.power-and-network-conditions")
_NO_NETWORK = ("there is no network", "background-processing.power-and-network-conditions")
_LOW_POWER = ("Low Power Mode is on", "system-conditions.low-power-mode")
_NOT_IN_RECENT_USE = (
    "it was submitted in the background, and the app is rarely used",
    "background-processing.eligible-if-in-recent-use",
)


class Grant:
    """Run time for tasks. It ends when all are completed; an expired one ends shortly after."""

    def __init__(self, process: Process, host: Host, tasks: Sequence[BGTask], ended: Action) -> None:
        self.tasks, self._process = tasks, process
        self._host, self._ended = host, ended
        self._hold = process.run_time.hold(", ".join(task.identifier for task in tasks))
        self._expired = self.over = self.on_power = False
        self._grace = process.rules.milliseconds("model.task-expiration-grace")
        for task in tasks:
            task.when_over = self._look
            task.note("launched")

    def limit(self, milliseconds: int) -> None:
        """Let it expire so that the app has to be done after this time."""
        self._process.clock.after(milliseconds - self._grace, self.expire)

    def expire(self) -> None:
        """Call the expiration handlers, and end the app if it does not complete its tasks in time."""
        if self.over or self._expired:
            return
        self._expired = True
        for task in self.tasks:
            if not task.over:
                task.expire()
        self._process.clock.after(self._grace, self._out_of_time)

    def end(self) -> None:
        """Take the run time back for good: everything is completed, or the process is gone."""
        if not self.over:
            self.over = True
            self._ended()
            self._process.run_time.release(self._hold)

    def _look(self) -> None:
        if all(task.over for task in self.tasks):
            self.end()

    def _out_of_time(self) -> None:
        if not self.over:
            self._process.rules.cite("background-tasks.must-be-completed")
            self._host.terminate("a background task was not completed in time")
        self.end()


@dataclass(frozen=True)
class _Waiting:
    """A request that waits. `ready` is the moment (ms) from which the system would like to run it."""

    request: Launch
    ready: int
    submitted_in_foreground: bool
    due: Due

    @property
    def is_refresh(self) -> bool:
        return not isinstance(self.request, BGProcessingTaskRequest)


class TaskScheduler(Checked):
    """The system's scheduler. It launches the app, and hands it its task; the app never launches itself."""

    def __init__(self, host: Host, network: Network, conditions: Conditions, power: Power) -> None:
        self._host = host
        self._clock, self._rules = host.clock, host.rules
        self._network, self._conditions = network, conditions
        self._power = power
        self._waiting: dict[str, _Waiting] = {}
        self._refreshing: list[Grant] = []
        self._processing: list[Grant] = []
        uses = (change.at for change in host.record.of(StateChanged) if change.event in _USES)
        self._last_use = max(uses, default=0)
        host.phases.on(Phase.TASK_REQUESTS, self._happened)
        network.changes.on(Phase.TASKS_WAITING, self._look_soon)
        conditions.watch(lambda _name: self._look_soon(), Phase.TASKS_HELD)

    @property
    def pending(self) -> list[Launch]:
        """The requests that wait, in the order of their submission."""
        return [waiting.request for waiting in self._waiting.values()]

    @property
    def runs_on_power(self) -> bool:
        """Whether a task runs whose request requires external power."""
        return any(grant.on_power for grant in self._processing)

    def obstacles(self, identifier: str) -> list[str]:
        """Why the request of this name cannot run now, with claims. Raises UsageError where none waits."""
        must_be_one_of("waiting request", identifier, self._waiting)
        found = self._obstacles(self._waiting[identifier])
        return [f"{why} (claim {claim})" if claim else why for why, claim in found]

    def add(self, request: Launch) -> None:
        """Take a request; raises BGTaskSchedulerError `unavailable` and `tooManyPendingTaskRequests`."""
        if not self._conditions.background_app_refresh:
            why = "the person switched Background App Refresh off. Do the work while the app is open"
            raise BGTaskSchedulerError("unavailable", why, "background-tasks.error-1-unavailable")
        refresh = not isinstance(request, BGProcessingTaskRequest)
        limit = "background-refresh.pending-limit" if refresh else "background-processing.pending-limit"
        alike = [name for name, waiting in self._waiting.items() if waiting.is_refresh is refresh]
        others = [name for name in alike if name != request.identifier]
        most = self._rules.number(limit)
        if len(others) >= most:
            why = f"{len(others)} such requests wait already, and {most:g} may: {', '.join(others)}."
            why += " Cancel one, or submit again under its identifier to replace it."
            raise BGTaskSchedulerError("tooManyPendingTaskRequests", why, limit)
        self.cancel(request.identifier)
        self._rules.cite("background-tasks.earliest-begin-is-a-lower-bound")
        ready = max(self._clock.now, request.earliest)
        if refresh and self._rules.holds("background-refresh.follows-usage"):
            ready += self._rules.milliseconds("model.refresh-delay")
        due = self._clock.at(ready, self.look)
        self._waiting[request.identifier] = _Waiting(request, ready, self._host.state.foreground, due)

    def cancel(self, identifier: str) -> None:
        """Forget the request that waits under this identifier, if there is one."""
        if (waiting := self._waiting.pop(identifier, None)) is not None:
            waiting.due.cancel()

    def look(self) -> None:
        """See what has to end and what can start, now that something may have changed."""
        rule = "background-processing.ends-when-the-person-returns"
        if not self._conditions.idle and self._rules.holds(rule):
            for grant in list(self._processing):
                grant.expire()
        ready = [waiting for waiting in self._waiting.values() if waiting.ready <= self._clock.now]
        free = [waiting for waiting in ready if not any(self._obstacles(waiting))]
        for waiting in free:
            if waiting.is_refresh:
                self._launch([waiting])
        if processing := [waiting for waiting in free if not waiting.is_refresh]:
            self._launch(processing)

    def _happened(self, change: AppChange) -> None:
        if change.event in _USES:
            self._last_use = self._clock.now
        if change.after is State.NOT_RUNNING:
            for grant in [*self._refreshing, *self._processing]:
                grant.end()
        self._look_soon()

    def _look_soon(self) -> None:
        if self._waiting or self._refreshing or self._processing:
            self._clock.after(0, self.look)

    def _obstacles(self, waiting: _Waiting) -> Iterator[tuple[str, str]]:
        """What stands in the way of a request, in words with its claim, by what is supposed or disputed."""
        conditions, request, quit_ = self._conditions, waiting.request, self._host.was_force_quit
        early, unlocked = self._clock.now < request.earliest, self._power.unlocked_since_restart
        rules = [(early, _EARLY), (not unlocked, _NOT_UNLOCKED)]
        if isinstance(request, BGProcessingTaskRequest):
            rules += [
                (not conditions.idle, _NOT_IDLE),
                (request.requires_external_power and not conditions.charging, _NOT_CHARGING),
                (request.requires_network_connectivity and not self._network.connected, _NO_NETWORK),
                (conditions.low_power_mode, _LOW_POWER),
                (quit_, (_QUIT, "force-quit.stops-processing-tasks")),
                (not waiting.submitted_in_foreground and self._rarely_used(), _NOT_IN_RECENT_USE),
            ]
        else:
            rules += [
                (not conditions.background_app_refresh, _REFRESH_OFF),
                (conditions.low_power_mode, _REFRESH_IN_LOW_POWER),
                (quit_, (_QUIT, "force-quit.stops-background-tasks")),
                (self._rarely_used(), _RARELY_USED),
            ]
        for applies, (why, claim) in rules:
            if applies and self._rules.holds(claim):
                yield why, claim
        if self._host.state.foreground:
            yield "the app is in front", ""

    def _rarely_used(self) -> bool:
        return self._clock.now - self._last_use > self._rules.milliseconds("model.rarely-used")

    def _launch(self, granted: list[_Waiting]) -> None:
        """Launch the app once for these requests; they share its time."""
        refresh = granted[0].is_refresh
        kind = BGAppRefreshTask if refresh else BGProcessingTask
        names = [waiting.request.identifier for waiting in granted]
        for name in names:
            self.cancel(name)
        rule = "force-quit.stops-background-tasks" if refresh else "force-quit.stops-processing-tasks"
        self._host.wake(f"{kind.__name__} {', '.join(names)}", "", rule)
        if (process := self._host.process) is None:  # it ended itself at once
            return
        tasks = [kind(process, name) for name in names]
        running = self._refreshing if refresh else self._processing
        grant = Grant(process, self._host, tasks, lambda: running.remove(grant))
        running.append(grant)
        for one in [waiting.request for waiting in granted]:
            grant.on_power |= isinstance(one, BGProcessingTaskRequest) and one.requires_external_power
        self._rules.cite("background-tasks.time-is-shared-per-launch")
        if not refresh:
            self._rules.cite("background-processing.lasts-minutes")
            grant.limit(self._rules.milliseconds("model.processing-run-time"))
        elif self._rules.holds("background-refresh.duration"):
            grant.limit(self._rules.milliseconds("background-refresh.duration"))
        for task in tasks:
            process.app.task_scheduler.launch(task)
        if refresh:
            self._rules.cite("background-refresh.one-request-one-launch")
