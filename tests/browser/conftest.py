"""Chromium, a server, and a page that is watched: no request may leave the origin, no error may go unseen."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    Page,
    expect,
    sync_playwright,
)

from guide import sample_feed

from .serving import StaticServer
from .watching import Opener, Tab, Watch

REPOSITORY = Path(__file__).resolve().parents[2]

#: What is waited for comes in a second or two; a busy machine may need more.
PATIENCE_MS = 120_000

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # WebAssembly is compiled once: each start is short, and to compile it better costs a sixth of its processor time.
    "--js-flags=--liftoff-only",
    # A name without https, for the test of a page that is no secure context.
    "--host-resolver-rules=MAP plain.test 127.0.0.1",
]

NO_CHROMIUM = """No Chromium was found, and the browser tests need one. Do one of these:
  - install it (Debian, Ubuntu: apt-get install chromium), or
  - name one that you have: CHROMIUM=/path/to/chromium make test, or
  - let Playwright fetch its own: python -m playwright install chromium"""


def find_chromium(chromium: BrowserType) -> str:
    """The path of the Chromium to test with; fails the test when there is none."""
    named = os.environ.get("CHROMIUM")
    if named:
        found = shutil.which(named)
        if not found:
            pytest.fail(
                f"CHROMIUM is set to {named}, and nothing that can be run is there.\n{NO_CHROMIUM}",
                pytrace=False,
            )
        return found
    for candidate in (
        "chromium-headless-shell",  # the same engine without a window, at two thirds of the processor time
        "/usr/bin/chromium",
        "chromium",
        "chromium-browser",
        chromium.executable_path,
    ):
        if found := shutil.which(candidate):
            return found
    pytest.fail(NO_CHROMIUM, pytrace=False)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests here; each test has a context of its own in it.

    It goes with the last of them: while Playwright is at work, an event loop counts as running in this thread,
    and tests elsewhere have loops of their own.
    """
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find_chromium(playwright.chromium), args=CHROMIUM_FLAGS
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a site that holds the runtime, the runner of now and its styles, and no page yet."""
    runtime = Path(os.environ.get("RUNTIME_DIR", REPOSITORY / "build" / "runtime"))
    if not (runtime / "manifest.json").is_file():
        pytest.fail(
            f"There is no runtime in {runtime}. Make it: python -m guide.runtime.bundle", pytrace=False
        )
    root = tmp_path_factory.mktemp("fixture-site")
    shutil.copytree(runtime, root / "_run")
    (root / "assets").mkdir()
    shutil.copy(REPOSITORY / "docs" / "assets" / "snippet.css", root / "assets")
    subprocess.run(["node", str(REPOSITORY / "src/runner/build.mjs"), str(root / "_run")], check=True)
    return root


@pytest.fixture(scope="session")
def with_feed(run_folder: Path) -> Path:
    """The site with its feed."""
    sample_feed.write(run_folder)
    return run_folder


@pytest.fixture
def served(run_folder: Path) -> Path:
    """The folder that is served; a module that tests the built site says so by one of its own."""
    return run_folder


@pytest.fixture
def server(served: Path) -> Iterator[StaticServer]:
    """A server with a port of its own, so that no test finds another's cache."""
    with StaticServer(served) as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile."""
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    made.set_default_timeout(PATIENCE_MS)
    yield made
    made.close()


@pytest.fixture
def watch(context: BrowserContext, server: StaticServer) -> Iterator[Watch]:
    """The watch over the context's pages; it is checked when the test has ended."""
    watching = Watch(server.origin)
    watching.follow(context)
    yield watching
    watching.check()


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Page:
    """A watched page."""
    return context.new_page()


@pytest.fixture
def opener(context: BrowserContext, server: StaticServer, watch: Watch) -> Opener:
    """Opens watched pages."""
    return Opener(context, server)


@contextmanager
def warm_tab(browser: Browser, root: Path, script: str = "") -> Iterator[tuple[Tab, Watch]]:
    """One watched tab with a warm Python, for many tests. `script` runs in it before anything of its own."""
    with StaticServer(root) as running:
        made = browser.new_context(viewport={"width": 1280, "height": 900})
        made.set_default_timeout(PATIENCE_MS)
        made.add_init_script(script)
        watching = Watch(running.origin)
        watching.follow(made)
        yield Tab(made, running), watching
        made.close()


@pytest.fixture(scope="package")
def shared_tab(browser: Browser, run_folder: Path) -> Iterator[tuple[Tab, Watch]]:
    """The tab of all tests here that need no fresh profile."""
    with warm_tab(browser, run_folder) as opened:
        yield opened


@pytest.fixture
def tab(shared_tab: tuple[Tab, Watch]) -> Tab:
    """The shared tab. What it does is watched as everywhere (`tab_watch`)."""
    return shared_tab[0]


@pytest.fixture(autouse=True)
def tab_watch(request: pytest.FixtureRequest) -> Iterator[Watch | None]:
    """The watch over the shared tab, for a test that uses it; it is checked when the test has ended."""
    if "tab" not in request.fixturenames:
        yield None
        return
    watching: Watch = request.getfixturevalue("shared_tab")[1]
    watching.errors.clear()
    watching.allowed.clear()
    yield watching
    watching.check()
