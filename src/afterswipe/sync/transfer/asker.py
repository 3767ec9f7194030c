"""What metadata and files have in common: asking the server about one content, and what its refusals mean."""

from collections.abc import Callable

from afterswipe.sync.clock import Clock
from afterswipe.sync.errors import (
    BrokenAnswer,
    CaptivePortal,
    FeedError,
    FeedTooLarge,
    Missing,
    NeedsAuthorization,
    Unreachable,
    WrongFile,
)
from afterswipe.sync.feed.jobs import Job
from afterswipe.sync.feed.protocol import FileInfo, entity_url, parse_entity
from afterswipe.sync.feed.records import Part
from afterswipe.sync.limits import Limits
from afterswipe.sync.outcome import Halt, Stop, Tally
from afterswipe.sync.store.disk import Disk
from afterswipe.sync.store.lease import Lease
from afterswipe.sync.store.store import Store

from .answers import Ask, Authorize, Gone, Portal, Receive, Refuse, Wait, is_pause
from .patience import Patience
from .wire import Broken, Elsewhere, Opened, Wire


class Asker:
    """Asks for things of a content. Everything it needs is handed to it; `changed` is called when something became durable."""

    def __init__(
        self,
        *,
        base: str,
        disk: Disk,
        store: Store,
        wire: Wire,
        lease: Lease,
        clock: Clock,
        limits: Limits,
        patience: Patience,
        policy: Callable[[], Stop | None],
        changed: Callable[[], None],
    ) -> None:
        self.base = base
        self.disk = disk
        self.store = store
        self.wire = wire
        self.lease = lease
        self.clock = clock
        self.limits = limits
        self.patience = patience
        self.policy = policy
        self.changed = changed
        self.tally = Tally()
        self.growing: dict[str, Part] = {}
        """Parts that are being written, each with the size that it has now."""
        self.named: set[str] = set()
        """Parts whose names would survive a power failure."""

    async def metadata(self, job: Job) -> str:
        """The entity, as JSON text."""
        url = entity_url(self.base, job.media, job.content)
        reason = ""
        for attempt in range(self.limits.attempts):
            try:
                found = await self.entity(job, url, attempt)
                if found is not None:
                    return found
                reason = "the server was busy"
            except FeedTooLarge as error:
                raise BrokenAnswer(job.key, str(error)) from error
            except (FeedError, Broken) as error:
                reason = str(error)
                await self.patience.pause(attempt)
        raise Unreachable(job.key, f"{self.limits.attempts} attempts to get its metadata failed ({reason}).")

    async def entity(self, job: Job, url: str, attempt: int) -> str | None:
        """One attempt at an entity; None where the server wanted a pause. Raises Broken and NotAFeed where another attempt may help."""
        opened = await self.open(url, {"accept": "application/json", "cache-control": "no-cache"})
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

    async def open(self, url: str, headers: dict[str, str]) -> Opened:
        """Ask; a redirect to a stranger means that something in between answered."""
        try:
            return await self.wire.open(url, {"accept-encoding": "identity", **headers})
        except Elsewhere as error:
            raise Halt(Stop.OFFLINE, _portal(f"{url}: {error}")) from error

    async def refused(self, job: Job, decision: object, attempt: int) -> None:
        """Raise what an answer without a usable body means; return where asking again may help, after a pause."""
        match decision:
            case Refuse(reason, wrong_file):
                raise (WrongFile if wrong_file else BrokenAnswer)(job.key, f"{reason}.")
            case Gone():
                raise Missing(job.key, "the server's feed has it, the server does not.")
            case Authorize():
                raise Halt(
                    Stop.NEEDS_AUTHORIZATION, NeedsAuthorization(f"{job.key}: the server wants credentials.")
                )
            case Portal():
                raise Halt(Stop.OFFLINE, _portal(f"{job.key}: a page for people came instead"))
            case Wait(status, retry_after) if is_pause(status):
                await self.patience.obey(attempt, retry_after)
            case Wait():
                await self.patience.pause(attempt)


def _portal(what: str) -> CaptivePortal:
    return CaptivePortal(f"{what}. Sign in to the network, then run again.")
