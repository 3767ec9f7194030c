"""A server that speaks HTTP/2 on a real socket, by the library `h2`, and that ends streams and connections in the middle."""

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import RequestReceived
from h2.settings import SettingCodes, Settings

from faultlab.servers.wire import Reply, Request

type Ends = Callable[["Http2Connection", int], None]
"""How a stream, or all of the connection, ends."""


def goaway(connection: "Http2Connection", stream: int) -> None:
    """The server says that it goes, counts this stream in, and goes."""
    connection.speaks.close_connection(last_stream_id=stream)
    connection.flush()
    connection.transport.close()


def goaway_before(connection: "Http2Connection", _stream: int) -> None:
    """The server says that it goes and that it has looked at nothing of this."""
    connection.speaks.close_connection(last_stream_id=0)
    connection.flush()


def reset(connection: "Http2Connection", stream: int) -> None:
    """The stream alone is ended."""
    connection.speaks.reset_stream(stream, error_code=ErrorCodes.CANCEL)


def refused(connection: "Http2Connection", stream: int) -> None:
    """The stream is ended, and nothing was done for it."""
    connection.speaks.reset_stream(stream, error_code=ErrorCodes.REFUSED_STREAM)


def silent(_connection: "Http2Connection", _stream: int) -> None:
    """Nothing more comes, and the stream stays open: a body that stalls, or an answer that never comes."""


def pinging(connection: "Http2Connection", stream: int) -> None:
    """The connection lives, and nothing of this stream comes."""
    if not connection.transport.is_closing():
        connection.speaks.ping(b"areyouon")
        connection.flush()
        asyncio.get_running_loop().call_later(0.02, pinging, connection, stream)


def narrowed(connection: "Http2Connection", stream: int) -> None:
    """From now on one stream at a time, of small frames; this one is refused."""
    said = {
        SettingCodes.MAX_CONCURRENT_STREAMS: 1,
        SettingCodes.MAX_FRAME_SIZE: 16_384,
        SettingCodes.INITIAL_WINDOW_SIZE: 1,
    }
    connection.speaks.update_settings(said)
    refused(connection, stream)


def closed_to_streams(connection: "Http2Connection", stream: int) -> None:
    """No stream at all is allowed any more, and this one goes."""
    connection.speaks.update_settings({SettingCodes.MAX_CONCURRENT_STREAMS: 0})
    reset(connection, stream)


class Http2Connection(asyncio.Protocol):
    """One connection. Of a file's body that is to end early, half is sent before."""

    def __init__(self, server: "Http2Server") -> None:
        self.server = server
        self.speaks = H2Connection(config=H2Configuration(client_side=False, header_encoding="utf-8"))

    def connection_made(self, transport):
        self.transport = transport
        self.server.connections += 1
        if self.server.streams:
            self.speaks.local_settings = Settings(
                client=False, initial_values={SettingCodes.MAX_CONCURRENT_STREAMS: self.server.streams}
            )
        self.speaks.initiate_connection()
        self.flush()

    def flush(self) -> None:
        self.transport.write(self.speaks.data_to_send())

    def data_received(self, data):
        for event in self.speaks.receive_data(data):
            if isinstance(event, RequestReceived):
                self.respond(event.stream_id, dict(event.headers))
        self.flush()

    def respond(self, stream: int, headers: dict[str, str]) -> None:
        request = Request("GET", headers[":path"], {k: v for k, v in headers.items() if k[0] != ":"})
        reply, ends = self.server.answer(request), self.server.ends_next(request)
        if ends is not None and not self.server.half:
            ends(self, stream)
            return
        said = {name: value for name, value in reply.headers.items() if name != "connection"}
        self.speaks.send_headers(stream, [(":status", str(reply.status)), *said.items()])
        body = reply.body[: len(reply.body) // 2] if ends is not None else reply.body
        if self.server.pace and headers[":path"].endswith(".mp3"):
            self.drip(stream, body)
            return
        for start in range(0, len(body), 16_000):
            self.speaks.send_data(stream, body[start : start + 16_000])
        if ends is not None:
            self.flush()
            ends(self, stream)
        else:
            self.speaks.end_stream(stream)

    def drip(self, stream: int, body: bytes) -> None:
        """A tenth of a body, and the rest of it in a moment."""
        if self.transport.is_closing():
            return
        tenth = max(1, len(body) // 10)
        self.speaks.send_data(stream, body[:tenth], end_stream=len(body) <= tenth)
        self.flush()
        if len(body) > tenth:
            asyncio.get_running_loop().call_later(self.server.pace, self.drip, stream, body[tenth:])


class Http2Server:
    """`async with Http2Server(answer, …) as server: server.url`. The first `times` requests for a file end by `ends`.

    Files come a tenth at a time, each `pace` seconds after the one before, where that is not 0; at most so many `streams` are open.
    """

    streams = pace = 0

    def __init__(self, answer: Callable[[Request], Reply], ends: Ends, *, half: bool, times: int = 2) -> None:
        self._answer, self._ends, self.half, self.times = answer, ends, half, times
        self.log: list[tuple[Request, Reply]] = []
        self.connections = 0

    def answer(self, request: Request) -> Reply:
        reply = self._answer(request)
        self.log.append((request, reply))
        return reply

    def ends_next(self, request: Request) -> Ends | None:
        if not urlsplit(request.url).path.endswith(".mp3") or not self.times:
            return None
        self.times -= 1
        return self._ends

    async def __aenter__(self):
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Http2Connection(self), "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/"
        return self

    async def __aexit__(self, *_failure):
        self._server.close()
