"""The points at which a process can end: each effect on the disk, each COMMIT, each request, each wait for bytes.

Every one is announced before it happens. Where the announcement raises something that is no `Exception`, the process counts as killed:
from then on nothing is done at any point, whoever asks.
"""

import sqlite3
from collections.abc import Callable, Iterator

from .disk import DATABASE, Disk

type Observer = Callable[[str, str], None]
"""Called with a point's name and its detail."""


class Points:
    """Announces points; after a kill, or once `closed`, none is passed any more."""

    def __init__(self, observe: Observer | None, closed: Callable[[], None]) -> None:
        self._observe = observe
        self._closed = closed
        self._killed: BaseException | None = None

    def __call__(self, name: str, detail: str) -> None:
        """Announce a point."""
        if self._killed is not None:
            raise self._killed
        self._closed()
        if self._observe is not None:
            with self:
                self._observe(name, detail)

    def at(self, name: str, detail: str) -> "Points":
        """Announce a point; what happens there stands in the `with`."""
        self(name, detail)
        return self

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        # That nobody reads on, which is what a GeneratorExit says, is no kill.
        if error is not None and not isinstance(error, Exception | GeneratorExit):
            self._killed = error


class PointedDisk:
    """A disk each of whose effects is announced. What changes nothing on the disk has no point."""

    def __init__(self, disk: Disk, points: Points) -> None:
        self._disk = disk
        self._points = points

    def open_part(self, name: str) -> int:
        with self._points.at("open_part", name):
            return self._disk.open_part(name)

    def append(self, name: str, data: bytes) -> None:
        with self._points.at("append", name):
            self._disk.append(name, data)

    def truncate(self, name: str, size: int) -> None:
        with self._points.at("truncate", name):
            self._disk.truncate(name, size)

    def fsync(self, name: str) -> None:
        with self._points.at("fsync", name):
            self._disk.fsync(name)

    def rename(self, part: str, final: str) -> None:
        with self._points.at("rename", final):
            self._disk.rename(part, final)

    def fsync_directory(self, folder: str) -> None:
        with self._points.at("fsync_directory", folder):
            self._disk.fsync_directory(folder)

    def unlink(self, name: str) -> None:
        with self._points.at("unlink", name):
            self._disk.unlink(name)

    def read(self, name: str) -> Iterator[bytes]:
        with self._points.at("read", name):
            yield from self._disk.read(name)

    def size(self, name: str) -> int | None:
        with self._points.at("size", name):
            return self._disk.size(name)

    def names(self, folder: str) -> list[str]:
        with self._points.at("names", folder):
            return self._disk.names(folder)

    def sizes(self, folder: str) -> dict[str, int]:
        return self._disk.sizes(folder)

    def stands(self) -> None:
        self._disk.stands()

    def free(self) -> int:
        with self._points.at("free", "."):
            return self._disk.free()

    def database(self) -> sqlite3.Connection:
        with self._points.at("database", DATABASE):
            return self._disk.database()

    def set_database_aside(self) -> None:
        with self._points.at("set_database_aside", DATABASE):
            self._disk.set_database_aside()

    def alone(self) -> bool:
        return self._disk.alone()

    @property
    def lesser(self) -> bool:
        return self._disk.lesser

    def close(self, name: str | None = None) -> None:
        self._disk.close(name)
