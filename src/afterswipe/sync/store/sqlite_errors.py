"""SQLite's errors as ours."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from afterswipe.sync.errors import AnotherProcess, CorruptDatabase, DiskFull, ReadOnlyDirectory, StoreError

from .disk import DATABASE

_BUSY = "Somebody else is at work in this directory; let one process at a time sync here."
_FORBIDDEN = "Give a directory that this process may write to."
_DAMAGED = "It is set aside and built anew from the server."
_MEANING: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_BUSY: (AnotherProcess, _BUSY),
    sqlite3.SQLITE_LOCKED: (AnotherProcess, _BUSY),
    sqlite3.SQLITE_FULL: (DiskFull, "Free some space and run again."),
    sqlite3.SQLITE_READONLY: (ReadOnlyDirectory, _FORBIDDEN),
    sqlite3.SQLITE_CANTOPEN: (ReadOnlyDirectory, _FORBIDDEN),
    sqlite3.SQLITE_CORRUPT: (CorruptDatabase, _DAMAGED),
    sqlite3.SQLITE_NOTADB: (CorruptDatabase, _DAMAGED),
}
_PRIMARY = 0xFF
"""The part of an error code that says its kind; the rest are details."""


@contextmanager
def mapped() -> Iterator[None]:
    """Turn SQLite's errors into ours, at the edge."""
    try:
        yield
    except sqlite3.Error as error:
        code = (getattr(error, "sqlite_errorcode", None) or 0) & _PRIMARY
        kind, remedy = _MEANING.get(code, (StoreError, "Look at the disk, then run again."))
        raise kind(f"{DATABASE}: {error}. {remedy}") from error
