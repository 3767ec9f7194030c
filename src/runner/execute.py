"""Run a reader's code and report what it did.

This module runs inside the worker, under Pyodide, and in plain CPython in the tests. It knows the page only as
`send(kind, value)`, a callable that takes a piece of output. Kinds: "text" (a string), "picture" (SVG markup),
"sound" (a title, a line break, an MP3 file in base64),
"hidden" (two numbers as "lines pictures": what was left out so far because the output is too long).
"""

import asyncio
import base64
import builtins
import gc
import io
import linecache
import os
import sys
import time
import traceback
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

#: The most that one run may show. Beyond it, output is counted and not sent.
MAX_LINES = 2_000
MAX_CHARACTERS = 200_000
MAX_PICTURES = 50
MAX_MARKUP = 500_000
MAX_SOUNDS = 5
MAX_SOUND = 500_000

#: Traceback entries that are shown at either end when a chain of calls is long.
SHOWN_CALLS = 8

#: How much alike two names must be for one to be offered in place of the other; 1 is equal.
ALIKE = 0.75

#: How often the page hears of hidden output, in seconds.
REPORT_EVERY = 0.25

#: Freed when memory runs out, so that there is room to say so; in bytes.
RESERVE = 4 << 20

NOBODY_TO_ASK = "There is nobody to ask here: put the value into the code."

type Send = Callable[[str, str], None]
#: What a run came to: kind ("ok", "exit" or "error"), exit status, line (0: unknown), text, hint.
type Result = tuple[str, int, int, str, str]


class Output:
    """The one place through which all output of a run goes, in order, up to the limits."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.open = False
        self.begin()

    def begin(self) -> None:
        """Start counting anew, for the next run."""
        self._lines = self._characters = self._pictures = self._sounds = 0
        self._hidden_lines = self._hidden_pictures = self._calls = 0
        self._full = self._cut = False
        self._reported = time.monotonic()

    def text(self, text: str) -> None:
        """Send a piece of text, or the part of it that is within the limits."""
        if not self.open or not text:
            return
        shown = "" if self._full else self._within_limits(text)
        if shown:
            self._send("text", shown)
        if self._full:
            rest = text[len(shown) :]
            if rest:
                self._hidden_lines += rest.count("\n")
                self._cut = not rest.endswith("\n")
                self._report_now_and_then()

    def picture(self, markup: str) -> None:
        """Send a picture, unless there were too many or this one is too large."""
        if not self.open:
            return
        if self._pictures >= MAX_PICTURES or len(markup) > MAX_MARKUP:
            self._hidden_pictures += 1
            self._report_now_and_then()
            return
        self._pictures += 1
        self._send("picture", markup)

    def sound(self, title: str, data: bytes) -> None:
        """Send a sound, unless there were too many or this one is too large."""
        if self.open and self._sounds < MAX_SOUNDS and len(data) <= MAX_SOUND:
            self._sounds += 1
            self._send("sound", f"{title}\n{base64.b64encode(data).decode()}")

    def end(self) -> None:
        """Say what was left out, for the last time."""
        self._hidden_lines += self._cut
        self._report()
        self.open = False

    def _within_limits(self, text: str) -> str:
        end = min(len(text), MAX_CHARACTERS - self._characters)
        lines = text.count("\n", 0, end)
        if self._lines + lines >= MAX_LINES:
            end = -1
            for _ in range(MAX_LINES - self._lines):
                end = text.index("\n", end + 1)
            end += 1
            lines = MAX_LINES - self._lines
        self._lines += lines
        self._characters += end
        self._full = self._lines >= MAX_LINES or self._characters >= MAX_CHARACTERS
        return text[:end]

    def _report_now_and_then(self) -> None:
        self._calls += 1
        if self._calls % 256 == 0 and time.monotonic() - self._reported > REPORT_EVERY:
            self._report()
            self._reported = time.monotonic()

    def _report(self) -> None:
        if self._hidden_lines or self._hidden_pictures:
            self._send("hidden", f"{self._hidden_lines} {self._hidden_pictures}")


class _Screen(io.RawIOBase):
    """The bytes end of `sys.stdout` and `sys.stderr`."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        piece = bytes(data)
        self._output.text(piece.decode("utf-8", "replace"))
        return len(piece)


class _Nobody(io.RawIOBase):
    """The bytes end of `sys.stdin`: who reads from it is told that nobody answers."""

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: object) -> int:
        raise EOFError(NOBODY_TO_ASK)


class Runner:
    """Runs programs one after the other, each in a fresh `__main__`, in one interpreter.

    `packages` are the importable names that the page brings along; they are named when an import fails. `root` is the
    address of the site, for programs that fetch files of it (module `_page`).
    """

    def __init__(self, send: Send, packages: Sequence[str], root: str = "") -> None:
        self._output = Output(send)
        self._root = root
        self._packages = tuple(packages)
        self._kept_builtins = dict(vars(builtins))
        self._kept_path = list(sys.path)
        self._kept_limit = sys.getrecursionlimit()
        self._kept_tasks = _tasks()
        self._kept_folder = os.getcwd()  # noqa: PTH109 - pathlib would be a part of every start
        self._stdin, self._stdout, self._stderr = sys.stdin, sys.stdout, sys.stderr

    def run(self, source: str, filename: str) -> Result:
        """Run `source` to its end as the program `filename`, and say how it ended. Never raises."""
        return self._ended(*self._execute(source, filename))

    async def run_waiting(self, source: str, filename: str) -> Result:
        """Run `source`, then wait for the tasks that it has left: where the browser cannot wait inside a call, `asyncio.run` leaves one."""
        before, result = self._execute(source, filename)
        while result[0] == "ok" and (left := _tasks() - self._kept_tasks):
            for ended in await asyncio.gather(*left, return_exceptions=True):
                if isinstance(ended, BaseException) and result[0] == "ok":
                    result = self._error(ended, filename)
        return self._ended(before, result)

    def _execute(self, source: str, filename: str) -> tuple[types.ModuleType | None, Result]:
        self._output.begin()
        before = sys.modules.get("__main__")
        program = types.ModuleType("__main__")
        program.__file__ = filename
        self._prepare(program, source, filename)
        reserve = bytearray(RESERVE)
        try:
            exec(compile(source, filename, "exec", dont_inherit=True), program.__dict__)  # noqa: S102
            result: Result = ("ok", 0, 0, "", "")
        except SystemExit as stop:
            result = self._exit(stop)
        except MemoryError as error:
            del reserve
            self._let_go(program, error)
            result = self._error(error, filename)
        except BaseException as error:  # noqa: BLE001
            result = self._error(error, filename)
        return before, result

    def _ended(self, before: types.ModuleType | None, result: Result) -> Result:
        self._put_back(before)
        self._output.end()
        return result

    def load(self, package: str) -> None:
        """Import a package before a program asks for it. What fails here fails again, and is said, in the program."""
        with suppress(Exception):
            __import__(package)

    def collect(self) -> None:
        """Free what the last program left behind: its functions and its namespace refer to each other."""
        gc.collect()

    def _prepare(self, program: types.ModuleType, source: str, filename: str) -> None:
        sys.modules["__main__"] = program
        display = types.ModuleType("_display", "How `afterswipe.show` reaches the page.")
        display.svg = self._picture  # type: ignore[attr-defined]
        display.sound = self._sound  # type: ignore[attr-defined]
        sys.modules["_display"] = display
        place = types.ModuleType("_page", "Where the site is that this program runs in.")
        place.root = self._root  # type: ignore[attr-defined]
        sys.modules["_page"] = place
        sys.argv = [filename]
        self._kept_tasks = _tasks()
        self._stdin = io.TextIOWrapper(io.BufferedReader(_Nobody()), encoding="utf-8")
        # The same two objects for all runs where possible: a logging handler keeps the one it first saw.
        if self._stdout.closed or not isinstance(getattr(self._stdout, "buffer", None), _Screen):
            self._stdout = _stream(self._output)
        if self._stderr.closed or not isinstance(getattr(self._stderr, "buffer", None), _Screen):
            self._stderr = _stream(self._output)
        sys.stdin, sys.stdout, sys.stderr = self._stdin, self._stdout, self._stderr
        # With no time of change, linecache keeps the source until the next run replaces it.
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        self._output.open = True

    def _put_back(self, before: types.ModuleType | None) -> None:
        """Undo what a program may have done to the interpreter, so that the next one starts clean."""
        self._flush()
        for task in _tasks() - self._kept_tasks:
            task.cancel()
        vars(builtins).update(self._kept_builtins)
        sys.path[:] = self._kept_path
        sys.setrecursionlimit(self._kept_limit)
        sys.settrace(None)
        sys.setprofile(None)
        os.chdir(self._kept_folder)
        if before is not None:
            sys.modules["__main__"] = before

    def _flush(self) -> None:
        for stream in (self._stdout, self._stderr):
            if not stream.closed:
                stream.flush()

    def _picture(self, markup: str) -> None:
        """Draw a picture in the page, after all text so far. `markup` is one SVG element."""
        if not isinstance(markup, str):
            raise TypeError(f"svg() takes SVG markup as a str, not {type(markup).__name__}")
        self._flush()
        self._output.picture(markup)

    def _sound(self, data: bytes, title: str) -> None:
        """Put a player for an MP3 file into the page, after all text so far."""
        self._flush()
        self._output.sound(" ".join(str(title).split())[:100], bytes(data))

    def _exit(self, stop: SystemExit) -> Result:
        if stop.code is None:
            return "ok", 0, 0, "", ""
        if isinstance(stop.code, int):
            return ("exit", int(stop.code), 0, "", "") if stop.code else ("ok", 0, 0, "", "")
        print(stop.code, file=self._stderr)
        return "exit", 1, 0, "", ""

    def _let_go(self, program: types.ModuleType, error: BaseException) -> None:
        """Free the program's data; the traceback needs only where it was."""
        program.__dict__.clear()
        traceback.clear_frames(error.__traceback__)
        gc.collect()

    def _error(self, error: BaseException, filename: str) -> Result:
        try:
            report = traceback.TracebackException.from_exception(error, compact=True)
            _keep_own_frames(report, filename)
            text, line = "".join(report.format()), _own_line(report, filename)
        except Exception as second:  # noqa: BLE001 - an exception whose own __str__ fails, or no memory left for its words
            text = f"{type(error).__name__} (it could not be shown: {type(second).__name__})\n"
            line = _last_line(error.__traceback__, filename)
        return "error", 0, line, text[:MAX_CHARACTERS], self._hint(error)

    def _hint(self, error: BaseException) -> str:
        if not isinstance(error, ModuleNotFoundError) or not error.name:
            return ""
        name = error.name
        parent = name.rpartition(".")[0]
        if parent in sys.modules:
            return f"{parent} is here, but it has no part called {name}."
        if name in sys.stdlib_module_names:
            return f"{name} belongs to the standard library but does not work in a browser."
        import difflib  # here, for at the top it would be a part of every start

        public = [module for module in sys.stdlib_module_names if not module.startswith("_")]
        close = difflib.get_close_matches(name, self._packages, 1, ALIKE)
        close = close or difflib.get_close_matches(name, public, 1, ALIKE)
        there = ", ".join(sorted(self._packages))
        hint = f"There is no {name} here. This page has the standard library and: {there}."
        return f"{hint} Did you mean {close[0]}?" if close else hint


def _last_line(place: types.TracebackType | None, filename: str) -> int:
    """The innermost line of the program in a traceback, found without building anything."""
    line = 0
    while place is not None:
        if place.tb_frame.f_code.co_filename == filename:
            line = place.tb_lineno
        place = place.tb_next
    return line


def _stream(output: Output) -> io.TextIOWrapper:
    # A buffer of lines: each line is shown when it ends, and a million of them stay affordable.
    return io.TextIOWrapper(
        _Screen(output),  # type: ignore[arg-type]
        encoding="utf-8",
        errors="backslashreplace",
        newline="\n",
        line_buffering=True,
    )


def _tasks() -> set[asyncio.Task[object]]:
    """The tasks on the page's own event loop, where there is one."""
    try:
        return asyncio.all_tasks(asyncio.get_running_loop())
    except RuntimeError:
        return set()


def _reports(report: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    """The report itself, then those of its group, its cause and its context."""
    yield report
    for part in report.exceptions or ():
        yield from _reports(part)
    for link in (report.__cause__, report.__context__):
        if link is not None:
            yield from _reports(link)


class _ShortStack(traceback.StackSummary):
    """A stack in which one entry may stand for many calls that are left out."""

    left_out = 0

    def format_frame_summary(self, frame_summary: traceback.FrameSummary, **kwargs: object) -> str:
        if frame_summary.filename:
            return super().format_frame_summary(frame_summary, **kwargs)
        return f"  … {self.left_out} more calls …\n"


def _keep_own_frames(report: traceback.TracebackException, filename: str) -> None:
    """Drop from the report every frame that is not the reader's, and the middle of a long chain of calls."""
    for part in _reports(report):
        own = [frame for frame in part.stack if frame.filename == filename]
        short = _ShortStack(own)
        if len(own) > 2 * SHOWN_CALLS + 1:
            gap = traceback.FrameSummary("", 0, "", lookup_line=False, line="")
            short = _ShortStack([*own[:SHOWN_CALLS], gap, *own[-SHOWN_CALLS:]])
            short.left_out = len(own) - 2 * SHOWN_CALLS
        part.stack = short
    for part in _reports(report):
        # What failed inside a library on the way to the error says nothing to the reader.
        if (
            part.__context__ is not None
            and part.__cause__ is None
            and not _own_line(part.__context__, filename)
        ):
            part.__context__ = None


def _own_line(report: traceback.TracebackException, filename: str) -> int:
    """The reader's innermost line that the error went through, or 0."""
    for part in report.exceptions or ():
        if line := _own_line(part, filename):
            return line
    if getattr(report, "filename", None) == filename and report.lineno:
        return int(report.lineno)  # a syntax error
    if report.stack:
        return int(report.stack[-1].lineno or 0)
    for link in (report.__cause__, report.__context__):
        if link is not None and (line := _own_line(link, filename)):
            return line
    return 0
