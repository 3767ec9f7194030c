"""What a program may do to the worker that it shares with the runner: nothing of it reaches the next one."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Worker, expect

from .conftest import warm_tab
from .snippet_page import Snippet, Source
from .watching import Opener, Tab, Watch, hold_the_clock, in_workers

POST = """
import js, time
from pyodide.ffi import create_proxy, to_js
def message(**parts):
    return to_js(parts, dict_converter=js.Object.fromEntries)
ok = message(kind="ok", seconds=7777)
"""

#: Another example, in which what the last one left has time to speak, and is freed.
GOOD = (
    "import asyncio, time\ntime.sleep(0.05)\nasyncio.kept = None\nmany = [[] for _ in range(100_000)]\n"
    "print('good')\n"
)

#: Programs that change what the worker's programs share, and an original that would show it.
LEAKS = {
    "a constant": (
        "import afterswipe\nafterswipe.MB = 10\n",
        "import afterswipe\nprint(afterswipe.MB)\n",
        "1000000\n",
    ),
    "a class": (
        "import httpx\nhttpx.URL.host = 'evil'\n",
        "import httpx\nprint(httpx.URL('http://good/').host)\n",
        "good\n",
    ),
    "a module": ("import sys\nsys.modules['json'] = 1\n", "import json\nprint(json.dumps(1))\n", "1\n"),
    "a file": (
        "from pathlib import Path\nPath('/lib/python3.14/colorsys.py').write_text('evil = 1')\n",
        "import colorsys\nprint(hasattr(colorsys, 'evil'))\n",
        "False\n",
    ),
    "a finder": (
        "import sys\nclass Evil:\n    find_spec = lambda *_: 1 / 0\nsys.meta_path.insert(0, Evil())\n",
        "import colorsys\nprint('there')\n",
        "there\n",
    ),
    "the environment": (
        "import os\nos.environ['EVIL'] = '1'\n",
        "import os\nprint(os.environ.get('EVIL'))\n",
        "None\n",
    ),
    "a handler": (
        """
import js
from pyodide.ffi import create_proxy
js.addEventListener('message', create_proxy(lambda event: print('HIJACKED')))
""",
        GOOD,
        "good\n",
    ),
}


@pytest.mark.parametrize("name", LEAKS)
def test_what_a_reader_changes_does_not_reach_an_original(tab: Tab, name: str) -> None:
    changed, code, output = LEAKS[name]
    page = tab.page({"example.py": Source(code), "other.py": Source(code)})
    example, other = Snippet(page, "example.py"), Snippet(page, "other.py")
    example.write(changed)
    example.run()
    expect(example.status).to_contain_text("Finished")
    other.run()
    expect(other.status).to_contain_text("Finished")
    assert other.result() == output
    example.button("Reset").click()
    example.run()
    expect(example.label).to_have_text("Output of this run")
    expect(example.status).to_contain_text("Finished")
    assert example.result() == output


def workers_of(page: Page) -> list[Worker]:
    """The workers that a page starts for Python from now on."""
    started: list[Worker] = []

    def note(worker: Worker) -> None:
        if is_python(worker):
            started.append(worker)

    page.on("worker", note)
    return started


def is_python(worker: Worker) -> bool:
    """Another fetches, while there is something to fetch."""
    return not worker.url.endswith("#fetcher")


def wait_until_at_most(page: Page, most: int) -> None:
    """A worker that was ended is reported as gone a little later."""
    while len(list(filter(is_python, page.workers))) > most:
        page.evaluate("new Promise(requestAnimationFrame)")


def test_an_interpreter_is_kept_while_nobody_changes_anything(opener: Opener) -> None:
    page = opener.page({"a.py": Source("print('a')\n"), "b.py": Source("print('b')\n")})
    workers = workers_of(page)
    for file in ("a.py", "b.py", "a.py"):
        snippet = Snippet(page, file)
        snippet.run()
        expect(snippet.status).to_contain_text("Finished")
        snippet.button("Reset").click()
    assert len(workers) == 1


def test_a_spare_is_warm_before_what_was_changed_has_ended(opener: Opener) -> None:
    page = opener.page({"a.py": Source("print('a')\n"), "b.py": Source("print('b')\n")})
    a, b = Snippet(page, "a.py"), Snippet(page, "b.py")
    workers = workers_of(page)
    a.run()
    expect(a.status).to_contain_text("Finished")
    with page.expect_worker():
        a.button("Edit").click()
    assert len(workers) == 2
    a.write("print('changed')\n")
    a.run()
    expect(a.output).to_have_text("changed")
    expect(a.status).to_contain_text("Finished")
    b.run()
    expect(b.status).to_contain_text("Finished")
    assert len(workers) == 2, "the spare took over"
    wait_until_at_most(page, 1)


def test_a_long_program_gets_a_spare_and_stop_takes_it(opener: Opener) -> None:
    snippet = opener.snippet("print('begun')\nwhile True:\n    pass\n")
    workers = workers_of(snippet.page)
    with snippet.page.expect_event("worker", predicate=lambda _: len(workers) == 2):
        snippet.run()
    expect(snippet.output).to_have_text("begun")
    snippet.button("Stop").click()
    expect(snippet.status).to_have_text("Stopped")
    snippet.run()
    expect(snippet.output).to_have_text("begun")
    snippet.button("Stop").click()
    expect(snippet.status).to_have_text("Stopped")
    wait_until_at_most(snippet.page, 2)


FORGERIES = {
    "the runner's words": POST
    + """
for run in 0, 1, 2, "", "1", None:
    for start in None, "", run:
        js.postMessage(message(type="done", run=run, start=start, outcome=ok))
        js.postMessage(message(type="text", run=run, start=start, text="HIJACKED"))
        js.postMessage(message(type="died", run=run, start=start, reason="HIJACKED"))
        js.postMessage(message(type="ready", run=run, start=start))
print("to the end")
""",
    "the prototype's": POST
    + """
place = js.Object.getPrototypeOf(js.globalThis)
while place:
    if js.Object.hasOwn(place, "postMessage"):
        place.postMessage.call(js.globalThis, message(type="done", run=1, outcome=ok))
    place = js.Object.getPrototypeOf(place)
print("to the end")
""",
    "the page's words": POST
    + """
for run in 1, "1":
    data = message(type="run", run=run, source="print('HIJACKED')", filename="example.py")
    js.dispatchEvent(js.MessageEvent.new("message", message(data=data)))
time.sleep(0.05)
print("to the end")
""",
    "another postMessage": POST
    + """
said = []
js.globalThis.postMessage = create_proxy(lambda *parts: said.append(parts))
print("to the end")
assert not said
""",
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_program_cannot_speak_in_the_runners_place(tab: Tab, name: str) -> None:
    page = tab.page({"example.py": Source(FORGERIES[name]), "good.py": Source(GOOD)})
    example, good = Snippet(page, "example.py"), Snippet(page, "good.py")
    example.run()
    good.run()
    expect(example.status).to_have_text(re.compile(r"^Finished in (?!7777)"))
    assert example.result() == "to the end\n"
    expect(good.status).to_contain_text("Finished")
    assert good.result() == "good\n"


LATE = {
    "a timer": POST + "js.setInterval(create_proxy(lambda: print('HIJACKED')), 0)\nprint('end')\n",
    "a handle": (
        "import asyncio\ndef late():\n    print('HIJACKED')\n    loop.call_later(0, late)\n"
        "loop = asyncio.get_event_loop()\nloop.call_later(0, late)\nprint('end')\n"
    ),
    "a task": (
        "import asyncio\nasync def late():\n    while True:\n        try:\n            await asyncio.sleep(0)\n"
        "        except asyncio.CancelledError:\n            pass\n        print('HIJACKED')\n"
        "task = asyncio.ensure_future(late())\nprint('end')\n"
    ),
    "a cycle that a timer held": (
        "import asyncio, time\nclass Late:\n    def __init__(self):\n        self.me = self\n"
        "    def __del__(self):\n        print('HIJACKED')\n    def go(self):\n        pass\n"
        "asyncio.get_event_loop().call_later(0.01, Late().go)\nprint('end')\n"
    ),
    "what a module held": "import asyncio\nasyncio.kept = type('Late', (), {'__del__': lambda _: print('HIJACKED')})()\nprint('end')\n",
    "a half line": "import sys\nsys.stdout.buffer.write(b'end')\nprint(flush=True)\nsys.stderr.write('')\n",
}


@pytest.mark.parametrize("name", LATE)
def test_text_of_one_run_does_not_arrive_in_the_next(tab: Tab, name: str) -> None:
    page = tab.page({"left.py": Source(LATE[name]), "good.py": Source(GOOD)})
    left, good = Snippet(page, "left.py"), Snippet(page, "good.py")
    left.run()
    expect(left.status).to_contain_text("Finished")
    assert left.result() == "end\n"
    good.run()
    expect(good.status).to_contain_text("Finished")
    assert good.result() == "good\n"


@pytest.mark.parametrize(
    "code",
    [
        "import js\njs.close()\n",
        "import js, time\njs.close()\ntime.sleep(60)\n",
        "import js\njs.Object.getPrototypeOf(js.globalThis).constructor\njs.self.close()\nwhile True:\n    pass\n",
    ],
)
def test_a_worker_that_is_closed_is_noticed_and_replaced(tab: Tab, code: str) -> None:
    page = tab.page({"example.py": Source(code), "good.py": Source(GOOD)})
    example, good = Snippet(page, "example.py"), Snippet(page, "good.py")
    example.run()
    expect(example.status).to_have_text("Python crashed")
    expect(example.error).to_contain_text("the program closed its worker")
    good.run()
    expect(good.status).to_contain_text("Finished")


def test_a_worker_that_does_not_answer_is_replaced(opener: Opener, watch: Watch) -> None:
    """It is closed or blocked by what an earlier program left; here the test itself blocks it."""
    page = opener.page({"a.py": Source("print('a')\n"), "b.py": Source("print('b')\n")})
    a, b = Snippet(page, "a.py"), Snippet(page, "b.py")
    a.run()
    expect(a.status).to_contain_text("Finished")
    page.workers[0].evaluate("void setTimeout(() => { for (;;); })")
    hold_the_clock(page)
    b.run()
    expect(b.status).to_have_text("Running")
    page.clock.run_for(999)
    expect(b.status).to_have_text("Running")
    page.clock.run_for(1)
    expect(b.status).to_contain_text("Finished")
    assert b.result() == "b\n"


FLOODS = {
    "messages": POST + "while True:\n    js.postMessage(1)\n",
    "large messages": POST + "large = 'x' * 1_000_000\nwhile True:\n    js.postMessage(large)\n",
    "past the streams": "import os\nwhile True:\n    os.write(1, b'\\n')\n",
    "past the limits": "import sys\noutput = sys.stdout.buffer.output\nwhile True:\n    output._send('text', 'x')\n",
    "pictures past the limits": (
        "import sys\noutput = sys.stdout.buffer.output\n"
        "while True:\n    output._send('picture', '<svg xmlns=\"http://www.w3.org/2000/svg\"/>')\n"
    ),
    "counts": "import sys\noutput = sys.stdout.buffer.output\nwhile True:\n    output._send('hidden', '1 1')\n",
    "pieces": "import sys\nwhile True:\n    sys.stdout.write('x')\n    sys.stdout.flush()\n",
    "errors": POST + "while True:\n    js.reportError('x')\n",
    "the console": POST + "while True:\n    js.console.log('x')\n    js.console.debug('x')\n",
    "workers of its own": POST
    + "code = js.URL.createObjectURL(js.Blob.new(to_js(['for (;;) console.log(1)'])))\n"
    "try:\n    js.Worker.new(code)\nexcept Exception:\n    print('none')\nwhile True:\n    pass\n",
}

#: Counts the messages that reach the page, and the frames in which it draws.
COUNTING = """
window.heard = 0;
const set = Object.getOwnPropertyDescriptor(Worker.prototype, "onmessage").set;
Object.defineProperty(Worker.prototype, "onmessage", { set(hear) {
    set.call(this, hear && ((event) => { window.heard += 1; hear(event); }));
} });
"""


@pytest.fixture(scope="module")
def counting(browser: Browser, run_folder: Path) -> Iterator[tuple[Tab, Watch]]:
    """A tab that counts what it hears."""
    with warm_tab(browser, run_folder, COUNTING) as opened:
        yield opened


@pytest.mark.parametrize("name", FLOODS)
def test_under_a_flood_the_page_answers(counting: tuple[Tab, Watch], name: str) -> None:
    tab, watch = counting
    watch.allow("Uncaught|error")
    page = tab.page({"example.py": Source(FLOODS[name]), "good.py": Source(GOOD)})
    page.evaluate("window.heard = 0")
    example, good = Snippet(page, "example.py"), Snippet(page, "good.py")
    example.run()
    expect(example.status).to_have_text(re.compile("Running|crashed"))
    frames(page, 30)
    assert page.evaluate("window.heard") < 8_500
    if example.button("Stop").is_visible():
        example.button("Stop").click(timeout=5_000)
    expect(example.status).to_have_text(re.compile("Stopped|crashed"))
    good.run()
    expect(good.status).to_contain_text("Finished")
    assert good.result() == "good\n"
    watch.check()


def frames(page: Page, number: int) -> None:
    """Wait for so many frames: the page draws."""
    page.evaluate(
        """async (number) => {
            for (let i = 0; i < number; i++) await new Promise(requestAnimationFrame);
        }""",
        number,
    )


def test_what_comes_within_a_frame_is_drawn_at_once(opener: Opener) -> None:
    """Text, pictures and counts, in order."""
    snippet = opener.snippet(
        "import _display\nfor i in range(40):\n    print(i)\n"
        "    _display.svg('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')\n"
    )
    page = snippet.page
    page.evaluate(
        """() => {
            window.drawn = 0;
            const parts = document.querySelector(".snippet-parts");
            new MutationObserver(() => { window.drawn += 1; }).observe(parts, { childList: true, subtree: true });
        }"""
    )
    page.evaluate("window.requestAnimationFrame = () => 1")  # no frame comes while it runs
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    assert page.evaluate("window.drawn") == 1
    assert snippet.result() == "".join(f"{i}\n[picture: ]\n" for i in range(40))


#: Once a program says so, what would leave a worker is counted in its place.
STUBS = """
self.reached = 0;
self.counting = false;
const stub = (holder, name) => {
    const call = holder[name];
    holder[name] = function (...parts) {
        if (!counting) return call.apply(this, parts);
        reached += 1;
        return Promise.resolve();
    };
};
for (const name of ["fetch", "reportError"]) stub(self, name);
for (const name of ["log", "debug", "table"]) stub(console, name);
stub(LockManager.prototype, "request");
addEventListener("unhandledrejection", (event) => counting && setTimeout(() => (reached += !event.defaultPrevented)));
for (const name of ["open", "send"]) stub(XMLHttpRequest.prototype, name);
"""

#: Other ways out of the worker than messages to the page.
CALLS = {
    "the console": "js.console.log('x')",
    "all of the console together": "js.console.debug('x')\njs.console.table('x')",
    "fetch": "js.fetch('/x')",
    "reportError": "js.reportError('x')",
    "requests": "js.XMLHttpRequest.new().open('GET', '/x')",
    "what is sent": "js.XMLHttpRequest.prototype.send.call(js.XMLHttpRequest.new())",
    "rejected promises": "js.Promise.reject(1)",
    "locks": "js.navigator.locks.request('x', create_proxy(lambda *_: None))",
}


@pytest.mark.parametrize("name", CALLS)
def test_what_leaves_the_worker_has_a_budget(opener: Opener, watch: Watch, name: str) -> None:
    watch.allow(
        "Uncaught|Failed|invalid exception object"
    )  # what Pyodide makes of a promise that is rejected with a number
    call = "".join(f"        {line}\n" for line in CALLS[name].split("\n"))
    code = f"{POST}js.counting = True\nfor _ in range(10_000):\n    try:\n{call}    except Exception:\n        pass\ntime.sleep(0)\n"
    code += "js.setTimeout(create_proxy(lambda: None), 0)\ntime.sleep(0.1)\nprint(js.reached)\n"
    snippet = Snippet(opener.page({"a.py": Source(code)}, script=in_workers(STUBS)), "a.py")
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    assert 2_000 <= int(snippet.result()) < 5_000


def test_what_would_leave_the_worker_past_its_budgets_is_not_there(tab: Tab) -> None:
    snippet = tab.snippet(
        "import js\nfor name in 'Worker', 'SharedWorker', 'BroadcastChannel', 'EventSource', 'WebSocket', 'WebTransport':\n"
        "    assert not getattr(js, name, None), name\nassert not js.console.context\nprint('none')\n"
    )
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    assert snippet.result() == "none\n"


SVG = "'<svg xmlns=\"http://www.w3.org/2000/svg\">{}</svg>'"

#: What only a program sends that speaks in execute.py's place, and how many of it are shown.
BEYOND = {
    "text": ("for _ in range(5):\n    send('text', 'x' * 99_999 + '\\n')\n", 3, 0),
    "pictures": (f"for _ in range(99):\n    send('picture', {SVG.format('')})\n", 0, 60),
    "large pictures": (f"for _ in range(14):\n    send('picture', {SVG.format(' ' * 400_000)})\n", 0, 11),
    "pictures of many parts": (
        f"for _ in range(9):\n    send('picture', {SVG.format('<g/>' * 2_900)})\n",
        0,
        4,
    ),
}


@pytest.mark.parametrize("name", BEYOND)
def test_what_execute_never_sends_is_dropped(tab: Tab, name: str) -> None:
    code, lines, pictures = BEYOND[name]
    snippet = tab.snippet("import sys\nsend = sys.stdout.buffer.output._send\n" + code)
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    expect(snippet.pictures).to_have_count(pictures)
    shown = snippet.output.locator(".snippet-text").evaluate_all(
        "(parts) => parts.reduce((sum, part) => sum + part.textContent.length, 0)"
    )
    assert shown == lines * 100_000


@pytest.mark.parametrize("depth", [200, 2_000, 4_990])
def test_a_picture_that_is_nested_deeply_breaks_nothing(tab: Tab, depth: int) -> None:
    snippet = tab.snippet(
        f"import _display\n_display.svg({SVG.format('{}')}.format('<g>' * {depth} + '</g>' * {depth}))\nprint('end')\n"
    )
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    assert snippet.result().endswith("end\n")
    assert snippet.pictures.count() + snippet.notes.count() == 1


def test_a_program_cannot_take_the_runners_addresses_back(tab: Tab) -> None:
    code = (
        "import js\njs.URL.revokeObjectURL(js.location.href)\n"
        "for entry in js.performance.getEntries():\n    js.URL.revokeObjectURL(entry.name)\nprint('end')\n"
    )
    page = tab.page({"example.py": Source(code), "good.py": Source(GOOD)})
    example, good = Snippet(page, "example.py"), Snippet(page, "good.py")
    for _ in range(3):  # the spare, and what is started after it
        for snippet in (example, good):
            snippet.run()
            expect(snippet.status).to_contain_text("Finished")


def test_a_run_ends_also_where_it_cannot_be_read_how(opener: Opener) -> None:
    script = in_workers(
        "const post = self.postMessage;\n"
        "self.postMessage = function (message) { post.call(self, message.type === 'done' ? { ...message, outcome: 1 } : message); };"
    )
    snippet = Snippet(opener.page({"a.py": Source("print('said')\n")}, script=script), "a.py")
    snippet.run()
    expect(snippet.status).to_have_text("Error")
    assert snippet.result() == "said\nHow the program ended cannot be told.\n"
