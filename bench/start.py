"""From the click on Run to the first output, against a bare `loadPyodide()` of the same version: `python -m bench.start [N]`.

One interleaved run of N (7): the bare start, ours from the image, ours in the plain way; each cold (a fresh profile) and warm (the same page
once more). Wall time is taken in the page; processor time is that of the worker's thread, as the kernel counts it (Linux only). Both are
given as a ratio to the bare start, with median, minimum and maximum. The click comes two seconds after load, with nothing warmed.

It needs what the build makes (`make build`), and Chromium. Files are sent with brotli, as Node makes it at quality 5.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Playwright, sync_playwright
from tests.browser.serving import TYPES
from tests.browser.snippet_page import Source, render

from guide.runtime.image import find_chromium

ROOT = Path(__file__).resolve().parents[1]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]

BARE = """<!doctype html><link rel="icon" href="data:,"><button>Run</button><pre class="snippet-parts"></pre><script>
document.querySelector("button").onclick = () => {
  const worker = new Worker("bare.mjs", { type: "module" });
  worker.onmessage = ({ data }) => (document.querySelector("pre").textContent = data);
};</script>"""
BARE_WORKER = """import { loadPyodide } from "./pyodide/pyodide.mjs";
const python = await loadPyodide({ indexURL: new URL("pyodide/", location.href).href, stdout: (line) => postMessage(line) });
python.runPython("print(1)");"""
IMPORTS = "import httpx, afterswipe\nprint(1)\n"

#: Clicks, and resolves to the milliseconds until there is text in the output.
CLICK = """() => new Promise((resolve) => {
  const output = document.querySelector(".snippet-parts") ?? document.querySelector(".snippet-output");
  const before = output.textContent;
  const begun = performance.now();
  new MutationObserver(() => {
    const now = document.querySelector(".snippet-parts").textContent;
    if (now && now !== before) resolve(performance.now() - begun);
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
  [...document.querySelectorAll("button")].find((button) => button.textContent.trim() === "Run").click();
})"""


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    story = (
        (ROOT / "snippets" / "story_upload.py").read_text()
        if (ROOT / "snippets" / "story_upload.py").is_file()
        else ""
    )
    took: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        site = Path(name)
        _lay_out(site, story)
        with _served(site) as origin:
            for _ in range(rounds):
                for page in sorted(path.stem for path in site.glob("*.html")):
                    for kind, figures in _start(playwright, f"{origin}/{page}.html").items():
                        took.setdefault(f"{page}, {kind}", []).append(figures)
    _table(took, rounds)


def _lay_out(site: Path, story: str) -> None:
    """Three pages or four, with what they load, and each file as brotli leaves it beside it."""
    run = site / "_run"
    run.mkdir()
    for path in (ROOT / "build" / "runtime").iterdir():
        (run / path.name).symlink_to(path)
    subprocess.run(["node", str(ROOT / "src/runner/build.mjs"), str(run)], check=True)
    (site / "pyodide").symlink_to(ROOT / "node_modules" / "pyodide")
    (site / "assets").mkdir()
    (site / "assets" / "snippet.css").symlink_to(ROOT / "docs" / "assets" / "snippet.css")
    (site / "bare.html").write_text(BARE)
    (site / "bare.mjs").write_text(BARE_WORKER)
    (site / "image.html").write_text(render({"a.py": Source(IMPORTS, "")}, run))
    if story:
        (site / "story.html").write_text(render({"a.py": Source(story, "")}, run))
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["files"].pop("image", None)
    plain = site / "_plain"
    plain.mkdir()
    for path in run.iterdir():
        if path.name != "manifest.json":
            (plain / path.name).symlink_to(path)
    (plain / "manifest.json").write_text(json.dumps(manifest))
    (site / "plain.html").write_text(
        render({"a.py": Source(IMPORTS, "")}, plain).replace('"_run/', '"_plain/')
    )


@contextmanager
def _served(site: Path) -> Iterator[str]:
    packed: dict[Path, bytes] = {}
    lock = threading.Lock()

    def brotli(path: Path) -> bytes:
        with lock:
            if path not in packed:
                script = "process.stdout.write(zlib.brotliCompressSync(fs.readFileSync(0), {params: {[zlib.constants.BROTLI_PARAM_QUALITY]: 5}}))"
                packed[path] = subprocess.run(
                    ["node", "--eval", script], input=path.read_bytes(), capture_output=True, check=True
                ).stdout
        return packed[path]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = site / urlsplit(self.path).path.lstrip("/")
            found = path.is_file()
            body = brotli(path.resolve()) if found else b""
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", TYPES.get(path.suffix, "application/octet-stream"))
            self.send_header("Cache-Control", "public, max-age=3600")
            if found:
                self.send_header("Content-Encoding", "br")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    for path in site.rglob("*"):
        if path.is_file() and not path.name.endswith(".map"):
            brotli(path.resolve())
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_address[1]}"  # brotli is only taken from a secure context
    server.shutdown()


def _start(playwright: Playwright, url: str) -> dict[str, tuple[float, float]]:
    """Wall and worker time in milliseconds, cold and warm."""
    took = {}
    with tempfile.TemporaryDirectory() as profile:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=find_chromium(), args=FLAGS
        )
        for kind in ("cold", "warm"):
            page = context.new_page()
            page.goto(url)
            page.wait_for_timeout(2_000)
            wall = page.evaluate(CLICK)
            took[kind] = (wall, _worker_time(profile))
            page.close()
        context.close()
    return took


def _worker_time(profile: str) -> float:
    """Processor time of the worker threads that live in this browser, in milliseconds."""
    total = 0
    for process in Path("/proc").iterdir():
        try:
            if (process.name.isdigit() and profile in (process / "cmdline").read_text()) or _is_child(
                process, profile
            ):
                for task in (process / "task").iterdir():
                    if (task / "comm").read_text().startswith("DedicatedWorker"):
                        total += int((task / "schedstat").read_text().split()[0])
        except OSError:
            continue
    return total / 1e6


def _is_child(process: Path, profile: str) -> bool:
    """Whether a renderer belongs to the browser with this profile: its ancestors name it."""
    while process.name.isdigit() and process.name not in ("0", "1"):
        if profile in (process / "cmdline").read_text():
            return True
        process = process.parent / (process / "stat").read_text().rpartition(")")[2].split()[1]
    return False


def _table(took: dict[str, list[tuple[float, float]]], rounds: int) -> None:
    version = json.loads((ROOT / "node_modules" / "pyodide" / "package.json").read_text())["version"]
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    print(
        f"Pyodide {version}, Python {platform.python_version()}, n = {rounds}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, load {load}"
    )
    print(
        f"{'':14}{'wall ms: median (min-max)':>30}{'ratio':>8}{'worker ms: median (min-max)':>32}{'ratio':>8}"
    )
    for name, figures in took.items():
        bare = took[f"bare, {name.rpartition(' ')[2]}"]
        cells = []
        for index in (0, 1):
            values = [figure[index] for figure in figures]
            floor = statistics.median(figure[index] for figure in bare)
            middle = statistics.median(values)
            cells += [
                f"{middle:.0f} ({min(values):.0f}-{max(values):.0f})",
                f"{middle / floor if floor else 0:.2f}",
            ]
        print(f"{name:14}{cells[0]:>30}{cells[1]:>8}{cells[2]:>32}{cells[3]:>8}")


if __name__ == "__main__":
    begun = time.monotonic()
    main()
    print(f"took {time.monotonic() - begun:.0f} s")
