"""A server of bytes on a real socket of this machine: for what only a socket shows.

A reset, a body that ends with its connection, a drip, a `Content-Length` that is negative or comes twice: none of these can be
said through an HTTP library, which would put them right. So each answer here is written byte by byte.
"""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .wire import Ending, Reply, Request

__all__ = ["Connection", "RawServer", "Respond", "carrying"]

_REASONS = {200: "OK", 206: "Partial Content", 416: "Range Not Satisfiable"}


@dataclass
class Connection:
    """The server's end of a connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        """Write bytes and wait until the system has taken them."""
        self.writer.write(data)
        await self.writer.drain()

    async def head(self, status: int, *lines: str) -> None:
        """Write a status line and header lines, as they are given. The connection is not kept alive."""
        words = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Status')}", *lines, "Connection: close", "", ""]
        await self.send("\r\n".join(words).encode("latin-1"))

    async def reply(self, reply: Reply) -> None:
        """Write a reply as it describes itself, its ending included."""
        if reply.ending is Ending.REFUSED:
            return self.reset()
        await self.head(reply.status, *(f"{name}: {value}" for name, value in reply.headers.items()))
        for piece in reply.pieces():
            await asyncio.sleep(reply.pace)
            await self.send(piece)
        if reply.ending is Ending.RESET:
            self.reset()
        elif reply.ending is Ending.STALL:
            await self.gone()
        return None

    def reset(self) -> None:
        """Close it so that the other side gets a reset: lingering for zero seconds."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def gone(self) -> None:
        """Wait until the other side has closed it."""
        await self.reader.read()


type Respond = Callable[[Request, Connection], Awaitable[None]]
"""Writes an answer to a request, by hand. Afterwards the connection is closed."""


def carrying(answer: Callable[[Request], Reply]) -> Respond:
    """A way to respond that writes what a server in memory answers."""

    async def respond(request: Request, connection: Connection) -> None:
        await connection.reply(answer(request))

    return respond


class RawServer:
    """Listens on a free port of the loopback interface: `async with RawServer(respond) as server: server.url`.

    `requests` lists what was asked for, in order. Every connection carries one request.
    """

    def __init__(self, respond: Respond) -> None:
        self._respond = respond
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.requests: list[Request] = []
        self.url = ""
        """Where it listens, with a slash at the end."""

    async def __aenter__(self) -> "RawServer":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/"
        return self

    async def __aexit__(self, *_failure: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            request = await _request(reader)
            self.requests.append(request)
            await self._respond(request, Connection(reader, writer))
            if not writer.transport.is_closing():
                writer.close()
                await writer.wait_closed()
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.transport.abort()  # the client left first: nothing to answer any more
        finally:
            self._open.discard(writer)


async def _request(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _version = head[0].split(" ", 2)
    headers = dict(line.split(":", 1) for line in head[1:] if ":" in line)
    return Request(method, path, {name.strip().lower(): value.strip() for name, value in headers.items()})
