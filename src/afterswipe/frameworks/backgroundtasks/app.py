"""BackgroundTasks as an app's code holds it: register, submit, and be launched when the system chooses.

The model has no Info.plist. To register a handler is also to permit its identifier and the background mode
that it needs (claims background-tasks.identifiers-are-declared, background-refresh.needs-the-fetch-mode,
background-processing.needs-the-processing-mode).

Not modelled: health research tasks, the throttling of apps that do not complete their tasks, the bundle
identifier in the names of continued tasks.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from afterswipe.errors import APIError, BGTaskSchedulerError, UsageError, must
from afterswipe.kernel import Checked, Event, Process
from afterswipe.units import YEAR

from .continued import ContinuedProcessing
from .system import TaskScheduler
from .tasks import BGContinuedProcessingTask, BGContinuedProcessingTaskRequest, BGTask, BGTaskRequest, Launch

Handler = Callable[[Any], Coroutine[Any, Any, None] | None]
"""A launch handler: it is given its task. It may be a coroutine function."""


class BGTaskScheduler(Checked):
    """Apple's `BGTaskScheduler.shared`, in one process: handlers are registered anew at every launch."""

    def __init__(self, process: Process, system: TaskScheduler, continued: ContinuedProcessing) -> None:
        self.process, self._host = process, continued.host
        self._system, self._continued = system, continued
        self._rules = process.rules
        self._handlers: dict[str, Handler] = {}
        self._late: set[str] = set()

    def register(self, identifier: str, handler: Handler) -> None:
        """Say what to call when the system launches the app for `identifier`: first of all, at every launch.

        Later, it ends the app (claim background-tasks.handlers-before-launch-ends): before iOS 26 at once,
        and since then with a request that is not for a continued task. Twice kills it too (claim
        continued-processing.registering-twice-kills-the-app).
        """
        self._must_exist()
        if self.process.clock.now > self.process.launched_at:
            self._late.add(identifier)
            if not self._rules.holds("continued-processing.handler-registered-on-demand"):
                self._registered_late(identifier)
        if identifier in self._handlers:
            rule = "continued-processing.registering-twice-kills-the-app"
            remedy = f"{identifier!r} is registered already. Register each identifier once per launch."
            if not self._rules.holds(rule):
                raise UsageError(f"{remedy} What iOS {self._rules.ios} does then is not known here.")
            why = f"the app registered {identifier!r} twice"
            self.process.clock.after(0, lambda: self._host.terminate(why))
            raise APIError(f"{remedy} The system kills the app on the second time", rule)
        self._handlers[identifier] = handler

    def submit(self, request: Launch | BGContinuedProcessingTaskRequest) -> None:
        """Hand a request to the system. One with the identifier of a waiting one replaces it.

        Raises BGTaskSchedulerError `notPermitted` for one not registered (claim
        background-tasks.identifiers-are-declared), `unavailable` for what is switched off (claim
        background-tasks.error-1-unavailable) and `tooManyPendingTaskRequests` (claims
        background-refresh.pending-limit, background-processing.pending-limit), UnavailableError before iOS
        13.
        """
        self._must_exist()
        why = f"earliest_begin_date={request.earliest_begin_date} is no moment on the phone's clock."
        must(0 <= request.earliest <= 2 * YEAR, f"{why} Use app.now + seconds, or leave it out.")
        if request.identifier not in self._handlers:
            why = f"nothing is registered for {request.identifier!r}. Call app.task_scheduler.register({request.identifier!r}, handler) first; on a phone, the identifier must also stand in the Info.plist."
            raise BGTaskSchedulerError("notPermitted", why, "background-tasks.identifiers-are-declared")
        if isinstance(request, BGContinuedProcessingTaskRequest):
            self._continued.add(request)
            return
        if request.identifier in self._late:
            self._registered_late(request.identifier)
        self._system.add(request)

    async def submit_task_request(self, request: Launch | BGContinuedProcessingTaskRequest) -> None:
        """The `submit` of iOS 27 (claim background-tasks.submit-is-deprecated); UnavailableError before."""
        self._rules.require("background-tasks.submit-is-deprecated", "submitTaskRequest, and takes submit")
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

    def launch(self, task: BGTask) -> None:
        """Call the handler of a task on the app's main thread; an app that has none crashes."""
        if task.identifier not in self._handlers:
            name = f"launched for {task.identifier!r}, and nothing was registered for it"
            self._crash(f"{name}. Do so in the first lines of the app's coroutine, at every launch")
        else:
            self.process.call(lambda: self._start(self._handlers[task.identifier], task))

    def _start(self, handler: Handler, task: BGTask) -> None:
        self.process.loop.start(handler(task))
        if isinstance(task, BGContinuedProcessingTask):  # that its handler has returned ends nothing
            self._rules.cite("continued-processing.async-work-is-supported")

    def _must_exist(self) -> None:
        self.process.must_run("use its task scheduler", "life-cycle.suspended-runs-no-code")
        self._rules.require("background-tasks.identifiers-are-declared", "BGTaskScheduler")

    def _registered_late(self, identifier: str) -> None:
        what = f"it registered {identifier!r} after its launch"
        self._crash(f"{what}. Do so in the first lines of its coroutine")

    def _crash(self, why: str) -> None:
        self._rules.cite("background-tasks.handlers-before-launch-ends")
        self.process.clock.after(0, lambda: self._host.happen(Event.CRASH, why))
