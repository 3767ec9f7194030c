"""The feed that the site itself serves, for examples that sync for real: over `fetch` in a page, over a socket elsewhere.

The harness that runs an example says where the site is, in a module `_page` with one name, `root`.
"""

import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx

from afterswipe.errors import UsageError

from .fetch_transport import FetchTransport, with_type

_SUFFIX = ".json"


def feed_url() -> str:
    """The address of the site's own small feed. Raises UsageError where no page and no test says where the site is."""
    root: Any = getattr(sys.modules.get("_page"), "root", "")
    if not root:
        raise UsageError(
            "This example needs a feed. Read it in the page, or give Sync the address of one: python -m faultlab.demo"
        )
    return f"{root}feed/v3/"


class _StaticHost(httpx.AsyncHTTPTransport):
    """The usual transport, for a host of static files: the paths of the API have a file type there."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = with_type(request.url, _SUFFIX)
        return await super().handle_async_request(request)


class Meter:
    """Counts the bytes of answers and is full at `limit`: what a run can be stopped by, at exactly the same byte each time.

    For that, the piece that would cross the limit is handed on in two.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.bytes = 0

    def is_set(self) -> bool:
        """Whether so many bytes have come: what `Sync.run(until=…)` asks."""
        return self.bytes >= self.limit

    def pieces(self, piece: bytes) -> list[bytes]:
        """A piece in one or two."""
        left = self.limit - self.bytes
        return [piece[:left], piece[left:]] if 0 < left < len(piece) else [piece]


class _MeteredBody(httpx.AsyncByteStream):
    def __init__(self, stream: Any, meter: Meter) -> None:
        self._stream = stream
        self._meter = meter

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for arrived in self._stream:
            for piece in self._meter.pieces(arrived):
                self._meter.bytes += len(piece)
                yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Metered(httpx.AsyncBaseTransport):
    def __init__(self, transport: httpx.AsyncBaseTransport, meter: Meter) -> None:
        self._transport = transport
        self._meter = meter

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._transport.handle_async_request(request)
        response.stream = _MeteredBody(response.stream, self._meter)
        return response

    async def aclose(self) -> None:
        await self._transport.aclose()


def client(meter: Meter | None = None) -> httpx.AsyncClient:
    """A client for `feed_url()`: in a page over the browser's `fetch`, elsewhere over a socket."""
    if sys.platform == "emscripten":
        transport: httpx.AsyncBaseTransport = FetchTransport(suffix=_SUFFIX)
    else:
        transport = _StaticHost()
    return httpx.AsyncClient(transport=_Metered(transport, meter) if meter else transport)


def play(sound: bytes, title: str) -> None:
    """Put a player for an MP3 file into the page; elsewhere, print what there is to hear."""
    display: Any = sys.modules.get("_display")
    if display is None:
        print(f"[sound: {title}, {len(sound)} bytes]")
    else:
        display.sound(sound, title)
