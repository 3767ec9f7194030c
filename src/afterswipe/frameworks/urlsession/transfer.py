"""One upload or download in the hands of the system, and what to call the end of an upload that was answered too early."""

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from afterswipe.errors import URLError


@dataclass
class Transfer:
    """One upload or download in the daemon's hands. `outcome` is empty while it goes on, then `done` or what went wrong.

    `sent` and `size` are in bytes; the size of a download is 0 until the server has answered. `not_before` is in milliseconds; `waits` says what the record was last told it waits for; `readable_while_locked` is about the file's data protection.
    """

    name: str
    size: int
    session: str = ""
    url: str = "https://upload.example/story"
    discretionary: bool = False
    from_file: bool = True
    down: bool = False
    readable_while_locked: bool = True
    not_before: int = 0
    number: int = 0
    sent: int = 0
    waits: str = ""
    outcome: str = ""
    error: URLError | None = None
    cancellation_reason: str | None = None
    response: httpx.Response | None = None
    listeners: list[Callable[[], None]] = field(default_factory=list)


def answered_early(response: httpx.Response) -> str:
    """What became of an upload that got a good answer before its bytes had reached a server."""
    kind = response.headers.get("content-type", "").split(";")[0] or "no type"
    return f"answered with {response.status_code} {kind}"
