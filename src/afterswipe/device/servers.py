"""The far end of the network: servers whose handlers answer at once, take their time, or stream.

A handler is called with the request and the number of bytes of its body that arrived. It returns an `httpx.Response`, or is a coroutine
function that does, and may wait with `asyncio.sleep` meanwhile. A body that is a generator arrives piece by piece; an asynchronous
generator may wait between two pieces. All of it takes the phone's time, and none of the app's: a server goes on while the app is suspended.

Not modelled: how long a server needs by itself, its limits, what it does when nobody reads any more.
"""

from asyncio import Future
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

import httpx

from afterswipe.errors import UsageError
from afterswipe.kernel import Action, Clock
from afterswipe.kernel.loop import ProcessLoop

Handler = Callable[[httpx.Request, int], httpx.Response | Awaitable[httpx.Response]]
"""A server: given the request and the number of bytes of its body that arrived, it answers."""

Answered = Callable[[httpx.Response], None]
Carry = Callable[[int, Action], object]


def created(_request: httpx.Request, _received: int) -> httpx.Response:
    """What a host answers under which nobody put a server."""
    return httpx.Response(httpx.codes.CREATED, text="created")


class Servers:
    """The handlers by host name, and the loop in which those that take time run."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._handlers: dict[str, Handler] = {}
        self._loop: ProcessLoop | None = None

    def put(self, host: str, handler: Handler) -> None:
        """Put a server under a host name."""
        self._handlers[host] = handler

    def ask(
        self, request: httpx.Request, received: int, answered: Answered, *, in_full: bool = False
    ) -> None:
        """Hand a request to its server; `answered` is called with the response, at once or when the server has it.

        `in_full` waits for the body too. Raises UsageError where a handler returns something else.
        """

        def has_it(response: httpx.Response) -> None:
            if in_full:
                self._read(response, answered)
            else:
                answered(response)

        answer = self._handlers.get(request.url.host, created)(request, received)
        if isinstance(answer, httpx.Response):
            has_it(answer)
        elif isinstance(answer, Awaitable):
            self.run(self._wait_for(request, answer, has_it))
        else:
            raise _no_response(request, answer)

    async def _wait_for(
        self, request: httpx.Request, answer: Awaitable[httpx.Response], answered: Answered
    ) -> None:
        response = await answer
        if not isinstance(response, httpx.Response):
            raise _no_response(request, response)
        answered(response)

    def _read(self, response: httpx.Response, answered: Answered) -> None:
        async def read() -> None:
            body = b"".join([piece async for piece in pieces(response)])
            answered(httpx.Response(response.status_code, headers=response.headers, content=body))

        if isinstance(response.stream, httpx.ByteStream):
            answered(response)
        else:
            self.run(read())

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Let a server do something that takes time."""
        if self._loop is None:
            self._loop = ProcessLoop(self._clock)  # type: ignore[abstract]  # what it lacks, no server here can use
        self._loop.start(work)
        self._clock.after(0, self._turn)

    def stream(self, response: httpx.Response, carry: Carry, arrived: Callable[[bytes | None], None]) -> None:
        """Put a body on its way piece by piece, as its server gives it; `arrived` is called with each piece, and with None at the end.

        `carry` is the link: it takes a number of bytes, and calls back when they are there.
        """

        async def feed() -> None:
            assert self._loop is not None
            async for piece in pieces(response):
                there = self._loop.create_future()
                carry(len(piece), partial(self._resolve, there))
                await there
                arrived(piece)
            arrived(None)

        self.run(feed())

    def _resolve(self, future: Future[None]) -> None:
        future.set_result(None)
        self._turn()

    def _turn(self) -> None:
        if self._loop is not None:
            self._loop.turn()
            if (due := self._loop.next_due()) is not None:
                self._clock.at(due, self._turn)


def _no_response(request: httpx.Request, answer: object) -> UsageError:
    return UsageError(
        f"The server of {request.url.host} answered {type(answer).__name__}. Return an httpx.Response, for instance httpx.Response(200)."
    )


async def pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    """The body of a response as its server gives it: whole, or piece by piece."""
    if isinstance(response.stream, AsyncIterable):
        async for piece in response.stream:
            yield piece
    else:
        for piece in response.stream:
            yield piece
