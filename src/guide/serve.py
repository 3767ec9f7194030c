"""A small server for writing: it builds the site, serves it, and builds again when a page, a snippet or the code is saved.

The browser learns of a new build by asking `/_build` every second while the page is visible, and reloads. The
server adds that to the pages it serves; the site on the disk stays as it will be published. Ranges and validators are
Starlette's: the example that resumes a download needs them, as it has them on a real host.
"""

import mimetypes
import os
import subprocess
import sys
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
from .site import build_site

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


def serve(port: int) -> None:
    """Build, serve on this machine only, and build again on every save until Ctrl-C. A build that fails keeps the last site."""
    build_site()
    preview = Preview(ROOT / "site")
    with hosted(preview.app, port) as address, suppress(KeyboardInterrupt):
        print(f"Read it at {address} (Ctrl-C ends)", flush=True)
        _rebuild_on_save(preview)


def _rebuild_on_save(preview: Preview) -> None:
    sources = [ROOT / name for name in ("docs", "snippets", "src", "mkdocs.yml")]
    for changes in watch(*sources, watch_filter=_is_source):
        print("saved: " + ", ".join(sorted({Path(path).name for _, path in changes})), flush=True)
        # A fresh process, so that changed Python code counts. A mistake in a page is said there; the last site stays.
        built = subprocess.run([sys.executable, "-m", "guide", "build"], cwd=ROOT)
        preview.builds += built.returncode == 0


def _is_source(_change: object, path: str) -> bool:
    file = Path(path)
    return "__pycache__" not in file.parts and not file.name.startswith(".")
