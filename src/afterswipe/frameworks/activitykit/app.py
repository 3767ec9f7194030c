"""ActivityKit as an app's code holds it: request, update and end Live Activities, while the app has run time.

Where an activity may start: with the app in the foreground; inside of a LiveActivityIntent (iOS 17); by push
(17.2, `phone.live_activity_pushes.start`); or at a time that was given before (26, `start=...`). Whether an
app in the background may give such a time is not documented in what was read; here it may not.

Not modelled: alerts' sounds, buttons in a card.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol, runtime_checkable

from afterswipe.errors import ActivityAuthorizationError, must, must_be_one_of, must_be_share
from afterswipe.kernel import Checked, Process
from afterswipe.kernel.given import Done
from afterswipe.kernel.record import CardFollows, CardMeans

from .card import APP, ActivityState, Card, Content
from .system import STARTS, ActivityStore, moment

Seconds = tuple[float, float]
Timers = tuple[Seconds | None, Seconds | None]


@runtime_checkable
class URLSessionTask(Protocol):
    """What a card can speak of: a task of a URLSession."""

    process: Process

    @property
    def moved_by(self) -> tuple[str, int, str]:
        """Whose process moves the bytes, the transfer's number there, and the file's name."""


class Activity(Checked):
    """A Live Activity in the app's hands. Its methods work only while the app has run time."""

    def __init__(self, process: Process, cards: ActivityStore, number: int) -> None:
        self._process, self._cards, self._number = process, cards, number
        self.id = str(number)
        """Apple's `id`."""

    @property
    def activity_state(self) -> ActivityState:
        """Apple's `activityState`."""
        return self._card.state

    @property
    def activity_state_updates(self) -> AsyncIterator[ActivityState]:
        """Apple's `activityStateUpdates`: every change from now on."""
        listeners, now = self._cards.tokens.listeners, self.activity_state
        return self._process.follow(listeners, lambda: self.activity_state, now)

    @property
    def push_token(self) -> str | None:
        """Apple's `pushToken`: None without one, or not yet (claim live-activity-push.token-comes-later)."""
        return self._cards.tokens.current.get(self._number)

    @property
    def push_token_updates(self) -> AsyncIterator[str]:
        """Apple's `pushTokenUpdates`: the token, and each new one, for the app to send to its server."""
        return self._process.follow(self._cards.tokens.listeners, lambda: self.push_token)

    @property
    def _card(self) -> Card:
        return self._cards.get(self._number)

    def update(
        self,
        *,
        progress: float | None = None,
        text: str | None = None,
        stale_date: float | None = None,
        timer_interval: Seconds | None = None,
        timer_text: Seconds | None = None,
        relevance_score: float | None = None,
        alert: str = "",
    ) -> Done:
        """Change what the card says; what is left out stays, except the stale date.

        `progress` is 0.0 to 1.0. `stale_date` and both ends of the timers are seconds on the phone's clock
        (`app.now + 60`). `alert` lights up the screen. Of updates that come too fast many are dropped (claim
        live-activity.fast-local-updates-are-dropped), and so is one of more than 4 KB: Apple's call raises
        nothing (claim live-activity.payload-limit).
        """
        self._process.must_run("update a Live Activity", "live-activity.updates-need-run-time")
        old = self._card.content
        words = text if text is not None else old.text
        rank = old.relevance_score if relevance_score is None else relevance_score
        new = _content(self._process, words, progress, stale_date, (timer_interval, timer_text), rank=rank)
        if progress is None and new.timer is None:
            new = replace(new, progress=old.progress, timer=old.timer, counts=old.counts)
        self._cards.update(self._number, new, by="app", alert=alert)
        return Done()

    def follows(self, task: URLSessionTask) -> None:
        """Say which transfer the card speaks of, to compare the two: this guide's own, no API of Apple's.

        A card may follow several. Without it, it speaks of the one work there is, or is not judged.
        """
        must(task.process.clock is self._process.clock, "It moves on another phone: take this app's.")
        self._process.note(CardFollows(self._process.clock.now, self._number, *task.moved_by))

    def means(self, word: str, text: str = "") -> None:
        """Say what a text (else the card's) tells: "goes on", "waits" or "stopped". No API of Apple's."""
        must_be_one_of("meaning of a text", word, ("goes on", "waits", "stopped"))
        text = " ".join((text or self._card.content.text).split())
        must(bool(text), "The card has no text that could mean something. Give one: text='In Warteschlange'.")
        self._process.note(CardMeans(self._process.clock.now, text, word))

    def end(self, text: str | None = None, *, dismissal_policy: str | float = "default") -> Done:
        """End it with a last text; `dismissal_policy` is "default" (up to 4 hours), "immediate", or a moment.

        A moment is in seconds, at most four hours after the end (claim live-activity.dismissal-policy).
        """
        self._process.must_run("end a Live Activity", "live-activity.updates-need-run-time")
        if isinstance(dismissal_policy, str):
            must_be_one_of("dismissal policy", dismissal_policy, ("default", "immediate"))
            after = None if dismissal_policy == "default" else 0
        else:
            after = max(0, moment(dismissal_policy) - self._process.clock.now)
        self._cards.end(self._number, text, by="app", dismiss_after=after)
        return Done()


class Activities(Checked):
    """Apple's `Activity` and `ActivityAuthorizationInfo`: request cards, list them, ask what is allowed."""

    def __init__(self, process: Process, cards: ActivityStore) -> None:
        self._process, self._cards = process, cards
        self._allowed_for: list[str] = []

    @property
    def are_activities_enabled(self) -> bool:
        """Apple's `areActivitiesEnabled`: whether this iOS has Live Activities and the person allows them."""
        allowed, rules = self._cards.allowed, self._process.rules
        if not allowed:
            rules.cite("live-activity.can-be-switched-off")
        return rules.holds("live-activity.starts-in-foreground") and allowed

    @property
    def frequent_pushes_enabled(self) -> bool:
        """Apple's `frequentPushesEnabled`: the app declares frequent updates and the person allows them."""
        return self._cards.pushed_often

    @property
    def push_to_start_token(self) -> str:
        """Apple's `pushToStartToken`. Raises UnavailableError before iOS 17.2."""
        self._process.rules.require("live-activity-push.push-to-start", "start by push")
        return self._cards.tokens.current.get(STARTS) or self._cards.tokens.make(STARTS)

    @property
    def push_to_start_token_updates(self) -> AsyncIterator[str]:
        """Apple's `pushToStartTokenUpdates`: the tokens for starts. UnavailableError before iOS 17.2."""
        self._process.rules.require("live-activity-push.push-to-start", "start by push")
        return self._process.follow(self._cards.tokens.listeners, lambda: self.push_to_start_token)

    @property
    async def activity_updates(self) -> AsyncIterator[Activity]:
        """Apple's `activityUpdates`: each card that starts from now on, by push too."""
        listeners, count = self._cards.tokens.listeners, len(list(self._cards))
        async for there in self._process.follow(listeners, lambda: len(list(self._cards)), count):
            for number in range(count + 1, there + 1):
                if self._cards.get(number).kind == APP:
                    yield Activity(self._process, self._cards, number)
            count = there

    @contextmanager
    def allow_start_for(self, claim_id: str) -> Iterator[None]:
        """For a mechanism, not for the app: cards may start in the background meanwhile, by this rule."""
        self._allowed_for.append(claim_id)
        try:
            yield
        finally:
            self._allowed_for.remove(claim_id)

    def request(
        self,
        title: str,
        *,
        text: str = "",
        progress: float | None = None,
        stale_date: float | None = None,
        timer_interval: Seconds | None = None,
        timer_text: Seconds | None = None,
        style: str = "standard",
        relevance_score: float = 0.0,
        channel: str = "",
        start: float | None = None,
        alert: str = "",
        push_type: str = "",
    ) -> Activity:
        """Start a Live Activity, or schedule one for `start`, and return it.

        `progress` is 0.0 to 1.0. `stale_date`, `start` and both ends of the timers are seconds on the phone's
        clock (`app.now + 60`). With `timer_interval` the system moves the bar by itself, with `timer_text` a
        text that counts the time (claim live-activity.timer-views-move-without-code). `style` is "standard"
        or "transient" (iOS 18). `channel` subscribes to broadcasts (iOS 18). A scheduled activity (iOS 26)
        needs an `alert`. With `push_type` "token" it gets a push token, a little later. Raises
        ActivityAuthorizationError `visibility`, `denied`, `targetMaximumExceeded` or `attributesTooLarge`,
        APIError for a schedule without an alert, and UnavailableError for what this iOS does not have.
        """
        process = self._process
        process.must_run("request a Live Activity", "live-activity.updates-need-run-time")
        must_be_one_of("push type", push_type or "token", ("token",))
        self._must_be_available(style, channel, start, alert)
        self._must_be_visible()
        timers = (timer_interval, timer_text)
        content = _content(process, text, progress, stale_date, timers, rank=relevance_score)
        card = Card(title, content, APP, style, channel)
        number = self._cards.add(card, "app", starts=None if start is None else moment(start), alert=alert)
        if push_type:
            process.rules.cite("live-activity-push.token-comes-later")
            process.loop.call_soon(self._cards.tokens.make, number)
        if not process.rules.holds("live-activity.gives-no-run-time"):
            hold = process.run_time.hold("Live Activity")
            self._cards.when_over(number, lambda: process.run_time.release(hold))
        return Activity(process, self._cards, number)

    def __iter__(self) -> Iterator[Activity]:
        """The app's activities that the system lists, those of an earlier launch and ended ones included.

        Being listed is not being alive (claims live-activity.listed-is-not-alive,
        live-activity.reconcile-at-launch).
        """
        rules = self._process.rules
        rules.cite("live-activity.listed-is-not-alive", "live-activity.reconcile-at-launch")
        for card in list(self._cards):
            if card.kind != APP:
                ended = "continued-processing.failed-card-cannot-be-cleared"
                other = "continued-processing.card-belongs-to-the-system"
                rules.cite(ended if card.state is ActivityState.ENDED else other)
            elif card.state is not ActivityState.DISMISSED:
                yield Activity(self._process, self._cards, card.number)

    def __getitem__(self, at: int) -> Activity:
        return list(self)[at]

    def _must_be_available(self, style: str, channel: str, start: float | None, alert: str) -> None:
        rules = self._process.rules
        rules.require("live-activity.starts-in-foreground", "Live Activities")
        must_be_one_of("style", style, ("standard", "transient"))
        if style == "transient":
            rules.require("live-activity.transient-style", "activities of the transient style")
        if channel:
            rules.require("live-activity-push.broadcast", "broadcast channels")
        if start is None:
            return
        rules.require("live-activity.scheduled-start", "scheduled start")
        why = "A scheduled Live Activity starts when the person may be elsewhere, so it needs an alert."
        rules.obeyed("live-activity.scheduled-start-needs-an-alert", bool(alert), f"{why} Give alert='...'.")
        _must_come("start", start, self._process)

    def _must_be_visible(self) -> None:
        rules, state = self._process.rules, self._process.application_state
        if self._allowed_for:
            rules.cite(self._allowed_for[0])
        elif not state.foreground:
            rule = "live-activity.starts-in-foreground"
            rules.cite(rule)
            if self._process.state.foreground:
                rules.cite("live-activity.no-start-in-will-enter-foreground")
            why = f"the app is in state {state.value!r} and a Live Activity starts in the foreground. Request it before the person leaves."
            raise ActivityAuthorizationError("visibility", why, rule)


def _content(
    process: Process, text: str, progress: float | None, stale: float | None, timers: Timers, *, rank: float
) -> Content:
    """Check what a card is to show, with seconds as milliseconds. Raises UsageError and UnavailableError."""
    timer_interval, timer_text = timers
    span = until = None
    must_be_share("progress", progress)
    if stale is not None:
        process.rules.require("live-activity.stale-date", "stale date")
        _must_come("stale_date", stale, process)
        until = moment(stale)
    if timer := timer_interval or timer_text:
        must(None in timers, "A card has one timer: timer_interval (a bar) or timer_text.")
        must(timer[0] < timer[1], f"The timer {timer} ends before it begins. Use (app.now, app.now + 60).")
        span = (moment(timer[0]), moment(timer[1]))
    return Content(text, progress, span, until, timer_text is not None, rank)


def _must_come(name: str, seconds: float, process: Process) -> None:
    is_to_come = moment(seconds) >= process.clock.now
    must(is_to_come, f"{name}={seconds} lies in the past of the phone's clock. Use app.now + seconds.")
