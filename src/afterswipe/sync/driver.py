"""The driver: does what each state of `core` says, until one is the end. All I/O of a run begins here."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator, Sequence
from contextlib import closing, suppress
from itertools import batched, chain
from typing import Any, NoReturn, assert_never

from afterswipe.sync.feed.jobs import Job, is_ours, plan
from afterswipe.sync.feed.protocol import AT_ONCE, BEYOND, Event, Page, events_url, read_page
from afterswipe.sync.feed.records import GONE, Have, Known
from afterswipe.sync.store.disk import FOLDERS
from afterswipe.sync.store.store import Store
from afterswipe.sync.transfer import answers
from afterswipe.sync.transfer.fetcher import SIGN_IN, Arrived, Fetcher, Refused
from afterswipe.sync.transfer.wire import Broken, Elsewhere, caused

from . import core, errors
from .errors import CaptivePortal, Forbidden, NotAFeed, StrayFiles, TransferError, Unreachable
from .outcome import Halt, Phase, Stop

_SEVERAL, _MANY = 3, 10
_OF_ALL = {Unreachable: Stop.OFFLINE, errors.Misdirected: Stop.OFFLINE, errors.DiskRefused: Stop.INCOMPLETE,
           Forbidden: Stop.NEEDS_AUTHORIZATION, errors.Postponed: Stop.SERVER_BUSY,
           errors.DiskFull: Stop.NEEDS_SPACE}  # fmt: skip
_WATCHED = 0.05  # seconds between two looks while the run waits for something


class _Trouble:
    """Finds what is everybody's trouble (S15): several in a row, the newest too, none well; or very many."""

    kind: type[errors.SyncError] = TransferError
    row, success, suspected = 0, False, False

    def more(self, error: errors.SyncError, *, newest: bool) -> None:
        """Raise Halt where it is everybody's."""
        self.row, self.kind = self.row + 1 if type(error) is self.kind else 1, type(error)
        enough = _MANY if self.success and self.kind is not Unreachable else _SEVERAL
        self.suspected = self.kind in _OF_ALL and self.row >= enough
        if self.suspected and newest:
            problem = errors.NeedsAuthorization(str(error)) if self.kind is Forbidden else error
            why = Stop.INCOMPLETE if isinstance(error.__cause__, Elsewhere) else _OF_ALL[self.kind]
            why = Stop.UNTRUSTED if caused(error, "SSLCertVerificationError") else why
            why = Stop.SERVER_FAULT if getattr(error, "not_before", 0) is None else why  # no pause
            raise Halt(why, problem, getattr(error, "not_before", None)) from error


class Driver:
    """One run. `phase` is told what it is doing; `look` raises Halt when it is to end."""

    def __init__(self, fetcher: Fetcher, *, phase: Callable[[Phase], None], look: Callable[[], None]) -> None:
        self.fetcher, self.store, self.limits = fetcher, fetcher.store, fetcher.limits
        self.base, self.problems = fetcher.wire.base, fetcher.tally.problems
        self.jobs: list[Job] = []
        self.unknown = False  # whether the server knows nothing of a content that an extended feed has
        self.phase, self.look = phase, look

    async def run(self, *, watched: bool = False) -> core.Ended:
        """From `Begin` to `Ended`; if `watched`, it ends soon after it is told to, whatever it waits for."""
        return await (_beside(self.steps(), self.watch()) if watched else self.steps())

    async def watch(self) -> NoReturn:
        """Look, all the time."""
        while True:
            await asyncio.sleep(_WATCHED)
            self.look()

    async def steps(self) -> core.Ended:
        """All states, one after the other."""
        self.phase(Phase.CHECKING)
        await self.in_slices(self.store.check(whole=self.fetcher.lease.unclean))
        if self.fetcher.lease.unclean:
            self.check_after_unclean_end()
        await self.in_slices(self.look_at_every_file())
        state: core.State = core.Begin(self.limits)
        while not isinstance(state, core.Ended):
            match state:
                case core.Begin():
                    self.store.belongs_to(self.base)
                    state = state.next(self.fetcher.wire.clock.wall(), self.store.place())
                case core.AskFeed():
                    self.phase(Phase.ASKING)
                    if state.forget:
                        self.store.forget_list(state.place.had.missed)
                    came = await self.ask(state)
                    if isinstance(came, Page):
                        self.store.belongs_to(self.base, came.identity.feed_id)
                        if state.cursor == state.since and not self.store.agrees(came, state.place):
                            came = answers.GONE  # it was not so for the run that began the list
                    state = state.next(came, self.fetcher.now)
                    if isinstance(state, core.Ended):  # the next run begins with its first page
                        self.store.forget_list()
                case core.KeepPage(page, cursor, at, after):
                    if page.complete and after.full:
                        in_pages = after.pages > 1 or after.place.page is not None
                        kept = self.store.swap(page, self.base, cursor, after.had, in_pages=in_pages)
                    else:
                        kept = self.store.store_page(page, self.base, cursor, at, after.had, full=after.full)
                    await self.in_slices(kept)
                    state = state.next()
                case core.Work():
                    while self.store.asks:  # also for what went away meanwhile
                        self.store.asks = False
                        self.phase(Phase.PLANNING)
                        if jobs := await self.in_slices(self.plan()):
                            self.phase(Phase.GETTING)
                            await self.work(jobs)
                            await self.in_slices(self.look_at_every_file())
                    left = self.store.left()
                    kinds = {type(problem) for key in left for problem in self.problems.get(key, [])}
                    if not state.whole and (self.unknown or errors.WrongFile in kinds):
                        self.store.read_anew(self.fetcher.wire.clock.wall())  # perhaps a list says otherwise
                    self.phase(Phase.SWEEPING)
                    await self.in_slices(self.sweep())
                    state = state.next(len(left), kinds)
                case _:
                    assert_never(state)
        return state

    def check_after_unclean_end(self) -> None:
        """Where the last run did not end in good order: look at the files that came since the last look."""
        for group in batched(self.store.files("NOT checked"), self.limits.group_files):
            self.lose(bad := [have for have in group if not self.is_good(have)])
            for have in bad:
                self.fetcher.discard(have.name)
            self.store.checked(group[0].key, group[-1].key)  # now, for the run may be asked to end
        self.fetcher.lease.unclean = False

    def look_at_every_file(self) -> Generator[None]:
        """The directory may have been changed: each row's file is there, in its size, or got again (S17)."""
        missing, tally = dict[str, int](), self.fetcher.tally
        for rows in batched(self.store.names(), AT_ONCE):
            missing.update(rows)
            yield
        wanted, size_wanted = len(missing), sum(missing.values())
        for some in batched(chain(*map(self.fetcher.disk.sizes, FOLDERS[1:])), AT_ONCE):
            for name, size in some:
                if missing.get(name) == size:
                    del missing[name]
                else:
                    self.store.loose.add(name)
            yield
        tally.files, tally.bytes_here = wanted - len(missing), size_wanted - sum(missing.values())
        gone = [have for have in self.store.files() if have.name in missing] if missing else []
        for group in batched(gone, AT_ONCE):
            self.lose(group)
            yield
        self.fetcher.changed()

    def lose(self, gone: Sequence[Have]) -> None:
        """These files are not here, or not as they were; said until somebody tries to get them again."""
        if gone:
            self.store.lost(gone)
        went = "its file was removed, or is not what it was. It is got again."
        self.problems.update({have.key: [errors.DiskRefused(have.key, went)] for have in gone})

    def is_good(self, have: Have) -> bool:
        """Whether a file is what its row says; one that cannot be read is not (S23)."""
        with suppress(errors.DiskFault, errors.ReadOnlyDirectory):
            if self.fetcher.disk.size(have.name) == have.size:
                return self.fetcher.digest(have.name) == (have.sha256, have.size)
        return False

    async def ask(self, state: core.AskFeed) -> Page | int:
        """Get a page. Raises Halt where the feed cannot be had."""
        url = events_url(self.base, state.cursor, 0 if state.bare else state.again)
        reason: Exception | None = None
        for attempt in range(self.limits.attempts):
            try:
                if (came := await self.page(url, attempt)) is not None:
                    return came
            except (CaptivePortal, Elsewhere) as error:
                raise Halt(Stop.OFFLINE, CaptivePortal(f"{url}: {error}. {SIGN_IN}")) from error
            except (NotAFeed, Broken) as error:
                reason = error
                wants = str(error).startswith(f"ProxyError: {answers.PROXY}")  # of a tunnel
                if wants or caused(error, "SSLCertVerificationError"):
                    why = Stop.NEEDS_AUTHORIZATION if wants else Stop.UNTRUSTED
                    raise Halt(why, Unreachable("the feed", f"{error}.")) from error
                await self.fetcher.wire.pause(attempt)
            except errors.FeedError as error:
                raise Halt(Stop.FEED_UNUSABLE, error) from error
        if isinstance(reason, NotAFeed):
            raise Halt(Stop.FEED_UNUSABLE, reason)
        failed = Unreachable("the feed", f"{self.limits.attempts} attempts failed ({reason}).")
        raise Halt(Stop.SERVER_FAULT if getattr(reason, "fault", False) else Stop.OFFLINE, failed)

    async def page(self, url: str, attempt: int) -> Page | int | None:
        """One attempt at a page; None where the server wanted a pause, and had it."""
        came = await self.fetcher.document(url, self.limits.page_bytes)
        if isinstance(came, bytes):
            return await self.in_slices(read_page(came, self.limits, where=url))
        status, decision = came
        match decision:
            case answers.Not.ITS_OWN:
                raise CaptivePortal("a page for people came instead of the feed")
            case answers.Not.ALLOWED:
                who = "a proxy, in its own address," if status == answers.PROXY else "the server"
                wants = errors.NeedsAuthorization(f"{url}: {who} wants credentials ({status}).")
                raise Halt(Stop.NEEDS_AUTHORIZATION, wants)
            case answers.Wait(_, asked) if asked is not None or status in answers.PAUSES:
                await self.fetcher.wire.obey(attempt, asked)
                return None
            case answers.Wait():
                raise Broken(f"the server answered {status}", fault=True)
        if answers.BAD_REQUEST <= status < answers.SERVER_ERROR:
            return status
        raise NotAFeed(f"{url}: {getattr(decision, 'reason', decision)}. Is the address the feed's?")

    async def in_slices[T](self, work: Generator[T]) -> T | None:
        """What work gives, if anything; after each part, others may say that the run is to end (S20)."""
        with closing(work):
            for came in work:
                self.look()
                await asyncio.sleep(0)
                if came is not None:
                    return came
        return None

    def plan(self) -> Generator[deque[Job] | None]:
        """Work out what is to be done, each content once for the same events, and show how far that is."""
        jobs, tried = deque[Job](), {event for job in self.jobs for event in job.ids}
        for job in jobs_of(self.store):
            if job is None:
                self.fetcher.changed()
                yield None
                continue
            if tried and tried.issuperset(job.ids):
                continue
            jobs.append(job)
            if job.file is not None:
                self.fetcher.tally.plan(job.key, job.file.size)
        self.fetcher.tally.sizes_unknown -= not tried
        self.jobs.extend(jobs)
        yield jobs

    async def work(self, jobs: deque[Job]) -> None:
        """Do these, several at a time; each problem stays with its content (S15)."""
        trouble, later = _Trouble(), deque[Job]()

        async def tried(job: Job, doing: Awaitable[None], *, newest: bool = False) -> None:
            try:
                await doing
                trouble.row, trouble.success, trouble.suspected = 0, True, False
                return
            except TransferError as error:
                self.fetcher.put_away(job)
                unknown = isinstance(error, errors.Missing) and job.part not in self.fetcher.tally.parts
                if unknown and (job.doubt or job.events[-1].id == "left-out"):  # then a list has no say
                    self.fetcher.arrive(Arrived(job, Known(job.version, True, None) if job.doubt else GONE))
                    return
                self.unknown |= unknown and self.store.place().identity.feed_id is not None
                problem: errors.SyncError = error
            except errors.DiskFull as error:  # it refused what it seemed to have room for
                if jobs:  # others may fit where its part is, and then it is tried once more
                    self.fetcher.give_up(job)
                    later.append(job)
                self.fetcher.put_away(job)
                problem = errors.DiskFull(f"{job.key}: {error}")
            except (errors.DiskFault, errors.ReadOnlyDirectory, errors.UnsafePath) as error:
                if isinstance(error, errors.DiskFault):  # bytes of it were lost
                    self.fetcher.give_up(job)
                problem = errors.DiskRefused(job.key, str(error))
            self.problems[job.key] = [problem]
            trouble.more(problem, newest=newest or not jobs)

        refused: Refused = []

        async def second_tries() -> None:
            while refused:
                arrived, error = refused.pop()
                await tried(arrived.job, self.fetcher.insist(arrived, error))

        async def worker() -> None:
            while jobs or later:
                self.look()
                newest = trouble.suspected and bool(jobs)
                job = jobs.pop() if newest else (jobs or later).popleft()
                self.problems.pop(job.key, None)
                await tried(job, self.fetcher.do(job), newest=newest)
                if self.fetcher.full:
                    await self.fetcher.land_beside(refused)
                await second_tries()

        async def in_time() -> NoReturn:
            while True:
                await self.fetcher.waiting.wait()
                await asyncio.sleep(self.limits.group_seconds)
                await self.fetcher.land_beside(refused, late=True)

        workers = [worker() for _ in range(min(self.limits.concurrency, len(jobs)))]
        await _beside(_together(workers), in_time())
        refused += self.fetcher.land()
        await second_tries()

    def sweep(self) -> Generator[None]:
        """Remove parts and files of ours that nobody refers to or wants: only the lease's holder does."""
        self.fetcher.lease.keep()
        strays, left_over, left = self.store.strays(), self.store.left(), list[str]()
        kept = {name for job in self.jobs if job.key in left_over for name in (job.final, job.part)}
        found = (self.store.loose | dict(self.fetcher.disk.sizes("parts")).keys()) - kept
        if found:
            found.difference_update(name for name, _ in self.store.names())
        for number, name in enumerate(sorted(found)):
            if not number % AT_ONCE:
                yield
            if name in strays:
                left.append(name)
            elif is_ours(name):
                self.fetcher.growing.pop(name, None)  # begun in this run, and not wanted any more
                self.fetcher.discard(name)
        if left:
            stood = f"{len(left)} files, such as {left[0]}, stood here beside a new database"
            alone = "They were left alone; delete them yourself if you do not want them."
            self.problems["strays"] = [StrayFiles(f"{stood}, and the feed does not speak of them. {alone}")]
        if orphans := [part for part in self.store.parts() if part not in kept]:
            self.store.forget_parts(orphans)


def jobs_of(store: Store) -> Generator[Job | None]:
    """What is to be done, content by content, as each first comes up. None is a moment to look about."""
    about: dict[str, tuple[list[Event], Known | None, Have | None]] = {}
    for number, (event, known, have) in enumerate(store.pending()):
        about.setdefault(event.key, ([], known, have))[0].append(event)
        if not number % AT_ONCE:
            yield None
    identity, _, version, *_ = store.place()
    at = BEYOND if identity.numbered else max(0, version)
    for number, (events, known, have) in enumerate(sorted(about.values(), key=lambda it: it[0][0].version)):
        if not number % AT_ONCE:
            yield None
        yield plan(events, known, have, plain=identity.feed_id is None, at=at)


async def _together(coroutines: list) -> None:  # type: ignore[type-arg]
    """Run all; when one raises, end the others and raise the same."""
    try:
        async with asyncio.TaskGroup() as group:
            _ = [group.create_task(coroutine) for coroutine in coroutines]
    except BaseExceptionGroup as raised:
        raise min(raised.exceptions, key=lambda error: isinstance(error, Exception)) from None


async def _beside[T](main: Coroutine[Any, Any, T], other: Coroutine[Any, Any, NoReturn]) -> T:
    """What `main` gives. `other` runs as long, and ends it where it raises."""
    tasks = first, second = asyncio.ensure_future(main), asyncio.ensure_future(other)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:  # also where this is cancelled
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return second.result() if first.cancelled() else first.result()
