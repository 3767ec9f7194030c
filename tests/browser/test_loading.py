"""What can go wrong while Python loads: each gets a clear message, and the next Run works."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from .serving import StaticServer
from .snippet_page import Snippet, Source
from .watching import Opener, Watch, hold_the_clock, in_workers

#: What the browser itself writes to its console about a failed request.
FAILED_REQUEST = "Failed to load resource|Failed to find a valid digest|net::ERR"

PARTS = ["manifest", ".wasm", ".mjs"]

MISSING = "is missing on the server"
DAMAGED = "is damaged on its way or on the server, twice in a row"
AGAIN = "No data came for a while: loading Python again"
BROKEN = "The connection broke off while Python was loading"


def percentage(server: StaticServer, missing: str, share: float = 0) -> str:
    """The percentage that is shown when everything but a file has come, and of that one a share."""
    manifest = readable(server.root / "_run" / "manifest.json")
    files = [*manifest["files"].values()]
    total = sum(file["size"] for file in files)
    came = sum(int(file["size"] * share) if missing in file["path"] else file["size"] for file in files)
    return f", {100 * came // total} %"


def readable(path: Path) -> dict[str, Any]:
    """A JSON file's object."""
    return dict(json.loads(path.read_text()))


def test_progress_is_shown_and_said_once(opener: Opener, server: StaticServer) -> None:
    held = server.fail(".mjs", "held")
    snippet = opener.snippet("print('there')\n")
    snippet.root.evaluate(
        """(root) => {
            window.said = [];
            const status = root.querySelector("[role=status]");
            new MutationObserver(() => window.said.push(status.textContent)).observe(status, { childList: true });
        }"""
    )
    snippet.run()
    expect(snippet.root.locator(".snippet-percent")).to_have_text(percentage(server, ".mjs"))
    expect(snippet.status).to_have_text("Loading Python")
    held.release()
    expect(snippet.status).to_contain_text("Finished")
    expect(snippet.root.locator(".snippet-percent")).to_have_text("")
    said = snippet.page.evaluate("window.said")
    assert said[:-1] == ["Loading Python", "Starting Python", "Running"]


@pytest.mark.parametrize(
    ("part", "kind", "message"),
    [
        *((part, "missing", MISSING) for part in PARTS),
        *((part, "corrupt", DAMAGED) for part in PARTS),
        (".wasm", "short", DAMAGED),
        (".wasm", "broken", BROKEN),
        (".mjs", "broken", BROKEN),
    ],
)
def test_a_file_that_fails(
    opener: Opener, server: StaticServer, watch: Watch, part: str, kind: str, message: str
) -> None:
    watch.allow(FAILED_REQUEST)
    server.fail(part, kind)
    snippet = opener.snippet("print('there')\n")
    snippet.run()
    expect(snippet.status).to_have_text("Python is not loaded")
    expect(snippet.notice).to_contain_text(message)
    expect(snippet.notice).to_contain_text(part)
    assert snippet.result() == "tested\n"
    server.heal()
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    expect(snippet.notice).to_be_hidden()
    assert snippet.result() == "there\n"


@pytest.mark.parametrize("kind", ["corrupt", "short"])
def test_a_file_that_was_damaged_on_its_way_is_fetched_again(
    opener: Opener, server: StaticServer, kind: str
) -> None:
    server.fail(".mjs", kind, times=1)
    snippet = opener.snippet("print('there')\n")
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    assert snippet.result() == "there\n"
    assert len(server.asked(".mjs")) == 2


def test_what_has_arrived_is_kept(opener: Opener, server: StaticServer, watch: Watch) -> None:
    watch.allow(FAILED_REQUEST)
    held = server.fail(".mjs", "held")
    snippet = opener.snippet("print('there')\n")
    snippet.run()
    expect(snippet.root.locator(".snippet-percent")).to_have_text(percentage(server, ".mjs"))
    held.kind = "missing"
    held.release()
    expect(snippet.status).to_have_text("Python is not loaded")
    server.heal()
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    assert len(server.asked(".wasm")) == 1


@pytest.mark.parametrize("kind", ["missing", "corrupt"])
def test_without_the_image_python_starts_in_the_plain_way(
    opener: Opener, server: StaticServer, watch: Watch, kind: str
) -> None:
    watch.allow(FAILED_REQUEST)
    server.fail("image", kind)
    snippet = opener.snippet(USES_MUCH)
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    assert snippet.result() == "True 32 True 42\n"
    assert server.asked("stdlib")


def test_with_the_image_a_start_needs_three_files(opener: Opener, server: StaticServer) -> None:
    snippet = opener.snippet(
        "import httpx\nfrom afterswipe import Phone\nprint(httpx.codes.OK.value, Phone().__class__.__name__)\n"
    )
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    assert snippet.result() == "200 Phone\n"
    assert not server.asked("stdlib")
    assert not server.asked("core")


USES_MUCH = """
import random, secrets, tempfile, uuid, csv, os
from afterswipe import Phone, show
from email.mime.text import MIMEText
import afterswipe.sync
print(tempfile.gettempdir() == "/tmp", len(secrets.token_hex(16)), "HOME" in os.environ, csv.QUOTE_NONE + 39)
"""


@pytest.mark.parametrize("broken", ["", "image"])
def test_each_start_is_unlike_every_other(
    opener: Opener, server: StaticServer, watch: Watch, broken: str
) -> None:
    watch.allow(FAILED_REQUEST)
    if broken:
        server.fail(broken, "missing")
    code = """
import os, random, secrets, sqlite3, sys, tempfile, time, uuid
print(random.random(), secrets.token_hex(8), uuid.uuid4(), next(tempfile._get_candidate_names()), round(time.time()), *sqlite3.connect(":memory:").execute("select random()").fetchone())
print(sorted(name for name in os.environ), os.environ["LANG"], sys.path.count(""))
"""
    said = []
    for _ in range(2):
        snippet = opener.snippet(code)
        snippet.run()
        expect(snippet.status).to_contain_text("Finished")
        said.append(snippet.result().split("\n"))
    chance = [set(line[0].split()) - {line[0].split()[4]} for line in said]
    assert not chance[0] & chance[1]
    assert said[0][1] == said[1][1]
    assert "en-US".replace("-", "_") in said[0][1]
    assert said[0][1].endswith(" 1")
    now = snippet.page.evaluate("Date.now() / 1000")
    assert abs(int(said[1][0].split()[4]) - now) < 600


def test_an_archive_that_cannot_be_had_is_an_import_error_in_words(
    opener: Opener, server: StaticServer, watch: Watch
) -> None:
    watch.allow(FAILED_REQUEST)
    server.fail("faultlab", "missing")
    snippet = opener.snippet("print('before')\nimport faultlab\n")
    snippet.run()
    expect(snippet.status).to_have_text("Error in line 2")
    expect(snippet.error).to_contain_text(
        "ImportError: faultlab could not be loaded: the site does not answer"
    )
    server.heal()
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    assert snippet.result() == "before\n"


def test_the_network_is_gone_and_comes_back(opener: Opener, context: BrowserContext, watch: Watch) -> None:
    watch.allow(FAILED_REQUEST)
    page = opener.page({"a.py": Source("print('a')\n"), "b.py": Source("print('b')\n")})
    a, b = Snippet(page, "a.py"), Snippet(page, "b.py")
    context.set_offline(True)
    a.run()
    expect(a.status).to_have_text("Python is not loaded")
    context.set_offline(False)
    b.run()
    expect(b.status).to_contain_text("Finished")
    a.run()
    expect(a.status).to_contain_text("Finished")
    expect(a.notice).to_be_hidden()


def test_the_network_is_gone_after_the_code_of_the_runner_came(
    opener: Opener, context: BrowserContext, server: StaticServer, watch: Watch
) -> None:
    watch.allow(FAILED_REQUEST)
    held = server.fail("manifest", "held")
    snippet = opener.snippet("print('there')\n")
    snippet.run()
    expect(snippet.status).to_have_text("Loading Python")
    context.set_offline(True)
    held.release()
    expect(snippet.notice).to_contain_text("There is no network while Python was loading")
    context.set_offline(False)
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")


def test_a_failure_before_anyone_pressed_run_is_not_shown(
    opener: Opener, server: StaticServer, watch: Watch
) -> None:
    watch.allow(FAILED_REQUEST)
    server.fail(".mjs", "missing", times=2)
    snippet = opener.snippet("print('there')\n")
    missing = []
    with snippet.page.expect_response(
        lambda response: ".mjs" in response.url and (missing.append(response) or len(missing) == 2)
    ):
        snippet.button("Run").hover()
    expect(snippet.notice).to_be_hidden()
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")


def test_a_manifest_of_another_time(opener: Opener, server: StaticServer) -> None:
    """The schema is one that this runner does not know."""
    server.pages["/_run/other.json"] = '{"schema": 1}'
    page = opener.page({"a.py": Source("print('a')\n")}, manifest="other.json")
    page.evaluate(
        """async () => {
            const bytes = await (await fetch("_run/other.json")).arrayBuffer();
            const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
            document.querySelector("script[data-manifest]").dataset.integrity = "sha256-" + btoa(String.fromCharCode(...hash));
        }"""
    )
    snippet = Snippet(page, "a.py")
    snippet.run()
    expect(snippet.notice).to_contain_text("damaged")


def test_without_a_secure_context(
    opener: Opener, server: StaticServer, context: BrowserContext, watch: Watch
) -> None:
    """Plain http on a name: no crypto.subtle, no clipboard. The browser's own integrity check stands in."""
    watch.allow(FAILED_REQUEST + "|integrity")
    server.origin = server.origin.replace("127.0.0.1", "plain.test")
    watch.origin = server.origin
    page = opener.page({"a.py": Source("print('a')\n")})
    snippet = Snippet(page, "a.py")
    assert page.evaluate("window.isSecureContext") is False
    server.fail(".mjs", "corrupt")
    snippet.run()
    expect(snippet.status).to_have_text("Python is not loaded")
    server.heal()
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    hold_the_clock(page)
    snippet.button("Copy").click()
    expect(snippet.button("Copied")).to_be_visible()


def test_a_browser_without_webassembly(opener: Opener) -> None:
    page = opener.page({"a.py": Source("print('a')\n")}, script="delete globalThis.WebAssembly")
    snippet = Snippet(page, "a.py")
    expect(snippet.notice).to_contain_text("This browser cannot run Python: it has no WebAssembly.")
    expect(snippet.button("Run")).to_be_hidden()
    expect(snippet.button("Edit")).to_be_hidden()
    expect(snippet.button("Copy")).to_be_visible()
    assert snippet.result() == "tested\n"


def test_a_browser_without_module_workers(opener: Opener) -> None:
    script = "globalThis.Worker = class { terminate() {} }"  # never asks for the type
    page = opener.page({"a.py": Source("print('a')\n")}, script=script)
    snippet = Snippet(page, "a.py")
    snippet.run()
    expect(snippet.notice).to_contain_text("This browser cannot run Python: it has no module workers.")
    expect(snippet.status).to_have_text("Python is not loaded")


def test_a_worker_that_does_not_start(opener: Opener) -> None:
    """As under a policy that forbids it."""
    script = """
        globalThis.Worker = class {
            constructor(url, options) { void options.type; queueMicrotask(() => this.onerror(new ErrorEvent("error"))); }
            postMessage() {}
            terminate() {}
        }"""
    page = opener.page({"a.py": Source("print('a')\n")}, script=script)
    snippet = Snippet(page, "a.py")
    snippet.run()
    expect(snippet.notice).to_contain_text("Python did not start in this browser")


def test_a_file_that_falls_silent_is_asked_for_again(opener: Opener, server: StaticServer) -> None:
    server.fail(".mjs", "silent", times=1)
    snippet = opener.snippet("print('there')\n")
    hold_the_clock(snippet.page)
    snippet.run()
    expect(snippet.root.locator(".snippet-percent")).to_have_text(percentage(server, ".mjs", 0.5))
    snippet.page.clock.run_for(14_999)
    assert len(server.asked(".mjs")) == 1
    expect(snippet.status).to_have_text("Loading Python")
    held = server.fail(".mjs", "held")
    snippet.page.clock.run_for(1)
    expect(snippet.status).to_have_text(AGAIN)
    held.release()
    expect(snippet.status).to_contain_text("Finished")
    assert snippet.result() == "there\n"


@pytest.mark.parametrize("part", PARTS)
def test_a_server_that_stays_silent_is_said(opener: Opener, server: StaticServer, part: str) -> None:
    server.fail(part, "held")
    snippet = opener.snippet("print('there')\n")
    page = snippet.page
    hold_the_clock(page)
    with page.expect_request(lambda request: part in request.url):
        snippet.run()
    if part != "manifest":
        expect(snippet.root.locator(".snippet-percent")).to_have_text(percentage(server, part))
    for _ in range(3):
        with page.expect_request(lambda request: part in request.url):
            page.clock.run_for(15_000)
    page.clock.run_for(15_000)
    expect(snippet.status).to_have_text("Python is not loaded")
    expect(snippet.notice).to_contain_text("The server has stopped sending")
    expect(snippet.notice).to_contain_text(part)
    server.heal()
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    assert snippet.result() == "there\n"


def test_stop_frees_what_is_silent(opener: Opener, server: StaticServer) -> None:
    server.fail(".mjs", "silent")
    page = opener.page({"a.py": Source("print('a')\n"), "b.py": Source("print('b')\n")})
    a, b = Snippet(page, "a.py"), Snippet(page, "b.py")
    hold_the_clock(page)
    a.run()
    expect(a.root.locator(".snippet-percent")).to_have_text(percentage(server, ".mjs", 0.5))
    page.clock.run_for(5_000)
    a.button("Stop").click()
    expect(a.status).to_have_text("Stopped")
    expect(a.button("Run")).to_have_attribute("aria-disabled", "false")
    server.faults.clear()  # it is well again, and what was asked for stays without an answer
    b.run()
    expect(b.status).to_contain_text("Finished")
    a.run()
    expect(a.status).to_contain_text("Finished")


def test_the_runners_own_code_that_falls_silent_is_asked_for_again(
    opener: Opener, server: StaticServer
) -> None:
    server.fail("/host.", "silent")
    page = opener.page({"a.py": Source("print('a')\n"), "b.py": Source("print('b')\n")})
    a, b = Snippet(page, "a.py"), Snippet(page, "b.py")
    hold_the_clock(page)
    with page.expect_request(lambda request: "/host." in request.url):
        a.run()
    with page.expect_request(lambda request: "/host." in request.url):
        page.clock.run_for(15_000)
    expect(a.status).to_have_text(AGAIN)
    page.clock.run_for(5_000)
    server.faults.clear()  # it is well again, and what was asked for stays without an answer
    a.button("Stop").click()
    expect(a.status).to_have_text("Stopped")
    b.run()
    expect(b.status).to_contain_text("Finished")
    a.run()
    expect(a.status).to_contain_text("Finished")


def test_an_archive_that_falls_silent_before_a_program_is_asked_for_again(
    opener: Opener, server: StaticServer
) -> None:
    snippet = opener.snippet("import faultlab\nprint('there')\n")
    held = server.fail("faultlab.", "held")
    hold_the_clock(snippet.page)
    with snippet.page.expect_request(lambda request: "faultlab." in request.url):
        snippet.run()
    expect(snippet.status).to_have_text("Starting Python")
    snippet.page.clock.run_for(15_000)
    expect(snippet.status).to_have_text(AGAIN)
    expect(snippet.root.locator(".snippet-percent")).to_have_text("")
    held.release()
    expect(snippet.status).to_contain_text("Finished")
    assert snippet.result() == "there\n"


def given_up(times: int) -> str:
    """A script for a page: its workers give up so many requests at once, and wait for the next for ever.

    A worker's clock cannot be held. Those that are given up have no answer, so that it does not matter when.
    """
    return in_workers(f"""let left = {times};
        self.limits = [];
        const {{ set }} = Object.getOwnPropertyDescriptor(XMLHttpRequest.prototype, "timeout");
        Object.defineProperty(XMLHttpRequest.prototype, "timeout", {{ set(limit) {{
            limits.push(limit);
            set.call(this, left-- > 0 ? 1 : 0);
        }} }});""")


IN_AN_IMPORT = """
import js
print("before")
try:
    __import__("fault" + "lab")
    print("there")
except ImportError as error:
    print(error)
print(*map(round, js.limits))
"""


def longest_wait(server: StaticServer, name: str) -> int:
    """How long the worker waits for an archive, in milliseconds."""
    archives = readable(server.root / "_run" / "manifest.json")["archives"]
    size = next(archive["packed"]["size"] for archive in archives if archive["name"] == name)
    return round(15_000 + size / 30)


def test_an_archive_that_falls_silent_in_an_import_is_asked_for_again(
    opener: Opener, server: StaticServer
) -> None:
    page = opener.page({"a.py": Source(IN_AN_IMPORT)}, script=given_up(1))
    snippet = Snippet(page, "a.py")
    held = server.fail("faultlab", "held")
    snippet.run()
    expect(snippet.status).to_have_text(AGAIN)
    expect(snippet.output).to_have_text("before")
    expect(snippet.root.locator(".snippet-percent")).to_have_text("")
    held.release()
    expect(snippet.status).to_contain_text("Finished")
    limit = longest_wait(server, "faultlab")
    assert snippet.result() == f"before\nthere\n{limit} {limit}\n"


def test_a_server_that_stays_silent_in_an_import_is_an_import_error_in_words(
    opener: Opener, server: StaticServer
) -> None:
    page = opener.page({"a.py": Source(IN_AN_IMPORT), "b.py": Source("print('b')\n")}, script=given_up(4))
    snippet, other = Snippet(page, "a.py"), Snippet(page, "b.py")
    server.fail("faultlab", "silent")
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    assert "faultlab could not be loaded: the site does not answer" in snippet.result()
    assert snippet.result().endswith("\n" + " ".join([str(longest_wait(server, "faultlab"))] * 4) + "\n")
    other.run()
    expect(other.status).to_contain_text("Finished")


def test_what_is_fetched_in_the_middle_of_a_program_is_said(opener: Opener, server: StaticServer) -> None:
    page = opener.page({"a.py": Source(IN_AN_IMPORT)}, script=given_up(0))
    snippet = Snippet(page, "a.py")
    held = server.fail("faultlab", "held")
    snippet.run()
    expect(snippet.status).to_have_text("Loading more of Python")
    expect(snippet.output).to_have_text("before")
    held.release()
    expect(snippet.status).to_contain_text("Finished")


def test_imports_that_fail_without_end_do_not_flood_the_page(opener: Opener) -> None:
    """A site that cannot be reached fails at once; 2,000 times are told, and 20 more each second."""
    offline = """const tell = self.postMessage;
        self.said = 0;
        self.postMessage = function (message) {
            if (message.type === "fetching") said += 1;
            return tell.call(self, message);
        };
        XMLHttpRequest.prototype.send = () => { throw new DOMException("", "NetworkError"); };"""
    source = (
        "import js\nfor _ in range(10_000):\n    try:\n        __import__('fault' + 'lab')\n    except ImportError:\n        pass\n"
        "print(js.said)\n"
    )
    snippet = Snippet(opener.page({"a.py": Source(source)}, script=in_workers(offline)), "a.py")
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    assert 2_000 <= int(snippet.result()) < 9_000


def test_stop_frees_an_import_that_waits(opener: Opener, server: StaticServer) -> None:
    page = opener.page({"a.py": Source(IN_AN_IMPORT), "b.py": Source("print('b')\n")}, script=given_up(0))
    snippet, other = Snippet(page, "a.py"), Snippet(page, "b.py")
    server.fail("faultlab", "silent")
    snippet.run()
    expect(snippet.output).to_have_text("before")
    snippet.button("Stop").click()
    expect(snippet.status).to_have_text("Stopped")
    other.run()
    expect(other.status).to_contain_text("Finished")
    assert other.result() == "b\n"
    server.heal()
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    assert "there" in snippet.result()


def test_what_a_program_asks_for_too_often_does_not_keep_its_imports_away(opener: Opener) -> None:
    snippet = opener.snippet(
        "import js\nfor _ in range(3_000):\n    try:\n        js.XMLHttpRequest.new().open('GET', 'x')\n"
        "    except Exception:\n        pass\n__import__('fault' + 'lab')\nprint('there')\n"
    )
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    assert snippet.result() == "there\n"


def test_who_presses_run_again_does_not_wait_for_what_has_fallen_silent(
    opener: Opener, server: StaticServer
) -> None:
    page = opener.page({"a.py": Source("print('a')\n"), "b.py": Source("import faultlab\nprint('b')\n")})
    a, b = Snippet(page, "a.py"), Snippet(page, "b.py")
    hold_the_clock(page)  # now: a second after the first output, archives are fetched in any case
    a.run()
    expect(a.status).to_contain_text("Finished")
    server.fail("faultlab.", "held")
    with page.expect_request(lambda request: "faultlab." in request.url):
        b.run()
    page.clock.run_for(2_000)
    b.button("Stop").click()
    expect(b.status).to_have_text("Stopped")
    server.faults.clear()  # it is well again, and what was asked for stays without an answer
    b.run()
    expect(b.status).to_contain_text("Finished")


def test_what_was_asked_for_again_is_not_said_of_the_next(opener: Opener, server: StaticServer) -> None:
    page = opener.page(
        {
            "a.py": Source("import faultlab\nprint('a')\n"),
            "b.py": Source("import afterswipe.sync\nprint('b')\n"),
        }
    )
    a, b = Snippet(page, "a.py"), Snippet(page, "b.py")
    held = server.fail("faultlab.", "held")
    hold_the_clock(page)
    with page.expect_request(lambda request: "faultlab." in request.url):
        a.run()
    page.clock.run_for(15_000)
    expect(a.status).to_have_text(AGAIN)
    held.release()
    expect(a.status).to_contain_text("Finished")
    held = server.fail("sync.", "held")
    with page.expect_request(lambda request: "sync." in request.url):
        b.run()
    expect(b.status).to_have_text("Starting Python")
    held.release()
    expect(b.status).to_contain_text("Finished")


def test_an_editor_that_does_not_come_is_said(opener: Opener, server: StaticServer) -> None:
    snippet = opener.snippet("print('there')\n")
    server.fail("/editor.", "held")
    hold_the_clock(snippet.page)
    with snippet.page.expect_request(lambda request: "/editor." in request.url):
        snippet.button("Edit").click()
    snippet.page.clock.run_for(15_000)
    expect(snippet.notice).to_contain_text("The editor could not be loaded")
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
