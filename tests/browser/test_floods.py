"""Floods and endless programs in every engine: the tab answers, Stop frees at once, and the next run's output is its own."""

import os
from pathlib import Path

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
        for file in [*FLOODS, *ENDS]:
            stuck, status, output, parts = engine.call(FLOOD, file, file in ENDS)
            if stuck or not status.startswith("Finished") or output != "good\n" or parts > 10_000:
                wrong[file] = (stuck, status, output, parts)
        assert not wrong
        if name == "webkit":
            assert ends_its_workers(engine), "a worker that was stopped goes on"


def ends_its_workers(engine: Engine) -> bool:
    """Whether none but the present Python is left, before so many frames have passed: WebKit could go on unseen."""
    for _ in range(500):
        if len(python_threads()) <= 1:
            return True
        engine.call("async () => { await new Promise(requestAnimationFrame); }")
    return False


def python_threads() -> list[str]:
    """The workers of the WebKit that this process has started."""
    parents = {
        stat.parent.name: read(stat).rpartition(")")[2].split() for stat in Path("/proc").glob("[0-9]*/stat")
    }
    ours = {str(os.getpid())}
    for _ in range(4):  # the driver, the browser, its pages
        ours |= {number for number, fields in parents.items() if fields and fields[1] in ours}
    names = [read(name) for number in ours for name in Path(f"/proc/{number}/task").glob("*/comm")]
    return [name for name in names if name.startswith("WebCore: Worker")]


def read(path: Path) -> str:
    """A file of /proc; nothing, where what it is about has ended."""
    try:
        return path.read_text()
    except OSError:
        return ""
