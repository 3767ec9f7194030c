"""An `httpx` transport over the browser's `fetch`: what a sync in a page sends and receives with.

What a browser does not let us do, and what follows from it:

- It asks for compressed answers itself and hands out decoded bytes. The length and the encoding in such an answer's headers
  are of the compressed form, so they are left out; size and digest in the feed decide, as they do everywhere.
- It hides where a redirect leads. A redirect is therefore an error here.
- It chooses `Host`, `Connection`, `User-Agent` and the like. What the caller sets of these is not sent.
- It says of a failure only that there was one.
"""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx

_CHOSEN_BY_THE_BROWSER = {"accept-encoding", "connection", "content-length", "host", "user-agent"}
_OF_THE_COMPRESSED_FORM = {"content-encoding", "content-length"}

_TYPE = re.compile(r"\.[A-Za-z]\w*$")
"""A file type. What follows the dot in a cursor (`1.4`, a time with fractions) begins with a digit."""


def with_type(url: httpx.URL, suffix: str) -> httpx.URL:
    """The address with `suffix` behind its path, unless the path has a file type of its own."""
    return url if _TYPE.search(url.path) else url.copy_with(path=url.path + suffix)


class _Arriving(httpx.AsyncByteStream):
    """A body as its pieces arrive. Closing it ends the request."""

    def __init__(self, response: Any, stop: Any) -> None:
        self._response = response
        self._stop = stop

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._response.body is None:
            return
        reader = self._response.body.getReader()
        while True:
            try:
                piece = await reader.read()
            except Exception as lost:  # a JavaScript error of any kind: the browser does not say more
                raise httpx.ReadError(f"the connection was lost ({lost})") from lost
            if piece.done:
                return
            yield piece.value.to_bytes()

    async def aclose(self) -> None:
        """Let the browser stop the download."""
        self._stop.abort()


class FetchTransport(httpx.AsyncBaseTransport):
    """Send requests with the `fetch` of the page's worker. For Pyodide only.

    `suffix` is put behind the path of every request that has no file type of its own (`v3/update-events/all` becomes
    `v3/update-events/all.json`): a host of static files can then answer for an API. Answers come from the network, never from
    the browser's cache. Raises httpx.ConnectError where no answer came, httpx.ReadError where it broke off.
    """

    def __init__(self, *, suffix: str = "") -> None:
        self._suffix = suffix

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request without a body and return the answer; its body is read as it arrives."""
        import js  # Pyodide's, and only there
        from pyodide.ffi import to_js

        url = with_type(request.url, self._suffix)
        stop = js.AbortController.new()
        sent = {name: value for name, value in request.headers.items() if name not in _CHOSEN_BY_THE_BROWSER}
        options = {
            "method": request.method,
            "headers": sent,
            "signal": stop.signal,
            "cache": "no-store",
            "credentials": "omit",
            "redirect": "error",
        }
        try:
            answer = await js.fetch(str(url), to_js(options, dict_converter=js.Object.fromEntries))
        except Exception as lost:  # as above
            raise httpx.ConnectError(f"{request.url.host} did not answer ({lost})", request=request) from lost
        headers = [(name, value) for name, value in answer.headers.entries()]
        if any(name == "content-encoding" for name, _ in headers):
            headers = [(name, value) for name, value in headers if name not in _OF_THE_COMPRESSED_FORM]
        return httpx.Response(answer.status, headers=headers, stream=_Arriving(answer, stop), request=request)
