"""The driver: does what each state of `core` says, and ends when one says so. All I/O of a run is called from here."""

import asyncio
from collections.abc import Callable
from typing import assert_never

from afterswipe.sync.feed.jobs import Job, by_content, is_ours, plan
from afterswipe.sync.feed.protocol import Event, FileInfo, Kind, Page, events_url, own_event, parse_page
from afterswipe.sync.feed.records import Have, Known
from afterswipe.sync.transfer.answers import (
    CONFLICT,
    FORBIDDEN,
    GONE,
    NETWORK_AUTHENTICATION,
    NOT_FOUND,
    OK,
    PROXY_AUTHENTICATION,
    UNAUTHORIZED,
    is_busy,
)
from afterswipe.sync.transfer.fetcher import Fetcher
from afterswipe.sync.transfer.wire import Broken, Elsewhere

from .core import (
    AskFeed,
    Begin,
    Ended,
    ForgetPage,
    KeepPage,
    Locate,
    Refused,
    StartFull,
    State,
    SwapIn,
    Sweep,
    Work,
)
from .errors import (
    CaptivePortal,
    FeedError,
    Missing,
    NeedsAuthorization,
    NotAFeed,
    StrayFiles,
    TransferError,
    Unreachable,
)
from .outcome import Halt, Phase, Stop

_UNREACHABLE_MAX = 3
"""So many contents in a row that cannot be reached mean that the server cannot be."""


class Driver:
    """One run. `phase` is told what it is doing; `look` raises Halt when it is to end."""

    def __init__(self, fetcher: Fetcher, *, phase: Callable[[Phase], None], look: Callable[[], None]) -> None:
        self.fetcher = fetcher
        self.store = fetcher.store
        self.disk = fetcher.disk
        self.lease = fetcher.lease
        self.wire = fetcher.wire
        self.limits = fetcher.limits
        self.patience = fetcher.patience
        self.base = fetcher.base
        self.problems = fetcher.tally.problems
        self.phase = phase
        self.look = look

    async def run(self) -> Ended:
        """From `Begin` to `Ended`."""
        self.phase(Phase.CHECKING)
        self.check_after_unclean_end()
        self.look_at_every_file()
        state: State = Begin(self.limits)
        while True:
            match state:
                case Begin():
                    state = state.next(self.fetcher.clock.wall(), self.store.not_before())
                case Locate():
                    self.store.belongs_to(self.base, plain=self.store.place().identity.feed_id is None)
                    state = state.next(self.store.place())
                case AskFeed():
                    self.phase(Phase.ASKING)
                    state = state.next(await self.ask(state))
                case KeepPage():
                    self.lease.keep()
                    self.store.belongs_to(self.base, state.page.plain)
                    self.store.store_page(
                        state.page, base=self.base, full=state.after.full, cursor=state.cursor, at=state.at
                    )
                    state = state.next()
                case SwapIn():
                    self.lease.keep()
                    self.store.belongs_to(self.base, state.page.plain)
                    in_pages = state.after.pages > 1 or state.after.place.page is not None
                    self.store.swap(state.page, base=self.base, cursor=state.cursor, in_pages=in_pages)
                    state = state.next()
                case StartFull():
                    self.lease.keep()
                    self.store.forget_shadow()
                    state = state.next()
                case ForgetPage():
                    self.lease.keep()
                    self.store.forget_shadow()
                    state = state.next()
                case Work():
                    self.phase(Phase.GETTING)
                    await self.work()
                    left = by_content(self.store.pending())
                    state = state.next(len(left), self.all_unreachable(left))
                case Sweep():
                    self.phase(Phase.SWEEPING)
                    self.sweep()
                    state = state.next()
                case Ended():
                    if state.forget_page:
                        self.store.forget_shadow()
                    return state
                case _:
                    assert_never(state)

    # After an end that was none.

    def check_after_unclean_end(self) -> None:
        """Where the last run did not end in good order: look at the database, and at the files that came since the last look."""
        if not self.lease.unclean:
            return
        self.store.check()
        unchecked = self.store.files(unchecked=True)
        for have in unchecked:
            if not self.is_good(have):
                self.lose(have)
                self.disk.unlink(have.name)
        if unchecked:
            self.store.set_checked()

    def look_at_every_file(self) -> None:
        """Whoever may change the directory may have: each row's file is there, with its size, or it is got again (S17)."""
        sizes: dict[str, int] = {}
        for folder in ("files/sound", "files/song"):
            sizes |= self.disk.sizes(folder)
        for have in self.store.files():
            if sizes.get(have.name) != have.size:
                self.lose(have)

    def lose(self, have: Have) -> None:
        """No row says any more that this file is here, and an event asks for it again."""
        self.lease.keep()
        self.store.lost(have, _again(have, self.store.known(have.key)))

    def is_good(self, have: Have) -> bool:
        """Whether a file is what its row says."""
        return self.disk.size(have.name) == have.size and self.fetcher.digest(have.name) == (
            have.sha256,
            have.size,
        )

    # The feed.

    async def ask(self, state: AskFeed) -> Page | Refused:
        """Get a page. Raises Halt where the feed cannot be had."""
        url = events_url(self.base, state.cursor, state.again)
        reason: Exception | None = None
        for attempt in range(self.limits.attempts):
            try:
                came = await self.page(url, attempt)
                if came is not None:
                    return came
            except (CaptivePortal, Elsewhere) as error:
                problem = CaptivePortal(f"{error} Sign in to the network, then run again.")
                raise Halt(Stop.OFFLINE, problem) from error
            except (NotAFeed, Broken) as error:
                reason = error
                await self.patience.pause(attempt)
            except FeedError as error:
                raise Halt(Stop.FEED_UNUSABLE, error) from error
        if isinstance(reason, NotAFeed):
            raise Halt(Stop.FEED_UNUSABLE, reason)
        raise Halt(
            Stop.OFFLINE, Unreachable("the feed", f"{self.limits.attempts} attempts failed ({reason}).")
        )

    async def page(self, url: str, attempt: int) -> Page | Refused | None:
        """One attempt at a page; None where the server wanted a pause, and had it."""
        opened = await self.wire.open(
            url, {"accept": "application/json", "accept-encoding": "identity", "cache-control": "no-cache"}
        )
        answer = opened.answer
        try:
            if answer.status == NETWORK_AUTHENTICATION or (answer.status == OK and answer.for_people):
                raise CaptivePortal(f"{url}: a page for people came instead of the feed.")
            if answer.status == OK and not answer.encoded:
                body = await self.wire.whole(opened, self.limits.page_bytes)
                self.fetcher.tally.bytes_fetched += len(body)
                return parse_page(body, self.limits, where=url)
        finally:
            await self.wire.close(opened.response)
        if answer.status in (NOT_FOUND, CONFLICT, GONE):
            return Refused(answer.status)
        if answer.status in (UNAUTHORIZED, FORBIDDEN, PROXY_AUTHENTICATION):
            raise Halt(Stop.NEEDS_AUTHORIZATION, NeedsAuthorization(f"{url}: the server wants credentials."))
        if is_busy(answer.status):
            await self.patience.obey(attempt, answer.headers.get("retry-after"))
            return None
        encoded = ", encoded although identity was asked for" if answer.encoded else ""
        raise NotAFeed(
            f"{url}: status {answer.status}{encoded} is no answer to this request. Is the address the feed's?"
        )

    # Work.

    async def work(self) -> None:
        """Do all pending jobs, several at a time; each problem stays with its content."""
        jobs = iter(list(by_content(self.store.pending()).values()))
        plain = self.store.place().identity.feed_id is None
        trouble = [0]

        async def worker() -> None:
            for events in jobs:
                self.look()
                key = events[0].key
                self.problems.pop(key, None)
                job = plan(events, self.store.known(key), self.store.have(key), plain=plain)
                try:
                    await self.fetcher.do(job)
                    trouble[0] = 0
                except Missing as error:
                    trouble[0] = 0
                    if not any(event.id == "left-out" for event in events):
                        self.problems[key] = [error]
                    else:  # no list has it, and the server does not: both say so
                        self.fetcher.gone(job)
                except TransferError as error:
                    self.problems[key] = [error]
                    trouble[0] = trouble[0] + 1 if isinstance(error, Unreachable) else 0
                    if trouble[0] >= _UNREACHABLE_MAX:
                        raise Halt(Stop.OFFLINE, error) from error

        await _together([worker() for _ in range(self.limits.concurrency)])

    def all_unreachable(self, left: dict[str, list[Event]]) -> bool:
        """Whether everything that is left is so because the network is not there."""
        return all(isinstance(problem, Unreachable) for key in left for problem in self.problems.get(key, []))

    # Tidying up.

    def sweep(self) -> None:
        """Remove parts and files of ours that nobody refers to or still wants. Only the holder of the lease does this."""
        self.lease.keep()
        strays = self.store.strays()
        jobs = self.wanted()
        kept = (
            {have.name for have in self.store.files()}
            | {job.final for job in jobs}
            | {job.part for job in jobs}
        )
        left: list[str] = []
        found = {folder: self.disk.names(folder) for folder in ("parts", "files/sound", "files/song")}
        for names in found.values():
            for name in names:
                if name in strays and name not in kept:
                    left.append(name)
                elif name not in kept and is_ours(name):
                    self.fetcher.growing.pop(name, None)  # begun in this run, and not wanted any more
                    self.disk.unlink(name)
        if left:
            self.problems["strays"] = [StrayFiles(
                f"{len(left)} files, such as {left[0]}, stood here beside a new database, and the feed does not speak of them. "
                "They were left alone; delete them yourself if you do not want them."
            )]  # fmt: skip
        orphans = [part for part in self.store.parts() if part not in kept]
        if orphans:
            self.store.forget_parts(orphans)

    def wanted(self) -> list[Job]:
        """The jobs that are still to be done."""
        plain = self.store.place().identity.feed_id is None
        return [
            plan(events, self.store.known(key), self.store.have(key), plain=plain)
            for key, events in by_content(self.store.pending()).items()
        ]


def _again(have: Have, known: Known | None) -> Event:
    """An event of our own that asks for a lost file again; as new as what is known, or it would count as done."""
    told = FileInfo() if have.tag.startswith("v") else FileInfo(have.size, have.sha256)
    version = max(have.version, known.version if known else -1)
    return own_event("lost", have.key, Kind.FILE_UPDATED, version, told)


async def _together(coroutines: list) -> None:  # type: ignore[type-arg]
    """Run all; when one raises, end the others and raise the same."""
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    raised = [task.exception() for task in tasks if not task.cancelled()]
    for error in sorted(filter(None, raised), key=lambda error: isinstance(error, Exception)):
        raise error
