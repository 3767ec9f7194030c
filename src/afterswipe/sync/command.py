"""The command for people: a progress bar, Ctrl-C that keeps all, exit codes, and a table of what happened.

The bar is rich's (the extra `command`); without it the same is said in plain lines.
"""

import argparse
import asyncio
import errno
import math
import re
import signal
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from functools import lru_cache, partial
from http.cookiejar import Cookie, CookieJar
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from selectors import DefaultSelector
from types import FrameType
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

import httpx

from afterswipe.sync.store.disk import mapped
from afterswipe.sync.store.schema import DATABASE
from afterswipe.units import size as data

from .engine import Durable, Sync
from .errors import CorruptDatabase, DiskRefused, StoreError
from .limits import Limits
from .outcome import Progress, Report, Stop

DONE, STOPPED, USAGE, DIRECTORY, FEED, SIGN_IN, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
"""The exit codes. Those above zero but 130 are this command's own; 130 is what a shell calls Ctrl-C."""
_ENDS = [getattr(signal, n) for n in ("SIGINT", "SIGTERM", "SIGHUP", "SIGALRM") if hasattr(signal, n)]
_alarm, _PATIENCE = getattr(signal, "alarm", int), 8  # seconds to end in good order

_CODES = {Stop.FINISHED: DONE, Stop.NEEDS_SPACE: DIRECTORY, Stop.LEASE_LOST: DIRECTORY,
          Stop.FEED_UNUSABLE: FEED, Stop.NEEDS_UPDATE: FEED,
          Stop.NEEDS_AUTHORIZATION: SIGN_IN, Stop.UNTRUSTED: SIGN_IN}  # fmt: skip

_CODE_WORDS = """\
exit codes:
  0    everything that the feed has is in the directory
  1    it ended before that; everything got so far is kept, run it again
  2    the command line, or a variable such as HTTPS_PROXY, cannot be right
  3    the directory cannot be used: full, read-only, in use by another process, or a newer version's
  4    what answers at the address is no feed, or one that this version cannot read
  5    the server wants credentials (--token), or a proxy does; or a certificate is not trusted
  130  Ctrl-C, SIGTERM or a terminal that was closed; everything got so far is kept, run it again"""

_COLUMNS, _PROBLEMS, _COOKIES, _FILES = 100, 10, 4000, 8  # more problems than these are in a file
_LIST, _PROXIES = DATABASE + "-problems.txt", "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY"
type _End = Callable[[int], object]  # ends the process, with an exit code


def parser() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(
        prog="afterswipe-sync",
        description="Bring a directory to where a feed is. Stop it with Ctrl-C whenever you like: the next run goes on from there.",
        epilog=_CODE_WORDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add, several = parser.add_argument, partial(parser.add_argument, action="append", default=[])
    add("url", help="the feed's root, for instance http://127.0.0.1:8765/")
    add("directory", help="where it is kept; made if it is not there")
    add("--token", default="", help="sent as `Authorization: Bearer …`")
    several("--allow-host", type=_host, metavar="HOST", help="another host that redirects may lead to")
    add("--seconds", type=_positive, help="end in good order after so long")
    add("--quiet", action="store_true", help="no progress, only the result")
    bounds = "change a bound: " + ", ".join(field.name for field in fields(Limits))
    several("--limit", type=_limit, metavar="NAME=N", help=bounds)
    return parser


def _host(text: str) -> str:
    if not text.strip("[]") or set(text) & set("/@?#*, ") or text.rpartition("]")[2].count(":") == 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no host alone: no scheme, port or path, and no list")
    return text


def _positive(text: str) -> float:
    with suppress(ValueError):
        if 0 < (value := float(text)) < math.inf:
            return value
    raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")


def _limit(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    kinds = {field.name: field.type for field in fields(Limits)}
    if name not in kinds:
        raise argparse.ArgumentTypeError(f"there is no limit {name!r}; see --help for their names")
    number = _positive(value)
    if kinds[name] is int and (number != int(number) or number > sys.maxsize):
        raise argparse.ArgumentTypeError(f"{name} counts things: {value!r} is no whole number, or too large")
    return name, int(number) if kinds[name] is int else number


def main(arguments: Sequence[str] | None = None, end: _End = sys.exit) -> int:
    """Sync as the arguments say; return the exit code, or `end` with it. What is wrong is one line (S21)."""
    before = sys.stdout, sys.stderr
    out, err = sys.stdout, sys.stderr = [_Output(stream) for stream in before]
    try:
        return _main(parser().parse_args(arguments), end)
    finally:
        out.flush()
        if out.wrong is not None and not isinstance(out.wrong, BrokenPipeError):
            print(f"The output: {out.wrong.strerror}. The exit code tells of the sync alone.", file=err)
        err.flush()  # what failed is left to nobody, or Python would try it once more at its end
        _alarm(0)
        sys.stdout, sys.stderr = (None if o.wrong else b for o, b in zip((out, err), before, strict=True))


def _main(options: argparse.Namespace, end: _End) -> int:
    try:
        address, _ = httpx.URL(options.url), urlsplit(options.url).port
        odd = not address.host or "%" in address.host or set(options.url) & set("?#")
        if odd or address.scheme not in ("http", "https"):
            raise ValueError("http(s)://HOST, no ? or #")
    except (httpx.InvalidURL, ValueError) as wrong:
        # What stands before its host may be a password, also where it has letters that no address may have.
        ((scheme, sign, rest),) = re.findall(r"(?s)\A(\w+://)?(.*@)?(.*)\Z", options.url)
        shown = "…" if sign and set(options.url) & set("?#") else rest.partition("?")[0]
        why = "look at scheme, host and port; in a password, / ? # @ are %2F %3F %23 %40" if sign else wrong
        parser().error(f"{scheme + shown!r} is no address of a feed: {why}")
    if not options.directory:
        parser().error("the directory is empty; for the one that you are in, say .")
    if not re.fullmatch(r"([!-~]([ -~]*[!-~])?)?", options.token):
        parser().error("--token has characters that no header may have. Is all of it the token?")
    try:
        with mapped(options.directory):
            for spare in [DefaultSelector() for _ in range(_FILES)]:  # with fewer not even asyncio begins
                spare.close()
            code, said = asyncio.run(_sync(options, _client(options.token), end), loop_factory=_Loop)
            print(said)  # the very last: until then a Ctrl-C has the say
            return code
    except StoreError as error:
        code, said = DIRECTORY, f"{type(error).__name__}: {error}"
    except (MemoryError, SystemError, RuntimeError):  # C code has words of its own, and threads have
        code, said = STOPPED, "Ended: too little memory or threads (ulimit -u). What came is kept. Run again."
    except (KeyboardInterrupt, asyncio.CancelledError):
        code, said = INTERRUPTED, "Ended: it was asked to stop. All that came is kept, run it again."
    print(_text(said), file=sys.stderr)
    return code


class _Jar(CookieJar):
    def set_cookie(self, cookie: Cookie) -> None:
        """Keep few, and none that no header may have: they are in each request, until none can be made."""
        if f"{cookie.name}{cookie.value}".isascii():
            super().set_cookie(cookie)
        if sum(len(kept.name) + len(kept.value or "") for kept in self) > _COOKIES:
            self.clear()


def _client(token: str) -> httpx.AsyncClient:
    sent = {"Authorization": f"Bearer {token}"} if token else {}
    made = partial(httpx.AsyncClient, headers=sent, cookies=_Jar(), timeout=None)
    try:
        for proxy in map(getproxies().get, ("http", "https", "all")):
            _ = urlsplit("//" + (proxy or "").rpartition("://")[2]).port  # which may be too large
        return made(http2=find_spec("h2") is not None)  # an extra
    except (ImportError, ValueError, OSError, httpx.InvalidURL) as error:  # an address stays unsaid
        if getattr(error, "errno", 0) == errno.ENOMEM:
            raise MemoryError from error
        what = "An address makes no sense" if isinstance(error, httpx.InvalidURL | ValueError) else error
        parser().error(f"{what}. Look at {_PROXIES}, SSL_CERT_FILE, SSL_CERT_DIR, SSLKEYLOGFILE.")


class _Loop(asyncio.SelectorEventLoop):
    async def shutdown_default_executor(self, *_: object) -> None:
        """Some threads look a name up, perhaps for ever: the end waits for none, nor makes one to wait."""


async def _sync(options: argparse.Namespace, client: httpx.AsyncClient, end: _End) -> tuple[int, str]:
    asked = asyncio.Event()
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # no words for people
    try:
        limits = replace(Limits(), **dict(options.limit))
        sync = Sync(client, options.url, options.directory, limits=limits, hosts=tuple(options.allow_host))
        before = Durable(0, 0, 0, 0, 0, None)
        with suppress(CorruptDatabase):  # the run sets it aside
            before = sync.state() if Path(options.directory, DATABASE).exists() else before
        ends = sync.clock.monotonic() + (options.seconds or math.inf)
        with _interrupt(asked, end), _shown(quiet=options.quiet) as show:
            report = await sync.run(lambda: asked.is_set() or sync.clock.monotonic() >= ends, show)
        _print(before, sync.state(), report, Path(options.directory))
    finally:
        with suppress(Exception):  # how the client ends is of no interest, and it has a second
            await asyncio.wait_for(client.aclose(), 1)
    refused = {type(problem) for problem in report.problems} == {DiskRefused}
    code = _CODES.get(report.why, DIRECTORY if refused else STOPPED)
    code = INTERRUPTED if asked.is_set() and not report.finished else code
    return code, str(report).partition("\n")[0]


@contextmanager
def _interrupt(asked: asyncio.Event, end: _End) -> Iterator[None]:
    """The first Ctrl-C, SIGTERM or closed terminal ends the run in good order, the second one at once."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None

    def stop(number: int, _frame: FrameType | None) -> None:
        if number not in _ENDS[:3]:  # its time is over
            end(INTERRUPTED)
        _alarm(1 if asked.is_set() else _PATIENCE)  # what is said may wait for ever to be taken
        if asked.is_set():
            loop.call_soon_threadsafe(task.cancel)
            return
        asked.set()
        print("Stopping. Everything got so far is kept; once more ends at once.", file=sys.stderr, flush=True)
        loop.call_soon_threadsafe(lambda: loop.call_later(1, task.cancel))  # also where nothing comes

    # What `nohup` tells to be ignored is; a Ctrl-C is heard also by a run that a shell began behind others.
    heard = [one for one in _ENDS if one in _ENDS[:2] or signal.getsignal(one) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Output:
    """A stream that may fail, after which no more is said there: `head` goes away, or a disk is full."""

    def __init__(self, stream: Any) -> None:
        self.wrong: OSError | None = None
        self.stream: Any = StringIO() if stream is None else stream
        with suppress(OSError, ValueError, AttributeError):  # what the encoding lacks is no reason to fail
            self.stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        return self._tried(self.stream.write, text)

    def flush(self) -> None:
        self._tried(self.stream.flush)

    def _tried(self, call: Callable[..., int | None], *text: str) -> int:
        with suppress(RuntimeError, ValueError):  # within another write, which a signal broke off; or closed
            try:
                return (self.wrong is None and call(*text)) or 0
            except OSError as error:
                self.wrong = error
        return 0


@contextmanager
def _shown(*, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    words = "{0.phase.value}: {0.files_done} of {0.files_total} files".format
    if quiet or not find_spec("rich"):  # the bar is an extra
        say = lru_cache(1)(partial(print, file=StringIO() if quiet else sys.stderr))  # the same words once
        yield lambda now: say(words(now))
        return
    from rich import console, progress

    sizes = progress.BarColumn(), progress.DownloadColumn()
    columns = "{task.description}", *sizes, progress.TransferSpeedColumn(), progress.TimeRemainingColumn()
    with progress.Progress(*columns, console=console.Console(stderr=True)) as bar:
        show = partial(bar.update, bar.add_task("", total=None))
        yield lambda now: show(description=words(now), completed=now.bytes_durable, total=now.bytes_total)


def _text(said: str) -> str:
    """What a server, or the name of a folder, says is no command to a terminal."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in said)


def _print(before: Durable, after: Durable, report: Report, directory: Path) -> None:
    names = ("contents", "files", "bytes", "still to get", "of that, begun")
    told = [(d.contents, d.files, data(d.bytes), d.pending, data(d.bytes_in_parts)) for d in (before, after)]
    for name, was, now in [("", "before", "now"), *zip(names, *told, strict=True)]:
        print(f"{name:<15} {was!s:>10} {now!s:>10}")
    print(f"{data(report.bytes_fetched)} fetched in {report.requests} requests.")
    if report.why is Stop.OFFLINE and getproxies().keys() & {"http", "https", "all"}:
        print(f"- A proxy is set, through which this was tried. Is it right? Look at {_PROXIES}.")
    problems = [_text(f"{type(problem).__name__}: {problem}") for problem in report.problems]
    for problem in problems[:_PROBLEMS]:
        print(textwrap.fill(problem, _COLUMNS, initial_indent="- ", subsequent_indent="  "))
    path, listed = directory / _LIST, "no list of them is written"
    with suppress(OSError):
        if path.is_file() and not path.is_symlink() and path.read_bytes().startswith(_LIST.encode()):
            path.unlink()  # ours, of an earlier run: no other is written over, nor through
    if len(problems) > _PROBLEMS:
        kinds = Counter(type(problem).__name__ for problem in report.problems)
        with suppress(OSError):
            if report.why is not Stop.NEEDS_SPACE:  # or it could take what the next run needs to begin
                with path.open("x", encoding="utf-8", errors="backslashreplace") as file:
                    file.write("\n".join([_LIST, *problems, ""]))
                listed = str(path)
        counted = ", ".join(f"{count} {name}" for name, count in kinds.most_common())
        print(f"- and {len(problems) - _PROBLEMS} more ({counted} in all): {_text(listed)}")
