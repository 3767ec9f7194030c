"""A server for what is measured: files as brotli or gzip leaves them, and a count of the bytes that went out."""

import hashlib
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.browser.serving import TYPES

ROOT = Path(__file__).resolve().parents[2]
#: What was packed once, by its content.
PACKED = ROOT / "build" / "bench" / "packed"
PLAIN = {".png", ".gz", ".jpg", ".woff2"}
_PACK = {
    "br": "zlib.brotliCompressSync(fs.readFileSync(0), {params: {[zlib.constants.BROTLI_PARAM_QUALITY]: 11}})",
    "gzip": "zlib.gzipSync(fs.readFileSync(0), {level: 9})",
}


def packed(body: bytes, how: str) -> bytes:
    """The body as a host sends it that packs everything."""
    kept = PACKED / f"{hashlib.sha256(body).hexdigest()}.{how}"
    if not kept.is_file():
        PACKED.mkdir(parents=True, exist_ok=True)
        script = f"process.stdout.write({_PACK[how]})"
        found = subprocess.run(["node", "--eval", script], input=body, capture_output=True, check=True)
        kept.write_bytes(found.stdout)
    return kept.read_bytes()


class Server:
    """One folder, or several of which the first that has a file gives it; and what went out."""

    def __init__(self, *roots: Path, how: str = "br") -> None:
        self.roots = roots
        self.how = how
        self.sent: list[tuple[str, int]] = []
        self.origin = ""
        self._packed: dict[Path, bytes] = {}
        self._lock = threading.Lock()

    def file(self, path: str) -> Path | None:
        for root in self.roots:
            found = root / path.lstrip("/")
            found = found / "index.html" if found.is_dir() else found
            if found.is_file():
                return found
        return None

    def body(self, path: Path) -> bytes:
        with self._lock:
            if path not in self._packed:
                body = path.read_bytes()
                self._packed[path] = body if path.suffix in PLAIN else packed(body, self.how)
            return self._packed[path]

    def bytes(self) -> int:
        """Of all bodies since the last call."""
        with self._lock:
            total = sum(size for _, size in self.sent)
            self.sent.clear()
        return total

    @contextmanager
    def running(self) -> Iterator["Server"]:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        # brotli is only taken from a secure context
        self.origin = f"http://localhost:{server.server_address[1]}"
        yield self
        server.shutdown()


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            found = server.file(path)
            body = server.body(found) if found else b""
            with server._lock:
                server.sent.append((path, len(body)))
            self.send_response(200 if found else 404)
            if found:
                self.send_header("Content-Type", TYPES.get(found.suffix, "application/octet-stream"))
                if found.suffix not in PLAIN:
                    self.send_header("Content-Encoding", server.how)
            self.send_header("Cache-Control", "public, max-age=600")  # as GitHub's pages
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):  # the browser may have left the page
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """The server counts for itself."""

    return Handler
