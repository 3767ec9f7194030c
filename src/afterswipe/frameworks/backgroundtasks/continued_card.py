"""What the system does with one continued task that runs: its card, its patience, and its question to the person.

Waiting for the network counts as a stall here; one report fits that, nothing proves it (claims
continued-processing.airplane-mode-expiry, .network-wait-as-stall). What Stop does in the system's question is not known
either; here it ends the task as the card's own stop button does (claim continued-processing.stop-in-the-question). A question
that nobody answers changes nothing.

Not modelled: the alerts at the start and at the end, what the card says after its task is done (it leaves at once here), when
a failed card leaves by itself (here the person has to remove it).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from afterswipe.frameworks.activitykit.card import APP, LIVE
from afterswipe.kernel.clock import Due
from afterswipe.kernel.record import PersonDid
from afterswipe.system import System

from .app import Grant
from .continued import BGContinuedProcessingTask

if TYPE_CHECKING:
    from afterswipe.app import Application

_RULE = "continued-processing."
_QUESTION = "Continue in background?"
_FAILED = "Task failed"


class RunningTask:
    """The system's side of one task that runs: its card, and the system's patience."""

    def __init__(
        self,
        system: System,
        app: "Application",
        task: BGContinuedProcessingTask,
        changed: Callable[[], None],
    ) -> None:
        self.task = task
        self.asked = self.stopped = self.gone = False
        self._tell = changed
        self._system = system
        self._rules = system.rules
        self._clock = system.clock
        self._cards = system.cards
        self.grant = Grant(app, [task], lambda _grant: self._over())
        task.when_changed = self._changed
        task.when_completed = self._completed
        self.card = 0
        if self._shown():
            self.card = self._cards.add_system_card(task.title, text=task.subtitle, progress=0.0)
        self._stall: Due | None = None
        self._watch()
        self._clock.after(self._rules.milliseconds("model.continued-question-after"), self._ask)

    def expire(self, why: str) -> None:
        """End the task: its expiration handler is called, and it is not told why (claim continued-processing.expiry-gives-no-reason)."""
        if self.gone:
            return
        if not self._rules.holds(_RULE + "expiry-gives-no-reason") and self._system.app is not None:
            self._system.app.tell(f"expired because {why}")
        self.grant.expire()

    def cancel(self, *, tell: bool) -> None:
        """The app's process is gone, and the task with it. Its card says so, unless a "what if" run forbids it (`tell`)."""
        self.task.note("cancelled with its process")
        if not tell:
            self.card = 0
        self.grant.end()

    def answer(self, answer: str) -> None:
        """The person answers the system's question."""
        if self.asked and not self.gone:
            self.asked = False
            self._system.record.add(PersonDid(self._clock.now, f"answers {answer}"))
            if answer == "Stop":
                self.stopped = True
                self.expire("the person answered Stop")
            self._draw()

    def _shown(self) -> bool:
        own = any(card.kind == APP and card.state in LIVE for card in self._cards)
        rules = ["system-shows-the-card", "process-brings-its-picture"]
        rules += ["own-activity-makes-two-cards"] * own
        return all(self._rules.holds(_RULE + rule) for rule in rules)

    def _changed(self, moved: bool) -> None:
        if moved:
            self._watch()
        self._draw()

    def _completed(self, success: bool) -> None:
        self._end_card("Done" if success else _FAILED, leave=success or self.stopped)

    def _over(self) -> None:
        self.gone = True
        self._stop_watching()
        if not self.task.over:
            self._end_card(_FAILED, leave=False)
        self._tell()

    def _draw(self) -> None:
        if self.card:
            text = _QUESTION if self.asked else self.task.subtitle
            share = self.task.progress.fraction_completed
            self._cards.update_system_card(self.card, title=self.task.title, text=text, progress=share)

    def _end_card(self, text: str, *, leave: bool) -> None:
        cleared = self._rules.has(_RULE + "failed-card-stays") and not self._rules.holds(
            _RULE + "failed-card-stays"
        )
        if self.card:
            self._cards.end_system_card(self.card, text, stays=0 if leave or cleared else None)

    def _watch(self) -> None:
        """Count the time without progress from now."""
        self._stop_watching()
        self._stall = self._clock.after(self._rules.milliseconds(_RULE + "stall-threshold"), self._stalled)

    def _stop_watching(self) -> None:
        if self._stall is not None:
            self._stall.cancel()

    def _stalled(self) -> None:
        if not self._system.network.connected and not self._rules.holds(_RULE + "airplane-mode-expiry"):
            return
        if all(
            self._rules.holds(_RULE + rule) for rule in ("must-report-progress", "no-progress-is-expired")
        ):
            self.expire("it made no progress")

    def _ask(self) -> None:
        """Ask the person, where the task is slow. The app is not told (claim continued-processing.question-is-hidden-from-the-app)."""
        slow = self.task.progress.fraction_completed < self._rules.number("model.continued-slow-share")
        if self.gone or not slow or not self._rules.holds(_RULE + "slow-progress-prompts"):
            return
        self.asked = True
        self.task.note("the system asks the person whether it shall go on")
        hidden = _RULE + "question-is-hidden-from-the-app"
        if self._rules.has(hidden) and not self._rules.holds(hidden) and self._system.app:
            self._system.app.tell("the system asks the person")
        self._draw()
        self._tell()
