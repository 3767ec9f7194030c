"""BackgroundTasks as an app's code holds it: register a handler, submit a request, and be launched when the system chooses.

Apple: `BGTaskScheduler`, `BGAppRefreshTask`, `BGProcessingTask` (iOS 13) and `BGContinuedProcessingTask` (iOS 26). The system's side
is in `system` and `continued`. A request is a wish, and no start: the system decides whether and when it launches the app for it.

The model has no Info.plist. To register a handler is also to permit its identifier and the background mode that it needs
(claims background-tasks.identifiers-are-declared, background-refresh.needs-the-fetch-mode,
background-processing.needs-the-processing-mode). Not modelled: health research tasks, the throttling of apps that do not
complete their tasks, the bundle identifier in the names of continued tasks.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from afterswipe.errors import APIError, BGTaskSchedulerError, UnavailableError, UsageError
from afterswipe.kernel import Action, Event, Host, Process
from afterswipe.kernel.record import TaskChanged

from .continued import ContinuedProcessing
from .requests import (
    BGAppRefreshTaskRequest,
    BGContinuedProcessingTaskRequest,
    BGProcessingTaskRequest,
    BGTaskRequest,
)
from .system import TaskScheduler

Handler = Callable[[Any], Coroutine[Any, Any, None] | None]
"""A launch handler: it is given its task. It may be a coroutine function."""


class BGTask:
    """Run time for one request, in the hands of the app. `expiration_handler` is called, without arguments, when it is over."""

    def __init__(self, scheduler: "BGTaskScheduler", identifier: str) -> None:
        self.identifier = identifier
        self.expiration_handler: Action | None = None
        self.over = self.success = False
        """Whether the app has called `set_task_completed`, and what it said."""
        self.when_over: Action = lambda: None
        self._scheduler = scheduler
        self._process = scheduler.process

    def set_task_completed(self, success: bool = True) -> None:
        """Say that the work is done, or given up. An app that does not is killed (claim background-tasks.must-be-completed)."""
        self._process.must_run("complete a background task", "life-cycle.suspended-runs-no-code")
        self._complete(success, "completed" if success else "given up")

    def _complete(self, success: bool, change: str) -> None:
        if not self.over:
            self.over, self.success = True, success
            self.note(change)
            self.when_over()

    # What the system does with it.

    def note(self, change: str) -> None:
        """Record what became of it."""
        self._process.note(TaskChanged(self._process.clock.now, type(self).__name__, self.identifier, change))

    def launch(self) -> None:
        """Let the app's launch handler be called with it; an app that has none crashes."""
        self._scheduler.launch(self)

    def expire(self) -> None:
        """Let the app's expiration handler be called. Without one the task is over, and unsuccessful."""
        self.note("expires")
        if self.expiration_handler is not None:
            self._process.call(self.expiration_handler)
        else:
            self._process.rules.cite("background-tasks.without-expiration-handler")
            self._complete(False, "marked complete and unsuccessful")


class BGAppRefreshTask(BGTask):
    """Up to 30 seconds to fetch what is new."""


class BGProcessingTask(BGTask):
    """Minutes of run time while nobody uses the phone."""


class Progress:
    """Apple's `Progress`: count `completed_unit_count` up to `total_unit_count`. The system looks at nothing else of the work."""

    def __init__(self, changed: Callable[[bool], None]) -> None:
        self._changed = changed
        self._total = 0
        self._completed = 0

    @property
    def total_unit_count(self) -> int:
        """How much there is to do, in units of the app's choice."""
        return self._total

    @total_unit_count.setter
    def total_unit_count(self, count: int) -> None:
        if count < 1:
            raise UsageError(
                f"total_unit_count={count}: there is nothing to do. Give the number of units, for instance 100."
            )
        self._total = count
        self._changed(False)

    @property
    def completed_unit_count(self) -> int:
        """How much of it is done."""
        return self._completed

    @completed_unit_count.setter
    def completed_unit_count(self, count: int) -> None:
        if not 0 <= count <= self._total:
            raise UsageError(
                f"completed_unit_count={count} of {self._total}. Set total_unit_count first, then count from 0 up to it."
            )
        moved = count > self._completed
        self._completed = count
        self._changed(moved)

    @property
    def fraction_completed(self) -> float:
        """The share that is done, 0.0 to 1.0."""
        return self._completed / self._total if self._total else 0.0


class BGContinuedProcessingTask(BGTask):
    """A continued task in the hands of the app. Report through `progress`; the system expires a task that does not."""

    def __init__(self, scheduler: "BGTaskScheduler", request: BGContinuedProcessingTaskRequest) -> None:
        super().__init__(scheduler, request.identifier)
        self.title = request.title
        self.subtitle = request.subtitle
        self.progress = Progress(self._moved)
        self.when_changed: Callable[[bool], None] = lambda _moved: None

    def update_title(self, title: str, subtitle: str) -> None:
        """Change what the system's card says. With the progress this is all of it that an app can change."""
        self._process.must_run("update a continued task", "life-cycle.suspended-runs-no-code")
        self.title, self.subtitle = title, subtitle
        self.when_changed(False)

    def _moved(self, moved: bool) -> None:
        self._process.must_run("report progress", "life-cycle.suspended-runs-no-code")
        self.when_changed(moved and not self.over)


class BGTaskScheduler:
    """Apple's `BGTaskScheduler.shared`, in one process of the app. Its handlers are registered anew at every launch."""

    def __init__(
        self, process: Process, host: Host, system: TaskScheduler, continued: ContinuedProcessing
    ) -> None:
        self.process = process
        self._host = host
        self._system = system
        self._continued = continued
        self._rules = process.rules
        self._handlers: dict[str, Handler] = {}
        self._late: set[str] = set()

    def register(self, identifier: str, handler: Handler) -> None:
        """Say what is to be called when the system launches the app for `identifier`; do it first of all, at every launch.

        Later, it ends the app (claim background-tasks.handlers-before-launch-ends): before iOS 26 at once, and since then with a
        request that is not for a continued task. Twice kills it too (claim continued-processing.registering-twice-kills-the-app).
        """
        self._must_exist()
        if self.process.clock.now > self.process.launched_at:
            self._late.add(identifier)
            if not self._rules.holds("continued-processing.handler-registered-on-demand"):
                self._registered_late(identifier)
        if identifier in self._handlers:
            self._registered_twice(identifier)
        self._handlers[identifier] = handler

    def submit(self, request: BGTaskRequest) -> None:
        """Hand a request to the system. One with the identifier of a waiting one replaces it.

        Raises BGTaskSchedulerError `notPermitted` for an identifier that is not registered (claim
        background-tasks.identifiers-are-declared), `unavailable` for what the person switched off (claim
        background-tasks.error-1-unavailable) and `tooManyPendingTaskRequests` (claims background-refresh.pending-limit,
        background-processing.pending-limit), UsageError without run time, and UnavailableError before iOS 13.
        """
        self._must_exist()
        self.process.must_run("submit a task request", "life-cycle.suspended-runs-no-code")
        begin = request.earliest_begin_date
        if begin is not None and not 0 <= begin < float("inf"):
            raise UsageError(
                f"earliest_begin_date={begin} is no moment on the phone's clock. Use app.now + seconds, or leave it out."
            )
        self._must_be_registered(request.identifier)
        match request:
            case BGContinuedProcessingTaskRequest():
                self._continued.add(request)
            case BGAppRefreshTaskRequest() | BGProcessingTaskRequest():
                if request.identifier in self._late:
                    self._registered_late(request.identifier)
                self._system.add(request)
            case _:
                raise UsageError(
                    f"{type(request).__name__} asks for nothing. Submit a BGAppRefreshTaskRequest or a BGProcessingTaskRequest."
                )

    async def submit_task_request(self, request: BGTaskRequest) -> None:
        """The form that replaces `submit` in iOS 27 (claim background-tasks.submit-is-deprecated); raises UnavailableError before."""
        rule = self._rules.claim("background-tasks.submit-is-deprecated")
        if not self._rules.holds(rule.id):
            raise UnavailableError(
                f"iOS {self._rules.ios} has no submitTaskRequest. Use submit, or choose iOS {rule.since}: Phone(ios='{rule.since}').",
                rule.id,
            )
        self.submit(request)

    def cancel(self, identifier: str) -> None:
        """Take a waiting request back. One that does not wait is no error."""
        self.process.must_run("cancel a task request", "life-cycle.suspended-runs-no-code")
        self._system.cancel(identifier)
        self._continued.cancel(identifier)

    def cancel_all_task_requests(self) -> None:
        """Take all waiting requests back."""
        for request in self.pending_task_requests():
            self.cancel(request.identifier)

    def pending_task_requests(self) -> list[BGTaskRequest]:
        """The requests that wait: Apple's `pendingTaskRequests`."""
        return [*self._system.pending, *self._continued.pending]

    # What the system uses.

    def task(self, request: BGTaskRequest) -> BGTask:
        """Make the task for a refresh or a processing request."""
        kind = BGAppRefreshTask if isinstance(request, BGAppRefreshTaskRequest) else BGProcessingTask
        return kind(self, request.identifier)

    def continued_task(self, request: BGContinuedProcessingTaskRequest) -> BGContinuedProcessingTask:
        """Make the task for a request to go on."""
        return BGContinuedProcessingTask(self, request)

    def launch(self, task: BGTask) -> None:
        """Call the handler of a task on the app's main thread."""
        if task.identifier not in self._handlers:
            name = f"launched for {task.identifier!r}, and nothing was registered for it"
            self._crash(f"{name}. Do so in the first lines of the app's coroutine, at every launch")
            return
        self.process.call(lambda: self._start(self._handlers[task.identifier], task))

    def _start(self, handler: Handler, task: BGTask) -> None:
        work = handler(task)
        if work is not None:
            self.process.loop.create_task(work).add_done_callback(
                lambda done: None if done.cancelled() else done.result()
            )
        if isinstance(task, BGContinuedProcessingTask):  # that its handler has returned ends nothing
            self._rules.cite("continued-processing.async-work-is-supported")

    def _must_exist(self) -> None:
        self._rules.require("background-tasks.identifiers-are-declared", "BGTaskScheduler")

    def _must_be_registered(self, identifier: str) -> None:
        if identifier not in self._handlers:
            raise BGTaskSchedulerError(
                "notPermitted",
                f"nothing is registered for {identifier!r}. Call app.task_scheduler.register({identifier!r}, "
                "handler) first; on a phone, the identifier must also stand in the Info.plist.",
                "background-tasks.identifiers-are-declared",
            )

    def _registered_late(self, identifier: str) -> None:
        self._crash(
            f"it registered {identifier!r} after its launch. Do so in the first lines of its coroutine"
        )

    def _crash(self, why: str) -> None:
        """An exception that nobody catches ends the app; the script goes on."""
        self._rules.cite("background-tasks.handlers-before-launch-ends")
        self.process.clock.after(0, lambda: self._host.happen(Event.CRASH, why))

    def _registered_twice(self, identifier: str) -> None:
        rule = "continued-processing.registering-twice-kills-the-app"
        remedy = f"{identifier!r} is registered already. Register each identifier once per launch."
        if not self._rules.holds(rule):
            raise UsageError(f"{remedy} What iOS {self._rules.ios} does then is not known here.")
        why = f"the app registered {identifier!r} twice"
        self.process.clock.after(0, lambda: self._host.terminate(why))
        raise APIError(f"{remedy} The system kills the app on the second time", rule)
