"""URLSession with a background configuration: another process moves the bytes (`system.py`).

`BackgroundURLSession` is what an app's code holds: several sessions by identifier, several tasks in each. It
hears of progress only while the app runs, and of the end when all tasks of a session are done.

Not modelled: the delegate's other methods, the temporary place of a downloaded file,
`sharedContainerIdentifier`, sessions that extensions share with their app.
"""

from collections.abc import AsyncIterator, Generator

import httpx

from afterswipe.errors import UsageError, must, must_be_one_of, must_have_bytes
from afterswipe.kernel import Checked, Process
from afterswipe.units import SECOND, YEAR

from .system import BackgroundTransfer, TransferDaemon

PROTECTIONS = ("complete", "complete until first user authentication", "none")
"""Classes of a file's data protection. A file with the first cannot be read while the phone is locked."""


class _BackgroundTask(Checked):
    """A transfer that another process carries out. Iterate over it for its progress, while the app runs."""

    def __init__(self, process: Process, daemon: TransferDaemon, transfer: BackgroundTransfer) -> None:
        self.process, self._daemon = process, daemon
        self._transfer = transfer
        self.name = transfer.name
        """The file's name."""
        self.moved_by = transfer.moved_by
        self._seen = transfer.sent

    @property
    def finished(self) -> bool:
        """Whether it is over, well or badly."""
        return bool(self._transfer.outcome)

    @property
    def failed(self) -> bool:
        """Whether it is over, and badly: iterating over it raises."""
        return self._transfer.error is not None

    @property
    def response(self) -> httpx.Response | None:
        """The answer to the transfer. Look at it: a captive portal answers too, with 200 and a page."""
        return self._transfer.response

    @property
    def cancellation_reason(self) -> str | None:
        """Why the system cancelled it, such as `userForceQuitApplication`; None where it did not (iOS 8)."""
        return self._transfer.cancellation_reason

    def cancel(self) -> None:
        """Give it up."""
        self.process.must_run("cancel a transfer", "life-cycle.suspended-runs-no-code")
        self._daemon.cancel(self._transfer)

    def __await__(self) -> Generator[None]:
        why = "A background session has no async calls. Write: async for share in the task."
        self.process.rules.obeyed("background-urlsession.delegate-only", False, why)
        yield

    async def __aiter__(self) -> AsyncIterator[float]:
        """Yield the share that has arrived, 0.0 to 1.0; raises URLError where it failed or was cancelled."""
        transfer, seen = self._transfer, (self._seen, "")
        listeners, read = transfer.listeners, lambda: (transfer.sent, transfer.outcome)
        async for sent, outcome in self.process.follow(listeners, read, seen):
            self._seen = sent
            if transfer.error is not None:
                raise transfer.error
            yield sent / max(1, transfer.size)
            if outcome:
                return


class BackgroundUploadTask(_BackgroundTask):
    """An upload that another process carries out. Iterate over it for its progress, while the app runs."""

    @property
    def count_of_bytes_sent(self) -> int:
        """How many bytes have reached the server."""
        return self._transfer.sent


class BackgroundDownloadTask(_BackgroundTask):
    """A download that another process carries out. Iterate over it for its progress, while the app runs."""

    @property
    def content(self) -> bytes:
        """What is in the downloaded file, an error's page included: look at `response.status_code` first."""
        if not self._transfer.outcome or self._transfer.error is not None or self._transfer.response is None:
            raise UsageError(f"{self.name} is not there: ask `finished` and `failed` first.")
        return self._transfer.response.content


class BackgroundURLSession(Checked):
    """An app's URLSession with a background configuration."""

    is_discretionary: bool = False
    """Apple's `isDiscretionary`, for the tasks from then on."""

    def __init__(self, process: Process, daemon: TransferDaemon, identifier: str = "") -> None:
        self.identifier, self._process = identifier, process
        self._daemon = daemon
        self._others: dict[str, BackgroundURLSession] = {}

    def with_identifier(self, identifier: str) -> "BackgroundURLSession":
        """The app's session of this name: the same tasks as before, also after another launch."""
        if identifier not in self._others:
            self._others[identifier] = other = BackgroundURLSession(self._process, self._daemon, identifier)
            other._others = self._others
        return self._others[identifier]

    def upload(
        self,
        file: str,
        *,
        size: int,
        to: str = "https://upload.example/story",
        protection: str = PROTECTIONS[1],
        earliest_begin: float = 0,
    ) -> BackgroundUploadTask:
        """Hand an upload from a file to the system. It starts at once and needs nobody to wait for it.

        `earliest_begin` is Apple's `earliestBeginDate`, in seconds from now. Raises UnavailableError before
        iOS 7, and for `earliest_begin` before iOS 11 (claim background-urlsession.scheduling-hints).
        """
        must_have_bytes(file, size)
        must_be_one_of("protection", protection, PROTECTIONS)
        why = f"{earliest_begin=}: give 0 or more seconds, up to a year."
        must(0 <= earliest_begin * SECOND <= YEAR, why)
        if earliest_begin:
            self._process.rules.require("background-urlsession.scheduling-hints", "earliestBeginDate")
        begins = self._process.clock.now + round(earliest_begin * SECOND)
        transfer = BackgroundTransfer(file, size, url=to, not_before=begins)
        transfer.readable_while_locked = protection != PROTECTIONS[0]
        return self._hand_over(BackgroundUploadTask, transfer)

    def upload_from_data(
        self, name: str, *, size: int, to: str = "https://upload.example/story"
    ) -> BackgroundUploadTask:
        """Upload from memory: fails once the app exits (claim background-urlsession.uploads-from-a-file)."""
        must_have_bytes(name, size)
        return self._hand_over(BackgroundUploadTask, BackgroundTransfer(name, size, url=to, from_file=False))

    def download(self, url: str, *, name: str = "") -> BackgroundDownloadTask:
        """Hand a download to the system. The record calls it `name`, or by the last part of its address.

        Raises UnavailableError before iOS 7. A cut one starts over (claim model.retry-starts-over).
        """
        transfer = BackgroundTransfer(name or url.rsplit("/", 1)[-1], 0, url=url, down=True)
        return self._hand_over(BackgroundDownloadTask, transfer)

    def tasks(self) -> list[BackgroundUploadTask]:
        """Every upload of this session, finished ones included: what a launched app asks first."""
        return self._own(BackgroundUploadTask, down=False)

    def downloads(self) -> list[BackgroundDownloadTask]:
        """Every download of this session, finished ones included."""
        return self._own(BackgroundDownloadTask, down=True)

    def _own[Task: _BackgroundTask](self, kind: type[Task], *, down: bool) -> list[Task]:
        mine = [transfer for transfer in self._daemon.transfers if transfer.session == self.identifier]
        return [kind(self._process, self._daemon, each) for each in mine if each.down is down]

    def _hand_over[Task: _BackgroundTask](self, kind: type[Task], transfer: BackgroundTransfer) -> Task:
        rule = "background-urlsession.another-process-moves-the-bytes"
        self._process.rules.require(rule, "background URLSession")
        self._process.must_run("start a transfer", "life-cycle.suspended-runs-no-code")
        transfer.session, transfer.discretionary = self.identifier, self.is_discretionary
        self._daemon.add(transfer, from_background=not self._process.state.foreground)
        return kind(self._process, self._daemon, transfer)
