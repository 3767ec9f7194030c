"""The three stages in order, and what they need: the runtime bundle and the runner."""

import os
import re
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

from afterswipe import claims
from guide.checks import claims as claim_lint
from guide.claims import schema
from guide.claims.head import card_name
from guide.finish.row import finish
from guide.pages.generate import generate
from guide.previews.cards import write_cards
from guide.runtime.bundle import build_runtime

from . import ROOT, snippets
from .errors import BuildError

_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_DESCRIPTION = re.compile(r'<meta name="description" content="([^"]*)"')


def build_site(site: Path = ROOT / "site", builder: str = "mkdocs") -> None:
    """Build the whole site into `site` with one of the builders. The old site stays until the new one is complete.

    Raises BuildError with what to do, and then the old site is untouched.
    """
    started = time.perf_counter()
    build_runtime(ROOT, ROOT / "build" / "runtime")
    build_runner()
    today = datetime.now(UTC).date()
    wrong = claim_lint.check(schema.check(), ROOT / "docs", snippets.FOLDER, claim_lint.LEDGER, today)
    generate(ROOT / "docs", today=today, site_url=site_url())
    if wrong := wrong + snippets.check_pages(ROOT / "docs"):
        raise BuildError("\n".join(dict.fromkeys(wrong)))
    made = _build(builder)
    build = ROOT / "build"
    finish(made, build / "runtime", build / "runner", site_url=site_url(), today=today, docs=ROOT / "docs")
    _draw_cards(made)
    old = ROOT / "build" / "site-old"
    shutil.rmtree(old, ignore_errors=True)
    if site.exists():
        site.rename(old)
    made.rename(site)
    print(f"site/ built with {builder} in {time.perf_counter() - started:.1f} s")


def _draw_cards(site: Path) -> None:
    """Draw the preview card of every claim and of every other page: its title, and its description as the sentence."""
    pages: dict[str, tuple[str, str]] = {}
    for page in sorted(site.rglob("*.html")):
        path = page.relative_to(site).as_posix().removesuffix("index.html")
        if not path.startswith("c/"):
            text = page.read_text(encoding="utf-8")
            title = _TITLE.search(text)
            sentence = _DESCRIPTION.search(text)
            pages[card_name(path)] = (
                unescape(title[1]) if title else "After the Swipe",
                unescape(sentence[1]) if sentence else "",
            )
    fonts = ROOT / "node_modules" / "@fontsource" / "inter" / "files"
    write_cards(site, ROOT / "build" / "cache" / "cards", claims.every(), pages, fonts)


def site_url() -> str:
    """Where the site will stand, as in mkdocs.yml: the environment's SITE_URL, or this machine."""
    return os.environ.get("SITE_URL", "http://127.0.0.1:8000/")


def build_runner() -> None:
    """Bundle src/runner with esbuild into build/runner. Raises BuildError with esbuild's own words."""
    out = ROOT / "build" / "runner"
    result = subprocess.run(
        ["node", "src/runner/build.mjs", str(out)], cwd=ROOT, capture_output=True, text=True
    )
    if result.returncode:
        raise BuildError(f"The runner could not be bundled:\n{result.stdout}{result.stderr}")


def _build(builder: str) -> Path:
    """Run a builder on mkdocs.yml and return the folder of what it built."""
    commands = {
        "mkdocs": ["mkdocs", "build", "--quiet", "--strict"],
        "zensical": ["zensical", "build"],
    }
    if builder not in commands:
        raise BuildError(f"There is no builder {builder!r}. Use {' or '.join(commands)}.")
    out = ROOT / "build" / f"site-{builder}"
    shutil.rmtree(out, ignore_errors=True)
    environment = os.environ | {
        "PYTHONPATH": str(ROOT / "src"),
        "SITE_DIR": str(out.relative_to(ROOT)),
        "NO_MKDOCS_2_WARNING": "1",
    }
    command = [sys.executable, "-m", *commands[builder]]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if result.returncode or not (out / "index.html").is_file():
        raise BuildError(f"{builder} could not build the site:\n{result.stdout}{result.stderr}")
    return out
