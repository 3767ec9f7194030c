"""The set-up looks for the three engines as a fresh machine needs it: what is missing is seen, and named."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci" / "browser.sh"
ENGINES = {
    "chromium": "Chromium",
    "firefox-esr": "Firefox ESR",
    "WebKitWebDriver": "WebKitGTK",
    "Xvfb": "Xvfb",
}


def _program(path: Path, status: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nexit {status}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("missing", [[], *([name] for name in ENGINES), list(ENGINES)], ids=" ".join)
def test_a_machine_without_an_engine_and_without_a_package_manager_is_told_which(
    missing: list[str], tmp_path: Path
) -> None:
    for name in ENGINES.keys() - set(missing):
        _program(tmp_path / "bin" / name, 0)
    (tmp_path / "bin").mkdir(exist_ok=True)
    _program(tmp_path / ".venv" / "bin" / "python", 1)  # no Chromium of Playwright's, and none to be had
    run = subprocess.run(
        [shutil.which("sh") or "/bin/sh", SCRIPT],
        cwd=tmp_path,
        env={"PATH": str(tmp_path / "bin")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == bool(missing), run.stderr
    assert [name for name, words in ENGINES.items() if f"  {words}" in run.stderr] == missing
