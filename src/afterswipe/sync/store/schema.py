"""The database's tables, in versions: a released migration is never edited. And SQLite's errors as ours."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from afterswipe.sync.errors import (  # isort: skip
    AnotherProcess, CorruptDatabase, DiskFull, ForeignDatabase, ReadOnlyDirectory, StoreError,
)  # fmt: skip

DATABASE = "sync.db"
APPLICATION_ID = 0x41665377  # "AfSw": says that a database is ours

_ADDED = " + ".join(f"(SELECT TOTAL(1 + version % 9973) FROM {table})" for table in ("entities", "files"))
_CHANGES = {"INSERT": "+ 1 + NEW.version % 9973", "DELETE": "- 1 - OLD.version % 9973",
            "UPDATE OF version": "+ NEW.version % 9973 - OLD.version % 9973"}  # fmt: skip
_TRIGGER = "CREATE TRIGGER '{0} {1}' AFTER {1} ON {0} BEGIN UPDATE meta SET adds_up = adds_up {2}; END".format

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # One row, of what is known about the feed and about earlier runs.
        """CREATE TABLE meta (
            one INTEGER PRIMARY KEY CHECK (one = 1), base TEXT, feed_id TEXT, generation TEXT, numbered INTEGER,
            cursor TEXT, cursor_version INTEGER NOT NULL DEFAULT -1,
            page TEXT, page_version INTEGER NOT NULL DEFAULT -1,
            shadow_feed_id TEXT, shadow_generation TEXT, shadow_numbered INTEGER,
            not_before REAL NOT NULL DEFAULT 0, clean INTEGER NOT NULL DEFAULT 1)""",
        # Events that are stored and not done. `shadow` ones belong to a full list that is still coming in.
        """CREATE TABLE events (
            id TEXT NOT NULL, shadow INTEGER NOT NULL, key TEXT NOT NULL, content TEXT NOT NULL,
            media INTEGER NOT NULL, kind INTEGER NOT NULL, version INTEGER NOT NULL,
            date_time TEXT NOT NULL, size INTEGER, sha256 TEXT, PRIMARY KEY (shadow, id))""",
        "CREATE INDEX events_by_key ON events (shadow, key)",
        # What we know of each content. A deleted one stays, so that an older event cannot bring it back.
        "CREATE TABLE entities (key TEXT PRIMARY KEY, version INTEGER NOT NULL, deleted INTEGER NOT NULL, data TEXT)",
        # Files that we have, verified and durable. `checked`: of a run that ended well, or looked at since.
        """CREATE TABLE files (
            key TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, tag TEXT NOT NULL,
            size INTEGER NOT NULL, sha256 TEXT NOT NULL, version INTEGER NOT NULL, checked INTEGER NOT NULL)""",
        # What a later run must know to go on with a file: how much is durable, and of which representation.
        "CREATE TABLE transfers (part TEXT PRIMARY KEY, validator TEXT, total INTEGER, durable INTEGER NOT NULL)",
        "CREATE TABLE lease (one INTEGER PRIMARY KEY CHECK (one = 1), owner TEXT NOT NULL, expires REAL NOT NULL)",
        "INSERT INTO meta (one) VALUES (1)",
    ),
    (
        # `tie` events came at the cursor's instant and are newer than what is known of it.
        "ALTER TABLE events ADD COLUMN tie INTEGER NOT NULL DEFAULT 0",
        # An event is its id together with content, kind and version.
        "UPDATE events SET id = CASE WHEN id LIKE 'lost %' THEN 'lost' ELSE id END || ' ' || key || ' ' || kind || ' ' || version",
        # Events from the cursor's instant on that are done: a cursor that counts itself in brings them again.
        "CREATE TABLE done (id TEXT PRIMARY KEY, key TEXT NOT NULL, version INTEGER NOT NULL)",
        # How the server spells the ids that it does not spell in small letters.
        "CREATE TABLE spelled (key TEXT PRIMARY KEY, content TEXT NOT NULL)",
        # The validator of a body that was not what the feed says.
        "ALTER TABLE transfers ADD COLUMN wrong TEXT",
        # Files that stood beside a new database: no list can say that they are not wanted any more.
        "CREATE TABLE strays (name TEXT PRIMARY KEY)",
        f"PRAGMA application_id = {APPLICATION_ID}",
    ),
    (
        # Which file it is that was begun, on a machine that has not been started anew since.
        "ALTER TABLE transfers ADD COLUMN mark TEXT",
        # Whether another file has the same bytes.
        "CREATE INDEX files_by_digest ON files (sha256)",
    ),
    (
        # How far the feed had counted, and until when: a later date with a lower number was counted anew.
        "ALTER TABLE meta ADD COLUMN highest_version INTEGER NOT NULL DEFAULT -1",
        "ALTER TABLE meta ADD COLUMN dated INTEGER NOT NULL DEFAULT 0",
    ),
    (
        # Since when a number is missing, when a doubt last had the list read, and what the rows add up to.
        "ALTER TABLE meta ADD COLUMN missed REAL NOT NULL DEFAULT 0",
        "ALTER TABLE meta ADD COLUMN listed REAL NOT NULL DEFAULT 0",
        "ALTER TABLE meta ADD COLUMN adds_up INTEGER NOT NULL DEFAULT 0",
        f"UPDATE meta SET adds_up = {_ADDED}",
        *(_TRIGGER(table, *it) for table in ("entities", "files") for it in _CHANGES.items()),
    ),
)

CURRENT = len(MIGRATIONS)

_NONSENSE = (
    f"meta WHERE adds_up != {_ADDED}",
    "meta WHERE (feed_id IS NULL) != (generation IS NULL) OR base NOT LIKE 'http%/' OR length(cursor) > 1000 OR length(page) > 1000",
    "meta WHERE feed_id IS NULL AND abs(MAX(CAST(strftime('%s', cursor) AS INTEGER), 0) - cursor_version / 1000000000) > 1",
    "events WHERE shadow > 1 OR key NOT LIKE '%/' || content OR id NOT LIKE '% ' || key || ' ' || kind || ' ' || version",
    "events WHERE length(sha256) != 64 OR substr(sha256, 1, 16) GLOB '*[^0-9a-f]*'",
    "entities WHERE deleted != (data IS NULL) OR data NOT LIKE '%{%}%'",
    "entities WHERE substr(key, 1, length(key) - 36) NOT IN ('sound/', 'song/', 'author/', 'music-genre/')",
    "entities WHERE key > 'so' AND key < 'sp' AND (deleted = (key IN (SELECT key FROM files))) AND key NOT IN (SELECT key FROM events)",
    "entities WHERE data NOT LIKE '%' || substr(key, -36) || '%' AND instr(data, char(92)) = 0",
    "files WHERE name != 'files/' || key || '.' || tag || '.mp3' OR (tag NOT LIKE 'v%' AND sha256 NOT LIKE tag || '%')",
    "files WHERE key NOT IN (SELECT key FROM entities) AND key NOT IN (SELECT key FROM events)",
    "spelled WHERE key NOT LIKE '%/' || content",
)
"""What rows of ours never are, beside values of another kind. SQLite rounds a fraction; 1970 is the first."""


def require_ours(connection: sqlite3.Connection) -> None:
    """Raise ForeignDatabase where it is neither new nor ours. Our first version had no `application_id`."""
    mark, version = connection.execute("SELECT * FROM pragma_application_id, pragma_user_version").fetchone()
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    first = {"meta", "events", "entities", "files"} <= tables if version else not tables
    if mark != APPLICATION_ID and (mark or not first):
        raise ForeignDatabase(f"{DATABASE} is there and belongs to another program. Give another directory, or move that file away.")  # fmt: skip


def odd_rows(rows: Callable[[str], list[tuple]]) -> Iterator[str]:  # type: ignore[type-arg]
    """Queries for rows that make no sense: any program may have written there. `rows` asks the database."""
    yield from (f"SELECT 1 FROM {nonsense} LIMIT 1" for nonsense in _NONSENSE)
    for table in ("meta", "events", "entities", "files", "transfers", "done", "spelled", "strays"):
        wrong = []
        for _, name, kind, filled, _, key in rows(f"PRAGMA table_info({table})"):
            other = f"typeof({name}) NOT IN ('{kind.lower()}'{'' if filled or key else ", 'null'"})"
            wrong.append(f"{other} OR {name} < {-name.endswith('version')}" if kind == "INTEGER" else other)
        yield f"SELECT 1 FROM {table} WHERE {' OR '.join(wrong)} LIMIT 1"


def migrate(connection: sqlite3.Connection, since: int) -> None:
    """Bring the tables from version `since` to the current one; call it within a transaction."""
    for statements in MIGRATIONS[since:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {CURRENT}")


_BUSY = "Somebody else is at work in this directory; let one process at a time sync here."
_FORBIDDEN = "Give a directory that this process may write to and that has room (df -i), and allow it files enough (ulimit -n)."
_DAMAGED = "It is set aside and built anew from the server."
_MEANING: tuple[tuple[type[StoreError], str, tuple[int, ...]], ...] = (
    (AnotherProcess, _BUSY, (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)),
    (DiskFull, "Free some space and run again.", (sqlite3.SQLITE_FULL,)),
    (ReadOnlyDirectory, _FORBIDDEN, (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)),
    # An error of SQL: a table or a column of ours is not there. None: Python stumbled over a value.
    (CorruptDatabase, _DAMAGED, (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, 0)),
    (StoreError, "Look at the disk, its room, and how large a file may be (ulimit -f); then run again.", ()),
)
_PRIMARY = 0xFF  # the part of an error code that says its kind; the rest are details


@contextmanager
def mapped() -> Iterator[None]:
    """Turn SQLite's errors into ours, at the edge."""
    try:
        yield
    except (sqlite3.Error, AttributeError, TypeError, ValueError) as error:  # or a row makes no sense
        code = (getattr(error, "sqlite_errorcode", None) or 0) & _PRIMARY
        meant, remedy, _ = next(row for row in _MEANING if code in row[2] or not row[2])
        raise meant(f"{DATABASE}: {error if code else 'a row makes no sense'}. {remedy}") from error
