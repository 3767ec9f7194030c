"""URLSession with the default configuration: transfers inside the app's process, which stop with it.

Apple: `URLSession(configuration: .default)` (claim url-session.default-stops-with-the-app).
"""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import httpx

from .background_urlsession import BackgroundUploadTask
from .errors import URLError, UsageError
from .network import SimulatedTransport
from .record import TransferEnded, TransferMoved

if TYPE_CHECKING:
    from .application import Application

_CONNECTION_LOST = -1005  # NSURLErrorNetworkConnectionLost


class UploadTask:
    """An upload in the app's own process. Iterate over it for its progress.

    Yields the share that has reached the server, from 0.0 to 1.0; the loop ends when the server has answered. Raises URLError `networkConnectionLost`
    when the app runs again after a suspension that cut the upload.
    """

    def __init__(self, app: "Application", name: str, size: int, url: str, number: int) -> None:
        self.name = name
        self.size = size
        self.count_of_bytes_sent = 0
        self._app = app
        self._url = url
        self._number = number
        self._news = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[float]:
        sending = asyncio.create_task(self._send())
        sending.add_done_callback(lambda _: self._news.set())
        while await self._news.wait() and not sending.done():
            self._news.clear()
            yield self.count_of_bytes_sent / self.size
        sending.result()

    async def _send(self) -> None:
        transport = SimulatedTransport(self._app.connections, self._moved)
        self._moved(0)
        try:
            async with httpx.AsyncClient(transport=transport) as client:
                response = await client.post(self._url, content=self._body())
        except httpx.TransportError as lost:
            self._end("connection lost")
            raise URLError(
                "networkConnectionLost", _CONNECTION_LOST, f"{self.name}: the network connection was lost"
            ) from lost
        self._end("done" if response.is_success else f"refused by the server with {response.status_code}")
        if not response.is_success:
            raise URLError(
                "badServerResponse", -1011, f"{self.name}: the server answered {response.status_code}"
            )

    async def _body(self) -> AsyncIterator[bytes]:
        chunk = bytes(int(self._app.parameters.number("model.upload-chunk")))
        left = self.size
        while left:
            yield chunk[:left]
            left -= min(left, len(chunk))

    def _moved(self, sent: int) -> None:
        self.count_of_bytes_sent = sent
        self._app.note(TransferMoved(self._app.clock.now, "app", self._number, self.name, sent, self.size))
        self._news.set()

    def _end(self, outcome: str) -> None:
        self._app.note(TransferEnded(self._app.clock.now, "app", self._number, self.name, outcome))


class URLSession:
    """An app's default URLSession. Everything in it runs in the app's process and is suspended with it."""

    def __init__(self, app: "Application") -> None:
        self._app = app
        self._count = 0

    def upload(
        self, file: str, *, size: int, to: str = "https://upload.example/story"
    ) -> "UploadTask | BackgroundUploadTask":
        """Upload a file of `size` bytes to a URL. It starts when the task is iterated over; raises UsageError for a size below 1."""
        if size < 1:
            raise UsageError(
                f"A file of {size} bytes cannot be uploaded. Give its size in bytes, for instance size=60 * MB."
            )
        if not self._app.parameters.holds("url-session.default-stops-with-the-app"):
            return self._app.background_url_session.upload(file, size=size)
        self._count += 1
        return UploadTask(self._app, file, size, to, self._count)

    def client(self) -> httpx.AsyncClient:
        """An `httpx.AsyncClient` over the phone's network, for any code that is written for httpx."""
        return httpx.AsyncClient(transport=SimulatedTransport(self._app.connections))
