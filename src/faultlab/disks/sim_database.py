"""The database of the simulated disk: SQLite in memory, with every commit a point."""

import re
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

type Rows = tuple[tuple[str, tuple[str, ...]], ...]
"""Per table of a database its rows, as text, sorted."""


class MemoryDatabase(sqlite3.Connection):
    """A database in memory, closed with its last reference: there is nothing that a lost connection could lose."""

    def __init__(self, image: bytes) -> None:
        # The collector may close it in another thread, such as that of a test's server.
        super().__init__(":memory:", isolation_level=None, check_same_thread=False)
        if image:
            self.deserialize(image)
        else:
            super().execute("PRAGMA page_size = 512")  # a small image: it is copied after every commit

    def __del__(self) -> None:
        self.close()


class RecordedConnection(MemoryDatabase):
    """A connection that tells its disk of every commit: before it happens (a point), and what it left."""

    reach: Callable[[str, str], None]
    """Called before every commit, with the point's name."""
    check_alive: Callable[[], None]
    """Called before everything else."""
    committed: Callable[["RecordedConnection"], None]
    """Called after every commit."""

    def __init__(self, image: bytes, rows: Rows = ()) -> None:
        super().__init__(image)
        self.begun = False  # whether the next commit is not synced
        self._touched: dict[str, None] = {}  # the tables that this transaction has written to, in order
        self._read = dict(rows)  # what `rows` last said of each table

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """As in sqlite3; one statement, which may be a commit."""
        self._before(sql)
        cursor = super().execute(sql, parameters)
        self._after(sql)
        return cursor

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """As in sqlite3."""
        self._before(sql)
        cursor = super().executemany(sql, parameters)
        self._after(sql)
        return cursor

    def executescript(self, sql_script: str, /) -> sqlite3.Cursor:
        """As in sqlite3: it commits first, and its statements count as one."""
        self._before("COMMIT")
        self._read.clear()
        cursor = super().executescript(sql_script)
        self._after("COMMIT")
        return cursor

    def commit(self) -> None:
        """As in sqlite3."""
        self._before("COMMIT")
        super().commit()
        self._after("COMMIT")

    def __exit__(self, *failure: Any) -> Any:
        if self.in_transaction and failure[0] is None:
            self._before("COMMIT")
        result = super().__exit__(*failure)
        self._after("COMMIT")
        return result

    def cursor(self, *_arguments: Any, **_options: Any) -> Any:
        """Not to be used."""
        raise NotImplementedError("Use the connection's own execute: a cursor's would not be recorded.")

    def _before(self, sql: str) -> None:
        verb = _verb(sql)
        if verb in _WRITES and (table := _TABLE.search(sql)):
            self._touched[table[1]] = None
        if sql.startswith(_SYNCHRONOUS):
            self.begun = sql.endswith("NORMAL")
        elif verb in _SHAPES:
            self._read.clear()
        if verb in _ENDS or (verb in _WRITES and not self.in_transaction):
            self.reach("commit", ", ".join(self._touched))
        else:
            self.check_alive()

    def _after(self, sql: str) -> None:
        if not self.in_transaction and _verb(sql) not in _READS:
            self.committed(self)
            self._touched.clear()

    def rows(self) -> Rows:
        """Every table's rows as text. Only the tables that were written to since the last time are read again."""
        execute, read = super().execute, self._read
        if not read or not self._touched.keys() <= read.keys():
            read.clear()
            tables = execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
            self._touched = dict.fromkeys(name for (name,) in tables)
            read["user_version"] = (repr(execute("PRAGMA user_version").fetchone()[0]),)
        for name in self._touched:
            rows = execute(f'SELECT * FROM "{name}"').fetchall()  # noqa: S608
            read[name] = tuple(sorted(map(repr, rows)))
        self._touched.clear()
        return tuple(read.items())


_TABLE = re.compile(r"\b(?:INTO|UPDATE|FROM|TABLE)\s+(?:IF NOT EXISTS\s+|OR\s+\w+\s+)?(\w+)")
_SYNCHRONOUS = "PRAGMA synchronous"
_READS = {"SELECT", "EXPLAIN", "WITH", "PRAGMA", "ROLLBACK"}
_WRITES = {"INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "ALTER"}
_SHAPES = {"CREATE", "DROP", "ALTER", "PRAGMA"}
_ENDS = {"COMMIT", "END"}


def _verb(sql: str) -> str:
    return sql.split(None, 1)[0].upper().rstrip(";")
