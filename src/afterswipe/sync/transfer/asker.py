"""What metadata and files have in common: asking the server about one content, and what its refusals mean."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from afterswipe.sync.clock import Clock

from afterswipe.sync.errors import (  # isort: skip
    BrokenAnswer, FeedError, FeedTooLarge, Forbidden, Misdirected, Missing, Postponed, Unreachable, WrongFile,
)  # fmt: skip
from afterswipe.sync.feed.jobs import Job
from afterswipe.sync.feed.protocol import FileInfo, entity_url, parse_entity
from afterswipe.sync.feed.records import Part
from afterswipe.sync.limits import Limits
from afterswipe.sync.outcome import Halt, Stop, Tally
from afterswipe.sync.store.disk import Disk
from afterswipe.sync.store.lease import Lease
from afterswipe.sync.store.store import Store

from .answers import Ask, Not, Receive, Refuse, Wait, is_pause
from .patience import Patience
from .wire import Broken, Elsewhere, Opened, Wire


@dataclass
class Asker:
    """Asks for things of a content. Everything it needs is handed to it; `changed` is called when something became durable."""

    base: str
    disk: Disk
    store: Store
    wire: Wire
    lease: Lease
    clock: Clock
    limits: Limits
    patience: Patience
    policy: Callable[[], Stop | None]
    changed: Callable[[], None]
    tally: Tally = field(default_factory=Tally)
    growing: dict[str, Part] = field(default_factory=dict)
    """Parts that are being written, each with the size that it has now."""
    hashed: dict[str, Any] = field(default_factory=dict)
    """Parts that this run has written from their first byte on, each with its SHA-256 up to now."""
    opened: set[str] = field(default_factory=set)
    """Parts that are open."""
    named: set[str] = field(default_factory=set)
    """Parts whose names would survive a power failure."""

    async def metadata(self, job: Job) -> str:
        """The entity, as JSON text."""
        url = entity_url(self.base, job.media, job.content)
        reason: Exception | None = None
        for attempt in range(self.limits.attempts):
            try:
                found = await self.entity(job, url, attempt)
                if found is not None:
                    return found
            except FeedTooLarge as error:
                raise BrokenAnswer(job.key, str(error)) from error
            except (FeedError, Broken) as error:
                reason = error
                await self.patience.pause(attempt)
        why = reason or "the server was busy"
        kind = Postponed if reason is None else Unreachable if isinstance(reason, Broken) else BrokenAnswer
        raise kind(job.key, f"{self.limits.attempts} attempts to get its metadata failed ({why}).")

    async def entity(self, job: Job, url: str, attempt: int) -> str | None:
        """One attempt at an entity; None where the server wanted a pause. Raises Broken and NotAFeed where another attempt may help."""
        opened = await self.open(job, url, {"accept": "application/json", "cache-control": "no-cache"})
        try:
            decision = Ask(FileInfo(), 0, limits=self.limits).next(opened.answer)
            if isinstance(decision, Receive):
                body = await self.wire.whole(opened, self.limits.entity_bytes)
                self.tally.bytes_fetched += len(body)
                return parse_entity(body, job.content, where=url)
        finally:
            await self.wire.close(opened.response)
        await self.refused(job, decision, attempt)
        return None

    async def open(self, job: Job, url: str, headers: dict[str, str]) -> Opened:
        """Ask; a redirect to a stranger is this content's trouble (S15)."""
        try:
            return await self.wire.open(url, {"accept-encoding": "identity", **headers})
        except Elsewhere as error:
            raise Misdirected(job.key, f"{error}.") from error

    async def refused(self, job: Job, decision: object, attempt: int) -> None:
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
            case Wait(status, retry_after) if is_pause(status):
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


SIGN_IN = "If this network wants you to sign in, do so; if not, look at the address. Then run again."
