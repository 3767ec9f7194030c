"""A feed server in memory: the truth that a sync has to reach, and a pure function from a request to its answer.

It speaks the protocol of `afterswipe.sync.feed.protocol`, in the plain form (a JSON list) and in the extended one (pages with the
feed's identity, sizes and digests). What it serves is made from a seed, byte for byte the same in each run.
"""

import json
import random
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from .wire import Reply, Request, ranged

__all__ = ["AUTHOR", "GENRE", "SONG", "SOUND", "Content", "FeedServer", "Truth", "bytes_of"]

SOUND, AUTHOR, SONG, GENRE = range(4)
"""The protocol's media types."""
CREATED, METADATA_UPDATED, FILE_UPDATED, DELETED = range(4)
"""The protocol's event types."""

ENTITY_PATHS = {SOUND: "sound", AUTHOR: "author", SONG: "song", GENRE: "music-genre"}
FILE_PATHS = {SOUND: "sounds", SONG: "songs"}

_EVENTS = re.compile(r".*?/update-events/([^/]+)")
_ENTITY = re.compile(r".*?/(sound|author|song|music-genre)/([^/]+)")
_FILE = re.compile(r".*?/(sounds|songs)/([^/]+)\.mp3")
_FIRST = datetime(2026, 9, 1, 12, tzinfo=UTC)
_OK, _BAD_REQUEST, _UNAUTHORIZED, _NOT_FOUND, _NOT_ALLOWED, _GONE = 200, 400, 401, 404, 405, 410


def bytes_of(seed: str, size: int) -> bytes:
    """`size` bytes that differ at every position and for every seed, so that a misplaced byte is seen."""
    return random.Random(seed).randbytes(size)


def identifier(*parts: object) -> str:
    """An identifier in the form of a UUID, the same for the same parts."""
    digits = sha256(":".join(map(str, parts)).encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"


@dataclass(frozen=True)
class Content:
    """An entity as it is now: what its metadata says, and its file, if it is of a kind that has one."""

    id: str
    media: int
    title: str
    version: int
    file: bytes | None = None


@dataclass
class Truth:
    """What is the case on the server: the contents as they are now, and every event that led there.

    Identity: `feed_id` is the feed's, `generation` counts how often its log began anew (a restored backup, a move).
    """

    seed: int = 0
    feed_id: str = "feed-1"
    generation: int = 1
    contents: dict[str, Content] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)

    def add(self, media: int, title: str, size: int | None = None) -> str:
        """Publish something new and return its id; sounds and songs have a file of `size` bytes."""
        log = () if self.generation == 1 else (self.generation,)  # which counts from 1 again
        content_id = identifier(self.seed, "content", *log, len(self.events))
        version = len(self.events) + 1
        file = bytes_of(f"{content_id}:{version}", size or 0) if media in FILE_PATHS else None
        self.publish(Content(content_id, media, title, version, file))
        return content_id

    def publish(self, content: Content) -> None:
        """Publish something that is there already, with its own id and file."""
        self.contents[content.id] = content
        self._note(content.id, content.media, CREATED)

    def rename(self, content_id: str, title: str) -> None:
        """Change the metadata."""
        was = self.contents[content_id]
        self.contents[content_id] = Content(content_id, was.media, title, len(self.events) + 1, was.file)
        self._note(content_id, was.media, METADATA_UPDATED)

    def replace(self, content_id: str, size: int | None = None) -> None:
        """Put another file in its place, of the same size unless another is given."""
        was = self.contents[content_id]
        version = len(self.events) + 1
        file = bytes_of(f"{content_id}:{version}", len(was.file or b"") if size is None else size)
        self.contents[content_id] = Content(content_id, was.media, was.title, version, file)
        self._note(content_id, was.media, FILE_UPDATED)

    def delete(self, content_id: str) -> None:
        """Take it away. The event stays: it is the tombstone."""
        media = self.contents.pop(content_id).media
        self._note(content_id, media, DELETED)

    def _note(self, content_id: str, media: int, kind: int) -> None:
        number = len(self.events) + 1
        moment = _FIRST + timedelta(seconds=number, microseconds=number)
        self.events.append(
            {
                "id": identifier(self.seed, "event", self.feed_id, self.generation, number),
                "content_id": content_id,
                "date_time": moment.isoformat(timespec="microseconds").replace("+00:00", "Z"),
                "media_type": media,
                "event_type": kind,
                "seq": number,
            }
        )

    def restart(self) -> None:
        """Begin the log anew with what there is now, as after a restored backup: one created event each, numbers from 1."""
        kept = list(self.contents.values())
        self.generation += 1
        self.events.clear()
        for content in kept:
            self._note(content.id, content.media, CREATED)


@dataclass
class FeedServer:
    """Answers requests for a truth. `extended` chooses the form of the pages, `page` how many events one holds.

    A cursor of the extended form is `generation.number`; one of another generation is answered with 410. A bare number is
    taken as it is. `token` is what `Authorization` must hold, where it is set.
    """

    truth: Truth
    extended: bool = True
    page: int = 100
    token: str | None = None

    def answer(self, request: Request) -> Reply:
        """The honest answer to a request. It changes nothing, so asking twice is asking once."""
        if request.method != "GET":
            return _problem(_NOT_ALLOWED, "This feed can only be read.")
        if self.token is not None and request.headers.get("authorization") != f"Bearer {self.token}":
            return _problem(_UNAUTHORIZED, "Sign in.").having(www_authenticate="Bearer")
        if found := _EVENTS.fullmatch(request.path):
            return self._events(found[1].replace("%3A", ":").replace("%2B", "+"))
        if found := _ENTITY.fullmatch(request.path):
            return self._entity(found[1], found[2])
        if found := _FILE.fullmatch(request.path):
            return self._file(request, found[1], found[2])
        return _problem(_NOT_FOUND, "There is nothing here.")

    # The feed.

    def _events(self, cursor: str) -> Reply:
        if not self.extended:
            return _json(
                [
                    self.event(event)
                    for event in self.truth.events
                    if cursor in ("all", "") or event["date_time"] > cursor
                ]
            )
        generation, number = str(self.truth.generation), cursor.rpartition(".")[2]
        if cursor == "all":
            number = "0"
        elif "." in cursor:
            generation = cursor.partition(".")[0]
        if not number.isdigit():
            return _problem(_BAD_REQUEST, "That is no cursor of this feed.")
        if generation != str(self.truth.generation):
            return _problem(_GONE, "That cursor is from another generation of this feed. Ask for all.")
        events, start = self.truth.events, int(number)
        end = max(start, min(start + self.page, len(events)))
        page: dict[str, Any] = {
            "feed_id": self.truth.feed_id,
            "generation": self.truth.generation,
            "events": [self.event(event) for event in events[start:end]],
        }
        token = f"{self.truth.generation}.{end}"
        if end < len(events):
            return _json({**page, "next": token, "complete": False})
        return _json({**page, "next": None, "complete": True, "cursor": token})

    def event(self, event: dict[str, Any]) -> dict[str, Any]:
        """An event as it goes over the wire: the extended form adds its number, and size and digest of the file."""
        if not self.extended:
            return {name: value for name, value in event.items() if name != "seq"}
        content = self.truth.contents.get(event["content_id"])
        if content is None or content.file is None or event["event_type"] not in (CREATED, FILE_UPDATED):
            return event
        return {**event, **_measures(content.file)}

    def _entity(self, kind: str, content_id: str) -> Reply:
        content = self.truth.contents.get(content_id)
        if content is None or ENTITY_PATHS[content.media] != kind:
            return _problem(_NOT_FOUND, "There is no such entity.")
        entity: dict[str, Any] = {"id": content.id, "title": content.title}
        if self.extended:
            entity["version"] = content.version
            entity |= _measures(content.file) if content.file is not None else {}
        return _json(entity)

    # Files.

    def _file(self, request: Request, folder: str, content_id: str) -> Reply:
        content = self.truth.contents.get(content_id)
        if content is None or content.file is None or FILE_PATHS[content.media] != folder:
            return _problem(_NOT_FOUND, "There is no such file.")
        changed = _FIRST + timedelta(seconds=content.version)
        headers = {
            "content-type": "audio/mpeg",
            "last-modified": changed.strftime("%a, %d %b %Y %H:%M:%S GMT"),
        }
        return ranged(request, content.file, etag_of(content.file), headers)


def etag_of(file: bytes) -> str:
    """The strong validator that the server gives to these bytes."""
    return f'"{sha256(file).hexdigest()[:16]}"'


def _measures(file: bytes) -> dict[str, Any]:
    return {"size": len(file), "sha256": sha256(file).hexdigest()}


def _json(value: object) -> Reply:
    body = json.dumps(value).encode()
    return Reply(_OK, {"content-type": "application/json", "content-length": str(len(body))}, body)


def _problem(status: int, words: str) -> Reply:
    body = json.dumps({"detail": words}).encode()
    return Reply(status, {"content-type": "application/problem+json", "content-length": str(len(body))}, body)
