"""The wire protocol: what a page of the feed and an entity look like, read strictly.

`GET v3/update-events/{cursor}` answers with a page. The cursor is `all` at first. Two forms:

- *plain*: a JSON list of events. The next cursor is the `date_time` of the newest, as the server wrote it.
- *extended*: an object `{"feed_id": text, "generation": number or text, "events": [...],
  "next": text or null, "complete": boolean, "cursor": text (optional)}`. `next` is a page token, asked for as
  the cursor is; a page with neither `next` nor `complete` was cut. The next cursor is `cursor`, else the
  highest `seq`, else the newest `date_time`. What a complete answer to `all` does not mention is gone.

An event is `{"id": UUID, "content_id": UUID, "date_time": ISO 8601, "media_type": 0..3, "event_type": 0..3}`.
All events of an extended feed, or none, have a `seq`, which rises by one over the whole feed (only a snapshot
may leave some out, where `created` stands for all). Events about a file may say `size` in bytes and `sha256`
in hexadecimal. Fields that are not named here are ignored.

An entity is a JSON object with the `id` that was asked for. The rest is kept, not interpreted, never a path.
"""

import json
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from functools import cached_property, partial
from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import quote

from afterswipe.sync.errors import FeedTooLarge, NotAFeed
from afterswipe.sync.limits import Limits

ALL = "all"  # the cursor of somebody who has nothing


class Media(IntEnum):
    """Kinds of content, with the protocol's numbers."""

    SOUND = 0
    AUTHOR = 1
    SONG = 2
    GENRE = 3

    @property
    def folder(self) -> str:
        """The folder of its files on the server and, in the singular, here; "" if it has none."""
        return {Media.SOUND: "sounds", Media.SONG: "songs"}.get(self, "")

    @cached_property
    def path(self) -> str:
        """How the protocol's paths call it."""
        return "music-genre" if self is Media.GENRE else self.name.lower()


class Kind(IntEnum):
    """What happened to a content, with the protocol's numbers."""

    CREATED = 0
    METADATA_UPDATED = 1
    FILE_UPDATED = 2
    DELETED = 3


class FileInfo(NamedTuple):
    """What the feed says of a file; None where it says nothing."""

    size: int | None = None
    sha256: str | None = None


class Event(NamedTuple):
    """One event. `version` orders events: the `seq`, or the server's time in nanoseconds since 1970."""

    id: str
    content: str  # its UUID, as the server spells it
    media: Media
    kind: Kind
    version: int
    date_time: str
    file: FileInfo = FileInfo()
    tie: bool = False  # it came at the cursor's instant, and was not done: newer than what is known of it
    dated: int = 0  # its `date_time` in nanoseconds since 1970, as it came

    @property
    def key(self) -> str:
        """The content's key in the store, such as `sound/1b4e28ba-…`."""
        return f"{self.media.path}/{self.content.lower()}"

    @property
    def identity(self) -> str:
        """What makes it this event and no other: its id alone may be given twice (S16)."""
        return f"{self.id} {self.key} {self.kind:d} {self.version}"


@dataclass(frozen=True)
class Identity:
    """Which feed this is: a cursor means something only together with it. A plain feed has no id."""

    feed_id: str | None = None
    generation: str | None = None
    numbered: bool | None = None  # whether `seq` orders its events; None as long as there was none to tell

    def same(self, other: "Identity") -> bool:
        """Whether it is the same feed, as far as both can tell."""
        numbered = None in (self.numbered, other.numbered) or self.numbered == other.numbered
        return (self.feed_id, self.generation) == (other.feed_id, other.generation) and numbered


@dataclass(frozen=True)
class Page:
    """One page of the feed. `unknown` has the versions of events whose kind this version does not know."""

    identity: Identity
    events: tuple[Event, ...]
    next: str | None
    complete: bool
    cursor: str | None
    unknown: tuple[int, ...] = ()


type _Events = tuple[tuple[Event, ...], tuple[int, ...], bool | None]
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MOMENT = re.compile(r"(?ai)([\d-]{10}[T ]\d\d:\d\d)(?:(:\d\d)(?:[.,](\d{1,30}))?)?(Z|[+-]\d\d(?::?\d\d)?)?")
AT_ONCE = 256  # events or contents that are dealt with before somebody looks whether the run is to end
BEYOND = 2**63 - 1
"""The version of a time that is too late to be one: it becomes no cursor, or no later event would come."""
_TOKEN_MAX, _NANOSECONDS, SECOND, DAY = 1_000, 9, 10**9, 24 * 3600
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def events_url(base: str, cursor: str, again: int = 0) -> str:
    """The address of a page; `again` above 0 makes it a different one for caches."""
    return f"{base}v3/update-events/{quote(cursor, safe=':')}" + (f"?again={again}" if again else "")


def entity_url(base: str, media: Media, content: str) -> str:
    """The address of an entity."""
    return f"{base}v3/{media.path}/{content}"


def file_url(base: str, media: Media, content: str) -> str:
    """The address of a file."""
    return f"{base}{media.folder}/{content}.mp3"


def nanoseconds(date_time: str) -> int:
    """Nanoseconds since 1970, by every digit of a time; without a zone it is UTC. Raises ValueError."""
    match = _MOMENT.fullmatch(date_time)
    if not match:
        raise ValueError(date_time)
    minute, second, fraction, zone = match.groups()
    second = (second or ":00").replace(":60", ":59")  # a leap second
    moment = datetime.fromisoformat((minute + second + (zone or "Z")).upper())
    rest = (fraction or "")[:_NANOSECONDS].ljust(_NANOSECONDS, "0")
    return int((moment - _EPOCH).total_seconds()) * SECOND + int(rest)


def read_page(body: bytes, limits: Limits, *, where: str) -> Generator[Page | None]:
    """Read a page, in parts, the last of which is the page: all of it, or raises NotAFeed or FeedTooLarge."""
    with _json(where):
        document = yield from _Reader(body.decode("utf-8-sig"), where, limits.events).document()
    if isinstance(document, list):
        events, unknown, numbered = yield from _events(document, where)
        if numbered:
            raise _wrong(where, "a plain list has events with seq; only an extended page may")
        yield Page(Identity(numbered=False), events, None, True, None, unknown)
        return
    if not isinstance(document, dict):
        raise _wrong(where, "the page is neither a list nor an object")
    read = partial(_field, document, where)
    feed_id = read("feed_id", _token)
    generation = read("generation", lambda value: str(_whole(value)) if type(value) is int else _token(value))
    complete = read("complete", partial(_of, bool))
    next_page = read("next", _optional(_token))
    if complete and next_page is not None:
        raise _wrong(where, "a page is complete and has a next one")
    events, unknown, numbered = yield from _events(read("events", partial(_of, list)), where)
    cursor = read("cursor", _optional(_token)) if "cursor" in document else None
    yield Page(Identity(feed_id, generation, numbered), events, next_page, complete, cursor, unknown)


def parse_entity(body: bytes, content: str, *, where: str) -> str:
    """Read an entity and give it back as it is; raises NotAFeed."""
    with _json(where):
        document = _json_value.decode(text := body.decode("utf-8-sig"))
    if not isinstance(document, dict) or str(document.get("id", "")).lower() != content.lower():
        raise _wrong(where, f"this is not the entity {content}")
    return text


def _field(document: dict[str, Any], where: str, name: str, read: Callable[[Any], Any]) -> Any:
    """A field of an object, read by a function that raises ValueError or TypeError."""
    try:
        return read(document[name])
    except KeyError:
        raise _wrong(where, f"{name} is missing") from None
    except (ValueError, TypeError, OverflowError):
        raise _wrong(where, f"{name} is {json.dumps(document[name])[:80]}") from None


@contextmanager
def _json(where: str) -> Iterator[None]:
    try:
        yield
    except (ValueError, RecursionError) as error:
        raise _wrong(where, f"the answer is not JSON ({str(error)[:80]})") from None


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number of JSON")


_SPACE = re.compile(r"[ \t\n\r]*")
_json_value = json.JSONDecoder(parse_constant=_no_constant)


class _Reader:
    """JSON of which a list, at the top or in the object there, may be long: it is read item by item (S20)."""

    def __init__(self, text: str, where: str, most: int) -> None:
        self.text, self.at, self.where, self.most = text, 0, where, most

    def comes(self, sign: str) -> bool:
        """Whether this comes next, space aside; then go behind it."""
        self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
        came = self.text.startswith(sign, self.at)
        self.at += len(sign) if came else 0
        return came

    def value(self) -> Any:
        self.comes("")
        value, self.at = _json_value.raw_decode(self.text, self.at)
        return value

    def items(self) -> Generator[None, None, Any]:
        found: list[Any] = []
        while not self.comes("]"):
            if found and not self.comes(","):
                raise ValueError(f"a comma is missing at {self.at}")
            found.append(self.value())
            if len(found) > self.most:
                raise FeedTooLarge(f"{self.where} lists more than {self.most} (Limits.events).")
            if not len(found) % AT_ONCE:
                yield
        return found

    def document(self) -> Generator[None, None, Any]:
        found: Any = {}
        if self.comes("{"):
            while not self.comes("}"):
                name = self.value() if not found or self.comes(",") else None
                if type(name) is not str or name in found or not self.comes(":"):
                    raise ValueError(f"a name is missing, or there a second time, at {self.at}")
                found[name] = (yield from self.items()) if self.comes("[") else self.value()
        else:
            found = (yield from self.items()) if self.comes("[") else self.value()
        if not self.comes("") or self.at < len(self.text):
            raise ValueError(f"more follows at {self.at}")
        return found


def _wrong(where: str, what: str) -> NotAFeed:
    asks = "Is the address the feed's, and is nothing in between?"
    return NotAFeed(f"{where} is no page of this feed: {what}. {asks}")


def _events(listed: list[Any], where: str) -> Generator[None, None, _Events]:
    """The events that are known, the versions of those that are not, and whether all are numbered by seq."""
    numbered = any(isinstance(item, dict) and "seq" in item for item in listed)
    events: list[Event | int] = []
    for place, item in enumerate(listed, 1):
        events.append(_event(item, numbered, f"{where}, event {place}"))
        if not place % AT_ONCE:
            yield
    known = tuple(event for event in events if isinstance(event, Event))
    falls = sum((a.version > b.version) - (a.version < b.version) for a, b in pairwise(known))
    unknown = tuple(event for event in events if isinstance(event, int))
    return known[:: -1 if falls > 0 else 1], unknown, numbered if events else None  # the newest last (S16)


def _event(document: Any, numbered: bool, where: str) -> Event | int:
    """An event; or the version of one that is well formed and of a kind that is not known."""
    if not isinstance(document, dict):
        raise _wrong(where, "it is not an object")
    read = partial(_field, document, where)
    media, kind = read("media_type", _whole), read("event_type", _whole)
    # A time that a database cannot hold becomes the first or the last one that it can: 1970, or `BEYOND`.
    dated: int = min(max(read("date_time", nanoseconds), 0), BEYOND)
    version = read("seq", _whole) if numbered else dated
    identifier, _ = read("id", _uuid), read("content_id", _uuid)
    size = read("size", _optional(_whole)) if "size" in document else None
    sha256 = read("sha256", _optional(_digest)) if "sha256" in document else None
    if media not in Media or kind not in Kind:
        return version
    it = identifier, document["content_id"], Media(media), Kind(kind), version, document["date_time"]
    return Event(*it, FileInfo(size, sha256), dated=dated)


def _optional[T](read: Callable[[Any], T]) -> Callable[[Any], T | None]:
    return lambda value: None if value is None else read(value)


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= BEYOND:
        raise ValueError
    return value


def _of[T](kind: type[T], value: Any) -> T:
    if type(value) is not kind:
        raise TypeError
    return value


def _token(value: Any) -> str:
    fits = isinstance(value, str) and 0 < len(value) <= _TOKEN_MAX
    if not fits or value in (".", "..") or not value.isprintable():  # it becomes a segment of a path
        raise ValueError
    return str(value)


def _matching(pattern: re.Pattern[str], value: Any) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value.lower()):
        raise ValueError
    return value.lower()


_uuid, _digest = partial(_matching, _UUID), partial(_matching, _DIGEST)
