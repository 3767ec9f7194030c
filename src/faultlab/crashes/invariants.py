"""What must hold at every moment, as functions: S1 to S8 and S13 look at disks, the rest at what a run did.

Each is a generator of problems; a problem begins with the invariant's id. S12, that every end equals the uninterrupted one's, is
the enumeration itself (`crash`). What each one promises stands in its docstring.
"""

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from typing import Any

from afterswipe.sync.feed.protocol import nanoseconds
from afterswipe.sync.limits import Limits
from faultlab.disks.sim_database import Rows
from faultlab.disks.sim_disk import Durable
from faultlab.servers.server import ENTITY_PATHS, FILE_PATHS, FILE_UPDATED, FeedServer
from faultlab.servers.wire import Reply, Request

__all__ = [
    "History",
    "Trace",
    "View",
    "at_every_moment",
    "at_the_end",
    "of_a_run",
    "settled",
    "view",
]


@dataclass(frozen=True)
class View:
    """A database as the invariants read it."""

    meta: dict[str, Any]
    events: dict[str, dict[str, Any]]
    """Pending events by id; those of a shadow set have `shadow` 1."""
    entities: dict[str, dict[str, Any]]
    files: dict[str, dict[str, Any]]
    transfers: dict[str, dict[str, Any]]


_VIEWS: dict[Rows, View] = {}
_VIEWS_MAX = 4096


def view(disk: Durable) -> View:
    """Read a disk's database. Without tables it is an empty one."""
    if disk.rows not in _VIEWS:
        if len(_VIEWS) >= _VIEWS_MAX:
            _VIEWS.clear()
        _VIEWS[disk.rows] = _read(disk.database())
    return _VIEWS[disk.rows]


def _read(database: sqlite3.Connection) -> View:
    tables = {row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}

    def rows(table: str, key: str) -> dict[str, dict[str, Any]]:
        if table not in tables:
            return {}
        cursor = database.execute(f"SELECT * FROM {table}")  # noqa: S608
        names = [column[0] for column in cursor.description]
        return {str(row[names.index(key)]): dict(zip(names, row, strict=True)) for row in cursor}

    return View(
        rows("meta", "one").get("1", {}),
        {name.partition(" ")[0]: row for name, row in rows("events", "id").items()},
        rows("entities", "key"),
        rows("files", "key"),
        rows("transfers", "part"),
    )


@dataclass
class History:
    """Everything that a server ever had: all versions of each file, and all identities of its feed."""

    server: FeedServer
    files: dict[str, list[bytes]] = field(default_factory=dict)
    """By content key, such as `sound/…`."""
    identities: set[tuple[str, str]] = field(default_factory=set)

    def note(self, server: FeedServer | None = None) -> "History":
        """Take in what the server has now, or had as `server`; call it after each change."""
        truth = (server or self.server).truth
        self.identities.add((truth.feed_id, str(truth.generation)))
        for content in truth.contents.values():
            versions = self.files.setdefault(f"{ENTITY_PATHS[content.media]}/{content.id}", [])
            if content.file is not None and content.file not in versions:
                versions.append(content.file)
        return self

    def versions(self, name: str) -> list[bytes]:
        """All versions of the file that a name on the disk belongs to: `files/KIND/ID.TAG.mp3` or `parts/KIND.ID.TAG.part`."""
        found = re.fullmatch(r"(?:files|parts)/(sound|song)[/.]([0-9a-f-]{36})\..*", name)
        return self.files.get(f"{found[1]}/{found[2]}", []) if found else []


def s1_rows_have_files(disk: Durable) -> Iterator[str]:
    """A row that says that something is here is right: there is a file, and its size and digest are the row's."""
    seen = view(disk)
    pending = {event["key"] for event in seen.events.values()}
    for key, row in seen.entities.items():
        has_file = key.split("/")[0] in ("sound", "song")
        if has_file and not row["deleted"] and key not in pending and key not in seen.files:
            yield f"S1: a row says that {key} is here, its events are done, and it has no file"
    for key, row in seen.files.items():
        data = disk.files.get(row["name"])
        if data is None:
            yield f"S1: a row says that {key} is here, and there is no file"
        elif len(data) != row["size"] or sha256(data).hexdigest() != row["sha256"]:
            yield f"S1: a row says that {key} is here, and its file is not what the row says"


def s2_cursor_covers(disk: Durable, history: History) -> Iterator[str]:
    """Every event that the cursor covers is done or still pending."""
    seen, server = view(disk), history.server
    meta, cursor = seen.meta, seen.meta.get("cursor")
    if cursor is None or (server.extended and meta["generation"] != str(server.truth.generation)):
        return
    last = (
        int(cursor.rpartition(".")[2]) if server.extended else 0
    )  # the server's own are `generation.number`
    for number, event in enumerate(server.truth.events, 1):
        covered = number <= last if server.extended else event["date_time"] <= cursor
        invalid = event["event_type"] == FILE_UPDATED and event["media_type"] not in FILE_PATHS
        if not covered or invalid or event["id"] in seen.events:
            continue
        key = f"{ENTITY_PATHS[event['media_type']]}/{event['content_id']}"
        version = number if server.extended else nanoseconds(event["date_time"])
        if key not in seen.entities or seen.entities[key]["version"] < version:
            yield f"S2: the cursor is beyond event {number} about {key}, which is neither pending nor done"


def s3_again_changes_nothing(before: Durable, after: Durable) -> Iterator[str]:
    """Applying any event twice, or any beginning of the feed again, changes nothing."""
    if settled(before) != settled(after):
        yield "S3: events that came again changed what is here"


def s4_only_newer(before: Durable, after: Durable) -> Iterator[str]:
    """An older version never overwrites a newer one, and a tombstone stays until something newer comes."""
    was, now = view(before), view(after)
    same_feed = all(
        was.meta.get(name) == now.meta.get(name) for name in ("feed_id", "generation", "numbered")
    )
    if not was.meta or not now.meta or not same_feed:
        return
    for key, row in was.entities.items():
        after_row = now.entities.get(key)
        if after_row is None or after_row["version"] < row["version"]:
            yield f"S4: {key} went back from version {row['version']} to {after_row and after_row['version']}"
        elif row["deleted"] and not after_row["deleted"] and after_row["version"] == row["version"]:
            yield f"S4: {key} was deleted, and came back without a newer event"


def s5_remembered_bytes_are_right(disk: Durable, history: History) -> Iterator[str]:
    """What is remembered to be durable of a part is the beginning of its file, where no digest of the feed would notice if not.

    So is all of one that was begun since the machine was started.
    """
    if history.server.extended:
        return
    for name, row in view(disk).transfers.items():
        sure = disk.files.get(name, b"")[: None if row["mark"] else row["durable"]]
        if not any(version.startswith(sure) for version in history.versions(name)):
            yield f"S5: the {len(sure)} bytes in {name} that count as durable are the beginning of no version of it"


def s5_bytes_belong(trace: "Trace") -> Iterator[str]:
    """Bytes are only appended at an offset that the response itself confirmed."""
    for name, size, confirmed in trace.writes:
        if size != confirmed:
            yield f"S5: a body that begins at {confirmed} was written at {size} of {name}"


def s6_final_is_whole(disk: Durable, history: History) -> Iterator[str]:
    """Under a final name there is a whole version of the file, and nothing else."""
    for name, data in disk.files.items():
        if name.startswith("files/") and data not in history.versions(name):
            yield f"S6: {name} has {len(data)} bytes that are no version of the file"


def s7_cursor_has_identity(before: Durable, after: Durable, history: History) -> Iterator[str]:
    """The cursor belongs to a feed; another feed's list comes in apart, and takes its place in one transaction."""
    was, now = view(before).meta, view(after).meta
    if not now:
        return
    identity = (now["feed_id"], now["generation"])
    if now["cursor"] is not None and identity != (None, None) and identity not in history.identities:
        yield f"S7: the cursor belongs to {identity}, which is no feed of this server"
    if was and was["cursor"] is not None and (was["feed_id"], was["generation"]) != identity:
        shadow = [event for event in view(after).events.values() if event["shadow"]]
        if shadow or now["shadow_feed_id"] is not None:
            yield "S7: another feed's list took the place of the old one while it was still coming in"


def s13_no_orphans(disk: Durable) -> Iterator[str]:
    """When all is done, every file has its row, and there are no parts."""
    seen = view(disk)
    known = {row["name"] for row in seen.files.values()}
    for name in disk.files:
        if name not in known:
            yield f"S13: {name} belongs to nothing"
    for part in seen.transfers:
        yield f"S13: a row speaks of {part}, which is under way no more"


def settled(disk: Durable) -> object:
    """What of a disk has to be equal at the end (S12).

    All but parts, tombstones and how new a file's row thinks it is: those tell of the way, which is not always the same.
    """
    seen = view(disk)
    place = {
        name: seen.meta.get(name) for name in ("base", "feed_id", "generation", "numbered", "cursor", "page")
    }
    entities = {
        key: (row["version"], row["data"]) for key, row in seen.entities.items() if not row["deleted"]
    }
    rows = {key: (row["name"], row["size"], row["sha256"]) for key, row in seen.files.items()}
    files = {name: data for name, data in disk.files.items() if not name.startswith("parts/")}
    return place, entities, rows, files, seen.events


@dataclass
class Trace:
    """What one run did, seen from outside."""

    start: Durable
    exchanges: list[tuple[Request, Reply]] = field(default_factory=list)
    open_at_once: int = 0
    """The most transfers that were under way at the same time."""
    writes: list[tuple[str, int, int]] = field(default_factory=list)
    """Where each body of a file was written: the part, its size then, and where the response said that the body begins."""
    too_early: list[str] = field(default_factory=list)
    """Progress that was shown before it was durable."""


def s8_nothing_again(trace: Trace) -> Iterator[str]:
    """What is here and verified is not downloaded again."""
    seen = view(trace.start)
    for request, reply in trace.exchanges:
        found = re.search(r"/(sound|song)s/([^/]+)\.mp3$", request.path)
        row = seen.files.get(f"{found[1]}/{found[2]}") if found else None
        data = trace.start.files.get(row["name"]) if row else None
        if row and data and sha256(data).hexdigest() == row["sha256"] and reply.body == data:
            yield f"S8: {request.path} was got again although it was here"


def s9_progress_is_durable(trace: Trace) -> Iterator[str]:
    """Progress that is shown is never ahead of what is durable."""
    yield from (f"S9: {problem}" for problem in trace.too_early)


def s10_every_request_differs(trace: Trace) -> Iterator[str]:
    """An honest server is asked for nothing twice in one run."""
    asked: set[tuple[str, str]] = set()
    for request, _ in trace.exchanges:
        question = (request.url, request.headers.get("range", ""))
        if question in asked:
            yield f"S10: {request.path} was asked for twice in the same way"
        asked.add(question)


def s11_limits_hold(trace: Trace, limits: Limits) -> Iterator[str]:
    """No bound of `Limits` is passed."""
    if trace.open_at_once > limits.concurrency:
        yield f"S11: {trace.open_at_once} transfers at the same time; {limits.concurrency} is the limit"
    if len(trace.exchanges) > limits.requests:
        yield f"S11: {len(trace.exchanges)} requests"


def at_every_moment(disk: Durable, history: History) -> Iterator[str]:
    """S1, S2, S5 and S6: what holds on every disk that any crash leaves."""
    yield from s1_rows_have_files(disk)
    yield from s2_cursor_covers(disk, history)
    yield from s5_remembered_bytes_are_right(disk, history)
    yield from s6_final_is_whole(disk, history)


def of_a_run(moments: Sequence[Durable], trace: Trace, history: History, limits: Limits) -> Iterator[str]:
    """S4, S5, S7, S9 and S11: what holds from each moment of a run to the next, and over the whole of it. S8 and S10 depend on the server."""
    for before, after in pairwise(moments):
        if before is not after:
            yield from s4_only_newer(before, after)
            yield from s7_cursor_has_identity(before, after, history)
    yield from s5_bytes_belong(trace)
    yield from s9_progress_is_durable(trace)
    yield from s11_limits_hold(trace, limits)


def at_the_end(disk: Durable, history: History) -> Iterator[str]:
    """S1, S8, S12 and S13, when all is done: what is here is what the server has, and nothing else."""
    seen, truth = view(disk), history.server.truth
    yield from s1_rows_have_files(disk)
    yield from s13_no_orphans(disk)
    for key, row in seen.entities.items():
        content = truth.contents.get(key.split("/")[1])
        if content is None and not row["deleted"]:
            yield f"S8: {key} is here, and the server has it no more"
        if (
            content is not None
            and not row["deleted"]
            and json.loads(row["data"]).get("title") != content.title
        ):
            yield f"S12: the metadata of {key} is not the server's"
    for content in truth.contents.values():
        key = f"{ENTITY_PATHS[content.media]}/{content.id}"
        row = seen.files.get(key, {})
        if content.file is not None and disk.files.get(row.get("name", "")) != content.file:
            yield f"S12: {key} is missing or is not the server's"
        if key not in seen.entities:
            yield f"S12: {key} has no metadata"
    for event in seen.events.values():
        yield f"S12: event {event['id']} is still pending"
