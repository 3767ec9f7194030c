"""HTTP by `httpx` or `httpx2`: redirects by hand, raw bytes, no credentials for strangers; and pauses."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass, field
from functools import partial
from logging import INFO, getLogger
from math import inf
from random import Random
from typing import Any, NamedTuple, cast
from urllib.parse import quote, unquote, urljoin, urlsplit

from afterswipe.sync.clock import Clock
from afterswipe.sync.errors import FeedTooLarge, ServerBusy
from afterswipe.sync.limits import Limits
from afterswipe.sync.outcome import Halt, Stop, moment

from .answers import Answer

_PORTS = {"http": 80, "https": 443}
_REDIRECTS = (301, 302, 303, 307, 308)
_HARMLESS = ("host", "accept", "accept-encoding", "range", "if-range", "user-agent", "cache-control")
"""Headers that a stranger may see. All others may be somebody's credentials."""
_PLAIN = re.compile(r"[^?#]*(/\w[\w.-]*)", re.ASCII)  # whose last word needs no quoting
_DOUBLINGS = 60  # of a pause, at most
_REST = 6.0  # seconds: what was let go of early stays open until its connection of HTTP/2 has been idle for 5


class Broken(Exception):
    """The connection failed: too `slow`, `silent` (without a head), or by the server's `fault`."""

    slow = fault = silent = False

    def __init__(self, reason: str, **kinds: bool) -> None:
        super().__init__(reason)
        vars(self).update(kinds)


class Elsewhere(Exception):
    """A redirect leads where we do not go."""


class Opened(NamedTuple):
    """An answer whose body has not been read."""

    url: str
    answer: Answer
    response: Any


@dataclass
class Wire:
    """Sends requests. `point` is called before each, before each piece of a body, and around pauses."""

    client: Any
    base: str
    _: KW_ONLY
    hosts: Collection[str]
    limits: Limits
    clock: Clock
    point: Callable[..., None]
    rng: Random = field(default_factory=Random)
    user: tuple[str, str] | None = None
    requests: int = 0

    def __post_init__(self) -> None:
        self._home, self._allowed = urlsplit(self.base), {_spelled(host) for host in self.hosts}
        self._waits = dict[Any, tuple[float, bool]]()  # until when each task waits, and whether for a head
        self._longest = self.limits.read_seconds + self.limits.rate_seconds
        self._watch: asyncio.TimerHandle | None = None  # one for all waits, for each costs
        self._like = dict[tuple[str, ...], Any]()  # requests that were made, by their folder and headers
        self._late = self._rests_until = -inf

    async def open(self, url: str, headers: dict[str, str]) -> Opened:
        """Ask, and follow redirects within the bound; raises Broken and Elsewhere. Close what it returns."""
        for redirects in range(self.limits.redirects + 1):
            response = await self._send(url, headers, led=redirects > 0)
            if response.status_code not in _REDIRECTS:
                at = quote(url.partition("?")[0]) if redirects else ""  # what is behind it may be a signature
                return Opened(url, _answer(response, self.clock.wall(), at), response)
            await self.close(response)
            url = self._checked(url, *set(response.headers.get_list("location")))
        raise Elsewhere(f"more than {self.limits.redirects} redirects")

    async def pause(self, attempt: int) -> None:
        """Wait before asking again: twice as long after each attempt, up to the cap, never quite the same."""
        if attempt + 1 < self.limits.attempts:  # or it was the last
            await self._wait(self._grown(attempt) * self.rng.uniform(0.5, 1))

    async def obey(self, attempt: int, asked: float | None) -> None:
        """Wait as the server asked; raises Halt where that is longer than a run waits, or was too often."""
        cap, most = self.limits.backoff_cap, self.limits.retry_after_max
        seconds = min(max(asked or 0.0, self._grown(attempt)), most) * self.rng.uniform(1, 1.1)
        if seconds > cap * 1.1 or attempt + 1 >= self.limits.attempts:
            until = self.clock.wall() + min(max(seconds, cap), most)
            said = f"The server is busy, or asked for a pause. Run again after {moment(until)}."
            raise Halt(Stop.SERVER_BUSY, ServerBusy(said), until)
        await self._wait(seconds)

    def _grown(self, attempt: int) -> float:
        return min(self.limits.backoff_cap, self.limits.backoff_base * 2.0 ** min(attempt, _DOUBLINGS))

    async def _wait(self, seconds: float) -> None:
        self.point()
        await self.clock.sleep(seconds)
        self.point()

    async def _send(self, url: str, headers: dict[str, str], *, led: bool) -> Any:
        self.point("request", url)
        self.requests += 1
        try:
            request = self._request(url, headers, led=led)
            if led:  # its query is its own: the client's parameters may be somebody's key
                request.url = type(request.url)(url)
        except Exception as error:
            raise Elsewhere(f"an address that makes no sense: {error}") from error
        auth: dict[str, Any] = {"auth": self.user} if self.user else {}
        if not url.startswith(self.base) and _origin(urlsplit(url)) != _origin(self._home):
            auth = {"auth": None}
            for name in [name for name in request.headers if name.lower() not in _HARMLESS]:
                del request.headers[name]
        left = self.limits.attempts
        while True:
            if (rest := self._rests_until - self.clock.monotonic()) > 0:
                await self.clock.sleep(rest)
            try:
                return await self._in_time(self._asked(request, auth), head=True)
            except Broken as error:  # with no stream left nothing was asked
                left -= 1
                if not left or not caused(error, "TooManyStreamsError"):
                    raise
                self._rests_until = self.clock.monotonic() + _REST

    async def _asked(self, request: Any, auth: dict[str, Any]) -> Any:
        """What the client's `send` does, which takes a seventh of a small file's time."""
        client, name = self.client, type(self.client).__module__.partition(".")[0]
        by: Any = getattr(client, "_transport_for_url", None) if name.startswith("httpx") else None
        plain = by and not client.is_closed and not auth.get("auth", client.auth)
        if not plain or any(client.event_hooks.values()) or getLogger(name).isEnabledFor(INFO):
            return await client.send(request, stream=True, follow_redirects=False, **auth)
        response = await by(request.url).handle_async_request(request)
        response.request = request
        if "set-cookie" in response.headers:
            client.cookies.extract_cookies(response)
        return response

    def _request(self, url: str, headers: dict[str, str], *, led: bool) -> Any:
        """A request, from one like it: merging headers and reading a URL cost as much as all that is ours."""
        wait = self.limits.read_seconds  # to connect, to read and to write, not for others to end
        make = partial(self.client.build_request, "GET", headers=headers, timeout=(wait, wait, wait))
        plain = type(self.client).__module__.startswith("httpx") and url.startswith(self.base)
        if led or not plain or "range" in headers or self.client.params or self.client.cookies:
            return make(url=url)
        kind = url.rpartition("/")[0], *headers.values(), str(self.client.headers.raw)
        like = self._like[kind] = self._like.get(kind) or make(url=url)
        at = beside(like.url, url)
        made = type(like)("GET", at, headers=like.headers, stream=like.stream, extensions=like.extensions)
        made.headers.encoding = like.headers.encoding  # or it would be found out anew
        made.read()
        return made

    async def _in_time[T](self, coming: Awaitable[T], *, head: bool = False) -> T:
        """A head, or a piece of a body: what is neither may come for ever. What is raised is the client's."""
        task, loop = cast(Any, asyncio.current_task()), asyncio.get_running_loop()
        self._waits[task] = loop.time() + self._longest, head
        self._watch = self._watch or loop.call_at(self._waits[task][0], self._look, loop)
        try:
            came = await coming
        except (Exception, asyncio.CancelledError) as error:
            late, name = task not in self._waits, type(error).__name__
            if isinstance(error, MemoryError) or (name == "CancelledError" and task.cancelling() > late):
                raise  # somebody wants this run to end, and not the client itself; or no other could go on
            if late:
                raise Broken(f"nothing that counts came in {self._longest:.0f} s", slow=True) from error
            if name == "InvalidURL":  # the client looks at a redirect even where it is not to follow it
                raise Elsewhere(f"an address that makes no sense: {error}") from error
            kinds = {kind.__name__ for kind in type(error).__mro__}
            silent = head and not kinds & {"ConnectError", "ConnectTimeout"}
            raise Broken(f"{name}: {error}", silent=silent) from error
        finally:
            _ = self._waits.pop(task, None) or task.uncancel()
        self._late = loop.time() + self._longest
        return came

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Break off what is late; no head while something comes, for a server may allow few at once."""
        ends = {t: max(end, self._late) if head else end for t, (end, head) in self._waits.items()}
        for task in [task for task, end in ends.items() if end <= loop.time()]:
            task.cancel()
            del self._waits[task], ends[task]
        self._watch = loop.call_at(min(ends.values()), self._look, loop) if ends else None

    def _checked(self, url: str, location: str = "", *others: str) -> str:
        try:
            target = urlsplit(urljoin(url, location))
            host, _ = _spelled(target.hostname), target.port
            if not location or others or target.username is not None:
                raise ValueError(location)
        except ValueError:
            raise Elsewhere("a redirect without an address that makes sense") from None
        if target.scheme != "https" and (target.scheme, self._home.scheme) != ("http", "http"):
            raise Elsewhere(f"a redirect to {target.scheme}: ({host})")
        if host not in {_spelled(self._home.hostname), *self._allowed}:
            raise Elsewhere(f"a redirect to {host}. If it is right, allow it: --allow-host, or Sync(hosts=…)")
        return target.geturl()

    async def pieces(self, opened: Opened) -> AsyncIterator[bytes]:
        """The body as it comes: a piece size would throw away what came before a break. Raises Broken."""
        since, came = self.clock.monotonic(), 0
        if opened.response.is_stream_consumed:  # a response that a simulated transport made whole
            self.point("receive", opened.url)
            yield opened.response.content
            return
        source = aiter(opened.response.aiter_raw())
        while True:
            self.point("receive", opened.url)
            piece = await self._in_time(anext(source, None))
            if piece is None:
                at = opened.response.stream
                for name in ("_stream", "_httpcore_stream", "_stream", "_connection"):
                    at = getattr(at, name, at)
                if hasattr(at, "_h11_state") and at._h11_state.trailing_data[0].strip():
                    await at.aclose()  # what came too much would be the answer to the next question
                return
            if piece:
                yield piece
            came += len(piece)
            passed = self.clock.monotonic() - since
            if passed >= self.limits.rate_seconds:
                if came < self.limits.minimum_rate * passed:
                    raise Broken(f"too slow: {came} bytes in {passed:.0f} s", slow=True)
                since, came = since + passed, 0

    async def whole(self, opened: Opened, limit: int) -> bytes:
        """A small body, whole; raises Broken where it is cut and FeedTooLarge beyond `limit` bytes."""
        body = bytearray()
        async for piece in self.pieces(opened):
            body += piece
            if len(body) > limit:
                raise FeedTooLarge(f"{opened.url.partition('?')[0]} is larger than {limit} bytes (Limits).")
        if opened.answer.length is not None and len(body) < opened.answer.length:
            raise Broken(f"only {len(body)} of {opened.answer.length} bytes came")
        return bytes(body)

    async def close(self, response: Any) -> None:
        """Let go of an answer; that it breaks now is of no interest."""
        if not response.is_closed:  # as it is once its body came to its end
            with suppress(Broken):
                await self._in_time(response.aclose())


def beside(known: Any, url: str) -> Any:
    """An address in the folder of one that is known: `httpx` looks at each letter that it reads, often."""
    made = type(known)(known)
    with suppress(AttributeError, TypeError):  # it keeps them otherwise now, or this one is not so plain
        path = made._uri_reference.path.rpartition("/")[0] + cast(Any, _PLAIN.fullmatch(url))[1]
        made._uri_reference = made._uri_reference._replace(path=path, query=None, fragment=None)
        return made
    return type(known)(url)


def _answer(response: Any, wall: float, at: str) -> Answer:
    """With headers by their names in small letters; what came several times is a list."""
    came = [(n.decode("latin-1").lower(), v.decode("utf-8", "replace")) for n, v in response.headers.raw]
    if len(headers := dict(came)) < len(came):
        headers = {name: ", ".join(value for also, value in came if also == name) for name in headers}
    ends = "content-length" in headers or "transfer-encoding" in headers
    endless = not ends and response.extensions.get("http_version", b"").startswith(b"HTTP/1")
    return Answer(response.status_code, headers, wall, at, endless)


def _origin(parts: Any) -> tuple[str, str, int | None]:
    return parts.scheme, _spelled(parts.hostname), parts.port or _PORTS.get(parts.scheme)


def _spelled(host: str | None) -> str:
    """A host as the network spells it, however it is written."""
    host = (host or "").lower().strip("[]").removesuffix(".")
    with suppress(UnicodeError):
        return host if host.isascii() else host.encode("idna").decode()
    return host


def without_user(url: str) -> tuple[str, tuple[str, str] | None]:
    """An address without its usual port and user info; and the latter, to be stored and shown nowhere."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].lower().removesuffix(f":{_PORTS.get(parts.scheme)}")
    user = unquote(parts.username or ""), unquote(parts.password or "")
    return parts._replace(netloc=host).geturl(), None if parts.username is None else user


def caused(error: BaseException | None, by: str) -> bool:
    """Whether an error of this name is at the root of it."""
    while error is not None and type(error).__name__ != by:
        error = error.__cause__ or error.__context__
    return error is not None
