"""What metadata and files have in common: asking the server about one content, what its refusals mean, and how contents land together.

The order of landing is the promise: every part's bytes are synced, then all get their names, then the folders are synced, and only
then come the rows, in one transaction with the end of the events. A group waits no longer than `Limits.group_seconds`.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from posixpath import dirname
from typing import Any

from afterswipe.sync.errors import (  # isort: skip
    BrokenAnswer, DiskFault, FeedError, FeedTooLarge, Forbidden, Misdirected, Missing, Postponed, ReadOnlyDirectory, StoreError,
    Unreachable, WrongFile,
)  # fmt: skip
from afterswipe.sync.feed.jobs import Job
from afterswipe.sync.feed.protocol import FileInfo, entity_url, parse_entity
from afterswipe.sync.feed.records import Have, Known, Part
from afterswipe.sync.limits import Limits
from afterswipe.sync.outcome import Halt, Stop, Tally
from afterswipe.sync.store.disk import Disk
from afterswipe.sync.store.lease import Lease
from afterswipe.sync.store.store import Store

from .answers import NOTHING, PAUSES, Ask, Decision, Not, Receive, Refuse, Wait
from .patience import Patience
from .wire import Broken, Wire


@dataclass(frozen=True)
class Arrived:
    """A content of which everything came. Without `known` its events end, and that is all."""

    job: Job
    known: Known | None = None
    have: Have | None = None
    moves: bool = False
    """Whether its part, verified, is to become the file."""


type Refused = list[tuple[Arrived, StoreError]]


@dataclass
class Asker:
    """Asks for things of a content. Everything it needs is handed to it; `changed` is called when something became durable."""

    disk: Disk
    store: Store
    wire: Wire
    lease: Lease
    limits: Limits
    patience: Patience
    policy: Callable[[], Stop | None]
    changed: Callable[[], None]
    tally: Tally = field(default_factory=Tally)
    growing: dict[str, Part] = field(default_factory=dict)
    """Parts that are being written, each with the size that it has now."""
    hashed: dict[str, Any] = field(default_factory=dict)
    """Parts that this run has written from their first byte on, each with its SHA-256 up to now."""

    arrived: list[Arrived] = field(default_factory=list)
    arrived_bytes: int = 0
    waiting: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while something waits for its group."""

    async def metadata(self, job: Job) -> str:
        """The entity, as JSON text."""
        url = entity_url(self.wire.base, job.media, job.content)
        reason: Exception | None = None
        for attempt in range(self.limits.attempts):
            try:
                came = await self.document(url, self.limits.entity_bytes)
                if isinstance(came, bytes):
                    return parse_entity(came, job.content, where=url)
                await self.refused(job, came[1], attempt)
            except FeedTooLarge as error:
                raise BrokenAnswer(job.key, str(error)) from error
            except (FeedError, Broken) as error:
                reason = error
                await self.patience.pause(attempt)
        why = reason or "the server was busy"
        kind = Postponed if reason is None else Unreachable if isinstance(reason, Broken) else BrokenAnswer
        raise kind(job.key, f"{self.limits.attempts} attempts to get its metadata failed ({why}).")

    async def document(self, url: str, limit: int) -> bytes | tuple[int, Decision]:
        """A small body, whole; or a status and what it means. One attempt, which may raise Broken, Elsewhere and FeedTooLarge."""
        headers = {"accept": "application/json", "accept-encoding": "identity", "cache-control": "no-cache"}
        opened = await self.wire.open(url, headers)
        try:
            decision = Ask(FileInfo(), 0, limits=self.limits, document=True).next(opened.answer)
            if not isinstance(decision, Receive):
                return opened.answer.status, decision
            body = await self.wire.whole(opened, limit)
            if opened.answer.for_people(body, document=True):
                return opened.answer.status, Not.ITS_OWN
            self.tally.bytes_fetched += len(body)
            return body
        finally:
            await self.wire.close(opened.response)

    async def refused(self, job: Job, decision: Decision, attempt: int) -> None:
        """Raise what an answer without a usable body means for this content (S15); return where asking again may help, after a pause."""
        match decision:
            case Refuse(reason, wrong_file):
                raise (WrongFile if wrong_file else BrokenAnswer)(job.key, f"{reason}.")
            case Not.HERE:
                raise Missing(job.key, "the server's feed has it, the server does not.")
            case Not.ALLOWED:
                raise Forbidden(job.key, "the server wants other credentials for it.")
            case Not.ITS_OWN:
                raise Misdirected(job.key, f"a page for people came instead. {SIGN_IN}")
            case Wait(status, retry_after) if status in PAUSES:
                try:
                    await self.patience.obey(attempt, retry_after)
                except Halt as halt:
                    if halt.why is not Stop.SERVER_BUSY:
                        raise
                    later = Postponed(job.key, f"the server wants a pause before it gives it ({status}).")
                    later.not_before = halt.not_before
                    raise later from halt
            case Wait():
                await self.patience.pause(attempt)

    # Landing.

    def arrive(self, arrived: Arrived) -> None:
        """Wait for others."""
        self.arrived.append(arrived)
        self.disk.fsync_ahead(arrived.job.part)
        data = arrived.known.data if arrived.known is not None else None
        self.arrived_bytes += len(data or "") + (arrived.have.size if arrived.have is not None else 0)
        self.waiting.set()

    @property
    def full(self) -> bool:
        """Whether the group is to land now."""
        return len(self.arrived) >= self.limits.group_files or self.arrived_bytes >= self.limits.group_bytes

    def land(self, group: list[Arrived] | None = None) -> Refused:
        """Let a group land, or all that wait; what the disk refused for a file of it (S23) is handed back."""
        if group is None:
            group, self.arrived, self.arrived_bytes = self.arrived, [], 0
            self.waiting.clear()
        if not group:
            return []
        self.lease.keep()
        landing, refused = self.settle(group)
        self.store.finish((a.job.key, a.job.ids, a.known, a.have) for a in landing)
        for arrived in landing:
            self.landed(arrived)
        self.changed()
        return refused

    def settle(self, group: list[Arrived]) -> tuple[list[Arrived], Refused]:
        """Make the parts of a group durable and give them their final names, durably; those that are, and those that were refused."""
        landing = list(group)
        refused: Refused = []

        def each(effect: Callable[[Job], None]) -> None:
            for arrived in [a for a in landing if a.moves]:
                try:
                    effect(arrived.job)
                except (DiskFault, ReadOnlyDirectory) as error:
                    landing.remove(arrived)
                    refused.append((arrived, error))

        each(self.make_durable)
        each(self.name)
        for folder in sorted({dirname(a.job.final) for a in landing if a.moves}):
            self.disk.fsync_directory(folder)
        return landing, refused

    def make_durable(self, job: Job) -> None:
        """Before the name: after a power failure, a name without its bytes would be worse than none."""
        self.disk.open_part(job.part)
        self.disk.fsync(job.part)

    def name(self, job: Job) -> None:
        """Give a part its final name."""
        self.disk.rename(job.part, job.final)
        self.growing.pop(job.part, None)

    def landed(self, arrived: Arrived) -> None:
        """The rows are there: count, and remove what was here before."""
        job, have, known = arrived.job, arrived.have, arrived.known
        goes = job.before if have is not None or (known is not None and known.deleted) else None
        sizes = [None if file is None else file.size for file in (goes, have)]
        self.tally.landed(job.key, job.part, *sizes)
        if goes is not None and (have is None or goes.name != have.name):
            self.discard(goes.name)

    async def insist(self, arrived: Arrived, error: StoreError) -> None:
        """Where somebody holds a file, let it land after a moment, and then in another run (S23). Raises what the disk said last."""
        for attempt in range(self.limits.attempts - 1):
            if isinstance(error, DiskFault):
                raise error
            await self.patience.pause(attempt)
            refused = self.land([arrived])
            if not refused:
                return
            error = refused[0][1]
        raise error

    def discard(self, name: str) -> None:
        """Delete what no row speaks of any more. Where that is refused, or it is damaged, another run tidies up (S23)."""
        with suppress(ReadOnlyDirectory, DiskFault):
            self.disk.unlink(name)

    def give_up(self, job: Job) -> None:
        """Bytes of a part were lost on their way to the disk: nothing of it can be believed."""
        self.growing.pop(job.part, None)
        self.store.forget_parts([job.part])
        self.tally.parts.pop(job.part, None)
        self.discard(job.part)

    def hold(self, part: str, mark: str | None = None) -> None:
        """Make what is here of a part durable, and remember how much it is and of what; its `mark` where more follows."""
        here = replace(self.growing[part], mark=mark)
        self.disk.open_part(part)
        self.disk.fsync(part)
        if not self.store.parts().get(part, NOTHING).durable:  # then its name is not yet, either
            self.disk.fsync_directory(dirname(part))
        self.store.remember(part, here)
        self.tally.parts[part] = here.durable
        self.changed()

    def hold_all(self) -> None:
        """A run ends in good order: what arrived lands, and all parts that are under way are kept."""
        for arrived, error in self.land():
            if isinstance(error, DiskFault):
                self.give_up(arrived.job)
        for part in sorted(self.growing):
            with suppress(DiskFault, ReadOnlyDirectory):
                self.hold(part)


SIGN_IN = "If this network wants you to sign in, do so; if not, look at the address. Then run again."
