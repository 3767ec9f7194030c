"""App intents as an app declares them: what they are called, what they do, and since when there are such.

An intent has 30 seconds. A `LiveActivityIntent` (iOS 17) runs in the app's process without opening it and may start a Live
Activity. A `LongRunningIntent` (iOS 27) runs on while it reports progress, and the system shows its progress on a card with
a stop button. A `CancellableIntent` (iOS 26.4) is told why it is stopped.

Not modelled: parameters and results of intents, intents in an extension's process (claim intents.execution-targets); every intent
here runs in the app's process.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import ClassVar, Protocol

from afterswipe.errors import UsageError, must_be_share
from afterswipe.frameworks.activitykit.app import Activities
from afterswipe.kernel import Process


class InProcess(Protocol):
    """What an intent is performed in, as far as the system cares: the app, in one process."""

    process: Process

    @property
    def activities(self) -> Activities:
        """Its ActivityKit."""


class Performance(Protocol):
    """One performance of a long-running intent, which the system watches."""

    extended: bool

    def reported(self, share: float) -> None:
        """Hear of progress, 0.0 to 1.0."""


class AppIntent[App: InProcess](ABC):
    """An app intent. Write a class of your own with `perform`; `title` is what the system shows of it."""

    title: ClassVar[str] = "An intent"
    came_with: ClassVar[tuple[str, str]] = ("intents.time-limit", "app intents")

    @abstractmethod
    async def perform(self, app: App) -> None:
        """Do it, in the app's process, in at most 30 seconds (claim intents.time-limit)."""


class LiveActivityIntent[App: InProcess](AppIntent[App]):
    """An intent that may start, change or end a Live Activity while the app is in the background. Since iOS 17."""

    came_with = ("intents.live-activity-intent", "LiveActivityIntent")


class CancellableIntent[App: InProcess](AppIntent[App]):
    """An intent that is told why it is stopped. Since iOS 26.4."""

    came_with = ("intents.cancellation-gives-a-reason", "CancellableIntent")

    def cancelled(self, app: App, reason: str) -> None:
        """Called before the intent is stopped. `reason` is in words; Apple has names for the cases."""


class LongRunningIntent[App: InProcess](CancellableIntent[App]):
    """An intent that may take longer than 30 seconds, as long as it reports progress. Since iOS 27."""

    came_with = ("long-running-intent.extends-the-limit", "LongRunningIntent")
    performance: Performance | None = None
    """Set by the system, while it is performed."""

    async def perform_background_task(self, operation: Callable[[], Awaitable[None]]) -> None:
        """Run `operation` with extended time. Call it from `perform`; raises UsageError elsewhere."""
        self._performed().extended = True
        try:
            await operation()
        finally:
            self._performed().extended = False

    def report_progress(self, share: float) -> None:
        """Report progress, 0.0 to 1.0; the system's card shows it. Raises UsageError for other numbers."""
        must_be_share("progress", share)
        self._performed().reported(share)

    def _performed(self) -> Performance:
        if self.performance is None:
            raise UsageError(
                "This intent is not performed now. Let the person tap it: phone.intents.tap(intent)."
            )
        return self.performance
