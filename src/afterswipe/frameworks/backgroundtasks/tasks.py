"""What an app hands to the system, a request, and what it is handed when it is launched for that, a task.

A request is for one launch, or for going on behind a card. It is a wish, and no start.
"""

from collections.abc import Callable
from dataclasses import dataclass

from afterswipe.errors import NotKnownError, must
from afterswipe.kernel import Action, Checked, CheckedData, Process
from afterswipe.kernel.record import TaskChanged
from afterswipe.units import SECOND


@dataclass(frozen=True)
class BGTaskRequest(CheckedData):
    """All have an earliest begin, in seconds (claim background-tasks.earliest-begin-is-a-lower-bound)."""

    identifier: str
    earliest_begin_date: float | None = None

    @property
    def earliest(self) -> int:
        """The earliest begin in milliseconds; 0 where none is set."""
        return 0 if self.earliest_begin_date is None else round(self.earliest_begin_date * SECOND)


@dataclass(frozen=True)
class BGAppRefreshTaskRequest(BGTaskRequest):
    """Ask for one launch with up to 30 seconds, to fetch what is new (claim background-refresh.duration)."""


@dataclass(frozen=True)
class BGProcessingTaskRequest(BGTaskRequest):
    """Ask for minutes of run time while nobody uses the phone.

    Claims background-processing.runs-when-idle, background-processing.lasts-minutes.
    """

    requires_external_power: bool = False
    requires_network_connectivity: bool = False


Launch = BGAppRefreshTaskRequest | BGProcessingTaskRequest
"""A request for a launch of the app."""


@dataclass(frozen=True, kw_only=True)
class BGContinuedProcessingTaskRequest(BGTaskRequest):
    """Ask to go on in the background with what a person has started in the app.

    `strategy`, where it cannot start at once, is "queue" or "fail", and "queue" if left out (claim
    continued-processing.default-strategy-is-queue). `earliest_begin_date` is ignored (claim
    continued-processing.ignores-earliest-begin).
    """

    title: str
    subtitle: str
    strategy: str | None = None


class BGTask(Checked):
    """Run time for one request, in the hands of the app."""

    expiration_handler: Action | None = None
    """What is called, without arguments, shortly before the time is over."""

    def __init__(self, process: Process, identifier: str) -> None:
        self.identifier = identifier
        self.over = self.success = self._completed = False
        """Whether it is over, and well; and whether the app has called `set_task_completed`."""
        self.when_over: Action = lambda: None
        self._process = process

    def set_task_completed(self, success: bool = True) -> None:
        """Say that the work is done, or given up, once (claim background-tasks.must-be-completed)."""
        self._process.must_run("complete a background task", "life-cycle.suspended-runs-no-code")
        if self._completed:
            why = f"what a second set_task_completed does, for {self.identifier!r}. Call it once, wherever the work ends."
            raise NotKnownError(why, "background-tasks.second-completion-not-documented")
        self._completed = True
        self._complete(success, "completed" if success else "given up")

    def _complete(self, success: bool, change: str) -> None:
        if not self.over:
            self.over, self.success = True, success
            self.note(change)
            self.when_over()

    def note(self, change: str) -> None:
        """Record what became of it."""
        self._process.note(TaskChanged(self._process.clock.now, type(self).__name__, self.identifier, change))

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


class Progress(Checked):
    """Apple's `Progress`: `completed_unit_count` of `total_unit_count`, all that the system looks at."""

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
        least = max(1, self._completed)
        must(count >= least, f"total_unit_count={count}: give the number of units, {least} or more.")
        self._total = count
        self._changed(False)

    @property
    def completed_unit_count(self) -> int:
        """How much of it is done."""
        return self._completed

    @completed_unit_count.setter
    def completed_unit_count(self, count: int) -> None:
        within, total = 0 <= count <= self._total, self._total
        must(within, f"completed_unit_count={count} of {total}. Set total_unit_count first, then count up.")
        moved = count > self._completed
        self._completed = count
        self._changed(moved)

    @property
    def fraction_completed(self) -> float:
        """The share that is done, 0.0 to 1.0."""
        return self._completed / self._total if self._total else 0.0


class BGContinuedProcessingTask(BGTask):
    """A continued task in the app's hands. Without reports through `progress` the system expires it."""

    def __init__(self, process: Process, request: BGContinuedProcessingTaskRequest) -> None:
        super().__init__(process, request.identifier)
        self.title, self.subtitle = request.title, request.subtitle
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
