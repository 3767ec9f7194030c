"""The system's side of ActivityKit: the cards, and the system's own clockwork.

A Live Activity is a record here, on the phone's side. It is there whether or not its app runs. By itself it changes
only as the clock says: started at its scheduled time, stale at the stale date, ended after 8 hours, off the Lock Screen after
4 more, and a timer view is drawn anew by the system all the time.

Beside the app's own cards there are the system's: `add_system_card`, `update_system_card` and `end_system_card` are for a
mechanism whose task comes with a picture (BGContinuedProcessingTask, LongRunningIntent). The app cannot list, change or end
such a card, it does not count toward the app's limit, and the 8 hours are not applied to it. `Card.kind` tells the two apart.

Not modelled: the cards of other apps (so `globalMaximumExceeded` does not happen), the question that the first activity of an app
asks, what becomes of cards that are there when the person switches Live Activities off, a restart of the phone (nobody documents
either), height and images, Apple Watch, CarPlay and the Mac.
"""

from collections.abc import Iterator
from dataclasses import replace

from afterswipe.errors import ActivityAuthorizationError
from afterswipe.kernel.clock import Due
from afterswipe.kernel.life_cycle import State
from afterswipe.kernel.record import Alerted, CardChanged, CardUpdateHeld
from afterswipe.system import System

from .budget import LocalUpdateBudget
from .card import APP, LIVE, OPEN, SYSTEM, ActivityState, Card, Content
from .settings import ActivitySettings

__all__ = ["LIVE", "OPEN", "ActivityState", "ActivityStore", "Card", "Content"]

_FROZEN = "live-activity.stale-view-after-termination"


class ActivityStore:
    """All cards of the phone's app, and the system's cards for the app's tasks."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._clock = system.clock
        self._rules = system.rules
        self._cards: dict[int, Card] = {}
        self._stale: dict[int, Due] = {}
        self._budget = LocalUpdateBudget(system)
        self.settings = ActivitySettings()
        """What the person allows, and what the app's Info.plist asks for; set through `phone.live_activities`."""

    def __iter__(self) -> Iterator[Card]:
        return iter(self._cards.values())

    def get(self, number: int) -> Card:
        """The card with this number, counted from 1."""
        return self._cards[number]

    # What the app's ActivityKit and the pushes use.

    def add(
        self,
        title: str,
        content: Content,
        *,
        by: str = "app",
        style: str = "standard",
        relevance_score: float = 0.0,
        channel: str = "",
        starts: int | None = None,
        alert: str = "",
    ) -> int:
        """Put a card on the Lock Screen, at once or at `starts` (milliseconds), and return its number.

        Raises ActivityAuthorizationError `denied`, `targetMaximumExceeded` or `attributesTooLarge`.
        """
        self._must_be_allowed()
        content.check(title, self._rules.number("live-activity.payload-limit"))
        number = len(self._cards) + 1
        first = ActivityState.ACTIVE if starts is None else ActivityState.PENDING
        self._put(
            Card(
                number,
                title,
                content,
                first,
                self._clock.now,
                style=style,
                relevance_score=relevance_score,
                channel=channel,
            ),
            by,
        )
        if starts is None:
            self._begun(number, alert)
        else:
            self._clock.at(starts, lambda: self._start(number, alert))
        return number

    def update(self, number: int, content: Content, by: str, *, alert: str = "") -> None:
        """Change a card's content. An ended or dismissed activity ignores it, and of fast local updates many are dropped.

        Raises ActivityAuthorizationError `attributesTooLarge`.
        """
        card = self._cards[number]
        content.check(card.title, self._rules.number("live-activity.payload-limit"))
        revives = card.on_screen and not self._rules.holds("live-activity.updates-after-the-end-are-ignored")
        if card.state is ActivityState.PENDING:
            self._cards[number] = replace(card, content=content)
        if not (card.state in LIVE or revives):
            return
        if by == APP and not self._budget.allows(number):
            self._system.record.add(
                CardUpdateHeld(self._clock.now, number, by, "dropped, they come too fast")
            )
            return
        self._put(card.changed(card.title, content, self._clock.now), by)
        self._light_up(number, alert)

    def rank(self, number: int, relevance_score: float) -> None:
        """Change how important a card is to its app (claim live-activity.relevance-score)."""
        self._cards[number] = replace(self._cards[number], relevance_score=relevance_score)

    def end(self, number: int, text: str | None, by: str, dismiss_after: int | None = None) -> None:
        """End an activity with a last text. It leaves the Lock Screen `dismiss_after` milliseconds later, or at the system's limit."""
        card = self._cards[number]
        if card.state not in OPEN:
            return
        content = replace(card.content, text=card.content.text if text is None else text)
        self._put(replace(card, content=content, state=ActivityState.ENDED, updated=self._clock.now), by)
        stays = self._rules.milliseconds("live-activity.lock-screen-limit")
        if dismiss_after is not None and self._rules.holds("live-activity.dismissal-policy"):
            longest = self._rules.milliseconds("live-activity.dismissal-policy")
            stays = min(dismiss_after, longest)
        self._clock.after(stays, lambda: self.dismiss(number, "system"))

    def dismiss(self, number: int, by: str) -> None:
        """Take a card from the Lock Screen: by the `person`, or by the `system` when its time is over."""
        if by == "person" and not self._rules.holds("live-activity.removal-dismisses"):
            return
        if self._cards[number].on_screen:
            self._put(replace(self._cards[number], state=ActivityState.DISMISSED), by)

    # The system's own cards.

    def add_system_card(self, title: str, *, text: str = "", progress: float | None = None) -> int:
        """Put the system's card for a task on the Lock Screen and return its number. `progress` is 0.0 to 1.0."""
        number = len(self._cards) + 1
        content = Content(text, progress)
        self._put(
            Card(number, title, content, ActivityState.ACTIVE, self._clock.now, kind=SYSTEM), by="system"
        )
        return number

    def update_system_card(
        self,
        number: int,
        *,
        title: str | None = None,
        text: str | None = None,
        progress: float | None = None,
    ) -> None:
        """Change the system's card; what is left out stays. A card that ended or was removed stays as it is."""
        card = self._cards[number]
        if card.state in LIVE:
            old = card.content
            content = Content(
                old.text if text is None else text, old.progress if progress is None else progress
            )
            self._put(
                card.changed(card.title if title is None else title, content, self._clock.now), "system"
            )

    def end_system_card(self, number: int, text: str | None = None, *, stays: int | None = None) -> None:
        """End the system's card with a last text. It stays until the person removes it, or for `stays` milliseconds."""
        card = self._cards[number]
        if card.state in LIVE:
            content = replace(card.content, text=card.content.text if text is None else text)
            self._put(
                replace(card, content=content, state=ActivityState.ENDED, updated=self._clock.now), "system"
            )
            if stays is not None:
                self._clock.after(stays, lambda: self.dismiss(number, "system"))

    # What the phone tells it.

    def device_locked(self) -> None:
        """The device locks, which ends activities of the transient style (claim live-activity.transient-style)."""
        for card in list(self):
            self.collapsed(card.number)

    def collapsed(self, number: int) -> None:
        """The expanded view of a card collapses, which ends an activity of the transient style."""
        card = self._cards[number]
        if (
            card.style == "transient"
            and card.state in LIVE
            and self._rules.holds("live-activity.transient-style")
        ):
            self.end(number, None, by="system")

    # How it works.

    def _must_be_allowed(self) -> None:
        rules = self._rules
        rule = "live-activity.can-be-switched-off"
        if not self.settings.allowed and rules.holds(rule):
            raise ActivityAuthorizationError(
                "denied",
                "the person switched Live Activities off for this app. Ask app.activities.are_activities_enabled before.",
                rule,
            )
        scheduled = rules.holds("live-activity.scheduled-counts-toward-the-limit")
        counted = OPEN if scheduled else LIVE
        limit = rules.number("model.live-activities-per-app")
        there = sum(card.kind == APP and card.state in counted for card in self)
        if there >= limit and rules.holds("live-activity.number-is-limited"):
            raise ActivityAuthorizationError(
                "targetMaximumExceeded",
                f"the app has {there} Live Activities, and the model allows {limit:g} (claim model.live-activities-per-app; "
                "Apple publishes no number). End one first.",
                "live-activity.number-is-limited",
            )

    def _start(self, number: int, alert: str) -> None:
        """The scheduled moment: the system starts the picture, and no code of the app runs (claim live-activity.scheduled-start)."""
        card = self._cards[number]
        if card.state is ActivityState.PENDING:
            self._put(replace(card, state=ActivityState.ACTIVE, updated=self._clock.now), by="system")
            self._begun(number, alert)

    def _begun(self, number: int, alert: str) -> None:
        limit = self._rules.milliseconds("live-activity.active-limit")
        self._clock.after(limit, lambda: self.end(number, None, by="system"))
        self._light_up(number, alert)

    def _light_up(self, number: int, alert: str) -> None:
        if alert and self._rules.holds("live-activity.alert"):
            self._system.record.add(Alerted(self._clock.now, number, self._cards[number].title, alert))

    def _put(self, card: Card, by: str) -> None:
        now = self._clock.now
        if card.content.timer is not None and not self._rules.holds(
            "live-activity.timer-views-move-without-code"
        ):
            still = replace(card.content, timer=None, progress=card.progress(now))
            card = replace(card, content=still)
        self._cards[card.number] = card
        timer = None if card.state is ActivityState.ENDED else card.content.timer
        self._system.record.add(
            CardChanged(
                now,
                card.number,
                by,
                card.state.value,
                card.title,
                card.says(now),
                card.progress(now),
                timer,
                card.kind,
                card.redrawn,
            )
        )
        self._plan_stale(card)

    def _plan_stale(self, card: Card) -> None:
        if (due := self._stale.pop(card.number, None)) is not None:
            due.cancel()
        stale_date = card.content.stale_date
        if (
            card.state is ActivityState.ACTIVE
            and stale_date is not None
            and self._rules.holds("live-activity.stale-date")
        ):
            self._stale[card.number] = self._clock.at(stale_date, lambda: self._become_stale(card.number))

    def _become_stale(self, number: int) -> None:
        frozen = self._system.app_state is State.NOT_RUNNING and self._rules.holds(_FROZEN)
        self._put(replace(self._cards[number], state=ActivityState.STALE, redrawn=not frozen), by="system")
