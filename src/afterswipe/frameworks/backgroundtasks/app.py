"""BackgroundTasks as an app's code holds it: register a handler, submit a request, and be launched when the system chooses.

Apple: `BGTaskScheduler`, `BGAppRefreshTask`, `BGProcessingTask` (iOS 13). The system's side is `afterswipe.frameworks.backgroundtasks.system`.
A request is a wish, and no start: the system decides whether and when it launches the app for it.

The model has no Info.plist. To register a handler is also to permit its identifier and the background mode that it needs
(claims background-tasks.identifiers-are-declared, background-refresh.needs-the-fetch-mode,
background-processing.needs-the-processing-mode). Not modelled: health research tasks, the throttling of apps that do not
complete their tasks, the bundle identifier in the names of continued tasks.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from afterswipe.errors import APIError, BGTaskSchedulerError, UnavailableError, UsageError
from afterswipe.kernel.record import TaskChanged
from afterswipe.units import SECOND

if TYPE_CHECKING:
    from afterswipe.app import Application

Handler = Callable[[Any], Coroutine[Any, Any, None] | None]
"""A launch handler: it is given its task. It may be a coroutine function."""

_NEEDS_RUN_TIME = "life-cycle.suspended-runs-no-code"
_DECLARED = "background-tasks.identifiers-are-declared"
_TWICE = "continued-processing.registering-twice-kills-the-app"
_ON_DEMAND = "continued-processing.handler-registered-on-demand"


@dataclass(frozen=True)
class BGTaskRequest(ABC):
    """What all requests have. `earliest_begin_date` is seconds on the phone's clock (`app.now + 900`).

    It is a lower bound and no appointment (claim background-tasks.earliest-begin-is-a-lower-bound).
    """

    identifier: str
    earliest_begin_date: float | None = None

    @property
    def earliest(self) -> int:
        """The earliest begin in milliseconds; 0 where none is set."""
        return 0 if self.earliest_begin_date is None else round(self.earliest_begin_date * SECOND)

    @abstractmethod
    def submit_to(self, app: "Application") -> None:
        """Hand the request to the system."""


@dataclass(frozen=True)
class BGAppRefreshTaskRequest(BGTaskRequest):
    """Ask for one launch with up to 30 seconds of run time, to fetch what is new (claim background-refresh.duration)."""

    def submit_to(self, app: "Application") -> None:
        """Hand the request to the system."""
        app.system.task_scheduler.add(self, "background-refresh.pending-limit", app.state.foreground)


@dataclass(frozen=True)
class BGProcessingTaskRequest(BGTaskRequest):
    """Ask for minutes of run time while nobody uses the phone (claims background-processing.runs-when-idle, .lasts-minutes).

    Both requirements are off by default (claim background-processing.power-and-network-conditions).
    """

    requires_external_power: bool = False
    requires_network_connectivity: bool = False

    def submit_to(self, app: "Application") -> None:
        """Hand the request to the system."""
        app.system.task_scheduler.add(self, "background-processing.pending-limit", app.state.foreground)


class BGTask:
    """Run time for one request, in the hands of the app. `expiration_handler` is called, without arguments, when it is over."""

    def __init__(self, app: "Application", identifier: str) -> None:
        self.identifier = identifier
        self.expiration_handler: Callable[[], None] | None = None
        self.over = False
        """Whether the app has called `set_task_completed`."""
        self.when_over: Callable[[], None] = lambda: None
        self._app = app

    def set_task_completed(self, success: bool = True) -> None:
        """Say that the work is done, or given up. An app that does not is killed (claim background-tasks.must-be-completed)."""
        self._app.must_run("complete a background task", _NEEDS_RUN_TIME)
        if not self.over:
            self.over = True
            self.note("completed" if success else "given up")
            self.completed(success)
            self.when_over()

    # What the system does with it.

    def note(self, change: str) -> None:
        """Record what became of it."""
        self._app.note(TaskChanged(self._app.clock.now, type(self).__name__, self.identifier, change))

    def expire(self) -> None:
        """Let the app's expiration handler be called."""
        self.note("expires")
        self._app.call(lambda: self.expiration_handler() if self.expiration_handler else None)

    def completed(self, success: bool) -> None:
        """What else follows from its completion: nothing, for most tasks."""

    def handler_returned(self) -> None:
        """What follows when the launch handler has returned: nothing, for the work may go on elsewhere."""


class BGAppRefreshTask(BGTask):
    """Up to 30 seconds to fetch what is new."""


class BGProcessingTask(BGTask):
    """Minutes of run time while nobody uses the phone."""


class Grant:
    """Run time that the system gives for tasks. It ends when all of them are completed; an expired one ends shortly after."""

    def __init__(self, app: "Application", tasks: list[BGTask], ended: Callable[["Grant"], None]) -> None:
        self.tasks = tasks
        self._app = app
        self._ended = ended
        self._hold = app.run_time.hold(", ".join(task.identifier for task in tasks))
        self._expired = False
        self.over = False
        for task in tasks:
            task.when_over = self._look
            task.note("launched")

    def limit(self, milliseconds: int) -> None:
        """Let it expire so that the app has to be done after this time."""
        grace = self._app.rules.milliseconds("model.task-expiration-grace")
        self._app.clock.after(milliseconds - grace, self.expire)

    def expire(self) -> None:
        """Call the expiration handlers, and end the app if it does not complete its tasks in time."""
        if self.over or self._expired:
            return
        self._expired = True
        for task in self.tasks:
            if not task.over:
                task.expire()
        grace = self._app.rules.milliseconds("model.task-expiration-grace")
        self._app.clock.after(grace, self._out_of_time)

    def drop_hold(self) -> None:
        """Take the run time back, although the tasks go on."""
        self._app.run_time.release(self._hold)

    def end(self) -> None:
        """Take the run time back for good: everything is completed, or the process is gone."""
        if not self.over:
            self.over = True
            self._app.run_time.release(self._hold)
            self._ended(self)

    def _look(self) -> None:
        if all(task.over for task in self.tasks):
            self.end()

    def _out_of_time(self) -> None:
        if not self.over and self._app.rules.holds("background-tasks.must-be-completed"):
            self._app.system.terminate("a background task was not completed in time")
        self.end()


class BGTaskScheduler:
    """Apple's `BGTaskScheduler.shared`, in one process of the app. Its handlers are registered anew at every launch."""

    def __init__(self, app: "Application") -> None:
        self._app = app
        self._launched_at = app.process.launched_at
        self._handlers: dict[str, Handler] = {}

    def register(self, identifier: str, handler: Handler) -> None:
        """Say what is to be called when the system launches the app for `identifier`; do it first of all, at every launch.

        Registering an identifier twice kills the app from iOS 26 on (claim continued-processing.registering-twice-kills-the-app).
        """
        self._must_exist()
        rules = self._app.rules
        late = self._app.clock.now > self._launched_at
        if late and rules.has(_ON_DEMAND) and not rules.holds(_ON_DEMAND):
            raise APIError(f"{identifier!r} is registered after the launch has finished.", _ON_DEMAND)
        if identifier in self._handlers and rules.claim(_TWICE).status not in ("retracted", "refuted"):
            self._registered_twice(identifier)
        self._handlers[identifier] = handler

    def submit(self, request: BGTaskRequest) -> None:
        """Hand a request to the system. One with the identifier of a waiting one replaces it.

        Raises BGTaskSchedulerError `notPermitted` for an identifier that is not registered (claim
        background-tasks.identifiers-are-declared) and `tooManyPendingTaskRequests` (claims background-refresh.pending-limit,
        background-processing.pending-limit), UsageError without run time, and UnavailableError before iOS 13.
        """
        self._must_exist()
        self._app.must_run("submit a task request", _NEEDS_RUN_TIME)
        begin = request.earliest_begin_date
        if begin is not None and not 0 <= begin < float("inf"):
            raise UsageError(
                f"earliest_begin_date={begin} is no moment on the phone's clock. Use app.now + seconds, or leave it out."
            )
        if request.identifier not in self._handlers and self._app.rules.holds(_DECLARED):
            raise BGTaskSchedulerError(
                "notPermitted",
                f"nothing is registered for {request.identifier!r}. Call app.task_scheduler.register({request.identifier!r}, "
                "handler) first; on a phone, the identifier must also stand in the Info.plist.",
                _DECLARED,
            )
        request.submit_to(self._app)

    async def submit_task_request(self, request: BGTaskRequest) -> None:
        """The form that replaces `submit` in iOS 27 (claim background-tasks.submit-is-deprecated); raises UnavailableError before."""
        rule = self._app.rules.claim("background-tasks.submit-is-deprecated")
        if not self._app.rules.holds(rule.id):
            raise UnavailableError(
                f"iOS {self._app.rules.ios} has no submitTaskRequest. Use submit, or choose iOS {rule.since}: Phone(ios='{rule.since}').",
                rule.id,
            )
        self.submit(request)

    def cancel(self, identifier: str) -> None:
        """Take a waiting request back. One that does not wait is no error."""
        self._app.must_run("cancel a task request", _NEEDS_RUN_TIME)
        self._app.system.task_scheduler.cancel(identifier)
        self._app.system.continued_processing.cancel(identifier)

    def cancel_all_task_requests(self) -> None:
        """Take all waiting requests back."""
        for request in self.pending_task_requests():
            self.cancel(request.identifier)

    def pending_task_requests(self) -> list[BGTaskRequest]:
        """The requests that wait: Apple's `pendingTaskRequests`."""
        system = self._app.system
        return [*system.task_scheduler.pending, *system.continued_processing.pending]

    # What the system uses.

    def launch(self, task: BGTask) -> None:
        """Call the handler of a task on the app's main thread."""
        if task.identifier not in self._handlers:
            raise BGTaskSchedulerError(
                "notPermitted",
                f"the system launched the app for {task.identifier!r}, and nothing is registered for it. Register the handler "
                "in the first lines of the app's coroutine, at every launch.",
                _DECLARED,
            )
        self._app.call(lambda: self._start(self._handlers[task.identifier], task))

    def _start(self, handler: Handler, task: BGTask) -> None:
        work = handler(task)
        if work is not None:
            self._app.loop.create_task(work).add_done_callback(
                lambda done: None if done.cancelled() else done.result()
            )
        task.handler_returned()

    def _must_exist(self) -> None:
        self._app.rules.require(_DECLARED, "BGTaskScheduler")

    def _registered_twice(self, identifier: str) -> None:
        remedy = f"{identifier!r} is registered already. Register each identifier once per launch."
        if not self._app.rules.has(_TWICE):
            raise UsageError(f"{remedy} What iOS {self._app.rules.ios} does then is not known here.")
        why = f"the app registered {identifier!r} twice"
        self._app.clock.after(0, lambda: self._app.system.terminate(why))
        raise APIError(f"{remedy} The system kills the app on the second time", _TWICE)
