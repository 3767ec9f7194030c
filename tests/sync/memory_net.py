"""A network in memory and in virtual time: the library's own connections and pool, and between them and a server no socket and no clock.

So what depends on who waits how long for what is the same on every machine, however busy.
"""

import asyncio
import importlib
from collections.abc import Callable
from types import SimpleNamespace

HOST = "http://feed.example/"


class Far(asyncio.Transport):
    """The server's end of a connection: what a protocol of asyncio writes to."""

    def __init__(self, protocol: asyncio.BaseProtocol) -> None:
        super().__init__()
        self.protocol, self.gone = protocol, False
        self.came, self.news = bytearray(), asyncio.Event()
        protocol.connection_made(self)

    def write(self, data):
        self.came += data
        self.news.set()

    def is_closing(self):
        return self.gone

    def set_protocol(self, protocol):
        self.protocol = protocol

    def close(self):
        if not self.gone:
            self.gone = True
            self.news.set()
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)

    abort = close


def network(library, connected: Callable[[], asyncio.BaseProtocol], **asks):
    """A client of `library` whose every connection leads to a protocol that `connected` makes."""
    core = importlib.import_module(library.__name__.replace("httpx", "httpcore"))

    class Near(core.AsyncNetworkStream):
        def __init__(self, far: Far) -> None:
            self.far, self.closed = far, False

        async def read(self, max_bytes, timeout=None):
            try:
                async with asyncio.timeout(timeout):
                    while not self.far.came and not self.far.gone:
                        self.far.news.clear()
                        await self.far.news.wait()
            except TimeoutError as error:
                raise core.ReadTimeout from error
            if self.closed:
                raise core.ReadError
            data = bytes(self.far.came[:max_bytes])
            del self.far.came[:max_bytes]
            return data

        async def write(self, buffer, timeout=None):
            await asyncio.sleep(0)
            if self.far.gone:
                raise core.WriteError
            if buffer:
                asyncio.get_running_loop().call_soon(self.arrive, buffer)

        def arrive(self, buffer):
            if not self.far.gone:
                self.far.protocol.data_received(buffer)

        async def aclose(self):
            self.closed = True
            self.far.close()

        def get_extra_info(self, info):
            return (self.far.gone or bool(self.far.came)) if info == "is_readable" else None

    class Backend(core.AsyncNetworkBackend):
        async def connect_tcp(self, host, port, **_more):
            await asyncio.sleep(0)
            return Near(Far(connected()))

        async def sleep(self, seconds):
            await asyncio.sleep(seconds)

    for module in ("http11", "http2"):
        importlib.import_module(f"{core.__name__}._async.{module}").time = SimpleNamespace(
            monotonic=lambda: asyncio.get_running_loop().time()
        )
    transport = library.AsyncHTTPTransport(trust_env=False, **asks)
    assert transport._pool._network_backend, "it has one, or this is no pool any more"
    transport._pool._network_backend = Backend()
    return library.AsyncClient(transport=transport, trust_env=False)
