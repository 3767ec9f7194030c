"""A disk and a database in memory that know what a crash leaves of them.

Two things are called a crash, and they are not the same:

- *kill*: the process is gone (SIGKILL; what iOS does to a suspended app). What it has written stays, synced or not.
- *power loss*: the machine is gone. Only what was synced is certain. Bytes need `fsync`, names need `fsync_directory`.
  What was not synced may or may not have reached the disk, so there are four outcomes (`Crash`).

In both, transactions that SQLite has committed stay, and open ones are gone. One that was committed without a sync is, for a power
loss, as a file that was not synced. After a power loss the machine was started anew, and no mark of a file is what it was.

Not modelled: damaged sectors, a disk that lies about a sync, SQLite's own files, and folders (they are always there).
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache

from afterswipe.sync.errors import DiskFull, StoreError
from afterswipe.sync.store.disk import Disk

from .sim_database import MemoryDatabase, RecordedConnection, Rows

type Watch = Callable[[str, str], None]
"""Called before every effect with the point's name and what it is about; what it raises, the effect raises."""

_CHUNK = 65536
_NOW = "now"


class Crash(StrEnum):
    """What happens to the machine, and how much of what was not synced survives it."""

    KILL = "kill"
    POWER = "power loss"
    """Nothing that was not synced survives."""
    POWER_NAMES = "power loss, names survive"
    """Names reached the disk by themselves, bytes did not: the file of length zero under its final name."""
    POWER_LENGTHS = "power loss, lengths survive"
    """Names and lengths reached the disk, bytes did not: zeros where they should be."""


class Gone(BaseException):
    """The process was killed here. Not an Exception: no code of a process that is gone handles it."""


@dataclass(frozen=True)
class Durable:
    """What a crash leaves, while no process runs. Two are equal when nothing that follows can tell them apart.

    After a kill the machine still runs, so what was not synced is still only in memory: a later power loss takes it.
    """

    nodes: tuple[tuple[bytes, bytes], ...] = ()
    """Each file's bytes: as a process reads them now, and as they were when they were last synced."""
    names: tuple[tuple[str, int], ...] = ()
    """Each name with its file's place in `nodes`, sorted."""
    synced_names: tuple[tuple[str, int], ...] = ()
    """The same, as it was when the folders were last synced."""
    rows: Rows = ()
    """Per table of the database its rows, as text, sorted."""
    synced_rows: Rows = ()
    """The same, as they were when the database was last synced."""
    image: bytes = field(default=b"", compare=False, repr=False)
    """The database, serialised by SQLite."""
    synced_image: bytes = field(default=b"", compare=False, repr=False)
    """The same, as it was when it was last synced."""

    @cached_property
    def _hash(self) -> int:
        return hash((self.nodes, self.names, self.synced_names, self.rows, self.synced_rows))

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def files(self) -> dict[str, bytes]:
        """The files by name, as a process would read them."""
        return {name: self.nodes[place][0] for name, place in self.names}

    @property
    def visible(self) -> object:
        """All that a process can see of it: what was synced, it can't."""
        return tuple((name, self.nodes[place][0]) for name, place in self.names), self.rows

    def database(self) -> sqlite3.Connection:
        """A connection to a copy of the database, to look at."""
        return MemoryDatabase(self.image)


NOTHING = Durable()
"""An empty disk, before the first start."""


@dataclass(eq=False)
class _File:
    """A file: its bytes as the running process sees them, and as they were when it was last synced."""

    data: bytes = b""
    synced: bytes = b""


class SimDisk(Disk):
    """The engine's `Disk` in memory, from what an earlier process left (`durable`).

    `capacity` in bytes. After `die`, every method raises `Gone`.
    """

    def __init__(
        self,
        durable: Durable = NOTHING,
        *,
        watch: Watch = lambda _point, _detail: None,
        capacity: int = 1 << 40,
    ) -> None:
        files = [_File(data, synced) for data, synced in durable.nodes]
        self._names = {name: files[place] for name, place in durable.names}
        self._synced_names = {name: files[place] for name, place in durable.synced_names}
        self._written: set[str] = set()
        self.rows, self.image = durable.rows, durable.image
        self.synced = durable.synced_rows, durable.synced_image
        self.watch = watch
        self.capacity = capacity
        self.alive = True
        self.remarks: dict[str, StoreError] = {}
        self._left: dict[Crash, Durable] = {}  # since the last change

    # What tests use.

    def die(self) -> None:
        """The process is gone: from here on every method raises `Gone`."""
        self.alive = False

    def after(self, crash: Crash) -> Durable:
        """What this crash would leave at this moment; the same object until something changes."""
        if crash not in self._left:
            self._left[crash] = self._after(crash)
        return self._left[crash]

    def _after(self, crash: Crash) -> Durable:
        names = self._synced_names if crash is Crash.POWER else self._names
        places: dict[_File, int] = {}
        for name in sorted(names):
            places.setdefault(names[name], len(places))
        synced_names = names
        if crash is Crash.KILL:
            synced_names = self._synced_names
            for name in sorted(synced_names):
                places.setdefault(synced_names[name], len(places))
        rows, image = self.synced if crash is Crash.POWER else (self.rows, self.image)
        synced = self.synced
        if crash is not Crash.KILL:
            rows, image = synced = _anew(rows, image)
        return Durable(
            tuple(_survives(file, crash) for file in places),
            tuple((name, places[names[name]]) for name in sorted(names)),
            tuple((name, places[synced_names[name]]) for name in sorted(synced_names)),
            rows,
            synced[0],
            image,
            synced[1],
        )

    def reach(self, point: str, detail: str) -> None:
        """Come to a point: the moment before an effect."""
        self.check_alive()
        self.watch(point, detail)
        self.check_alive()

    def check_alive(self) -> None:
        """Raise `Gone` where the process is."""
        if not self.alive:
            raise Gone

    def committed(self, connection: RecordedConnection) -> None:
        """Take what a commit left as what stays."""
        rows = connection.rows()
        if rows != self.rows or not self.image:
            self.keep(rows, connection.serialize(), synced=not connection.begun)
        elif not connection.begun and self.synced[0] != rows:
            self.keep(self.rows, self.image, synced=True)

    def keep(self, rows: Rows, image: bytes, synced: bool) -> None:
        """The database's rows are these from now on."""
        self.rows, self.image = rows, image
        if synced:
            self.synced = rows, image
        self._left.clear()

    # The protocol that the engine knows.

    def open_part(self, name: str) -> int:
        """Make an empty file unless it is there; return its size in bytes."""
        self.reach("open_part", name)
        if name not in self._names:
            self._names[name] = _File()
            self._left.clear()
        self._written.add(name)
        return len(self._names[name].data)

    def append(self, name: str, data: bytes) -> None:
        """Write at the end of a file that `open_part` opened, in two halves: a process can be killed between them."""
        assert name in self._written, f"{name} was not opened"
        half = len(data) // 2
        for piece, point in ((data[:half], "append"), (data[half:], "append, half")):
            if not piece:
                continue
            self.reach(point, name)
            if len(piece) > self.free():
                raise DiskFull(f"No space left for {name}. Free some space and run again.")
            self._names[name].data += piece
            self._left.clear()

    def truncate(self, name: str, size: int) -> None:
        """Cut a file that `open_part` opened to `size` bytes."""
        assert name in self._written, f"{name} was not opened"
        self.reach("truncate", name)
        file = self._names[name]
        file.data = file.data[:size]
        self._left.clear()

    def fsync(self, name: str) -> None:
        """Make the bytes of a file that `open_part` opened survive a power loss; its name needs `fsync_directory`."""
        assert name in self._written, f"{name} was not opened"
        self.reach("fsync", name)
        file = self._names[name]
        file.synced = file.data
        self._left.clear()

    def fsync_ahead(self, _names: list[str]) -> None:
        """Nothing that a crash could tell from nothing: no name follows before each was synced. Others go on all the same."""

    def rename(self, part: str, final: str) -> None:
        """Give a file its final name, in one step, in place of what had it before."""
        self.reach("rename", final)
        self._written.discard(part)
        self._names[final] = self._names.pop(part)
        self._left.clear()

    def fsync_directory(self, folder: str) -> None:
        """Make what was named, renamed and removed in a folder survive a power loss.

        A rename between two folders survives as a whole, as on every file system with a journal.
        """
        self.reach("fsync_directory", folder)
        inside = f"{folder}/"
        everywhere = (*self._names.items(), *self._synced_names.items())
        here = {file for name, file in everywhere if name.startswith(inside)}
        others = {name: file for name, file in self._synced_names.items() if file not in here}
        self._synced_names = others | {name: file for name, file in self._names.items() if file in here}
        self._left.clear()

    def unlink(self, name: str) -> None:
        """Remove a file. One that is not there is no mistake."""
        self.reach("unlink", name)
        self._written.discard(name)
        self._names.pop(name, None)
        self._left.clear()

    def read(self, name: str) -> Iterator[bytes]:
        """A file's bytes, in pieces. Raises StoreError where there is no such file."""
        self.check_alive()
        if name not in self._names:
            raise StoreError(f"{name}: there is no such file. The disk refused; look at it, then run again.")
        data = self._names[name].data
        for start in range(0, len(data), _CHUNK):
            yield data[start : start + _CHUNK]

    def size(self, name: str) -> int | None:
        """A file's size in bytes, or None where there is no such file."""
        self.check_alive()
        return len(self._names[name].data) if name in self._names else None

    def sizes(self, folder: str) -> Iterator[tuple[str, int]]:
        """The names of the files in a folder, and their sizes in bytes."""
        self.check_alive()
        files = sorted(self._names.items())
        return iter([(name, len(file.data)) for name, file in files if name.rpartition("/")[0] == folder])

    def stands(self, _folders: tuple[str, ...] = ()) -> None:
        """A simulated directory is never replaced."""

    def free(self) -> int:
        """How many bytes are left."""
        self.check_alive()
        return self.capacity - sum(len(file.data) for file in self._names.values())

    def database(self) -> RecordedConnection:
        """A connection to the database; there is one at a time."""
        self.check_alive()
        connection = RecordedConnection(self.image, self.rows)
        connection.reach, connection.check_alive = self.reach, self.check_alive
        connection.committed = self.committed
        return connection

    def set_database_aside(self, _ends: Iterable[str] = ()) -> None:
        """Forget the database, so that the next `database()` is a new one."""
        self.reach("set_database_aside", "")
        self.keep((), b"", synced=True)

    def close(self, name: str | None = None) -> None:
        """Close a file, or all that are being written."""
        self._written -= {name} if name else set(self._written)

    def mark(self, name: str) -> str | None:
        """The machine's start alone: no file here takes another one's place."""
        return _NOW if name in self._names else None

    def alone(self) -> None:
        """A simulated disk has no locks."""


@lru_cache(maxsize=4096)
def _anew(rows: Rows, image: bytes) -> tuple[Rows, bytes]:
    """A database after a new start of the machine: a mark that was of the one before is as good as none."""
    marked = f", {_NOW!r})"
    if not any(row.endswith(marked) for name, some in rows if name == "transfers" for row in some):
        return rows, image
    with closing(MemoryDatabase(image)) as database:
        database.execute("UPDATE transfers SET mark = NULL")
        image = database.serialize()
    of = {
        name: tuple(row.replace(marked, ", None)") for row in some)
        for name, some in rows
        if name == "transfers"
    }
    return tuple((name, of.get(name, some)) for name, some in rows), image


def _survives(file: _File, crash: Crash) -> tuple[bytes, bytes]:
    """A file's bytes after a crash: as they are read, and what of them is synced."""
    if crash is Crash.KILL:
        return file.data, file.synced
    if crash is Crash.POWER_LENGTHS:
        same = len(file.synced) if file.data.startswith(file.synced) else _common(file.data, file.synced)
        zeroed = file.data[:same] + bytes(len(file.data) - same)
        return zeroed, zeroed
    return file.synced, file.synced


def _common(one: bytes, other: bytes) -> int:
    """How many bytes the beginnings of two files have in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
