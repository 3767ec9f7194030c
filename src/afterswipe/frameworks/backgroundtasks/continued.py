"""The system's side of continued tasks (iOS 26): what it takes, what waits, each one's card, what ends it.

Work that a person starts in the app goes on behind a card of the system, which the app can neither style,
hide nor end. The app submits a request in the foreground and is given its task at once, or later where the
system has no room. While it runs it holds off suspension. It must report progress; nobody documents a longest
run time (claim continued-processing.maximum-run-time).

Apple's rule that a person's action must come first (claim continued-processing.needs-a-persons-action) is not
checked: a log shows requests accepted without one. Waiting for the network counts as a stall; one report fits
that, nothing proves it (claims continued-processing.airplane-mode-expiry, .network-wait-as-stall). Stop in
the system's question ends the task as the card's own button does (claim
continued-processing.stop-in-the-question: not known). A question that nobody answers changes nothing.

Not modelled: how many tasks may run at once (the script says when there is no room), GPU and Neural Engine,
the lower priority in the background, the Simulator, what becomes of a queued request when the system ends the
app (it is dropped here), the alerts at the start and at the end, what the card says after its task is done
(it leaves at once here), when a failed card leaves by itself (here the person has to remove it).
"""

from afterswipe.device.network import Network
from afterswipe.errors import BGTaskSchedulerError, must, must_be_one_of
from afterswipe.frameworks.activitykit.card import APP, LIVE, SYSTEM, Card, Content
from afterswipe.frameworks.activitykit.system import ActivityStore
from afterswipe.kernel import AppChange, Checked, Due, Event, Host, Phase, Process, State
from afterswipe.kernel.record import PersonDid

from .system import Grant
from .tasks import BGContinuedProcessingTask, BGContinuedProcessingTaskRequest, BGTaskRequest


class RunningTask:
    """The system's side of one task that runs: its card, its patience, and its question to the person."""

    def __init__(
        self, process: Process, task: BGContinuedProcessingTask, continued: "ContinuedProcessing"
    ) -> None:
        self.task = task
        self.asked = self.stopped = self.gone = False
        self._tell, self._process = continued.look, process
        self._rules, self._clock = process.rules, process.clock
        self._network, self._cards = continued.network, continued.cards
        self._grant = Grant(process, continued.host, [task], self._over)
        task.when_changed = self._changed
        self.card = self._show()
        self._stall = Due(0, None)
        self._watch()
        self._clock.after(self._rules.milliseconds("model.continued-question-after"), self._ask)

    def expire(self) -> None:
        """End the task: its expiration handler is called, and the app is not told why."""
        if not self.gone:
            self._rules.cite("continued-processing.expiry-gives-no-reason")
            self._grant.expire()

    def cancel(self) -> None:
        """The app's process is gone, and the task with it. Its card says so."""
        self.task.note("cancelled with its process")
        self._grant.end()

    def answer(self, answer: str) -> None:
        """The person answers the system's question."""
        if self.asked and not self.gone:
            self.asked = False
            self._process.note(PersonDid(self._clock.now, f"answers {answer}"))
            if answer == "Stop":
                self.stopped = True
                self.expire()
            self._draw()

    def _show(self) -> int:
        own = any(card.kind == APP and card.state in LIVE for card in self._cards)
        self._rules.cite("continued-processing.system-shows-the-card")
        self._rules.cite("continued-processing.process-brings-its-picture")
        if own:
            self._rules.cite("continued-processing.own-activity-makes-two-cards")
        return self._cards.add(Card(self.task.title, Content(self.task.subtitle, 0.0), SYSTEM), "system")

    def _changed(self, moved: bool) -> None:
        if moved:
            self._watch()
        self._draw()

    def _over(self) -> None:
        self.gone = True
        self._stall.cancel()
        done = self.task.success
        leave = done or (self.task.over and self.stopped)
        self._rules.cite("continued-processing.failed-card-stays")
        self._cards.end(self.card, "Done" if done else "Task failed", "system", 0 if leave else None)
        self._tell()

    def _draw(self) -> None:
        text = "Continue in background?" if self.asked else self.task.subtitle
        content = Content(text, self.task.progress.fraction_completed)
        self._cards.update(self.card, content, "system", title=self.task.title)

    def _watch(self) -> None:
        self._stall.cancel()
        threshold = self._rules.milliseconds("continued-processing.stall-threshold")
        self._stall = self._clock.after(threshold, self._stalled)

    def _stalled(self) -> None:
        if not self._network.connected:
            self._rules.cite("continued-processing.airplane-mode-expiry")
        self._rules.cite("continued-processing.must-report-progress")
        self._rules.cite("continued-processing.no-progress-is-expired")
        self.expire()

    def _ask(self) -> None:
        """Ask the person about a slow task (claim continued-processing.question-is-hidden-from-the-app)."""
        slow = self.task.progress.fraction_completed < self._rules.number("model.continued-slow-share")
        if self.gone or not slow:
            return
        self._rules.cite("continued-processing.slow-progress-prompts")
        self.asked = True
        self.task.note("the system asks the person whether it shall go on")
        self._rules.cite("continued-processing.question-is-hidden-from-the-app")
        self._draw()
        self._tell()


class ContinuedProcessing(Checked):
    """The system's and the person's side of continued tasks."""

    allowed: bool = True
    """Whether the person lets continued tasks run on this phone; set it to False to switch them off."""

    def __init__(self, host: Host, cards: ActivityStore, network: Network) -> None:
        self.host = host
        self._clock, self._rules = host.clock, host.rules
        self.cards, self.network = cards, network
        self._queue: list[BGContinuedProcessingTaskRequest] = []
        self._running: list[RunningTask] = []
        self._full = False
        self._answer = ""
        host.phases.on(Phase.CONTINUED_TASKS, self._happened)

    @property
    def pending(self) -> list[BGTaskRequest]:
        """The requests that wait for room, in order."""
        return list(self._queue)

    @property
    def full(self) -> bool:
        """Whether there is no room for one more: how many may run nobody documents, so the script says."""
        return self._full

    @full.setter
    def full(self, full: bool) -> None:
        self._full = full
        self._clock.after(0, self.look)

    @property
    def answer(self) -> str:
        """What the person answers when asked about a slow task: "Continue", "Stop", or "" for no answer."""
        return self._answer

    @answer.setter
    def answer(self, answer: str) -> None:
        must_be_one_of("answer", answer, ("Continue", "Stop", ""))
        self._answer = answer
        self.look()

    def stop(self) -> None:
        """Let the person tap Stop.

        On iOS 27 the app opens, and the task ends later (claim continued-processing.stop-opens-the-app).
        """
        running = self._newest()
        self.host.record.add(PersonDid(self._clock.now, "taps Stop on the system's card"))
        running.stopped = True
        wait = 0
        if self._rules.holds("continued-processing.stop-opens-the-app"):
            wait = self._rules.milliseconds("model.continued-stop-delay")
            self.host.open()
        self._clock.after(wait, running.expire)

    def resources_run_short(self) -> None:
        """End the task with the least progress (claim continued-processing.least-progress-ends-first)."""
        self._newest()
        self._rules.cite("continued-processing.least-progress-ends-first")
        min(self._running, key=lambda running: running.task.progress.fraction_completed).expire()

    def add(self, request: BGContinuedProcessingTaskRequest) -> None:
        """Start a task, or let it wait for room.

        Raises UnavailableError before iOS 26, APIError where the app is not in front, BGTaskSchedulerError
        `unavailable` where switched off, `immediateRunIneligible` without room for the strategy "fail".
        """
        rules = self._rules
        rules.require("continued-processing.ios-and-ipados-only", "BGContinuedProcessingTask")
        must_be_one_of("strategy", request.strategy or "queue", ("queue", "fail"))
        if not self.allowed:
            why = "the person switched continued tasks off. Do the work while the app is open"
            raise BGTaskSchedulerError("unavailable", why, "continued-processing.can-be-switched-off")
        self._must_be_in_front()
        rules.cite("continued-processing.default-strategy-is-queue")
        if self._full and request.strategy == "fail":
            rules.cite("continued-processing.fail-strategy")
            why = "the system has no room for the task now. Go on without it, or submit with strategy='queue' and start later."
            raise BGTaskSchedulerError("immediateRunIneligible", why, "continued-processing.fail-strategy")
        self.cancel(request.identifier)
        self._queue.append(request)
        rules.cite("continued-processing.ignores-earliest-begin")
        self.look()

    def cancel(self, identifier: str) -> None:
        """Forget the requests that wait for room under this identifier."""
        self._queue = [request for request in self._queue if request.identifier != identifier]

    def look(self) -> None:
        """Start what there is room for, and hand on the person's answer."""
        self._running = [running for running in self._running if not running.gone]
        while not self._full and self._queue:
            self._start(self._queue.pop(0))
        if self._answer:
            for running in list(self._running):
                running.answer(self._answer)

    def _happened(self, change: AppChange) -> None:
        if change.after is not State.NOT_RUNNING or change.process is None:
            return
        if change.event is Event.FORCE_QUIT:
            self._rules.cite("force-quit.cancels-queued-continued-processing")
            self._rules.cite("force-quit.cancels-continued-processing")
        self._queue.clear()
        for running in list(self._running):
            running.cancel()

    def _must_be_in_front(self) -> None:
        process = self.host.process
        state = self.host.state if process is None else process.application_state
        rule = "continued-processing.starts-in-foreground"
        if not state.foreground:
            self._rules.cite(rule, "continued-processing.cannot-start-from-background")
        why = f"The app is in state {state.value!r}, and a continued task starts in the foreground."
        self._rules.obeyed(rule, state.foreground, f"{why} Submit it when the person taps, before they leave")

    def _newest(self) -> RunningTask:
        must(bool(self._running), "No continued task runs. Let the app submit one: task_scheduler.submit().")
        return self._running[-1]

    def _start(self, request: BGContinuedProcessingTaskRequest) -> None:
        if not self.host.state.runs:
            name = f"BGContinuedProcessingTask {request.identifier}"
            self.host.wake(name, "", "force-quit.cancels-queued-continued-processing")
        if (process := self.host.process) is None or not process.state.runs:
            return
        self._rules.cite("continued-processing.retry-adds-a-second-card")
        task = BGContinuedProcessingTask(process, request)
        self._running.append(RunningTask(process, task, self))
        self._rules.cite("continued-processing.runs-for-minutes-on-a-locked-phone")
        process.app.task_scheduler.launch(task)
