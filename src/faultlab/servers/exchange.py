"""A request together with its honest reply, as a fault sees them, and what there is to say about how a fault is done."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from .server import FeedServer, Truth
from .wire import Reply, Request

__all__ = ["Exchange", "Injection", "Target"]


class Target(Enum):
    """Which requests a fault can happen to."""

    ANY = "any request"
    FEED = "requests for a page of the feed"
    FILE = "requests for a file"
    REST = "requests for the rest of a file"

    def fits(self, request: Request) -> bool:
        """Whether the request is one of these."""
        if self is Target.FEED:
            return "/update-events/" in request.path
        if self is Target.ANY:
            return True
        return request.path.endswith(".mp3") and (self is Target.FILE or request.start is not None)


@dataclass
class Exchange:
    """What a fault gets: the request, the honest reply, the server behind it, and its own argument.

    `number` counts how often this fault has happened, from 1. `memory` is the fault's own.
    """

    request: Request
    reply: Reply
    server: FeedServer
    arg: str
    number: int
    memory: dict[Any, Any] = field(default_factory=dict)

    @property
    def truth(self) -> Truth:
        """What is the case on the server; a fault may change it."""
        return self.server.truth

    @property
    def content_id(self) -> str:
        """The content that the request is about."""
        found = re.search(r"/([^/]+?)(?:\.mp3)?$", self.request.path)
        return found[1] if found else ""

    @property
    def there(self) -> bool:
        """Whether the server has the file that the request is about."""
        return self.content_id in self.truth.contents

    @property
    def kept(self) -> int:
        """How many bytes of the body arrive: the argument, or half of them."""
        return int(self.arg) if self.arg else len(self.reply.body) // 2

    def again(self, **headers: str | None) -> Reply:
        """What the server answers now to the same request with other headers; None takes one away."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        changed = {name: value for name, value in self.request.headers.items() if name not in names}
        changed |= {name: value for name, value in names.items() if value is not None}
        return self.server.answer(replace(self.request, headers=changed))


@dataclass(frozen=True)
class Injection:
    """How a fault is done: to which requests, by which function, in which variants (the first is the default).

    With `number`, the argument is a number: how many bytes of the body arrive.
    """

    target: Target
    apply: Callable[[Exchange], Reply]
    variants: tuple[str, ...] = ()
    number: bool = False
