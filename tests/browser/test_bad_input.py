"""What the reader's code can do wrong: each gets a clear message, and the next Run works."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from .snippet_page import Snippet, Source
from .watching import Tab, Watch


@dataclass(frozen=True)
class Bad:
    """A program, the state that it ends in, its marked line (0: none), and what the panel says."""

    code: str
    status: str
    line: int
    says: tuple[str, ...]
    #: Console errors that belong to it.
    console: str = ""


CALLBACK = """\
import asyncio

def later():
    return {}["upload"]

async def main():
    asyncio.get_running_loop().call_soon(done.set)
    await done.wait()
    later()

done = asyncio.Event()
asyncio.run(main())
"""

CASES = {
    "syntax error": Bad(
        "x = 1\nif x\n    print(x)\n", "Error in line 2", 2, ("SyntaxError: expected ':'", "if x\n", "^")
    ),
    "bad indent": Bad("if True:\nprint(1)\n", "Error in line 2", 2, ("IndentationError",)),
    "exception": Bad(
        "a = 1\nb = a / 0\n", "Error in line 2", 2, ("ZeroDivisionError", 'File "example.py", line 2')
    ),
    "in a callback": Bad(CALLBACK, "Error in line 4", 4, ("KeyError: 'upload'", "in later", "in main")),
    "in a library": Bad(
        "import json\njson.loads('{')\n", "Error in line 2", 2, ("JSONDecodeError: Expecting property",)
    ),
    "input": Bad("name = input('Name? ')\n", "Error in line 1", 1, ("Name? ", "There is nobody to ask here")),
    "missing module": Bad(
        "import htpx\n",
        "Error in line 1",
        1,
        ("ModuleNotFoundError", "the standard library and:", "afterswipe", "Did you mean httpx?"),
    ),
    "not in a browser": Bad("import tkinter\n", "Error in line 1", 1, ("does not work in a browser",)),
    "recursion": Bad(
        "def f(n):\n    return f(n + 1)\nf(0)\n", "Error in line 2", 2, ("RecursionError", "more calls")
    ),
    "mutual recursion": Bad(
        "def f():\n    g()\ndef g():\n    f()\nf()\n", "Error in line", -1, ("RecursionError", "more calls")
    ),
    "recursion without a limit": Bad(
        "import sys\nsys.setrecursionlimit(10**9)\ndef f(n):\n    return f(n + 1)\nf(0)\n",
        "Python crashed",
        0,
        ("its calls were nested too deeply", "The next Run starts a fresh one."),
        "fatal|RangeError",
    ),
    "deep structure": Bad(
        "import json\na = []\nfor i in range(100_000):\n    a = [a]\njson.dumps(a)\n",
        "Python crashed",
        0,
        ("its calls were nested too deeply", 'File "example.py", line 5'),
        "fatal|RangeError",
    ),
    "memory": Bad(
        "data = []\nwhile True:\n    data.append(bytearray(10_000_000))\n",
        "Error in line 3",
        3,
        ("MemoryError",),
    ),
    "memory in small pieces": Bad(
        "data = []\nwhile True:\n    data.append(['x'] * 5000)\n", "Error in line 3", 3, ("MemoryError",)
    ),
    "exit": Bad(
        "import sys\nprint('so far')\nsys.exit(3)\n",
        "Ended with exit status 3",
        0,
        ("so far", "exit status 3."),
    ),
    "exit with words": Bad(
        "raise SystemExit('enough')\n", "Ended with exit status 1", 0, ("enough", "exit status 1.")
    ),
    "thread": Bad(
        "import threading\nthreading.Thread(target=print).start()\n", "Error in line 2", 2, ("RuntimeError",)
    ),
    "abort": Bad(
        "import os\nprint('last words')\nos.abort()\n",
        "Python crashed",
        0,
        ("last words", "Python crashed", "The next Run starts a fresh one."),
        "fatal|Aborted|abort|exited|Error",
    ),
    # What the runner's own last words are made with, and Python's.
    "JavaScript without its strings": Bad(
        "import js\njs.String.prototype.split = js.String.prototype.slice = None\n"
        "js.RegExp.prototype.test = None\nopen('x')\n",
        "Python crashed",
        0,
        ("The next Run starts a fresh one.",),
        "fatal|is not a function|cause of",
    ),
    "a server": Bad(
        "import socket\nsocket.socket().listen()\n", "Error in line 2", 2, ("a browser has no sockets",)
    ),
    "a process": Bad("import os\nos.fork()\n", "Error in line 2", 2, ("no threads and no processes",)),
    "another page": Bad(
        "import webbrowser\nwebbrowser.open('https://a.test')\n",
        "Error in line 2",
        2,
        ("open it yourself",),
    ),
    "exit without a word": Bad(
        "import os\nos._exit(1)\n", "Python crashed", 0, ("The next Run starts a fresh one.",), "exit|Exit"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_code_gets_a_message_and_the_next_run_works(tab: Tab, tab_watch: Watch, name: str) -> None:
    bad = CASES[name]
    if bad.console:
        tab_watch.allow(bad.console)
    page = tab.page({"example.py": Source(bad.code), "good.py": Source("print('good')\n")})
    example, good = Snippet(page, "example.py"), Snippet(page, "good.py")
    for _ in range(2):
        example.run()
        expect(example.status).to_contain_text(bad.status)
        shown = example.result()
        for words in bad.says:
            assert words in shown
        for foreign in ("execute.py", "/lib/python", "asyncio/"):
            assert foreign not in shown
        if bad.line >= 0:
            assert example.mark.count() == (1 if bad.line else 0)
        good.run()
        expect(good.status).to_contain_text("Finished")
        assert good.result() == "good\n"


def test_the_heap_has_its_limit(tab: Tab) -> None:
    snippet = tab.snippet(
        "data = []\ntry:\n    while True:\n        data.append(bytearray(10_000_000))\n"
        "except MemoryError:\n    print(len(data))\n"
    )
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    assert 20 < int(snippet.result()) < 53


def test_the_marked_line_is_where_the_error_is(tab: Tab) -> None:
    code = "".join(f"x{i} = {i}\n" for i in range(1, 12)) + "1 / 0\n"
    snippet = tab.snippet(code)
    snippet.run()
    expect(snippet.status).to_have_text("Error in line 12")
    distance = snippet.root.evaluate(
        """(root) => {
            const range = document.createRange();
            const code = root.querySelector("code");
            const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
            let seen = 0;
            const start = code.textContent.indexOf("1 / 0");
            while (walker.nextNode()) {
                if (seen + walker.currentNode.length > start) break;
                seen += walker.currentNode.length;
            }
            range.selectNode(walker.currentNode);
            const line = range.getBoundingClientRect();
            const mark = root.querySelector(".snippet-mark").getBoundingClientRect();
            return Math.abs((line.top + line.bottom) / 2 - (mark.top + mark.bottom) / 2);
        }"""
    )
    assert distance < 2


def test_a_second_run_takes_the_mark_away(tab: Tab) -> None:
    snippet = tab.snippet("1 / 0\n")
    snippet.run()
    expect(snippet.mark).to_have_count(1)
    snippet.write("print('right')\n")
    expect(snippet.mark).to_have_count(0)
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    expect(snippet.error).to_have_count(0)


def test_a_million_lines_end_and_say_how_many_are_hidden(tab: Tab) -> None:
    snippet = tab.snippet("for i in range(1_000_000):\n    print(i)\nprint('end')\n")
    snippet.run()
    expect(snippet.status).to_contain_text("Finished", timeout=120_000)
    expect(snippet.notes).to_have_text("… 998,001 more lines not shown")
    shown = snippet.output.locator(".snippet-text").all_inner_texts()
    assert "".join(shown) == "".join(f"{i}\n" for i in range(2000))


def test_endless_output_can_be_stopped(tab: Tab) -> None:
    page = tab.page(
        {"example.py": Source("while True:\n    print('x')\n"), "good.py": Source("print('good')\n")}
    )
    snippet, good = Snippet(page, "example.py"), Snippet(page, "good.py")
    snippet.run()
    expect(snippet.notes).to_contain_text("more lines not shown")
    snippet.button("Stop").click()
    expect(snippet.status).to_have_text("Stopped")
    assert len(snippet.result()) < 10_000
    good.run()
    expect(good.status).to_contain_text("Finished")


@pytest.mark.parametrize(
    ("code", "hidden"),
    [
        ("print('x' * 1_000_000)\nprint('end')\n", "… 2 more lines not shown"),
        ("import os\nwhile True:\n    os.write(1, b'raw\\n')\n", ""),
        (
            "import _display\nwhile True:\n    _display.svg('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')\n",
            "more pictures",
        ),
    ],
    ids=["one long line", "past the streams", "pictures"],
)
def test_too_much_output_is_cut(tab: Tab, code: str, hidden: str) -> None:
    snippet = tab.snippet(code)
    snippet.run()
    if hidden:
        expect(snippet.notes).to_contain_text(hidden)
    else:
        expect(snippet.output).to_contain_text("raw\nraw\n")
    if "while" in code:
        snippet.button("Stop").click()
    expect(snippet.status).to_have_text(re.compile("Stopped|Finished"))
    assert len(snippet.result()) <= 201_000
    assert snippet.pictures.count() <= 50


def test_a_worker_that_closes_itself_can_be_stopped(tab: Tab) -> None:
    page = tab.page({"example.py": Source("import js\njs.close()\n"), "good.py": Source("print('good')\n")})
    snippet, good = Snippet(page, "example.py"), Snippet(page, "good.py")
    snippet.run()
    good.run()
    expect(good.status).to_contain_text(re.compile("Waiting|Finished"))
    # Its last words may have come through or not; looked at and clicked in one, for it may end in between.
    stop = snippet.root.locator(".snippet-button--stop")
    stop.evaluate("button => button.offsetParent && button.click()")
    expect(good.status).to_contain_text("Finished")
