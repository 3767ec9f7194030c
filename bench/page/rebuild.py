"""What a writer waits for: a build where nothing has changed, and one page that was saved under `make serve`."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from guide.serve import Drafter
from guide.site import prepare_drafts

from .serving import ROOT

NAME = "story-upload"


def build() -> float:
    """Build the site; the seconds it took."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "guide", "build"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


@contextmanager
def rebuilds() -> Iterator[Callable[[Callable[[str, float], None]], None]]:
    """What measures both once, with the process beside it that `make serve` has. What a page says stays as it is."""
    prepare_drafts()
    drafter = Drafter()

    def draft(note: Callable[[str, float], None], name: str) -> None:
        page = ROOT / "site" / NAME / "index.html"
        before = page.read_bytes()
        begun = time.perf_counter()
        if not drafter.draft([f"{NAME}.md"]):
            raise RuntimeError(f"{NAME}.md could not be drafted. Build the site first: it says why.")
        note(name, time.perf_counter() - begun)
        page.write_bytes(before)

    def measure(note: Callable[[str, float], None]) -> None:
        note("unchanged build, s", build())
        draft(note, "one saved page, s")

    try:
        draft(lambda *_: None, "")  # the first one has more to read
        yield measure
    finally:
        drafter.end()
