"""The system's side of continued tasks: what it takes, what waits, and what ends them. `afterswipe.frameworks.backgroundtasks.continued_card` has the rest.

Apple's rule that a person's action must come first (claim continued-processing.needs-a-persons-action) is not checked: a log
shows requests accepted without one. Checked is the foreground.

Not modelled: how many tasks may run at once (the script says when there is no room), GPU and Neural Engine, the lower
priority in the background, the Simulator, what becomes of a queued request when the system ends the app (it is dropped here).
"""

from typing import TYPE_CHECKING

from afterswipe.errors import APIError, BGTaskSchedulerError, UnavailableError, UsageError
from afterswipe.frameworks.activitykit.card import APP, ActivityState
from afterswipe.kernel.life_cycle import Event, State
from afterswipe.kernel.record import PersonDid
from afterswipe.system import System

from .app import BGTaskRequest
from .continued import BGContinuedProcessingTask, BGContinuedProcessingTaskRequest
from .continued_card import RunningTask

if TYPE_CHECKING:
    from afterswipe.app import Application

_RULE = "continued-processing."
_QUEUED = "force-quit.cancels-queued-continued-processing"


class ContinuedProcessing:
    """The system's and the person's side of continued tasks."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._rules = system.rules
        self._clock = system.clock
        self._queue: list[BGContinuedProcessingTaskRequest] = []
        self._running: list[RunningTask] = []
        self._full = False
        self._answer = ""

    @property
    def pending(self) -> list[BGTaskRequest]:
        """The requests that wait for room, in order."""
        return list(self._queue)

    @property
    def full(self) -> bool:
        """Whether the system has no room for another task: what apps together may run at once is not documented, so the script says it."""
        return self._full

    @full.setter
    def full(self, full: bool) -> None:
        self._full = full
        self._clock.after(0, self.look)

    @property
    def answer(self) -> str:
        """What the person answers when the system asks whether a slow task shall go on: "Continue", "Stop", or "" for no answer."""
        return self._answer

    @answer.setter
    def answer(self, answer: str) -> None:
        if answer not in ("Continue", "Stop", ""):
            raise UsageError(
                f"The question offers 'Continue' and 'Stop', not {answer!r}. Use '' for no answer."
            )
        self._answer = answer
        self.look()

    def stop(self) -> None:
        """Let the person tap Stop on the system's card. Raises UsageError where no task runs.

        On iOS 27 that opens the app, and the task ends some seconds later (claim continued-processing.stop-opens-the-app).
        """
        running = self._newest()
        self._system.record.add(PersonDid(self._clock.now, "taps Stop on the system's card"))
        running.stopped = True
        wait = 0
        if self._rules.holds(_RULE + "stop-opens-the-app"):
            wait = self._rules.milliseconds("model.continued-stop-delay")
            self._system.open()
        self._clock.after(wait, lambda: running.expire("the person stopped it"))

    def resources_run_short(self) -> None:
        """Let resources run short: the task with the least progress is ended first (claim continued-processing.least-progress-ends-first)."""
        self._newest()
        fair = self._rules.holds(_RULE + "least-progress-ends-first")
        least = min(
            self._running, key=lambda running: running.task.progress.fraction_completed if fair else 0
        )
        least.expire("resources ran short")

    # What the app asks for.

    def add(self, request: BGContinuedProcessingTaskRequest, app: "Application") -> None:
        """Start a task, or let it wait for room.

        Raises UnavailableError before iOS 26, APIError where the app is not in the foreground, and BGTaskSchedulerError
        `immediateRunIneligible` where there is no room and the strategy is "fail".
        """
        rules = self._rules
        rule = rules.claim(_RULE + "ios-and-ipados-only")
        if not rules.holds(rule.id):
            raise UnavailableError(
                f"iOS {rules.ios} has no BGContinuedProcessingTask. Choose iOS {rule.since} or later: Phone(ios='{rule.since}').",
                rule.id,
            )
        if request.strategy not in (None, "queue", "fail"):
            raise UsageError(f"strategy={request.strategy!r}: there are 'queue' and 'fail'.")
        start = _RULE + "starts-in-foreground"
        both = (start, _RULE + "cannot-start-from-background")
        if not app.state.foreground and all(map(rules.holds, both)):
            raise APIError(
                f"The app is in state {app.state.value!r}, and a continued task starts in the foreground. "
                "Submit it when the person taps, before they leave",
                start,
            )
        queues = rules.holds(_RULE + "default-strategy-is-queue")
        strategy = request.strategy or ("queue" if queues else "fail")
        if self._full and strategy == "fail" and rules.holds(_RULE + "fail-strategy"):
            raise BGTaskSchedulerError(
                "immediateRunIneligible",
                "the system has no room for the task now. Go on without it, or submit with strategy='queue' and start later.",
                _RULE + "fail-strategy",
            )
        self._queue.append(request)
        if not rules.holds(_RULE + "ignores-earliest-begin"):
            self._clock.at(request.earliest, self.look)
        self.look()

    def cancel(self, identifier: str) -> None:
        """Forget the requests that wait for room under this identifier."""
        self._queue = [request for request in self._queue if request.identifier != identifier]

    # What the phone tells it.

    def happened(self, event: Event, to: State) -> None:
        """An event of the life cycle reached the app. With the process goes the task; nobody tells the app."""
        if to is not State.NOT_RUNNING or self._system.app is None:
            return
        by_person = event is Event.FORCE_QUIT
        if not by_person or self._rules.holds(_QUEUED):
            self._queue.clear()
        cancels = not by_person or self._rules.holds("force-quit.cancels-continued-processing")
        for running in list(self._running):
            running.cancel(tell=cancels)

    def look(self) -> None:
        """Start what there is room for, and hand on the person's answer."""
        self._running = [running for running in self._running if not running.gone]
        while not self._full and (request := self._next()) is not None:
            self._queue.remove(request)
            self._start(request)
        if self._answer:
            for running in list(self._running):
                running.answer(self._answer)

    # How it works.

    def _newest(self) -> RunningTask:
        if not self._running:
            raise UsageError(
                "No continued task runs. The app submits one with app.task_scheduler.submit(BGContinuedProcessingTaskRequest(...))."
            )
        return self._running[-1]

    def _next(self) -> BGContinuedProcessingTaskRequest | None:
        ignores = self._rules.holds(_RULE + "ignores-earliest-begin")
        now = self._clock.now
        return next((request for request in self._queue if ignores or request.earliest <= now), None)

    def _start(self, request: BGContinuedProcessingTaskRequest) -> None:
        name = f"BGContinuedProcessingTask {request.identifier}"
        if not self._system.app_state.runs:
            self._system.wake(name, "", _QUEUED)
        app = self._system.app
        if app is None or not app.state.runs:
            return
        if not self._rules.holds(_RULE + "retry-adds-a-second-card"):
            self._clear_failed_cards()
        task = BGContinuedProcessingTask(app, request)
        running = RunningTask(self._system, app, task, self.look)
        self._running.append(running)
        minutes = _RULE + "runs-for-minutes-on-a-locked-phone"
        if self._rules.has(minutes) and not self._rules.holds(minutes):
            running.grant.drop_hold()
        app.task_scheduler.launch(task)

    def _clear_failed_cards(self) -> None:
        for card in list(self._system.cards):
            if card.kind != APP and card.state is ActivityState.ENDED:
                self._system.cards.dismiss(card.number, by="system")
