"""Make the image: Python's memory in a Chromium, after it has imported what programs need, without what a fresh module has.

A start from it skips Python's own start and all imports. It is made in a browser, for one that is made in Node says that there is no stack
switching. The form is described in src/runner/image.ts.
"""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .compile import write_whole
from .error import RuntimeBuildError

_HERE = Path(__file__).parent
_SCRIPT = _HERE / "image.mjs"

#: The memory that Pyodide starts with, in bytes. A larger image fails when it is used: the size is declared in the wasm file.
MEMORY = 31_457_280

#: Free bytes that have to be left in it, for else the first program makes it grow.
LEAST_FREE = 1_000_000

_PATIENCE = 300
_TYPES = {
    ".html": "text/html",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".json": "application/json",
}
_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --lang=en-US"
)

#: What is done in the memory before it is kept. MODULES are the names of the modules to import.
PROGRAM = """
import gc, importlib, json, sys, zipimport

for name in MODULES:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name.startswith("afterswipe"):  # others are optional: h2, trio, rich
            raise
import afterswipe
[getattr(afterswipe, name) for name in afterswipe.__all__ if name != "Claim"]
for name in [name for name in sys.modules if name.startswith("afterswipe.claims.sources")]:
    del sys.modules[name]
# The files that it was made from are not there when it is used.
zipimport._zip_directory_cache.clear()
sys.path_importer_cache.clear()
afterswipe.claims.catalogue.rules(), afterswipe.claims.catalogue.statements()  # their files stay behind
gc.collect()
# What is free among Python's small objects holds what was there before. Zeros take less room in the image.
filling = [bytes(size) for size in range(0, 480, 16) for _ in range(60_000 // (size + 33))]
del filling
gc.collect()
json.dumps({})
"""


def find_chromium() -> str | None:
    """The path of a Chromium, or None. CHROMIUM names one."""
    for name in (
        os.environ.get("CHROMIUM"),
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ):
        if name and (found := shutil.which(name)):
            return found
    return None


class ImageMaker:
    """Makes images with one Pyodide, whose files `pyodide` has by name, and keeps the last under `cache`."""

    def __init__(self, pyodide: Mapping[str, bytes], cache: Path, chromium: str) -> None:
        self._pyodide, self._cache, self._chromium = pyodide, cache, chromium
        self._tools = hashlib.sha256(_SCRIPT.read_bytes() + b"".join(pyodide.values())).hexdigest()

    def make(
        self, stdlib: bytes, packages: Mapping[str, bytes], options: dict[str, Any], program: str
    ) -> bytes:
        """The image. `packages` are the files by their path in Python's file system. Raises `RuntimeBuildError`."""
        key = hashlib.sha256(f"{self._tools}{json.dumps(options)}{program}".encode())
        for data in (stdlib, *packages.values()):
            key.update(hashlib.sha256(data).digest())
        kept = self._cache / f"image.{key.hexdigest()[:20]}.bin"
        if not kept.is_file():
            data = self.make_anew(stdlib, packages, options, program)
            for old in self._cache.glob("image.*.bin"):
                old.unlink(missing_ok=True)
            write_whole(kept, data)
        return kept.read_bytes()

    def make_anew(
        self, stdlib: bytes, packages: Mapping[str, bytes], options: dict[str, Any], program: str
    ) -> bytes:
        """The same, without looking at what is kept."""
        files = {f"{number}.zip": data for number, data in enumerate(packages.values())}
        job = {"options": options, "packages": dict(zip(packages, files, strict=True)), "program": program}
        pages = {
            "image.html": b"<!doctype html><script>new Worker('image.mjs', { type: 'module' })</script>",
            "image.mjs": _SCRIPT.read_bytes(),
            "job.json": json.dumps(job).encode(),
            "stdlib.zip": stdlib,
            **self._pyodide,
            **files,
        }
        with (
            _served(pages) as (address, answer),
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        ):
            command = [self._chromium, *_FLAGS.split(), f"--user-data-dir={profile}", f"{address}image.html"]
            browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                answer.wait(_PATIENCE)
            finally:
                browser.terminate()
                browser.wait()
        return answer.image()


class Answer:
    """What the browser sends back."""

    def __init__(self) -> None:
        self._came = threading.Event()
        self._path, self._body = "", b""

    def take(self, path: str, body: bytes) -> None:
        """Note what came."""
        self._path, self._body = path, body
        self._came.set()

    def wait(self, seconds: float) -> None:
        """Wait until something has come."""
        self._came.wait(seconds)

    def image(self) -> bytes:
        """The image that came, within its limits."""
        if not self._path.startswith("/made"):
            said = self._body.decode(errors="replace") or "nothing came from the browser"
            if said.startswith("grown "):
                said = f"Python's memory has grown to {said[6:]} bytes, and an image can hold {MEMORY}. Let it import less"
            raise RuntimeBuildError(f"The image of Python's memory cannot be made: {said}.")
        free = json.loads(parse_qs(urlsplit(self._path).query)["told"][0])["free"]
        if free < LEAST_FREE:
            raise RuntimeBuildError(
                f"The image of Python's memory leaves {free} bytes of {MEMORY} free, and a program needs {LEAST_FREE}: let it import less."
            )
        return self._body


@contextmanager
def _served(pages: Mapping[str, bytes]) -> Iterator[tuple[str, Answer]]:
    """Serve these files on the loopback, and take one answer."""
    answer = Answer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = urlsplit(self.path).path.lstrip("/")
            body = pages.get(name)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", _TYPES.get(Path(name).suffix, "application/octet-stream"))
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def do_POST(self) -> None:
            answer.take(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/", answer
    finally:
        server.shutdown()
        server.server_close()


def packed(image: bytes) -> bytes:
    """The image as gzip leaves it; equal images give equal bytes."""
    return gzip.compress(image, 9, mtime=0)
