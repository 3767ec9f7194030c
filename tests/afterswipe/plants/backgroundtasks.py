"""The rules of BackgroundTasks, taken back."""

from dataclasses import replace

from afterswipe.errors import UsageError
from afterswipe.frameworks.activitykit.card import APP, LIVE, ActivityState
from afterswipe.frameworks.activitykit.system import ActivityStore
from afterswipe.frameworks.backgroundtasks.app import BGContinuedProcessingTask, BGTaskScheduler, Handler
from afterswipe.frameworks.backgroundtasks.continued import ContinuedProcessing, RunningTask
from afterswipe.frameworks.backgroundtasks.system import Grant, TaskScheduler
from afterswipe.frameworks.backgroundtasks.tasks import BGContinuedProcessingTaskRequest
from afterswipe.kernel.life_cycle import Event
from afterswipe.kernel.process import AppChange

from . import Patch, answered_no, plant


@plant("background-tasks.identifiers-are-declared")
def any_identifier_may_be_submitted(patch: Patch) -> None:
    submit = BGTaskScheduler.submit

    def planted(scheduler: BGTaskScheduler, request: BGContinuedProcessingTaskRequest) -> None:
        scheduler._handlers.setdefault(request.identifier, lambda _task: None)
        submit(scheduler, request)

    patch.setattr(BGTaskScheduler, "submit", planted)


@plant("background-tasks.must-be-completed")
def a_task_may_be_left_incomplete(patch: Patch) -> None:
    patch.setattr(Grant, "_out_of_time", Grant.end)


@plant("background-tasks.time-is-shared-per-launch")
def each_task_brings_its_own_time(patch: Patch) -> None:
    limit = Grant.limit
    patch.setattr(Grant, "limit", lambda grant, time: limit(grant, time * len(grant.tasks)))


@plant("background-processing.lasts-minutes")
def a_processing_task_has_no_limit(patch: Patch) -> None:
    limit = Grant.limit

    def planted(grant: Grant, time: int) -> None:
        if type(grant.tasks[0]).__name__ != "BGProcessingTask":
            limit(grant, time)

    patch.setattr(Grant, "limit", planted)


@plant("background-refresh.one-request-one-launch")
def a_request_waits_again_after_its_launch(patch: Patch) -> None:
    launch = TaskScheduler._launch

    def planted(scheduler: TaskScheduler, granted: list) -> None:
        launch(scheduler, granted)
        if granted[0].is_refresh:
            scheduler.add(granted[0].request)

    patch.setattr(TaskScheduler, "_launch", planted)


@plant("continued-processing.handler-registered-on-demand")
def handlers_are_registered_at_launch_or_never(patch: Patch) -> None:
    register = BGTaskScheduler.register

    def planted(scheduler: BGTaskScheduler, identifier: str, handler) -> None:
        if scheduler.process.clock.now > scheduler.process.launched_at:
            raise UsageError("It is registered after the launch has finished.")
        register(scheduler, identifier, handler)

    patch.setattr(BGTaskScheduler, "register", planted)


@plant("continued-processing.registering-twice-kills-the-app")
def an_identifier_may_be_registered_twice(patch: Patch) -> None:
    register = BGTaskScheduler.register

    def planted(scheduler: BGTaskScheduler, identifier: str, handler: Handler) -> None:
        scheduler._handlers.pop(identifier, None)
        register(scheduler, identifier, handler)

    patch.setattr(BGTaskScheduler, "register", planted)


@plant("continued-processing.async-work-is-supported")
def a_continued_task_is_over_when_its_handler_returns(patch: Patch) -> None:
    start = BGTaskScheduler._start

    def planted(scheduler: BGTaskScheduler, handler, task) -> None:
        start(scheduler, handler, task)
        if isinstance(task, BGContinuedProcessingTask):
            task.set_task_completed(success=False)

    patch.setattr(BGTaskScheduler, "_start", planted)


@plant("continued-processing.ios-and-ipados-only")
def there_are_no_continued_tasks(patch: Patch) -> None:
    def planted(*_) -> None:
        raise UsageError("There are no continued tasks.")

    patch.setattr(ContinuedProcessing, "add", planted)


@plant("continued-processing.starts-in-foreground", "continued-processing.cannot-start-from-background")
def a_continued_task_starts_in_the_background(patch: Patch) -> None:
    patch.setattr(ContinuedProcessing, "_must_be_in_front", lambda _: None)


def _strategy(patch: Patch, left_out: str | None, fail: str) -> None:
    add = ContinuedProcessing.add

    def planted(continued: ContinuedProcessing, request) -> None:
        strategy = fail if request.strategy == "fail" else request.strategy or left_out
        add(continued, replace(request, strategy=strategy))

    patch.setattr(ContinuedProcessing, "add", planted)


@plant("continued-processing.default-strategy-is-queue")
def a_strategy_that_is_left_out_is_fail(patch: Patch) -> None:
    _strategy(patch, left_out="fail", fail="fail")


@plant("continued-processing.fail-strategy")
def a_request_that_would_fail_waits(patch: Patch) -> None:
    _strategy(patch, left_out=None, fail="queue")


@plant("continued-processing.ignores-earliest-begin")
def a_continued_task_waits_for_its_earliest_begin(patch: Patch) -> None:
    start = ContinuedProcessing._start

    def planted(continued: ContinuedProcessing, request: BGContinuedProcessingTaskRequest) -> None:
        begin = max(request.earliest, continued._clock.now)
        continued._clock.at(begin, lambda: start(continued, request))

    patch.setattr(ContinuedProcessing, "_start", planted)


@plant("continued-processing.least-progress-ends-first")
def the_oldest_task_ends_first(patch: Patch) -> None:
    def planted(continued: ContinuedProcessing) -> None:
        continued._running[0].expire()

    patch.setattr(ContinuedProcessing, "resources_run_short", planted)


@plant("continued-processing.retry-adds-a-second-card")
def a_retry_takes_the_failed_card_away(patch: Patch) -> None:
    show = RunningTask._show

    def planted(running: RunningTask) -> int:
        for card in list(running._cards):
            if card.kind != APP and card.state is ActivityState.ENDED:
                running._cards.dismiss(card.number, by="system")
        return show(running)

    patch.setattr(RunningTask, "_show", planted)


@plant("continued-processing.runs-for-minutes-on-a-locked-phone")
def a_continued_task_gives_no_run_time(patch: Patch) -> None:
    start = RunningTask.__init__

    def planted(running: RunningTask, process, *others, **named) -> None:
        start(running, process, *others, **named)
        process.run_time.release(running._grant._hold)

    patch.setattr(RunningTask, "__init__", planted)


@plant("continued-processing.expiry-gives-no-reason")
def an_app_is_told_why_its_task_expires(patch: Patch) -> None:
    expire = RunningTask.expire

    def planted(running: RunningTask) -> None:
        running._process.tell("expired, and that is why")
        expire(running)

    patch.setattr(RunningTask, "expire", planted)


def _no_picture(patch: Patch, beside_its_own: bool) -> None:
    show = RunningTask._show

    def planted(running: RunningTask) -> int:
        own = any(card.kind == APP and card.state in LIVE for card in running._cards)
        number = show(running)
        if own or not beside_its_own:
            running._cards.dismiss(number, by="system")
        return number

    patch.setattr(RunningTask, "_show", planted)


@plant("continued-processing.system-shows-the-card", "continued-processing.process-brings-its-picture")
def a_continued_task_has_no_picture(patch: Patch) -> None:
    _no_picture(patch, beside_its_own=False)


@plant("continued-processing.own-activity-makes-two-cards")
def a_continued_task_has_no_picture_beside_a_live_activity(patch: Patch) -> None:
    _no_picture(patch, beside_its_own=True)


@plant("continued-processing.failed-card-stays")
def a_failed_card_leaves(patch: Patch) -> None:
    end = ActivityStore.end

    def planted(cards: ActivityStore, number: int, text: str | None, by: str, dismiss_after=None) -> None:
        end(cards, number, text, by, 0 if text == "Task failed" else dismiss_after)

    patch.setattr(ActivityStore, "end", planted)


@plant("continued-processing.airplane-mode-expiry")
def a_task_may_wait_for_the_network(patch: Patch) -> None:
    stalled = RunningTask._stalled
    patch.setattr(
        RunningTask, "_stalled", lambda running: stalled(running) if running._network.connected else None
    )


@plant("continued-processing.must-report-progress", "continued-processing.no-progress-is-expired")
def a_task_without_progress_goes_on(patch: Patch) -> None:
    patch.setattr(RunningTask, "_stalled", lambda _: None)


@plant("continued-processing.slow-progress-prompts")
def nobody_is_asked_about_a_slow_task(patch: Patch) -> None:
    patch.setattr(RunningTask, "_ask", lambda _: None)


@plant("continued-processing.question-is-hidden-from-the-app")
def the_app_hears_of_the_question(patch: Patch) -> None:
    ask = RunningTask._ask

    def planted(running: RunningTask) -> None:
        ask(running)
        if running.asked:
            running._process.tell("the system asks the person")

    patch.setattr(RunningTask, "_ask", planted)


@plant("force-quit.cancels-queued-continued-processing")
def requests_outlive_a_force_quit(patch: Patch) -> None:
    happened = ContinuedProcessing._happened

    def planted(continued: ContinuedProcessing, change: AppChange) -> None:
        queue = list(continued._queue)
        happened(continued, change)
        continued._queue = queue

    patch.setattr(ContinuedProcessing, "_happened", planted)
    answered_no("force-quit.cancels-queued-continued-processing")(patch)


@plant("force-quit.cancels-continued-processing")
def a_card_does_not_hear_of_a_force_quit(patch: Patch) -> None:
    happened = ContinuedProcessing._happened

    def planted(continued: ContinuedProcessing, change: AppChange) -> None:
        if change.event is Event.FORCE_QUIT:
            patch.setattr(ActivityStore, "end", lambda *_, **__: None)
        happened(continued, change)

    patch.setattr(ContinuedProcessing, "_happened", planted)
