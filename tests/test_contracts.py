"""The direction of the rooms is a contract: an upward import and a circle are found, type-only ones too."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SRC = Path("src/afterswipe")
LATE = "\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    "


@pytest.fixture
def copy(tmp_path) -> Path:
    for package in ("afterswipe", "faultlab", "guide"):
        shutil.copytree(
            ROOT / "src" / package,
            tmp_path / "src" / package,
            ignore=shutil.ignore_patterns("data", "__pycache__"),
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def contracts(root: Path) -> tuple[int, str]:
    ran = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
    )
    return ran.returncode, ran.stdout


def plant(root: Path, module: str, line: str) -> None:
    with (root / SRC / module).open("a") as file:
        file.write(LATE + line + "\n")


def test_the_house_keeps_its_contracts(copy):
    code, said = contracts(copy)
    assert code == 0, said
    assert "0 broken" in said


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("kernel/clock.py", "from afterswipe.phone import Phone", "The house is built in one direction"),
        ("device/network.py", "from afterswipe.frameworks.uikit.watchdog import Watchdog", "one direction"),
        ("frameworks/activitykit/system.py", "from .app import Activity", "Inside a framework"),
        ("sync/limits.py", "from afterswipe.kernel.clock import Clock", "The sync knows no phone"),
        ("device/network.py", "from .conditions import Conditions", ""),
    ],
)
def test_an_import_against_the_direction_is_found(copy, module, line, broken):
    plant(copy, module, line)
    code, said = contracts(copy)
    assert (code != 0) is bool(broken), said
    assert not broken or broken in said


def test_a_circle_is_found(copy):
    plant(copy, "device/network.py", "from .conditions import Conditions")
    plant(copy, "device/conditions.py", "from .network import Network")
    code, said = contracts(copy)
    assert code != 0
    assert "Nobody imports in a circle BROKEN" in said


def test_a_room_that_no_contract_names_is_found(copy):
    (copy / SRC / "utils.py").write_text('"""What has no room."""\n')
    code, said = contracts(copy)
    assert code != 0
    assert "utils" in said


def test_no_import_is_excepted():
    text = (ROOT / "pyproject.toml").read_text()
    assert "ignore_imports" not in text
    assert "exclude_type_checking_imports = false" in text
