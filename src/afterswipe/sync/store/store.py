"""What outlives a run: an SQLite database, in which every change is one transaction and one method.

Two transactions carry the engine's promises. `store_page` puts a page's events in and moves the cursor, both
or neither: the cursor says up to where the *wanted* state is known. `finish` puts a content's rows in and
takes its events out, both or neither: an event that is still there is work that is still to do. A row in
`files` is written only after its file is verified and durable under its final name.
"""

import sqlite3
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import batched, chain

from afterswipe.sync.errors import CorruptDatabase, NewerDatabase, OtherFeed
from afterswipe.sync.feed.jobs import is_ours
from afterswipe.sync.feed.protocol import AT_ONCE, BEYOND, DAY, Event, FileInfo, Identity, Kind, Media, Page
from afterswipe.sync.feed.records import GONE, Had, Have, Known, Part, Place

from . import schema
from .disk import FOLDERS, Disk
from .schema import DATABASE, mapped

_OWN = ("lost", "left-out")  # ids of events of our own
_DONE = 10_000  # events that are done, and are known when they are told again
_BY_LIST = "feed_id IS NOT NULL AND NOT COALESCE(numbered, 0)"  # a late date is no old event there
_UNSHADOW = "UPDATE OR REPLACE events SET shadow = 0 WHERE rowid IN (SELECT rowid FROM events WHERE shadow = 1 LIMIT ?)"
_OLDER = "UPDATE {} AS t SET version = -1".format
_TAKEN_BACK = "DELETE FROM done AS t", _OLDER("entities"), _OLDER("files"), "DELETE FROM events AS t"
_UNDONE = "DELETE FROM done WHERE key IN (SELECT key FROM entities WHERE version < 0)"
_PUT = f"INSERT INTO events VALUES ({'?, ' * 10}? AND NOT EXISTS (SELECT 1 FROM done WHERE id = ?1))"
_TOLD = f"""DELETE FROM events AS t WHERE shadow = 0 AND id IN (SELECT id FROM done) AND NOT EXISTS (
    SELECT 1 FROM events e, events d, meta WHERE feed_id IS NULL AND e.key = t.key AND d.key = t.key
    AND e.shadow + d.shadow = 0 AND d.kind = {Kind.DELETED:d} AND e.id < 'g' AND e.id NOT IN (SELECT id FROM done)
    AND e.version > IFNULL((SELECT version FROM entities WHERE key = t.key), -1))"""  # ours begin with an l
_LISTED = "(SELECT {} FROM events WHERE shadow = 1 AND key = t.key)".format
_UNLISTED = f"WHERE version > {_LISTED('MIN(version)')} AND version NOT IN {_LISTED('version')}"
_NOT_TOLD = f"WHERE key IN (SELECT key FROM events AS t {_UNLISTED})"  # pending, and perhaps folded away

type InParts = Generator[None]  # work that lasts: after each part, somebody looks whether it is to end
type Spot = tuple[str, int] | None  # where a list had come to, as its server says it, and that as a version
type Finished = tuple[str, Iterable[str], Known | None, Have | None]
"""A content's key, the events that end, and its rows; without `Known` all that its events do is end."""


class Store:
    """The database. `point(name, detail)` is called before every COMMIT."""

    def __init__(self, disk: Disk, point: Callable[[str, str], None]) -> None:
        self.disk, self._point = disk, point
        self._parts: dict[str, Part] | None = None  # what `transfers` says, once it was asked
        self.loose: set[str] = set()  # files of which no row speaks, as far as that is known
        self.asks = True  # whether something may have become pending that nobody has planned yet
        self.guard: Callable[[], None] = lambda: None  # raises before a transaction where the lease is lost
        try:
            self._connect()
        except CorruptDatabase:
            self.rebuild()

    def rebuild(self) -> None:
        """Set a damaged database aside, begin anew. Good files are found again; the server has the rest."""
        self._db.close()
        self.disk.set_database_aside()
        self._connect()

    def _connect(self) -> None:
        self._db, self._parts, self.asks = self.disk.database(), None, True
        try:
            self._check_version()
        except BaseException:  # what is in its log stays there: it may be somebody's
            self._db.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)
            self._db.close()
            raise

    def _check_version(self) -> None:
        with mapped():
            ((found,),) = self._rows("PRAGMA user_version")
            if found > schema.CURRENT:
                raise NewerDatabase(f"{DATABASE} has version {found}, this program knows {schema.CURRENT}. Update the program, or give another directory.")  # fmt: skip
            schema.require_ours(self._db)
            self._rows("PRAGMA recursive_triggers=ON")  # or what is replaced would count twice
            if sys.platform != "emscripten":  # no shared memory there
                self._rows("PRAGMA journal_mode=WAL")
            if found < schema.CURRENT:
                with self.transaction("schema"):
                    ((since,),) = self._rows("PRAGMA user_version")
                    schema.migrate(self._db, since)
                    if since == 0:  # it cannot tell what files beside it are: no list may delete them (S14)
                        names = [(n,) for n, _ in chain(*map(self.disk.sizes, FOLDERS[1:])) if is_ours(n)]
                        self._db.executemany("INSERT INTO strays VALUES (?)", names)

    def strays(self) -> set[str]:
        """Files that stood beside a new database, and whose contents it has not come to know since."""
        named = {row[0] for row in self._rows("SELECT name FROM strays")}
        known = {row[0] for row in self._rows("SELECT key FROM entities")} if named else set()
        return {name for name in named if name.partition("/")[2].partition(".")[0] not in known}

    def close(self) -> None:
        """Let go of the database."""
        self._db.close()

    def check(self, *, whole: bool) -> InParts:
        """Look for rows that make no sense, and through the `whole` of the file; raises CorruptDatabase."""
        found = self._rows("PRAGMA quick_check(1)")[0][0] if whole else "ok"
        for query in schema.odd_rows(self._rows):
            yield
            found = "a row of it makes no sense" if self._rows(query) else found
        if found != "ok":
            raise CorruptDatabase(f"{DATABASE} is damaged: {found}")

    @contextmanager
    def transaction(self, what: str) -> Iterator[sqlite3.Connection]:
        """Everything inside becomes durable together, at the point `commit`, or not at all."""
        if what not in ("lease", "release", "schema"):
            self.guard()
        with mapped():  # what was `begun` outlives a kill, and no more
            self._db.execute(f"PRAGMA synchronous={'NORMAL' if what == 'begun' else 'FULL'}")
            self._db.execute("BEGIN IMMEDIATE")
        try:
            with mapped():
                yield self._db
            self._point("commit", what)  # whoever listens there has errors of their own
            with mapped():
                self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _rows(self, query: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]
        with mapped():
            return self._db.execute(query, values).fetchall()

    def place(self) -> Place:
        """The cursor, which feed it belongs to, and when its server may be asked again."""
        here = "feed_id, generation, numbered, cursor, cursor_version, page, page_version"
        full = "shadow_feed_id, shadow_generation, shadow_numbered"
        came = "not_before, (SELECT COUNT(*) FROM events WHERE shadow = 1), highest_version, dated, missed"
        (it,) = self._rows(f"SELECT {here}, {full}, {came} FROM meta")
        shadow = Identity(*it[7:10]) if it[11] or it[7:10] != (None, None, None) else None
        return Place(Identity(*it[:3]), it[3], it[4], it[5], it[6], shadow, it[10], it[11], Had(*it[12:]))

    def belongs_to(self, base: str, feed_id: str | None = None) -> None:
        """Raise OtherFeed at another address than before, if the feed is plain or has another `feed_id`."""
        other = "base != ? AND COALESCE(feed_id != ?, feed_id IS NULL)"
        for (stored,) in self._rows(f"SELECT base FROM meta WHERE {other}", base, feed_id):
            raise OtherFeed(f"This directory belongs to the feed at {stored}. Give another directory for {base}, or delete this one.")  # fmt: skip

    def agrees(self, page: Page, place: Place) -> bool:
        """Whether what another run had kept last is on its page as it was."""
        of = "SELECT 1 FROM events WHERE shadow IN (0, 1) AND id = ?"
        return all(self._rows(of, e.identity) for e in page.events if e.version == place.page_version)

    def store_page(self, page: Page, base: str, cursor: Spot, at: Spot, had: Had, *, full: bool) -> InParts:
        """Keep a page: its events become pending and, in the same transaction, the place in the feed moves.

        `cursor` and its version on a list's last page; before that `at`, the next page's token and this one's
        highest version. Events of a `full` list stay apart, as the shadow set, until `swap`.
        """
        with self.transaction("page"):
            yield from self.insert_events(page.events, shadow=full)
            self._db.execute(_TOLD)
            if cursor is not None:
                self.set_cursor(*cursor)
            place, who = at or (None, -1), page.identity
            self._db.execute("UPDATE meta SET base = ?, page = ?, page_version = ?", (base, *place))
            if not full:
                counted = "highest_version = MAX(highest_version, ?), dated = MAX(dated, ?), missed = ?"
                now = f"UPDATE meta SET numbered = COALESCE(?, numbered), {counted}"
                self._db.execute(now, (who.numbered, *had[:3]))
            else:
                shadow = "UPDATE meta SET shadow_feed_id = ?, shadow_generation = ?, shadow_numbered = ?"
                self._db.execute(shadow, (who.feed_id, who.generation, who.numbered))

    def insert_events(self, events: Iterable[Event], *, shadow: bool) -> InParts:
        """Put events in, in parts, within a transaction. What one there says anew of its file counts."""
        at = f"iif(numbered, NULL, cursor_version), NOT ? AND {_BY_LIST}"  # two have one date, never one number
        ((instant, late),) = self._rows(f"SELECT {at} FROM meta", shadow)
        odd = self._rows("SELECT 1 FROM spelled LIMIT 1")  # then a server may have come to spell otherwise
        for some in batched(events, AT_ONCE):
            rows = []
            for e in some:
                told = e.version == instant or (late and e.version < instant)
                of = e.content, e.media, e.kind, e.version, e.date_time, e.file.size, e.file.sha256
                rows.append((e.identity, shadow, e.key, *of, told and not e.id.startswith(_OWN)))
            put = f"{_PUT} ON CONFLICT DO UPDATE SET size = excluded.size, sha256 = excluded.sha256"
            self._db.executemany(put, rows)
            spelled = [(e.key, e.content) for e in some if odd or not e.key.endswith(e.content)]
            self._db.executemany("INSERT OR REPLACE INTO spelled VALUES (?, ?)", spelled)
            yield

    def own_event(self, name: str, key: str, kind: Kind, version: int, file: FileInfo | None = None) -> Event:
        """An event that no feed has sent: our wish to look again at a content, spelled as the server does."""
        rows = self._rows("SELECT content FROM spelled WHERE key = ?", key)
        path, _, small = key.partition("/")
        media = next(media for media in Media if media.path == path)
        return Event(name, rows[0][0] if rows else small, media, kind, version, "", file or FileInfo())

    def set_cursor(self, cursor: str | None, version: int) -> None:
        """Move the cursor, within a transaction."""
        self._db.execute("UPDATE meta SET cursor = ?, cursor_version = ?", (cursor, version))
        old = "version < ? AND rowid <= (SELECT MAX(rowid) - ? FROM done)"
        self._db.execute(f"DELETE FROM done WHERE {old}", (version, _DONE))

    def forget_list(self, missed: float | None = None) -> None:
        """Throw away what there is of a list that was coming in. `missed` is noted, as in `Had`."""
        with self.transaction("forget"):
            self._clear_shadow(missed)

    def _clear_shadow(self, missed: float | None = None) -> None:
        self._db.execute("DELETE FROM events WHERE shadow = 1")
        none = "shadow_feed_id = NULL, shadow_generation = NULL, shadow_numbered = NULL"
        now = f"UPDATE meta SET page = NULL, page_version = -1, missed = COALESCE(?, missed), {none}"
        self._db.execute(now, (missed,))

    def read_anew(self, wall: float) -> None:
        """Have the next run read the whole list, past what is known; for a day, no more than once (S18)."""
        who = "shadow_feed_id = feed_id, shadow_generation = generation, shadow_numbered = numbered"
        with self.transaction("anew"):
            self._db.execute(f"UPDATE meta SET listed = ?1, {who} WHERE abs(?1 - listed) >= ?2", (wall, DAY))

    def swap(self, page: Page, base: str, cursor: Spot, had: Had, *, in_pages: bool) -> InParts:
        """Keep the last page of a full list, which takes the place of what was known, in one transaction.

        Of another feed or generation no older version means anything, or of one that counts anew. A snapshot
        ends what it leaves out; where it is empty, lags or came `in_pages`, that is asked for first (S22).
        """
        old, plain = self.place(), page.identity.feed_id is None
        same = page.identity.same(old.identity)
        with self.transaction("swap"):
            fresh = not any(self._rows(f"SELECT 1 FROM {t} LIMIT 1") for t in ("events", "entities", "files"))
            since, lags = had.lowest if same else -1, same and had.highest < old.had.highest
            for change in _TAKEN_BACK if since < BEYOND else ():
                here = "AND shadow = 0" if "events" in change else ""
                self._db.execute(f"{change} WHERE version >= ? {here}", (since,))
            yield from self.insert_events(page.events, shadow=not fresh)
            unnamed, judges = "key NOT IN (SELECT key FROM events WHERE shadow = 1)", not plain and not fresh
            for table in ("entities", "files") if judges else ():
                self._db.execute(f"{_OLDER(table)} {_NOT_TOLD}")
            for change in _TAKEN_BACK if judges else ():  # as by a backup (S16)
                self._db.execute(f"{change} {_UNLISTED}")
            if judges and (in_pages or lags or not page.events):
                known = "SELECT key, version FROM entities WHERE NOT deleted UNION SELECT key, version FROM events"
                of = f"({known}) WHERE {unnamed} GROUP BY key"
                kind = f"iif(? < 0 AND key LIKE 'so%', {Kind.FILE_UPDATED:d}, {Kind.METADATA_UPDATED:d})"
                left_out = self._rows(f"SELECT key, {kind}, MAX(MAX(version), 0) FROM {of}", since)
                asked = [self.own_event("left-out", key, Kind(kind), v) for key, kind, v in left_out]
                yield from self.insert_events(asked, shadow=True)
            elif judges:
                # No tombstone: what a list leaves out by mistake, the next one must be able to bring back.
                self.loose.update(n for (n,) in self._rows(f"SELECT name FROM files WHERE {unnamed}"))
                for whose in ("events WHERE shadow = 0 AND", "entities WHERE", "files WHERE", "done WHERE"):
                    self._db.execute(f"DELETE FROM {whose} {unnamed}")
            while self._db.execute(_UNSHADOW, (AT_ONCE,)).rowcount:
                yield
            self._db.execute(_UNDONE)
            self._db.execute(_TOLD)
            self._clear_shadow()
            who = (base, page.identity.feed_id, page.identity.generation, page.identity.numbered, *had[:3])
            now = "feed_id = ?, generation = ?, numbered = ?, highest_version = ?, dated = MAX(dated, ?), missed = ?"
            self._db.execute(f"UPDATE meta SET base = ?, {now}", who)
            if cursor or not plain:  # one that is refused may mean something again, later
                self.set_cursor(*(cursor or (None, -1)))

    def pending(self) -> Iterator[tuple[Event, Known | None, Have | None]]:
        """Events that are not done, as they came, with what is known of each content and of its file."""
        told = "e.id, content, media, kind, e.version, date_time, e.size, e.sha256, tie, n.version, deleted"
        columns = f"{told}, e.key, name, tag, f.size, f.sha256, f.version"
        joined = "events e LEFT JOIN entities n ON n.key = e.key LEFT JOIN files f ON f.key = e.key"
        with mapped():  # read as they are asked for (S20)
            rows = self._db.execute(f"SELECT {columns} FROM {joined} WHERE +shadow = 0 ORDER BY e.rowid")
            for name, content, media, kind, version, at, size, sha256, tie, newest, deleted, *have in rows:
                it = name.partition(" ")[0], content, Media(media), Kind(kind)
                event = Event(*it, version, at, FileInfo(size, sha256), bool(tie))
                known = None if newest is None else Known(newest, bool(deleted), None)
                yield event, known, None if have[1] is None else Have(*have)

    def known(self, key: str) -> Known | None:
        """What is known of a content."""
        rows = self._rows("SELECT version, deleted, data FROM entities WHERE key = ?", key)
        return Known(rows[0][0], bool(rows[0][1]), rows[0][2]) if rows else None

    def left(self) -> set[str]:
        """The contents that have events which are not done."""
        return {row[0] for row in self._rows("SELECT DISTINCT key FROM events WHERE shadow = 0")}

    def files(self, which: str = "TRUE", *values: object) -> list[Have]:
        """The files that are here, or those of which this is so."""
        wanted = f"SELECT key, name, tag, size, sha256, version FROM files WHERE {which} ORDER BY key"
        return [Have(*row) for row in self._rows(wanted, *values)]

    def names(self) -> Iterator[tuple[str, int]]:
        """Of every file that is here its name and size, read as it is asked for."""
        with mapped():
            yield from self._db.execute("SELECT name, size FROM files")

    def here(self) -> tuple[int, int, int]:
        """How many contents are here, deleted ones not counted, how many files, and their bytes."""
        contents = "(SELECT COUNT(*) FROM entities WHERE NOT deleted)"
        return self._rows(f"SELECT {contents}, COUNT(*), COALESCE(SUM(size), 0) FROM files")[0]

    def finish(self, landing: list[Finished]) -> None:
        """These contents are as their events want them: rows, and the events' end, in one transaction."""
        now = [(key, known) for key, _, known, _ in landing if known is not None]
        with self.transaction("finish") as db:
            db.executemany("REPLACE INTO entities VALUES (?, ?, ?, ?)", [(key, *known) for key, known in now])
            db.executemany("DELETE FROM files WHERE key = ?", [(key,) for key, known in now if known.deleted])
            put = "REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, 0)"
            db.executemany(put, [have for *_, have in landing if have is not None])
            self.end_events(chain.from_iterable(events for _, events, _, _ in landing))
            for key, _, known, have in landing:
                if known and have and have.version < 0:  # its server may be late
                    event = self.own_event("lost", key, Kind.FILE_UPDATED, known.version)
                    list(self.insert_events([event], shadow=False))
            gone = [(key,) for key, known in now if known is GONE]
            for table in ("entities", "done"):
                db.executemany(f"DELETE FROM {table} WHERE key = ?", gone)

    def end_events(self, events: Iterable[str]) -> None:
        """Take events out, within a transaction; note those that the cursor may bring again: none of ours."""
        ids = [(event,) for event in events]
        again = f"({_BY_LIST}) OR (version >= cursor_version AND NOT COALESCE(numbered, 0))"
        done = f"SELECT id, key, version FROM events, meta WHERE shadow = 0 AND id = ? AND ({again})"
        came = [row for row in ids if not row[0].startswith(_OWN)]
        self._db.executemany(f"INSERT OR REPLACE INTO done {done}", came)
        self._db.executemany("DELETE FROM events WHERE shadow = 0 AND id = ?", ids)

    def lost(self, gone: Iterable[Have], *, stays: bool = False) -> None:
        """Files that should be here are not: ask by events as new as what is known, or they would be done."""
        self.asks, again = True, []
        for have in gone:
            known = self.known(have.key)
            told = FileInfo(None, None if have.tag.startswith("v") else have.sha256)
            version = max(have.version, known.version if known else -1)
            again.append(self.own_event("lost", have.key, Kind.FILE_UPDATED, version, told))
        with self.transaction("lost"):
            # One that `stays` until then has no known version any more; the others have no row.
            ends = "UPDATE files SET version = -1" if stays else "DELETE FROM files"
            self._db.executemany(f"{ends} WHERE key = ?", [(event.key,) for event in again])
            list(self.insert_events(again, shadow=False))

    def parts(self) -> dict[str, Part]:
        """What is remembered of files under way, by the names of their parts."""
        if self._parts is None:
            rows = self._rows("SELECT part, validator, total, durable, wrong, mark FROM transfers")
            self._parts = {name: Part(*row) for name, *row in rows}
        return self._parts

    def remember(self, name: str, part: Part, what: str = "part") -> None:
        """A part is durable up to here, and of this representation."""
        with self.transaction(what):
            self._db.execute("REPLACE INTO transfers VALUES (?, ?, ?, ?, ?, ?)", (name, *part))
        self.parts()[name] = part

    def forget_parts(self, parts: Iterable[str]) -> None:
        """These parts are no more."""
        with self.transaction("parts"):
            self._db.executemany("DELETE FROM transfers WHERE part = ?", [(part,) for part in parts])
        self._parts = None

    def set_not_before(self, wall: float) -> None:
        """Remember until when the server wants a pause."""
        with self.transaction("pause"):
            self._db.execute("UPDATE meta SET not_before = ?", (wall,))

    def checked(self, first: str, last: str) -> None:
        """The files from one key to another are surely good."""
        with self.transaction("checked"):
            self._db.execute("UPDATE files SET checked = 1 WHERE key BETWEEN ? AND ?", (first, last))
