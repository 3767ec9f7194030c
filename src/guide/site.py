"""The three stages in order, and what they need: the runtime bundle and the runner."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from .errors import BuildError
from .finish import finish
from .generate import generate
from .runtime import build_runtime

ROOT = Path(__file__).resolve().parents[2]


def build_site(site: Path = ROOT / "site", builder: str = "mkdocs") -> None:
    """Build the whole site into `site` with one of the builders. The old site stays until the new one is complete.

    Raises BuildError with what to do, and then the old site is untouched.
    """
    started = time.perf_counter()
    build_runtime(ROOT, ROOT / "build" / "runtime")
    build_runner()
    generate(ROOT / "docs")
    made = _build(builder)
    finish(made, ROOT / "build" / "runtime", ROOT / "build" / "runner")
    old = ROOT / "build" / "site-old"
    shutil.rmtree(old, ignore_errors=True)
    if site.exists():
        site.rename(old)
    made.rename(site)
    print(f"site/ built with {builder} in {time.perf_counter() - started:.1f} s")


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
    commands = {"mkdocs": ["mkdocs", "build", "--quiet", "--strict"], "zensical": ["zensical", "build", "--strict"]}
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
