"""Floods and endless programs in every engine: the tab answers, Stop frees at once, and the next run's output is its own."""

import os
from math import inf
from pathlib import Path
from typing import NamedTuple

import pytest

from .engines import Engine, opening
from .serving import StaticServer
from .snippet_page import Source, render

JS = "import js\nfrom pyodide.ffi import create_proxy\n"

FLOODS = {
    "loop.py": "while True:\n    pass\n",
    "lines.py": "while True:\n    print('x')\n",
    "pieces.py": "while True:\n    print('x', end='', flush=True)\n",
    "parts.py": (
        "import _display\npicture = '<svg xmlns=\"http://www.w3.org/2000/svg\">' + '<g/>' * 19_990 + '</svg>'\n"
        "while True:\n    _display.svg(picture)\n"
    ),
    "messages.py": JS + "while True:\n    js.postMessage(1)\n",
    "locks.py": JS
    + "nothing = create_proxy(lambda *_: None)\n"
    + "while True:\n    try:\n        js.navigator.locks.request('x', nothing)\n    except Exception:\n        pass\n",
    "timers.py": JS
    + "def late(*_):\n    print('HIJACKED')\nfor _ in range(1_000):\n    js.setInterval(create_proxy(late), 0)\n",
    "blocks.py": JS
    + "def late(*_):\n    while True:\n        pass\njs.setTimeout(create_proxy(late), 0)\nprint('end')\n",
    "sounds.py": "import _display\nwhile True:\n    _display.sound(b'x' * 400_000, 'x')\n",
}

#: What ends Python itself, or leaves something behind that never ends; the first line of it is seen.
ENDS = {
    "exit.py": "import os\nprint('begun')\nos._exit(0)\n",
    "abort.py": "import os\nprint('begun')\nos.abort()\n",
    "killed.py": "import os, signal\nprint('begun')\nos.kill(os.getpid(), signal.SIGKILL)\n",
    "depth.py": "import sys\nprint('begun')\nsys.setrecursionlimit(10**9)\ndef f():\n    f()\nf()\n",
    "promises.py": JS
    + "def again(*_):\n    js.Promise.resolve().then(proxy)\nproxy = create_proxy(again)\nprint('begun')\nagain()\n",
}

#: From now on, counts the workers that the page has started and not ended. A program that takes long, as any does on a busy machine, gets a spare.
COUNT = """async () => {
    globalThis.alive = 0;
    globalThis.Worker = class extends Worker {
        constructor(...given) {
            super(...given);
            alive += 1;
        }
        terminate() {
            if (!this.ended) alive -= 1;
            this.ended = true;
            super.terminate();
        }
    };
    return true;
}"""

#: Python, a spare, and who fetches files.
AT_MOST = 3

#: What the page's threads may use of the processor before a stopped worker has ended, and for how many frames all workers may rest.
MOST_SECONDS = 60
MOST_RESTS = 500

#: Runs one, lets frames pass, stops it where it still runs, and runs the next.
FLOOD = """async (file, ends) => {
    await customElements.whenDefined("run-snippet");
    const [root, good] = [file, "good.py"].map((name) => document.querySelector(`run-snippet[source="${name}"]`));
    const press = (snippet, word) => snippet.querySelector(`.snippet-button--${word}`).click();
    const until = (snippet, ready) => new Promise((done) => {
        const look = () => ready(snippet.getAttribute("busy")) && done();
        new MutationObserver(look).observe(snippet, { attributes: true });
        look();
    });
    press(root, "run");
    await until(root, (busy) => busy !== "loading");
    for (let i = 0; i < 30; i++) await new Promise(requestAnimationFrame);
    if (ends) await until(root, (busy) => busy === null);
    if (root.hasAttribute("busy")) press(root, "stop");
    const stuck = root.hasAttribute("busy");
    press(good, "run");
    await until(good, (busy) => busy === null);
    const parts = (snippet, what) => snippet.querySelectorAll(`.snippet-picture ${what}`).length;
    return [stuck, good.querySelector("[role=status]").textContent, good.querySelector(".snippet-parts").textContent, parts(root, "*")];
}"""


@pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning")  # Selenium's own
@pytest.mark.parametrize("name", ["webkit", "firefox", "chromium"])
def test_under_a_flood_the_page_answers(
    name: str, run_folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    sources = {file: Source(code) for file, code in {**FLOODS, **ENDS, "good.py": "print('good')\n"}.items()}
    wrong = {}
    with StaticServer(run_folder) as server, opening(name, tmp_path, request) as engine:
        server.pages["/floods.html"] = render(sources, run_folder / "_run")
        engine.open(f"{server.origin}/floods.html")
        engine.call(COUNT)
        for file in [*FLOODS, *ENDS]:
            stuck, status, output, parts = engine.call(FLOOD, file, file in ENDS)
            if stuck or not status.startswith("Finished") or output != "good\n" or parts > 10_000:
                wrong[file] = (stuck, status, output, parts)
        assert not wrong
        assert engine.call("async () => alive") <= AT_MOST
        if name == "webkit":
            assert ends_its_workers(engine), "a worker that was stopped goes on"


def ends_its_workers(engine: Engine) -> bool:
    """Whether no more workers run than the page has: WebKit could go on unseen.

    One that ends may wait for a busy processor, and takes some of its time. One that goes on takes it without end, or rests and stays.
    """
    begun, rests = inf, 0
    while True:
        threads = threads_of_the_page()
        workers = [thread for thread in threads if thread.is_worker]
        if len(workers) <= engine.call("async () => alive"):
            return True
        used = sum(thread.seconds for thread in threads)
        begun = min(begun, used)
        rests = rests + 1 if all(worker.rests for worker in workers) else 0
        if used - begun > MOST_SECONDS or rests > MOST_RESTS:
            return False
        engine.call("async () => { await new Promise(requestAnimationFrame); }")


class Thread(NamedTuple):
    """What /proc says of one: whether a worker runs in it, whether it neither runs nor could, and what of the processor it has used."""

    is_worker: bool
    rests: bool
    seconds: float


def threads_of_the_page() -> list[Thread]:
    """All threads of those of our processes that have workers."""
    parents = {
        stat.parent.name: read(stat).rpartition(")")[2].split() for stat in Path("/proc").glob("[0-9]*/stat")
    }
    ours = {str(os.getpid())}
    for _ in range(4):  # the driver, the browser, its pages
        ours |= {number for number, fields in parents.items() if fields and fields[1] in ours}
    found = [[thread(read(stat)) for stat in Path(f"/proc/{number}/task").glob("*/stat")] for number in ours]
    return [one for process in found if any(one.is_worker for one in process) for one in process]


def thread(stat: str) -> Thread:
    """Read a line of /proc; one of nothing, where the thread has ended meanwhile, is a thread at rest."""
    name, _, rest = stat.rpartition(")")
    state, *fields = rest.split() or "S"
    ticks = sum(map(int, fields[10:12]))
    return Thread("(WebCore: Worker" in name, state not in "RD", ticks / os.sysconf("SC_CLK_TCK"))


def read(path: Path) -> str:
    """A file of /proc; nothing, where what it is about has ended."""
    try:
        return path.read_text()
    except OSError:
        return ""
