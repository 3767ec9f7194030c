"""ActivityKit: Live Activities. A Live Activity is a record on the phone's side; it gives the app nothing.

`ActivityStore` is the system's side. It keeps what is on the Lock Screen, whether or not the app runs, and
changes it by itself only as the clock says: stale at the stale date, ended after 8 hours, off the Lock
Screen after 4 more. `Activities` and `Activity` are what an app's code holds, and work only while it runs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from .clock import Clock, Due
from .errors import ActivityAuthorizationError, UnavailableError, UsageError
from .parameters import Parameters
from .record import CardChanged
from .units import SECOND, percent

if TYPE_CHECKING:
    from .application import Application


class ActivityState(Enum):
    """Apple's `ActivityState` (claim live-activity.states). A dismissed activity is no longer on the Lock Screen."""

    ACTIVE = "active"
    STALE = "stale"
    ENDED = "ended"
    DISMISSED = "dismissed"


@dataclass(frozen=True)
class Card:
    """What the system knows of one Live Activity. `updated` and `stale_date` are milliseconds."""

    number: int
    title: str
    text: str
    progress: float | None
    state: ActivityState
    updated: int
    stale_date: int | None = None

    @property
    def on_screen(self) -> bool:
        """Whether it is on the Lock Screen."""
        return self.state is not ActivityState.DISMISSED

    @property
    def says(self) -> str:
        """What a person reads: the text, and the progress in whole per cent."""
        parts = [self.text] if self.text else []
        if self.progress is not None and self.state is not ActivityState.ENDED:
            parts.append(percent(self.progress))
        return " ".join(parts)


class ActivityStore:
    """The system's side of ActivityKit: the cards, and the system's own clockwork."""

    def __init__(self, clock: Clock, parameters: Parameters, note: Callable[[CardChanged], None]) -> None:
        self._clock = clock
        self._note = note
        self._parameters = parameters
        self._cards: dict[int, Card] = {}
        self._stale: dict[int, Due] = {}

    def __iter__(self) -> Iterator[Card]:
        return iter(self._cards.values())

    def get(self, number: int) -> Card:
        """The card with this number."""
        return self._cards[number]

    def add(self, title: str, text: str, progress: float | None, stale_date: int | None) -> int:
        """Put a card on the Lock Screen and return its number."""
        number = len(self._cards) + 1
        card = Card(number, title, text, progress, ActivityState.ACTIVE, self._clock.now, stale_date)
        self._put(card, by="app")
        limit = self._parameters.milliseconds("live-activity.active-limit")
        self._clock.after(limit, lambda: self._end_by_system(number))
        return number

    def update(self, number: int, text: str | None, progress: float | None, stale_date: int | None) -> None:
        """Change a card's content. An ended or dismissed activity ignores updates."""
        card = self._cards[number]
        if card.state in (ActivityState.ACTIVE, ActivityState.STALE):
            content = replace(
                card,
                text=card.text if text is None else text,
                progress=card.progress if progress is None else progress,
                stale_date=stale_date,
                state=ActivityState.ACTIVE,
                updated=self._clock.now,
            )
            self._put(content, by="app")

    def end(self, number: int, text: str | None) -> None:
        """End an activity with a last text. It stays on the Lock Screen for up to four hours more."""
        card = self._cards[number]
        if card.state in (ActivityState.ACTIVE, ActivityState.STALE):
            last = replace(
                card,
                text=card.text if text is None else text,
                state=ActivityState.ENDED,
                updated=self._clock.now,
            )
            self._finish(last, by="app")

    def _end_by_system(self, number: int) -> None:
        card = self._cards[number]
        if card.state in (ActivityState.ACTIVE, ActivityState.STALE):
            self._finish(replace(card, state=ActivityState.ENDED), by="system")

    def _finish(self, card: Card, by: str) -> None:
        self._put(card, by)
        stays = self._parameters.milliseconds("live-activity.lock-screen-limit")
        self._clock.after(stays, lambda: self._put(replace(card, state=ActivityState.DISMISSED), by="system"))

    def _put(self, card: Card, by: str) -> None:
        self._cards[card.number] = card
        self._note(
            CardChanged(
                self._clock.now, card.number, by, card.state.value, card.title, card.says, card.progress
            )
        )
        if (due := self._stale.pop(card.number, None)) is not None:
            due.cancel()
        if card.state is ActivityState.ACTIVE and card.stale_date is not None:
            stale = replace(card, state=ActivityState.STALE)
            self._stale[card.number] = self._clock.at(card.stale_date, lambda: self._put(stale, by="system"))


class Activity:
    """A Live Activity as the app's code holds it. Its methods work only while the app has run time."""

    def __init__(self, app: "Application", number: int) -> None:
        self._app = app
        self._number = number

    @property
    def activity_state(self) -> ActivityState:
        """Apple's `activityState`."""
        return self._app.cards.get(self._number).state

    def update(
        self, *, progress: float | None = None, text: str | None = None, stale_date: float | None = None
    ) -> None:
        """Change what the card says. `progress` is 0.0 to 1.0; `stale_date` is in seconds on the phone's clock (`app.now + 60`)."""
        self._app.must_run("update a Live Activity", "live-activity.updates-need-run-time")
        self._app.cards.update(self._number, text, _share(progress), _moment(self._app, stale_date))

    def end(self, text: str | None = None) -> None:
        """End the activity with a last text; it stays on the Lock Screen for up to four hours (claim live-activity.dismissal-policy)."""
        self._app.must_run("end a Live Activity", "live-activity.updates-need-run-time")
        self._app.cards.end(self._number, text)


class Activities:
    """Apple's `Activity` type: request a Live Activity, and list those that are there."""

    def __init__(self, app: "Application") -> None:
        self._app = app

    def request(
        self, title: str, *, text: str = "", progress: float | None = None, stale_date: float | None = None
    ) -> Activity:
        """Start a Live Activity and return it.

        `progress` is 0.0 to 1.0; `stale_date` is in seconds on the phone's clock (`app.now + 60`).
        Raises ActivityAuthorizationError `visibility` when the app is not in the foreground (claim
        live-activity.starts-in-foreground) and UnavailableError before iOS 16.1.
        """
        app = self._app
        app.must_run("request a Live Activity", "live-activity.updates-need-run-time")
        if not app.parameters.has("live-activity.starts-in-foreground"):
            since = app.parameters.claim("live-activity.starts-in-foreground").since
            raise UnavailableError(
                f"iOS {app.parameters.ios} has no Live Activities. Choose iOS {since} or later: Phone(ios='{since}').",
                "live-activity.starts-in-foreground",
            )
        if not app.state.foreground:
            raise ActivityAuthorizationError(
                "visibility",
                f"the app is in state {app.state.value!r} and a Live Activity starts in the foreground. Request it before the person leaves.",
                "live-activity.starts-in-foreground",
            )
        app.parameters.claim("live-activity.gives-no-run-time")
        return Activity(app, app.cards.add(title, text, _share(progress), _moment(app, stale_date)))

    def __iter__(self) -> Iterator[Activity]:
        """The activities of this app that the system still lists, ended ones included."""
        return (Activity(self._app, card.number) for card in self._app.cards if card.on_screen)


def _share(progress: float | None) -> float | None:
    if progress is not None and not 0 <= progress <= 1:
        raise UsageError(
            f"progress={progress} is outside of 0.0 to 1.0. Divide what is done by what there is to do."
        )
    return progress


def _moment(app: "Application", seconds: float | None) -> int | None:
    if seconds is not None and seconds * SECOND < app.clock.now:
        raise UsageError(
            f"stale_date={seconds} lies in the past. It is a moment on the phone's clock: use app.now + seconds."
        )
    return None if seconds is None else round(seconds * SECOND)
