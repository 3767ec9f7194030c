"""What Lighthouse says of the pages that are read: its mobile preset, in a Chromium of its own for each run."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from guide.runtime.image import find_chromium

from .peers import NODE, set_up_node
from .serving import ROOT, Server

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
#: The audits, how they are called here, and by what their figure is divided.
AUDITS = {
    "largest-contentful-paint": ("LCP, s", 1_000),
    "cumulative-layout-shift": ("CLS", 1),
    "total-blocking-time": ("TBT, ms", 1),
}


def lighthouse(pages: Sequence[str], runs: int, note: Callable[[str, float], None]) -> None:
    """Every page once in each round."""
    set_up_node()
    with Server(ROOT / "site").running() as site:
        for _ in range(runs):
            for path in pages:
                for what, value in _read(site.origin + path).items():
                    note(f"Lighthouse, {path}: {what}", value)


def _read(url: str) -> dict[str, float]:
    """The figures by name; none, and a word of it, where a run failed."""
    flags = "--chrome-flags=--headless=new --no-sandbox --disable-gpu"
    with TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        command = ["node", NODE / "node_modules" / "lighthouse" / "cli" / "index.js", url, flags]
        found = subprocess.run(
            [*command, "--output=json", f"--output-path={out}", "--quiet", "--no-enable-error-reporting"],
            env=os.environ | {"CHROME_PATH": find_chromium() or ""},
            capture_output=True,
            text=True,
        )
        report = json.loads(out.read_text()) if out.is_file() else {"runtimeError": found.stderr[-500:]}
    if "runtimeError" in report:
        print(f"Lighthouse has nothing to say of {url}: {report['runtimeError']}", file=sys.stderr)
        return {}
    figures = {name: report["categories"][name]["score"] * 100 for name in CATEGORIES}
    for audit, (name, unit) in AUDITS.items():
        figures[name] = report["audits"][audit]["numericValue"] / unit
    return figures
