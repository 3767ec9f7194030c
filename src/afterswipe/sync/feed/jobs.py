"""From events to jobs: what is to be done for one content, by its pending events and what is here. No I/O."""

import re
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import accumulate

from .protocol import BEYOND, Event, FileInfo, Kind, Media
from .records import Have, Known

_TAG_LENGTH = 16
_ID_TAG = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(?:v[0-9a-f]{16}(?:-\d{1,9})?|[0-9a-f]{16})"
_OURS = re.compile(rf"parts/(?:sound|song)\.{_ID_TAG}\.part|files/(?:sound|song)/{_ID_TAG}\.mp3", re.ASCII)


@dataclass(frozen=True)
class Job:
    """What one content needs. Its events are done when it is."""

    key: str
    content: str
    media: Media
    events: tuple[Event, ...]
    version: int  # that of its newest event
    fresh: bool = False  # whether its events say anything that is not known
    delete: bool = False
    metadata: bool = False  # the entity has to be got
    file: FileInfo | None = None  # the file that has to be got, as far as the feed describes it
    tag: str = ""  # names the version of the file, in the names of the part and of the file
    invalid: tuple[Event, ...] = ()  # events that make no sense, to be reported
    before: Have | None = None  # the file that is here
    doubt: bool = False  # whether it may be gone: by their order it is, and by their dates not, or so

    @cached_property
    def ids(self) -> list[str]:
        """What identifies its events."""
        return [event.identity for event in self.events]

    @cached_property
    def final(self) -> str:
        """Where its file belongs."""
        return f"files/{self.media.path}/{self.content.lower()}.{self.tag}.mp3"

    @cached_property
    def part(self) -> str:
        """Where its file grows."""
        return f"parts/{self.media.path}.{self.content.lower()}.{self.tag}.part"


def is_ours(name: str) -> bool:
    """Whether a `Job` can have given a file this name. No other is ever removed (S14)."""
    return bool(_OURS.fullmatch(name))


def plan(told: list[Event], known: Known | None, have: Have | None, *, plain: bool, at: int = BEYOND) -> Job:
    """Work out what a content's events, taken together and as they were `told`, ask for.

    Only the newest state counts: a file that was replaced twice is got once. An event that is not newer than
    what is known is done. So is a plain feed's `created` for a content that is here; an extended one may have
    folded later changes into it.
    """
    # Of two at one time the list's later is newer; what is dated beyond `at` is as new as those before (S16).
    so_far = list(accumulate((e.version if e.version <= at else -1 for e in told), max))
    events = [told[n] for n in sorted(range(len(told)), key=lambda n: min(told[n].version, so_far[n]))]
    invalid = () if events[0].media.folder else tuple(e for e in events if e.kind is Kind.FILE_UPDATED)
    valid = [e for e in events if e.kind is not Kind.FILE_UPDATED or not invalid]
    fresh = [e for e in valid if is_newer(e, known, have)]
    newest = (fresh or events)[-1]
    version = max(min(newest.version, at), known.version if known else -1)
    it = newest.key, newest.content, newest.media, tuple(events), version
    make = partial(Job, *it, invalid=invalid, before=have)
    # Told again of one instant: it was deleted, and is there again, as it is known.
    if not fresh or (newest.kind is Kind.DELETED and newest is not valid[-1]):
        return make()
    # By date, by the list or by what is known, another may be last: where one deletes, the server has to say.
    last = max(reversed(fresh), key=lambda e: e.version)
    listed = newest if plain or at == BEYOND else max(fresh, key=told.index)
    ends = {e.kind is Kind.DELETED for e in (newest, last, listed)}
    doubt = len(ends | ({known.deleted} if known is not None and known.version > last.version else set())) > 1
    if newest.kind is Kind.DELETED and not doubt:
        return make(fresh=True, delete=True)
    # What happened before the content was last deleted, and the file from then, say nothing about now.
    deleted = max((place for place, e in enumerate(fresh) if e.kind is Kind.DELETED), default=-1)
    since = fresh[deleted + 1 :] or [e for e in fresh if e.kind is not Kind.DELETED]
    is_new = known is None or known.deleted or known.version < 0 or deleted >= 0
    metadata = is_new or not plain or any(e.kind is Kind.METADATA_UPDATED for e in since)
    file, tag = _file(since or fresh, None if since and deleted >= 0 else have, plain=plain)
    if file is not None and have is not None and have.tag == tag and file.sha256 is None:
        first, _, count = tag.partition("-")
        tag = f"{first}-{int(count or 0) + 1}"  # until it is verified, the older file keeps its name
    return make(fresh=True, metadata=metadata, file=file, tag=tag, doubt=doubt)


def is_newer(event: Event, known: Known | None, have: Have | None = None) -> bool:
    """Whether an event can say anything new. Of the same version only a change can: a tombstone stays one."""
    if known is None or event.tie or event.version > known.version:
        return True
    changes = event.kind is not Kind.CREATED or (have and event.file.sha256 not in (None, have.sha256))
    return event.version == known.version and not known.deleted and bool(changes)


def _file(fresh: list[Event], have: Have | None, *, plain: bool) -> tuple[FileInfo | None, str]:
    about = [e for e in fresh if e.kind in (Kind.CREATED, Kind.FILE_UPDATED)]
    told = (about or fresh)[-1]
    if not told.media.folder:
        return None, ""
    tag = told.file.sha256[:_TAG_LENGTH] if told.file.sha256 else f"v{told.version:016x}"
    if have is not None:
        same = (plain and told.kind is Kind.CREATED) or (told.version <= have.version and not told.tie)
        same = same if told.file.sha256 is None else told.file.sha256 == have.sha256
        if not about or same:  # it is the file that is here
            return None, have.tag
        tag = have.tag if told.tie and have.tag.startswith(tag) else tag
    return told.file, tag
