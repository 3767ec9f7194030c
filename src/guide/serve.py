"""A small server for writing: it builds the site, serves it, and builds again when a page, a snippet or the code is saved.

The browser learns of a new build by asking `/_build` every second while the page is visible, and reloads. The
server adds that to the pages it serves; the site on the disk stays as it will be published.
"""

import subprocess
import sys
import threading
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from watchfiles import watch

from .errors import BuildError
from .site import ROOT, build_site

_RELOAD = b"""let seen;setInterval(async()=>{if(document.hidden)return;
try{const now=await(await fetch("/_build",{cache:"no-store"})).text();if(seen&&now!==seen)location.reload();seen=now}catch{}},1000);"""


class StaticHandler(SimpleHTTPRequestHandler):
    """Files of a folder with the media types that the runtime needs, and never from a stale cache."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".whl": "application/octet-stream",
    }

    def end_headers(self) -> None:
        """Let the browser keep files, but ask whether they are still right."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *_words: Any) -> None:
        """Say nothing: the terminal is for the build."""


class _WritingHandler(StaticHandler):
    """The static files, the number of the build, and a script that reloads the page."""

    builds = 0

    def do_GET(self) -> None:
        """Answer `/_build` and `/_reload.js`; add the script to pages; else a file."""
        if self.path == "/_build":
            return self._send(str(self.builds).encode(), "text/plain")
        if self.path == "/_reload.js":
            return self._send(_RELOAD, "text/javascript")
        page = Path(self.translate_path(self.path))
        page = page / "index.html" if page.is_dir() and self.path.split("?")[0].endswith("/") else page
        if page.suffix == ".html" and page.is_file():
            tag = b'<script src="/_reload.js" async></script></body>'
            return self._send(page.read_bytes().replace(b"</body>", tag), "text/html; charset=utf-8")
        return super().do_GET()

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(port: int) -> None:
    """Build, serve on this machine only, and build again on every save until Ctrl-C. A build that fails keeps the last site."""
    build_site()
    handler = partial(_WritingHandler, directory=str(ROOT / "site"))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as taken:
        raise BuildError(
            f"Port {port} is taken ({taken.strerror}). End what uses it, or: make serve PORT={port + 1}"
        ) from taken
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"Read it at http://127.0.0.1:{server.server_port}/ (Ctrl-C ends)", flush=True)
        with suppress(KeyboardInterrupt):
            _rebuild_on_save()
        server.shutdown()


def _rebuild_on_save() -> None:
    sources = [ROOT / name for name in ("docs", "snippets", "src", "mkdocs.yml")]
    for changes in watch(*sources, watch_filter=_is_source):
        print("saved: " + ", ".join(sorted({Path(path).name for _, path in changes})), flush=True)
        # A fresh process, so that changed Python code counts. A mistake in a page is said there; the last site stays.
        built = subprocess.run([sys.executable, "-m", "guide", "build"], cwd=ROOT)
        _WritingHandler.builds += built.returncode == 0


def _is_source(_change: object, path: str) -> bool:
    file = Path(path)
    generated = (
        file.is_relative_to(ROOT / "docs" / "c") or file == ROOT / "docs" / "reference" / "life-cycle.md"
    )
    return not generated and "__pycache__" not in file.parts and not file.name.startswith(".")
