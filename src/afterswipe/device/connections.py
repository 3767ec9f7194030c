"""The connections of an app's process, and `httpx`'s transport over them: what the app's code sends with."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any
from weakref import WeakSet

import httpx

from afterswipe.errors import URLError
from afterswipe.kernel import Action, AppChange, Due, Phase, Process, ProcessLoop

from .network import Network, address

_LIMIT = "url-session.request-timeout"


class ReadError(URLError, httpx.ReadError):
    """A connection that was lost, by httpx's name and by Apple's: it has a `code` and a `number` too."""

    def __init__(self, why: str) -> None:
        super().__init__("networkConnectionLost", f"the connection is defunct: {why}")


class ConnectError(URLError, httpx.ConnectError):
    """A request without a network, by httpx's name and by Apple's."""


class ReadTimeoutError(URLError, httpx.ReadTimeout):
    """A request for which no data has come for too long, by httpx's name and by Apple's."""


class Connections(httpx.AsyncBaseTransport):
    """The connections of one process; suspension ends them (claim life-cycle.suspension-closes-sockets)."""

    def __init__(self, network: Network, loop: ProcessLoop, process: Process | None = None) -> None:
        self.network, self._loop = network, loop
        self._waiting: dict[Any, Due | None] = {}
        self._arriving: WeakSet[_Arriving | _Streaming] = WeakSet()
        network.in_use.append(self.die)
        if process is not None:  # that of an app, which can lose its run time
            process.phases.on(Phase.CONNECTIONS, self._changed)

    def _changed(self, change: AppChange) -> None:
        if change.before.runs and not change.after.runs:
            self.network.rules.cite("life-cycle.suspension-closes-sockets")
            self.die()

    def client(self) -> httpx.AsyncClient:
        """A client of httpx over these connections, with Apple's time limit for a request, not httpx's."""
        return httpx.AsyncClient(transport=self, timeout=self.network.rules.number(_LIMIT))

    async def in_time[T](self, request: httpx.Request, comes: Awaitable[T]) -> T:
        """What comes. Raises ReadTimeoutError where no data does for httpx's time limit, or else Apple's."""
        wait = request.extensions.get("timeout", {}).get("read", self.network.rules.number(_LIMIT))
        try:
            return await asyncio.wait_for(comes, wait)
        except TimeoutError:
            self.network.rules.cite(_LIMIT)
            raise ReadTimeoutError("timedOut", "no data has come in time") from None

    def arriving(self, answer: httpx.Response, request: httpx.Request) -> "_Arriving | _Streaming":
        """A response's body over this connection: as fast as the link is, or as its server gives it."""
        stream: _Arriving | _Streaming
        if isinstance(answer.stream, httpx.ByteStream):
            stream = _Arriving(self, b"".join(answer.stream))
        else:
            stream = _Streaming(partial(self.in_time, request))
            self.network.stream(answer, stream.put)
        self._arriving.add(stream)
        return stream

    def send(self, count: int, moved: Callable[[int], None]) -> asyncio.Future[int]:
        """Send so many bytes; `moved` is told how many have reached the server. Await it until all have."""
        future: asyncio.Future[int] = self._loop.create_future()
        self._send(future, count, moved, 0)
        return future

    def _send(self, future: asyncio.Future[int], count: int, moved: Callable[[int], None], sent: int) -> None:
        if future.done():
            return  # nobody waits for it any more
        if sent and self._loop.blocked_until > self.network.clock.now:
            self._loop.call_soon(self._send, future, count, moved, sent)  # when the main thread is free
            return
        if sent:
            moved(sent)
        if sent >= count:
            self._settle(future, sent)
        else:
            there = min(sent + self.network.piece, count)
            arrived = partial(self._send, future, count, moved, there)
            self._waiting[future] = self.network.send(there - sent, arrived)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and return the answer. Raises ConnectError without a network, and ReadError."""
        address(str(request.url))

        async def send() -> int:
            received = 0
            assert isinstance(request.stream, httpx.AsyncByteStream)  # httpx's own client sees to that
            async for chunk in request.stream:
                await self.wait_for(self.network.send, len(chunk))
                received += len(chunk)
            return received

        answer = await self.exchange(request, send)
        stream = self.arriving(answer, request)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=stream)

    async def exchange(self, request: httpx.Request, send: Callable[[], Awaitable[int]]) -> httpx.Response:
        """Wait for the answer to what `send` sends. Raises ConnectError, ReadError and ReadTimeoutError."""
        self._loop.must_be_the_one()
        network = self.network
        if not network.connected:
            raise ConnectError("notConnectedToInternet", "there is no network")
        await self.wait_for(network.clock.after, network.round_trip)
        received = 0 if network.intercepts else await send()
        await self.wait_for(network.clock.after, network.latency)
        future: asyncio.Future[httpx.Response] = self._loop.create_future()
        self._waiting[future] = None
        network.ask(request, received, partial(self._settle, future))
        return await self.in_time(request, future)

    def wait_for(self, plan: Callable[[int, Action], Due], amount: int) -> asyncio.Future[None]:
        """Await so much time, or so many bytes; raises httpx.ReadError if the connection dies meanwhile."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._waiting[future] = plan(amount, partial(self._settle, future, None))
        return future

    def _settle[T](self, future: asyncio.Future[T], result: T) -> None:
        self._waiting.pop(future, None)
        if not future.done():
            future.set_result(result)

    def die(self, why: str = "the app was suspended") -> None:
        """Make every connection defunct. The app learns of it when it runs again, if it does."""
        waiting, self._waiting = self._waiting, {}
        for future, due in waiting.items():
            if due is not None:
                due.cancel()
            if not future.done():
                future.set_exception(ReadError(why))
        for stream in self._arriving:
            stream.drop(why)


class _Arriving(httpx.AsyncByteStream):
    """A response's body, piece by piece over the link."""

    def __init__(self, connections: Connections, body: bytes) -> None:
        self._connections, self._body = connections, body
        self._defunct = ""

    def drop(self, why: str) -> None:
        """Forget what has not arrived: the loop of a process that was ended should not keep it."""
        self._body, self._defunct = b"", why

    async def __aiter__(self) -> AsyncIterator[bytes]:
        piece = self._connections.network.piece
        for start in range(0, len(self._body), piece):
            if self._defunct:
                raise ReadError(self._defunct)
            part = self._body[start : start + piece]
            await self._connections.wait_for(self._connections.network.receive, len(part))
            yield part


class _Streaming(httpx.AsyncByteStream):
    """A response's body that its server gives piece by piece."""

    def __init__(self, in_time: Callable[[Awaitable[bytes | None]], Awaitable[bytes | None]]) -> None:
        self._pieces: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._in_time = in_time
        self._defunct = ""

    def put(self, piece: bytes | None) -> None:
        """Take the next piece, or None at the end."""
        if not self._defunct:
            self._pieces.put_nowait(piece)

    def drop(self, why: str) -> None:
        """Nothing more comes, and what has come and was not read is lost."""
        self._defunct = why
        self._pieces.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (piece := await self._in_time(self._pieces.get())) is not None and not self._defunct:
            yield piece
        if self._defunct:
            raise ReadError(self._defunct)
