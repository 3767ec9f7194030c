"""From events to jobs: what is to be done for one content, worked out from its pending events and what is here. No I/O."""

from collections.abc import Iterable
from dataclasses import dataclass

from .feed import Event, FileInfo, Kind, Media
from .records import Have, Known

_TAG_LENGTH = 16


@dataclass(frozen=True)
class Job:
    """What one content needs. Its events are done when it is."""

    key: str
    content: str
    media: Media
    events: tuple[Event, ...]
    version: int
    """That of its newest event."""
    delete: bool = False
    metadata: bool = False
    """Whether the entity has to be got."""
    file: FileInfo | None = None
    """The file that has to be got, as far as the feed describes it."""
    tag: str = ""
    """Names the version of the file, in the names of the part and of the file."""
    invalid: tuple[Event, ...] = ()
    """Events that make no sense, to be reported."""

    @property
    def ids(self) -> list[str]:
        """Its events' ids."""
        return [event.id for event in self.events]

    @property
    def final(self) -> str:
        """Where its file belongs."""
        return f"files/{self.media.path}/{self.content}.{self.tag}.mp3"

    @property
    def part(self) -> str:
        """Where its file grows."""
        return f"parts/{self.media.path}.{self.content}.{self.tag}.part"

    @property
    def stale(self) -> bool:
        """Whether there is nothing to do but to end its events."""
        return not self.delete and not self.metadata and self.file is None


def by_content(events: Iterable[Event]) -> dict[str, list[Event]]:
    """Events by the content that they are about, in the order in which each content first comes up."""
    found: dict[str, list[Event]] = {}
    for event in events:
        found.setdefault(event.key, []).append(event)
    return found


def plan(events: list[Event], known: Known | None, have: Have | None, *, plain: bool) -> Job:
    """Work out what a content's events, taken together, ask for.

    Only the newest state counts: a file that was replaced twice is got once. An event that is not newer than what is known is
    done. So is `created` for a content that is here; a plain feed means by it what it says, while an extended one may have folded
    later changes into it, so that there its metadata is read again.
    """
    newest = max(events, key=lambda event: event.rank)
    job = Job(newest.key, newest.content, newest.media, tuple(events), newest.version)
    invalid = tuple(e for e in events if e.kind is Kind.FILE_UPDATED and not e.media.has_file)
    fresh = [e for e in events if e not in invalid and is_newer(e, known)]
    if not fresh:
        return _with(job, invalid=invalid, version=max(newest.version, known.version if known else -1))
    newest = max(fresh, key=lambda event: event.rank)
    if newest.kind is Kind.DELETED:
        return _with(
            job,
            delete=known is None or not known.deleted or have is not None,
            version=newest.version,
            invalid=invalid,
        )
    # What happened before the content was last deleted, and the file from then, say nothing about what is there now.
    deleted = max((e.rank for e in fresh if e.kind is Kind.DELETED), default=None)
    fresh = [e for e in fresh if deleted is None or e.rank > deleted]
    is_new = known is None or known.deleted or known.version < 0 or deleted is not None
    kinds = {e.kind for e in fresh}
    metadata = is_new or Kind.METADATA_UPDATED in kinds or (bool(kinds) and not plain)
    file, tag = _file(newest, fresh, have if deleted is None else None)
    return _with(job, metadata=metadata, file=file, tag=tag, version=newest.version, invalid=invalid)


def is_newer(event: Event, known: Known | None) -> bool:
    """Whether an event can say anything that is not known. Of the same version only a change can: a tombstone stays one."""
    if known is None or event.version > known.version:
        return True
    if event.version < known.version or known.deleted:
        return False
    return event.kind is not Kind.CREATED


def _file(newest: Event, fresh: list[Event], have: Have | None) -> tuple[FileInfo | None, str]:
    if not newest.media.has_file:
        return None, ""
    about = [e for e in fresh if e.kind in (Kind.CREATED, Kind.FILE_UPDATED)]
    told = max(about or fresh, key=lambda event: event.rank)
    tag = told.file.sha256[:_TAG_LENGTH] if told.file.sha256 else f"v{told.version:016x}"
    if have is None:
        return told.file, tag
    if not about or _is_here(told, have):
        return None, have.tag
    return told.file, tag


def _is_here(event: Event, have: Have) -> bool:
    """Whether the file that an event speaks of is the one that is here."""
    if event.file.sha256 is not None:
        return event.file.sha256 == have.sha256
    if event.kind is Kind.CREATED:
        return True
    return event.version <= have.version


def _with(job: Job, **changes: object) -> Job:
    from dataclasses import replace

    return replace(job, **changes)  # type: ignore[arg-type]
