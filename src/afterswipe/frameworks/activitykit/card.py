"""A Live Activity as the system keeps it: a record with a state and the last content, and no process."""

import json
from enum import Enum
from functools import lru_cache

from afterswipe.errors import ActivityAuthorizationError
from afterswipe.kernel.record import frozen
from afterswipe.units import percent, stopwatch


class ActivityState(Enum):
    """Apple's `ActivityState` (claim live-activity.states): pending is to come, dismissed off the screen."""

    PENDING = "pending"
    ACTIVE = "active"
    STALE = "stale"
    ENDED = "ended"
    DISMISSED = "dismissed"


LIVE = (ActivityState.ACTIVE, ActivityState.STALE)
OPEN = (ActivityState.PENDING, *LIVE)

APP, SYSTEM = "app", "system"
"""Whose card it is: one that the app made with ActivityKit, or one that the system drew for a task."""


@lru_cache
def _bytes(title: str, text: str, timer: tuple[int, int] | None) -> int:
    """The size without a progress, which JSON writes as Python does. Kept: most updates change only that."""
    return len(json.dumps([title, text, None, timer], ensure_ascii=False).encode())


@frozen
class Content:
    """What a card shows. The system moves a `timer`, from and until (ms): a bar or, with `counts`, a text."""

    text: str = ""
    progress: float | None = None
    timer: tuple[int, int] | None = None
    stale_date: int | None = None
    counts: bool = False
    relevance_score: float = 0.0

    def bytes(self, title: str) -> int:
        """The size of title and content as JSON, in bytes."""
        words = _bytes(title, self.text, self.timer)
        return words if self.progress is None else words + len(repr(self.progress)) - len("null")

    def check(self, title: str, limit: float) -> None:
        """Raise ActivityAuthorizationError `attributesTooLarge` where both exceed `limit` bytes as JSON."""
        # A progress is shorter than the rest, and takes long to write.
        if 2 * _bytes(title, self.text, self.timer) > limit and self.bytes(title) > limit:
            why = f"the card's data has {self.bytes(title)} bytes, and {limit:g} are allowed. Send less: an id instead of the thing itself."
            raise ActivityAuthorizationError("attributesTooLarge", why, "live-activity.payload-limit")


@frozen
class Card:
    """What the system knows of one Live Activity. `updated` is milliseconds; its store gives it its `number`.

    `redrawn` is False where the state has changed and the picture has not (claim
    live-activity.stale-view-after-termination).
    """

    title: str
    content: Content
    kind: str = APP
    style: str = "standard"
    channel: str = ""
    number: int = 0
    state: ActivityState = ActivityState.ACTIVE
    updated: int = 0
    redrawn: bool = True

    def changed(self, title: str, content: Content, at: int, state: ActivityState = LIVE[0]) -> "Card":
        """The card with news, drawn anew unless it ends. The same as `dataclasses.replace`, in less time."""
        redrawn = state in LIVE or self.redrawn
        return Card(title, content, self.kind, self.style, self.channel, self.number, state, at, redrawn)

    @property
    def on_screen(self) -> bool:
        """Whether it is on the Lock Screen."""
        return self.state not in (ActivityState.PENDING, ActivityState.DISMISSED)

    @property
    def out_of_date(self) -> bool:
        """Whether the picture says that it is out of date."""
        return self.state is ActivityState.STALE and self.redrawn

    def progress(self, now: int) -> float | None:
        """The progress that is drawn at `now` (milliseconds): the last one told, or a timer's."""
        content = self.content
        if self.state is ActivityState.ENDED:
            return None
        if content.timer is None:
            return content.progress
        if content.counts:
            return None
        start, end = content.timer
        return min(1.0, max(0.0, (now - start) / (end - start)))

    def says(self, now: int) -> str:
        """What a person reads at `now` (milliseconds): text, timer, and progress in whole per cent."""
        words = [self.content.text] if self.content.text else []
        if self.content.timer is not None and self.content.counts and self.state is not ActivityState.ENDED:
            start, end = self.content.timer
            words.append(stopwatch(min(max(now, start), end) - start))
        if (progress := self.progress(now)) is not None:
            words.append(percent(progress))
        return " ".join(words)
