"""The system's side of ActivityKit: the cards, and the system's own clockwork.

A Live Activity is a record here, whether or not its app runs. By itself it changes only as the clock says:
started at its scheduled time, stale at the stale date, ended after 8 hours, off the Lock Screen after 4 more;
a timer view the system draws all the time. Beside the app's cards there are the system's, for a task that
comes with a picture (BGContinuedProcessingTask, LongRunningIntent): the app cannot list, change or end those,
and no limit counts them. `Card.kind` tells the two apart.

Not modelled: other apps' cards (so no `globalMaximumExceeded`), what becomes of cards when the person
switches Live Activities off, a restart (nobody documents either), height, images, Watch, CarPlay, the Mac.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace

from afterswipe.claims.rules import Rules
from afterswipe.device.conditions import Conditions
from afterswipe.errors import ActivityAuthorizationError, must
from afterswipe.kernel import Action, AppChange, Checked, Due, Event, Host, Phase, State
from afterswipe.kernel.record import Alerted, CardChanged, CardUpdateHeld
from afterswipe.units import SECOND, YEAR

from .card import APP, LIVE, OPEN, ActivityState, Card, Content


def moment(seconds: float) -> int:
    """Seconds on the phone's clock, in milliseconds. Raises UsageError for too many, such as a Unix time."""
    why = f"{seconds} is no moment on the phone's clock: it begins at 0 and runs for a year at most."
    must(abs(seconds) * SECOND <= 2 * YEAR, f"{why} Use app.now + seconds.")
    return round(seconds * SECOND)


STARTS = 0
"""Stands in the place of a card's number for the token that starts cards."""


class PushTokens:
    """The tokens that this phone has now, by card, and who follows them; `owner` has the old ones too."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.current: dict[int, str] = {}
        self.owner: dict[str, int] = {}
        self.listeners: dict[Action, None] = {}

    def make(self, number: int) -> str:
        """Make a token, in the place of the one before."""
        token = hashlib.sha256(f"{self._seed}, {number}, {len(self.owner)}".encode()).hexdigest()
        self.current[number], self.owner[token] = token, number
        self.tell()
        return token

    def tell(self) -> None:
        """A token or a card changed; a suspended process hears of it when it runs again."""
        for hear in self.listeners:
            hear()


class ActivityStore:
    """All cards of the phone's app, and the system's cards for the app's tasks."""

    __setattr__ = Checked.__setattr__
    _counted = OPEN
    """The states that count toward the app's limit."""
    allowed = frequent_pushes = True
    """What the person allows; set through `phone.live_activities`, as are the two below."""
    asks_first = frequent_updates = False
    """Whether the person has to answer first, and the key `NSSupportsLiveActivitiesFrequentUpdates`."""

    def __init__(self, host: Host, *, conditions: Conditions, seed: int) -> None:
        self._host = host
        self._clock, self._rules, self._record = host.clock, host.rules, host.record
        self._conditions = conditions
        self._cards: dict[int, Card] = {}
        self._stale: dict[int, Due] = {}
        self._when_over: dict[int, Callable[[], None]] = {}
        self._full_at: dict[int, int] = {}
        self.tokens = PushTokens(seed)
        host.in_doubt.append(("live-activity.reboot-persistence", self._titles))
        host.phases.on(Phase.CARDS_OF_ENDED, self._process_ended)
        conditions.watch(self._locked, Phase.TRANSIENT_CARDS)

    def __iter__(self) -> Iterator[Card]:
        return iter(self._cards.values())

    def __getitem__(self, at: int) -> Card:
        return list(self)[at]

    @property
    def pushed_often(self) -> bool:
        """Whether the app declares frequent updates and the person allows them."""
        return self.frequent_updates and self.frequent_pushes

    def get(self, number: int) -> Card:
        """The card with this number, counted from 1."""
        return self._cards[number]

    def add(self, card: Card, by: str, starts: int | None = None, alert: str = "") -> int:
        """Put a card on the Lock Screen, now or at `starts` (milliseconds); returns its number."""
        if card.kind == APP:
            if not self.allowed:
                why = "the person switched Live Activities off for this app. Ask app.activities.are_activities_enabled before."
                self._rules.cite("live-activity.can-be-switched-off")
                raise ActivityAuthorizationError("denied", why, "live-activity.can-be-switched-off")
            self._must_have_room()
            card.content.check(card.title, self._rules.number("live-activity.payload-limit"))
        number = len(self._cards) + 1
        state = ActivityState.ACTIVE if starts is None else ActivityState.PENDING
        its = (card.title, card.content, card.kind, card.style, card.channel)
        self._put(Card(*its, number, state, self._clock.now), by)
        if starts is not None:
            self._clock.at(starts, lambda: self._start(number, alert))
        elif card.kind == APP:
            self._begun(number, alert)
        if by == "push" and not self.asks_first:
            self.tokens.make(number)
        return number

    def update(self, number: int, content: Content, by: str, *, title: str = "", alert: str = "") -> None:
        """Change a card that has not ended; what is too large or, from the app, too fast is dropped."""
        card = self._cards[number]
        if card.kind == APP:
            try:
                content.check(card.title, self._rules.number("live-activity.payload-limit"))
            except ActivityAuthorizationError as refused:
                self._rules.cite("live-activity.payload-limit")
                self._record.add(CardUpdateHeld(self._clock.now, number, by, f"dropped, {refused.reason}"))
                return
            if card.on_screen:
                self._rules.cite("live-activity.updates-after-the-end-are-ignored")
        if card.state is ActivityState.PENDING:
            self._cards[number] = replace(card, content=content)
        if card.state not in LIVE:
            return
        if by == APP and self._comes_too_fast(number):
            self._record.add(CardUpdateHeld(self._clock.now, number, by, "dropped, they come too fast"))
            return
        self._put(card.changed(title or card.title, content, self._clock.now), by)
        self._light_up(number, alert)

    def _comes_too_fast(self, number: int) -> bool:
        """So many updates go through at once, then one in each interval. Apple publishes neither number."""
        self._rules.cite("live-activity.fast-local-updates-are-dropped")
        interval, now = self._rules.milliseconds("model.local-update-interval"), self._clock.now
        until = max(now, self._full_at.get(number, 0)) + interval
        if until - now > self._rules.number("model.local-update-burst") * interval:
            return True
        self._full_at[number] = until
        return False

    def end(self, number: int, text: str | None, by: str, dismiss_after: int | None = None) -> None:
        """End a card. It leaves the Lock Screen `dismiss_after` milliseconds later, or at the limit."""
        card = self._cards[number]
        if card.state not in OPEN:
            return
        if card.state is ActivityState.PENDING:
            dismiss_after = 0  # it was never on the Lock Screen
        last = card.content if text is None else replace(card.content, text=text)
        self._put(card.changed(card.title, last, self._clock.now, ActivityState.ENDED), by)
        if card.kind == APP:
            stays = self._rules.milliseconds("live-activity.lock-screen-limit")
            if dismiss_after is not None:
                stays = min(dismiss_after, self._rules.milliseconds("live-activity.dismissal-policy"))
            dismiss_after = stays
        if dismiss_after is not None:
            self._clock.after(dismiss_after, lambda: self.dismiss(number, "system"))

    def dismiss(self, number: int, by: str) -> None:
        """Take a card from the Lock Screen: by the `person`, or by the `system` when its time is over."""
        if by == "person":
            self._rules.cite("live-activity.removal-dismisses")
        if self._cards[number].on_screen:
            self._put(replace(self._cards[number], state=ActivityState.DISMISSED), by)

    def collapsed(self, number: int) -> None:
        """The expanded view of a card collapses, which ends an activity of the transient style."""
        card = self._cards[number]
        if card.style == "transient" and card.state in LIVE:
            self._rules.cite("live-activity.transient-style")
            self.end(number, None, by="system")

    def new_token(self, number: int) -> None:
        """Give a card another push token, and the app run time to pass it on."""
        self.tokens.make(number)
        self._rules.cite("live-activity-push.new-token-gives-run-time")
        self._host.wake("new push token", "model.wake-run-time")

    def when_over(self, number: int, tell: Callable[[], None]) -> None:
        """Tell, once, when a card is not live any more."""
        self._when_over[number] = tell

    def _titles(self) -> list[str]:
        return [card.title for card in self if card.on_screen or card.state is ActivityState.PENDING]

    def _process_ended(self, change: AppChange) -> None:
        self.tokens.listeners.clear()
        quit_, other = "live-activity.survives-force-quit", "live-activity.survives-its-process"
        self._rules.cite(quit_ if change.event is Event.FORCE_QUIT else other)

    def _locked(self, name: str) -> None:
        if name == "locked" and self._conditions.locked:
            for card in list(self):
                self.collapsed(card.number)

    def _must_have_room(self) -> None:
        self._rules.cite("live-activity.scheduled-counts-toward-the-limit")
        limit = self._rules.number("model.live-activities-per-app")
        if (there := sum(card.kind == APP and card.state in self._counted for card in self)) >= limit:
            why = f"the app has {there} Live Activities, and the model allows {limit:g}"
            why += " (claim model.live-activities-per-app; Apple publishes no number). End one first."
            self._rules.cite("live-activity.number-is-limited")
            raise ActivityAuthorizationError("targetMaximumExceeded", why, "live-activity.number-is-limited")

    def _start(self, number: int, alert: str) -> None:
        """The system starts the picture; no code of the app runs (claim live-activity.scheduled-start)."""
        card = self._cards[number]
        if card.state is ActivityState.PENDING:
            self._put(replace(card, state=ActivityState.ACTIVE, updated=self._clock.now), by="system")
            self._begun(number, alert)

    def _begun(self, number: int, alert: str) -> None:
        limit = self._rules.milliseconds("live-activity.active-limit")
        self._clock.after(limit, lambda: self.end(number, None, by="system"))
        self._light_up(number, alert)

    def _light_up(self, number: int, alert: str) -> None:
        if alert:
            self._rules.cite("live-activity.alert")
            self._record.add(Alerted(self._clock.now, number, self._cards[number].title, alert))

    def _put(self, card: Card, by: str) -> None:
        now, number, state = self._clock.now, card.number, card.state
        timer, stale_date = card.content.timer, card.content.stale_date
        if timer is not None:
            self._rules.cite("live-activity.timer-views-move-without-code")
            timer = None if state is ActivityState.ENDED else timer
        self._cards[number] = card
        self.tokens.tell()
        title, says = " ".join(card.title.split()), " ".join(card.says(now).split())
        shows = (card.progress(now), timer, card.kind, card.redrawn)
        self._record.add(CardChanged(now, number, by, state.value, title or says, says, *shows))
        if self._stale and (due := self._stale.pop(number, None)) is not None:
            due.cancel()
        if stale_date is not None and state is ActivityState.ACTIVE:
            self._rules.cite("live-activity.stale-date")
            self._stale[number] = self._clock.at(stale_date, lambda: self._become_stale(number))
        if self._when_over and state not in LIVE and (tell := self._when_over.pop(number, None)) is not None:
            tell()

    def _become_stale(self, number: int) -> None:
        rule = "live-activity.stale-view-after-termination"
        frozen = self._host.state is State.NOT_RUNNING and self._rules.holds(rule)
        self._put(replace(self._cards[number], state=ActivityState.STALE, redrawn=not frozen), by="system")


class LiveActivities(Checked):
    """The person's side of Live Activities, as `phone.live_activities`."""

    def __init__(self, rules: Rules, cards: ActivityStore) -> None:
        self._rules, self._cards = rules, cards

    def allow(self, on: bool) -> None:
        """Switch Live Activities on or off (claim live-activity.can-be-switched-off); those there stay."""
        self._cards.allowed = on

    def declare_frequent_updates(self) -> None:
        """Give the app the Info.plist key for a larger budget. Raises UnavailableError before iOS 16.2."""
        self._rules.require("live-activity-push.frequent-updates-key", "frequent updates")
        self._cards.frequent_updates = True

    def allow_frequent_pushes(self, on: bool) -> None:
        """Switch frequent updates on or off (iOS 16.2), which ends the app's activities.

        Claim live-activity-push.frequent-updates-switch-ends-activities.
        """
        rule = "live-activity-push.frequent-updates-can-be-switched-off"
        self._rules.require(rule, "switch for frequent updates")
        why = "The app has no switch for frequent updates."
        must(self._cards.frequent_updates, f"{why} Call phone.live_activities.declare_frequent_updates().")
        changed, self._cards.frequent_pushes = on is not self._cards.frequent_pushes, on
        if changed:
            self._rules.cite("live-activity-push.frequent-updates-switch-ends-activities")
            for card in list(self._cards):
                if card.kind == "app":
                    self._cards.end(card.number, None, by="system")

    def ask_first(self) -> None:
        """Let a pushed card's token wait for Allow (claim live-activity-push.token-may-wait-for-allow)."""
        self._cards.asks_first = True

    def tap_allow(self, number: int = 1) -> None:
        """Let the person tap Allow under a card: it gets its push token, and the app time to pass it on."""
        waits = any(card.number == number and card.state in LIVE for card in self._cards)
        must(waits and number not in self._cards.tokens.current, f"No card {number} waits for Allow.")
        self._rules.cite("live-activity-push.token-may-wait-for-allow")
        self._cards.new_token(number)

    def rotate_push_token(self, number: int = 1) -> None:
        """Let the system change a card's push token, and wake the app for it; the old one is answered 410."""
        must(number in self._cards.tokens.current, f"Card {number} has no push token that could change.")
        self._cards.new_token(number)

    def rotate_push_to_start_token(self) -> None:
        """Let the system change the token for starts."""
        self._rules.require("live-activity-push.push-to-start", "start by push")
        self._cards.tokens.make(STARTS)

    def collapse(self, number: int = 1) -> None:
        """Collapse a card's expanded view, which ends a transient one. Raises UsageError without a card."""
        must(any(card.number == number for card in self._cards), f"There is no card {number} to collapse.")
        self._cards.collapsed(number)
