"""A small static server on the loopback, with faults on request and a log of what was asked for."""

import re
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".whl": "application/zip",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
    ".zip": "application/zip",
}


@dataclass
class Fault:
    """What goes wrong with the files whose path holds `part`."""

    part: str
    #: "missing" 404; "corrupt" one bit wrong; "short" half of it, as if it were all; "broken" the connection
    #: ends in the middle; "held" nothing comes before `release`; "silent" the same after the first half.
    kind: str
    #: How many answers it spoils; the ones after that are whole.
    times: int = 1_000_000
    released: threading.Event = field(default_factory=threading.Event)

    def release(self) -> None:
        """Let what is held go on."""
        self.released.set()


class StaticServer:
    """Serves a folder, and files given as text in `pages`, on a port of its own. A context manager."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.pages: dict[str, str] = {}
        self.faults: list[Fault] = []
        self.log: list[str] = []
        #: Whether it answers a request for the rest of a file with the rest, as real hosts do.
        self.ranges = True
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> "StaticServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for fault in self.faults:
            fault.release()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def fail(self, part: str, kind: str, times: int = 1_000_000) -> Fault:
        """From now on, spoil answers for paths that hold `part`."""
        fault = Fault(part, kind, times)
        with self._lock:
            self.faults.append(fault)
        return fault

    def heal(self) -> None:
        """From now on, answer everything as it should be."""
        with self._lock:
            healed, self.faults = self.faults, []
        for fault in healed:
            fault.release()

    def asked(self, part: str) -> list[str]:
        """The paths that were asked for so far and hold `part`."""
        with self._lock:
            return [path for path in self.log if part in path]

    def take(self, path: str) -> Fault | None:
        """Note a request, and say what goes wrong with it."""
        with self._lock:
            self.log.append(path)
            for fault in self.faults:
                if fault.part in path and fault.times > 0:
                    fault.times -= 1
                    return fault
        return None

    def read(self, path: str) -> tuple[str, bytes] | None:
        """The type and the bytes of what is at `path`, if anything is."""
        if path in self.pages:
            return TYPES.get(Path(path).suffix, TYPES[".html"]), self.pages[path].encode()
        file = (self.root / path.lstrip("/")).resolve()
        if file.is_dir():
            file /= "index.html"
        if not file.is_relative_to(self.root.resolve()) or not file.is_file():
            return None
        return TYPES.get(file.suffix, "application/octet-stream"), file.read_bytes()


def _handler(server: StaticServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            fault = server.take(path)
            found = server.read(path)
            if fault and fault.kind == "held":
                fault.released.wait()
            kind = fault.kind if fault else ""  # what was held may turn out to be missing
            if found is None or kind == "missing":
                self._answer(404, "text/plain; charset=utf-8", b"not here", "no-store")
                return
            content_type, body = found
            cache = "public, max-age=600" if "/_run/" in path else "no-cache"
            if kind == "corrupt":
                body = _one_bit_wrong(body)
            elif kind == "short":
                body = body[: len(body) // 2]
            validator = f'"{sha256(body).hexdigest()[:16]}"'
            start = self._start(validator)
            if server.ranges and 0 < start < len(body):
                self.range = f"bytes {start}-{len(body) - 1}/{len(body)}"
                self._answer(206, content_type, body[start:], cache, fault, validator)
            else:
                self._answer(200, content_type, body, cache, fault, validator)

        def _start(self, validator: str) -> int:
            """Where the rest begins that was asked for, if it is of the same file."""
            asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            same = self.headers.get("If-Range", validator) == validator
            return int(asked[1]) if asked and same else 0

        def _answer(
            self,
            status: int,
            content_type: str,
            body: bytes,
            cache: str,
            fault: Fault | None = None,
            validator: str = "",
        ) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            if validator:
                self.send_header("ETag", validator)
            if status == 206:
                self.send_header("Content-Range", self.range)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", cache)
            self.send_header("Connection", "close")
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):  # the browser may have left the page
                kind = fault.kind if fault else ""
                self.wfile.write(body[: len(body) // 2] if kind in ("broken", "silent") else body)
                if fault and kind == "silent":
                    self.wfile.flush()
                    fault.released.wait()
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """The server keeps its own log."""

    return Handler


def _one_bit_wrong(body: bytes) -> bytes:
    changed = bytearray(body)
    changed[len(changed) // 2] ^= 1
    return bytes(changed)
