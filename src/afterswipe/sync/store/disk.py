"""The disk: every effect on it is one method, so that a test can end the process before or after each.

Names are relative and ours alone: a folder of `FOLDERS`, and a file name made of a UUID, a version or a
digest. A name that a server chose is never part of a path. Symbolic links are refused.
"""

import asyncio
import errno
import os
import platform
import re
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager, suppress
from os.path import samestat
from pathlib import Path
from typing import Any

from afterswipe.sync.errors import (  # isort: skip
    AnotherProcess, CorruptDatabase, DirectoryGone, DiskFault, DiskFull, LesserPromise, ReadOnlyDirectory,
    StoreError, UnsafePath,
)  # fmt: skip

from .schema import DATABASE, require_ours

FOLDERS = ("parts", "files/sound", "files/song")  # where files may be
_LOGS = "-wal", "-shm", "-journal"
_SOMEBODYS = " is a link, or no plain file, or has a second name (cp -al). Move it away, or put a copy of it in its place."
CHUNK = 1 << 20  # bytes that are read at once
type _Part = tuple[int, int, Future[bool] | None]  # descriptor, size, and what syncs it ahead
_LEAST, _BEGIN = 512, 40_000  # bytes of a database; that SQLite maps before it looks whether they have room
_AHEAD, _FLOWS = 1 << 23, 1_000  # bytes written, rows changed: then they are put on their way to the disk

_SAFE = re.compile(r"(parts|files/sound|files/song)/[a-z0-9][a-z0-9.-]{0,120}", re.ASCII)
_MODE, _NO_LINKS = 0o644, getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


class Disk:
    """A directory, as the engine needs it: a process can end at each method. A subclass may be another's."""

    def __init__(self, directory: str | Path, *, busy_seconds: float = 1) -> None:
        self.root = Path(os.path.realpath(directory))  # nothing below it may be a link
        self._root, self._database = str(self.root), str(self.root / DATABASE)
        self._lock: int | None = None
        self.remarks: dict[str, StoreError] = {}  # what a run's report is to say of it
        self._busy_seconds, self._threads = busy_seconds, ThreadPoolExecutor()
        self._opened: tuple[int, int] | None = None
        self._plain: dict[str, str] = {}  # folders that are no links, as of the last look at the directory
        self._open: dict[str, _Part] = {}  # that are being written

    def open_part(self, name: str) -> int:
        """Open the file, made if it is not there; its size. Raises UnsafePath for what is no plain file."""
        if name in self._open:
            return self._open[name][1]
        self.stands(("parts",))
        with mapped(name):
            path, flags = self._path(name), os.O_RDWR | os.O_CREAT | os.O_APPEND | _NO_LINKS
            descriptor = self._made(name, lambda: os.open(path, flags, _MODE))
            found = os.fstat(descriptor)
            if found.st_nlink > 1:  # it has another name too, which may be somebody's
                os.close(descriptor)
                os.unlink(path)
                return self.open_part(name)
            if not stat.S_ISREG(found.st_mode):
                os.close(descriptor)
                raise UnsafePath(f"{name} is no plain file. Remove it; it is not ours.")
            self._open[name] = (descriptor, found.st_size, None)
            return found.st_size

    def append(self, name: str, data: bytes) -> None:
        """Write behind the end of an open file. Raises AnotherProcess where somebody else wrote there too."""
        descriptor, size, _ = self._open[name]
        with mapped(name):
            left = memoryview(data)
            while left:
                left = left[os.write(descriptor, left) :]
            size += len(data)
            at = os.lseek(descriptor, 0, os.SEEK_CUR)
            if at != size:  # what was there before is what we know of
                os.ftruncate(descriptor, min(at, size) - len(data))
                kind = AnotherProcess if at > size else DiskFault
                raise kind(f"{name}: somebody else writes, or cut it. Let one process at a time sync here.")
        self._open[name] = (descriptor, size, None)
        if size % _AHEAD < len(data):
            with suppress(RuntimeError, AttributeError):  # no threads are allowed, or it is not Linux
                self._threads.submit(os.posix_fadvise, descriptor, 0, 0, os.POSIX_FADV_DONTNEED)

    def truncate(self, name: str, size: int) -> None:
        """Cut a file to `size` bytes."""
        with mapped(name):
            os.ftruncate(self._open[name][0], size)
        self._open[name] = (self._open[name][0], size, None)

    def fsync_ahead(self, names: list[str]) -> asyncio.Future[None] | None:
        """Begin to sync open files, where it can be beside all else. `fsync` follows and says how it went."""
        ahead = {n: (*f[:2], Future[bool]()) for n, f in self._open.items() if n in names and not f[2]}
        with suppress(Exception):  # no loop runs, or it has no threads, or no more are allowed
            if ahead:
                done = asyncio.get_running_loop().run_in_executor(self._threads, _fsync_all, ahead.values())
                self._open.update(ahead)
                return done
        return None

    def fsync(self, name: str) -> None:
        """Return when the file's bytes would survive a power failure."""
        descriptor, _, ahead = self._open[name]
        with mapped(name):
            if not (ahead.result() if ahead is not None else _fsync(descriptor)):
                lesser = "everything is kept, but a power failure may take what came last."
                self.remarks["fsync"] = LesserPromise(f"This file system has no fsync: {lesser}")

    def rename(self, part: str, final: str) -> None:
        """Give a file its final name, replacing what has that name."""
        with mapped(part):
            if part in self._open and not samestat(os.lstat(self._path(part)), os.fstat(self._open[part][0])):
                raise DiskFault(f"{part}: somebody put another in its place.")
        self.close(part)
        with mapped(final):
            self._made(final, lambda: os.replace(self._path(part), self._path(final)))

    def fsync_directory(self, folder: str) -> None:
        """Return when the folder's names would survive a power failure."""
        with mapped(folder):
            _fsync_directory(self._folder(folder))

    def unlink(self, name: str) -> None:
        """Delete a file; no error if it is not there."""
        self.close(name)
        with mapped(name), suppress(FileNotFoundError):
            os.unlink(self._path(name))

    def read(self, name: str) -> Iterator[bytes]:
        """The file's bytes, in pieces of `CHUNK` at most."""
        flags = os.O_RDONLY | _NO_LINKS
        with mapped(name), open(os.open(self._path(name), flags), "rb", buffering=0) as file:
            while data := file.read(CHUNK):
                yield data

    def size(self, name: str) -> int | None:
        """The file's size in bytes, None if it is not there. Raises UnsafePath for what is no plain file."""
        with mapped(name), suppress(FileNotFoundError):
            found = os.lstat(self._path(name))
            if not stat.S_ISREG(found.st_mode):
                raise UnsafePath(f"{name} is no plain file. Remove it; it is not ours.")
            return found.st_size
        return None

    def sizes(self, folder: str) -> Iterator[tuple[str, int]]:
        """The plain files of a folder, one by one: names (with the folder) and sizes in bytes."""
        with mapped(folder), (gone := suppress(FileNotFoundError)), os.scandir(self._folder(folder)) as found:
            for entry in found:
                with gone:  # somebody removed it meanwhile
                    if entry.is_file(follow_symlinks=False):
                        yield f"{folder}/{entry.name}", entry.stat(follow_symlinks=False).st_size

    def mark(self, name: str) -> str | None:
        """What no other file has, nor this one after a new start of the machine. None where nothing tells."""
        place, start = _place(self._path(name)), _start()  # no file, or no /proc
        return f"{start}/{place[0]}/{place[1]}" if start and place else None

    def alone(self) -> bool | None:
        """Take a lock that a process's end gives back; whether it was free. None where there are no locks."""
        if self._lock is not None:
            return None
        try:  # it is on the directory: a kill ends it too, and other containers see it
            from fcntl import LOCK_EX, LOCK_NB, flock  # neither on Windows nor in the browser

            self._lock = os.open(self.root, os.O_RDONLY)
            flock(self._lock, LOCK_EX | LOCK_NB)
        except (OSError, ImportError) as error:
            self.close()
            return False if isinstance(error, BlockingIOError) else None
        return True

    def stands(self, folders: tuple[str, ...] = FOLDERS) -> None:
        """Raise DirectoryGone where the directory is no longer the one whose database was opened."""
        for folder in folders:
            self._plain.pop(folder, None)
        if self._opened is not None and self._opened != _place(self._database):
            gone = f"{self.root}, or its {DATABASE}, was removed or replaced while it was being written."
            raise DirectoryGone(f"{gone} Run again; nothing more was written.")

    def free(self) -> int:
        """Bytes that can still be written."""
        with suppress(AttributeError, NotImplementedError, OSError):
            return shutil.disk_usage(self._root).free
        return sys.maxsize

    def database(self) -> sqlite3.Connection:
        """A connection to the database, made if it is not there."""
        with mapped(DATABASE):
            self._make(self.root)
            on = os.statvfs(self._root) if hasattr(os, "statvfs") else None
            if on and on.f_blocks and on.f_bavail * on.f_frsize < _BEGIN:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self._root)
            there = []
            for end in (*_LOGS, ""):  # SQLite would write through them, or wait for ever
                with suppress(FileNotFoundError):
                    found = os.lstat(self._database + end)
                    if found.st_nlink > 1 or not stat.S_ISREG(found.st_mode):
                        raise UnsafePath(DATABASE + end + _SOMEBODYS)
                    there.append(end)
            if "" not in there or 0 < found.st_size < _LEAST:  # SQLite would begin anew over them
                self.set_database_aside(there)
            uri = Path(self._database).as_uri() + "?mode=ro&immutable=1"
            with suppress(sqlite3.Error, ValueError), closing(sqlite3.connect(uri, uri=True)) as looked_at:
                require_ours(looked_at)  # before SQLite recovers it: of another program's nothing may change
            try:
                connection = _Database(self._database, self._busy_seconds, self._threads)
            except sqlite3.OperationalError as error:
                raise ReadOnlyDirectory(f"{self._database}: {error}. Permission, or room (df -i)?") from error
            self._opened = _place(self._database)
            return connection

    def set_database_aside(self, ends: Iterable[str] = (*_LOGS, "")) -> None:
        """Give a damaged database, and its log, another name, so that the next `database()` is a new one."""
        with mapped(DATABASE):
            aside = DATABASE + ".damaged"
            aside += ".again" * (self.root / aside).exists()  # the first stays: it may have been somebody's
            for end in ends:
                with suppress(FileNotFoundError):
                    os.replace(self._database + end, self.root / (aside + end))
                    kept = f"was damaged, or no database. It was kept, as {aside}{end}; a new one was made."
                    self.remarks["aside"] = CorruptDatabase(f"{DATABASE} {kept}")

    def close(self, name: str | None = None) -> None:
        """Let go of a file, or of all that is open and of the lock. Nothing on the disk changes."""
        for opened in list(self._open) if name is None else [name]:
            if opened in self._open:
                os.close(self._open.pop(opened)[0])
        if name is None and self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _make(self, folder: Path) -> None:
        """Make a folder whose name would survive a power failure, as those of the folders around it do."""
        if not folder.is_dir():
            if folder.exists():
                raise UnsafePath(f"{folder} is a file. Give a directory, or move that file away.")
            self._make(folder.parent)
            folder.mkdir(exist_ok=True)
            _fsync_directory(folder.parent)

    def _made[T](self, name: str, call: Callable[[], T]) -> T:
        """What a call gives; where there is no folder for it yet, that is made first."""
        try:
            return call()
        except FileNotFoundError:
            self._make((self.root / name).parent)
            return call()

    def _folder(self, folder: str) -> str:
        """A folder of ours, none of whose parts is a link. Strings: these are asked for all the time."""
        assert folder in FOLDERS, folder
        if folder not in self._plain:
            path = self._root
            for part in folder.split("/"):
                path = f"{path}/{part}"
                if os.path.islink(path):
                    raise UnsafePath(f"{path} is a symbolic link. Remove it; it is not ours.")
            self._plain[folder] = path
        return self._plain[folder]

    def _path(self, name: str) -> str:
        assert _SAFE.fullmatch(name), name
        folder, _, last = name.rpartition("/")
        return f"{self._plain.get(folder) or self._folder(folder)}/{last}"


class _Database(sqlite3.Connection):
    """Its log flows into the database in a thread: no commit waits for it (S20), `close` breaks it off."""

    def __init__(self, path: str, busy_seconds: float, threads: Executor) -> None:
        super().__init__(path, timeout=busy_seconds, isolation_level=None)
        super().execute("PRAGMA wal_autocheckpoint=0")
        super().execute("PRAGMA temp_store=MEMORY")  # no other folder has to be writable
        self._path, self._threads, self._seen = path, threads, 0
        self._beside: sqlite3.Connection | None = None
        self._flow: Future[object] | None = None

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        done = super().execute(sql, parameters)
        if sql == "COMMIT" and self.total_changes - self._seen > _FLOWS and sys.platform != "emscripten":
            self._beside = self._beside or sqlite3.connect(self._path, check_same_thread=False)
            if self._flow is None or self._flow.done():
                self._seen = self.total_changes
                with suppress(RuntimeError):  # no more threads are allowed
                    self._flow = self._threads.submit(self._beside.execute, "PRAGMA wal_checkpoint")
        return done

    def close(self) -> None:
        if self._beside is not None:
            if self._flow is not None:
                self.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, not self._flow.done())
                self._beside.interrupt()
                _ = self._flow.cancel() or wait([self._flow])
            self._beside.close()
        super().close()


def _place(path: str) -> tuple[int, int] | None:
    with suppress(OSError):
        found = os.lstat(path)
        return found.st_dev, found.st_ino
    return None


_MEANING: tuple[tuple[type[StoreError], str, str], ...] = (
    (DiskFull, "ENOSPC EDQUOT", "Free some space and run again."),
    (ReadOnlyDirectory, "EACCES EPERM EROFS", "Give a directory that this process may write to."),
    (ReadOnlyDirectory, "EBUSY ETXTBSY", "Somebody holds it. Run again when they have let go."),
    (ReadOnlyDirectory, "EXDEV", "Its folders, parts and files, have to be on one file system."),
    (ReadOnlyDirectory, "EFBIG", "No larger file may be here. Give a directory on another file system."),
    (DiskFault, "EIO ESTALE ENOENT", "Look at the disk."),
    (StoreError, "EMFILE ENFILE", "Allow it more files (ulimit -n), or lower the limit `concurrency`."),
    (UnsafePath, "EEXIST ELOOP ENOTDIR EISDIR EMLINK", "Remove what is there; it is not ours."),
    (StoreError, "ENAMETOOLONG", "Give a shorter one."),
    (StoreError, "", "Look at the disk, then run again."),
)


@contextmanager
def mapped(name: str) -> Iterator[None]:
    """Turn the system's errors into ours, at the edge."""
    try:
        yield
    except OSError as error:
        code = errno.errorcode.get(error.errno or 0, "")
        meant, _, remedy = next(row for row in _MEANING if code in row[1].split() or not row[1])
        at = error.filename2 or error.filename or name
        raise meant(f"{at}: {error.strerror or error}. {remedy}") from error


def _fsync_directory(path: str | Path) -> None:
    with suppress(PermissionError, IsADirectoryError):  # Windows and the browser cannot
        descriptor = os.open(path, os.O_RDONLY | _NO_LINKS)
        try:
            _fsync(descriptor)
        finally:
            os.close(descriptor)


def _fsync(descriptor: int) -> bool:
    """Sync a file or a folder, where its file system can."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF):
            raise
        return False
    return True


def _fsync_all(files: Collection[tuple[int, int, Future[bool]]]) -> None:
    for descriptor, *_ in files:  # all on their way, before the first is waited for
        with suppress(OSError, AttributeError):  # it is advice, upon which Linux begins to write
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    for descriptor, _, came in files:
        try:
            came.set_result(_fsync(descriptor))
        except OSError as error:
            came.set_exception(error)


def this_process(random_bits: int) -> str:
    """A name for who holds the lease: its host, its number, one that no other has, and its machine."""
    return f"{platform.node()}/{os.getpid()}/{random_bits:x}/{_start() or platform.node()}"


def same_machine(owner: str) -> bool:
    """Whether the owner is or was under this very kernel, in any container: then the lock can be believed."""
    return owner.rpartition("/")[2] == (_start() or platform.node())


def _start() -> str:
    """Which start of which kernel it is, where it says so."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    return ""
