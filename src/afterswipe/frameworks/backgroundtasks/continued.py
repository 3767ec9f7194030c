"""BGContinuedProcessingTask (iOS 26): work that a person starts in the app and that goes on behind a card of the system.

The app submits a request in the foreground and is given its task at once, or later where the system has no room. While the
task runs it holds off suspension, and the system shows a card with its title, subtitle and progress that the app can neither
style, hide nor end. The task must report progress; nobody documents a longest run time (claim
continued-processing.maximum-run-time). This file is what an app holds; the system's side is `afterswipe.frameworks.backgroundtasks.continued_scheduler`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from afterswipe.errors import UsageError

from .app import BGTask, BGTaskRequest

if TYPE_CHECKING:
    from afterswipe.app import Application

_NEEDS_RUN_TIME = "life-cycle.suspended-runs-no-code"


@dataclass(frozen=True, kw_only=True)
class BGContinuedProcessingTaskRequest(BGTaskRequest):
    """Ask to go on in the background with what a person has started in the app.

    `strategy` says what happens where it cannot start at once: "queue" or "fail". Left out it is "queue" (claim
    continued-processing.default-strategy-is-queue). `earliest_begin_date` is ignored (claim continued-processing.ignores-earliest-begin).
    """

    title: str
    subtitle: str
    strategy: str | None = None

    def submit_to(self, app: "Application") -> None:
        """Hand the request to the system."""
        app.system.continued_processing.add(self, app)


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

    def __init__(self, app: "Application", request: BGContinuedProcessingTaskRequest) -> None:
        super().__init__(app, request.identifier)
        self.title = request.title
        self.subtitle = request.subtitle
        self.progress = Progress(self._moved)
        self.when_changed: Callable[[bool], None] = lambda _moved: None
        self.when_completed: Callable[[bool], None] = lambda _success: None

    def update_title(self, title: str, subtitle: str) -> None:
        """Change what the system's card says. With the progress this is all of it that an app can change."""
        self._app.must_run("update a continued task", _NEEDS_RUN_TIME)
        self.title, self.subtitle = title, subtitle
        self.when_changed(False)

    # What the system does with it.

    def completed(self, success: bool) -> None:
        """Tell the system."""
        self.when_completed(success)

    def handler_returned(self) -> None:
        """Nothing: the work may be asynchronous (claim continued-processing.async-work-is-supported)."""
        rule = "continued-processing.async-work-is-supported"
        if not self._app.rules.holds(rule):
            self.set_task_completed(success=False)

    def _moved(self, moved: bool) -> None:
        self._app.must_run("report progress", _NEEDS_RUN_TIME)
        self.when_changed(moved and not self.over)
