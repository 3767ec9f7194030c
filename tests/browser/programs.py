"""Programs that end, speak and fail in every engine of a browser as they do elsewhere: the state, and all that is shown."""

from dataclasses import dataclass

ASYNCIO = "import asyncio, sys\n"
JS = "import js\nfrom pyodide.ffi import create_proxy\n"


@dataclass(frozen=True)
class Program:
    """Its code, how its state begins, and what it shows; "…" stands for anything. What ends its interpreter, which takes seconds, is tried in the one engine that told."""

    code: str
    status: str
    shows: str
    only: str = ""


def _exits(callback: str) -> str:
    """A program that something on the loop ends, while it waits for something else."""
    return (
        f"{ASYNCIO}async def leave():\n    sys.exit(3)\nasync def main():\n    loop = asyncio.get_running_loop()\n"
        f"    try:\n        {callback}\n        await asyncio.sleep(60)\n    finally:\n        print('tidied')\n"
        "asyncio.run(main())\nprint('on')\n"
    )


EXIT = "Ended with exit status 3"
EXITED = "tidied\nThe program ended with exit status 3."
DIVIDES = "    1/0\n    ~^~\nZeroDivisionError: division by zero\n"
TRACE = "Traceback (most recent call last):\n"
HOOK = "import sys\ndef hook(kind, error, place):\n    {}\nsys.excepthook = hook\n1/0\n"
GONE = "for name in {}:\n    setattr(js.{}.prototype, name, None)\n"

PROGRAMS = {
    # What ends a program ends it, wherever on the loop it is raised.
    "exit in a task": Program(_exits("task = asyncio.create_task(leave())"), EXIT, EXITED),
    "exit in a callback": Program(_exits("loop.call_soon(sys.exit, 3)"), EXIT, EXITED),
    "exit in a timer": Program(_exits("loop.call_later(0.01, sys.exit, 3)"), EXIT, EXITED),
    "exit when a task is done": Program(
        _exits("asyncio.create_task(asyncio.sleep(0)).add_done_callback(lambda _: sys.exit(3))"),
        EXIT,
        EXITED,
    ),
    "exit in a Runner": Program(
        f"{ASYNCIO}async def main():\n    asyncio.get_running_loop().call_soon(sys.exit, 3)\n    await asyncio.sleep(60)\n"
        "with asyncio.Runner() as runner:\n    runner.run(main())\nprint('on')\n",
        EXIT,
        "The program ended with exit status 3.",
    ),
    "exit in a loop that runs for ever": Program(
        f"{ASYNCIO}loop = asyncio.new_event_loop()\nloop.call_soon(sys.exit, 3)\nloop.run_forever()\nprint('on')\n",
        EXIT,
        "The program ended with exit status 3.",
    ),
    "an exit that is caught": Program(
        f"{ASYNCIO}async def main():\n    asyncio.get_running_loop().call_soon(sys.exit, 3)\n    await asyncio.sleep(60)\n"
        "try:\n    asyncio.run(main())\nexcept SystemExit as stop:\n    print('caught', stop.code)\n"
        "print(asyncio.run(asyncio.sleep(0, 'again')))\n",
        "Finished",
        "caught 3\nagain\n",
    ),
    "an interrupt in a task": Program(
        f"{ASYNCIO}async def stop():\n    raise KeyboardInterrupt\nasync def main():\n    task = asyncio.create_task(stop())\n"
        "    await asyncio.sleep(60)\nasyncio.run(main())\n",
        "Error in line 3",
        "…KeyboardInterrupt\n",
    ),
    "an exit that is left behind": Program(
        f"{ASYNCIO}asyncio.get_event_loop().call_later(0.02, sys.exit, 9)\nprint('left')\n",
        "Finished",
        "left\n",
    ),
    "its next": Program(
        f"{ASYNCIO}print(asyncio.run(asyncio.sleep(0.05, 'unharmed')))\n", "Finished", "unharmed\n"
    ),
    # The loop.
    "a loop that is stopped": Program(
        f"{ASYNCIO}loop = asyncio.new_event_loop()\nloop.call_soon(loop.stop)\n"
        "try:\n    loop.run_until_complete(loop.create_future())\nexcept RuntimeError as error:\n    print(error)\n",
        "Finished",
        "Event loop stopped before Future completed.\n",
    ),
    "a loop that is stopped at its end": Program(
        f"{ASYNCIO}loop = asyncio.new_event_loop()\nasync def main():\n    loop.stop()\n    return 'end'\n"
        "print(loop.run_until_complete(main()))\n",
        "Finished",
        "end\n",
    ),
    "a time that has passed": Program(
        f"{ASYNCIO}async def main():\n    loop = asyncio.get_running_loop()\n    loop.call_later(-1, print, 'late')\n"
        "    loop.call_at(loop.time() - 1, print, 'later')\n    await asyncio.sleep(0.01)\nasyncio.run(main())\n",
        "Finished",
        "late\nlater\n",
    ),
    "tasks of its own kind": Program(
        f"{ASYNCIO}async def main():\n    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)\n"
        "    print(await asyncio.create_task(asyncio.sleep(0, 'eager'), name='x'))\n"
        "    asyncio.get_running_loop().set_task_factory(None)\nasyncio.run(main())\n",
        "Finished",
        "eager\n",
    ),
    "a Runner that is closed": Program(
        f"{ASYNCIO}async def main():\n    pass\nrunner = asyncio.Runner()\nrunner.close()\nrunner.run(main())\n",
        "Error in line 6",
        "…  File …RuntimeError: Runner is closed\n",
    ),
    "an error in a callback": Program(
        f"{ASYNCIO}def fails():\n    1/0\nasync def main():\n    asyncio.get_running_loop().call_soon(fails)\n"
        "    await asyncio.sleep(0.01)\n    print('on')\nasyncio.run(main())\n",
        "Finished",
        f'Exception in callback fails()…\n{TRACE}  File "…", line 3, in fails\n{DIVIDES}on\n',
    ),
    "an error that nobody asks for": Program(
        f"{ASYNCIO}async def fails():\n    1/0\nasync def main():\n    task = asyncio.create_task(fails())\n"
        "    await asyncio.sleep(0.01)\n    print('on')\nasyncio.run(main())\n",
        "Finished",
        f'Unhandled exception in event loop\n{TRACE}  File "…", line 3, in fails\n{DIVIDES}on\n',
    ),
    "an error in a callback of the browser's": Program(
        f"{JS}import time\njs.setTimeout(create_proxy(lambda: 1/0), 0)\n"
        f"{ASYNCIO}asyncio.run(asyncio.sleep(0.05))\nprint('on')\n",
        "Finished",
        f"{TRACE}  File …ZeroDivisionError: division by zero\non\n",
        "firefox",
    ),
    # Hooks.
    "a hook for errors": Program(
        HOOK.format("print('hook', kind.__name__, place.tb_lineno)"),
        "Error in line 5",
        "hook ZeroDivisionError 5\n",
    ),
    "a hook that exits": Program(HOOK.format("sys.exit(3)"), EXIT, "The program ended with exit status 3."),
    "a hook that fails": Program(
        HOOK.format("open('none')"),
        "Error in line 5",
        f'Error in sys.excepthook:\n{TRACE}…No such file…\n\nOriginal exception was:\n{TRACE}  File "…", line 5, in <module>\n{DIVIDES}',
    ),
    "the hook that was there": Program(
        "import sys\nkept = sys.excepthook\nsys.excepthook = lambda *what: (print('first'), kept(*what))\n1/0\n",
        "Error in line 4",
        f'first\n{TRACE}  File "…", line 4, in <module>\n{DIVIDES}',
    ),
    "the hook of the next": Program(
        "import sys\ntry:\n    1/0\nexcept ZeroDivisionError:\n    sys.excepthook(*sys.exc_info())\nprint('on')\n",
        "Finished",
        f'{TRACE}  File "…", line 3, in <module>\n{DIVIDES}on\n',
    ),
    # What is written past the streams.
    "in the order in which it comes": Program(
        "import os\nprint('a', end='', flush=True)\nos.write(1, b'b')\nprint('c')\nos.write(2, b'd')\nprint('e')\n",
        "Finished",
        "abc\nde\n",
    ),
    "by number": Program(
        "import os, sys\nos.write(sys.stdout.fileno(), b'one\\n')\nos.write(sys.stderr.fileno(), b'two\\n')\n"
        "print('three', file=open(1, 'w', closefd=False))\n",
        "Finished",
        "one\ntwo\nthree\n",
    ),
    "characters in pieces": Program(
        "import os\nfor byte in '€'.encode():\n    os.write(1, bytes([byte]))\nos.write(1, b'\\0\\n' + '€'.encode()[:2])\n",
        "Finished",
        "€\0\n\ufffd",
    ),
    "fifty million": Program(
        "import os\nos.write(1, b'x' * 50_000_000)\nprint('on')\n",
        "Finished",
        "xx…\n… more was written past sys.stdout, and is not shown\non\n",
    ),
    "nothing to read": Program(
        "import os\nprint(os.read(0, 9), repr(open('/dev/stdin').read()))\n", "Finished", "b'' ''\n"
    ),
    # How the text of a program may be.
    "a mark at its beginning": Program(
        "\ufeffimport asyncio\nprint('bom')\n1/0\n", "Error in line 3", f"bom\n{TRACE}…{DIVIDES}"
    ),
    "tabs and other line ends": Program(
        "if 1:\r\n\tif 2:\r\n\t\tprint('''a\r\nb''')\r\n", "Finished", "a\nb\n"
    ),
    "a very long line": Program(f"x = '{'a' * 100_000}'; print(len(x))\n", "Finished", "100000\n"),
    # What takes away what the runner stands on.
    "too deep": Program(
        "a = []\nfor _ in range(100_000):\n    a = [a]\nrepr(a)\n",
        "Python crashed",
        "…Python crashed (its calls were nested too deeply). The next Run starts a fresh one.",
        "firefox",
    ),
    "no timers": Program(
        f"{JS}js.globalThis.setTimeout = js.globalThis.MessageChannel = None\nprint('on')\n",
        "Finished",
        "on\n",
        "webkit",
    ),
    "no dates": Program(f"{JS}js.globalThis.Date = None\nopen('x', 'w')\n", "Python crashed", "…", "webkit"),
    "no strings": Program(
        f"{JS}{GONE.format(['split', 'slice', 'includes'], 'String')}open('x')\n",
        "Python crashed",
        "…",
        "webkit",
    ),
    "no room": Program(
        "with open('/tmp/large', 'wb') as file:\n    while True:\n        file.write(bytes(50_000_000))\n",
        "Error in line 3",
        "…OSError: [Errno 51] No space left on device\n",
        "chromium",
    ),
    "room again": Program(
        "from pathlib import Path\nprint(Path('/tmp/large').write_bytes(bytes(50_000_000)))\n",
        "Finished",
        "50000000\n",
        "chromium",
    ),
    "nobody who asks": Program(
        "import sys\ndef hook(event, what):\n    if event == 'compile':\n        raise RuntimeError\nsys.addaudithook(hook)\n",
        "Finished",
        "The program printed nothing.",
        "chromium",
    ),
    "its own words": Program(
        "import linecache\nlinecache.cache = None\n1/0\n",
        "Error in line 3",
        "ZeroDivisionError (it could not be shown…",
        "chromium",
    ),
}
