"""Running code in the page: run, stop, reset, run again, several snippets, and what is said about it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from .serving import StaticServer
from .snippet_page import Snippet, Source
from .test_waiting import WITHOUT
from .watching import Opener, Tab, Watch, hold_the_clock

ENDLESS = "print('begun')\nwhile True:\n    pass\n"


def test_run_shows_what_the_program_prints(tab: Tab) -> None:
    snippet = tab.snippet(
        "import sys\nfor step in range(3):\n    print('step', step)\nprint('end', file=sys.stderr)\n"
    )
    expect(snippet.label).to_have_text("Tested output")
    snippet.run()
    expect(snippet.status).to_have_text(re.compile(r"^Finished in \d+\.\d\d s$"))
    assert snippet.result() == "step 0\nstep 1\nstep 2\nend\n"
    expect(snippet.label).to_have_text("Output of this run")


def test_each_run_starts_afresh(tab: Tab) -> None:
    code = "print('seen' in globals(), __name__, __file__)\nseen = True\nprint = None\n"
    snippet = tab.snippet(code)
    for _ in range(2):
        snippet.run()
        expect(snippet.status).to_contain_text("Finished")
        assert snippet.result() == "False __main__ example.py\n"
        snippet.button("Reset").click()


def test_output_comes_while_the_program_runs(tab: Tab) -> None:
    snippet = tab.snippet(ENDLESS)
    snippet.run()
    expect(snippet.output).to_have_text("begun")
    expect(snippet.status).to_have_text("Running")
    snippet.button("Stop").click()
    expect(snippet.status).to_have_text("Stopped")
    assert snippet.result() == "begun\n"


def test_old_output_stays_until_there_is_new(tab: Tab) -> None:
    snippet = tab.snippet("while True:\n    pass\n", tested="one\ntwo\nthree\n")
    height = snippet.root.bounding_box()
    snippet.run()
    expect(snippet.status).to_have_text("Running")
    assert snippet.result() == "one\ntwo\nthree\n"
    expect(snippet.root.locator(".snippet-output--old")).to_be_visible()
    assert snippet.root.bounding_box() == height
    snippet.button("Stop").click()
    expect(snippet.status).to_have_text("Stopped")
    expect(snippet.label).to_have_text("Tested output")
    expect(snippet.root.locator(".snippet-output--old")).to_have_count(0)


def test_stop_then_run_again(tab: Tab) -> None:
    page = tab.page({"endless.py": Source(ENDLESS), "short.py": Source("print('short')\n")})
    endless, short = Snippet(page, "endless.py"), Snippet(page, "short.py")
    for _ in range(2):
        endless.run()
        expect(endless.output).to_have_text("begun")
        endless.button("Stop").click()
        expect(endless.status).to_have_text("Stopped")
        expect(endless.button("Stop")).to_be_hidden()
    short.run()
    expect(short.status).to_contain_text("Finished")
    assert short.result() == "short\n"


def test_stop_needs_no_second_download(opener: Opener, server: StaticServer, context: BrowserContext) -> None:
    snippet = opener.snippet(ENDLESS)
    network = context.new_cdp_session(snippet.page)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    for _ in range(2):
        snippet.run()
        expect(snippet.output).to_have_text("begun")
        snippet.button("Stop").click()
        expect(snippet.status).to_have_text("Stopped")
    assert len(server.asked(".wasm")) == 1
    assert len(server.asked(".mjs")) == 1


def test_stop_while_loading_leaves_the_loading_alone(opener: Opener, server: StaticServer) -> None:
    held = server.fail(".mjs", "held")
    snippet = opener.snippet("print('there')\n")
    hold_the_clock(snippet.page)  # what has been silent for a moment would be asked for again
    snippet.run()
    expect(snippet.status).to_have_text("Loading Python")
    snippet.button("Stop").click()
    expect(snippet.status).to_have_text("Stopped")
    held.release()
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    assert snippet.result() == "there\n"
    assert len(server.asked(".mjs")) == 1


def test_reset_brings_back_what_came_with_the_page(tab: Tab) -> None:
    snippet = tab.snippet("print('run')\n", tested="tested\n")
    expect(snippet.button("Reset")).to_be_hidden()
    snippet.run()
    expect(snippet.output).to_have_text("run")
    snippet.button("Reset").click()
    assert snippet.result() == "tested\n"
    expect(snippet.label).to_have_text("Tested output")
    expect(snippet.button("Reset")).to_be_hidden()
    expect(snippet.button("Run")).to_be_focused()


def test_reset_stops_what_runs(tab: Tab) -> None:
    snippet = tab.snippet("print('one')\n")
    snippet.write(ENDLESS)
    snippet.run()
    expect(snippet.output).to_have_text("begun")
    snippet.button("Reset").click()
    assert snippet.result() == "tested\n"
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    assert snippet.result() == "one\n"


def test_pressed_ten_times_runs_once(opener: Opener) -> None:
    """By the button and by the keys, while Python loads and while the program runs; the worker counts the runs."""
    snippet = opener.snippet(
        "import js, time\njs.runs = getattr(js, 'runs', 0) + 1\nprint('begun')\n"
        "while not hasattr(js, 'go'): time.sleep(0.01)\nprint(js.runs)\n"
    )
    press = """(root) => {
        const code = root.querySelector("pre");
        for (let i = 0; i < 10; i++) {
            root.querySelector(".snippet-button--run").click();
            code.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true }));
        }
    }"""
    snippet.root.evaluate(press)
    expect(snippet.output).to_have_text("begun")
    snippet.root.evaluate(press)
    snippet.page.workers[0].evaluate("self.go = true")
    expect(snippet.status).to_contain_text("Finished")
    assert snippet.result() == "begun\n1\n"
    expect(snippet.button("Stop")).to_be_hidden()
    expect(snippet.button("Run")).to_have_attribute("aria-disabled", "false")
    snippet.page.evaluate("new Promise(requestAnimationFrame)")
    expect(snippet.status).to_contain_text("Finished")
    assert snippet.result() == "begun\n1\n"


def test_snippets_take_turns(tab: Tab) -> None:
    page = tab.page(
        {
            "first.py": Source(ENDLESS),
            "second.py": Source("print('second')\n"),
            "third.py": Source("print('third')\n"),
        }
    )
    first, second, third = (Snippet(page, f"{name}.py") for name in ("first", "second", "third"))
    first.run()
    expect(first.output).to_have_text("begun")
    second.run()
    third.run()
    expect(second.status).to_have_text("Waiting for first.py")
    expect(third.status).to_have_text("Waiting for first.py")
    third.button("Stop").click()
    expect(third.status).to_have_text("Stopped")
    expect(first.status).to_have_text("Running")
    first.button("Stop").click()
    expect(second.status).to_contain_text("Finished")
    assert second.result() == "second\n"
    assert third.result() == "tested\n"


def test_two_snippets_do_not_share_names(tab: Tab) -> None:
    page = tab.page({"a.py": Source("x = 1\nprint(x)\n"), "b.py": Source("print('x' in globals())\n")})
    a, b = Snippet(page, "a.py"), Snippet(page, "b.py")
    a.run()
    b.run()
    expect(b.status).to_contain_text("Finished")
    assert (a.result(), b.result()) == ("1\n", "False\n")


def test_a_message_that_is_not_of_this_run_ends_nothing(tab: Tab) -> None:
    snippet = tab.snippet(
        """
import js
from pyodide.ffi import to_js
def post(**message):
    js.postMessage(to_js(message, dict_converter=js.Object.fromEntries))
ok = to_js({"kind": "ok", "seconds": 7777}, dict_converter=js.Object.fromEntries)
for run in 0, 2, 99, -1, 0.5, "1", None:
    post(type="done", run=run, outcome=ok)
    post(type="text", run=run, text="forged")
post(type="done", run=1, outcome="no outcome")
post(type="text", run=1, text=17)
post(type="text", run=1, text="x" * 400_001)
post(type="unknown", run=1)
js.postMessage(None)
js.postMessage("text")
print("to the end")
"""
    )
    snippet.run()
    expect(snippet.status).to_have_text(re.compile(r"^Finished in (?!7777)"))
    assert snippet.result() == "to the end\n"


def test_a_program_that_prints_nothing_says_so(tab: Tab) -> None:
    snippet = tab.snippet("x = 1\n")
    snippet.run()
    expect(snippet.notes).to_have_text("The program printed nothing.")


@pytest.mark.parametrize("edited", [False, True])
def test_copy(opener: Opener, context: BrowserContext, edited: bool) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    snippet = opener.snippet("print('one')\n")
    if edited:
        snippet.write("print('two')\n")
    hold_the_clock(snippet.page)
    snippet.button("Copy").click()
    expect(snippet.button("Copied")).to_be_visible()
    expect(snippet.status).to_have_text("Copied")
    expected = "print('two')\n" if edited else "print('one')\n"
    assert snippet.page.evaluate("navigator.clipboard.readText()") == expected
    snippet.page.clock.run_for(2_000)
    expect(snippet.button("Copied")).to_have_count(0)


def test_asyncio_and_sleep_work_as_elsewhere(tab: Tab) -> None:
    snippet = tab.snippet(
        "import asyncio, time\nasync def main():\n    await asyncio.sleep(0.01)\n    return 'slept'\n"
        "print(asyncio.run(main()))\ntime.sleep(0.01)\nprint('awake')\n"
    )
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    assert snippet.result() == "slept\nawake\n"


AS_ELSEWHERE = """
import asyncio
async def fails():
    1 / 0
async def ticks():
    try:
        while True:
            await asyncio.sleep(0)
    finally:
        print("cancelled")
async def leaves():
    task = asyncio.create_task(ticks())
    await asyncio.sleep(0)
try:
    asyncio.run(fails())
except ZeroDivisionError:
    print("caught")
asyncio.run(leaves())
with asyncio.Runner() as runner:
    print(runner.run(asyncio.sleep(0, "one")), runner.run(asyncio.sleep(0, "two")))
    runner.run(leaves())
async def nested():
    try:
        asyncio.run(fails())
    except RuntimeError as error:
        print(error)
asyncio.run(nested())
loop = asyncio.new_event_loop()
async def stops():
    print("on and on")
    loop.stop()
loop.create_task(stops())
loop.run_forever()
print("end")
"""


@pytest.mark.parametrize("waits", [True, False])
def test_asyncio_ends_as_elsewhere(opener: Opener, waits: bool) -> None:
    """With stack switching, and without: `Runner`, `run_forever`, what is left, what is caught, what is nested."""
    page = opener.page({"a.py": Source(AS_ELSEWHERE)}, script="" if waits else WITHOUT)
    snippet = Snippet(page, "a.py")
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    nested = "asyncio.run() cannot be called from a running event loop"
    assert snippet.result() == f"caught\ncancelled\none two\ncancelled\n{nested}\non and on\nend\n"


def test_what_is_written_past_the_streams_is_shown_without_its_lines_end(tab: Tab) -> None:
    page = tab.page(
        {
            "a.py": Source("import os\nos.write(1, b'abc')\n"),
            "b.py": Source("import os\nos.write(1, b'd\\n')\n"),
        }
    )
    for file, output in {"a.py": "abc", "b.py": "d\n"}.items():
        snippet = Snippet(page, file)
        snippet.run()
        expect(snippet.status).to_contain_text("Finished")
        assert snippet.result() == output


def test_an_error_in_a_callback_is_said(tab: Tab) -> None:
    snippet = tab.snippet(
        "import asyncio\nasync def main():\n    asyncio.get_running_loop().call_soon(lambda: 1 / 0)\n"
        "    await asyncio.sleep(0.01)\n    print('end')\nasyncio.run(main())\n"
    )
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    assert snippet.result().startswith("Exception in callback main.<locals>.<lambda>()")
    assert snippet.result().endswith("ZeroDivisionError: division by zero\nend\n")


def test_what_is_too_long_past_the_streams_is_cut_and_said(tab: Tab) -> None:
    snippet = tab.snippet("import os\nos.write(1, b'x' * 30_000 + b'\\ny\\n')\nprint('end')\n")
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    words = "… more was written past sys.stdout, and is not shown\n"
    assert snippet.result() == "x" * 20_000 + f"\n{words}end\n"


#: Uses what a run can leave something in: the loop, the streams, a picture, a function that refers to itself.
BUSY = """
import asyncio, sys, _display
async def main():
    await asyncio.gather(*(asyncio.sleep(0) for _ in range(20)))
asyncio.run(main())
print('out')
print('err', file=sys.stderr)
_display.svg('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><title>t</title></svg>')
"""

#: What an interpreter holds. An original that names `gc` or `pyodide_js` would be its interpreter's last.
COUNT = """
import asyncio, linecache, sys
waste, inside = __import__('g' 'c'), __import__('pyo' 'dide_js')
waste.collect()
print(len(waste.get_objects()), len(sys.modules), len(linecache.cache), len(asyncio.all_tasks()), inside._module.HEAP8.length)
"""

#: Presses Run so often, each time after the end of the last run.
PRESS = """async (root, times) => {
    const [status, run] = [root.querySelector("[role=status]"), root.querySelector(".snippet-button--run")];
    const ends = () => new Promise((resolve) => {
        const watch = new MutationObserver(() => {
            if (!status.textContent.startsWith("Finished")) return;
            watch.disconnect();
            resolve();
        });
        watch.observe(status, { subtree: true, childList: true, characterData: true });
    });
    while (times--) {
        const end = ends();
        run.click();
        await end;
    }
}"""

#: A worker that a busy machine keeps from answering for a second is not exchanged: a new one holds other numbers.
PATIENT = """
const later = setTimeout;
globalThis.setTimeout = (call, ms = 0, ...given) => later(call, 1000 * ms, ...given);
"""

KEEP_ADDRESSES = """
globalThis.addresses = [];
const make = URL.createObjectURL;
URL.createObjectURL = (blob) => { addresses.push(make(blob)); return addresses.at(-1); };
"""


def test_many_runs_leave_nothing_behind(opener: Opener, context: BrowserContext, watch: Watch) -> None:
    watch.allow("ERR_FILE_NOT_FOUND")
    page = opener.page({"a.py": Source(BUSY), "b.py": Source(COUNT)}, script=PATIENT + KEEP_ADDRESSES)
    busy, count = Snippet(page, "a.py"), Snippet(page, "b.py")
    session = context.new_cdp_session(page)

    def held(runs: int) -> tuple[list[int], dict[str, int]]:
        busy.root.evaluate(PRESS, runs)
        count.run()
        expect(count.status).to_contain_text("Finished")
        session.send("HeapProfiler.collectGarbage")
        return [int(number) for number in count.result().split()], session.send("Memory.getDOMCounters")

    held(1)  # the first parts are imported, the first words drawn
    python, drawn = held(3)
    python_later, drawn_later = held(12)
    assert python_later[0] - python[0] < 24, "objects of Python: two for each run"
    assert python_later[1:] == python[1:], "modules, sources, tasks, bytes"
    assert drawn_later["nodes"] - drawn["nodes"] < 12
    assert drawn_later["jsEventListeners"] - drawn["jsEventListeners"] < 12
    busy.write("print('changed')\n")
    busy.root.evaluate(PRESS, 3)  # each is its interpreter's last
    count.run()
    expect(count.status).to_contain_text("Finished")
    read = "async () => (await Promise.all(addresses.map((url) => fetch(url).then(() => 1, () => 0)))).reduce((a, b) => a + b)"
    assert page.evaluate("addresses.length") > 4
    page.wait_for_function(f"({read})().then((left) => left <= 2)", polling=200)  # when the spare has come up


def test_tasks_left_behind_do_not_print_into_the_next_run(tab: Tab) -> None:
    page = tab.page(
        {
            "left.py": Source(
                "import asyncio\nasync def talk():\n    while True:\n        print('late')\n"
                "        await asyncio.sleep(0)\ntask = asyncio.ensure_future(talk())\nprint('end')\n"
            ),
            "next.py": Source("import time\ntime.sleep(0.05)\nprint('next')\n"),
        }
    )
    left, following = Snippet(page, "left.py"), Snippet(page, "next.py")
    left.run()
    expect(left.status).to_contain_text("Finished")
    following.run()
    expect(following.status).to_contain_text("Finished")
    assert (left.result(), following.result()) == ("end\n", "next\n")


def test_nothing_of_python_loads_before_intent(opener: Opener, server: StaticServer, watch: Watch) -> None:
    page = opener.page({f"s{i}.py": Source("print(1)\n" * 30) for i in range(3)})
    expect(Snippet(page, "s0.py").button("Run")).to_be_visible()
    hold_the_clock(page)
    page.mouse.move(600, 500)
    page.mouse.wheel(0, 2000)
    page.mouse.wheel(0, -2000)
    for name in ("s0.py", "s1.py"):  # a pointer that passes over code, and one that leaves it in time
        Snippet(page, name).root.locator(".snippet-code").hover()
        page.clock.run_for(79)
    page.mouse.move(1, 1)
    page.clock.run_for(1_000)
    page.wait_for_load_state("networkidle")
    loaded = [path for path in server.log if "/_run/" in path]
    assert [path.partition(".")[0] for path in loaded] == ["/_run/runner"]
    assert not page.workers
    assert not [url for url in watch.requests if url.startswith("blob:")]


def test_intent_starts_the_loading(opener: Opener, server: StaticServer) -> None:
    for how in ("hover", "focus", "rest"):
        snippet = opener.snippet("print(1)\n")
        server.log.clear()
        with snippet.page.expect_worker():
            if how == "rest":
                snippet.page.mouse.move(1, 1)
                snippet.root.locator(".snippet-code").hover()
            else:
                getattr(snippet.button("Run"), how)()
        expect(snippet.status).to_have_text("")
        snippet.run()
        expect(snippet.output).to_have_text("1")
        assert server.asked(".mjs") or how != "hover"  # the pages after the first have it in their cache


def test_a_page_that_is_left_ends_its_run(opener: Opener, server: StaticServer) -> None:
    """As under Material's instant navigation: the element goes, the tab and its worker stay."""
    page = opener.page({"gone.py": Source(ENDLESS), "stays.py": Source("print('stays')\n")})
    gone, stays = Snippet(page, "gone.py"), Snippet(page, "stays.py")
    gone.run()
    expect(gone.output).to_have_text("begun")
    gone.root.evaluate("(element) => element.remove()")
    stays.run()
    expect(stays.status).to_contain_text("Finished")
    page.evaluate(
        """async () => {
            const html = await (await fetch(location.href)).text();
            const next = new DOMParser().parseFromString(html, "text/html");
            document.body.replaceWith(document.adoptNode(next.body));
        }"""
    )
    stays.run()
    expect(stays.status).to_contain_text("Finished")
    assert len(server.asked(".wasm")) == 1


def test_the_policy_holds_for_the_readers_code(opener: Opener, watch: Watch, run_folder: Path) -> None:
    with StaticServer(run_folder) as elsewhere:
        snippet = opener.snippet(
            f"""
import js
request = js.XMLHttpRequest.new()
request.open("GET", "{elsewhere.origin}/secret", False)
try:
    request.send()
    print("sent")
except Exception as error:
    print("refused")
try:
    js.eval("1")
    print("evaluated")
except Exception as error:
    print("refused")
"""
        )
        watch.allow("Content Security Policy|violates|Refused to")
        # It is told of a moment after the program, and is not the only request that may come to nothing.
        with snippet.page.context.expect_event(
            "requestfailed", lambda request: request.url.endswith("/secret")
        ):
            snippet.run()
        expect(snippet.status).to_contain_text("Finished")
        assert snippet.result() == "refused\nrefused\n"
        assert elsewhere.log == []
        assert watch.refused == [f"{elsewhere.origin}/secret"]
