"""The network: a link with a bandwidth and a latency, and servers at its end. `connections.py` has the app's side.

Not modelled: congestion, packet loss, DNS, TLS (a real captive portal can answer plain HTTP only; over HTTPS the request
fails), Multipath TCP, a link that takes two transfers at once (they take turns, piece by piece).
"""

import random
from collections.abc import Callable
from functools import lru_cache

import httpx

from afterswipe.claims.rules import Rules
from afterswipe.errors import must, must_be_one_of
from afterswipe.kernel import Action, Clock, Due, Phase
from afterswipe.kernel.phases import Moment, Subscribers
from afterswipe.kernel.record import ConditionChanged, Entry
from afterswipe.units import SECOND

from .servers import Answered, Handler, Servers, created

__all__ = ["KINDS", "Handler", "Network"]

KINDS = ("Wi-Fi", "cellular")


@lru_cache
def address(url: str) -> httpx.URL:
    """The address in a URL. Kept: to read one takes longer than anything else that a transfer does."""
    return httpx.URL(url)


class Network:
    """The link between phone and server: `phone.network`.

    `uplink` and `downlink` are in Mbit/s, `latency` in ms for one way; set them between two waits. `kind` is `Wi-Fi` or
    `cellular`. Raises UsageError for a number that no link has.
    """

    def __init__(
        self,
        clock: Clock,
        rng: random.Random,
        rules: Rules,
        uplink: float | None,
        note: Callable[[Entry], None] = lambda _entry: None,
    ) -> None:
        self.clock = clock
        self.rules = rules
        self._numbers: dict[str, float] = {
            "uplink": uplink if uplink is not None else rules.number("model.uplink-bandwidth"),
            "latency": rules.milliseconds("model.network-latency"),
        }
        self._jitter = rules.number("model.network-jitter")
        self._rng = rng
        self._note = note
        self._free_at = {"uplink": 0, "downlink": 0}
        self.servers = Servers(clock)
        self._resumable: set[str] = set()
        self._changes: Subscribers[()] = Subscribers()
        self._in_use: list[Callable[[str], object]] = []
        self.connected = True
        """Whether there is a network at all. Change it with `disconnect`, `connect` and `airplane_mode`."""
        self.kind = "Wi-Fi"
        """The kind of network that is used. Change it with `switch_to`."""
        self.captive_portal = False
        """Whether a captive portal answers in the servers' place. Change it with `enter_captive_portal` and `leave_captive_portal`."""

    # What can be set.

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
        must(
            milliseconds >= 0, f"latency={milliseconds}: nothing arrives before it was sent. Give 0 or more."
        )
        self._numbers["latency"] = milliseconds

    # What happens to it.

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
        """Turn airplane mode on, or off with `airplane_mode(False)`. For an app it is the same as no network."""
        (self.disconnect if on else self.connect)()

    def switch_to(self, kind: str, *, uplink: float | None = None, downlink: float | None = None) -> None:
        """Change to `Wi-Fi` or `cellular`: connections that were in use are cut. The bandwidths stay unless they are given.

        Raises UsageError for another kind of network.
        """
        must_be_one_of("kind of network", kind, KINDS)
        self.uplink = self.uplink if uplink is None else uplink
        if downlink is not None:
            self.downlink = downlink
        if kind != self.kind:
            self.kind = kind
            if self.connected:
                self._changed(kind, f"the phone changed to {kind}")

    def enter_captive_portal(self) -> None:
        """From now on every request is answered at once with 200 and an HTML page, and nothing reaches a server."""
        self.captive_portal = True
        self._changed("captive portal", "the phone changed to a network with a captive portal")

    def leave_captive_portal(self) -> None:
        """Servers answer again."""
        self.captive_portal = False
        self._changed(self.kind, "")

    def watch(self, changed: Action, phase: Phase) -> None:
        """For the frameworks: call `changed` whenever the network changed, went, or came back, in the order of the phases."""
        self._changes.on(phase, changed)

    def _changed(self, what: str, cut: str) -> None:
        self._note(ConditionChanged(self.clock.now, "network", what))
        if cut:
            self.rules.cite("model.network-change-cuts-connections")
            self._free_at = dict.fromkeys(self._free_at, self.clock.now)
            for die in self._in_use:
                die(cut)
        self._changes.tell(Moment.NETWORK)

    # The far end.

    def serve(self, host: str, handler: Handler = created, *, resumable: bool = False) -> None:
        """Put a server under a host name. A host without a server answers 201 to everything.

        The handler may be a coroutine function, and may answer with a body that takes its time (`servers.py`). `resumable` says that it speaks the resumable upload protocol (claim background-urlsession.resumable-uploads).
        """
        self.servers.put(host, handler)
        if resumable:
            self._resumable.add(host)
        else:
            self._resumable.discard(host)

    def is_resumable(self, url: str) -> bool:
        """Whether the server of `url` speaks the resumable upload protocol."""
        return address(url).host in self._resumable

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

    def ask(
        self, request: httpx.Request, received: int, answered: Answered, *, in_full: bool = False
    ) -> None:
        """Have a request answered whose body has arrived in full; `answered` is called with the response, at once or later.

        `in_full` waits until the server has given the whole body of its answer.
        """
        if self.intercepts:
            answered(httpx.Response(httpx.codes.OK, html="<title>Welcome to the hotel</title>"))
        else:
            self.servers.ask(request, received, answered, in_full=in_full)

    def send(self, count: int, done: Action) -> Due:
        """Put `count` bytes on the way to the server; `done` is called when it has them."""
        return self._carry(count, "uplink", self.uplink, done)

    def receive(self, count: int, done: Action) -> Due:
        """Put `count` bytes on the way to the phone; `done` is called when it has them."""
        return self._carry(count, "downlink", self.downlink, done)

    def _carry(self, count: int, way: str, megabits: float, done: Action) -> Due:
        pace = 1 + self._jitter * (2 * self._rng.random() - 1)
        start = max(self.clock.now, self._free_at[way])
        self._free_at[way] = start + round(count * 8 / (megabits * 1_000_000) * SECOND * pace)
        return self.clock.at(self._free_at[way], done)

    def used_by(self, die: Callable[[str], object]) -> None:
        """For `Connections`: those of a process die, with a reason, when the network changes."""
        self._in_use.append(die)


def _bandwidth(name: str, megabits: float) -> float:
    must(megabits > 0, f"{name}={megabits} lets nothing through. Give Mbit/s above 0, or use disconnect().")
    return megabits
