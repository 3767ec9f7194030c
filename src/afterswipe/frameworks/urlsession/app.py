"""URLSession with the default configuration: transfers inside the app's process, which stop with it.

Apple: `URLSession(configuration: .default)` (claim url-session.default-stops-with-the-app). Before iOS 7 it stands for its
predecessor, NSURLConnection, which runs in the app's process as well.

Not modelled: downloads to a file, `waitsForConnectivity`, timeouts, the cache.
"""

import asyncio
from collections.abc import AsyncIterator
from functools import cache
from typing import TYPE_CHECKING, cast

import httpx

from afterswipe.device.network import SimulatedTransport, address
from afterswipe.errors import URLError, UsageError
from afterswipe.kernel.record import TransferEnded, TransferMoved

from .background import BackgroundUploadTask
from .resumable import ResumeData, must_be_resumable, resume_data
from .transfer import answered_early

if TYPE_CHECKING:
    from afterswipe.app import Application

_STOPS = "url-session.default-stops-with-the-app"


@cache
def _zeros(count: int) -> memoryview:
    """What a file has in it, kept and cut without a copy: nobody looks at the bytes, and megabytes take time to make."""
    return memoryview(bytes(count))


class UploadTask:
    """An upload in the app's own process. Iterate over it for its progress.

    Yields the share that has reached the server, from 0.0 to 1.0; the loop ends when the server has answered. Raises URLError `networkConnectionLost`
    when the app runs again after a suspension that cut the upload.
    """

    def __init__(
        self, app: "Application", name: str, size: int, url: str, number: int, *, sent: int = 0
    ) -> None:
        self.name = name
        self.size = size
        self.count_of_bytes_sent = sent
        self.response: httpx.Response | None = None
        """The answer to the upload. Look at it: a captive portal answers too, with 200 and a page."""
        self._resume_data: ResumeData | None = None
        self._resumed = sent
        self._app = app
        self._url = url
        self._number = number
        self._news = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[float]:
        sending = asyncio.create_task(self._send())
        sending.add_done_callback(lambda _: self._news.set())
        try:
            while await self._news.wait() and not sending.done():
                self._news.clear()
                yield self.count_of_bytes_sent / self.size
            sending.result()
        finally:
            sending.cancel()  # who stops listening stops the upload

    @property
    def moved_by(self) -> tuple[str, int]:
        """Whose process moves the bytes, and the transfer's number there: what the record names it by."""
        return "app", self._number

    @property
    def upload_task_resume_data(self) -> ResumeData | None:
        """Apple's `uploadTaskResumeData` of the error, after the connection was lost; None where the server is not resumable.

        Raises UnavailableError before iOS 17.
        """
        must_be_resumable(self._app.rules)
        return self._resume_data

    async def _send(self) -> None:
        transport = SimulatedTransport(self._app.connections, self._moved)
        self._moved(0)
        try:
            async with httpx.AsyncClient(transport=transport) as client:
                if self._resumed:
                    await self._app.connections.pause(2 * self._app.connections.network.latency)
                response = await client.post(address(self._url), content=self._body())
        except httpx.TransportError as lost:
            self._lost()
            raise URLError("networkConnectionLost", f"{self.name}: the network connection was lost") from lost
        self.response = response
        if not response.is_success:
            self._app.rules.cite("url-session.status-is-no-error")
            self._end(f"refused by the server with {response.status_code}")
            return
        self._end("done" if self.count_of_bytes_sent == self.size else answered_early(response))

    async def _body(self) -> AsyncIterator[bytes]:
        piece = int(self._app.rules.number("model.upload-chunk"))
        zeros = _zeros(piece)
        left = self.size - self._resumed
        while left:
            yield cast("bytes", zeros[:left])
            left -= min(left, piece)

    def _moved(self, sent: int) -> None:
        self.count_of_bytes_sent = self._resumed + sent
        self._app.note(
            TransferMoved(
                self._app.clock.now, "app", self._number, self.name, self.count_of_bytes_sent, self.size
            )
        )
        self._news.set()

    def _lost(self) -> None:
        self._end("connection lost")
        interrupted = ResumeData(self.name, self.size, self._url, self.count_of_bytes_sent)
        knows = self._app.connections.network.is_resumable(self._url)
        self._resume_data = resume_data(self._app.rules, knows, interrupted)

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
        if self._app.rules.has(_STOPS) and not self._app.rules.holds(_STOPS):
            return self._app.background_url_session.upload(file, size=size)
        self._count += 1
        return UploadTask(self._app, file, size, to, self._count)

    def upload_with_resume_data(self, data: ResumeData) -> UploadTask:
        """Go on with an interrupted upload (Apple: `uploadTask(withResumeData:)`). Raises UnavailableError before iOS 17."""
        must_be_resumable(self._app.rules)
        self._count += 1
        return UploadTask(self._app, data.name, data.size, data.url, self._count, sent=data.sent)

    def client(self) -> httpx.AsyncClient:
        """An `httpx.AsyncClient` over the phone's network, for any code that is written for httpx."""
        return httpx.AsyncClient(transport=SimulatedTransport(self._app.connections))
