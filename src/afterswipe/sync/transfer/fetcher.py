"""One content at a time: its metadata and its file, from the server to the rows that say that they are here.

How it lands is `asker`. Nothing here writes in a `finally`: a process that is killed runs none, and a simulated kill must not either.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace
from posixpath import dirname

from afterswipe.sync import errors
from afterswipe.sync.errors import BrokenAnswer, DiskFault, Unreachable
from afterswipe.sync.feed.jobs import Job
from afterswipe.sync.feed.protocol import FileInfo, file_url
from afterswipe.sync.feed.records import Have, Known, Part
from afterswipe.sync.outcome import Halt

from .answers import NOTHING, Ask, Receive, Refuse, Verify
from .asker import SIGN_IN, Arrived, Asker
from .wire import Broken, Elsewhere, Opened

_BEGIN = 1_000  # bytes of a body, by which a page for people is known


@dataclass(frozen=True)
class Turn:
    """What came of one request: where the transfer is now, and how the connection broke, if it did."""

    ask: Ask | Verify
    broken: Broken | None = None
    came: int = 0
    """Bytes of a body."""


class Fetcher(Asker):
    """Does jobs."""

    # A content, whole.

    async def do(self, job: Job) -> None:
        """Get all that a content needs; it lands with others. Raises TransferError where that cannot be, and Halt where nothing can."""
        for event in job.invalid:
            said = errors.InvalidEvent(job.key, f"event {event.id} is about its file, and it has none.")
            self.tally.problems.setdefault(event.id, []).append(said)
        if job.stale or job.delete:
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

    # The file.

    async def file(self, job: Job, want: FileInfo) -> tuple[Have, bool]:
        """Get the file, and verify it; or find that it is there already. The file as it will be, and whether it is a part until then."""
        found = self.adopted(job, want)
        if found is not None:
            return found, False
        if (stop := self.policy()) is not None:
            raise Halt(stop)
        ask: Ask | Verify = self.begin(job, want)
        futile = came = highest = 0
        for _ in range(self.limits.requests):
            if isinstance(ask, Verify):
                digest = self.verify(job, want)
                if digest is not None:
                    return Have(job.key, job.final, job.tag, digest[1], digest[0], job.version), True
                ask, highest = self.begin_again(job, ask.ask), 0
            turn = await self.request(job, ask, futile)
            came += turn.came
            now = turn.ask if isinstance(turn.ask, Ask) else turn.ask.ask
            highest = max(highest, ask.size) if now.restarts == ask.restarts else 0
            more = isinstance(turn.ask, Verify) or now.size > highest
            futile = 0 if more and not (turn.broken and turn.broken.slow) else futile + 1
            self.enough(job, turn, futile, came, max(highest, now.size))
            if futile and turn.broken:
                await self.patience.pause(futile - 1)
            ask = turn.ask
            mute = not turn.broken or turn.broken.silent
            if isinstance(ask, Ask) and futile == self.limits.attempts - 1 and mute:
                ask = replace(ask, whole=True)  # the last attempt is another question (S18)
        raise BrokenAnswer(job.key, f"{self.limits.requests} requests were not enough (Limits.requests).")

    def enough(self, job: Job, turn: Turn, futile: int, came: int, size: int) -> None:
        """Raise where asking again would be the same for ever: by attempts, and by bytes (S18)."""
        if futile >= self.limits.attempts:
            kind = errors.Postponed if not turn.broken else BrokenAnswer if turn.came else Unreachable
            why = turn.broken or "the server answers, and nothing comes"
            raise kind(job.key, f"{futile} attempts brought no new bytes ({why}).")
        if turn.broken and came > self.limits.refetches * max(size, self.limits.entity_bytes):
            raise BrokenAnswer(job.key, f"{came} bytes came, and each body breaks off (Limits.refetches).")

    def adopted(self, job: Job, want: FileInfo) -> Have | None:
        """The file, if an earlier run had come as far as its final name: by its digest, or as the very file that was begun."""
        self.lease.keep()
        size, part = self.disk.size(job.final), self.store.parts().get(job.part)
        if size is None:
            return None
        told = want.sha256 is not None or (part and part.total == size and self.believed(part, job.final))
        if told and want.size in (None, size):
            with suppress(DiskFault, errors.ReadOnlyDirectory):
                digest = self.digest(job.final)
                if want.sha256 in (None, digest[0]):
                    self.disk.fsync_directory(dirname(job.final))
                    return Have(job.key, job.final, job.tag, size, digest[0], job.version)
        self.discard(job.final)
        return None

    def begin(self, job: Job, want: FileInfo) -> Ask | Verify:
        """Look at what is here of the file. Without a digest from the feed, and after a new start of the machine, only what is surely durable counts."""
        size = self.disk.size(job.part) or 0
        here = self.store.parts().get(job.part, NOTHING)
        # A power failure can leave a size without its bytes; a digest would notice.
        usable = size if want.sha256 or self.believed(here, job.part) else min(size, here.durable)
        if want.size is not None and usable > want.size:
            usable = 0
        if usable < max(size, here.durable):
            self.cut(job, usable)
        self.tally.parts[job.part] = min(usable, here.durable)
        restarts = 0 if here.wrong is None else self.limits.restarts  # one whole body is enough to see
        ask = Ask(want, usable, here, restarts, self.limits, wrong=here.wrong)
        return Verify(ask) if usable and usable == (here.total if want.size is None else want.size) else ask

    def believed(self, part: Part, name: str) -> bool:
        """Whether a file is the very one that was begun, on a machine that runs since: a kill takes nothing of what it was told to write."""
        return part.mark is not None and part.mark == self.disk.mark(name)

    def begun(self, job: Job, decision: Receive) -> Part:
        """Note, before the first of them, what the bytes that come belong to. Where there is a digest, that will tell."""
        of, was = decision.here, self.store.parts().get(job.part, NOTHING)
        if decision.ask.want.sha256 is None:
            of = replace(of, durable=min(was.durable, decision.offset), mark=self.disk.mark(job.part))
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
            return Turn(replace(ask, whole=True))  # perhaps only a range is sent away (S18)
        try:
            decision = ask.next(opened.answer)
            if isinstance(decision, Receive):
                return await self.receive(job, decision, opened, ask.size)
        finally:
            await self.wire.close(opened.response)
        if isinstance(decision, Ask) and decision.size < ask.size:
            self.cut(job, decision.size)
        if isinstance(decision, Ask | Verify):
            return Turn(decision)
        await self.refused(job, decision, attempt)
        return Turn(ask)

    async def receive(self, job: Job, decision: Receive, opened: Opened, here: int) -> Turn:
        """Write the body where it belongs; `here` bytes are in the part."""
        self.lease.keep()
        self.check_space(job, decision.here.total, decision.offset)
        self.disk.open_part(job.part)
        begin = size = decision.offset
        if begin < here:  # the body of a 200 begins at 0: it is never appended
            self.cut(job, begin)
        of, room, begins = self.begun(job, decision), self.room(decision, begin), b""
        self.growing[job.part] = replace(of, durable=begin, mark=None)
        synced_at = self.wire.clock.monotonic()
        if begin == 0:
            self.hashed[job.part] = hashlib.sha256()
        hashed = self.hashed.get(job.part)
        try:
            async for piece in self.wire.pieces(opened):
                begins += piece[: _BEGIN - len(begins)]
                if size < _BEGIN and begin == 0 and opened.answer.for_people(begins):
                    self.cut(job, 0)
                    raise errors.Misdirected(job.key, f"a page for people came instead. {SIGN_IN}")
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
                    room, synced_at = self.room(decision, size), self.wire.clock.monotonic()
        except Broken as error:
            return Turn(decision.ask.interrupted(size), error, size - begin)
        return Turn(decision.ask.ended(size), None, size - begin)

    def room(self, decision: Receive, here: int) -> int:
        """How many bytes the whole may have; where no length was said, what the disk has room for."""
        room = decision.ask.room()
        if decision.here.total is not None:
            return room
        return min(room, here + max(0, self.disk.free() - self.limits.reserve_bytes))

    def cut(self, job: Job, size: int) -> None:
        """Throw away what is behind `size` bytes, and before that what is remembered of them: what is written there next is not durable."""
        here = self.store.parts().get(job.part)
        if here is not None and here.durable > size:
            self.store.remember(job.part, replace(here, durable=size))
        self.disk.open_part(job.part)
        self.disk.truncate(job.part, size)
        self.growing.pop(job.part, None)
        self.hashed.pop(job.part, None)
        self.tally.parts[job.part] = min(size, self.tally.parts.get(job.part, 0))

    def verify(self, job: Job, want: FileInfo) -> tuple[str, int] | None:
        """The part's digest and size if they are the feed's, None if not. Where the feed says nothing, HTTP's length has to do."""
        size = self.disk.size(job.part)
        if size is None:  # the system may take away what it thinks is temporary
            return None
        hashed, grown = self.hashed.pop(job.part, None), self.growing.get(job.part)
        if hashed is not None and grown is not None and grown.durable == size:
            digest = hashed.hexdigest()
        else:  # some of it came in another run
            digest, size = self.digest(job.part)
        right = want.sha256 in (None, digest) and want.size in (None, size)
        return (digest, size) if right else None

    def digest(self, name: str) -> tuple[str, int]:
        """A file's SHA-256 in hexadecimal and its size, from the disk."""
        digest, size = hashlib.sha256(), 0
        for piece in self.disk.read(name):
            self.patience.look()
            digest.update(piece)
            size += len(piece)
        return digest.hexdigest(), size

    def begin_again(self, job: Job, ask: Ask) -> Ask:
        """The digest is wrong: throw the bytes away and start once more; at some point, no more."""
        self.disk.close(job.part)  # it may have been taken away
        self.cut(job, 0)
        again = ask.restart("its digest or size is not the feed's")
        if isinstance(again, Refuse):
            self.store.remember(job.part, Part(wrong=ask.here.validator or ""))
            raise errors.WrongFile(job.key, f"{again.reason}.")
        return again
