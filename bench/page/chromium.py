"""What is read from outside of a Chromium: wall time in the page, processor time of its threads, its memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import BrowserContext, Page, Playwright
from tests.browser.conftest import CHROMIUM_FLAGS

from guide.runtime.image import find_chromium

SETTLED_MS = 2_000

#: Presses Run of the snippet with this number, without a pointer, and resolves at its first output: to the milliseconds, and the longest
#: task of the page until then. A page without snippets has one button, and a `pre`.
RUN = """(number) => new Promise((resolve) => {
  const root = document.querySelectorAll("run-snippet")[number] ?? document;
  const output = root.querySelector(".snippet-output") ?? root.querySelector("pre");
  const button = [...root.querySelectorAll("button")].find((button) => button.textContent.trim() === "Run");
  let longest = 0;
  const tasks = new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) longest = Math.max(longest, duration); });
  tasks.observe({ type: "longtask" });
  const begun = performance.now();
  button.click();
  const watch = new MutationObserver(() => {
    if (output.matches(".snippet-output--old") || !output.textContent) return;
    const took = performance.now() - begun;
    watch.disconnect();
    setTimeout(() => { tasks.disconnect(); resolve([took, longest]); }, 100);
  });
  watch.observe(output, { subtree: true, childList: true, attributes: true });
})"""

#: Put into a page before all else: from its first moment on it presses what runs its one program, and what has to be pressed before, as soon
#: as it is there, and again until the program's 1 is there, or once. `opened` resolves as RUN does, counted from the start of the navigation.
OPEN = """((again) => {
  let longest = 0;
  const tasks = new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) longest = Math.max(longest, duration); });
  tasks.observe({ type: "longtask", buffered: true });
  const pressed = new Set();
  const press = () => {
    if (document.readyState === "loading") return;
    for (const button of document.querySelectorAll("button, .pyodide-clickable")) {
      if (!/^\\W*(Run|Enable Interactive)$/.test(button.textContent.trim()) || (pressed.has(button) && !again)) continue;
      pressed.add(button);
      button.click();
    }
  };
  window.opened = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("Three minutes, and the page has not printed 1.")), 180_000);
    const watch = new MutationObserver(() => {
      const output = document.querySelector(".snippet-parts, .pyodide-output, body > pre");
      if (output?.textContent.trim() !== "1") return;
      const took = performance.now();
      watch.disconnect();
      clearInterval(pressing);
      setTimeout(() => { tasks.disconnect(); resolve([took, longest]); }, 100);
    });
    watch.observe(document, { subtree: true, childList: true, characterData: true });
    const pressing = setInterval(press, 50);
    document.addEventListener("readystatechange", press);
  });
})"""


class Profile:
    """A Chromium with a profile of its own, and the threads that do its work."""

    def __init__(self, context: BrowserContext, folder: str) -> None:
        self.context = context
        self.folder = folder

    def page(self, url: str) -> Page:
        """An open page on which all has settled."""
        page = self.context.new_page()
        page.goto(url)
        page.wait_for_timeout(SETTLED_MS)
        return page

    def opened(self, url: str, *, again: bool) -> tuple[Page, float, float, float]:
        """A page that was opened and pressed at once; wall time to its output, its main thread's, and its longest task, in milliseconds."""
        page = self.context.new_page()
        page.add_init_script(f"{OPEN}({str(again).lower()})")
        page.wait_for_timeout(SETTLED_MS)  # the browser itself may be starting
        before = self.main_ms()
        page.goto(url, wait_until="commit")
        wall, longest = page.evaluate("opened")
        spent = max(spent - before.get(name, 0) for name, spent in self.main_ms().items())
        return page, wall, spent, longest

    def worker_ms(self) -> float:
        """Processor time of the workers that live, in milliseconds."""
        return sum(_spent(task) for _, task in self._workers())

    def main_ms(self) -> dict[str, float]:
        """Processor time of the main thread of each page's process, in milliseconds."""
        return {
            process.name: _spent(process / "task" / process.name)
            for process in self._renderers()
            if "--top-chrome-webui" not in (process / "cmdline").read_text()  # the browser's own window
        }

    def main_ms_since(self, before: dict[str, float]) -> float:
        """The same since then, of the processes that have a worker."""
        ours = {process.name for process, _ in self._workers()}
        return sum(spent - before.get(name, 0) for name, spent in self.main_ms().items() if name in ours)

    def memory_mb(self) -> float:
        """What the pages' processes hold, shared memory by its share, in MB."""
        total = 0
        for process in self._renderers():
            text = (process / "smaps_rollup").read_text()
            total += int(next(line for line in text.splitlines() if line.startswith("Pss:")).split()[1])
        return total / 1_024

    def collect(self, page: Page) -> None:
        """Let the page free what nobody uses any more; by itself it does so when it likes. What is freed goes back a little later."""
        self.context.new_cdp_session(page).send("HeapProfiler.collectGarbage")
        page.wait_for_timeout(SETTLED_MS)

    def _workers(self) -> Iterator[tuple[Path, Path]]:
        for process in self._renderers():
            for task in (process / "task").iterdir():
                if (task / "comm").read_text().startswith("DedicatedWorker"):
                    yield process, task

    def _renderers(self) -> Iterator[Path]:
        for process in Path("/proc").iterdir():
            try:
                renders = process.name.isdigit() and "--type=renderer" in (process / "cmdline").read_text()
                if renders and _is_of(process, self.folder):
                    yield process
            except OSError:
                continue


@contextmanager
def profile(playwright: Playwright) -> Iterator[Profile]:
    """A fresh profile."""
    with TemporaryDirectory() as folder:
        context = playwright.chromium.launch_persistent_context(
            folder, executable_path=find_chromium(), args=CHROMIUM_FLAGS
        )
        yield Profile(context, folder)
        context.close()


def _spent(task: Path) -> float:
    try:
        return int((task / "schedstat").read_text().split()[0]) / 1e6
    except OSError:
        return 0.0


def _is_of(process: Path, folder: str) -> bool:
    """Whether a process belongs to the browser with this profile: its ancestors name it."""
    while process.name.isdigit() and process.name not in ("0", "1"):
        if folder in (process / "cmdline").read_text():
            return True
        process = process.parent / (process / "stat").read_text().rpartition(")")[2].split()[1]
    return False
