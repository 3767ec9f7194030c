"""Two releases of the site, one after the other: nothing of the one is ever used with the other."""

import gzip
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from .conftest import CHROMIUM_FLAGS, PATIENCE_MS, find_chromium
from .serving import StaticServer
from .snippet_page import Snippet, Source, render
from .watching import Watch

WHICH = "try:\n    import second_release\nexcept ImportError:\n    print('first')\nelse:\n    print(second_release.NAME)\n"
FAILED_REQUEST = "Failed to load resource|net::ERR"


@pytest.fixture
def context(browser: Browser, tmp_path: Path) -> Iterator[BrowserContext]:
    """A profile on the disk, as readers have one: its cache holds large files too."""
    made = browser.browser_type.launch_persistent_context(
        tmp_path / "profile", executable_path=find_chromium(browser.browser_type), args=CHROMIUM_FLAGS
    )
    made.set_default_timeout(PATIENCE_MS)
    yield made
    made.close()


@pytest.fixture
def second(run_folder: Path, tmp_path: Path) -> Path:
    """The next release: one archive is another, there is no image, and what is no longer named is gone."""
    run = tmp_path / "second" / "_run"
    run.mkdir(parents=True)
    for path in (run_folder / "_run").iterdir():
        os.link(path, run / path.name)
    manifest = json.loads((run / "manifest.json").read_text())
    gone = [manifest["files"].pop("image")["path"], "manifest.json"]
    core = next(archive for archive in manifest["archives"] if archive["name"] == "core")
    gone += [core["path"], core["packed"]["path"]]
    data = (run / core["path"]).read_bytes()
    for name in gone:
        (run / name).unlink()
    core["path"] = "core.second.zip"
    changed = run / core["path"]
    changed.write_bytes(data)
    with zipfile.ZipFile(changed, "a") as archive:
        archive.writestr("second_release.py", "NAME = 'second'\n")
    core["sha256"] = sha256(changed.read_bytes()).hexdigest()
    core["size"] = changed.stat().st_size
    core["packed"]["path"] = "core.second.gz"
    (run / core["packed"]["path"]).write_bytes(gzip.compress(changed.read_bytes()))
    (run / "manifest.second.json").write_text(json.dumps(manifest))
    shutil.copytree(run_folder / "assets", run.parent / "assets")
    return run.parent


@pytest.fixture
def pages(run_folder: Path, second: Path, server: StaticServer) -> StaticServer:
    """Both releases' pages, and the first release's files."""
    server.pages["/first.html"] = render({"a.py": Source(WHICH)}, run_folder / "_run")
    server.pages["/second.html"] = render({"a.py": Source(WHICH)}, second / "_run")
    return server


def open_at(context: BrowserContext, server: StaticServer, path: str) -> Snippet:
    page = context.new_page()
    page.goto(server.origin + path)
    return Snippet(page, "a.py")


def test_each_page_runs_what_came_with_it(
    context: BrowserContext, pages: StaticServer, second: Path, watch: Watch
) -> None:
    watch.allow(FAILED_REQUEST)
    ran = open_at(context, pages, "/first.html")
    ran.run()
    expect(ran.output).to_have_text("first")
    pages.root = second
    after = open_at(context, pages, "/second.html")
    after.run()
    expect(after.output).to_have_text("second")
    assert len(pages.asked(".wasm")) == 1, "what both releases have is fetched once"
    ran.run()
    expect(ran.status).to_contain_text("Finished")
    expect(ran.output).to_have_text("first")


def test_an_open_page_whose_files_are_gone_says_what_to_do(
    context: BrowserContext, pages: StaticServer, second: Path, watch: Watch
) -> None:
    watch.allow(FAILED_REQUEST)
    was_open = open_at(context, pages, "/first.html")
    pages.root = second
    was_open.run()
    expect(was_open.status).to_have_text("Python is not loaded")
    expect(was_open.notice).to_contain_text(
        "If the site was updated while this page was open, reload the page"
    )
    assert was_open.result() == "tested\n"


def test_an_archive_of_the_last_release_is_an_import_error_in_words(
    context: BrowserContext, pages: StaticServer, second: Path, watch: Watch
) -> None:
    watch.allow(FAILED_REQUEST)
    pages.pages["/late.html"] = render(
        {"a.py": Source("print('there')\n"), "b.py": Source("import faultlab\n")}, pages.root / "_run"
    )
    page = context.new_page()
    page.goto(pages.origin + "/late.html")
    a, b = Snippet(page, "a.py"), Snippet(page, "b.py")
    pages.fail("faultlab", "missing")
    a.run()
    expect(a.output).to_have_text("there")
    pages.root = second
    b.run()
    expect(b.error).to_contain_text("reload the page")
