"""The network: a link with a bandwidth and a latency, a server at its end, and an `httpx` transport over both.

Not modelled: congestion, packet loss, DNS, TLS, two transfers that share the link fairly (they take turns, chunk by chunk).
"""

import random
from collections.abc import Callable
from typing import Any

import httpx

from .clock import Clock, Due
from .parameters import Parameters
from .process import ProcessLoop
from .units import SECOND

Handler = Callable[[httpx.Request, int], httpx.Response]
"""A server: given the request and the number of bytes of its body that arrived, it answers."""


def _created(_request: httpx.Request, _received: int) -> httpx.Response:
    return httpx.Response(201, text="created")


class Network:
    """The link between phone and server. `uplink` is in Mbit/s, `latency` in ms for one way."""

    def __init__(
        self, clock: Clock, rng: random.Random, parameters: Parameters, uplink: float | None
    ) -> None:
        self.clock = clock
        self.uplink = uplink if uplink is not None else parameters.number("model.uplink-bandwidth")
        self.latency = parameters.milliseconds("model.network-latency")
        self._jitter = parameters.number("model.network-jitter")
        self._rng = rng
        self._free_at = 0
        self._servers: dict[str, Handler] = {}
        self._waiting: list[Callable[[], None]] = []
        self.connected = True
        """Whether there is a network at all. Change it with `disconnect` and `connect`."""

    def serve(self, host: str, handler: Handler) -> None:
        """Put a server under a host name. A host without a server answers 201 to everything."""
        self._servers[host] = handler

    def disconnect(self) -> None:
        """Take the network away. What is already on the link still arrives."""
        self.connected = False

    def connect(self) -> None:
        """Bring the network back."""
        self.connected = True
        waiting, self._waiting = self._waiting, []
        for action in waiting:
            self.clock.after(0, action)

    def when_connected(self, action: Callable[[], None]) -> None:
        """Do something when the network is back."""
        self._waiting.append(action)

    def answer(self, request: httpx.Request, received: int) -> httpx.Response:
        """What the server answers to a request whose body has arrived in full."""
        return self._servers.get(request.url.host, _created)(request, received)

    def send(self, count: int, done: Callable[[], None]) -> Due:
        """Put `count` bytes on the link; `done` is called when the server has them."""
        pace = 1 + self._jitter * (2 * self._rng.random() - 1)
        start = max(self.clock.now, self._free_at)
        self._free_at = start + round(count * 8 / (self.uplink * 1_000_000) * SECOND * pace)
        return self.clock.at(self._free_at, done)


class Connections:
    """The connections of one process. When the process is suspended, all of them become defunct (claim life-cycle.suspension-closes-sockets)."""

    def __init__(self, network: Network, loop: ProcessLoop) -> None:
        self.network = network
        self._loop = loop
        self._waiting: dict[Any, Due] = {}

    async def pause(self, milliseconds: int) -> None:
        """Wait for the far end; raises httpx.ReadError if the connection dies meanwhile."""
        await self._until(lambda done: self.network.clock.after(milliseconds, done))

    async def send(self, count: int) -> None:
        """Send `count` bytes; raises httpx.ReadError if the connection dies before they have arrived."""
        await self._until(lambda done: self.network.send(count, done))

    async def _until(self, plan: Callable[[Callable[[], None]], Due]) -> None:
        future = self._loop.create_future()

        def arrived() -> None:
            del self._waiting[future]
            if not future.done():
                future.set_result(None)

        self._waiting[future] = plan(arrived)
        await future

    def die(self) -> int:
        """Make every connection defunct and return how many were in use. The app learns of it when it runs again, if it does."""
        waiting, self._waiting = self._waiting, {}
        for future, due in waiting.items():
            due.cancel()
            if not future.done():
                future.set_exception(httpx.ReadError("the connection is defunct: the app was suspended"))
        return len(waiting)


class SimulatedTransport(httpx.AsyncBaseTransport):
    """An `httpx` transport over the phone's network, for the code of one process.

    The body is sent chunk by chunk as the request's stream yields it; `moved` is called with the
    number of bytes that have reached the server.
    """

    def __init__(self, connections: Connections, moved: Callable[[int], None] = lambda _sent: None) -> None:
        self._connections = connections
        self._moved = moved

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and return the server's answer. Raises httpx.ReadError when the app was suspended meanwhile."""
        network = self._connections.network
        if not network.connected:
            raise httpx.ConnectError("there is no network")
        await self._connections.pause(2 * network.latency)
        received = 0
        if not isinstance(request.stream, httpx.AsyncByteStream):
            raise TypeError(
                "An app on the phone is asynchronous: use httpx.AsyncClient and an asynchronous body."
            )
        async for chunk in request.stream:
            await self._connections.send(len(chunk))
            received += len(chunk)
            self._moved(received)
        await self._connections.pause(network.latency)
        return network.answer(request, received)
