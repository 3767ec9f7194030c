"""A small server for writing: it builds the site, serves it, and builds again when a page, a snippet or the code is saved.

A page that is saved is shown as a draft within a second or two; the whole build, with its checks, runs behind it.

The browser learns of a new build by asking `/_build` every second while the page is visible, and reloads. The
server adds that to the pages it serves; the site on the disk stays as it will be published. Ranges and validators are
Starlette's: the example that resumes a download needs them, as it has them on a real host.
"""

import json
import mimetypes
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from watchfiles import watch

from . import ROOT
from .hosting import hosted
from .site import build_site, draft, prepare_drafts

_RELOAD = """let seen;setInterval(async()=>{if(document.hidden)return;
try{const now=await(await fetch("/_build",{cache:"no-store"})).text();if(seen&&now!==seen)location.reload();seen=now}catch{}},1000);"""
_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".whl": "application/octet-stream",
}


class _Site(StaticFiles):
    """The site's files: the browser may keep them, but asks whether they are still right. Pages get the reloading script."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        path = Path(full_path)
        if path.suffix == ".html":
            page = path.read_bytes().replace(b"</body>", b'<script src="/_reload.js" async></script></body>')
            response = Response(page, status_code, media_type="text/html")
        else:
            response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "no-cache"
        return response


class Preview:
    """The site in `folder` as an ASGI application: `app`. Count up `builds` when there is a new one."""

    def __init__(self, folder: Path) -> None:
        for suffix, kind in _TYPES.items():
            mimetypes.add_type(kind, suffix)
        self.builds = 0
        self.app = Starlette(
            routes=[
                Route("/_build", self._build),
                Route("/_reload.js", self._reload),
                Mount("/", _Site(directory=folder, html=True)),
            ]
        )

    async def _build(self, _request: Request) -> Response:
        return PlainTextResponse(str(self.builds), headers={"Cache-Control": "no-store"})

    async def _reload(self, _request: Request) -> Response:
        return Response(_RELOAD, media_type="text/javascript")


class Drafter:
    """A process that has all that a draft needs in its memory. It is started anew when something of that was saved."""

    def __init__(self) -> None:
        self._process = self._started()

    def _started(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "guide", "drafts"]
        return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def draft(self, names: Sequence[str]) -> bool:
        """Make these pages anew; whether that went well. What is wrong with them is said by the whole build."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(names) + "\n")
            self._process.stdin.flush()
            if self._process.stdout.readline() == "drafted\n":
                return True
        self.renew()
        return False

    def renew(self) -> None:
        """Forget what was read."""
        self.end()
        self._process = self._started()

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()


def draft_by_the_line() -> None:
    """What the drafter's process does: a line with names comes, the pages are made, a line answers."""
    with suppress(KeyboardInterrupt):
        for line in sys.stdin:
            draft(json.loads(line))
            print("drafted", flush=True)


class Desk:
    """Shows what is saved: a page at once, as a draft, and everything else with the next whole build. Those run behind, one at a time."""

    def __init__(
        self,
        preview: Preview,
        draft: Callable[[Sequence[str]], bool],
        start: Callable[[], subprocess.Popen[bytes]],
    ) -> None:
        self._preview = preview
        self._draft = draft
        self._start = start
        self._running: subprocess.Popen[bytes] | None = None
        self._waits = False
        """Whether something was saved since the running build began."""
        self._drafts: set[str] = set()
        """Pages that were saved since then."""
        self._shows = self._will_show = False
        """Whether the running build, and the next one, has something that no draft has shown."""

    def saved(self, paths: Iterable[Path]) -> None:
        """These files were saved."""
        names = _pages(paths)
        if names and self._draft(names):
            self._drafts.update(names)
            self._preview.builds += 1
        else:
            self._will_show = True
        self._waits = True
        self.look()

    def look(self) -> None:
        """Whether the whole build that runs has ended, and the next one may begin. A build that fails has said why, and keeps the last site."""
        if self._running is not None and (failed := self._running.poll()) is not None:
            self._running = None
            if failed:
                self._will_show |= self._shows
            elif self._drafts:
                self._draft(sorted(self._drafts))  # the site has them as they were before
            self._preview.builds += self._shows and not failed
        if self._running is None and self._waits:
            self._waits, self._shows, self._will_show = False, self._will_show, False
            self._drafts.clear()
            self._running = self._start()

    def end(self) -> None:
        """Let the build that runs come to its end."""
        if self._running is not None:
            self._running.wait()


def _pages(paths: Iterable[Path]) -> list[str]:
    """The names of pages that were there before, if nothing else was saved."""
    docs, built = ROOT / "docs", ROOT / "build" / "docs"
    found = set(paths)
    names = sorted(
        path.relative_to(docs).as_posix()
        for path in found
        if path.suffix == ".md" and path.is_relative_to(docs)
    )
    there = all((docs / name).is_file() and (built / name).is_file() for name in names)
    return names if there and len(names) == len(found) else []


def serve(port: int) -> None:
    """Build, serve on this machine only, and build again on every save until Ctrl-C."""
    build_site()
    prepare_drafts()
    preview = Preview(ROOT / "site")
    with hosted(preview.app, port) as address, suppress(KeyboardInterrupt):
        print(f"Read it at {address} (Ctrl-C ends)", flush=True)
        _rebuild_on_save(preview)


def _rebuild_on_save(preview: Preview) -> None:
    sources = [ROOT / name for name in ("docs", "snippets", "src", "mkdocs.yml")]
    drafter = Drafter()
    # A fresh process, so that changed Python code counts, and one that lets the drafts go first. A mistake in a page is
    # said there; the last site stays.
    command = ["nice", sys.executable, "-m", "guide", "build"]
    desk = Desk(preview, drafter.draft, lambda: subprocess.Popen(command, cwd=ROOT))
    try:
        for changes in watch(*sources, watch_filter=_is_source, rust_timeout=200, yield_on_timeout=True):
            paths = [Path(path) for _, path in changes]
            if paths:
                print("saved: " + ", ".join(sorted({path.name for path in paths})), flush=True)
                if not _pages(paths):
                    drafter.renew()
                desk.saved(paths)
            desk.look()
    finally:
        drafter.end()
        desk.end()


def _is_source(_change: object, path: str) -> bool:
    file = Path(path)
    return "__pycache__" not in file.parts and not file.name.startswith(".")
