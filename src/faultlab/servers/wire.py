"""A request and the description of its answer, as plain data: what every server of this package returns.

A `Reply` says what a client would see on the wire, also where the wire misbehaves: how the body ends, and how slowly it
comes. The transport for `httpx`, the phone's handler and the demo server each turn it into the real thing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

__all__ = ["Ending", "Reply", "Request", "lower", "ranged"]

PIECE = 16_384
"""Bytes of one piece of a body, unless the reply says otherwise."""


class Ending(Enum):
    """How a body ends."""

    COMPLETE = "as promised"
    SHORT = "the connection is closed before the promised length"
    RESET = "the connection is reset"
    STALL = "nothing more comes, until the client's read timeout"
    REFUSED = "there is no connection at all"


def lower(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers with names in lower case."""
    return {name.lower(): value for name, value in headers.items()}


@dataclass(frozen=True)
class Request:
    """What a client asks for; header names are in lower case."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The URL without scheme, host and query."""
        return re.sub(r"^\w+://[^/]*", "", self.url).split("?")[0]

    @property
    def start(self) -> int | None:
        """The first byte that is asked for, or None where no open-ended range is asked for."""
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("range", ""))
        return int(asked[1]) if asked else None


@dataclass(frozen=True)
class Reply:
    """What comes back: status, headers (names in lower case) and a body, which is sent `times` times over.

    `pace` is how many seconds each piece takes, `piece` its size in bytes.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    times: int = 1
    ending: Ending = Ending.COMPLETE
    pace: float = 0.0
    piece: int = PIECE

    def pieces(self) -> Iterator[bytes]:
        """The body, piece by piece; a huge one is never in memory as a whole."""
        for _ in range(self.times):
            for start in range(0, len(self.body), self.piece):
                yield self.body[start : start + self.piece]

    def having(self, **headers: str | None) -> "Reply":
        """The same with other headers (`content_length="5"`); None takes one away."""
        changed = dict(self.headers)
        for name, value in headers.items():
            changed.pop(name.replace("_", "-"), None)
            if value is not None:
                changed[name.replace("_", "-")] = value
        return replace(self, headers=changed)

    def cut(self, count: int, ending: Ending) -> "Reply":
        """The same with only the first `count` bytes of the body, and another ending. The headers stay as they are."""
        return replace(self, body=self.body[:count], ending=ending)


def ranged(request: Request, body: bytes, etag: str, headers: Mapping[str, str]) -> Reply:
    """Answer a GET for `body` as RFC 9110 wants it: 206 for a range that fits, 416 for one that does not, else 200.

    An `If-Range` other than the strong `etag` makes the range void (13.1.5, 14.2).
    """
    headers = {**headers, "accept-ranges": "bytes", "etag": etag}
    start = request.start
    if start is None or request.headers.get("if-range", etag) != etag:
        return Reply(200, {**headers, "content-length": str(len(body))}, body)
    if start >= len(body):
        return Reply(416, {**headers, "content-range": f"bytes */{len(body)}", "content-length": "0"})
    part = body[start:]
    span = f"bytes {start}-{len(body) - 1}/{len(body)}"
    return Reply(206, {**headers, "content-range": span, "content-length": str(len(part))}, part)
