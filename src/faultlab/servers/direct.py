"""A client without a library: the names of `httpx` that the engine and `FaultyTransport` use, and nothing behind them.

Nine tenths of a request to a server in memory is what `httpx` does for real ones. Where only the order of effects on a disk is
looked at, and that many thousand times, this takes its place; both libraries are tested against the same server elsewhere.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

__all__ = [
    "AsyncByteStream",
    "AsyncClient",
    "ConnectError",
    "ReadError",
    "ReadTimeout",
    "RemoteProtocolError",
    "Response",
]


class _NetworkError(OSError):
    """As `httpx`'s own, an error knows its request."""

    def __init__(self, message: str, *, request: object) -> None:
        super().__init__(message)
        self.request = request


class ConnectError(_NetworkError):
    """There is no connection."""


class ReadError(_NetworkError):
    """It broke."""


class ReadTimeout(_NetworkError):  # noqa: N818 - the libraries' own name
    """Nothing came."""


class RemoteProtocolError(_NetworkError):
    """It ended too early."""


class _Address(str):
    __slots__ = ()

    @property
    def path(self) -> str:
        """What follows the host."""
        return "/" + self.partition("://")[2].partition("/")[2].partition("?")[0]


class _Request:
    """A request."""

    def __init__(self, method: str, url: str, headers: Mapping[str, str], timeout: tuple[float, ...]) -> None:
        self.method, self.url, self.headers = method, _Address(url), dict(headers)
        self.extensions = {"timeout": dict(zip(("connect", "read", "write"), timeout, strict=True))}


class AsyncByteStream:
    """A body."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        raise NotImplementedError


class _Headers(dict[str, str]):
    @property
    def raw(self) -> list[tuple[bytes, bytes]]:
        return [(name.encode("latin-1"), value.encode()) for name, value in self.items()]


class Response:
    """An answer, whose body comes in the pieces in which it was sent."""

    is_stream_consumed = is_closed = False

    def __init__(
        self,
        status_code: int,
        *,
        headers: Mapping[str, str],
        stream: AsyncByteStream,
        extensions: Mapping[str, bytes],
    ) -> None:
        self.status_code, self.headers, self.stream = status_code, _Headers(headers), stream
        self.extensions = extensions

    async def aiter_raw(self) -> AsyncIterator[bytes]:
        """The body; at its end the answer is closed."""
        async for piece in self.stream:
            yield piece
        await self.aclose()

    async def aclose(self) -> None:
        """Nothing is held."""
        self.is_closed = True


class AsyncClient:
    """A client over a transport."""

    def __init__(self, *, transport: Any) -> None:
        self._transport = transport

    def build_request(
        self, method: str, url: str, *, headers: Mapping[str, str], timeout: tuple[float, ...]
    ) -> _Request:
        """A request with these headers and no others."""
        return _Request(method, url, headers, timeout)

    async def send(self, request: _Request, **_options: object) -> Any:
        """The transport's answer."""
        return await self._transport.handle_async_request(request)
