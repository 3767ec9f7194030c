"""URLSession with a background configuration: another process moves the bytes.

`TransferDaemon` is that process (nsurlsessiond), on the phone's side. It needs nobody to turn the app. `BackgroundURLSession`
is what an app's code holds; it hears of progress only while the app runs.

Not modelled yet: the rate limiter of chained tasks, authentication challenges, downloads, resumable uploads.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .clock import Due
from .errors import URLError, UsageError
from .record import TransferEnded, TransferMoved
from .system import System

if TYPE_CHECKING:
    from .application import Application

_CANCELLED, _TIMED_OUT, _NOT_CONNECTED = -999, -1001, -1009  # NSURLError values


@dataclass
class Transfer:
    """One upload in the daemon's hands. `outcome` is empty while it goes on, then `done` or what went wrong."""

    number: int
    name: str
    size: int
    sent: int = 0
    outcome: str = ""
    error: URLError | None = None
    listeners: list[Callable[[], None]] = field(default_factory=list)


class TransferDaemon:
    """The system's process that moves the bytes of background sessions, whatever becomes of the app."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._clock = system.clock
        self._parameters = system.parameters
        self._network = system.network
        self._going: dict[int, Due] = {}
        self.transfers: list[Transfer] = []

    def add(self, name: str, size: int, *, from_background: bool) -> Transfer:
        """Take over an upload. One that is started in the background is discretionary and waits."""
        transfer = Transfer(len(self.transfers) + 1, name, size)
        self.transfers.append(transfer)
        wait = 0
        if from_background and self._parameters.holds(
            "background-urlsession.background-start-is-discretionary"
        ):
            wait = self._parameters.milliseconds("model.discretionary-delay")
        timeout = self._parameters.milliseconds("background-urlsession.resource-timeout")
        self._clock.after(timeout, lambda: self._fail(transfer, "timedOut", _TIMED_OUT))
        self._move(transfer, 0)
        self._going[transfer.number] = self._clock.after(wait, lambda: self._next(transfer))
        return transfer

    def cancel_all(self, why: str) -> None:
        """Cancel everything; the app learns of it when it runs again."""
        for transfer in self.transfers:
            self._fail(transfer, "cancelled", _CANCELLED, why)

    def process_ended(self) -> None:
        """The app's process is gone: whoever listened is gone too, the transfers are not."""
        for transfer in self.transfers:
            transfer.listeners.clear()
        if not self._parameters.holds("background-urlsession.survives-system-termination"):
            self.cancel_all("the app was terminated")

    def process_suspended(self) -> None:
        """The app is suspended, which changes nothing here."""
        if not self._parameters.holds("background-urlsession.another-process-moves-the-bytes"):
            self.cancel_all("the app was suspended")

    def _next(self, transfer: Transfer) -> None:
        if transfer.outcome:
            return
        if not self._network.connected:
            if self._parameters.holds("background-urlsession.waits-for-connectivity"):
                self._network.when_connected(lambda: self._next(transfer))
            else:
                self._fail(transfer, "notConnectedToInternet", _NOT_CONNECTED)
            return
        chunk = min(int(self._parameters.number("model.upload-chunk")), transfer.size - transfer.sent)
        self._going[transfer.number] = self._network.send(chunk, lambda: self._arrived(transfer, chunk))

    def _arrived(self, transfer: Transfer, count: int) -> None:
        self._move(transfer, transfer.sent + count)
        if transfer.sent < transfer.size:
            self._next(transfer)
        else:
            self._finish(transfer, "done")

    def _move(self, transfer: Transfer, sent: int) -> None:
        transfer.sent = sent
        self._system.record.add(
            TransferMoved(
                self._clock.now, "nsurlsessiond", transfer.number, transfer.name, sent, transfer.size
            )
        )
        tells = self._system.app_state.runs
        if not tells and not self._parameters.holds("background-urlsession.no-progress-while-suspended"):
            self._wake()
        if tells:
            self._tell(transfer)

    def _fail(self, transfer: Transfer, code: str, number: int, why: str = "") -> None:
        if not transfer.outcome:
            message = f"{transfer.name}: {why or 'the transfer failed'}"
            transfer.error = URLError(code, number, message)
            self._finish(transfer, why or code)

    def _finish(self, transfer: Transfer, outcome: str) -> None:
        transfer.outcome = outcome
        if (due := self._going.pop(transfer.number, None)) is not None:
            due.cancel()
        self._system.record.add(
            TransferEnded(self._clock.now, "nsurlsessiond", transfer.number, transfer.name, outcome)
        )
        self._tell(transfer)
        all_done = all(other.outcome for other in self.transfers)
        if (
            all_done
            and not self._system.app_state.runs
            and self._parameters.holds("background-urlsession.wakes-the-app-when-all-is-done")
        ):
            self._wake()

    def _wake(self) -> None:
        self._system.wake("background URLSession", "model.wake-run-time")

    @staticmethod
    def _tell(transfer: Transfer) -> None:
        for listener in transfer.listeners:
            listener()


class BackgroundUploadTask:
    """An upload that another process carries out. Iterate over it for its progress, while the app runs."""

    def __init__(self, app: "Application", transfer: Transfer) -> None:
        self._app = app
        self._transfer = transfer
        self._news = asyncio.Event()
        transfer.listeners.append(lambda: app.call(self._news.set))
        if transfer.outcome:
            self._news.set()

    @property
    def name(self) -> str:
        """The file's name."""
        return self._transfer.name

    @property
    def finished(self) -> bool:
        """Whether it is over, well or badly."""
        return bool(self._transfer.outcome)

    async def __aiter__(self) -> AsyncIterator[float]:
        """Yield the share that has reached the server, 0.0 to 1.0; raises URLError where the transfer failed or was cancelled."""
        while await self._news.wait():
            self._news.clear()
            if self._transfer.error is not None:
                raise self._transfer.error
            yield self._transfer.sent / self._transfer.size
            if self._transfer.outcome:
                return


class BackgroundURLSession:
    """An app's URLSession with a background configuration."""

    def __init__(self, app: "Application") -> None:
        self._app = app
        self._daemon = app.system.daemon

    def upload(self, file: str, *, size: int) -> BackgroundUploadTask:
        """Hand an upload from a file of `size` bytes to the system. It starts at once and needs nobody to wait for it."""
        if size < 1:
            raise UsageError(
                f"A file of {size} bytes cannot be uploaded. Give its size in bytes, for instance size=60 * MB."
            )
        self._app.must_run("start a transfer", "life-cycle.suspended-runs-no-code")
        return BackgroundUploadTask(
            self._app, self._daemon.add(file, size, from_background=not self._app.state.foreground)
        )

    def tasks(self) -> list[BackgroundUploadTask]:
        """Every transfer of this session, finished ones included: what a launched app asks first."""
        return [BackgroundUploadTask(self._app, transfer) for transfer in self._daemon.transfers]
