"""The feed that the site itself serves, for examples that sync for real: over `fetch` in a page, over a socket elsewhere.

The harness that runs an example says where the site is, in a module `_page` with one name, `root`.
"""

import sys
from typing import Any

import httpx

from ..errors import UsageError

_SUFFIX = ".json"


def feed_url() -> str:
    """The address of the site's own small feed. Raises UsageError where no page and no test says where the site is."""
    root: Any = getattr(sys.modules.get("_page"), "root", "")
    if not root:
        raise UsageError(
            "This example needs a feed. Read it in the page, or give Sync the address of one: python -m afterswipe.sync.demo"
        )
    return f"{root}feed/v3/"


class _StaticHost(httpx.AsyncHTTPTransport):
    """The usual transport, for a host of static files: the paths of the API have a file type there."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if "." not in path.rsplit("/", 1)[-1]:
            request.url = request.url.copy_with(path=path + _SUFFIX)
        return await super().handle_async_request(request)


def client() -> httpx.AsyncClient:
    """A client for `feed_url()`: in a page over the browser's `fetch`, elsewhere over a socket."""
    if sys.platform == "emscripten":
        from .fetch_transport import FetchTransport

        return httpx.AsyncClient(transport=FetchTransport(suffix=_SUFFIX))
    return httpx.AsyncClient(transport=_StaticHost())


def play(sound: bytes, title: str) -> None:
    """Put a player for an MP3 file into the page; elsewhere, print what there is to hear."""
    display: Any = sys.modules.get("_display")
    if display is None:
        print(f"[sound: {title}, {len(sound)} bytes]")
    else:
        display.sound(sound, title)
