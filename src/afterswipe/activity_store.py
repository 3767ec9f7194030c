"""The system's side of ActivityKit: the cards, and the system's own clockwork.

A Live Activity is a record here, on the phone's side. It is there whether or not its app runs. By itself it changes
only as the clock says: stale at the stale date, ended after 8 hours, off the Lock Screen after 4 more, and a timer
view is drawn anew by the system all the time.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum

from .clock import Clock, Due
from .errors import ActivityAuthorizationError
from .parameters import Parameters
from .record import CardChanged
from .units import percent


class ActivityState(Enum):
    """Apple's `ActivityState` (claim live-activity.states). A dismissed activity is no longer on the Lock Screen."""

    ACTIVE = "active"
    STALE = "stale"
    ENDED = "ended"
    DISMISSED = "dismissed"


LIVE = (ActivityState.ACTIVE, ActivityState.STALE)


@dataclass(frozen=True)
class Content:
    """What a card shows. `progress` is 0.0 to 1.0. A `timer`, from and until in milliseconds, is a bar that the system moves."""

    text: str = ""
    progress: float | None = None
    timer: tuple[int, int] | None = None
    stale_date: int | None = None

    def check(self, title: str, limit: float) -> None:
        """Raise ActivityAuthorizationError `attributesTooLarge` where title and content exceed `limit` bytes as JSON."""
        size = len(json.dumps([title, self.text, self.progress, self.timer]).encode())
        if size > limit:
            raise ActivityAuthorizationError(
                "attributesTooLarge",
                f"the card's data has {size} bytes, and {limit:g} are allowed. Send less: an id instead of the thing itself.",
                "live-activity.payload-limit",
            )


@dataclass(frozen=True)
class Card:
    """What the system knows of one Live Activity. `updated` is milliseconds."""

    number: int
    title: str
    content: Content
    state: ActivityState
    updated: int

    @property
    def on_screen(self) -> bool:
        """Whether it is on the Lock Screen."""
        return self.state is not ActivityState.DISMISSED

    def progress(self, now: int) -> float | None:
        """The progress that is drawn at `now` (milliseconds): the last one told, or what a timer makes of the time."""
        if self.state is ActivityState.ENDED:
            return None
        if self.content.timer is None:
            return self.content.progress
        start, end = self.content.timer
        return min(1.0, max(0.0, (now - start) / (end - start)))

    def says(self, now: int) -> str:
        """What a person reads at `now` (milliseconds): the text, and the progress in whole per cent."""
        progress = self.progress(now)
        return " ".join(
            [self.content.text] * bool(self.content.text) + ([] if progress is None else [percent(progress)])
        )


class ActivityStore:
    """All cards of the phone's app."""

    def __init__(self, clock: Clock, parameters: Parameters, note: Callable[[CardChanged], None]) -> None:
        self._clock = clock
        self._note = note
        self._parameters = parameters
        self._cards: dict[int, Card] = {}
        self._stale: dict[int, Due] = {}

    def __iter__(self) -> Iterator[Card]:
        return iter(self._cards.values())

    def get(self, number: int) -> Card:
        """The card with this number, counted from 1."""
        return self._cards[number]

    def add(self, title: str, content: Content) -> int:
        """Put a card on the Lock Screen and return its number. Raises ActivityAuthorizationError `attributesTooLarge`."""
        content.check(title, self._parameters.number("live-activity.payload-limit"))
        number = len(self._cards) + 1
        self._put(Card(number, title, content, ActivityState.ACTIVE, self._clock.now), by="app")
        limit = self._parameters.milliseconds("live-activity.active-limit")
        self._clock.after(limit, lambda: self.end(number, None, by="system"))
        return number

    def update(self, number: int, content: Content, by: str) -> None:
        """Change a card's content. An ended or dismissed activity ignores it. Raises ActivityAuthorizationError `attributesTooLarge`."""
        card = self._cards[number]
        content.check(card.title, self._parameters.number("live-activity.payload-limit"))
        revives = card.on_screen and not self._parameters.holds(
            "live-activity.updates-after-the-end-are-ignored"
        )
        if card.state in LIVE or revives:
            self._put(replace(card, content=content, state=ActivityState.ACTIVE, updated=self._clock.now), by)

    def end(self, number: int, text: str | None, by: str, dismiss_after: int | None = None) -> None:
        """End an activity with a last text. It leaves the Lock Screen after the system's limit, or earlier if so told."""
        card = self._cards[number]
        if card.state not in LIVE:
            return
        content = replace(card.content, text=card.content.text if text is None else text)
        ended = replace(card, content=content, state=ActivityState.ENDED, updated=self._clock.now)
        self._put(ended, by)
        stays = self._parameters.milliseconds("live-activity.lock-screen-limit")
        self._clock.after(
            min(stays, stays if dismiss_after is None else dismiss_after),
            lambda: self.dismiss(number, "system"),
        )

    def dismiss(self, number: int, by: str) -> None:
        """Take a card from the Lock Screen: by the `person`, or by the `system` when its time is over."""
        if by == "person" and not self._parameters.holds("live-activity.removal-dismisses"):
            return
        if self._cards[number].on_screen:
            self._put(replace(self._cards[number], state=ActivityState.DISMISSED), by)

    def _put(self, card: Card, by: str) -> None:
        self._cards[card.number] = card
        moves = card.content.timer is not None and self._parameters.holds(
            "live-activity.timer-views-move-without-code"
        )
        if card.content.timer is not None and not moves:
            card = replace(
                card, content=replace(card.content, timer=None, progress=card.progress(self._clock.now))
            )
            self._cards[card.number] = card
        now = self._clock.now
        self._note(
            CardChanged(
                now, card.number, by, card.state.value, card.title, card.says(now), card.progress(now), moves
            )
        )
        if (due := self._stale.pop(card.number, None)) is not None:
            due.cancel()
        stale_date = card.content.stale_date
        if (
            card.state is ActivityState.ACTIVE
            and stale_date is not None
            and self._parameters.holds("live-activity.stale-date")
        ):
            stale = replace(card, state=ActivityState.STALE)
            self._stale[card.number] = self._clock.at(stale_date, lambda: self._put(stale, by="system"))
