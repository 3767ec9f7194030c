"""URLSession with the default configuration: transfers inside the app's process, which stop with it.

Apple: `URLSession(configuration: .default)` (claim url-session.default-stops-with-the-app). Before iOS 7 it
stands for its predecessor, NSURLConnection, which runs in the app's process as well.

Not modelled: downloads to a file, `waitsForConnectivity`, the cache, `cancel(byProducingResumeData:)`; of
resumable uploads the protocol's messages (104, HEAD, PATCH), of which only the time for a question is spent.
"""

import asyncio
from collections.abc import AsyncIterator, Generator
from dataclasses import dataclass
from typing import Any

import httpx

from afterswipe.device.connections import ConnectError, Connections, ReadError, ReadTimeoutError
from afterswipe.device.network import Network, address, requested
from afterswipe.errors import URLError, must, must_have_bytes
from afterswipe.kernel import Checked, CheckedData, Process
from afterswipe.kernel.record import TransferEnded, TransferMoved

from .system import answered_early

_RESUMABLE = "background-urlsession.resumable-uploads"


@dataclass(frozen=True)
class ResumeData(CheckedData):
    """What an app keeps of an interrupted upload, to go on where both sides know the protocol (iOS 17).

    Claim background-urlsession.resumable-uploads; `phone.network.serve(host, resumable=True)`.
    """

    name: str
    size: int
    url: str
    sent: int


class UploadTask(Checked):
    """An upload in the app's own process. Iterate over it for its progress, or await it for the answer.

    Yields the share that has reached the server, from 0.0 to 1.0; the loop ends when the server has answered.
    Raises URLError `networkConnectionLost` when the app runs again after a suspension that cut the upload.
    """

    def __init__(self, process: Process, connections: Connections, data: ResumeData, number: int) -> None:
        self.name = data.name
        self.moved_by = "app", number, data.name
        """Whose process moves the bytes, the transfer's number there, and its name, as in the record."""
        self.size = data.size
        self.count_of_bytes_sent = self._resumed = data.sent
        self.response: httpx.Response | None = None
        """The answer to the upload. Look at it: a captive portal answers too, with 200 and a page."""
        self._resume_data: ResumeData | None = None
        self.process, self._connections = process, connections
        self._url = data.url
        self._news = asyncio.Event()
        self._begun = False

    def __await__(self) -> Generator[Any, None, httpx.Response | None]:
        return self._whole().__await__()

    async def _whole(self) -> httpx.Response | None:
        async for _ in self:
            pass
        return self.response

    async def __aiter__(self) -> AsyncIterator[float]:
        self.process.loop.must_be_the_one()
        must(not self._begun, f"The upload of {self.name!r} has begun already. Call upload() for another.")
        self._begun = True
        sending = asyncio.create_task(self._send())
        sending.add_done_callback(lambda _: self._news.set())
        try:
            while await self._news.wait() and not sending.done():
                self._news.clear()
                yield self.count_of_bytes_sent / self.size
            sending.result()
        finally:
            if sending.cancel():  # who stops listening stops the upload
                self._end("the app gave it up")
            del sending  # or its error would keep this frame, and the frame the error

    @property
    def upload_task_resume_data(self) -> ResumeData | None:
        """Apple's `uploadTaskResumeData`, after a loss; None where the server cannot resume. Since iOS 17."""
        self.process.rules.require(_RESUMABLE, "resumable uploads")
        return self._resume_data

    async def _send(self) -> None:
        connections, request = self._connections, requested("POST", self._url)
        self._moved(0)
        try:
            if self._resumed:
                await connections.wait_for(connections.network.clock.after, connections.network.round_trip)
            response = await connections.exchange(request, self._body)
            async for _ in connections.arriving(response, request):
                pass
            response.request = request
        except (ConnectError, ReadTimeoutError) as lost:
            why = "no answer came in time" if isinstance(lost, ReadTimeoutError) else "there is no network"
            self._end(why)
            raise URLError(lost.code, f"{self.name}: {why}") from lost
        except ReadError as lost:
            self._end("connection lost")
            if self._connections.network.is_resumable(self._url) and self.process.rules.holds(_RESUMABLE):
                self._resume_data = ResumeData(self.name, self.size, self._url, self.count_of_bytes_sent)
            raise URLError(lost.code, f"{self.name}: the network connection was lost") from lost
        self.response = response
        if response.has_redirect_location:
            self._end("there were too many redirects")
            raise URLError("httpTooManyRedirects", f"{self.name}: there were too many redirects")
        if not response.is_success:
            self.process.rules.cite("url-session.status-is-no-error")
            self._end(f"refused by the server with {response.status_code}")
            return
        self._end("done" if self.count_of_bytes_sent == self.size else answered_early(response))

    def _body(self) -> asyncio.Future[int]:
        """Send the file: nobody looks at the bytes, only at how many."""
        return self._connections.send(self.size - self._resumed, self._moved)

    def _moved(self, sent: int) -> None:
        vars(self)["count_of_bytes_sent"] = self._resumed + sent  # at every piece: nobody has to look at it
        (by, number, name), process = self.moved_by, self.process
        process.note(TransferMoved(process.clock.now, by, number, name, self.count_of_bytes_sent, self.size))
        self._news.set()

    def _end(self, outcome: str) -> None:
        self.process.note(TransferEnded(self.process.clock.now, *self.moved_by, outcome))


class URLSession(Checked):
    """An app's default URLSession. Everything in it runs in the app's process and is suspended with it."""

    def __init__(self, process: Process, network: Network) -> None:
        self._process = process
        self._connections = Connections(network, process.loop, process)
        self._count = 0

    def upload(self, file: str, *, size: int, to: str = "https://upload.example/story") -> UploadTask:
        """Upload `size` bytes once the task is iterated over or awaited. UsageError for a size below 1."""
        self._process.rules.cite("url-session.default-stops-with-the-app")
        return self._start(ResumeData(file, size, to, 0))

    def upload_with_resume_data(self, data: ResumeData) -> UploadTask:
        """Go on with an upload (`uploadTask(withResumeData:)`). Raises UnavailableError before iOS 17."""
        self._process.rules.require(_RESUMABLE, "resumable uploads")
        must(0 <= data.sent <= data.size, f"{data}: of {data.size} bytes {data.sent} cannot have arrived.")
        return self._start(data)

    def _start(self, data: ResumeData) -> UploadTask:
        must_have_bytes(data.name, data.size)
        address(data.url)
        self._count += 1
        return UploadTask(self._process, self._connections, data, self._count)

    def client(self) -> httpx.AsyncClient:
        """An `httpx.AsyncClient` over the phone's network. What it loses are URLErrors too."""
        return self._connections.client()
