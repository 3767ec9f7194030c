"""One interleaved run of everything: `python -m bench.page [ROUNDS] [--save]`. See bench/README.md.

Each round has a fresh profile for each page: a cold start, then the same page once more (warm), then what a warm page can do. Ratios are
those of medians, to the bare `loadPyodide()` of the same run; a peer's to that of the Pyodide it loads. `--save` writes the table that the
site shows (src/guide/pages/speed.json).
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, Playwright, sync_playwright
from tests.browser.snippet_page import Source, render

from . import peers
from .chromium import RUN, SETTLED_MS, Profile, profile
from .goals import goal
from .lighthouse import lighthouse
from .rebuild import build, rebuilds
from .serving import ROOT, Server

BARE = """<!doctype html><link rel="icon" href="data:,"><button>Run</button><pre></pre><script>
document.querySelector("button").onclick = () => {
  const worker = new Worker("bare.mjs", { type: "module" });
  worker.onmessage = ({ data }) => (document.querySelector("pre").textContent = data);
};</script>"""
BARE_WORKER = """import { loadPyodide } from "./pyodide/pyodide.mjs";
const python = await loadPyodide({ indexURL: new URL("pyodide/", location.href).href, stdout: (line) => postMessage(line) });
python.runPython("print(1)");"""
IMPORTS = "import httpx, afterswipe\nprint(1)\n"
ENDLESS = "print('round and round')\nwhile True:\n    pass\n"
#: A thousand uploads of one strategy, as the page of strategies runs them.
MANY = """from time import perf_counter
from afterswipe.story import STRATEGIES, compare
compare(STRATEGIES[:1], seeds=range(2))
begun = perf_counter()
compare([next(one for one in STRATEGIES if one.name == {name!r})], seeds=range(1_000))
print(f"{{perf_counter() - begun:.3f}}")
"""
STRATEGIES = {"app": "background task assertion", "system": "background session, one file"}
STORY, NEXT = "/story-upload/", "/after-the-swipe/"
READ = [
    "/",
    STORY,
    "/questions/",
    "/c/story-upload.folklore-live-activity-keeps-it-going/",
    "/claims/",
    "/reference/api/",
]
#: Pages that are opened and pressed at once: where each is, and whether it has to be pressed until it takes.
OPENED = {
    "bare": ("/bare.html", False),
    "imports": ("/imports.html", False),
    "peers' bare": ("/peers/bare.html", False),
    **{name: (f"/peers/{name}/", True) for name in peers.SOURCES},
}
THIRTY = 30
SAVED = ROOT / "src" / "guide" / "pages" / "speed.json"
SO_FAR = ROOT / "build" / "bench" / "speed.json"

type Figures = dict[str, list[float]]


def main() -> None:
    asked = _asked()
    figures: Figures = {}

    def note(name: str, value: float) -> None:
        figures.setdefault(name, []).append(value)

    def written(rounds: int) -> dict[str, object]:
        """The table so far, kept where no build reads it, in case that the run is cut off."""
        table = _table(figures, rounds)
        SO_FAR.parent.mkdir(parents=True, exist_ok=True)
        SO_FAR.write_text(json.dumps(table, indent=1) + "\n")
        return table

    build()
    with TemporaryDirectory() as name, sync_playwright() as playwright, ExitStack() as stack:
        lab = Path(name)
        _lay_out(lab)
        lab_server = stack.enter_context(Server(lab).running())
        site = stack.enter_context(Server(ROOT / "site").running())
        rebuild = stack.enter_context(rebuilds())
        _warm_up(lab_server, site)
        for page in OPENED:
            _opens(playwright, lab_server, page, lambda *_: None)  # packs what it loads
        _bytes(playwright, note)
        for number in range(asked.rounds):
            for measure in (*_measures(playwright, lab_server, site), rebuild):
                measure(note)
            print(f"round {number + 1} of {asked.rounds}", file=sys.stderr)
            table = written(number + 1)
    if not asked.without_lighthouse:
        lighthouse(READ, asked.lighthouse, note)
        table = written(asked.rounds)
    if asked.save:
        shutil.copyfile(SO_FAR, SAVED)
    _print(table)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.page", description=__doc__.partition("\n")[0])
    parser.add_argument("rounds", nargs="?", type=int, default=7)
    parser.add_argument(
        "--lighthouse", type=int, default=5, metavar="RUNS", help="of Lighthouse, for each page"
    )
    parser.add_argument("--without-lighthouse", action="store_true")
    parser.add_argument("--save", action="store_true", help="write the table that the site shows")
    return parser.parse_args()


def _lay_out(lab: Path) -> None:
    """The bare page, ours with few lines, and the same without the image."""
    run = lab / "_run"
    shutil.copytree(ROOT / "build" / "runtime", run)
    subprocess.run(["node", str(ROOT / "src/runner/build.mjs"), str(run)], check=True)
    (lab / "pyodide").symlink_to(ROOT / "node_modules" / "pyodide")
    (lab / "assets").mkdir()
    (lab / "assets" / "snippet.css").symlink_to(ROOT / "docs" / "assets" / "snippet.css")
    (lab / "bare.html").write_text(BARE)
    (lab / "bare.mjs").write_text(BARE_WORKER)
    peers.lay_out(lab)
    story = (ROOT / "snippets" / "story_upload.py").read_text()
    pages = {"imports": {"a.py": Source(IMPORTS)}, "story": {"a.py": Source(story)}}
    pages["stop"] = {"a.py": Source(ENDLESS), "b.py": Source("print('after')\n")}
    pages["many"] = {f"{kind}.py": Source(MANY.format(name=name)) for kind, name in STRATEGIES.items()}
    plain = lab / "_plain"
    plain.mkdir()
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["files"].pop("image", None)
    (plain / "manifest.json").write_text(json.dumps(manifest))
    for path in run.iterdir():
        if path.name != "manifest.json":
            (plain / path.name).symlink_to(path)
    for page, sources in pages.items():
        (lab / f"{page}.html").write_text(render(sources, run))
    for page in ("imports", "story"):
        without_image = render(pages[page], plain).replace('"_run/', '"_plain/')
        (lab / f"plain-{page}.html").write_text(without_image)


def _warm_up(*servers: Server) -> None:
    """Everything that will be sent is packed before anything is measured."""
    for server in servers:
        for root in server.roots:
            for path in [
                *root.glob("*.*"),
                *root.glob("_*/*"),
                *root.glob("pyodide/*"),
                *root.glob("assets/**/*"),
                *(found for path in {*READ, STORY, NEXT} if (found := server.file(path))),
            ]:
                if path.is_file() and path.suffix != ".map":
                    server.body(path)


def _measures(
    playwright: Playwright, lab: Server, site: Server
) -> Iterator[Callable[[Callable[[str, float], None]], None]]:
    for page in ("bare", "imports", "story", "plain-imports", "plain-story"):
        yield lambda note, page=page: _starts(playwright, lab, page, note)
    for page in OPENED:
        yield lambda note, page=page: _opens(playwright, lab, page, note)
    yield lambda note: _on_the_site(playwright, site, note)
    yield lambda note: _stops(playwright, lab, note)
    yield lambda note: _many(playwright, lab, note)


def _run(browser: Profile, page: Page, number: int = 0) -> tuple[float, float, float, float]:
    """Wall, worker, the page's main thread, and its longest task, in milliseconds."""
    worker, main = browser.worker_ms(), browser.main_ms()
    wall, longest = page.evaluate(RUN, number)
    return wall, browser.worker_ms() - worker, browser.main_ms_since(main), longest


def _starts(playwright: Playwright, lab: Server, name: str, note: Callable[[str, float], None]) -> None:
    with profile(playwright) as browser:
        for kind in ("cold", "warm"):
            page = browser.page(f"{lab.origin}/{name}.html")
            wall, worker, main, longest = _run(browser, page)
            note(f"{name}, {kind}: wall", wall)
            note(f"{name}, {kind}: worker", worker)
            if name == "imports":
                note(f"main thread, {kind}", main)
                note(f"longest task, {kind}", longest)
            page.wait_for_timeout(SETTLED_MS)
            if name in ("imports", "story") and kind == "warm":
                page.evaluate(RUN, 0)
                note(f"second run, {name}", page.evaluate(RUN, 0)[0])
            page.close()


def _opens(playwright: Playwright, lab: Server, name: str, note: Callable[[str, float], None]) -> None:
    path, again = OPENED[name]
    with profile(playwright) as browser:
        for kind in ("cold", "warm"):
            page, wall, main, longest = browser.opened(lab.origin + path, again=again)
            note(f"opened {name}, {kind}: wall", wall)
            note(f"opened {name}, {kind}: main thread", main)
            note(f"opened {name}, {kind}: longest task", longest)
            page.wait_for_timeout(SETTLED_MS)
            page.close()


def _on_the_site(playwright: Playwright, site: Server, note: Callable[[str, float], None]) -> None:
    with profile(playwright) as browser:
        page = browser.page(site.origin + STORY)
        code = page.locator("run-snippet .snippet-code").first
        code.scroll_into_view_if_needed()
        page.mouse.move(2, 2)
        code.hover()
        page.wait_for_timeout(500)
        note("after half a second's rest, cold: wall", page.evaluate(RUN, 0)[0])
        page.wait_for_timeout(SETTLED_MS)
        link = page.locator(f'a[href$="{NEXT.strip("/")}/"]').first
        link.dispatch_event("pointerover", {"bubbles": True})  # the list of the pages comes with the intent
        page.wait_for_timeout(SETTLED_MS)
        link.evaluate("(link) => link.click()")
        page.wait_for_url("**" + NEXT)
        page.wait_for_timeout(SETTLED_MS)
        note("next page, instant: wall", page.evaluate(RUN, 0)[0])
        page.close()
        page = browser.page(site.origin + NEXT)
        note("next page, full load: wall", page.evaluate(RUN, 0)[0])
        for number in range(THIRTY):
            page.evaluate(RUN, 0)
            if number == 4:
                after_five = browser.memory_mb()
        note("memory after 5 runs", after_five)
        note("memory after 30 runs", browser.memory_mb())
        browser.collect(page)
        note("memory after 30 runs, collected", browser.memory_mb())
        page.close()


def _stops(playwright: Playwright, lab: Server, note: Callable[[str, float], None]) -> None:
    with profile(playwright) as browser:
        page = browser.page(f"{lab.origin}/stop.html")
        page.evaluate(RUN, 0)
        page.wait_for_timeout(SETTLED_MS)
        page.evaluate(
            """() => { [...document.querySelectorAll("button")].find((one) => one.textContent.trim() === "Stop").click(); }"""
        )
        note("Stop to the next output: wall", page.evaluate(RUN, 1)[0])
        page.close()


def _many(playwright: Playwright, lab: Server, note: Callable[[str, float], None]) -> None:
    with profile(playwright) as browser:
        page = browser.page(f"{lab.origin}/many.html")
        for number, kind in enumerate(STRATEGIES):
            page.evaluate(RUN, number)
            note(f"1,000 uploads, {kind}, s", float(page.locator(".snippet-parts").nth(number).inner_text()))


def _bytes(playwright: Playwright, note: Callable[[str, float], None]) -> None:
    """What is sent, in MB and kB: until the first output and with what follows, and for pages that are read."""
    for how in ("br", "gzip"):
        with Server(ROOT / "site", how=how).running() as site, profile(playwright) as browser:
            page = browser.page(site.origin + STORY)
            site.bytes()
            page.evaluate(RUN, 0)
            first = site.bytes()
            note(f"until the first output, {how}, MB", first / 1e6)
            page.wait_for_timeout(5_000)
            note(f"with what follows, {how}, MB", (first + site.bytes()) / 1e6)
            page.close()
            again = browser.page(site.origin + NEXT)
            site.bytes()
            again.evaluate(RUN, 0)
            note(f"fetched twice, {how}, MB", site.bytes() / 1e6)
    with Server(ROOT / "site").running() as site:
        for path in READ:
            with profile(playwright) as browser:
                browser.page(site.origin + path)
                note(f"a page that is read, {path}, kB", site.bytes() / 1e3)


def _table(figures: Figures, rounds: int) -> dict[str, object]:
    version = json.loads((ROOT / "node_modules" / "pyodide" / "package.json").read_text())["version"]
    rows = []
    for name, values in figures.items():
        row = {
            "what": name,
            "median": round(statistics.median(values), 3),
            "min": round(min(values), 3),
            "max": round(max(values), 3),
            "n": len(values),
        }
        if floor := _floor(name):
            row["ratio"] = round(statistics.median(values) / statistics.median(figures[floor]), 3)
        rows.append({**row, **goal(name)})
    return {
        "when": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[1]:.1f}",
        "versions": f"Pyodide {version}, Python {platform.python_version()}",
        "peers": f"{peers.versions()}, Lighthouse {peers.version('lighthouse')}",
        "rounds": rounds,
        "rows": rows,
    }


def _floor(name: str) -> str | None:
    """Which figure a figure is compared with."""
    kind = name.rpartition(": ")[2]
    if kind not in ("wall", "worker"):
        return None
    when = "cold" if ", cold" in name else "warm"
    if not name.startswith("opened "):
        return f"bare, {when}: {kind}"
    path, _ = OPENED[name.removeprefix("opened ").partition(", ")[0]]
    bare = "peers' bare" if path.startswith("/peers/") else "bare"
    return f"opened {bare}, {when}: {kind}"


def _print(table: dict[str, object]) -> None:
    print(table["when"], table["machine"], table["versions"], table["peers"], f"n = {table['rounds']}")
    for row in table["rows"]:  # type: ignore[attr-defined]
        spread = f"{row['median']:.2f} ({row['min']:.2f} to {row['max']:.2f})"
        print(f"{row['what']:48}{spread:>32}{row.get('ratio', ''):>8}{row.get('must', ''):>8}")


if __name__ == "__main__":
    begun = time.monotonic()
    main()
    print(f"took {time.monotonic() - begun:.0f} s", file=sys.stderr)
