"""Live Activity pushes: the server's side. The system draws the card anew, and no code of the app runs.

A push of priority 10 counts against an hourly budget, one for all cards of the app, and arrives at once; one
of priority 5 does not count and arrives later (claim live-activity-push.priority-and-budget). Over the budget
pushes are held back, of several for one card the last (claim live-activity-push.over-budget-is-throttled).

Not modelled: headers, expiration, what a channel stores for a phone that is offline, the watch's own budget.
Whether a push starts a card after a force quit is not documented: here it does, and wakes no app.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import httpx

from afterswipe.device.network import Network
from afterswipe.errors import ActivityAuthorizationError, APIError, must, must_be_one_of, must_be_share
from afterswipe.kernel import Checked, Host, Phase
from afterswipe.kernel.record import CardUpdateHeld, StateChanged
from afterswipe.units import HOUR

from .card import APP, LIVE, OPEN, Card, Content
from .system import STARTS, ActivityStore, moment

IMMEDIATE, LOW = 10, 5
"""The two values of `apns-priority` (claim live-activity-push.priority-and-budget)."""

Sent = tuple[Callable[[], None], bool, int]
"""What a push does when it arrives, whether it ends its card, and which one it is of all that were sent."""


class LiveActivityPushes(Checked):
    """A server that always has the newest tokens: `phone.live_activity_pushes`. Real ones: `phone.apns`."""

    def __init__(self, host: Host, network: Network, cards: ActivityStore) -> None:
        self._host = host
        self._clock, self.rules, self._record = host.clock, host.rules, host.record
        self._network, self._cards = network, cards
        self._sent: list[int] = []
        self._held: dict[int, Sent] = {}
        self._waiting: dict[int, Sent] = {}
        self._starts: list[int] = []
        self._count = 0
        self._newest: dict[int, int] = {}
        network.changes.on(Phase.CARD_PUSHES, self._network_changed)

    def update(
        self,
        *,
        text: str | None = None,
        progress: float | None = None,
        stale_date: float | None = None,
        relevance_score: float | None = None,
        alert: str = "",
        number: int = 1,
        priority: int = IMMEDIATE,
    ) -> None:
        """Change what card `number` says; a text that is left out stays, and a timer is replaced.

        `progress` is 0.0 to 1.0; `stale_date` is seconds (iOS 16.2), one that has come marks at once;
        `priority` is 10 or 5. Raises APIError for more than 4 KB (claim live-activity.payload-limit).
        """
        card = self._card(number)
        self._check(card.title, card.content.text if text is None else text, progress, stale_date, priority)
        sent = self._count = self._count + 1

        def arrive() -> None:
            if self._newest.get(number, 0) > sent:
                self.rules.cite("live-activity-push.newest-timestamp-counts")
                self._note_held(number, "dropped, a newer one has arrived")
                return
            self._newest[number] = sent
            old = self._cards.get(number).content
            words = old.text if text is None else text
            rank = old.relevance_score if relevance_score is None else relevance_score
            self.rules.cite("live-activity-push.server-can-report-honestly")
            new = Content(words, progress, None, self._date(stale_date), relevance_score=rank)
            self._cards.update(number, new, by="push", alert=alert)
            self._wakes_nobody()

        self._send(number, priority, (arrive, False, sent))

    def end(
        self,
        text: str | None = None,
        *,
        dismissal_date: float | None = None,
        number: int = 1,
        priority: int = IMMEDIATE,
    ) -> None:
        """End card `number` with a last text.

        `dismissal_date`, in seconds, is when it leaves the Lock Screen. Raises what `update` raises.
        """
        self._check(self._card(number).title, text or "", None, None, priority)

        def arrive() -> None:
            after = None if (date := self._date(dismissal_date)) is None else max(0, date - self._clock.now)
            self._cards.end(number, text, by="push", dismiss_after=after)
            self._wakes_nobody()

        self._send(number, priority, (arrive, True, self._count))

    def start(
        self,
        title: str,
        *,
        text: str = "",
        progress: float | None = None,
        stale_date: float | None = None,
        alert: str = "",
    ) -> None:
        """Start a card, and wake the app shortly (claim live-activity-push.push-to-start-wakes-the-app).

        Raises UnavailableError before iOS 17.2, APIError without an `alert`, UsageError where the app, which
        gets the token, has never run. Above the budget nothing arrives (claim
        live-activity-push.push-to-start-budget).
        """
        self.rules.require("live-activity-push.push-to-start", "start by push")
        self._check(title, text, progress, stale_date, IMMEDIATE)
        why = "A push that starts a Live Activity needs an alert. Give alert='...'."
        self.rules.obeyed("live-activity-push.push-to-start-needs-an-alert", bool(alert), why)
        self._must_have_a_token()
        content = Content(text, progress, stale_date=None if stale_date is None else moment(stale_date))

        def arrive() -> None:
            now, window = self._clock.now, self.rules.milliseconds("model.push-to-start-window")
            self._starts = [at for at in self._starts if at > now - window]
            if len(self._starts) >= self.rules.number("live-activity-push.push-to-start-budget"):
                self._note_held(0, "a start is dropped, the budget for starts is used up")
                return
            self._starts.append(now)
            try:
                self._cards.add(Card(title, content), "push", alert=alert)
            except ActivityAuthorizationError as refused:
                self._note_held(0, f"a start is refused, {refused.reason}")
                return
            self.rules.cite("live-activity-push.push-to-start-wakes-the-app")
            self._host.wake("start by push", "model.wake-run-time")

        self._count += 1
        self._when_online(-self._count, (arrive, False, self._count))

    def broadcast(
        self,
        channel: str,
        *,
        event: str = "update",
        text: str | None = None,
        progress: float | None = None,
        stale_date: float | None = None,
        priority: int = IMMEDIATE,
    ) -> None:
        """Send one push to every card that subscribed to `channel` (iOS 18). `event` is "update" or "end".

        Raises UnavailableError, and APIError for "start" (claim live-activity-push.broadcast-cannot-start).
        """
        self.rules.require("live-activity-push.broadcast", "broadcast channels")
        self._check("", text or "", progress, stale_date, priority)
        why = "A broadcast cannot start a Live Activity. Start it in the app with channel='...', or with a push of its own."
        self.rules.obeyed("live-activity-push.broadcast-cannot-start", event != "start", why)
        must_be_one_of("event of a broadcast", event, ("update", "end"))
        say = self.end if event == "end" else partial(self.update, progress=progress, stale_date=stale_date)
        for card in [card for card in self._cards if card.channel == channel and card.state in LIVE]:
            say(text=text, number=card.number, priority=priority)

    def _card(self, number: int) -> Card:
        cards = {card.number: card for card in self._cards if card.kind == APP}
        reachable = [own for own, card in cards.items() if own in self._cards.tokens.current or card.channel]
        why = f"There is no card {number} that a server could push to."
        must(number in reachable, f"{why} There are: {reachable}. Request it with push_type='token'.")
        return cards[number]

    def _check(self, title: str, text: str, share: float | None, stale: float | None, priority: int) -> None:
        must(priority in (IMMEDIATE, LOW), f"priority={priority}: a Live Activity push has priority 10 or 5.")
        must_be_share("progress", share)
        if stale is not None:
            self.rules.require("live-activity.stale-date", "stale date")
        rule = "live-activity.payload-limit"
        size, limit = Content(text, share).bytes(title), self.rules.number(rule)
        why = f"The push has {size} bytes, and {limit:g} are allowed."
        self.rules.obeyed(rule, size <= limit, f"{why} Send less: an id instead of the thing itself.")

    def _send(self, number: int, priority: int, push: Sent) -> None:
        self.rules.cite("live-activity-push.priority-and-budget")
        if priority == LOW:
            delay = self.rules.milliseconds("model.low-priority-push-delay")
            self._clock.after(delay, lambda: self._when_online(number, push))
        elif number in self._held:
            self._keep(self._held, number, push, "replaces the one that is held back")
        elif wait := self._over_budget():
            self._keep(self._held, number, push, "held back, the hour's budget is used up")
            self._clock.after(wait, lambda: self._send(number, IMMEDIATE, self._held.pop(number)))
        else:
            self._when_online(number, push)

    def _keep(self, held: dict[int, Sent], number: int, push: Sent, why: str) -> None:
        """Hold a push back. Of several for one card the last one sent is kept; after an end none comes."""
        _, ends, sent = held.get(number, push)
        if not push[1] and (ends or sent > push[2]):
            why = f"dropped, {'an end is held back' if ends else 'a newer one waits'}"
        else:
            held[number] = push
        self._note_held(number, why)

    @property
    def _limit(self) -> int:
        """An hour's pushes of priority 10: Apple gives no number (claim live-activity-push.budget-number)."""
        if self._cards.pushed_often:
            self.rules.cite("live-activity-push.frequent-updates-key")
            return int(self.rules.number("model.live-activity-push-budget-frequent"))
        return int(self.rules.number("model.live-activity-push-budget"))

    def _over_budget(self) -> int:
        """Use one push up, and return 0; or return the milliseconds until there is one again."""
        now = self._clock.now
        self._sent = [at for at in self._sent if at > now - HOUR]
        if len(self._sent) < self._limit:
            self._sent.append(now)
            return 0
        self.rules.cite("live-activity-push.over-budget-is-throttled")
        return self._sent[-self._limit] + HOUR - now

    def _when_online(self, number: int, push: Sent) -> None:
        if self._network.online:
            push[0]()
        else:
            self.rules.cite("model.push-waits-for-network")
            why = f"{'replaces the one that ' * (number in self._waiting)}waits for the network"
            self._keep(self._waiting, number, push, why)

    def _network_changed(self) -> None:
        if self._network.online:
            waiting, self._waiting = self._waiting, {}
            for arrive, _, _ in waiting.values():
                self._clock.after(0, arrive)

    def _note_held(self, number: int, why: str) -> None:
        self._record.add(CardUpdateHeld(self._clock.now, number, "push", why))

    def _wakes_nobody(self) -> None:
        if not self.rules.holds("live-activity-push.push-renders-without-the-app"):
            self._host.wake("Live Activity push", "model.wake-run-time")

    def _date(self, seconds: float | None) -> int | None:
        self.rules.cite("live-activity-push.can-set-stale-and-dismissal-date")
        return None if seconds is None else moment(seconds)

    def _must_have_a_token(self) -> None:
        rule = "live-activity-push.push-to-start-has-its-own-token"
        why = f"The server has no token for starts (claim {rule}): the app's code gets it."
        if not (told := bool(self._record.of(StateChanged))):
            self.rules.cite(rule)
        must(told, f"{why} Let the person open the app once.")


_REFUSALS = {
    "ExpiredProviderToken": "live-activity-push.provider-token-reasons",
    "InvalidProviderToken": "live-activity-push.provider-token-reasons",
    "TooManyProviderTokenUpdates": "live-activity-push.provider-token-age",
    "TooManyRequests": "live-activity-push.too-many-requests",
}
"""Apple's reasons that lie with the server, which is not modelled: each with its claim."""


class APNs(Checked):
    """Apple's push service, as `phone.apns`: a server sends to a token, and is answered."""

    def __init__(self, cards: ActivityStore, pushes: LiveActivityPushes) -> None:
        self._cards, self._pushes, self._refusal = cards, pushes, ""

    def refuse(self, reason: str = "") -> None:
        """Refuse every push from now on for a mistake of the server's or, without a reason, none.

        The reasons are "ExpiredProviderToken" and "InvalidProviderToken" (403), "TooManyProviderTokenUpdates"
        and "TooManyRequests" (429).
        """
        must_be_one_of("reason to refuse a push", reason, ("", *_REFUSALS))
        self._refusal = reason

    def send(self, token: str, *, event: str = "update", **push: Any) -> httpx.Response:
        """Push to the card of a token, or start one by a token for that. `event`: "start", "update" or "end".

        A push has the words and the other errors of `phone.live_activity_pushes`. The status is 200
        (accepted, not shown), 400 `BadDeviceToken` for a token of the other kind, 410 `Unregistered` for one
        that is not active, or 413 `PayloadTooLarge` over 4 KB (claim live-activity-push.apns-status-codes);
        403 and 429 after `refuse`. An old token for starts is answered 200, and no card appears (claim
        live-activity-push.start-token-goes-out-of-date). Raises UsageError for one never given out.
        """
        must("number" not in push, "The token says which card it is. Leave number out.")
        cards, pushes, cite = self._cards, self._pushes, self._pushes.rules.cite
        why = f"This phone never gave out the token {token!r}. Take one that the app's code read and sent,"
        must(token in cards.tokens.owner, f"{why} such as activity.push_token.")
        number = cards.tokens.owner[token]
        must_be_one_of("event of a push", event, ("start", "update", "end"))
        cite("live-activity-push.apns-status-codes")
        if reason := self._refusal:
            cite(_REFUSALS[reason])
            status = httpx.codes.TOO_MANY_REQUESTS if "TooMany" in reason else httpx.codes.FORBIDDEN
            return httpx.Response(status, json={"reason": reason})
        if (event == "start") is not (number == STARTS):
            cite("live-activity-push.push-to-start-has-its-own-token")
            return httpx.Response(httpx.codes.BAD_REQUEST, json={"reason": "BadDeviceToken"})
        current = cards.tokens.current[number] == token
        if number != STARTS and (not current or cards.get(number).state not in OPEN):
            if current:
                cite("live-activity-push.old-token-410")
            return httpx.Response(httpx.codes.GONE, json={"reason": "Unregistered"})
        if not current:
            cite("live-activity-push.start-token-goes-out-of-date")
            return httpx.Response(httpx.codes.OK)
        try:
            getattr(pushes, event)(**push if number == STARTS else push | {"number": number})
        except APIError as refused:
            if refused.claim != "live-activity.payload-limit":
                raise
            return httpx.Response(httpx.codes.REQUEST_ENTITY_TOO_LARGE, json={"reason": "PayloadTooLarge"})
        return httpx.Response(httpx.codes.OK)
