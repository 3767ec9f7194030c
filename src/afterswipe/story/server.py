"""The server of a story: it counts what has arrived, and it can tell a card so by push.

It pushes when another claim model.server-push-step of the bytes has arrived, and when they are all there. Where nothing arrives
for as long as claim model.story-patience, it marks the card as out of date. Every push has a stale date, as far away as that patience.

Not modelled: a server that gives an upload up, and one that learns from the app what has failed.
"""

from typing import Any

import httpx

from afterswipe import APNs, Phone, UsageError
from afterswipe.frameworks.activitykit.card import APP, LIVE, OPEN

_CREATED = httpx.Response(httpx.codes.CREATED, text="created")  # one for all: to make it takes long


class StoryServer:
    """The server at `host`, for one story of `size` bytes. `done_at` is when it had them all, in milliseconds on the phone's clock.

    `given_up` says that nobody is going to send it anything any more.
    """

    def __init__(self, phone: Phone, host: str, size: int, *, resumable: bool = False) -> None:
        self.done_at: int | None = None
        self.given_up = False
        self._phone = phone
        self._looks_every = self._patience = 0
        self._step = 0.0
        self._size = size
        self._files: dict[str, int] = {}
        self._told = 0.0
        self._news_at = 0
        self._marked = False
        phone.network.serve(host, self._answer, resumable=resumable)

    def settled(self) -> bool:
        """Whether the story has arrived or was given up, and no card speaks of it any more: nothing that follows changes what came out."""
        if not self.given_up and self.done_at is None:
            return False
        return not any(card.state in OPEN for card in self._phone.cards)

    def push(self) -> None:
        """From now on, tell the card."""
        rules = self._phone.rules
        self._looks_every = rules.milliseconds("model.server-looks-every")
        self._patience = rules.milliseconds("model.story-patience")
        self._step = rules.number("model.server-push-step")
        self._news_at = self._phone.clock.now
        self._later(self._looks_every)

    def _answer(self, request: httpx.Request, received: int) -> httpx.Response:
        self._files[request.url.path] = received
        if self.done_at is None and sum(self._files.values()) >= self._size:
            self.done_at = self._phone.clock.now
        return _CREATED

    def _later(self, delay: int) -> None:
        self._phone.clock.after(delay, self._look)

    def _look(self) -> None:
        now = self._phone.clock.now
        if self.done_at is not None:
            for number in self._cards():
                self._phone.live_activity_pushes.end("Posted", number=number)
            return
        arrived = self._arrived()
        if abs(arrived - self._told) >= self._step:
            self._tell(arrived, "", self._patience)
            self._news_at, self._marked = now, False
        elif now - self._news_at >= self._patience and not self._marked:
            self._tell(arrived, "Waiting", 0)
            self._marked = True
        self._later(self._patience if self._marked else self._looks_every)

    def _arrived(self) -> float:
        """The share of the bytes that is there, those of the upload under way included."""
        return self._phone.daemon.transfers[-1].sent / self._size if self._phone.daemon.transfers else 0.0

    def _tell(self, arrived: float, text: str, lasts: int) -> None:
        self._told = arrived
        stale = (self._phone.clock.now + lasts) / 1000
        for number in self._cards():
            self._phone.live_activity_pushes.update(
                number=number, text=text, progress=arrived, stale_date=stale
            )

    def _cards(self) -> list[int]:
        return [card.number for card in self._phone.cards if card.kind == APP and card.state in LIVE]


class TokenServer:
    """A server that keeps the tokens that the app's code sends, each under the path of the request, and pushes with what it has.

    Put it on the network: `phone.network.serve("push.example", server)`. It never asks the phone: what nobody sends, it does not know.
    """

    def __init__(self, apns: APNs) -> None:
        self._apns = apns
        self.tokens: dict[str, str] = {}

    def __call__(self, request: httpx.Request, _received: int) -> httpx.Response:
        """Take a token: the body of `PUT https://push.example/story`."""
        self.tokens[request.url.path.strip("/")] = request.content.decode()
        return httpx.Response(httpx.codes.NO_CONTENT)

    def send(self, name: str, *, event: str = "update", **push: Any) -> httpx.Response:
        """Push with the token that was sent under this name, and return the answer; the words are those of `phone.apns.send`.

        Raises UsageError where no token was sent under it.
        """
        if name not in self.tokens:
            raise UsageError(
                f"The server has no token {name!r}: the app's code never sent one. It has: {sorted(self.tokens)}."
            )
        return self._apns.send(self.tokens[name], event=event, **push)
