"""The one place where faults are put on the wire: a server that misbehaves as it is told, and a transport over it.

`FaultyServer` is a pure description, for whatever carries it: the transport below, the phone's network, or a real server.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from types import ModuleType
from typing import Any, Protocol

import httpx

from .exchange import Exchange, Injection, Target
from .injections_feed import FEED_INJECTIONS
from .injections_wire import WIRE_INJECTIONS
from .server import FeedServer
from .wire import Ending, Reply, Request, lower

__all__ = ["INJECTIONS", "Fault", "FaultyServer", "FaultyTransport", "When", "phone_handler"]

INJECTIONS: dict[str, Injection] = {**WIRE_INJECTIONS, **FEED_INJECTIONS}
"""How each fault that a server can do is done."""

_READ_TIMEOUT = 30.0


class When(Enum):
    """How often a fault happens."""

    ONCE = "at one request"
    FROM = "from one request on"


@dataclass(frozen=True)
class Fault:
    """A fault to inject: its id, at which of the requests that it can happen to (from 1), in which variant, how often.

    `on` narrows which requests it can happen to. Raises ValueError for an id that no server can do, or a variant that there is not.
    """

    id: str
    at: int = 1
    arg: str = ""
    when: When = When.ONCE
    on: Target | None = None

    def __post_init__(self) -> None:
        if self.id not in INJECTIONS:
            raise ValueError(
                f"{self.id} is nothing that a server can do. Choose one of {', '.join(sorted(INJECTIONS))}."
            )
        how = INJECTIONS[self.id]
        if how.number and self.arg and not self.arg.isdigit():
            raise ValueError(f"{self.id} takes a number of bytes, not {self.arg!r}.")
        if how.variants and self.arg and self.id not in _OPEN and self.arg not in how.variants:
            raise ValueError(
                f"{self.id} has no variant {self.arg!r}. Choose one of {', '.join(how.variants)}."
            )

    def happens(self, count: int) -> bool:
        """Whether it happens at the `count`-th request of its kind."""
        return count == self.at or (self.when is When.FROM and count > self.at)


_OPEN = ("F22", "F49")
"""Faults that take any text: a value of `Retry-After`, a name."""


class FaultyServer:
    """A feed server that answers honestly, except where a fault says otherwise. Several faults apply in their order."""

    def __init__(self, server: FeedServer, faults: Iterable[Fault] = ()) -> None:
        self.server = server
        self.faults = list(faults)
        self.log: list[tuple[Request, Reply]] = []
        """Every request and its reply, in order."""
        self.happened: Counter[str] = Counter()
        """How often each fault has happened, by id."""
        self._counts: Counter[Fault] = Counter()
        self._memory: dict[Fault, dict[Any, Any]] = {}

    def answer(self, request: Request) -> Reply:
        """The answer to a request, faults included."""
        reply = self.server.answer(request)
        for fault in self.faults:
            how = INJECTIONS[fault.id]
            if not (fault.on or how.target).fits(request):
                continue
            self._counts[fault] += 1
            if fault.happens(self._counts[fault]):
                self.happened[fault.id] += 1
                arg = fault.arg or (how.variants[0] if how.variants else "")
                memory = self._memory.setdefault(fault, {})
                reply = how.apply(Exchange(request, reply, self.server, arg, self.happened[fault.id], memory))
        self.log.append((request, reply))
        return reply


class _Clock(Protocol):
    async def sleep(self, seconds: float) -> None: ...


class FaultyTransport:
    """A transport for `httpx` or `httpx2` over a server in memory; `client()` makes a client that uses it.

    `library` is one of the two modules, `clock` is what slow bodies and stalls wait on. `server` may be an honest one; then
    `faults` says how it misbehaves.
    """

    def __init__(
        self,
        server: FeedServer | FaultyServer,
        faults: Iterable[Fault] = (),
        *,
        library: ModuleType = httpx,
        clock: _Clock | None = None,
    ) -> None:
        self.server = server if isinstance(server, FaultyServer) else FaultyServer(server, faults)
        self.library = library
        self.clock = clock
        self.sent: Counter[str] = Counter()
        """How many bytes of bodies the client has taken, by path."""
        self.wrong: list[Exception] = []
        """Errors of the server itself: to the engine they are the network's."""

    def client(self, **options: Any) -> Any:
        """An `AsyncClient` of the library over this transport."""
        return self.library.AsyncClient(transport=self, **options)

    async def __aenter__(self) -> "FaultyTransport":
        return self

    async def __aexit__(self, *_failure: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Nothing is held."""

    async def handle_async_request(self, request: Any) -> Any:
        """Answer a request of the library. Raises its errors where the reply ends in one."""
        asked = Request(request.method, str(request.url), lower(dict(request.headers)))
        try:
            reply = self.server.answer(asked)
        except (self.library.RequestError, OSError):
            raise
        except Exception as error:
            self.wrong.append(error)
            raise
        if reply.ending is Ending.REFUSED:
            raise self.library.ConnectError("no connection", request=request)
        patience = request.extensions.get("timeout", {}).get("read") or _READ_TIMEOUT
        stream = _stream(self.library)(self._body(reply, request, asked.path, patience))
        version = {"http_version": b"HTTP/1.1"}
        return self.library.Response(
            reply.status, headers=dict(reply.headers), stream=stream, extensions=version
        )

    async def _body(self, reply: Reply, request: Any, path: str, patience: float) -> AsyncIterator[bytes]:
        for piece in reply.pieces():
            if reply.pace and self.clock is not None:
                await self.clock.sleep(reply.pace)
            self.sent[path] += len(piece)
            yield piece
        match reply.ending:
            case Ending.SHORT:
                words = "peer closed connection without sending complete message body"
                raise self.library.RemoteProtocolError(words, request=request)
            case Ending.RESET:
                raise self.library.ReadError("connection reset by peer", request=request)
            case Ending.STALL:
                if self.clock is not None:
                    await self.clock.sleep(patience)
                raise self.library.ReadTimeout("nothing more came", request=request)
            case _:
                return


@cache
def _stream(library: ModuleType) -> Any:
    """The class of a body: one of the library's own, which it insists on."""

    class Body(library.AsyncByteStream):  # type: ignore[misc,name-defined]
        def __init__(self, pieces: AsyncIterator[bytes]) -> None:
            self.pieces = pieces

        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for piece in self.pieces:
                yield piece

    return Body


def phone_handler(server: FeedServer | FaultyServer) -> Any:
    """A handler for the phone's network, for `phone.network.serve`.

    The phone's own network decides when a connection is cut, so of an ending it sees only the bytes that are missing.
    """

    def handle(request: httpx.Request, _received: int) -> httpx.Response:
        reply = server.answer(Request(request.method, str(request.url), lower(dict(request.headers))))
        return httpx.Response(reply.status, headers=dict(reply.headers), content=b"".join(reply.pieces()))

    return handle
