"""The Python side of the runner, in CPython: what it sends, how it ends, what it leaves behind."""

import asyncio
import builtins
import importlib.util
import logging
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

EXECUTE = Path(__file__).resolve().parents[2] / "src" / "runner" / "execute.py"

NAME = "story_upload.py"


def load() -> ModuleType:
    """execute.py as a module; it is no part of a package."""
    spec = importlib.util.spec_from_file_location("runner_execute", EXECUTE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


execute = load()


class Page:
    """Runs programs and keeps what the page would get of the last one."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.runner = execute.Runner(
            lambda kind, value: self.sent.append((kind, value)), ["afterswipe", "httpx"]
        )

    def run(self, source: str) -> Any:
        self.sent.clear()
        return self.runner.run(source, NAME)

    def error(self, source: str) -> tuple[int, str]:
        """The line and the text of the error that `source` ends in."""
        kind, _, line, text, _ = self.run(source)
        assert kind == "error"
        return line, text

    @property
    def text(self) -> str:
        return "".join(value for kind, value in self.sent if kind == "text")

    @property
    def hidden(self) -> str:
        """What was last said about hidden output: lines and pictures."""
        return ([value for kind, value in self.sent if kind == "hidden"] or ["0 0"])[-1]


@pytest.fixture
def page() -> Iterator[Page]:
    """A runner, and the interpreter as it was when the test is over."""
    streams = sys.stdin, sys.stdout, sys.stderr, sys.argv
    display = sys.modules.get("_display")
    yield Page()
    sys.stdin, sys.stdout, sys.stderr, sys.argv = streams
    if display is None:
        sys.modules.pop("_display", None)
    else:
        sys.modules["_display"] = display


def test_output_in_order(page: Page) -> None:
    result = page.run(
        "import sys, _display\nprint('one', end=' ')\n_display.svg('<svg/>')\nprint('two')\nprint('three', file=sys.stderr)\n"
    )
    assert result == ("ok", 0, 0, "", "")
    assert page.sent == [("text", "one "), ("picture", "<svg/>"), ("text", "two\n"), ("text", "three\n")]


def test_each_line_is_sent_when_it_ends(page: Page) -> None:
    page.run(
        "print('a')\nprint('b', end='')\nprint('c')\nprint('d', end='', flush=True)\nprint('e', end='')\n"
    )
    assert page.sent == [("text", "a\n"), ("text", "bc\n"), ("text", "d"), ("text", "e")]


def test_bytes_and_lone_surrogates(page: Page) -> None:
    page.run("import sys\nsys.stdout.buffer.write(b'\\xff\\n')\nprint('\\ud800')\n")
    assert page.text == "\ufffd\n\\ud800\n"


@pytest.mark.parametrize(
    ("count", "shown", "hidden"),
    [(1999, 1999, "0 0"), (2000, 2000, "0 0"), (2001, 2000, "1 0"), (100_000, 2000, "98000 0")],
)
def test_lines_beyond_the_limit_are_counted(page: Page, count: int, shown: int, hidden: str) -> None:
    page.run(f"for i in range({count}):\n    print(i)\n")
    assert page.text == "".join(f"{i}\n" for i in range(shown))
    assert page.hidden == hidden


@pytest.mark.parametrize(
    ("code", "characters", "hidden"),
    [
        ("print('x' * 199_999)", 200_000, "0 0"),
        ("print('x' * 200_000)", 200_000, "1 0"),
        ("print('x' * 300_000, end='')", 200_000, "1 0"),
        ("print('\\U0001f600' * 19_999)\nprint('x')", 20_002, "0 0"),
        ("print('a\\u0301' * 99_999)\nprint('x')", 20_000, "2 0"),
        ("for _ in range(1_999): print('\\u0628' * 99)", 20_180, "1798 0"),
        ("print('x' * 300_000)\nprint('y')\nprint('z', end='')", 200_000, "3 0"),
        ("print('line\\n' * 5_000, end='')", 10_000, "3000 0"),
        ("for i in range(60): import _display; _display.svg('<svg/>')", 0, "0 10"),
        ("import _display; _display.svg('<svg>' + ' ' * 500_000)", 0, "0 1"),
    ],
)
def test_what_is_too_long_is_cut(page: Page, code: str, characters: int, hidden: str) -> None:
    page.run(code)
    assert len(page.text) == characters
    assert page.hidden == hidden


def test_the_limits_are_those_of_one_run(page: Page) -> None:
    for _ in range(2):
        page.run("for i in range(2001): print(i)")
        assert page.hidden == "1 0"


def test_pictures_are_strings(page: Page) -> None:
    assert (
        "TypeError: svg() takes SVG markup as a str, not int"
        in page.error("import _display\n_display.svg(1)")[1]
    )


@pytest.mark.parametrize(
    ("code", "line", "words"),
    [
        ("x = 1\nif x\n    pass\n", 2, "    if x\n        ^\nSyntaxError: expected ':'"),
        ("x = (\n", 1, "SyntaxError: '(' was never closed"),
        ("def f():\nreturn 1\n", 2, "IndentationError"),
        ("await x\n", 1, "SyntaxError: 'await' outside function"),
        ("\0", 0, "null bytes"),
        ("x = 1\neval('1 +')\n", 2, "SyntaxError: invalid syntax"),
        ("def f():\n    raise KeyError('a')\n\nf()\n", 2, "KeyError: 'a'"),
    ],
)
def test_the_line_of_an_error(page: Page, code: str, line: int, words: str) -> None:
    assert page.error(code)[0] == line
    assert words in page.error(code)[1]


def test_a_traceback_has_the_readers_frames_only(page: Page) -> None:
    line, text = page.error("import json\n\ndef read(s):\n    return json.loads(s)\n\nread('{')\n")
    assert line == 4
    assert text.startswith(
        f"Traceback (most recent call last):\n  File \"{NAME}\", line 6, in <module>\n    read('{{')\n"
    )
    assert "execute.py" not in text
    assert "json/" not in text
    assert text.rstrip().endswith(
        "JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
    )


def test_an_error_in_a_callback_of_a_library(page: Page) -> None:
    code = "def key(x):\n    return x['size']\n\nsorted([{}], key=key)\n"
    line, text = page.error(code)
    assert line == 2
    assert "line 4, in <module>" in text
    assert "line 2, in key" in text


def test_a_cause_is_shown_and_so_is_an_own_context(page: Page) -> None:
    line, text = page.error(
        "try:\n    int('x')\nexcept ValueError as error:\n    raise RuntimeError('no number') from error\n"
    )
    assert line == 4
    assert "ValueError: invalid literal" in text
    assert "direct cause" in text
    assert "RuntimeError: no number" in text
    line, text = page.error("try:\n    int('x')\nexcept ValueError:\n    1 / 0\n")
    assert line == 4
    assert "During handling of the above exception" in text


def test_what_failed_inside_a_library_on_the_way_is_not_shown(page: Page) -> None:
    code = (
        "import types\nlibrary = types.ModuleType('library')\n"
        "exec(compile('def f():\\n    try:\\n        {}[1]\\n    except KeyError:\\n        raise OSError(2)', 'lib.py', 'exec'),"
        " library.__dict__)\nlibrary.f()\n"
    )
    line, text = page.error(code)
    assert line == 4
    assert "OSError: 2" in text
    assert "KeyError" not in text
    assert "lib.py" not in text


def test_an_exception_group(page: Page) -> None:
    code = """\
import asyncio
async def fails(n):
    raise ValueError(n)
async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(fails(1))
        group.create_task(fails(2))
asyncio.run(main())
"""
    line, text = page.error(code)
    assert line == 3
    assert "ExceptionGroup" in text
    assert "ValueError: 1" in text
    assert "ValueError: 2" in text
    assert "asyncio/" not in text
    assert "execute.py" not in text


def test_an_own_exception_and_its_notes(page: Page) -> None:
    line, text = page.error(
        "class Lost(Exception): pass\nerror = Lost('sound')\nerror.add_note('noted')\nraise error\n"
    )
    assert line == 4
    assert "Lost: sound\nnoted" in text


def test_an_exception_that_cannot_be_shown(page: Page) -> None:
    line, text = page.error(
        "class Bad(Exception):\n    def __str__(self):\n        raise OSError\nraise Bad\n"
    )
    assert line == 4
    assert "Bad: <exception str() failed>" in text


@pytest.mark.parametrize(
    "code", ["def f(n):\n    f(n + 1)\nf(0)\n", "def f():\n    g()\ndef g():\n    f()\nf()\n"]
)
def test_deep_recursion_stays_short(page: Page, code: str) -> None:
    _, text = page.error(code)
    assert "RecursionError" in text
    assert len(text.splitlines()) < 80
    assert "more calls" in text


@pytest.mark.parametrize(
    ("code", "result", "text"),
    [
        ("raise SystemExit", "ok", ""),
        ("import sys; sys.exit(0)", "ok", ""),
        ("import sys; sys.exit(3)", "exit 3", ""),
        ("import sys; sys.exit(-1)", "exit -1", ""),
        ("import sys; sys.exit('enough')", "exit 1", "enough\n"),
    ],
)
def test_exit(page: Page, code: str, result: str, text: str) -> None:
    kind, status, *_ = page.run(code)
    assert (f"{kind} {status}" if kind == "exit" else kind) == result
    assert page.text == text


@pytest.mark.parametrize(
    "code", ["input('Name? ')", "import sys; sys.stdin.read()", "import sys; next(sys.stdin)"]
)
def test_nobody_is_there_to_ask(page: Page, code: str) -> None:
    assert "EOFError: There is nobody to ask here: put the value into the code." in page.error(code)[1]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        (
            "httpz",
            "There is no httpz here. This page has the standard library and: afterswipe, httpx. Did you mean httpx?",
        ),
        (
            "jsom",
            "There is no jsom here. This page has the standard library and: afterswipe, httpx. Did you mean json?",
        ),
        (
            "numpy_of_old",
            "There is no numpy_of_old here. This page has the standard library and: afterswipe, httpx.",
        ),
        ("json.nothing", "json is here, but it has no part called json.nothing."),
        ("winreg", "winreg belongs to the standard library but does not work in a browser."),
    ],
)
def test_a_missing_module_says_what_is_there(page: Page, name: str, hint: str) -> None:
    kind, _, _, text, said = page.run(f"import {name}")
    assert (kind, said) == ("error", hint)
    assert "ModuleNotFoundError" in text


def test_memory_that_runs_out(page: Page) -> None:
    line, text = page.error("data = list(range(1000))\nraise MemoryError\n")
    assert (line, "MemoryError" in text) == (2, True)


def test_the_program_is_main_and_alone(page: Page) -> None:
    code = "import sys\nprint(__name__, __file__, sys.argv, sys.modules['__main__'].__dict__ is globals())\n"
    page.run("left = 1")
    page.run(code + "print('left' in globals())\n")
    assert page.text == f"__main__ {NAME} ['{NAME}'] True\nFalse\n"


def test_what_a_program_breaks_is_put_back(page: Page, tmp_path: Path) -> None:
    before = sys.modules["__main__"], list(sys.path), sys.getrecursionlimit(), Path.cwd()
    page.run(
        "import builtins, io, os, sys\nsys.setrecursionlimit(5000)\nsys.path.append('x')\nbuiltins.len = None\n"
        f"os.chdir({str(tmp_path)!r})\nsys.settrace(lambda *_: None)\nsys.stdout.close()\nsys.stderr = io.StringIO()\n"
        "sys.modules.pop('_display')\n"
    )
    assert (sys.modules["__main__"], list(sys.path), sys.getrecursionlimit(), Path.cwd()) == before
    assert len("put back") == 8
    assert page.run("import sys, _display\nprint('out')\nprint('err', file=sys.stderr)\n")[0] == "ok"
    assert page.text == "out\nerr\n"


def test_a_logging_handler_of_an_earlier_run_still_reaches_the_page(page: Page) -> None:
    logger = logging.getLogger("test_execute")
    code = "import logging\nlogger = logging.getLogger('test_execute')\nlogger.propagate = False\n"
    page.run(code + "logger.addHandler(logging.StreamHandler())\nlogger.warning('one')\n")
    page.run(code + "logger.warning('two')\n")
    assert page.text == "two\n"
    logger.handlers.clear()


def test_output_after_the_end_goes_nowhere(page: Page) -> None:
    keep: list[Callable[[], None]] = []
    builtins.keep = keep  # type: ignore[attr-defined]
    page.run("keep.append(lambda: print('late', flush=True))")
    del builtins.keep  # type: ignore[attr-defined]
    page.sent.clear()
    keep[0]()
    assert page.sent == []


def test_only_tasks_of_the_program_are_cancelled(page: Page) -> None:
    async def both() -> tuple[bool, bool]:
        own = asyncio.ensure_future(asyncio.sleep(60))
        page.run(
            "import asyncio\nleft = asyncio.ensure_future(asyncio.sleep(60))\nimport builtins\nbuiltins.left = left\n"
        )
        left: asyncio.Task[None] = builtins.left  # type: ignore[attr-defined]
        del builtins.left  # type: ignore[attr-defined]
        await asyncio.sleep(0)
        states = own.cancelled(), left.cancelled()
        own.cancel()
        return states

    assert asyncio.run(both()) == (False, True)


def test_large_pictures_together_have_a_limit(page: Page) -> None:
    page.run("import _display\nfor _ in range(9):\n    _display.svg('x' * 450_000)\n")
    assert [kind for kind, _ in page.sent] == ["picture"] * 4 + ["hidden"]
    assert page.sent[-1] == ("hidden", "0 5")


def test_parts_of_pictures_together_have_a_limit(page: Page) -> None:
    page.run("import _display\nfor _ in range(9):\n    _display.svg('<svg>' + '<g/>' * 2_998 + '</svg>')\n")
    assert [kind for kind, _ in page.sent] == ["picture"] * 3 + ["hidden"]
    assert page.sent[-1] == ("hidden", "0 6")


def test_a_sound_has_its_place_in_the_output_and_its_limits(page: Page) -> None:
    page.run("from _display import sound\nprint('before')\nsound(b'ID3', 'A\\n bowl')\nprint('after')")
    assert page.sent == [("text", "before\n"), ("sound", "A bowl\nSUQz"), ("text", "after\n")]
    page.run("from _display import sound\nfor _ in range(9): sound(b'ID3', 'again')\n")
    assert len(page.sent) == execute.MAX_SOUNDS
    page.run(f"from _display import sound\nsound(bytes({execute.MAX_SOUND + 1}), 'too long')")
    assert page.sent == []


LEAVES_A_TASK = """
import asyncio

async def main():
    print("begun")
    while True:
        await asyncio.sleep(0)

asyncio.ensure_future(main())
print("asked for")
"""


@pytest.mark.parametrize("waiting", [False, True])
def test_what_a_program_leaves_running_is_not_waited_for(page: Page, waiting: bool) -> None:
    """Whether Python can wait inside a call or not: an endless task would never let the run end."""

    async def on_a_loop() -> Any:
        if waiting:
            return await page.runner.run_waiting(LEAVES_A_TASK, NAME)
        return page.runner.run(LEAVES_A_TASK, NAME)

    assert asyncio.run(on_a_loop())[0] == "ok"
    assert page.text == "asked for\n"


HELD = """
import builtins
class Late:
    def __init__(self):
        self.me = self
    def __del__(self):
        print("HIJACKED")
builtins.held = Late(), lambda: print("HIJACKED")
"""


def test_what_an_earlier_run_made_does_not_speak_in_the_next(page: Page) -> None:
    """Neither when it is called nor as it is freed, in the middle of the next run."""
    page.run(HELD)
    result = page.run(
        "import gc\nheld[1]()\nprint('one')\nimport builtins\ndel builtins.held\ngc.collect()\nprint('two')\n"
    )
    assert result[0] == "ok"
    assert page.text == "one\ntwo\n"


@pytest.mark.parametrize(("code", "clean"), [("ensure_future(sleep(60))", False), ("run(sleep(0))", True)])
def test_tasks_that_are_left_are_told(page: Page, code: str, clean: bool) -> None:
    async def on_a_loop() -> tuple[bool, bool]:
        await page.runner.run_waiting(
            f"import asyncio\nasyncio.{code.replace('sleep', 'asyncio.sleep')}\n", NAME
        )
        first = page.runner.collect()
        await asyncio.sleep(0)
        await page.runner.run_waiting("import asyncio\n", NAME)
        return first, page.runner.collect()

    assert asyncio.run(on_a_loop()) == (clean, True)


# Without stack switching, what waits is awaited at the top level ----------------------------------------------

MAIN = "import asyncio\nasync def main(x=1):\n    print('begun', x)\n    await asyncio.sleep(0)\n    print('ended', x)\n    return x\n"

AT_THE_TOP = {
    "alone": "asyncio.run(main())\n",
    "with": "import tempfile\nwith tempfile.TemporaryDirectory() as d:\n    asyncio.run(main())\n",
    "if": "if __name__ == '__main__':\n    asyncio.run(main())\nelse:\n    1 / 0\n",
    "for": "for n in range(2):\n    print('got', asyncio.run(main(n)))\n",
    "while": "n = 2\nwhile n := n - 1:\n    asyncio.run(main(n))\n",
    "try": "try:\n    asyncio.run(main())\nexcept ZeroDivisionError:\n    pass\nelse:\n    print('else')\nfinally:\n    asyncio.run(main('f'))\n",
    "except": "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    asyncio.run(main(str(error)))\n",
    "match": "match 1:\n    case 1:\n        asyncio.run(main())\n",
    "nested": "if True:\n    for n in (1, 2):\n        try:\n            with open('/dev/null'):\n                asyncio.run(main(n))\n        finally:\n            print('f')\n",
    "in an expression": "x = 1 + asyncio.run(main(2)) * 2\nprint(x, f'{asyncio.run(main(3))}', [asyncio.run(main(4))])\n",
    "comprehension": "print([asyncio.run(main(n)) for n in range(2)], {n: asyncio.run(main(n)) for n in range(2)})\n",
    "another name": "import asyncio as a\nfrom asyncio import run as go\nown = asyncio.run\na.run(main())\ngo(main(2))\nown(main(3))\n",
    "by any way": "from functools import partial\nd = {'go': asyncio.run}\nd['go'](main())\npartial(asyncio.run, debug=True)(main(2))\n(x, *_) = [getattr(asyncio, 'run')]\ny: object = x\ny(main(3))\n",
    "another module": "import asyncio.runners\nfrom asyncio.runners import Runner as R\nasyncio.runners.run(main())\nwith R() as r:\n    r.run(main(2))\n",
    "before a function": "def f(x=asyncio.run(main())):\n    return x\ng = lambda x=asyncio.run(main(2)): x\nprint(f(), g(), list(x for x in [asyncio.run(main(3))]))\n",
    "decorated": "def d(x):\n    return lambda f: f\n@d(asyncio.run(main()))\nclass A(*[object, asyncio.run(main(2))][:1]): pass\n",
    "what is apart": "from typing import Annotated\nx: Annotated[int, str(1)] = int('1')\ntype T = list[str(1)]\ndef g[U](a: str(1) = str(2)) -> str(3): return a\nclass K[U](dict(a=int)['a']): pass\nprint(g(), K(), [[str(y) for y in range(2)] for x in range(2)])\n",
    "names": "x = 1\nprint('x' in locals(), 'x' in globals(), 'x' in dir(), eval('x'))\nexec('y = 2')\nprint(y)\n",
    "a runner's context": "import contextvars\nv = contextvars.ContextVar('v', default=0)\nasync def adds():\n    v.set(v.get() + 1)\n    return v.get()\nwith asyncio.Runner() as r:\n    print(r.run(adds()), r.run(adds()), v.get())\n",
    "arguments": "asyncio.run(main(), debug=False)\nasyncio.run(*[main(2)], **{})\n",
    "twice": "asyncio.run(main())\nasyncio.run(main(2))\n",
    "runner": "with asyncio.Runner() as runner:\n    print(runner.run(main()), runner.run(main(2)))\n",
    "runner by name": "from asyncio import Runner as R\nr = R()\ntry:\n    print(r.run(main()))\nfinally:\n    r.close()\n",
    "runner left": "with asyncio.Runner() as runner:\n    runner.run(main())\ntry:\n    runner.run(late := main())\nexcept RuntimeError as error:\n    print(error)\n    late.close()\n",
    "left behind": (
        "async def other():\n    try:\n        await asyncio.sleep(60)\n    finally:\n        print('cancelled')\n"
        "async def leaves():\n    global task\n    task = asyncio.ensure_future(other())\n    await asyncio.sleep(0)\n"
        "asyncio.run(leaves())\nprint('after')\nwith asyncio.Runner() as runner:\n    runner.run(leaves())\nprint('after')\n"
    ),
    "left at an error": (
        "async def other():\n    try:\n        await asyncio.sleep(60)\n    finally:\n        print('cancelled')\n"
        "async def leaves():\n    global task\n    task = asyncio.ensure_future(other())\n    await asyncio.sleep(0)\n"
        "try:\n    with asyncio.Runner() as runner:\n        runner.run(leaves())\n        1 / 0\nexcept ZeroDivisionError:\n    print('after')\n"
        "from asyncio import Runner as R\nfor n in range(2):\n    with R() as runner:\n        runner.run(leaves())\n        break\nprint('after')\n"
    ),
    "generators": "async def numbers():\n    try:\n        yield 1\n        yield 2\n    finally:\n        print('closed')\nasync def first():\n    async for n in numbers():\n        return n\nprint(asyncio.run(first()))\n",
    "context": "import contextvars\nv = contextvars.ContextVar('v', default=0)\nasync def sets():\n    v.set(1)\nasyncio.run(sets())\nprint(v.get())\n",
    "exit": "import sys\nasync def leave():\n    print('so far')\n    sys.exit(3)\nasyncio.run(leave())\nprint('no')\n",
    "error": "async def fails():\n    await asyncio.sleep(0)\n    return {}['upload']\nasyncio.run(fails())\n",
    "caught": "async def fails():\n    1 / 0\ntry:\n    asyncio.run(fails())\nexcept ZeroDivisionError:\n    print('caught')\n",
    "group": "async def fails(n):\n    raise ValueError(n)\nasync def both():\n    async with asyncio.TaskGroup() as group:\n        group.create_task(fails(1))\n        group.create_task(fails(2))\ntry:\n    asyncio.run(both())\nexcept* ValueError as errors:\n    print(errors.exceptions)\n",
    "another run": "class Sync:\n    def run(self, x):\n        return x + 1\n    def close(self):\n        print('closed')\ns = Sync()\nprint(s.run(1))\ns.close()\nasyncio.run(main())\n",
    "running": "async def inner():\n    waits = main()\n    try:\n        asyncio.run(waits)\n    finally:\n        waits.close()\nasyncio.run(inner())\n",
    "syntax": "asyncio.run(main())\nif x\n",
    "await": "await main()\n",
}


@pytest.mark.parametrize("name", AT_THE_TOP)
def test_where_the_browser_cannot_wait_it_is_as_elsewhere(page: Page, name: str) -> None:
    source = MAIN + AT_THE_TOP[name]
    elsewhere, said = page.run(source), page.text
    page.sent.clear()
    here = asyncio.run(page.runner.run_waiting(source, NAME))
    assert (here[:3], page.text) == (elsewhere[:3], said)
    assert here[3] == elsewhere[3]


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("def go():\n    asyncio.run(main())\ngo()\n", 8),
        ("go = lambda: asyncio.run(main())\ngo()\n", 7),
        ("class Go:\n    asyncio.run(main())\n", 8),
        ("list(asyncio.run(main(n)) for n in range(2))\n", 7),
        ("def go():\n    with asyncio.Runner() as runner:\n        runner.run(main())\ngo()\n", 9),
        ("def go():\n    asyncio.get_event_loop().run_until_complete(main())\ngo()\n", 8),
        ("exec('asyncio.run(main())')\n", 7),
        ("list(map(asyncio.run, [main()]))\n", 7),
        ("list(map(asyncio.run, [main(), main()]))\n", 7),
        ("for _ in map(asyncio.run, [main()]):\n    pass\n", 0),
    ],
)
def test_inside_a_function_one_sentence_says_where_to_put_it(page: Page, code: str, line: int) -> None:
    kind, _, at, text, _ = asyncio.run(page.runner.run_waiting(MAIN + code, NAME))
    assert (kind, at) == ("error", line)
    assert "put the call at the top level of the program" in text
    assert "was never awaited" not in page.text
    assert page.run("import asyncio\nprint(asyncio.run(asyncio.sleep(0, 'put back')))")[0] == "ok"


def test_what_an_earlier_run_left_on_the_loop_does_not_speak_in_the_next(page: Page) -> None:
    async def both() -> None:
        left = "import asyncio\nloop = asyncio.get_running_loop()\nloop.call_soon(print, 'HIJACKED')\nprint('one')\n"
        await page.runner.run_waiting(left, NAME)
        page.runner.run(left, NAME)
        page.sent.clear()
        await page.runner.run_waiting("import asyncio\nasyncio.run(asyncio.sleep(0))\nprint('two')\n", NAME)

    asyncio.run(both())
    assert page.text == "two\n"


def test_pieces_of_a_line_are_collected_when_there_are_many(page: Page) -> None:
    page.run("import sys\nfor _ in range(150_000):\n    sys.stdout.write('x')\n    sys.stdout.flush()\n")
    assert page.text == "x" * 150_000
    assert len(page.sent) < execute.MOST_PIECES + 200


def test_a_generator_that_a_program_leaves_unfinished_is_no_task_of_the_page(page: Page) -> None:
    source = (
        "import asyncio\nasync def numbers():\n    try:\n        yield await asyncio.sleep(0, 1)\n"
        "    finally:\n        print('closed')\nnumbers().__anext__().send(None)\nprint('end')\n"
    )
    assert page.run(source)[0] == "ok"
    elsewhere = page.text
    page.sent.clear()
    assert asyncio.run(page.runner.run_waiting(source, NAME))[0] == "ok"
    assert page.text == elsewhere


HALF_LINES = {
    "as an object is freed": (
        "class Late:\n    def __del__(self):\n        print('HIJACKED', end='')\nlate = Late()\nlate.me = late\nprint('end')\n"
    ),
    "from a function of the last run": (
        "import logging\ndef late(*_):\n    print('HIJACKED', end='')\nlogging.late = late\nprint('end')\n"
    ),
}


@pytest.mark.parametrize("name", HALF_LINES)
def test_half_a_line_of_one_run_does_not_arrive_in_the_next(page: Page, name: str) -> None:
    page.run(HALF_LINES[name])
    assert page.text == "end\n"
    page.runner.collect()
    page.run("import logging\ngetattr(logging, 'late', int)()\nprint('good')\n")
    assert page.text == "good\n"


ABANDONED = """
import asyncio, weakref
from afterswipe import Phone

class Kept:
    pass

async def main(app):
    kept = Kept()
    asyncio.kept = weakref.ref(kept)
    try:
        await asyncio.sleep(1000)
    finally:
        print("HIJACKED", end="")

phone = Phone()
phone.open(main)
phone.swipe_up()
phone.force_quit()
import gc
del phone
gc.collect()
print(asyncio.kept() is not None)
"""


def test_what_a_process_left_unfinished_is_kept_no_longer_than_its_program(page: Page) -> None:
    """And its end is as silent as all that comes after a run."""
    page.run(ABANDONED)
    assert page.text == "True\n"
    page.runner.collect()
    page.run("import asyncio\nprint(asyncio.kept())\n")
    assert page.text == "None\n"


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("import sys; sys.exit(10**30)", ("exit", -1, 0)),
        ("import sys; sys.exit(-(2**31))", ("exit", -1, 0)),
        ("raise SystemExit(type('Bad', (), {'__str__': lambda _: 1 / 0})())", ("exit", 1, 0)),
        ("import sys; sys.stderr.close(); sys.exit('enough')", ("exit", 1, 0)),
        (f"raise SyntaxError('m', ({NAME!r}, 10**30, 1, 'text'))", ("error", 0, 0)),
        (f"raise SyntaxError('m', ({NAME!r}, -5, 1, 'text'))", ("error", 0, 0)),
        ("compile('\\n' * 98 + 'if', __file__, 'exec')", ("error", 0, 0)),
        (f"import {'a' * 6_000}", ("error", 0, 1)),
        ("raise ModuleNotFoundError('m', name=5)", ("error", 0, 1)),
        ("raise type('Bad', (Exception,), {'__notes__': property(lambda _: 1 / 0)})", ("error", 0, 1)),
    ],
)
def test_whatever_a_program_ends_with_can_be_told(
    page: Page, code: str, result: tuple[str, int, int]
) -> None:
    ended = page.run(code)
    assert ended[:3] == result
    assert len(ended[4]) < 1_000


BROKEN = {
    "what is built in": "import builtins\nbuiltins.isinstance = builtins.len = builtins.type = None\nprint('said')\n",
    "all that is built in": (
        "import builtins\nfor name in set(dir(builtins)) - {'delattr', 'print'}:\n"
        "    if not name.startswith('__'):\n        delattr(builtins, name)\nprint('said')\n"
    ),
    "a clock": "import time\ntime.monotonic = None\nprint('said')\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_the_runner_needs_is_its_own(page: Page, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("time.monotonic", time.monotonic)  # put back
    assert page.run(BROKEN[name])[0] == "ok"
    assert page.text == "said\n"
    assert page.run(BROKEN[name] + "1 / 0\n")[0] == "error"
    assert len([]) == 0


def test_what_cannot_be_put_back_ends_with_the_interpreter(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asyncio.all_tasks", asyncio.all_tasks)  # put back

    async def on_a_loop() -> Any:
        return page.run("import asyncio\nasyncio.all_tasks = None\nprint('said')\n")

    assert asyncio.run(on_a_loop())[0] == "ok"
    assert page.text == "said\n"
    assert not page.runner.collect()


STREAMS = {
    "a wrapper": "import io\nsys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='utf-8')\nprint('said')\n",
    "a detached one": "import io\nsys.stdout = io.TextIOWrapper(sys.stdout.detach(), encoding='utf-8')\nprint('said')\n",
    "the first one": "import io\nsys.stdout = io.StringIO()\nprint('hidden')\nsys.stdout = sys.__stdout__\nprint('said')\n",
    "a writer": "import codecs\nsys.stdout = codecs.getwriter('utf-8')(sys.stdout.buffer)\nprint('said')\n",
    "none": "print('said')\nsys.stdout = sys.stderr = None\nprint('hidden')\n",
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_program_has_streams_of_its_own(page: Page, name: str) -> None:
    for code in ("import sys\n" + STREAMS[name], "print('said')\n"):
        assert page.run(code)[0] == "ok"
        assert page.text == "said\n"


def test_what_is_only_counted_costs_little(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing of it waits in the streams for the next run."""
    asked = []
    hears = execute.Output.hears
    monkeypatch.setattr(execute.Output, "hears", lambda output: asked.append(1) or hears(output))
    page.run(
        "import builtins\nfor i in range(100_000):\n    print(i)\n"
        "class Late:\n    def __del__(self):\n        print('HIJACKED', end='')\nbuiltins.late = Late()\n"
        "builtins.call = lambda: print('HIJACKED', end='')\n"
    )
    assert page.hidden == "98000 0"
    assert len(asked) < 15_000
    builtins.call()  # type: ignore[attr-defined]
    del builtins.late, builtins.call  # type: ignore[attr-defined]
    page.run("print('good')\n")
    assert page.text == "good\n"


def test_what_a_program_wants_at_its_end(page: Page) -> None:
    page.run(
        "import atexit, sys\natexit.register(print, 'last')\n"
        "@atexit.register\ndef fails():\n    1 / 0\n@atexit.register\ndef first():\n    print('first')\n"
        "atexit.register(print, 'no')\natexit.unregister(print)\natexit.register(print, 'again')\nsys.exit(3)\n"
    )
    assert page.text.startswith("again\nfirst\nTraceback")
    assert page.text.endswith("ZeroDivisionError: division by zero\n")
    page.run("import logging\nprint('good')\n")
    assert page.text == "good\n"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ('raise RuntimeError("can\'t start new thread")', "no threads"),
        ("raise OSError(23, 'Host is unreachable')", "no other host"),
        ("raise EOFError", "nobody to ask"),
    ],
)
def test_what_a_browser_does_not_let_a_program_do_is_said(page: Page, code: str, words: str) -> None:
    assert words in page.run(code)[4]


def test_a_character_may_come_in_pieces_and_waits_for_no_other_run() -> None:
    page = Page()
    page.run(
        "import sys\nfor byte in 'é😀\\n'.encode():\n    sys.stdout.buffer.write(bytes([byte]))\n    sys.stdout.flush()\n"
    )
    assert page.text == "é😀\n"
    page.run("import sys\nsys.stdout.buffer.write('é'.encode()[:1])\n")
    assert page.text == "\ufffd"
    page.run("import sys\nsys.stdout.buffer.write('é'.encode()[1:])\n")
    assert page.text == "\ufffd"
