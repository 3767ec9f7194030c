"""The network: a link with a bandwidth and a latency, servers at its end. `connections.py` is the app's side.

A server's handler is called with the request and the number of bytes of its body that arrived. It returns an
`httpx.Response`, or is a coroutine function that does. It may wait with `asyncio.sleep`, and so may a body
that is an asynchronous generator. It takes the phone's time: a server goes on during suspension.

Not modelled: congestion, packet loss, DNS, TLS (a real captive portal can answer plain HTTP only; over HTTPS
the request fails), Multipath TCP, a link that takes two transfers at once (they take turns, piece by piece);
how long a server needs by itself, its limits, what it does when nobody reads any more.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import cached_property, lru_cache, partial
from itertools import repeat, starmap
from math import ceil, inf
from random import Random
from typing import Any

import httpx

from afterswipe.claims.rules import Rules
from afterswipe.errors import UsageError, must, must_be_one_of
from afterswipe.kernel import Action, Checked, Clock, Due, ProcessLoop
from afterswipe.kernel.phases import Moment, Subscribers, tell
from afterswipe.kernel.record import ConditionChanged, Record
from afterswipe.units import SECOND

Handler = Callable[[httpx.Request, int], httpx.Response | Awaitable[httpx.Response]]
"""A server: given the request and the number of bytes of its body that arrived, it answers."""

Answered = Callable[[httpx.Response], None]
Carry = Callable[[int, Action], Due]


def created(_request: httpx.Request, _received: int) -> httpx.Response:
    """What a host answers under which nobody put a server."""
    return httpx.Response(httpx.codes.CREATED, text="created")


async def pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    """The body of a response as its server gives it: whole, or piece by piece."""
    why = "The body of a server's answer is bytes. Let it yield b'...', and encode a text."
    if isinstance(response.stream, AsyncIterable):
        async for piece in response.stream:
            must(isinstance(piece, bytes), why)
            yield piece
    else:
        for piece in response.stream:
            must(isinstance(piece, bytes), why)
            yield piece


KINDS = ("Wi-Fi", "cellular")


@lru_cache
def address(url: str) -> httpx.URL:
    """The address in a URL; raises UsageError for none. Kept: no step of a transfer takes longer."""
    with suppress(httpx.InvalidURL):
        if (read := httpx.URL(url)).scheme in ("http", "https") and read.host:
            return read
    raise UsageError(f"{url!r} is no address. Give a whole one: 'https://upload.example/story'.")


REDIRECTS = {"redirects": 16}
"""How many redirects are followed, by Apple's page of `httpTooManyRedirects`."""


@lru_cache
def requested(method: str, url: str) -> httpx.Request:
    """The request of a transfer, of whose bytes only the number is known. Kept too: it is never changed."""
    return httpx.Request(method, address(url), extensions=REDIRECTS)


class Network(Checked):
    """The link between phone and server: `phone.network`.

    `uplink`, `downlink` in Mbit/s, `latency` in ms one way, `kind` (`Wi-Fi`, `cellular`): set between waits.
    """

    connected = True
    """Whether there is a network at all. Change it with `disconnect`, `connect` and `airplane_mode`."""
    kind = KINDS[0]
    """The kind of network that is used. Change it with `switch_to`."""
    captive_portal = False
    """Whether a captive portal answers in the servers' place. Change it with `enter_captive_portal`."""
    even_for = inf
    """After so many bytes the pace is drawn anew, where more are sent at once: as a comparison does."""

    def __init__(self, clock: Clock, rng: Random, rules: Rules, uplink: float | None, record: Record) -> None:
        self.clock, self.rules = clock, rules
        up = uplink if uplink is not None else rules.number("model.uplink-bandwidth")
        self._numbers = {"uplink": up, "latency": float(rules.milliseconds("model.network-latency"))}
        self._jitter = rules.number("model.network-jitter")
        self._rng, self._record = rng, record
        self._free_at = {"uplink": 0, "downlink": 0}
        self._handlers: dict[str, Handler] = {}
        self._servers = ProcessLoop(clock)  # type: ignore[abstract]  # what it lacks, no server here can use
        self._resumable: set[str] = set()
        self.changes: Subscribers[()] = Subscribers()
        """For the frameworks: who hears whenever the network changed, went, or came back."""
        self.in_use: list[Callable[[str], object]] = []
        """For `Connections`: what lets those of a process die, with a reason, when the network changes."""
        self.send: Carry = partial(self._carry, "uplink")
        """For the frameworks: sends so many bytes to the server, and calls an action when it has them."""
        self.receive: Carry = partial(self._carry, "downlink")
        """The same on the way to the phone."""

    piece = cached_property(lambda own: int(own.rules.number("model.upload-chunk")))
    """How many bytes of a transfer are sent at once."""

    @property
    def uplink(self) -> float:
        """The bandwidth from phone to server, in Mbit/s (claim model.uplink-bandwidth)."""
        return self._numbers["uplink"]

    @uplink.setter
    def uplink(self, megabits: float) -> None:
        self._numbers["uplink"] = _bandwidth("uplink", megabits)

    @property
    def downlink(self) -> float:
        """The bandwidth from server to phone, in Mbit/s (claim model.downlink-bandwidth)."""
        if "downlink" not in self._numbers:
            self._numbers["downlink"] = self.rules.number("model.downlink-bandwidth")
        return self._numbers["downlink"]

    @downlink.setter
    def downlink(self, megabits: float) -> None:
        self._numbers["downlink"] = _bandwidth("downlink", megabits)

    @property
    def latency(self) -> int:
        """The time that a packet takes one way, in ms (claim model.network-latency)."""
        return round(self._numbers["latency"])

    @latency.setter
    def latency(self, milliseconds: int) -> None:
        must(milliseconds >= 0, f"latency={milliseconds}: nothing arrives before it is sent. Give 0 or more.")
        self._numbers["latency"] = milliseconds

    def disconnect(self) -> None:
        """Take the network away. Connections in use are cut (claim model.network-change-cuts-connections)."""
        if self.connected:
            self.connected = False
            self._changed("none", "there is no network any more")

    def connect(self) -> None:
        """Bring the network back."""
        if not self.connected:
            self.connected = True
            self._changed(self.kind, "")

    def airplane_mode(self, on: bool = True) -> None:
        """Turn airplane mode on, or off with `airplane_mode(False)`. To an app it is as no network."""
        (self.disconnect if on else self.connect)()

    def switch_to(self, kind: str, *, uplink: float | None = None, downlink: float | None = None) -> None:
        """Change to `Wi-Fi` or `cellular`, which cuts connections; a bandwidth that is not given stays."""
        must_be_one_of("kind of network", kind, KINDS)
        self.uplink = self.uplink if uplink is None else uplink
        if downlink is not None:
            self.downlink = downlink
        if kind != self.kind:
            self.kind = kind
            if self.connected:
                self._changed(kind, f"the phone changed to {kind}")

    def enter_captive_portal(self) -> None:
        """Answer every request at once with 200 and an HTML page; nothing reaches a server any more."""
        self.captive_portal = True
        self._changed("captive portal", "the phone changed to a network with a captive portal")

    def leave_captive_portal(self) -> None:
        """Servers answer again."""
        self.captive_portal = False
        self._changed(self.kind, "")

    def _changed(self, what: str, cut: str) -> None:
        self._record.add(ConditionChanged(self.clock.now, "network", what))
        if cut:
            self.rules.cite("model.network-change-cuts-connections")
            self._free_at = dict.fromkeys(self._free_at, self.clock.now)
            for die in self.in_use:
                die(cut)
        tell(Moment.NETWORK, (self.changes,))

    def serve(self, host: str, handler: Handler = created, *, resumable: bool = False) -> None:
        """Put a server under a host name. A host without a server answers 201 to everything.

        The handler may be a coroutine function, and may answer with a body that takes its time. `resumable`
        says that it speaks the resumable upload protocol (claim background-urlsession.resumable-uploads).
        """
        must(address(f"https://{host}").host == host, f"{host!r} is no host. Give it as 'upload.example'.")
        self._handlers[host] = handler
        (self._resumable.add if resumable else self._resumable.discard)(host)

    def is_resumable(self, url: str) -> bool:
        """Whether the server of `url` speaks the resumable upload protocol."""
        return address(url).host in self._resumable

    @property
    def online(self) -> bool:
        """Whether anything from outside reaches the phone: there is a network, and no captive portal."""
        return self.connected and not self.captive_portal

    @property
    def intercepts(self) -> bool:
        """Whether requests are answered by somebody else than the server."""
        if self.captive_portal:
            self.rules.cite("model.captive-portal-answers-everything")
        return self.captive_portal

    @property
    def round_trip(self) -> int:
        """How long a packet takes to the server and its answer back, in ms."""
        return 2 * self.latency

    def ask(self, request: httpx.Request, received: int, answered: Answered) -> None:
        """Have a request answered whose body is there: `answered` gets the response, a transfer's whole."""
        whole = "redirects" in request.extensions
        if request.extensions.get("redirects"):
            answered = partial(self._follow, request, received, answered)
        if self.intercepts:
            answered(httpx.Response(httpx.codes.OK, html="<title>Welcome to the hotel</title>"))
            return
        answer = self._handlers.get(request.url.host, created)(request, received)
        if isinstance(answer, httpx.Response) and (not whole or isinstance(answer.stream, httpx.ByteStream)):
            answered(answer)
        else:
            self._work(self._answer(request, answer, answered, whole))

    def _follow(self, request: httpx.Request, sent: int, answered: Answered, answer: httpx.Response) -> None:
        """Hand an answer on, or ask where it points to: after 307 and 308 by the same method, else by GET."""
        if not answer.has_redirect_location:
            answered(answer)
            return
        same = answer.status_code in (httpx.codes.TEMPORARY_REDIRECT, httpx.codes.PERMANENT_REDIRECT)
        place = address(str(request.url.join(answer.headers["location"])))
        left = {"redirects": request.extensions["redirects"] - 1}
        there = httpx.Request(request.method if same else "GET", place, extensions=left)
        self.clock.after(self.round_trip, partial(self.ask, there, sent * same, answered))

    async def _answer(self, request: httpx.Request, answer: object, answered: Answered, whole: bool) -> None:
        response = await answer if isinstance(answer, Awaitable) else answer
        if not isinstance(response, httpx.Response):
            what = f"The server of {request.url.host} answered {type(response).__name__}"
            raise UsageError(f"{what}. Return an httpx.Response, for instance httpx.Response(200).")
        if whole and not isinstance(response.stream, httpx.ByteStream):
            body = b"".join([piece async for piece in pieces(response)])
            response = httpx.Response(response.status_code, headers=response.headers, content=body)
        answered(response)

    def stream(self, response: httpx.Response, arrived: Callable[[bytes | None], None]) -> None:
        """Send a body piece by piece, as its server gives it; `arrived` gets each, and None at the end."""

        async def feed() -> None:
            async for piece in pieces(response):
                there = asyncio.get_running_loop().create_future()
                self.receive(len(piece), partial(self._resolve, there))
                await there
                arrived(piece)
            arrived(None)

        self._work(feed())

    def _work(self, work: Coroutine[Any, Any, None]) -> None:
        self._servers.start(work)
        self.clock.after(0, self._turn)

    def _resolve(self, future: asyncio.Future[None]) -> None:
        future.set_result(None)
        self._turn()

    def _turn(self) -> None:
        self._servers.turn()
        if (due := self._servers.next_due()) is not None:
            self.clock.at(due, self._turn)

    def _carry(self, way: str, count: int, done: Action) -> Due:
        megabits = self._numbers["uplink"] if way == "uplink" else self.downlink
        lots = ceil(count / self.even_for) or 1
        pace = 1 + self._jitter * (2 * sum(starmap(self._rng.random, repeat((), lots))) / lots - 1)
        takes, clock = round(count * 8 / (megabits * 1_000_000) * SECOND * pace), self.clock
        self._free_at[way] = there = max(clock.now, self._free_at[way]) + takes
        return clock.at(there, done)


def _bandwidth(name: str, megabits: float) -> float:
    must(megabits > 0, f"{name}={megabits} lets nothing through. Give Mbit/s above 0, or use disconnect().")
    return megabits
