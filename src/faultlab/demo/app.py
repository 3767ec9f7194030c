"""The demo server as an ASGI application: each reply of a `FaultyServer`, put on a real socket as far as ASGI lets us.

Not on a real socket: a connection that is reset (it is closed instead), one that is refused (it is answered with 503), and
a `Content-Length` that is no number (h11 does not send such a thing; the answer is 500).
`faultlab.servers.raw_server` does those for the tests.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from faultlab.servers.faulty import FaultyServer
from faultlab.servers.server import SOUND, Content, Truth, identifier
from faultlab.servers.wire import Ending, Reply, Request, lower

from .sounds import tone

STALL_SECONDS = 120
"""How long a stalled answer is held; clients lose patience before."""


class _CutOffError(Exception):
    """Ends a body in the middle: the server closes the connection."""


def generated(sounds: int, size: int, *, seed: int = 1) -> Truth:
    """A feed of `sounds` sounds, each around `size` bytes and no two alike."""
    truth = Truth(seed=seed)
    for number in range(1, sounds + 1):
        file = tone(number, max(44, size + (number * 9973) % max(1, size // 3) - size // 6))
        content_id = identifier(seed, "demo", number)
        truth.publish(Content(content_id, SOUND, f"Chord {number}", number, file))
    return truth


def application(server: FaultyServer, log: Callable[[str], None] = lambda _line: None) -> Starlette:
    """The server as an ASGI application. `log` gets a line for each answer."""
    happened = 0

    async def answer(asked: Asked) -> Response:
        nonlocal happened
        reply = server.answer(Request(asked.method, str(asked.url), lower(dict(asked.headers))))
        fault = server.happened.total() > happened
        happened = server.happened.total()
        log(
            f"{datetime.now(UTC):%H:%M:%S} {asked.method} {asked.url.path} {asked.headers.get('range', '')} "
            f"-> {reply.status}{' (a fault)' if fault else ''}"
        )
        if reply.ending is Ending.REFUSED:
            return Response(status_code=503, headers={"connection": "close"})
        response = StreamingResponse(_body(reply, asked), status_code=reply.status)
        response.raw_headers = [
            (name.encode(), value.encode("latin-1")) for name, value in reply.headers.items()
        ]
        return response

    return Starlette(routes=[Route("/{path:path}", answer)])


async def _body(reply: Reply, asked: Asked) -> AsyncIterator[bytes]:
    for number, piece in enumerate(reply.pieces()):
        if reply.pace:
            await asyncio.sleep(reply.pace)
        if number % 64 == 0 and await asked.is_disconnected():
            return  # a body may be endless, and nobody is told that the client is gone
        yield piece
    if reply.ending is Ending.STALL:
        await asyncio.sleep(STALL_SECONDS)
    if reply.ending is not Ending.COMPLETE:
        raise _CutOffError
