"""One content at a time: its metadata and its file, from the server to the rows that say that they are here.

The order of landing is the promise: every part's bytes are synced, then all get their names, then the folders
are synced, and only then come the rows, in one transaction with the end of the events. A group waits for
`Limits.group_seconds` at most, and others come while its bytes are synced. Nothing here writes in a
`finally`: a process that is killed runs none, nor must a simulated kill.
"""

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from posixpath import dirname
from typing import Any, NamedTuple

from afterswipe.sync import errors
from afterswipe.sync.errors import BrokenAnswer, DiskFault, Postponed, ReadOnlyDirectory, Unreachable
from afterswipe.sync.feed.jobs import Job
from afterswipe.sync.feed.protocol import FileInfo, entity_url, file_url, parse_entity
from afterswipe.sync.feed.records import Have, Known, Part
from afterswipe.sync.outcome import Halt, Stop, Tally
from afterswipe.sync.store.lease import Lease

from .answers import NOTHING, PAUSES, Ask, Decision, Not, Receive, Refuse, Verify, Wait
from .wire import Broken, Elsewhere, Opened, Wire

_DOUBT = 6 * 3600  # seconds for which bytes are believed to be wrong by their validator alone
_BEGIN = 1_000  # bytes of a body, by which a page for people is known
SIGN_IN = "If this network wants you to sign in, do so; if not, look at the address. Then run again."


class Arrived(NamedTuple):
    """A content of which everything came. Without `known` its events end, and that is all."""

    job: Job
    known: Known | None = None
    have: Have | None = None
    moves: bool = False  # its part, verified, is to become the file


type Refused = list[tuple[Arrived, errors.StoreError]]


class Turn(NamedTuple):
    """What came of one request: where the transfer is now, and how the connection broke, if it did."""

    ask: Ask | Verify
    broken: Broken | None = None
    came: int = 0  # bytes of a body
    said: str = "the server answers, and nothing comes"


@dataclass
class Fetcher:
    """Does jobs. Everything it needs is handed to it; `changed` is called when something became durable."""

    lease: Lease
    wire: Wire
    policy: Callable[[], Stop | None]
    changed: Callable[[], None]
    tally: Tally = field(default_factory=Tally)
    growing: dict[str, Part] = field(default_factory=dict)  # being written, each with the size it has now
    hashed: dict[str, Any] = field(default_factory=dict)  # written from their first byte on, with SHA-256s
    arrived: list[Arrived] = field(default_factory=list)
    leaving: int = 0  # how many of them, the first, are about to land
    now: float = 0  # by the clock here or the last document's server, whichever is behind
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.store, self.disk, self.limits = self.lease.store, self.lease.store.disk, self.wire.limits

    async def do(self, job: Job) -> None:
        """Get what a content needs; it lands with others. Raises TransferError, or Halt if nothing can be."""
        for event in job.invalid:
            said = errors.InvalidEvent(job.key, f"event {event.id} is about its file, and it has none.")
            self.tally.problems.setdefault(event.id, []).append(said)
        if job.delete or not job.fresh:
            self.arrive(Arrived(job, Known(job.version, True, None) if job.delete else None))
        else:
            try:
                await self.fetch(job)
            except Elsewhere as error:  # a redirect to a stranger is this content's trouble (S15)
                raise errors.Misdirected(job.key, f"{error}.") from error

    def put_away(self, job: Job) -> None:
        """A content that failed keeps what came of it, and no open file."""
        self.hashed.pop(job.part, None)
        if job.part in self.growing:
            self.hold(job.part)
            del self.growing[job.part]
        self.disk.close(job.part)

    async def fetch(self, job: Job) -> None:
        """Get what a content needs: its metadata, then its file."""
        size = job.file.size or 1 if job.file is not None else 0
        if size > (most := self.limits.file_bytes):
            raise BrokenAnswer(job.key, f"{size} bytes; {most} is the limit (Limits.file_bytes).")
        if job.file is not None and self.disk.free() < self.limits.reserve_bytes + size:
            self.check_space(job, job.file.size, self.disk.size(job.final) or self.disk.size(job.part) or 0)
        known = None if job.metadata else self.store.known(job.key)
        data = await self.metadata(job) if known is None else known.data
        have, moves = (None, False) if job.file is None else await self.file(job, job.file)
        self.arrive(Arrived(job, Known(job.version, False, data), have, moves))

    async def metadata(self, job: Job) -> str:
        """The entity, as JSON text."""
        url = entity_url(self.wire.base, job.media, job.content)
        reason: Exception | str = ""
        for attempt in range(self.limits.attempts):
            try:
                came = await self.document(url, self.limits.entity_bytes)
                if isinstance(came, bytes):
                    return parse_entity(came, job.content, where=url)
                reason = f"the server answered {came[0]}"
                await self.refused(job, came[1], attempt)
            except errors.FeedTooLarge as error:
                raise BrokenAnswer(job.key, str(error)) from error
            except (errors.FeedError, Broken) as error:
                reason = error
                await self.wire.pause(attempt)
        kind = {str: Postponed, Broken: Unreachable}.get(type(reason), BrokenAnswer)
        why = f"{self.limits.attempts} attempts to get its metadata failed ({reason})."
        raise kind(job.key, why) from (reason if isinstance(reason, Exception) else None)

    async def document(self, url: str, limit: int) -> bytes | tuple[int, Decision]:
        """Ask once: a small body, or a status and what it means. Raises Broken, Elsewhere, FeedTooLarge."""
        headers = {"accept": "application/json", "accept-encoding": "identity", "cache-control": "no-cache"}
        opened = await self.wire.open(url, headers)
        try:
            self.now = min(opened.answer.sent, opened.answer.came)
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
        """Raise what an answer means for this content (S15), or pause where asking again may help."""
        match decision:
            case Refuse(reason, wrong_file):
                raise (errors.WrongFile if wrong_file else BrokenAnswer)(job.key, f"{reason}.")
            case Not.HERE:
                raise errors.Missing(job.key, "the server's feed has it, the server does not.")
            case Not.ALLOWED:
                raise errors.Forbidden(job.key, "the server wants other credentials for it.")
            case Not.ITS_OWN:
                raise errors.Misdirected(job.key, f"a page for people, or a message, came instead. {SIGN_IN}")
            case Wait(status, retry_after) if status in PAUSES:
                try:
                    await self.wire.obey(attempt, retry_after)
                except Halt as halt:
                    if halt.why is not Stop.SERVER_BUSY:
                        raise
                    later = Postponed(job.key, f"the server wants a pause before it gives it ({status}).")
                    later.not_before = halt.not_before
                    raise later from halt
            case Wait():
                await self.wire.pause(attempt)

    async def file(self, job: Job, want: FileInfo) -> tuple[Have, bool]:
        """Get the file and verify it, or find it: as it will be, and whether it is a part until then."""
        if (found := self.adopted(job, want)) is not None:
            return found, False
        if (stop := self.policy()) is not None:
            raise Halt(Stop(stop))
        ask: Ask | Verify = self.begin(job, want)
        futile = came = highest = 0
        first: Have | None = None
        for left in range(self.limits.requests, -1, -1):
            if isinstance(ask, Verify):
                have = self.verify(job, want)
                if have is None:
                    ask, highest = self.begin_again(job, ask.ask), 0
                elif first is None and (alike := await self.alike(have, ask.ask)) is not None:
                    self.cut(job, 0)
                    first, highest, ask = have, 0, Ask(want, 0, limits=self.limits, anew=True)
                else:
                    return self.judge(first, have, alike or [], ask.ask) if first else have, True
            if not left:
                break
            turn = await self.request(job, ask, futile)
            came += turn.came
            now = turn.ask if isinstance(turn.ask, Ask) else turn.ask.ask
            highest = max(highest, ask.size) if now.restarts == ask.restarts else 0
            more = isinstance(turn.ask, Verify) or now.size > highest
            futile = 0 if more and not (turn.broken and turn.broken.slow) else futile + 1
            self.enough(job, turn, futile, came, max(highest, now.size))
            if futile and turn.broken:
                await self.wire.pause(futile - 1)
            ask = turn.ask
            mute = not turn.broken or turn.broken.silent
            if isinstance(ask, Ask) and futile == self.limits.attempts - 1 and mute:
                ask = ask._replace(whole=True)  # the last attempt is another question (S18)
        raise BrokenAnswer(job.key, f"{self.limits.requests} requests were not enough (Limits.requests).")

    async def alike(self, have: Have, now: Ask) -> list[Have] | None:
        """The files here with its bytes, its older version among them. None: no second look is needed."""
        if now.want.sha256 is not None:
            return None
        while any(a.have is not None and a.have.sha256 == have.sha256 for a in self.arrived):
            await self.wire.clock.sleep(self.limits.group_seconds)
        found = [] if now.anew else self.store.files("sha256 = ?", have.sha256)
        return found or ([] if now.endless and now.want.size is None else None)

    def judge(self, first: Have, again: Have, alike: list[Have], now: Ask) -> Have:
        """Judge bytes of another, of an older version or of no length, asked for again past caches (S22)."""
        # Now they are others, or it is the other that has them by mistake. Of several others, each but the
        # first was asked for twice. An older version's, twice, have no version: the next run asks once more.
        same, others = first.sha256 == again.sha256, [have for have in alike if have.key != first.key]
        if same and len(others) == 1 and others[0].tag.startswith("v"):
            self.store.lost(others, stays=True)
        elif alike and not (same and others):
            said = "first came the bytes of another or of an older version; asked for again, those came that are kept."
            late = "twice came the bytes of its older version. The server may be late; the next run asks once more."
            self.tally.problems[f"{first.key} again"] = [BrokenAnswer(first.key, late if same else said)]
            return again._replace(version=-1 if same else again.version)
        elif now.endless and not same:
            raise BrokenAnswer(first.key, "no answer says how long it is, and two differ: one was cut.")
        return again

    def enough(self, job: Job, turn: Turn, futile: int, came: int, size: int) -> None:
        """Raise where asking again would be the same for ever: by attempts, and by bytes (S18)."""
        if futile >= self.limits.attempts:
            kind = BrokenAnswer if turn.came else Unreachable if turn.broken else Postponed
            said = f"{futile} attempts brought no new bytes ({turn.broken or turn.said})."
            raise kind(job.key, said) from turn.broken
        if turn.broken and came > self.limits.refetches * max(size, self.limits.entity_bytes):
            raise BrokenAnswer(job.key, f"{came} bytes came, and each body breaks off (Limits.refetches).")

    def adopted(self, job: Job, want: FileInfo) -> Have | None:
        """The file, if an earlier run came to its final name: by its digest, or as the one that was begun."""
        size, part = self.disk.size(job.final), self.store.parts().get(job.part)
        if size is None:
            return None
        self.lease.keep()
        told = want.sha256 is not None or (part and part.total == size and self.believed(part, job.final))
        if told and want.size in (None, size):
            with suppress(DiskFault, ReadOnlyDirectory):
                digest = self.digest(job.final)
                if want.sha256 in (None, digest[0]):
                    self.disk.fsync_directory(dirname(job.final))
                    return Have(job.key, job.final, job.tag, size, digest[0], job.version)
        self.discard(job.final)
        return None

    def begin(self, job: Job, want: FileInfo) -> Ask | Verify:
        """Look at what is here of the file."""
        size = self.disk.open_part(job.part) if self.disk.size(job.part) else 0
        here = self.store.parts().get(job.part, NOTHING)
        # A power failure can leave a size without its bytes. If no digest notices, what is durable counts.
        usable = size if want.sha256 or self.believed(here, job.part) else min(size, here.durable)
        usable = 0 if want.size is not None and usable > want.size else usable
        if usable < max(size, here.durable):
            self.cut(job, usable)
        self.tally.parts[job.part] = min(usable, here.durable)
        anew = job.before is not None and job.before.version < 0  # what is here may be another's
        restarts = 0 if here.wrong is None else self.limits.restarts  # one whole body is enough to see
        since = float(here.mark or 0) if here.wrong else 0
        doubt = here.total == want.size and 0 <= self.wire.clock.wall() - since < _DOUBT
        ask = Ask(want, usable, here, restarts, self.limits, wrong=here.wrong if doubt else None, anew=anew)
        return Verify(ask) if usable and usable == (here.total if want.size is None else want.size) else ask

    def believed(self, part: Part, name: str) -> bool:
        """Whether it is the file that was begun, on a machine that runs since: a kill takes no bytes."""
        return part.mark is not None and part.mark == self.disk.mark(name)

    def begun(self, job: Job, now: Ask) -> Part:
        """Note what the bytes belong to, before the first comes. Where there is a digest, that will tell."""
        of, was = now.here, self.store.parts().get(job.part, NOTHING)
        if now.want.sha256 is None:
            of = of._replace(durable=min(was.durable, now.size), mark=self.disk.mark(job.part))
            if of.mark is not None and of != was:
                self.store.remember(job.part, of, "begun")
        return of

    def check_space(self, job: Job, total: int | None, here: int) -> None:
        """Raise NoRoom where what is missing does not fit beside what others under way need."""
        missing, others = (total or here + 1) - here, [p for n, p in self.growing.items() if n != job.part]
        needed = missing + sum(max(0, (part.total or 0) - part.durable) for part in others)
        lacking = needed + self.limits.reserve_bytes - self.disk.free()
        if missing > 0 and lacking > 0:
            raise errors.NoRoom(job.key, f"{lacking:,} more bytes have to be free. Free them and run again.")

    async def request(self, job: Job, ask: Ask, attempt: int) -> Turn:
        """One request and what came of it."""
        try:
            url = file_url(self.wire.base, job.media, job.content)
            opened = await self.wire.open(url, {"accept": "*/*", **ask.headers})
        except Broken as error:
            return Turn(ask, error)
        except Elsewhere:
            if not ask.may_resume:
                raise
            return Turn(ask._replace(whole=True))  # perhaps only a range is sent away (S18)
        try:
            decision = ask.next(opened.answer)
            if isinstance(decision, Receive):
                return await self.receive(job, decision.ask, opened, ask)
        finally:
            await self.wire.close(opened.response)
        if isinstance(decision, Ask) and decision.size < ask.size:
            self.cut(job, decision.size)
        if isinstance(decision, Ask | Verify):
            return Turn(decision)
        await self.refused(job, decision, attempt)
        return Turn(ask, said=f"the server answered {opened.answer.status}")

    async def receive(self, job: Job, now: Ask, opened: Opened, ask: Ask) -> Turn:
        """Write the body where it belongs. What is here stays until what comes is no page for people."""
        self.lease.keep(sure=False)  # `open_part` looks whether the directory stands
        self.check_space(job, now.here.total, now.size)
        begin, here, pieces = now.size, ask.size, self.wire.pieces(opened)
        size, piece, begins = begin, b"", b""
        if begin < here:
            try:
                while len(piece) < _BEGIN and (more := await anext(pieces, b"")):
                    piece += more
            except Broken as error:
                return Turn(ask, error, len(piece))
            if begin == 0 and opened.answer.for_people(piece[:_BEGIN]):
                await self.refused(job, Not.ITS_OWN, 0)
            if not piece:
                return Turn(ask)
            self.cut(job, begin)  # the body of a 200 begins at 0: it is never appended
        self.disk.open_part(job.part)
        of, room = self.begun(job, now), self.room(now, begin)
        self.growing[job.part] = of._replace(durable=begin, mark=None)
        synced_at = self.wire.clock.monotonic()
        if begin == 0:
            self.hashed[job.part] = hashlib.sha256()
        hashed = self.hashed.get(job.part)
        try:
            while piece := piece or await anext(pieces, b""):
                begins += piece[: _BEGIN - len(begins)]
                if size < _BEGIN and begin == 0 and opened.answer.for_people(begins):
                    self.cut(job, 0)
                    await self.refused(job, Not.ITS_OWN, 0)
                if size + len(piece) > room:
                    self.cut(job, 0)
                    self.check_space(job, size + len(piece), 0)
                    raise errors.WrongFile(job.key, f"more came than the {room} bytes that it may have.")
                self.lease.keep(sure=False)
                self.disk.append(job.part, piece)
                if hashed is not None:
                    hashed.update(piece)
                size += len(piece)
                self.tally.bytes_fetched += len(piece)
                self.growing[job.part] = Part(of.validator, of.total, size, of.wrong)
                if self.wire.clock.monotonic() - synced_at >= self.limits.sync_seconds:
                    self.hold(job.part, of.mark)
                    room, synced_at = self.room(now, size), self.wire.clock.monotonic()
                piece = b""
        except Broken as error:
            return Turn(now.ended(size, cut=True), error, size - begin)
        return Turn(now.ended(size), None, size - begin, "its body ends too early")

    def room(self, now: Ask, here: int) -> int:
        """How many bytes the whole may have; where no length was said, what the disk has room for."""
        most, reserve = now.room(), self.limits.reserve_bytes
        return most if now.here.total is not None else min(most, here + max(0, self.disk.free() - reserve))

    def cut(self, job: Job, size: int) -> None:
        """Throw away what is behind `size` bytes."""
        here = self.store.parts().get(job.part)  # to be forgotten first: what is written next is not durable
        if here is not None and here.durable > size:
            self.store.remember(job.part, here._replace(durable=size))
        self.disk.open_part(job.part)
        self.disk.truncate(job.part, size)
        self.growing.pop(job.part, None)
        self.hashed.pop(job.part, None)
        self.tally.parts[job.part] = min(size, self.tally.parts.get(job.part, 0))

    def verify(self, job: Job, want: FileInfo) -> Have | None:
        """The part as a file, None if the feed says otherwise; if it says none, HTTP's length has to do."""
        if (size := self.disk.size(job.part)) is None:  # the system may take away what it thinks is temporary
            return None
        hashed, grown = self.hashed.pop(job.part, None), self.growing.get(job.part)
        whole = hashed is not None and grown is not None and grown.durable == size  # in this run
        digest, size = (hashed.hexdigest(), size) if whole else self.digest(job.part)
        right = want.sha256 in (None, digest) and want.size in (None, size)
        return Have(job.key, job.final, job.tag, size, digest, job.version) if right else None

    def digest(self, name: str) -> tuple[str, int]:
        """A file's SHA-256 in hexadecimal and its size, from the disk."""
        digest, size = hashlib.sha256(), 0
        for piece in self.disk.read(name):
            self.wire.point()
            digest.update(piece)
            size += len(piece)
        return digest.hexdigest(), size

    def begin_again(self, job: Job, ask: Ask) -> Ask:
        """The digest is wrong: throw the bytes away and start once more; at some point, no more."""
        self.disk.close(job.part)  # it may have been taken away
        self.cut(job, 0)
        again = ask.restart("its digest or size is not the feed's")
        if isinstance(again, Refuse):
            since, tag = f"{self.wire.clock.wall():.0f}", ask.here.validator or ""
            self.store.remember(job.part, Part(total=ask.want.size, wrong=tag, mark=since))
            raise errors.WrongFile(job.key, f"{again.reason}.")
        return again

    def arrive(self, arrived: Arrived) -> None:
        """Wait for others."""
        self.arrived.append(arrived)
        self.waiting.set()

    @property
    def full(self) -> bool:
        """Whether a group waits that is to land now: most of one, for the rest may be on its way."""
        wait, most = self.arrived[self.leaving :], self.limits.group_files
        size = sum((a.have.size if a.have else 0) + len((a.known and a.known.data) or "") for a in wait)
        many = len(wait) >= max(most - 2 * self.limits.concurrency, most / 2) or len(self.arrived) >= most
        return many or 2 * size >= self.limits.group_bytes

    async def land_beside(self, refused: Refused, *, late: bool = False) -> None:
        """Let a group of them land where it is full or `late`; others go on while its bytes are synced."""
        async with self.turn:
            if not (late or self.full):  # while somebody waited for this turn, it landed
                return
            self.waiting.clear()  # where more wait, somebody waits for this turn
            self.leaving = min(len(self.arrived), self.limits.group_files)
            ahead = self.disk.fsync_ahead([a.job.part for a in self.arrived[: self.leaving]])
            await (asyncio.wait([ahead]) if ahead else asyncio.sleep(0))
            group, self.arrived, self.leaving = self.arrived[: self.leaving], self.arrived[self.leaving :], 0
            refused += self.land(group)

    def land(self, group: list[Arrived] | None = None) -> Refused:
        """Let a group land, or all that wait; what the disk refused for a file of it (S23) is handed back."""
        if group is None:
            group, self.arrived, self.leaving = self.arrived, [], 0
        if not group:
            return []
        self.lease.keep()
        landing, refused = self.settle(group)
        self.store.finish([(a.job.key, a.job.ids, a.known, a.have) for a in landing])
        for job, known, have, _ in landing:  # the rows are there: count, and remove what was here before
            goes = job.before if have is not None or (known is not None and known.deleted) else None
            self.tally.landed(job.key, job.part, *[file and file.size for file in (goes, have)])
            if goes is not None and (have is None or goes.name != have.name):
                self.discard(goes.name)
        self.changed()
        return refused

    def settle(self, group: list[Arrived]) -> tuple[list[Arrived], Refused]:
        """Make a group's parts, then their final names, durable; those that are, and those refused."""
        landing = list(group)
        refused: Refused = []

        def each(effect: Callable[[Arrived], None]) -> None:
            for arrived in [a for a in landing if a.moves]:
                try:
                    effect(arrived)
                except (DiskFault, ReadOnlyDirectory, errors.DiskFull) as error:
                    landing.remove(arrived)
                    refused.append((arrived, error))

        self.disk.fsync_ahead([a.job.part for a in landing])
        each(self.make_durable)
        each(self.name)
        for folder in sorted({dirname(a.job.final) for a in landing if a.moves}):
            self.disk.fsync_directory(folder)
        return landing, refused

    def make_durable(self, arrived: Arrived) -> None:
        """Before the name: after a power failure, a name without its bytes would be worse than none."""
        part, have = arrived.job.part, arrived.have
        if not have or self.disk.open_part(part) != have.size:
            raise DiskFault(f"{part}: somebody else changed it.")
        self.disk.fsync(part)

    def name(self, arrived: Arrived) -> None:
        """Give a part its final name."""
        self.disk.rename(arrived.job.part, arrived.job.final)
        self.growing.pop(arrived.job.part, None)

    async def insist(self, arrived: Arrived, error: errors.StoreError) -> None:
        """Where somebody holds a file, land it a moment later, or raise what the disk said last (S23)."""
        for attempt in range(self.limits.attempts - 1):
            if isinstance(error, DiskFault | errors.DiskFull):
                raise error
            await self.wire.pause(attempt)
            if not (refused := self.land([arrived])):
                return
            error = refused[0][1]
        raise error

    def discard(self, name: str) -> None:
        """Delete what no row speaks of. If that is refused, or it is damaged, another run tidies up (S23)."""
        with suppress(ReadOnlyDirectory, DiskFault, errors.UnsafePath):
            self.disk.unlink(name)

    def give_up(self, job: Job) -> None:
        """Throw a part away: bytes of it were lost on their way to the disk, or others need its room."""
        self.growing.pop(job.part, None)
        self.discard(job.part)  # first, or a full disk could not note it
        self.store.forget_parts([job.part])
        self.tally.parts.pop(job.part, None)

    def hold(self, part: str, mark: str | None = None) -> None:
        """Make what is here of a part durable, and remember how much of what; a `mark` where more follows."""
        here = self.growing[part]._replace(mark=mark)
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
