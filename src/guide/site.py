"""The three stages in order, and what they need: the runtime bundle and the runner."""

import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config import load_config

from afterswipe import claims
from guide.checks import claims as claim_lint
from guide.claims import schema
from guide.claims.dispute import repo_url
from guide.claims.head import card_name
from guide.finish.row import draft as finish_draft
from guide.finish.row import finish
from guide.pages.generate import generate
from guide.previews.cards import claim_card, draw, write_cards
from guide.runtime.bundle import build_runtime
from guide.runtime.image import find_chromium

from . import ROOT, front_matter, snippets, stamps
from .errors import BuildError

_MKDOCS = {"NO_MKDOCS_2_WARNING": "1"}


def build_site(site: Path = ROOT / "site", builder: str = "mkdocs") -> None:
    """Build the whole site into `site` with one of the builders. The old site stays until the new one is complete.

    Where nothing has changed since the last build, nothing is done; where no page has, the builder does not run again.
    Raises BuildError with what to do, and then the old site is untouched.
    """
    started = time.perf_counter()
    today = datetime.now(UTC).date()
    chromium = find_chromium() or "none"  # without one, Python starts another way in the page
    whole = stamps.of(ROOT, stamps.EVERYTHING, builder, site_url(), repo_url(), str(today), chromium)
    if stamps.is_current(site, whole):
        print(f"{site.name}/ is as it should be ({time.perf_counter() - started:.1f} s)")
        return
    fonts = ROOT / "node_modules" / "@fontsource" / "inter" / "files"
    kept = ROOT / "build" / "cache" / "cards"
    # The pages are built by another process, and most of the runtime: meanwhile this one draws.
    with ThreadPoolExecutor() as pool:
        runtime = pool.submit(_runtime, chromium)
        build_runner()
        docs = make_docs(today)
        pages = pool.submit(build_pages, builder)
        draw(kept, {claim.id: claim_card(claim) for claim in claims.every()}, fonts)
        made = pages.result()
        runtime.result()
    new = ROOT / "build" / "site-new"
    about = finish(
        made,
        new,
        ROOT / "build" / "runtime",
        ROOT / "build" / "runner",
        site_url=site_url(),
        today=today,
        docs=docs,
    )
    cards = {card_name(path): words for path, words in about.items()}
    write_cards(new, kept, claims.every(), cards, fonts)
    old = ROOT / "build" / "site-old"
    shutil.rmtree(old, ignore_errors=True)
    if site.exists():
        site.rename(old)
    new.rename(site)
    stamps.write(site, whole)
    print(f"{site.name}/ built with {builder} in {time.perf_counter() - started:.1f} s")


def make_docs(today: date) -> Path:
    """Check claims and pages, and make the folder that the builder reads. Raises BuildError with all that is wrong."""
    out = ROOT / "build" / "docs"
    wrong = claim_lint.check(schema.check(), ROOT / "docs", snippets.FOLDER, claim_lint.LEDGER, today)
    generate(ROOT / "docs", out)
    if wrong := wrong + snippets.check_pages(out):
        raise BuildError("\n".join(dict.fromkeys(wrong)))
    return out


def site_url() -> str:
    """Where the site will stand, as in mkdocs.yml: the environment's SITE_URL, or this machine."""
    return os.environ.get("SITE_URL", "http://127.0.0.1:8000/")


def _runtime(chromium: str) -> None:
    """Make Python for the page, unless what is there was made from the same."""
    out = ROOT / "build" / "runtime"
    stamp = stamps.of(ROOT, stamps.RUNTIME, chromium)
    if not stamps.is_current(out, stamp):
        build_runtime(ROOT, out)
        stamps.write(out, stamp)


def build_runner() -> None:
    """Bundle src/runner with esbuild into build/runner. Raises BuildError with esbuild's own words."""
    out = ROOT / "build" / "runner"
    result = subprocess.run(
        ["node", "src/runner/build.mjs", str(out)], cwd=ROOT, capture_output=True, text=True
    )
    if result.returncode:
        raise BuildError(f"The runner could not be bundled:\n{result.stdout}{result.stderr}")


def prepare_drafts() -> None:
    """Copy what the builder built, with its times: of that, `draft` makes anew what is newer."""
    out = ROOT / "build" / "site-draft"
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(ROOT / "build" / "site-mkdocs", out)


def draft(names: Sequence[str]) -> None:
    """Make these pages of docs/ anew in site/, in about a second, as they will be in the next whole build. Nothing is checked."""
    docs, out = ROOT / "build" / "docs", ROOT / "build" / "site-draft"
    for name in names:
        shutil.copyfile(ROOT / "docs" / name, docs / name)
    os.environ.update(_MKDOCS)
    logging.disable(logging.WARNING)
    mkdocs_build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(out)), dirty=True)
    for name in names:
        finish_draft(out, front_matter.address(name), ROOT / "site", docs)


def build_pages(builder: str) -> Path:
    """Run a builder on mkdocs.yml and return the folder of what it built; what it built before, where nothing it reads has changed."""
    commands = {
        "mkdocs": ["mkdocs", "build", "--quiet", "--strict"],
        "zensical": ["zensical", "build"],
    }
    if builder not in commands:
        raise BuildError(f"There is no builder {builder!r}. Use {' or '.join(commands)}.")
    out = ROOT / "build" / f"site-{builder}"
    stamp = stamps.of(ROOT, stamps.PAGES, builder, site_url())
    if stamps.is_current(out, stamp):
        return out
    shutil.rmtree(out, ignore_errors=True)
    environment = (
        os.environ | _MKDOCS | {"PYTHONPATH": str(ROOT / "src"), "SITE_DIR": str(out.relative_to(ROOT))}
    )
    command = [sys.executable, "-m", *commands[builder]]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if result.returncode or not (out / "index.html").is_file():
        raise BuildError(f"{builder} could not build the site:\n{result.stdout}{result.stderr}")
    stamps.write(out, stamp)
    return out
