"""Run a reader's code and report what it did.

This module runs inside the worker, under Pyodide, and in plain CPython in the tests. It knows the page only as
`send(kind, value)`, a callable that takes a piece of output. Kinds: "text" (a string), "picture" (SVG markup),
"sound" (a title, a line break, an MP3 file in base64),
"hidden" (two numbers as "lines pictures": what was left out so far because the output is too long).
"""

import asyncio
import atexit
import base64
import builtins
import codecs
import contextvars
import gc
import io
import linecache
import os
import sys
import traceback
import types
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import nullcontext, suppress
from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from typing import Any

#: The most that one run may show. Beyond it, output is counted and not sent.
MAX_LINES = 2_000
MAX_CHARACTERS = 200_000
#: What a character beyond ASCII counts for: to draw 200,000 of them in one line takes a browser from ten seconds to minutes.
WIDE = 10
MAX_PICTURES = 50
MAX_MARKUP = 500_000
#: Of all pictures together, for the page builds and draws each: characters, and tags, of which an element has one or two.
MAX_MARKUP_IN_ALL = 2_000_000
MAX_TAGS_IN_ALL = 10_000
MAX_SOUNDS = 5
MAX_SOUND = 500_000

#: Traceback entries that are shown at either end when a chain of calls is long.
SHOWN_CALLS = 8

#: How much alike two names must be for one to be offered in place of the other; 1 is equal.
ALIKE = 0.75

#: How often the page hears of hidden output, in seconds.
REPORT_EVERY = 0.25

#: Pieces of text that are sent one by one; what comes beyond is collected, for each piece is a message to the page.
MOST_PIECES = 2_500
#: How much is collected before it is sent: characters, seconds.
COLLECTED = 1_000
COLLECT_FOR = 0.1

#: Freed when memory runs out, so that there is room to say so; in bytes.
RESERVE = 4 << 20

#: What a browser does not let a program do: what its errors say, and what there is to say about it.
BEYOND_A_BROWSER = {
    "Python in a browser has no threads and no processes: asyncio takes turns without them.": (
        "can't start new thread",
        "'_multiprocessing'",
        "multiprocessing.synchronize",
        "does not support processes",
        "os.fork()",
        "'InterpreterPoolExecutor'",
        "subprocess_exec",
        "subprocess_shell",
    ),
    "A program in this page reaches no other host: a browser has no sockets.": (
        "Host is unreachable",
        "httpcore[asyncio]",
        "create_connection() is not",
        "create_server() is not",
        "sock_connect() is not",
        "[Errno 138] Not supported",
    ),
    "A program in this page opens no other one: open it yourself.": (
        "cannot import name 'window' from 'js'",
    ),
}

NOBODY_TO_ASK = "There is nobody to ask here: put the value into the code."

TOP_LEVEL_ONLY = (
    "This browser cannot wait inside a function, so {} cannot be called there: put the call at the top level of the "
    "program, where it may stand inside with, if, for and try too."
)

#: What a program may put its own in the place of, in `sys`.
HOOKS = "excepthook", "unraisablehook", "displayhook", "breakpointhook"

#: The longest name of a missing module that is repeated.
LONGEST_NAME = 100

# A program may put something else in the place of what is built in; the runner's own functions keep what was there.
globals()["__builtins__"] = dict(vars(builtins))

type Send = Callable[[str, str], None]
#: What a run came to: kind ("ok", "exit" or "error"), exit status, line (0: unknown), text, hint.
type Result = tuple[str, int, int, str, str]


class _Mark:
    """In a program's namespace: it tells the functions of one run from those of another."""


class _AtExit:
    """What a program wants to be called at its end (`atexit`): the interpreter does not end with it.

    What a library asks for is left to the interpreter.
    """

    def __init__(self, mark: _Mark) -> None:
        self._mark = mark
        self._calls: list[tuple[Callable[..., object], tuple[object, ...], dict[str, object]]] = []
        self._kept = atexit.register, atexit.unregister
        atexit.register, atexit.unregister = self.register, self.unregister  # type: ignore[assignment]

    def register[F: Callable[..., object]](self, function: F, /, *args: object, **kwargs: object) -> F:
        if sys._getframe(1).f_globals.get("__loader__") is not self._mark:
            return self._kept[0](function, *args, **kwargs)
        self._calls.append((function, args, kwargs))
        return function

    def unregister(self, function: Callable[..., object]) -> None:
        self._calls = [call for call in self._calls if call[0] != function]
        self._kept[1](function)

    def call(self, failed: Callable[[BaseException], None]) -> None:
        """The last that was asked for goes first, as elsewhere."""
        while self._calls:
            function, args, kwargs = self._calls.pop()
            try:
                function(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - the others are called all the same
                failed(error)

    def put_back(self) -> None:
        atexit.register, atexit.unregister = self._kept


class Output:
    """The one place through which all output of a run goes, in order, up to the limits."""

    def __init__(self, send: Send, filled: Callable[[], None] = lambda: None) -> None:
        self._send = send
        #: Told when nothing more is shown.
        self._filled = filled
        self.open = False
        #: The run that has the word. What an earlier one left behind carries another in its context.
        self._run = contextvars.ContextVar[object]("run", default=None)
        self.begin(_Mark())

    def begin(self, mark: object) -> None:
        """Start counting anew, for the next run, which is that of the context of now and has this mark."""
        self._now = mark
        self._run.set(self._now)
        self._collected = ""
        self._pieces = 0
        self._lines = self._characters = self._pictures = self._sounds = self._markup = self._tags = 0
        self._hidden_lines = self._hidden_pictures = self._calls = 0
        self._full = self._cut = False
        self._reported = monotonic()

    def text(self, text: str) -> None:
        """Send a piece of text, or the part of it that is within the limits."""
        if not self.hears() or not text:
            return
        shown = "" if self._full else self._within_limits(text)
        if shown:
            self._piece(shown)
        if self._full:
            rest = text[len(shown) :]
            if rest:
                self._hidden_lines += rest.count("\n")
                self._cut = not rest.endswith("\n")
                self._report_now_and_then()

    def picture(self, markup: str) -> None:
        """Send a picture, unless there were too many or this one is too large."""
        if not self.hears():
            return
        tags = markup.count("<")
        too_much = len(markup) > MAX_MARKUP or self._markup + len(markup) > MAX_MARKUP_IN_ALL
        too_much = too_much or self._tags + tags > MAX_TAGS_IN_ALL
        if self._pictures >= MAX_PICTURES or too_much:
            self._hidden_pictures += 1
            self._report_now_and_then()
            return
        self._pictures += 1
        self._markup += len(markup)
        self._tags += tags
        self._release()
        self._send("picture", markup)

    def sound(self, title: str, data: bytes) -> None:
        """Send a sound, unless there were too many or this one is too large."""
        if self.hears() and self._sounds < MAX_SOUNDS and len(data) <= MAX_SOUND:
            self._sounds += 1
            self._release()
            self._send("sound", f"{title}\n{base64.b64encode(data).decode()}")

    def end(self) -> None:
        """Say what was left out, for the last time."""
        self._release()
        self._hidden_lines += self._cut
        self._report()
        self.open = False

    def is_of_now(self, context: contextvars.Context) -> bool:
        """Whether what happens in this context is the present run's."""
        return self.open and context.get(self._run) is self._now

    def hears(self) -> bool:
        """Whether it is the present run that speaks.

        And not what an earlier one left on the loop, or a function of an earlier one that is called now: as an object of it is freed.
        """
        return self.open and self._run.get() is self._now and (self._full or self._calls_itself())

    def _calls_itself(self) -> bool:
        frame: types.FrameType | None = sys._getframe(2)
        while frame is not None:
            mark = frame.f_globals.get("__loader__")
            if type(mark) is _Mark:
                return mark is self._now
            frame = frame.f_back
        return True

    def _piece(self, text: str) -> None:
        self._pieces += 1
        if self._pieces <= MOST_PIECES:
            self._send("text", text)
            self._collecting = monotonic()
            return
        self._collected += text
        if self._full or len(self._collected) >= COLLECTED or monotonic() - self._collecting > COLLECT_FOR:
            self._release()

    def _release(self) -> None:
        if self._collected:
            self._send("text", self._collected)
        self._collected = ""
        self._collecting = monotonic()

    def _within_limits(self, text: str) -> str:
        end = _fitting(text, MAX_CHARACTERS - self._characters)
        lines = text.count("\n", 0, end)
        if self._lines + lines >= MAX_LINES:
            end = -1
            for _ in range(MAX_LINES - self._lines):
                end = text.index("\n", end + 1)
            end += 1
            lines = MAX_LINES - self._lines
        self._lines += lines
        self._characters += _weight(text[:end])
        self._full = self._lines >= MAX_LINES or self._characters >= MAX_CHARACTERS or end < len(text)
        if self._full:
            self._filled()
        return text[:end]

    def _report_now_and_then(self) -> None:
        self._calls += 1
        if self._calls % 16 == 0 and monotonic() - self._reported > REPORT_EVERY:
            self._report()
            self._reported = monotonic()

    def _report(self) -> None:
        if self._hidden_lines or self._hidden_pictures:
            self._send("hidden", f"{self._hidden_lines} {self._hidden_pictures}")


def _weight(text: str) -> int:
    return (
        len(text) if text.isascii() else WIDE * len(text) - (WIDE - 1) * len(text.encode("ascii", "ignore"))
    )


def _fitting(text: str, room: int) -> int:
    """How much of a text there is room for."""
    if _weight(text) <= room:
        return len(text)
    return room if text[:room].isascii() else room // WIDE


class _Screen(io.RawIOBase):
    """The bytes end of `sys.stdout` and `sys.stderr`."""

    def __init__(self, output: Output, number: int) -> None:
        self.output = output
        self._number = number
        #: A character may come in pieces.
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def fileno(self) -> int:
        return self._number

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        piece = bytes(data)
        self.output.text(self._decoder.decode(piece))
        return len(piece)

    def end(self) -> None:
        """What is left of a character does not wait for the next run."""
        self.output.text(self._decoder.decode(b"", final=True))


class _Nobody(io.RawIOBase):
    """The bytes end of `sys.stdin`: who reads from it is told that nobody answers."""

    def fileno(self) -> int:
        return 0

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
        self._output = Output(send, lambda: self._show(False))
        _complete_asyncio(self._output.is_of_now)
        self._root = root
        self._packages = tuple(packages)
        self._kept_builtins = dict(vars(builtins))
        self._kept_path = list(sys.path)
        self._kept_limit = sys.getrecursionlimit()
        self._kept_tasks = _tasks()
        self._left = False
        self._kept_folder = os.getcwd()  # noqa: PTH109 - pathlib would be a part of every start
        self._kept_hooks = {name: getattr(sys, name) for name in HOOKS}
        self._stdin, self._stdout, self._stderr = sys.stdin, sys.stdout, sys.stderr

    def run(self, source: str, filename: str, can_wait: bool = True) -> Result:
        """Run `source` to its end as the program `filename`, and say how it ended. Never raises.

        Where the browser cannot wait inside a call, this is for programs that need not (see `run_waiting`).
        """
        run = _Run(self, source, filename)
        with run, nullcontext() if can_wait else _Waiting():
            # In a context of its own, so that what it leaves behind can be told from the next one.
            contextvars.copy_context().run(run.execute)
        return run.end()

    async def run_waiting(self, source: str, filename: str) -> Result:
        """Run `source` where the browser cannot wait inside a call: `asyncio.run` is awaited instead."""
        run = _Run(self, source, filename)
        with run, _Waiting() as waiting:
            await waiting.execute(source, filename, run.names)
        return run.end()

    def load(self, package: str) -> None:
        """Import a package before a program asks for it. What fails here fails again, and is said, in the program."""
        with suppress(Exception):
            __import__(package)

    def collect(self) -> bool:
        """Free what the last program left behind: its functions and its namespace refer to each other.

        False: tasks of it were still at work, and may yet say something about their end in the next run. What its phones' processes left
        unfinished ends here, where nobody hears of it.
        """
        loops = sys.modules.get("afterswipe.kernel.loop")
        if loops is not None:
            loops.abandoned.clear()
        gc.collect()
        return not self._left

    def _prepare(self, program: types.ModuleType, source: str, filename: str, mark: object) -> None:
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
        self._left = False
        self._stdin = io.TextIOWrapper(io.BufferedReader(_Nobody()), encoding="utf-8")
        # The same two objects for all runs where possible: a logging handler keeps the one it first saw.
        if not _reaches_the_page(self._stdout):
            self._stdout = _stream(self._output, 1)
        if not _reaches_the_page(self._stderr):
            self._stderr = _stream(self._output, 2)
        sys.stdin, sys.stdout, sys.stderr = self._stdin, self._stdout, self._stderr
        sys.__stdin__, sys.__stdout__, sys.__stderr__ = self._stdin, self._stdout, self._stderr  # type: ignore[misc]
        # With no time of change, linecache keeps the source until the next run replaces it.
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        self._output.begin(mark)
        self._output.open = True

    def _put_back(self, before: types.ModuleType | None) -> None:
        """Undo what a program may have done to the interpreter, so that the next one starts clean."""
        left = _tasks() - self._kept_tasks
        self._left |= bool(left)
        for task in left:
            task.cancel()
        sys.path[:] = self._kept_path
        sys.setrecursionlimit(self._kept_limit)
        sys.settrace(None)
        sys.setprofile(None)
        vars(sys).update(self._kept_hooks)
        os.chdir(self._kept_folder)
        if before is not None:
            sys.modules["__main__"] = before

    def _flush(self) -> None:
        """Show what waits in the streams for the end of its line, also in those that a program has put in their place."""
        for stream in (sys.stdout, sys.stderr, self._stdout, self._stderr):
            with suppress(Exception):
                stream.flush()

    def _show(self, shows: bool) -> None:
        """Whether what is written may be shown, or is only counted."""
        for stream in (self._stdout, self._stderr):
            if isinstance(stream, _Stream) and _reaches_the_page(stream):
                stream.show(shows)

    def _end(self) -> None:
        """The last of a run's output. What comes after it is silent, and half a line of it does not wait for the next run."""
        self._flush()
        # A stream that a program has put around one of these closes it when it goes: now, and not in the next run.
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__ = self._stdout, self._stderr  # type: ignore[misc]
        if sys.platform == "emscripten":
            for number in (1, 2):  # what was written past the streams
                with suppress(OSError):
                    os.fsync(number)
        self._show(True)
        for stream in (self._stdout, self._stderr):
            if _reaches_the_page(stream):
                stream.buffer.end()  # type: ignore[attr-defined]
        self._output.end()

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

    def _came_to(self, error: BaseException | None, filename: str) -> Result:
        if error is None:
            return "ok", 0, 0, "", ""
        try:
            return self._exit(error) if isinstance(error, SystemExit) else self._error(error, filename)
        except Exception as second:  # noqa: BLE001 - an exception whose own words fail, or no memory left for them
            self._left = True
            text = f"{type(error).__name__} (it could not be shown: {type(second).__name__})\n"
            return "error", 0, _last_line(error.__traceback__, filename), text, ""

    def _exit(self, stop: SystemExit) -> Result:
        if stop.code is None:
            return "ok", 0, 0, "", ""
        if isinstance(stop.code, int):
            status = int(stop.code)
            status = status if abs(status) < 1 << 31 else -1  # as elsewhere
            return ("exit", status, 0, "", "") if status else ("ok", 0, 0, "", "")
        with suppress(Exception):  # its words may fail, or the stream is closed
            print(stop.code, file=sys.stderr)
        return "exit", 1, 0, "", ""

    def _let_go(self, program: types.ModuleType, error: BaseException) -> None:
        """Free the program's data; the traceback needs only where it was."""
        program.__dict__.clear()
        traceback.clear_frames(error.__traceback__)
        gc.collect()

    def _error(self, error: BaseException, filename: str) -> Result:
        report = traceback.TracebackException.from_exception(error, compact=True)
        _keep_own_frames(report, filename)
        text, line = "".join(report.format()), _own_line(report, filename)
        # A program can raise an error with any number as its line.
        line = line if 0 < line <= len(linecache.getlines(filename)) + 1 else 0
        return (
            "error",
            0,
            line,
            text[: _fitting(text, MAX_CHARACTERS)],
            self._hint(error, text[-LONGEST_NAME * 10 :]),
        )

    def _hint(self, error: BaseException, words: str) -> str:
        for hint, signs in BEYOND_A_BROWSER.items():
            if any(sign in words for sign in signs):
                return hint
        if isinstance(error, EOFError) and NOBODY_TO_ASK not in words:
            return NOBODY_TO_ASK
        if not isinstance(error, ModuleNotFoundError) or not error.name or not isinstance(error.name, str):
            return ""
        name = error.name if len(error.name) <= LONGEST_NAME else f"{error.name[:LONGEST_NAME]}…"
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


class _Run:
    """One program between what is prepared for it and what is put back. What it raises is kept as its result."""

    def __init__(self, runner: Runner, source: str, filename: str) -> None:
        self._runner, self._source, self._filename = runner, source, filename
        self._before = sys.modules.get("__main__")
        self._program = types.ModuleType("__main__")
        self._program.__file__ = filename
        self._program.__loader__ = mark = _Mark()  # type: ignore[assignment]
        self._program.__builtins__ = builtins  # type: ignore[attr-defined]
        self.names = self._program.__dict__
        runner._prepare(self._program, source, filename, mark)
        self._at_exit = _AtExit(mark)
        self._reserve: bytearray | None = bytearray(RESERVE)

    def execute(self) -> None:
        exec(compile(self._source, self._filename, "exec", dont_inherit=True), self.names)  # noqa: S102

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        self._reserve = None
        builtins.__dict__.update(self._runner._kept_builtins)
        if isinstance(error, MemoryError):
            self._runner._let_go(self._program, error)
        self._result = self._runner._came_to(error, self._filename)
        if self._result[0] == "error" and not isinstance(error, MemoryError):
            self._tell_hook(error)
        return True

    def _tell_hook(self, error: BaseException | None) -> None:
        """Let a program that has put its own `sys.excepthook` in place say by itself what it died of."""
        hook = getattr(sys, "excepthook", None)
        assert error is not None
        if hook in (self._runner._kept_hooks["excepthook"], sys.__excepthook__, None):
            return
        place = error.__traceback__
        while place is not None and place.tb_frame.f_code.co_filename != self._filename:
            place = place.tb_next
        kind, _, line, text, hint = self._result
        try:
            hook(type(error), error, place)
            self._result = kind, 0, line, "", hint
        except SystemExit as stop:
            self._result = self._runner._exit(stop)
        except BaseException as second:  # noqa: BLE001 - as elsewhere, both are said
            if second.__context__ is error:
                second.__context__ = None
            words = self._runner._came_to(second, self._filename)[3]
            text = f"Error in sys.excepthook:\n{words}\nOriginal exception was:\n{text}"
            self._result = kind, 0, line, text, hint

    def end(self) -> Result:
        self._at_exit.call(
            lambda error: print(self._runner._came_to(error, self._filename)[3], end="", file=sys.stderr)
        )
        try:
            self._at_exit.put_back()
            self._runner._put_back(self._before)
        except Exception:  # noqa: BLE001 - it may have broken what is needed for that
            self._runner._left = True
        self._runner._end()
        return self._result


class _LoopRunner:
    """`asyncio.Runner`, by hand: its own wants no loop to run yet, and the page's does."""

    def __init__(self, **_: object) -> None:
        self.loop = asyncio.get_event_loop()
        self.before, self.closed = _tasks(), False
        self.context: contextvars.Context | None = None

    def __enter__(self) -> "_LoopRunner":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if not self.closed:
            self.finish()
        self.closed = True

    def finish(self) -> None:
        """Cancel what its runs have left, and wait for that."""
        left = _tasks() - self.before
        for task in left:
            task.cancel()

        async def settle() -> None:
            await asyncio.gather(*left, return_exceptions=True)
            await self.loop.shutdown_asyncgens()

        self.loop.run_until_complete(settle())

    def get_loop(self) -> asyncio.AbstractEventLoop:
        return self.loop

    def within(self, context: contextvars.Context | None, coro: object) -> contextvars.Context:
        """The context to run in: one for all its runs."""
        if self.closed:
            if isinstance(coro, Coroutine):
                coro.close()
            raise RuntimeError("Runner is closed")
        self.context = self.context or contextvars.copy_context()
        return context or self.context

    def run(self, coro: "Any", *, context: contextvars.Context | None = None) -> object:
        async def main() -> object:
            return await coro

        within = self.within(context, coro)
        return self.loop.run_until_complete(self.loop.create_task(main(), context=within))


class _Later:
    """What a call that waits gives at a program's top level, until it has been awaited there."""

    def __init__(self, name: str, main: object, wait: Callable[[], Awaitable[object]]) -> None:
        self.name, self.main, self.wait = name, main, wait


class _Waiting:
    """Where the browser cannot wait inside a call: the calls at a program's top level that would are awaited instead.

    Which calls these are is seen when they are made, so that it does not matter how the program has come by them.
    The page's loop runs already; `asyncio.run` is then a task on it, with what it left behind cancelled at its end.
    """

    _RESULT = "(result)"  # no program can write this name

    def __init__(self) -> None:
        self._loop = asyncio.get_event_loop()
        self._top = asyncio.current_task()
        self._closing: set[asyncio.Task[object]] = set()
        self._code: types.CodeType | None = None
        self._asked: _Later | None = None

    def __enter__(self) -> "_Waiting":
        waiting = self

        def run(main: object, *, debug: object = None, loop_factory: object = None) -> object:  # noqa: ARG001
            return waiting._later("asyncio.run()", main, lambda: waiting._alone(main))

        def run_until_complete(_: object, future: object) -> object:
            return waiting._later("run_until_complete()", future, lambda: waiting._whole(future))

        class Runner(_LoopRunner):
            def finish(self) -> None:
                waiting._cancel(self.before)

            def run(self, coro: "Any", *, context: contextvars.Context | None = None) -> object:
                within = self.within(context, coro)
                return waiting._later("asyncio.Runner.run()", coro, lambda: waiting._whole(coro, within))

        def run_forever(loop: "Any") -> object:
            return waiting._later("run_forever()", loop.create_future(), lambda: _whole(loop))

        replaced: list[tuple[object, str, object]] = [
            (type(self._loop), "run_until_complete", run_until_complete),
            (type(self._loop), "run_forever", run_forever),
        ]
        for module in asyncio, asyncio.runners:
            replaced += [(module, "run", run), (module, "Runner", Runner)]
        for module in asyncio, asyncio.events:  # the page has a loop, and a second would take its place
            replaced.append((module, "new_event_loop", lambda: self._loop))
        self._kept = [(place, name, getattr(place, name)) for place, name, _ in replaced]
        for place, name, value in replaced:
            setattr(place, name, value)
        # As where nothing waits: the page's loop has no part in what a program's own loops leave unfinished.
        self._hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(None, None)
        return self

    def __exit__(self, *_: object) -> None:
        for place, name, value in self._kept:
            setattr(place, name, value)
        sys.set_asyncgen_hooks(*self._hooks)

    async def execute(self, source: str, filename: str, names: dict[str, object]) -> None:
        self._code = compile(source, filename, "exec", dont_inherit=True)
        if "asyncio" in source:
            import ast  # a program that does not wait does without

            with suppress(RecursionError):  # parts that are nested very deeply wait for nothing
                tree = _awaited(ast.parse(source, filename), self._RESULT)
                flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
                self._code = compile(tree, filename, "exec", flags, dont_inherit=True)
        scope = vars(builtins)
        scope[self._RESULT] = self._result
        try:
            made = eval(self._code, names)  # noqa: S307
            if made is not None:
                await made
                await self._result(None)
        finally:
            del scope[self._RESULT]

    def _later(self, name: str, main: object, wait: Callable[[], Awaitable[object]]) -> _Later:
        """For a call that waits: it is awaited as soon as it has returned to the program's top level, and called nowhere else."""
        if sys._getframe(2).f_code is not self._code or self._asked:
            self._refuse(name, main)
        if not isinstance(main, Awaitable):
            raise TypeError("An asyncio.Future, a coroutine or an awaitable is required")
        self._asked = _Later(name, main, wait)
        return self._asked

    async def _result(self, value: object) -> object:
        """The result of a call at the top level, once nothing is to be waited for any more."""
        asked, self._asked = self._asked, None
        if asked is not None:
            if value is not asked:  # something between has called it
                self._refuse(asked.name, asked.main)
            value = await asked.wait()
        if self._closing:
            await self._settle()
        return value

    async def _alone(self, main: object) -> object:
        before = _tasks()
        try:
            return await self._whole(main)
        finally:
            self._cancel(before)
            await self._settle()

    async def _whole(self, main: "Any", context: contextvars.Context | None = None) -> object:
        """A coroutine to its end in a task of its own, as elsewhere. A SystemExit in it ends the program and not the loop."""

        async def guarded() -> tuple[object, BaseException | None]:
            try:
                return await main, None
            except (SystemExit, KeyboardInterrupt) as stop:
                return None, stop

        result, stop = await _whole(self._loop, self._loop.create_task(guarded(), context=context))
        if stop is not None:
            raise stop
        return result

    def _cancel(self, before: set[asyncio.Task[object]]) -> None:
        left = _tasks() - before
        for task in left:
            task.cancel()
        self._closing |= left

    async def _settle(self) -> None:
        """Wait for what was cancelled."""
        left, self._closing = self._closing, set()
        await asyncio.gather(*left, return_exceptions=True)
        await self._loop.shutdown_asyncgens()

    def _refuse(self, name: str, main: object) -> None:
        for waits in main, self._asked and self._asked.main:
            if isinstance(waits, Coroutine):
                waits.close()
        self._asked = None
        if asyncio.current_task() is not self._top:
            raise RuntimeError(f"{name} cannot be called from a running event loop")
        raise RuntimeError(TOP_LEVEL_ONLY.format(name))


class _Whole:
    """What whoever runs the page's loop waits for: the end of a future, unless the loop is stopped or the program ended before it.

    The page's loop goes on for ever, so that this is told to nobody else.
    """

    def __init__(self, loop: "Any", future: "asyncio.Future[Any] | None") -> None:
        self.result, self.future = loop.create_future(), future
        if future is not None:
            future.add_done_callback(self.ended)
        _wholes[:] = [whole for whole in _wholes if not whole.result.done()]
        _wholes.append(self)

    @staticmethod
    def last() -> "_Whole | None":
        return next((whole for whole in reversed(_wholes) if not whole.result.done()), None)

    def ended(self, future: "asyncio.Future[Any]") -> None:
        if self.result.done():
            return
        if future.cancelled():
            self.result.cancel()
        elif error := future.exception():
            self.result.set_exception(error)
        else:
            self.result.set_result(future.result())

    def stop(self) -> None:
        """The loop was told to stop: it ends what it has begun, which may be all there is to wait for."""
        if self.result.done():
            return
        if self.future is None:
            self.result.set_result(None)
        elif self.future.done():
            self.ended(self.future)
        else:
            self.result.set_exception(RuntimeError("Event loop stopped before Future completed."))

    def leave(self, stop: BaseException) -> None:
        """A callback has ended the program: that comes out where the loop was started."""
        if not self.result.done():
            self.result.set_exception(stop)


#: The innermost is the last. Those that are done are on their way out.
_wholes: list[_Whole] = []


def _whole(loop: "Any", future: "asyncio.Future[Any] | None" = None) -> "asyncio.Future[Any]":
    return _Whole(loop, future).result


def _complete_asyncio(is_of_now: Callable[[contextvars.Context], bool]) -> None:
    """Make the page's loop, which goes on after each program, what a loop is elsewhere.

    Its own `run_forever` and `stop` do nothing, `run` leaves tasks, a `Runner` refuses, and what ends a program in a task or a callback does not.
    `is_of_now` knows the contexts of the present run.
    """

    def stop(loop: "Any") -> None:
        whole = _Whole.last()
        if whole is not None:
            loop.call_soon(whole.stop)

    def run(main: object, *, debug: object = None, loop_factory: object = None) -> object:  # noqa: ARG001
        if asyncio.current_task() is not None:
            if isinstance(main, Coroutine):
                main.close()
            raise RuntimeError("asyncio.run() cannot be called from a running event loop")
        with _LoopRunner() as runner:
            return runner.run(main)

    errors = sys.stderr

    def excepthook(
        kind: type[BaseException], error: BaseException, place: types.TracebackType | None
    ) -> None:
        # A program that calls it does so while it handles the error, and elsewhere the error leaves Python.
        file = sys.stderr if sys.exception() is error else errors
        traceback.print_exception(kind, error, place, file=file)
        if file is errors:
            errors.flush()

    if sys.platform == "emscripten":
        # Pyodide prints with it each error that leaves Python, and catches that on its way, but not from a program's own stream.
        sys.excepthook = excepthook
        _complete_loop(is_of_now)
        from pyodide.webloop import WebLoop

        WebLoop.stop = stop
        for module in asyncio, asyncio.runners:
            module.Runner, module.run = _LoopRunner, run  # type: ignore[misc,assignment]


def _complete_loop(is_of_now: Callable[[contextvars.Context], bool]) -> None:
    from pyodide.webloop import WebLoop

    wait, later = WebLoop.run_until_complete, WebLoop.call_later
    said, ran = WebLoop.call_exception_handler, asyncio.Handle._run

    def run_until_complete(loop: "Any", future: "Any") -> object:
        return wait(loop, _whole(loop, asyncio.ensure_future(future, loop=loop)))

    def run_forever(loop: "Any") -> None:
        wait(loop, _whole(loop))

    def call_later(
        loop: "Any", delay: float, callback: "Any", *args: object, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        return later(loop, max(delay, 0), callback, *args, context=context)

    def run_handle(handle: "Any") -> None:
        try:
            ran(handle)
        except (SystemExit, KeyboardInterrupt) as stop:
            if not isinstance(getattr(handle, "_loop", None), WebLoop):
                raise
            whole = _Whole.last()
            if whole is not None and is_of_now(handle._context):
                whole.leave(stop)

    def call_exception_handler(loop: "Any", context: dict[str, "Any"]) -> None:
        if isinstance(context.get("exception"), (SystemExit, KeyboardInterrupt)):
            return
        within = getattr(context.get("handle"), "_context", None)
        if within is None:
            said(loop, context)
        else:  # of the run that asked for the callback, for others are not heard
            within.copy().run(said, loop, context)

    def default_exception_handler(_: object, context: dict[str, "Any"]) -> None:
        words = [context.get("message") or "Unhandled exception in event loop"]
        words += [
            f"{key}: {value!r}" for key, value in context.items() if key not in ("message", "exception")
        ]
        print(*words, sep="\n", file=sys.stderr)
        error = context.get("exception")
        if error is not None:
            report = traceback.TracebackException.from_exception(error, compact=True)
            _keep_own_frames(report, sys.argv[0])
            print("".join(report.format()), end="", file=sys.stderr)

    def set_task_name(task: "Any", name: str | None) -> None:
        if name is not None:
            task.set_name(name)

    WebLoop.run_until_complete, WebLoop.run_forever, WebLoop.call_later = (
        run_until_complete,
        run_forever,
        call_later,
    )
    WebLoop.call_exception_handler = call_exception_handler
    WebLoop.default_exception_handler = default_exception_handler
    asyncio.Handle._run = run_handle  # type: ignore[method-assign]
    asyncio.tasks._set_task_name = set_task_name  # type: ignore[attr-defined] - Pyodide calls it where a program makes tasks in its own way


def _awaited(tree: "ast.Module", result: str) -> "ast.Module":
    """The program with each call at its top level as `await result(call)`; so also at the end of each `with`, which is one more."""
    import ast

    function = ("body", "returns", "type_params")
    #: What is not evaluated where it stands, or in a scope of its own.
    apart: dict[type[ast.AST], tuple[str, ...]] = {
        ast.FunctionDef: function,
        ast.AsyncFunctionDef: function,
        ast.ClassDef: ("body", "type_params"),
        ast.Lambda: ("body",),
        ast.arg: ("annotation",),
        ast.AnnAssign: ("annotation",),
        ast.TypeAlias: ("type_params", "value"),
        ast.GeneratorExp: ("elt",),
    }

    def awaiting(value: ast.expr, place: ast.AST) -> ast.Await:
        made = ast.Await(ast.Call(ast.Name(result, ast.Load()), [value], []))
        for part in (made, made.value, made.value.func):  # type: ignore[attr-defined]
            ast.copy_location(part, place)
        return made

    class TopLevel(ast.NodeTransformer):
        def generic_visit(self, node: ast.AST) -> ast.AST:
            kept = {name: getattr(node, name) for name in apart.get(type(node), ())}
            if isinstance(node, ast.ClassDef) and node.type_params:
                kept |= {"bases": node.bases, "keywords": node.keywords}
            if isinstance(node, ast.GeneratorExp):
                first, *others = node.generators
                first.iter = self.visit(first.iter)
                kept["generators"] = [first, *others]
            for name in kept:
                setattr(node, name, [])
            super().generic_visit(node)
            for name, value in kept.items():
                setattr(node, name, value)
            return node

        def visit_Call(self, node: ast.Call) -> ast.AST:
            return awaiting(self.generic_visit(node), node)  # type: ignore[arg-type]

        def visit_With(self, node: ast.With) -> ast.AST:
            settled = ast.Expr(awaiting(ast.Constant(None), node))
            whole = ast.Try([self.generic_visit(node)], [], [], [settled])  # type: ignore[list-item]
            return ast.fix_missing_locations(ast.copy_location(whole, node))

    TopLevel().visit(tree)
    return tree


def _last_line(place: types.TracebackType | None, filename: str) -> int:
    """The innermost line of the program in a traceback, found without building anything."""
    line = 0
    while place is not None:
        if place.tb_frame.f_code.co_filename == filename:
            line = place.tb_lineno
        place = place.tb_next
    return line


class _Stream(io.TextIOWrapper):
    """The text end. What may not speak is not heard at once: it would wait here for the end of its line."""

    def write(self, text: str) -> int:
        screen = self.buffer
        return super().write(text) if not isinstance(screen, _Screen) or screen.output.hears() else len(text)

    def show(self, shows: bool) -> None:
        """What is only counted goes through in large pieces, and nobody asks who speaks."""
        if shows:
            self.__dict__.pop("write", None)
        else:
            self.write = super().write  # type: ignore[method-assign]
        self.reconfigure(line_buffering=shows)


def _reaches_the_page(stream: io.TextIOWrapper) -> bool:
    try:
        return not stream.closed and isinstance(getattr(stream, "buffer", None), _Screen)
    except ValueError:  # it was detached
        return False


def _stream(output: Output, number: int) -> io.TextIOWrapper:
    # A buffer of lines: each line is shown when it ends, and a million of them stay affordable.
    return _Stream(
        _Screen(output, number),  # type: ignore[arg-type]
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
