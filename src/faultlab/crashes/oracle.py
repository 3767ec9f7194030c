"""The oracle: a sync so plain that there is nothing in it to get wrong.

It keeps nothing and resumes nothing. It asks for every event that ever was, then for everything that these name. What the
engine ends with must equal what this ends with, whatever happened on the way.
"""

import json
from collections.abc import Callable
from typing import Any

from faultlab.servers.wire import Reply, Request

__all__ = ["full_resync"]

_ENTITY = ("sound", "author", "song", "music-genre")
_FOLDER = {0: "sounds", 2: "songs"}
_OK = 200

type Contents = dict[str, tuple[int, dict[str, Any], bytes | None]]
"""By content id: media type, metadata, and the file's bytes where it has one."""


def full_resync(answer: Callable[[Request], Reply], base: str = "https://feed.example/") -> Contents:
    """Everything that a server has, asked for from the beginning. `answer` is a server's; `base` ends in `/`."""

    def get(path: str) -> bytes | None:
        reply = answer(Request("GET", base + path))
        return b"".join(reply.pieces()) if reply.status == _OK else None

    media: dict[str, int] = {}
    cursor: str | None = "all"
    while cursor is not None:
        page = json.loads(get(f"v3/update-events/{cursor}") or b"[]")
        events = page if isinstance(page, list) else page["events"]
        media |= {event["content_id"]: event["media_type"] for event in events}
        cursor = page["next"] if isinstance(page, dict) and not page["complete"] else None
    contents: Contents = {}
    for content_id, kind in media.items():
        metadata = get(f"v3/{_ENTITY[kind]}/{content_id}")
        if metadata is not None:
            file = get(f"{_FOLDER[kind]}/{content_id}.mp3") if kind in _FOLDER else None
            contents[content_id] = (kind, json.loads(metadata), file)
    return contents
